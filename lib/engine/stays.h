/*
 * stays: who was in which team on which day, as the desks said it day by day. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_STAYS_H
#define EVENHAND_LIB_ENGINE_STAYS_H

#include "calls.h"

/* What the desks said of a team: stays of the days before `day`; from `day` on a desk. */
struct told {
    const struct stay *past; /* in order of rep id, then of days */
    uint32_t past_count;
    const struct eh_desk *desk;
    const struct eh_desk_team *team; /* NULL: it is not on that desk */
    int32_t day;                     /* EH_DATE_ALWAYS: the desk is the first that has it */
};

/* The same of one rep. */
struct told_of {
    const struct stay *past;
    uint32_t past_count;
    const struct eh_desk_member *ranges;
    uint32_t range_count;
    int32_t day;
};

/* ---- stays.c: days alone */

/* The days that come of it, in order; ret has room for past_count + 2 * range_count. */
uint32_t eh_stays_of(const struct told_of *, struct eh_stay *ret);

/* The past alone, as the dates that the desk writes out correct it; `only`: stays that there are,
 * none is added. */
uint32_t eh_stays_corrected(const struct told_of *, bool only, struct eh_stay *ret);

/* Of everybody in turn who has a day, in order of rep id. `rep`: the number, or NONE where it was
 * not looked up. Ends with the first result that is not 0. */
typedef int stays_fn(void *context, struct eh_str id, uint32_t rep, const struct eh_stay *stays,
                     uint32_t count);
int eh_stays_walk(const struct eh_engine *, const struct told *, stays_fn *,
                  void *context) EH_MUST_CHECK;

/* Is the rep in the team (NULL allowed), on whatever days? */
bool eh_stays_lists(const struct eh_desk *, const struct eh_desk_team *, struct eh_str id);
/* Of one rep alone. */
struct told_of eh_stays_find(const struct eh_engine *, const struct told *, struct eh_str id);
/* 1: there is one of these days among them; 0; -EH_ENOMEM. */
int eh_stays_any(const struct told_of *, int32_t first, int32_t last) EH_MUST_CHECK;

/* ---- past.c: the engine's */

/* Since when a rep is there, said of the days before `until`. */
struct since {
    int32_t since, until;
};

/* Refuses a desk with more stays than can be remembered. */
int eh_past_room(const struct eh_engine *, struct eh_error *) EH_MUST_CHECK;
/* Another desk is about to take effect on that day: what the one of now said up to the day before
 * is past. Desks before it on the same day leave no trace, but for what they wrote out of the past
 * of those whom it says nothing of. */
int eh_past_turn(struct eh_engine *, const struct eh_desk *new, int32_t day) EH_MUST_CHECK;
/* ... whether that is so for a team; and what is past then, its stays the caller's to free. */
bool eh_past_turns(const struct eh_engine *, uint32_t team, int32_t day);
int eh_past_fold(const struct eh_engine *, uint32_t team, const struct eh_desk *new, int32_t day,
                 struct past *ret) EH_MUST_CHECK;
/* ... and of a rep: since when, and the day from which on the new desk says. */
struct since eh_past_since(const struct eh_engine *, uint32_t rep, const struct eh_desk *new,
                           int32_t day);
/* Was the rep in the team on a day of these? 1, 0 or -EH_ENOMEM. */
int eh_past_has(const struct eh_engine *, uint32_t team, uint32_t rep, int32_t first,
                int32_t last) EH_MUST_CHECK;
/* Time was led back to a day: nothing is past from there on. */
void eh_past_back(struct eh_engine *, int32_t date);
void eh_past_done(struct eh_engine *);
/* Into a snapshot and back. */
void eh_pasts_put(const struct eh_engine *, struct eh_bytes *);
int eh_pasts_read(struct eh_engine *, struct eh_reader *) EH_MUST_CHECK;
/* Canonical bytes: the digest holds all but the names. */
void eh_encode_past(const struct eh_engine *, uint32_t team, struct eh_bytes *);
void eh_encode_since(const struct eh_engine *, uint32_t rep, struct eh_bytes *);

/* ---- zones.c */

/* As eh_past_turn(), before it. */
int eh_zones_turn(struct eh_engine *, const struct eh_desk *new, int32_t day) EH_MUST_CHECK;
void eh_zones_back(struct eh_engine *, int32_t date);
void eh_encode_zones(const struct eh_engine *, struct eh_bytes *);
int eh_zones_read(struct eh_engine *, struct eh_reader *) EH_MUST_CHECK;

#endif
