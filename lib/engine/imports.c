/*
 * imports: imported figures, and reps who are set aside. Their messages name the period.
 */
#include "imports.h"

#include "digest.h"
#include "facts.h"
#include "interner.h"
#include "owned_text.h"
#include "period_list.h"
#include "state.h"

static int figure_import(struct eh_engine *e, uint32_t period, const struct eh_message *m)
{
    bool paid = eh_str_equal(m->metric, eh_str("paid_minutes"));
    uint32_t slot;
    if (eh_plan_is_minutes(m->metric)) {
        uint32_t rep = eh_interner_find(&e->roster.rep_ids, m->rep);
        int r = eh_fact_get(e, period, EH_FACT_REP, rep, NONE, &slot);
        if (r < 0)
            return r;
        struct fact *fact = &e->facts.slots[slot];
        *(paid ? &fact->has_paid : &fact->has_contract) = true;
        *(paid ? &fact->paid : &fact->contract) = m->value;
    } else {
        int r = eh_import_get(e, period, m->metric, &slot);
        if (r < 0)
            return r;
        e->facts.slots[slot].count++;
        e->facts.slots[slot].last = m->value;
        e->facts.slots[slot].sum =
            m->value + (eh_message_has(m, EH_FIELD_REPLACE) ? 0 : e->facts.slots[slot].sum);
    }
    eh_digest_fact(e, period, slot);
    eh_facts_touch(e, period);
    return 0;
}

static int figure_import_for(struct eh_engine *e, bool shadow, uint32_t team, struct eh_period of,
                             const struct eh_message *m)
{
    uint32_t period;
    int r = eh_period_get(e, team, eh_period_first(of), shadow, &period);
    bool counts = r == 0 && period != NONE && eh_period_equal(e->periods.slots[period].period, of);
    return counts ? figure_import(e, period, m) : r;
}

int eh_facts_imported(struct eh_engine *e, uint32_t team, struct eh_period of,
                      const struct eh_message *m)
{
    int r = figure_import_for(e, false, team, of, m);
    return r < 0 ? r : figure_import_for(e, true, team, of, m);
}

bool eh_imports_full(const struct eh_engine *e, uint32_t team, int32_t date, struct eh_str name)
{
    uint32_t period = eh_period_find(e, e->roster.teams[team].periods, date);
    return period != NONE && e->periods.slots[period].import_count >= EH_IMPORTS_MAX &&
           eh_import_find(e, period, name) == NONE;
}

bool eh_import_known(const struct eh_engine *e, uint32_t team, struct eh_period period,
                     struct eh_str name)
{
    uint32_t at = eh_period_find(e, e->roster.teams[team].periods, eh_period_first(period));
    return at != NONE && eh_import_find(e, at, name) != NONE;
}

bool eh_engine_figure(const struct eh_engine *e, const struct eh_message *m,
                      struct eh_figure_view *ret)
{
    struct eh_period period;
    uint32_t team = eh_interner_find(&e->roster.team_ids, m->team), slot = NONE;
    *ret = (struct eh_figure_view){.unit = EH_UNIT_COUNT};
    if (team == NONE || !e->desk || eh_period_parse(m->period, &period, NULL) < 0)
        return false;
    const struct eh_bonus_plan *plan =
        eh_desk_plan(e->desk->desk, m->team, eh_period_first(period));
    for (uint32_t i = 0; plan && i < plan->measure_count; i++)
        if (eh_str_equal(plan->measures[i].name, m->metric)) {
            ret->named = true;
            ret->unit = plan->measures[i].unit;
            ret->sums = plan->measures[i].take == EH_TAKE_SUM;
        }
    uint32_t at = eh_period_find(e, e->roster.teams[team].periods, eh_period_first(period));
    if (at != NONE)
        slot = eh_import_find(e, at, m->metric);
    if (slot == NONE)
        return false;
    const struct fact *fact = &e->facts.slots[slot];
    if (ret->sums && (fact->sum > EH_INTEGER_MAX || fact->sum < -EH_INTEGER_MAX))
        return false;
    ret->now = ret->sums ? (int64_t)fact->sum : fact->last;
    return true;
}

/* ---- who is set aside */

/* Writes "BY" and "REASON", a list in one text, as the name of a rep's fact. */
static int fact_sign(struct eh_engine *e, struct fact *fact, const struct eh_message *m)
{
    struct eh_bytes *scratch = &e->scratch;
    if (e->rules < EH_RULES_INCLUDE)
        return 0;
    eh_bytes_clear(scratch);
    eh_bytes_put(scratch, m->actor.data, m->actor.size);
    eh_bytes_put_u8(scratch, EH_TEXT_LIST_SEPARATOR);
    eh_bytes_put(scratch, m->reason.data, m->reason.size);
    if (scratch->failed)
        return -EH_ENOMEM;
    return eh_owned_text_set(&fact->name, &fact->name_size,
                             eh_str_n((const char *)scratch->data, (uint32_t)scratch->size));
}

static int rep_exclude_for(struct eh_engine *e, bool shadow, uint32_t team, struct eh_period of,
                           uint32_t rep, const struct eh_message *m)
{
    uint32_t period, slot;
    int r = eh_period_get(e, team, eh_period_first(of), shadow, &period);
    if (r < 0 || period == NONE || !eh_period_equal(e->periods.slots[period].period, of))
        return r;
    r = eh_fact_get(e, period, EH_FACT_REP, rep, NONE, &slot);
    if (r < 0)
        return r;
    e->facts.slots[slot].excluded = m->type == EH_MESSAGE_EXCLUDE;
    r = fact_sign(e, &e->facts.slots[slot], m);
    eh_digest_fact(e, period, slot);
    eh_facts_touch(e, period);
    return r;
}

int eh_facts_excluded(struct eh_engine *e, uint32_t team, struct eh_period of, uint32_t rep,
                      const struct eh_message *m)
{
    int r = rep_exclude_for(e, false, team, of, rep, m);
    return r < 0 ? r : rep_exclude_for(e, true, team, of, rep, m);
}

/* ---- both, for the shadow plan */

int eh_engine_shadow_named(struct eh_engine *e, const struct eh_message *m)
{
    struct eh_period of;
    uint32_t team = eh_interner_find(&e->roster.team_ids, m->team);
    uint32_t rep = eh_interner_find(&e->roster.rep_ids, m->rep);
    bool figure = m->type == EH_MESSAGE_METRIC;
    if (team == NONE || (m->rep.size && rep == NONE) || eh_period_parse(m->period, &of, NULL) < 0)
        return 0;
    return figure ? figure_import_for(e, true, team, of, m)
                  : rep_exclude_for(e, true, team, of, rep, m);
}
