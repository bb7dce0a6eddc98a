/*
 * verdicts: which tests of a report say that chance hardly made what they saw, at one level for
 * all.
 *
 * Each test gives a p: how often an honest period looks at least as odd as this one. A report shows
 * several tests, and one of ten honest ones is below 0.1 by chance. So each p is corrected for the
 * number of tests that are shown, by Holm's method (Scandinavian Journal of Statistics 6, 1979):
 * the smallest p times their number, the next times one less, and so on, none below the one before
 * it. Then the chance that a report on an honest period has a doubtful verdict is at most
 * EH_FAIRNESS_LEVEL, however the tests depend on each other. Bonferroni's method promises the same
 * and finds less. Šidák's needs more than tests on the same deals can promise. A test with too few
 * cases to tell is neither shown nor counted.
 *
 *     struct eh_verdict verdicts[2] = {{.p = 0.004}, {.p = NAN}};
 *     uint32_t shown = eh_verdicts_judge(verdicts, 2);   // 1; verdicts[0].doubtful
 *
 * A new test is a value of the enum, its name in verdicts.c, and its p in report->verdicts[…].p. A
 * test of many things, of each rep for example, first makes one p of theirs: eh_smallest_of().
 */
#ifndef EVENHAND_FAIRNESS_VERDICTS_H
#define EVENHAND_FAIRNESS_VERDICTS_H

#include <evenhand/base/base.h>

EH_C_BEGIN

/* One honest report in a hundred has a doubtful verdict. */
#define EH_FAIRNESS_LEVEL 0.01

enum eh_verdict_kind {
    EH_VERDICT_DRAW,       /* did everybody draw as many as chance gives? */
    EH_VERDICT_BY_VALUE,   /* did they of each quintile of value? */
    EH_VERDICT_PICKER,     /* did somebody get more of the most valuable quintile? */
    EH_VERDICT_OVERRIDDEN, /* did the value tell whom a manager gave it? */
    EH_VERDICT_OVERLOAD,   /* was what came while a rep was overloaded worth less, or more? */
    /* Of what was not drawn: is it more valuable than the rest, or did somebody get more of it? */
    EH_VERDICT_OWNER,    /* tickets that named their owner */
    EH_VERDICT_MANAGER,  /* a manager gave them to somebody */
    EH_VERDICT_CLAIMED,  /* somebody took them, or was given them, at the helpdesk */
    EH_VERDICT_SKILL,    /* only one in the team has the skills */
    EH_VERDICT_ALONE,    /* all others were away, overloaded or full */
    EH_VERDICT_AFFINITY, /* somebody had a ticket of the customer open */
    EH_VERDICT_PRESENCE, /* dealt just after somebody had been set away or overloaded */
    EH_VERDICT_KINDS
};

struct eh_verdict {
    double p;         /* NAN: too few to tell */
    double corrected; /* for all that are shown; NAN as p */
    bool doubtful;    /* corrected <= EH_FAIRNESS_LEVEL */
};

/* "draw" | "by_value" | "picker" | "overridden" | "overload" | "owner" | … */
const char *eh_verdict_name(enum eh_verdict_kind);

/* Corrects each p and judges it. Returns how many there are to be shown. */
uint32_t eh_verdicts_judge(struct eh_verdict *, uint32_t count);

/* One p for `count` tests of which the smallest p is given (Bonferroni): min(1, count · p). */
double eh_smallest_of(double p, uint32_t count);

EH_C_END

#endif
