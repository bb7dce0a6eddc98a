/*
 * clocks_turn: what happens when a time of a ticket has come.
 *
 * An answer that is late is told, once. A ticket that waits for too long moves to the team that its
 * team overflows to, once. One that ages counts as more urgent. An outcome that waited for its
 * ticket gives up.
 */
#include "clock_heap.h"
#include "clocks.h"
#include "effects.h"
#include "homes.h"
#include "interner.h"
#include "lapse.h"
#include "move.h"
#include "pending_apply.h"
#include "skill_set.h"
#include "state.h"
#include "step.h"
#include "ticket.h"

#define EFFECTS_OF_ONE                                                                             \
    LAPSE_EFFECTS /* the most; one that overflows moves, and is dealt or waits                     \
                   */

static int clock_tell_late(struct step *s, struct clock *c)
{
    const struct ticket *t = &s->e->tickets.slots[c->slot];
    eh_clock_late(s->e, c);
    return eh_step_emit(s, EH_NOTICE_LATE, t, t->rep, NONE, NULL);
}

/* The team that the ticket moves to now, or NONE. */
static uint32_t overflow_team(const struct eh_engine *e, const struct ticket *t)
{
    const struct eh_desk_team *desk = e->roster.teams[t->team].desk;
    uint32_t team =
        desk->overflow_after_s ? eh_interner_find(&e->roster.team_ids, desk->overflow_to) : NONE;
    bool can = team != NONE && team != t->team && e->roster.teams[team].desk;
    return can && t->state == EH_TICKET_WAITING && eh_homes_room(t, team) ? team : NONE;
}

/* A ticket stays where the other team has no room for its skills. */
static int clock_overflow(struct step *s, struct clock *c)
{
    struct eh_engine *e = s->e;
    uint32_t slot = c->slot, set;
    struct ticket *t = &e->tickets.slots[slot];
    uint32_t team = overflow_team(e, t);
    eh_clock_drop(e, c, CLOCK_OVERFLOW);
    int r = team == NONE ? -EH_EFULL
                         : eh_set_acquire(e, team, eh_set_of(e, team, ticket_skills(t), t->kind),
                                          s->in->no, &set);
    if (r < 0)
        return r == -EH_EFULL ? 0 : r;
    t->overflowed = true;
    return eh_ticket_enter_team(s, slot, team, set, "overflow");
}

static int clock_lapse(struct step *s, struct clock *c)
{
    uint32_t slot = c->slot;
    eh_clock_drop(s->e, c, CLOCK_LAPSE);
    return eh_lapse(s, slot);
}

static int clock_serve(struct step *s, struct clock *c, enum clock_event event)
{
    s->touched = true;
    switch (event) {
    case CLOCK_ANSWER:
        return clock_tell_late(s, c);
    case CLOCK_OVERFLOW:
        return clock_overflow(s, c);
    case CLOCK_LAPSE:
        return clock_lapse(s, c);
    default:
        eh_clock_raise(s->e, c);
        return 0;
    }
}

/* The event that is due first, if it is due by now. */
static struct clock *clock_next(const struct step *s, uint32_t *ret_event)
{
    struct eh_engine *e = s->e;
    uint32_t first = eh_clock_first(e);
    struct clock *c = first == NONE ? NULL : &e->clocks.items[first];
    return c && eh_clock_next_us(e, c, ret_event) <= s->now_us ? c : NULL;
}

/* Whether an outcome that waits for its ticket is due before all clocks. */
static bool parked_is_next(const struct step *s)
{
    struct eh_due due;
    return eh_engine_clocks_due(s->e, &due) && due.kind == EH_DUE_PENDING &&
           eh_engine_clocks_due_us(s->e) <= s->now_us;
}

int eh_clocks_turn(struct step *s)
{
    struct clock *c;
    uint32_t event;
    int r = 0;
    if (parked_is_next(s)) /* a step refuses one message */
        return eh_pending_expire(s);
    for (int i = 0; r == 0 && i < CLOCKS_PER_STEP && s->deals_left >= EFFECTS_OF_ONE; i++) {
        if (parked_is_next(s) || !(c = clock_next(s, &event)))
            break;
        r = clock_serve(s, c, (enum clock_event)event);
        s->deals_left -= EFFECTS_OF_ONE;
        if (event == CLOCK_LAPSE) /* a step says one thing that a rep did */
            break;
    }
    return r;
}

int eh_clocks_skip(struct step *s)
{
    uint32_t event;
    if (parked_is_next(s))
        return eh_pending_drop(s, s->m.reason);
    struct clock *c = clock_next(s, &event);
    if (!c)
        return 0;
    s->touched = true;
    if (event == CLOCK_ANSWER)
        eh_clock_late(s->e, c);
    else
        eh_clock_drop(s->e, c, (enum clock_event)event);
    return 0;
}

/* ---- what is late, and what will be soon */

/* Counts clocks of the team that have to be answered by then, below this place of the heap. What
 * comes next at a clock is no later than that, so the walk ends where it is beyond. */
static uint32_t heap_count_due(const struct eh_engine *e, uint32_t place, uint32_t team,
                               int64_t until_us)
{
    uint32_t count = 0;
    for (; place < e->clocks.heap_count; place = 2 * place + 2) {
        const struct clock *c = &e->clocks.items[e->clocks.heap[place]];
        if (eh_clock_next_us(e, c, NULL) > until_us)
            break;
        count += e->tickets.slots[c->slot].team == team && !c->late &&
                 eh_clock_due_us(e, c->slot) <= until_us;
        count += heap_count_due(e, 2 * place + 1, team, until_us);
    }
    return count;
}

uint32_t eh_clocks_due_by(const struct eh_engine *e, uint32_t team, int64_t until_us)
{
    return heap_count_due(e, 0, team, until_us);
}
