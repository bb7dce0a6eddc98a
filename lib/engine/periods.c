/*
 * periods: imported figures, and how far a manager has brought a period: frozen, closed, paid, a
 * rep set aside. Every step checks, then changes; there is no way back.
 */
#include "facts.h"
#include "stays.h"

#include <evenhand/draw/hash.h>
#include <stdlib.h>

const char *eh_period_state_name(int state)
{
    static const char *const names[] = {
        [EH_PERIOD_OPEN] = "open",
        [EH_PERIOD_PROVISIONAL] = "provisional",
        [EH_PERIOD_CLOSED] = "closed",
        [EH_PERIOD_PAID] = "paid",
    };
    return state >= EH_PERIOD_OPEN && state <= EH_PERIOD_PAID ? names[state] : NULL;
}

/* ---- what a message names */

/* Team, period and the plan that governs it, or NULL; refuses what cannot be. */
static int find_plan(struct step *s, uint32_t *ret_team, struct eh_period *ret_period,
                     const struct eh_bonus_plan **ret_plan)
{
    const struct eh_message *m = &s->m;
    uint32_t team;
    int r = eh_step_team(s, &team);
    *ret_plan = NULL;
    if (r < 0 || team == NONE)
        return r;
    if (eh_period_parse(m->period, ret_period, NULL) < 0)
        return eh_step_refuse(s, EH_EINVAL,
                              "period: %.*s is none; write 2026-03, 2026-Q1 or 2026-W10",
                              EH_STR_ARG(m->period));
    *ret_team = team;
    const struct eh_bonus_plan *plan =
        eh_desk_plan(s->e->desk->desk, m->team, eh_period_first(*ret_period));
    if (plan && plan->from.kind != ret_period->kind)
        return eh_step_refuse_kind(s, plan);
    *ret_plan = plan;
    return 0;
}

/* What is not kept any more cannot be made again. */
static int refuse_settled(struct step *s, uint32_t team, int32_t first)
{
    if (!eh_period_settled(s->e, team, first) ||
        eh_period_find(s->e, s->e->teams[team].periods, first) != NONE)
        return 0;
    return eh_step_refuse(s, EH_ECONFLICT, "period: %.*s of team %.*s is settled for good%s",
                          EH_STR_ARG(s->m.period), EH_STR_ARG(s->m.team),
                          s->e->rules >= EH_RULES_WAYS_OUT
                              ? "; what belongs there goes into a period that is not closed"
                              : "");
}

/* As find_plan(), and the period that is there, or NONE. A plan has to govern it. */
static int find_period(struct step *s, uint32_t *ret_team, struct eh_period *ret_period,
                       uint32_t *ret_slot)
{
    const struct eh_bonus_plan *plan;
    int r = find_plan(s, ret_team, ret_period, &plan);
    if (r < 0 || s->fx->refused)
        return r;
    if (!plan)
        return eh_step_refuse(s, EH_ENOTFOUND,
                              "period: no plan of team %.*s governs %.*s; plans stand in the desk "
                              "file",
                              EH_STR_ARG(s->m.team), EH_STR_ARG(s->m.period));
    *ret_slot = eh_period_find(s->e, s->e->teams[*ret_team].periods, eh_period_first(*ret_period));
    return refuse_settled(s, *ret_team, eh_period_first(*ret_period));
}

static int make_period(struct step *s, uint32_t team, struct eh_period period, uint32_t *slot)
{
    if (*slot != NONE)
        return 0;
    const struct eh_bonus_plan *plan =
        eh_desk_plan(s->e->desk->desk, s->m.team, eh_period_first(period));
    return eh_period_add(s->e, team, period, plan, false, slot);
}

/* ---- imported figures */

/* Whether the rep that the message names was in the team on a day of the period: 1, 0 or
 * -EH_ENOMEM. */
static int was_there(const struct step *s, uint32_t team, struct eh_period period)
{
    uint32_t rep = eh_names_find(&s->e->rep_names, s->m.rep);
    if (s->e->rules < EH_RULES_STAYS || rep == NONE)
        return 0;
    return eh_past_has(s->e, team, rep, eh_period_first(period), eh_period_last(period));
}

/* The rep that the message names: of the team today, or on a day of the period. NONE: that was
 * refused. */
static int find_person(struct step *s, uint32_t team, struct eh_period period, uint32_t *ret)
{
    int r = was_there(s, team, period);
    *ret = r > 0 ? eh_names_find(&s->e->rep_names, s->m.rep) : NONE;
    if (r != 0)
        return r < 0 ? r : 0;
    r = eh_step_rep(s, ret);
    if (r < 0 || *ret == NONE || eh_member_position(s->e, team, *ret) != NONE)
        return r;
    *ret = NONE;
    return eh_step_refuse(s, EH_ENOTFOUND, "rep: %.*s is not in team %.*s", EH_STR_ARG(s->m.rep),
                          EH_STR_ARG(s->m.team));
}

/* There are no days of theirs to count: nobody could take the figure up. */
static int refuse_absent(struct step *s, uint32_t team, struct eh_period period)
{
    uint32_t rep = eh_names_find(&s->e->rep_names, s->m.rep);
    int r = was_there(s, team, period);
    if (r != 0 || rep == NONE)
        return r < 0 ? r : rep == NONE ? eh_step_rep(s, &rep) : 0;
    return eh_step_refuse(s, EH_ENOTFOUND, "rep: %.*s was not in team %.*s in %.*s",
                          EH_STR_ARG(s->m.rep), EH_STR_ARG(s->m.team), EH_STR_ARG(s->m.period));
}

/* The first builds took figures of everybody. */
static int find_counted(struct step *s, uint32_t team, struct eh_period period)
{
    uint32_t rep;
    if (!eh_message_has(&s->m, EH_FIELD_REP))
        return 0;
    if (s->e->rules >= EH_RULES_COUNTABLE)
        return refuse_absent(s, team, period);
    return s->e->rules < EH_RULES_METRICS ? eh_step_rep(s, &rep)
                                          : find_person(s, team, period, &rep);
}

/* Figures that nothing would ever be made of. */
static int refuse_useless(struct step *s, const struct eh_bonus_plan *plan)
{
    const struct eh_message *m = &s->m;
    const struct eh_plan_measure *measure = eh_plan_measure_find(plan, m->metric);
    if (s->e->rules < EH_RULES_METRICS)
        return 0;
    if (eh_measure_is_reserved(m->metric) || (measure && measure->kind != EH_MEASURE_IMPORTED))
        return eh_step_refuse(s, EH_EINVAL,
                              "metric: %.*s is computed from the tickets; none is imported",
                              EH_STR_ARG(m->metric));
    return 0;
}

static int refuse_figure(struct step *s, bool minutes)
{
    const struct eh_message *m = &s->m;
    if (minutes && !eh_message_has(m, EH_FIELD_REP))
        return eh_step_refuse(s, EH_EINVAL, "rep: missing; %.*s are a rep's",
                              EH_STR_ARG(m->metric));
    if (minutes && m->value < 0)
        return eh_step_refuse(s, EH_ERANGE, "value: %lld minutes are below 0", (long long)m->value);
    return 0;
}

static int import_figure(struct step *s)
{
    const struct eh_message *m = &s->m;
    uint32_t team = NONE;
    struct eh_period period;
    const struct eh_bonus_plan *plan;
    int r = find_plan(s, &team, &period, &plan);
    if (r < 0 || s->fx->refused)
        return r;
    r = find_counted(s, team, period);
    if (r == 0 && !s->fx->refused)
        r = refuse_useless(s, plan);
    if (r < 0 || s->fx->refused)
        return r;
    bool minutes = eh_plan_is_minutes(m->metric);
    int32_t first = eh_period_first(period);
    struct eh_error error = {0};
    r = refuse_figure(s, minutes);
    if (r == 0 && !s->fx->refused)
        r = eh_figure_check(s, team, period, plan);
    if (r == 0 && !s->fx->refused && plan)
        r = refuse_settled(s, team, first);
    if (r < 0 || s->fx->refused)
        return r;
    if (plan && eh_facts_room(s->e, team, first, &error) < 0)
        return eh_step_refuse(s, EH_EFULL, "%s", error.text);
    bool needed = s->e->rules >= EH_RULES_WAYS_OUT && eh_plan_measure_find(plan, m->metric) != NULL;
    if (plan && !minutes && !needed && eh_imports_full(s->e, team, first, m->metric))
        return eh_step_refuse(s, EH_EFULL, "metric: %.*s has %d imported metrics already",
                              EH_STR_ARG(m->period), EH_IMPORTS_MAX);
    s->touched = true;
    return eh_facts_imported(s->e, team, period, m);
}

/* Before there were periods a figure was only written down, with fewer questions asked: one that
 * would be refused was taken, and counts nowhere. */
int eh_step_metric(struct step *s)
{
    int r = import_figure(s);
    if (r == 0 && s->fx->refused && eh_was(s, EH_RECORDED_TAKEN))
        eh_step_take(s);
    return r;
}

/* ---- how far a period is */

static int refuse_final(struct step *s)
{
    if (s->e->rules >= EH_RULES_WAYS_OUT)
        return eh_step_refuse(s, EH_ECONFLICT,
                              "period: %.*s of team %.*s is closed: that is final; what came since "
                              "is settled by `close` again",
                              EH_STR_ARG(s->m.period), EH_STR_ARG(s->m.team));
    return eh_step_refuse(s, EH_ECONFLICT, "period: %.*s of team %.*s is closed: that is final",
                          EH_STR_ARG(s->m.period), EH_STR_ARG(s->m.team));
}

/* Only who is set aside can be included again. */
static int refuse_include(struct step *s, uint32_t team, uint32_t rep, struct eh_period period)
{
    struct eh_set_aside now;
    struct eh_engine *e = s->e;
    if (e->rules < EH_RULES_INCLUDE)
        return -EH_ECORRUPT;
    if (eh_engine_set_aside(e, name_of(&e->team_names, team), period, name_of(&e->rep_names, rep),
                            &now) &&
        now.excluded)
        return 0;
    return eh_step_refuse(s, EH_ECONFLICT, "rep: %.*s is not set aside in %.*s",
                          EH_STR_ARG(s->m.rep), EH_STR_ARG(s->m.period));
}

/* EXCLUDE and INCLUDE. */
int eh_step_exclude(struct step *s)
{
    uint32_t team = NONE, slot = NONE;
    struct eh_period period;
    struct eh_error error = {0};
    int r = find_period(s, &team, &period, &slot);
    if (r < 0 || s->fx->refused)
        return r;
    uint32_t rep;
    r = find_person(s, team, period, &rep);
    if (r < 0 || rep == NONE)
        return r;
    if (slot != NONE && s->e->periods[slot].last_version > 0)
        return refuse_final(s);
    if (eh_facts_room(s->e, team, eh_period_first(period), &error) < 0)
        return eh_step_refuse(s, EH_EFULL, "%s", error.text);
    bool include = s->m.type == EH_MESSAGE_INCLUDE;
    r = include ? refuse_include(s, team, rep, period) : 0;
    if (r < 0 || s->fx->refused || s->dry)
        return r;
    s->touched = true;
    return eh_facts_excluded(s->e, team, period, rep, &s->m);
}

/* Replaces a text that was handed in. */
static int keep(char **text, uint32_t *size, struct eh_key *key, struct eh_str from)
{
    *key = eh_hash_state(from.data, from.size);
    return eh_rep_set_text(text, size, from);
}

/* The shell could not make the text, and says why. */
static int refuse_without_text(struct step *s)
{
    return eh_step_refuse(s, EH_ECONFLICT, "%.*s",
                          EH_STR_ARG(s->m.reason.size ? s->m.reason : eh_str("text: missing")));
}

int eh_step_freeze(struct step *s)
{
    uint32_t team, slot;
    struct eh_period period;
    struct eh_error error = {0};
    int r = find_period(s, &team, &period, &slot);
    if (r < 0 || s->fx->refused)
        return r;
    if (slot != NONE && s->e->periods[slot].last_version > 0)
        return refuse_final(s);
    if (!eh_message_has(&s->m, EH_FIELD_TEXT) || eh_period_last(period) >= s->in->date)
        return refuse_without_text(s);
    if (eh_message_has(&s->m, EH_FIELD_INCOMPLETE) && !eh_message_has(&s->m, EH_FIELD_REASON))
        return eh_step_refuse(s, EH_EINVAL, "reason: missing; say why it is frozen incomplete");
    bool there = slot != NONE && s->e->rules >= EH_RULES_WAYS_OUT; /* it takes up no more */
    if (!there && eh_facts_room(s->e, team, eh_period_first(period), &error) < 0)
        return eh_step_refuse(s, EH_EFULL, "%s", error.text);
    if (s->dry)
        return 0;
    s->touched = true;
    r = make_period(s, team, period, &slot);
    if (r < 0)
        return r;
    struct period *p = &s->e->periods[slot];
    r = keep(&p->frozen, &p->frozen_size, &p->frozen_key, s->m.text);
    p->state = EH_PERIOD_PROVISIONAL;
    p->late = 0;
    eh_digest_period(s->e, slot);
    return r;
}

/* Every settlement is of a period that can take it, the next version of it, and the period asked
 * for is among them. */
static int check_settlements(const struct eh_engine *e, uint32_t team, struct eh_period asked,
                             struct eh_str text)
{
    struct eh_settlement one;
    bool found = false;
    int r;
    while ((r = eh_settlements_next(&text, &one)) > 0) {
        uint32_t slot = eh_period_find(e, e->teams[team].periods, eh_period_first(one.period));
        const struct period *p = slot == NONE ? NULL : &e->periods[slot];
        if (!p || !eh_period_equal(p->period, one.period) || p->state == EH_PERIOD_OPEN ||
            one.version != p->last_version + 1 || one.carry_open > 0 || one.carry > 0)
            return -EH_ECORRUPT;
        found |= eh_period_equal(one.period, asked);
    }
    return r < 0 || !found ? -EH_ECORRUPT : 0;
}

static int settle(struct eh_engine *e, uint32_t team, const struct eh_settlement *one)
{
    uint32_t slot = eh_period_find(e, e->teams[team].periods, eh_period_first(one->period));
    struct period *p = &e->periods[slot];
    bool nothing_to_pay =
        p->paid_version > 0 && p->paid_version == p->last_version && p->net == one->net;
    if (p->last_version > 0)
        p->late = 0; /* version 1 is of the frozen facts; what came since waits for version 2 */
    p->state = EH_PERIOD_CLOSED;
    p->last_version = one->version;
    p->paid_version = nothing_to_pay ? one->version : p->paid_version;
    p->gross = one->gross;
    p->carry = one->carry;
    p->net = one->net;
    p->carry_open = one->carry_open;
    int r = keep(&p->statement, &p->statement_size, &p->statement_key, one->statement);
    eh_digest_period(e, slot);
    e->teams[team].purse.carry_open = one->carry_open;
    eh_digest_purse(e, team);
    return r;
}

/* Closed periods that are too old to be kept; those that something came for stay. */
static void forget_old(struct eh_engine *e, uint32_t team)
{
    uint32_t kept = 0;
    for (uint32_t at = e->teams[team].periods, older; at != NONE; at = older) {
        const struct period *p = &e->periods[at];
        older = p->older;
        bool due = e->rules >= EH_RULES_WAYS_OUT && p->paid_version < p->last_version;
        if (p->last_version == 0 || p->late > 0 || due || kept++ < EH_PERIODS_KEPT)
            continue;
        if (p->last > e->teams[team].purse.settled)
            e->teams[team].purse.settled = p->last;
        eh_period_drop(e, at);
    }
    eh_digest_purse(e, team);
}

/* What is closed and not paid is kept, and so is bounded. */
static int refuse_unpaid(struct step *s, uint32_t team)
{
    const struct period *oldest = NULL;
    uint32_t unpaid = 0;
    char text[EH_DECIMAL_TEXT_MAX];
    for (uint32_t at = s->e->teams[team].periods; at != NONE; at = s->e->periods[at].older) {
        const struct period *p = &s->e->periods[at];
        if (p->paid_version == p->last_version)
            continue;
        unpaid++;
        oldest = p;
    }
    if (unpaid < EH_PERIODS_DUE_MAX || s->e->rules < EH_RULES_WAYS_OUT)
        return 0;
    eh_period_print(oldest->period, text);
    return eh_step_refuse(s, EH_EFULL,
                          "period: %u closed periods of team %.*s are not paid; tell with `pay` "
                          "which were, the oldest is %s",
                          unpaid, EH_STR_ARG(s->m.team), text);
}

int eh_step_close(struct step *s)
{
    uint32_t team, slot;
    struct eh_period period;
    struct eh_settlement one;
    int r = find_period(s, &team, &period, &slot);
    if (r < 0 || s->fx->refused)
        return r;
    if (!eh_message_has(&s->m, EH_FIELD_TEXT))
        return refuse_without_text(s);
    struct eh_str text = s->m.text;
    r = refuse_unpaid(s, team);
    if (r < 0 || s->fx->refused)
        return r;
    r = check_settlements(s->e, team, period, text);
    if (r < 0)
        return r;
    if (s->dry)
        return 0;
    s->touched = true;
    while ((r = eh_settlements_next(&text, &one)) > 0) {
        r = settle(s->e, team, &one);
        if (r < 0)
            return r;
    }
    if (r == 0)
        forget_old(s->e, team);
    return r;
}

int eh_step_pay(struct step *s)
{
    uint32_t team = NONE, slot = NONE;
    struct eh_period period;
    int r = find_period(s, &team, &period, &slot);
    if (r < 0 || s->fx->refused)
        return r;
    struct period *p = slot == NONE ? NULL : &s->e->periods[slot];
    if (!p || p->last_version == 0)
        return eh_step_refuse(s, EH_ECONFLICT, "period: %.*s of team %.*s is not closed yet%s",
                              EH_STR_ARG(s->m.period), EH_STR_ARG(s->m.team),
                              s->e->rules >= EH_RULES_WAYS_OUT ? "; freeze and close it first"
                                                               : "");
    if (p->paid_version == p->last_version)
        return eh_step_refuse(s, EH_ECONFLICT, "period: %.*s of team %.*s is paid already",
                              EH_STR_ARG(s->m.period), EH_STR_ARG(s->m.team));
    if (s->dry)
        return 0;
    s->touched = true;
    p->paid_version = p->last_version;
    eh_digest_period(s->e, slot);
    return 0;
}

/* ---- plans come and go */

/* What has begun stays; and where something is counted, it was counted under its plan. */
int eh_engine_plans_check(const struct eh_engine *e, const struct eh_desk *new, int32_t today,
                          struct eh_error *error)
{
    const struct eh_desk *old = e->desk ? e->desk->desk : NULL;
    int r = eh_desk_plans_check(old, new, today, error);
    for (uint32_t team = 0; r == 0 && team < e->team_names.count; team++)
        for (uint32_t at = e->teams[team].periods; at != NONE; at = e->periods[at].older) {
            const struct period *p = &e->periods[at];
            if (p->first <= today)
                break; /* the latest come first */
            const struct eh_bonus_plan *plan =
                eh_desk_plan(new, e->team_names.items[team], p->first);
            char text[EH_DECIMAL_TEXT_MAX];
            eh_period_print(p->period, text);
            if (!plan || !eh_plan_same(plan, p->plan))
                return eh_error_field(error, EH_ECONFLICT, "plans",
                                      "plans: something is counted for %s of team %.*s already; "
                                      "let the change begin with a later period",
                                      text, EH_STR_ARG(e->team_names.items[team]));
        }
    return r;
}

static void adopt_team(struct eh_engine *e, uint32_t no, int32_t today, bool planned)
{
    struct team *team = &e->teams[no];
    if (planned && !team->purse.used) {
        team->purse.used = true;
        team->purse.planned_on = today;
        team->purse.settled = EH_DATE_ALWAYS;
        eh_digest_purse(e, no);
    }
    for (uint32_t at = team->periods, older; at != NONE; at = older) {
        struct period *p = &e->periods[at];
        older = p->older;
        p->plan = eh_desk_plan(e->desk->desk, e->team_names.items[no], p->first);
        if (!p->plan || p->plan->from.kind != p->period.kind)
            eh_period_drop(e, at); /* its plan went or changed while plans did nothing yet */
    }
}

/* Nobody can have closed anything in a team that no desk had. */
static bool is_new_to_plans(const struct eh_engine *e, struct eh_str team)
{
    uint32_t no = eh_names_find(&e->team_names, team);
    return no != NONE && !e->teams[no].purse.used;
}

size_t eh_engine_late_plans(const struct eh_engine *e, const struct eh_desk *desk, int32_t today,
                            struct eh_bonus_plan *ret, size_t max)
{
    size_t count = 0;
    bool late = false;
    for (uint32_t i = 0; i < desk->plan_count; i++) {
        const struct eh_bonus_plan *plan = &desk->plans[i];
        bool first = i == 0 || !eh_str_equal(plan->team, desk->plans[i - 1].team);
        if (first)
            late = is_new_to_plans(e, plan->team) && eh_period_first(plan->from) <= today;
        if (late && count++ < max)
            ret[count - 1] = *plan;
    }
    return count;
}

int eh_periods_recall(struct eh_engine *e, struct eh_str bytes)
{
    struct eh_reader in = eh_reader(bytes.data, bytes.size);
    int r = eh_periods_read(e, &in);
    return r == 0 && !eh_reader_complete(&in) ? -EH_ECORRUPT : r;
}

void eh_periods_adopt(struct eh_engine *e, int32_t today)
{
    const struct eh_desk *desk = e->desk->desk;
    for (uint32_t i = 0; i < e->team_names.count; i++)
        adopt_team(e, i, today, eh_desk_plan(desk, e->team_names.items[i], EH_DATE_NEVER) != NULL);
}
