/*
 * engine: its life, and the step.
 *
 * A step checks, decides, and only then changes. If something fails after a change (memory runs
 * out, a replay lacks a draw), the engine refuses every further step. Its owner then rebuilds it
 * from snapshot and log.
 */
#include "absences.h"
#include "changed.h"
#include "deal.h"
#include "effects.h"
#include "eligible.h"
#include "facts.h"
#include "identify.h"
#include "index.h"
#include "interner.h"
#include "limits.h"
#include "observe.h"
#include "past.h"
#include "pauses.h"
#include "pending_apply.h"
#include "release.h"
#include "resends.h"
#include "roster.h"
#include "schedules.h"
#include "shift_heap.h"
#include "shifts.h"
#include "signals.h"
#include "state.h"
#include "step.h"
#include "steps.h"
#include "story.h"
#include "ticket.h"
#include "tickets.h"

#include <stdlib.h>

int eh_engine_new(enum eh_rules rules, struct eh_engine **ret, struct eh_error *error)
{
    if (eh_draw_init() < 0)
        return eh_error_set(error, EH_EUNAVAILABLE, "libsodium does not start");
    struct eh_engine *e = calloc(1, sizeof *e);
    if (!e)
        return eh_error_set(error, EH_ENOMEM, "out of memory for an engine");
    e->rules = rules;
    e->tickets.free = NONE;
    e->pauses.free = NONE;
    e->pending.free = NONE;
    e->periods.free = NONE;
    e->facts.free = NONE;
    e->ready.turn = NONE;
    e->told_from = EH_DATE_ALWAYS;
    e->pending.list = (struct list){NONE, NONE, 0};
    e->lasts.free = NONE;
    e->cancelled.free = NONE;
    e->clocks.free = NONE;
    e->cancelled.list = (struct list){NONE, NONE, 0};
    *ret = e;
    return 0;
}

static void rep_free(struct rep *rep)
{
    free(rep->reason);
    free(rep->scope);
    free(rep->leaves);
    free(rep->by);
    free(rep->away_in);
    free(rep->held.by);
    free(rep->held.reason);
    eh_absence_free(rep);
    eh_hours_past_done(&rep->hours_past);
}

static void names_free(struct eh_engine *e)
{
    eh_interner_done(&e->roster.rep_ids);
    eh_interner_done(&e->roster.team_ids);
    eh_interner_done(&e->roster.kind_ids);
    eh_interner_done(&e->zones.names);
    eh_interner_done(&e->answering);
}

void eh_engine_free(struct eh_engine *e)
{
    if (!e)
        return;
    for (uint32_t i = 0; i < e->tickets.used; i++) {
        free(e->tickets.slots[i].text);
        eh_story_free(e->tickets.slots[i].story);
    }
    for (uint32_t i = 0; i < e->pending.used; i++)
        free(e->pending.slots[i].body);
    eh_cancelled_done(e);
    eh_lasts_done(e);
    eh_past_done(e);
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++) {
        eh_team_free(&e->roster.teams[i]);
        eh_hours_past_done(&e->roster.teams[i].hours_past);
    }
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++)
        rep_free(&e->roster.reps[i]);
    void *const arrays[] = {e->tickets.slots,       e->pending.slots,        e->roster.teams,
                            e->roster.reps,         e->roster.kinds,         e->roster.memberships,
                            e->roster.desk_teams,   e->roster.counters.open, e->accounts.items,
                            e->tickets.order,       e->expiries.reps,        e->rounds.reps,
                            e->tickets.index.places};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        free(arrays[i]);
    eh_parsed_desk_drop(e->desk);
    names_free(e);
    eh_table_done(&e->accounts.index);
    eh_table_done(&e->pending.index);
    eh_table_done(&e->changed);
    eh_table_done(&e->customers);
    eh_facts_done(e);
    eh_pauses_done(e);
    eh_schedules_done(e);
    eh_clocks_done(e);
    eh_watch_done(e);
    eh_bytes_done(&e->scratch);
    free(e);
}

/* ---- what is known already */

/* Content digest and number of the input with this identity; false: there is none. */
static bool known_find(const struct eh_engine *e, const struct eh_input *in,
                       struct eh_key *ret_digest, uint64_t *ret_input)
{
    uint32_t slot = in->message.type == EH_MESSAGE_TICKET ? eh_ticket_find(e, in->identity) : NONE;
    if (slot == NONE && !in->recalled.known)
        return false;
    *ret_digest = slot != NONE ? e->tickets.slots[slot].digest : in->recalled.digest;
    *ret_input = slot != NONE ? e->tickets.slots[slot].no : in->recalled.input;
    return true;
}

bool eh_engine_is_repeat(const struct eh_engine *e, const struct eh_input *in)
{
    struct eh_key digest;
    uint64_t input;
    if (!known_find(e, in, &digest, &input))
        return false;
    enum eh_retold retold = eh_engine_retold(e, in);
    if (retold != EH_RETOLD_NOT)
        return retold != EH_RETOLD_UPDATE;
    return eh_key_equal(digest, in->digest) || eh_engine_is_older(e, in) ||
           eh_input_is_placed(in, e->rules);
}

bool eh_engine_is_older(const struct eh_engine *e, const struct eh_input *in)
{
    if (in->message.type != EH_MESSAGE_TICKET || !eh_message_has(&in->message, EH_FIELD_CHANGED_AT))
        return false;
    uint32_t slot = eh_ticket_find(e, in->identity);
    return slot != NONE &&
           eh_changed_is_older(&in->message, eh_changed_get(e, &e->tickets.slots[slot]));
}

/* 1: refused, because another content has this identity already. */
static int known_refuse(struct step *s)
{
    struct eh_key digest;
    uint64_t input;
    if (!known_find(s->e, s->in, &digest, &input))
        return 0;
    if (eh_key_equal(digest, s->in->digest))
        return -EH_ECORRUPT; /* a repeat is no input: eh_engine_is_repeat() comes first */
    const struct eh_message *m = &s->m;
    bool ticket = m->type == EH_MESSAGE_TICKET;
    int r = eh_step_refuse(
        s, EH_ECONFLICT, "%s %.*s%s%.*s: other content than input %llu, which stands",
        ticket ? "ticket" : "event", EH_STR_ARG(m->source), m->source.size ? "/" : "",
        EH_STR_ARG(ticket ? m->id : m->event), (unsigned long long)input);
    return r < 0 ? r : 1;
}

/* ---- what is due */

/* Does one thing: the one that has been due for longest, but shifts before all others. Or it does
 * what is due of the times of tickets. */
int eh_step_due(struct step *s)
{
    struct eh_engine *e = s->e;
    struct eh_due due;
    if (eh_shift_due(e) <= s->now_us) {
        eh_shifts_turn(s, SHIFT_MEMBERS_PER_STEP);
        return 0;
    }
    if (eh_message_has(&s->m, EH_FIELD_CLOCKS))
        return eh_clocks_turn(s);
    if (eh_engine_due_us(e) > s->now_us || !eh_engine_due(e, &due))
        return 0;
    switch (due.kind) {
    case EH_DUE_LEFTOVER: /* the deals themselves follow every step */
        return e->rounds.count ? eh_release_round(s) : 0;
    case EH_DUE_HOUR: /* it turned before the step */
        return 0;
    case EH_DUE_SIGNAL:
        return eh_signal_expire(s, e->expiries.reps[0]);
    default:
        return eh_pending_expire(s);
    }
}

int eh_step_unparsed(struct step *s)
{
    return eh_step_refuse(s, EH_EPARSE, "%.*s", EH_STR_ARG(s->m.reason));
}

/* ---- the step */

typedef int step_fn(struct step *);

#define STEP(NAME, number, name, does, ...) [EH_MESSAGE_##NAME] = eh_step_##does,

static step_fn *const steps[] = {EH_MESSAGE_TYPES(STEP)};

/* Numbers have no gap; time and day never go back. Before the first day, any date is taken. An
 * operator may lead both back (ACCEPT_TIME). */
static bool input_is_next(const struct eh_engine *e, const struct eh_input *in)
{
    int type = in->message.type;
    bool accepted = type == EH_MESSAGE_ACCEPT_TIME && e->rules >= EH_RULES_TIME_BACK;
    return in->no == e->input + 1 && (in->at_us >= e->at_us || accepted) && eh_is_time(in->at_us) &&
           eh_is_date(in->date) && type > 0 && type <= EH_MESSAGE_LAST &&
           (in->date == e->date || !e->has_day || type == EH_MESSAGE_DAY || accepted ||
            (type == EH_MESSAGE_SKIPPED && in->date > e->date));
}

/* Shifts that the shell left over: nothing may be decided before them. */
static void step_shifts(struct step *s)
{
    if (s->m.type == EH_MESSAGE_DUE || eh_shift_due(s->e) > s->now_us)
        return;
    eh_shifts_turn(s, UINT32_MAX);
    s->shifted = true;
    s->touched = false; /* the message may still be refused */
}

/* Deals what waits, once all shifts that are due have turned. */
static int step_deal(struct step *s)
{
    return eh_shift_due(s->e) <= s->now_us ? 0 : eh_deal_waiting(s);
}

static int step_decide(struct step *s)
{
    struct eh_engine *e = s->e;
    step_shifts(s);
    if (!e->has_day && s->in->date != e->date)
        eh_roster_set_date(e, s->in->date); /* a second try sets it again */
    int r = known_refuse(s);
    if (r == 0)
        r = steps[s->m.type](s);
    if (r < 0)
        return r;
    bool due = s->m.type == EH_MESSAGE_DUE, skipped = s->m.type == EH_MESSAGE_SKIPPED;
    if (s->fx->refused && !due && !skipped)
        r = eh_step_refused_notice(s, &s->m, s->in->origin, s->in->stream_ms, s->in->stream_no);
    else if (!s->fx->refused || e->rules >= EH_RULES_SLICES)
        r = step_deal(s);
    if (due && e->rules >= EH_RULES_SLICES)
        e->ready.turn = s->turn;
    if (r == 0 && s->subject != NONE && e->tickets.slots[s->subject].state == EH_TICKET_CLOSED)
        eh_ticket_remove(e, s->subject);
    return r;
}

_Static_assert(EH_MOST_MAX == EH_DEALS_PER_STEP_MAX, "a step may have as many as a message says");

/* How many effects the step may have by dealing and releasing, as the shell says. */
static uint32_t step_limit(const struct eh_message *m)
{
    return eh_message_has(m, EH_FIELD_MOST) ? (uint32_t)m->most : EH_DEALS_PER_STEP_MAX;
}

int eh_engine_step(struct eh_engine *e, const struct eh_input *in, struct eh_effects *fx)
{
    if (e->broken || !input_is_next(e, in))
        return -EH_ECORRUPT;
    struct step s = {.e = e,
                     .in = in,
                     .fx = fx,
                     .now_us = in->at_us,
                     .deals_left = step_limit(&in->message),
                     .turn = e->ready.turn,
                     .subject = NONE};
    uint64_t seq = e->seq, dead = e->dead;
    eh_message_of_input(in, &s.m);
    eh_step_begin(fx);
    e->now_us = in->at_us;
    e->ramps_left = RAMPS_PER_STEP;
    eh_eligible_ramps(e);
    if (eh_hours_turn(e, in->at_us))
        eh_eligible_new_hour(e);
    int r = step_decide(&s);
    if (r < 0) {
        fx->count = fx->first;
        e->broken = e->broken || s.touched || s.shifted;
        e->seq = seq;
        e->dead = dead;
        return r;
    }
    e->input = in->no;
    e->at_us = in->at_us;
    return e->broken ? -EH_ENOMEM : 0;
}

int eh_engine_try(const struct eh_engine *e, const struct eh_input *in, struct eh_effects *fx)
{
    int type = in->message.type;
    struct step s = {.e = (struct eh_engine *)e, .in = in, .fx = fx, .subject = NONE, .dry = true};
    if (!eh_type_is(type, EH_TYPE_PERIOD))
        return -EH_EINVAL;
    eh_message_of_input(in, &s.m);
    eh_step_begin(fx);
    return e->broken ? -EH_ECORRUPT : steps[type](&s);
}
