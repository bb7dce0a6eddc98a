/*
 * stays: on which days somebody was in a team, by what earlier desks said and what a desk says.
 *
 * From its day on the desk says it. Before that day, what was said then holds. But if the desk
 * writes out a date of the past, the stay around that date begins or ends with it.
 */
#include "stays.h"

#include "interner.h"
#include "state.h"

#include <stdlib.h>

static bool date_is_written(int32_t date, int32_t day)
{
    return date != EH_DATE_ALWAYS && date < day;
}

/* The last stay that began by this date, or NULL. */
static const struct stay *stay_begun_by(const struct told_of *t, int32_t date)
{
    const struct stay *found = NULL;
    for (uint32_t i = 0; i < t->past_count && t->past[i].from <= date; i++)
        found = &t->past[i];
    return found;
}

/* The days of the past that a range writes out. A range that only says when a stay ended leaves its
 * beginning as it was. False: the range writes out none. */
static bool range_span(const struct told_of *t, const struct eh_desk_member *range,
                       struct eh_stay *ret)
{
    bool from = date_is_written(range->from, t->day), until = date_is_written(range->until, t->day);
    if (!from && !until)
        return false;
    const struct stay *ended = from ? NULL : stay_begun_by(t, range->until);
    if (!from && !ended)
        return false;
    ret->from = from ? range->from : ended->from;
    ret->until = until ? range->until : t->day - 1;
    return true;
}

static bool stay_meets(const struct stay *stay, const struct eh_stay *span)
{
    return stay->from <= span->until && span->from <= stay->until;
}

static bool stay_meets_a_span(const struct told_of *t, const struct stay *stay)
{
    struct eh_stay span;
    for (uint32_t i = 0; i < t->range_count; i++)
        if (range_span(t, &t->ranges[i], &span) && stay_meets(stay, &span))
            return true;
    return false;
}

static bool span_meets_a_stay(const struct told_of *t, const struct eh_stay *span)
{
    for (uint32_t i = 0; i < t->past_count; i++)
        if (stay_meets(&t->past[i], span))
            return true;
    return false;
}

static void stays_sort(struct eh_stay *stays, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        for (uint32_t at = i; at > 0 && stays[at - 1].from > stays[at].from; at--) {
            struct eh_stay other = stays[at];
            stays[at] = stays[at - 1];
            stays[at - 1] = other;
        }
}

uint32_t eh_stays_corrected(const struct told_of *t, bool only, struct eh_stay *ret)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < t->past_count; i++)
        if (!stay_meets_a_span(t, &t->past[i]))
            ret[count++] = (struct eh_stay){t->past[i].from, t->past[i].until};
    for (uint32_t i = 0; i < t->range_count; i++)
        count += range_span(t, &t->ranges[i], &ret[count]) &&
                 (!only || span_meets_a_stay(t, &ret[count]));
    stays_sort(ret, count);
    return count;
}

/* Whether the range goes on with the last stay. One that is written to begin on that day is another
 * stay. */
static bool stay_goes_on(const struct told_of *t, const struct eh_desk_member *range,
                         const struct eh_stay *last)
{
    return t->day != EH_DATE_ALWAYS && range->from < t->day && last->until == t->day - 1;
}

uint32_t eh_stays_of(const struct told_of *t, struct eh_stay *ret)
{
    uint32_t count = eh_stays_corrected(t, false, ret);
    for (uint32_t i = 0; i < t->range_count; i++) {
        const struct eh_desk_member *range = &t->ranges[i];
        if (range->until < t->day)
            continue;
        if (count > 0 && stay_goes_on(t, range, &ret[count - 1]))
            ret[count - 1].until = range->until;
        else
            ret[count++] =
                (struct eh_stay){range->from > t->day ? range->from : t->day, range->until};
    }
    return count;
}

int eh_stays_any(const struct told_of *t, int32_t first, int32_t last)
{
    uint32_t most = t->past_count + 2 * t->range_count, count;
    struct eh_stay *stays = malloc((most + (size_t)1) * sizeof *stays);
    int any = 0;
    if (!stays)
        return -EH_ENOMEM;
    count = eh_stays_of(t, stays);
    for (uint32_t i = 0; i < count; i++)
        any |= stays[i].from <= last && first <= stays[i].until;
    free(stays);
    return any;
}

/* ---- one of many */

/* The first place in the past whose rep is not before this id. */
static uint32_t past_first(const struct eh_engine *e, const struct told *t, struct eh_str id)
{
    uint32_t low = 0, high = t->past_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (eh_str_compare(interned(&e->roster.rep_ids, t->past[middle].rep), id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t member_first(const struct told *t, struct eh_str id)
{
    uint32_t low = 0, high = t->team ? t->team->member_count : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (eh_str_compare(t->desk->reps[t->team->members[middle].rep].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool eh_stays_lists(const struct eh_desk *desk, const struct eh_desk_team *team, struct eh_str id)
{
    struct told told = {.desk = desk, .team = team};
    uint32_t at = member_first(&told, id);
    return team && at < team->member_count &&
           eh_str_equal(desk->reps[team->members[at].rep].id, id);
}

struct told_of eh_stays_find(const struct eh_engine *e, const struct told *t, struct eh_str id)
{
    struct told_of of = {.day = t->day};
    uint32_t past = past_first(e, t, id), member = member_first(t, id);
    uint32_t members = t->team ? t->team->member_count : 0;
    of.past = past < t->past_count ? &t->past[past] : NULL;
    for (;
         past < t->past_count && eh_str_equal(interned(&e->roster.rep_ids, t->past[past].rep), id);
         past++)
        of.past_count++;
    of.ranges = member < members ? &t->team->members[member] : NULL;
    for (; member < members && eh_str_equal(t->desk->reps[t->team->members[member].rep].id, id);
         member++)
        of.range_count++;
    return of;
}

/* ---- everybody */

struct walk {
    const struct eh_engine *e;
    const struct told *told;
    uint32_t past, member; /* places */
    struct eh_stay *stays;
    uint32_t capacity;
};

static struct eh_str walk_member_id(const struct walk *w)
{
    return w->told->desk->reps[w->told->team->members[w->member].rep].id;
}

/* All that is said of the rep who is next in order of id. */
static struct told_of walk_next(struct walk *w, struct eh_str *ret_id, uint32_t *ret_rep)
{
    const struct told *t = w->told;
    uint32_t members = t->team ? t->team->member_count : 0;
    struct told_of of = {.day = t->day};
    int order = w->past == t->past_count ? 1
                : w->member == members
                    ? -1
                    : eh_str_compare(interned(&w->e->roster.rep_ids, t->past[w->past].rep),
                                     walk_member_id(w));
    *ret_rep = order <= 0 ? t->past[w->past].rep : NONE;
    *ret_id = order <= 0 ? interned(&w->e->roster.rep_ids, *ret_rep) : walk_member_id(w);
    of.past = t->past_count ? &t->past[w->past] : NULL;
    for (; order <= 0 && w->past < t->past_count && t->past[w->past].rep == *ret_rep; w->past++)
        of.past_count++;
    if (order < 0)
        return of;
    of.ranges = &t->team->members[w->member];
    for (; w->member < members && t->team->members[w->member].rep == of.ranges->rep; w->member++)
        of.range_count++;
    return of;
}

int eh_stays_walk(const struct eh_engine *e, const struct told *told, stays_fn *each, void *context)
{
    struct walk w = {.e = e, .told = told};
    uint32_t members = told->team ? told->team->member_count : 0;
    int r = 0;
    while (r == 0 && (w.past < told->past_count || w.member < members)) {
        struct eh_str id;
        uint32_t rep;
        struct told_of of = walk_next(&w, &id, &rep);
        r = eh_array_room(&w.stays, &w.capacity, of.past_count + 2 * of.range_count, EH_ARRAY_MAX);
        if (r < 0)
            break;
        uint32_t count = eh_stays_of(&of, w.stays);
        r = count > 0 ? each(context, id, rep, w.stays, count) : 0;
    }
    free(w.stays);
    return r;
}
