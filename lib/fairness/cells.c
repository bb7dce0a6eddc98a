/*
 * cells: puts rows with too little variance together, and compares the draws with what chance
 * gives.
 *
 * n is how many tickets a row drew, e the sum of its chances. n − e is a sum of martingale
 * differences: the chances of a deal are conditional on everything before it. So the covariances
 * add up to Σ, however much a policy adapts. No row is left out: the n − e of all rows sum to 0, so
 * one of them follows from the others, and leaving it out would change nothing.
 *
 * χ² = (n − e)ᵀ Σ⁻ (n − e) is a figure for people. Where a policy adapts, it has no χ²
 * distribution: a rep who got more than their chances has less chance and less variance from then
 * on, so a large excess is divided by a small variance (of 80 reps who got 20 tickets each in
 * rotation, 16 % were below .05). Verdicts come from Q = Σ (n − e)² / a, where a is what share
 * alone entitles each cell to; no draw changes a. The mean of Q is exactly tr(A⁻¹ Σ) and its
 * variance 2 tr((A⁻¹ Σ)²). Q is compared with the multiple of a χ² that has this mean and variance
 * (Satterthwaite, Biometrics Bulletin 2, 1946; Box, Annals of Mathematical Statistics 25, 1954).
 * Where share alone decides, both χ² and Q are Pearson's.
 */
#include <math.h>
#include <stdlib.h>

#include "facts.h"

/* Tickets²: a direction with less variance than this is left out of χ². */
#define LEAST_VARIANCE 1.0

static double rows_covariance(const double *triangle, uint32_t a, uint32_t b)
{
    return *eh_fairness_covariance_at((double *)triangle, a, b);
}

/* How much the variance of a sum of rows grows with one more row. */
static double sum_more_variance(const double *triangle, const uint32_t *rows, uint32_t count,
                                uint32_t row)
{
    double more = rows_covariance(triangle, row, row);
    for (uint32_t i = 0; i < count; i++)
        more += 2 * rows_covariance(triangle, row, rows[i]);
    return more;
}

/* Puts the rows from `first` on, which are too few for a cell, into the last cell. */
static void cells_close(const uint32_t *rows, uint32_t count, uint32_t first, struct cells *cells)
{
    for (uint32_t i = first; cells->count > 0 && i < count; i++)
        cells->of_row[rows[i]] = cells->count - 1;
}

void eh_fairness_cells_make(const uint32_t *rows, uint32_t count, const double *triangle,
                            struct cells *ret)
{
    uint32_t first = 0; /* the first row of the cell that is being filled */
    double variance = 0;
    *ret = (struct cells){.count = 0};
    for (uint32_t i = 0; i < count; i++) {
        variance += sum_more_variance(triangle, rows + first, i - first, rows[i]);
        ret->of_row[rows[i]] = ret->count;
        if (variance < EH_FAIRNESS_ENOUGH)
            continue;
        ret->count++;
        first = i + 1;
        variance = 0;
    }
    cells_close(rows, count, first, ret);
}

void eh_fairness_cells_by_share(const struct compared *c, struct cells *ret)
{
    double variance = 0, entitled = 0, squares = 0, part = 0; /* part: a sum over the open cell */
    uint32_t first = 0;
    *ret = (struct cells){.count = 0};
    for (uint32_t i = 0; i < c->count; i++) {
        double a = c->entitled[c->rows[i]];
        variance += rows_covariance(c->triangle, c->rows[i], c->rows[i]);
        entitled += a;
        squares += a * a;
    }
    double unit = variance / (1 - squares / (entitled * entitled));
    for (uint32_t i = 0; entitled > 0 && i < c->count; i++) {
        part += c->entitled[c->rows[i]] / entitled;
        ret->of_row[c->rows[i]] = ret->count;
        if (!(unit * part * (1 - part) >= EH_FAIRNESS_ENOUGH))
            continue;
        ret->count++;
        first = i + 1;
        part = 0;
    }
    cells_close(c->rows, c->count, first, ret);
}

/* ---- Comparing cells. */

struct sums {
    uint32_t n;
    double *matrix, *off, *entitled;
};

static int sums_make(const struct compared *c, const struct cells *cells, struct sums *ret)
{
    uint32_t n = cells->count;
    double *all = calloc((size_t)n * (n + 2), sizeof *all);
    *ret = (struct sums){n, all, all + (size_t)n * n, all + (size_t)n * (n + 1)};
    for (uint32_t i = 0; all && i < c->count; i++) {
        uint32_t cell = cells->of_row[c->rows[i]];
        ret->off[cell] += c->off[c->rows[i]];
        ret->entitled[cell] += c->entitled[c->rows[i]];
        for (uint32_t j = 0; j < c->count; j++)
            ret->matrix[(size_t)cell * n + cells->of_row[c->rows[j]]] +=
                rows_covariance(c->triangle, c->rows[i], c->rows[j]);
    }
    return all ? 0 : -EH_ENOMEM;
}

/* Adds Q, its mean and its variance, as at the top of this file. */
static void comparison_add_q(const struct sums *s, struct comparison *to)
{
    for (uint32_t a = 0; a < s->n; a++) {
        to->q += s->off[a] * s->off[a] / s->entitled[a];
        to->mean += s->matrix[(size_t)a * s->n + a] / s->entitled[a];
        for (uint32_t b = 0; b < s->n; b++) {
            double entry = s->matrix[(size_t)a * s->n + b];
            to->variance += 2 * entry * entry / (s->entitled[a] * s->entitled[b]);
        }
    }
}

int eh_fairness_compare(const struct compared *c, const struct cells *cells, struct comparison *to)
{
    struct sums sums;
    uint32_t degrees;
    if (cells->count < 2)
        return 0;
    int r = sums_make(c, cells, &sums);
    if (r < 0)
        return r;
    comparison_add_q(&sums, to);
    to->chi_square +=
        eh_quadratic_form(sums.matrix, sums.off, cells->count, LEAST_VARIANCE, &degrees);
    to->degrees += degrees;
    to->cells += cells->count;
    free(sums.matrix);
    return 0;
}

double eh_fairness_comparison_p(const struct comparison *c)
{
    if (c->degrees == 0)
        return NAN;
    return eh_chi_square_tail(c->q * 2 * c->mean / c->variance,
                              2 * c->mean * c->mean / c->variance);
}
