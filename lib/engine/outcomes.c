/*
 * outcomes: how a ticket ends, comes back, is refunded or rated.
 *
 * Checked first, against the ticket in memory or as it was recalled; then applied.
 */
#include "state.h"

static bool closes(int outcome)
{
    return outcome >= EH_OUTCOME_WON && outcome <= EH_OUTCOME_CANCELLED;
}

static int check_open(const struct ticket *t, int outcome, struct eh_error *error)
{
    if (t->state == EH_TICKET_WAITING && outcome != EH_OUTCOME_CANCELLED)
        return eh_error_field(error, EH_ECONFLICT, "outcome",
                              "outcome: ticket %.*s/%.*s still waits; it can only be cancelled",
                              EH_STR_ARG(ticket_source(t)), EH_STR_ARG(ticket_id(t)));
    if (closes(outcome) || outcome == EH_OUTCOME_REOPENED)
        return 0;
    return eh_error_field(error, EH_ECONFLICT, "outcome",
                          "outcome: ticket %.*s/%.*s is not closed yet",
                          EH_STR_ARG(ticket_source(t)), EH_STR_ARG(ticket_id(t)));
}

static int check_refund(const struct ticket *t, const struct eh_message *m, struct eh_error *error)
{
    if (t->outcome != EH_OUTCOME_WON)
        return eh_error_field(error, EH_ECONFLICT, "outcome",
                              "outcome: ticket %.*s/%.*s is %s; only a won one can be refunded",
                              EH_STR_ARG(ticket_source(t)), EH_STR_ARG(ticket_id(t)),
                              eh_outcome_name(t->outcome));
    int64_t left = t->value - t->refunded;
    if (eh_message_has(m, EH_FIELD_VALUE) && (m->value < 0 || m->value > left))
        return eh_error_field(error, EH_ERANGE, "value",
                              "value: %lld cannot be refunded, %lld of ticket %.*s/%.*s is left",
                              (long long)m->value, (long long)left, EH_STR_ARG(ticket_source(t)),
                              EH_STR_ARG(ticket_id(t)));
    return 0;
}

int eh_outcome_check(const struct ticket *t, const struct eh_message *m, struct eh_error *error)
{
    if (t->state != EH_TICKET_CLOSED)
        return check_open(t, m->outcome, error);
    if (m->outcome == EH_OUTCOME_REFUNDED)
        return check_refund(t, m, error);
    if (closes(m->outcome) && m->outcome != t->outcome)
        return eh_error_field(error, EH_ECONFLICT, "outcome",
                              "outcome: ticket %.*s/%.*s is closed as %s; reopen it first",
                              EH_STR_ARG(ticket_source(t)), EH_STR_ARG(ticket_id(t)),
                              eh_outcome_name(t->outcome));
    return 0;
}

/* When it happened, as the desk's calendar has it. */
static int32_t date_of(const struct eh_engine *e, const struct eh_message *m)
{
    if (eh_message_has(m, EH_FIELD_AT_DAY))
        return (int32_t)m->at_day;
    if (eh_message_has(m, EH_FIELD_AT_DATE))
        return (int32_t)m->at_date;
    return eh_message_has(m, EH_FIELD_AT) ? (int32_t)(m->at_ms / DAY_MS) : e->date;
}

/* Whether the desk still has a place for a ticket that comes back, and its team's periods for one
 * that is closed. */
int eh_outcome_room(const struct eh_engine *e, const struct ticket *t, const struct eh_message *m,
                    struct eh_error *error)
{
    if (closes(m->outcome) && t->state != EH_TICKET_CLOSED)
        return eh_facts_room(e, t->team, date_of(e, m), error);
    if (m->outcome != EH_OUTCOME_REOPENED || t->state != EH_TICKET_CLOSED)
        return 0;
    struct eh_str team = name_of(&e->team_names, t->team);
    if (!e->teams[t->team].desk)
        return eh_error_field(error, EH_ENOTFOUND, "team", "team: %.*s is not on the desk any more",
                              EH_STR_ARG(team));
    if (!eh_set_room(e, t->team, ticket_skills(t)))
        return eh_error_field(error, EH_EFULL, "skills",
                              "skills: open tickets of team %.*s require %d different sets of "
                              "skills already",
                              EH_STR_ARG(team), EH_SKILL_SETS_MAX);
    return 0;
}

static int64_t refund_of(const struct ticket *t, const struct eh_message *m)
{
    return eh_message_has(m, EH_FIELD_VALUE) ? m->value : t->value - t->refunded;
}

/* Once checked: whether it makes any difference. */
static bool outcome_changes(const struct ticket *t, const struct eh_message *m)
{
    switch (m->outcome) {
    case EH_OUTCOME_RATED:
        return false; /* a fact of its period */
    case EH_OUTCOME_REFUNDED:
        return refund_of(t, m) != 0;
    case EH_OUTCOME_REOPENED:
        return t->state == EH_TICKET_CLOSED;
    default:
        return t->state != EH_TICKET_CLOSED;
    }
}

static int close_ticket(struct step *s, uint32_t slot, const struct eh_message *m, int64_t at_us)
{
    struct eh_engine *e = s->e;
    struct ticket *t = &e->tickets[slot];
    uint32_t rep = t->rep;
    if (t->state == EH_TICKET_WAITING)
        eh_queue_remove(e, slot);
    else
        eh_ticket_take(e, slot);
    eh_affinity_leave(e, slot);
    eh_ticket_count(e, t, false);
    eh_set_release(e, t->team, t->set);
    t->set = NONE;
    t->was = NONE;
    t->aside = false;
    t->state = EH_TICKET_CLOSED;
    t->outcome = m->outcome;
    t->closed_us = at_us;
    t->closed_date = date_of(e, m);
    if (m->outcome == EH_OUTCOME_WON && eh_message_has(m, EH_FIELD_VALUE))
        t->value = m->value;
    int r = eh_facts_closed(e, t, m);
    if (r < 0)
        return r;
    if (rep != NONE)
        eh_eligible_refresh(e, rep);
    return eh_step_emit(s, EH_NOTICE_CLOSED, t, rep, NONE, NULL);
}

/* To the rep it was with, however much he has; dealt anew when he left the team. */
static int reopen_ticket(struct step *s, uint32_t slot)
{
    struct eh_engine *e = s->e;
    struct ticket *t = &e->tickets[slot];
    uint32_t rep = t->rep;
    int r = eh_set_acquire(e, t->team, ticket_skills(t), s->in->no, &t->set);
    if (r == 0)
        r = eh_facts_reopened(e, t);
    if (r < 0)
        return r;
    t->outcome = 0;
    t->closed_us = 0;
    t->closed_date = 0;
    t->refunded = 0;
    r = eh_affinity_join(e, slot);
    if (r < 0)
        return r;
    if (rep != NONE && eh_member_active(e, t->team, rep) != NONE) {
        t->state = EH_TICKET_ASSIGNED;
        eh_ticket_count(e, t, true);
        eh_ticket_give(e, slot, rep);
        eh_eligible_refresh(e, rep);
        return eh_step_emit(s, EH_NOTICE_RETURNED, t, rep, NONE, NULL);
    }
    if (rep != NONE)
        eh_ledger_lift(e, t);
    t->state = EH_TICKET_WAITING;
    t->rep = NONE;
    eh_ticket_count(e, t, true);
    return eh_deal_or_wait(s, slot);
}

int eh_outcome_apply(struct step *s, uint32_t slot, const struct eh_message *m, int64_t at_us)
{
    struct eh_engine *e = s->e;
    struct ticket *t = &e->tickets[slot];
    if (m->outcome == EH_OUTCOME_RATED)
        s->touched |= eh_facts_rated(e, t, m);
    if (!outcome_changes(t, m))
        return 0;
    int r = 0;
    s->touched = true;
    s->subject = slot;
    if (m->outcome == EH_OUTCOME_REFUNDED) {
        int64_t refund = refund_of(t, m);
        t->refunded += refund;
        eh_facts_refunded(e, t, refund);
    } else if (m->outcome == EH_OUTCOME_REOPENED) {
        r = reopen_ticket(s, slot);
    } else {
        r = close_ticket(s, slot, m, at_us);
    }
    if (r < 0)
        return r;
    eh_digest_ticket(e, slot);
    return eh_step_image(s, t);
}

/* A closed ticket as PostgreSQL has it, in a slot that nothing refers to yet. */
static int recall(struct eh_engine *e, struct eh_str image, struct eh_key identity, uint32_t *ret)
{
    uint32_t slot;
    int r = eh_ticket_alloc(e, &slot);
    if (r < 0)
        return r;
    struct eh_reader in = eh_reader(image.data, image.size);
    r = eh_decode_ticket(e, &in, &e->tickets[slot]);
    if (r == 0 && (!eh_reader_complete(&in) || e->tickets[slot].state != EH_TICKET_CLOSED ||
                   !eh_key_equal(ticket_identity(&e->tickets[slot]), identity)))
        r = -EH_ECORRUPT;
    if (r < 0)
        eh_ticket_drop(e, slot);
    else
        *ret = slot;
    return r;
}

static int apply_or_refuse(struct step *s, uint32_t slot, bool recalled, int64_t at_us)
{
    struct eh_engine *e = s->e;
    const struct ticket *t = &e->tickets[slot];
    struct eh_error error = {0};
    int r = eh_outcome_check(t, &s->m, &error);
    if (r == 0)
        r = eh_outcome_room(e, t, &s->m, &error);
    if (r == 0 && s->m.outcome == EH_OUTCOME_RATED)
        s->touched = eh_facts_rated(e, t, &s->m);
    bool changes = r == 0 && outcome_changes(t, &s->m), entered = !recalled;
    if (r < 0)
        r = eh_step_refuse(s, error.code, "%s", error.text);
    else if (changes && s->m.outcome == EH_OUTCOME_REOPENED &&
             e->waiting + e->open >= EH_TICKETS_MAX)
        r = -EH_EFULL;
    else if (changes && recalled)
        entered = (r = eh_ticket_enter(e, slot, ticket_identity(t))) == 0;
    if (!entered)
        eh_ticket_drop(e, slot);
    return r < 0 || !changes ? r : eh_outcome_apply(s, slot, &s->m, at_us);
}

int eh_step_outcome(struct step *s)
{
    const struct eh_message *m = &s->m;
    const struct eh_recalled *recalled = &s->in->recalled;
    int64_t at_us = s->now_us;
    if (eh_message_has(m, EH_FIELD_AT)) {
        if (m->at_ms > s->now_us / 1000 + EH_AT_AHEAD_MAX_S * INT64_C(1000))
            return eh_step_refuse(s, EH_ERANGE,
                                  "at: %lld is more than %d seconds ahead of the time",
                                  (long long)m->at_ms, EH_AT_AHEAD_MAX_S);
        at_us = m->at_ms * 1000;
    }
    if (eh_message_has(m, EH_FIELD_AT_DAY) && m->at_day > s->e->date) {
        char day[EH_DECIMAL_TEXT_MAX];
        eh_date_print((int32_t)m->at_day, day);
        return eh_step_refuse(s, EH_ERANGE, "at: %s has not come yet", day);
    }
    struct eh_key identity = eh_ticket_identity(m->source, m->id);
    uint32_t slot = eh_ticket_find(s->e, identity);
    if (slot != NONE)
        return apply_or_refuse(s, slot, false, at_us);
    if (!recalled->ticket_known)
        return eh_park(s, identity);
    int r = recall(s->e, recalled->ticket_image, identity, &slot);
    return r < 0 ? r : apply_or_refuse(s, slot, true, at_us);
}
