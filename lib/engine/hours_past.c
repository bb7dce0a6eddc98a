/*
 * hours_past: by which schedule reps and teams worked, from which day on.
 *
 * What a desk leaves out of its past is not known: the days before a rep came onto it with hours of
 * their own, and those on which they were off it. Whoever was there all the time, and never had
 * hours of their own, has nothing kept.
 */
#include "hours_past.h"

#include "digest.h"
#include "interner.h"
#include "state.h"

#include <stdlib.h>

struct hours_run eh_hours_past_run(const struct hours_past *past, int32_t day)
{
    struct hours_run run = {past->count ? HOURS_UNKNOWN : 0, EH_DATE_NEVER};
    for (uint32_t i = 0; i < past->count; i++) {
        if (past->said[i].from > day) {
            run.until = past->said[i].from - 1;
            break;
        }
        run.schedule = past->said[i].schedule;
    }
    return run;
}

struct hours_past *eh_hours_past_of(struct eh_engine *e, bool is_team, uint32_t no)
{
    return is_team ? &e->roster.teams[no].hours_past : &e->roster.reps[no].hours_past;
}

/* ---- what is said */

static void said_drop(struct hours_past *past, uint32_t count)
{
    memmove(past->said, &past->said[count], (past->count - count) * sizeof *past->said);
    past->count -= count;
}

/* Drops what held for days alone of which no minutes are kept, and what is one too many. */
static void past_trim(struct hours_past *past, int32_t today)
{
    uint32_t gone = 0;
    while (gone + 1 < past->count && past->said[gone + 1].from <= today - EH_CONTRACT_DAYS)
        gone++;
    if (past->count - gone == HOURS_SAID_MAX)
        gone++;
    said_drop(past, gone);
}

/* Nearly everybody has two at most. */
int eh_hours_past_append(struct hours_past *past, int32_t from, uint32_t schedule)
{
    int r = eh_array_room(&past->said, &past->capacity, past->count + (size_t)1,
                          past->count < 2 ? 2 : HOURS_SAID_MAX);
    if (r == 0)
        past->said[past->count++] = (struct hours_said){from, schedule};
    return r;
}

/* The last one is of today, or of the day that today was before the desk's time zone changed: it
 * says something else, or nothing else than the one before it. */
static void last_change(struct hours_past *past, uint32_t schedule)
{
    uint32_t last = past->count - 1;
    past->said[last].schedule = schedule;
    if (last > 0 && past->said[last - 1].schedule == schedule)
        past->count--;
    if (past->count == 1 && past->said[0].from == EH_DATE_ALWAYS && past->said[0].schedule == 0)
        past->count = 0;
}

static int past_say(struct hours_past *past, int32_t today, uint32_t schedule)
{
    int r = past->count == 0 ? eh_hours_past_append(past, EH_DATE_ALWAYS, 0) : 0;
    if (r < 0)
        return r;
    if (past->said[past->count - 1].from >= today) {
        last_change(past, schedule);
        return 0;
    }
    past_trim(past, today);
    return eh_hours_past_append(past, today, schedule);
}

int eh_hours_past_say(struct eh_engine *e, bool is_team, uint32_t no, uint32_t schedule)
{
    struct hours_past *past = eh_hours_past_of(e, is_team, no);
    uint32_t now = eh_hours_past_run(past, EH_DATE_NEVER).schedule;
    if (e->rules < EH_RULES_CONTRACT || now == schedule)
        return 0;
    int r = past_say(past, e->date, schedule);
    eh_digest_hours_past(e, is_team, no);
    return r;
}

/* ---- desks */

/* A schedule that nobody has is soon somebody else's. */
static int team_desk(struct eh_engine *e, uint32_t no)
{
    const struct team *team = &e->roster.teams[no];
    if (!eh_hours_are_told(&team->hours_past))
        return 0;
    return eh_hours_past_say(e, true, no, team->desk ? team->schedule : HOURS_UNKNOWN);
}

static int rep_desk(struct eh_engine *e, const struct eh_desk *old, uint32_t no)
{
    struct rep *rep = &e->roster.reps[no];
    struct hours_past *past = &rep->hours_past;
    if (eh_hours_are_told(past) || (rep->known && !rep->present))
        return eh_hours_past_say(e, false, no, rep->present ? rep->schedule : HOURS_UNKNOWN);
    bool comes = rep->present && e->desk->desk->reps[rep->desk_index].hours &&
                 !(old && eh_desk_rep(old, e->roster.rep_ids.items[no]));
    if (!comes)
        return 0;
    int r = eh_hours_past_append(past, e->date, rep->schedule);
    eh_digest_hours_past(e, false, no);
    return r;
}

int eh_hours_past_desk(struct eh_engine *e, const struct eh_desk *old)
{
    int r = 0;
    if (e->rules < EH_RULES_CONTRACT)
        return 0;
    for (uint32_t i = 0; r == 0 && i < e->roster.rep_ids.count; i++)
        r = rep_desk(e, old, i);
    for (uint32_t i = 0; r == 0 && i < e->roster.team_ids.count; i++)
        r = team_desk(e, i);
    return r;
}

int eh_hours_past_begin(struct eh_engine *e)
{
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < e->roster.rep_ids.count; i++)
        r = eh_hours_past_say(e, false, i, e->roster.reps[i].schedule);
    for (uint32_t i = 0; r == 0 && i < e->roster.team_ids.count; i++)
        r = eh_hours_past_say(e, true, i, e->roster.teams[i].schedule);
    return r < 0 ? r : eh_hours_past_desk(e, e->desk ? e->desk->desk : NULL);
}

/* ---- time led back */

static int past_back(struct eh_engine *e, bool is_team, uint32_t no, int32_t date)
{
    struct hours_past *past = eh_hours_past_of(e, is_team, no);
    if (past->count == 0 || past->said[past->count - 1].from <= date)
        return 0;
    uint32_t now = past->said[past->count - 1].schedule;
    while (past->count > 0 && past->said[past->count - 1].from > date)
        past->count--;
    int r = past->count == 0                              ? eh_hours_past_append(past, date, now)
            : past->said[past->count - 1].schedule != now ? past_say(past, date, now)
                                                          : 0;
    eh_digest_hours_past(e, is_team, no);
    return r;
}

int eh_hours_past_back(struct eh_engine *e, int32_t date)
{
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < e->roster.rep_ids.count; i++)
        r = past_back(e, false, i, date);
    for (uint32_t i = 0; r == 0 && i < e->roster.team_ids.count; i++)
        r = past_back(e, true, i, date);
    return r;
}

void eh_hours_past_done(struct hours_past *past)
{
    free(past->said);
}
