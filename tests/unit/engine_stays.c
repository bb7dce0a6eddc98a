/* engine_stays: what a desk said on a day holds for that day, whatever a later desk says. */
#include <criterion/criterion.h>

#include "stays_kit.h"

#define HEAD "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\nkinds: {order: {points: 1}}\n"

static struct kit k;

/* Reps and teams as they stand in the file; %s are dates, of days counted as the kit counts. */
static void apply_on(int day, const char *rest)
{
    char yaml[4096];
    snprintf(yaml, sizeof yaml, HEAD "%s", rest);
    if (STAYS_DAY_0 + day != k.date)
        kit_day(&k, STAYS_DAY_0 + day);
    kit_desk(&k, yaml);
    cr_assert_eq(k.result, 0);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

/* The team's members; whoever may be in it is on the desk. */
static void members_on(int day, const char *format, ...)
{
    char members[1024], rest[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(members, sizeof members, format, args);
    va_end(args);
    snprintf(rest, sizeof rest,
             "reps: [{id: ann}, {id: leo}, {id: kim}]\n"
             "teams: [{id: other, reps: [kim]}, {id: t, reps: [%s]}]\n",
             members);
    apply_on(day, rest);
}

static void start(void)
{
    kit_open(&k, EH_RULES_LAST);
    kit_day(&k, STAYS_DAY_0 + 40);
    members_on(40, "ann, leo");
}

static void expect(const char *stays)
{
    cr_assert_str_eq(stays_of(k.e, "t", 1, 99), stays);
    struct eh_engine *again = kit_restored(k.e);
    cr_assert_str_eq(stays_of(again, "t", 1, 99), stays);
    eh_engine_free(again);
}

static void stop(void)
{
    cr_assert(kit_sound(&k));
    kit_done(&k);
}

TestSuite(engine_stays, .init = start, .fini = stop);

Test(engine_stays, first_desk_holds_before)
{
    expect("ann 1-99, leo 1-99");
    members_on(50, "ann, leo, kim");
    expect("ann 1-99, kim 50-99, leo 1-99");
}

Test(engine_stays, taken_off)
{
    members_on(50, "ann");
    expect("ann 1-99, leo 1-49");
    apply_on(51, "reps: [{id: ann}]\nteams: [{id: t, reps: [ann]}]\n");
    expect("ann 1-99, leo 1-49");
    apply_on(60, "reps: [{id: ann}]\nteams: []\n");
    expect("ann 1-59, leo 1-49");
}

/* On the day of the first desk too: what it said holds before that day. */
Test(engine_stays, twice_on_a_day)
{
    members_on(40, "ann");
    expect("ann 1-99, leo 1-39");
    members_on(40, "ann, kim");
    expect("ann 1-99, kim 40-99, leo 1-39");
    members_on(50, "kim");
    members_on(50, "ann, {id: leo, from: %s}", stays_date(10));
    members_on(50, "ann, kim, {id: leo, from: %s}", stays_date(20));
    expect("ann 1-99, kim 40-99, leo 20-99");
    members_on(50, "ann, kim, leo");
    expect("ann 1-99, kim 40-99, leo 1-39 50-99"); /* as if the others had not been said */
}

/* ... but for what they wrote out of the past of whom the last one says nothing. */
Test(engine_stays, corrected_and_taken_off_on_a_day)
{
    members_on(50, "ann, {id: leo, until: %s}, {id: kim, from: %s}", stays_date(20),
               stays_date(10));
    members_on(50, "ann");
    expect("ann 1-99, leo 1-20");
    members_on(50, "ann, leo");
    expect("ann 1-99, leo 1-20 50-99");
}

Test(engine_stays, back_again)
{
    members_on(50, "ann");
    members_on(60, "ann, leo");
    expect("ann 1-99, leo 1-49 60-99");
    members_on(70, "ann");
    members_on(80, "ann, {id: leo, from: %s}", stays_date(75));
    expect("ann 1-99, leo 1-49 60-69 75-99");
    members_on(81, "ann, {id: leo, from: %s}", stays_date(90));
    expect("ann 1-99, leo 1-49 60-69 75-80 90-99");
}

Test(engine_stays, written_from)
{
    members_on(50, "ann, {id: leo, from: %s}", stays_date(17));
    expect("ann 1-99, leo 17-99");
    members_on(60, "ann, leo"); /* what is not written corrects nothing */
    expect("ann 1-99, leo 17-99");
    members_on(61, "ann, {id: leo, from: %s}", stays_date(5));
    expect("ann 1-99, leo 5-99");
    members_on(62, "ann, leo, {id: kim, from: %s}", stays_date(33));
    expect("ann 1-99, kim 33-99, leo 5-99");
}

Test(engine_stays, written_until)
{
    members_on(50, "ann, {id: leo, until: %s}", stays_date(20));
    expect("ann 1-99, leo 1-20");
    members_on(55, "ann");
    expect("ann 1-99, leo 1-20");
    members_on(60, "ann, {id: leo, until: %s}", stays_date(30)); /* they left later than that */
    expect("ann 1-99, leo 1-30");
    members_on(70, "ann, {id: leo, until: %s}, {id: leo, from: %s}", stays_date(25),
               stays_date(68));
    expect("ann 1-99, leo 1-25 68-99");
    members_on(71, "ann, {id: kim, until: %s}", stays_date(60)); /* they never were there */
    expect("ann 1-99, leo 1-25 68-70");
}

/* A file that is cleaned of what is over takes nothing away. */
Test(engine_stays, cleaned)
{
    members_on(50, "ann, {id: leo, from: %s, until: %s}, {id: leo, from: %s, until: %s}",
               stays_date(5), stays_date(9), stays_date(20), stays_date(60));
    expect("ann 1-99, leo 5-9 20-60");
    members_on(55, "ann, {id: leo, from: %s, until: %s}", stays_date(20), stays_date(60));
    expect("ann 1-99, leo 5-9 20-60");
    members_on(70, "ann, {id: leo, from: %s}", stays_date(61));
    expect("ann 1-99, leo 5-9 20-60 61-99");
    members_on(71, "ann, {id: leo, from: %s}", stays_date(61));
    expect("ann 1-99, leo 5-9 20-60 61-99");
}

Test(engine_stays, a_refused_desk)
{
    kit_day(&k, STAYS_DAY_0 + 50);
    kit_desk(&k, "desk: other\ncurrency: EUR\ntime_zone: Europe/Oslo\n");
    cr_assert(k.fx.refused);
    members_on(60, "ann");
    expect("ann 1-99, leo 1-59");
}

/* A team that comes later is new: its first desk holds before it. One that comes back is not. */
Test(engine_stays, teams_come_and_go)
{
    apply_on(50, "reps: [{id: ann}, {id: kim}]\nteams: [{id: late, reps: [ann, kim]}]\n");
    cr_assert_str_eq(stays_of(k.e, "late", 1, 99), "ann 1-99, kim 1-99");
    cr_assert_str_eq(stays_of(k.e, "t", 1, 99), "ann 1-49, leo 1-49");
    apply_on(50, "reps: [{id: ann}, {id: kim}]\nteams: [{id: late, reps: [ann]}]\n");
    cr_assert_str_eq(stays_of(k.e, "late", 1, 99), "ann 1-99, kim 1-49");
    apply_on(60, "reps: [{id: ann}, {id: kim}]\nteams: [{id: t, reps: [ann, kim]}]\n");
    cr_assert_str_eq(stays_of(k.e, "late", 1, 99), "ann 1-59, kim 1-49");
    expect("ann 1-49 60-99, kim 60-99, leo 1-49");
}

static void expect_since(const char *rep, int day, int since)
{
    int32_t wanted = since ? STAYS_DAY_0 + since : EH_DATE_ALWAYS;
    cr_assert_eq(eh_engine_since(k.e, eh_str(rep), STAYS_DAY_0 + day), wanted, "%s %d", rep, day);
}

static void since_on(int day, const char *leo)
{
    char rest[1024];
    snprintf(rest, sizeof rest, "reps: [{id: ann}%s]\nteams: [{id: t, reps: [ann]}]\n", leo);
    apply_on(day, rest);
}

static const char *leo_since(int day)
{
    static char text[200];
    snprintf(text, sizeof text, ", {id: leo, name: Leo %d, since: %s}", day, stays_date(day));
    return text;
}

Test(engine_stays, since)
{
    since_on(50, leo_since(2)); /* written: it is so of all days */
    expect_since("leo", 1, 2);
    since_on(60, ", {id: leo}");
    expect_since("leo", 59, 2);
    expect_since("leo", 60, 0);
    since_on(61, ", {id: leo}");
    expect_since("leo", 59, 2);
    since_on(62, leo_since(3));
    since_on(62, leo_since(4));
    since_on(62, ", {id: leo}"); /* the others of this day were not said */
    expect_since("leo", 59, 2);
    expect_since("leo", 61, 0);
    since_on(70, leo_since(5));
    since_on(80, leo_since(6));
    since_on(80, "");
    expect_since("leo", 59, 6);
    since_on(81, "");
    expect_since("leo", 99, 6); /* who is gone keeps the last one */
    since_on(90, ", {id: leo}");
    expect_since("leo", 89, 6);
    expect_since("leo", 90, 0);
    expect_since("nobody", 1, 0);
}

static void expect_name(const char *rep, const char *name)
{
    struct eh_str found = eh_engine_rep_name(k.e, eh_str(rep));
    cr_assert(kit_is(found, name), "%.*s", EH_STR_ARG(found));
}

Test(engine_stays, names)
{
    since_on(50, leo_since(2));
    expect_name("leo", "Leo 2");
    since_on(50, leo_since(3));
    since_on(50, "");
    expect_name("leo", "Leo 3");
    expect_name("ann", "ann");
    expect_name("nobody", "nobody");
    struct eh_engine *again = kit_restored(k.e);
    cr_assert(kit_is(eh_engine_rep_name(again, eh_str("leo")), "Leo 3"));
    eh_engine_free(again);
    since_on(60, ", {id: leo}");
    expect_name("leo", "leo");
}

/* Led back to the true day, what was said on days to come was said today. */
Test(engine_stays, time_back)
{
    since_on(50, leo_since(2));
    members_on(60, "ann");
    members_on(70, "ann, leo");
    since_on(80, ", {id: leo}");
    expect("ann 1-99, leo 1-49 70-79");
    struct eh_message m = {.type = EH_MESSAGE_ACCEPT_TIME,
                           .reason = eh_str("true"),
                           .has = EH_FIELD_BIT(EH_FIELD_REASON)};
    k.date = STAYS_DAY_0 + 65;
    k.now_us -= 1000000;
    cr_assert_eq(kit_step(&k, m, EH_ORIGIN_SHELL), 0);
    expect("ann 1-99, leo 1-49");
    expect_since("leo", 49, 2);
    expect_since("leo", 64, 0);
}

/* Under the rules of before, the desk of today says of all days. */
Test(engine_stays, earlier_rules)
{
    kit_done(&k);
    kit_open(&k, EH_RULES_STAYS - 1);
    kit_day(&k, STAYS_DAY_0 + 40);
    members_on(40, "ann, leo");
    members_on(50, "ann, kim");
    expect("ann 1-99, kim 1-99");
    struct eh_message m = {
        .type = EH_MESSAGE_RULES, .rules = EH_RULES_STAYS, .has = EH_FIELD_BIT(EH_FIELD_RULES)};
    cr_assert_eq(kit_step(&k, m, EH_ORIGIN_SHELL), 0);
    members_on(50, "ann, leo");
    expect("ann 1-99, kim 1-49, leo 50-99");
}

/* ---- periods: KIT_TODAY, day 100 of the kit, is 2024-10-04 */

#define PLAN                                                                                       \
    "plans:\n  - {id: p, team: t, from: 2024-08, period: month, encourages: a, discourages: b,\n"  \
    "     target_pool: 6000.00, max_pool: 9000.00,\n"                                              \
    "     metrics: [{metric: revenue, weight: 100%, curve: [[0.00, 0%], [100.00, 100%]]}],\n"      \
    "     funding: [[0%, 0%], [100%, 100%]], split: {equal: 50%, seniority: 50%},\n"               \
    "     seniority: [[0y, 100], [3y, 120]]}\n"

static const char *planned(const char *reps, const char *members)
{
    static char texts[4][4096];
    static unsigned turn;
    char *text = texts[turn++ % 4];
    snprintf(text, sizeof texts[0], "reps: [%s]\nteams: [{id: other}, {id: t, reps: [%s]}]\n%s",
             reps, members, PLAN);
    return text;
}

struct lines {
    char text[4096];
};

static void add_line(void *context, const char *line)
{
    struct lines *lines = context;
    size_t at = strlen(lines->text);
    snprintf(lines->text + at, sizeof lines->text - at, "%s%s", at ? "\n" : "", line);
}

/* What is told of it beforehand. */
static const char *foretold(const char *rest)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    static struct lines lines;
    char yaml[8192];
    struct eh_desk *desk;
    struct eh_error error = {0};
    snprintf(yaml, sizeof yaml, HEAD "%s", rest);
    cr_assert_eq(eh_desk_parse(eh_str(yaml), &arena, &desk, &error), 0, "%s", error.text);
    lines.text[0] = 0;
    cr_assert_eq(eh_engine_desk_check(k.e, desk, k.date, &error), 0, "%s", error.text);
    cr_assert_eq(eh_engine_desk_days(k.e, desk, k.date, add_line, &lines), 0);
    return lines.text;
}

Test(engine_stays, foretold)
{
    const char *both = "{id: ann, since: 2020-01-01}, {id: leo, since: 2020-01-01}, {id: kim}";
    apply_on(99, planned(both, "ann, leo"));
    kit_day(&k, KIT_TODAY);
    cr_assert_str_eq(foretold(planned(both, "leo, ann")), "");
    cr_assert_str_eq(foretold(planned(both, "ann")), "2024-10 of team t: leo 31 days -> 3 days\n"
                                                     "2024-09 of team t: leo keeps 30 days");
    cr_assert_str_eq(foretold(planned("{id: ann, since: 2020-01-01}", "ann")),
                     "2024-10 of team t: leo 31 days -> 3 days\n"
                     "2024-09 of team t: leo keeps 30 days");
    cr_assert_str_eq(foretold(planned(both, "ann, leo, kim")),
                     "2024-10 of team t: kim 0 days -> 28 days");
    cr_assert_str_eq(foretold(planned(both, "ann, {id: leo, from: 2024-09-30}")),
                     "2024-09 of team t: leo 30 days -> 1 day");
    cr_assert_str_eq(
        foretold(planned("{id: ann, since: 2023-01-01}, {id: leo}, {id: kim}", "ann, leo")),
        "2024-10 of team t: ann since 2020-01-01 -> 2023-01-01\n"
        "2024-09 of team t: ann since 2020-01-01 -> 2023-01-01\n"
        "2024-10 of team t: leo since 2020-01-01 -> none");
}

/* What was told is what becomes so; told once more, nothing changes any more. */
Test(engine_stays, as_foretold)
{
    const char *both = "{id: ann}, {id: leo}, {id: kim}";
    apply_on(100, planned(both, "ann, leo"));
    cr_assert_neq(*foretold(planned(both, "ann, kim")), 0);
    apply_on(100, planned(both, "ann, kim"));
    cr_assert_str_eq(stays_of(k.e, "t", 97, 127), "ann 97-127, kim 100-127, leo 97-99");
    cr_assert_str_eq(foretold(planned(both, "ann, kim")), "");
    apply_on(102, planned(both, "ann, kim"));
    cr_assert_str_eq(foretold(planned(both, "kim")), "2024-10 of team t: ann 31 days -> 5 days\n"
                                                     "2024-09 of team t: ann keeps 30 days");
}

static void figure(const char *metric, const char *rep, const char *period, const char *refused)
{
    kit_sendf(&k, "{'type':'metric','team':'t','rep':'%s','metric':'%s','period':'%s','value':60}",
              rep, metric, period);
    cr_assert_str_eq(kit_refused(&k), refused, "%s %s", rep, period);
}

/* Minutes of who has left are those of a period they were there in. */
Test(engine_stays, minutes_of_who_left)
{
    apply_on(100, planned("{id: ann}, {id: leo}, {id: kim}", "ann, leo"));
    apply_on(102, planned("{id: ann}, {id: kim}", "ann"));
    figure("paid_minutes", "leo", "2024-10", "not refused");
    figure("contract_minutes", "leo", "2024-09", "not refused");
    figure("training", "leo", "2024-09", "not refused");
    figure("paid_minutes", "leo", "2024-11", "rep: leo was not in team t in 2024-11");
    figure("paid_minutes", "kim", "2024-10", "rep: kim was not in team t in 2024-10");
    figure("paid_minutes", "ann", "2024-11", "not refused");
    kit_command(&k, EH_MESSAGE_EXCLUDE,
                "{'team':'t','period':'2024-09','rep':'leo','reason':'r','actor':'boss'}");
    cr_assert_str_eq(kit_refused(&k), "not refused");
    kit_command(&k, EH_MESSAGE_EXCLUDE,
                "{'team':'t','period':'2024-09','rep':'kim','reason':'r','actor':'boss'}");
    cr_assert_str_eq(kit_refused(&k), "rep: kim is not in team t");
}

/* Zones of this test: hours before or after UTC. The moment is one of a day's first hours. */
static int32_t date_in(void *context, struct eh_str zone)
{
    const int64_t *hours = context; /* since the kit's day 0, UTC */
    int64_t ahead = kit_is(zone, "Asia/Tokyo") ? 9 : kit_is(zone, "America/New_York") ? -5 : 0;
    return (int32_t)(STAYS_DAY_0 + (*hours + ahead) / 24);
}

static int counted_on(int day, int hour)
{
    int64_t hours = (int64_t)day * 24 + hour;
    struct eh_input in = {.date = k.date,
                          .message = {.type = EH_MESSAGE_OUTCOME,
                                      .source = eh_str("default"),
                                      .id = eh_str("T1"),
                                      .has = EH_FIELD_BIT(EH_FIELD_AT)}};
    return eh_engine_local_date(k.e, &in, date_in, &hours) - STAYS_DAY_0;
}

static void zone_on(int day, const char *zone)
{
    char yaml[4096];
    snprintf(yaml, sizeof yaml,
             "desk: main\ncurrency: EUR\ntime_zone: %s\nkinds: {order: {points: 1}}\n%s", zone,
             planned("{id: ann}, {id: leo}", "ann"));
    if (STAYS_DAY_0 + day != k.date)
        kit_day(&k, STAYS_DAY_0 + day);
    kit_desk(&k, yaml);
    cr_assert_str_eq(kit_refused(&k), "not refused");
}

/* Days 67 to 96 are September 2024. */
Test(engine_stays, zone_of_the_first_day)
{
    zone_on(40, "UTC");
    kit_send(&k, "{'type':'ticket','id':'T1','team':'t','kind':'order'}");
    cr_assert_eq(counted_on(66, 20), 66);
    zone_on(80, "Asia/Tokyo");
    zone_on(80, "America/New_York"); /* the last one of the day counts */
    zone_on(80, "Asia/Tokyo");
    cr_assert_eq(counted_on(66, 20), 66); /* of August, by the clock of then */
    cr_assert_eq(counted_on(67, 1), 67);
    cr_assert_eq(counted_on(90, 20), 90); /* September began by UTC */
    cr_assert_eq(counted_on(96, 14), 96);
    cr_assert_eq(counted_on(96, 16), 96); /* October begins by Tokyo's clock, September goes on */
    cr_assert_eq(counted_on(97, 0), 97);
    cr_assert_eq(counted_on(97, 20), 98);
    zone_on(98, "America/New_York");
    cr_assert_eq(counted_on(97, 20), 98);   /* October is Tokyo's */
    cr_assert_eq(counted_on(127, 10), 127); /* October is over there, and New York's November */
    cr_assert_eq(counted_on(128, 2), 128);  /* has not begun: its first day */
    cr_assert_eq(counted_on(128, 12), 128);
    cr_assert_eq(counted_on(130, 2), 129);
    kit_restart(&k);
    cr_assert_eq(counted_on(66, 20), 66);
    cr_assert_eq(counted_on(97, 20), 98);
}

/* Settled for good: stays of days before are not asked for any more. */
Test(engine_stays, forgotten)
{
    members_on(50, "ann");
    for (int day = 51; day < 51 + EH_STAYS_DAYS_KEPT; day += 600)
        members_on(day, "ann, {id: kim, from: %s}", stays_date(day));
    expect("ann 1-99, kim 51-99, leo 1-49");
    members_on(51 + EH_STAYS_DAYS_KEPT, "ann");
    expect("ann 1-99, kim 51-99");
}
