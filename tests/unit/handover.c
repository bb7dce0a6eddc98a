/*
 * unit/handover: what is handed over to an engine so that it holds what a desk file says. The
 * engine of these tests is a list of what it was told.
 */
#include <evenhand/wire/hours.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include <evenhand/calendar/handover.h>

#include "host/local.h"

#define DAY_US   (86400 * INT64_C(1000000))
#define HOUR_US  (3600 * INT64_C(1000000))
#define MONDAY   20514 /* 2026-03-02 */
#define PEOPLE   8
#define LIST_MAX 128

struct list {
    struct eh_interval items[LIST_MAX];
    uint32_t count;
};

/* What an engine holds: people by their first letter, 'A' a team, 'a' a rep. */
struct fake {
    int64_t window_us;
    uint32_t highest;
    struct list lists[PEOPLE + 1];
    struct {
        uint16_t items[LIST_MAX];
        int32_t first;
        uint32_t count;
    } minutes[PEOPLE + 1];
    uint32_t days; /* that were told */
    uint32_t of[128];
    uint32_t replaced, appended, named;
};

static uint32_t fake_highest(const void *context, int64_t *ret_window_us)
{
    const struct fake *fake = context;
    *ret_window_us = fake->window_us;
    return fake->highest;
}

static uint32_t fake_intervals(const void *context, uint32_t schedule,
                               const struct eh_interval **ret)
{
    const struct fake *fake = context;
    cr_assert_leq(schedule, fake->highest);
    *ret = fake->lists[schedule].items;
    return fake->lists[schedule].count;
}

static uint32_t fake_minutes(const void *context, uint32_t schedule, int32_t *ret_first,
                             const uint16_t **ret)
{
    const struct fake *fake = context;
    *ret_first = fake->minutes[schedule].first;
    *ret = fake->minutes[schedule].items;
    return fake->minutes[schedule].count;
}

static uint32_t fake_of(const void *context, struct eh_str id)
{
    return ((const struct fake *)context)->of[(unsigned char)id.data[0]];
}

static void fake_append(struct fake *fake, struct eh_schedule_record *record)
{
    struct list *list = &fake->lists[record->schedule];
    struct eh_interval interval;
    if (record->schedule > fake->highest) {
        cr_expect_eq(record->schedule, fake->highest + 1);
        fake->highest = record->schedule;
    }
    while (eh_schedule_interval(record, &interval)) {
        struct eh_interval *last = list->count ? &list->items[list->count - 1] : NULL;
        cr_assert(!last || interval.from_us >= last->until_us);
        cr_assert_lt(list->count, LIST_MAX);
        if (last && interval.from_us == last->until_us)
            last->until_us = interval.until_us;
        else
            list->items[list->count++] = interval;
        fake->appended++;
    }
}

/* Days from the first of the record on are those that it says. */
static void fake_tell(struct fake *fake, struct eh_schedule_record *record)
{
    cr_assert_leq(record->schedule, fake->highest + 1);
    fake->highest = record->schedule > fake->highest ? record->schedule : fake->highest;
    int32_t first = fake->minutes[record->schedule].first;
    uint32_t count = fake->minutes[record->schedule].count;
    cr_assert(count == 0 || (record->first >= first && record->first <= first + (int32_t)count));
    if (count == 0)
        fake->minutes[record->schedule].first = first = record->first;
    count = (uint32_t)(record->first - first);
    cr_assert_leq(count + record->count, LIST_MAX);
    fake->days += record->count;
    while (eh_schedule_minute(record, &fake->minutes[record->schedule].items[count]))
        count++;
    fake->minutes[record->schedule].count = count;
}

static void fake_take(struct fake *fake, struct eh_bytes text)
{
    struct eh_reader in = eh_reader(text.data, text.size);
    struct eh_schedule_record record;
    struct eh_error error = {0};
    int r;
    cr_expect_leq(text.size, EH_SCHEDULE_TEXT_MAX);
    while ((r = eh_schedule_next(&in, &record, &error)) > 0) {
        if (record.kind == EH_SCHEDULE_WINDOW)
            fake->window_us = record.until_us;
        if (record.kind == EH_SCHEDULE_REPLACE) {
            fake->lists[record.schedule].count = 0;
            fake->replaced++;
        }
        if (record.kind == EH_SCHEDULE_MINUTES)
            fake_tell(fake, &record);
        if (record.kind == EH_SCHEDULE_INTERVALS)
            fake_append(fake, &record);
        if (record.kind == EH_SCHEDULE_REP || record.kind == EH_SCHEDULE_TEAM) {
            fake->of[(unsigned char)record.id.data[0]] = record.schedule;
            fake->named++;
        }
    }
    cr_assert_eq(r, 0, "%s", error.text);
}

/* What is to be handed over of a desk file at that time of a day, to who holds so much. */
static struct eh_handover made(struct eh_str text, const struct eh_held *held, int64_t now_us)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_error error = {0};
    struct eh_desk *desk;
    cr_assert_eq(eh_desk_parse_new(text, &arena, &desk, &error), 0, "%s", error.text);
    struct eh_local local;
    eh_local_begin(&local);
    const struct eh_hours_zone zone = eh_local_zone(&local);
    const struct eh_handover_at at = {now_us, (int32_t)(now_us / DAY_US), &zone};
    struct eh_handover handover = {0};
    cr_assert_eq(eh_handover_make(desk, held, &at, &handover), 0);
    eh_local_done(&local);
    return handover;
}

/* Hands over what a desk file says at noon UTC of a day. Returns how many texts it took. */
static uint32_t hand_over(struct fake *fake, const char *text, int32_t date)
{
    const struct eh_held held = {fake,         fake_highest, fake_intervals,
                                 fake_minutes, fake_of,      fake_of};
    fake->replaced = fake->appended = fake->named = fake->days = 0;
    struct eh_handover handover = made(eh_str(text), &held, date * DAY_US + 12 * HOUR_US);
    uint32_t count = handover.count;
    for (uint32_t i = 0; i < count; i++)
        fake_take(fake, handover.texts[i]);
    eh_handover_done(&handover);
    return count;
}

#define DESK(hours)                                                                                \
    "time_zone: UTC\ncalendars:\n  - {id: office, hours: " hours "}\n"                             \
    "reps: [{id: ana, hours: office}, bob,\n"                                                      \
    "  {id: cem, hours: {sat: 10:00-12:00}}, {id: dan, hours: {sat: 10:00-12:00}}]\n"              \
    "teams: [{id: sales, hours: office}]"
#define OFFICE DESK("{mon-fri: 08:00-16:00}")

Test(handover, first_all_then_what_enters_the_window)
{
    struct fake fake = {0};
    cr_expect_eq(hand_over(&fake, OFFICE, MONDAY), 1);
    cr_expect_eq(fake.window_us, (MONDAY + 31) * DAY_US);
    cr_expect_eq(fake.highest, 2, "equal hours are one schedule");
    cr_expect_eq(fake.named, 4);
    cr_expect_eq(fake.of['a'], fake.of['s']);
    cr_expect_eq(fake.of['c'], fake.of['d']);
    cr_expect_neq(fake.of['a'], fake.of['c']);
    cr_expect_eq(fake.of['b'], 0);
    const struct list *office = &fake.lists[fake.of['a']];
    cr_assert_eq(office->count, 23, "%u", office->count);
    cr_expect_eq(office->items[0].from_us, MONDAY * DAY_US + 8 * HOUR_US);
    cr_expect_eq(office->items[0].until_us, MONDAY * DAY_US + 16 * HOUR_US);
    cr_expect_eq(hand_over(&fake, OFFICE, MONDAY), 0, "it holds all of it");
    cr_expect_eq(hand_over(&fake, OFFICE, MONDAY + 1), 1);
    cr_expect_eq(fake.appended, 1);
    cr_expect_eq(fake.replaced + fake.named, 0);
    cr_expect_eq(hand_over(&fake, OFFICE, MONDAY + 2), 1);
    cr_expect_eq(fake.appended, 1);
    cr_expect_eq(hand_over(&fake, OFFICE, MONDAY + 3), 1, "a Saturday enters");
    cr_expect_eq(fake.appended, 1);
    cr_expect_eq(hand_over(&fake, OFFICE, MONDAY + 4), 1, "a Sunday: the window alone");
    cr_expect_eq(fake.appended, 0);
}

Test(handover, what_a_desk_changes_is_replaced)
{
    struct fake fake = {0};
    hand_over(&fake, OFFICE, MONDAY);
    cr_expect_eq(hand_over(&fake, DESK("{mon-fri: 08:00-15:00}"), MONDAY), 1);
    cr_expect_eq(fake.replaced, 1);
    cr_expect_eq(fake.named, 0);
    cr_expect_eq(fake.highest, 2);
    cr_expect_eq(fake.lists[fake.of['a']].items[0].until_us, MONDAY * DAY_US + 15 * HOUR_US);
    cr_expect_eq(fake.lists[fake.of['c']].count, 4);
    const char *apart =
        "time_zone: UTC\nreps: [{id: ana, hours: {mon-fri: 08:00-15:00}}, bob,\n"
        "  {id: cem, hours: {sat: 10:00-12:00}}, {id: dan, hours: {sun: 10:00-12:00}}]\n"
        "teams: [{id: sales}]";
    cr_expect_eq(hand_over(&fake, apart, MONDAY), 1);
    cr_expect_eq(fake.replaced, 1, "cem's and dan's alone");
    cr_expect_eq(fake.highest, 3);
    cr_expect_eq(fake.lists[fake.of['c']].items[0].from_us, (MONDAY + 5) * DAY_US + 10 * HOUR_US);
    cr_expect_eq(fake.lists[fake.of['d']].items[0].from_us, (MONDAY + 6) * DAY_US + 10 * HOUR_US);
    cr_expect_eq(fake.of['s'], 0);
    cr_expect_neq(fake.of['c'], fake.of['d']);
    cr_expect_eq(hand_over(&fake, "reps: [ana, bob, cem, dan]\nteams: [{id: sales}]", MONDAY), 1);
    cr_expect_eq(fake.of['a'] + fake.of['c'] + fake.of['d'], 0);
    cr_expect_eq(hand_over(&fake, OFFICE, MONDAY), 1, "numbers that nobody has are given again");
    cr_expect_eq(fake.highest, 3);
}

Test(handover, days_of_being_down)
{
    struct fake fake = {0};
    hand_over(&fake, OFFICE, MONDAY);
    cr_expect_eq(hand_over(&fake, OFFICE, MONDAY + 7), 1);
    cr_expect_eq(fake.appended, 6, "five days, and a Saturday");
    cr_expect_eq(fake.replaced, 0);
    cr_expect_eq(hand_over(&fake, OFFICE, MONDAY + 7 + 35), 1, "the window was over");
    cr_expect_eq(fake.replaced, 0);
    cr_expect_eq(fake.window_us, (MONDAY + 7 + 35 + 31) * DAY_US);
}

/* The minutes of a day of somebody. */
static int minutes_of(const struct fake *fake, char who, int32_t day)
{
    uint32_t number = fake->of[(unsigned char)who];
    int32_t at = day - fake->minutes[number].first;
    bool told = at >= 0 && (uint32_t)at < fake->minutes[number].count;
    return told ? fake->minutes[number].items[at] : -1;
}

Test(handover, the_minutes_of_days_from_today_on)
{
    struct fake fake = {0};
    hand_over(&fake, OFFICE, MONDAY);
    cr_expect_eq(fake.days, 2 * 31);
    cr_expect_eq(minutes_of(&fake, 'a', MONDAY - 1), -1);
    cr_expect_eq(minutes_of(&fake, 'a', MONDAY), 480);
    cr_expect_eq(minutes_of(&fake, 'a', MONDAY + 5), 0, "a Saturday");
    cr_expect_eq(minutes_of(&fake, 'c', MONDAY + 5), 120);
    cr_expect_eq(minutes_of(&fake, 'a', MONDAY + 30), 480);
    cr_expect_eq(minutes_of(&fake, 'a', MONDAY + 31), -1);
    hand_over(&fake, OFFICE, MONDAY);
    cr_expect_eq(fake.days, 0);
    hand_over(&fake, OFFICE, MONDAY + 1);
    cr_expect_eq(fake.days, 2, "the day that enters the window");
    hand_over(&fake, DESK("{mon-fri: 08:00-15:00}"), MONDAY + 2);
    cr_expect_eq(fake.days, 31 + 1);
    cr_expect_eq(minutes_of(&fake, 'a', MONDAY + 1), 480, "it was told so");
    cr_expect_eq(minutes_of(&fake, 'a', MONDAY + 2), 420);
    hand_over(&fake, DESK("{mon-fri: 08:00-15:00}"), MONDAY + 2 + 40);
    cr_expect_eq(minutes_of(&fake, 'a', MONDAY + 2 + 33), 420, "a day of being down");
    cr_expect_eq(minutes_of(&fake, 'a', MONDAY + 42 + 31), -1);
}

Test(handover, a_shift_over_midnight_belongs_to_the_day_it_begins_on)
{
    struct fake fake = {0};
    hand_over(&fake, DESK("{sat: 22:00-06:00, sun: 05:00-07:00 22:00-24:00}"), MONDAY);
    cr_expect_eq(minutes_of(&fake, 'a', MONDAY + 5), 480);
    cr_expect_eq(minutes_of(&fake, 'a', MONDAY + 6), 60 + 120, "an hour of it was told already");
    cr_expect_eq(minutes_of(&fake, 'a', MONDAY + 7), 0);
}

Test(handover, the_minutes_of_a_day_on_which_clocks_are_changed)
{
    struct fake fake = {0};
    int32_t march = eh_date_of(2026, 3, 1), sunday = eh_date_of(2026, 3, 29);
    const char *night = "time_zone: Europe/Oslo\nreps: [{id: ana, hours: {mon-sun: 22:00-06:00}},\n"
                        "  {id: bob, hours: {mon-sun: 00:00-24:00}}]\n";
    hand_over(&fake, night, march);
    cr_expect_eq(minutes_of(&fake, 'a', sunday - 1), 420);
    cr_expect_eq(minutes_of(&fake, 'a', sunday), 480);
    cr_expect_eq(minutes_of(&fake, 'b', sunday), 1380);
    struct fake other = {0};
    int32_t october = eh_date_of(2026, 10, 25);
    hand_over(&other, night, october - 3);
    cr_expect_eq(minutes_of(&other, 'a', october - 1), 540);
    cr_expect_eq(minutes_of(&other, 'b', october), 1500);
}

Test(handover, an_engine_of_earlier_rules_is_told_no_minutes)
{
    struct fake fake = {0};
    const struct eh_held held = {&fake, fake_highest, fake_intervals, NULL, fake_of, fake_of};
    struct eh_handover handover = made(eh_str(OFFICE), &held, MONDAY * DAY_US);
    fake_take(&fake, handover.texts[0]);
    cr_expect(fake.days == 0 && fake.appended > 0);
    eh_handover_done(&handover);
}

Test(handover, work_around_the_clock)
{
    struct fake fake = {0};
    hand_over(&fake, DESK("{mon-sun: 00:00-24:00}"), MONDAY);
    hand_over(&fake, DESK("{mon-sun: 00:00-24:00}"), MONDAY + 1);
    cr_expect_eq(fake.replaced, 0);
    cr_expect_eq(fake.lists[fake.of['a']].count, 1);
    cr_expect_eq(fake.lists[fake.of['a']].items[0].until_us, (MONDAY + 32) * DAY_US);
}

Test(handover, the_zone_of_the_process_is_as_it_was)
{
    struct fake fake = {0};
    setenv("TZ", "Asia/Tokyo", 1);
    hand_over(&fake, DESK("{mon-sun: 00:00-24:00}"), MONDAY);
    cr_expect_str_eq(getenv("TZ"), "Asia/Tokyo");
    unsetenv("TZ");
    struct fake other = {0};
    hand_over(&other, DESK("{mon-sun: 00:00-24:00}"), MONDAY);
    cr_expect_null(getenv("TZ"));
}

/* The alarm's words. */
static void expect_idle(const char *text, uint32_t count, const char *of)
{
    struct fake fake = {0};
    const struct eh_held held = {&fake,        fake_highest, fake_intervals,
                                 fake_minutes, fake_of,      fake_of};
    struct eh_handover handover = made(eh_str(text), &held, MONDAY * DAY_US);
    cr_expect_eq(handover.idle, count);
    cr_expect_str_eq(handover.idle_of, of);
    eh_handover_done(&handover);
}

Test(handover, hours_without_work_are_named)
{
    expect_idle(OFFICE, 0, "");
    expect_idle("calendars: [{id: none, hours: {}}]\n"
                "reps: [{id: ana, hours: none}, {id: bob, hours: none}]\n"
                "teams: [{id: sales, hours: none}]\n",
                1, "calendar none");
    expect_idle("reps: [{id: ana, hours: {}}]\n", 1, "rep ana");
    expect_idle("reps: [ana]\nteams: [{id: sales, reps: [ana], hours: {}}]\n", 1, "team sales");
}

static uint32_t nobody(const void *context, struct eh_str id)
{
    (void)context;
    (void)id;
    return 0;
}

Test(handover, a_text_has_its_bound)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    struct fake fake = {0};
    eh_bytes_put_text(&text, "reps:\n");
    for (int i = 0; i < 20000; i++)
        eh_bytes_put_text(&text,
                          "- {id: somebody-with-a-long-name-%d, hours: {mon: 08:00-12:00}}\n", i);
    const struct eh_held held = {&fake, fake_highest, fake_intervals, fake_minutes, nobody, nobody};
    struct eh_handover handover =
        made(eh_str_n((char *)text.data, text.size), &held, MONDAY * DAY_US);
    cr_expect_gt(handover.count, 2);
    for (uint32_t i = 0; i < handover.count; i++) {
        cr_expect_leq(handover.texts[i].size, EH_SCHEDULE_TEXT_MAX);
        cr_expect(i + 1 == handover.count || handover.texts[i].size > EH_SCHEDULE_TEXT_MAX - 100);
    }
    eh_handover_done(&handover);
}
