/*
 * answers: the first answer to the customer of a ticket. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_ANSWERS_H
#define EVENHAND_LIB_ENGINE_ANSWERS_H

#include "units.h"

struct step;

/* The open ticket, which was not answered yet, was answered at that time by the rep who has it. Its
 * times are still there when this is called: eh_clock_due_us(). */
int eh_answer_first(struct step *, uint32_t slot, int64_t at_us) EH_MUST_CHECK;

#endif
