/*
 * answer_step: the message ANSWERED: the customer of a ticket was answered.
 *
 * The first one that is told ends what waits for an answer. A closing is one, too. In the bonus the
 * earliest counts, by its own time: one that is told late may take its place, also of a closed
 * ticket, which is recalled. Any other changes nothing.
 */
#include "answering.h"
#include "clocks.h"
#include "closing.h"
#include "digest.h"
#include "effects.h"
#include "first_answer.h"
#include "index.h"
#include "pauses.h"
#include "period_list.h"
#include "recall.h"
#include "skipped.h"
#include "state.h"
#include "step.h"
#include "steps.h"
#include "tally.h"
#include "ticket.h"
#include "tickets.h"

/* Refuses a time that cannot be. */
static int answer_check_time(struct step *s)
{
    const struct eh_message *m = &s->m;
    if (eh_message_has(m, EH_FIELD_AT_DAY))
        return eh_step_refuse(s, EH_EINVAL, "at: must be a time in milliseconds, not a day");
    if (!eh_message_has(m, EH_FIELD_AT) ||
        m->at_ms <= s->now_us / 1000 + EH_AT_AHEAD_MAX_S * INT64_C(1000))
        return 0;
    return eh_step_refuse(s, EH_ERANGE, "at: %lld is more than %d seconds ahead of the time",
                          (long long)m->at_ms, EH_AT_AHEAD_MAX_S);
}

/* Its helpdesk tells answers. */
static int answer_note_source(struct step *s)
{
    if (s->e->rules < EH_RULES_LAPSES || eh_answering_known(s->e, s->m.source))
        return 0;
    s->touched = true;
    return eh_answering_note(s->e, s->m.source);
}

/* When it was given: an answer that is told late was given before. */
static struct answer_when answer_when(const struct step *s)
{
    const struct eh_message *m = &s->m;
    bool before = eh_message_has(m, EH_FIELD_AT) && m->at_ms <= s->now_us / 1000;
    return (struct answer_when){before ? m->at_ms * 1000 : s->now_us, eh_outcome_date(s->e, m)};
}

/* Refuses an answer that no period has room for. */
static int answer_check_room(struct step *s, uint32_t slot)
{
    const struct ticket *t = &s->e->tickets.slots[slot];
    struct eh_error error = {0};
    if (s->e->rules < EH_RULES_ANSWERS ||
        eh_facts_room(s->e, t->team, answer_when(s).date, &error) == 0)
        return 0;
    return eh_step_refuse(s, EH_EFULL, "%s", error.text);
}

/* Counts it. The ticket is as its image says from now on. */
static int answer_count(struct step *s, uint32_t slot, const struct tallies *old)
{
    struct ticket *t = &s->e->tickets.slots[slot];
    struct tallies new;
    int r = eh_first_answer_say(s->e, t, answer_when(s));
    eh_tally(t, &new);
    if (r == 0)
        r = eh_tally_change(s->e, old, &new);
    return r < 0 ? r : eh_step_image(s, t);
}

/* The first one that is told, of a ticket in memory. */
static int answer_tell(struct step *s, uint32_t slot)
{
    struct eh_engine *e = s->e;
    const struct ticket *t = &e->tickets.slots[slot];
    struct tallies old;
    s->touched = true;
    eh_tally(t, &old);
    int r = eh_ticket_touch(s, slot);
    if (r == 0)
        r = eh_first_answer_tell(e, slot, eh_pause_since_us(e, t), NULL);
    if (r < 0)
        return r;
    eh_clock_answered(e, slot);
    r = eh_step_emit(s, EH_NOTICE_ANSWERED, t, t->rep, NONE, NULL);
    return r < 0 ? r : answer_count(s, slot, &old);
}

/* A further one, which may have been given before all others. */
static int answer_take_place(struct step *s, uint32_t slot)
{
    const struct ticket *t = &s->e->tickets.slots[slot];
    struct tallies old;
    if (!eh_first_answer_is_first(t, answer_when(s).at_us))
        return 0;
    s->touched = true;
    eh_tally(t, &old);
    return answer_count(s, slot, &old);
}

static int answer_apply(struct step *s, uint32_t slot)
{
    int r = answer_check_room(s, slot);
    if (r == 0 && !s->fx->refused)
        r = answer_note_source(s);
    if (r < 0 || s->fx->refused)
        return r;
    return s->e->tickets.slots[slot].answered ? answer_take_place(s, slot) : answer_tell(s, slot);
}

static int answer_apply_recalled(struct step *s, struct eh_key identity)
{
    uint32_t slot;
    if (s->e->rules < EH_RULES_ANSWERS)
        return answer_note_source(s);
    int r = eh_ticket_recall(s, identity, &slot);
    if (r < 0)
        return r;
    r = answer_apply(s, slot);
    eh_ticket_drop(s->e, slot);
    return r;
}

int eh_step_answered(struct step *s)
{
    const struct eh_message *m = &s->m;
    int r = answer_check_time(s);
    if (r < 0 || s->fx->refused)
        return r;
    struct eh_key identity = eh_ticket_identity(m->source, m->id);
    uint32_t slot = eh_ticket_find(s->e, identity);
    if (slot == NONE && !s->in->recalled.ticket_known)
        return eh_step_refuse(s, EH_ENOTFOUND, "ticket %.*s/%.*s is not known",
                              EH_STR_ARG(m->source), EH_STR_ARG(m->id));
    if (slot == NONE)
        return answer_apply_recalled(s, identity);
    r = answer_apply(s, slot);
    eh_digest_ticket(s->e, slot);
    return r;
}
