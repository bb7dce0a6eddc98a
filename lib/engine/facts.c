/*
 * facts: what is counted of a team's bonus periods, with constant work for each outcome.
 *
 * A period is found by its team and a date; what is counted in it by kind, rep or imported name
 * stands in facts of their own, each an object of the digest. What is counted for the shadow plan
 * stands in the same places, and is no part of the state.
 */
#include "facts.h"

#include <stdlib.h>

/* A closing may be dated so far ahead of the engine's day (EH_AT_AHEAD_MAX_S); one beyond that is
 * of time that was taken back. */
#define AHEAD_DAYS 1

/* ---- finding and making */

static bool holds(const struct period *p, int32_t date)
{
    return p->first <= date && date <= p->last;
}

uint32_t eh_period_find(const struct eh_engine *e, uint32_t head, int32_t date)
{
    uint32_t at = head;
    while (at != NONE && e->periods[at].first > date) /* the latest comes first */
        at = e->periods[at].older;
    return at != NONE && holds(&e->periods[at], date) ? at : NONE;
}

static uint32_t *head_of(struct eh_engine *e, uint32_t team, bool shadow)
{
    return shadow ? &e->teams[team].shadow_periods : &e->teams[team].periods;
}

static int allocate(struct eh_engine *e, uint32_t *ret)
{
    if (e->free_period != NONE) {
        *ret = e->free_period;
        e->free_period = e->periods[*ret].older;
        return 0;
    }
    int r = eh_array_room(&e->periods, &e->period_capacity, e->period_count + 1, EH_ARRAY_MAX);
    if (r == 0)
        *ret = e->period_count++;
    return r;
}

static void link_period(struct eh_engine *e, uint32_t slot)
{
    struct period *p = &e->periods[slot];
    uint32_t *at = head_of(e, p->team, p->shadow);
    while (*at != NONE && e->periods[*at].first > p->first)
        at = &e->periods[*at].older;
    p->older = *at;
    *at = slot;
}

int eh_period_add(struct eh_engine *e, uint32_t team, struct eh_period period,
                  const struct eh_bonus_plan *plan, bool shadow, uint32_t *ret)
{
    uint32_t slot = NONE;
    int r = allocate(e, &slot);
    if (r < 0)
        return r;
    e->periods[slot] = (struct period){.team = team,
                                       .period = period,
                                       .first = eh_period_first(period),
                                       .last = eh_period_last(period),
                                       .plan = plan,
                                       .shadow = shadow,
                                       .state = EH_PERIOD_OPEN,
                                       .facts = NONE,
                                       .imports = NONE};
    link_period(e, slot);
    *ret = slot;
    return 0;
}

/* The period of a date under the plan that governs it; NONE: none does. */
static int get_period(struct eh_engine *e, uint32_t team, int32_t date, bool shadow, uint32_t *ret)
{
    *ret = eh_period_find(e, *head_of(e, team, shadow), date);
    if (*ret != NONE || (!shadow && eh_period_settled(e, team, date)))
        return 0;
    struct eh_str id = e->team_names.items[team];
    const struct eh_bonus_plan *plan = NULL;
    if (shadow)
        plan = eh_plans_find(e->shadow, e->shadow_count, id, date);
    else if (e->desk)
        plan = eh_desk_plan(e->desk->desk, id, date);
    if (!plan)
        return 0;
    return eh_period_add(e, team, eh_period_of(plan->from.kind, date), plan, shadow, ret);
}

static struct eh_key key_of(uint32_t period, uint8_t type, uint32_t rep, uint32_t kind)
{
    uint32_t numbers[4] = {period, type, rep, kind};
    return eh_key_of_text(eh_str_n((const char *)numbers, sizeof numbers));
}

static int add_fact(struct eh_engine *e, uint32_t period, const struct fact *fact, uint32_t *ret)
{
    int r = 0;
    uint32_t slot = e->free_fact;
    if (slot != NONE)
        e->free_fact = e->facts[slot].next;
    else if ((r = eh_array_room(&e->facts, &e->fact_capacity, e->fact_count + 1, EH_ARRAY_MAX)) ==
             0)
        slot = e->fact_count++;
    if (r < 0)
        return r;
    e->facts[slot] = *fact;
    uint32_t *head =
        fact->type == EH_FACT_IMPORT ? &e->periods[period].imports : &e->periods[period].facts;
    e->facts[slot].next = *head;
    *head = slot;
    e->facts_used += !e->periods[period].shadow;
    *ret = slot;
    return 0;
}

uint32_t eh_fact_find(const struct eh_engine *e, uint32_t period, uint8_t type, uint32_t rep,
                      uint32_t kind)
{
    uint64_t found;
    return eh_table_get(&e->fact_index, key_of(period, type, rep, kind), &found) ? (uint32_t)found
                                                                                 : NONE;
}

int eh_fact_get(struct eh_engine *e, uint32_t period, uint8_t type, uint32_t rep, uint32_t kind,
                uint32_t *ret)
{
    struct eh_key key = key_of(period, type, rep, kind);
    uint64_t found;
    if (eh_table_get(&e->fact_index, key, &found)) {
        *ret = (uint32_t)found;
        return 0;
    }
    struct fact fact = {.type = type, .rep = rep, .kind = kind};
    int r = add_fact(e, period, &fact, ret);
    return r < 0 ? r : eh_table_put(&e->fact_index, key, *ret);
}

/* There are EH_IMPORTS_MAX at most: a walk finds the name. */
static uint32_t find_import(const struct eh_engine *e, uint32_t period, struct eh_str name)
{
    uint32_t at = e->periods[period].imports;
    while (at != NONE && !eh_str_equal(fact_name(&e->facts[at]), name))
        at = e->facts[at].next;
    return at;
}

int eh_import_get(struct eh_engine *e, uint32_t period, struct eh_str name, uint32_t *ret)
{
    *ret = find_import(e, period, name);
    if (*ret != NONE)
        return 0;
    struct fact fact = {.type = EH_FACT_IMPORT, .rep = NONE, .kind = NONE};
    int r = eh_rep_set_text(&fact.name, &fact.name_size, name);
    if (r == 0)
        r = add_fact(e, period, &fact, ret);
    if (r < 0)
        free(fact.name);
    else
        e->periods[period].import_count++;
    return r;
}

static void drop_list(struct eh_engine *e, uint32_t period, uint32_t head)
{
    while (head != NONE) {
        struct fact *fact = &e->facts[head];
        uint32_t next = fact->next;
        eh_digest_leave(e, &fact->hash);
        if (fact->type != EH_FACT_IMPORT)
            eh_table_remove(&e->fact_index, key_of(period, fact->type, fact->rep, fact->kind));
        free(fact->name);
        *fact = (struct fact){.next = e->free_fact};
        e->free_fact = head;
        e->facts_used -= !e->periods[period].shadow;
        head = next;
    }
}

void eh_period_drop(struct eh_engine *e, uint32_t slot)
{
    struct period *p = &e->periods[slot];
    uint32_t *at = head_of(e, p->team, p->shadow);
    while (*at != slot)
        at = &e->periods[*at].older;
    *at = p->older;
    drop_list(e, slot, p->facts);
    drop_list(e, slot, p->imports);
    eh_digest_leave(e, &p->hash);
    free(p->frozen);
    free(p->statement);
    *p = (struct period){.older = e->free_period};
    e->free_period = slot;
}

void eh_facts_done(struct eh_engine *e)
{
    for (uint32_t i = 0; i < e->period_count; i++) {
        free(e->periods[i].frozen);
        free(e->periods[i].statement);
    }
    for (uint32_t i = 0; i < e->fact_count; i++)
        free(e->facts[i].name);
    free(e->periods);
    free(e->facts);
    eh_table_done(&e->fact_index);
}

/* ---- whether there is room */

static int check_count(const struct eh_engine *e, uint32_t team, struct eh_error *error)
{
    uint32_t open = 0;
    for (uint32_t at = e->teams[team].periods; at != NONE; at = e->periods[at].older)
        open += e->periods[at].last_version == 0;
    if (open < EH_PERIODS_OPEN_MAX)
        return 0;
    return eh_error_set(error, EH_EFULL,
                        "period: team %.*s has %d periods that were not closed; close some",
                        EH_STR_ARG(e->team_names.items[team]), EH_PERIODS_OPEN_MAX);
}

int eh_facts_room(const struct eh_engine *e, uint32_t team, int32_t date, struct eh_error *error)
{
    const struct eh_desk *desk = e->desk ? e->desk->desk : NULL;
    if (!desk || !eh_desk_plan(desk, e->team_names.items[team], date) ||
        eh_period_settled(e, team, date))
        return 0;
    if (e->facts_used > EH_FACTS_MAX - 4)
        return eh_error_set(error, EH_EFULL,
                            "period: %u facts of bonus periods are held already; close some",
                            EH_FACTS_MAX);
    return eh_period_find(e, e->teams[team].periods, date) != NONE ? 0
                                                                   : check_count(e, team, error);
}

/* ---- counting */

const struct eh_plan_measure *eh_plan_handle_time(const struct eh_bonus_plan *plan)
{
    for (uint32_t i = 0; i < plan->measure_count; i++)
        if (plan->measures[i].kind == EH_MEASURE_HANDLE_TIME)
            return &plan->measures[i];
    return NULL;
}

void eh_facts_touch(struct eh_engine *e, uint32_t period)
{
    struct period *p = &e->periods[period];
    p->late += p->state != EH_PERIOD_OPEN;
    eh_digest_period(e, period);
}

static int count_kind(struct eh_engine *e, uint32_t period, const struct ticket *t,
                      const struct eh_message *m)
{
    uint32_t slot;
    int r = eh_fact_get(e, period, EH_FACT_KIND, NONE, t->kind, &slot);
    if (r < 0)
        return r;
    struct fact *fact = &e->facts[slot];
    const struct eh_plan_measure *measure = eh_plan_handle_time(e->periods[period].plan);
    fact->closed++;
    fact->won += t->outcome == EH_OUTCOME_WON;
    fact->lost += t->outcome == EH_OUTCOME_LOST;
    if (measure && eh_message_has(m, EH_FIELD_HANDLED)) {
        fact->count++;
        fact->sum += eh_plan_winsorise(measure, m->handled_s * 1000);
    }
    eh_digest_fact(e, period, slot);
    return 0;
}

static int count_held(struct eh_engine *e, uint32_t period, const struct ticket *t)
{
    uint32_t slot;
    if (t->rep == NONE)
        return 0;
    int r = eh_fact_get(e, period, EH_FACT_HELD, t->rep, t->kind, &slot);
    if (r < 0)
        return r;
    e->facts[slot].closed++;
    eh_digest_fact(e, period, slot);
    return 0;
}

static void count_rating(struct period *p, const struct eh_message *m)
{
    if (!eh_message_has(m, EH_FIELD_CSAT))
        return;
    p->ratings++;
    p->rating_sum += m->csat;
}

static int count_closing(struct eh_engine *e, uint32_t period, const struct ticket *t,
                         const struct eh_message *m)
{
    int r = count_kind(e, period, t, m);
    if (r == 0)
        r = count_held(e, period, t);
    if (r < 0)
        return r;
    struct period *p = &e->periods[period];
    if (t->outcome == EH_OUTCOME_WON)
        p->revenue += t->value;
    if (t->first_us) {
        p->responses++;
        p->response_ms += eh_passed_ms(t->created_us, t->first_us);
    }
    p->cycles++;
    p->cycle_ms += eh_passed_ms(t->created_us, t->closed_us);
    count_rating(p, m);
    eh_facts_touch(e, period);
    return 0;
}

static int count_reopening(struct eh_engine *e, uint32_t period, const struct ticket *t)
{
    struct period *p = &e->periods[period];
    p->reopened++;
    if (t->outcome == EH_OUTCOME_WON)
        p->revenue -= (__int128)t->value - t->refunded;
    if (t->outcome == EH_OUTCOME_WON || t->outcome == EH_OUTCOME_LOST) {
        uint32_t slot;
        int r = eh_fact_get(e, period, EH_FACT_KIND, NONE, t->kind, &slot);
        if (r < 0)
            return r;
        e->facts[slot].won -= t->outcome == EH_OUTCOME_WON;
        e->facts[slot].lost -= t->outcome == EH_OUTCOME_LOST;
        eh_digest_fact(e, period, slot);
    }
    eh_facts_touch(e, period);
    return 0;
}

int eh_facts_closed(struct eh_engine *e, const struct ticket *t, const struct eh_message *m)
{
    int r = 0;
    for (int shadow = 0; r == 0 && shadow <= 1; shadow++) {
        uint32_t period;
        r = get_period(e, t->team, t->closed_date, shadow, &period);
        if (r == 0 && period != NONE)
            r = count_closing(e, period, t, m);
    }
    return r;
}

/* What refers to a closing counts where that closing does; nowhere, when that is settled for good.
 */
uint32_t eh_facts_period(struct eh_engine *e, uint32_t team, int32_t date, bool shadow)
{
    if (e->rules >= EH_RULES_TIME_BACK && date > e->date + AHEAD_DAYS)
        date = e->date;
    return eh_period_find(e, *head_of(e, team, shadow), date);
}

int eh_facts_make_period(struct eh_engine *e, uint32_t team, int32_t date, bool shadow,
                         uint32_t *ret)
{
    if (date > e->date + AHEAD_DAYS)
        date = e->date;
    return get_period(e, team, date, shadow, ret);
}

int eh_facts_reopened(struct eh_engine *e, const struct ticket *t)
{
    int r = 0;
    for (int shadow = 0; r == 0 && shadow <= 1; shadow++) {
        uint32_t period = eh_facts_period(e, t->team, t->closed_date, shadow);
        if (period != NONE)
            r = count_reopening(e, period, t);
    }
    return r;
}

void eh_facts_refunded(struct eh_engine *e, const struct ticket *t, int64_t value)
{
    for (int shadow = 0; shadow <= 1; shadow++) {
        uint32_t period = eh_facts_period(e, t->team, t->closed_date, shadow);
        if (period == NONE)
            continue;
        e->periods[period].revenue -= value;
        eh_facts_touch(e, period);
    }
}

bool eh_facts_rated(struct eh_engine *e, const struct ticket *t, const struct eh_message *m)
{
    bool counted = false;
    for (int shadow = 0; eh_message_has(m, EH_FIELD_CSAT) && shadow <= 1; shadow++) {
        uint32_t period = eh_facts_period(e, t->team, t->closed_date, shadow);
        if (period == NONE)
            continue;
        count_rating(&e->periods[period], m);
        eh_facts_touch(e, period);
        counted = true;
    }
    return counted;
}

/* ---- imported figures */

static int import(struct eh_engine *e, uint32_t period, const struct eh_message *m)
{
    bool paid = eh_str_equal(m->metric, eh_str("paid_minutes"));
    uint32_t slot;
    if (eh_plan_is_minutes(m->metric)) {
        uint32_t rep = eh_names_find(&e->rep_names, m->rep);
        int r = eh_fact_get(e, period, EH_FACT_REP, rep, NONE, &slot);
        if (r < 0)
            return r;
        struct fact *fact = &e->facts[slot];
        *(paid ? &fact->has_paid : &fact->has_contract) = true;
        *(paid ? &fact->paid : &fact->contract) = m->value;
    } else {
        int r = eh_import_get(e, period, m->metric, &slot);
        if (r < 0)
            return r;
        e->facts[slot].count++;
        e->facts[slot].last = m->value;
        e->facts[slot].sum =
            m->value + (eh_message_has(m, EH_FIELD_REPLACE) ? 0 : e->facts[slot].sum);
    }
    eh_digest_fact(e, period, slot);
    eh_facts_touch(e, period);
    return 0;
}

bool eh_engine_figure(const struct eh_engine *e, const struct eh_message *m,
                      struct eh_figure_view *ret)
{
    struct eh_period period;
    uint32_t team = eh_names_find(&e->team_names, m->team), slot = NONE;
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
    uint32_t at = eh_period_find(e, e->teams[team].periods, eh_period_first(period));
    if (at != NONE)
        slot = find_import(e, at, m->metric);
    if (slot == NONE)
        return false;
    const struct fact *fact = &e->facts[slot];
    if (ret->sums && (fact->sum > EH_INTEGER_MAX || fact->sum < -EH_INTEGER_MAX))
        return false;
    ret->now = ret->sums ? (int64_t)fact->sum : fact->last;
    return true;
}

bool eh_imports_full(const struct eh_engine *e, uint32_t team, int32_t date, struct eh_str name)
{
    uint32_t period = eh_period_find(e, e->teams[team].periods, date);
    return period != NONE && e->periods[period].import_count >= EH_IMPORTS_MAX &&
           find_import(e, period, name) == NONE;
}

static int import_for(struct eh_engine *e, bool shadow, uint32_t team, struct eh_period of,
                      const struct eh_message *m)
{
    uint32_t period;
    int r = get_period(e, team, eh_period_first(of), shadow, &period);
    bool counts = r == 0 && period != NONE && eh_period_equal(e->periods[period].period, of);
    return counts ? import(e, period, m) : r;
}

bool eh_import_known(const struct eh_engine *e, uint32_t team, struct eh_period period,
                     struct eh_str name)
{
    uint32_t at = eh_period_find(e, e->teams[team].periods, eh_period_first(period));
    return at != NONE && find_import(e, at, name) != NONE;
}

int eh_facts_imported(struct eh_engine *e, uint32_t team, struct eh_period of,
                      const struct eh_message *m)
{
    int r = import_for(e, false, team, of, m);
    return r < 0 ? r : import_for(e, true, team, of, m);
}

/* "BY" and "REASON", a list in one text, behind the fact of a rep. */
static int sign(struct eh_engine *e, struct fact *fact, const struct eh_message *m)
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
    return eh_rep_set_text(&fact->name, &fact->name_size,
                           eh_str_n((const char *)scratch->data, (uint32_t)scratch->size));
}

static int exclude_for(struct eh_engine *e, bool shadow, uint32_t team, struct eh_period of,
                       uint32_t rep, const struct eh_message *m)
{
    uint32_t period, slot;
    int r = get_period(e, team, eh_period_first(of), shadow, &period);
    if (r < 0 || period == NONE || !eh_period_equal(e->periods[period].period, of))
        return r;
    r = eh_fact_get(e, period, EH_FACT_REP, rep, NONE, &slot);
    if (r < 0)
        return r;
    e->facts[slot].excluded = m->type == EH_MESSAGE_EXCLUDE;
    r = sign(e, &e->facts[slot], m);
    eh_digest_fact(e, period, slot);
    eh_facts_touch(e, period);
    return r;
}

int eh_facts_excluded(struct eh_engine *e, uint32_t team, struct eh_period of, uint32_t rep,
                      const struct eh_message *m)
{
    int r = exclude_for(e, false, team, of, rep, m);
    return r < 0 ? r : exclude_for(e, true, team, of, rep, m);
}

int eh_engine_shadow_named(struct eh_engine *e, const struct eh_message *m)
{
    struct eh_period of;
    uint32_t team = eh_names_find(&e->team_names, m->team);
    uint32_t rep = eh_names_find(&e->rep_names, m->rep);
    bool figure = m->type == EH_MESSAGE_METRIC;
    if (team == NONE || (m->rep.size && rep == NONE) || eh_period_parse(m->period, &of, NULL) < 0)
        return 0;
    return figure ? import_for(e, true, team, of, m) : exclude_for(e, true, team, of, rep, m);
}

/* ---- time taken back */

static int move_fact(struct eh_engine *e, uint32_t to, uint32_t from, uint32_t at)
{
    uint32_t slot;
    int r = eh_fact_get(e, to, e->facts[at].type, e->facts[at].rep, e->facts[at].kind, &slot);
    if (r < 0)
        return r;
    struct fact *fact = &e->facts[slot], *old = &e->facts[at];
    fact->closed += old->closed;
    fact->won += old->won;
    fact->lost += old->lost;
    fact->count += old->count;
    fact->sum += old->sum;
    old->closed = old->won = old->lost = old->count = 0;
    old->sum = 0;
    eh_digest_fact(e, to, slot);
    eh_digest_fact(e, from, at);
    return 0;
}

static void move_sums(struct period *to, struct period *from)
{
    to->revenue += from->revenue;
    to->response_ms += from->response_ms;
    to->cycle_ms += from->cycle_ms;
    to->ratings += from->ratings;
    to->rating_sum += from->rating_sum;
    to->reopened += from->reopened;
    to->responses += from->responses;
    to->cycles += from->cycles;
    to->firsts += from->firsts;
    to->cancelled += from->cancelled;
    from->revenue = from->response_ms = from->cycle_ms = 0;
    from->ratings = from->rating_sum = from->reopened = from->responses = from->cycles = 0;
    from->firsts = from->cancelled = 0;
}

/* What came of tickets goes; imported figures and who is set aside name their period themselves. */
static int move_period(struct eh_engine *e, uint32_t to, uint32_t from)
{
    bool named = e->periods[from].imports != NONE;
    int r = 0;
    for (uint32_t at = e->periods[from].facts; r == 0 && at != NONE; at = e->facts[at].next) {
        bool of_rep = e->facts[at].type == EH_FACT_REP;
        named |= of_rep;
        r = of_rep ? 0 : move_fact(e, to, from, at);
    }
    if (r < 0)
        return r;
    move_sums(&e->periods[to], &e->periods[from]);
    eh_facts_touch(e, to);
    if (named)
        eh_digest_period(e, from);
    else
        eh_period_drop(e, from);
    return 0;
}

static int team_back(struct eh_engine *e, uint32_t team, bool shadow, int32_t date)
{
    uint32_t at = *head_of(e, team, shadow), older, to = NONE;
    int r = 0;
    for (; r == 0 && at != NONE && e->periods[at].first > date; at = older) {
        older = e->periods[at].older;
        if (e->periods[at].state != EH_PERIOD_OPEN)
            continue;
        r = get_period(e, team, date, shadow, &to);
        if (r == 0 && to == NONE)
            break; /* no plan governs that day: it counts where it was */
        if (r == 0)
            r = move_period(e, to, at);
    }
    return r;
}

int eh_facts_back(struct eh_engine *e, int32_t date)
{
    int r = 0;
    for (uint32_t team = 0; r == 0 && team < e->team_names.count; team++) {
        struct purse *purse = &e->teams[team].purse;
        if (purse->used && purse->planned_on > date) {
            purse->planned_on = date;
            eh_digest_purse(e, team);
        }
        for (int shadow = 0; r == 0 && shadow <= 1; shadow++)
            r = team_back(e, team, shadow, date);
    }
    return r;
}
