/*
 * ready: owns which sets can deal, and which teams. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_READY_H
#define EVENHAND_LIB_ENGINE_READY_H

#include "units.h"

struct eh_engine;

#define READY_WORDS ((EH_DESK_TEAMS_MAX + 63) / 64)
/* The teams that can deal. */
struct ready {
    uint64_t teams[READY_WORDS]; /* a bit for each team of the desk, in order of id */
    uint32_t count;              /* of these teams */
    uint32_t turn;               /* team that was dealt to last from what was left over, or NONE */
};

void eh_set_check_ready(struct eh_engine *, uint32_t team, uint32_t set);
/* The first ready team from this place of the desk on, then from the beginning; or NONE. */
uint32_t eh_ready_team(const struct eh_engine *, uint32_t place);
/* Before the desk changes: no team is ready until the trees are made again. */
void eh_ready_clear(struct eh_engine *);

#endif
