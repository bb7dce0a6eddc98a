/*
 * update: the message UPDATE: a ticket is changed, or was told once more and stands otherwise.
 *
 * Of a ticket that was told once more (retold.c) the message has `content`, and may name another
 * kind, customer and team.
 */
#include "affinity.h"
#include "changed.h"
#include "contents.h"
#include "deal.h"
#include "digest.h"
#include "effects.h"
#include "eligible.h"
#include "homes.h"
#include "image.h"
#include "index.h"
#include "interner.h"
#include "kinds.h"
#include "ledger.h"
#include "move.h"
#include "outcomes.h"
#include "pausing.h"
#include "queue.h"
#include "skill_set.h"
#include "skipped.h"
#include "state.h"
#include "step.h"
#include "steps.h"
#include "ticket.h"
#include "ticket_text.h"
#include "tickets.h"

/* Whether the recalled image of a closed ticket has a newer change than the message. */
static bool recalled_is_newer(const struct step *s)
{
    struct eh_str bytes = s->in->recalled.ticket_image;
    struct eh_reader in = eh_reader(bytes.data, bytes.size);
    struct image image;
    return eh_message_has(&s->m, EH_FIELD_CHANGED_AT) && eh_image_read(&in, &image) == 0 &&
           eh_changed_is_older(&s->m, image.changed_ms);
}

/* Moves the ticket to the set of its new skills and kind; a waiting one queues anew. */
static int ticket_change_set(struct step *s, uint32_t slot, uint32_t set)
{
    struct eh_engine *e = s->e;
    struct ticket *t = &e->tickets.slots[slot];
    bool waits = t->state == EH_TICKET_WAITING;
    if (waits)
        eh_queue_remove(e, slot);
    eh_set_release(e, t->team, t->set);
    t->set = set;
    if (!waits)
        return 0;
    int r = eh_queue_reserve(e, t->team, set);
    if (r == 0)
        eh_queue_push(e, slot);
    return r;
}

static void ticket_change_priority(struct eh_engine *e, uint32_t slot, uint8_t priority)
{
    struct ticket *t = &e->tickets.slots[slot];
    if (t->state != EH_TICKET_WAITING) {
        t->priority = priority;
        return;
    }
    eh_queue_remove(e, slot);
    t->priority = priority;
    eh_queue_push(e, slot); /* into the room it left */
}

/* The open or waiting ticket that the message changes; NONE: there is none, or the message is older
 * than what was applied, or it was refused. */
static int update_ticket(struct step *s, uint32_t *ret)
{
    struct eh_engine *e = s->e;
    const struct eh_message *m = &s->m;
    uint32_t slot = eh_ticket_find(e, eh_ticket_identity(m->source, m->id));
    *ret = NONE;
    if (slot == NONE && !s->in->recalled.ticket_known)
        return eh_step_refuse(s, EH_ENOTFOUND, "ticket %.*s/%.*s is not known",
                              EH_STR_ARG(m->source), EH_STR_ARG(m->id));
    s->fx->older = slot == NONE
                       ? recalled_is_newer(s)
                       : eh_changed_is_older(m, eh_changed_get(e, &e->tickets.slots[slot]));
    if (s->fx->older)
        return 0;
    if (slot == NONE)
        return eh_step_refuse(s, EH_ECONFLICT, "ticket %.*s/%.*s is closed; reopen it first",
                              EH_STR_ARG(m->source), EH_STR_ARG(m->id));
    *ret = slot;
    return 0;
}

/* What an update makes of a ticket, checked before anything changes. */
struct update {
    uint32_t slot;
    uint32_t team, kind; /* those of now, or others */
    uint32_t set;        /* of skills and kind in the team, acquired; NONE: it stays in its own */
    bool skills;         /* it requires others */
    bool customer;       /* it is of another customer */
};

/* 1: refused. */
static int update_find_names(struct step *s, const struct ticket *t, struct update *u)
{
    const struct eh_message *m = &s->m;
    struct eh_engine *e = s->e;
    u->team = t->team;
    u->kind = t->kind;
    if (eh_message_has(m, EH_FIELD_TEAM))
        u->team = eh_interner_find(&e->roster.team_ids, m->team);
    if (eh_message_has(m, EH_FIELD_KIND))
        u->kind = eh_interner_find(&e->roster.kind_ids, m->kind);
    if (u->team == NONE || (u->team != t->team && !e->roster.teams[u->team].desk))
        return eh_step_refuse(s, EH_ENOTFOUND, "team: %.*s is not on the desk",
                              EH_STR_ARG(m->team)),
               1;
    if (u->kind == NONE || (u->kind != t->kind && !e->roster.kinds[u->kind].points))
        return eh_step_refuse(s, EH_ENOTFOUND, "kind: %.*s is not on the desk",
                              EH_STR_ARG(m->kind)),
               1;
    if (eh_message_has(m, EH_FIELD_CURRENCY))
        return eh_step_refuse(s, EH_EINVAL, "currency: %.*s, but the desk counts in %.*s",
                              EH_STR_ARG(m->currency), EH_STR_ARG(e->desk->desk->currency)),
               1;
    if (u->team != t->team && !eh_homes_room(t, u->team))
        return eh_step_refuse_homes(s, t), 1;
    return 0;
}

/* 1: refused. Acquires the set that it will stand in. */
static int update_prepare(struct step *s, struct update *u)
{
    struct eh_engine *e = s->e;
    const struct eh_message *m = &s->m;
    const struct ticket *t = &e->tickets.slots[u->slot];
    if (update_find_names(s, t, u))
        return s->fx->refused ? 1 : -EH_ENOMEM;
    int r = eh_pausing_check(s, t);
    if (r != 0)
        return r;
    u->set = NONE;
    u->skills = eh_message_has(m, EH_FIELD_SKILLS) && !eh_str_equal(m->skills, ticket_skills(t));
    u->customer = eh_message_has(m, EH_FIELD_CUSTOMER_DIGEST) && m->customer_digest.size == 16;
    struct set_of of = eh_set_of(e, u->team, u->skills ? m->skills : ticket_skills(t), u->kind);
    if (u->team == t->team && eh_set_is(&e->roster.teams[t->team].sets[t->set], of))
        return 0;
    r = eh_set_acquire(e, u->team, of, s->in->no, &u->set);
    if (r != -EH_EFULL)
        return r;
    r = eh_step_refuse(s, EH_EFULL,
                       "skills: open tickets of team %.*s require %d different sets of skills "
                       "already",
                       EH_STR_ARG(interned(&e->roster.team_ids, u->team)), EH_SKILL_SETS_MAX);
    return r < 0 ? r : 1;
}

/* Skills and customer as they are told. The customer's list is another one then. */
static int ticket_set_texts(struct step *s, const struct update *u)
{
    struct eh_engine *e = s->e;
    struct ticket *t = &e->tickets.slots[u->slot];
    uint32_t text_size = ticket_text_size(t);
    /* set_text copies before it frees what source and id point to */
    const uint8_t *customer =
        t->has_customer ? (const uint8_t *)ticket_skills(t).data + t->skills_size : NULL;
    if (u->customer)
        customer = (const uint8_t *)s->m.customer_digest.data;
    if (!u->skills && !u->customer)
        return 0;
    if (u->customer)
        eh_affinity_leave(e, u->slot);
    int r =
        eh_ticket_set_text(t, ticket_source(t), ticket_id(t),
                           u->skills ? s->m.skills : ticket_skills(t), customer, ticket_tail(t));
    e->tickets.text_bytes += ticket_text_size(t) - (uint64_t)text_size;
    return r == 0 && u->customer ? eh_affinity_join(e, u->slot) : r;
}

/* Points stay until the next deal. */
static void ticket_change_kind(struct eh_engine *e, struct ticket *t, uint32_t kind)
{
    bool assigned = t->state == EH_TICKET_ASSIGNED;
    eh_ticket_count(e, t, false);
    if (assigned)
        eh_kind_count(e, t, false);
    t->kind = kind;
    if (assigned)
        eh_kind_count(e, t, true);
    eh_ticket_count(e, t, true);
    if (assigned)
        eh_eligible_refresh(e, t->rep);
}

/* What was told before is kept behind whatever changes it; what is told now comes behind that. */
static int update_note_content(struct step *s, struct ticket *t)
{
    const struct eh_message *m = &s->m;
    struct contents told;
    if (!eh_message_has(m, EH_FIELD_CONTENT))
        return eh_contents_keep(s->e, t);
    eh_contents_told(s->e, t, &told);
    uint32_t team = eh_message_has(m, EH_FIELD_TEAM)
                        ? eh_interner_find(&s->e->roster.team_ids, m->team)
                        : told.team;
    return eh_contents_add(s->e, t, m->content, team);
}

/* The helpdesk does not say who moved it. The rep who had it keeps the receipt: a dull ticket that
 * is moved away must not earn a better one. */
static int ticket_leave_to(struct step *s, const struct update *u)
{
    struct ticket *t = &s->e->tickets.slots[u->slot];
    if (t->state == EH_TICKET_ASSIGNED) {
        eh_step_did(s, EH_DEED_MOVE, t->rep, t);
        eh_ledger_keep(t);
    }
    return eh_ticket_enter_team(s, u->slot, u->team, u->set, "moved");
}

static int update_apply(struct step *s, const struct update *u)
{
    struct eh_engine *e = s->e;
    const struct eh_message *m = &s->m;
    struct ticket *t = &e->tickets.slots[u->slot];
    bool moves = u->team != t->team;
    int r = eh_changed_apply(s, t);
    if (r == 0)
        r = eh_ticket_touch(s, u->slot);
    if (r == 0)
        r = update_note_content(s, t);
    if (r == 0 && u->set != NONE && !moves)
        r = ticket_change_set(s, u->slot, u->set);
    if (r == 0)
        r = ticket_set_texts(s, u);
    if (r < 0)
        return r;
    bool kind = u->kind != t->kind;
    if (kind)
        ticket_change_kind(e, t, u->kind);
    if (eh_message_has(m, EH_FIELD_PRIORITY))
        ticket_change_priority(e, u->slot, m->priority);
    if (kind || eh_message_has(m, EH_FIELD_DUE_AT))
        r = eh_clock_change(s, u->slot);
    if (r == 0 && t->state == EH_TICKET_WAITING) /* a lower priority may age */
        r = eh_clock_wait(s, u->slot);
    if (r < 0)
        return r;
    if (eh_message_has(m, EH_FIELD_VALUE))
        r = eh_outcome_value(s, u->slot, m->value);
    if (r == 0)
        r = eh_pausing_apply(s, u->slot);
    if (r == 0 && moves)
        r = ticket_leave_to(s, u);
    return r;
}

int eh_step_update(struct step *s)
{
    struct update u;
    int r = update_ticket(s, &u.slot);
    if (r < 0 || u.slot == NONE)
        return r;
    r = update_prepare(s, &u);
    if (r != 0)
        return r < 0 ? r : 0;
    s->touched = true;
    r = update_apply(s, &u);
    if (r == 0)
        r = eh_deal_waiting(s);
    if (r < 0)
        return r;
    eh_digest_ticket(s->e, u.slot);
    return eh_step_image(s, &s->e->tickets.slots[u.slot]);
}
