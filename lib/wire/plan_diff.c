/*
 * plan_diff: tells how the plans of a desk change, and refuses changes that come too late: a plan
 * that governs stays as it was published.
 */
#include <evenhand/wire/desk.h>

#define LINE_MAX 320 /* bytes of a line */

static const struct eh_bonus_plan *by_id(const struct eh_desk *desk, struct eh_str id)
{
    for (uint32_t i = 0; desk && i < desk->plan_count; i++)
        if (eh_str_equal(desk->plans[i].id, id))
            return &desk->plans[i];
    return NULL;
}

static void plan_say_new(const struct eh_bonus_plan *plan, eh_plan_line_fn *line, void *context)
{
    char text[LINE_MAX], from[EH_DECIMAL_TEXT_MAX];
    char target[EH_AMOUNT_TEXT_MAX], max[EH_AMOUNT_TEXT_MAX];
    eh_period_print(plan->from, from);
    eh_amount_print(plan->target_pool, plan->currency_exponent, plan->currency, target);
    eh_amount_print(plan->max_pool, plan->currency_exponent, plan->currency, max);
    eh_format(text, sizeof text, "plan %.*s: new, for team %.*s from %s, %s on target, %s at most",
              EH_STR_ARG(plan->id), EH_STR_ARG(plan->team), from, target, max);
    line(context, text);
}

size_t eh_desk_plans_diff(const struct eh_desk *old, const struct eh_desk *new,
                          eh_plan_line_fn *line, void *context)
{
    char text[LINE_MAX];
    size_t count = 0;
    for (uint32_t i = 0; old && i < old->plan_count; i++) {
        const struct eh_bonus_plan *after = by_id(new, old->plans[i].id);
        if (after && eh_plan_same(&old->plans[i], after))
            continue;
        eh_format(text, sizeof text, "plan %.*s: %s", EH_STR_ARG(old->plans[i].id),
                  after ? "changed" : "gone");
        line(context, text);
        count++;
    }
    for (uint32_t i = 0; i < new->plan_count; i++) {
        if (by_id(old, new->plans[i].id))
            continue;
        plan_say_new(&new->plans[i], line, context);
        count++;
    }
    return count;
}

/* Whose advice named_say() passes on, and to whom. */
struct named {
    const struct eh_bonus_plan *plan;
    eh_plan_line_fn *line;
    void *context;
};

static void named_say(void *context, const char *line)
{
    const struct named *named = context;
    char text[LINE_MAX];
    eh_format(text, sizeof text, "plan %.*s: %s", EH_STR_ARG(named->plan->id), line);
    named->line(named->context, text);
}

size_t eh_desk_plans_lint(const struct eh_desk *desk, eh_plan_line_fn *line, void *context)
{
    size_t count = 0;
    for (uint32_t i = 0; i < desk->plan_count; i++) {
        struct named named = {&desk->plans[i], line, context};
        count += eh_plan_lint(named.plan, desk, named_say, &named);
    }
    return count;
}

void eh_desk_plans_publish(const struct eh_desk *old, struct eh_desk *new, bool before)
{
    for (uint32_t i = 0; i < new->plan_count; i++) {
        struct eh_bonus_plan *plan = &new->plans[i];
        const struct eh_bonus_plan *was = by_id(old, plan->id);
        plan->before_unearned = before || (was && was->before_unearned && eh_plan_same(was, plan));
    }
}

static int plan_check_begun(const struct eh_bonus_plan *plan, const struct eh_desk *new,
                            struct eh_error *error)
{
    const struct eh_bonus_plan *after = by_id(new, plan->id);
    char from[EH_DECIMAL_TEXT_MAX];
    eh_period_print(plan->from, from);
    if (after && eh_plan_same(plan, after))
        return 0;
    return eh_error_set(error, EH_ECONFLICT,
                        "plan %.*s governs since %s and cannot %s; add a new plan from a period "
                        "that has not begun",
                        EH_STR_ARG(plan->id), from, after ? "change" : "vanish");
}

/* Refuses a plan that would begin in the past. `index` is its place in new->plans, where the plans
 * of a team stand by their beginning. */
static int plan_check_late(const struct eh_desk *old, const struct eh_desk *new, uint32_t index,
                           struct eh_error *error)
{
    const struct eh_bonus_plan *plan = &new->plans[index];
    const struct eh_bonus_plan *before = by_id(old, plan->id);
    if (before && eh_plan_same(before, plan))
        return 0;
    bool first = index == 0 || !eh_str_equal(plan[-1].team, plan->team);
    for (uint32_t i = 0; old && i < old->plan_count; i++)
        first &= !eh_str_equal(old->plans[i].team, plan->team);
    if (first)
        return 0;
    char from[EH_DECIMAL_TEXT_MAX];
    eh_period_print(plan->from, from);
    return eh_error_set(error, EH_ECONFLICT,
                        "plan %.*s begins with %s, which has begun; only a team's first plan may "
                        "start in the past",
                        EH_STR_ARG(plan->id), from);
}

int eh_desk_plans_check(const struct eh_desk *old, const struct eh_desk *new, int32_t today,
                        struct eh_error *error)
{
    int r = 0;
    for (uint32_t i = 0; r == 0 && old && i < old->plan_count; i++)
        if (eh_period_first(old->plans[i].from) <= today)
            r = plan_check_begun(&old->plans[i], new, error);
    for (uint32_t i = 0; r == 0 && i < new->plan_count; i++)
        if (eh_period_first(new->plans[i].from) <= today)
            r = plan_check_late(old, new, i, error);
    return r;
}
