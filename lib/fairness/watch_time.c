/*
 * watch_time: reads out of the engine when the members of a team were to work, and when they were
 * absent meanwhile.
 *
 * A schedule and the absences of a rep tell both beforehand, so a stretch of time is read when it
 * is over: before anything changes them, and before the engine drops an absence that ended. A
 * daemon that was down for a shift changes nothing of that.
 */
#include "watch_time.h"

#define DAY_US INT64_C(86400000000)
#define SPAN   2 /* days: a local day begins less than that from the day of UTC */

/* A stretch of time of a member. */
struct stretch {
    const struct eh_fairness_watch *watch;
    struct rep *rep;
    struct eh_interval all;
    const struct eh_absence_view *absences;
    size_t absence_count;
    bool by_hours;
};

/* ---- Days. */

/* When a local day begins; of UTC where the watch knows no better. */
static int64_t day_begin(const struct eh_fairness_watch *w, int32_t date)
{
    struct day_start *kept = &w->fairness->days[(uint32_t)date % DAY_STARTS];
    const struct eh_desk *desk = eh_engine_desk(w->engine);
    int64_t utc_us = (int64_t)date * DAY_US;
    if (!w->day_start || !desk)
        return utc_us;
    if (kept->date != date || kept->us == 0) {
        int64_t us = w->day_start(desk, date);
        bool known = us > utc_us - SPAN * DAY_US && us < utc_us + SPAN * DAY_US;
        *kept = (struct day_start){date, known ? us : utc_us};
    }
    return kept->us;
}

static int32_t day_of(const struct eh_fairness_watch *w, int64_t at_us)
{
    int32_t date = (int32_t)(at_us / DAY_US) - SPAN;
    while (day_begin(w, date + 1) <= at_us)
        date++;
    return date;
}

/* ---- A stretch. */

static struct eh_interval both(struct eh_interval a, struct eh_interval b)
{
    return (struct eh_interval){a.from_us > b.from_us ? a.from_us : b.from_us,
                                a.until_us < b.until_us ? a.until_us : b.until_us};
}

/* Books work within one local day, and what of it absences take; they are in order of their
 * beginning. */
static void day_book(const struct stretch *s, int32_t date, struct eh_interval work)
{
    const struct worked all = {date, work.until_us - work.from_us, s->by_hours};
    eh_fairness_due(s->rep, &all);
    for (size_t i = 0; i < s->absence_count; i++) {
        const struct eh_interval absence = {s->absences[i].from_us, s->absences[i].until_us};
        struct eh_interval missed = both(work, absence);
        if (missed.from_us >= missed.until_us)
            continue;
        const struct worked one = {date, missed.until_us - missed.from_us, s->by_hours};
        eh_fairness_absent(s->rep, &one, absence);
        work.from_us = missed.until_us;
    }
}

static void work_book(const struct stretch *s, struct eh_interval work)
{
    work = both(work, s->all);
    while (work.from_us < work.until_us) {
        int32_t date = day_of(s->watch, work.from_us);
        const struct eh_interval day = {work.from_us, day_begin(s->watch, date + 1)};
        day_book(s, date, both(work, day));
        work.from_us = day.until_us;
    }
}

/* The first interval that is not over by then. */
static uint32_t interval_at(const struct eh_interval *intervals, uint32_t count, int64_t at_us)
{
    uint32_t low = 0;
    while (low < count) {
        uint32_t middle = low + (count - low) / 2;
        if (intervals[middle].until_us <= at_us)
            low = middle + 1;
        else
            count = middle;
    }
    return low;
}

static void stretch_book(struct stretch *s, uint32_t schedule)
{
    const struct eh_interval *intervals = NULL;
    s->by_hours = schedule != 0;
    if (schedule == EH_SCHEDULE_NOT_YET)
        return;
    if (schedule == 0) {
        work_book(s, s->all);
        return;
    }
    uint32_t count = eh_engine_schedule(s->watch->engine, schedule, &intervals);
    for (uint32_t i = interval_at(intervals, count, s->all.from_us);
         i < count && intervals[i].from_us < s->all.until_us; i++)
        work_book(s, intervals[i]);
}

/* ---- Members. */

/* Books a member up to then. Returns when the next of their absences is over. */
static int64_t member_book(const struct eh_fairness_watch *w, const struct eh_member_view *member,
                           int64_t to_us)
{
    struct eh_absence_view absences[EH_ABSENCES_PER_REP_MAX];
    struct rep *rep = eh_fairness_rep_of(w->fairness, member->rep);
    int64_t ends_us = EH_TIME_NEVER;
    if (!rep)
        return ends_us;
    size_t count = eh_engine_absences(w->engine, member->rep, EH_ABSENCES_PER_REP_MAX, absences);
    struct stretch s = {.watch = w,
                        .rep = rep,
                        .all = {rep->time.booked_us, to_us},
                        .absences = absences,
                        .absence_count = count};
    if (rep->time.booked_us && member->active)
        stretch_book(&s, member->schedule);
    rep->time.booked_us = to_us;
    for (size_t i = 0; i < count; i++)
        if (absences[i].until_us > to_us && absences[i].until_us < ends_us)
            ends_us = absences[i].until_us;
    return ends_us;
}

static void team_book(const struct eh_fairness_watch *w, int64_t to_us)
{
    struct eh_member_view member;
    int64_t ends_us = EH_TIME_NEVER;
    for (uint32_t i = 0; eh_engine_member(w->engine, w->team, i, &member); i++) {
        int64_t end_us = member_book(w, &member, to_us);
        ends_us = end_us < ends_us ? end_us : ends_us;
    }
    w->fairness->absence_ends_us = ends_us;
}

/* Whoever is a member from now on, was to work from now on. */
static void team_restart(const struct eh_fairness_watch *w, int64_t at_us)
{
    for (uint32_t i = 0; i < w->fairness->rep_count; i++)
        w->fairness->reps[i].time.booked_us = 0;
    team_book(w, at_us);
}

static bool changes_hours(const struct eh_message *m)
{
    return m->type == EH_MESSAGE_DESK || m->type == EH_MESSAGE_DAY ||
           m->type == EH_MESSAGE_SCHEDULE || m->type == EH_MESSAGE_ACCEPT_TIME;
}

void eh_fairness_time_begin(const struct eh_fairness_watch *w, int64_t at_us)
{
    team_restart(w, at_us);
}

void eh_fairness_time_before(const struct eh_fairness_watch *w, const struct eh_message *m,
                             int64_t to_us)
{
    struct eh_member_view member;
    if (changes_hours(m))
        eh_fairness_work_until(w->fairness, to_us);
    if (changes_hours(m) || to_us >= w->fairness->absence_ends_us)
        team_book(w, to_us);
    else if (m->type == EH_MESSAGE_ABSENCE &&
             eh_engine_member_of(w->engine, w->team, m->rep, &member))
        member_book(w, &member, to_us);
}

/* An absence that was told anew, or cancelled, lasts until then. */
static void absence_look(const struct eh_fairness_watch *w, struct eh_str id, int64_t at_us)
{
    struct eh_absence_view absences[EH_ABSENCES_PER_REP_MAX];
    struct eh_member_view member;
    if (!eh_engine_member_of(w->engine, w->team, id, &member))
        return;
    struct rep *rep = eh_fairness_rep_of(w->fairness, id);
    size_t count = eh_engine_absences(w->engine, id, EH_ABSENCES_PER_REP_MAX, absences);
    int64_t until_us = at_us;
    for (size_t i = 0; i < count; i++) {
        if (absences[i].from_us <= until_us && absences[i].until_us > until_us)
            until_us = absences[i].until_us;
        if (absences[i].until_us < w->fairness->absence_ends_us)
            w->fairness->absence_ends_us = absences[i].until_us;
    }
    if (rep)
        eh_fairness_absent_until(rep, until_us);
}

void eh_fairness_time_after(const struct eh_fairness_watch *w, const struct eh_message *m,
                            int64_t at_us)
{
    if (m->type == EH_MESSAGE_DESK || m->type == EH_MESSAGE_ACCEPT_TIME)
        team_restart(w, at_us);
    if (m->type == EH_MESSAGE_ABSENCE)
        absence_look(w, m->rep, at_us);
}

void eh_fairness_time_end(const struct eh_fairness_watch *w, int64_t to_us)
{
    team_book(w, to_us);
}
