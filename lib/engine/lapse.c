/*
 * lapse: a rep has a ticket for too long without an answer.
 *
 * The ticket goes back to the deal, and the rep keeps its receipt: else whoever lets a dull ticket
 * lapse would be owed a better one. The rep gets nothing until they signal, or until their next
 * shift: who is not there looks at no ticket. A helpdesk that has never told an answer may tell
 * none at all, so nothing is taken back there: it is told alone.
 */
#include "lapse.h"

#include "answering.h"
#include "deal.h"
#include "effects.h"
#include "ledger.h"
#include "owned_text.h"
#include "schedules.h"
#include "signals.h"
#include "state.h"
#include "step.h"
#include "ticket.h"

#define REASON "unanswered"

static bool member_has_break(const struct step *s, uint32_t team, uint32_t rep)
{
    const struct eh_engine *e = s->e;
    uint32_t number = eh_schedule_of(e, team, rep);
    return e->rules >= EH_RULES_BREAKS && number != 0 && number != SCHEDULE_UNTOLD &&
           eh_schedule_has_break(&e->schedules.items[number - 1], s->now_us);
}

/* Whether the rep is in a shift somewhere just now, at work or in a break. */
static bool rep_has_shift(const struct step *s, uint32_t no)
{
    const struct rep *rep = &s->e->roster.reps[no];
    bool has = false;
    for (uint32_t i = 0; i < rep->membership_count; i++) {
        struct membership m = rep->memberships[i];
        const struct member *member = &s->e->roster.teams[m.team].members[m.position];
        has |= member->active && (!member->off || member_has_break(s, m.team, no));
    }
    return has && !rep->absent;
}

/* Whether the rep is away until they signal, or, by earlier rules, for a time. */
static bool rep_stays_away(const struct eh_engine *e, const struct rep *rep)
{
    return rep->status == EH_STATUS_AWAY &&
           (rep->until_us == EH_TIME_NEVER || e->rules < EH_RULES_UNTIL_SIGNAL);
}

/* Away without an end: it ends with the shift, as if they had said so. */
static int rep_send_away(struct step *s, uint32_t no)
{
    struct eh_engine *e = s->e;
    struct rep *rep = &e->roster.reps[no];
    if (rep_stays_away(e, rep) || !rep_has_shift(s, no))
        return 0;
    int r = eh_owned_text_set(&rep->reason, &rep->reason_size, eh_str(REASON));
    if (r == 0)
        r = eh_owned_text_set(&rep->by, &rep->by_size, eh_str_n(NULL, 0));
    if (r < 0)
        return r;
    rep->ended = false;
    rep->signalled = true;
    eh_held_drop(e, no);
    eh_signal_set(e, no, EH_STATUS_AWAY, s->now_us, EH_TIME_NEVER);
    return eh_step_signal(s, no, EH_STATUS_AWAY, s->now_us, EH_TIME_NEVER);
}

static int ticket_give_back(struct step *s, uint32_t slot)
{
    struct eh_engine *e = s->e;
    struct ticket *t = &e->tickets.slots[slot];
    uint32_t rep = t->rep;
    int r = rep_send_away(s, rep);
    if (r < 0)
        return r;
    eh_ledger_keep(t);
    eh_deal_detach(e, slot);
    t->was = rep;
    t->lapsed = true;
    return eh_deal_or_wait(s, slot);
}

int eh_lapse(struct step *s, uint32_t slot)
{
    const struct ticket *t = &s->e->tickets.slots[slot];
    const struct eh_desk_team *team = s->e->roster.teams[t->team].desk;
    bool returns = team->unanswered_after_s && team->unanswered_returns &&
                   eh_answering_known(s->e, ticket_source(t));
    const struct decision told = {.why = returns ? "return" : "tell"};
    if (eh_answering_known(s->e, ticket_source(t)))
        eh_step_did(s, EH_DEED_LAPSE, t->rep, t);
    int r = eh_step_emit(s, EH_NOTICE_UNANSWERED, t, t->rep, NONE, &told);
    return r < 0 || !returns ? r : ticket_give_back(s, slot);
}
