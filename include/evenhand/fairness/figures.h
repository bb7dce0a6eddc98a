/*
 * figures: the formulas of the fairness report, each by itself.
 *
 * Floating point is fine here: nothing of it decides anything. NAN stands for "no figure": nothing
 * to compare. Sums run in the order given, so the same items give the same bits.
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

/* What somebody could have received, and did; in any one unit. Plain figures: entitled 1 for all.
 * Without entitlement one is left out. */
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

/* The chance that a sum of chances is by `off` or more above what was expected, when its variance
 * is Σ p (1 − p): Pearson's type III (Philosophical Transactions A 186, 1895) with that variance
 * and the third cumulant Σ p (1 − p) (1 − 2p) where all p are small, which is Poisson's and the
 * largest it can be. So it errs, if at all, by calling an excess less surprising than it is. Half
 * of the chance of exactly so much is in it (mid-p: Lancaster, JASA 56, 1961). */
double eh_excess_tail(double off, double variance);

/* The chance of k or more of `high` among n drawn from `all` without putting back (high, n <= all),
 * and of k or more successes in n, each with chance p. Exact but for rounding. */
double eh_hypergeometric_tail(uint64_t k, uint64_t n, uint64_t high, uint64_t all);
double eh_binomial_tail(uint64_t k, uint64_t n, double p);

/* xᵀ Σ⁻ x for a symmetric positive semidefinite Σ (row by row, upper triangle read) and an x in its
 * range: Cholesky with diagonal pivoting, which ends where what is left of every variance is below
 * `least` (> 0, in the units of Σ); its rank is the number of pivots until then. Any generalised
 * inverse gives the same number (Rao & Mitra 1971, 2.4); leaving directions out for a reason that
 * does not look at x leaves a χ² of that rank. Overwrites both. */
double eh_quadratic_form(double *matrix, double *x, uint32_t n, double least, uint32_t *ret_rank);

/* Observed against expected, cell by cell: G = 2 Σ O ln(O/E) (Sokal & Rohlf 1995, 17.2) and
 * Pearson's χ² = Σ (O − E)²/E; cells without expectation are left out. */
double eh_g_statistic(const double *observed, const double *expected, size_t cells);
double eh_pearson(const double *observed, const double *expected, size_t cells);
/* Cramér's V = √(χ² / (N (min(rows, columns) − 1))), 0 to about 1. NAN below two rows or columns.
 */
double eh_cramer_v(double pearson, double total, uint32_t rows, uint32_t columns);

EH_C_END

#endif
