/*
 * hours_past: owns by which schedule reps and teams worked, from which day on. Private to engine/.
 *
 * Several changes on one day: the last one holds for all of the day. Nothing is kept before
 * EH_RULES_CONTRACT.
 */
#ifndef EVENHAND_LIB_ENGINE_HOURS_PAST_H
#define EVENHAND_LIB_ENGINE_HOURS_PAST_H

#include "units.h"

struct eh_engine;

#define HOURS_SAID_MAX 64 /* changes of one rep or team: the last ones */
/* Nobody knows by which schedule: the days before the first change that is kept, and those on which
 * they were not on the desk. */
#define HOURS_UNKNOWN NONE

struct hours_said {
    int32_t from;      /* EH_DATE_ALWAYS: the first of all */
    uint32_t schedule; /* a number, 0 (none of their own), or HOURS_UNKNOWN */
};

struct hours_past {
    struct hours_said *said; /* owned; ascending. None: 0 on all days */
    uint32_t count, capacity;
    struct eh_key hash;
};

/* By which schedule somebody worked on a day, and up to which day that held. */
struct hours_run {
    uint32_t schedule;
    int32_t until; /* EH_DATE_NEVER: up to now */
};
struct hours_run eh_hours_past_run(const struct hours_past *, int32_t day);

/* From today on it is this schedule of a rep, or of a team. */
int eh_hours_past_say(struct eh_engine *, bool is_team, uint32_t no,
                      uint32_t schedule) EH_MUST_CHECK;
/* Another desk took effect; `old`: the one before it, or NULL. */
int eh_hours_past_desk(struct eh_engine *, const struct eh_desk *old) EH_MUST_CHECK;
/* EH_RULES_CONTRACT begins. */
int eh_hours_past_begin(struct eh_engine *) EH_MUST_CHECK;
/* Time was led back to a day: what holds now holds from there on. */
int eh_hours_past_back(struct eh_engine *, int32_t date) EH_MUST_CHECK;
void eh_hours_past_done(struct hours_past *);

/* One more, behind those that there are. */
int eh_hours_past_append(struct hours_past *, int32_t from, uint32_t schedule) EH_MUST_CHECK;
struct hours_past *eh_hours_past_of(struct eh_engine *, bool is_team, uint32_t no);

/* Those that there are, in a snapshot (hours_past_bytes.c). */
void eh_hours_pasts_put(const struct eh_engine *, struct eh_bytes *);
int eh_hours_pasts_read(struct eh_engine *, struct eh_reader *) EH_MUST_CHECK;

static inline bool eh_hours_are_told(const struct hours_past *past)
{
    return past->count > 0;
}

#endif
