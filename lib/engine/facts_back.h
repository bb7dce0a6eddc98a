/*
 * facts_back: time was led back: what was counted in periods that are still to come counts in the
 * one of the new date. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_FACTS_BACK_H
#define EVENHAND_LIB_ENGINE_FACTS_BACK_H

#include "units.h"

struct eh_engine;

/* Moves what was counted in periods that are still to come. */
int eh_facts_back(struct eh_engine *, int32_t date) EH_MUST_CHECK;

#endif
