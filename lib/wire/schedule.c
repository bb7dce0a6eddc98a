/*
 * schedule: the records of a SCHEDULE input, written and read. An interval is the gap since the end
 * of the one before it, and its own length.
 */
#include <evenhand/wire/schedule.h>

#define TIME_LAST INT64_C(253402300799999999) /* 9999-12-31T23:59:59.999999Z */
#define DAY_LAST  2932896                     /* 9999-12-31 */

/* ---- reasons of absences */

static const char *const reason_names[] = {
    [EH_ABSENCE_HOLIDAY] = "holiday",
    [EH_ABSENCE_SICK] = "sick",
    [EH_ABSENCE_TRAINING] = "training",
    [EH_ABSENCE_OTHER] = "other",
};

const char *eh_absence_name(int reason)
{
    return reason > 0 && reason <= EH_ABSENCE_OTHER ? reason_names[reason] : NULL;
}

int eh_absence_from_name(struct eh_str name)
{
    for (int reason = 1; reason <= EH_ABSENCE_OTHER; reason++)
        if (eh_str_equal(eh_str(reason_names[reason]), name))
            return reason;
    return 0;
}

/* ---- writing */

void eh_schedule_put_window(struct eh_bytes *out, int64_t until_us)
{
    eh_bytes_put_u8(out, EH_SCHEDULE_WINDOW);
    eh_bytes_put_u(out, (uint64_t)until_us);
}

void eh_schedule_put_intervals(struct eh_bytes *out, uint32_t schedule,
                               const struct eh_interval *intervals, uint32_t count)
{
    int64_t end = 0;
    eh_bytes_put_u8(out, EH_SCHEDULE_INTERVALS);
    eh_bytes_put_u(out, schedule);
    eh_bytes_put_u(out, count);
    for (uint32_t i = 0; i < count; i++) {
        eh_bytes_put_u(out, (uint64_t)(intervals[i].from_us - end));
        eh_bytes_put_u(out, (uint64_t)(intervals[i].until_us - intervals[i].from_us));
        end = intervals[i].until_us;
    }
}

void eh_schedule_put_replace(struct eh_bytes *out, uint32_t schedule)
{
    eh_bytes_put_u8(out, EH_SCHEDULE_REPLACE);
    eh_bytes_put_u(out, schedule);
}

static void owner_put(struct eh_bytes *out, enum eh_schedule_kind kind, struct eh_str id,
                      uint32_t schedule)
{
    eh_bytes_put_u8(out, (uint8_t)kind);
    eh_bytes_put_str(out, id);
    eh_bytes_put_u(out, schedule);
}

void eh_schedule_put_rep(struct eh_bytes *out, struct eh_str id, uint32_t schedule)
{
    owner_put(out, EH_SCHEDULE_REP, id, schedule);
}

void eh_schedule_put_team(struct eh_bytes *out, struct eh_str id, uint32_t schedule)
{
    owner_put(out, EH_SCHEDULE_TEAM, id, schedule);
}

void eh_schedule_put_minutes(struct eh_bytes *out, uint32_t schedule, int32_t first,
                             const uint16_t *minutes, uint32_t count)
{
    eh_bytes_put_u8(out, EH_SCHEDULE_MINUTES);
    eh_bytes_put_u(out, schedule);
    eh_bytes_put_i(out, first);
    eh_bytes_put_u(out, count);
    for (uint32_t i = 0; i < count; i++)
        eh_bytes_put_u(out, minutes[i]);
}

/* ---- reading */

static int64_t time_read(struct eh_reader *in, int64_t least, int64_t from)
{
    uint64_t length = eh_read_u(in);
    in->failed |= length < (uint64_t)least || length > (uint64_t)(TIME_LAST - from);
    return in->failed ? from : from + (int64_t)length;
}

static struct eh_interval interval_read(struct eh_reader *in, int64_t end, bool first)
{
    struct eh_interval interval;
    interval.from_us = time_read(in, first ? 0 : 1, end);
    interval.until_us = time_read(in, 1, interval.from_us);
    return interval;
}

static uint32_t number_read(struct eh_reader *in, uint32_t least)
{
    uint32_t number = eh_read_u32(in);
    in->failed |= number < least || number > EH_SCHEDULES_MAX;
    return number;
}

/* Reads over the intervals, which are sound then. */
static void intervals_read(struct eh_reader *in, struct eh_schedule_record *record)
{
    record->schedule = number_read(in, 1);
    record->count = eh_read_u32(in);
    in->failed |= record->count == 0 || record->count > EH_SCHEDULE_INTERVALS_MAX;
    record->left = *in;
    for (uint32_t i = 0; i < record->count && !in->failed; i++)
        record->until_us = interval_read(in, record->until_us, i == 0).until_us;
    record->left.end = in->at;
    record->until_us = 0;
}

static uint16_t minute_read(struct eh_reader *in)
{
    uint64_t minutes = eh_read_u(in);
    in->failed |= minutes > EH_SCHEDULE_DAY_MINUTES_MAX;
    return in->failed ? 0 : (uint16_t)minutes;
}

/* Reads over the minutes, which are sound then. */
static void minutes_read(struct eh_reader *in, struct eh_schedule_record *record)
{
    record->schedule = number_read(in, 1);
    int64_t first = eh_read_i(in);
    record->count = eh_read_u32(in);
    in->failed |= record->count == 0 || record->count > EH_SCHEDULE_RECORD_DAYS_MAX || first < 0 ||
                  first > DAY_LAST - EH_SCHEDULE_RECORD_DAYS_MAX;
    record->first = in->failed ? 0 : (int32_t)first;
    record->left = *in;
    for (uint32_t i = 0; i < record->count && !in->failed; i++)
        minute_read(in);
    record->left.end = in->at;
}

static void owner_read(struct eh_reader *in, struct eh_schedule_record *record)
{
    record->id = eh_read_str(in);
    record->schedule = number_read(in, 0);
    in->failed |= record->id.size == 0 || record->id.size > EH_NAME_MAX;
}

static void record_read(struct eh_reader *in, struct eh_schedule_record *record)
{
    switch (record->kind) {
    case EH_SCHEDULE_WINDOW:
        record->until_us = time_read(in, 0, 0);
        break;
    case EH_SCHEDULE_INTERVALS:
        intervals_read(in, record);
        break;
    case EH_SCHEDULE_REPLACE:
        record->schedule = number_read(in, 1);
        break;
    case EH_SCHEDULE_REP:
    case EH_SCHEDULE_TEAM:
        owner_read(in, record);
        break;
    case EH_SCHEDULE_MINUTES:
        minutes_read(in, record);
        break;
    default:
        in->failed = true;
    }
}

int eh_schedule_next(struct eh_reader *in, struct eh_schedule_record *ret, struct eh_error *error)
{
    if (in->at == in->end && !in->failed)
        return 0;
    struct eh_schedule_record record = {.kind = eh_read_u8(in)};
    record_read(in, &record);
    if (in->failed)
        return eh_error_set(error, EH_ECORRUPT, "schedule: a record that no shell writes");
    *ret = record;
    return 1;
}

bool eh_schedule_interval(struct eh_schedule_record *record, struct eh_interval *ret)
{
    if (record->left.at == record->left.end)
        return false;
    bool first = record->until_us == 0; /* the end of the one before */
    *ret = interval_read(&record->left, record->until_us, first);
    record->until_us = ret->until_us;
    return true;
}

bool eh_schedule_minute(struct eh_schedule_record *record, uint16_t *ret)
{
    if (record->left.at == record->left.end)
        return false;
    *ret = minute_read(&record->left);
    return true;
}
