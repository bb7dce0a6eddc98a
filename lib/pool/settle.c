/*
 * settle: the next version of a period: its first over the frozen facts, a later one over all that
 * is known by now. What was paid stays paid; only the difference moves.
 */
#include "internal.h"

#include <evenhand/draw/hash.h>

static int64_t closings(const struct eh_bonus_facts *frozen, const struct eh_bonus_member *m,
                        struct eh_str kind)
{
    for (uint32_t i = 0; m->closed && i < frozen->kind_count; i++)
        if (eh_str_equal(frozen->kinds[i].id, kind))
            return m->closed[i];
    return 0;
}

/* The members it was closed with, by the kinds of today: who came into the desk file since has no
 * part in it, and who left it keeps theirs. */
static int keep_members(const struct eh_bonus_facts *frozen, struct eh_arena *arena,
                        struct eh_bonus_facts *facts, struct eh_error *error)
{
    struct eh_bonus_member *members =
        eh_arena_copy(arena, frozen->members, frozen->member_count * sizeof *members);
    bool room = members;
    for (uint32_t i = 0; room && i < frozen->member_count; i++) {
        if (!members[i].closed)
            continue;
        int64_t *closed = eh_arena_alloc(arena, facts->kind_count * sizeof *closed);
        room = closed;
        for (uint32_t k = 0; room && k < facts->kind_count; k++)
            closed[k] = closings(frozen, &members[i], facts->kinds[k].id);
        members[i].closed = closed;
    }
    facts->members = members;
    facts->member_count = frozen->member_count;
    return room ? 0 : eh_error_set(error, EH_ENOMEM, "out of memory for the members");
}

static int settle_first(const struct eh_period_view *view, struct eh_arena *arena,
                        int64_t carry_open, struct eh_pool_statement **ret, struct eh_error *error)
{
    struct eh_bonus_facts *facts;
    struct eh_bonus_result *result;
    struct eh_pool_statement *s;
    int r = eh_pool_frozen(view, arena, &facts, error);
    if (r < 0)
        return r;
    facts->carry_open = carry_open;
    r = eh_bonus_compute(view->plan, facts, arena, &result, error);
    if (r == 0)
        r = eh_pool_describe(view->plan, facts, result, arena, &s, error);
    if (r < 0)
        return r;
    s->version = 1;
    eh_hash_sha256(view->frozen.data, view->frozen.size, s->facts_sha256);
    *ret = s;
    return 0;
}

static int settle_later(const struct eh_engine *e, const struct eh_period_view *view,
                        struct eh_arena *arena, int64_t carry_open, struct eh_pool_statement **ret,
                        struct eh_error *error)
{
    const struct eh_bonus_closed last = {view->last.version, view->last.gross, view->last.carry,
                                         view->last.net};
    struct eh_bonus_facts *facts, *frozen;
    struct eh_bonus_later *later;
    struct eh_pool_statement *before, *s;
    int r = eh_pool_settled(view, arena, &before, error);
    if (r == 0)
        r = eh_pool_frozen(view, arena, &frozen, error);
    if (r == 0)
        r = eh_pool_facts(e, view, false, arena, &facts, error);
    if (r == 0)
        r = keep_members(frozen, arena, facts, error);
    if (r < 0)
        return r;
    facts->carry_open = carry_open;
    r = eh_bonus_recompute(view->plan, facts, frozen, &last, arena, &later, error);
    if (r == 0)
        r = eh_pool_describe_later(view->plan, facts, later, before, arena, &s, error);
    if (r == 0)
        r = eh_pool_facts_sha256(facts, s->facts_sha256, error);
    if (r == 0)
        *ret = s;
    return r;
}

static int encode(const struct eh_pool_statement *s, struct eh_arena *arena, struct eh_str *ret,
                  struct eh_error *error)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    eh_pool_statement_encode(s, &bytes);
    void *kept = bytes.failed ? NULL : eh_arena_copy(arena, bytes.data, bytes.size);
    if (!kept)
        return eh_error_set(error, EH_ENOMEM, "out of memory for the statement");
    *ret = eh_str_n(kept, bytes.size);
    return 0;
}

int eh_pool_settle(const struct eh_engine *e, const struct eh_period_view *view,
                   struct eh_arena *arena, int64_t *carry_open, struct eh_settlement *ret,
                   struct eh_error *error)
{
    struct eh_pool_statement *s = NULL;
    struct eh_str bytes;
    int r = view->last.version == 0 ? settle_first(view, arena, *carry_open, &s, error)
                                    : settle_later(e, view, arena, *carry_open, &s, error);
    if (r == 0)
        r = encode(s, arena, &bytes, error);
    if (r < 0)
        return r;
    *ret = (struct eh_settlement){.period = s->period,
                                  .version = s->version,
                                  .gross = s->gross,
                                  .carry = s->carry,
                                  .net = s->net,
                                  .carry_open = s->carry_open,
                                  .statement = bytes};
    *carry_open = s->carry_open;
    return 0;
}
