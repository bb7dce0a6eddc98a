/*
 * unit/idle: advice on hours that have no work in the days to come.
 */
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include <evenhand/calendar/idle.h>

#include "host/local.h"

#define DAY_US    (86400 * INT64_C(1000000))
#define HOUR_US   (3600 * INT64_C(1000000))
#define LINES_MAX 4096

static void line_add(void *context, const char *line)
{
    char *lines = context;
    size_t at = strlen(lines);
    eh_format(lines + at, LINES_MAX - at, "%s\n", line);
}

/* What is said of a desk at that hour of UTC on 30 November 2026, a Monday. */
static void expect_said(const char *text, int hour, const char *said)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_error error = {0};
    struct eh_desk *desk;
    char lines[LINES_MAX] = "";
    cr_assert_eq(eh_desk_parse_new(eh_str(text), &arena, &desk, &error), 0, "%s", error.text);
    struct eh_local local;
    eh_local_begin(&local);
    const struct eh_hours_zone zone = eh_local_zone(&local);
    int32_t date = eh_date_of(2026, 11, 30);
    const struct eh_handover_at at = {date * DAY_US + hour * HOUR_US, date, &zone};
    cr_assert_eq(eh_idle_warnings(desk, &at, line_add, lines), 0);
    eh_local_done(&local);
    cr_expect_str_eq(lines, said);
}

/* A desk whose holidays are the so many days from 30 November on, with `behind` behind them. */
static const char *shut(int days, const char *behind)
{
    static char text[LINES_MAX];
    size_t at =
        eh_format(text, sizeof text,
                  "time_zone: UTC\ncalendars:\n- id: office\n  hours: {mon-sun: 08:00-20:00}\n"
                  "  holidays: [2026-01-01");
    for (int i = 0; i < days; i++) {
        char date[EH_DECIMAL_TEXT_MAX];
        eh_date_print(eh_date_of(2026, 11, 30) + i, date);
        at += eh_format(text + at, sizeof text - at, ", %s", date);
    }
    eh_format(text + at, sizeof text - at, "]\n%s", behind);
    return text;
}

#define NONE                                                                                       \
    "has no hours from 2026-11-30 to 2026-12-30, with its holidays; nothing is dealt by them "     \
    "until then\n"

Test(idle, a_calendar_of_holidays_alone_is_named)
{
    expect_said(shut(0, ""), 12, "");
    expect_said(shut(30, ""), 12, "");
    expect_said(shut(31, ""), 12, "calendar office: " NONE);
    expect_said(shut(45, ""), 12, "calendar office: " NONE);
}

Test(idle, the_last_hour_of_today_counts_while_it_is_not_over)
{
    const char *today = "time_zone: UTC\ncalendars:\n- id: once\n  hours: {}\n"
                        "  holidays: [{date: 2026-11-30, hours: 08:00-20:00}]\n";
    expect_said(today, 19, "");
    expect_said(today, 20, "calendar once: " NONE);
}

Test(idle, own_hours_are_named_by_whom_they_belong_to)
{
    expect_said(shut(45, "reps: [{id: ana, hours: office},\n"
                         "  {id: bob, hours: {fri: 08:00-12:00, holidays: office}},\n"
                         "  {id: cem, hours: {fri: 08:00-12:00}},\n"
                         "  {id: dan, hours: {fri: 08:00-12:00, holidays: office}}]\n"
                         "teams: [{id: a, hours: office}, {id: b, hours: {mon: 08:00-09:00}},\n"
                         "  {id: c, hours: {mon: 08:00-09:00, holidays: office}}]\n"),
                12, "calendar office: " NONE "rep bob: " NONE "rep dan: " NONE "team c: " NONE);
}

Test(idle, a_night_that_began_yesterday_counts_and_so_does_another_zone)
{
    const char *night = "time_zone: UTC\ncalendars:\n- id: night\n  hours: {}\n"
                        "  holidays: [{date: 2026-11-29, hours: 22:00-06:00}]\n";
    expect_said(night, 5, "");
    expect_said(night, 6, "calendar night: " NONE);
    const char *far = "time_zone: UTC\ncalendars:\n- id: far\n  time_zone: America/New_York\n"
                      "  hours: {}\n  holidays: [{date: 2026-11-29, hours: 08:00-24:00}]\n";
    expect_said(far, 4, "");
    expect_said(far, 5, "calendar far: " NONE);
}

Test(idle, hours_that_never_have_any_are_told_so)
{
    expect_said("time_zone: UTC\ncalendars: [{id: none, hours: {}}]\n"
                "reps: [{id: ana, hours: {}}, {id: eli, hours: {mon: 08:00-09:00}}]\n"
                "teams: [{id: a, reps: [ana], hours: {}}]\n",
                12,
                "calendar none: has no hours; whoever has it is never dealt anything\n"
                "rep ana: has hours without any; they are never dealt anything\n"
                "team a: has hours without any; its reps who have none of their own are never "
                "dealt anything\n");
}
