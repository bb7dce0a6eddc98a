/*
 * facts: what the engine counted of a period, and who was in the team, as the bonus calculator
 * takes it: kinds, names and reps by id, sums narrowed to 64 bits or refused.
 */
#include "internal.h"

#include <stdlib.h>

/* ---- the names that facts are about */

struct names {
    struct eh_str *items;
    uint32_t count, capacity;
};

static bool names_add(struct names *names, struct eh_str name, struct eh_arena *scratch)
{
    if (eh_array_room_in(scratch, &names->items, &names->capacity, names->count + (size_t)1,
                         EH_ARRAY_MAX) < 0)
        return false;
    names->items[names->count++] = name;
    return true;
}

static int names_compare(const void *left, const void *right)
{
    const struct eh_str *a = left, *b = right;
    return eh_str_compare(*a, *b);
}

/* Sorts the names and drops repeats. */
static void names_arrange(struct names *names)
{
    if (names->count == 0)
        return;
    qsort(names->items, names->count, sizeof *names->items, names_compare);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < names->count; i++)
        if (!eh_str_equal(names->items[i], names->items[kept - 1]))
            names->items[kept++] = names->items[i];
    names->count = kept;
}

static uint32_t names_place(const struct names *names, struct eh_str name)
{
    const struct eh_str *found = names->count ? bsearch(&name, names->items, names->count,
                                                        sizeof *names->items, names_compare)
                                              : NULL;
    return found ? (uint32_t)(found - names->items) : UINT32_MAX;
}

/* ---- gathering */

struct stay {
    struct eh_str rep;
    struct eh_bonus_stay days;
};

struct gathering {
    const struct eh_period_view *view;
    struct names kinds, imports, reps;
    struct stay *stays; /* in the period; in order of rep id */
    uint32_t stay_count, stay_capacity;
    struct eh_bonus_kind *kind;
    struct eh_bonus_import *import;
    struct eh_bonus_member *member;
    bool *known; /* of each rep: whether there are facts */
    struct eh_arena *arena, *scratch;
    struct eh_error *error;
    int result; /* the first error; 0: none */
};

static int memory_refuse(struct eh_error *error)
{
    return eh_error_set(error, EH_ENOMEM, "out of memory for the facts");
}

static int sum_narrow(const struct eh_period_view *view, __int128 wide, const char *what,
                      struct eh_str of, int64_t *ret, struct eh_error *error)
{
    char period[EH_DECIMAL_TEXT_MAX];
    if (wide >= INT64_MIN && wide <= INT64_MAX) {
        *ret = (int64_t)wide;
        return 0;
    }
    eh_period_print(view->period, period);
    return eh_error_set(error, EH_ERANGE, "%s: %s%.*s does not fit 64 bits", period, what,
                        EH_STR_ARG(of));
}

/* First round: collects the kinds, reps and names that the facts are about. */
static void period_collect(void *context, const struct eh_fact_view *fact)
{
    struct gathering *g = context;
    bool room = fact->type == EH_FACT_KIND     ? names_add(&g->kinds, fact->kind, g->scratch)
                : fact->type == EH_FACT_IMPORT ? names_add(&g->imports, fact->name, g->scratch)
                                               : names_add(&g->reps, fact->rep, g->scratch);
    if (!room && g->result == 0)
        g->result = memory_refuse(g->error);
}

static int kind_fill(struct gathering *g, const struct eh_fact_view *fact)
{
    struct eh_bonus_kind *kind = &g->kind[names_place(&g->kinds, fact->kind)];
    kind->closed = fact->closed;
    kind->won = fact->won;
    kind->lost = fact->lost;
    kind->handled_count = fact->handled;
    return sum_narrow(g->view, fact->sum, "the handled time of kind ", fact->kind,
                      &kind->handled_ms, g->error);
}

static int import_fill(struct gathering *g, const struct eh_fact_view *fact)
{
    struct eh_bonus_import *import = &g->import[names_place(&g->imports, fact->name)];
    import->last = fact->last;
    import->count = fact->count;
    return sum_narrow(g->view, fact->sum, "the sum of ", fact->name, &import->sum, g->error);
}

static int held_fill(struct gathering *g, const struct eh_fact_view *fact)
{
    uint32_t place = names_place(&g->reps, fact->rep), kind = names_place(&g->kinds, fact->kind);
    if (kind == UINT32_MAX)
        return eh_error_set(g->error, EH_ECORRUPT, "closings are held that are not counted");
    struct eh_bonus_member *m = &g->member[place];
    int64_t *closed =
        (int64_t *)m->closed; /* this room allocated it, and it is not handed out yet */
    if (!closed)
        closed = eh_arena_alloc(g->arena, g->kinds.count * sizeof *closed);
    if (!closed)
        return memory_refuse(g->error);
    closed[kind] = fact->closed;
    m->closed = closed;
    g->known[place] = true;
    return 0;
}

static int rep_fill(struct gathering *g, const struct eh_fact_view *fact)
{
    uint32_t place = names_place(&g->reps, fact->rep);
    struct eh_bonus_member *m = &g->member[place];
    m->has_paid = fact->has_paid;
    m->paid_minutes = fact->has_paid ? fact->paid_minutes : 0;
    if (fact->has_contract) {
        m->has_contract = true;
        m->by_calendar = false;
        m->contract_minutes = fact->contract_minutes;
    }
    m->excluded = fact->excluded;
    g->known[place] = true;
    return 0;
}

/* Second round: fills in the figures. */
static void facts_fill(void *context, const struct eh_fact_view *fact)
{
    struct gathering *g = context;
    if (g->result == 0)
        g->result = fact->type == EH_FACT_KIND     ? kind_fill(g, fact)
                    : fact->type == EH_FACT_IMPORT ? import_fill(g, fact)
                    : fact->type == EH_FACT_HELD   ? held_fill(g, fact)
                                                   : rep_fill(g, fact);
}

/* ---- members */

static int kinds_collect(struct gathering *g, const struct eh_desk *desk)
{
    bool room = true;
    for (uint32_t i = 0; room && i < desk->kind_count; i++)
        room = names_add(&g->kinds, desk->kinds[i].id, g->scratch);
    return room ? 0 : memory_refuse(g->error);
}

static void stay_collect(void *context, struct eh_str rep, const struct eh_stay *stay)
{
    struct gathering *g = context;
    if (g->result < 0)
        return;
    if (eh_array_room_in(g->scratch, &g->stays, &g->stay_capacity, g->stay_count + (size_t)1,
                         EH_ARRAY_MAX) < 0 ||
        !names_add(&g->reps, rep, g->scratch))
        g->result = memory_refuse(g->error);
    else
        g->stays[g->stay_count++] = (struct stay){rep, {stay->from, stay->until}};
}

static int stays_collect(const struct eh_engine *e, struct gathering *g)
{
    int32_t first = eh_period_first(g->view->period), last = eh_period_last(g->view->period);
    int r = eh_engine_stays(e, g->view->team, first, last, stay_collect, g);
    return r < 0 ? memory_refuse(g->error) : g->result;
}

/* Fills in the contract's minutes by the calendar, where the hours of all their days are known. */
static void contract_count(const struct eh_engine *e, const struct gathering *g,
                           const struct eh_bonus_stay *stays, uint32_t count,
                           struct eh_bonus_member *m)
{
    struct eh_contract contract = {.until = EH_DATE_NEVER};
    for (uint32_t i = 0; i < count; i++) {
        const struct eh_stay stay = {stays[i].from, stays[i].until};
        if (!eh_engine_contract(e, g->view->team, m->rep, &stay, &contract))
            return;
    }
    m->has_contract = m->by_calendar = count > 0;
    m->contract_minutes = contract.minutes;
    m->calendar_until = contract.until;
}

/* Fills in days and service. Stays and reps are both sorted by id: one walk finds the stays of each
 * rep. The service is the one that was said for their last day there. */
static int days_count(const struct eh_engine *e, struct gathering *g)
{
    uint32_t at = 0;
    struct eh_bonus_stay *days = eh_arena_alloc(g->scratch, g->stay_count * sizeof *days);
    if (!days)
        return memory_refuse(g->error);
    for (uint32_t i = 0; i < g->reps.count; i++) {
        struct eh_bonus_member *m = &g->member[i];
        int32_t last = eh_period_last(g->view->period);
        uint32_t count = 0;
        for (; at < g->stay_count && eh_str_equal(g->stays[at].rep, g->reps.items[i]); at++)
            last = (days[count++] = g->stays[at].days).until;
        m->rep = g->reps.items[i];
        m->since = eh_engine_since(e, m->rep, last);
        eh_bonus_count_days(days, count, g->view->period, m);
        contract_count(e, g, days, count, m);
    }
    return 0;
}

/* Drops reps who had no day in the period, unless there are facts about them. */
static uint32_t strangers_drop(struct gathering *g)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < g->reps.count; i++)
        if (g->member[i].days > 0 || g->known[i])
            g->member[kept++] = g->member[i];
    return kept;
}

/* ---- together */

static int facts_allocate(struct gathering *g)
{
    names_arrange(&g->kinds);
    names_arrange(&g->imports);
    names_arrange(&g->reps);
    g->kind = eh_arena_alloc(g->arena, g->kinds.count * sizeof *g->kind);
    g->import = eh_arena_alloc(g->arena, g->imports.count * sizeof *g->import);
    g->member = eh_arena_alloc(g->arena, g->reps.count * sizeof *g->member);
    g->known = eh_arena_alloc(g->scratch, g->reps.count * sizeof *g->known);
    if (!g->kind || !g->import || !g->member || !g->known)
        return memory_refuse(g->error);
    for (uint32_t i = 0; i < g->kinds.count; i++)
        g->kind[i].id = g->kinds.items[i];
    for (uint32_t i = 0; i < g->imports.count; i++)
        g->import[i].name = g->imports.items[i];
    return 0;
}

static int facts_gather(const struct eh_engine *e, struct gathering *g)
{
    const struct eh_desk *desk = eh_engine_desk(e);
    int r = desk ? kinds_collect(g, desk) : 0;
    if (r == 0)
        r = stays_collect(e, g);
    if (r < 0)
        return r;
    eh_engine_facts(e, g->view, period_collect, g);
    if (g->result == 0)
        g->result = facts_allocate(g);
    if (g->result == 0)
        g->result = days_count(e, g);
    if (g->result == 0)
        eh_engine_facts(e, g->view, facts_fill, g);
    return g->result;
}

static int team_copy(const struct eh_period_view *view, struct eh_bonus_facts *facts,
                     struct eh_error *error)
{
    struct eh_str none = {NULL, 0};
    facts->period = view->period;
    facts->ratings = view->ratings;
    facts->rating_sum = view->rating_sum;
    facts->reopened = view->reopened;
    facts->by_closings = view->by_closings;
    facts->firsts = view->firsts;
    facts->cancelled = view->cancelled;
    facts->responses = view->responses;
    facts->cycles = view->cycles;
    facts->with_answers = view->with_answers;
    facts->answers = view->answers;
    facts->answers_timed = view->answers_timed;
    facts->answers_in_time = view->answers_in_time;
    int r = sum_narrow(view, view->revenue, "the revenue", none, &facts->revenue, error);
    if (r == 0)
        r = sum_narrow(view, view->response_ms, "the time to assignment", none, &facts->response_ms,
                       error);
    if (r == 0)
        r = sum_narrow(view, view->cycle_ms, "the time to closing", none, &facts->cycle_ms, error);
    return r < 0 ? r
                 : sum_narrow(view, view->answer_ms, "the time to the first answer", none,
                              &facts->answer_ms, error);
}

int eh_pool_facts(const struct eh_engine *e, const struct eh_period_view *view, bool estimate,
                  struct eh_arena *arena, struct eh_bonus_facts **ret, struct eh_error *error)
{
    EH_AUTO(eh_arena) struct eh_arena scratch = EH_ARENA_INIT;
    struct gathering g = {.view = view, .arena = arena, .scratch = &scratch, .error = error};
    struct eh_bonus_facts *facts = eh_arena_alloc(arena, sizeof *facts);
    if (!facts)
        return memory_refuse(error);
    int r = team_copy(view, facts, error);
    if (r == 0)
        r = facts_gather(e, &g);
    if (r < 0)
        return r;
    facts->estimate = estimate;
    facts->carry_open = eh_engine_carry_open(e, view->team);
    facts->kinds = g.kind;
    facts->kind_count = g.kinds.count;
    facts->imports = g.import;
    facts->import_count = g.imports.count;
    facts->members = g.member;
    facts->member_count = strangers_drop(&g);
    *ret = facts;
    return 0;
}
