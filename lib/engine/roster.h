/*
 * roster: owns reps, teams, members and kinds, as desk files lay them out. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_ROSTER_H
#define EVENHAND_LIB_ENGINE_ROSTER_H

#include "hours_past.h"
#include "interner.h"
#include "kinds.h"
#include "ledger.h"
#include "past.h"
#include "period_list.h"
#include "ramps.h"
#include "signal_terms.h"
#include "units.h"

struct absence;
struct eh_engine;
struct eh_policy;
struct skill_set;

struct membership {
    uint32_t team, position;
};

struct rep {
    bool known;   /* it was on a desk: an object of the digest */
    bool present; /* it is on the present desk */
    bool signalled;
    bool releasing; /* further rounds of a release are due */
    char *scope;    /* ... of tickets in these teams alone; owned; NULL: in all */
    uint32_t scope_size;
    bool gone;        /* was in a team, and is in none today or off the desk file */
    bool back;        /* came back and starts afresh: that is still to be told */
    bool leaves_told; /* told of the first team in `leaves` */
    char *leaves; /* teams whose tickets go back since the rep left; owned; a list in one text */
    uint32_t leaves_size;
    bool in_rounds;         /* stands in the rounds (rounds.h) */
    uint64_t released;      /* tickets up to this number were given back */
    uint64_t release_round; /* input of the last round */
    uint8_t status;         /* enum eh_status, in force */
    uint32_t desk_index;
    uint32_t share_ppm;
    int64_t since_us, until_us;
    char *reason, *by; /* owned; by: the user who said it, where that is not the rep */
    uint32_t reason_size, by_size;
    bool ended;               /* `by` ended overloaded: it is over at once, or soon */
    uint32_t overloads;       /* times overloaded was said in a row, each lasting anew */
    int64_t overload_over_us; /* when overloaded was over last, or 0 */
    char *away_in;            /* teams that give the rep nothing until they signal; owned; joined */
    uint32_t away_in_size;
    struct held held;
    int32_t since;       /* as earlier desks wrote it last, or EH_DATE_ALWAYS ... */
    int32_t since_until; /* ... which holds for the days before this one */
    char *name;          /* of a rep who is off the desk: the last name; owned */
    uint32_t name_size;
    struct eh_key since_hash;
    struct rate changes, said;     /* changes of the state in force; inputs by signals */
    uint64_t newest_ms, newest_no; /* id of the newest signal of the stream that was taken, or 0 */
    uint32_t expiry_at;            /* place in the heap of expiries, or NONE */
    uint32_t schedule;             /* their own: a number, or 0 */
    bool absent;                   /* in every team; their members were told */
    struct absence *absences;      /* owned; by when they begin */
    uint32_t absence_count, absence_capacity;
    uint32_t absence_at; /* place in the heap of shifts, or NONE */
    struct eh_key hours_hash;
    struct hours_past hours_past;
    struct list open;
    uint64_t points;                      /* of open work; paused tickets may count less */
    uint64_t paused;                      /* tickets */
    const struct membership *memberships; /* in order of team id */
    const uint32_t *desk_teams;           /* the same as indices of the desk */
    uint32_t membership_count;
    struct eh_key hash;
};

struct member {
    uint32_t rep;
    uint32_t account;
    const struct eh_desk_member *ranges;
    uint32_t range_count;
    bool active;     /* today is within a range */
    bool off;        /* by a schedule, as it was told */
    bool available;  /* active, at work, and available */
    bool eligible;   /* available, below capacity, and not over the team's `at_most` */
    bool hour_full;  /* over what the team deals in an hour */
    uint32_t weight; /* their share, ppm, or the part of it that they have while they ramp up */
    uint64_t sets;   /* bit i: has the skills of sets[i] */
    uint64_t full;   /* bit i: has as many open tickets of the kind of sets[i] as the team allows */
};

/* Bit i: may get a ticket of sets[i] now. */
static inline uint64_t member_deals(const struct member *member)
{
    return member->eligible ? member->sets & ~member->full : 0;
}

struct team {
    struct ledger ledger;
    struct purse purse;
    struct past past;
    uint32_t periods; /* the latest first, or NONE */
    uint32_t shadow_periods;
    const struct eh_desk_team *desk; /* NULL: not on this desk */
    const struct eh_policy *policy;
    struct member *members; /* in order of rep id */
    struct skill_set *sets;
    uint32_t desk_index, member_count, leaves, set_count;
    uint32_t available;
    uint32_t today; /* members of today, in whatever state; it follows from them */
    uint64_t waiting, open;
    uint64_t late;   /* of both: told to be late, and not answered */
    uint64_t paused; /* of the open tickets */
    struct ramps ramps;
    uint32_t schedule; /* of reps who have none of their own: a number, or 0 */
    struct eh_key hours_hash;
    struct hours_past hours_past;
    uint64_t limited;     /* bit i: the team limits how many open tickets of the kind of sets[i] */
    uint64_t ready;       /* bit i: sets[i] has both somebody eligible and something waiting */
    uint64_t ready_since; /* input that made the first of them ready */
};

struct kind {
    uint32_t points;  /* 0: not on this desk */
    uint32_t counter; /* place among those of a rep (kinds.h), or NONE: no team limits it */
    uint64_t held;    /* open and waiting tickets */
};

/* Everybody and everything that a desk ever named, by number. */
struct roster {
    struct interner rep_ids, team_ids, kind_ids;
    struct rep *reps;
    struct team *teams;
    struct kind *kinds;
    uint32_t reps_capacity, teams_capacity, kinds_capacity;
    struct membership *memberships; /* of all reps */
    uint32_t *desk_teams;           /* the same as indices of the desk */
    struct kind_counters counters;
};

/* Takes the desk over: names, members, trees. now_us: since when a rep who never signalled has the
 * status that is presumed. */
int eh_roster_install(struct eh_engine *, struct eh_parsed_desk *, int64_t now_us) EH_MUST_CHECK;
void eh_team_free(struct team *); /* frees its memory alone */
void eh_roster_set_date(struct eh_engine *, int32_t date);

#endif
