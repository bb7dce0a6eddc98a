/*
 * eligible: who may receive a ticket now: one tree per team and required-skill set. Private to
 * engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_ELIGIBLE_H
#define EVENHAND_LIB_ENGINE_ELIGIBLE_H

#include "units.h"

struct eh_engine;
struct skill_set;
struct team;

void eh_eligible_rebuild(struct eh_engine *, uint32_t team);
void eh_eligible_build_set(struct eh_engine *, uint32_t team, uint32_t set);
/* After a rep's status or points changed. */
void eh_eligible_refresh(struct eh_engine *, uint32_t rep);
/* Another hour of the clock began: who got nothing for the rest of the one before may get some. */
void eh_eligible_new_hour(struct eh_engine *);
/* Ends the ramps of the team that are over, as many as the step may; true: there were some. And
 * those of all teams. */
bool eh_eligible_end_ramps(struct eh_engine *, uint32_t team);
void eh_eligible_ramps(struct eh_engine *);
/* After a member went on or off. */
void eh_eligible_member(struct eh_engine *, uint32_t team, uint32_t position);
void eh_eligible_mask(struct eh_engine *, uint32_t team, uint32_t set, uint32_t position, bool in);
/* The slots of a member changed. */
void eh_eligible_slots(struct eh_engine *, uint32_t team, uint32_t set, uint32_t position);
uint32_t eh_eligible_at_weight(const struct team *, const struct skill_set *, uint64_t at);
uint32_t eh_eligible_at_slot(const struct team *, const struct skill_set *, uint64_t at);
/* Sum of the shares before this position. */
uint64_t eh_eligible_weight_before(const struct team *, const struct skill_set *, uint32_t at);
/* Before a desk file takes effect: nobody in the team is eligible any more. */
void eh_eligible_leave_all(struct eh_engine *, uint32_t team);
uint32_t eh_eligible_at_tie(const struct eh_engine *, const struct team *, const struct skill_set *,
                            uint64_t at);

#endif
