/*
 * expiries: the rep whose state changes next by itself: a heap of reps by that moment, then by id.
 */
#include "expiries.h"

#include "interner.h"
#include "state.h"

/* When the state in force ends or a held signal takes effect, whichever comes first. */
static int64_t rep_next_us(const struct rep *rep)
{
    return rep->held.until_us < rep->until_us ? rep->held.until_us : rep->until_us;
}

static bool rep_is_before(const struct eh_engine *e, uint32_t a, uint32_t b)
{
    int64_t left = rep_next_us(&e->roster.reps[a]), right = rep_next_us(&e->roster.reps[b]);
    if (left != right)
        return left < right;
    return eh_str_compare(interned(&e->roster.rep_ids, a), interned(&e->roster.rep_ids, b)) < 0;
}

int64_t eh_expiry_due(const struct eh_engine *e)
{
    return e->expiries.count ? rep_next_us(&e->roster.reps[e->expiries.reps[0]]) : EH_TIME_NEVER;
}

static void heap_put(struct eh_engine *e, uint32_t at, uint32_t rep)
{
    e->expiries.reps[at] = rep;
    e->roster.reps[rep].expiry_at = at;
}

static void heap_swap(struct eh_engine *e, uint32_t a, uint32_t b)
{
    uint32_t rep = e->expiries.reps[a];
    heap_put(e, a, e->expiries.reps[b]);
    heap_put(e, b, rep);
}

static void heap_settle(struct eh_engine *e, uint32_t at)
{
    while (at > 0 && rep_is_before(e, e->expiries.reps[at], e->expiries.reps[(at - 1) / 2])) {
        heap_swap(e, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child + 1 < e->expiries.count &&
            rep_is_before(e, e->expiries.reps[child + 1], e->expiries.reps[child]))
            child++;
        if (child >= e->expiries.count ||
            !rep_is_before(e, e->expiries.reps[child], e->expiries.reps[at]))
            return;
        heap_swap(e, at, child);
        at = child;
    }
}

void eh_expiry_update(struct eh_engine *e, uint32_t rep_no)
{
    struct rep *rep = &e->roster.reps[rep_no];
    uint32_t at = rep->expiry_at;
    if (rep_next_us(rep) != EH_TIME_NEVER) {
        if (at == NONE) /* there is room for every rep */
            heap_put(e, at = e->expiries.count++, rep_no);
        heap_settle(e, at);
    } else if (at != NONE) {
        uint32_t last = e->expiries.reps[--e->expiries.count];
        rep->expiry_at = NONE;
        if (last != rep_no) {
            heap_put(e, at, last);
            heap_settle(e, at);
        }
    }
}
