/*
 * by_value: tests whether chance explains which rep got tickets of which value.
 *
 * Two tests look at the deals. The first compares rep × quintile as the draw test compares reps. It
 * takes one quintile after the other, with the covariance that the chances of its tickets give. A
 * ticket is in one quintile alone, so χ² and degrees of freedom add up. The test answers the same
 * question as G without G's fault: where a policy adapts, the mean of G is not its degrees of
 * freedom. The second test has one degree of freedom for each rep: did they get more tickets of the
 * most valuable quintile than they were due? It finds one picker among many much sooner, because
 * their excess is not lost among everybody else's chance.
 *
 * A third test compares the tickets that managers gave with each rep's mean chance in the quintile.
 */
#include <math.h>
#include <stdlib.h>

#include "picking.h"

static int dealt_compare(const uint32_t *rows, uint32_t count, const double *triangle,
                         const struct line *lines, uint32_t column, struct comparison *to)
{
    double off[ROWS_MAX], entitled[ROWS_MAX];
    const struct compared compared = {rows, count, triangle, off, entitled};
    struct cells cells;
    for (uint32_t row = 0; row < count; row++) {
        off[row] = lines[row].observed[column] - lines[row].expected[column];
        entitled[row] = lines[row].entitled[column];
    }
    eh_fairness_cells_by_share(&compared, &cells);
    return eh_fairness_compare(&compared, &cells, to);
}

/* ---- The picker. */

struct cell {
    double off, expected, variance;
};

static void cells_fill(const uint32_t *rows, uint32_t count, const double *triangle,
                       const struct line *lines, uint32_t column, const struct cells *cells,
                       struct cell *ret)
{
    for (uint32_t i = 0; i < count; i++) {
        struct cell *cell = &ret[cells->of_row[rows[i]]];
        const struct line *line = &lines[rows[i]];
        cell->expected += line->expected[column];
        cell->off += line->observed[column] - line->expected[column];
        for (uint32_t j = 0; j < count; j++)
            if (cells->of_row[rows[j]] == cells->of_row[rows[i]])
                cell->variance += *eh_fairness_covariance_at((double *)triangle, rows[i], rows[j]);
    }
}

/* Names the first and the last rep of a cell, whose reps follow each other by id. A rep without any
 * chance is not named. */
static int cell_name(const struct eh_fairness *f, const struct cells *cells, uint32_t cell,
                     struct eh_arena *arena, struct eh_fairness_picker *ret)
{
    struct eh_str first = {0}, last = {0};
    uint32_t *order = eh_fairness_by_id(f);
    for (uint32_t i = 0; order && i < f->rep_count; i++) {
        const struct rep *rep = &f->reps[order[i]];
        if (cells->of_row[rep->row] != cell || rep->drawn_expected == 0)
            continue;
        first = first.data ? first : rep->id;
        last = rep->id;
    }
    free(order);
    ret->first = eh_arena_str(arena, first);
    ret->last = eh_arena_str(arena, last);
    return order && ret->first.data && ret->last.data ? 0 : -EH_ENOMEM;
}

static int picker_find(const struct eh_fairness *f, const uint32_t *rows, const double *triangle,
                       const struct line *lines, uint32_t column, struct eh_arena *arena,
                       struct eh_fairness_report *report)
{
    struct cell all[ROWS_MAX] = {{0}};
    struct cells cells;
    double least = NAN;
    uint32_t who = 0;
    eh_fairness_cells_make(rows, f->row_count, triangle, &cells);
    if (cells.count < 2)
        return 0;
    cells_fill(rows, f->row_count, triangle, lines, column, &cells, all);
    for (uint32_t i = 0; i < cells.count; i++) {
        double p = eh_excess_tail(all[i].off, all[i].variance);
        if (i == 0 || p < least) {
            least = p;
            who = i;
        }
    }
    report->verdicts[EH_VERDICT_PICKER].p = eh_smallest_of(least, cells.count);
    report->picker =
        (struct eh_fairness_picker){.received = all[who].expected + all[who].off,
                                    .expected = all[who].expected,
                                    .deviation = all[who].off / sqrt(all[who].variance),
                                    .of = cells.count};
    return cell_name(f, &cells, who, arena, &report->picker);
}

/* ---- Deals. */

int eh_fairness_judge_dealt(const struct eh_fairness *f, const struct quintiles *q,
                            const struct line *dealt, const uint32_t *rows, struct eh_arena *arena,
                            struct eh_fairness_report *report)
{
    struct comparison all = {0};
    int r = 0;
    for (uint32_t column = 0; q->columns >= 2 && column < q->columns && r == 0; column++) {
        double *triangle = eh_fairness_covariance_of(f, q->first_bin[column], q->end_bin[column]);
        if (!triangle)
            return -EH_ENOMEM;
        r = dealt_compare(rows, f->row_count, triangle, dealt, column, &all);
        if (r == 0 && column == q->columns - 1)
            r = picker_find(f, rows, triangle, dealt, column, arena, report);
        free(triangle);
    }
    report->verdicts[EH_VERDICT_BY_VALUE].p = eh_fairness_comparison_p(&all);
    return r;
}

/* ---- Tickets that managers gave. */

/* Adds the covariance of N tickets by chances p: N (p_a δ_ab − p_a p_b). */
static void multinomial_fill(const struct line *lines, uint32_t count, uint32_t column,
                             double *triangle)
{
    double tickets = 0;
    for (uint32_t row = 0; row < count; row++)
        tickets += lines[row].expected[column];
    for (uint32_t a = 0; tickets > 0 && a < count; a++)
        for (uint32_t b = 0; b <= a; b++) {
            double expected = lines[a].expected[column], other = lines[b].expected[column];
            *eh_fairness_covariance_at(triangle, a, b) =
                (a == b ? expected : 0) - expected * other / tickets;
        }
}

int eh_fairness_judge_overridden(const struct eh_fairness *f, const struct quintiles *q,
                                 const struct line *overridden, const uint32_t *rows,
                                 struct eh_fairness_report *report)
{
    struct comparison all = {0};
    int r = 0;
    for (uint32_t column = 0; q->columns >= 2 && column < q->columns && r == 0; column++) {
        double *triangle = eh_fairness_covariance_of(f, 0, 0); /* zeros */
        if (!triangle)
            return -EH_ENOMEM;
        multinomial_fill(overridden, f->row_count, column, triangle);
        r = dealt_compare(rows, f->row_count, triangle, overridden, column, &all);
        free(triangle);
    }
    report->verdicts[EH_VERDICT_OVERRIDDEN].p = eh_fairness_comparison_p(&all);
    return r;
}
