/*
 * figures: the formulas of the fairness report, each by itself.
 *
 * Floating point is fine here: no figure decides anything. NAN stands for "no figure": there is
 * nothing to compare. Sums run in the order of the items, so the same items give the same bits.
 *
 *     struct eh_portion p[] = {{.entitled = 10, .received = 9}, {.entitled = 5, .received = 6}};
 *     double jain = eh_jain(p, 2);                  // 1 is perfectly fair
 *     double gini;
 *     r = eh_gini(p, 2, &gini);                     // 0 is perfectly fair
 *     double p_value = eh_chi_square_tail(16.9, 9); // 0.05
 */
#ifndef EVENHAND_FAIRNESS_FIGURES_H
#define EVENHAND_FAIRNESS_FIGURES_H

#include <evenhand/base/base.h>

EH_C_BEGIN

/* What somebody was entitled to and what they received, both in one unit. For figures without
 * entitlement `entitled` is 1 for everybody. Somebody who is entitled to nothing is left out. */
struct eh_portion {
    double entitled, received;
};

/* Jain's index (Jain, Chiu, Hawe 1984) over r = received / entitled, each weighed by entitlement a:
 * (Σ a r)² / (Σ a · Σ a r²). 1 when all r are equal. NAN: nobody was entitled or nobody received.
 */
double eh_jain(const struct eh_portion *, size_t count);
/* Gini's coefficient of the same r with the same weights: half the mean difference between two of
 * them, over their mean. 0 when all are equal. NAN as above. -EH_ENOMEM. */
int eh_gini(const struct eh_portion *, size_t count, double *ret) EH_MUST_CHECK;

/* The chance that χ² with so many degrees of freedom is at least this large: Q(df/2, χ²/2), by
 * series or continued fraction (DLMF 8.7.1 and 8.9.2), 10 digits. NAN without degrees of freedom.
 */
double eh_chi_square_tail(double chi_square, double degrees);

/* The chance that the number of events with chances p passes its expectation by `off` or more. The
 * variance is Σ p (1 − p). The formula is Pearson's type III (Philosophical Transactions A 186,
 * 1895) with that variance, and with the third cumulant Σ p (1 − p) (1 − 2p) of events whose p are
 * all small: Poisson's, the largest that it can be. So an error can only call an excess less
 * surprising than it is. Half of the chance of exactly that excess is included (mid-p: Lancaster,
 * JASA 56, 1961). */
double eh_excess_tail(double off, double variance);

/* The chance of k or more of the `high` ones among n that are drawn from `all` without putting back
 * (high, n <= all). Exact but for rounding. */
double eh_hypergeometric_tail(uint64_t k, uint64_t n, uint64_t high, uint64_t all);
/* The chance of k or more successes in n tries, each with chance p. Exact but for rounding. */
double eh_binomial_tail(uint64_t k, uint64_t n, double p);

/* xᵀ Σ⁻ x for a symmetric positive semidefinite Σ and an x in its range. Σ stands row by row; only
 * its upper triangle is read. The method is Cholesky with diagonal pivoting. It ends when the rest
 * of every variance is below `least` (> 0, in the units of Σ); *ret_rank is the number of pivots
 * until then. Any generalised inverse gives the same number (Rao & Mitra 1971, 2.4). Directions
 * that are left out for a reason that does not look at x leave a χ² of that rank. Matrix and x are
 * overwritten. */
double eh_quadratic_form(double *matrix, double *x, uint32_t n, double least, uint32_t *ret_rank);

/* Observed against expected, cell by cell: G = 2 Σ O ln(O/E) (Sokal & Rohlf 1995, 17.2) and
 * Pearson's χ² = Σ (O − E)²/E; cells with an expectation of 0 are left out. */
double eh_g_statistic(const double *observed, const double *expected, size_t cells);
double eh_pearson(const double *observed, const double *expected, size_t cells);
/* Cramér's V = √(χ² / (N (min(rows, columns) − 1))), 0 to about 1. NAN below two rows or columns.
 */
double eh_cramer_v(double pearson, double total, uint32_t rows, uint32_t columns);

EH_C_END

#endif
