/*
 * unit/holidays: files of holidays that a desk file names: what is put into the desk file, what
 * the rest of it keeps, which files are refused, and what a desk says of them.
 */
#include <evenhand/base/base.h>
#include <evenhand/wire/desk.h>
#include <evenhand/ics/holidays.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "lead/beside.h"

#define ICS(events)                                                                                \
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n" events "END:VCALENDAR\r\n"
#define DAY(uid, date)                                                                             \
    "BEGIN:VEVENT\r\nUID:" uid "\r\nDTSTART;VALUE=DATE:" date "\r\nTRANSP:TRANSPARENT\r\n"         \
    "SUMMARY:A day \\, \"free\" \xc3\xa5\r\nEND:VEVENT\r\n"

#define PREPARED(dates)                                                                            \
    "{\"name\": \"a.ics\", \"from\": \"2025-01-01\", \"until\": \"2031-12-31\", "                  \
    "\"left_out\": 0, \"dates\": [" dates "]}"

static int32_t date(const char *text)
{
    int32_t days = 0;
    cr_assert_eq(eh_date_parse(eh_str(text), &days, NULL), 0);
    return days;
}

struct expanded {
    struct eh_bytes text;
    struct eh_error error;
    int r;
};

static void expanded_done(struct expanded *x)
{
    eh_bytes_done(&x->text);
}

/* As of 2026-06-01. */
static struct expanded expand(const char *folder, const char *desk)
{
    struct expanded x = {.text = EH_BYTES_INIT};
    const struct eh_holidays_source source = {folder ? eh_beside_read : NULL, (void *)folder,
                                              eh_holidays_years_at(date("2026-06-01"))};
    x.r = eh_holidays_expand(eh_str(desk), &source, &x.text, &x.error);
    eh_bytes_put_u8(&x.text, 0);
    return x;
}

/* A folder with the file a.ics. */
static void folder_make(char folder[64], const char *text, size_t size)
{
    char path[96];
    eh_format(folder, 64, "/tmp/evenhand-holidays-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    eh_format(path, sizeof path, "%s/a.ics", folder);
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(text, 1, size, file), size);
    fclose(file);
}

static void folder_drop(const char *folder)
{
    char path[96];
    eh_format(path, sizeof path, "%s/a.ics", folder);
    unlink(path);
    rmdir(folder);
}

static void expect_with(const char *ics, const char *desk, const char *wanted)
{
    char folder[64];
    folder_make(folder, ics, strlen(ics));
    EH_AUTO(expanded) struct expanded x = expand(folder, desk);
    folder_drop(folder);
    cr_assert_eq(x.r, 0, "%s", x.error.text);
    cr_expect_str_eq((char *)x.text.data, wanted);
}

static void expect_error(const char *ics, const char *desk, const char *wanted)
{
    char folder[64];
    folder_make(folder, ics, strlen(ics));
    EH_AUTO(expanded) struct expanded x = expand(folder, desk);
    folder_drop(folder);
    cr_assert_lt(x.r, 0);
    cr_expect_str_eq(x.error.text, wanted);
}

#define TWO       ICS(DAY("1", "20260517") DAY("2", "20250501"))
#define TWO_DATES PREPARED("\"2025-05-01\", \"2026-05-17\"")

Test(holidays, days_take_the_place_of_the_name_wherever_it_stands)
{
    expect_with(TWO, "calendars: [{id: a, hours: {}}]\n", "calendars: [{id: a, hours: {}}]\n");
    expect_with(
        TWO,
        "# \xc3\xa5\xf0\x9f\x98\x80 holidays_file: no.ics\r\ncalendars:\r\n  - id: a # b\r\n"
        "    holidays_file: a.ics   # free\r\n    hours: {}\r\nreps: []\r\n",
        "# \xc3\xa5\xf0\x9f\x98\x80 holidays_file: no.ics\r\ncalendars:\r\n  - id: a # b\r\n"
        "    holidays_file: " TWO_DATES "   # free\r\n    hours: {}\r\nreps: []\r\n");
    expect_with(TWO, "{\"calendars\":[{\"holidays_file\":\"a.ics\",\"id\":\"b\"}]}",
                "{\"calendars\":[{\"holidays_file\":" TWO_DATES ",\"id\":\"b\"}]}");
    expect_with(TWO,
                "calendars:\n- id: a\n  holidays_file:\n    name: 'a.ics'\n\n  hours: {}\n"
                "- {id: b, holidays_file: a.ics}\nteams: [{id: holidays_file}]\n",
                "calendars:\n- id: a\n  holidays_file:\n    " TWO_DATES "\n\n  hours: {}\n"
                "- {id: b, holidays_file: " TWO_DATES "}\nteams: [{id: holidays_file}]\n");
}

Test(holidays, what_is_no_mention_stays)
{
    static const char *const texts[] = {
        "calendars: {holidays_file: a.ics}\n",
        "plans: [{holidays_file: a.ics}]\n",
        "holidays_file: a.ics\n",
        "calendars: [[holidays_file, a.ics\n",
        "calendars: [{holidays_file: [a.ics]}]\n",
        "calendars: [{holidays_file: ../a.ics}]\n",
        "calendars: [{holidays_file: " PREPARED("") "}]\n",
        "calendars: [{hours: {holidays_file: a.ics}}]\n",
        "&x\n- *x\nholidays_file\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        expect_with(TWO, texts[i], texts[i]);
}

Test(holidays, texts_that_come_along)
{
    EH_AUTO(eh_bytes) struct eh_bytes desk = EH_BYTES_INIT;
    const struct eh_str text =
        eh_str(ICS(DAY("1", "20260517") "X-A:\xc2\xa0\xe2\x80\xa8\xef\xbb\xbf\\t\t\r\n"));
    eh_bytes_put_text(&desk, "calendars: [{holidays_file: ");
    eh_holidays_put_text(&desk, eh_str("a.ics"), &text);
    eh_bytes_put_text(&desk, "}, {holidays_file: ");
    eh_holidays_put_text(&desk, eh_str("a.ics"), NULL);
    eh_bytes_put_text(&desk, "}]\n");
    eh_bytes_put_u8(&desk, 0);
    EH_AUTO(expanded) struct expanded x = expand(NULL, (char *)desk.data);
    cr_assert_eq(x.r, 0, "%s", x.error.text);
    cr_expect_str_eq((char *)x.text.data,
                     "calendars: [{holidays_file: " PREPARED(
                         "\"2026-05-17\"") "}, {holidays_file: " PREPARED("\"2026-05-17\"") "}]\n");
    EH_AUTO(expanded) struct expanded bare = expand(NULL, "calendars: [{holidays_file: a.ics}]");
    cr_expect_eq(bare.r, -EH_EINVAL);
    cr_expect_str_eq(bare.error.text,
                     "1: calendars[0].holidays_file: a.ics comes without its text; use `evenhand "
                     "desk apply`, or send {name: NAME, text: the file}");
}

Test(holidays, whole_days_that_are_not_cancelled)
{
    expect_with(
        ICS("BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20241230\nDTEND;VALUE=DATE:20250103\n"
            "END:VEVENT\n"
            "BEGIN:VEVENT\nUID:2\nDTSTART;VALUE=DATE:20200517\n"
            "RRULE:FREQ=YEARLY;COUNT=7\nEND:VEVENT\n"
            "BEGIN:VEVENT\nUID:3\nDTSTART;VALUE=DATE:20260101\nSTATUS:CANCELLED\nEND:VEVENT\n"
            "BEGIN:VEVENT\nUID:4\nDTSTART;VALUE=DATE:20250517\nEND:VEVENT\n"),
        "calendars: [{holidays_file: a.ics}]",
        "calendars: [{holidays_file: " PREPARED(
            "\"2025-01-01\", \"2025-01-02\", \"2025-05-17\", \"2026-05-17\"") "}]");
    expect_with(ICS("BEGIN:VEVENT\nUID:1\nDTSTART:20260101T080000Z\nDTEND:20260101T120000Z\n"
                    "END:VEVENT\n"),
                "calendars: [{holidays_file: a.ics}]",
                "calendars: [{holidays_file: {\"name\": \"a.ics\", \"from\": \"2025-01-01\", "
                "\"until\": \"2031-12-31\", \"left_out\": 1, \"dates\": []}}]");
}

Test(holidays, broken_files_are_refused_with_file_and_line)
{
#define AT_2 "calendars:\n- {id: a, hours: {}, holidays_file: "
    expect_error("nothing", AT_2 "a.ics}\n",
                 "2: calendars[0].holidays_file: a.ics:1: this is no iCalendar: it begins with "
                 "BEGIN:VCALENDAR; export the file anew, or mend that line");
    expect_error(ICS("BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20260230\nEND:VEVENT\n"),
                 AT_2 "a.ics}\n",
                 "2: calendars[0].holidays_file: a.ics:4: an event without a DTSTART that there "
                 "is; export the file anew, or mend that line");
    expect_error(TWO, AT_2 "a.ics}\n- {holidays_file: b.ics}\n",
                 "3: calendars[1].holidays_file: b.ics: No such file or directory; put it beside "
                 "the desk file");
    char folder[64] = "/tmp";
    EH_AUTO(expanded) struct expanded x = expand(folder, "calendars: [{holidays_file: tmp}]");
    cr_expect_lt(x.r, 0);
    EH_AUTO(expanded) struct expanded dev = expand("/dev", "calendars: [{holidays_file: zero}]");
    cr_expect_str_eq(dev.error.text, "1: calendars[0].holidays_file: zero: this is no file; put it "
                                     "beside the desk file");
}

/* ---- Bounds. */

Test(holidays, a_file_up_to_its_bytes)
{
    static char text[EH_HOLIDAYS_TEXT_MAX + 2];
    const char *begin = "BEGIN:VCALENDAR\n", *end = "END:VCALENDAR\n";
    for (int over = 0; over < 2; over++) {
        size_t size = EH_HOLIDAYS_TEXT_MAX + (size_t)over;
        char folder[64];
        memset(text, '\n', size);
        memcpy(text, begin, strlen(begin));
        memcpy(text + size - strlen(end), end, strlen(end));
        folder_make(folder, text, size);
        EH_AUTO(expanded) struct expanded x = expand(folder, "calendars: [{holidays_file: a.ics}]");
        folder_drop(folder);
        cr_expect_eq(x.r, over ? -EH_ERANGE : 0, "%s", x.error.text);
        cr_expect_str_eq(x.error.text,
                         over ? "1: calendars[0].holidays_file: a.ics: more than 262144 bytes; "
                                "leave out of it what is no holiday"
                              : "");
    }
}

Test(holidays, files_up_to_their_bound)
{
    for (uint32_t count = EH_HOLIDAYS_FILES_MAX; count <= EH_HOLIDAYS_FILES_MAX + 1; count++) {
        EH_AUTO(eh_bytes) struct eh_bytes desk = EH_BYTES_INIT;
        const struct eh_str text = eh_str(ICS(""));
        eh_bytes_put_text(&desk, "calendars:\n");
        for (uint32_t i = 0; i < count; i++) {
            char name[16];
            eh_format(name, sizeof name, "%u.ics", i);
            eh_bytes_put_text(&desk, "- holidays_file: ");
            eh_holidays_put_text(&desk, eh_str(name), &text);
            eh_bytes_put_u8(&desk, '\n');
        }
        eh_bytes_put_u8(&desk, 0);
        EH_AUTO(expanded) struct expanded x = expand(NULL, (char *)desk.data);
        cr_expect_eq(x.r, count > EH_HOLIDAYS_FILES_MAX ? -EH_ERANGE : 0, "%s", x.error.text);
        cr_expect_str_eq(x.error.text, count > EH_HOLIDAYS_FILES_MAX
                                           ? "18: calendars[16].holidays_file: more than 16 "
                                             "different files; put them into one"
                                           : "");
    }
}

/* The days of six years at least: daily from 2026 on. */
Test(holidays, days_up_to_their_bound)
{
    for (int over = 0; over < 2; over++) {
        char ics[512], folder[64];
        eh_format(ics, sizeof ics,
                  ICS("BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20260101\n"
                      "RRULE:FREQ=DAILY;COUNT=%d\nEND:VEVENT\n"),
                  EH_DESK_HOLIDAYS_MAX + over);
        folder_make(folder, ics, strlen(ics));
        EH_AUTO(expanded) struct expanded x = expand(folder, "calendars: [{holidays_file: a.ics}]");
        folder_drop(folder);
        cr_expect_eq(x.r, over ? -EH_ERANGE : 0, "%s", x.error.text);
    }
}

/* ---- What a desk says of them. */

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

static void line_keep(void *context, const char *line)
{
    struct eh_bytes *all = context;
    eh_bytes_put_text(all, "%s\n", line);
}

Test(holidays, a_listed_day_wins_over_that_of_the_file)
{
    EH_AUTO(loaded)
    struct loaded l = load("calendars:\n- id: a\n  hours: {mon-fri: 08:00-16:00}\n"
                           "  holidays_file: " TWO_DATES "\n"
                           "  holidays: [2026-12-25, {date: 2026-05-17, hours: 08:00-10:00}]\n");
    const struct eh_desk_calendar *a = &l.desk->calendars[0];
    cr_assert_eq(a->holiday_count, 3);
    cr_expect_eq(a->holidays[0].date, date("2025-05-01"));
    cr_expect_eq(a->holidays[0].day.span_count, 0);
    cr_expect_eq(a->holidays[1].date, date("2026-05-17"));
    cr_expect_eq(a->holidays[1].day.span_count, 1);
    cr_expect_eq(a->holidays[2].date, date("2026-12-25"));
    cr_expect(eh_str_equal(a->file.name, eh_str("a.ics")));
    cr_expect_eq(a->file.until, date("2031-12-31"));
}

Test(holidays, a_name_alone_is_a_file_that_was_not_read)
{
    EH_AUTO(loaded) struct loaded l = load("calendars: [{id: a, hours: {}, holidays_file: b.ics}]");
    const struct eh_desk_calendar *a = &l.desk->calendars[0];
    cr_expect_eq(a->holiday_count, 0);
    cr_expect(eh_str_equal(a->file.name, eh_str("b.ics")));
    cr_expect_lt(a->file.until, a->file.from);
}

Test(holidays, changes_and_advice)
{
    EH_AUTO(loaded) struct loaded was = load("calendars: [{id: a, hours: {mon: 08:00-09:00}}]");
    EH_AUTO(loaded)
    struct loaded is =
        load("calendars: [{id: a, hours: {mon: 08:00-09:00}, holidays_file: " TWO_DATES "}]");
    EH_AUTO(loaded)
    struct loaded odd = load("calendars: [{id: a, hours: {mon: 08:00-09:00}, holidays_file: {name: "
                             "b.ics, from: 2025-01-01, until: 2025-12-31, left_out: 2}}]\nreps: "
                             "[x]\nteams: [{id: s, capacity: 9, reps: [x]}]");
    EH_AUTO(eh_bytes) struct eh_bytes said = EH_BYTES_INIT, advice = EH_BYTES_INIT;
    eh_desk_diff(was.desk, is.desk, line_keep, &said);
    eh_bytes_put_u8(&said, 0);
    cr_expect_str_eq((char *)said.data, "calendar a: holidays_file none -> a.ics\n"
                                        "calendar a: with holiday 2025-05-01\n"
                                        "calendar a: with holiday 2026-05-17\n");
    eh_desk_warnings(odd.desk, line_keep, &advice);
    eh_bytes_put_u8(&advice, 0);
    cr_expect_str_eq(
        (char *)advice.data,
        "calendar a: 2 events of b.ics are no whole days and were left out; a day with other hours "
        "is {date: DATE, hours: INTERVALS} under `holidays`\n"
        "calendar a: b.ics has no day from 2025-01-01 to 2025-12-31; is it of another year?\n");
}
