/*
 * bins: puts values into classes, and moves sums that are kept by class.
 */
#include <stdlib.h>

#include "facts.h"

uint32_t eh_fairness_bin(int64_t value)
{
    if (value <= 0)
        return 0;
    unsigned power = 63u - (unsigned)__builtin_clzll((unsigned long long)value);
    uint64_t eighth = power >= 3 ? (uint64_t)value >> (power - 3) : (uint64_t)value << (3 - power);
    return 1 + power * 8 + (uint32_t)(eighth & 7);
}

void eh_fairness_ways_move(struct by_bin *to[EH_WAYS], struct by_bin *from[EH_WAYS])
{
    for (uint32_t way = 0; way < EH_WAYS; way++) {
        struct by_bin *more = from[way];
        from[way] = NULL;
        for (uint32_t bin = 0; to[way] && more && bin < BINS; bin++) {
            to[way]->tickets[bin] += more->tickets[bin];
            to[way]->value[bin] = eh_add_clamped(to[way]->value[bin], more->value[bin]);
        }
        if (to[way])
            free(more);
        else
            to[way] = more;
    }
}

void eh_fairness_ways_done(struct by_bin *ways[EH_WAYS])
{
    for (uint32_t way = 0; way < EH_WAYS; way++)
        free(ways[way]);
}
