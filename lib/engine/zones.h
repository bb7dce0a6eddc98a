/*
 * zones: owns which time zone the desks said for which day. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_ZONES_H
#define EVENHAND_LIB_ENGINE_ZONES_H

#include "interner.h"
#include "units.h"

struct eh_engine;

/* A time zone that desks said from a day on. */
struct zone_said {
    int32_t from; /* EH_DATE_ALWAYS: the first that is known */
    uint32_t zone;
};

/* The time zones of the days before the desk of now, once they differ from its own. */
struct zones {
    struct zone_said said[EH_ZONES_KEPT];
    uint32_t count;
    struct interner names;
};

/* Like eh_past_turn(), and called by it. */
int eh_zones_turn(struct eh_engine *, const struct eh_desk *new, int32_t day) EH_MUST_CHECK;
void eh_zones_back(struct eh_engine *, int32_t date);
int eh_zones_read(struct eh_engine *, struct eh_reader *) EH_MUST_CHECK;

#endif
