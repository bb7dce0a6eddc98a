/*
 * schedules: the intervals of each schedule, and whose they are.
 *
 * What is over is passed over, and dropped when intervals are added. A team's is kept for
 * SCHEDULE_KEPT_US: how long a ticket took is asked afterwards. Any other is kept for SHIFT_GAP_US:
 * it tells a break from the time before a shift. `key` hashes all that a schedule was ever given,
 * so that the digest costs the same however long the list is.
 */
#include "schedules.h"

#include "canonical.h"
#include "digest.h"
#include "eligible.h"
#include "interner.h"
#include "shift_heap.h"
#include "state.h"

#include <stdlib.h>

/* ---- the list */

int eh_schedules_reserve(struct eh_engine *e, uint32_t number)
{
    struct schedules *all = &e->schedules;
    int r = eh_array_room(&all->items, &all->capacity, number, EH_SCHEDULES_MAX);
    if (r == 0)
        r = eh_shifts_reserve(e, number);
    if (r < 0)
        return r;
    for (; all->count < number; all->count++)
        all->items[all->count] = (struct schedule){.place = NONE};
    return 0;
}

struct schedule *eh_schedule(struct eh_engine *e, uint32_t number)
{
    return &e->schedules.items[number - 1];
}

/* The key goes on with what happened: intervals, or a cut, which is an interval without length. */
static void key_add(struct schedule *s, struct eh_interval interval)
{
    uint8_t bytes[EH_KEY_BYTES + 2 * sizeof(uint64_t)];
    uint64_t ends[2] = {(uint64_t)interval.from_us, (uint64_t)interval.until_us};
    eh_key_bytes(s->key, bytes);
    for (size_t i = 0; i < 2 * sizeof(uint64_t); i++)
        bytes[EH_KEY_BYTES + i] = (uint8_t)(ends[i / 8] >> (56 - 8 * (i % 8)));
    s->key = eh_hash_state(bytes, sizeof bytes);
}

/* ... or the minutes of days, of which the record has the bytes. */
static int key_add_days(struct eh_engine *e, struct schedule *s,
                        const struct eh_schedule_record *record, int32_t today)
{
    struct eh_bytes *bytes = &e->scratch;
    eh_bytes_clear(bytes);
    eh_put_key(bytes, s->key);
    eh_bytes_put_i(bytes, today);
    eh_bytes_put_i(bytes, record->first);
    eh_bytes_put(bytes, record->left.at, (size_t)(record->left.end - record->left.at));
    if (bytes->failed)
        return -EH_ENOMEM;
    s->key = eh_hash_state(bytes->data, bytes->size);
    return 0;
}

static bool interval_has(struct eh_interval interval, int64_t at_us)
{
    return interval.from_us <= at_us && at_us < interval.until_us;
}

static bool schedule_is_on(const struct schedule *s, int64_t at_us)
{
    return s->first < s->count && interval_has(s->intervals[s->first], at_us);
}

/* Drops what nobody asks for any more. */
static void schedule_trim(struct eh_engine *e, struct schedule *s, int64_t now_us)
{
    uint32_t gone = 0;
    int64_t kept_us = e->rules >= EH_RULES_BREAKS ? SHIFT_GAP_US : 0;
    if (s->teams)
        kept_us = SCHEDULE_KEPT_US;
    while (gone < s->first && s->intervals[gone].until_us <= now_us - kept_us)
        gone++;
    if (gone == 0)
        return;
    memmove(s->intervals, &s->intervals[gone], (s->count - gone) * sizeof *s->intervals);
    s->count -= gone;
    s->first -= gone;
    e->schedules.intervals -= gone;
}

bool eh_schedule_has_break(const struct schedule *s, int64_t now_us)
{
    if (s->first == 0 || s->first == s->count)
        return false;
    const struct eh_interval gap = {s->intervals[s->first - 1].until_us,
                                    s->intervals[s->first].from_us};
    return interval_has(gap, now_us) && gap.until_us - gap.from_us < SHIFT_GAP_US;
}

int64_t eh_schedule_pass(struct schedule *s, int64_t now_us)
{
    int64_t ended_us = 0;
    for (; s->first < s->count && s->intervals[s->first].until_us <= now_us; s->first++) {
        int64_t end = s->intervals[s->first].until_us;
        bool last = s->first + 1 == s->count;
        if (!ended_us && (last || s->intervals[s->first + 1].from_us - end >= SHIFT_GAP_US))
            ended_us = end;
    }
    return ended_us;
}

void eh_schedule_seek(struct eh_engine *e, uint32_t number, int64_t now_us)
{
    struct schedule *s = eh_schedule(e, number);
    while (s->first > 0 && s->intervals[s->first - 1].until_us > now_us)
        s->first--;
    while (s->first < s->count && s->intervals[s->first].until_us <= now_us)
        s->first++;
    s->stale = s->on != schedule_is_on(s, now_us);
    eh_shift_place(e, number);
}

int eh_schedule_add(struct eh_engine *e, uint32_t number, struct eh_interval interval,
                    int64_t now_us)
{
    struct schedule *s = eh_schedule(e, number);
    key_add(s, interval);
    schedule_trim(e, s, now_us);
    struct eh_interval *last = s->count ? &s->intervals[s->count - 1] : NULL;
    if (last && last->until_us > interval.from_us)
        interval.from_us = last->until_us;
    if (interval.until_us <= interval.from_us)
        return 0;
    if (last && last->until_us == interval.from_us) {
        last->until_us = interval.until_us;
        return 0;
    }
    int r = eh_array_room(&s->intervals, &s->capacity, s->count + (size_t)1, EH_ARRAY_MAX);
    if (r < 0)
        return r;
    s->intervals[s->count++] = interval;
    e->schedules.intervals++;
    return 0;
}

int eh_schedule_tell_days(struct eh_engine *e, const struct eh_schedule_record *record,
                          int32_t today)
{
    struct schedule *s = eh_schedule(e, record->schedule);
    int r = key_add_days(e, s, record, today);
    return r < 0 ? r : eh_work_days_take(&s->days, *record, today);
}

void eh_schedule_cut(struct eh_engine *e, uint32_t number, int64_t now_us)
{
    struct schedule *s = eh_schedule(e, number);
    key_add(s, (struct eh_interval){now_us, now_us});
    while (s->count > 0 && s->intervals[s->count - 1].from_us >= now_us) {
        s->count--;
        e->schedules.intervals--;
    }
    if (s->count > 0 && s->intervals[s->count - 1].until_us > now_us)
        s->intervals[s->count - 1].until_us = now_us;
    if (s->first > s->count)
        s->first = s->count;
}

/* ---- whose it is */

static bool rep_has_hours(const struct eh_engine *e, const struct rep *rep)
{
    return e->desk && rep->present && e->desk->desk->reps[rep->desk_index].hours;
}

uint32_t eh_schedule_of(const struct eh_engine *e, uint32_t team_no, uint32_t rep_no)
{
    const struct rep *rep = &e->roster.reps[rep_no];
    const struct team *team = &e->roster.teams[team_no];
    if (rep->schedule)
        return rep->schedule;
    if (rep_has_hours(e, rep))
        return SCHEDULE_UNTOLD;
    return team->schedule || !team->desk || !team->desk->hours ? team->schedule : SCHEDULE_UNTOLD;
}

static uint32_t member_schedule(const struct eh_engine *e, uint32_t team, uint32_t position)
{
    return eh_schedule_of(e, team, e->roster.teams[team].members[position].rep);
}

static uint32_t team_at(const struct eh_engine *e, uint32_t place)
{
    return eh_interner_find(&e->roster.team_ids, e->desk->desk->teams[place].id);
}

static bool is_number(uint32_t schedule)
{
    return schedule != 0 && schedule != SCHEDULE_UNTOLD;
}

static void members_count(struct eh_engine *e)
{
    struct schedules *all = &e->schedules;
    for (uint32_t i = 0; i < all->count; i++) {
        all->items[i].member_count = 0;
        all->items[i].teams = false;
    }
    for (uint32_t place = 0; place < e->desk->desk->team_count; place++) {
        uint32_t team = team_at(e, place);
        if (e->roster.teams[team].schedule)
            eh_schedule(e, e->roster.teams[team].schedule)->teams = true;
        for (uint32_t i = 0; i < e->roster.teams[team].member_count; i++) {
            uint32_t schedule = member_schedule(e, team, i);
            if (is_number(schedule))
                eh_schedule(e, schedule)->member_count++;
        }
    }
}

static uint32_t members_place(struct schedules *all)
{
    uint32_t total = 0;
    for (uint32_t i = 0; i < all->count; i++) {
        all->items[i].members = total;
        total += all->items[i].member_count;
        all->items[i].member_count = 0;
    }
    return total;
}

static void members_put(struct eh_engine *e)
{
    struct schedules *all = &e->schedules;
    for (uint32_t place = 0; place < e->desk->desk->team_count; place++) {
        uint32_t team = team_at(e, place);
        for (uint32_t i = 0; i < e->roster.teams[team].member_count; i++) {
            uint32_t schedule = member_schedule(e, team, i);
            if (!is_number(schedule))
                continue;
            struct schedule *s = eh_schedule(e, schedule);
            all->members[s->members + s->member_count++] = (struct membership){team, i};
        }
    }
}

int eh_schedules_lay_out(struct eh_engine *e)
{
    struct schedules *all = &e->schedules;
    if (!e->desk || all->count == 0)
        return 0;
    members_count(e);
    uint32_t total = members_place(all);
    int r = eh_array_room(&all->members, &all->members_capacity, total + (size_t)1, EH_ARRAY_MAX);
    if (r == 0)
        members_put(e);
    return r;
}

/* ---- what members are told */

/* Whether a schedule says off to its member number `at`. */
static bool schedule_says_off(const struct schedules *all, uint32_t number, uint32_t at)
{
    const struct shift_turn *turn = &all->turn;
    bool told = turn->schedule == number && at < turn->done;
    return told ? !turn->on : !all->items[number - 1].on;
}

static void member_tell(struct eh_engine *e, struct membership m, bool off)
{
    struct member *member = &e->roster.teams[m.team].members[m.position];
    if (member->off == off)
        return;
    member->off = off;
    eh_eligible_member(e, m.team, m.position);
}

/* Those who have no schedule with a number: always on, or not told yet. */
static void unnumbered_tell(struct eh_engine *e, uint32_t team)
{
    for (uint32_t i = 0; i < e->roster.teams[team].member_count; i++) {
        uint32_t schedule = member_schedule(e, team, i);
        if (!is_number(schedule))
            member_tell(e, (struct membership){team, i}, schedule == SCHEDULE_UNTOLD);
    }
}

void eh_schedules_tell(struct eh_engine *e)
{
    const struct schedules *all = &e->schedules;
    if (!e->desk)
        return;
    for (uint32_t number = 1; number <= all->count; number++) {
        const struct schedule *s = &all->items[number - 1];
        for (uint32_t i = 0; i < s->member_count; i++)
            member_tell(e, all->members[s->members + i], schedule_says_off(all, number, i));
    }
    for (uint32_t place = 0; place < e->desk->desk->team_count; place++)
        unnumbered_tell(e, team_at(e, place));
}

void eh_schedules_done(struct eh_engine *e)
{
    for (uint32_t i = 0; i < e->schedules.count; i++) {
        free(e->schedules.items[i].intervals);
        free(e->schedules.items[i].days.minutes);
    }
    free(e->schedules.items);
    free(e->schedules.members);
    free(e->schedules.heap);
}
