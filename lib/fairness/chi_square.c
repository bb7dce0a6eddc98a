/*
 * chi_square: the chance of counts at least as far from their expectation as these.
 */
#include <math.h>

#include <evenhand/fairness/figures.h>

#define TERMS_MAX 10000 /* terms of a series; up to 255 degrees of freedom need far fewer */
#define PRECISE   1e-14
#define TINY      1e-300 /* replaces a zero that would be a divisor */

/* x^a e^−x / Γ(a) */
static double gamma_front(double a, double x)
{
    int sign;
    return exp(a * log(x) - x - lgamma_r(a, &sign));
}

/* P(a, x) by its series (DLMF 8.7.1), for x < a + 1. */
static double gamma_lower(double a, double x)
{
    double term = 1 / a, sum = term;
    for (int n = 1; n < TERMS_MAX && term > sum * PRECISE; n++) {
        term *= x / (a + n);
        sum += term;
    }
    return sum * gamma_front(a, x);
}

/* Q(a, x) by its continued fraction (DLMF 8.9.2), evaluated as by Lentz (1976), for x >= a + 1. */
static double gamma_upper(double a, double x)
{
    double b = x + 1 - a, c = 1 / TINY, d = 1 / b, value = d;
    for (int n = 1; n < TERMS_MAX; n++) {
        double numerator = -n * (n - a);
        b += 2;
        d = numerator * d + b;
        d = 1 / (fabs(d) < TINY ? TINY : d);
        c = b + numerator / c;
        c = fabs(c) < TINY ? TINY : c;
        value *= c * d;
        if (fabs(c * d - 1) < PRECISE)
            break;
    }
    return value * gamma_front(a, x);
}

double eh_chi_square_tail(double chi_square, double degrees)
{
    double a = degrees / 2, x = chi_square / 2;
    if (!(degrees > 0) || isnan(chi_square))
        return NAN;
    if (x <= 0)
        return 1;
    return x < a + 1 ? 1 - gamma_lower(a, x) : gamma_upper(a, x);
}

/* With variance V and third cumulant V, off + 2 V is Gamma(4 V) / 2, and four times it a χ². */
double eh_excess_tail(double off, double variance)
{
    return eh_chi_square_tail(8 * variance + 4 * off, 8 * variance);
}

/* An entry of the symmetric matrix, of which only the upper triangle is kept. */
static double *matrix_at(double *matrix, uint32_t n, uint32_t a, uint32_t b)
{
    return a <= b ? &matrix[(size_t)a * n + b] : &matrix[(size_t)b * n + a];
}

/* The row with the largest variance that is left; n: all are below `least`. */
static uint32_t matrix_largest(double *matrix, uint32_t n, double least)
{
    uint32_t best = n;
    double most = least;
    for (uint32_t i = 0; i < n; i++)
        if (*matrix_at(matrix, n, i, i) >= most) {
            most = *matrix_at(matrix, n, i, i);
            best = i;
        }
    return best;
}

double eh_quadratic_form(double *matrix, double *x, uint32_t n, double least, uint32_t *ret_rank)
{
    double sum = 0;
    uint32_t rank = 0;
    for (uint32_t pivot; (pivot = matrix_largest(matrix, n, least)) < n; rank++) {
        double variance = *matrix_at(matrix, n, pivot, pivot);
        sum += x[pivot] * x[pivot] / variance;
        /* Makes the other rows conditional on the pivot: Σ' = Σ − s sᵀ / v, x' = x − s x_p / v. */
        for (uint32_t i = 0; i < n; i++) {
            double share = i == pivot ? 0 : *matrix_at(matrix, n, i, pivot) / variance;
            x[i] -= share * x[pivot];
            for (uint32_t j = i; share != 0 && j < n; j++)
                if (j != pivot)
                    *matrix_at(matrix, n, i, j) -= share * *matrix_at(matrix, n, j, pivot);
        }
        for (uint32_t i = 0; i < n; i++)
            *matrix_at(matrix, n, i, pivot) = 0;
    }
    *ret_rank = rank;
    return sum;
}

double eh_g_statistic(const double *observed, const double *expected, size_t cells)
{
    double sum = 0;
    for (size_t i = 0; i < cells; i++)
        if (observed[i] > 0 && expected[i] > 0)
            sum += observed[i] * log(observed[i] / expected[i]);
    return 2 * sum;
}

double eh_pearson(const double *observed, const double *expected, size_t cells)
{
    double sum = 0;
    for (size_t i = 0; i < cells; i++) {
        double off = observed[i] - expected[i];
        if (expected[i] > 0)
            sum += off * off / expected[i];
    }
    return sum;
}

double eh_cramer_v(double pearson, double total, uint32_t rows, uint32_t columns)
{
    uint32_t least = rows < columns ? rows : columns;
    return least >= 2 && total > 0 ? sqrt(pearson / (total * (least - 1))) : NAN;
}
