/*
 * settled: the last version of a closed period: its statement, and how a later version was
 * computed, from the facts that its statement keeps.
 */
#include "internal.h"

int eh_pool_settled(const struct eh_period_view *view, struct eh_arena *arena,
                    struct eh_pool_statement **ret, struct eh_error *error)
{
    struct eh_pool_statement *s;
    int r = eh_pool_statement_decode(view->last.statement, arena, &s, error);
    if (r < 0)
        return r;
    if (!eh_str_equal(s->team, view->team) || !eh_period_equal(s->period, view->period) ||
        s->version != view->last.version)
        return eh_error_set(error, EH_ECORRUPT, "the statement is that of another period");
    *ret = s;
    return 0;
}

static int64_t member_closings(const struct eh_bonus_facts *frozen, const struct eh_bonus_member *m,
                               struct eh_str kind)
{
    for (uint32_t i = 0; m->closed && i < frozen->kind_count; i++)
        if (eh_str_equal(frozen->kinds[i].id, kind))
            return m->closed[i];
    return 0;
}

int eh_pool_keep_members(const struct eh_bonus_facts *frozen, struct eh_arena *arena,
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
            closed[k] = member_closings(frozen, &members[i], facts->kinds[k].id);
        members[i].closed = closed;
    }
    facts->members = members;
    facts->member_count = frozen->member_count;
    return room ? 0 : eh_error_set(error, EH_ENOMEM, "out of memory for the members");
}

static struct eh_bonus_value statement_value(const struct eh_pool_statement *s, struct eh_str name)
{
    for (uint32_t i = 0; i < s->metric_count; i++) {
        const struct eh_pool_metric *m = &s->metrics[i];
        if (eh_str_equal(m->name, name))
            return (struct eh_bonus_value){.value = m->value, .missing = m->missing};
        if (m->gate != EH_GATE_NONE && eh_str_equal(m->gate_metric, name))
            return (struct eh_bonus_value){.value = m->gate_value, .missing = m->gate_missing};
    }
    return (struct eh_bonus_value){.missing = true};
}

int eh_pool_settled_values(const struct eh_bonus_plan *plan, const struct eh_pool_statement *s,
                           struct eh_arena *arena, const struct eh_bonus_value **ret,
                           struct eh_error *error)
{
    struct eh_bonus_value *values = eh_arena_alloc(arena, plan->measure_count * sizeof *values);
    if (!values)
        return eh_error_set(error, EH_ENOMEM, "out of memory for the figures");
    for (uint32_t i = 0; i < plan->measure_count; i++)
        values[i] = statement_value(s, plan->measures[i].name);
    *ret = values;
    return 0;
}

static int other_refuse(struct eh_error *error)
{
    return eh_error_set(error, EH_ECORRUPT, "the facts kept with the last version are not its own");
}

/* Sets what was paid of each line before this version. */
static int totals_take(const struct eh_pool_statement *s, struct eh_arena *arena,
                       const int64_t **ret, struct eh_error *error)
{
    int64_t *totals = eh_arena_alloc(arena, s->line_count * sizeof *totals);
    if (!totals)
        return eh_error_set(error, EH_ENOMEM, "out of memory for the totals");
    for (uint32_t i = 0; i < s->line_count; i++)
        if (__builtin_sub_overflow(s->lines[i].total, s->lines[i].paid, &totals[i]))
            return other_refuse(error);
    *ret = totals;
    return 0;
}

static int facts_kept(const struct eh_pool_statement *s, const struct eh_bonus_facts *frozen,
                      struct eh_arena *arena, struct eh_bonus_facts **ret, struct eh_error *error)
{
    uint8_t sha256[32];
    struct eh_bonus_facts *facts;
    int r = s->facts.size > 0
                ? eh_pool_facts_decode(s->facts, arena, &facts, error)
                : eh_error_set(error, EH_ENOTFOUND,
                               "version %u was closed by an evenhandd that did not keep its facts: "
                               "its way cannot be shown",
                               s->version);
    if (r == 0)
        r = eh_pool_keep_members(frozen, arena, facts, error);
    if (r == 0)
        r = eh_pool_facts_sha256(facts, sha256, error);
    if (r < 0)
        return r;
    if (memcmp(sha256, s->facts_sha256, sizeof sha256) != 0)
        return other_refuse(error);
    *ret = facts;
    return 0;
}

int eh_pool_settled_later(const struct eh_period_view *view, struct eh_arena *arena,
                          struct eh_pool_version *ret, struct eh_error *error)
{
    struct eh_bonus_facts *frozen;
    struct eh_pool_statement *s;
    struct eh_pool_version v = {0};
    int r = eh_pool_settled(view, arena, &s, error);
    if (r == 0)
        r = eh_pool_frozen(view, arena, &frozen, error);
    if (r == 0)
        frozen->ties_by_id = s->ties_by_id;
    if (r == 0)
        r = facts_kept(s, frozen, arena, &v.facts, error);
    if (r == 0)
        r = totals_take(s, arena, &v.totals, error);
    if (r < 0)
        return r;
    v.last = (struct eh_bonus_closed){.version = s->version - 1, .carry = s->carry};
    if (__builtin_sub_overflow(s->gross, s->difference, &v.last.gross) ||
        __builtin_sub_overflow(s->net, s->paid, &v.last.net))
        return other_refuse(error);
    r = eh_pool_settled_values(view->plan, s, arena, &v.last.values,
                               error); /* what was kept is the same */
    if (r == 0)
        r = eh_bonus_recompute(view->plan, v.facts, frozen, &v.last, arena, &v.later, error);
    if (r == 0 && (v.later->pool.gross != s->gross || v.later->paid != s->paid ||
                   v.later->split.count != s->line_count))
        return other_refuse(error);
    if (r == 0)
        *ret = v;
    return r;
}
