/*
 * desk_held: a desk file, parsed, as the engine keeps it. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_DESK_HELD_H
#define EVENHAND_LIB_ENGINE_DESK_HELD_H

#include "units.h"

struct eh_engine;

/* A desk file as applied. */
struct desk_held {
    struct eh_arena arena;
    struct eh_desk *desk;
    struct eh_str text;
    uint8_t hash[32];
};

void eh_desk_held_free(struct desk_held *);
/* Parses a desk file; -EH_E… and the sentence that says what is wrong. */
int eh_desk_held_new(struct eh_str text, struct desk_held **ret, struct eh_error *) EH_MUST_CHECK;
/* Whether the first builds knew the policies of all teams. */
bool eh_desk_has_first_policies(const struct eh_engine *);
/* A team whose policy the first builds did not know, or NULL. */
const struct eh_desk_team *eh_desk_later_policy(const struct eh_desk *);

#endif
