/*
 * ledger: owns what each team's tickets come to: what its reps are entitled to and received.
 * Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_LEDGER_H
#define EVENHAND_LIB_ENGINE_LEDGER_H

#include "amount.h"
#include "units.h"

struct eh_engine;
struct member;
struct team;
struct ticket;

/* What a team's tickets come to, without the accounts of its reps. It stays when the team goes. */
struct ledger {
    bool used;            /* an object of the digest */
    uint64_t dealt;       /* tickets entitled */
    __int128 dealt_value; /* sum of their values, minor units */
    int64_t
        in_transit; /* receipts of tickets that are with no rep: between two, or in another team */
    __int128 in_transit_value;
    struct amount loose; /* carried by sets that are gone: the next ticket takes it up */
    struct eh_key hash;
};

/* The member becomes eligible for tickets of these sets (bit i: sets[i]), or ceases to be; with
 * their share of now. */
void eh_ledger_enter(struct eh_engine *, uint32_t team, const struct member *, uint64_t sets);
void eh_ledger_leave(struct eh_engine *, uint32_t team, const struct member *, uint64_t sets);
/* Entitlement up to now. */
struct amount eh_ledger_entitled(const struct eh_engine *, const struct team *, uint32_t position);
/* Mean value of the team's tickets, this one included, in whole minor units; at least 1. */
int64_t eh_ledger_mean(const struct eh_engine *, const struct ticket *);
/* The value the ticket is booked with: as it was booked before, or its value within ten means. */
int64_t eh_ledger_booked(const struct eh_engine *, const struct ticket *);
/* The ticket goes to the member at this position. It entitles everybody eligible, or the member
 * alone, unless it did so before, and its receipt goes to the member. */
void eh_ledger_book(struct eh_engine *, struct ticket *, uint32_t position, bool alone);
/* The receipt goes from the rep who holds the ticket into transit. */
void eh_ledger_lift(struct eh_engine *, struct ticket *);
/* The ticket is about to leave the rep, who keeps the receipt: it entitles anew when it goes to
 * somebody. */
void eh_ledger_keep(struct ticket *);
/* It goes back to that rep after all: their receipt is in transit until it is booked. */
void eh_ledger_take_up(struct eh_engine *, struct ticket *, uint32_t rep);
/* The ticket leaves the team: its receipt stays there, in transit or with who keeps it. */
void eh_ledger_forget(struct ticket *);
/* A set goes away: what its members are entitled to goes to their accounts. */
void eh_ledger_close_set(struct eh_engine *, uint32_t team, uint32_t set);

#endif
