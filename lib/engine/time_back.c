/*
 * time_back: the time of the log was wrong, and an operator leads it back to the true time.
 *
 * What is dated after the true time began in time that is taken back. It is moved back by as much
 * as the log, so that ages, durations and what is left of them stay the same. Nothing waits for
 * years for an end that was dated by a wrong clock.
 */
#include "time_back.h"

#include "digest.h"
#include "facts_back.h"
#include "past.h"
#include "pauses.h"
#include "pending.h"
#include "resends.h"
#include "shifts.h"
#include "state.h"
#include "step.h"
#include "ticket.h"

static void moment_move(int64_t *us, int64_t to_us, int64_t delta_us)
{
    if (*us > to_us)
        *us -= delta_us;
}

static void tickets_back(struct eh_engine *e, int64_t to_us, int64_t delta_us)
{
    for (uint32_t i = 0; i < e->tickets.order_count; i++) {
        uint32_t slot = e->tickets.order[i].slot;
        if (slot == NONE)
            continue;
        struct ticket *t = &e->tickets.slots[slot];
        moment_move(&t->received_us, to_us, delta_us);
        moment_move(&t->assigned_us, to_us, delta_us);
        moment_move(&t->created_us, to_us, delta_us);
        moment_move(&t->first_us, to_us, delta_us);
        eh_digest_ticket(e, slot);
    }
}

static void rate_back(struct rate *rate, int64_t to_us, int64_t delta_us, int32_t date)
{
    moment_move(&rate->minute_us, to_us, delta_us);
    moment_move(&rate->last_us, to_us, delta_us);
    if (rate->date > date)
        rate->date = date;
}

static void end_back(int64_t *until_us, int64_t delta_us)
{
    if (*until_us != EH_TIME_NEVER)
        *until_us -= delta_us;
}

/* A state that ends by itself keeps the time it had left. All move by the same amount, so the heap
 * stays one. */
static void signals_back(struct eh_engine *e, int64_t to_us, int64_t delta_us, int32_t date)
{
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++) {
        struct rep *rep = &e->roster.reps[i];
        moment_move(&rep->since_us, to_us, delta_us);
        end_back(&rep->until_us, delta_us);
        moment_move(&rep->overload_over_us, to_us, delta_us);
        end_back(&rep->held.until_us, delta_us);
        rate_back(&rep->changes, to_us, delta_us, date);
        rate_back(&rep->said, to_us, delta_us, date);
        if (rep->known)
            eh_digest_rep(e, i);
    }
}

int eh_time_back(struct step *s, int64_t from_us)
{
    struct eh_engine *e = s->e;
    int64_t delta_us = from_us - s->now_us;
    s->touched = true;
    tickets_back(e, s->now_us, delta_us);
    signals_back(e, s->now_us, delta_us, s->in->date);
    eh_shifts_back(s);
    eh_pauses_back(e, s->now_us, delta_us, s->in->date);
    eh_cancelled_back(e, s->now_us);
    eh_lasts_back(e, s->now_us, delta_us);
    eh_past_back(e, s->in->date);
    int r = eh_hours_past_back(e, s->in->date);
    if (r == 0)
        r = eh_pending_back(e, delta_us, s->in->date);
    return r < 0 ? r : eh_facts_back(e, s->in->date);
}
