/*
 * periods: the messages FREEZE, CLOSE, PAY, EXCLUDE and INCLUDE: how far a manager has brought a
 * period. Every step checks, then changes; no step can be undone.
 */
#include "digest.h"
#include "effects.h"
#include "imports.h"
#include "interner.h"
#include "owned_text.h"
#include "period_list.h"
#include "period_named.h"
#include "state.h"
#include "step.h"
#include "steps.h"

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

static int period_make(struct step *s, uint32_t team, struct eh_period period, uint32_t *slot)
{
    if (*slot != NONE)
        return 0;
    const struct eh_bonus_plan *plan =
        eh_desk_plan(s->e->desk->desk, s->m.team, eh_period_first(period));
    return eh_period_add(s->e, team, period, plan, false, slot);
}

/* ---- how far a period is */

static int period_refuse_final(struct step *s)
{
    if (s->e->rules >= EH_RULES_WAYS_OUT)
        return eh_step_refuse(s, EH_ECONFLICT,
                              "period: %.*s of team %.*s is closed: that is final; what came since "
                              "is settled by `close` again",
                              EH_STR_ARG(s->m.period), EH_STR_ARG(s->m.team));
    return eh_step_refuse(s, EH_ECONFLICT, "period: %.*s of team %.*s is closed: that is final",
                          EH_STR_ARG(s->m.period), EH_STR_ARG(s->m.team));
}

/* Only a rep who is set aside can be included again. */
static int rep_refuse_include(struct step *s, uint32_t team, uint32_t rep, struct eh_period period)
{
    struct eh_set_aside now;
    struct eh_engine *e = s->e;
    if (e->rules < EH_RULES_INCLUDE)
        return -EH_ECORRUPT;
    if (eh_engine_set_aside(e, interned(&e->roster.team_ids, team), period,
                            interned(&e->roster.rep_ids, rep), &now) &&
        now.excluded)
        return 0;
    return eh_step_refuse(s, EH_ECONFLICT, "rep: %.*s is not set aside in %.*s",
                          EH_STR_ARG(s->m.rep), EH_STR_ARG(s->m.period));
}

/* The messages EXCLUDE and INCLUDE. */
int eh_step_set_aside(struct step *s)
{
    uint32_t team = NONE, slot = NONE;
    struct eh_period period;
    struct eh_error error = {0};
    int r = eh_step_period(s, &team, &period, &slot);
    if (r < 0 || s->fx->refused)
        return r;
    uint32_t rep;
    r = eh_step_person(s, team, period, &rep);
    if (r < 0 || rep == NONE)
        return r;
    if (slot != NONE && s->e->periods.slots[slot].last_version > 0)
        return period_refuse_final(s);
    if (eh_facts_room(s->e, team, eh_period_first(period), &error) < 0)
        return eh_step_refuse(s, EH_EFULL, "%s", error.text);
    bool include = s->m.type == EH_MESSAGE_INCLUDE;
    r = include ? rep_refuse_include(s, team, rep, period) : 0;
    if (r < 0 || s->fx->refused || s->dry)
        return r;
    s->touched = true;
    return eh_facts_excluded(s->e, team, period, rep, &s->m);
}

/* Replaces a text that was handed in, and its hash. */
static int text_keep(char **text, uint32_t *size, struct eh_key *key, struct eh_str from)
{
    *key = eh_hash_state(from.data, from.size);
    return eh_owned_text_set(text, size, from);
}

/* Refuses a message whose text the shell could not make; the message says why. */
static int period_refuse_without_text(struct step *s)
{
    return eh_step_refuse(s, EH_ECONFLICT, "%.*s",
                          EH_STR_ARG(s->m.reason.size ? s->m.reason : eh_str("text: missing")));
}

int eh_step_freeze_period(struct step *s)
{
    uint32_t team, slot;
    struct eh_period period;
    struct eh_error error = {0};
    int r = eh_step_period(s, &team, &period, &slot);
    if (r < 0 || s->fx->refused)
        return r;
    if (slot != NONE && s->e->periods.slots[slot].last_version > 0)
        return period_refuse_final(s);
    if (!eh_message_has(&s->m, EH_FIELD_TEXT) || eh_period_last(period) >= s->in->date)
        return period_refuse_without_text(s);
    if (eh_message_has(&s->m, EH_FIELD_INCOMPLETE) && !eh_message_has(&s->m, EH_FIELD_REASON))
        return eh_step_refuse(s, EH_EINVAL, "reason: missing; say why it is frozen incomplete");
    bool there = slot != NONE && s->e->rules >= EH_RULES_WAYS_OUT; /* it takes no new room */
    if (!there && eh_facts_room(s->e, team, eh_period_first(period), &error) < 0)
        return eh_step_refuse(s, EH_EFULL, "%s", error.text);
    if (s->dry)
        return 0;
    s->touched = true;
    r = period_make(s, team, period, &slot);
    if (r < 0)
        return r;
    struct period *p = &s->e->periods.slots[slot];
    r = text_keep(&p->frozen, &p->frozen_size, &p->frozen_key, s->m.text);
    p->state = EH_PERIOD_PROVISIONAL;
    p->late = 0;
    eh_digest_period(s->e, slot);
    return r;
}

/* Checks that each settlement is the next version of a period that can be settled, and that the
 * period asked for is among them. */
static int settlements_check(const struct eh_engine *e, uint32_t team, struct eh_period asked,
                             struct eh_str text)
{
    struct eh_settlement one;
    bool found = false;
    int r;
    while ((r = eh_settlements_next(&text, &one)) > 0) {
        uint32_t slot =
            eh_period_find(e, e->roster.teams[team].periods, eh_period_first(one.period));
        const struct period *p = slot == NONE ? NULL : &e->periods.slots[slot];
        if (!p || !eh_period_equal(p->period, one.period) || p->state == EH_PERIOD_OPEN ||
            one.version != p->last_version + 1 || one.carry_open > 0 || one.carry > 0)
            return -EH_ECORRUPT;
        found |= eh_period_equal(one.period, asked);
    }
    return r < 0 || !found ? -EH_ECORRUPT : 0;
}

static int period_settle(struct eh_engine *e, uint32_t team, const struct eh_settlement *one)
{
    uint32_t slot = eh_period_find(e, e->roster.teams[team].periods, eh_period_first(one->period));
    struct period *p = &e->periods.slots[slot];
    bool nothing_to_pay =
        p->paid_version > 0 && p->paid_version == p->last_version && p->net == one->net;
    if (p->last_version > 0)
        p->late = 0; /* version 1 settles the frozen facts: what came since waits for version 2 */
    p->state = EH_PERIOD_CLOSED;
    p->last_version = one->version;
    p->paid_version = nothing_to_pay ? one->version : p->paid_version;
    p->gross = one->gross;
    p->carry = one->carry;
    p->net = one->net;
    p->carry_open = one->carry_open;
    int r = text_keep(&p->statement, &p->statement_size, &p->statement_key, one->statement);
    eh_digest_period(e, slot);
    e->roster.teams[team].purse.carry_open = one->carry_open;
    eh_digest_purse(e, team);
    return r;
}

/* Forgets closed periods that are too old, unless something was counted in them since. */
static void team_forget_old(struct eh_engine *e, uint32_t team)
{
    uint32_t kept = 0;
    for (uint32_t at = e->roster.teams[team].periods, older; at != NONE; at = older) {
        const struct period *p = &e->periods.slots[at];
        older = p->older;
        bool due = e->rules >= EH_RULES_WAYS_OUT && p->paid_version < p->last_version;
        if (p->last_version == 0 || p->late > 0 || due || kept++ < EH_PERIODS_KEPT)
            continue;
        if (p->last > e->roster.teams[team].purse.settled)
            e->roster.teams[team].purse.settled = p->last;
        eh_period_drop(e, at);
    }
    eh_digest_purse(e, team);
}

/* Closed periods that are not paid are kept, so their number has a limit. */
static int team_refuse_unpaid(struct step *s, uint32_t team)
{
    const struct period *oldest = NULL;
    uint32_t unpaid = 0;
    char text[EH_DECIMAL_TEXT_MAX];
    for (uint32_t at = s->e->roster.teams[team].periods; at != NONE;
         at = s->e->periods.slots[at].older) {
        const struct period *p = &s->e->periods.slots[at];
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

int eh_step_close_period(struct step *s)
{
    uint32_t team, slot;
    struct eh_period period;
    struct eh_settlement one;
    int r = eh_step_period(s, &team, &period, &slot);
    if (r < 0 || s->fx->refused)
        return r;
    if (!eh_message_has(&s->m, EH_FIELD_TEXT))
        return period_refuse_without_text(s);
    struct eh_str text = s->m.text;
    r = team_refuse_unpaid(s, team);
    if (r < 0 || s->fx->refused)
        return r;
    r = settlements_check(s->e, team, period, text);
    if (r < 0)
        return r;
    if (s->dry)
        return 0;
    s->touched = true;
    while ((r = eh_settlements_next(&text, &one)) > 0) {
        r = period_settle(s->e, team, &one);
        if (r < 0)
            return r;
    }
    if (r == 0)
        team_forget_old(s->e, team);
    return r;
}

int eh_step_pay_period(struct step *s)
{
    uint32_t team = NONE, slot = NONE;
    struct eh_period period;
    int r = eh_step_period(s, &team, &period, &slot);
    if (r < 0 || s->fx->refused)
        return r;
    struct period *p = slot == NONE ? NULL : &s->e->periods.slots[slot];
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
