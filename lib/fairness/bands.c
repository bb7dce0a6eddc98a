/*
 * bands: how far from its expectation chance takes the number of tickets that a rep draws.
 */
#include <math.h>
#include <stdlib.h>

#include "facts.h"

#define HALVINGS 60 /* of an interval, until it is one number */

/* The excess that chance passes with this p. */
static double excess_of(double p, double variance)
{
    double low = 0, high = 40 * (sqrt(variance) + 1);
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        if (eh_excess_tail(middle, variance) > p)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* Both ways and all reps share the level (Bonferroni). */
void eh_fairness_fill_bands(const struct eh_fairness *f, struct eh_fairness_report *report)
{
    uint32_t *order = eh_fairness_by_id(f);
    uint32_t told = 0;
    for (uint32_t i = 0; i < report->rep_count; i++)
        told += !isnan(report->reps[i].deviation);
    for (uint32_t i = 0; i < report->rep_count; i++) {
        struct eh_fairness_rep *rep = &report->reps[i];
        rep->band = NAN;
        if (order && !isnan(rep->deviation))
            rep->band = excess_of(EH_FAIRNESS_LEVEL / (2 * told), f->reps[order[i]].variance);
    }
    free(order);
}
