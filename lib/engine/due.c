/*
 * due: what the next DUE input is about, with and without EH_FIELD_CLOCKS, and when it is due.
 */
#include "clock_heap.h"
#include "clocks.h"
#include "expiries.h"
#include "interner.h"
#include "limits.h"
#include "shift_heap.h"
#include "state.h"
#include "ticket.h"

static int64_t leftover_due(const struct eh_engine *e)
{
    return e->ready.count || e->rounds.count ? e->at_us : EH_TIME_NEVER;
}

static int64_t pending_due(const struct eh_engine *e)
{
    uint32_t first = e->pending.list.first;
    return first != NONE ? e->pending.slots[first].until_us : EH_TIME_NEVER;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t eh_engine_due_us(const struct eh_engine *e)
{
    int64_t due = least(leftover_due(e), eh_expiry_due(e));
    if (e->rules < EH_RULES_PARKED)
        due = least(due, pending_due(e));
    return least(due, least(eh_hours_due(e), eh_shift_due(e)));
}

static void due_pending(const struct eh_engine *e, struct eh_due *ret)
{
    ret->kind = EH_DUE_PENDING;
    ret->input = e->pending.slots[e->pending.list.first].input;
}

/* ---- What may have to wait for messages. */

static int64_t clock_due(const struct eh_engine *e, uint32_t *ret_event)
{
    uint32_t first = eh_clock_first(e);
    return first == NONE ? EH_TIME_NEVER : eh_clock_next_us(e, &e->clocks.items[first], ret_event);
}

static int64_t parked_due(const struct eh_engine *e)
{
    return e->rules < EH_RULES_PARKED ? EH_TIME_NEVER : pending_due(e);
}

int64_t eh_engine_clocks_due_us(const struct eh_engine *e)
{
    return least(clock_due(e, NULL), parked_due(e));
}

bool eh_engine_clocks_due(const struct eh_engine *e, struct eh_due *ret)
{
    uint32_t event = 0;
    int64_t clock_us = clock_due(e, &event), parked_us = parked_due(e);
    *ret = (struct eh_due){0};
    if (parked_us < clock_us)
        due_pending(e, ret);
    else if (clock_us != EH_TIME_NEVER) {
        ret->kind = EH_DUE_CLOCK;
        ret->clock = (uint8_t)event;
        ret->input = e->tickets.slots[e->clocks.items[eh_clock_first(e)].slot].no;
    }
    return ret->kind != EH_DUE_NONE;
}

/* ---- What waits for nothing. */

int64_t eh_engine_shift_us(const struct eh_engine *e)
{
    return eh_shift_due(e);
}

bool eh_engine_due(const struct eh_engine *e, struct eh_due *ret)
{
    int64_t due = eh_engine_due_us(e);
    *ret = (struct eh_due){0};
    if (due == EH_TIME_NEVER)
        return false;
    if (due == eh_shift_due(e))
        ret->kind = EH_DUE_SHIFT;
    else if (due == leftover_due(e))
        ret->kind = EH_DUE_LEFTOVER;
    else if (due == eh_hours_due(e))
        ret->kind = EH_DUE_HOUR;
    else if (due == eh_expiry_due(e)) {
        ret->kind = EH_DUE_SIGNAL;
        ret->rep = interned(&e->roster.rep_ids, e->expiries.reps[0]);
    } else
        due_pending(e, ret);
    return true;
}
