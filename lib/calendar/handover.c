/*
 * handover: what has to be handed over to the engine.
 *
 * Each group of equal hours has one schedule. It keeps the number that its people have. Where the
 * engine holds other intervals than the desk file says, all of them are replaced; otherwise what
 * lies behind the window is appended. So are the minutes of days: from today on, or behind the last
 * day that it holds.
 */
#include <evenhand/calendar/handover.h>

#include <evenhand/base/array.h>
#include <evenhand/wire/hours.h>

#include <stdlib.h>

#include "uses.h"

#define DAY_S  86400
#define DAY_US (DAY_S * INT64_C(1000000))
#define ZONES_DAYS                                                                                 \
    2 /* so far apart are dates of different zones at most, with what is over midnight */

struct maker {
    struct eh_handover *to;
    const struct eh_held *held;
    struct eh_uses uses;
    const struct eh_hours_zone *zone;
    struct eh_bytes record; /* the one that is being written */
    int64_t from_us, now_us, window_us, until_us;
    int32_t first, last; /* days that are expanded */
    int32_t today, end;  /* minutes are due of the days from today to the one before `end` */
    uint16_t *minutes;   /* of the group at hand, from the day `first` on */
    uint32_t highest;    /* of all numbers, the new ones included */
    uint8_t *taken;      /* by number: HAD, TAKEN, or both */
    uint32_t *numbers;   /* by use */
};

#define HAD   1 /* somebody had the number */
#define TAKEN 2 /* a group has it */

/* ---- Texts. */

/* Puts the record that was written behind the last text, or into a new one. */
static int record_end(struct maker *m)
{
    struct eh_handover *to = m->to;
    struct eh_bytes *text = to->count ? &to->texts[to->count - 1] : NULL;
    if (m->record.failed)
        return -EH_ENOMEM;
    if (!text || text->size + m->record.size > EH_SCHEDULE_TEXT_MAX) {
        int r = eh_array_room(&to->texts, &to->room, to->count + 1, EH_HANDOVER_TEXTS_MAX);
        if (r < 0)
            return r;
        text = &to->texts[to->count++];
        *text = (struct eh_bytes)EH_BYTES_INIT;
    }
    eh_bytes_put(text, m->record.data, m->record.size);
    eh_bytes_clear(&m->record);
    return text->failed ? -EH_ENOMEM : 0;
}

/* ---- One group: its number, and its intervals. */

static uint32_t use_holds(const struct maker *m, const struct eh_use *use)
{
    return use->is_team ? m->held->of_team(m->held->context, use->id)
                        : m->held->of_rep(m->held->context, use->id);
}

/* A number that somebody of the group has and no other group took; 0: none. */
static uint32_t number_kept(const struct maker *m, uint32_t at, uint32_t end)
{
    for (; at < end; at++)
        if (m->numbers[at] && !(m->taken[m->numbers[at]] & TAKEN))
            return m->numbers[at];
    return 0;
}

/* A number that nobody has; 0: there is none left. */
static uint32_t number_free(struct maker *m)
{
    for (uint32_t n = 1; n <= m->highest; n++)
        if (m->taken[n] == 0)
            return n;
    return m->highest < EH_SCHEDULES_MAX ? ++m->highest : 0;
}

/* The first of `count` intervals that is not over at `us`. */
static uint32_t intervals_from(const struct eh_interval *all, uint32_t count, int64_t us)
{
    uint32_t i = 0;
    while (i < count && all[i].until_us <= us)
        i++;
    return i;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Whether both say the same from now to the end of the window. */
static bool intervals_agree(const struct maker *m, const struct eh_interval *a, uint32_t a_count,
                            const struct eh_hours *b)
{
    uint32_t i = intervals_from(a, a_count, m->now_us);
    uint32_t j = intervals_from(b->spans, b->count, m->now_us);
    for (;; i++, j++) {
        bool a_ends = i == a_count || a[i].from_us >= m->window_us;
        bool b_ends = j == b->count || b->spans[j].from_us >= m->window_us;
        if (a_ends || b_ends)
            return a_ends && b_ends;
        if (most(a[i].from_us, m->now_us) != most(b->spans[j].from_us, m->now_us) ||
            least(a[i].until_us, m->window_us) != least(b->spans[j].until_us, m->window_us))
            return false;
    }
}

static int intervals_put(struct maker *m, uint32_t number, const struct eh_hours *hours)
{
    if (hours->count == 0)
        return 0;
    eh_schedule_put_intervals(&m->record, number, hours->spans, hours->count);
    return record_end(m);
}

/* Replaces all that the number has, if it has been handed over before. */
static int group_replace(struct maker *m, uint32_t number, bool is_new,
                         const struct eh_hours *hours)
{
    int r = 0;
    if (!is_new) {
        eh_schedule_put_replace(&m->record, number);
        r = record_end(m);
    }
    return r < 0 ? r : intervals_put(m, number, hours);
}

static int group_put(struct maker *m, uint32_t number, bool is_new, struct eh_hours *hours)
{
    const struct eh_interval *held;
    uint32_t count = is_new ? 0 : m->held->intervals(m->held->context, number, &held);
    if (is_new || !intervals_agree(m, held, count, hours))
        return group_replace(m, number, is_new, hours);
    eh_hours_clip(hours, m->window_us, m->until_us);
    return intervals_put(m, number, hours);
}

/* ---- Its minutes. */

/* Whether the minutes that are held say the same of all days from today on, as far as they go. */
static bool minutes_agree(const struct maker *m, const uint16_t *held, int32_t first, int32_t end)
{
    if (first > m->today)
        return false;
    for (int32_t day = m->today; day < end && day < m->end; day++)
        if (held[day - first] != m->minutes[day - m->first])
            return false;
    return true;
}

/* Days behind those that are held; all from today on, if they are others. */
static int minutes_put(struct maker *m, uint32_t number, bool is_new)
{
    const uint16_t *held;
    int32_t first, from = m->today;
    if (!m->held->minutes)
        return 0;
    uint32_t count = is_new ? 0 : m->held->minutes(m->held->context, number, &first, &held);
    int32_t end = count ? first + (int32_t)count : 0;
    if (count && minutes_agree(m, held, first, end))
        from = end > m->first ? end : m->first + 1; /* of `first` what began before is not known */
    if (from >= m->end)
        return 0;
    eh_schedule_put_minutes(&m->record, number, from, &m->minutes[from - m->first],
                            (uint32_t)(m->end - from));
    return record_end(m);
}

/* ---- The whole group. */

static int group_number(struct maker *m, uint32_t at, uint32_t end, uint32_t *ret)
{
    uint32_t number = number_kept(m, at, end);
    if (number == 0)
        number = number_free(m);
    if (number == 0)
        return -EH_EFULL;
    m->taken[number] |= TAKEN;
    *ret = number;
    return 0;
}

/* Of hours without work one is named, the others are counted. */
static void group_look(struct maker *m, const struct eh_use *use, const struct eh_hours *hours)
{
    if (intervals_from(hours->spans, hours->count, m->now_us) < hours->count)
        return;
    bool is_own = use->hours->id.size == 0;
    if (m->to->idle++ == 0)
        eh_format(m->to->idle_of, sizeof m->to->idle_of, "%s %.*s",
                  !is_own        ? "calendar"
                  : use->is_team ? "team"
                                 : "rep",
                  EH_STR_ARG(is_own ? use->id : use->hours->id));
}

static int group_make(struct maker *m, uint32_t at, uint32_t end, uint32_t *ret_number)
{
    EH_AUTO(eh_hours) struct eh_hours hours = EH_HOURS_INIT;
    uint32_t before = m->highest;
    int r = eh_hours_expand_days(m->uses.items[at].hours, m->zone, m->first, m->last, &hours,
                                 m->minutes);
    if (r == 0)
        r = group_number(m, at, end, ret_number);
    if (r < 0)
        return r;
    eh_hours_clip(&hours, m->from_us, m->until_us);
    group_look(m, &m->uses.items[at], &hours);
    r = group_put(m, *ret_number, m->highest > before, &hours);
    return r < 0 ? r : minutes_put(m, *ret_number, m->highest > before);
}

/* ---- Whose they are. */

static int use_put(struct maker *m, const struct eh_use *use, uint32_t number)
{
    if (use->is_team)
        eh_schedule_put_team(&m->record, use->id, number);
    else
        eh_schedule_put_rep(&m->record, use->id, number);
    return record_end(m);
}

/* Whoever has hours no longer. */
static int none_put(struct maker *m, const struct eh_desk *desk)
{
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < desk->team_count; i++) {
        const struct eh_use use = {NULL, desk->teams[i].id, true};
        if (!desk->teams[i].hours && use_holds(m, &use))
            r = use_put(m, &use, 0);
    }
    for (uint32_t i = 0; r == 0 && i < desk->rep_count; i++) {
        const struct eh_use use = {NULL, desk->reps[i].id, false};
        if (!desk->reps[i].hours && use_holds(m, &use))
            r = use_put(m, &use, 0);
    }
    return r;
}

static int groups_make(struct maker *m)
{
    uint32_t *now = calloc(m->uses.count + (size_t)1, sizeof *now);
    int r = now ? 0 : -EH_ENOMEM;
    for (uint32_t at = 0, end; r == 0 && at < m->uses.count; at = end) {
        end = eh_uses_next(&m->uses, at);
        r = group_make(m, at, end, &now[at]);
        for (uint32_t i = at; i < end; i++)
            now[i] = now[at];
    }
    for (uint32_t i = 0; r == 0 && i < m->uses.count; i++)
        if (now[i] != m->numbers[i])
            r = use_put(m, &m->uses.items[i], now[i]);
    free(now);
    return r;
}

/* Numbers that somebody of the desk has are nobody else's, not even when they get another. */
static int numbers_look(struct maker *m)
{
    m->highest = m->held->highest(m->held->context, &m->window_us);
    m->taken = calloc(EH_SCHEDULES_MAX + (size_t)1, 1);
    m->numbers = calloc(m->uses.count + (size_t)1, sizeof *m->numbers);
    if (!m->taken || !m->numbers)
        return -EH_ENOMEM;
    for (uint32_t i = 0; i < m->uses.count; i++) {
        m->numbers[i] = use_holds(m, &m->uses.items[i]);
        m->taken[m->numbers[i]] |= HAD;
    }
    return 0;
}

/* From a day before now, or from the end of the window if that is over, until the desk's midnight
 * in EH_SCHEDULE_DAYS. */
static int window_set(struct maker *m, const struct eh_desk *desk, const struct eh_handover_at *at)
{
    m->now_us = at->now_us;
    m->from_us = at->now_us - DAY_US;
    if (m->window_us > 0 && m->window_us < m->from_us)
        m->from_us = most(m->window_us, at->now_us - EH_HANDOVER_BACK_DAYS * DAY_US);
    m->first = (int32_t)(m->from_us / DAY_US) - ZONES_DAYS;
    m->today = at->date;
    m->end = at->date + EH_SCHEDULE_DAYS + 1;
    m->last = at->date + EH_SCHEDULE_DAYS + ZONES_DAYS;
    int64_t end_s = (int64_t)(at->date + EH_SCHEDULE_DAYS + 1) * DAY_S;
    int64_t end_us = m->zone->instant(m->zone->context, desk->time_zone, end_s) * 1000000;
    m->until_us = most(end_us, m->window_us);
    m->minutes = calloc((size_t)(m->last - m->first + 1), sizeof *m->minutes);
    return m->minutes ? 0 : -EH_ENOMEM;
}

static int window_put(struct maker *m)
{
    if (m->uses.count == 0 || m->until_us == m->window_us)
        return 0;
    eh_schedule_put_window(&m->record, m->until_us);
    return record_end(m);
}

int eh_handover_make(const struct eh_desk *desk, const struct eh_held *held,
                     const struct eh_handover_at *at, struct eh_handover *to)
{
    struct maker m = {.to = to, .held = held, .zone = at->zone};
    int r = eh_uses_make(desk, &m.uses);
    if (r == 0)
        r = numbers_look(&m);
    if (r == 0)
        r = window_set(&m, desk, at);
    if (r == 0)
        r = groups_make(&m);
    if (r == 0)
        r = none_put(&m, desk);
    if (r == 0)
        r = window_put(&m);
    eh_uses_done(&m.uses);
    eh_bytes_done(&m.record);
    free(m.taken);
    free(m.numbers);
    free(m.minutes);
    return r;
}

void eh_handover_done(struct eh_handover *to)
{
    for (uint32_t i = 0; i < to->count; i++)
        eh_bytes_done(&to->texts[i]);
    free(to->texts);
    *to = (struct eh_handover){0};
}
