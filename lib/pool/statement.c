/*
 * statement: what a period comes to, and why: live, as frozen, or as settled.
 */
#include "internal.h"

#include <evenhand/draw/hash.h>

/* The facts of a statement, and what was computed from them. */
struct basis {
    struct eh_bonus_facts *facts;
    struct eh_bonus_result *result;
};

/* Computes a pool for a statement. Missing facts keep a period from being closed, but not from
 * being shown: the statement is then an estimate. */
static int basis_compute_with(const struct eh_engine *e, const struct eh_period_view *view,
                              const int64_t *carry_open, struct eh_arena *arena, struct basis *ret,
                              struct eh_error *error)
{
    int r = eh_pool_first_facts(e, view, arena, &ret->facts, error);
    if (r < 0)
        return r;
    if (carry_open)
        ret->facts->carry_open = *carry_open;
    r = eh_bonus_compute(view->plan, ret->facts, arena, &ret->result, error);
    if (r != -EH_ENOTFOUND || view->state != EH_PERIOD_PROVISIONAL)
        return r;
    ret->facts->estimate = true;
    return eh_bonus_compute(view->plan, ret->facts, arena, &ret->result, error);
}

static int basis_compute(const struct eh_engine *e, const struct eh_period_view *view,
                         struct eh_arena *arena, struct basis *ret, struct eh_error *error)
{
    return basis_compute_with(e, view, NULL, arena, ret, error);
}

static void statement_add_view(const struct eh_period_view *view, struct eh_pool_statement *s)
{
    s->state = view->state;
    s->paid_version = view->paid_version;
    s->late = view->late;
    s->published_late = view->published_late;
    s->facts_of = eh_pool_facts_of(view);
}

/* Adds what the facts of the last version left out: cancelled tickets, and tickets without a
 * duration. */
static int statement_add_left_out(const struct eh_period_view *view, struct eh_pool_statement *s,
                                  struct eh_arena *arena, struct eh_error *error)
{
    const struct eh_bonus_plan *plan = view->plan;
    struct eh_bonus_facts *facts;
    int r = s->facts.size > 0 ? eh_pool_facts_decode(s->facts, arena, &facts, error)
                              : eh_pool_frozen(view, arena, &facts, error);
    if (r < 0)
        return r;
    s->cancelled_tickets = facts->cancelled;
    for (uint32_t i = 0; i < s->metric_count && i < plan->metric_count; i++) {
        const struct eh_measure *row = eh_measure(plan->measures[plan->metrics[i].measure].kind);
        s->metrics[i].unknown = row->unknown ? row->unknown(facts) : 0;
    }
    return 0;
}

/* Adds the contract's minutes of the frozen members. Both lists are sorted by rep. */
static int statement_add_contract(const struct eh_period_view *view, struct eh_pool_statement *s,
                                  struct eh_arena *arena, struct eh_error *error)
{
    struct eh_bonus_facts *frozen;
    int r = eh_pool_frozen(view, arena, &frozen, error);
    for (uint32_t i = 0, k = 0; r == 0 && i < s->line_count; i++) {
        while (k < frozen->member_count &&
               eh_str_compare(frozen->members[k].rep, s->lines[i].rep) < 0)
            k++;
        if (k < frozen->member_count && eh_str_equal(frozen->members[k].rep, s->lines[i].rep))
            eh_pool_line_contract(&frozen->members[k], &s->lines[i]);
    }
    return r;
}

int eh_pool_live(const struct eh_engine *e, const struct eh_period_view *view, int64_t carry_open,
                 struct eh_arena *arena, struct eh_pool_statement **ret, struct eh_error *error)
{
    struct eh_pool_statement *s;
    struct basis basis;
    int r = basis_compute_with(e, view, &carry_open, arena, &basis, error);
    if (r == 0)
        r = eh_pool_describe(view->plan, basis.facts, basis.result, arena, &s, error);
    if (r == 0 && view->state == EH_PERIOD_OPEN)
        r = eh_pool_facts_sha256(basis.facts, s->facts_sha256, error);
    if (r < 0)
        return r;
    if (view->state == EH_PERIOD_PROVISIONAL)
        eh_hash_sha256(view->frozen.data, view->frozen.size, s->facts_sha256);
    *ret = s;
    return 0;
}

int eh_pool_statement(const struct eh_engine *e, const struct eh_period_view *view,
                      struct eh_arena *arena, struct eh_pool_statement **ret,
                      struct eh_error *error)
{
    struct eh_pool_statement *s;
    int64_t carry_open = eh_engine_carry_open(e, view->team);
    bool settled = view->state == EH_PERIOD_CLOSED || view->state == EH_PERIOD_PAID;
    int r = settled ? eh_pool_settled(view, arena, &s, error)
                    : eh_pool_live(e, view, carry_open, arena, &s, error);
    if (r == 0 && settled)
        r = statement_add_left_out(view, s, arena, error);
    if (r == 0 && settled)
        r = statement_add_contract(view, s, arena, error);
    if (r < 0)
        return r;
    statement_add_view(view, s);
    *ret = s;
    return 0;
}

/* `first`: the tree of version 1. */
static int version_explain(const struct eh_period_view *view, const struct eh_bonus_lines *lines,
                           const struct eh_bonus_node *first, struct eh_arena *arena,
                           const struct eh_bonus_node **ret, struct eh_error *error)
{
    struct eh_pool_version v;
    int r = eh_pool_settled_later(view, arena, &v, error);
    if (r < 0)
        return r;
    const struct eh_bonus_before before = {v.last, v.totals, first};
    *ret = eh_bonus_explain_later(view->plan, v.facts, v.later, &before, lines, arena);
    return 0;
}

int eh_pool_explain(const struct eh_engine *e, const struct eh_period_view *view,
                    const struct eh_bonus_lines *lines, struct eh_arena *arena,
                    const struct eh_bonus_node **ret, struct eh_error *error)
{
    struct basis basis;
    int r = basis_compute(e, view, arena, &basis, error);
    if (r < 0)
        return r;
    const struct eh_bonus_node *tree =
        eh_bonus_explain(view->plan, basis.facts, basis.result, lines, arena);
    if (tree && view->last.version > 1)
        r = version_explain(view, lines, tree, arena, &tree, error);
    if (r < 0)
        return r;
    if (!tree)
        return eh_error_set(error, EH_ENOMEM, "out of memory for the reasons");
    *ret = tree;
    return 0;
}
