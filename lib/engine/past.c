/*
 * past: what earlier desks said of days that are over: who was in which team, since when somebody
 * works here, what they were called.
 *
 * A desk holds from its local day on; of several on one day, the last. When a desk of another day
 * takes effect, what the desk before it said up to then becomes past. A team's first desk also
 * holds for the days before it. No deal depends on any of it.
 */
#include "past.h"

#include "digest.h"
#include "interner.h"
#include "owned_text.h"
#include "state.h"
#include "stays.h"
#include "zones.h"

#include <stdlib.h>

static struct told team_told(const struct eh_engine *e, const struct team *team)
{
    return (struct told){.past = team->past.stays,
                         .past_count = team->past.count,
                         .desk = e->desk ? e->desk->desk : NULL,
                         .team = team->desk,
                         .day = team->past.day};
}

/* ---- one day's desk after another's */

/* Nobody asks any more for stays that ended up to this day. */
static int32_t team_forgotten_until(const struct team *team, int32_t day)
{
    return team->purse.used ? team->purse.settled : day - EH_STAYS_DAYS_KEPT;
}

struct fold {
    const struct eh_engine *e;
    int32_t day, forgotten;
    struct stay *stays;
    uint32_t count, capacity;
};

static int fold_take(void *context, struct eh_str id, uint32_t rep, const struct eh_stay *stays,
                     uint32_t count)
{
    struct fold *f = context;
    int r = eh_array_room(&f->stays, &f->capacity, f->count + count, EH_ARRAY_MAX);
    if (rep == NONE)
        rep = eh_interner_find(&f->e->roster.rep_ids, id);
    for (uint32_t i = 0; r == 0 && i < count && stays[i].from < f->day; i++) {
        int32_t until = stays[i].until < f->day ? stays[i].until : f->day - 1;
        if (until > f->forgotten)
            f->stays[f->count++] = (struct stay){rep, stays[i].from, until};
    }
    return r;
}

/* Another desk on the same day: it replaces the one before. */
static int fold_again(struct fold *f, const struct team *team, const struct eh_desk *new,
                      const struct eh_desk_team *is)
{
    struct told told = team_told(f->e, team);
    struct eh_stay *stays = NULL;
    uint32_t capacity = 0;
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < told.past_count;) {
        uint32_t rep = told.past[i].rep;
        struct eh_str id = f->e->roster.rep_ids.items[rep];
        struct told_of of = eh_stays_find(f->e, &told, id);
        i += of.past_count;
        if (eh_stays_lists(new, is, id))
            of.range_count = 0; /* the new desk says it */
        r = eh_array_room(&stays, &capacity, of.past_count + 2 * of.range_count, EH_ARRAY_MAX);
        if (r == 0)
            r = fold_take(f, id, rep, stays, eh_stays_corrected(&of, true, stays));
    }
    free(stays);
    return r;
}

int eh_past_fold(const struct eh_engine *e, uint32_t no, const struct eh_desk *new, int32_t day,
                 struct past *ret)
{
    const struct team *team = &e->roster.teams[no];
    struct told told = team_told(e, team);
    struct fold f = {.e = e, .day = day, .forgotten = team_forgotten_until(team, day)};
    int r = told.day < day
                ? eh_stays_walk(e, &told, fold_take, &f)
                : fold_again(&f, team, new, eh_desk_team(new, e->roster.team_ids.items[no]));
    if (r < 0) {
        free(f.stays);
        return r;
    }
    *ret = (struct past){.stays = f.stays, .count = f.count, .day = day, .hash = team->past.hash};
    return 0;
}

bool eh_past_turns(const struct eh_engine *e, uint32_t no, int32_t day)
{
    const struct team *team = &e->roster.teams[no];
    return e->rules >= EH_RULES_STAYS && team->past.day <= day &&
           (team->desk || team->past.day != EH_DATE_ALWAYS);
}

static int team_turn(struct eh_engine *e, uint32_t no, const struct eh_desk *new, int32_t day)
{
    struct past past;
    int r = eh_past_fold(e, no, new, day, &past);
    if (r < 0)
        return r;
    free(e->roster.teams[no].past.stays);
    e->roster.teams[no].past = past;
    eh_digest_past(e, no);
    return 0;
}

/* What was said up to now; the present desk says nothing of the days before it. */
static struct since rep_since(const struct eh_engine *e, uint32_t no)
{
    const struct rep *rep = &e->roster.reps[no];
    struct since past = {rep->since, rep->since_until};
    int32_t written = rep->present ? e->desk->desk->reps[rep->desk_index].since : EH_DATE_ALWAYS;
    if (written != EH_DATE_ALWAYS)
        return (struct since){written, EH_DATE_NEVER};
    if (rep->present && past.since != EH_DATE_ALWAYS && past.until > e->told_from)
        past.until = e->told_from;
    return past;
}

struct since eh_past_since(const struct eh_engine *e, uint32_t no, const struct eh_desk *new,
                           int32_t day)
{
    const struct rep *rep = &e->roster.reps[no];
    bool again = e->told_from >= day && eh_desk_rep(new, e->roster.rep_ids.items[no]);
    return again ? (struct since){rep->since, rep->since_until} : rep_since(e, no);
}

static void rep_turn_since(struct eh_engine *e, uint32_t no, const struct eh_desk *new, int32_t day)
{
    struct rep *rep = &e->roster.reps[no];
    struct since past = eh_past_since(e, no, new, day);
    if (past.since == rep->since && past.until == rep->since_until)
        return;
    rep->since = past.since;
    rep->since_until = past.until;
    eh_digest_since(e, no);
}

/* Keeps the last name of a rep who goes off the desk. */
static int rep_keep_name(struct eh_engine *e, uint32_t no, const struct eh_desk *new)
{
    struct rep *rep = &e->roster.reps[no];
    if (!rep->present || eh_desk_rep(new, e->roster.rep_ids.items[no]))
        return 0;
    return eh_owned_text_set(&rep->name, &rep->name_size,
                             e->desk->desk->reps[rep->desk_index].name);
}

int eh_past_turn(struct eh_engine *e, const struct eh_desk *new, int32_t day)
{
    int r = 0;
    bool kept = e->rules >= EH_RULES_STAYS;
    for (uint32_t i = 0; r == 0 && e->desk && i < e->roster.rep_ids.count; i++) {
        r = rep_keep_name(e, i, new);
        if (kept)
            rep_turn_since(e, i, new, day);
    }
    for (uint32_t i = 0; r == 0 && i < e->roster.team_ids.count; i++)
        if (eh_past_turns(e, i, day))
            r = team_turn(e, i, new, day);
    if (r == 0 && kept)
        r = eh_zones_turn(e, new, day);
    if (kept && e->desk && e->told_from < day)
        e->told_from = day;
    return r;
}

int eh_past_room(const struct eh_engine *e, struct eh_error *error)
{
    uint64_t stays = 0;
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        stays += (uint64_t)e->roster.teams[i].past.count + e->roster.teams[i].member_count;
    if (e->rules < EH_RULES_STAYS || stays <= EH_STAYS_MAX)
        return 0;
    return eh_error_set(error, EH_EFULL,
                        "teams: %u stays of members in the past are held already; close periods "
                        "that are over",
                        EH_STAYS_MAX);
}

/* ---- time led back */

static void team_back(struct eh_engine *e, uint32_t no, int32_t date)
{
    struct past *past = &e->roster.teams[no].past;
    uint32_t kept = 0;
    if (past->day <= date)
        return;
    for (uint32_t i = 0; i < past->count; i++) {
        if (past->stays[i].from >= date)
            continue;
        past->stays[kept] = past->stays[i];
        if (past->stays[kept].until >= date)
            past->stays[kept].until = date - 1;
        kept++;
    }
    past->count = kept;
    past->day = date;
    eh_digest_past(e, no);
}

void eh_past_back(struct eh_engine *e, int32_t date)
{
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        team_back(e, i, date);
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++) {
        struct rep *rep = &e->roster.reps[i];
        if (rep->since_until == EH_DATE_NEVER || rep->since_until <= date)
            continue;
        rep->since_until = date;
        eh_digest_since(e, i);
    }
    if (e->told_from > date)
        e->told_from = date;
    eh_zones_back(e, date);
}

void eh_past_done(struct eh_engine *e)
{
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        free(e->roster.teams[i].past.stays);
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++)
        free(e->roster.reps[i].name);
}

/* ---- what others may see */

struct telling {
    int32_t first, last;
    eh_stay_fn *each;
    void *context;
};

static int telling_tell(void *context, struct eh_str id, uint32_t rep, const struct eh_stay *stays,
                        uint32_t count)
{
    const struct telling *t = context;
    (void)rep;
    for (uint32_t i = 0; i < count; i++) {
        struct eh_stay stay = {stays[i].from > t->first ? stays[i].from : t->first,
                               stays[i].until < t->last ? stays[i].until : t->last};
        if (stay.from <= stay.until)
            t->each(t->context, id, &stay);
    }
    return 0;
}

int eh_engine_stays(const struct eh_engine *e, struct eh_str id, int32_t first, int32_t last,
                    eh_stay_fn *each, void *context)
{
    uint32_t no = eh_interner_find(&e->roster.team_ids, id);
    struct telling telling = {first, last, each, context};
    if (no == NONE)
        return 0;
    struct told told = team_told(e, &e->roster.teams[no]);
    return eh_stays_walk(e, &told, telling_tell, &telling);
}

int32_t eh_engine_since(const struct eh_engine *e, struct eh_str id, int32_t day)
{
    uint32_t no = eh_interner_find(&e->roster.rep_ids, id);
    if (no == NONE)
        return EH_DATE_ALWAYS;
    struct since since = rep_since(e, no);
    return day < since.until ? since.since : EH_DATE_ALWAYS;
}

struct eh_str eh_engine_rep_name(const struct eh_engine *e, struct eh_str id)
{
    uint32_t no = eh_interner_find(&e->roster.rep_ids, id);
    if (no == NONE)
        return id;
    const struct rep *rep = &e->roster.reps[no];
    if (rep->present)
        return e->desk->desk->reps[rep->desk_index].name;
    return rep->name_size ? eh_str_n(rep->name, rep->name_size) : e->roster.rep_ids.items[no];
}

int eh_past_has(const struct eh_engine *e, uint32_t team, uint32_t rep, int32_t first, int32_t last)
{
    struct told told = team_told(e, &e->roster.teams[team]);
    struct told_of of = eh_stays_find(e, &told, e->roster.rep_ids.items[rep]);
    return eh_stays_any(&of, first, last);
}
