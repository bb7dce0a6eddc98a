/*
 * account: owns the accounts of reps in teams. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_ACCOUNT_H
#define EVENHAND_LIB_ENGINE_ACCOUNT_H

#include "amount.h"
#include "pauses.h"
#include "units.h"

struct eh_engine;

#define ACCOUNTS_MAX (1u << 22) /* pairs of team and rep ever dealt to */
/* What a team with `at_most` dealt to a rep of late. */
struct dealt {
    int64_t hour_s; /* the hour that is counted, by its first second, and how many in it */
    int32_t date;   /* ... the day, and how many on it */
    uint32_t in_hour, on_day; /* 0 on_day: nothing was counted ever */
    struct eh_key hash;
};

/* How a rep comes back to a team with `ramp` (ramps.h). */
struct ramp {
    int64_t gone_us; /* not there since then; 0: there, or not in the team */
    int64_t from_us; /* came back then, and has a part of their share; 0: all of it */
    uint64_t mark;   /* ... after this input */
    struct eh_key hash;
};

/* The account of a rep in a team. It stays when the rep leaves. While the rep is eligible,
 * entitlement grows with the cumulative entitlement of the sets whose skills they have: it is
 * `offset` + share × their sum; else `offset` alone. So an account changes only when eligibility
 * changes, and reading entitlement stores nothing. */
struct account {
    uint32_t team, rep;
    uint32_t open;           /* tickets that the rep has now; it follows from the tickets */
    int64_t received;        /* tickets */
    __int128 received_value; /* as booked, minor units */
    struct amount offset;
    __int128 turns; /* what rounds without the rep still owe them, 10^-15 tickets */
    struct dealt dealt;
    struct pausing pausing;
    struct ramp ramp;
    struct eh_key hash;
};

/* Whether there is something to keep of how they come back. */
static inline bool eh_account_ramps(const struct account *account)
{
    return account->ramp.gone_us || account->ramp.from_us;
}

/* All accounts, by number; an account is never given up. */
struct accounts {
    struct account *items;
    uint32_t count, capacity;
    struct eh_table index; /* team and rep -> number */
};

/* The account there is, or a new one; NULL: no memory, or too many. */
struct account *eh_account(struct eh_engine *, uint32_t team, uint32_t rep);
uint32_t eh_account_find(const struct eh_engine *, uint32_t team, uint32_t rep);
/* The one of a team and a rep whose ids are read; NULL: there is none. */
struct account *eh_account_read(struct eh_engine *, struct eh_reader *);
struct account *eh_account_add(struct eh_engine *, uint32_t team, uint32_t rep);

#endif
