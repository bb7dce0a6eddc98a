/*
 * indices: two measures of how evenly something was shared out, Jain's and Gini's.
 */
#include <math.h>
#include <stdlib.h>

#include <evenhand/fairness/figures.h>

double eh_jain(const struct eh_portion *portions, size_t count)
{
    double entitled = 0, received = 0, squares = 0; /* Σ a, Σ a r, Σ a r² */
    for (size_t i = 0; i < count; i++) {
        const struct eh_portion *p = &portions[i];
        if (p->entitled <= 0)
            continue;
        entitled += p->entitled;
        received += p->received;
        squares += p->received * p->received / p->entitled;
    }
    return squares > 0 ? received * received / (entitled * squares) : NAN;
}

struct rate {
    double rate, weight;
};

static int rates_compare(const void *left, const void *right)
{
    const struct rate *a = left, *b = right;
    if (a->rate != b->rate)
        return a->rate < b->rate ? -1 : 1;
    return (a->weight > b->weight) - (a->weight < b->weight);
}

/* Gini's coefficient of rates in ascending order, where W is the sum of the weights before:
 * Σ w r (2 W + w) / (Σ w · Σ w r) − 1. */
static double rates_gini(const struct rate *rates, size_t count)
{
    double before = 0, sum = 0, area = 0;
    for (size_t i = 0; i < count; i++) {
        double part = rates[i].weight * rates[i].rate;
        area += part * (2 * before + rates[i].weight);
        before += rates[i].weight;
        sum += part;
    }
    double gini = sum > 0 ? area / (before * sum) - 1 : NAN;
    return gini < 0 ? 0 : gini; /* rounding may leave a little less than 0 */
}

int eh_gini(const struct eh_portion *portions, size_t count, double *ret)
{
    struct rate *rates = calloc(count ? count : 1, sizeof *rates);
    size_t n = 0;
    if (!rates)
        return -EH_ENOMEM;
    for (size_t i = 0; i < count; i++)
        if (portions[i].entitled > 0)
            rates[n++] =
                (struct rate){portions[i].received / portions[i].entitled, portions[i].entitled};
    qsort(rates, n, sizeof *rates, rates_compare);
    *ret = rates_gini(rates, n);
    free(rates);
    return 0;
}
