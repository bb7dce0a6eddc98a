/*
 * bias: whether what was drawn in a month so far leaves what chance allows, looked at once a day.
 *
 * Somebody who looks often sees odd things by chance alone. So a month has one level for all its
 * looks and all its tests, EH_BIAS_LEVEL, and each look may spend a part of it (alpha spending: Lan
 * and DeMets, Biometrika 70, 1983): up to day k of D days EH_BIAS_LEVEL (k/D)^12 is spent, most of
 * it at the end, where the most is known. The parts sum to the level, so that an honest month is
 * alarmed with at most that chance, however looks and tests depend on each other. A look that was
 * not made spends nothing; one that is made again sees the same.
 *
 *     struct eh_bias found[EH_BIASES];
 *     eh_bias_judge(&report, 12, 30, found);        // of the month up to its 12th day
 *     if (found[EH_BIAS_DRAW].alarms)
 *         complain(found[EH_BIAS_DRAW].rep);
 *
 * The draw: did a rep draw more or less than their chances give? The balance: is what they drew
 * worth more or less? Its bound is Freedman's (Annals of Probability 3, 1975), which needs no
 * normal sums: values have long tails. Picking: did the value tell who got it, by the verdicts
 * by_value and picker?
 */
#ifndef EVENHAND_FAIRNESS_BIAS_H
#define EVENHAND_FAIRNESS_BIAS_H

#include <evenhand/fairness/report.h>

EH_C_BEGIN

#define EH_BIAS_LEVEL    0.001 /* of a month of a team */
#define EH_BIAS_EXPONENT 12    /* of the part of the month that is over */

enum eh_bias_kind { EH_BIAS_DRAW, EH_BIAS_BALANCE, EH_BIAS_PICKING, EH_BIASES };
const char *eh_bias_name(enum eh_bias_kind); /* "draw" | "balance" | "picking" */

struct eh_bias {
    double p;          /* of the test, for all reps; NAN: too few to tell */
    double level;      /* what this look may spend on it */
    bool alarms;       /* p <= level */
    struct eh_str rep; /* who it is about; empty: nobody alone */
};

/* What a look on that day of the month may spend on the test. */
double eh_bias_level(enum eh_bias_kind, uint32_t day, uint32_t days);
/* Judges a report of the month from its first day to `day` (from 1 on). */
void eh_bias_judge(const struct eh_fairness_report *, uint32_t day, uint32_t days,
                   struct eh_bias ret[EH_BIASES]);

EH_C_END

#endif
