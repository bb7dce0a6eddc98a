/*
 * facts: what is known of a team's bonus period, as counts and sums; measures and shares are made
 * of it and of nothing else.
 *
 *     const struct eh_bonus_kind kinds[] = {{.id = eh_str("order"), .closed = 12, .won = 7}};
 *     struct eh_bonus_facts facts = {.period = period, .kinds = kinds, .kind_count = 1};
 */
#ifndef EVENHAND_MEASURE_FACTS_H
#define EVENHAND_MEASURE_FACTS_H

#include <evenhand/base/base.h>

/* Counts and minutes are 0 or more. */

/* Tickets whose last closing lies in the period and stands; cancelled ones are in none of it. */
struct eh_bonus_kind {
    struct eh_str id;
    int64_t closed, won, lost;
    int64_t handled_count, handled_ms; /* winsorised by eh_plan_winsorise() one by one */
};

struct eh_bonus_import {
    struct eh_str name;
    int64_t sum, last, count; /* count 0: the feed did not come */
};

struct eh_bonus_member {
    struct eh_str rep;
    int32_t since;     /* date of joining the company; EH_DATE_ALWAYS: not known, the first band */
    int32_t first_day; /* first eligible day in the period */
    uint32_t days;     /* eligible days in the period; 0: no share */
    bool left;         /* not in the team on the period's last day */
    bool excluded;     /* set aside by a manager */
    bool has_paid, has_contract;
    int64_t paid_minutes, contract_minutes; /* paid count up to contract */
    const int64_t *closed;                  /* closings held, by the facts' kinds; NULL: none */
};

struct eh_bonus_facts {
    struct eh_period period;
    bool estimate; /* of a period that runs: what is missing scores nothing instead of blocking */
    const struct eh_bonus_kind *kinds;
    uint32_t kind_count;
    int64_t revenue; /* won minus refunded, minor units */
    int64_t ratings, rating_sum;
    int64_t firsts;    /* tickets first closed in the period, taken back since or not ... */
    int64_t reopened;  /* ... and those of them that were reopened */
    int64_t cancelled; /* tickets that are no work */
    bool by_closings;  /* as earlier builds counted: every closing and reopening, cancelled ones,
                          too; no `firsts` */
    int64_t responses, response_ms;
    int64_t cycles, cycle_ms;
    const struct eh_bonus_import *imports;
    uint32_t import_count;
    const struct eh_bonus_member *members; /* in any order */
    uint32_t member_count;
    int64_t carry_open; /* 0 or less: what the team's pool still has to take back */
    bool ties_by_id;    /* no figure: ties are broken as the first builds did */
};

#endif
