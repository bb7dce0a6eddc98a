/*
 * unit/pool: facts and statements as bytes, and the worked example as a statement.
 */
#include "pool_kit.h"

/* --- Facts as bytes --- */

static void add_imports(struct example *e)
{
    static const struct eh_bonus_import imports[] = {
        {.name = {"uptime", 6}, .sum = -7, .last = 3, .count = 2},
        {.name = {"safety", 6}, .sum = INT64_MAX, .last = INT64_MIN, .count = 1}};
    e->facts.imports = imports;
    e->facts.import_count = 2;
}

Test(pool, facts_are_the_same_bytes_again)
{
    EH_AUTO(example) struct example e;
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    example_init(&e);
    add_imports(&e);
    e.members[BO].excluded = true;
    e.members[CY].has_contract = true;
    e.members[CY].contract_minutes = 5000;
    e.members[CY].since = EH_DATE_ALWAYS;
    e.members[DEE].has_paid = false;
    e.members[DEE].closed = NULL;
    memcpy(e.closed[ELI], (int64_t[]){0, 0, 1}, sizeof e.closed[ELI]);
    eh_pool_facts_encode(&e.facts, &bytes);
    check_bytes(facts_again, &bytes);
}

Test(pool, facts_say_everything)
{
    EH_AUTO(example) struct example e;
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    example_init(&e);
    add_imports(&e);
    e.facts.cancelled = 7;
    e.facts.with_answers = true;
    e.facts.answers = 21, e.facts.answer_ms = 22;
    e.facts.answers_timed = 20, e.facts.answers_in_time = 19;
    e.facts.responses = 11, e.facts.response_ms = 12, e.facts.cycles = 13, e.facts.cycle_ms = 14;
    eh_pool_facts_encode(&e.facts, &bytes);
    struct eh_bonus_facts *f = NULL;
    struct eh_str text = eh_str_n((char *)bytes.data, bytes.size);
    cr_assert_eq(eh_pool_facts_decode(text, &e.arena, &f, &e.error), 0);
    cr_expect(eh_period_equal(f->period, e.facts.period));
    cr_expect(!f->estimate);
    cr_expect_eq(f->revenue, 12934567);
    cr_expect_eq(f->ratings, 184);
    cr_expect_eq(f->rating_sum, 812);
    cr_expect_eq(f->firsts, 412);
    cr_expect_eq(f->reopened, 23);
    cr_expect_eq(f->cancelled, 7);
    cr_expect(!f->by_closings && f->with_answers);
    cr_expect_eq(f->answers * 1000000 + f->answer_ms * 10000 + f->answers_timed * 100 +
                     f->answers_in_time,
                 21222019);
    cr_expect_eq(f->responses * 1000000 + f->response_ms * 10000 + f->cycles * 100 + f->cycle_ms,
                 11121314);
    cr_expect_eq(f->carry_open, -1240);
    cr_assert_eq(f->kind_count, 3);
    cr_expect(eh_str_equal(f->kinds[1].id, eh_str("query")), "by id");
    cr_expect_eq(f->kinds[2].closed, 200);
    cr_expect_eq(f->kinds[2].handled_ms, 200 * 650000);
    cr_assert_eq(f->import_count, 2);
    cr_expect(eh_str_equal(f->imports[0].name, eh_str("safety")));
    cr_expect_eq(f->imports[0].last, INT64_MIN);
    cr_assert_eq(f->member_count, 5);
    cr_expect(eh_str_equal(f->members[4].rep, eh_str("eli")));
    cr_expect(f->members[4].left && f->members[4].days == 20);
    cr_expect_eq(f->members[4].since, kit_date("2019-01-01"));
    cr_expect_eq(f->members[3].first_day, kit_date("2026-03-17"));
    cr_expect_eq(f->members[0].closed[1], 72, "query");
    cr_expect_eq(f->members[0].closed[2], 80, "quote");
    cr_expect_eq(f->members[0].paid_minutes, 10080);
}

/* Neither the order nor what says nothing makes other bytes. */
Test(pool, equal_facts_are_equal_bytes)
{
    EH_AUTO(example) struct example e;
    EH_AUTO(eh_bytes) struct eh_bytes one = EH_BYTES_INIT, other = EH_BYTES_INIT;
    example_init(&e);
    memset(e.closed[DEE], 0, sizeof e.closed[DEE]);
    eh_pool_facts_encode(&e.facts, &one);
    e.members[DEE].closed = NULL;
    e.members[DEE].contract_minutes = 5; /* without has_contract */
    struct eh_bonus_member kept = e.members[ANA];
    e.members[ANA] = e.members[ELI];
    e.members[ELI] = kept;
    struct eh_bonus_kind kind = e.kinds[ORDER];
    e.kinds[ORDER] = e.kinds[QUERY];
    e.kinds[QUERY] = kind;
    for (unsigned i = 0; i < REPS; i++) {
        int64_t closed = e.closed[i][ORDER];
        e.closed[i][ORDER] = e.closed[i][QUERY];
        e.closed[i][QUERY] = closed;
    }
    eh_pool_facts_encode(&e.facts, &other);
    cr_assert_eq(one.size, other.size);
    cr_expect_eq(memcmp(one.data, other.data, one.size), 0);
    e.facts.estimate = true;
    eh_bytes_clear(&other);
    eh_pool_facts_encode(&e.facts, &other);
    cr_expect_neq(memcmp(one.data, other.data, one.size), 0);
}

Test(pool, empty_facts_are_facts)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    const struct eh_bonus_facts none = {.period = kit_period("1970-W01")};
    eh_pool_facts_encode(&none, &bytes);
    check_bytes(facts_again, &bytes);
}

/* A count that promises more than there is must not be believed. */
Test(pool, counts_are_bounded_by_what_there_is)
{
    EH_AUTO(eh_arena) struct eh_arena arena = {.limit = 1 << 16};
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    const struct eh_bonus_facts none = {.period = kit_period("2026-03")};
    struct eh_bonus_facts *facts = NULL;
    eh_pool_facts_encode(&none, &bytes);
    for (size_t from_end = 1; from_end <= 3; from_end++) {
        EH_AUTO(eh_bytes) struct eh_bytes many = EH_BYTES_INIT;
        eh_bytes_put(&many, bytes.data, bytes.size - from_end);
        eh_bytes_put_u(&many, UINT32_MAX);
        eh_bytes_put(&many, bytes.data, bytes.size);
        struct eh_str text = eh_str_n((char *)many.data, many.size);
        cr_expect_eq(eh_pool_facts_decode(text, &arena, &facts, NULL), -EH_ECORRUPT);
    }
}

/* As builds wrote them that counted closings: the same bytes again, and their own denominator. */
Test(pool, facts_of_the_first_form)
{
    EH_AUTO(example) struct example e;
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT, again = EH_BYTES_INIT;
    struct eh_bonus_facts *f = NULL;
    example_init(&e);
    e.facts.by_closings = true;
    e.facts.firsts = 0;
    e.facts.reopened = 23;
    eh_pool_facts_encode(&e.facts, &bytes);
    cr_assert_eq(bytes.data[0], 1);
    struct eh_str text = eh_str_n((char *)bytes.data, bytes.size);
    cr_assert_eq(eh_pool_facts_decode(text, &e.arena, &f, &e.error), 0);
    cr_expect(f->by_closings);
    eh_pool_facts_encode(f, &again);
    cr_expect(eh_str_equal(text, eh_str_n((char *)again.data, again.size)));
    struct eh_bonus_result *result = NULL;
    cr_assert_eq(eh_bonus_compute(e.plan, f, &e.arena, &result, &e.error), 0, "%s", e.error.text);
    cr_expect_eq(result->pool.values[3].value, 55825); /* of 412 closings */
    cr_expect_eq(result->pool.values[3].count, 412);
}

Test(pool, facts_of_another_form_are_refused)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_bonus_facts *facts = NULL;
    struct eh_pool_statement *s = NULL;
    struct eh_error error = {0};
    cr_expect_eq(eh_pool_facts_decode(eh_str("\5"), &arena, &facts, &error), -EH_ECORRUPT);
    cr_expect_str_eq(error.text, "these are no facts of version 1 to 4");
    cr_expect_eq(eh_pool_statement_decode(eh_str("\4"), &arena, &s, &error), -EH_ECORRUPT);
    cr_expect_str_eq(error.text, "this is no statement of version 1 to 3");
    cr_expect(!facts && !s);
}

/* The form of facts by the calendar is theirs alone. */
Test(pool, facts_by_the_calendar_have_a_form_of_their_own)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_bonus_member m[] = {{.rep = eh_str("ana"), .has_contract = true},
                                  {.rep = eh_str("bo")}};
    struct eh_bonus_facts f = {.period = kit_period("2026-03"), .members = m, .member_count = 2};
    struct eh_bonus_facts *read = NULL;
    m[0].contract_minutes = 9600;
    eh_pool_facts_encode(&f, &bytes);
    cr_expect_eq(bytes.data[0], 2);
    bytes.data[0] = 4;
    struct eh_str text = eh_str_n((char *)bytes.data, bytes.size);
    cr_expect_eq(eh_pool_facts_decode(text, &arena, &read, NULL), -EH_ECORRUPT);
    eh_bytes_clear(&bytes);
    m[0].by_calendar = true;
    eh_pool_facts_encode(&f, &bytes);
    cr_expect_eq(bytes.data[0], 4);
    text = eh_str_n((char *)bytes.data, bytes.size);
    cr_assert_eq(eh_pool_facts_decode(text, &arena, &read, NULL), 0);
    cr_expect(read->members[0].by_calendar && !read->members[1].by_calendar);
    cr_expect_eq(read->members[0].contract_minutes, 9600);
    cr_expect_eq(read->members[0].calendar_until, EH_DATE_NEVER);
}

static void expect_no_facts(const struct eh_bonus_facts *facts, const char *what)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_bonus_facts *read = NULL;
    eh_pool_facts_encode(facts, &bytes);
    struct eh_str text = eh_str_n((char *)bytes.data, bytes.size);
    cr_expect_eq(eh_pool_facts_decode(text, &arena, &read, NULL), -EH_ECORRUPT, "%s", what);
}

Test(pool, facts_that_cannot_be_are_refused)
{
    struct eh_bonus_member m = {.rep = eh_str("ana")};
    struct eh_bonus_facts f = {.period = kit_period("2026-03"), .members = &m, .member_count = 1};
    static const char *const names[] = {"", "a\nb", "\xff"};
    for (unsigned i = 0; i < 3; i++) {
        m.rep = eh_str(names[i]);
        expect_no_facts(&f, "name");
    }
    m.rep = eh_str("ana");
    m.since = 4000000;
    expect_no_facts(&f, "since");
    m.since = 0, m.days = 4000000;
    expect_no_facts(&f, "days");
    m.days = 0, m.by_calendar = true;
    expect_no_facts(&f, "by the calendar, and none");
    m.by_calendar = false, f.period.kind = EH_PERIOD_QUARTER + 1;
    expect_no_facts(&f, "kind");
    f.period = kit_period("1970-01"), f.period.number--;
    expect_no_facts(&f, "before the first");
    f.period = kit_period("9999-12"), f.period.number++;
    expect_no_facts(&f, "after the last");
}

/* --- Statements --- */

static struct eh_pool_statement *estimate(struct example *e)
{
    struct eh_pool_statement *s = NULL;
    int r = eh_pool_estimate(e->plan, &e->facts, &e->arena, &s, &e->error);
    cr_assert_eq(r, 0, "%s", e->error.text);
    return s;
}

Test(pool, the_worked_example_as_a_statement)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    const struct eh_pool_statement *s = estimate(&e);
    cr_expect(eh_str_equal(s->team, eh_str("sales")));
    cr_expect(eh_str_equal(s->plan, eh_str("sales-2026")));
    cr_expect(eh_str_equal(s->currency, eh_str("EUR")));
    cr_expect_eq(s->currency_exponent, 2);
    cr_expect_eq(s->state, EH_PERIOD_OPEN);
    cr_expect(!s->estimate);
    cr_expect_eq(s->version, 0);
    cr_assert_eq(s->metric_count, 3);
    cr_expect(eh_str_equal(s->metrics[2].name, eh_str("handle_time")));
    cr_expect_eq(s->metrics[2].value, 655);
    cr_expect_eq(s->metrics[2].unit, EH_UNIT_SECONDS);
    cr_expect_eq(s->metrics[2].score_ppm, 1008333);
    cr_expect_eq(s->metrics[2].weight_ppm, 200000);
    cr_expect_eq(s->metrics[2].gate, EH_GATE_ZERO_METRIC);
    cr_expect(eh_str_equal(s->metrics[2].gate_metric, eh_str("reopen_rate")));
    cr_expect_eq(s->metrics[2].gate_value, 55825);
    cr_expect_eq(s->metrics[2].gate_unit, EH_UNIT_PPM);
    cr_expect(!s->metrics[2].gate_failed && !s->metrics[2].gate_missing);
    cr_expect_eq(s->metrics[1].gate, EH_GATE_NONE);
    cr_expect_eq(s->metrics[1].gate_metric.size, 0);
    cr_expect_eq(s->metrics[1].count, 184);
    cr_expect_eq(s->composite_ppm, 1046971);
    cr_expect_eq(s->funding_ppm, 1093942);
    cr_expect_eq(s->gross, 656365);
    cr_expect_eq(s->carry, -1240);
    cr_expect_eq(s->net, 655125);
    cr_expect_eq(s->paid, 655125);
    cr_expect_eq(s->carry_before, -1240);
    cr_expect_eq(s->carry_open, 0);
    cr_expect_eq(s->individual + s->equal + s->hours + s->seniority, 655125);
    static const int64_t totals[] = {175254, 167503, 128713, 75375, 108280};
    cr_assert_eq(s->line_count, REPS);
    for (uint32_t i = 0; i < REPS; i++) {
        cr_expect_eq(s->lines[i].total, totals[i]);
        cr_expect_eq(s->lines[i].paid, totals[i]);
    }
    cr_expect(s->lines[ANA].capped && !s->lines[BO].capped);
    cr_expect_eq(s->lines[DEE].days, 15);
}

Test(pool, an_estimate_marks_what_is_missing)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    e.facts.estimate = true;
    e.facts.kind_count = 2; /* of QUERY nothing was handled */
    const struct eh_pool_statement *s = estimate(&e);
    cr_expect(s->estimate);
    cr_expect(s->metrics[2].missing);
    cr_expect_eq(s->metrics[2].score_ppm, 0);
    cr_expect(!s->metrics[0].missing);
    e.facts.kind_count = 0;
    e.facts.firsts = e.facts.reopened = 0;
    s = estimate(&e);
    cr_expect(s->metrics[2].gate_missing && s->metrics[2].gate_failed);
    e.facts.estimate = false;
    struct eh_pool_statement *none = NULL;
    cr_expect_eq(eh_pool_estimate(e.plan, &e.facts, &e.arena, &none, &e.error), -EH_ENOTFOUND);
    cr_expect_null(none);
}

Test(pool, what_nobody_may_take_is_held)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    for (unsigned i = 0; i < REPS; i++)
        e.members[i].excluded = true;
    const struct eh_pool_statement *s = estimate(&e);
    cr_expect_eq(s->held, 655125);
    cr_expect_eq(s->lines[ANA].total, 0);
    cr_expect(!s->lines[ANA].eligible);
}

Test(pool, statements_are_the_same_bytes_again)
{
    EH_AUTO(example) struct example e;
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT, empty = EH_BYTES_INIT;
    example_init(&e);
    struct eh_pool_statement *s = estimate(&e);
    s->version = 3;
    s->difference = INT64_MIN;
    eh_pool_statement_encode(s, &bytes);
    check_bytes(statement_again, &bytes);
    s->metric_count = s->line_count = 0;
    eh_pool_statement_encode(s, &empty);
    check_bytes(statement_again, &empty);
    s->facts = eh_str("kept whole, whatever it is");
    eh_bytes_clear(&empty);
    eh_pool_statement_encode(s, &empty);
    check_bytes(statement_again, &empty);
    s->form = EH_POOL_FORM_FACTS;
    s->ties_by_id = true;
    eh_bytes_clear(&empty);
    eh_pool_statement_encode(s, &empty);
    check_bytes(statement_again, &empty);
}

Test(pool, statements_say_everything)
{
    EH_AUTO(example) struct example e;
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    example_init(&e);
    struct eh_pool_statement *s = estimate(&e), *t = NULL;
    s->version = 2, s->held = 1, s->difference = 2, s->cancelled = 3, s->paid = 4;
    s->over = 7, s->moved = 8, s->held_of[EH_PART_HOURS] = 9, s->lines[1].paid_before = 10;
    s->carry_open = -5, s->lines[1].paid = 6, s->zeroed = true, s->facts = eh_str("facts");
    eh_pool_statement_encode(s, &bytes);
    struct eh_str text = eh_str_n((char *)bytes.data, bytes.size);
    cr_assert_eq(eh_pool_statement_decode(text, &e.arena, &t, &e.error), 0);
    cr_expect(eh_str_equal(t->team, s->team) && eh_str_equal(t->plan, s->plan));
    cr_expect(eh_period_equal(t->period, s->period));
    cr_expect_eq(t->currency_exponent, 2);
    cr_expect_eq(t->version, 2);
    cr_expect_eq(memcmp(t->plan_sha256, s->plan_sha256, 32), 0);
    cr_expect_eq(memcmp(t->facts_sha256, s->facts_sha256, 32), 0);
    cr_expect(t->zeroed && !t->estimate);
    const int64_t got[] = {t->gross,
                           t->carry,
                           t->net,
                           t->held,
                           t->over,
                           t->moved,
                           t->held_of[EH_PART_HOURS],
                           t->lines[1].paid_before,
                           t->difference,
                           t->cancelled,
                           t->paid,
                           t->carry_open,
                           t->carry_before,
                           t->lines[1].paid,
                           t->lines[1].total,
                           t->lines[1].individual,
                           t->metrics[2].gate_value};
    const int64_t put[] = {656365, -1240, 655125, 1,     7, 8,      9,     10,   2,
                           3,      4,     -5,     -1240, 6, 167503, 18761, 55825};
    cr_expect_eq(memcmp(got, put, sizeof got), 0);
    cr_expect(t->lines[0].capped && t->lines[0].eligible && !t->lines[1].capped);
    cr_expect(eh_str_equal(t->facts, eh_str("facts")));
}

static void expect_no_statement(const struct eh_pool_statement *s, const char *what)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_pool_statement *read = NULL;
    eh_pool_statement_encode(s, &bytes);
    struct eh_str text = eh_str_n((char *)bytes.data, bytes.size);
    cr_expect_eq(eh_pool_statement_decode(text, &arena, &read, NULL), -EH_ECORRUPT, "%s", what);
}

Test(pool, statements_that_cannot_be_are_refused)
{
    EH_AUTO(example) struct example e;
    example_init(&e);
    struct eh_pool_statement *s = estimate(&e);
    s->metrics[1].gate_failed = true;
    expect_no_statement(s, "a gate that is none fails");
    s->metrics[1].gate_failed = false, s->metrics[1].unit = EH_UNIT_SECONDS + 1;
    expect_no_statement(s, "unit");
    s->metrics[1].unit = EH_UNIT_MILLI, s->metrics[2].gate = EH_GATE_ZERO_POOL + 1;
    expect_no_statement(s, "gate");
    s->metrics[2].gate = EH_GATE_ZERO_POOL, s->metrics[0].weight_ppm = EH_PPM + 1;
    expect_no_statement(s, "weight");
    s->metrics[0].weight_ppm = EH_PPM, s->currency = eh_str("EUX");
    expect_no_statement(s, "currency");
    s->currency = eh_str("EUR"), s->lines[0].rep = s->lines[1].rep;
    expect_no_statement(s, "a line twice");
    s->lines[0].rep = eh_str("ana"), s->version = 1, s->facts = eh_str("facts");
    expect_no_statement(s, "version 1 with facts of its own beside the frozen ones");
}
