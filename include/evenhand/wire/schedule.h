/*
 * schedule: who works when, as the shell hands it to the engine: the bytes of a SCHEDULE input.
 *
 * The engine knows no time zones. The shell makes instants of hours, holidays and days of the
 * desk file, for EH_SCHEDULE_DAYS ahead, and hands them over before they are needed. A schedule is
 * a numbered list of working intervals; equal ones share a number. A number that nobody has any
 * more may be given again, behind a `replace`. A text is records, one behind the other:
 *
 *     EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
 *     eh_schedule_put_replace(&out, 1);                        // what it had ahead is gone
 *     eh_schedule_put_intervals(&out, 1, intervals, count);    // behind all it has
 *     eh_schedule_put_minutes(&out, 1, today, minutes, 31);    // how much work each day has
 *     eh_schedule_put_rep(&out, eh_str("ana"), 1);             // whose it is from now on
 *     eh_schedule_put_window(&out, until_us);                  // all are complete up to then
 *     struct eh_reader left = eh_reader(out.data, out.size);
 *     struct eh_schedule_record one;
 *     while ((r = eh_schedule_next(&left, &one, &error)) > 0)
 *         …                                                    // 0: the end
 */
#ifndef EVENHAND_WIRE_SCHEDULE_H
#define EVENHAND_WIRE_SCHEDULE_H

#include <evenhand/base/base.h>
#include <evenhand/base/bytes.h>

EH_C_BEGIN

#define EH_SCHEDULE_DAYS     30           /* so far ahead the shell hands over */
#define EH_SCHEDULE_TEXT_MAX (256u << 10) /* bytes of one input's text */
#define EH_SCHEDULES_MAX     100000       /* the largest number of a schedule */
/* Intervals that one schedule may have ahead, and all together. */
#define EH_SCHEDULE_INTERVALS_MAX     1024
#define EH_SCHEDULE_INTERVALS_ALL_MAX 8000000

/* Days of one record, and the minutes of one day: all shifts that begin on it, which may end on the
 * next. */
#define EH_SCHEDULE_RECORD_DAYS_MAX 128
#define EH_SCHEDULE_DAY_MINUTES_MAX 3000
#define EH_SCHEDULE_NO_MINUTES      UINT16_MAX /* of a day that nobody told of; in no record */

/* Numbers are stored: never change, never reuse. */
enum eh_schedule_kind {
    EH_SCHEDULE_WINDOW = 1,    /* every schedule is complete up to `until_us` */
    EH_SCHEDULE_INTERVALS = 2, /* `schedule` goes on with these intervals */
    EH_SCHEDULE_REPLACE = 3,   /* what `schedule` has from now on is dropped; what is over stays */
    EH_SCHEDULE_REP = 4,       /* the rep `id` works by `schedule`; 0: by none of their own */
    EH_SCHEDULE_TEAM = 5,      /* the same of a team: of its reps who have none of their own */
    EH_SCHEDULE_MINUTES = 6,   /* so many minutes of work begin on each day from `first` on; what
                                  `schedule` has from today on is dropped, days that are over stay */
};

/* Why somebody is absent. Numbers are stored: never change, never reuse. */
enum eh_absence_reason {
    EH_ABSENCE_HOLIDAY = 1,
    EH_ABSENCE_SICK = 2,
    EH_ABSENCE_TRAINING = 3,
    EH_ABSENCE_OTHER = 4,
    EH_ABSENCE_APART =
        5, /* from EH_RULES_REASONS on: nobody but the log's table `personal` knows */
};
#define EH_ABSENCE_REASONS "holiday, sick, training, other"
const char *eh_absence_name(int reason); /* NULL: it is none of these words */
int eh_absence_from_name(struct eh_str); /* 0: there is none */

struct eh_interval {
    int64_t from_us, until_us; /* [from, until), µs since 1970 UTC */
};

struct eh_schedule_record {
    uint8_t kind;          /* enum eh_schedule_kind */
    uint32_t schedule;     /* 1..EH_SCHEDULES_MAX; of REP and TEAM also 0 */
    int32_t first;         /* MINUTES: the first day, in the calendar's own zone */
    int64_t until_us;      /* WINDOW */
    struct eh_str id;      /* REP, TEAM */
    uint32_t count;        /* INTERVALS, MINUTES: how many, from 1 ... */
    struct eh_reader left; /* ... their bytes, for eh_schedule_interval() or eh_schedule_minute() */
};

/* Each appends a record. Intervals ascend and do not touch; at least one, at most
 * EH_SCHEDULE_INTERVALS_MAX. */
void eh_schedule_put_window(struct eh_bytes *, int64_t until_us);
void eh_schedule_put_intervals(struct eh_bytes *, uint32_t schedule, const struct eh_interval *,
                               uint32_t count);
void eh_schedule_put_replace(struct eh_bytes *, uint32_t schedule);
void eh_schedule_put_rep(struct eh_bytes *, struct eh_str id, uint32_t schedule);
void eh_schedule_put_team(struct eh_bytes *, struct eh_str id, uint32_t schedule);
/* Of consecutive days: at least one, at most EH_SCHEDULE_RECORD_DAYS_MAX. */
void eh_schedule_put_minutes(struct eh_bytes *, uint32_t schedule, int32_t first,
                             const uint16_t *minutes, uint32_t count);

/* The next record: 1, or 0 at the end. -EH_ECORRUPT: not what these functions write. All intervals
 * and minutes of a record that was read are sound. */
int eh_schedule_next(struct eh_reader *, struct eh_schedule_record *ret,
                     struct eh_error *) EH_MUST_CHECK;
/* The next interval of a record; false: there is none left. */
bool eh_schedule_interval(struct eh_schedule_record *, struct eh_interval *ret);
/* The minutes of its next day; false: there is none left. */
bool eh_schedule_minute(struct eh_schedule_record *, uint16_t *ret);

EH_C_END

#endif
