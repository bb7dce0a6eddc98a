/*
 * draw: was what everybody drew what chance would give? χ² = (n − e)ᵀ Σ⁻ (n − e).
 *
 * n − e is a sum of martingale differences: each deal's chances are those given everything before
 * it, so the covariances add up however much a policy adapts.
 */
#include <math.h>
#include <stdlib.h>

#include "facts.h"

/* A direction in which less than a whole ticket's variance is left says nothing. */
#define LEAST_VARIANCE 1.0

/* Which cell each row belongs to; NONE: left out. */
struct cells {
    uint32_t of_row[ROWS_MAX], count;
};

static double covariance_of(const struct eh_fairness *f, uint32_t a, uint32_t b)
{
    return f->covariance[a <= b ? (size_t)a * ROWS_MAX + b : (size_t)b * ROWS_MAX + a];
}

static bool enough_alone(const struct eh_fairness *f, uint32_t row)
{
    return covariance_of(f, row, row) >= EH_FAIRNESS_ENOUGH;
}

/* Rows with enough chance by themselves; the others together, if that makes it enough. */
static void make_cells(const struct eh_fairness *f, struct cells *ret)
{
    double together = 0;
    *ret = (struct cells){.count = 0};
    for (uint32_t a = 0; a < f->row_count; a++) {
        ret->of_row[a] = enough_alone(f, a) ? ret->count++ : NONE;
        for (uint32_t b = 0; ret->of_row[a] == NONE && b < f->row_count; b++)
            together += enough_alone(f, b) ? 0 : covariance_of(f, a, b);
    }
    if (together < EH_FAIRNESS_ENOUGH)
        return;
    for (uint32_t a = 0; a < f->row_count; a++)
        if (ret->of_row[a] == NONE)
            ret->of_row[a] = ret->count;
    ret->count++;
}

static void fill(const struct eh_fairness *f, const struct cells *cells, double *matrix,
                 double *off)
{
    uint32_t n = cells->count;
    for (uint32_t a = 0; a < f->row_count; a++) {
        uint32_t row = cells->of_row[a];
        if (row == NONE)
            continue;
        off[row] += f->rows[a]->drawn - f->rows[a]->expected;
        for (uint32_t b = 0; b < f->row_count; b++) {
            uint32_t column = cells->of_row[b];
            if (column != NONE)
                matrix[(size_t)row * n + column] += covariance_of(f, a, b);
        }
    }
}

int eh_fairness_judge_draw(struct eh_fairness *f, struct eh_fairness_report *report)
{
    struct cells cells;
    int r = eh_fairness_rows_gather(f);
    if (r < 0)
        return r;
    report->draw_chi_square = report->draw_p = NAN;
    make_cells(f, &cells);
    report->draw_cells = cells.count;
    if (cells.count == 0)
        return 0;
    double *matrix = calloc((size_t)cells.count * (cells.count + 1), sizeof *matrix);
    if (!matrix)
        return -EH_ENOMEM;
    double *off = matrix + (size_t)cells.count * cells.count;
    fill(f, &cells, matrix, off);
    report->draw_chi_square =
        eh_quadratic_form(matrix, off, cells.count, LEAST_VARIANCE, &report->draw_degrees);
    report->draw_p = eh_chi_square_tail(report->draw_chi_square, report->draw_degrees);
    report->verdicts[EH_VERDICT_DRAW].p = report->draw_p;
    free(matrix);
    return 0;
}
