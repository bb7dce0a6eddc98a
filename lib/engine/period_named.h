/*
 * period_named: the team, the period, the plan and the rep that a message names. Private to
 * engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_PERIOD_NAMED_H
#define EVENHAND_LIB_ENGINE_PERIOD_NAMED_H

#include "units.h"

struct step;

/* The team, the period and the plan that governs it, or NULL; refuses a team or period that is
 * wrong. */
int eh_step_plan(struct step *, uint32_t *ret_team, struct eh_period *ret_period,
                 const struct eh_bonus_plan **ret_plan) EH_MUST_CHECK;
/* The same, where a plan must govern the period; and the period itself, or NONE. */
int eh_step_period(struct step *, uint32_t *ret_team, struct eh_period *ret_period,
                   uint32_t *ret_slot) EH_MUST_CHECK;
/* Refuses a period that is not kept any more. */
int eh_step_refuse_settled(struct step *, uint32_t team, int32_t first) EH_MUST_CHECK;
/* Whether the rep was in the team on a day of the period: 1, 0 or -EH_ENOMEM. */
int eh_step_rep_was_there(const struct step *, uint32_t team, struct eh_period) EH_MUST_CHECK;
/* The rep, who is in the team today or was on a day of the period; NONE: that was refused. */
int eh_step_person(struct step *, uint32_t team, struct eh_period, uint32_t *ret) EH_MUST_CHECK;

#endif
