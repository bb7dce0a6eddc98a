/*
 * signal_terms: how long a signal lasts, and when the next one may take effect. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_SIGNAL_TERMS_H
#define EVENHAND_LIB_ENGINE_SIGNAL_TERMS_H

#include "units.h"

struct eh_engine;
struct rep;

#define AT_LEAST_DEFAULT_S (15 * 60)
#define AT_MOST_DEFAULT_S  (8 * 3600)
/* How often something happened lately. */
struct rate {
    int64_t minute_us; /* when the minute began that is counted in */
    int64_t last_us;
    uint32_t minute_count, day_count;
    int32_t date; /* local civil date that is counted for */
};

/* A signal that was said and is held back: it is not in force yet. */
struct held {
    int64_t until_us; /* when it takes effect, or EH_TIME_NEVER: there is none */
    int64_t for_s;
    uint8_t status;
    bool has_for;
    char *reason, *by; /* owned; by: the user, where that is not the rep */
    uint32_t reason_size, by_size;
};

/* What a signal says. */
struct said {
    uint8_t status;
    bool has_for;
    int64_t for_s;
};

/* When the signal ends by itself if it takes effect at `from_us`. */
int64_t eh_signal_until(const struct eh_engine *, const struct rep *, struct said, int64_t from_us);
/* When overloaded that began at `from_us` may end at the earliest. */
int64_t eh_overloaded_least_until(const struct eh_engine *, const struct rep *, int64_t from_us);
/* When the next change of the state in force may be: now, or later. */
int64_t eh_change_from(const struct rep *, int32_t date, int64_t now_us);
/* How many more changes there may be in this minute, and today, without one being held back. */
void eh_changes_left(const struct rep *, int32_t date, int64_t now_us, uint32_t *ret_minute,
                     uint32_t *ret_today);
/* How long overloaded may last, by the teams that the rep is in today. */
void eh_overloaded_bounds(const struct eh_engine *, const struct rep *, int64_t *ret_at_least_s,
                          int64_t *ret_at_most_s);
/* When the next signal may become an input: now, or later. */
int64_t eh_input_from(const struct rep *, int32_t date, int64_t now_us);
void eh_rate_count(struct rate *, int32_t date, int64_t now_us);
/* When overloaded may last anew, as it is said now: now, or later. */
int64_t eh_overload_from(const struct eh_engine *, const struct rep *, struct said, int64_t now_us);
/* Whether it only repeats overloaded that is in force, and not for longer. */
bool eh_overload_repeats(const struct eh_engine *, const struct rep *, struct said, int64_t now_us);
void eh_overload_count(const struct eh_engine *, struct rep *, struct said, int64_t now_us);

#endif
