/*
 * desk_check: whether a new desk file may take effect. Reps, teams and kinds that still have
 * tickets must stay on it.
 */
#include "desk_check.h"

#include "first_policies.h"
#include "effects.h"
#include "interner.h"
#include "past.h"
#include "regroup.h"
#include "state.h"
#include "step.h"
#include "ticket.h"

#define HOLDERS_NAMED 3

enum held_by { BY_REP, BY_TEAM, BY_KIND };

/* A rep, a team or a kind that still has tickets. */
struct holder {
    enum held_by by;
    const char *what;
    struct eh_str id;
    uint32_t no;
    uint64_t count;
    const struct eh_desk *keeping; /* BY_REP: counts the tickets of teams where this desk lets
                                      leavers keep them; NULL: all */
};

/* Whether the ticket's team lets leavers keep their tickets. */
static bool team_keeps_work(const struct eh_engine *e, const struct eh_desk *new,
                            const struct ticket *t)
{
    const struct eh_desk_team *team = eh_desk_team(new, interned(&e->roster.team_ids, t->team));
    return team && team->leavers_work == EH_LEAVERS_WORK_KEEP;
}

static bool holder_has(const struct eh_engine *e, const struct ticket *t, const struct holder *h)
{
    if (h->by == BY_REP)
        return t->rep == h->no && (!h->keeping || team_keeps_work(e, h->keeping, t));
    return h->by == BY_TEAM ? t->team == h->no : t->kind == h->no;
}

/* Prints the first few tickets: "default/T1, default/T2, …". */
static void holder_name_tickets(const struct eh_engine *e, const struct holder *h, char *text,
                                size_t size)
{
    size_t length = 0;
    uint32_t named = 0;
    for (uint32_t i = 0; i < e->tickets.order_count && named < HOLDERS_NAMED; i++) {
        if (e->tickets.order[i].slot == NONE)
            continue;
        const struct ticket *t = &e->tickets.slots[e->tickets.order[i].slot];
        if (!holder_has(e, t, h) || length >= size)
            continue;
        length += eh_format(text + length, size - length, "%s%.*s/%.*s", named ? ", " : "",
                            EH_STR_ARG(ticket_source(t)), EH_STR_ARG(ticket_id(t)));
        named++;
    }
    if (h->count > named && length < size)
        eh_format(text + length, size - length, ", …");
}

static int holder_refuse(struct step *s, const struct holder *h)
{
    char tickets[HOLDERS_NAMED * (2 * EH_NAME_MAX + 4)] = "";
    holder_name_tickets(s->e, h, tickets, sizeof tickets);
    return eh_step_refuse(s, EH_ECONFLICT, "%s: %.*s still holds %llu open ticket%s (%s)%s",
                          h->what, EH_STR_ARG(h->id), (unsigned long long)h->count,
                          h->count == 1 ? "" : "s", tickets,
                          h->keeping ? "; release them first, or let leavers_work deal them" : "");
}

/* A rep who goes off the file: their tickets go back to the deal, except in teams that let them be
 * kept. */
static int rep_refuse_to_go(struct step *s, const struct eh_desk *new, struct eh_str id)
{
    const struct eh_engine *e = s->e;
    uint32_t no = eh_interner_find(&e->roster.rep_ids, id);
    struct holder h = {BY_REP, "reps", id, no, e->roster.reps[no].open.count, NULL};
    if (e->rules >= EH_RULES_LEAVERS) {
        h.keeping = new;
        h.count = 0;
        for (uint32_t at = e->roster.reps[no].open.first; at != NONE;
             at = e->tickets.slots[at].next)
            h.count += team_keeps_work(e, new, &e->tickets.slots[at]);
    }
    return h.count ? holder_refuse(s, &h) : 0;
}

static int desk_refuse_vanished(struct step *s, const struct eh_desk *old,
                                const struct eh_desk *new)
{
    const struct eh_engine *e = s->e;
    for (uint32_t i = 0; i < old->rep_count; i++) {
        int r = eh_desk_rep(new, old->reps[i].id) ? 0 : rep_refuse_to_go(s, new, old->reps[i].id);
        if (r < 0 || s->fx->refused)
            return r;
    }
    for (uint32_t i = 0; i < old->team_count; i++) {
        struct holder h = {.by = BY_TEAM, .what = "teams", .id = old->teams[i].id};
        h.no = eh_interner_find(&e->roster.team_ids, h.id);
        h.count = e->roster.teams[h.no].open + e->roster.teams[h.no].waiting;
        if (h.count && !eh_desk_team(new, h.id))
            return holder_refuse(s, &h);
    }
    for (uint32_t i = 0; i < old->kind_count; i++) {
        struct holder h = {.by = BY_KIND, .what = "kinds", .id = old->kinds[i].id};
        h.no = eh_interner_find(&e->roster.kind_ids, h.id);
        h.count = e->roster.kinds[h.no].held;
        if (h.count && !eh_desk_kind(new, h.id))
            return holder_refuse(s, &h);
    }
    return 0;
}

/* Refuses as the first builds did, which knew two policies. */
static int desk_refuse_policy(struct step *s, const struct eh_desk *new)
{
    const struct eh_desk_team *team = eh_desk_later_policy(new);
    return !team ? 0
                 : eh_step_refuse(s, EH_EINVAL,
                                  "teams: %.*s: policy %.*s: not in this version; use random or "
                                  "least_loaded",
                                  EH_STR_ARG(team->id), EH_STR_ARG(team->policy));
}

/* Before plans had an effect, they could change and go. */
static int desk_refuse_plans(struct step *s, const struct eh_desk *new)
{
    struct eh_error error = {0};
    if (eh_step_was(s, EH_RECORDED_TAKEN) ||
        eh_engine_plans_check(s->e, new, s->in->date, &error) == 0)
        return 0;
    return eh_step_refuse(s, EH_ECONFLICT, "%s", error.text);
}

static int desk_refuse_identity(struct step *s, const struct eh_desk *new)
{
    if (!s->e->desk)
        return 0;
    const struct eh_desk *old = s->e->desk->desk;
    if (!eh_str_equal(old->id, new->id))
        return eh_step_refuse(s, EH_ECONFLICT, "desk: it is %.*s and cannot become %.*s",
                              EH_STR_ARG(old->id), EH_STR_ARG(new->id));
    if (!eh_str_equal(old->currency, new->currency))
        return eh_step_refuse(s, EH_ECONFLICT, "currency: it is %.*s and cannot become %.*s",
                              EH_STR_ARG(old->currency), EH_STR_ARG(new->currency));
    return desk_refuse_vanished(s, old, new);
}

/* Tickets of the kinds that it limits stand apart: there may be too many sets by that. */
static int desk_refuse_crowded(struct step *s, const struct eh_desk *new)
{
    const struct eh_desk_team *team;
    int r = eh_sets_crowded(s->e, new, &team);
    return r < 0 || !team ? r
                          : eh_step_refuse(s, EH_EFULL,
                                           "kinds: open tickets of team %.*s would require more "
                                           "than %d different sets of skills and limited kinds",
                                           EH_STR_ARG(team->id), EH_SKILL_SETS_MAX);
}

int eh_desk_refuse_change(struct step *s, const struct eh_desk *new)
{
    struct eh_error error = {0};
    int r = desk_refuse_plans(s, new);
    if (r == 0 && !s->fx->refused)
        r = desk_refuse_identity(s, new);
    if (r == 0 && !s->fx->refused && eh_past_room(s->e, &error) < 0)
        r = eh_step_refuse(s, error.code, "%s", error.text);
    if (r == 0 && !s->fx->refused)
        r = desk_refuse_crowded(s, new);
    if (r == 0 && !s->fx->refused && eh_step_was(s, EH_RECORDED_REFUSED))
        r = desk_refuse_policy(s, new);
    return r;
}

/* Runs the checks of a DESK step, which only read. */
int eh_engine_desk_check(const struct eh_engine *e, const struct eh_desk *new, int32_t today,
                         struct eh_error *error)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_effects fx = {.arena = &arena};
    struct eh_input in = {.date = today};
    struct step s = {.e = (struct eh_engine *)e, .in = &in, .fx = &fx};
    int r = eh_desk_refuse_change(&s, new);
    if (r < 0)
        return eh_error_set(error, -r, "out of memory for the desk");
    return !fx.refused ? 0 : eh_error_set(error, fx.refused_code, "%.*s", EH_STR_ARG(fx.reason));
}
