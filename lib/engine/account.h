/*
 * account: finding the account of a rep in a team, and opening one. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_ACCOUNT_H
#define EVENHAND_LIB_ENGINE_ACCOUNT_H

#include "amount.h"
#include "units.h"

struct eh_engine;

#define ACCOUNTS_MAX (1u << 22) /* pairs of team and rep ever dealt to */
/* Of a rep in a team; stays when he leaves. While he is eligible, entitlement grows with the
 * cumulative entitlements of the sets he has the skills of: it is `offset` + share × their sum;
 * else `offset` alone. So a rep settles only when his eligibility changes, and reading it stores
 * nothing. */
struct account {
    uint32_t team, rep;
    uint32_t open;           /* tickets that are with the rep now; follows from the tickets */
    int64_t received;        /* tickets */
    __int128 received_value; /* as booked, minor units */
    struct amount offset;
    __int128 turns; /* what rounds owe that went on without the rep, 10^-15 tickets */
    struct eh_key hash;
};

/* All accounts, by number; an account is never given up. */
struct accounts {
    struct account *items;
    uint32_t count, capacity;
    struct eh_table index; /* team and rep -> number */
};

/* The one there is or a new one; NULL: no memory, or too many. */
struct account *eh_account(struct eh_engine *, uint32_t team, uint32_t rep);
uint32_t eh_account_find(const struct eh_engine *, uint32_t team, uint32_t rep);
struct account *eh_account_add(struct eh_engine *, uint32_t team, uint32_t rep);

#endif
