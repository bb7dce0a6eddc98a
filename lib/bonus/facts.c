/*
 * facts: refuses facts that cannot be, and says which facts are missing.
 */
#include "internal.h"

#include <stdlib.h>

#define LINE_MAX 320 /* bytes of a sentence */

static int negative_refuse(const char *what, struct eh_error *error)
{
    return eh_error_set(error, EH_EINVAL, "%s is below 0", what);
}

static int counts_check(const struct eh_bonus_facts *f, struct eh_error *error)
{
    const struct {
        const char *name;
        int64_t value;
    } counts[] = {{"the count of ratings", f->ratings},
                  {"the sum of ratings", f->rating_sum},
                  {"the count of first closings", f->firsts},
                  {"the count of reopened", f->reopened},
                  {"the count of cancelled", f->cancelled},
                  {"the count of responses", f->responses},
                  {"the time of responses", f->response_ms},
                  {"the count of cycles", f->cycles},
                  {"the time of cycles", f->cycle_ms},
                  {"the count of answers", f->answers},
                  {"the time of answers", f->answer_ms},
                  {"the count of answers in time", f->answers_in_time},
                  {"the count of answers by a time", f->answers_timed}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (counts[i].value < 0)
            return negative_refuse(counts[i].name, error);
    for (uint32_t i = 0; i < f->kind_count; i++) {
        const struct eh_bonus_kind *k = &f->kinds[i];
        if (k->closed < 0 || k->won < 0 || k->lost < 0 || k->handled_count < 0 || k->handled_ms < 0)
            return eh_error_set(error, EH_EINVAL, "a count of kind %.*s is below 0",
                                EH_STR_ARG(k->id));
    }
    if (f->carry_open > 0)
        return eh_error_set(error, EH_EINVAL, "the open carry is above 0");
    return 0;
}

static int member_check(const struct eh_bonus_facts *f, const struct eh_bonus_member *m,
                        struct eh_error *error)
{
    if (m->paid_minutes < 0 || m->contract_minutes < 0)
        return eh_error_set(error, EH_EINVAL, "the minutes of %.*s are below 0",
                            EH_STR_ARG(m->rep));
    for (uint32_t i = 0; m->closed && i < f->kind_count; i++)
        if (m->closed[i] < 0)
            return eh_error_set(error, EH_EINVAL, "a count of closings of %.*s is below 0",
                                EH_STR_ARG(m->rep));
    return 0;
}

static int ids_compare(const void *left, const void *right)
{
    const struct eh_str *a = left, *b = right;
    return eh_str_compare(*a, *b);
}

int eh_bonus_check_facts(const struct eh_bonus_facts *facts, struct eh_arena *scratch,
                         struct eh_error *error)
{
    int r = counts_check(facts, error);
    struct eh_str *ids = eh_arena_alloc(scratch, facts->member_count * sizeof *ids);
    if (r == 0 && !ids)
        return eh_error_set(error, EH_ENOMEM, "out of memory for %u members", facts->member_count);
    for (uint32_t i = 0; r == 0 && i < facts->member_count; i++) {
        r = member_check(facts, &facts->members[i], error);
        ids[i] = facts->members[i].rep;
    }
    if (r < 0)
        return r;
    qsort(ids, facts->member_count, sizeof *ids, ids_compare);
    for (uint32_t i = 1; i < facts->member_count; i++)
        if (eh_str_equal(ids[i - 1], ids[i]))
            return eh_error_set(error, EH_EINVAL, "%.*s is a member twice", EH_STR_ARG(ids[i]));
    return 0;
}

size_t eh_bonus_missing(const struct eh_bonus_plan *plan, const struct eh_bonus_facts *facts,
                        eh_bonus_line_fn *line, void *context)
{
    size_t count = 0;
    char text[LINE_MAX];
    for (uint32_t i = 0; i < plan->measure_count; i++) {
        struct eh_bonus_value value;
        const struct eh_plan_measure *measure = &plan->measures[i];
        if (eh_bonus_measure(plan, measure, facts, &value, NULL) < 0 || !value.missing)
            continue;
        eh_format(text, sizeof text, "%.*s: %s", EH_STR_ARG(measure->name),
                  eh_measure(measure->kind)->missing);
        line(context, text);
        count++;
    }
    for (uint32_t i = 0; plan->hours_ppm > 0 && i < facts->member_count; i++) {
        const struct eh_bonus_member *m = &facts->members[i];
        int64_t minutes;
        if (!eh_bonus_eligible(plan, m) || eh_bonus_minutes(plan, m, &minutes))
            continue;
        eh_format(text, sizeof text, "paid_minutes of %.*s did not come; send them with `metric`",
                  EH_STR_ARG(m->rep));
        line(context, text);
        count++;
    }
    return count;
}
