/*
 * absences: the list of each rep, by when they begin, and what is told of it; the message ABSENCE.
 *
 * A rep is absent in every team while any of their absences lasts. What is over leaves the list.
 * An absence that comes again under the `uid` of one that is there takes its place. Why somebody is
 * absent can be erased, so it decides nothing and is no part of the state, from EH_RULES_REASONS
 * on.
 */
#include "absences.h"

#include "digest.h"
#include "effects.h"
#include "eligible.h"
#include "interner.h"
#include "named.h"
#include "owned_text.h"
#include "shift_heap.h"
#include "state.h"
#include "step.h"
#include "steps.h"

#include <stdlib.h>

/* ---- the list */

static void absence_drop(struct eh_engine *e, struct rep *rep, uint32_t at)
{
    free(rep->absences[at].uid);
    rep->absence_count--;
    memmove(&rep->absences[at], &rep->absences[at + 1],
            (rep->absence_count - at) * sizeof *rep->absences);
    e->schedules.absences--;
}

void eh_absence_free(struct rep *rep)
{
    for (uint32_t i = 0; i < rep->absence_count; i++)
        free(rep->absences[i].uid);
    free(rep->absences);
}

int eh_absence_add(struct eh_engine *e, uint32_t rep_no, struct absence absence, struct eh_str uid)
{
    struct rep *rep = &e->roster.reps[rep_no];
    int r = eh_shifts_reserve(e, 0);
    if (r == 0)
        r = eh_array_room(&rep->absences, &rep->absence_capacity, rep->absence_count + (size_t)1,
                          EH_ABSENCES_PER_REP_MAX);
    if (r == 0)
        r = eh_owned_text_set(&absence.uid, &absence.uid_size, uid);
    if (r < 0)
        return r;
    uint32_t at = rep->absence_count++;
    for (; at > 0 && rep->absences[at - 1].from_us > absence.from_us; at--)
        rep->absences[at] = rep->absences[at - 1];
    rep->absences[at] = absence;
    e->schedules.absences++;
    return 0;
}

uint32_t eh_absence_turn(struct eh_engine *e, uint32_t rep_no, int64_t now_us)
{
    struct rep *rep = &e->roster.reps[rep_no];
    bool was = rep->absent;
    rep->absent = false;
    for (uint32_t i = 0; i < rep->absence_count;) {
        rep->absences[i].begun = rep->absences[i].from_us <= now_us;
        if (rep->absences[i].until_us <= now_us) {
            absence_drop(e, rep, i);
            continue;
        }
        rep->absent |= rep->absences[i++].begun;
    }
    if (was != rep->absent)
        eh_eligible_refresh(e, rep_no);
    eh_absence_place(e, rep_no);
    eh_digest_rep_hours(e, rep_no);
    return was != rep->absent ? rep->membership_count : 0;
}

static uint32_t absence_by_number(const struct rep *rep, uint64_t number)
{
    for (uint32_t i = 0; i < rep->absence_count; i++)
        if (rep->absences[i].number == number)
            return i;
    return NONE;
}

static uint32_t absence_by_uid(const struct rep *rep, struct eh_str uid)
{
    for (uint32_t i = 0; uid.size > 0 && i < rep->absence_count; i++)
        if (eh_str_equal(eh_str_n(rep->absences[i].uid, rep->absences[i].uid_size), uid))
            return i;
    return NONE;
}

/* ---- the message */

static int absence_cancel(struct step *s, uint32_t rep_no)
{
    struct rep *rep = &s->e->roster.reps[rep_no];
    uint32_t at =
        s->m.cancel ? absence_by_number(rep, (uint64_t)s->m.cancel) : absence_by_uid(rep, s->m.uid);
    if (at == NONE && s->m.cancel == 0)
        return eh_step_refuse(s, EH_ENOTFOUND, "uid: %.*s has no absence %.*s ahead",
                              EH_STR_ARG(s->m.rep), EH_STR_ARG(s->m.uid));
    if (at == NONE)
        return eh_step_refuse(s, EH_ENOTFOUND, "cancel: %.*s has no absence %lld ahead",
                              EH_STR_ARG(s->m.rep), (long long)s->m.cancel);
    s->touched = true;
    absence_drop(s->e, rep, at);
    eh_absence_turn(s->e, rep_no, s->now_us);
    return 0;
}

/* 0: there is no such reason. */
static int absence_reason(const struct step *s)
{
    if (s->e->rules >= EH_RULES_REASONS)
        return EH_ABSENCE_APART;
    return s->m.reason.size ? eh_absence_from_name(s->m.reason) : EH_ABSENCE_OTHER;
}

/* The absence as it was told. Refuses what makes none. */
static int absence_read(struct step *s, struct absence *ret)
{
    const struct eh_message *m = &s->m;
    int reason = absence_reason(s);
    *ret = (struct absence){.number = s->in->no,
                            .from_us = m->from_ms * 1000,
                            .until_us = EH_TIME_NEVER,
                            .reason = (uint8_t)reason};
    if (eh_message_has(m, EH_FIELD_UNTIL))
        ret->until_us = m->until_ms * 1000;
    if (!eh_message_has(m, EH_FIELD_FROM))
        return eh_step_refuse(s, EH_EINVAL, "from: missing; say when %.*s is absent",
                              EH_STR_ARG(m->rep));
    if (reason == 0)
        return eh_step_refuse(s, EH_EINVAL, "reason: %.*s is none of %s", EH_STR_ARG(m->reason),
                              EH_ABSENCE_REASONS);
    if (ret->until_us <= ret->from_us)
        return eh_step_refuse(s, EH_EINVAL, "until: is not behind from");
    if (ret->until_us <= s->now_us)
        return eh_step_refuse(s, EH_EINVAL, "until: is over already");
    return 0;
}

static int absence_refuse_full(struct step *s, const struct rep *rep)
{
    if (rep->absence_count >= EH_ABSENCES_PER_REP_MAX)
        return eh_step_refuse(s, EH_EFULL, "rep: %.*s has %d absences ahead already; cancel one",
                              EH_STR_ARG(s->m.rep), EH_ABSENCES_PER_REP_MAX);
    if (s->e->schedules.absences >= EH_ABSENCES_MAX)
        return eh_step_refuse(s, EH_EFULL, "%d absences are ahead already; cancel one",
                              EH_ABSENCES_MAX);
    return 0;
}

static int absence_take(struct step *s, uint32_t rep_no)
{
    struct rep *rep = &s->e->roster.reps[rep_no];
    struct absence absence;
    int r = absence_read(s, &absence);
    if (r < 0 || s->fx->refused)
        return r;
    uint32_t same = absence_by_uid(rep, s->m.uid);
    if (same == NONE)
        r = absence_refuse_full(s, rep);
    if (r < 0 || s->fx->refused)
        return r;
    s->touched = true;
    if (same != NONE)
        absence_drop(s->e, rep, same);
    r = eh_absence_add(s->e, rep_no, absence, s->m.uid);
    if (r == 0)
        eh_absence_turn(s->e, rep_no, s->now_us);
    return r;
}

int eh_step_absence(struct step *s)
{
    uint32_t rep;
    int r = eh_step_rep(s, &rep);
    if (r < 0 || rep == NONE)
        return r;
    r = eh_message_has(&s->m, EH_FIELD_CANCEL) ? absence_cancel(s, rep) : absence_take(s, rep);
    s->fx->shifts |= !s->fx->refused;
    return r;
}

void eh_absences_begin_apart(struct eh_engine *e)
{
    for (uint32_t no = 0; no < e->roster.rep_ids.count; no++) {
        struct rep *rep = &e->roster.reps[no];
        for (uint32_t i = 0; i < rep->absence_count; i++)
            rep->absences[i].reason = EH_ABSENCE_APART;
        if (rep->absence_count > 0)
            eh_digest_rep_hours(e, no);
    }
}

/* ---- readers */

size_t eh_engine_absences(const struct eh_engine *e, struct eh_str rep_id, size_t max,
                          struct eh_absence_view *ret)
{
    uint32_t no = eh_interner_find(&e->roster.rep_ids, rep_id);
    const struct rep *rep = no == NONE ? NULL : &e->roster.reps[no];
    size_t count = 0;
    for (; rep && count < rep->absence_count && count < max; count++) {
        const struct absence *absence = &rep->absences[count];
        ret[count] = (struct eh_absence_view){.number = absence->number,
                                              .from_us = absence->from_us,
                                              .until_us = absence->until_us,
                                              .begun = absence->begun,
                                              .uid = eh_str_n(absence->uid, absence->uid_size)};
    }
    return count;
}
