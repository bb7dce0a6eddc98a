/*
 * signals: the message SIGNAL: available, overloaded, away; and the end of those that end by
 * themselves.
 *
 * Bounds, rates and repeated overloaded: signal_terms.c. An `available` that comes before at_least
 * is over does not end overloaded at once: it brings the end forward to that moment.
 *
 * A signal is a state: the last one said takes effect. If the state in force changes more often
 * than a rep's rate allows, the next change is held back until the rate allows it, and then taken
 * as if it were said at that moment. What is said meanwhile replaces the held signal. A signal that
 * repeats the state in force is no change. An `available` that ends `away` is never held back.
 *
 * A user who ends another rep's overloaded must say why, and the rep is told.
 *
 * The stream's ids say in which order its signals were said. A signal of a rep that is older than
 * the newest one taken changes nothing: the shell does not log every signal, and one that it left
 * out may come again after a restart, behind a later one.
 */
#include "signals.h"

#include "digest.h"
#include "effects.h"
#include "eligible.h"
#include "expiries.h"
#include "interner.h"
#include "named.h"
#include "owned_text.h"
#include "signal_terms.h"
#include "state.h"
#include "step.h"
#include "steps.h"

#include <stdlib.h>

#include <evenhand/wire/actor.h>

/* ---- status */

void eh_signal_set(struct eh_engine *e, uint32_t rep_no, int status, int64_t now_us,
                   int64_t until_us)
{
    struct rep *rep = &e->roster.reps[rep_no];
    bool other = rep->status != status;
    if (other)
        rep->since_us = now_us;
    if (other && rep->status == EH_STATUS_OVERLOADED)
        rep->overload_over_us = now_us;
    rep->status = (uint8_t)status;
    rep->until_us = until_us;
    eh_expiry_update(e, rep_no);
    if (other)
        eh_eligible_refresh(e, rep_no);
    eh_digest_rep(e, rep_no);
}

static int rep_set_by(struct rep *rep, struct eh_str by, bool ended)
{
    rep->ended = ended;
    return eh_owned_text_set(&rep->by, &rep->by_size, by);
}

/* ---- in force */

/* Teams that gave the rep nothing since a release give again. */
static int rep_end_away_in(struct step *s, uint32_t rep_no)
{
    struct rep *rep = &s->e->roster.reps[rep_no];
    if (rep->away_in_size == 0)
        return 0;
    int r = eh_owned_text_set(&rep->away_in, &rep->away_in_size, eh_str_n(NULL, 0));
    eh_eligible_refresh(s->e, rep_no);
    return r;
}

/* Takes a signal as if it were said at `at_us`: now, or when a held signal was to take effect. */
static int signal_take(struct step *s, uint32_t rep_no, struct said said, int64_t at_us)
{
    struct rep *rep = &s->e->roster.reps[rep_no];
    int r = rep_end_away_in(s, rep_no);
    if (r < 0)
        return r;
    int64_t until = eh_signal_until(s->e, rep, said, at_us);
    if (said.status == EH_STATUS_AVAILABLE && rep->status == EH_STATUS_OVERLOADED) {
        int64_t earliest = eh_overloaded_least_until(s->e, rep, rep->since_us);
        if (earliest > at_us) { /* overloaded until then: a DUE input ends it */
            int64_t from = earliest < rep->until_us ? earliest : rep->until_us;
            eh_signal_set(s->e, rep_no, EH_STATUS_OVERLOADED, at_us, from);
            return eh_step_signal(s, rep_no, said.status, from, EH_TIME_NEVER);
        }
    }
    if (said.status != rep->status && s->e->rules >= EH_RULES_SIGNALS)
        eh_rate_count(&rep->changes, s->e->date, at_us);
    if (eh_overload_repeats(s->e, rep, said, at_us) && until > rep->until_us)
        until = rep->until_us;
    eh_overload_count(s->e, rep, said, at_us);
    eh_signal_set(s->e, rep_no, said.status, at_us, until);
    return eh_step_signal(s, rep_no, said.status, at_us, until);
}

/* A signal that repeats the state in force or ends `away` is never held back. */
static bool signal_is_free(const struct rep *rep, int status)
{
    return status == rep->status ||
           (status == EH_STATUS_AVAILABLE && rep->status == EH_STATUS_AWAY);
}

/* ---- what is held back */

void eh_held_drop(struct eh_engine *e, uint32_t rep_no)
{
    struct held *held = &e->roster.reps[rep_no].held;
    free(held->reason);
    free(held->by);
    *held = (struct held){.until_us = EH_TIME_NEVER};
    eh_expiry_update(e, rep_no);
}

static int signal_hold(struct step *s, uint32_t rep_no, struct said said, struct eh_str by,
                       int64_t from_us)
{
    struct rep *rep = &s->e->roster.reps[rep_no];
    struct held *held = &rep->held;
    int r = eh_owned_text_set(&held->reason, &held->reason_size, s->m.reason);
    if (r == 0)
        r = eh_owned_text_set(&held->by, &held->by_size, by);
    if (r < 0)
        return r;
    held->status = said.status;
    held->has_for = said.has_for;
    held->for_s = said.for_s;
    held->until_us = from_us;
    eh_expiry_update(s->e, rep_no);
    eh_digest_rep(s->e, rep_no);
    return eh_step_signal(s, rep_no, said.status, from_us,
                          eh_signal_until(s->e, rep, said, from_us));
}

/* What ends or begins by itself does so at its own time, however late the DUE input comes: the
 * daemon may have been down. */
static int64_t signal_moment(const struct step *s, const struct rep *rep, int64_t due_us)
{
    if (s->e->rules < EH_RULES_ENDS || due_us > s->now_us)
        return s->now_us;
    return due_us > rep->since_us ? due_us : rep->since_us;
}

/* Takes the held signal. Overloaded that may not last anew changes nothing. */
static int held_take(struct step *s, uint32_t rep_no)
{
    struct rep *rep = &s->e->roster.reps[rep_no];
    struct said said = {rep->held.status, rep->held.has_for, rep->held.for_s};
    int64_t at_us = signal_moment(s, rep, rep->held.until_us);
    if (eh_overload_from(s->e, rep, said, at_us) > at_us) {
        eh_held_drop(s->e, rep_no);
        eh_digest_rep(s->e, rep_no);
        return 0;
    }
    free(rep->reason);
    rep->reason = rep->held.reason;
    rep->reason_size = rep->held.reason_size;
    rep->held.reason = NULL;
    int r = rep_set_by(rep, eh_str_n(rep->held.by, rep->held.by_size), rep->ended);
    eh_held_drop(s->e, rep_no);
    return r < 0 ? r : signal_take(s, rep_no, said, at_us);
}

/* ---- the stream's order */

bool eh_signal_is_old(uint64_t ms, uint64_t no, uint64_t newest_ms, uint64_t newest_no)
{
    bool later = ms > newest_ms || (ms == newest_ms && no > newest_no);
    bool none = newest_ms == 0 && newest_no == 0;
    return !none && !later && newest_ms - ms <= EH_SIGNAL_OLDER_MAX_MS;
}

static bool signal_is_old(const struct eh_engine *e, const struct rep *rep,
                          const struct eh_input *in)
{
    return e->rules >= EH_RULES_NEWEST && in->origin == EH_ORIGIN_STREAM &&
           eh_signal_is_old(in->stream_ms, in->stream_no, rep->newest_ms, rep->newest_no);
}

void eh_signal_newest(struct step *s, uint32_t rep_no)
{
    const struct eh_input *in = s->in;
    struct rep *rep = &s->e->roster.reps[rep_no];
    if (s->e->rules < EH_RULES_NEWEST || (in->stream_ms == 0 && in->stream_no == 0))
        return;
    rep->newest_ms = in->stream_ms;
    rep->newest_no = in->stream_no;
    eh_digest_rep(s->e, rep_no);
}

/* ---- said by others */

struct eh_str eh_said_by(const struct step *s, uint32_t rep_no)
{
    const struct eh_engine *e = s->e;
    struct eh_str user = e->desk->desk->reps[e->roster.reps[rep_no].desk_index].user;
    bool other = e->rules >= EH_RULES_OTHERS && s->in->origin == EH_ORIGIN_ADMIN &&
                 !eh_str_equal(eh_actor_person(s->m.actor), user);
    return other ? s->m.actor : eh_str_n(NULL, 0);
}

bool eh_overloaded_said(const struct rep *rep)
{
    bool held = rep->held.until_us != EH_TIME_NEVER && rep->held.status == EH_STATUS_OVERLOADED;
    return held || rep->status == EH_STATUS_OVERLOADED;
}

/* Whether the signal ends the rep's overloaded, or ends it sooner. */
static bool signal_ends_overloaded(const struct eh_engine *e, const struct rep *rep,
                                   struct said said, int64_t now_us)
{
    if (rep->ended || !eh_overloaded_said(rep))
        return false;
    return said.status != EH_STATUS_OVERLOADED ||
           eh_signal_until(e, rep, said, now_us) < rep->until_us;
}

int eh_tell_ended(struct step *s, uint32_t rep_no, struct eh_str by)
{
    struct eh_str rep = interned(&s->e->roster.rep_ids, rep_no);
    struct eh_bytes *scratch = &s->e->scratch;
    eh_bytes_clear(scratch);
    const struct eh_str parts[] = {by, eh_str(" ended overloaded of "), rep, eh_str(": "),
                                   s->m.reason};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        eh_bytes_put(scratch, parts[i].data, parts[i].size);
    if (scratch->failed)
        return -EH_ENOMEM;
    return eh_step_rep_notice(s, EH_NOTICE_ENDED, eh_str_n(NULL, 0), rep,
                              eh_str_n((const char *)scratch->data, (uint32_t)scratch->size));
}

/* ---- the message */

static int overload_refuse_in_a_row(struct step *s, int64_t from_us)
{
    char text[EH_DECIMAL_TEXT_MAX];
    int size = (int)eh_time_print(from_us, text);
    return eh_step_refuse(
        s, EH_ECONFLICT,
        "status: overloaded of %.*s lasted anew %d times in a row; it may be said "
        "again from %.*s on",
        EH_STR_ARG(s->m.rep), EH_OVERLOADED_RENEWALS, size, text);
}

/* Refuses overloaded too often in a row, and the end of another's overloaded without a reason. */
static int signal_refuse(struct step *s, const struct rep *rep, struct said said, struct eh_str by)
{
    int64_t from = eh_overload_from(s->e, rep, said, s->now_us);
    if (from > s->now_us)
        return overload_refuse_in_a_row(s, from);
    if (by.size && s->m.reason.size == 0 && signal_ends_overloaded(s->e, rep, said, s->now_us))
        return eh_step_refuse(s, EH_EINVAL,
                              "reason: missing; whoever ends overloaded of another says why");
    return 0;
}

static int signal_say(struct step *s, uint32_t rep_no, struct said said, struct eh_str by)
{
    struct eh_engine *e = s->e;
    struct rep *rep = &e->roster.reps[rep_no];
    bool ends = by.size && signal_ends_overloaded(e, rep, said, s->now_us);
    bool ended = by.size && (ends || (rep->ended && said.status == EH_STATUS_AVAILABLE));
    int r = ends ? eh_tell_ended(s, rep_no, by) : 0;
    eh_rate_count(&rep->said, e->date, s->now_us);
    if (r == 0 && !signal_is_free(rep, said.status)) {
        int64_t from = eh_change_from(rep, e->date, s->now_us);
        if (from > s->now_us) {
            rep->ended |= ended;
            return signal_hold(s, rep_no, said, by, from);
        }
    }
    eh_held_drop(e, rep_no);
    if (r == 0)
        r = rep_set_by(rep, by, ended);
    if (r == 0)
        r = eh_owned_text_set(&rep->reason, &rep->reason_size, s->m.reason);
    return r < 0 ? r : signal_take(s, rep_no, said, s->now_us);
}

int eh_step_signal_message(struct step *s)
{
    struct eh_engine *e = s->e;
    uint32_t no;
    int r = eh_step_rep(s, &no);
    if (r < 0 || no == NONE)
        return r;
    struct rep *rep = &e->roster.reps[no];
    struct said said = {s->m.status, eh_message_has(&s->m, EH_FIELD_FOR), s->m.for_s};
    if (rep->releasing && e->rules < EH_RULES_SLICES)
        return eh_step_refuse(s, EH_ECONFLICT,
                              "rep: tickets of %.*s are just being released; try again in a moment",
                              EH_STR_ARG(s->m.rep));
    if (signal_is_old(e, rep, s->in))
        return 0;
    struct eh_str by = eh_said_by(s, no);
    r = signal_refuse(s, rep, said, by);
    if (r < 0 || s->fx->refused)
        return r;
    if (e->rules >= EH_RULES_SIGNALS) {
        s->touched = true;
        rep->signalled = true;
        r = signal_say(s, no, said, by);
        eh_signal_newest(s, no);
        eh_digest_rep(e, no);
        return r;
    }
    r = eh_owned_text_set(&rep->reason, &rep->reason_size, s->m.reason);
    if (r < 0)
        return r;
    s->touched = true;
    rep->signalled = true;
    return signal_take(s, no, said, s->now_us);
}

int eh_signal_expire(struct step *s, uint32_t no)
{
    struct rep *rep = &s->e->roster.reps[no];
    s->touched = true;
    if (rep->held.until_us < rep->until_us)
        return held_take(s, no);
    int r = 0;
    if (!rep->ended) /* if it was ended, the rep shall still see by whom, and why */
        r = eh_owned_text_set(&rep->reason, &rep->reason_size, eh_str_n(NULL, 0));
    if (r == 0 && !rep->ended)
        r = rep_set_by(rep, eh_str_n(NULL, 0), false);
    if (r < 0)
        return r;
    rep->ended = false;
    int64_t at_us = signal_moment(s, rep, rep->until_us);
    eh_signal_set(s->e, no, EH_STATUS_AVAILABLE, at_us, EH_TIME_NEVER);
    return eh_step_signal(s, no, EH_STATUS_AVAILABLE, at_us, EH_TIME_NEVER);
}

/* ---- what the shell asks before a signal becomes an input */

static const struct rep *signal_rep(const struct eh_engine *e, const struct eh_message *m)
{
    uint32_t no = eh_interner_find(&e->roster.rep_ids, m->rep);
    bool asked = m->type == EH_MESSAGE_SIGNAL && e->rules >= EH_RULES_SIGNALS;
    return asked && no != NONE && e->roster.reps[no].present ? &e->roster.reps[no] : NULL;
}

bool eh_engine_signal_is_repeat(const struct eh_engine *e, const struct eh_message *m,
                                int64_t *ret_from_us, int64_t *ret_until_us)
{
    const struct rep *rep = signal_rep(e, m);
    const uint64_t more =
        EH_FIELD_BIT(EH_FIELD_FOR) | EH_FIELD_BIT(EH_FIELD_REASON) | EH_FIELD_BIT(EH_FIELD_EVENT);
    if (!rep || !rep->signalled || rep->away_in_size || (m->has & more))
        return false;
    bool held = rep->held.until_us != EH_TIME_NEVER;
    if (held ? m->status != rep->held.status || rep->held.has_for
             : m->status != rep->status || rep->until_us != EH_TIME_NEVER)
        return false;
    struct said said = {.status = m->status};
    *ret_from_us = held ? rep->held.until_us : e->at_us;
    *ret_until_us = held ? eh_signal_until(e, rep, said, rep->held.until_us) : EH_TIME_NEVER;
    return true;
}

int64_t eh_engine_signal_from(const struct eh_engine *e, const struct eh_message *m, int64_t now_us)
{
    const struct rep *rep = signal_rep(e, m);
    bool ends_away = rep && m->status == EH_STATUS_AVAILABLE && rep->status == EH_STATUS_AWAY;
    return !rep || ends_away ? now_us : eh_input_from(rep, e->date, now_us);
}

bool eh_engine_signal_is_old(const struct eh_engine *e, const struct eh_input *in)
{
    const struct rep *rep = signal_rep(e, &in->message);
    return rep && signal_is_old(e, rep, in);
}
