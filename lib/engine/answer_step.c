/*
 * answer_step: the message ANSWERED: the customer of a ticket was answered. The first answer
 * counts, for the rep who has the ticket then. A closing is one, too; what comes later changes
 * nothing.
 */
#include "answering.h"
#include "clocks.h"
#include "digest.h"
#include "effects.h"
#include "index.h"
#include "skipped.h"
#include "state.h"
#include "step.h"
#include "steps.h"
#include "ticket.h"

/* The open ticket that the message is about. NONE: nothing is to be done, or it was refused. */
static int answer_find(struct step *s, uint32_t *ret)
{
    const struct eh_message *m = &s->m;
    uint32_t slot = eh_ticket_find(s->e, eh_ticket_identity(m->source, m->id));
    *ret = NONE;
    if (slot == NONE)
        return s->in->recalled.ticket_known /* it is closed */
                   ? 0
                   : eh_step_refuse(s, EH_ENOTFOUND, "ticket %.*s/%.*s is not known",
                                    EH_STR_ARG(m->source), EH_STR_ARG(m->id));
    if (!s->e->tickets.slots[slot].answered)
        *ret = slot;
    return 0;
}

/* Refuses a time that cannot be. */
static int answer_check_time(struct step *s)
{
    const struct eh_message *m = &s->m;
    if (eh_message_has(m, EH_FIELD_AT_DAY))
        return eh_step_refuse(s, EH_EINVAL, "at: must be a time in milliseconds, not a day");
    if (!eh_message_has(m, EH_FIELD_AT) ||
        m->at_ms <= s->now_us / 1000 + EH_AT_AHEAD_MAX_S * INT64_C(1000))
        return 0;
    return eh_step_refuse(s, EH_ERANGE, "at: %lld is more than %d seconds ahead of the time",
                          (long long)m->at_ms, EH_AT_AHEAD_MAX_S);
}

/* Its helpdesk tells answers. */
static int answer_note_source(struct step *s)
{
    if (s->e->rules < EH_RULES_LAPSES || eh_answering_known(s->e, s->m.source))
        return 0;
    s->touched = true;
    return eh_answering_note(s->e, s->m.source);
}

int eh_step_answered(struct step *s)
{
    struct eh_engine *e = s->e;
    uint32_t slot = NONE;
    int r = answer_check_time(s);
    if (r == 0 && !s->fx->refused)
        r = answer_find(s, &slot);
    if (r == 0 && !s->fx->refused)
        r = answer_note_source(s);
    if (r < 0 || s->fx->refused || slot == NONE)
        return r;
    const struct ticket *t = &e->tickets.slots[slot];
    s->touched = true;
    r = eh_ticket_touch(s, slot);
    if (r < 0)
        return r;
    eh_clock_answered(e, slot);
    r = eh_step_emit(s, EH_NOTICE_ANSWERED, t, t->rep, NONE, NULL);
    eh_digest_ticket(e, slot);
    return r < 0 ? r : eh_step_image(s, t);
}
