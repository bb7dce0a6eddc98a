/*
 * unit/desk_hours: calendars and hours of a desk file: what is read, what a change says, and which
 * instants they come to. What is refused stands in data/desk/bad.
 *
 * The zone of these tests knows one place: its clocks are two hours ahead of UTC, and three from
 * 2026-03-29 03:00 until 2026-10-25 04:00. property/hours tries those of the world.
 */
#include <evenhand/wire/desk.h>
#include <evenhand/wire/hours.h>

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#define LINES_MAX 4096

#define OFFICE                                                                                     \
    "calendars:\n"                                                                                 \
    "  - id: office\n"                                                                             \
    "    time_zone: Asia/Somewhere\n"                                                              \
    "    hours: {mon-thu: 08:00-12:00  12:30-16:00, fri: 08:00-14:00}\n"                           \
    "    holidays: [2026-12-25, {date: 2026-12-24, hours: 08:00-12:00}]\n"                         \
    "  - {id: late, hours: {sun: 22:00-06:00, mon-sat: 00:00-24:00}}\n"

struct loaded {
    struct eh_arena arena;
    struct eh_desk *desk;
};

static void loaded_done(struct loaded *l)
{
    eh_arena_done(&l->arena);
}

static struct loaded load(const char *text)
{
    struct loaded l = {0};
    struct eh_error error = {0};
    cr_assert_eq(eh_desk_parse_new(eh_str(text), &l.arena, &l.desk, &error), 0, "%s", error.text);
    return l;
}

static int32_t date(const char *text)
{
    int32_t days = 0;
    cr_assert_eq(eh_date_parse(eh_str(text), &days, NULL), 0);
    return days;
}

Test(desk_hours, reads_the_example)
{
    EH_AUTO(loaded)
    struct loaded l =
        load("calendars:\n"
             "  - id: office\n"
             "    hours: {mon-thu: 08:00-12:00 12:30-16:00, fri: 08:00-14:00}\n"
             "    holidays: [2026-12-25, {date: 2026-12-24, hours: 08:00-12:00}]\n"
             "reps: [{id: ana, hours: office}, {id: eli, hours: {mon: 22:00-06:00}},\n"
             "       {id: zoe, hours: {tue: 00:00-24:00, holidays: office}}, ola]\n"
             "teams: [{id: sales, hours: office, reps: [eli]}, {id: b}]\n");
    struct eh_desk_calendar *office = eh_desk_calendar(l.desk, eh_str("office"));
    cr_assert_not_null(office);
    cr_expect(eh_str_equal(office->time_zone, eh_str("Europe/Oslo")));
    cr_assert_eq(office->week[3].span_count, 2);
    cr_expect_eq(office->week[3].spans[1].from, 12 * 60 + 30);
    cr_expect_eq(office->week[3].spans[1].until, 16 * 60);
    cr_expect_eq(office->week[4].spans[0].until, 14 * 60);
    cr_expect_eq(office->week[5].span_count, 0);
    cr_assert_eq(office->holiday_count, 2);
    cr_expect_eq(office->holidays[0].date, date("2026-12-24"));
    cr_expect_eq(office->holidays[0].day.spans[0].until, 12 * 60);
    cr_expect_eq(office->holidays[1].day.span_count, 0);
    const struct eh_desk_calendar *eli = eh_desk_rep(l.desk, eh_str("eli"))->hours;
    cr_expect_eq(eh_desk_rep(l.desk, eh_str("ana"))->hours, office);
    cr_expect_eq(eli->week[0].spans[0].until, 30 * 60);
    cr_expect_eq(eli->holidays_of, office, "those of the team's");
    cr_expect_eq(eh_desk_rep(l.desk, eh_str("zoe"))->hours->holidays_of, office);
    cr_expect_null(eh_desk_rep(l.desk, eh_str("ola"))->hours);
    cr_expect_eq(eh_desk_team(l.desk, eh_str("sales"))->hours, office);
    cr_expect_null(eh_desk_team(l.desk, eh_str("b"))->hours);
}

/* --- Bounds --- */

static int parse(const struct eh_bytes *text, struct eh_error *error)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_desk *desk;
    return eh_desk_parse_new(eh_str_n((const char *)text->data, text->size), &arena, &desk, error);
}

Test(desk_hours, calendars_up_to_their_bound)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    struct eh_error error = {0};
    eh_bytes_put_text(&text, "calendars:\n");
    for (int i = 0; i < EH_DESK_CALENDARS_MAX; i++)
        eh_bytes_put_text(&text, "- {id: c%d, hours: {mon: 08:00-09:00}}\n", i);
    cr_expect_eq(parse(&text, &error), 0, "%s", error.text);
    eh_bytes_put_text(&text, "- {id: one-more, hours: {}}\n");
    cr_expect_eq(parse(&text, &error), -EH_ERANGE);
    cr_expect_str_eq(error.text, "2: calendars: has 1001 items, more than 1000");
}

Test(desk_hours, holidays_up_to_their_bound)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    struct eh_error error = {0};
    char day[EH_DECIMAL_TEXT_MAX];
    eh_bytes_put_text(&text, "calendars:\n- id: a\n  hours: {}\n  holidays:\n");
    for (int32_t i = 0; i <= EH_DESK_HOLIDAYS_MAX; i++) {
        eh_date_print(20000 + i, day);
        cr_expect_eq(i < EH_DESK_HOLIDAYS_MAX || parse(&text, &error) == 0, true, "%s", error.text);
        eh_bytes_put_text(&text, "  - %s\n", day);
    }
    cr_expect_eq(parse(&text, &error), -EH_ERANGE);
    cr_expect_str_eq(error.text, "5: calendars[0].holidays: has 2001 items, more than 2000");
}

/* --- What a change says --- */

static void add_line(void *context, const char *line)
{
    char *lines = context;
    cr_assert_lt(strlen(lines) + strlen(line) + 2, LINES_MAX);
    strcat(strcat(lines, line), "\n");
}

static void expect_diff(const char *before, const char *after, const char *wanted)
{
    EH_AUTO(loaded) struct loaded old = load(before);
    EH_AUTO(loaded) struct loaded new = load(after);
    char lines[LINES_MAX] = "";
    (void)eh_desk_diff(old.desk, new.desk, add_line, lines);
    cr_expect_str_eq(lines, wanted);
}

Test(desk_hours, diff_says_what_changes)
{
    expect_diff("calendars:\n"
                "  - {id: old, hours: {}}\n"
                "  - id: office\n"
                "    hours: {mon: 08:00-16:00, tue: 22:00-06:00, wed: 08:00-16:00}\n"
                "    holidays: [2026-12-24, 2026-12-25, 2027-01-01]\n"
                "reps: [{id: ana, hours: office}, {id: eli, hours: {mon: 08:00-12:00}}, zoe]\n"
                "teams: [{id: sales, hours: office}]\n",
                "calendars:\n"
                "  - {id: new, hours: {}}\n"
                "  - id: office\n"
                "    time_zone: Asia/Tokyo\n"
                "    hours: {mon: 08:00-12:00 13:00-24:00, wed: 08:00-16:00}\n"
                "    holidays: [{date: 2026-12-24, hours: 08:00-12:00}, 2026-12-25, 2027-01-02]\n"
                "reps: [ana, {id: eli, hours: {mon: 08:00-13:00, holidays: office}},\n"
                "       {id: zoe, hours: {fri: 08:00-12:00}}]\n"
                "teams: [{id: sales, hours: new}]\n",
                "calendar old: gone\n"
                "calendar new: new\n"
                "calendar office: time_zone Europe/Oslo -> Asia/Tokyo\n"
                "calendar office: mon 08:00-16:00 -> 08:00-12:00 13:00-24:00\n"
                "calendar office: tue 22:00-06:00 -> none\n"
                "calendar office: without holiday 2026-12-24\n"
                "calendar office: with holiday 2026-12-24 08:00-12:00\n"
                "calendar office: without holiday 2027-01-01\n"
                "calendar office: with holiday 2027-01-02\n"
                "rep ana: hours office -> none\n"
                "rep eli: holidays of none -> office\n"
                "rep eli: time_zone Europe/Oslo -> Asia/Tokyo\n"
                "rep eli: mon 08:00-12:00 -> 08:00-13:00\n"
                "rep zoe: hours none -> their own\n"
                "team sales: hours office -> new\n");
    expect_diff(OFFICE, OFFICE, "");
}

/* --- Instants --- */

#define SPRING_S 1774746000 /* 2026-03-29 03:00 becomes 04:00 */
#define AUTUMN_S 1792890000 /* 2026-10-25 04:00 becomes 03:00 */

static int64_t somewhere(void *context, struct eh_str time_zone, int64_t local_s)
{
    (void)context;
    cr_expect(eh_str_equal(time_zone, eh_str("Asia/Somewhere")));
    int64_t winter_s = local_s - 2 * 3600, summer_s = local_s - 3 * 3600;
    if (winter_s < SPRING_S)
        return winter_s;
    if (summer_s < SPRING_S)
        return SPRING_S;
    return summer_s < AUTUMN_S ? summer_s : winter_s;
}

static void expect_hours(const char *hours, const char *from, const char *until, const char *wanted)
{
    char text[512], lines[LINES_MAX] = "";
    size_t at = 0;
    eh_format(text, sizeof text,
              "calendars: [{id: a, time_zone: Asia/Somewhere, hours: %s, holidays: [2026-04-02]}]",
              hours);
    EH_AUTO(loaded) struct loaded l = load(text);
    EH_AUTO(eh_hours) struct eh_hours all = EH_HOURS_INIT;
    const struct eh_hours_zone zone = {somewhere, NULL};
    cr_assert_eq(eh_hours_expand(l.desk->calendars, &zone, date(from), date(until), &all), 0);
    for (uint32_t i = 0; i < all.count; i++) {
        char a[EH_DECIMAL_TEXT_MAX], b[EH_DECIMAL_TEXT_MAX];
        eh_time_print(all.spans[i].from_us, a);
        eh_time_print(all.spans[i].until_us, b);
        at += eh_format(lines + at, sizeof lines - at, "%.16s-%.16s ", a, b);
    }
    cr_expect_str_eq(lines, wanted);
}

Test(desk_hours, instants_of_a_week)
{
    expect_hours("{mon-fri: 08:00-12:00 12:30-16:00}", "2026-03-02", "2026-03-02",
                 "2026-03-02T06:00-2026-03-02T10:00 2026-03-02T10:30-2026-03-02T14:00 ");
    expect_hours("{sat-sun: 00:00-24:00}", "2026-03-02", "2026-03-09",
                 "2026-03-06T22:00-2026-03-08T22:00 ");
    expect_hours("{sun: 22:00-06:00}", "2026-03-01", "2026-03-02",
                 "2026-03-01T20:00-2026-03-02T04:00 ");
    expect_hours("{mon: 22:00-06:00, tue: 05:00-07:00}", "2026-03-02", "2026-03-03",
                 "2026-03-02T20:00-2026-03-03T05:00 ");
    expect_hours("{wed: 22:00-06:00, thu: 08:00-09:00, fri: 08:00-09:00}", "2026-04-01",
                 "2026-04-03",
                 "2026-04-01T19:00-2026-04-02T03:00 2026-04-03T05:00-2026-04-03T06:00 ");
}

Test(desk_hours, a_time_that_the_clock_skips_counts_from_the_next)
{
    expect_hours("{sun: 03:10-03:50}", "2026-03-29", "2026-03-29", "");
    expect_hours("{sun: 03:30-05:00}", "2026-03-29", "2026-03-29",
                 "2026-03-29T01:00-2026-03-29T02:00 ");
    expect_hours("{sun: 00:00-24:00}", "2026-03-29", "2026-03-29",
                 "2026-03-28T22:00-2026-03-29T21:00 ");
}

Test(desk_hours, a_time_that_comes_twice_counts_the_first_time)
{
    expect_hours("{sun: 02:00-03:30}", "2026-10-25", "2026-10-25",
                 "2026-10-24T23:00-2026-10-25T00:30 ");
    expect_hours("{sun: 03:30-05:00}", "2026-10-25", "2026-10-25",
                 "2026-10-25T00:30-2026-10-25T03:00 ");
}

Test(desk_hours, work_between_two_instants)
{
    struct eh_interval spans[] = {{10, 20}, {30, 40}};
    struct eh_hours hours = {spans, 2, 2};
    cr_expect_eq(eh_hours_between(&hours, 0, 100), 20);
    cr_expect_eq(eh_hours_between(&hours, 15, 32), 7);
    cr_expect_eq(eh_hours_between(&hours, 20, 30), 0);
    cr_expect_eq(eh_hours_between(&hours, 12, 18), 6);
    cr_expect_eq(eh_hours_between(&hours, 18, 12), 0);
    cr_expect_eq(eh_hours_between(&hours, 40, 90), 0);
}

Test(desk_hours, when_so_much_work_is_over)
{
    struct eh_interval spans[] = {{10, 20}, {30, 40}};
    struct eh_hours hours = {spans, 2, 2};
    cr_expect_eq(eh_hours_end(&hours, 0, 0), 10);
    cr_expect_eq(eh_hours_end(&hours, 15, 5), 20);
    cr_expect_eq(eh_hours_end(&hours, 15, 6), 31);
    cr_expect_eq(eh_hours_end(&hours, 20, 10), 40);
    cr_expect_eq(eh_hours_end(&hours, 20, 11), EH_TIME_NEVER);
    cr_expect_eq(eh_hours_end(&hours, 40, 0), EH_TIME_NEVER);
}

Test(desk_hours, clipped_to_a_window)
{
    struct eh_interval spans[] = {{0, 10}, {20, 30}, {40, 50}};
    struct eh_hours hours = {spans, 3, 3};
    eh_hours_clip(&hours, 5, 25);
    cr_assert_eq(hours.count, 2);
    cr_expect_eq(hours.spans[0].from_us, 5);
    cr_expect_eq(hours.spans[1].until_us, 25);
    eh_hours_clip(&hours, 10, 20);
    cr_expect_eq(hours.count, 0);
}
