/*
 * figures: what the bench programs make of times that they measured.
 *
 *     bench_sort(took_ns, count);
 *     printf("p99: %.1f µs\n", bench_percentile_us(took_ns, count, 990));
 */
#ifndef EVENHAND_BENCH_FIGURES_H
#define EVENHAND_BENCH_FIGURES_H

#include <stdint.h>

void bench_sort(int64_t *values, uint32_t count);
double bench_percentile_us(const int64_t *sorted_ns, uint32_t count, uint32_t per_mille);

#endif
