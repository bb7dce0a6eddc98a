/*
 * next: what it takes to lift the pool of an open period: for each metric the nearest value
 * that scores more, for each gate how far its figure is from shutting it, and the next point of the
 * funding. The pool at each of them is computed by the code that computes the pool.
 *
 *     struct eh_pool_next *next;
 *     r = eh_pool_next(plan, &facts, statement, &arena, &next, &error);
 *     if (r == 0)
 *         eh_pool_next_say(plan, statement, next, line, context);   // "csat is 4.31 and scores
 * ..."
 */
#ifndef EVENHAND_POOL_NEXT_H
#define EVENHAND_POOL_NEXT_H

#include <evenhand/pool/pool.h>

EH_C_BEGIN

/* The next point of a curve. */
struct eh_pool_point {
    bool there;       /* false: the figure is missing, or nothing scores more */
    int64_t x, y;     /* the point; y in ppm */
    int64_t distance; /* from where the figure is now to x, above 0 */
    int64_t gross;    /* the gross pool at that point, when all else stays as it is */
};

struct eh_pool_room {
    bool there;    /* false: there is no gate, or its figure is missing */
    int64_t room;  /* how far the figure may still go until the gate shuts; below 0: how far it is
                      beyond the bound, and the gate is shut */
    int64_t bound; /* the bound that it is nearest to, or beyond */
    bool least;    /* that bound is the lower one */
    int64_t gross; /* of a shut gate: the gross pool when the figure is at the bound */
};

struct eh_pool_next {
    struct eh_pool_point *metrics; /* in the plan's order */
    struct eh_pool_room *gates;    /* of these metrics */
    struct eh_pool_point funding;  /* x is the composite, y the part of target_pool */
};

/* Of a statement that this plan made of these facts. Errors as of eh_bonus_gross(). */
int eh_pool_next(const struct eh_bonus_plan *, const struct eh_bonus_facts *,
                 const struct eh_pool_statement *, struct eh_arena *, struct eh_pool_next **ret,
                 struct eh_error *) EH_MUST_CHECK;
/* The same as sentences, handed to `line` one by one. */
void eh_pool_next_say(const struct eh_bonus_plan *, const struct eh_pool_statement *,
                      const struct eh_pool_next *, eh_plan_line_fn *line, void *context);

EH_C_END

#endif
