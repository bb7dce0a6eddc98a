/*
 * pending_apply: outcomes that came before their ticket: the ticket comes, or their time is over.
 *
 * When the ticket comes, they are put in their places in its story. An outcome that the story
 * refuses goes on waiting, because an outcome before it may still come. When its time is over it is
 * a dead letter.
 */
#include "pending_apply.h"

#include "digest.h"
#include "effects.h"
#include "index.h"
#include "journal.h"
#include "outcomes.h"
#include "outcomes_earlier.h"
#include "pending.h"
#include "state.h"
#include "step.h"
#include "story.h"
#include "ticket.h"

static int pending_message(const struct pending_outcome *pending, struct eh_message *ret)
{
    *ret = (struct eh_message){0};
    struct eh_str body = eh_str_n((const char *)pending->body, pending->body_size);
    return eh_message_decode(body, ret, NULL) < 0 ? -EH_ECORRUPT : 0;
}

static int64_t pending_time_us(const struct pending_outcome *pending, const struct eh_message *m)
{
    return eh_message_has(m, EH_FIELD_AT) ? m->at_ms * 1000
                                          : pending->until_us - EH_PENDING_S * SECOND_US;
}

static int outcome_check(const struct eh_engine *e, uint32_t ticket, const struct eh_message *m,
                         struct eh_error *error)
{
    int r = eh_outcome_check(&e->tickets.slots[ticket], m, error);
    return r < 0 ? r : eh_outcome_room(e, &e->tickets.slots[ticket], m, error);
}

/* Rules before EH_RULES_TICKETS: in the order they came. */
static int pending_apply_earlier(struct step *s, uint32_t ticket, uint32_t first)
{
    struct eh_engine *e = s->e;
    int r = 0;
    uint32_t left = e->rules >= EH_RULES_SLICES ? EH_PENDING_PER_TICKET_MAX : UINT32_MAX;
    for (uint32_t slot = first, next; r == 0 && slot != NONE && left > 0; slot = next) {
        left--;
        next = e->pending.slots[slot].sibling;
        struct eh_message m;
        r = pending_message(&e->pending.slots[slot], &m);
        if (r < 0 || outcome_check(e, ticket, &m, NULL) < 0)
            continue;
        r = eh_outcome_apply(s, ticket, &m, pending_time_us(&e->pending.slots[slot], &m));
        eh_pending_remove(e, slot);
    }
    return r;
}

static int pending_entry(const struct eh_engine *e, uint32_t slot, struct story_entry *ret)
{
    const struct pending_outcome *pending = &e->pending.slots[slot];
    struct eh_message m;
    int r = pending_message(pending, &m);
    if (r < 0)
        return r;
    *ret = eh_outcome_entry(e, &m, pending_time_us(pending, &m),
                            pending->until_us - EH_PENDING_S * SECOND_US);
    ret->input = pending->input;
    ret->stream_ms = pending->stream_ms;
    ret->stream_no = pending->stream_no;
    return 0;
}

static int pending_apply_all(struct step *s, uint32_t ticket, uint32_t first)
{
    struct eh_engine *e = s->e;
    struct story_entry entries[EH_PENDING_PER_TICKET_MAX] = {{.input = 0}};
    bool refused[EH_PENDING_PER_TICKET_MAX];
    uint32_t count = 0;
    int r = 0;
    for (uint32_t slot = first; r == 0 && slot != NONE && count < EH_PENDING_PER_TICKET_MAX;
         slot = e->pending.slots[slot].sibling)
        r = pending_entry(e, slot, &entries[count++]);
    if (r == 0)
        r = eh_outcomes_place(s, ticket, entries, count, refused);
    if (r < 0)
        return r == -EH_EFULL ? 0 : r; /* each is tried once more when its time is over */
    for (uint32_t i = 0, slot = first, next; i < count; i++, slot = next) {
        next = e->pending.slots[slot].sibling;
        e->pending.slots[slot].judged = refused[i];
        if (refused[i])
            eh_digest_pending(e, &e->pending.slots[slot]);
        else
            eh_pending_remove(e, slot);
    }
    return 0;
}

int eh_pending_apply(struct step *s, uint32_t ticket)
{
    uint64_t first;
    if (!eh_table_get(&s->e->pending.index, s->in->identity, &first))
        return 0;
    return s->e->rules < EH_RULES_TICKETS ? pending_apply_earlier(s, ticket, (uint32_t)first)
                                          : pending_apply_all(s, ticket, (uint32_t)first);
}

/* Refuses the outcome as a dead letter. */
static int pending_refuse(struct step *s, const struct pending_outcome *pending,
                          const struct eh_message *m, const struct eh_error *error)
{
    int r = eh_step_refuse(s, error->code, "%s", error->text);
    if (r == 0)
        r = eh_step_dead(s, m, pending->stream_ms, pending->stream_no);
    s->touched = true;
    return r < 0 ? r
                 : eh_step_refused_notice(s, m, pending->origin, pending->stream_ms,
                                          pending->stream_no);
}

/* Why the ticket refuses it, as far as its journal still tells. */
static void pending_tell_judged(const struct step *s, uint32_t ticket,
                                const struct pending_outcome *pending, const struct eh_message *m,
                                struct eh_error *error)
{
    struct tale tale;
    eh_error_set(error, EH_ECONFLICT, "outcome: ticket %.*s/%.*s did not allow it at its time",
                 EH_STR_ARG(m->source), EH_STR_ARG(m->id));
    if (ticket == NONE)
        return;
    eh_tale_open(&s->e->tickets.slots[ticket], s->now_us, &tale);
    eh_tale_why(&tale, pending->input, &s->e->tickets.slots[ticket], error);
}

/* 0: it is applied; -EH_E… and why it is refused. */
static int pending_try_once_more(struct step *s, uint32_t slot, uint32_t ticket,
                                 const struct eh_message *m, struct eh_error *error)
{
    struct eh_engine *e = s->e;
    struct pending_outcome *pending = &e->pending.slots[slot];
    struct story_entry entry;
    if (e->rules < EH_RULES_TICKETS) {
        int r = outcome_check(e, ticket, m, error);
        s->touched |= r == 0;
        return r < 0 ? r : eh_outcome_apply(s, ticket, m, pending_time_us(pending, m));
    }
    int r = pending_entry(e, slot, &entry);
    return r < 0 ? r : eh_outcome_place(s, ticket, &entry, error);
}

int eh_pending_expire(struct step *s)
{
    struct eh_engine *e = s->e;
    uint32_t slot = e->pending.list.first;
    struct pending_outcome *pending = &e->pending.slots[slot];
    struct eh_message m;
    struct eh_error error = {0};
    int r = pending_message(pending, &m);
    if (r < 0)
        return r;
    uint32_t ticket = eh_ticket_find(e, pending->identity);
    if (pending->judged)
        pending_tell_judged(s, ticket, pending, &m, &error);
    else if (ticket == NONE)
        eh_error_set(&error, EH_ENOTFOUND,
                     "ticket %.*s/%.*s was not open within %d seconds of its outcome",
                     EH_STR_ARG(m.source), EH_STR_ARG(m.id), EH_PENDING_S);
    else
        r = pending_try_once_more(s, slot, ticket, &m, &error);
    if (error.text[0])
        r = pending_refuse(s, pending, &m, &error);
    if (r == 0)
        eh_pending_remove(e, slot);
    return r;
}

int eh_pending_drop(struct step *s, struct eh_str why)
{
    uint32_t slot = s->e->pending.list.first;
    struct eh_message m;
    struct eh_error error = {0};
    int r = pending_message(&s->e->pending.slots[slot], &m);
    if (r < 0)
        return r;
    eh_error_set(&error, EH_EINVAL, "%.*s", EH_STR_ARG(why));
    r = pending_refuse(s, &s->e->pending.slots[slot], &m, &error);
    if (r == 0)
        eh_pending_remove(s->e, slot);
    return r;
}
