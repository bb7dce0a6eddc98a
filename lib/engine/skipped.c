/*
 * skipped: the message SKIPPED: something that time brought cannot be stored, as PostgreSQL says.
 * It ends here.
 *
 * As little changes as possible. A ticket whose deal is refused stands aside, outside its queue,
 * until somebody touches it. A rep becomes available without a word. An outcome that waited is a
 * dead letter. A day has come, and the draw epoch goes on.
 */
#include "skipped.h"

#include "clock_heap.h"
#include "deal.h"
#include "desk_step.h"
#include "digest.h"
#include "pending_apply.h"
#include "queue.h"
#include "release.h"
#include "signals.h"
#include "state.h"
#include "step.h"
#include "steps.h"
#include "ticket.h"
#include "tickets.h"

static void ticket_stand_aside(struct step *s, uint32_t slot)
{
    struct eh_engine *e = s->e;
    struct ticket *t = &e->tickets.slots[slot];
    if (t->aside)
        return;
    s->touched = true;
    if (t->state == EH_TICKET_WAITING)
        eh_queue_remove(e, slot);
    t->aside = true;
    eh_clock_aside(e, slot);
    eh_digest_ticket(e, slot);
}

int eh_ticket_touch(struct step *s, uint32_t slot)
{
    struct eh_engine *e = s->e;
    struct ticket *t = &e->tickets.slots[slot];
    if (!t->aside)
        return 0;
    s->touched = true;
    t->aside = false;
    eh_clock_aside(e, slot);
    if (t->state != EH_TICKET_WAITING)
        return 0;
    int r = eh_queue_reserve(e, t->team, t->set);
    if (r == 0)
        eh_queue_push(e, slot);
    return r;
}

static int leftover_skip(struct step *s)
{
    uint32_t slot = NONE;
    if (eh_release_skip_notice(s))
        return 0;
    int r = s->e->rounds.count ? eh_release_next(s, &slot) : 0;
    if (r == 0 && slot == NONE && s->e->ready.count)
        slot = eh_deal_next(s);
    if (r == 0 && slot != NONE)
        ticket_stand_aside(s, slot);
    return r;
}

static int signal_skip(struct step *s)
{
    int r = eh_signal_expire(s, s->e->expiries.reps[0]);
    s->fx->signal_rep = eh_str_n(NULL, 0); /* no row tells it */
    return r;
}

static int due_skip(struct step *s)
{
    struct eh_due due;
    if (eh_message_has(&s->m, EH_FIELD_CLOCKS))
        return eh_clocks_skip(s);
    if (eh_engine_due_us(s->e) > s->now_us || !eh_engine_due(s->e, &due))
        return 0;
    switch (due.kind) {
    case EH_DUE_SHIFT: /* they turned before this message */
        return 0;
    case EH_DUE_LEFTOVER:
        return leftover_skip(s);
    case EH_DUE_HOUR:
        return 0;
    case EH_DUE_SIGNAL:
        return signal_skip(s);
    default:
        return eh_pending_drop(s, s->m.reason);
    }
}

int eh_step_skipped(struct step *s)
{
    struct eh_engine *e = s->e;
    if (eh_message_has(&s->m, EH_FIELD_TICKET)) {
        uint32_t slot = eh_ticket_numbered(e, (uint64_t)s->m.ticket);
        if (slot != NONE)
            ticket_stand_aside(s, slot);
        return 0;
    }
    if (s->in->date > e->date) {
        s->touched = true;
        return eh_roster_turn_date(s, s->in->date);
    }
    return due_skip(s);
}
