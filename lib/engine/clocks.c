/*
 * clocks: the times of open tickets: which there are, when they are set, how they stand still.
 */
#include "clocks.h"

#include "clock_heap.h"
#include "clock_unset.h"
#include "digest.h"
#include "interner.h"
#include "queue.h"
#include "state.h"
#include "step.h"
#include "ticket.h"
#include "working.h"

#include <stdlib.h>

static const struct moment moment_none = {EH_TIME_NEVER, 0};

static bool moment_is_none(const struct moment *m)
{
    return m->at_us == EH_TIME_NEVER && m->left_us == 0;
}

/* ---- their slots */

static struct clock *clock_get(struct eh_engine *e, uint32_t slot)
{
    uint32_t at = eh_clock_find(e, slot);
    return at == NONE ? NULL : &e->clocks.items[at];
}

static int of_room(struct clocks *all, uint32_t slot)
{
    int r = eh_array_room(&all->of, &all->of_capacity, slot + (size_t)1, EH_ARRAY_MAX);
    if (r < 0)
        return r;
    for (; all->of_count < all->of_capacity; all->of_count++)
        all->of[all->of_count] = NONE;
    return 0;
}

static int clock_room(struct clocks *all, uint32_t slot)
{
    int r = of_room(all, slot);
    if (r == 0)
        r = eh_array_room(&all->heap, &all->heap_capacity, all->count + (size_t)1, EH_ARRAY_MAX);
    if (r == 0)
        r = eh_array_room(&all->unset, &all->unset_capacity, all->count + (size_t)1, EH_ARRAY_MAX);
    if (r == 0 && all->free == NONE)
        r = eh_array_room(&all->items, &all->capacity, all->used + (size_t)1, EH_ARRAY_MAX);
    return r;
}

/* The ticket's clock, or a new one in which nothing is waited for. */
static int clock_make(struct eh_engine *e, uint32_t slot, struct clock **ret)
{
    struct clocks *all = &e->clocks;
    if ((*ret = clock_get(e, slot)) != NULL)
        return 0;
    int r = clock_room(all, slot);
    if (r < 0)
        return r;
    uint32_t at = all->free != NONE ? all->free : all->used++;
    if (at == all->free)
        all->free = all->items[at].place;
    struct clock *c = &all->items[at];
    *c = (struct clock){.slot = slot, .place = NONE, .unset = NONE};
    for (uint32_t i = 0; i < CLOCK_EVENTS; i++)
        c->moments[i] = moment_none;
    all->of[slot] = at;
    all->count++;
    *ret = c;
    return 0;
}

static void clock_free(struct eh_engine *e, struct clock *c)
{
    struct clocks *all = &e->clocks;
    uint32_t at = (uint32_t)(c - all->items);
    eh_clock_displace(e, at);
    eh_clock_unset_leave(all, at);
    eh_digest_leave(e, &c->hash);
    all->of[c->slot] = NONE;
    *c = (struct clock){.slot = NONE, .place = all->free};
    all->free = at;
    all->count--;
}

static void clock_set_late(struct eh_engine *e, struct clock *c, bool late)
{
    e->roster.teams[e->tickets.slots[c->slot].team].late += late ? 1 : UINT64_MAX; /* modulo 2^64 */
    c->late = late;
}

static bool clock_is_idle(const struct clock *c)
{
    bool idle = !c->raised && !c->late;
    for (uint32_t i = 0; i < CLOCK_EVENTS; i++)
        idle &= moment_is_none(&c->moments[i]);
    return idle;
}

/* After every change: to its place in heap, list and digest, or away. The ticket's queue goes by
 * it, too. */
static void clock_settle(struct eh_engine *e, struct clock *c)
{
    uint32_t slot = c->slot, at = (uint32_t)(c - e->clocks.items);
    if (clock_is_idle(c)) {
        clock_free(e, c);
    } else {
        eh_clock_place(e, at);
        eh_clock_unset_place(&e->clocks, at);
        eh_digest_clock(e, c);
    }
    eh_queue_settle(e, slot);
}

/* ---- their times */

static struct moment moment_in(const struct eh_engine *e, const struct clock *c, int64_t from_us,
                               int64_t working_us)
{
    uint32_t team = e->tickets.slots[c->slot].team;
    int64_t at_us = c->stopped ? EH_TIME_NEVER : eh_working_end_us(e, team, from_us, working_us);
    return at_us == EH_TIME_NEVER ? (struct moment){from_us, working_us}
                                  : (struct moment){at_us, 0};
}

/* Sets what the hours that were handed over reach by now. False: nothing was. */
static bool clock_reach(struct eh_engine *e, struct clock *c)
{
    bool any = false;
    for (uint32_t i = 0; i < CLOCK_EVENTS; i++) {
        struct moment *m = &c->moments[i];
        if (!m->left_us)
            continue;
        *m = moment_in(e, c, m->at_us, m->left_us);
        any |= !m->left_us;
    }
    return any;
}

/* When it has to be answered, as its message or else its team says. */
static struct moment answer_moment(const struct step *s, struct clock *c)
{
    const struct eh_engine *e = s->e;
    const struct ticket *t = &e->tickets.slots[c->slot];
    if (eh_message_has(&s->m, EH_FIELD_DUE_AT) && !c->stopped) {
        c->own = true;
        return (struct moment){s->m.due_at_ms * 1000, 0};
    }
    int64_t within_s = eh_desk_answer_within(e->roster.teams[t->team].desk,
                                             interned(&e->roster.kind_ids, t->kind));
    c->own = false;
    return within_s ? moment_in(e, c, t->received_us, within_s * SECOND_US) : moment_none;
}

static bool answer_is_wanted(const struct step *s, const struct ticket *t)
{
    return s->e->rules >= EH_RULES_CLOCKS && !t->answered &&
           (eh_message_has(&s->m, EH_FIELD_DUE_AT) ||
            s->e->roster.teams[t->team].desk->answer_count);
}

static int answer_set(struct step *s, uint32_t slot)
{
    struct clock *c;
    int r = clock_make(s->e, slot, &c);
    if (r < 0)
        return r;
    c->moments[CLOCK_ANSWER] = answer_moment(s, c);
    clock_settle(s->e, c);
    return 0;
}

int eh_clock_arrive(struct step *s, uint32_t slot)
{
    return answer_is_wanted(s, &s->e->tickets.slots[slot]) ? answer_set(s, slot) : 0;
}

int eh_clock_change(struct step *s, uint32_t slot)
{
    const struct clock *c = eh_clock_of(s->e, slot);
    const struct ticket *t = &s->e->tickets.slots[slot];
    bool says = eh_message_has(&s->m, EH_FIELD_DUE_AT);
    if (t->answered || (c && c->own && !says) || (!c && !answer_is_wanted(s, t)))
        return 0;
    return answer_set(s, slot);
}

int eh_clock_move(struct step *s, uint32_t slot)
{
    eh_clock_given(s->e, slot);
    struct clock *c = clock_get(s->e, slot);
    if (!c || moment_is_none(&c->moments[CLOCK_ANSWER]))
        return eh_clock_arrive(s, slot);
    if (!c->stopped && clock_reach(s->e, c)) /* the hours of the other team may have it */
        clock_settle(s->e, c);
    return 0;
}

/* Of what is left of a time, 1 µs is nothing: it had passed when the ticket was paused. */
bool eh_clock_has_due(const struct eh_engine *e, uint32_t slot, int64_t *ret_us)
{
    const struct clock *c = eh_clock_of(e, slot);
    const struct moment *m = c ? &c->moments[CLOCK_ANSWER] : &moment_none;
    *ret_us = m->left_us > 1 ? EH_TIME_NEVER : m->at_us;
    return !moment_is_none(m);
}

void eh_clock_answered(struct eh_engine *e, uint32_t slot)
{
    struct clock *c = clock_get(e, slot);
    e->tickets.slots[slot].answered = true;
    if (!c)
        return;
    if (c->late)
        clock_set_late(e, c, false);
    c->own = false;
    c->moments[CLOCK_ANSWER] = c->moments[CLOCK_LAPSE] = moment_none;
    clock_settle(e, c);
}

int eh_clock_wait(struct step *s, uint32_t slot)
{
    struct eh_engine *e = s->e;
    const struct ticket *t = &e->tickets.slots[slot];
    const struct eh_desk_team *team = e->roster.teams[t->team].desk;
    struct clock *c = clock_get(e, slot);
    bool overflows = team->overflow_after_s && !t->overflowed &&
                     (!c || moment_is_none(&c->moments[CLOCK_OVERFLOW]));
    bool ages = team->ages_s && eh_clock_priority(e, slot) < PRIORITY_MOST &&
                (!c || moment_is_none(&c->moments[CLOCK_AGE]));
    if (e->rules < EH_RULES_CLOCKS || (!overflows && !ages))
        return 0;
    int r = clock_make(e, slot, &c);
    if (r < 0)
        return r;
    if (overflows)
        c->moments[CLOCK_OVERFLOW] = moment_in(e, c, s->now_us, team->overflow_after_s * SECOND_US);
    if (ages)
        c->moments[CLOCK_AGE] = moment_in(e, c, s->now_us, team->ages_s * SECOND_US);
    clock_settle(e, c);
    return 0;
}

void eh_clock_given(struct eh_engine *e, uint32_t slot)
{
    struct clock *c = clock_get(e, slot);
    if (!c)
        return;
    c->moments[CLOCK_OVERFLOW] = c->moments[CLOCK_AGE] = moment_none;
    c->moments[CLOCK_LAPSE] = moment_none;
    c->raised = 0;
    clock_settle(e, c);
}

int eh_clock_dealt(struct step *s, uint32_t slot)
{
    struct eh_engine *e = s->e;
    const struct ticket *t = &e->tickets.slots[slot];
    int64_t after_s = e->roster.teams[t->team].desk->unanswered_after_s;
    struct clock *c;
    eh_clock_given(e, slot);
    if (e->rules < EH_RULES_LAPSES || !after_s || t->answered)
        return 0;
    int r = clock_make(e, slot, &c);
    if (r < 0)
        return r;
    c->moments[CLOCK_LAPSE] = moment_in(e, c, s->now_us, after_s * SECOND_US);
    clock_settle(e, c);
    return 0;
}

void eh_clock_end(struct eh_engine *e, uint32_t slot)
{
    struct clock *c = clock_get(e, slot);
    if (!c)
        return;
    if (c->late)
        clock_set_late(e, c, false);
    clock_free(e, c);
}

/* ---- what happens */

void eh_clock_late(struct eh_engine *e, struct clock *c)
{
    clock_set_late(e, c, true);
    clock_settle(e, c);
}

void eh_clock_drop(struct eh_engine *e, struct clock *c, enum clock_event event)
{
    c->moments[event] = moment_none;
    clock_settle(e, c);
}

void eh_clock_raise(struct eh_engine *e, struct clock *c)
{
    const struct ticket *t = &e->tickets.slots[c->slot];
    const struct eh_desk_team *team = e->roster.teams[t->team].desk;
    int64_t from_us = c->moments[CLOCK_AGE].at_us;
    c->raised++;
    bool more = team->ages_s && t->priority + c->raised < PRIORITY_MOST;
    c->moments[CLOCK_AGE] = more ? moment_in(e, c, from_us, team->ages_s * SECOND_US) : moment_none;
    clock_settle(e, c);
}

/* ---- still, and on */

/* What is left of it is 1 µs at least: 0 says that it is set. */
static void moment_stop(const struct eh_engine *e, uint32_t team, struct moment *m, int64_t now_us)
{
    if (moment_is_none(m))
        return;
    int64_t left_us = m->left_us ? m->left_us - eh_working_us(e, team, m->at_us, now_us)
                                 : eh_working_us(e, team, now_us, m->at_us);
    *m = (struct moment){now_us, left_us > 1 ? left_us : 1};
}

void eh_clock_stop(struct eh_engine *e, uint32_t slot, int64_t now_us)
{
    struct clock *c = clock_get(e, slot);
    if (!c || c->stopped)
        return;
    for (uint32_t i = 0; i < CLOCK_EVENTS; i++)
        if (i != CLOCK_ANSWER || !c->late) /* what has passed stays where it was */
            moment_stop(e, e->tickets.slots[slot].team, &c->moments[i], now_us);
    c->stopped = true;
    clock_settle(e, c);
}

void eh_clock_go(struct eh_engine *e, uint32_t slot, int64_t now_us)
{
    struct clock *c = clock_get(e, slot);
    if (!c || !c->stopped)
        return;
    c->stopped = false;
    for (uint32_t i = 0; i < CLOCK_EVENTS; i++)
        if (c->moments[i].left_us)
            c->moments[i] = moment_in(e, c, now_us, c->moments[i].left_us);
    clock_settle(e, c);
}

void eh_clocks_set(struct eh_engine *e)
{
    struct clocks *all = &e->clocks;
    uint32_t count = all->unset_count;
    all->unset_count = 0; /* the list is made anew, in its place */
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = all->unset[i];
        struct clock *c = &all->items[at];
        c->unset = NONE;
        if (clock_reach(e, c))
            clock_settle(e, c);
        else
            eh_clock_unset_place(all, at);
    }
}

/* ---- their end */

int eh_clock_put(struct eh_engine *e, const struct clock *read)
{
    struct clock *c;
    if (eh_clock_find(e, read->slot) != NONE)
        return -EH_ECORRUPT;
    int r = clock_make(e, read->slot, &c);
    if (r < 0)
        return r;
    memcpy(c->moments, read->moments, sizeof c->moments);
    c->raised = read->raised;
    c->own = read->own;
    c->stopped = read->stopped;
    if (read->late)
        clock_set_late(e, c, true);
    if (clock_is_idle(c))
        return -EH_ECORRUPT;
    clock_settle(e, c);
    return 0;
}

void eh_clocks_done(struct eh_engine *e)
{
    free(e->clocks.items);
    free(e->clocks.of);
    free(e->clocks.heap);
    free(e->clocks.unset);
}
