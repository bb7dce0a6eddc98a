/*
 * watch: tells the report the facts of each input, and reads the ledger when the period begins and
 * ends and around each new desk file, which may remove accounts.
 */
#include <evenhand/fairness/watch.h>
#include <evenhand/wire/actor.h>

#include "facts.h"
#include "watch_time.h"

/* ---- Looking at the members of the team. */

static void account_read(struct eh_fairness *f, const struct eh_member_view *member)
{
    const struct eh_fairness_account reading = {
        .entitled_nano = member->entitled_nano,
        .received = (int64_t)member->received,
        .entitled_value = member->entitled_value,
        .received_value = member->received_value,
    };
    eh_fairness_account(f, member->rep, &reading);
}

static void accounts_read(const struct eh_fairness_watch *w)
{
    struct eh_member_view member;
    for (uint32_t i = 0; eh_engine_member(w->engine, w->team, i, &member); i++)
        account_read(w->fairness, &member);
}

static int member_status(const struct eh_member_view *member)
{
    return member->active && !member->off ? member->state : 0;
}

static void state_tell(const struct eh_fairness_watch *w, const struct eh_member_view *member,
                       int64_t at_us)
{
    struct eh_rep_view rep;
    int status = member_status(member);
    bool ends = status > EH_STATUS_AVAILABLE && eh_engine_rep(w->engine, member->rep, &rep);
    eh_fairness_began(w->fairness, member->rep, ends ? rep.since_us : 0);
    eh_fairness_state(w->fairness, member->rep, status, at_us);
    eh_fairness_ends(w->fairness, member->rep, ends ? rep.until_us : EH_TIME_NEVER);
}

static void rep_look(const struct eh_fairness_watch *w, struct eh_str rep, int64_t at_us)
{
    struct eh_member_view member;
    if (rep.size && eh_engine_member_of(w->engine, w->team, rep, &member))
        state_tell(w, &member, at_us);
}

/* Tells the state of all reps: of the team's members of today, and of those who are none any more.
 */
static void team_look(const struct eh_fairness_watch *w, int64_t at_us)
{
    struct eh_member_view member;
    for (uint32_t i = 0; eh_engine_member(w->engine, w->team, i, &member); i++)
        state_tell(w, &member, at_us);
    for (uint32_t i = 0; i < w->fairness->rep_count; i++) {
        struct eh_str rep = w->fairness->reps[i].id;
        if (w->fairness->reps[i].status && !eh_engine_member_of(w->engine, w->team, rep, &member))
            eh_fairness_state(w->fairness, rep, 0, at_us);
    }
}

/* ---- Paused tickets. */

static void pausing_tell(const struct eh_fairness_watch *w, struct eh_str rep, int64_t at_us)
{
    struct eh_member_view member;
    if (rep.size)
        eh_fairness_pausing(
            w->fairness, rep,
            eh_engine_member_of(w->engine, w->team, rep, &member) ? member.paused : 0, at_us);
}

/* Those that are paused when the period begins. */
static void pauses_look(const struct eh_fairness_watch *w, int64_t at_us)
{
    struct eh_member_view member;
    for (uint32_t i = 0; eh_engine_member(w->engine, w->team, i, &member); i++)
        if (member.paused)
            eh_fairness_pausing(w->fairness, member.rep, member.paused, at_us);
}

/* A pause begins, or something happens that may have ended one. */
static void pauses_take(const struct eh_fairness_watch *w, const struct eh_effects *fx,
                        int64_t at_us)
{
    struct eh_team_view team;
    struct eh_ticket_view ticket;
    bool some = eh_engine_team(w->engine, w->team, &team) && team.paused > 0;
    for (uint32_t i = fx->first; i < fx->count; i++) {
        const struct eh_effect *e = &fx->items[i];
        if (e->type == EH_NOTICE_PAUSED && eh_str_equal(e->team, w->team) &&
            eh_engine_ticket(w->engine, e->source, e->id, &ticket))
            eh_fairness_paused(w->fairness, e->rep, ticket.value);
        if (e->ticket == 0 || (!some && !eh_fairness_has_paused(w->fairness)))
            continue;
        pausing_tell(w, e->rep, at_us);
        pausing_tell(w, e->was, at_us);
    }
}

/* ---- The period. */

static void on_deal(void *fairness, const struct eh_deal *deal)
{
    eh_fairness_further(fairness, deal);
    eh_fairness_on_deal(fairness, deal);
}

/* When a day begins, but at least least_us and at most most_us. */
static int64_t day_start(const struct eh_fairness_watch *w, int32_t date, int64_t least_us,
                         int64_t most_us)
{
    const struct eh_desk *desk = eh_engine_desk(w->engine);
    int64_t us = w->day_start && desk ? w->day_start(desk, date) : most_us;
    return us < least_us ? least_us : us > most_us ? most_us : us;
}

/* Begins the period where its first day begins, which may be long before the first input of the
 * day: the states of reps went on meanwhile. */
static int period_begin(struct eh_fairness_watch *w, int64_t before_us, int64_t at_us, int32_t date,
                        struct eh_error *error)
{
    if (w->from != EH_DATE_ALWAYS && before_us <= at_us)
        at_us = day_start(w, w->from, before_us, at_us);
    int r = eh_fairness_new(w->team, at_us, &w->fairness, error);
    if (r < 0)
        return r;
    w->first = w->from != EH_DATE_ALWAYS ? w->from : date; /* 0 before the first DAY, see below */
    w->last = w->to != EH_DATE_NEVER ? w->to : date;
    w->fairness->engine = w->engine;
    team_look(w, at_us);
    pauses_look(w, at_us);
    accounts_read(w);
    eh_fairness_time_begin(w, at_us);
    r = eh_engine_observe(w->engine, on_deal, w->fairness);
    return r < 0 ? eh_error_set(error, -r, "deals cannot be observed: %s", eh_code_name(r)) : 0;
}

/* Who did it, whether they asked themselves or a delegate for them: of what the helpdesk says, as
 * it names them. */
static struct eh_str input_actor(const struct eh_message *m)
{
    return m->type == EH_MESSAGE_OWNER ? m->by : eh_actor_person(m->actor);
}

/* Who gave the ticket of the message to somebody. */
static struct eh_str input_giver(const struct eh_message *m)
{
    return m->type == EH_MESSAGE_TICKET && m->by.size ? m->by : input_actor(m);
}

/* Tells of a ticket that a manager assigned. */
static void assigned_take(struct eh_fairness_watch *w, const struct eh_input *in,
                          const struct eh_effect *e)
{
    struct eh_ticket_view ticket = {0};
    if (e->type == EH_NOTICE_ASSIGNED && eh_str_equal(e->team, w->team) &&
        eh_str_equal(e->why, eh_str("manager")) &&
        eh_engine_ticket(w->engine, e->source, e->id, &ticket))
        eh_fairness_override(w->fairness, input_giver(&in->message), e->rep, ticket.value);
}

/* Tells of a ticket that a manager moved out of the team (`out`) or into it. */
static void moved_take(struct eh_fairness_watch *w, const struct eh_input *in,
                       const struct eh_effect *e, bool out)
{
    struct eh_ticket_view ticket;
    if (in->message.type == EH_MESSAGE_MOVE && e->type == EH_NOTICE_MOVED &&
        (out || eh_str_equal(e->team, w->team)) &&
        eh_engine_ticket(w->engine, e->source, e->id, &ticket))
        eh_fairness_moved(w->fairness, input_actor(&in->message), ticket.value);
}

/* Looks at an input before it is decided: its sender, a release, a return. Returns whether it moves
 * a ticket of the team. */
static bool input_look_before(const struct eh_fairness_watch *w, const struct eh_input *in)
{
    const struct eh_message *m = &in->message;
    struct eh_ticket_view ticket;
    bool known = (m->type == EH_MESSAGE_MOVE || m->type == EH_MESSAGE_RETURN ||
                  m->type == EH_MESSAGE_OWNER) &&
                 eh_engine_ticket(w->engine, m->source, m->id, &ticket);
    eh_fairness_actor_is(w->fairness, input_giver(m));
    if (known && m->type != EH_MESSAGE_MOVE)
        eh_fairness_returned(w->fairness, ticket.no, input_actor(m));
    if (m->type == EH_MESSAGE_RELEASE)
        eh_fairness_released(w->fairness, m->rep, input_actor(m));
    return known && m->type == EH_MESSAGE_MOVE && eh_str_equal(ticket.team, w->team);
}

/* Tells that a manager ended the overloaded of a member of the team. */
static void ended_take(struct eh_fairness_watch *w, const struct eh_input *in,
                       const struct eh_effect *e)
{
    struct eh_member_view member;
    if (e->type == EH_NOTICE_ENDED && eh_engine_member_of(w->engine, w->team, e->rep, &member))
        eh_fairness_ended(w->fairness, input_actor(&in->message), e->rep);
}

static bool input_sets_presence(const struct eh_fairness_watch *w, const struct eh_message *m)
{
    struct eh_member_view member;
    return (m->type == EH_MESSAGE_SIGNAL || m->type == EH_MESSAGE_RELEASE) &&
           eh_engine_member_of(w->engine, w->team, m->rep, &member);
}

static void effect_take(struct eh_fairness_watch *w, const struct eh_input *in,
                        const struct eh_effects *fx, bool ours)
{
    if (in->message.type == EH_MESSAGE_TICKET && !fx->refused &&
        eh_str_equal(in->message.team, w->team))
        eh_fairness_arrival(w->fairness, in->message.value);
    for (uint32_t i = fx->first; i < fx->count; i++)
        if (fx->items[i].type == EH_NOTICE_RESENT && eh_str_equal(fx->items[i].team, w->team))
            eh_fairness_resent(w->fairness, in->message.value);
    if (in->message.type == EH_MESSAGE_DESK || in->message.type == EH_MESSAGE_DAY ||
        in->message.type == EH_MESSAGE_ACCEPT_TIME || fx->shifts)
        team_look(w, in->at_us);
    if (in->message.type == EH_MESSAGE_DESK)
        accounts_read(w);
    for (uint32_t i = fx->first; i < fx->count; i++) {
        assigned_take(w, in, &fx->items[i]);
        ended_take(w, in, &fx->items[i]);
        moved_take(w, in, &fx->items[i], ours);
    }
    pauses_take(w, fx, in->at_us);
    if (fx->done.deed && eh_str_equal(fx->done.team, w->team))
        eh_fairness_did(w->fairness, fx->done.rep, fx->done.deed, fx->done.value);
    if (fx->refused && input_sets_presence(w, &in->message))
        eh_fairness_set_refused(w->fairness, in->message.rep);
    /* A state that began or ended by itself did so at its own time, not at that of the input. */
    bool late = in->message.type == EH_MESSAGE_DUE && fx->from_us < in->at_us;
    rep_look(w, fx->some_teams ? in->message.rep : fx->signal_rep,
             fx->signal_rep.size && late ? fx->from_us : in->at_us);
    w->last = w->to != EH_DATE_NEVER ? w->to : in->date;
    if (w->first == 0 && w->from == EH_DATE_ALWAYS)
        w->first = in->date;
}

/* Tells who sets a presence. It comes before the decision on the input, which may deal at once. A
 * signal that is held back comes into force later, as it was said last. */
static void doer_take(struct eh_fairness_watch *w, const struct eh_input *in)
{
    const struct eh_message *m = &in->message;
    struct eh_str actor = input_actor(m);
    bool admin = in->origin == EH_ORIGIN_ADMIN;
    struct eh_rep_view rep;
    if (!input_sets_presence(w, m))
        return;
    bool own = admin && eh_engine_rep(w->engine, m->rep, &rep) && eh_str_equal(actor, rep.user);
    enum eh_doer doer = in->origin == EH_ORIGIN_STREAM ? EH_DOER_STREAM
                        : own                          ? EH_DOER_REP
                        : admin && actor.size          ? EH_DOER_MANAGER
                                                       : EH_DOER_UNKNOWN;
    eh_fairness_set_by(w->fairness, m->rep, doer, actor, in->at_us);
}

int eh_fairness_watch_step(struct eh_fairness_watch *w, const struct eh_input *in,
                           struct eh_effects *fx, struct eh_error *error)
{
    int r = 0;
    int64_t before_us = w->at_us;
    if (w->over)
        return 0;
    if (w->fairness && in->at_us < w->at_us)
        eh_fairness_time_back(w->fairness, w->at_us, in->at_us);
    w->at_us = in->at_us;
    w->over = in->date > w->to;
    if (w->over && before_us <= in->at_us)
        w->at_us = day_start(w, w->to + 1, before_us, in->at_us);
    if (w->over)
        return 0;
    if (!w->fairness && in->date >= w->from)
        r = period_begin(w, before_us, in->at_us, in->date, error);
    if (r < 0)
        return r;
    if (w->fairness && in->message.type == EH_MESSAGE_DESK)
        accounts_read(w);
    if (w->fairness) {
        doer_take(w, in);
        eh_fairness_time_before(w, &in->message, before_us > in->at_us ? before_us : in->at_us);
    }
    bool ours = w->fairness && input_look_before(w, in);
    r = eh_engine_step(w->engine, in, fx);
    if (r < 0)
        return eh_error_set(error, -r, "input %llu cannot be decided again: %s",
                            (unsigned long long)in->no, eh_code_name(r));
    if (w->fairness) {
        effect_take(w, in, fx, ours);
        eh_fairness_time_after(w, &in->message, in->at_us);
    }
    return 0;
}

int eh_fairness_watch_report(struct eh_fairness_watch *w, struct eh_arena *arena,
                             struct eh_fairness_report *ret, struct eh_error *error)
{
    struct eh_team_view team;
    struct eh_totals totals;
    if (eh_engine_desk(w->engine) && !eh_engine_team(w->engine, w->team, &team) &&
        (!w->fairness || !w->fairness->rep_count))
        return eh_error_set(error, EH_ENOTFOUND, "team %.*s: there is none", EH_STR_ARG(w->team));
    eh_engine_totals(w->engine, &totals);
    int r =
        w->fairness ? 0 : period_begin(w, w->at_us, w->at_us, w->over ? w->to : totals.date, error);
    if (r < 0)
        return r;
    accounts_read(w);
    eh_fairness_time_end(w, w->at_us);
    return eh_fairness_report(w->fairness, w->at_us, arena, ret, error);
}

void eh_fairness_watch_done(struct eh_fairness_watch *w)
{
    if (w->engine && w->fairness)
        (void)!eh_engine_observe(w->engine, NULL, NULL);
    eh_fairness_free(w->fairness);
    w->fairness = NULL;
}
