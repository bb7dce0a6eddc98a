/*
 * unit/bonus_plan: bonus plans that are read, plans that are refused and the sentence each gets,
 * the canonical form, advice, and which plan governs when.
 *
 * data/plans/bad holds the refused ones; data/plans/bad.sentences has a line for each: its name, a
 * tab, and the sentence, in which {MEASURES} stands for the names of all measures. Names that begin
 * with `desk-` are desk files, the others single plans.
 */
#include "bonus_kit.h"

#include <dirent.h>

#define LINES_MAX 8192 /* bytes of all lines that are said */

struct loaded {
    struct eh_arena arena;
    struct eh_error error;
    struct eh_desk *desk;
    struct eh_bonus_plan *plan;
    int r;
};

static void loaded_done(struct loaded *l)
{
    eh_arena_done(&l->arena);
}

static struct loaded load_text(struct eh_str text, bool is_desk)
{
    struct loaded l = {0};
    int r = eh_desk_parse(kit_file("good/desk.yaml", &l.arena), &l.arena, &l.desk, &l.error);
    cr_assert_eq(r, 0, "%s", l.error.text);
    /* A copy of exactly its size, so that a sanitizer sees a read behind its end. */
    char *copy = malloc(text.size ? text.size : 1);
    cr_assert_not_null(copy);
    memcpy(copy, text.data, text.size);
    text.data = copy;
    l.r = is_desk ? eh_desk_parse_new(text, &l.arena, &l.desk, &l.error)
                  : eh_plan_parse(text, l.desk, &l.arena, &l.plan, &l.error);
    free(copy);
    return l;
}

static struct loaded load(const char *name)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    const char *file = strchr(name, '/') + 1;
    return load_text(kit_file(name, &arena), strncmp(file, "desk", 4) == 0);
}

/* --- What is read --- */

static void expect_curve(const struct eh_curve *curve, const struct eh_curve_point *wanted,
                         uint32_t count)
{
    cr_assert_eq(curve->count, count);
    for (uint32_t i = 0; i < count; i++) {
        cr_expect_eq(curve->points[i].x, wanted[i].x, "%u: %lld", i, (long long)curve->points[i].x);
        cr_expect_eq(curve->points[i].y, wanted[i].y);
    }
}

Test(bonus_plan, reads_every_key_of_the_example)
{
    EH_AUTO(loaded) struct loaded l = load("good/sales.yaml");
    cr_assert_eq(l.r, 0, "%s", l.error.text);
    const struct eh_bonus_plan *p = l.plan;
    cr_expect(eh_str_equal(p->id, eh_str("sales-2026")));
    cr_expect(eh_str_equal(p->team, eh_str("sales")));
    cr_expect(eh_str_equal(p->currency, eh_str("EUR")));
    cr_expect_eq(p->currency_exponent, 2);
    cr_expect(eh_period_equal(p->from, kit_period("2026-03")));
    cr_expect(
        eh_str_equal(p->discourages, eh_str("Hurrying customers, picking, passing work on.")));
    cr_expect_eq(p->target_pool, 600000);
    cr_expect_eq(p->max_pool, 900000);
    cr_assert_eq(p->metric_count, 3);
    cr_assert_eq(p->measure_count, 4);
    cr_expect_eq(p->metrics[0].weight_ppm + p->metrics[1].weight_ppm, 800000);
    expect_curve(&p->metrics[0].curve,
                 (struct eh_curve_point[]){{9600000, 0}, {12000000, 1000000}, {15000000, 1500000}},
                 3);
    expect_curve(&p->metrics[1].curve,
                 (struct eh_curve_point[]){{4000, 0}, {4400, 1000000}, {4700, 1250000}}, 3);
    expect_curve(&p->metrics[2].curve,
                 (struct eh_curve_point[]){{600, 1100000}, {660, 1000000}, {900, 0}}, 3);
    expect_curve(&p->funding,
                 (struct eh_curve_point[]){{600000, 0}, {1000000, 1000000}, {1250000, 1500000}}, 3);
    cr_expect_eq(p->measures[1].prior_mean, 4200);
    cr_expect_eq(p->measures[1].prior_count, 30);
    const struct eh_plan_measure *handle = &p->measures[2];
    cr_assert_eq(handle->mix_count, 3);
    cr_expect(eh_str_equal(handle->mix[1].kind, eh_str("query")));
    cr_expect_eq(handle->mix[1].share_ppm, 400000);
    cr_expect_eq(handle->least_ms, 30000);
    cr_expect_eq(handle->most_ms, 7200000);
    const struct eh_plan_gate *gate = &p->metrics[2].gate;
    cr_expect_eq(gate->effect, EH_GATE_ZERO_METRIC);
    cr_expect_eq(gate->measure, 3);
    cr_expect(gate->has_most && !gate->has_least);
    cr_expect_eq(gate->at_most, 80000);
    cr_expect_eq(p->individual_ppm, 100000);
    cr_expect_eq(p->equal_ppm, 360000);
    cr_expect_eq(p->hours_ppm, 360000);
    cr_expect_eq(p->seniority_ppm, 180000);
    cr_assert_eq(p->point_count, 3);
    cr_expect(eh_str_equal(p->points[0].kind, eh_str("order")));
    cr_expect_eq(p->points[0].points, 2);
    cr_expect_eq(p->cap_ppm, 300000);
    cr_assert_eq(p->band_count, 5);
    cr_expect_eq(p->bands[3].years, 6);
    cr_expect_eq(p->bands[3].weight, 125);
    cr_expect_eq(p->leavers, EH_LEAVERS_PRORATE);
    cr_expect_eq(p->if_missing, EH_MISSING_BLOCKS);
    cr_expect_eq(p->carry_at_most_ppm, 250000);
}

/* 7 figures, each in its unit; what may be left out has its default. */
Test(bonus_plan, reads_every_metric_and_unit)
{
    EH_AUTO(loaded) struct loaded l = load("good/all-metrics.yaml");
    cr_assert_eq(l.r, 0, "%s", l.error.text);
    const struct eh_bonus_plan *p = l.plan;
    cr_expect_eq(p->from.kind, EH_PERIOD_QUARTER);
    cr_expect_eq(p->cap_ppm, EH_PPM);
    cr_expect_eq(p->carry_at_most_ppm, 250000);
    cr_expect_eq(p->leavers, EH_LEAVERS_FORFEIT);
    cr_expect_eq(p->if_missing, EH_MISSING_PRIOR);
    const struct {
        const char *name;
        int64_t x, prior;
        int unit;
    } wanted[] = {
        {"revenue", -1050, 0, EH_UNIT_MONEY},        {"csat", 3500, 4200, EH_UNIT_MILLI},
        {"conversion", 125000, 300000, EH_UNIT_PPM}, {"response_time", 60, 90, EH_UNIT_SECONDS},
        {"cycle_time", 3600, 7200, EH_UNIT_SECONDS}, {"training", 1, 3, EH_UNIT_COUNT},
        {"uptime", 990000, 995000, EH_UNIT_PPM},     {"energy", 100, 250, EH_UNIT_MONEY},
        {"safety", 1500, 2000, EH_UNIT_MILLI}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const struct eh_plan_measure *measure = &p->measures[i];
        cr_expect(eh_str_equal(measure->name, eh_str(wanted[i].name)));
        cr_expect_eq(measure->unit, wanted[i].unit, "%s", wanted[i].name);
        cr_expect_eq(measure->prior_mean, wanted[i].prior, "%s", wanted[i].name);
        cr_expect_eq(p->metrics[i].curve.points[0].x, wanted[i].x, "%s", wanted[i].name);
    }
    cr_expect_eq(p->measures[5].take, EH_TAKE_SUM);
    cr_expect_eq(p->measures[6].take, EH_TAKE_LAST);
    cr_expect_eq(p->metrics[0].gate.measure, 1); /* csat as it stands below */
    cr_expect(p->metrics[0].gate.has_least && p->metrics[0].gate.has_most);
}

Test(bonus_plan, money_has_the_decimals_of_the_currency)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_desk *desk;
    struct eh_error error = {0};
    const char *text =
        "{currency: JPY, teams: [{id: t}], plans: [{id: p, team: t, from: 2026-W10, encourages: a, "
        "discourages: b, target_pool: 6000, max_pool: 6000, funding: [[0%, 0%], [100%, 100%]], "
        "metrics: [{metric: revenue, weight: 100%, curve: [[0, 0%], [5, 1%]]}], "
        "split: {equal: 100%}}]}";
    cr_assert_eq(eh_desk_parse(eh_str(text), &arena, &desk, &error), 0, "%s", error.text);
    cr_expect_eq(desk->plans[0].target_pool, 6000);
    cr_expect_eq(desk->plans[0].from.kind, EH_PERIOD_WEEK);
    char shown[EH_DECIMAL_TEXT_MAX];
    eh_plan_value_print(desk->plans, EH_UNIT_MONEY, 6000, shown);
    cr_expect_str_eq(shown, "6000");
}

/* --- The canonical form --- */

static void sha256_of(const char *name, char ret[65])
{
    EH_AUTO(loaded) struct loaded l = load(name);
    cr_assert_eq(l.r, 0, "%s: %s", name, l.error.text);
    uint8_t hash[32];
    const struct eh_bonus_plan *plan = l.plan ? l.plan : l.desk->plans;
    cr_assert_eq(eh_bonus_plan_sha256(plan, hash), 0);
    for (unsigned i = 0; i < 32; i++)
        snprintf(ret + 2 * i, 3, "%02x", hash[i]);
}

Test(bonus_plan, the_same_plan_has_the_same_hash_however_it_is_spelt)
{
    char plan[65], desk[65], respelt[65];
    sha256_of("good/sales.yaml", plan);
    sha256_of("good/desk.yaml", desk);
    sha256_of("good/respelt.json", respelt);
    cr_expect_str_eq(plan, desk);
    cr_expect_str_eq(plan, respelt);
    cr_expect_str_eq(plan, "51c0b9a79ece34d062f6e1c2bbb6bf3516fda6b604f47254b2a940118e6dc40c");
}

/* Published hashes never change. The plan has every measure, unit, gate, perspective and way to
 * take a figure, so a number that was moved shows here. */
Test(bonus_plan, a_plan_that_uses_everything_keeps_its_hash)
{
    char golden[65], everything[65];
    sha256_of("good/golden.yaml", golden);
    sha256_of("good/all-metrics.yaml", everything);
    cr_expect_str_eq(golden, "35acde3cec68eab2bc82d17b291e622cf3434b8c97ccaae3383f6f7cc337e119");
    cr_expect_str_eq(everything,
                     "019740558371d0a41b7ceb2444aa2db160abe698f2b9d323f671331e360823cc");
}

static void hash_of_plan(const struct eh_bonus_plan *plan, uint8_t ret[32])
{
    cr_assert_eq(eh_bonus_plan_sha256(plan, ret), 0);
}

#define EXPECT_CHANGED(l, change)                                                                  \
    do {                                                                                           \
        uint8_t before[32], after[32];                                                             \
        hash_of_plan((l)->plan, before);                                                           \
        change;                                                                                    \
        hash_of_plan((l)->plan, after);                                                            \
        cr_expect(memcmp(before, after, 32) != 0, #change);                                        \
    } while (0)

Test(bonus_plan, whatever_changes_changes_the_hash)
{
    EH_AUTO(loaded) struct loaded l = load("good/sales.yaml");
    cr_assert_eq(l.r, 0);
    struct eh_bonus_plan *p = l.plan;
    EXPECT_CHANGED(&l, p->id = eh_str("other"));
    EXPECT_CHANGED(&l, p->team = eh_str("other"));
    EXPECT_CHANGED(&l, p->currency = eh_str("USD"));
    EXPECT_CHANGED(&l, p->currency_exponent++);
    EXPECT_CHANGED(&l, p->unearned = EH_UNEARNED_SHARE);
    EXPECT_CHANGED(&l, p->unearned = EH_UNEARNED_HOLD);
    EXPECT_CHANGED(&l, p->from.number++);
    EXPECT_CHANGED(&l, p->from.kind = EH_PERIOD_QUARTER);
    EXPECT_CHANGED(&l, p->encourages.size--);
    EXPECT_CHANGED(&l, p->discourages.size--);
    EXPECT_CHANGED(&l, p->target_pool++);
    EXPECT_CHANGED(&l, p->max_pool++);
    EXPECT_CHANGED(&l, p->measures[1].prior_mean++);
    EXPECT_CHANGED(&l, p->measures[1].prior_count++);
    EXPECT_CHANGED(&l, p->measures[1].has_prior = false);
    EXPECT_CHANGED(&l, p->measures[2].mix[0].share_ppm++);
    EXPECT_CHANGED(&l, p->measures[2].least_ms++);
    EXPECT_CHANGED(&l, p->measures[2].most_ms++);
    EXPECT_CHANGED(&l, p->measures[3].name = eh_str("other"));
    EXPECT_CHANGED(&l, p->measures[3].take++);
    EXPECT_CHANGED(&l, p->measures[3].unit++);
    EXPECT_CHANGED(&l, p->metrics[0].weight_ppm++);
    EXPECT_CHANGED(&l, p->metrics[0].perspective++);
    EXPECT_CHANGED(&l, p->metrics[0].curve.points[0].x++);
    EXPECT_CHANGED(&l, p->metrics[0].curve.points[0].y++);
    EXPECT_CHANGED(&l, p->metrics[2].gate.effect++);
    EXPECT_CHANGED(&l, p->metrics[2].gate.at_most++);
    EXPECT_CHANGED(&l, p->metrics[2].gate.has_least = true);
    EXPECT_CHANGED(&l, p->metrics[2].gate.at_least++);
    EXPECT_CHANGED(&l, p->metrics[2].gate.measure--);
    EXPECT_CHANGED(&l, p->funding.points[0].y++);
    EXPECT_CHANGED(&l, p->individual_ppm++);
    EXPECT_CHANGED(&l, p->equal_ppm++);
    EXPECT_CHANGED(&l, p->hours_ppm++);
    EXPECT_CHANGED(&l, p->seniority_ppm++);
    EXPECT_CHANGED(&l, p->points[0].points++);
    EXPECT_CHANGED(&l, p->cap_ppm++);
    EXPECT_CHANGED(&l, p->bands[1].years++);
    EXPECT_CHANGED(&l, p->bands[1].weight++);
    EXPECT_CHANGED(&l, p->leavers++);
    EXPECT_CHANGED(&l, p->if_missing++);
    EXPECT_CHANGED(&l, p->carry_at_most_ppm++);
}

/* --- What is refused --- */

/* The line, with the names of all measures where it says MEASURES in braces. */
static void fill_in(const char *line, char *ret, size_t size)
{
    static const char mark[] = "{MEASURES}";
    size_t length = strcspn(line, "\n"), used = 0;
    const char *at = memmem(line, length, mark, sizeof mark - 1);
    size_t before = at ? (size_t)(at - line) : length;
    used = (size_t)snprintf(ret, size, "%.*s", (int)before, line);
    for (size_t i = 0; at && eh_measure_name(i); i++)
        used +=
            (size_t)snprintf(ret + used, size - used, "%s%s", i ? ", " : "", eh_measure_name(i));
    if (at)
        snprintf(ret + used, size - used, "%.*s", (int)(length - before - sizeof mark + 1),
                 at + sizeof mark - 1);
}

static bool known_sentence(struct eh_str sentences, const char *name, char *ret, size_t size)
{
    size_t length = strlen(name);
    for (const char *at = sentences.data; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
        if (strncmp(at, name, length) == 0 && at[length] == '\t') {
            fill_in(at + length + 1, ret, size);
            return true;
        }
    return false;
}

Test(bonus_plan, bad_plans_are_refused_with_line_and_advice)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_str sentences = eh_arena_str(&arena, kit_file("bad.sentences", &arena));
    DIR *folder = opendir(TEST_DATA "/plans/bad");
    cr_assert_not_null(folder);
    unsigned count = 0;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (entry->d_name[0] == '.')
            continue;
        char path[300], wanted[EH_ERROR_TEXT_MAX];
        snprintf(path, sizeof path, "bad/%s", entry->d_name);
        EH_AUTO(loaded) struct loaded l = load(path);
        cr_expect(l.r < 0, "%s is read", entry->d_name);
        if (getenv("EVENHAND_SENTENCES"))
            fprintf(stderr, "%s\t%s\n", entry->d_name, l.error.text);
        else if (known_sentence(sentences, entry->d_name, wanted, sizeof wanted))
            cr_expect_str_eq(l.error.text, wanted, "%s: %s", entry->d_name, l.error.text);
        else
            cr_expect_fail("%s has no sentence: %s", entry->d_name, l.error.text);
        count++;
    }
    closedir(folder);
    cr_expect_geq(count, 40);
}

/* --- Advice --- */

struct said {
    char text[LINES_MAX];
    size_t size;
};

static void hear(void *context, const char *line)
{
    struct said *said = context;
    said->size += (size_t)snprintf(said->text + said->size, LINES_MAX - said->size, "%s\n", line);
}

static size_t lint(struct loaded *l, struct said *said)
{
    *said = (struct said){0};
    return eh_plan_lint(l->plan, l->desk, hear, said);
}

Test(bonus_plan, a_sound_plan_is_not_advised_against)
{
    EH_AUTO(loaded) struct loaded l = load("good/sales.yaml");
    struct said said;
    cr_assert_eq(l.r, 0);
    cr_expect_eq(lint(&l, &said), 0, "%s", said.text);
}

Test(bonus_plan, what_will_go_wrong_is_said)
{
    EH_AUTO(loaded) struct loaded l = load("good/lint.yaml");
    struct said said;
    cr_assert_eq(l.r, 0, "%s", l.error.text);
    cr_expect_eq(lint(&l, &said), 9, "%s", said.text);
    static const char *const wanted[] = {
        "revenue is paid without a quality metric or gate beside it; add csat or reopen_rate",
        "response_time is paid without a quality metric or gate beside it",
        "closed tickets are paid without a quality metric or gate in the plan",
        "response_time pays more the worse it gets; turn its curve around",
        "training scores the same whatever it is",
        "the scorecard's customer perspective is empty; give it a metric",
        "the prior of training is never used",
        "closing a ticket of kind query earns nobody a point",
        "`seniority` is never used"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        cr_expect_not_null(strstr(said.text, wanted[i]), "%s\n%s", wanted[i], said.text);
}

Test(bonus_plan, what_can_never_matter_is_said)
{
    EH_AUTO(loaded) struct loaded l = load("good/never.yaml");
    struct said said;
    cr_assert_eq(l.r, 0, "%s", l.error.text);
    cr_expect_eq(lint(&l, &said), 5, "%s", said.text);
    static const char *const wanted[] = {
        "the gate of revenue can never shut: csat is always within it",
        "the gate of csat changes nothing: its curve gives no more than the gate leaves",
        "the curve of reopen_rate can never matter: no value of it lies where the curve slopes",
        "the gate of reopen_rate can never shut: conversion is always within it",
        "the gate of conversion changes nothing"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        cr_expect_not_null(strstr(said.text, wanted[i]), "%s\n%s", wanted[i], said.text);
    l.plan->metrics[0].gate.at_least = 5001; /* milli-points */
    l.plan->metrics[2].curve.points[0].y = l.plan->metrics[2].curve.points[1].y = 0;
    l.plan->funding.points[1].x = 950000;
    lint(&l, &said);
    cr_expect_not_null(strstr(said.text, "the gate of revenue is always shut: csat is never"));
    cr_expect_not_null(strstr(said.text, "funding above a composite of 95% is never reached: it is "
                                         "77% at most"),
                       "%s", said.text);
    l.plan->funding.points[0].x = 770000;
    lint(&l, &said);
    cr_expect_not_null(strstr(said.text, "the funding curve can never matter: the composite is "
                                         "between 0% and 77%, and there it is flat"),
                       "%s", said.text);
}

Test(bonus_plan, a_quality_gate_is_enough)
{
    EH_AUTO(loaded) struct loaded l = load("good/sales.yaml");
    struct said said;
    l.plan->measures[1].kind = EH_MEASURE_IMPORTED; /* without csat: revenue has no gate */
    l.plan->measures[1].has_prior = false;
    cr_expect_eq(lint(&l, &said), 1, "%s", said.text);
    cr_expect_not_null(strstr(said.text, "revenue is paid without"));
    l.plan->metrics[0].gate = l.plan->metrics[2].gate;
    cr_expect_eq(lint(&l, &said), 0, "%s", said.text);
}

Test(bonus_plan, is_described_in_sentences)
{
    EH_AUTO(loaded) struct loaded l = load("good/sales.yaml");
    struct said said = {0};
    eh_plan_describe(l.plan, hear, &said);
    cr_expect_str_eq(
        said.text,
        "plan sales-2026 of team sales, every month from 2026-03 on\n"
        "it encourages: Answering well, at a steady pace, and helping each other.\n"
        "it discourages: Hurrying customers, picking, passing work on.\n"
        "the pool is 6,000.00 EUR on target and 9,000.00 EUR at most\n"
        "40% of the score is revenue: 96,000.00 EUR scores 0%, 120,000.00 EUR scores 100%, "
        "150,000.00 EUR scores "
        "150%\n"
        "40% of the score is csat: 4.000 scores 0%, 4.400 scores 100%, 4.700 scores 125%\n"
        "20% of the score is handle_time: 600s scores 110%, 660s scores 100%, 900s scores 0%\n"
        "handle_time counts nothing unless reopen_rate is at most 8%\n"
        "csat is mixed with 4.200, which weighs as much as 30 ratings\n"
        "handle_time is 30% the mean of order, 40% the mean of query, 30% the mean of quote\n"
        "a time below 30s counts as 30s, one above 2h as 2h\n"
        "of the pool on target, a score of 60% pays 0%, a score of 100% pays 100%, a score of 125% "
        "pays 150%\n"
        "between two such points a straight line counts, beyond them the last one\n"
        "it is shared: 36% equally by days, 36% by paid hours, 18% by seniority, 10% by closed "
        "tickets\n"
        "by seniority a day weighs 100, after 1 year 105, after 3 years 115, after 6 years 125, "
        "after 10 years 130\n"
        "points for a closed ticket: order 2, query 1, quote 1\n"
        "nobody gets more than 30% of the part for closed tickets\n"
        "who leaves within a period gets their days\n"
        "a part that nobody can earn goes to the other parts\n"
        "what was paid too much before takes 25% of a pool at most\n");
}

/* --- Which governs --- */

Test(bonus_plan, the_latest_that_has_begun_governs)
{
    EH_AUTO(loaded) struct loaded l = load("good/desk-plans.yaml");
    cr_assert_eq(l.r, 0, "%s", l.error.text);
    cr_assert_eq(l.desk->plan_count, 3);
    const struct {
        const char *team, *date, *plan;
    } cases[] = {{"sales", "2026-02-28", NULL},     {"sales", "2026-03-01", "first"},
                 {"sales", "2026-06-30", "first"},  {"sales", "2026-07-01", "second"},
                 {"sales", "2031-01-01", "second"}, {"help", "2026-03-02", "third"},
                 {"nobody", "2026-03-02", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct eh_bonus_plan *plan =
            eh_desk_plan(l.desk, eh_str(cases[i].team), kit_date(cases[i].date));
        cr_expect_eq(!plan, !cases[i].plan, "%zu", i);
        if (plan && cases[i].plan)
            cr_expect(eh_str_equal(plan->id, eh_str(cases[i].plan)), "%zu", i);
    }
}

/* --- What may change --- */

static int check_change(const char *from, const char *to, const char *today, char *ret_text)
{
    EH_AUTO(loaded) struct loaded old = load(from);
    EH_AUTO(loaded) struct loaded new = load(to);
    cr_assert(old.r == 0 && new.r == 0, "%s%s", old.error.text, new.error.text);
    struct eh_error error = {0};
    int r = eh_desk_plans_check(old.desk, new.desk, kit_date(today), &error);
    snprintf(ret_text, EH_ERROR_TEXT_MAX, "%s", error.text);
    return r;
}

Test(bonus_plan, what_governs_cannot_change)
{
    char text[EH_ERROR_TEXT_MAX];
    const char *one = "good/desk-plans.yaml", *two = "good/desk-plans-later.yaml";
    cr_expect_eq(check_change(one, one, "2026-08-01", text), 0);
    cr_expect_eq(check_change(one, two, "2026-06-30", text), 0); /* the second has not begun */
    cr_expect_eq(check_change(one, two, "2026-07-01", text), -EH_ECONFLICT);
    cr_expect_str_eq(text, "plan second governs since 2026-Q3 and cannot change; add a new plan "
                           "from a period that has not begun");
    cr_expect_eq(check_change(two, "good/desk.yaml", "2026-03-01", text), -EH_ECONFLICT);
    cr_expect_str_eq(text,
                     "plan first governs since 2026-03 and cannot vanish; add a new plan from "
                     "a period that has not begun");
    cr_expect_eq(check_change(two, "good/desk.yaml", "2026-02-01", text), 0);
}

/* --- What nobody earns --- */

static struct loaded load_unearned(const char *word)
{
    struct loaded l = {0};
    struct eh_str plan = kit_file("good/sales.yaml", &l.arena);
    char text[8192];
    int size = snprintf(text, sizeof text, "%.*s\n%s%s\n", EH_STR_ARG(plan),
                        *word ? "unearned: " : "", word);
    l.r = eh_plan_parse(eh_str_n(text, (size_t)size), NULL, &l.arena, &l.plan, &l.error);
    return l;
}

Test(bonus_plan, what_nobody_earns_is_shared_or_held_as_it_says)
{
    EH_AUTO(loaded) struct loaded unsaid = load_unearned(""), share = load_unearned("share");
    EH_AUTO(loaded) struct loaded hold = load_unearned("hold"), other = load_unearned("keep");
    cr_assert(unsaid.r == 0 && share.r == 0 && hold.r == 0, "%s", hold.error.text);
    cr_expect(eh_plan_shares_unearned(unsaid.plan) && eh_plan_shares_unearned(share.plan));
    cr_expect(!eh_plan_shares_unearned(hold.plan));
    cr_expect(!eh_plan_same(unsaid.plan, share.plan) && !eh_plan_same(share.plan, hold.plan));
    cr_expect_eq(other.r, -EH_EINVAL);
    cr_expect_not_null(strstr(other.error.text, "unearned"), "%s", other.error.text);
    unsaid.plan->before_unearned = share.plan->before_unearned = true;
    cr_expect(!eh_plan_shares_unearned(unsaid.plan) && eh_plan_shares_unearned(share.plan));
}

/* When it was published is no part of what a plan says. */
Test(bonus_plan, when_it_was_published_changes_no_hash)
{
    EH_AUTO(loaded) struct loaded l = load("good/sales.yaml");
    uint8_t before[32], after[32];
    cr_assert_eq(l.r, 0);
    hash_of_plan(l.plan, before);
    l.plan->before_unearned = true;
    hash_of_plan(l.plan, after);
    cr_expect_eq(memcmp(before, after, 32), 0);
}

/* second changes, fourth is new. */
Test(bonus_plan, a_plan_keeps_when_it_was_published_as_long_as_it_stays)
{
    EH_AUTO(loaded) struct loaded old = load("good/desk-plans.yaml");
    EH_AUTO(loaded) struct loaded same = load("good/desk-plans.yaml");
    EH_AUTO(loaded) struct loaded later = load("good/desk-plans-later.yaml");
    eh_desk_plans_publish(NULL, old.desk, true);
    eh_desk_plans_publish(old.desk, same.desk, false);
    eh_desk_plans_publish(same.desk, later.desk, false);
    for (uint32_t i = 0; i < same.desk->plan_count; i++)
        cr_expect(same.desk->plans[i].before_unearned);
    for (uint32_t i = 0; i < later.desk->plan_count; i++)
        cr_expect_eq(later.desk->plans[i].before_unearned,
                     !eh_str_equal(later.desk->plans[i].id, eh_str("second")) &&
                         !eh_str_equal(later.desk->plans[i].id, eh_str("fourth")),
                     "%u", i);
    eh_desk_plans_publish(NULL, same.desk, false);
    cr_expect(!same.desk->plans[0].before_unearned);
}

Test(bonus_plan, only_a_first_plan_starts_in_the_past)
{
    EH_AUTO(loaded) struct loaded l = load("good/desk-plans.yaml");
    struct eh_error error = {0};
    /* team sales: first and second; team help: third */
    cr_expect_eq(eh_desk_plans_check(NULL, l.desk, kit_date("2026-06-01"), &error), 0);
    cr_expect_eq(eh_desk_plans_check(NULL, l.desk, kit_date("2026-07-01"), &error), -EH_ECONFLICT);
    cr_expect_str_eq(error.text, "plan second begins with 2026-Q3, which has begun; only a team's "
                                 "first plan may start in the past");
}

Test(bonus_plan, changes_of_plans_are_said)
{
    EH_AUTO(loaded) struct loaded one = load("good/desk-plans.yaml");
    EH_AUTO(loaded) struct loaded two = load("good/desk-plans-later.yaml");
    struct said said = {0};
    cr_expect_eq(eh_desk_plans_diff(one.desk, one.desk, hear, &said), 0);
    cr_expect_eq(eh_desk_plans_diff(one.desk, two.desk, hear, &said), 2);
    cr_expect_str_eq(
        said.text, "plan second: changed\n"
                   "plan fourth: new, for team help from 2026-W40, 1.00 EUR on target, 1.00 EUR at "
                   "most\n");
    said = (struct said){0};
    cr_expect_gt(eh_desk_diff(NULL, one.desk, hear, &said), 3);
    cr_expect_not_null(strstr(said.text, "plan first: new"));
    EH_AUTO(loaded) struct loaded lint = load("good/desk-lint.yaml");
    said = (struct said){0};
    eh_desk_warnings(lint.desk, hear, &said);
    cr_expect_not_null(strstr(said.text, "plan a: revenue is paid without"), "%s", said.text);
}

/* --- Periods --- */

Test(bonus_plan, periods_follow_the_calendar)
{
    static const struct {
        const char *text, *first, *last, *next;
    } cases[] = {{"2026-W10", "2026-03-02", "2026-03-08", "2026-W11"},
                 {"2026-W53", "2026-12-28", "2027-01-03", "2027-W01"},
                 {"2025-W01", "2024-12-30", "2025-01-05", "2025-W02"},
                 {"2024-W52", "2024-12-23", "2024-12-29", "2025-W01"},
                 {"2026-03", "2026-03-01", "2026-03-31", "2026-04"},
                 {"2024-02", "2024-02-01", "2024-02-29", "2024-03"},
                 {"2026-12", "2026-12-01", "2026-12-31", "2027-01"},
                 {"2026-Q1", "2026-01-01", "2026-03-31", "2026-Q2"},
                 {"2026-Q4", "2026-10-01", "2026-12-31", "2027-Q1"},
                 {"1970-W01", "1970-01-01", "1970-01-04", "1970-W02"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct eh_period p = kit_period(cases[i].text);
        char text[EH_DECIMAL_TEXT_MAX];
        eh_period_print(p, text);
        cr_expect_str_eq(text, cases[i].text);
        eh_period_print(eh_period_next(p), text);
        cr_expect_str_eq(text, cases[i].next);
        if (i + 1 < sizeof cases / sizeof *cases)
            cr_expect_eq(eh_period_first(p), kit_date(cases[i].first), "%s", cases[i].text);
        cr_expect_eq(eh_period_last(p), kit_date(cases[i].last), "%s", cases[i].text);
        cr_expect(eh_period_equal(eh_period_of(p.kind, kit_date(cases[i].first)), p));
        cr_expect(eh_period_equal(eh_period_of(p.kind, kit_date(cases[i].last)), p));
    }
    static const char *const bad[] = {"",         "2026",      "2026-13",  "2026-00",  "2026-3",
                                      "2025-W53", "2026-W00",  "2026-W54", "2026-Q0",  "2026-Q5",
                                      "1969-12",  "2026-w10",  "2026_03",  "2026-Q1 ", "2026-1Q",
                                      "2026-W1",  "2026-03-01"};
    struct eh_period p;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_eq(eh_period_parse(eh_str(bad[i]), &p, NULL), -EH_EPARSE, "%s", bad[i]);
}
