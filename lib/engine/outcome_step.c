/*
 * outcome_step: the message OUTCOME. Its ticket is in memory, or was closed long ago and is
 * recalled, or has not come yet.
 */
#include "effects.h"
#include "index.h"
#include "journal.h"
#include "outcomes.h"
#include "outcomes_earlier.h"
#include "pending.h"
#include "recall.h"
#include "state.h"
#include "step.h"
#include "steps.h"
#include "story.h"
#include "ticket.h"
#include "tickets.h"

/* Enters a recalled ticket that opens again: from now on it is in memory. */
static int ticket_enter(struct eh_engine *e, uint32_t slot)
{
    if (e->tickets.waiting + e->tickets.open >= EH_TICKETS_MAX)
        return -EH_EFULL;
    return eh_ticket_enter(e, slot, ticket_identity(&e->tickets.slots[slot]));
}

static int outcome_place_or_refuse(struct step *s, uint32_t slot, bool held, int64_t at_us)
{
    struct eh_engine *e = s->e;
    struct tale before, now;
    struct eh_error error = {0};
    struct story_entry entry = eh_outcome_entry(e, &s->m, at_us, s->now_us);
    entry.input = s->in->no;
    entry.stream_ms = s->in->stream_ms;
    entry.stream_no = s->in->stream_no;
    eh_tale_open(&e->tickets.slots[slot], s->now_us, &before);
    int r = eh_outcome_try(e, &e->tickets.slots[slot], &entry, &before, &now, &error);
    if (r < 0)
        r = eh_step_refuse(s, error.code, "%s", error.text);
    else if (!held && !now.sum.outcome)
        held = (r = ticket_enter(e, slot)) == 0;
    if (r == 0 && eh_tale_find(&now, entry.input))
        r = eh_outcome_carry_out(s, slot, held, &before, &now);
    if (!held)
        eh_ticket_drop(e, slot);
    return r;
}

int eh_step_outcome(struct step *s)
{
    const struct eh_message *m = &s->m;
    const struct eh_recalled *recalled = &s->in->recalled;
    bool places = s->e->rules >= EH_RULES_TICKETS;
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
    bool held = slot != NONE;
    if (!held && !recalled->ticket_known)
        return eh_pending_put(s, identity);
    int r = held ? 0 : eh_ticket_recall(s, identity, &slot);
    if (r < 0)
        return r;
    return places ? outcome_place_or_refuse(s, slot, held, at_us)
                  : eh_outcome_step_earlier(s, slot, !held, at_us);
}
