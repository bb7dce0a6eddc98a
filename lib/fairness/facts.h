/*
 * facts: the sums that the files of the fairness report share: by rep, and by row of reps.
 *
 * A row is one rep as long as there are few. When there are twice as many reps as the report tells
 * apart, neighbours by id are put together in one row, and a rep who comes later joins the row of
 * their range of ids. Rows have the sums that would be too many for each of 100,000 reps: the
 * covariance of the draws, and counts by value.
 */
#ifndef EVENHAND_LIB_FAIRNESS_FACTS_H
#define EVENHAND_LIB_FAIRNESS_FACTS_H

#include <evenhand/fairness/report.h>

#define ROWS_MAX     (2 * EH_FAIRNESS_CELLS_MAX)
#define BINS         506 /* classes of value: 0, then eight to each power of two below 2^63 */
#define REPS_MAX     1000000
#define MANAGERS_MAX 10000
#define NONE         UINT32_MAX
#define DAY_STARTS   64 /* local days whose beginning is kept */

/* Tickets and their booked value in minor units, by class of value. */
struct by_bin {
    uint32_t tickets[BINS];
    int64_t value[BINS];
};

/* The tickets that a rep got in one way. */
struct got {
    uint64_t tickets;
    int64_t value;
    double due; /* tickets: the rep's part by the shares of everybody in the team */
};

struct doer {
    enum eh_doer doer;
    struct eh_str name;
    struct by_bin *ways[EH_WAYS]; /* NULL: nothing */
};

struct row {
    double drawn, expected; /* tickets that the row drew; Σ p over all draws */
    uint32_t observed[BINS], overridden[BINS];
    double expected_in[BINS];     /* Σ p by class of value */
    double entitled_in[BINS];     /* Σ (share / shares of all who were eligible) over draws */
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

/* Rows to compare, in the order of `rows`. */
struct compared {
    const uint32_t *rows;
    uint32_t count;
    const double *triangle;       /* covariances of n − e */
    const double *off, *entitled; /* n − e and entitlement, by row */
};

/* Sums over comparisons that do not depend on each other; see cells.c. */
struct comparison {
    double chi_square;        /* (n − e)ᵀ Σ⁻ (n − e) */
    uint32_t degrees;         /* the rank of Σ */
    double q, mean, variance; /* Q, and its mean and variance by chance */
    uint32_t cells;
};

/* Tickets that arrived, and exact sums of their values. */
struct arrived {
    uint64_t count;
    __int128 sum, squares;      /* minor units, and their squares */
    double rank, rank_variance; /* Σ of each ticket's rank and its variance, see facts.c */
};

/* Time that a rep was to work, within one local day. */
struct worked {
    int32_t date;
    int64_t us;
    bool by_hours; /* else they have none, and all time counts */
};

struct time_sums {
    int64_t booked_us; /* read up to then; 0: not yet */
    int64_t due_us, absent_us;
    uint32_t due_on[EH_WEEKDAYS], absent_on[EH_WEEKDAYS]; /* days */
    int32_t due_last, absent_last;                        /* the last of these days */
    int64_t absent_until_us; /* how far the absences that were counted reach */
    uint64_t absences, aways;
};

/* When a local day begins. */
struct day_start {
    int32_t date;
    int64_t us; /* 0: not known yet */
};

/* Tickets that a rep paused; see pauses.c. */
struct pauses {
    uint64_t count;   /* paused now ... */
    int64_t since_us; /* ... since then, by `worked_us` of the report */
    __int128 time_us; /* of all tickets together */
    uint64_t begun;
    int64_t value;
};

struct rep {
    struct eh_str id;
    uint32_t row;
    double expected, expected_value, drawn_expected, variance;
    double drawn_value, drawn_value_variance; /* booked value less Σ p v; Σ p (1 − p) v² */
    uint64_t drawn, overrides, overloads, ended;
    struct eh_fairness_deed deeds[EH_DEEDS];
    struct pauses pauses;
    bool accounted;
    struct eh_fairness_account first, last;
    int status;                     /* enum eh_status; 0: not in the team */
    int64_t since_us, status_us[4]; /* time in each status before since_us */
    int64_t ends_us;                /* when the status ends by itself; 0: it does not */
    int64_t began_us;               /* when the rep said the status that is told next; 0: unknown */
    int64_t counted_us;             /* ... and the one that was counted last */
    struct time_sums time;
    struct arrived at_since; /* tickets of the team up to the beginning of the status */
    struct arrived meanwhile, otherwise;
    struct got *ways;    /* EH_WAYS of them; NULL: the rep got nothing and was due nothing */
    uint32_t set_by;     /* number of the doer who set the presence; 0: unknown */
    int64_t set_us;      /* when they set it */
    uint32_t was_set_by; /* set_by before that, in case the last signal is refused */
    int64_t was_set_us;
};

struct manager {
    struct eh_str id;
    uint64_t overrides, ended, moves;
    int64_t value, moves_value;
};

/* again.c */
struct eh_fairness_again {
    struct eh_str actor; /* the sender of the current input; the caller's text */
    struct eh_table name_numbers;
    struct eh_str *names; /* users who released a rep or returned a ticket, reps who dropped one */
    uint32_t name_count, name_room;
    struct eh_table released; /* rep -> number of the user who released them last */
    struct eh_table returned; /* ticket -> number of the user who returned it last */
    struct eh_table further_numbers;
    struct eh_fairness_further *further;
    uint32_t further_count, further_room;
    uint64_t moves, resent;
    int64_t moves_value, resent_value;
};

struct eh_fairness {
    struct eh_arena arena; /* names */
    struct eh_str team;
    int64_t from_us;
    bool failed; /* memory ran out or a bound was reached: the sums are incomplete */

    struct eh_table rep_numbers, manager_numbers;
    struct rep *reps;
    uint32_t rep_count, rep_room;
    struct manager *managers;
    uint32_t manager_count, manager_room;

    struct doer *doers; /* [0]: EH_DOER_UNKNOWN */
    uint32_t doer_count, doer_room;
    struct eh_table doer_numbers;
    struct by_bin given;   /* first deals and overrides, which a way is compared with */
    int64_t further_value; /* booked value of further deals */
    struct by_bin ways[EH_WAYS];

    struct row *rows[ROWS_MAX];
    uint32_t row_count;
    struct matrix matrices[BINS]; /* one for 2^coarse classes of value */
    uint32_t coarse;
    size_t matrix_entries;   /* entries of all matrices */
    struct eh_str *row_last; /* the last id of each row; NULL: each row is one rep */

    double chance[ROWS_MAX]; /* chances of the current deal */
    uint32_t touched[ROWS_MAX], touched_count;

    struct arrived arrived;
    uint32_t arrived_in[BINS]; /* tickets that arrived, by class of value */
    double arrived_ties;       /* Σ (τ³ − τ), τ tickets in a class */
    uint64_t tickets, deals, drawn, overrides;
    uint64_t paused;                 /* tickets that all reps have paused now */
    const struct eh_engine *engine;  /* that knows the team's hours; NULL: it works always */
    int64_t worked_us, worked_at_us; /* working time of the team in the period up to then */
    double most;                     /* Σ (largest p of a draw) over draws */
    int64_t drawn_most;              /* the largest booked value of a draw */
    struct eh_fairness_again again;

    struct day_start days[DAY_STARTS]; /* by date; see watch_time.c */
    int64_t absence_ends_us;           /* when the next absence of a member is over */
};

/* people.c: finds or adds a rep. NULL: memory ran out, and `failed` is set. The pointer holds until
 * the next new rep. */
struct rep *eh_fairness_rep_of(struct eh_fairness *, struct eh_str id);
struct manager *eh_fairness_manager_of(struct eh_fairness *, struct eh_str id);

/* facts.c */
void eh_fairness_add_since(struct arrived *to, const struct arrived *now,
                           const struct arrived *then);

/* Adds the time up to to_us to the rep's status, which ends or goes on there. A status that ended
 * by itself before to_us counts as available from its end on. */
void eh_fairness_book_time(struct rep *, int64_t to_us);

/* time.c */
void eh_fairness_due(struct rep *, const struct worked *);
/* The rep missed that, by an absence of so long. One that goes on with the last is not counted
 * again. */
void eh_fairness_absent(struct rep *, const struct worked *, struct eh_interval absence);
/* The absences that were counted reach no further than that. */
void eh_fairness_absent_until(struct rep *, int64_t until_us);
void eh_fairness_time_fill(const struct rep *, struct eh_fairness_time *ret);
/* pauses.c: counts the team's working time up to to_us. Before its hours change, and before the
 * engine forgets some of them, it has to be counted up to then. */
void eh_fairness_work_until(struct eh_fairness *, int64_t to_us);
/* Counts the time of pauses up to what was counted of the team's. */
void eh_fairness_pauses_until(struct pauses *, int64_t worked_us);

/* undrawn.c */
/* Somebody wrote the name of the rep down, who may have had the ticket or not. */
bool eh_fairness_is_named(const struct eh_deal *);
void eh_fairness_undrawn_take(struct eh_fairness *, const struct eh_deal *);
void eh_fairness_undrawn_done(struct eh_fairness *);

/* bins.c: the class of a value. */
uint32_t eh_fairness_bin(int64_t value);
/* Adds the sums of a row to those of another, and frees them. */
void eh_fairness_ways_move(struct by_bin *to[EH_WAYS], struct by_bin *from[EH_WAYS]);
void eh_fairness_ways_done(struct by_bin *ways[EH_WAYS]);

/* ways.c */
int eh_fairness_fill_ways(const struct eh_fairness *, struct eh_arena *,
                          struct eh_fairness_report *) EH_MUST_CHECK;
void eh_fairness_judge_ways(const struct eh_fairness *, struct eh_fairness_report *);
/* rows.c */
int eh_fairness_row_for(struct eh_fairness *, struct eh_str rep, uint32_t *ret) EH_MUST_CHECK;
/* Puts neighbours together: at most EH_FAIRNESS_CELLS_MAX rows are left. */
int eh_fairness_rows_gather(struct eh_fairness *) EH_MUST_CHECK;
void eh_fairness_rows_done(struct eh_fairness *);
/* The numbers of all reps in order of id; the caller frees them. NULL: memory ran out. */
uint32_t *eh_fairness_by_id(const struct eh_fairness *);
/* All rows in order of their first rep's id. */
int eh_fairness_rows_by_id(const struct eh_fairness *, uint32_t ret[ROWS_MAX]) EH_MUST_CHECK;

/* covariance.c */
/* Adds the current deal to the matrix of its class of value, and clears f->chance. */
int eh_fairness_covariance_add(struct eh_fairness *, uint32_t bin) EH_MUST_CHECK;
double *eh_fairness_covariance_at(double *triangle, uint32_t a, uint32_t b);
/* The sum of the matrices of classes first <= bin < end; the caller frees it. Both must be
 * multiples of 2^coarse, or BINS. NULL: memory ran out. */
double *eh_fairness_covariance_of(const struct eh_fairness *, uint32_t first_bin, uint32_t end_bin);
int eh_fairness_covariance_gather(struct eh_fairness *, const uint32_t *new_row,
                                  uint32_t rows) EH_MUST_CHECK;
void eh_fairness_covariance_done(struct eh_fairness *);

/* cells.c */
/* Rows in that order; who has less than EH_FAIRNESS_ENOUGH of variance is put together with the
 * next until they have, a rest with the last. No cell: all together have too little. */
void eh_fairness_cells_make(const uint32_t *rows, uint32_t count, const double *triangle,
                            struct cells *ret);
/* As eh_fairness_cells_make(), by the variance that each row would have by its share. Draws do not
 * change which rows are put together, so Q keeps its mean where many rows are near the border. */
void eh_fairness_cells_by_share(const struct compared *, struct cells *ret);
/* Adds the comparison of the cells. Fewer than two cells add nothing. */
int eh_fairness_compare(const struct compared *, const struct cells *,
                        struct comparison *to) EH_MUST_CHECK;
/* The chance of a Q that is at least this large. NAN: nothing was compared. */
double eh_fairness_comparison_p(const struct comparison *);

/* draw.c, picking.c */
int eh_fairness_judge_draw(struct eh_fairness *, struct eh_fairness_report *) EH_MUST_CHECK;
int eh_fairness_judge_picking(struct eh_fairness *, struct eh_arena *,
                              struct eh_fairness_report *) EH_MUST_CHECK;

/* again.c */
void eh_fairness_again_done(struct eh_fairness_again *);
int eh_fairness_fill_again(const struct eh_fairness *, struct eh_arena *,
                           struct eh_fairness_report *) EH_MUST_CHECK;

/* bands.c: how far chance takes the tickets of each rep. */
void eh_fairness_fill_bands(const struct eh_fairness *, struct eh_fairness_report *);

/* notes.c */
int eh_fairness_write_notes(struct eh_fairness_report *, struct eh_arena *) EH_MUST_CHECK;

#endif
