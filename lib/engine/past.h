/*
 * past: owns what earlier desks said of days that are over. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_PAST_H
#define EVENHAND_LIB_ENGINE_PAST_H

#include "units.h"

struct eh_engine;

/* Days that a rep was in a team, both included. */
struct stay {
    uint32_t rep;
    int32_t from, until;
};

/* What earlier desks said of a team. It stays when the team goes. */
struct past {
    struct stay *stays; /* in order of rep id, then of days; owned */
    uint32_t count;
    int32_t day; /* the days before this one; EH_DATE_ALWAYS: none, the desk of now is its first */
    struct eh_key hash;
};

/* Since when a rep works here, as said of the days before `until`. */
struct since {
    int32_t since, until;
};

/* Refuses a desk with more stays than can be remembered. */
int eh_past_room(const struct eh_engine *, struct eh_error *) EH_MUST_CHECK;
/* Another desk is about to take effect on that day: what the present desk said up to the day before
 * becomes past. Other desks of the same day leave no trace, except for what they wrote out of the
 * past of reps whom the new desk does not name. */
int eh_past_turn(struct eh_engine *, const struct eh_desk *new, int32_t day) EH_MUST_CHECK;
/* Whether that is so for a team; and its past then, whose stays the caller frees. */
bool eh_past_turns(const struct eh_engine *, uint32_t team, int32_t day);
int eh_past_fold(const struct eh_engine *, uint32_t team, const struct eh_desk *new, int32_t day,
                 struct past *ret) EH_MUST_CHECK;
/* The same of a rep: since when, and the day from which the new desk says it. */
struct since eh_past_since(const struct eh_engine *, uint32_t rep, const struct eh_desk *new,
                           int32_t day);
/* Whether the rep was in the team on one of these days: 1, 0 or -EH_ENOMEM. */
int eh_past_has(const struct eh_engine *, uint32_t team, uint32_t rep, int32_t first,
                int32_t last) EH_MUST_CHECK;
/* Time was led back to a day: nothing is past from there on. */
void eh_past_back(struct eh_engine *, int32_t date);
void eh_past_done(struct eh_engine *);

#endif
