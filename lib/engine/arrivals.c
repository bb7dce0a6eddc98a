/*
 * arrivals: the message TICKET: a new ticket comes.
 */
#include "affinity.h"
#include "changed.h"
#include "deal.h"
#include "digest.h"
#include "effects.h"
#include "hold.h"
#include "image.h"
#include "index.h"
#include "interner.h"
#include "likeness.h"
#include "outcomes.h"
#include "owning.h"
#include "pending_apply.h"
#include "queue.h"
#include "resends.h"
#include "skill_set.h"
#include "skipped.h"
#include "state.h"
#include "step.h"
#include "steps.h"
#include "tail.h"
#include "ticket.h"
#include "ticket_text.h"
#include "tickets.h"

/* Checks whatever would make the ticket wrong, before anything changes. 1: the ticket is
 * refused. */
static int ticket_refuse(struct step *s, uint32_t team, uint32_t kind)
{
    const struct eh_message *m = &s->m;
    struct eh_engine *e = s->e;
    if (!e->desk)
        return eh_step_refuse(s, EH_ENOTFOUND, "no desk file has been applied yet"), 1;
    if (team == NONE || !e->roster.teams[team].desk)
        return eh_step_refuse(s, EH_ENOTFOUND, "team: %.*s is not on the desk",
                              EH_STR_ARG(m->team)),
               1;
    if (kind == NONE || !e->roster.kinds[kind].points)
        return eh_step_refuse(s, EH_ENOTFOUND, "kind: %.*s is not on the desk",
                              EH_STR_ARG(m->kind)),
               1;
    struct eh_str currency = e->desk->desk->currency;
    if (eh_message_has(m, EH_FIELD_CURRENCY) && !eh_str_equal(m->currency, currency))
        return eh_step_refuse(s, EH_EINVAL, "currency: %.*s, but the desk counts in %.*s",
                              EH_STR_ARG(m->currency), EH_STR_ARG(currency)),
               1;
    if (!eh_set_room(e, team, eh_set_of(e, team, m->skills, kind)))
        return eh_step_refuse(s, EH_EFULL,
                              "skills: open tickets of team %.*s require %d different sets of "
                              "skills already",
                              EH_STR_ARG(m->team), EH_SKILL_SETS_MAX),
               1;
    return 0;
}

static void ticket_forget(struct eh_engine *e, uint32_t slot)
{
    struct ticket *t = &e->tickets.slots[slot];
    eh_clock_end(e, slot);
    eh_ticket_count(e, t, false);
    eh_set_release(e, t->team, t->set);
    eh_ticket_remove(e, slot);
}

/* Notes the ticket's likeness, and the cancelled ticket that it repeats. The texts of the ticket
 * are set before. */
static int ticket_keep_likeness(struct step *s, struct ticket *t)
{
    struct eh_engine *e = s->e;
    struct tail tail = {.home_count = 0};
    t->likeness = e->rules >= EH_RULES_RESENDS ? eh_likeness(&s->m) : 0;
    uint32_t was = eh_cancelled_find(e, t, s->now_us);
    if (was == NONE)
        return 0;
    tail.resent_of = eh_str_n(e->cancelled.slots[was].id, e->cancelled.slots[was].id_size);
    return eh_tail_write(t, &tail);
}

/* Tells that a cancelled ticket has come again, and forgets the cancelled one. */
static int ticket_tell_resent(struct step *s, const struct ticket *t)
{
    uint32_t cancelled = eh_cancelled_find(s->e, t, s->now_us);
    if (cancelled == NONE)
        return 0;
    s->touched = true;
    eh_cancelled_remove(s->e, cancelled);
    return eh_step_resent_notice(s, t, eh_ticket_resent_of(t));
}

/* What the message says of it, but for its texts. */
static void ticket_fill(const struct step *s, struct ticket *t, uint32_t team, uint32_t kind)
{
    const struct eh_message *m = &s->m;
    t->no = s->in->no;
    t->digest = s->in->digest;
    t->state = EH_TICKET_WAITING;
    t->priority = m->priority;
    t->team = team;
    t->kind = kind;
    t->value = m->value;
    t->received_us = s->now_us;
    t->created_us = eh_message_has(m, EH_FIELD_CREATED_AT) ? m->created_at_ms * 1000 : s->now_us;
    t->stream_ms = s->in->stream_ms;
    t->stream_no = s->in->stream_no;
}

/* Makes a waiting ticket of the message: entered, counted, with no rep. ticket_forget() undoes
 * it. */
static int ticket_create(struct step *s, uint32_t team, uint32_t kind, uint32_t *ret)
{
    struct eh_engine *e = s->e;
    const struct eh_message *m = &s->m;
    uint32_t slot, set;
    int r = eh_ticket_alloc(e, &slot);
    if (r < 0)
        return r;
    struct ticket *t = &e->tickets.slots[slot];
    bool customer = eh_message_has(m, EH_FIELD_CUSTOMER_DIGEST) && m->customer_digest.size == 16;
    r = eh_ticket_set_text(t, m->source, m->id, m->skills,
                           customer ? (const uint8_t *)m->customer_digest.data : NULL,
                           eh_str_n(NULL, 0));
    if (r == 0)
        r = ticket_keep_likeness(s, t);
    if (r == 0)
        r = eh_set_acquire(e, team, eh_set_of(e, team, m->skills, kind), s->in->no, &set);
    if (r < 0) {
        eh_ticket_drop(e, slot);
        return r;
    }
    ticket_fill(s, t, team, kind);
    t->set = set;
    r = eh_ticket_enter(e, slot, s->in->identity);
    if (r < 0) {
        eh_set_release(e, team, set);
        eh_ticket_drop(e, slot);
        return r;
    }
    eh_ticket_count(e, t, true);
    r = eh_changed_apply(s, t);
    if (r == 0)
        r = eh_affinity_join(e, slot);
    if (r < 0)
        ticket_forget(e, slot);
    else
        *ret = slot;
    return r;
}

/* A rep who made it for themselves took it; one who made it for somebody else gave it away. */
static void ticket_tell_deed(struct step *s, const struct ticket *t, const struct owning *now)
{
    bool deed = now->by != NONE && (now->own || !now->manager);
    if (deed)
        eh_step_did(s, now->own ? EH_DEED_CLAIM : EH_DEED_GIFT, now->by, t);
}

/* Books the ticket to the owner whom the message names, or holds it for who is not in the team
 * today. Rules before EH_RULES_OWNERS deal it then. */
static int ticket_give_owner(struct step *s, uint32_t slot, const struct owning *now)
{
    bool said = now->own || now->manager || now->by != NONE;
    const struct decision decision = {.why = said ? eh_owning_why(now) : "owner"};
    bool member = now->owner != NONE, held = !member && s->e->rules >= EH_RULES_OWNERS;
    if (member || held)
        ticket_tell_deed(s, &s->e->tickets.slots[slot], now);
    if (member)
        return eh_deal_book(s, slot, now->owner, NONE, &decision);
    return held ? eh_hold_first(s, slot) : eh_deal_or_wait(s, slot);
}

static int ticket_give_first(struct step *s, uint32_t slot, uint32_t team)
{
    struct owning now = eh_owning_said(s, team);
    return now.nobody ? eh_deal_or_wait(s, slot) : ticket_give_owner(s, slot, &now);
}

int eh_step_ticket(struct step *s)
{
    struct eh_engine *e = s->e;
    uint32_t team = eh_interner_find(&e->roster.team_ids, s->m.team);
    uint32_t kind = eh_interner_find(&e->roster.kind_ids, s->m.kind);
    if (ticket_refuse(s, team, kind))
        return s->fx->refused ? 0 : -EH_ENOMEM;
    if (e->tickets.waiting + e->tickets.open >= EH_TICKETS_MAX)
        return -EH_EFULL;
    uint32_t slot;
    int r = ticket_create(s, team, kind, &slot);
    if (r < 0)
        return r;
    r = ticket_tell_resent(s, &e->tickets.slots[slot]);
    if (r == 0)
        r = eh_clock_arrive(s, slot);
    if (r == 0)
        r = ticket_give_first(s, slot, team);
    if (r < 0) {
        if (!s->touched)
            ticket_forget(e, slot);
        return r;
    }
    return eh_pending_apply(s, slot);
}
