/*
 * seed: repeatable chance for property tests.
 *
 *     struct seed seed = seed_start();             // prints the seed; EVENHAND_SEED=N sets it
 *     for (int i = 0; i < 10000; i++)
 *         try_number((int64_t)seed_next(&seed));
 */
#ifndef TESTS_PROPERTY_SEED_H
#define TESTS_PROPERTY_SEED_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct seed {
    uint64_t state;
};

/* SplitMix64 (Steele, Lea, Flood): any seed will do, zero too. */
static inline uint64_t seed_next(struct seed *seed)
{
    uint64_t z = seed->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* 0 <= number < below */
static inline uint64_t seed_below(struct seed *seed, uint64_t below)
{
    return seed_next(seed) % below;
}

/* 0 <= chance < 1 */
static inline double seed_chance(struct seed *seed)
{
    return (double)(seed_next(seed) >> 11) * 0x1p-53;
}

/* Of mean 0 and variance 1 (Box and Muller). */
static inline double seed_normal(struct seed *seed)
{
    double a = seed_chance(seed) + 0x1p-53, b = seed_chance(seed);
    return sqrt(-2 * log(a)) * cos(6.283185307179586 * b);
}

/* Another one each time, unless EVENHAND_SEED says which. */
static inline struct seed seed_start(void)
{
    const char *wish = getenv("EVENHAND_SEED");
    struct seed seed = {wish ? strtoull(wish, NULL, 0) : (uint64_t)time(NULL)};
    fprintf(stderr, "# seed %llu (again with EVENHAND_SEED=%llu)\n", (unsigned long long)seed.state,
            (unsigned long long)seed.state);
    return seed;
}

/* Of tests whose bounds chance may break: the same each time, unless EVENHAND_SEED
 * says which. */
static inline uint64_t seed_wish(void)
{
    const char *wish = getenv("EVENHAND_SEED");
    return wish ? strtoull(wish, NULL, 0) : 1;
}

static inline struct seed seed_fixed(void)
{
    struct seed seed = {seed_wish()};
    fprintf(stderr, "# seed %llu (another with EVENHAND_SEED=N)\n", (unsigned long long)seed.state);
    return seed;
}

/* For the n-th of many. */
static inline uint64_t seed_fixed_of(uint64_t n)
{
    return seed_wish() * 1000003 + n;
}

#endif
