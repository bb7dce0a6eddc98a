/*
 * hours_view: until when a rep is off, or at work, as readers are told.
 *
 * Shifts and absences are looked at together: a rep whose shift begins within their holiday is off
 * until the first moment that is in a shift and in no absence.
 */
#include "hours_view.h"

#include "absences.h"
#include "member.h"
#include "roster.h"
#include "schedules.h"
#include "state.h"

/* So many changes are looked at; after that nobody knows. */
#define CHANGES_MAX 256

/* The end of an absence that lasts at this time, or the time itself. */
static int64_t absence_end(const struct rep *rep, int64_t at_us)
{
    for (uint32_t i = 0; i < rep->absence_count; i++)
        if (rep->absences[i].from_us <= at_us && at_us < rep->absences[i].until_us)
            return rep->absences[i].until_us;
    return at_us;
}

/* When the schedule is on next, from this time on. */
static int64_t schedule_on_from(const struct eh_engine *e, uint32_t number, int64_t at_us)
{
    if (number == 0)
        return at_us;
    if (number == SCHEDULE_UNTOLD)
        return EH_TIME_NEVER;
    const struct schedule *s = &e->schedules.items[number - 1];
    for (uint32_t i = s->first; i < s->count; i++)
        if (at_us < s->intervals[i].until_us)
            return s->intervals[i].from_us > at_us ? s->intervals[i].from_us : at_us;
    return EH_TIME_NEVER;
}

static int64_t schedule_on_until(const struct eh_engine *e, uint32_t number)
{
    if (number == 0 || number == SCHEDULE_UNTOLD)
        return EH_TIME_NEVER;
    const struct schedule *s = &e->schedules.items[number - 1];
    return s->first < s->count ? s->intervals[s->first].until_us : EH_TIME_NEVER;
}

/* When the rep works next by this schedule. */
static int64_t works_from(const struct eh_engine *e, const struct rep *rep, uint32_t number)
{
    int64_t at_us = e->at_us;
    for (int i = 0; i < CHANGES_MAX; i++) {
        int64_t on = schedule_on_from(e, number, at_us);
        if (on == EH_TIME_NEVER)
            return on;
        at_us = absence_end(rep, on);
        if (at_us == on || at_us == EH_TIME_NEVER)
            return at_us;
    }
    return EH_TIME_NEVER;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When the first absence to come begins. */
static int64_t absence_begins(const struct rep *rep)
{
    int64_t begins = EH_TIME_NEVER;
    for (uint32_t i = 0; i < rep->absence_count; i++)
        if (!rep->absences[i].begun)
            begins = least(begins, rep->absences[i].from_us);
    return begins;
}

/* ---- the end of an `away` without one, as shifts.c ends it */

/* Whether the schedule is in a shift at this time, which may be to come. */
static bool schedule_is_on(const struct schedule *s, int64_t at_us)
{
    for (uint32_t i = s->first; i < s->count && s->intervals[i].from_us <= at_us; i++)
        if (at_us < s->intervals[i].until_us)
            return true;
    return false;
}

/* The first end of a shift behind this time. A break is none; neither is what was handed over. */
static int64_t shift_end(const struct eh_engine *e, const struct schedule *s, int64_t after_us)
{
    for (uint32_t i = s->first; i < s->count; i++) {
        int64_t end = s->intervals[i].until_us;
        int64_t next = i + 1 < s->count ? s->intervals[i + 1].from_us : e->schedules.window_us;
        if (end > after_us && next - end >= SHIFT_GAP_US)
            return end;
    }
    return EH_TIME_NEVER;
}

/* The schedule of an active membership; NULL: it is not active, or has none. */
static const struct schedule *schedule_at(const struct eh_engine *e, const struct rep *rep,
                                          uint32_t i, bool *ret_active)
{
    struct membership m = rep->memberships[i];
    const struct member *member = &e->roster.teams[m.team].members[m.position];
    uint32_t number = eh_schedule_of(e, m.team, member->rep);
    *ret_active = member->active;
    return number == 0 || number == SCHEDULE_UNTOLD ? NULL : &e->schedules.items[number - 1];
}

static bool rep_works_at(const struct eh_engine *e, const struct rep *rep, int64_t at_us)
{
    for (uint32_t i = 0; i < rep->membership_count; i++) {
        bool active;
        const struct schedule *s = schedule_at(e, rep, i, &active);
        if (active && (!s || schedule_is_on(s, at_us)))
            return true;
    }
    return false;
}

static int64_t away_until(const struct eh_engine *e, uint32_t rep_no)
{
    const struct rep *rep = &e->roster.reps[rep_no];
    int64_t after_us = e->at_us;
    if (eh_rep_presumed_status(e, rep_no) == EH_STATUS_AWAY)
        return EH_TIME_NEVER;
    for (int n = 0; n < CHANGES_MAX; n++) {
        int64_t end = EH_TIME_NEVER;
        for (uint32_t i = 0; i < rep->membership_count; i++) {
            bool active;
            const struct schedule *s = schedule_at(e, rep, i, &active);
            end = active && s ? least(end, shift_end(e, s, after_us)) : end;
        }
        if (end == EH_TIME_NEVER || !rep_works_at(e, rep, end))
            return end;
        after_us = end;
    }
    return EH_TIME_NEVER;
}

/* ---- */

int64_t eh_off_until(const struct eh_engine *e, uint32_t team, uint32_t rep)
{
    return works_from(e, &e->roster.reps[rep], eh_schedule_of(e, team, rep));
}

void eh_hours_view(const struct eh_engine *e, uint32_t rep_no, struct eh_rep_view *ret)
{
    const struct rep *rep = &e->roster.reps[rep_no];
    bool any = false, on = false;
    int64_t off_until = EH_TIME_NEVER, on_until = 0;
    for (uint32_t i = 0; i < rep->membership_count; i++) {
        struct membership m = rep->memberships[i];
        const struct member *member = &e->roster.teams[m.team].members[m.position];
        if (!member->active)
            continue;
        uint32_t number = eh_schedule_of(e, m.team, rep_no);
        any = true;
        off_until = least(off_until, works_from(e, rep, number));
        if (member->off || rep->absent)
            continue;
        on = true;
        int64_t until = schedule_on_until(e, number);
        on_until = until > on_until ? until : on_until;
    }
    ret->off = any && !on;
    ret->absent = rep->absent;
    ret->off_until_us = ret->off ? off_until : 0;
    ret->on_until_us = on ? least(on_until, absence_begins(rep)) : EH_TIME_NEVER;
    bool runs = rep->status == EH_STATUS_AWAY && rep->until_us == EH_TIME_NEVER;
    ret->ends_us = runs ? away_until(e, rep_no) : rep->until_us;
}
