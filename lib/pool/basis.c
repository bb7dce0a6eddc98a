/*
 * basis: which facts the statement of a period is made of, and these facts.
 */
#include "internal.h"

struct eh_pool_basis eh_pool_facts_of(const struct eh_period_view *view)
{
    if (view->last.version > 0)
        return (struct eh_pool_basis){EH_POOL_FACTS_VERSION, view->last.version};
    bool open = view->state == EH_PERIOD_OPEN;
    return (struct eh_pool_basis){open ? EH_POOL_FACTS_NOW : EH_POOL_FACTS_FROZEN, 0};
}

size_t eh_pool_basis_print(struct eh_pool_basis basis, char ret[EH_DECIMAL_TEXT_MAX])
{
    if (basis.kind == EH_POOL_FACTS_VERSION)
        return eh_format(ret, EH_DECIMAL_TEXT_MAX, "version %u", basis.version);
    return eh_format(ret, EH_DECIMAL_TEXT_MAX,
                     basis.kind == EH_POOL_FACTS_FROZEN ? "freeze" : "now");
}

/* An open period has the facts of now, any other period the frozen ones. The open carry is that of
 * now; of a closed period it is the one before its first version. */
int eh_pool_first_facts(const struct eh_engine *e, const struct eh_period_view *view,
                        struct eh_arena *arena, struct eh_bonus_facts **ret, struct eh_error *error)
{
    bool ties_by_id = eh_pool_form_of(e) < EH_POOL_FORM_TIES;
    if (view->state == EH_PERIOD_OPEN) {
        int r = eh_pool_facts(e, view, true, arena, ret, error);
        if (r == 0)
            (*ret)->ties_by_id = ties_by_id;
        return r;
    }
    int64_t carry_open = eh_engine_carry_open(e, view->team);
    struct eh_pool_statement *settled = NULL;
    int r = 0;
    if (view->state != EH_PERIOD_PROVISIONAL) {
        r = eh_pool_settled(view, arena, &settled, error);
        if (r == 0)
            carry_open = settled->carry_before, ties_by_id = settled->ties_by_id;
    }
    struct eh_bonus_facts *facts;
    if (r == 0)
        r = eh_pool_frozen(view, arena, &facts, error);
    if (r < 0)
        return r;
    facts->carry_open = carry_open;
    facts->ties_by_id = ties_by_id;
    *ret = facts;
    return 0;
}

/* The facts of a later version: all that were known by then, with the frozen members. */
static int version_facts(const struct eh_period_view *view, struct eh_arena *arena,
                         struct eh_bonus_facts **ret, struct eh_error *error)
{
    struct eh_pool_version version;
    int r = eh_pool_settled_later(view, arena, &version, error);
    if (r == 0)
        *ret = version.facts;
    return r;
}

void eh_pool_keep_terms(const struct eh_bonus_facts *first, struct eh_bonus_facts *facts)
{
    facts->carry_open = first->carry_open;
    facts->ties_by_id = first->ties_by_id;
    facts->estimate = true;
}

int eh_pool_version_facts(const struct eh_engine *e, const struct eh_period_view *view,
                          struct eh_arena *arena, struct eh_bonus_facts **ret,
                          struct eh_error *error)
{
    struct eh_bonus_facts *first, *facts;
    int r = eh_pool_first_facts(e, view, arena, &first, error);
    if (r < 0)
        return r;
    facts = first;
    if (view->last.version > 1)
        r = version_facts(view, arena, &facts, error);
    if (r < 0)
        return r;
    eh_pool_keep_terms(first, facts);
    *ret = facts;
    return 0;
}
