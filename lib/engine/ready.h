/*
 * ready: which sets can deal, and which teams. Private to engine/.
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
/* The one that is ready at this place of the desk or behind it, then from the first one on; its
 * number, or NONE. */
uint32_t eh_ready_team(const struct eh_engine *, uint32_t place);
/* Before the desk changes: nobody is, until trees are made. */
void eh_ready_clear(struct eh_engine *);

#endif
