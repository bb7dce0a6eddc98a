/*
 * answers: the first answer to the customer of a ticket: what it ends.
 */
#include "answers.h"

#include "clocks.h"
#include "state.h"
#include "step.h"
#include "ticket.h"

int eh_answer_first(struct step *s, uint32_t slot, int64_t at_us)
{
    struct ticket *t = &s->e->tickets.slots[slot];
    int64_t answered_us = at_us > t->received_us ? at_us : t->received_us;
    (void)answered_us;
    t->answered = true;
    eh_clock_answered(s->e, slot);
    return 0;
}
