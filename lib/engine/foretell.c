/*
 * foretell: how a new desk changes days of members in periods that are not closed, told before it
 * takes effect. The same function that turns days into the past makes them here (eh_past_fold).
 */
#include "interner.h"
#include "past.h"
#include "period_list.h"
#include "state.h"
#include "stays.h"

#include <stdlib.h>

/* Everybody's stays under one desk, one rep behind the other. */
struct spans {
    struct span {
        struct eh_str rep;
        struct eh_stay days;
    } * items;
    uint32_t count, capacity;
};

struct foretelling {
    const struct eh_engine *e;
    const struct eh_desk *new;
    int32_t today;
    uint32_t team;
    const struct eh_desk_team *was, *is; /* NULL: not on that desk */
    struct spans before, after;
    eh_desk_line_fn *line;
    void *context;
    uint64_t lines;
};

/* One rep in one period. */
struct account_of {
    struct eh_str rep;
    const struct span *spans[2];
    uint32_t counts[2];
    bool leaves; /* the team or the desk */
};

static int spans_take(void *context, struct eh_str id, uint32_t rep, const struct eh_stay *stays,
                      uint32_t count)
{
    struct spans *to = context;
    (void)rep;
    int r = eh_array_room(&to->items, &to->capacity, to->count + count, EH_ARRAY_MAX);
    for (uint32_t i = 0; r == 0 && i < count; i++)
        to->items[to->count++] = (struct span){id, stays[i]};
    return r;
}

/* Everybody's stays now, and as they will be once the new desk has taken effect. */
static int spans_gather(struct foretelling *f)
{
    const struct team *team = &f->e->roster.teams[f->team];
    struct past past = team->past, *turned = NULL;
    struct told before = {.past = past.stays,
                          .past_count = past.count,
                          .desk = f->e->desk->desk,
                          .team = team->desk,
                          .day = past.day};
    int r = eh_stays_walk(f->e, &before, spans_take, &f->before);
    if (r == 0 && eh_past_turns(f->e, f->team, f->today)) {
        r = eh_past_fold(f->e, f->team, f->new, f->today, &past);
        turned = r == 0 ? &past : NULL;
    }
    struct told after = {.past = past.stays,
                         .past_count = past.count,
                         .desk = f->new,
                         .team = f->is,
                         .day = past.day};
    if (r == 0)
        r = eh_stays_walk(f->e, &after, spans_take, &f->after);
    if (turned)
        free(turned->stays);
    return r;
}

/* ---- one rep */

static void line_say(struct foretelling *f, const char *line)
{
    if (f->lines++ < EH_DESK_DAYS_LINES_MAX)
        f->line(f->context, line);
}

/* How many days fall into the period, and the last of them. */
static uint32_t spans_days_in(const struct span *spans, uint32_t count, const struct period *p,
                              int32_t *ret_last)
{
    uint32_t days = 0;
    *ret_last = p->last;
    for (uint32_t i = 0; i < count; i++) {
        int32_t from = spans[i].days.from > p->first ? spans[i].days.from : p->first;
        int32_t until = spans[i].days.until < p->last ? spans[i].days.until : p->last;
        if (from > until)
            continue;
        days += (uint32_t)(until - from + 1);
        *ret_last = until;
    }
    return days;
}

static const char *period_again(const struct period *p)
{
    return p->state == EH_PERIOD_PROVISIONAL ? ", once it is frozen again" : "";
}

static void rep_say_days(struct foretelling *f, const struct account_of *a, const struct period *p,
                         uint32_t was, uint32_t is)
{
    char line[2 * EH_ERROR_TEXT_MAX], period[EH_DECIMAL_TEXT_MAX];
    struct eh_str team = f->e->roster.team_ids.items[f->team];
    eh_period_print(p->period, period);
    if (was == is && a->leaves && is > 0)
        eh_format(line, sizeof line, "%s of team %.*s: %.*s keeps %u day%s", period,
                  EH_STR_ARG(team), EH_STR_ARG(a->rep), is, is == 1 ? "" : "s");
    else if (was != is)
        eh_format(line, sizeof line, "%s of team %.*s: %.*s %u day%s -> %u day%s%s", period,
                  EH_STR_ARG(team), EH_STR_ARG(a->rep), was, was == 1 ? "" : "s", is,
                  is == 1 ? "" : "s", period_again(p));
    else
        return;
    line_say(f, line);
}

/* As eh_engine_since() will say it. */
static int32_t rep_since_after(const struct foretelling *f, struct eh_str id, int32_t day)
{
    const struct eh_desk_rep *rep = eh_desk_rep(f->new, id);
    uint32_t no = eh_interner_find(&f->e->roster.rep_ids, id);
    if (rep && rep->since != EH_DATE_ALWAYS)
        return rep->since;
    if (no == NONE || f->e->rules < EH_RULES_STAYS)
        return EH_DATE_ALWAYS;
    struct since since = eh_past_since(f->e, no, f->new, f->today);
    int32_t told_from = f->e->told_from < f->today ? f->today : f->e->told_from;
    int32_t until = rep && told_from < since.until ? told_from : since.until;
    return day < until ? since.since : EH_DATE_ALWAYS;
}

static void since_print(int32_t since, char ret[EH_DECIMAL_TEXT_MAX])
{
    if (since == EH_DATE_ALWAYS)
        eh_format(ret, EH_DECIMAL_TEXT_MAX, "none");
    else
        eh_date_print(since, ret);
}

static void rep_say_since(struct foretelling *f, const struct account_of *a, const struct period *p,
                          int32_t was_last, int32_t is_last)
{
    int32_t was = eh_engine_since(f->e, a->rep, was_last), is = rep_since_after(f, a->rep, is_last);
    char line[2 * EH_ERROR_TEXT_MAX], period[EH_DECIMAL_TEXT_MAX];
    char old[EH_DECIMAL_TEXT_MAX], new[EH_DECIMAL_TEXT_MAX];
    if (was == is || p->plan->seniority_ppm == 0)
        return;
    eh_period_print(p->period, period);
    since_print(was, old);
    since_print(is, new);
    eh_format(line, sizeof line, "%s of team %.*s: %.*s since %s -> %s%s", period,
              EH_STR_ARG(f->e->roster.team_ids.items[f->team]), EH_STR_ARG(a->rep), old, new,
              period_again(p));
    line_say(f, line);
}

static void rep_tell_period(struct foretelling *f, const struct account_of *a,
                            const struct period *p)
{
    int32_t was_last, is_last;
    uint32_t was = spans_days_in(a->spans[0], a->counts[0], p, &was_last);
    uint32_t is = spans_days_in(a->spans[1], a->counts[1], p, &is_last);
    rep_say_days(f, a, p, was, is);
    if (was > 0 && is > 0)
        rep_say_since(f, a, p, was_last, is_last);
}

/* A period that would be empty; false: no plan governs it, or the period is there. */
static bool period_empty(const struct foretelling *f, int32_t date, struct period *ret)
{
    struct eh_str id = f->e->roster.team_ids.items[f->team];
    const struct eh_bonus_plan *plan = eh_desk_plan(f->new, id, date);
    if (!plan || eh_period_settled(f->e, f->team, date) ||
        eh_period_find(f->e, f->e->roster.teams[f->team].periods, date) != NONE)
        return false;
    struct eh_period period = eh_period_of(plan->from.kind, date);
    *ret = (struct period){.period = period,
                           .first = eh_period_first(period),
                           .last = eh_period_last(period),
                           .plan = plan,
                           .state = EH_PERIOD_OPEN};
    return true;
}

/* Tells of today's period, of the one before, and of those in which something was counted; the
 * latest first. */
static void rep_tell(struct foretelling *f, const struct account_of *a)
{
    struct period now, before;
    int32_t first = f->today;
    if (period_empty(f, f->today, &now)) {
        rep_tell_period(f, a, &now);
        first = now.first;
    }
    for (uint32_t at = f->e->roster.teams[f->team].periods; at != NONE;
         at = f->e->periods.slots[at].older) {
        const struct period *p = &f->e->periods.slots[at];
        if (p->first <= f->today && f->today <= p->last)
            first = p->first;
        if (p->last_version == 0)
            rep_tell_period(f, a, p);
    }
    if (period_empty(f, first - 1, &before))
        rep_tell_period(f, a, &before);
}

/* ---- a team */

static bool rep_leaves(const struct foretelling *f, struct eh_str rep)
{
    const struct eh_desk *old = f->e->desk->desk;
    return (eh_stays_lists(old, f->was, rep) && !eh_stays_lists(f->new, f->is, rep)) ||
           (eh_desk_rep(old, rep) && !eh_desk_rep(f->new, rep));
}

/* The spans of one rep, from *at on. */
static void spans_slice(const struct spans *all, struct eh_str rep, uint32_t *at,
                        struct account_of *a, int which)
{
    a->spans[which] = all->count ? &all->items[*at] : NULL;
    for (; *at < all->count && eh_str_equal(all->items[*at].rep, rep); ++*at)
        a->counts[which]++;
}

static struct eh_str spans_next_rep(const struct foretelling *f, uint32_t before, uint32_t after)
{
    if (before == f->before.count)
        return f->after.items[after].rep;
    struct eh_str rep = f->before.items[before].rep;
    if (after < f->after.count && eh_str_compare(f->after.items[after].rep, rep) < 0)
        rep = f->after.items[after].rep;
    return rep;
}

/* Whether days and years stay what they were, as they do for most reps of most desks. */
static bool account_is_same(const struct foretelling *f, const struct account_of *a)
{
    const struct eh_desk_rep *was = eh_desk_rep(f->e->desk->desk, a->rep);
    const struct eh_desk_rep *is = eh_desk_rep(f->new, a->rep);
    if (a->counts[0] != a->counts[1] || !was != !is || (was && was->since != is->since))
        return false;
    for (uint32_t i = 0; i < a->counts[0]; i++)
        if (a->spans[0][i].days.from != a->spans[1][i].days.from ||
            a->spans[0][i].days.until != a->spans[1][i].days.until)
            return false;
    return true;
}

static void team_tell(struct foretelling *f)
{
    for (uint32_t before = 0, after = 0; before < f->before.count || after < f->after.count;) {
        struct account_of a = {.rep = spans_next_rep(f, before, after)};
        spans_slice(&f->before, a.rep, &before, &a, 0);
        spans_slice(&f->after, a.rep, &after, &a, 1);
        a.leaves = rep_leaves(f, a.rep);
        if (a.leaves || !account_is_same(f, &a))
            rep_tell(f, &a);
    }
}

static bool team_has_plan(const struct eh_desk *desk, struct eh_str team)
{
    return eh_desk_plan(desk, team, EH_DATE_NEVER) != NULL;
}

static void line_say_more(struct foretelling *f)
{
    char line[EH_ERROR_TEXT_MAX];
    if (f->lines <= EH_DESK_DAYS_LINES_MAX)
        return;
    eh_format(line, sizeof line, "... and %llu more",
              (unsigned long long)(f->lines - EH_DESK_DAYS_LINES_MAX));
    f->line(f->context, line);
}

int eh_engine_desk_days(const struct eh_engine *e, const struct eh_desk *new, int32_t today,
                        eh_desk_line_fn *line, void *context)
{
    struct foretelling f = {.e = e, .new = new, .today = today, .line = line, .context = context};
    int r = 0;
    for (uint32_t i = 0; e->desk && r == 0 && i < e->roster.team_ids.count; i++) {
        f.team = i;
        f.was = e->roster.teams[i].desk;
        f.is = eh_desk_team(new, e->roster.team_ids.items[i]);
        f.before.count = f.after.count = 0;
        if (!team_has_plan(new, e->roster.team_ids.items[i]))
            continue;
        r = spans_gather(&f);
        if (r == 0)
            team_tell(&f);
    }
    free(f.before.items);
    free(f.after.items);
    if (r == 0)
        line_say_more(&f);
    return r;
}
