/*
 * facts: the counts and sums that are known of a team's bonus period. Measures and shares are made
 * of facts alone.
 *
 *     const struct eh_bonus_kind kinds[] = {{.id = eh_str("order"), .closed = 12, .won = 7}};
 *     struct eh_bonus_facts facts = {.period = period, .kinds = kinds, .kind_count = 1};
 */
#ifndef EVENHAND_MEASURE_FACTS_H
#define EVENHAND_MEASURE_FACTS_H

#include <evenhand/base/base.h>

EH_C_BEGIN

/* Counts and minutes are 0 or more. Money is in minor units. */

/* Tickets of one kind whose last closing stands and lies in the period. Cancelled tickets are not
 * counted. */
struct eh_bonus_kind {
    struct eh_str id;
    int64_t closed, won, lost;
    int64_t handled_count, handled_ms; /* each duration is winsorised by eh_plan_winsorise() */
};

struct eh_bonus_import {
    struct eh_str name;
    int64_t sum, last, count; /* count 0: nobody imported the figure */
};

struct eh_bonus_member {
    struct eh_str rep;
    int32_t since;     /* date of joining the company; EH_DATE_ALWAYS: unknown, so the first band */
    int32_t first_day; /* first eligible day in the period */
    uint32_t days;     /* eligible days in the period; 0: no share */
    bool left;         /* not in the team on the period's last day */
    bool excluded;     /* a manager set them aside for the period */
    bool has_paid, has_contract;
    int64_t paid_minutes, contract_minutes; /* paid minutes count up to the contract's */
    bool by_calendar; /* the contract's minutes: those of their hours; none were imported */
    int32_t
        calendar_until;    /* ... up to this day alone, what is behind it is not known yet;
                              EH_DATE_NEVER: of the whole period. No figure: in no canonical form */
    const int64_t *closed; /* tickets they closed, by the facts' kinds; NULL: none */
};

/* A figure that stands in for what the facts make of it. */
struct eh_bonus_said {
    struct eh_str name; /* of the measure */
    int64_t value;      /* in its unit */
};

struct eh_bonus_facts {
    struct eh_period period;
    bool estimate; /* the period runs: a missing figure scores nothing, and does not block */
    const struct eh_bonus_kind *kinds;
    uint32_t kind_count;
    int64_t revenue; /* won minus refunded, minor units */
    int64_t ratings, rating_sum;
    int64_t firsts;    /* tickets whose first closing is in the period, even if it was taken back */
    int64_t reopened;  /* how many of `firsts` were reopened */
    int64_t cancelled; /* tickets that were cancelled: they are in no other count */
    bool by_closings;  /* counted by an earlier build: every closing and reopening counts, also of
                          cancelled tickets, and there are no `firsts` */
    int64_t responses, response_ms;
    int64_t cycles, cycle_ms;
    bool with_answers;          /* first answers are counted: earlier builds did not */
    int64_t answers, answer_ms; /* in the working time of the team that gave them */
    int64_t answers_timed;      /* of `answers`: there was a time to give them by */
    int64_t answers_in_time;    /* of `answers_timed`: it was kept */
    const struct eh_bonus_import *imports;
    uint32_t import_count;
    const struct eh_bonus_member *members; /* in any order */
    uint32_t member_count;
    int64_t carry_open; /* 0 or less: the carry that the team's pool still has to take back */
    const struct eh_bonus_said *said; /* of a what-if; no fact, so in no canonical form */
    uint32_t said_count;
    bool ties_by_id; /* no figure: equal remainders go by id, as in the first builds */
};

EH_C_END

#endif
