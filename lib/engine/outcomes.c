/*
 * outcomes: how a ticket ends, comes back, is refunded or rated.
 *
 * An outcome is put in its place in the story of its ticket, which is in memory or recalled. Then
 * the ticket becomes what the story comes to, and so does what it counts in its periods. Rules
 * before EH_RULES_TICKETS apply each outcome as it comes (outcomes_earlier.c).
 */
#include "outcomes.h"

#include "clocks.h"
#include "closing.h"
#include "digest.h"
#include "effects.h"
#include "first_answer.h"
#include "journal.h"
#include "lasts.h"
#include "pauses.h"
#include "pending.h"
#include "period_list.h"
#include "resends.h"
#include "skill_set.h"
#include "state.h"
#include "step.h"
#include "story.h"
#include "tally.h"
#include "ticket.h"

/* ---- the story of the ticket */

/* The moment of an outcome that is dated by a day alone: after what happened on that day, as near
 * as can be told without the time zone, and never after it was told. */
static struct story_when day_when(int32_t day, int32_t today, int64_t arrival_us)
{
    int64_t end_us = (int64_t)day >= 0 ? ((int64_t)day + 1) * DAY_MS * 1000 - SECOND_US : 0;
    if (day >= today)
        return (struct story_when){arrival_us, day, false};
    return (struct story_when){end_us < arrival_us ? end_us : arrival_us, day, true};
}

struct story_entry eh_outcome_entry(const struct eh_engine *e, const struct eh_message *m,
                                    int64_t at_us, int64_t arrival_us)
{
    struct story_entry entry = {.when = {at_us, eh_outcome_date(e, m), false},
                                .arrival_us = arrival_us,
                                .outcome = m->outcome,
                                .flags = STORY_TIMED};
    if (eh_message_has(m, EH_FIELD_AT_DAY)) {
        int32_t today = eh_message_has(m, EH_FIELD_AT_DATE) ? (int32_t)m->at_date : e->date;
        entry.when = day_when((int32_t)m->at_day, today, arrival_us);
        entry.flags = entry.when.whole_day ? STORY_AT : 0;
    }
    if (eh_message_has(m, EH_FIELD_AT))
        entry.flags |= STORY_AT;
    if (eh_message_has(m, EH_FIELD_EVENT))
        entry.event = m->event;
    if (eh_message_has(m, EH_FIELD_VALUE)) {
        entry.flags |= STORY_HAS_VALUE;
        entry.value = m->value;
    }
    if (eh_message_has(m, EH_FIELD_HANDLED)) {
        entry.flags |= STORY_HAS_HANDLED;
        entry.handled_s = m->handled_s;
    }
    if (eh_message_has(m, EH_FIELD_CSAT))
        entry.csat = m->csat;
    return entry;
}

static bool ticket_was_closed(const struct ticket *t)
{
    return t->state == EH_TICKET_CLOSED;
}

static int tale_room(const struct eh_engine *e, const struct ticket *t, const struct tale *tale,
                     struct eh_error *error)
{
    const struct story_sum *sum = &tale->sum;
    int r = 0;
    if (ticket_was_closed(t) && !sum->outcome)
        r = eh_outcome_room_to_return(e, t, error);
    if (r == 0 && sum->outcome && (!ticket_was_closed(t) || sum->closed_date != t->closed_date))
        r = eh_facts_room(e, t->team, sum->closed_date, error);
    if (r == 0 && sum->has_first && sum->first_date != sum->closed_date)
        r = eh_facts_room(e, t->team, sum->first_date, error);
    return r;
}

static void ticket_take_story(struct ticket *t, struct story *story)
{
    const struct story_sum *sum = &story->sum;
    bool closed = sum->outcome != 0;
    if (sum->has_first)
        story->first_team = t->story && t->story->sum.has_first ? t->story->first_team : t->team;
    eh_story_free(t->story);
    t->story = story;
    t->outcome = sum->outcome;
    if (closed)
        t->closed_us = sum->closed_us;
    t->closed_date = closed ? sum->closed_date : 0;
    t->value = sum->value;
    t->refunded = sum->refunded;
}

/* A story with a closing answers the ticket, also if an outcome that came before had taken that
 * closing back. */
static int story_answers(struct eh_engine *e, uint32_t slot, const struct tale *tale, bool closing)
{
    struct ticket *t = &e->tickets.slots[slot];
    if (t->answered)
        return eh_first_answer_close(e, t, tale);
    if (!tale->sum.last)
        return 0;
    int r = eh_first_answer_tell(e, slot, eh_pause_since_us(e, t), tale);
    if (!closing && e->rules >= EH_RULES_ANSWERS)
        eh_clock_answered(e, slot);
    return r;
}

/* Makes the ticket what its story comes to. */
static int ticket_turn(struct step *s, uint32_t slot, const struct tale *tale)
{
    struct eh_engine *e = s->e;
    struct ticket *t = &e->tickets.slots[slot];
    struct tallies old, new;
    struct story *story;
    bool closing = !ticket_was_closed(t) && tale->sum.outcome,
         opening = ticket_was_closed(t) && !tale->sum.outcome;
    uint8_t outcome = t->outcome;
    int64_t closed_us = eh_ticket_closed_us(t);
    bool cancels = t->outcome != EH_OUTCOME_CANCELLED && tale->sum.outcome == EH_OUTCOME_CANCELLED;
    int r = eh_tale_close(tale, &story);
    if (r < 0)
        return r;
    s->touched = true;
    eh_tally(t, &old);
    r = story_answers(e, slot, tale, closing);
    if (closing) {
        eh_outcome_leave(e, slot);
        if (e->rules < EH_RULES_RETURNS)
            t->left = false;
    }
    if (r == 0 && opening)
        r = eh_set_acquire(e, t->team, eh_set_of(e, t->team, ticket_skills(t), t->kind), s->in->no,
                           &t->set);
    ticket_take_story(t, story);
    eh_tally(t, &new);
    if (r == 0)
        r = eh_tally_change(e, &old, &new);
    if (r == 0 && (t->outcome != outcome || eh_ticket_closed_us(t) != closed_us))
        r = eh_last_note(e, t, s->now_us);
    if (r == 0 && closing)
        r = eh_outcome_tell_closed(s, slot);
    if (r == 0 && opening)
        r = eh_outcome_come_back(s, slot);
    if (r == 0 && cancels && e->rules >= EH_RULES_RESENDS)
        r = eh_cancelled_note(s, t);
    return r;
}

/* Tells of the outcomes that the story takes now and refused before, or the other way round. */
static int tale_tell_corrections(struct step *s, const struct ticket *t, const struct tale *before,
                                 const struct tale *now)
{
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < now->count; i++) {
        const struct story_entry *entry = &now->entries[i];
        const struct story_entry *was = eh_tale_find(before, entry->input);
        struct eh_error why = {0};
        if (!was || ((was->flags ^ entry->flags) & STORY_REFUSED) == 0)
            continue;
        if (entry->flags & STORY_REFUSED) {
            eh_tale_why(now, entry->input, t, &why);
            r = eh_step_corrected_notice(s, EH_NOTICE_REFUSED, t, entry, eh_str(why.text));
        } else if (!eh_pending_taken(s->e, ticket_identity(t), entry->input)) {
            r = eh_step_corrected_notice(s, EH_NOTICE_TAKEN, t, entry,
                                         eh_str(eh_outcome_name(entry->outcome)));
        }
    }
    return r;
}

/* Whether the change shows in the ticket's row in PostgreSQL. */
static bool change_is_shown(const struct story_sum *a, const struct story_sum *b)
{
    return a->outcome || b->outcome || a->value != b->value || a->refunded != b->refunded ||
           a->csat != b->csat;
}

/* held: in memory before and after; one that was recalled, and stays closed, is in PostgreSQL
 * alone. */
int eh_outcome_carry_out(struct step *s, uint32_t slot, bool held, const struct tale *before,
                         const struct tale *now)
{
    struct eh_engine *e = s->e;
    struct ticket *t = &e->tickets.slots[slot];
    int r = ticket_turn(s, slot, now);
    if (r == 0)
        r = tale_tell_corrections(s, t, before, now);
    if (held) {
        s->subject = slot;
        eh_digest_ticket(e, slot);
    }
    return r == 0 && change_is_shown(&before->sum, &now->sum) ? eh_step_image(s, t) : r;
}

/* -EH_E… and why it is refused; in its place in *ret_now, if the story refuses it. */
int eh_outcome_try(const struct eh_engine *e, const struct ticket *t,
                   const struct story_entry *entry, const struct tale *before, struct tale *ret_now,
                   struct eh_error *error)
{
    *ret_now = *before;
    eh_tale_add(ret_now, entry, t);
    if (eh_tale_find(ret_now, entry->input)->flags & STORY_REFUSED) {
        eh_tale_why(ret_now, entry->input, t, error);
        return -error->code;
    }
    int r = tale_room(e, t, ret_now, error);
    if (r < 0)
        *ret_now = *before;
    return r;
}

int eh_outcome_place(struct step *s, uint32_t slot, const struct story_entry *entry,
                     struct eh_error *error)
{
    struct tale before, now;
    const struct ticket *t = &s->e->tickets.slots[slot];
    eh_tale_open(t, s->now_us, &before);
    int r = eh_outcome_try(s->e, t, entry, &before, &now, error);
    return r < 0 ? r : eh_outcome_carry_out(s, slot, true, &before, &now);
}

int eh_outcome_value(struct step *s, uint32_t slot, int64_t value)
{
    struct ticket *t = &s->e->tickets.slots[slot];
    struct story_entry entry = {.when = {s->now_us, s->e->date, false},
                                .arrival_us = s->now_us,
                                .input = s->in->no,
                                .outcome = STORY_VALUE,
                                .flags = STORY_HAS_VALUE,
                                .value = value};
    struct eh_error error = {0};
    if (t->story)
        return eh_outcome_place(s, slot, &entry, &error);
    t->value = value;
    return 0;
}

_Static_assert(EH_PENDING_PER_TICKET_MAX <= EH_ORDER_MAX,
               "each of them has its place in the journal");

int eh_outcomes_place(struct step *s, uint32_t slot, const struct story_entry *entries,
                      uint32_t count, bool *ret_refused)
{
    struct tale before, now;
    const struct ticket *t = &s->e->tickets.slots[slot];
    eh_tale_open(t, s->now_us, &before);
    now = before;
    for (uint32_t i = 0; i < count; i++)
        eh_tale_add(&now, &entries[i], t);
    if (tale_room(s->e, t, &now, NULL) < 0)
        return -EH_EFULL;
    for (uint32_t i = 0; i < count; i++)
        ret_refused[i] = eh_tale_find(&now, entries[i].input)->flags & STORY_REFUSED;
    return eh_outcome_carry_out(s, slot, true, &before, &now);
}
