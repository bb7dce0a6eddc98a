/*
 * prepare: the text that the shell adds to FREEZE and CLOSE, or the reason why the step is
 * impossible.
 */
#include "internal.h"

#include <evenhand/engine/rules.h>

/* ---- which period */

static int kind_refuse(const struct eh_bonus_plan *plan, struct eh_period period,
                       struct eh_error *error)
{
    char asked[EH_DECIMAL_TEXT_MAX], right[EH_DECIMAL_TEXT_MAX];
    enum eh_period_kind kind = (enum eh_period_kind)plan->from.kind;
    eh_period_print(period, asked);
    eh_period_print(eh_period_of(kind, eh_period_first(period)), right);
    return eh_error_set(
        error, EH_EINVAL, "%s is no period of team %.*s: plan %.*s pays by the %s, such as %s",
        asked, EH_STR_ARG(plan->team), EH_STR_ARG(plan->id), eh_period_kind_name(kind), right);
}

static int ungoverned_refuse(const struct eh_engine *e, struct eh_str team, struct eh_period period,
                             struct eh_error *error)
{
    const struct eh_desk *desk = eh_engine_desk(e);
    const struct eh_bonus_plan *first = NULL;
    char asked[EH_DECIMAL_TEXT_MAX], from[EH_DECIMAL_TEXT_MAX];
    if (!desk || !eh_desk_team(desk, team))
        return eh_error_set(error, EH_ENOTFOUND, "there is no team %.*s", EH_STR_ARG(team));
    const struct eh_bonus_plan *governs = eh_desk_plan(desk, team, eh_period_first(period));
    if (governs && governs->from.kind != period.kind)
        return kind_refuse(governs, period, error);
    if (governs) {
        eh_period_print(period, asked);
        return eh_error_set(error, EH_ECONFLICT, "%s of team %.*s is settled for good", asked,
                            EH_STR_ARG(team));
    }
    for (uint32_t i = 0; !first && i < desk->plan_count;
         i++) /* plans are sorted by team, then by time */
        if (eh_str_equal(desk->plans[i].team, team))
            first = &desk->plans[i];
    if (!first)
        return eh_error_set(error, EH_ENOTFOUND,
                            "team %.*s has no bonus plan; add one to `plans` of the desk file",
                            EH_STR_ARG(team));
    eh_period_print(period, asked);
    eh_period_print(first->from, from);
    return eh_error_set(error, EH_ENOTFOUND,
                        "no plan of team %.*s governs %s; the first, %.*s, begins with %s",
                        EH_STR_ARG(team), asked, EH_STR_ARG(first->id), from);
}

static int period_find(const struct eh_engine *e, const struct eh_message *m,
                       struct eh_period_view *ret, struct eh_error *error)
{
    struct eh_period period;
    struct eh_error why = {0};
    if (eh_period_parse(m->period, &period, &why) < 0)
        return eh_error_set(error, EH_EINVAL, "period: %s", why.text);
    return eh_engine_period(e, m->team, period, ret) ? 0
                                                     : ungoverned_refuse(e, m->team, period, error);
}

/* ---- FREEZE */

static int period_check_over(const struct eh_engine *e, struct eh_period period,
                             struct eh_error *error)
{
    struct eh_totals totals;
    char name[EH_DECIMAL_TEXT_MAX], last[EH_DECIMAL_TEXT_MAX];
    eh_engine_totals(e, &totals);
    if (totals.date > eh_period_last(period))
        return 0;
    eh_period_print(period, name);
    eh_date_print(eh_period_last(period), last);
    return eh_error_set(error, EH_ECONFLICT, "%s runs until %s; freeze it after that", name, last);
}

static void line_count(void *context, const char *line)
{
    (void)line;
    ++*(size_t *)context;
}

/* For a FREEZE that lets missing figures score nothing: computes as for an estimate. */
static void missing_forgo(const struct eh_period_view *view, struct eh_bonus_facts *facts)
{
    size_t missing = 0;
    facts->estimate = eh_bonus_missing(view->plan, facts, line_count, &missing) > 0;
}

static int period_freeze(const struct eh_engine *e, const struct eh_period_view *view,
                         bool incomplete, struct eh_arena *arena, struct eh_bytes *ret,
                         struct eh_error *error)
{
    char name[EH_DECIMAL_TEXT_MAX];
    eh_period_print(view->period, name);
    if (view->state == EH_PERIOD_CLOSED || view->state == EH_PERIOD_PAID)
        return eh_error_set(error, EH_ECONFLICT,
                            "%s is %s; what came since is settled by `close` again", name,
                            eh_period_state_name(view->state));
    struct eh_bonus_facts *facts;
    int r = period_check_over(e, view->period, error);
    if (r == 0)
        r = eh_pool_facts(e, view, false, arena, &facts, error);
    if (r == 0 && incomplete)
        missing_forgo(view, facts);
    if (r == 0)
        eh_pool_facts_encode(facts, ret);
    return r;
}

/* ---- what keeps CLOSE, and what it settles first */

static bool period_is_late(const struct eh_period_view *view)
{
    return view->late > 0 && (view->state == EH_PERIOD_CLOSED || view->state == EH_PERIOD_PAID);
}

static uint32_t late_count(const struct eh_engine *e, struct eh_str team)
{
    struct eh_period_view view;
    uint32_t count = 0;
    for (int32_t after = EH_DATE_ALWAYS; eh_engine_period_after(e, team, after, &view);
         after = eh_period_first(view.period))
        count += period_is_late(&view);
    return count;
}

/* The settlements of a CLOSE so far, and the team's open carry after the last of them. */
struct settling {
    struct eh_settlement *items;
    uint32_t count;
    int64_t carry_open;
};

static int settling_begin(struct settling *s, const struct eh_engine *e, struct eh_str team,
                          size_t most, struct eh_arena *arena, struct eh_error *error)
{
    *s = (struct settling){.items = eh_arena_alloc(arena, most * sizeof *s->items),
                           .carry_open = eh_engine_carry_open(e, team)};
    return s->items ? 0 : eh_error_set(error, EH_ENOMEM, "out of memory for the settlements");
}

/* Settles the closed periods that have late facts. A period that cannot be settled stays late: it
 * must not keep another one from being closed. */
static int late_settle(const struct eh_engine *e, struct eh_str team, enum eh_pool_form form,
                       struct eh_arena *arena, struct settling *s, struct eh_error *error)
{
    struct eh_period_view view;
    for (int32_t after = EH_DATE_ALWAYS; eh_engine_period_after(e, team, after, &view);
         after = eh_period_first(view.period)) {
        struct eh_error why = {0};
        if (!period_is_late(&view))
            continue;
        int r = eh_pool_settle(e, &view, form, arena, &s->carry_open, &s->items[s->count], &why);
        s->count += r == 0;
        if (r == -EH_ENOMEM || r == -EH_ECORRUPT) {
            if (error)
                *error = why;
            return r;
        }
    }
    return 0;
}

static int period_check_closable(const struct eh_period_view *view, struct eh_error *error)
{
    char name[EH_DECIMAL_TEXT_MAX];
    eh_period_print(view->period, name);
    if (view->state == EH_PERIOD_OPEN)
        return eh_error_set(error, EH_ECONFLICT,
                            "%s is open; freeze it first, so that everybody can look at it", name);
    if (view->state != EH_PERIOD_PROVISIONAL && view->late == 0)
        return eh_error_set(error, EH_ECONFLICT, "%s: nothing came since version %u", name,
                            view->last.version);
    return 0;
}

/* ---- What CLOSE would do. */

static int statement_expect(const struct eh_engine *e, const struct eh_period_view *view,
                            struct eh_arena *arena, int64_t *carry_open,
                            struct eh_pool_statement **ret, struct eh_error *error)
{
    struct eh_settlement settlement;
    struct eh_pool_statement *s = NULL;
    int r = -EH_ENOTFOUND;
    if (view->state == EH_PERIOD_PROVISIONAL)
        r = eh_pool_settle(e, view, eh_pool_form_of(e), arena, carry_open, &settlement, error);
    if (r == 0)
        r = eh_pool_statement_decode(settlement.statement, arena, &s, error);
    else if (r == -EH_ENOTFOUND) /* not frozen yet, or something is missing */
        r = eh_pool_live(e, view, *carry_open, arena, &s, error);
    if (r < 0)
        return r;
    *carry_open = s->carry_open;
    *ret = s;
    return 0;
}

#define PASSED_MAX                                                                                 \
    24 /* earlier periods that nobody closed: at most so many are taken as closed first */

/* Takes earlier periods as closed: they take their part of the open carry first. */
static int earlier_pass(const struct eh_engine *e, const struct eh_period_view *view,
                        struct eh_arena *arena, int64_t *carry_open, struct eh_error *error)
{
    struct eh_period_view other;
    int32_t first = eh_period_first(view->period);
    unsigned passed = 0;
    int r = 0;
    for (int32_t after = EH_DATE_ALWAYS; r == 0 && *carry_open < 0 && passed < PASSED_MAX &&
                                         eh_engine_period_after(e, view->team, after, &other) &&
                                         eh_period_first(other.period) < first;
         after = eh_period_first(other.period)) {
        struct eh_pool_statement *s;
        if (other.last.version == 0 && ++passed)
            r = statement_expect(e, &other, arena, carry_open, &s, error);
        if (r != -EH_ENOMEM && r != -EH_ECORRUPT)
            r = 0; /* that period cannot be closed as it is */
    }
    return r;
}

int eh_pool_expect(const struct eh_engine *e, const struct eh_period_view *view,
                   struct eh_arena *arena, struct eh_pool_expected *ret, struct eh_error *error)
{
    struct eh_pool_expected all = {0};
    struct settling s;
    if (view->last.version > 0)
        return eh_error_set(error, EH_ECONFLICT, "it is closed");
    uint32_t most = late_count(e, view->team);
    int r = settling_begin(&s, e, view->team, most, arena, error);
    if (r < 0)
        return r;
    all.earlier = eh_arena_alloc(arena, most * sizeof *all.earlier);
    if (!all.earlier)
        return eh_error_set(error, EH_ENOMEM, "out of memory for the settlements");
    r = late_settle(e, view->team, eh_pool_form_of(e), arena, &s, error);
    all.earlier_count = s.count;
    for (uint32_t i = 0; r == 0 && i < s.count; i++)
        r = eh_pool_statement_decode(s.items[i].statement, arena, &all.earlier[i], error);
    if (r == 0)
        r = earlier_pass(e, view, arena, &s.carry_open, error);
    if (r == 0)
        r = statement_expect(e, view, arena, &s.carry_open, &all.statement, error);
    if (r == 0)
        *ret = all;
    return r;
}

/* ---- CLOSE */

/* Adds to the sentence on missing facts how they can be done without. */
static int error_add_way_out(struct eh_error *error)
{
    char missing[EH_ERROR_TEXT_MAX];
    if (!error)
        return -EH_ENOTFOUND;
    eh_format(missing, sizeof missing, "%s", error->text);
    return eh_error_set(error, EH_ENOTFOUND,
                        "%s; freeze it again when it is there, or with `incomplete` (--incomplete "
                        "--reason TEXT): then what is missing scores nothing",
                        missing);
}

static int period_close(const struct eh_engine *e, const struct eh_period_view *view,
                        enum eh_pool_form form, struct eh_arena *arena, struct eh_bytes *ret,
                        struct eh_error *error)
{
    bool first = view->state == EH_PERIOD_PROVISIONAL;
    struct settling s;
    int r = period_check_closable(view, error);
    if (r == 0 && first)
        r = eh_pool_since_freeze(e, view, arena, error);
    if (r < 0)
        return r;
    size_t most = (first ? late_count(e, view->team) : 0) + (size_t)1;
    r = settling_begin(&s, e, view->team, most, arena, error);
    if (r == 0 && first)
        r = late_settle(e, view->team, form, arena, &s, error);
    if (r == 0)
        r = eh_pool_settle(e, view, form, arena, &s.carry_open, &s.items[s.count], error);
    if (r == -EH_ENOTFOUND && first && eh_pool_rules(e) >= EH_RULES_WAYS_OUT)
        return error_add_way_out(error);
    if (r == 0)
        eh_settlements_put(ret, s.items, s.count + (size_t)1);
    return r;
}

int eh_pool_prepare_as(const struct eh_engine *e, const struct eh_message *m,
                       enum eh_pool_form form, struct eh_bytes *ret_text, struct eh_error *error)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_period_view view;
    if (!eh_message_is(m, EH_TYPE_SETTLES))
        return 0;
    int r = period_find(e, m, &view, error);
    if (r == 0)
        r = m->type == EH_MESSAGE_FREEZE
                ? period_freeze(e, &view, eh_message_has(m, EH_FIELD_INCOMPLETE), &arena, ret_text,
                                error)

                : period_close(e, &view, form, &arena, ret_text, error);
    if (r == 0 && ret_text->failed)
        return eh_error_set(error, EH_ENOMEM, "out of memory for the text");
    return r;
}

int eh_pool_prepare(const struct eh_engine *e, const struct eh_message *m,
                    struct eh_bytes *ret_text, struct eh_error *error)
{
    return eh_pool_prepare_as(e, m, eh_pool_form_of(e), ret_text, error);
}
