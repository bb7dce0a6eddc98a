/*
 * facts: what the files of the fairness report share: sums per rep, and per row of reps.
 *
 * A row is one rep, as long as there are few; once there are twice as many as the report may tell
 * apart, neighbours by id are put together, and a rep who comes later joins the row their id falls
 * into. Rows have what cannot be kept for every pair of 100,000 reps: the covariance of the draws,
 * and counts by value.
 */
#ifndef EVENHAND_LIB_FAIRNESS_FACTS_H
#define EVENHAND_LIB_FAIRNESS_FACTS_H

#include <evenhand/fairness/report.h>

#define ROWS_MAX     (2 * EH_FAIRNESS_CELLS_MAX)
#define BINS         506 /* classes of value: 0, then eight to each power of two below 2^63 */
#define REPS_MAX     1000000
#define MANAGERS_MAX 10000
#define NONE         UINT32_MAX

/* Tickets and what they were booked with, by class of value. */
struct by_bin {
    uint32_t tickets[BINS];
    int64_t value[BINS];
};

/* What a rep got in one way. */
struct got {
    uint64_t tickets;
    int64_t value;
    double due; /* by share of everybody in the team */
};

struct doer {
    enum eh_doer doer;
    struct eh_str name;
    struct by_bin *ways[EH_WAYS]; /* NULL: nothing */
};

struct row {
    double drawn, expected; /* tickets in draws, and Σ p of them */
    uint32_t observed[BINS], overridden[BINS];
    double expected_in[BINS];     /* Σ p by value */
    double entitled_in[BINS];     /* Σ share / Σ shares of who is eligible, of draws, by value */
    struct by_bin *ways[EH_WAYS]; /* NULL: nothing */
};

/* A lower triangle of covariances, row after row; see covariance.c. */
struct matrix {
    double *entries;
    uint32_t rows;
};

/* Which cell each row belongs to; see cells.c. */
struct cells {
    uint32_t of_row[ROWS_MAX], count;
};

/* Rows to compare, in that order: n − e and what they were entitled to, by row. */
struct compared {
    const uint32_t *rows;
    uint32_t count;
    const double *triangle; /* covariances of n − e */
    const double *off, *entitled;
};

/* Sums over comparisons that do not depend on each other; see cells.c. */
struct comparison {
    double chi_square;        /* (n − e)ᵀ Σ⁻ (n − e), */
    uint32_t degrees;         /* and the rank of Σ */
    double q, mean, variance; /* Q, and what chance makes of it */
    uint32_t cells;
};

/* Tickets that arrived, and their values exactly. */
struct arrived {
    uint64_t count;
    __int128 sum, squares;      /* minor units, and their squares */
    double rank, rank_variance; /* Σ of what eh_fairness_arrival() makes of each */
};

struct rep {
    struct eh_str id;
    uint32_t row;
    double expected, expected_value, drawn_expected, variance;
    uint64_t drawn, overrides, overloads, ended;
    bool accounted;
    struct eh_fairness_account first, last;
    int status;                     /* enum eh_status; 0: not in the team */
    int64_t since_us, status_us[4]; /* time in each status before since_us */
    int64_t ends_us;                /* when the status ends by itself; 0: it does not */
    struct arrived at_since;        /* the team's, when the status began */
    struct arrived meanwhile, otherwise;
    struct got *ways;    /* EH_WAYS of them; NULL: nothing, and nothing was due */
    uint32_t set_by;     /* number of the doer; 0, of the unknown one, until somebody is known */
    int64_t set_us;      /* when */
    uint32_t was_set_by; /* ... and before that, should the last one be refused */
    int64_t was_set_us;
};

struct manager {
    struct eh_str id;
    uint64_t overrides, ended, moves;
    int64_t value, moves_value;
};

/* again.c */
struct eh_fairness_again {
    struct eh_str actor; /* of the input under way: the caller's */
    struct eh_table name_numbers;
    struct eh_str *names; /* of who released somebody */
    uint32_t name_count, name_room;
    struct eh_table released; /* rep -> number of the name of who released them last */
    struct eh_fairness_further *further;
    uint32_t further_count, further_room;
    uint64_t moves, resent;
    int64_t moves_value, resent_value;
};

struct eh_fairness {
    struct eh_arena arena; /* names */
    struct eh_str team;
    int64_t from_us;
    bool failed; /* memory ran out, or a bound was met: the sums are not complete */

    struct eh_table rep_numbers, manager_numbers;
    struct rep *reps;
    uint32_t rep_count, rep_room;
    struct manager *managers;
    uint32_t manager_count, manager_room;

    struct doer *doers; /* [0]: EH_DOER_UNKNOWN */
    uint32_t doer_count, doer_room;
    struct eh_table doer_numbers;
    struct by_bin given;   /* deals and overrides, but further deals: what a way is held against */
    int64_t further_value; /* ... of these, as booked */
    struct by_bin ways[EH_WAYS];

    struct row *rows[ROWS_MAX];
    uint32_t row_count;
    struct matrix matrices[BINS]; /* of each 2^coarse classes of value */
    uint32_t coarse;
    size_t matrix_entries;   /* of all matrices */
    struct eh_str *row_last; /* once put together: the last id of each row; else NULL */

    double chance[ROWS_MAX]; /* of the deal at hand */
    uint32_t touched[ROWS_MAX], touched_count;

    struct arrived arrived;
    uint32_t arrived_in[BINS]; /* tickets by class of value, */
    double arrived_ties;       /* and Σ (τ³ − τ) over them */
    uint64_t tickets, deals, drawn, overrides;
    double most; /* Σ max p over draws */
    struct eh_fairness_again again;
};

/* people.c. NULL: no memory; noted. The pointer holds until the next new rep. */
struct rep *eh_fairness_rep_of(struct eh_fairness *, struct eh_str id);
struct manager *eh_fairness_manager_of(struct eh_fairness *, struct eh_str id);

/* facts.c */
void eh_fairness_add_since(struct arrived *to, const struct arrived *now,
                           const struct arrived *then);

/* Books the time of a status that ends, or goes on, at to_us; what ended by itself before that was
 * available from then on. */
void eh_fairness_book_time(struct rep *, int64_t to_us);

/* undrawn.c */
void eh_fairness_undrawn_take(struct eh_fairness *, const struct eh_deal *);
void eh_fairness_undrawn_done(struct eh_fairness *);

/* bins.c: the class of a value. */
uint32_t eh_fairness_bin(int64_t value);
/* What one row has goes to another. */
void eh_fairness_ways_move(struct by_bin *to[EH_WAYS], struct by_bin *from[EH_WAYS]);
void eh_fairness_ways_done(struct by_bin *ways[EH_WAYS]);

/* ways.c */
int eh_fairness_fill_ways(const struct eh_fairness *, struct eh_arena *,
                          struct eh_fairness_report *) EH_MUST_CHECK;
void eh_fairness_judge_ways(const struct eh_fairness *, struct eh_fairness_report *);
/* rows.c */
int eh_fairness_row_for(struct eh_fairness *, struct eh_str rep, uint32_t *ret) EH_MUST_CHECK;
/* At most EH_FAIRNESS_CELLS_MAX rows from now on. */
int eh_fairness_rows_gather(struct eh_fairness *) EH_MUST_CHECK;
void eh_fairness_rows_done(struct eh_fairness *);
/* The numbers of all reps in order of id; free() it. NULL: no memory. */
uint32_t *eh_fairness_by_id(const struct eh_fairness *);
/* All rows in order of their first rep's id. */
int eh_fairness_rows_by_id(const struct eh_fairness *, uint32_t ret[ROWS_MAX]) EH_MUST_CHECK;

/* covariance.c */
/* Takes the deal at hand, of that class of value, and forgets its chances. */
int eh_fairness_covariance_add(struct eh_fairness *, uint32_t bin) EH_MUST_CHECK;
double *eh_fairness_covariance_at(double *triangle, uint32_t a, uint32_t b);
/* The sum over classes of value first <= bin < end, which must be whole multiples of 2^coarse, or
 * BINS; free() it. NULL: no memory. */
double *eh_fairness_covariance_of(const struct eh_fairness *, uint32_t first_bin, uint32_t end_bin);
int eh_fairness_covariance_gather(struct eh_fairness *, const uint32_t *new_row,
                                  uint32_t rows) EH_MUST_CHECK;
void eh_fairness_covariance_done(struct eh_fairness *);

/* cells.c */
/* Rows in that order; who has less than EH_FAIRNESS_ENOUGH of variance is put together with the
 * next until they have, a rest with the last. No cell: all together have too little. */
void eh_fairness_cells_make(const uint32_t *rows, uint32_t count, const double *triangle,
                            struct cells *ret);
/* The same by the variance each row would have by its share of what all of them have. No draw
 * changes who is put together, so Q keeps its mean where many are about the border. */
void eh_fairness_cells_by_share(const struct compared *, struct cells *ret);
/* Adds what the cells come to; nothing where there are less than two. */
int eh_fairness_compare(const struct compared *, const struct cells *,
                        struct comparison *to) EH_MUST_CHECK;
/* How often chance gives such a q or more. NAN: nothing was compared. */
double eh_fairness_comparison_p(const struct comparison *);

/* draw.c, picking.c */
int eh_fairness_judge_draw(struct eh_fairness *, struct eh_fairness_report *) EH_MUST_CHECK;
int eh_fairness_judge_picking(struct eh_fairness *, struct eh_arena *,
                              struct eh_fairness_report *) EH_MUST_CHECK;

/* again.c */
void eh_fairness_again_done(struct eh_fairness_again *);
int eh_fairness_fill_again(const struct eh_fairness *, struct eh_arena *,
                           struct eh_fairness_report *) EH_MUST_CHECK;

/* notes.c */
int eh_fairness_write_notes(struct eh_fairness_report *, struct eh_arena *) EH_MUST_CHECK;

#endif
