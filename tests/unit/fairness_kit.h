/*
 * fairness_kit: a team's period told by hand, and its report.
 *
 *     struct told t = told_start();
 *     eh_fairness_on_deal(t.f, &deal);
 *     told_look(&t, 1);
 *     expect_near(t.report.draw_p, 0.05);
 *     told_done(&t);
 */
#ifndef TESTS_UNIT_FAIRNESS_KIT_H
#define TESTS_UNIT_FAIRNESS_KIT_H

#include <math.h>

#include <criterion/criterion.h>

#include <evenhand/fairness/report.h>

struct told {
    struct eh_fairness *f;
    struct eh_arena arena;
    struct eh_fairness_report report;
};

static inline void expect_near(double is, double should)
{
    cr_expect(fabs(is - should) <= 1e-9 * fabs(should) + 1e-300, "%.17g should be %.17g", is,
              should);
}

static inline struct told told_start(void)
{
    struct told t = {0};
    struct eh_error error = {0};
    cr_assert_eq(eh_fairness_new(eh_str("sales"), 0, &t.f, &error), 0, "%s", error.text);
    return t;
}

static inline void told_look(struct told *t, int64_t to_us)
{
    struct eh_error error = {0};
    cr_assert_eq(eh_fairness_report(t->f, to_us, &t->arena, &t->report, &error), 0, "%s",
                 error.text);
}

static inline void told_done(struct told *t)
{
    eh_fairness_free(t->f);
    eh_arena_done(&t->arena);
}

#endif
