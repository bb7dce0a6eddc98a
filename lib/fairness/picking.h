/*
 * picking: types and functions that picking.c (figures), quintiles.c and by_value.c (verdicts)
 * share.
 */
#ifndef EVENHAND_LIB_FAIRNESS_PICKING_H
#define EVENHAND_LIB_FAIRNESS_PICKING_H

#include "facts.h"

#define COLUMNS EH_FAIRNESS_QUINTILES

/* The tickets of one row of reps, by column. */
struct line {
    double observed[COLUMNS], expected[COLUMNS], entitled[COLUMNS];
    double total; /* Σ expected */
};

/* A column is a quintile that has tickets. */
struct quintiles {
    uint32_t of_bin[BINS]; /* column of a class of value; NONE: its quintile has no tickets */
    uint32_t first_bin[COLUMNS], end_bin[COLUMNS];
    double drawn[COLUMNS]; /* tickets that were drawn */
    uint32_t columns;
};

/* quintiles.c */
void eh_fairness_quintiles(const struct eh_fairness *, struct quintiles *ret);
void eh_fairness_fill_dealt(const struct eh_fairness *, const struct quintiles *, struct line *ret);
/* Fills in the tickets that managers gave, and what each row could expect of them: its mean chance
 * in the column. A row without a chance in a column is not counted there. */
void eh_fairness_fill_overridden(const struct eh_fairness *, const struct quintiles *,
                                 const struct line *dealt, struct line *ret);

/* heat.c */
int eh_fairness_fill_heat(const struct eh_fairness *, const struct quintiles *,
                          const struct line *dealt, struct eh_arena *,
                          struct eh_fairness_report *) EH_MUST_CHECK;

/* by_value.c */
int eh_fairness_judge_dealt(const struct eh_fairness *, const struct quintiles *,
                            const struct line *dealt, const uint32_t *rows, struct eh_arena *,
                            struct eh_fairness_report *) EH_MUST_CHECK;
int eh_fairness_judge_overridden(const struct eh_fairness *, const struct quintiles *,
                                 const struct line *overridden, const uint32_t *rows,
                                 struct eh_fairness_report *) EH_MUST_CHECK;

#endif
