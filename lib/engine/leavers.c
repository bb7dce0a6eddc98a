/*
 * leavers: who leaves a team and who comes back, by a new day or a new desk file.
 *
 * A step that changes either notes beforehand who was where (eh_duty_note), and looks afterwards
 * what became of them (eh_duty_change). A rep who is out of a team and has open tickets there
 * leaves work behind: it goes back to the deal in rounds (release.c), as the team's `leavers_work`
 * says. A rep who had left every team, or the desk, and comes back starts afresh.
 *
 * Rules before EH_RULES_LEAVERS did none of it. When these rules begin, reps who left earlier are
 * marked as gone, and their tickets stay with them until a manager releases them.
 */
#include "leavers.h"

#include "digest.h"
#include "eligible.h"
#include "interner.h"
#include "member.h"
#include "owned_text.h"
#include "rounds.h"
#include "signals.h"
#include "state.h"
#include "step.h"
#include "team_list.h"
#include "ticket.h"

#include <stdlib.h>

/* ---- before */

#define WAS_PRESENT 1
#define WAS_ACTIVE  2

void eh_duty_done(struct duty *duty)
{
    free(duty->reps);
    free(duty->seats);
    *duty = (struct duty){.reps = NULL};
}

static uint32_t members_count(const struct eh_engine *e)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        count += e->roster.teams[i].desk ? e->roster.teams[i].member_count : 0;
    return count;
}

/* Notes the members of a team who have open tickets of it. */
static void duty_note_team(const struct eh_engine *e, uint32_t team_no, struct duty *duty)
{
    const struct team *team = &e->roster.teams[team_no];
    for (uint32_t i = 0; i < team->member_count; i++) {
        const struct member *member = &team->members[i];
        if (e->accounts.items[member->account].open > 0)
            duty->seats[duty->seat_count++] = (struct seat){team_no, member->rep, member->active};
    }
}

int eh_duty_note(const struct eh_engine *e, struct duty *ret)
{
    *ret = (struct duty){.reps = NULL};
    if (e->rules < EH_RULES_LEAVERS)
        return 0;
    ret->rep_count = e->roster.rep_ids.count;
    ret->reps = calloc(ret->rep_count + (size_t)1, sizeof *ret->reps);
    ret->seats = calloc(members_count(e) + (size_t)1, sizeof *ret->seats);
    if (!ret->reps || !ret->seats) {
        eh_duty_done(ret);
        return -EH_ENOMEM;
    }
    for (uint32_t i = 0; i < ret->rep_count; i++)
        ret->reps[i] = (uint8_t)((e->roster.reps[i].present ? WAS_PRESENT : 0) |
                                 (eh_rep_is_on_duty(e, &e->roster.reps[i]) ? WAS_ACTIVE : 0));
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        if (e->roster.teams[i].desk)
            duty_note_team(e, i, ret);
    return 0;
}

/* ---- work left behind */

static int rep_leave_work(struct eh_engine *e, uint32_t rep_no, uint32_t team)
{
    struct rep *rep = &e->roster.reps[rep_no];
    struct eh_str id = interned(&e->roster.team_ids, team);
    if (eh_team_list_has(eh_str_n(rep->leaves, rep->leaves_size), id))
        return 0;
    int r = eh_team_list_add(&rep->leaves, &rep->leaves_size, id);
    if (r == 0)
        r = eh_rounds_update(e, rep_no);
    eh_digest_rep(e, rep_no);
    return r;
}

/* Reps who are out of a team now and were in it, or were active before and are not today. */
static int seats_leave(struct eh_engine *e, const struct duty *duty)
{
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < duty->seat_count; i++) {
        const struct seat *seat = &duty->seats[i];
        uint32_t at = eh_member_position(e, seat->team, seat->rep);
        if (at == NONE || (seat->active && !e->roster.teams[seat->team].members[at].active))
            r = rep_leave_work(e, seat->rep, seat->team);
    }
    return r;
}

/* A rep who is off the desk file also leaves what they kept of teams they had left before. */
static int rep_leave_desk(struct eh_engine *e, uint32_t rep_no)
{
    uint32_t last = NONE;
    int r = 0;
    for (uint32_t at = e->roster.reps[rep_no].open.first; r == 0 && at != NONE;
         at = e->tickets.slots[at].next) {
        uint32_t team = e->tickets.slots[at].team;
        if (team != last)
            r = rep_leave_work(e, rep_no, team);
        last = team;
    }
    return r;
}

/* ---- coming back */

/* No earlier signal holds. The stream id of the newest one stays: that signal must not be taken
 * again. */
static int rep_start_afresh(struct step *s, uint32_t rep_no)
{
    struct eh_engine *e = s->e;
    struct rep *rep = &e->roster.reps[rep_no];
    int r = eh_owned_text_set(&rep->reason, &rep->reason_size, eh_str_n(NULL, 0));
    if (r == 0)
        r = eh_owned_text_set(&rep->by, &rep->by_size, eh_str_n(NULL, 0));
    if (r == 0)
        r = eh_owned_text_set(&rep->away_in, &rep->away_in_size, eh_str_n(NULL, 0));
    if (r < 0)
        return r;
    rep->gone = rep->ended = false;
    rep->back = true;
    rep->signalled = false;
    eh_held_drop(e, rep_no);
    eh_signal_set(e, rep_no, eh_rep_presumed_status(e, rep_no), s->now_us, EH_TIME_NEVER);
    rep->since_us = s->now_us;
    rep->overloads = 0;
    rep->overload_over_us = 0;
    eh_eligible_refresh(e, rep_no);
    eh_digest_rep(e, rep_no);
    return eh_rounds_update(e, rep_no);
}

/* Ends releases in teams that the rep is out of. */
static int rep_drop_away_in(struct eh_engine *e, uint32_t rep_no)
{
    struct rep *rep = &e->roster.reps[rep_no];
    struct eh_str list = eh_str_n(rep->away_in, rep->away_in_size);
    char *kept = NULL;
    uint32_t size = 0;
    int r = 0;
    while (r == 0 && list.size > 0) {
        struct eh_str id = eh_text_list_next(&list);
        uint32_t team = eh_interner_find(&e->roster.team_ids, id);
        if (team != NONE && eh_member_active(e, team, rep_no) != NONE)
            r = eh_team_list_add(&kept, &size, id);
    }
    bool changed = size != rep->away_in_size;
    free(rep->away_in);
    rep->away_in = kept;
    rep->away_in_size = size;
    if (changed)
        eh_digest_rep(e, rep_no);
    return r;
}

static int rep_change(struct step *s, uint32_t rep_no, uint8_t was)
{
    struct eh_engine *e = s->e;
    struct rep *rep = &e->roster.reps[rep_no];
    bool active = eh_rep_is_on_duty(e, rep), again = rep->present && !(was & WAS_PRESENT);
    if (rep->gone && (active || again))
        return rep_start_afresh(s, rep_no);
    int r = rep->away_in_size ? rep_drop_away_in(e, rep_no) : 0;
    if (r < 0)
        return r;
    if (!rep->gone && (!rep->present || (!active && (was & WAS_ACTIVE)))) {
        rep->gone = true;
        eh_digest_rep(e, rep_no);
    }
    return rep->present ? 0 : rep_leave_desk(e, rep_no);
}

int eh_duty_change(struct step *s, const struct duty *duty)
{
    struct eh_engine *e = s->e;
    int r = seats_leave(e, duty);
    for (uint32_t i = 0; r == 0 && i < duty->rep_count; i++)
        if (e->roster.reps[i].known)
            r = rep_change(s, i, duty->reps[i]);
    return r;
}

/* ---- who was gone before there were rules for it */

static bool rep_has_ended(const struct eh_engine *e, const struct rep *rep)
{
    bool ended = false;
    for (uint32_t i = 0; i < rep->membership_count; i++) {
        const struct membership *at = &rep->memberships[i];
        const struct member *member = &e->roster.teams[at->team].members[at->position];
        for (uint32_t k = 0; k < member->range_count; k++)
            ended |= member->ranges[k].until < e->date;
    }
    return ended && !eh_rep_is_on_duty(e, rep);
}

static void rep_mark_gone(struct eh_engine *e, uint32_t rep)
{
    if (!e->roster.reps[rep].known || e->roster.reps[rep].gone)
        return;
    e->roster.reps[rep].gone = true;
    eh_digest_rep(e, rep);
}

void eh_leavers_begin(struct eh_engine *e)
{
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++)
        if (!e->roster.reps[i].present || rep_has_ended(e, &e->roster.reps[i]))
            rep_mark_gone(e, i);
    for (uint32_t i = 0; i < e->accounts.count; i++) /* was in a team once, and is in none now */
        if (e->roster.reps[e->accounts.items[i].rep].membership_count == 0)
            rep_mark_gone(e, e->accounts.items[i].rep);
}
