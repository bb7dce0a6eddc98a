/*
 * tails: exact chances of k or more successes, summed term by term, each from the one before.
 */
#include <math.h>

#include <evenhand/fairness/figures.h>

#define NEGLIGIBLE                                                                                 \
    1e-18 /* part of the sum: smaller terms end it, for terms that fall once fall on */

static double log_choose(double n, double k)
{
    int sign;
    return lgamma_r(n + 1, &sign) - lgamma_r(k + 1, &sign) - lgamma_r(n - k + 1, &sign);
}

double eh_hypergeometric_tail(uint64_t k, uint64_t n, uint64_t high, uint64_t all)
{
    uint64_t low = all - high, least = n > low ? n - low : 0, most = n < high ? n : high;
    if (k <= least)
        return 1;
    if (k > most)
        return 0;
    double sum = 0, term = exp(log_choose((double)high, (double)k) +
                               log_choose((double)low, (double)(n - k)) -
                               log_choose((double)all, (double)n));
    for (uint64_t x = k; x <= most; x++) {
        sum += term;
        double next = term * (double)(high - x) / (double)(x + 1) * (double)(n - x) /
                      (double)(low - n + x + 1);
        if (next < term && next < sum * NEGLIGIBLE)
            break;
        term = next;
    }
    return sum < 1 ? sum : 1;
}

double eh_binomial_tail(uint64_t k, uint64_t n, double p)
{
    if (k == 0 || p >= 1)
        return 1;
    if (k > n || p <= 0)
        return 0;
    double sum = 0, term = exp(log_choose((double)n, (double)k) + (double)k * log(p) +
                               (double)(n - k) * log(1 - p));
    for (uint64_t x = k; x <= n; x++) {
        sum += term;
        double next = term * (double)(n - x) / (double)(x + 1) * p / (1 - p);
        if (next < term && next < sum * NEGLIGIBLE)
            break;
        term = next;
    }
    return sum < 1 ? sum : 1;
}
