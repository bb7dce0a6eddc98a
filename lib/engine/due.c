/*
 * due: what the next DUE input is about, and when it is due.
 */
#include "expiries.h"
#include "interner.h"
#include "limits.h"
#include "shift_heap.h"
#include "state.h"

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
    int64_t due = least(leftover_due(e), least(eh_expiry_due(e), pending_due(e)));
    return least(due, least(eh_hours_due(e), eh_shift_due(e)));
}

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
    } else {
        ret->kind = EH_DUE_PENDING;
        ret->input = e->pending.slots[e->pending.list.first].input;
    }
    return true;
}
