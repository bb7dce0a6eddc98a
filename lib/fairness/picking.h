/*
 * picking: what picking.c (figures), quintiles.c and by_value.c (verdicts) share.
 */
#ifndef EVENHAND_LIB_FAIRNESS_PICKING_H
#define EVENHAND_LIB_FAIRNESS_PICKING_H

#include "facts.h"

#define COLUMNS EH_FAIRNESS_QUINTILES

/* Of one row of reps, by column. */
struct line {
    double observed[COLUMNS], expected[COLUMNS], entitled[COLUMNS];
    double total; /* Σ expected */
};

/* A column is a quintile that has tickets. */
struct quintiles {
    uint32_t of_bin[BINS]; /* which column; NONE: of a quintile without tickets */
    uint32_t first_bin[COLUMNS], end_bin[COLUMNS];
    double drawn[COLUMNS]; /* tickets in draws */
    uint32_t columns;
};

/* quintiles.c */
void eh_fairness_quintiles(const struct eh_fairness *, struct quintiles *ret);
void eh_fairness_fill_dealt(const struct eh_fairness *, const struct quintiles *, struct line *ret);
/* What was overridden, against what the deal would have given: the mean chance of each row within
 * the column. Rows that could not be dealt anything there are not counted there. */
void eh_fairness_fill_overridden(const struct eh_fairness *, const struct quintiles *,
                                 const struct line *dealt, struct line *ret);

/* by_value.c */
int eh_fairness_judge_dealt(const struct eh_fairness *, const struct quintiles *,
                            const struct line *dealt, const uint32_t *rows, struct eh_arena *,
                            struct eh_fairness_report *) EH_MUST_CHECK;
int eh_fairness_judge_overridden(const struct eh_fairness *, const struct quintiles *,
                                 const struct line *overridden, const uint32_t *rows,
                                 struct eh_fairness_report *) EH_MUST_CHECK;

#endif
