/*
 * figures: what an imported figure has to be, so that somebody can count it: a name that is no slip
 * of a known one, a period of the team's kind, minutes that fit into it. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_FIGURES_H
#define EVENHAND_LIB_ENGINE_FIGURES_H

#include "units.h"

struct step;

/* Refuses a figure that cannot count; `plan`: the one that governs its period, or NULL. */
int eh_figure_check(struct step *, uint32_t team, struct eh_period,
                    const struct eh_bonus_plan *plan) EH_MUST_CHECK;
/* Refuses a period whose kind is not that of the plan. */
int eh_step_refuse_kind(struct step *, const struct eh_bonus_plan *) EH_MUST_CHECK;

#endif
