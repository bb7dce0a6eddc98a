/*
 * first_policies: the first builds knew two policies, and decided by that. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_FIRST_POLICIES_H
#define EVENHAND_LIB_ENGINE_FIRST_POLICIES_H

#include "units.h"

struct eh_engine;

/* Whether the first builds knew the policies of all teams. */
bool eh_desk_has_first_policies(const struct eh_engine *);
/* A team whose policy the first builds did not know, or NULL. */
const struct eh_desk_team *eh_desk_later_policy(const struct eh_desk *);

#endif
