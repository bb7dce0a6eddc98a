/*
 * shifts: what begins and ends by the hours and absences of reps.
 *
 * A heap has schedules and reps by their next change, then schedules by number before reps by id.
 * A schedule may have 100,000 members, so a DUE input tells SHIFT_MEMBERS_PER_STEP of them, and the
 * next ones the rest. Any other input tells all that are left before it decides: nothing is ever
 * dealt to somebody who is off.
 *
 * Where a shift ends, an `away` without an end that was said before it ends, too. It gets that
 * moment as its end, and ends as others do (signals.c).
 */
#include "shifts.h"

#include "absences.h"
#include "digest.h"
#include "eligible.h"
#include "expiries.h"
#include "interner.h"
#include "member.h"
#include "schedules.h"
#include "shift_heap.h"
#include "state.h"
#include "step.h"

/* ---- the end of a shift */

static bool rep_works_elsewhere(const struct eh_engine *e, const struct rep *rep, uint32_t schedule)
{
    for (uint32_t i = 0; i < rep->membership_count; i++) {
        struct membership m = rep->memberships[i];
        const struct member *member = &e->roster.teams[m.team].members[m.position];
        if (member->active && !member->off && eh_schedule_of(e, m.team, member->rep) != schedule)
            return true;
    }
    return false;
}

/* Ends an `away` without an end at the end of the shift; not where a rep is away until they say
 * otherwise. */
static void rep_end_shift(struct eh_engine *e, uint32_t rep_no, const struct shift_turn *turn)
{
    struct rep *rep = &e->roster.reps[rep_no];
    if (rep->status != EH_STATUS_AWAY || rep->until_us != EH_TIME_NEVER ||
        rep->since_us >= turn->ended_us || eh_rep_presumed_status(e, rep_no) == EH_STATUS_AWAY ||
        rep_works_elsewhere(e, rep, turn->schedule))
        return;
    rep->until_us = turn->ended_us;
    eh_expiry_update(e, rep_no);
    eh_digest_rep(e, rep_no);
}

/* ---- a turn */

static void turn_begin(struct eh_engine *e, uint32_t number, int64_t now_us)
{
    struct schedule *s = eh_schedule(e, number);
    s->stale = false;
    int64_t ended_us = eh_schedule_pass(s, now_us);
    bool on = s->first < s->count && s->intervals[s->first].from_us <= now_us;
    e->schedules.turn = (struct shift_turn){.schedule = number, .on = on, .ended_us = ended_us};
    if (on == s->on && ended_us == 0)
        e->schedules.turn.done = s->member_count;
    eh_digest_hours(e);
}

static void turn_end(struct eh_engine *e)
{
    uint32_t number = e->schedules.turn.schedule;
    eh_schedule(e, number)->on = e->schedules.turn.on;
    e->schedules.turn = (struct shift_turn){0};
    eh_shift_place(e, number);
    eh_digest_schedule(e, number);
    eh_digest_hours(e);
}

static void member_turn(struct eh_engine *e, struct membership m, const struct shift_turn *turn)
{
    struct member *member = &e->roster.teams[m.team].members[m.position];
    bool off = !turn->on;
    if (member->off != off) {
        member->off = off;
        eh_eligible_member(e, m.team, m.position);
    }
    if (turn->ended_us)
        rep_end_shift(e, member->rep, turn);
}

/* Tells at most `most` members. Returns how many. */
static uint32_t turn_go_on(struct eh_engine *e, uint32_t most)
{
    struct shift_turn *turn = &e->schedules.turn;
    const struct schedule *s = eh_schedule(e, turn->schedule);
    uint32_t told = 0;
    for (; told < most && turn->done < s->member_count; told++, turn->done++)
        member_turn(e, e->schedules.members[s->members + turn->done], turn);
    if (turn->done >= s->member_count)
        turn_end(e);
    else
        eh_digest_hours(e);
    return told;
}

void eh_shifts_turn(struct step *step, uint32_t most)
{
    struct eh_engine *e = step->e;
    while (most > 0 && eh_shift_due(e) <= step->now_us) {
        uint32_t told, first = e->schedules.heap_count ? e->schedules.heap[0] : 0;
        step->touched = true;
        if (!e->schedules.turn.schedule && first & SHIFT_OF_REP) {
            told = eh_absence_turn(e, first & ~SHIFT_OF_REP, step->now_us);
        } else {
            if (!e->schedules.turn.schedule)
                turn_begin(e, first, step->now_us);
            told = turn_go_on(e, most);
        }
        told += told == 0; /* a change without members is work, too */
        most -= told < most ? told : most;
        step->fx->shifts = true;
    }
    step->fx->shifts &= eh_shift_due(e) > step->now_us;
}

void eh_shifts_back(struct step *s)
{
    struct eh_engine *e = s->e;
    for (uint32_t number = 1; number <= e->schedules.count; number++)
        eh_schedule_seek(e, number, s->now_us);
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++)
        if (e->roster.reps[i].absence_count)
            eh_absence_turn(e, i, s->now_us);
    eh_shifts_turn(s, UINT32_MAX);
}
