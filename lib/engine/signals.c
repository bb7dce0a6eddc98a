/*
 * signals: available, overloaded, away; and the end of those that end by themselves.
 *
 * Overloaded has bounds, which follow from the rep's teams; away has none. An `available` that
 * comes before at_least is over only brings the end forward to that moment.
 */
#include "state.h"

#include <stdlib.h>

/* ---- expiries: a heap of reps by until_us, then id */

static bool before(const struct eh_engine *e, uint32_t a, uint32_t b)
{
    int64_t left = e->reps[a].until_us, right = e->reps[b].until_us;
    if (left != right)
        return left < right;
    return eh_str_compare(name_of(&e->rep_names, a), name_of(&e->rep_names, b)) < 0;
}

static void put(struct eh_engine *e, uint32_t at, uint32_t rep)
{
    e->expiries[at] = rep;
    e->reps[rep].expiry_at = at;
}

static void swap(struct eh_engine *e, uint32_t a, uint32_t b)
{
    uint32_t rep = e->expiries[a];
    put(e, a, e->expiries[b]);
    put(e, b, rep);
}

static void settle(struct eh_engine *e, uint32_t at)
{
    while (at > 0 && before(e, e->expiries[at], e->expiries[(at - 1) / 2])) {
        swap(e, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child + 1 < e->expiry_count && before(e, e->expiries[child + 1], e->expiries[child]))
            child++;
        if (child >= e->expiry_count || !before(e, e->expiries[child], e->expiries[at]))
            return;
        swap(e, at, child);
        at = child;
    }
}

void eh_expiry_update(struct eh_engine *e, uint32_t rep_no)
{
    struct rep *rep = &e->reps[rep_no];
    uint32_t at = rep->expiry_at;
    if (rep->until_us != EH_TIME_NEVER) {
        if (at == NONE) /* there is room for every rep */
            put(e, at = e->expiry_count++, rep_no);
        settle(e, at);
    } else if (at != NONE) {
        uint32_t last = e->expiries[--e->expiry_count];
        rep->expiry_at = NONE;
        if (last != rep_no) {
            put(e, at, last);
            settle(e, at);
        }
    }
}

/* ---- status */

int eh_rep_set_text(char **text, uint32_t *size, struct eh_str to)
{
    char *copy = NULL;
    if (to.size) {
        copy = malloc(to.size);
        if (!copy)
            return -EH_ENOMEM;
        memcpy(copy, to.data, to.size);
    }
    free(*text);
    *text = copy;
    *size = to.size;
    return 0;
}

void eh_signal_set(struct eh_engine *e, uint32_t rep_no, int status, int64_t now_us,
                   int64_t until_us)
{
    struct rep *rep = &e->reps[rep_no];
    bool other = rep->status != status;
    if (other)
        rep->since_us = now_us;
    rep->status = (uint8_t)status;
    rep->until_us = until_us;
    eh_expiry_update(e, rep_no);
    if (other)
        eh_eligible_refresh(e, rep_no);
    eh_digest_rep(e, rep_no);
}

struct bounds {
    int64_t at_least_s, at_most_s;
};

/* The largest at_least and the smallest at_most of the teams he is in today; at_most wins. */
static struct bounds bounds_of(const struct eh_engine *e, const struct rep *rep)
{
    struct bounds bounds = {-1, INT64_MAX};
    for (uint32_t i = 0; i < rep->membership_count; i++) {
        const struct team *team = &e->teams[rep->memberships[i].team];
        if (!team->members[rep->memberships[i].position].active)
            continue;
        if (team->desk->overloaded_at_least_s > bounds.at_least_s)
            bounds.at_least_s = team->desk->overloaded_at_least_s;
        if (team->desk->overloaded_at_most_s < bounds.at_most_s)
            bounds.at_most_s = team->desk->overloaded_at_most_s;
    }
    if (bounds.at_least_s < 0)
        bounds = (struct bounds){AT_LEAST_DEFAULT_S, AT_MOST_DEFAULT_S};
    if (bounds.at_least_s > bounds.at_most_s)
        bounds.at_least_s = bounds.at_most_s;
    return bounds;
}

static int64_t after_s(int64_t at_us, int64_t seconds)
{
    if (seconds <= 0)
        return at_us;
    return seconds > (EH_TIME_NEVER - at_us) / SECOND_US ? EH_TIME_NEVER
                                                         : at_us + seconds * SECOND_US;
}

static int64_t overloaded_until(const struct step *s, struct bounds bounds)
{
    int64_t seconds = bounds.at_most_s;
    if (eh_message_has(&s->m, EH_FIELD_FOR) && s->m.for_s < seconds)
        seconds = s->m.for_s > bounds.at_least_s ? s->m.for_s : bounds.at_least_s;
    return after_s(s->now_us, seconds);
}

static int take(struct step *s, uint32_t rep_no)
{
    const struct rep *rep = &s->e->reps[rep_no];
    int status = s->m.status;
    int64_t from = s->now_us, until = EH_TIME_NEVER;
    if (status == EH_STATUS_OVERLOADED) {
        until = overloaded_until(s, bounds_of(s->e, rep));
    } else if (status == EH_STATUS_AWAY) {
        if (eh_message_has(&s->m, EH_FIELD_FOR))
            until = after_s(s->now_us, s->m.for_s);
    } else if (rep->status == EH_STATUS_OVERLOADED) {
        int64_t earliest = after_s(rep->since_us, bounds_of(s->e, rep).at_least_s);
        if (earliest > s->now_us) { /* stays overloaded until then; a DUE input ends it */
            from = earliest < rep->until_us ? earliest : rep->until_us;
            eh_signal_set(s->e, rep_no, EH_STATUS_OVERLOADED, s->now_us, from);
            return eh_step_signal(s, rep_no, status, from, EH_TIME_NEVER);
        }
    }
    eh_signal_set(s->e, rep_no, status, s->now_us, until);
    return eh_step_signal(s, rep_no, status, from, until);
}

int eh_step_signal_message(struct step *s)
{
    struct eh_engine *e = s->e;
    uint32_t no;
    int r = eh_step_rep(s, &no);
    if (r < 0 || no == NONE)
        return r;
    struct rep *rep = &e->reps[no];
    if (rep->releasing)
        return eh_step_refuse(s, EH_ECONFLICT,
                              "rep: tickets of %.*s are just being released; try again in a moment",
                              EH_STR_ARG(s->m.rep));
    r = eh_rep_set_text(&rep->reason, &rep->reason_size, s->m.reason);
    if (r < 0)
        return r;
    s->touched = true;
    rep->signalled = true;
    return take(s, no);
}

int eh_signal_expire(struct step *s, uint32_t no)
{
    struct rep *rep = &s->e->reps[no];
    s->touched = true;
    int r = eh_rep_set_text(&rep->reason, &rep->reason_size, (struct eh_str){NULL, 0});
    if (r < 0)
        return r;
    eh_signal_set(s->e, no, EH_STATUS_AVAILABLE, s->now_us, EH_TIME_NEVER);
    return eh_step_signal(s, no, EH_STATUS_AVAILABLE, s->now_us, EH_TIME_NEVER);
}
