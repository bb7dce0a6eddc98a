/*
 * outcomes_earlier: outcomes under rules before EH_RULES_TICKETS: each is checked against the
 * ticket as it is, then applied, in the order they come.
 */
#include "outcomes_earlier.h"

#include "closing.h"
#include "digest.h"
#include "effects.h"
#include "facts_earlier.h"
#include "period_list.h"
#include "skill_set.h"
#include "state.h"
#include "step.h"
#include "story.h"
#include "ticket.h"
#include "tickets.h"

static int outcome_check_open(const struct ticket *t, int outcome, struct eh_error *error)
{
    if (t->state == EH_TICKET_WAITING && outcome != EH_OUTCOME_CANCELLED)
        return eh_error_field(error, EH_ECONFLICT, "outcome",
                              "outcome: ticket %.*s/%.*s still waits; it can only be cancelled",
                              EH_STR_ARG(ticket_source(t)), EH_STR_ARG(ticket_id(t)));
    if (eh_outcome_closes(outcome) || outcome == EH_OUTCOME_REOPENED)
        return 0;
    return eh_error_field(error, EH_ECONFLICT, "outcome",
                          "outcome: ticket %.*s/%.*s is not closed yet",
                          EH_STR_ARG(ticket_source(t)), EH_STR_ARG(ticket_id(t)));
}

static int outcome_check_refund(const struct ticket *t, const struct eh_message *m,
                                struct eh_error *error)
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
        return outcome_check_open(t, m->outcome, error);
    if (m->outcome == EH_OUTCOME_REFUNDED)
        return outcome_check_refund(t, m, error);
    if (eh_outcome_closes(m->outcome) && m->outcome != t->outcome)
        return eh_error_field(error, EH_ECONFLICT, "outcome",
                              "outcome: ticket %.*s/%.*s is closed as %s; reopen it first",
                              EH_STR_ARG(ticket_source(t)), EH_STR_ARG(ticket_id(t)),
                              eh_outcome_name(t->outcome));
    return 0;
}

/* Whether a ticket that opens again still has a place on the desk, or one that closes has room in
 * its team's periods. */
int eh_outcome_room(const struct eh_engine *e, const struct ticket *t, const struct eh_message *m,
                    struct eh_error *error)
{
    if (eh_outcome_closes(m->outcome) && t->state != EH_TICKET_CLOSED)
        return eh_facts_room(e, t->team, eh_outcome_date(e, m), error);
    if (m->outcome != EH_OUTCOME_REOPENED || t->state != EH_TICKET_CLOSED)
        return 0;
    return eh_outcome_room_to_return(e, t, error);
}

static int64_t outcome_refund(const struct ticket *t, const struct eh_message *m)
{
    return eh_message_has(m, EH_FIELD_VALUE) ? m->value : t->value - t->refunded;
}

/* Whether an outcome that was checked changes the ticket. */
static bool outcome_changes(const struct ticket *t, const struct eh_message *m)
{
    switch (m->outcome) {
    case EH_OUTCOME_RATED:
        return false; /* it counts in its period alone */
    case EH_OUTCOME_REFUNDED:
        return outcome_refund(t, m) != 0;
    case EH_OUTCOME_REOPENED:
        return t->state == EH_TICKET_CLOSED;
    default:
        return t->state != EH_TICKET_CLOSED;
    }
}

static int ticket_close(struct step *s, uint32_t slot, const struct eh_message *m, int64_t at_us)
{
    struct eh_engine *e = s->e;
    struct ticket *t = &e->tickets.slots[slot];
    eh_outcome_leave(e, slot);
    t->outcome = m->outcome;
    t->closed_us = at_us;
    t->closed_date = eh_outcome_date(e, m);
    if (m->outcome == EH_OUTCOME_WON && eh_message_has(m, EH_FIELD_VALUE))
        t->value = m->value;
    int r = eh_facts_closed(e, t, m);
    return r < 0 ? r : eh_outcome_tell_closed(s, slot);
}

static int ticket_reopen(struct step *s, uint32_t slot)
{
    struct eh_engine *e = s->e;
    struct ticket *t = &e->tickets.slots[slot];
    int r = eh_set_acquire(e, t->team, eh_set_of(e, t->team, ticket_skills(t), t->kind), s->in->no,
                           &t->set);
    if (r == 0)
        r = eh_facts_reopened(e, t);
    if (r < 0)
        return r;
    t->outcome = 0;
    t->closed_date = 0;
    t->refunded = 0;
    return eh_outcome_come_back(s, slot);
}

int eh_outcome_apply(struct step *s, uint32_t slot, const struct eh_message *m, int64_t at_us)
{
    struct eh_engine *e = s->e;
    struct ticket *t = &e->tickets.slots[slot];
    if (m->outcome == EH_OUTCOME_RATED)
        s->touched |= eh_facts_rated(e, t, m);
    if (!outcome_changes(t, m))
        return 0;
    int r = 0;
    s->touched = true;
    s->subject = slot;
    if (m->outcome == EH_OUTCOME_REFUNDED) {
        int64_t refund = outcome_refund(t, m);
        t->refunded += refund;
        eh_facts_refunded(e, t, refund);
    } else if (m->outcome == EH_OUTCOME_REOPENED) {
        r = ticket_reopen(s, slot);
    } else {
        r = ticket_close(s, slot, m, at_us);
    }
    if (r < 0)
        return r;
    eh_digest_ticket(e, slot);
    return eh_step_image(s, t);
}

int eh_outcome_step_earlier(struct step *s, uint32_t slot, bool recalled, int64_t at_us)
{
    struct eh_engine *e = s->e;
    const struct ticket *t = &e->tickets.slots[slot];
    struct eh_error error = {0};
    int r = eh_outcome_check(t, &s->m, &error);
    if (r == 0)
        r = eh_outcome_room(e, t, &s->m, &error);
    bool changes = r == 0 && outcome_changes(t, &s->m), entered = !recalled;
    if (r < 0)
        r = eh_step_refuse(s, error.code, "%s", error.text);
    else if (!changes) /* a rating counts in its period all the same */
        r = eh_outcome_apply(s, slot, &s->m, at_us);
    else if (s->m.outcome == EH_OUTCOME_REOPENED &&
             e->tickets.waiting + e->tickets.open >= EH_TICKETS_MAX)
        r = -EH_EFULL;
    else if (recalled)
        entered = (r = eh_ticket_enter(e, slot, ticket_identity(t))) == 0;
    if (!entered)
        eh_ticket_drop(e, slot);
    return r < 0 || !changes ? r : eh_outcome_apply(s, slot, &s->m, at_us);
}
