/* measures: the table of all measures: each row is whole, and its own. */
#include <criterion/criterion.h>

#include <evenhand/measure/measure.h>

#define KINDS 256 /* more than there ever are: a plan has a byte for one */

static bool is_within(struct eh_measure_range inner, struct eh_measure_range outer)
{
    return inner.least < inner.most && outer.least <= inner.least && inner.most <= outer.most;
}

Test(measures, each_row_is_whole)
{
    unsigned rows = 0;
    for (int kind = 0; kind < KINDS; kind++) {
        const struct eh_measure *row = eh_measure(kind);
        if (!row)
            continue;
        rows++;
        cr_expect(row->formula && row->value && row->explain, "%d", kind);
        cr_expect_leq(row->unit, EH_UNIT_SECONDS, "%d", kind);
        cr_expect(row->said.least < row->said.most && row->can.least < row->can.most, "%d", kind);
        cr_expect(is_within(row->said, row->can) || is_within(row->can, row->said), "%d", kind);
        cr_expect_eq(row->name == NULL, kind == EH_MEASURE_IMPORTED, "%d", kind);
        if (!row->name)
            continue;
        cr_expect(row->help && row->better, "%s", row->name);
        cr_expect_eq(eh_measure_named(eh_str(row->name)), (unsigned)kind, "%s stands twice",
                     row->name);
    }
    cr_expect_geq(rows, 8);
    cr_expect_null(eh_measure(-1));
}

/* Logs refuse figures under these names since EH_RULES_METRICS; a later name they take. */
Test(measures, the_reserved_ones_are_those_of_then)
{
    static const char *const then[] = {"revenue",    "csat",          "handle_time", "reopen_rate",
                                       "conversion", "response_time", "cycle_time"};
    size_t count = sizeof then / sizeof *then;
    for (size_t i = 0; i < count; i++) {
        cr_expect_str_eq(eh_measure_reserved(i), then[i]);
        cr_expect(eh_measure_is_reserved(eh_str(then[i])));
    }
    cr_expect_null(eh_measure_reserved(count));
    cr_expect_not(eh_measure_is_reserved(eh_str("calls")));
}

/* From empty facts nothing can be made, but a sum; and no input is explained that is not there. */
Test(measures, of_nothing)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    const struct eh_bonus_facts facts = {.kind_count = 0};
    for (int kind = 0; kind < KINDS; kind++) {
        const struct eh_measure *row = eh_measure(kind);
        struct eh_plan_measure measure = {.name = eh_str("calls"), .kind = (uint8_t)kind};
        struct eh_plan_mix mix = {eh_str("order"), EH_PPM};
        struct eh_measure_inputs inputs = {.arena = &arena};
        struct eh_bonus_value value = {0};
        if (!row)
            continue;
        measure.mix = &mix;
        measure.mix_count = 1;
        cr_expect_eq(row->value(&measure, &facts, &value, NULL), 0);
        cr_expect_eq(value.missing, row->missing != NULL, "%d", kind);
        row->explain(&measure, &facts, &value, &inputs);
        cr_expect_not(inputs.failed);
        cr_expect_eq(row->unknown ? row->unknown(&facts) : 0, 0);
    }
}
