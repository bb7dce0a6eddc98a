/*
 * schedule_step: the message SCHEDULE: the shell hands over who works when.
 *
 * All of its text is checked before anything changes. What goes on or off by it does so in the same
 * step. A rep or team whom nobody ever named is passed over.
 */
#include "digest.h"
#include "effects.h"
#include "hours_past.h"
#include "interner.h"
#include "schedules.h"
#include "shifts.h"
#include "state.h"
#include "step.h"
#include "steps.h"

static struct eh_reader text_reader(const struct step *s)
{
    return eh_reader(s->m.text.data, s->m.text.size);
}

/* ---- checked */

/* Makes room for all schedules that are named, so that nothing can fail later. */
static int numbers_reserve(struct step *s, struct eh_error *error)
{
    struct eh_reader in = text_reader(s);
    struct eh_schedule_record record;
    uint32_t most = 0;
    int r;
    while ((r = eh_schedule_next(&in, &record, error)) > 0)
        most = record.schedule > most ? record.schedule : most;
    if (r < 0 || most == 0)
        return r;
    r = eh_schedules_reserve(s->e, most);
    for (uint32_t i = 0; r == 0 && i < s->e->schedules.count; i++) {
        struct schedule *one = &s->e->schedules.items[i];
        one->planned = one->count - one->first;
    }
    return r;
}

/* Whether every schedule, and all together, stay within their bounds. */
static int counts_refuse(struct step *s)
{
    struct eh_reader in = text_reader(s);
    struct eh_schedule_record record;
    uint64_t all = s->e->schedules.intervals;
    while (eh_schedule_next(&in, &record, NULL) > 0) {
        if (record.kind == EH_SCHEDULE_REPLACE)
            eh_schedule(s->e, record.schedule)->planned = 0;
        if (record.kind != EH_SCHEDULE_INTERVALS)
            continue;
        struct schedule *one = eh_schedule(s->e, record.schedule);
        one->planned += record.count;
        all += record.count;
        if (one->planned > EH_SCHEDULE_INTERVALS_MAX)
            return eh_step_refuse(s, EH_EFULL, "schedule %u has more than %d intervals ahead",
                                  record.schedule, EH_SCHEDULE_INTERVALS_MAX);
        if (all > EH_SCHEDULE_INTERVALS_ALL_MAX)
            return eh_step_refuse(s, EH_EFULL, "all schedules have more than %d intervals",
                                  EH_SCHEDULE_INTERVALS_ALL_MAX);
    }
    return 0;
}

/* Whether the minutes are those of days that can be held. */
static int days_refuse(struct step *s)
{
    struct eh_reader in = text_reader(s);
    struct eh_schedule_record record;
    while (eh_schedule_next(&in, &record, NULL) > 0) {
        if (record.kind != EH_SCHEDULE_MINUTES)
            continue;
        if (s->e->rules < EH_RULES_CONTRACT)
            return eh_step_refuse(s, EH_EINVAL, "minutes of days are not kept under rules %u",
                                  s->e->rules);
        if (!eh_work_days_fit(&record, s->in->date))
            return eh_step_refuse(s, EH_EINVAL,
                                  "schedule %u: minutes of days that are not within %d days back "
                                  "and %d ahead",
                                  record.schedule, EH_CONTRACT_DAYS, WORK_DAYS_AHEAD);
    }
    return 0;
}

/* ---- taken over */

static int owner_set(struct eh_engine *e, const struct eh_schedule_record *record)
{
    bool rep = record->kind == EH_SCHEDULE_REP;
    uint32_t no = eh_interner_find(rep ? &e->roster.rep_ids : &e->roster.team_ids, record->id);
    if (no == NONE)
        return 0;
    if (rep) {
        e->roster.reps[no].schedule = record->schedule;
        eh_digest_rep_hours(e, no);
    } else {
        e->roster.teams[no].schedule = record->schedule;
        eh_digest_team_hours(e, no);
    }
    return eh_hours_past_say(e, !rep, no, record->schedule);
}

static int intervals_add(struct step *s, struct eh_schedule_record *record)
{
    struct eh_interval interval;
    int r = 0;
    eh_schedule(s->e, record->schedule)->grew = true;
    while (r == 0 && eh_schedule_interval(record, &interval))
        r = eh_schedule_add(s->e, record->schedule, interval, s->now_us);
    return r;
}

static int record_apply(struct step *s, struct eh_schedule_record *record, bool *owners)
{
    struct eh_engine *e = s->e;
    int r = 0;
    if (record->schedule)
        eh_schedule(e, record->schedule)->known = true;
    if (record->kind == EH_SCHEDULE_WINDOW) {
        e->schedules.window_us = record->until_us;
    } else if (record->kind == EH_SCHEDULE_REP || record->kind == EH_SCHEDULE_TEAM) {
        r = owner_set(e, record);
        *owners = true;
    } else if (record->kind == EH_SCHEDULE_REPLACE) {
        eh_schedule_cut(e, record->schedule, s->now_us);
    } else if (record->kind == EH_SCHEDULE_MINUTES) {
        r = eh_schedule_tell_days(e, record, s->in->date);
    } else {
        r = intervals_add(s, record);
    }
    if (r == 0 && record->schedule) {
        eh_schedule_seek(e, record->schedule, s->now_us);
        eh_digest_schedule(e, record->schedule);
    }
    return r;
}

/* Whether a team has more hours now, of those that grew. */
static bool team_grew(struct eh_engine *e)
{
    bool grew = false;
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++) {
        uint32_t number = e->roster.teams[i].schedule;
        grew |= number != 0 && eh_schedule(e, number)->grew;
    }
    for (uint32_t i = 0; i < e->schedules.count; i++)
        e->schedules.items[i].grew = false;
    return grew;
}

int eh_step_schedule(struct step *s)
{
    struct eh_error error = {0};
    int r = s->m.text.size > EH_SCHEDULE_TEXT_MAX
                ? eh_error_set(&error, EH_EFULL, "text: is above %u bytes", EH_SCHEDULE_TEXT_MAX)
                : numbers_reserve(s, &error);
    if (r == -EH_ENOMEM)
        return r;
    r = r < 0 ? eh_step_refuse(s, -r, "%s", error.text) : counts_refuse(s);
    if (r == 0 && !s->fx->refused)
        r = days_refuse(s);
    if (r < 0 || s->fx->refused)
        return r;
    s->touched = true;
    struct eh_reader in = text_reader(s);
    struct eh_schedule_record record;
    bool owners = false;
    while (r == 0 && eh_schedule_next(&in, &record, NULL) > 0)
        r = record_apply(s, &record, &owners);
    if (r == 0 && owners)
        r = eh_schedules_lay_out(s->e);
    if (r == 0 && owners)
        eh_schedules_tell(s->e);
    if (r == 0 && (team_grew(s->e) || owners))
        eh_clocks_set(s->e);
    if (r == 0)
        eh_shifts_turn(s, UINT32_MAX);
    eh_digest_hours(s->e);
    s->fx->shifts = true;
    return r;
}
