/*
 * leaves: one team after the other whose tickets a rep leaves behind. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_LEAVES_H
#define EVENHAND_LIB_ENGINE_LEAVES_H

#include "units.h"

struct eh_engine;

/* The first team whose tickets the rep leaves behind, or NONE; and the teams behind it in the
 * list. */
uint32_t eh_leaves_team(const struct eh_engine *, uint32_t rep, struct eh_str *ret_rest);
int eh_leaves_done(struct eh_engine *, uint32_t rep, struct eh_str rest) EH_MUST_CHECK;
/* Whether the rep keeps their tickets of the team: they are back in it, or the team lets leavers
 * keep them. */
bool eh_leaves_stay(const struct eh_engine *, uint32_t team, uint32_t rep);

#endif
