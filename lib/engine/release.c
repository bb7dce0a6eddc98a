/*
 * release: the message RELEASE, and tickets that go back to the deal because their rep releases
 * them or left the team.
 *
 * Tickets go back by number, in rounds: each round gives back as many as the step may have effects.
 * A round of a release remembers how far it came, so each ticket is given back once, whatever the
 * rep says meanwhile.
 */
#include "release.h"

#include "deal.h"
#include "digest.h"
#include "effects.h"
#include "eligible.h"
#include "homes.h"
#include "interner.h"
#include "leaves.h"
#include "lowest.h"
#include "member.h"
#include "move.h"
#include "named.h"
#include "owned_text.h"
#include "queue.h"
#include "rounds.h"
#include "signals.h"
#include "skill_set.h"
#include "state.h"
#include "step.h"
#include "steps.h"
#include "team_list.h"
#include "ticket.h"

#include <stdlib.h>

/* Moves the ticket from the rep into the queue of its set. */
static int ticket_give_back(struct step *s, uint32_t slot, uint32_t rep, bool left)
{
    struct ticket *t = &s->e->tickets.slots[slot];
    eh_deal_detach(s->e, slot);
    t->was = rep;
    t->left = left;
    t->given_back = s->e->rules >= EH_RULES_SLICES;
    int r = eh_queue_reserve(s->e, t->team, t->set);
    if (r < 0)
        return r;
    eh_queue_push(s->e, slot);
    eh_digest_ticket(s->e, slot);
    return eh_clock_wait(s, slot);
}

/* Tells which of the tickets given back now wait. */
static int lowest_tell_waiting(struct step *s, const struct lowest *given, uint32_t rep)
{
    struct eh_engine *e = s->e;
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < given->count; i++) {
        struct ticket *t = &e->tickets.slots[given->items[i].slot];
        t->given_back = false;
        if (t->state != EH_TICKET_WAITING)
            continue;
        struct decision decision = {.why = eh_waiting_why(e, t)};
        r = eh_step_emit(s, EH_NOTICE_WAITING, t, NONE, rep, &decision);
    }
    return r;
}

static int rep_set_releasing(struct eh_engine *e, uint32_t rep_no, bool releasing)
{
    struct rep *rep = &e->roster.reps[rep_no];
    rep->releasing = releasing;
    int r = eh_rounds_update(e, rep_no);
    if (r == 0 && !releasing)
        r = eh_owned_text_set(&rep->scope, &rep->scope_size, eh_str_n(NULL, 0));
    return r;
}

/* How many tickets a round gives back: half of the step, if others are to be dealt, too. */
static uint32_t round_most(const struct step *s)
{
    const struct eh_engine *e = s->e;
    bool others = e->rules >= EH_RULES_SLICES && e->ready.count > 0;
    return others && s->m.type == EH_MESSAGE_DUE ? s->deals_left / 2 : s->deals_left;
}

/* Notes how far the round came, and whether another is due. */
static int round_end(struct step *s, uint32_t rep_no, const struct lowest *given)
{
    struct rep *rep = &s->e->roster.reps[rep_no];
    bool more = given->offered > given->count;
    if (s->e->rules >= EH_RULES_SLICES) {
        rep->released = !more ? 0 : given->count ? given->items[given->count - 1].no : 0;
        rep->release_round = more ? s->in->no : 0;
        s->deals_left -= given->count; /* each has one effect: it is dealt, or told to wait */
    }
    return rep_set_releasing(s->e, rep_no, more);
}

/* Gives tickets back to the deal of their team, deals, and tells which of them wait. */
static int lowest_give_back(struct step *s, const struct lowest *given, uint32_t rep, bool left)
{
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < given->count; i++)
        r = ticket_give_back(s, given->items[i].slot, rep, left);
    if (r == 0)
        r = eh_deal_waiting(s);
    return r == 0 ? lowest_tell_waiting(s, given, rep) : r;
}

static int round_release(struct step *s, uint32_t rep_no)
{
    struct eh_engine *e = s->e;
    struct lowest given = {.most = round_most(s)};
    int r = eh_lowest_of_release(e, &e->roster.reps[rep_no], &given);
    if (r < 0)
        return r;
    r = round_end(s, rep_no, &given);
    if (r == 0)
        r = lowest_give_back(s, &given, rep_no, false);
    free(given.items);
    eh_digest_rep(e, rep_no);
    return r;
}

/* ---- rounds of what is left behind */

/* The team that takes the tickets of a rep who left this one; NONE: they stay in this team. */
static uint32_t team_left_to(const struct eh_engine *e, uint32_t team)
{
    const struct eh_desk_team *desk = e->roster.teams[team].desk;
    if (desk->leavers_work != EH_LEAVERS_WORK_TO)
        return NONE;
    return eh_interner_find(&e->roster.team_ids, desk->leavers_to);
}

/* Moves each ticket and deals it: two effects. A ticket goes back to the deal of its own team if
 * the other team has no room for its skills, or if it can remember no more homes. */
static int lowest_move(struct step *s, const struct lowest *given, uint32_t rep, uint32_t team)
{
    struct eh_engine *e = s->e;
    struct lowest stay = {.items = given->items};
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < given->count; i++) {
        uint32_t slot = given->items[i].slot, set;
        const struct ticket *t = &e->tickets.slots[slot];
        r = !eh_homes_room(t, team)
                ? -EH_EFULL
                : eh_set_acquire(e, team, eh_set_of(e, team, ticket_skills(t), t->kind), s->in->no,
                                 &set);
        if (r == -EH_EFULL) {
            stay.items[stay.count++] = given->items[i];
            r = 0;
        } else if (r == 0) {
            r = eh_ticket_enter_team(s, slot, team, set, "left");
        }
    }
    return r == 0 ? lowest_give_back(s, &stay, rep, true) : r;
}

static int rep_tell_left(struct step *s, uint32_t rep_no, uint32_t team, uint64_t count)
{
    struct eh_engine *e = s->e;
    struct eh_str id = interned(&e->roster.rep_ids, rep_no),
                  left = interned(&e->roster.team_ids, team);
    uint32_t to = team_left_to(e, team);
    char text[4 * EH_ID_MAX];
    size_t size =
        eh_format(text, sizeof text, "%.*s left team %.*s: %llu open ticket%s %s%.*s",
                  EH_STR_ARG(id), EH_STR_ARG(left), (unsigned long long)count,
                  count == 1 ? " goes" : "s go", to == NONE ? "back to the deal" : "to team ",
                  EH_STR_ARG(interned(&e->roster.team_ids, to)));
    e->roster.reps[rep_no].leaves_told = true;
    return eh_step_rep_notice(s, EH_NOTICE_LEFT, left, id, eh_str_n(text, size));
}

/* A round in one team; after the last one, the teams in `rest` are left. */
static int round_leave_team(struct step *s, uint32_t rep_no, uint32_t team, struct eh_str rest)
{
    struct eh_engine *e = s->e;
    uint32_t to = team_left_to(e, team), most = round_most(s);
    struct lowest given = {.most = to == NONE || most < 2 ? most : most / 2};
    int r = eh_lowest_of_team(e, &e->roster.reps[rep_no], team, &given);
    if (r == 0 && given.count > 0 && !e->roster.reps[rep_no].leaves_told)
        r = rep_tell_left(s, rep_no, team, given.offered);
    if (r == 0 && given.offered == given.count)
        r = eh_leaves_done(e, rep_no, rest);
    if (r == 0) {
        uint32_t cost = to == NONE ? given.count : 2 * given.count;
        s->deals_left -= cost < s->deals_left ? cost : s->deals_left;
        r = to == NONE ? lowest_give_back(s, &given, rep_no, true)
                       : lowest_move(s, &given, rep_no, to);
    }
    free(given.items);
    return r;
}

static int round_leave(struct step *s, uint32_t rep_no)
{
    struct eh_engine *e = s->e;
    struct rep *rep = &e->roster.reps[rep_no];
    struct eh_str rest;
    uint32_t team = eh_leaves_team(e, rep_no, &rest);
    int r =
        team == NONE ? eh_leaves_done(e, rep_no, rest) : round_leave_team(s, rep_no, team, rest);
    rep->release_round = rep->leaves_size > 0 ? s->in->no : 0;
    if (r == 0)
        r = eh_rounds_update(e, rep_no);
    eh_digest_rep(e, rep_no);
    return r;
}

static int rep_tell_back(struct step *s, uint32_t rep_no)
{
    struct eh_engine *e = s->e;
    struct eh_str id = interned(&e->roster.rep_ids, rep_no);
    char text[2 * EH_ID_MAX];
    size_t size = eh_format(text, sizeof text,
                            "%.*s is back and starts afresh: no earlier signal "
                            "holds",
                            EH_STR_ARG(id));
    e->roster.reps[rep_no].back = false;
    int r = eh_rounds_update(e, rep_no);
    eh_digest_rep(e, rep_no);
    return r == 0
               ? eh_step_rep_notice(s, EH_NOTICE_BACK, eh_str_n(NULL, 0), id, eh_str_n(text, size))
               : r;
}

/* ---- whose turn it is */

int eh_release_round(struct step *s)
{
    uint32_t no = eh_rounds_next(s->e);
    const struct rep *rep = &s->e->roster.reps[no];
    s->touched = true;
    if (rep->back)
        return rep_tell_back(s, no);
    return rep->releasing ? round_release(s, no) : round_leave(s, no);
}

bool eh_release_skip_notice(struct step *s)
{
    struct eh_engine *e = s->e;
    uint32_t no = e->rounds.count ? eh_rounds_next(e) : NONE;
    if (no == NONE || !e->roster.reps[no].back)
        return false;
    s->touched = true;
    e->roster.reps[no].back = false;
    eh_digest_rep(e, no);
    return eh_rounds_update(e, no) == 0; /* it takes one out: that needs no memory */
}

/* The first ticket of the next round. */
static int round_next(const struct eh_engine *e, uint32_t no, struct lowest *next)
{
    const struct rep *rep = &e->roster.reps[no];
    if (rep->releasing)
        return eh_lowest_of_release(e, rep, next);
    struct eh_str rest;
    uint32_t team = eh_leaves_team(e, no, &rest);
    return team == NONE ? eh_lowest_new(next) : eh_lowest_of_team(e, rep, team, next);
}

int eh_release_next(const struct step *s, uint32_t *ret_slot)
{
    const struct eh_engine *e = s->e;
    struct lowest next = {.most = 1};
    int r = round_next(e, eh_rounds_next(e), &next);
    if (r == 0)
        *ret_slot = next.count ? next.items[0].slot : NONE;
    free(next.items);
    return r;
}

/* ---- the message */

/* Whether the rep is in a team today that is not on the list. */
static bool rep_is_elsewhere(const struct eh_engine *e, const struct rep *rep, struct eh_str list)
{
    for (uint32_t i = 0; i < rep->membership_count; i++) {
        const struct membership *m = &rep->memberships[i];
        if (e->roster.teams[m->team].members[m->position].active &&
            !eh_team_list_has(list, interned(&e->roster.team_ids, m->team)))
            return true;
    }
    return false;
}

/* Releases in some teams: the rep's state stays, which is one for all teams. The teams on the list
 * give them nothing until they signal. */
static int rep_release_in(struct step *s, uint32_t no)
{
    struct eh_engine *e = s->e;
    struct rep *rep = &e->roster.reps[no];
    int r = 0;
    struct eh_str list = s->m.team, team;
    while (r == 0 && list.size > 0) {
        team = eh_text_list_next(&list);
        uint32_t at = eh_interner_find(&e->roster.team_ids, team);
        if (at != NONE && eh_member_active(e, at, no) != NONE && !eh_rep_is_away_in(e, rep, at))
            r = eh_team_list_add(&rep->away_in, &rep->away_in_size, team);
    }
    s->fx->some_teams = true;
    eh_eligible_refresh(e, no);
    return r < 0 ? r : round_release(s, no);
}

/* Releases in all teams: the rep is away. */
static int rep_release_away(struct step *s, uint32_t no)
{
    struct eh_engine *e = s->e;
    struct rep *rep = &e->roster.reps[no];
    struct eh_str by = eh_said_by(s, no);
    int r = by.size && eh_overloaded_said(rep) && !rep->ended ? eh_tell_ended(s, no, by) : 0;
    if (r == 0)
        r = eh_owned_text_set(&rep->reason, &rep->reason_size, s->m.reason);
    if (r == 0)
        r = eh_owned_text_set(&rep->by, &rep->by_size, by);
    if (r == 0)
        r = eh_owned_text_set(&rep->away_in, &rep->away_in_size, eh_str_n(NULL, 0));
    if (r < 0)
        return r;
    rep->ended = false;
    rep->signalled = true;
    eh_signal_newest(s, no);
    eh_held_drop(e, no);
    eh_signal_set(e, no, EH_STATUS_AWAY, s->now_us, EH_TIME_NEVER);
    r = eh_step_signal(s, no, EH_STATUS_AWAY, s->now_us, EH_TIME_NEVER);
    return r < 0 ? r : round_release(s, no);
}

int eh_step_release(struct step *s)
{
    struct eh_engine *e = s->e;
    uint32_t no;
    int r = eh_step_rep(s, &no);
    if (r < 0 || no == NONE)
        return r;
    struct rep *rep = &e->roster.reps[no];
    s->touched = true;
    r = eh_owned_text_set(&rep->scope, &rep->scope_size, s->m.team);
    if (r < 0)
        return r;
    rep->released = 0;
    bool some = e->rules >= EH_RULES_OTHERS && s->m.team.size > 0;
    return some && rep_is_elsewhere(e, rep, s->m.team) ? rep_release_in(s, no)
                                                       : rep_release_away(s, no);
}
