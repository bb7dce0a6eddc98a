/*
 * time: how often and how long each rep was absent, and on which days of the week, against the time
 * they were to work. Why they were absent is not asked: a reason is personal.
 */
#include "facts.h"

#define SECOND_US     INT64_C(1000000)
#define EPOCH_WEEKDAY 3 /* 1970-01-01 was a Thursday; Monday is 0 */

static int32_t weekday_of(int32_t date)
{
    return (date % EH_WEEKDAYS + EPOCH_WEEKDAY + EH_WEEKDAYS) % EH_WEEKDAYS;
}

void eh_fairness_due(struct rep *rep, const struct worked *w)
{
    struct time_sums *sums = &rep->time;
    if (w->by_hours)
        sums->due_us += w->us;
    if (w->date > sums->due_last)
        sums->due_on[weekday_of(w->date)]++;
    sums->due_last = w->date > sums->due_last ? w->date : sums->due_last;
}

void eh_fairness_absent(struct rep *rep, const struct worked *w, struct eh_interval absence)
{
    struct time_sums *sums = &rep->time;
    if (w->by_hours)
        sums->absent_us += w->us;
    if (w->date > sums->absent_last)
        sums->absent_on[weekday_of(w->date)]++;
    sums->absent_last = w->date > sums->absent_last ? w->date : sums->absent_last;
    sums->absences += absence.from_us >= sums->absent_until_us;
    if (absence.until_us > sums->absent_until_us)
        sums->absent_until_us = absence.until_us;
}

void eh_fairness_absent_until(struct rep *rep, int64_t until_us)
{
    if (until_us < rep->time.absent_until_us)
        rep->time.absent_until_us = until_us;
}

void eh_fairness_time_fill(const struct rep *rep, struct eh_fairness_time *ret)
{
    const struct time_sums *sums = &rep->time;
    *ret = (struct eh_fairness_time){.due_s = sums->due_us / SECOND_US,
                                     .absent_s = sums->absent_us / SECOND_US,
                                     .absences = sums->absences,
                                     .aways = sums->aways};
    for (int day = 0; day < EH_WEEKDAYS; day++) {
        ret->due_on[day] = sums->due_on[day];
        ret->absent_on[day] = sums->absent_on[day];
        ret->due_days += sums->due_on[day];
        ret->absent_days += sums->absent_on[day];
    }
}
