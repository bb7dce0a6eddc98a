/*
 * state: the engine: what it keeps in memory, made of the parts that its files own. Private to
 * engine/.
 *
 * Each file has a header that says what it owns and what others may ask of it. Reps, teams and
 * kinds have numbers that are never given again while the engine lives (interner.h). Outside they
 * are known by their ids: a number decides nothing and may differ after a restore. Tickets,
 * periods, facts, pending outcomes and cancelled tickets live in slots, which are used again.
 * Whatever orders anything compares ids, ticket numbers or times.
 *
 * Words of this folder that no textbook has:
 *
 *     account     what a rep received and is entitled to in one team
 *     aside       a ticket whose deal or release PostgreSQL refuses: it stands outside its queue
 *     booked      the value that a ticket counts with in the ledger: its own within ten means
 *     clock       the times of a ticket that something is waited for
 *     cumulative  entitlement per ppm of share since a set or a round began: it only grows
 *     fact        what a bonus period counts by kind, rep or imported name
 *     held        a signal that was said and is not in force yet: said too often
 *     home        a team that a ticket was dealt in before the one it is in
 *     in transit  receipts of tickets that are with no rep: between two of them, or in another team
 *     intern      to give an id its number
 *     left over   what a step made possible and may not deal: DUE inputs deal it
 *     likeness    what two tickets have in common that may be one ticket sent twice
 *     loose       entitlement that a set carried when it went: the next ticket takes it up
 *     pending     an outcome that came before its ticket
 *     purse       what is known of all bonus periods of a team together
 *     receipt     a ticket was given to somebody in this team: it counts once
 *     round       rotation: slots are given out by share; release: some tickets of a rep go back
 *     set         a team's tickets that require the same skills
 *     schedule    intervals in which somebody works; it is on in them. Numbered by the shell
 *     shadow      plans counted beside the desk's: never part of the state
 *     shift       an interval of a schedule, with what follows it after a short break
 *     slot        a place in an array; of a rotation: a ticket due to a rep in this round
 *     stay        days that a rep was in a team
 *     story       what the outcomes of a ticket come to; told anew when one comes late
 *     subject     the ticket whose outcomes a step applies
 *     tail        what few tickets have, in bytes behind their texts
 *     told        what desks said of earlier days
 */
#ifndef EVENHAND_LIB_ENGINE_STATE_H
#define EVENHAND_LIB_ENGINE_STATE_H

#include "account.h"
#include "clocks.h"
#include "epochs.h"
#include "expiries.h"
#include "facts.h"
#include "lasts.h"
#include "limits.h"
#include "pauses.h"
#include "pending.h"
#include "period_list.h"
#include "plans.h"
#include "ready.h"
#include "resends.h"
#include "roster.h"
#include "rounds.h"
#include "schedules.h"
#include "tickets.h"
#include "zones.h"

struct watch;

struct eh_engine {
    /* where the log is */
    uint64_t input, seq, dead;
    int64_t at_us;
    int32_t date;
    bool has_day;
    uint32_t rules; /* enum eh_rules: in force */
    struct hours hours;

    int64_t now_us;      /* of the step under way; no part of the state */
    uint32_t ramps_left; /* ramps that it may still end */
    uint32_t ramps_open; /* places in the queues of ramps (ramps.h) */

    bool broken;           /* a step failed half way: nothing can be decided any more */
    bool restoring;        /* eligibility is found again, nobody enters or leaves */
    unsigned __int128 sum; /* of the hashes of all objects but the globals (digest.c) */

    struct eh_parsed_desk *desk;
    int32_t told_from; /* day it took effect as the day's first; EH_DATE_ALWAYS: the first of all */
    struct zones zones;
    struct roster roster;
    struct accounts accounts;
    struct tickets tickets;
    struct eh_table customers; /* team and customer -> their newest ticket (affinity.c) */
    struct eh_table changed;   /* ticket -> ms of the newest `changed_at` applied (changed.c) */
    struct ready ready;
    struct rounds rounds;
    struct expiries expiries;
    struct schedules schedules;
    struct clocks clocks;
    struct pauses pauses;
    struct interner answering; /* sources that told an answer (answering.h) */
    struct pending pending;
    struct cancellations cancelled;
    struct lasts lasts;
    struct periods periods;
    struct facts facts;
    struct shadow shadow;
    struct epochs epochs;

    struct eh_bytes scratch;
    struct watch *watch; /* NULL: nobody watches; never part of the state (observe.c) */
};

#endif
