/* unit/schedule: the records of a SCHEDULE input. */
#include <evenhand/wire/schedule.h>

#include <criterion/criterion.h>

#define HOUR_US INT64_C(3600000000)

static int text_read(const struct eh_bytes *text, struct eh_schedule_record *ret)
{
    struct eh_reader in = eh_reader(text->data, text->size);
    struct eh_error error = {0};
    return eh_schedule_next(&in, ret, &error);
}

Test(schedule, what_is_written_is_read)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    const struct eh_interval hours[] = {{0, HOUR_US}, {2 * HOUR_US, 5 * HOUR_US}};
    eh_schedule_put_replace(&text, 7);
    eh_schedule_put_intervals(&text, 7, hours, 2);
    eh_schedule_put_rep(&text, eh_str("ana"), 7);
    eh_schedule_put_team(&text, eh_str("sales"), 0);
    const uint16_t minutes[] = {0, EH_SCHEDULE_DAY_MINUTES_MAX};
    eh_schedule_put_window(&text, 9 * HOUR_US);
    eh_schedule_put_minutes(&text, 7, 20514, minutes, 2);

    struct eh_reader in = eh_reader(text.data, text.size);
    struct eh_schedule_record record;
    struct eh_interval interval;
    cr_assert_eq(eh_schedule_next(&in, &record, NULL), 1);
    cr_assert(record.kind == EH_SCHEDULE_REPLACE && record.schedule == 7);
    cr_assert_eq(eh_schedule_next(&in, &record, NULL), 1);
    cr_assert(record.kind == EH_SCHEDULE_INTERVALS && record.schedule == 7 && record.count == 2);
    for (int i = 0; i < 2; i++) {
        cr_assert(eh_schedule_interval(&record, &interval));
        cr_assert_eq(interval.from_us, hours[i].from_us);
        cr_assert_eq(interval.until_us, hours[i].until_us);
    }
    cr_assert_not(eh_schedule_interval(&record, &interval));
    cr_assert_eq(eh_schedule_next(&in, &record, NULL), 1);
    cr_assert(record.kind == EH_SCHEDULE_REP && eh_str_equal(record.id, eh_str("ana")));
    cr_assert_eq(eh_schedule_next(&in, &record, NULL), 1);
    cr_assert(record.kind == EH_SCHEDULE_TEAM && record.schedule == 0);
    cr_assert_eq(eh_schedule_next(&in, &record, NULL), 1);
    cr_assert(record.kind == EH_SCHEDULE_WINDOW && record.until_us == 9 * HOUR_US);
    cr_assert_eq(eh_schedule_next(&in, &record, NULL), 1);
    cr_assert(record.kind == EH_SCHEDULE_MINUTES && record.schedule == 7 && record.count == 2);
    cr_assert_eq(record.first, 20514);
    uint16_t one;
    for (int i = 0; i < 2; i++)
        cr_assert(eh_schedule_minute(&record, &one) && one == minutes[i]);
    cr_assert_not(eh_schedule_minute(&record, &one));
    cr_assert_eq(eh_schedule_next(&in, &record, NULL), 0);
}

Test(schedule, intervals_that_touch_are_refused)
{
    const struct eh_interval touching[] = {{0, HOUR_US}, {HOUR_US, 2 * HOUR_US}};
    const struct eh_interval empty = {HOUR_US, HOUR_US}, back = {HOUR_US, 0};
    struct eh_schedule_record record;
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    eh_schedule_put_intervals(&text, 1, touching, 2);
    cr_assert_eq(text_read(&text, &record), -EH_ECORRUPT);
    eh_bytes_clear(&text);
    eh_schedule_put_intervals(&text, 1, &empty, 1);
    cr_assert_eq(text_read(&text, &record), -EH_ECORRUPT);
    eh_bytes_clear(&text);
    eh_schedule_put_intervals(&text, 1, &back, 1);
    cr_assert_eq(text_read(&text, &record), -EH_ECORRUPT);
    eh_bytes_clear(&text);
    eh_schedule_put_intervals(&text, 1, touching, 0);
    cr_assert_eq(text_read(&text, &record), -EH_ECORRUPT, "no interval");
}

Test(schedule, minutes_have_bounds)
{
    static const uint16_t none[EH_SCHEDULE_RECORD_DAYS_MAX + 1];
    const uint16_t many = EH_SCHEDULE_DAY_MINUTES_MAX + 1;
    struct eh_schedule_record record;
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    const struct {
        const uint16_t *minutes;
        uint32_t number, count;
        int32_t first;
        int result;
    } cases[] = {{none, 1, EH_SCHEDULE_RECORD_DAYS_MAX, 0, 1},
                 {none, 1, EH_SCHEDULE_RECORD_DAYS_MAX + 1, 0, -EH_ECORRUPT},
                 {none, 1, 0, 0, -EH_ECORRUPT},
                 {none, 0, 1, 0, -EH_ECORRUPT},
                 {none, 1, 1, -1, -EH_ECORRUPT},
                 {none, 1, 1, INT32_MAX, -EH_ECORRUPT},
                 {&many, 1, 1, 0, -EH_ECORRUPT}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        eh_bytes_clear(&text);
        eh_schedule_put_minutes(&text, cases[i].number, cases[i].first, cases[i].minutes,
                                cases[i].count);
        cr_expect_eq(text_read(&text, &record), cases[i].result, "case %zu", i);
    }
}

Test(schedule, numbers_have_bounds)
{
    struct eh_schedule_record record;
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    eh_schedule_put_rep(&text, eh_str("ana"), EH_SCHEDULES_MAX);
    cr_assert_eq(text_read(&text, &record), 1);
    eh_bytes_clear(&text);
    eh_schedule_put_rep(&text, eh_str("ana"), EH_SCHEDULES_MAX + 1);
    cr_assert_eq(text_read(&text, &record), -EH_ECORRUPT);
    eh_bytes_clear(&text);
    eh_schedule_put_replace(&text, 0);
    cr_assert_eq(text_read(&text, &record), -EH_ECORRUPT);
    eh_bytes_clear(&text);
    eh_schedule_put_window(&text, INT64_MAX);
    cr_assert_eq(text_read(&text, &record), -EH_ECORRUPT);
}

static int intervals_of(uint32_t count)
{
    static struct eh_interval intervals[EH_SCHEDULE_INTERVALS_MAX + 1];
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    struct eh_schedule_record record;
    for (uint32_t i = 0; i < count; i++)
        intervals[i] = (struct eh_interval){2 * i * HOUR_US, (2 * i + 1) * HOUR_US};
    eh_schedule_put_intervals(&text, 1, intervals, count);
    return text_read(&text, &record);
}

Test(schedule, a_record_has_a_bound)
{
    cr_assert_eq(intervals_of(EH_SCHEDULE_INTERVALS_MAX), 1);
    cr_assert_eq(intervals_of(EH_SCHEDULE_INTERVALS_MAX + 1), -EH_ECORRUPT);
}

Test(schedule, every_cut_is_refused)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    const struct eh_interval hours = {5, HOUR_US};
    struct eh_schedule_record record;
    eh_schedule_put_intervals(&text, 300, &hours, 1);
    for (size_t size = 1; size < text.size; size++) {
        struct eh_reader in = eh_reader(text.data, size);
        cr_assert_eq(eh_schedule_next(&in, &record, NULL), -EH_ECORRUPT);
    }
    text.data[0] = EH_SCHEDULE_TEAM + 1;
    cr_assert_eq(text_read(&text, &record), -EH_ECORRUPT);
}
