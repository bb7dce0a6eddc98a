/*
 * unit/ics: iCalendar files written by hand: what they say, and what the broken ones are told.
 */
#include <evenhand/base/base.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include <evenhand/ics/ics.h>

#define FROM_S  1767225600 /* 2026-01-01 */
#define UNTIL_S 1830297600 /* 2028-01-01 */

#define FILE_OF(events)                                                                            \
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n" events "END:VCALENDAR\r\n"
#define EVENT(lines) "BEGIN:VEVENT\r\nUID:1@x\r\n" lines "END:VEVENT\r\n"

#define OSLO                                                                                       \
    "BEGIN:VTIMEZONE\r\nTZID:W. Europe\r\nBEGIN:STANDARD\r\nDTSTART:19961027T030000\r\n"           \
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"        \
    "END:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:19810329T020000\r\n"                                \
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n"         \
    "END:DAYLIGHT\r\nEND:VTIMEZONE\r\n"

struct said {
    struct eh_arena arena;
    struct eh_ics ics;
    struct eh_error error;
    int r;
};

static void said_done(struct said *s)
{
    eh_arena_done(&s->arena);
}

/* A copy of exactly its size, so that a sanitizer sees a read behind its end. */
static struct said read_text(const char *text)
{
    const struct eh_ics_window window = {FROM_S, UNTIL_S};
    struct said s = {0};
    size_t size = strlen(text);
    char *copy = malloc(size ? size : 1);
    cr_assert_not_null(copy);
    memcpy(copy, text, size);
    s.r = eh_ics_read(eh_str_n(copy, size), &window, &s.arena, &s.ics, &s.error);
    free(copy);
    return s;
}

/* "id busy first..last" of whole days, "id busy from-until" of others, with ~ for local ones. */
static void expect(const char *text, const char *wanted)
{
    EH_AUTO(said) struct said s = read_text(text);
    char lines[4096] = "";
    size_t at = 0;
    cr_assert_eq(s.r, 0, "%s", s.error.text);
    for (uint32_t i = 0; i < s.ics.count; i++) {
        const struct eh_ics_time *time = &s.ics.items[i];
        char from[EH_DECIMAL_TEXT_MAX], until[EH_DECIMAL_TEXT_MAX];
        if (time->days) {
            eh_date_print(time->first, from);
            eh_date_print(time->last, until);
        } else {
            eh_time_print(time->from_s * 1000000, from);
            eh_time_print(time->until_s * 1000000, until);
            from[16] = until[16] = '\0';
        }
        at += eh_format(lines + at, sizeof lines - at, "%.*s%s%s %s..%s\n", EH_STR_ARG(time->id),
                        time->busy ? "" : " free", time->local ? " ~" : "", from, until);
    }
    cr_expect_str_eq(lines, wanted);
}

static void expect_refused(const char *text, const char *sentence)
{
    EH_AUTO(said) struct said s = read_text(text);
    cr_expect_lt(s.r, 0, "%s", sentence);
    cr_expect_str_eq(s.error.text, sentence);
}

Test(ics, whole_days)
{
    expect(FILE_OF(EVENT("DTSTART;VALUE=DATE:20260501\r\n")), "1@x 2026-05-01..2026-05-01\n");
    expect(FILE_OF(EVENT("DTSTART;VALUE=DATE:20260701\r\nDTEND;VALUE=DATE:20260704\r\n")),
           "1@x 2026-07-01..2026-07-03\n");
    expect(FILE_OF(EVENT("DTSTART;VALUE=DATE:20201225\r\nRRULE:FREQ=YEARLY\r\n")),
           "1@x 20261225T0000 2026-12-25..2026-12-25\n1@x 20271225T0000 2027-12-25..2027-12-25\n");
    expect(FILE_OF(EVENT("DTSTART;VALUE=DATE:20240229\r\nRRULE:FREQ=YEARLY\r\n")), "");
    expect(
        FILE_OF(EVENT("DTSTART;VALUE=DATE:20200101\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH\r\n")),
        "1@x 20261126T0000 2026-11-26..2026-11-26\n1@x 20271125T0000 2027-11-25..2027-11-25\n");
    expect(FILE_OF(EVENT("DTSTART;VALUE=DATE:20251230\r\nDTEND;VALUE=DATE:20260103\r\n")),
           "1@x 2025-12-30..2026-01-02\n");
}

Test(ics, times)
{
    expect(FILE_OF(EVENT("DTSTART:20260701T080000Z\r\nDTEND:20260701T093000Z\r\n")),
           "1@x 2026-07-01T08:00..2026-07-01T09:30\n");
    expect(FILE_OF(EVENT("DTSTART:20260701T080000\r\nDURATION:PT1H\r\n")),
           "1@x ~ 2026-07-01T08:00..2026-07-01T09:00\n");
    expect(FILE_OF(EVENT("DTSTART;TZID=America/New_York:20260307T090000\r\nDURATION:PT1H\r\n"
                         "RRULE:FREQ=DAILY;COUNT=2\r\n")),
           "1@x 20260307T1400 2026-03-07T14:00..2026-03-07T15:00\n"
           "1@x 20260308T1300 2026-03-08T13:00..2026-03-08T14:00\n");
    expect(FILE_OF(OSLO EVENT("DTSTART;TZID=W. Europe:20260323T090000\r\n"
                              "DTEND;TZID=W. Europe:20260323T100000\r\n"
                              "RRULE:FREQ=WEEKLY;COUNT=4\r\n"
                              "EXDATE;TZID=W. Europe:20260406T090000\r\n")),
           "1@x 20260323T0800 2026-03-23T08:00..2026-03-23T09:00\n"
           "1@x 20260330T0700 2026-03-30T07:00..2026-03-30T08:00\n"
           "1@x 20260413T0700 2026-04-13T07:00..2026-04-13T08:00\n");
}

Test(ics, one_time_may_be_moved)
{
    expect(FILE_OF(EVENT("DTSTART:20260601T080000Z\r\nDTEND:20260601T090000Z\r\n"
                         "RRULE:FREQ=DAILY;COUNT=3\r\n")
                       EVENT("RECURRENCE-ID:20260602T080000Z\r\nDTSTART:20260602T120000Z\r\n"
                             "DTEND:20260602T130000Z\r\n")),
           "1@x 20260601T0800 2026-06-01T08:00..2026-06-01T09:00\n"
           "1@x 20260603T0800 2026-06-03T08:00..2026-06-03T09:00\n"
           "1@x 20260602T0800 2026-06-02T12:00..2026-06-02T13:00\n");
}

/* Mondays at nine in Oslo: 7, 14 and 21 December, and what is said beside them. */
#define MONDAYS                                                                                    \
    EVENT("DTSTART;TZID=Europe/Oslo:20261207T090000\r\nDTEND;TZID=Europe/Oslo:20261207T100000\r\n" \
          "RRULE:FREQ=WEEKLY;COUNT=3\r\n")
#define FIRST_AND_LAST                                                                             \
    "1@x 20261207T0800 2026-12-07T08:00..2026-12-07T09:00\n"                                       \
    "1@x 20261221T0800 2026-12-21T08:00..2026-12-21T09:00\n"

Test(ics, a_time_is_named_in_the_zone_of_its_series)
{
    static const char *const names[] = {"RECURRENCE-ID;TZID=Europe/Oslo:20261214T090000\r\n",
                                        "RECURRENCE-ID;TZID=America/New_York:20261214T030000\r\n",
                                        "RECURRENCE-ID:20261214T080000Z\r\n",
                                        "RECURRENCE-ID:20261214T090000\r\n"};
    static const char *const others[][2] = {
        {"DTSTART;TZID=Europe/Oslo:20261215T090000\r\nDURATION:PT2H\r\n",
         "1@x 20261214T0800 2026-12-15T08:00..2026-12-15T10:00\n"},
        {"DTSTART;TZID=Europe/Oslo:20260615T090000\r\nDURATION:PT2H\r\n", /* summer time */
         "1@x 20261214T0800 2026-06-15T07:00..2026-06-15T09:00\n"},
        {"DTSTART;TZID=Europe/Oslo:20261214T090000\r\nSTATUS:CANCELLED\r\n",
         "1@x 20261214T0800 free 2026-12-14T08:00..2026-12-14T08:00\n"},
        {"DTSTART;TZID=Europe/Oslo:20261214T090000\r\nTRANSP:TRANSPARENT\r\n",
         "1@x 20261214T0800 free 2026-12-14T08:00..2026-12-14T08:00\n"}};
    char text[1024], wanted[512];
    for (size_t i = 0; i < 16; i++) {
        eh_format(text, sizeof text, FILE_OF(MONDAYS EVENT("%s%s")), names[i / 4],
                  others[i % 4][0]);
        eh_format(wanted, sizeof wanted, FIRST_AND_LAST "%s", others[i % 4][1]);
        expect(text, wanted);
    }
}

Test(ics, a_time_is_named_behind_a_change_of_the_clock)
{
    expect(FILE_OF(OSLO EVENT("DTSTART;TZID=W. Europe:20260323T090000\r\nDURATION:PT1H\r\n"
                              "RRULE:FREQ=WEEKLY;COUNT=3\r\n")
                       EVENT("RECURRENCE-ID;TZID=W. Europe:20260330T090000\r\n"
                             "DTSTART;TZID=W. Europe:20260328T090000\r\nDURATION:PT1H\r\n")),
           "1@x 20260323T0800 2026-03-23T08:00..2026-03-23T09:00\n"
           "1@x 20260406T0700 2026-04-06T07:00..2026-04-06T08:00\n"
           "1@x 20260330T0700 2026-03-28T08:00..2026-03-28T09:00\n");
}

Test(ics, a_time_is_named_by_its_day)
{
    expect(FILE_OF(EVENT("DTSTART;TZID=Asia/Tokyo:20260105T080000\r\nDURATION:PT1H\r\n"
                         "RRULE:FREQ=DAILY;COUNT=4\r\nEXDATE;VALUE=DATE:20260106\r\n")
                       EVENT("RECURRENCE-ID;VALUE=DATE:20260107\r\n"
                             "DTSTART;VALUE=DATE:20260120\r\n")),
           "1@x 20260104T2300 2026-01-04T23:00..2026-01-05T00:00\n"
           "1@x 20260107T2300 2026-01-07T23:00..2026-01-08T00:00\n"
           "1@x 20260107T0000 2026-01-20..2026-01-20\n");
    expect(FILE_OF(EVENT("DTSTART;VALUE=DATE:20260105\r\nRRULE:FREQ=DAILY;COUNT=4\r\n"
                         "EXDATE;TZID=Asia/Tokyo:20260106T000000\r\n")
                       EVENT("RECURRENCE-ID;TZID=America/New_York:20260107T000000\r\n"
                             "DTSTART;VALUE=DATE:20260120\r\nSTATUS:CANCELLED\r\n")),
           "1@x 20260105T0000 2026-01-05..2026-01-05\n"
           "1@x 20260108T0000 2026-01-08..2026-01-08\n"
           "1@x 20260107T0500 free 2026-01-20..2026-01-20\n");
}

Test(ics, times_are_left_out)
{
    expect(FILE_OF(EVENT("DTSTART;TZID=Europe/Oslo:20261207T090000\r\nDURATION:PT1H\r\n"
                         "RRULE:FREQ=DAILY;COUNT=6\r\n"
                         "EXDATE;TZID=Europe/Oslo:20261208T090000,20261209T090000\r\n"
                         "EXDATE:20261210T080000Z\r\nEXDATE:20261211T090000\r\n")),
           "1@x 20261207T0800 2026-12-07T08:00..2026-12-07T09:00\n"
           "1@x 20261212T0800 2026-12-12T08:00..2026-12-12T09:00\n");
}

Test(ics, dates_are_added)
{
    /* In winter, in summer, in a zone of their own, by the clock of the event, and of the day
     * alone. */
    expect(FILE_OF(EVENT("DTSTART;TZID=Europe/Oslo:20260105T090000\r\nDURATION:PT1H\r\n"
                         "RDATE;TZID=Europe/Oslo:20260106T090000,20260601T090000\r\n"
                         "RDATE;TZID=Asia/Tokyo:20260602T090000\r\nRDATE:20260603T090000\r\n"
                         "RDATE:20260604T090000Z\r\nRDATE;VALUE=DATE:20260605\r\n"
                         "RDATE:20260604T090000Z,20260607T090000Z\r\nEXDATE:20260607T090000Z\r\n")),
           "1@x 20260106T0800 2026-01-06T08:00..2026-01-06T09:00\n"
           "1@x 20260601T0700 2026-06-01T07:00..2026-06-01T08:00\n"
           "1@x 20260602T0000 2026-06-02T00:00..2026-06-02T01:00\n"
           "1@x 20260603T0700 2026-06-03T07:00..2026-06-03T08:00\n"
           "1@x 20260604T0900 2026-06-04T09:00..2026-06-04T10:00\n"
           "1@x 20260605T0700 2026-06-05T07:00..2026-06-05T08:00\n"
           "1@x 20260105T0800 2026-01-05T08:00..2026-01-05T09:00\n");
    expect(FILE_OF(EVENT(
               "DTSTART;VALUE=DATE:20260301\r\nDURATION:P2D\r\n"
               "RDATE;VALUE=DATE:20260401,20260501\r\nRDATE;TZID=Asia/Tokyo:20260601T000000\r\n"
               "EXRULE:FREQ=MONTHLY;COUNT=2\r\n")),
           "1@x 20260501T0000 2026-05-01..2026-05-02\n"
           "1@x 20260601T0000 2026-06-01..2026-06-02\n");
    expect(FILE_OF(EVENT("DTSTART:20260301T090000\r\nDURATION:PT1H\r\nRDATE:20260401T090000\r\n"
                         "RDATE;TZID=Asia/Tokyo:20260501T090000\r\n")),
           "1@x 20260401T0900 ~ 2026-04-01T09:00..2026-04-01T10:00\n"
           "1@x 20260501T0000 2026-05-01T00:00..2026-05-01T01:00\n"
           "1@x 20260301T0900 ~ 2026-03-01T09:00..2026-03-01T10:00\n");
}

Test(ics, periods_are_added)
{
    /* The second of the rule is as long as a period says; one that is moved or left out is none. */
    expect(FILE_OF(EVENT("DTSTART;TZID=Europe/Oslo:20260105T090000\r\nDURATION:PT1H\r\n"
                         "RRULE:FREQ=DAILY;COUNT=2\r\n"
                         "RDATE;VALUE=PERIOD;TZID=Europe/Oslo:20260601T090000/20260601T120000,"
                         "20260106T090000/PT30M\r\n"
                         "RDATE;VALUE=PERIOD:20260602T090000Z/20260602T120000Z,"
                         "20260603T090000Z/P1D,20260604T090000Z/P1D\r\n"
                         "RDATE;VALUE=PERIOD:20260605T090000/PT2H\r\n"
                         "EXDATE:20260603T090000Z\r\n")
                       EVENT("RECURRENCE-ID:20260604T090000Z\r\nDTSTART:20260614T090000Z\r\n")),
           "1@x 20260601T0700 2026-06-01T07:00..2026-06-01T10:00\n"
           "1@x 20260106T0800 2026-01-06T08:00..2026-01-06T08:30\n"
           "1@x 20260602T0900 2026-06-02T09:00..2026-06-02T12:00\n"
           "1@x 20260605T0700 2026-06-05T07:00..2026-06-05T09:00\n"
           "1@x 20260105T0800 2026-01-05T08:00..2026-01-05T09:00\n"
           "1@x 20260604T0900 2026-06-14T09:00..2026-06-14T09:00\n");
    expect(FILE_OF(EVENT("DTSTART:20260105T090000\r\nDURATION:PT1H\r\n"
                         "RDATE;VALUE=PERIOD:20260605T090000/PT2H\r\n")),
           "1@x 20260605T0900 ~ 2026-06-05T09:00..2026-06-05T11:00\n"
           "1@x 20260105T0900 ~ 2026-01-05T09:00..2026-01-05T10:00\n");
    expect_refused(FILE_OF(EVENT("DTSTART:20260105T090000Z\r\n"
                                 "RDATE;VALUE=PERIOD:20260605T090000Z/20260605T080000Z\r\n")),
                   "4: an RDATE of this event is a period that there is not");
    expect_refused(FILE_OF(EVENT("DTSTART:20260105T090000Z\r\n"
                                 "RDATE;VALUE=PERIOD:20260230T090000Z/PT1H\r\n")),
                   "4: an RDATE of this event is a period that there is not");
}

Test(ics, times_before_the_window_up_to_their_bound)
{
    for (int more = 0; more < 2; more++) {
        EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
        eh_bytes_put_text(&text, "BEGIN:VCALENDAR\n");
        for (int i = 0; i < 25; i++)
            eh_bytes_put_text(&text,
                              "BEGIN:VEVENT\nUID:%d\nDTSTART:19000101T080000Z\n"
                              "RRULE:FREQ=DAILY;COUNT=%d\nEND:VEVENT\n",
                              i, 40000 + (more && i == 24));
        eh_bytes_put_text(&text, "END:VCALENDAR\n");
        eh_bytes_put_u8(&text, 0);
        if (more)
            expect_refused((const char *)text.data,
                           "122: events with COUNT that began too long ago; together they come "
                           "more than 1000000 times");
        else
            expect((const char *)text.data, "");
    }
}

Test(ics, a_rule_without_an_end_leaves_out)
{
    expect(FILE_OF(EVENT("DTSTART;TZID=Europe/Oslo:19500101T090000\r\nDURATION:PT1H\r\n"
                         "RRULE:FREQ=YEARLY\r\nEXRULE:FREQ=YEARLY;INTERVAL=2\r\n")),
           "1@x 20270101T0800 2027-01-01T08:00..2027-01-01T09:00\n");
}

Test(ics, a_rule_leaves_out)
{
    expect(
        FILE_OF(EVENT("DTSTART;TZID=Europe/Oslo:20260326T090000\r\nDURATION:PT1H\r\n"
                      "RRULE:FREQ=DAILY;COUNT=8\r\nEXRULE:FREQ=DAILY;INTERVAL=2\r\n"
                      "EXRULE:FREQ=WEEKLY;BYDAY=MO\r\nRDATE;TZID=Europe/Oslo:20260407T090000\r\n")),
        "1@x 20260327T0800 2026-03-27T08:00..2026-03-27T09:00\n"
        "1@x 20260329T0700 2026-03-29T07:00..2026-03-29T08:00\n"
        "1@x 20260331T0700 2026-03-31T07:00..2026-03-31T08:00\n"
        "1@x 20260402T0700 2026-04-02T07:00..2026-04-02T08:00\n");
}

Test(ics, what_is_said_of_an_event_that_recurs_is_one_time)
{
    expect(FILE_OF(MONDAYS EVENT("RECURRENCE-ID;TZID=Europe/Oslo:20261214T090000\r\n"
                                 "DTSTART;TZID=Europe/Oslo:20261214T090000\r\nDURATION:PT2H\r\n"
                                 "RRULE:FREQ=WEEKLY;COUNT=3\r\n")),
           FIRST_AND_LAST "1@x 20261214T0800 2026-12-14T08:00..2026-12-14T10:00\n");
}

Test(ics, names_that_cannot_be_understood_are_refused)
{
    static const char *const kinds[] = {"RECURRENCE-ID", "EXDATE", "RDATE"};
    char text[512], wanted[128];
    for (size_t i = 0; i < 3; i++) {
        eh_format(text, sizeof text, FILE_OF(EVENT("DTSTART:20261214T080000Z\r\n%s;%s\r\n")),
                  kinds[i], "TZID=Nowhere/City:20261214T090000");
        expect_refused(text, "4: the time zone `Nowhere/City` of this event is neither in the file "
                             "nor known here");
        eh_format(text, sizeof text, FILE_OF(EVENT("DTSTART:20261214T080000Z\r\n%s;%s\r\n")),
                  kinds[i], "VALUE=DATE:20260230");
        eh_format(wanted, sizeof wanted, "4: the %s of this event is no time that there is",
                  kinds[i]);
        expect_refused(text, wanted);
    }
    expect_refused(FILE_OF(MONDAYS EVENT("DTSTART:20261214T080000Z\r\nRECURRENCE-ID;RANGE="
                                         "THISANDFUTURE;TZID=Europe/Oslo:20261214T090000\r\n")),
                   "10: an event that changes a series from one time on (RANGE) is not understood; "
                   "end the series there, and let another begin");
    expect_refused(FILE_OF(EVENT("DTSTART:20260501T080000Z\r\nRRULE:FREQ=DAILY\r\n"
                                 "EXRULE:FREQ=SECONDLY\r\n")),
                   "4: an event that comes more than once a day");
}

/* So many dates that are left out, as lists of at most so many. */
static void left_out_put(struct eh_bytes *text, int count, int list)
{
    eh_bytes_put_text(text, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1@x\n"
                            "DTSTART:20260101T080000Z\nRRULE:FREQ=YEARLY;COUNT=1");
    for (int i = 0; i < count; i++)
        eh_bytes_put_text(text, i % list ? ",20270101T080000Z" : "\nEXDATE:20270101T080000Z");
    eh_bytes_put_text(text, "\nEND:VEVENT\nEND:VCALENDAR\n");
    eh_bytes_put_u8(text, 0);
}

static void expect_left_out(int count, int list, const char *refused)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    left_out_put(&text, count, list);
    cr_assert(!text.failed);
    if (refused)
        expect_refused((const char *)text.data, refused);
    else
        expect((const char *)text.data, "1@x 20260101T0800 2026-01-01T08:00..2026-01-01T08:00\n");
}

Test(ics, names_up_to_their_bound)
{
    expect_left_out(EH_ICS_NAMED_MAX, 400, NULL);
    expect_left_out(EH_ICS_NAMED_MAX + 1, 400, "2: an event with more than 2000 EXDATE");
    expect_left_out(499, 499, NULL);
    expect_left_out(500, 500, "6: a list of more than 499 values; write it as several lines");
}

Test(ics, who_is_free)
{
    static const char *const free_lines[] = {
        "TRANSP:TRANSPARENT\r\n",
        "STATUS:CANCELLED\r\n",
        "STATUS:TENTATIVE\r\n",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE\r\n",
        "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE\r\n",
        "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE\r\n",
        "X-MICROSOFT-CDO-BUSYSTATUS:WorkingElsewhere\r\nTRANSP:OPAQUE\r\n",
        "X-MICROSOFT-CDO-BUSYSTATUS:OOF\r\nSTATUS:CANCELLED\r\n"};
    static const char *const busy_lines[] = {"TRANSP:OPAQUE\r\n", "STATUS:CONFIRMED\r\n",
                                             "X-MICROSOFT-CDO-BUSYSTATUS:OOF\r\n",
                                             "X-MICROSOFT-CDO-BUSYSTATUS:OOF\r\n"
                                             "TRANSP:TRANSPARENT\r\n",
                                             "TRANSP:TRANSPARENT\r\n"
                                             "X-MICROSOFT-CDO-BUSYSTATUS;X-A=1:BUSY\r\n"};
    const size_t free_count = sizeof free_lines / sizeof *free_lines;
    const size_t busy_count = sizeof busy_lines / sizeof *busy_lines;
    char text[512];
    for (size_t i = 0; i < free_count + busy_count; i++) {
        eh_format(text, sizeof text, FILE_OF(EVENT("DTSTART;VALUE=DATE:20260501\r\n%s")),
                  i < free_count ? free_lines[i] : busy_lines[i - free_count]);
        expect(text, i < free_count ? "1@x free 2026-05-01..2026-05-01\n"
                                    : "1@x 2026-05-01..2026-05-01\n");
    }
}

Test(ics, lines_may_be_folded_and_end_as_they_like)
{
    expect("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n @x\nSUMMARY:a very\n  long one\n"
           "DTSTART;VALUE=DATE:\n 20260501\nEND:VEVENT\nEND:VCALENDAR",
           "1@x 2026-05-01..2026-05-01\n");
    expect("\xEF\xBB\xBF" FILE_OF(EVENT("DTSTART;VALUE=DATE:20260501\r\n")),
           "1@x 2026-05-01..2026-05-01\n");
    expect_refused("\xEF\xBB\xBF", "1: the file ends before END:VCALENDAR");
    expect(FILE_OF(EVENT("DTSTART;VALUE=DATE:20260501\r\nX-SOMETHING:1\r\nIMAGE:2\r\n")),
           "1@x 2026-05-01..2026-05-01\n");
}

Test(ics, a_long_uid_is_told_by_its_hash)
{
    char text[1024], uid[301];
    memset(uid, 'u', 300);
    uid[300] = '\0';
    eh_format(text, sizeof text,
              "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:%s\r\nDTSTART;VALUE=DATE:20260501\r\n"
              "END:VEVENT\r\nEND:VCALENDAR\r\n",
              uid);
    EH_AUTO(said) struct said s = read_text(text);
    cr_assert_eq(s.r, 0, "%s", s.error.text);
    cr_expect_eq(s.ics.items[0].id.size, 64);
}

Test(ics, broken_ones_are_refused_with_their_line)
{
    expect_refused("", "1: a file has 1 to 1048576 bytes");
    expect_refused("hello\n", "1: this is no iCalendar: it begins with BEGIN:VCALENDAR");
    expect_refused("BEGIN:VEVENT\nEND:VEVENT\n",
                   "1: a file is one VCALENDAR; BEGIN:VEVENT stands outside");
    expect_refused("BEGIN:VCALENDAR\nVERSION:2.0\n", "2: the file ends before END:VCALENDAR");
    expect_refused("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n",
                   "3: END:VCALENDAR closes nothing that is open");
    expect_refused(FILE_OF(EVENT("DTSTART:garbage\r\n")),
                   "6: this is no iCalendar: Can't parse as DATE-TIME value in DTSTART property. "
                   "Removing entire property: garbage");
    expect_refused(FILE_OF(EVENT("SUMMARY:folded\r\n  twice\r\n  over\r\nDTSTART:garbage\r\n")),
                   "9: this is no iCalendar: Can't parse as DATE-TIME value in DTSTART property. "
                   "Removing entire property: garbage");
    expect_refused(FILE_OF(EVENT("RRULE:FREQ=NEVER\r\nDTSTART:20260501T080000Z\r\n")),
                   "6: this is no iCalendar: Can't parse as RECUR value in RRULE property. "
                   "Removing entire property: FREQ=NEVER");
    expect_refused(FILE_OF(EVENT("words\r\n")),
                   "6: this is no iCalendar: Got a data line, but could not find a property name "
                   "or component begin tag: words");
    expect_refused(FILE_OF("BEGIN:VEVENT\r\nDTSTART:20260501T080000Z\r\nEND:VEVENT\r\n"),
                   "4: an event without UID");
    expect_refused(FILE_OF(EVENT("")), "4: an event without a DTSTART that there is");
    expect_refused(FILE_OF(EVENT("DTSTART;VALUE=DATE:20260230\r\n")),
                   "4: an event without a DTSTART that there is");
    expect_refused(FILE_OF(EVENT("DTSTART;TZID=Nowhere/City:20260501T080000\r\n")),
                   "4: the time zone `Nowhere/City` of this event is neither in the file nor known "
                   "here");
    expect_refused(FILE_OF(EVENT("DTSTART:20260501T080000Z\r\nDTEND:20260501T070000Z\r\n")),
                   "4: an event whose end is no time behind its DTSTART");
    expect_refused(FILE_OF(EVENT("DTSTART:20260501T080000Z\r\nDTEND:20260501T080100Z\r\n"
                                 "RRULE:FREQ=MINUTELY\r\n")),
                   "4: an event that comes more than once a day");
    expect_refused(FILE_OF(EVENT("DTSTART:20260501T080000Z\r\nDTEND:20260501T080100Z\r\n"
                                 "RRULE:FREQ=DAILY;BYMINUTE=1,2\r\n")),
                   "4: an event that comes more than once a day");
    expect_refused(FILE_OF(EVENT("DTSTART:18990501T080000Z\r\nRRULE:FREQ=DAILY\r\n")),
                   "4: an event that comes since before 1900");
}

Test(ics, a_long_line_has_its_own_number)
{
    char text[512], words[201];
    memset(words, 'w', 200);
    words[200] = '\0';
    eh_format(text, sizeof text, FILE_OF(EVENT("SUMMARY:%s\r\n%s\r\n")), words, words);
    EH_AUTO(said) struct said s = read_text(text);
    cr_expect_eq(strncmp(s.error.text, "7: this is no iCalendar: ", 25), 0, "%s", s.error.text);
}

Test(ics, times_up_to_their_bound)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    eh_bytes_put_text(&text, "BEGIN:VCALENDAR\n");
    for (int i = 0; i < 14; i++) /* 730 days each */
        eh_bytes_put_text(&text,
                          "BEGIN:VEVENT\nUID:%d\nDTSTART;VALUE=DATE:20250101\n"
                          "RRULE:FREQ=DAILY\nEND:VEVENT\n",
                          i);
    eh_bytes_put_text(&text, "END:VCALENDAR\n");
    eh_bytes_put_u8(&text, 0);
    expect_refused((const char *)text.data, "67: more than 10000 times of events");
}
