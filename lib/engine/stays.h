/*
 * stays: on which days somebody was in a team, by what earlier desks said and what a desk says.
 * Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_STAYS_H
#define EVENHAND_LIB_ENGINE_STAYS_H

#include "units.h"

struct eh_engine;
struct stay;

/* What the desks said of a team: stays for the days before `day`, a desk from `day` on. */
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

/* Called for everybody who has a day, in order of rep id. `rep`: their number, or NONE if it was
 * not looked up. The first result that is not 0 ends the walk. */
typedef int stays_fn(void *context, struct eh_str id, uint32_t rep, const struct eh_stay *stays,
                     uint32_t count);

/* The days that come of it, in order. `ret` has room for past_count + 2 * range_count. */
uint32_t eh_stays_of(const struct told_of *, struct eh_stay *ret);
/* The past alone, corrected by the dates that the desk writes out. `only`: corrects stays that are
 * there, and adds none. */
uint32_t eh_stays_corrected(const struct told_of *, bool only, struct eh_stay *ret);
int eh_stays_walk(const struct eh_engine *, const struct told *, stays_fn *,
                  void *context) EH_MUST_CHECK;
/* Whether the desk lists the rep in the team (NULL allowed), on whatever days. */
bool eh_stays_lists(const struct eh_desk *, const struct eh_desk_team *, struct eh_str id);
/* What is said of one rep. */
struct told_of eh_stays_find(const struct eh_engine *, const struct told *, struct eh_str id);
/* Whether one of these days is among them: 1, 0 or -EH_ENOMEM. */
int eh_stays_any(const struct told_of *, int32_t first, int32_t last) EH_MUST_CHECK;

#endif
