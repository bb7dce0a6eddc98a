/*
 * due: what time brings next.
 */
#include "calls.h"

static int64_t leftover_due(const struct eh_engine *e)
{
    return e->ready_count || e->releasing_count ? e->at_us : EH_TIME_NEVER;
}

static int64_t parked_due(const struct eh_engine *e)
{
    uint32_t first = e->parked_list.first;
    return first != NONE ? e->parked[first].until_us : EH_TIME_NEVER;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t eh_engine_due_us(const struct eh_engine *e)
{
    return least(leftover_due(e), least(eh_expiry_due(e), parked_due(e)));
}

bool eh_engine_due(const struct eh_engine *e, struct eh_due *ret)
{
    int64_t due = eh_engine_due_us(e);
    *ret = (struct eh_due){0};
    if (due == EH_TIME_NEVER)
        return false;
    if (due == leftover_due(e))
        ret->kind = EH_DUE_LEFTOVER;
    else if (due == eh_expiry_due(e)) {
        ret->kind = EH_DUE_SIGNAL;
        ret->rep = name_of(&e->rep_names, e->expiries[0]);
    } else {
        ret->kind = EH_DUE_PARKED;
        ret->input = e->parked[e->parked_list.first].input;
    }
    return true;
}
