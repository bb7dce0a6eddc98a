/*
 * regroup: which sets the tickets stand in when a desk file limits other kinds than the one before.
 * Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_REGROUP_H
#define EVENHAND_LIB_ENGINE_REGROUP_H

#include "units.h"

struct eh_desk;
struct eh_engine;

/* The first team of the desk whose open and waiting tickets would stand in more than
 * EH_SKILL_SETS_MAX sets, or NULL. -EH_ENOMEM. */
int eh_sets_crowded(const struct eh_engine *, const struct eh_desk *,
                    const struct eh_desk_team **ret) EH_MUST_CHECK;
/* Moves the tickets to their sets, while a desk file takes effect and nobody is eligible. No team
 * is crowded. -EH_ENOMEM. */
int eh_sets_regroup(struct eh_engine *) EH_MUST_CHECK;

#endif
