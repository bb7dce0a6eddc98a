/*
 * set_name: what hashed and stored bytes call a required-skill set. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_SET_NAME_H
#define EVENHAND_LIB_ENGINE_SET_NAME_H

#include "units.h"

struct eh_engine;
struct set_of;
struct skill_set;

void eh_set_name_put(const struct eh_engine *, const struct skill_set *, struct eh_bytes *out);
/* -EH_ECORRUPT, -EH_ENOMEM. The skills point into the input. */
int eh_set_name_read(struct eh_engine *, struct eh_reader *, struct set_of *ret) EH_MUST_CHECK;

#endif
