/*
 * pool_json: a statement as JSON: whose lines are in it, a page at a time, and what is null.
 */
#include <criterion/criterion.h>

#include <evenhand/json/pool.h>

TestSuite(pool_json, .timeout = 60);

static struct eh_pool_line lines[] = {
    {.rep = {"ana", 3}, .eligible = true, .total = 40},
    {.rep = {"ben", 3}, .eligible = true, .total = 30},
    {.rep = {"cai", 3}, .eligible = true, .total = 20},
    {.rep = {"dora", 4}, .total = 0},
};
static struct eh_pool_metric metrics[] = {
    {.name = {"revenue", 7}, .value = 90, .unit = EH_UNIT_MONEY, .weight_ppm = 600000},
    {.name = {"uptime", 6},
     .unit = EH_UNIT_PPM,
     .missing = true,
     .weight_ppm = 400000,
     .gate = EH_GATE_CAP_METRIC,
     .gate_metric = {"csat", 4},
     .gate_unit = EH_UNIT_MILLI,
     .gate_missing = true,
     .gate_failed = true},
};

static struct eh_pool_statement statement(void)
{
    struct eh_pool_statement s = {.team = {"sales", 5},
                                  .currency = {"EUR", 3},
                                  .plan = {"p", 1},
                                  .state = EH_PERIOD_OPEN,
                                  .net = 90,
                                  .metrics = metrics,
                                  .metric_count = 2,
                                  .lines = lines,
                                  .line_count = 4};
    cr_assert_eq(eh_period_parse(eh_str("2026-03"), &s.period, NULL), 0);
    return s;
}

/* The reps of the shares as "ana ben", and what `after` says. */
static void expect(const struct eh_bonus_lines *wanted, const char *reps, const char *after)
{
    struct eh_pool_statement s = statement();
    const struct eh_pool_shown shown = {.lines = *wanted};
    json_t *body = eh_pool_json(&s, &shown), *share;
    char text[64] = "";
    size_t i, used = 0;
    json_array_foreach(json_object_get(body, "shares"), i, share) used +=
        eh_format(text + used, sizeof text - used, "%s%s", i ? " " : "",
                  json_string_value(json_object_get(share, "rep")));
    const char *told = json_string_value(json_object_get(body, "after"));
    cr_expect_str_eq(text, reps);
    cr_expect_str_eq(told ? told : "null", after);
    json_decref(body);
}

Test(pool_json, gives_lines_a_page_at_a_time)
{
    expect(&(struct eh_bonus_lines){0}, "ana ben cai dora", "null");
    expect(&(struct eh_bonus_lines){.max = 4}, "ana ben cai dora", "null");
    expect(&(struct eh_bonus_lines){.max = 3}, "ana ben cai", "cai");
    expect(&(struct eh_bonus_lines){.max = 3, .after = eh_str("cai")}, "dora", "null");
    expect(&(struct eh_bonus_lines){.max = 2, .after = eh_str("ana")}, "ben cai", "cai");
    expect(&(struct eh_bonus_lines){.after = eh_str("zoe")}, "", "null");
}

Test(pool_json, gives_one_rep_the_own_line_alone)
{
    expect(&(struct eh_bonus_lines){.only = eh_str("cai")}, "cai", "null");
    expect(&(struct eh_bonus_lines){.only = eh_str("cai"), .max = 1}, "cai", "null");
    expect(&(struct eh_bonus_lines){.only = eh_str("zoe")}, "", "null");
}

Test(pool_json, tells_missing_from_nothing)
{
    struct eh_pool_statement s = statement();
    const struct eh_pool_shown shown = {.as_of_us = INT64_C(1772362800000000)};
    json_t *body = eh_pool_json(&s, &shown);
    const json_t *revenue = json_array_get(json_object_get(body, "metrics"), 0);
    const json_t *uptime = json_array_get(json_object_get(body, "metrics"), 1);
    const json_t *gate = json_object_get(uptime, "gate");
    cr_expect_eq(json_integer_value(json_object_get(revenue, "value")), 90);
    cr_expect_str_eq(json_string_value(json_object_get(revenue, "unit")), "minor");
    cr_expect(json_is_null(json_object_get(revenue, "gate")));
    cr_expect(json_is_null(json_object_get(uptime, "value")));
    cr_expect(json_is_null(json_object_get(gate, "value")));
    cr_expect(json_is_true(json_object_get(gate, "failed")));
    cr_expect_str_eq(json_string_value(json_object_get(gate, "effect")), "cap_metric");
    cr_expect(json_is_null(json_object_get(body, "plan_sha256")));
    cr_expect(json_is_null(json_object_get(body, "target_pool")));
    cr_expect_str_eq(json_string_value(json_object_get(body, "period")), "2026-03");
    cr_expect_str_eq(json_string_value(json_object_get(body, "as_of")), "2026-03-01T11:00:00.000Z");
    json_decref(body);
}
