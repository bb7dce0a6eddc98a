/*
 * settle: the next version of a period. The first is computed from the frozen facts, a later one
 * from all facts known by now. What was paid stays paid: a later version pays or carries the
 * difference.
 */
#include "internal.h"

#include <evenhand/draw/hash.h>
#include <evenhand/engine/rules.h>

static int version_settle_first(const struct eh_period_view *view, enum eh_pool_form form,
                                struct eh_arena *arena, int64_t carry_open,
                                struct eh_pool_statement **ret, struct eh_error *error)
{
    struct eh_bonus_facts *facts;
    struct eh_bonus_result *result;
    struct eh_pool_statement *s;
    int r = eh_pool_frozen(view, arena, &facts, error);
    if (r < 0)
        return r;
    facts->carry_open = carry_open;
    facts->ties_by_id = form < EH_POOL_FORM_TIES;
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

/* Copies the bytes into the arena. */
static int bytes_keep(const struct eh_bytes *bytes, struct eh_arena *arena, struct eh_str *ret,
                      struct eh_error *error)
{
    void *kept = bytes->failed ? NULL : eh_arena_copy(arena, bytes->data, bytes->size);
    if (!kept)
        return eh_error_set(error, EH_ENOMEM, "out of memory for the statement");
    *ret = eh_str_n(kept, bytes->size);
    return 0;
}

/* Keeps the facts without their members, who stand in the frozen facts. */
static int facts_keep(const struct eh_bonus_facts *facts, struct eh_arena *arena,
                      struct eh_str *ret, struct eh_error *error)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_bonus_facts team = *facts;
    team.member_count = 0;
    eh_pool_facts_encode(&team, &bytes);
    return bytes_keep(&bytes, arena, ret, error);
}

static int version_settle_later(const struct eh_engine *e, const struct eh_period_view *view,
                                struct eh_arena *arena, int64_t carry_open,
                                struct eh_pool_statement **ret, struct eh_error *error)
{
    struct eh_bonus_closed last = {view->last.version, view->last.gross, view->last.carry,
                                   view->last.net, NULL};
    struct eh_bonus_facts *facts, *frozen;
    struct eh_bonus_later *later;
    struct eh_pool_statement *before, *s;
    int r = eh_pool_settled(view, arena, &before, error);
    if (r == 0)
        r = eh_pool_frozen(view, arena, &frozen, error);
    if (r == 0)
        frozen->ties_by_id = before->ties_by_id;
    if (r == 0)
        before->paid_version = view->paid_version;
    if (r == 0)
        r = eh_pool_facts(e, view, false, arena, &facts, error);
    if (r == 0)
        r = eh_pool_keep_members(frozen, arena, facts, error);
    if (r == 0 && eh_pool_rules(e) >= EH_RULES_WAYS_OUT)
        r = eh_pool_settled_values(view->plan, before, arena, &last.values, error);
    if (r < 0)
        return r;
    facts->carry_open = carry_open;
    facts->estimate = frozen->estimate;
    r = eh_bonus_recompute(view->plan, facts, frozen, &last, arena, &later, error);
    if (r == 0)
        r = eh_pool_describe_later(view->plan, facts, later, before, arena, &s, error);
    if (r == 0)
        r = eh_pool_facts_sha256(facts, s->facts_sha256, error);
    if (r == 0)
        r = facts_keep(facts, arena, &s->facts, error);
    if (r == 0)
        *ret = s;
    return r;
}

static int statement_keep(const struct eh_pool_statement *s, struct eh_arena *arena,
                          struct eh_str *ret, struct eh_error *error)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    eh_pool_statement_encode(s, &bytes);
    return bytes_keep(&bytes, arena, ret, error);
}

int eh_pool_settle(const struct eh_engine *e, const struct eh_period_view *view,
                   enum eh_pool_form form, struct eh_arena *arena, int64_t *carry_open,
                   struct eh_settlement *ret, struct eh_error *error)
{
    struct eh_pool_statement *s = NULL;
    struct eh_str bytes;
    int r = view->last.version == 0
                ? version_settle_first(view, form, arena, *carry_open, &s, error)
                : version_settle_later(e, view, arena, *carry_open, &s, error);
    if (r == 0)
        s->form = (uint8_t)form;
    if (r == 0 && form == EH_POOL_FORM_FIRST) {
        s->individual += s->over;
        s->facts = eh_str(NULL);
    }
    if (r == 0)
        r = statement_keep(s, arena, &bytes, error);
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
