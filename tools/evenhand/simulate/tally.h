/*
 * tally: who got how much under one way of dealing, and how evenly that is spread.
 *
 *     struct eh_tally tally = {.by = "balanced"};
 *     r = eh_tally_open(&tally, team, rep, 500000);         // somebody who may get tickets
 *     r = eh_tally_add(&tally, team, rep, 12995);           // and got one worth 129.95
 *     r = eh_tally_wait(&tally, team, 40);                  // which had waited for 40 seconds
 *     struct eh_figures f;
 *     r = eh_tally_figures(&tally, team, &f);               // or EH_TALLY_ALL
 *     eh_tally_done(&tally);
 *
 * Figures are per weight: a rep with weight 0.5 who got half of what one with 1.0 got is as well
 * off, and counts half. See weights.c: absence and capacity are not taken into account, because a
 * recorded history does not tell them.
 */
#ifndef EVENHAND_TOOLS_SIMULATE_TALLY_H
#define EVENHAND_TOOLS_SIMULATE_TALLY_H

#include <evenhand/base/base.h>

#define EH_TALLY_ALL UINT32_MAX /* in place of a team: all teams together */

struct eh_tally_row {
    uint32_t team, rep;  /* the caller's numbers for them */
    uint32_t weight_ppm; /* 0: they could have had nothing, and count nothing */
    uint64_t count;
    int64_t value; /* minor units */
};

/* Of a team. */
struct eh_tally_team {
    double guess; /* how well one could guess who gets a ticket: chances of the likeliest rep */
    uint64_t guesses;
    uint64_t waited;        /* dealt, but not at once ... */
    int64_t wait_s, most_s; /* ... all of them together, and the longest */
    uint64_t waiting;       /* never dealt */
    uint64_t due, in_time;  /* those that had to be answered by some time; ... and were */
};

struct eh_tally {
    const char *by;
    struct eh_table index;
    struct eh_tally_row *rows;
    size_t count, capacity;
    struct eh_tally_team *teams; /* by team */
    uint32_t team_count;
};

struct eh_figures {
    uint64_t tickets, reps;
    double gini_count, jain_count; /* 0 and 1 when all have the same */
    double gini_value, jain_value; /* NaN: there is no value */
    double spread_count;           /* most less least, tickets of a weight of 1 */
    double spread_value;           /* ... minor units */
    double guess;                  /* mean chance of the likeliest; NaN: nothing was dealt */
    uint64_t waited, waiting;      /* dealt, but not at once; never dealt */
    int64_t wait_s, most_s;        /* mean of those that waited and were dealt, and the longest */
    uint64_t due, in_time;
};

/* -EH_ENOMEM, all of them. */
int eh_tally_open(struct eh_tally *, uint32_t team, uint32_t rep,
                  uint32_t weight_ppm) EH_MUST_CHECK;
int eh_tally_add(struct eh_tally *, uint32_t team, uint32_t rep, int64_t value) EH_MUST_CHECK;
int eh_tally_guess(struct eh_tally *, uint32_t team, double chance) EH_MUST_CHECK;
int eh_tally_wait(struct eh_tally *, uint32_t team, int64_t wait_s) EH_MUST_CHECK;
/* One that had to be answered by some time, which is over or not. */
int eh_tally_answer(struct eh_tally *, uint32_t team, bool in_time) EH_MUST_CHECK;
int eh_tally_left(struct eh_tally *, uint32_t team) EH_MUST_CHECK; /* one that was never dealt */
int eh_tally_figures(const struct eh_tally *, uint32_t team, struct eh_figures *ret) EH_MUST_CHECK;
void eh_tally_done(struct eh_tally *);

#endif
