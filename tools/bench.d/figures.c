/* figures: percentiles by nearest rank. */
#include "figures.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

void bench_sort(int64_t *values, uint32_t count)
{
    qsort(values, count, sizeof *values, compare);
}

double bench_percentile_us(const int64_t *sorted_ns, uint32_t count, uint32_t per_mille)
{
    uint64_t rank = ((uint64_t)count * per_mille + 999) / 1000;
    return count ? (double)sorted_ns[rank ? rank - 1 : 0] / 1000.0 : 0;
}
