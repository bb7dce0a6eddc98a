/*
 * roster: a new desk file takes effect: checked against what is held, then reps, teams and trees
 * are laid out anew. And a new day, which moves members in and out by their dates.
 */
#include "facts.h"
#include "policy.h"
#include "stays.h"

#include <stdlib.h>

#define HOLDERS_NAMED 3

/* ---- the file */

void eh_desk_held_free(struct desk_held *held)
{
    if (!held)
        return;
    eh_arena_done(&held->arena);
    free(held);
}

int eh_desk_held_new(struct eh_str text, struct desk_held **ret, struct eh_error *error)
{
    struct desk_held *held = calloc(1, sizeof *held);
    if (!held)
        return eh_error_set(error, EH_ENOMEM, "out of memory for the desk");
    held->text = eh_arena_str(&held->arena, text);
    int r = held->text.data ? eh_desk_parse(held->text, &held->arena, &held->desk, error)
                            : eh_error_set(error, EH_ENOMEM, "out of memory for the desk");
    if (r < 0) {
        eh_desk_held_free(held);
        return r;
    }
    eh_hash_sha256(text.data, text.size, held->hash);
    *ret = held;
    return 0;
}

/* ---- what may not change */

enum held_by { BY_REP, BY_TEAM, BY_KIND };

/* Who or what still holds tickets. */
struct holder {
    enum held_by by;
    const char *what;
    struct eh_str id;
    uint32_t no;
    uint64_t count;
    const struct eh_desk
        *keeping; /* BY_REP: those alone that this desk lets leavers keep; or NULL */
};

/* Whether the ticket's team leaves their tickets to whoever goes. */
static bool keeps(const struct eh_engine *e, const struct eh_desk *new, const struct ticket *t)
{
    const struct eh_desk_team *team = eh_desk_team(new, name_of(&e->team_names, t->team));
    return team && team->leavers_work == EH_LEAVERS_WORK_KEEP;
}

static bool is_held(const struct eh_engine *e, const struct ticket *t, const struct holder *h)
{
    if (h->by == BY_REP)
        return t->rep == h->no && (!h->keeping || keeps(e, h->keeping, t));
    return h->by == BY_TEAM ? t->team == h->no : t->kind == h->no;
}

/* The first few tickets held: "default/T1, default/T2, …". */
static void name_tickets(const struct eh_engine *e, const struct holder *h, char *text, size_t size)
{
    size_t length = 0;
    uint32_t named = 0;
    for (uint32_t i = 0; i < e->order_count && named < HOLDERS_NAMED; i++) {
        if (e->order[i].slot == NONE)
            continue;
        const struct ticket *t = &e->tickets[e->order[i].slot];
        if (!is_held(e, t, h) || length >= size)
            continue;
        length += eh_format(text + length, size - length, "%s%.*s/%.*s", named ? ", " : "",
                            EH_STR_ARG(ticket_source(t)), EH_STR_ARG(ticket_id(t)));
        named++;
    }
    if (h->count > named && length < size)
        eh_format(text + length, size - length, ", …");
}

static int refuse_held(struct step *s, const struct holder *h)
{
    char tickets[HOLDERS_NAMED * (2 * EH_NAME_MAX + 4)] = "";
    name_tickets(s->e, h, tickets, sizeof tickets);
    return eh_step_refuse(s, EH_ECONFLICT, "%s: %.*s still holds %llu open ticket%s (%s)%s",
                          h->what, EH_STR_ARG(h->id), (unsigned long long)h->count,
                          h->count == 1 ? "" : "s", tickets,
                          h->keeping ? "; release them first, or let leavers_work deal them" : "");
}

/* Off the file: their tickets go back to the deal, but for those of teams that let them be kept. */
static int refuse_rep(struct step *s, const struct eh_desk *new, struct eh_str id)
{
    const struct eh_engine *e = s->e;
    uint32_t no = eh_names_find(&e->rep_names, id);
    struct holder h = {BY_REP, "reps", id, no, e->reps[no].open.count, NULL};
    if (e->rules >= EH_RULES_LEAVERS) {
        h.keeping = new;
        h.count = 0;
        for (uint32_t at = e->reps[no].open.first; at != NONE; at = e->tickets[at].next)
            h.count += keeps(e, new, &e->tickets[at]);
    }
    return h.count ? refuse_held(s, &h) : 0;
}

static int refuse_vanished(struct step *s, const struct eh_desk *old, const struct eh_desk *new)
{
    const struct eh_engine *e = s->e;
    for (uint32_t i = 0; i < old->rep_count; i++) {
        int r = eh_desk_rep(new, old->reps[i].id) ? 0 : refuse_rep(s, new, old->reps[i].id);
        if (r < 0 || s->fx->refused)
            return r;
    }
    for (uint32_t i = 0; i < old->team_count; i++) {
        struct holder h = {.by = BY_TEAM, .what = "teams", .id = old->teams[i].id};
        h.no = eh_names_find(&e->team_names, h.id);
        h.count = e->teams[h.no].open + e->teams[h.no].waiting;
        if (h.count && !eh_desk_team(new, h.id))
            return refuse_held(s, &h);
    }
    for (uint32_t i = 0; i < old->kind_count; i++) {
        struct holder h = {.by = BY_KIND, .what = "kinds", .id = old->kinds[i].id};
        h.no = eh_names_find(&e->kind_names, h.id);
        h.count = e->kinds[h.no].held;
        if (h.count && !eh_desk_kind(new, h.id))
            return refuse_held(s, &h);
    }
    return 0;
}

/* A team whose policy the first builds did not have, or NULL. */
static const struct eh_desk_team *later_policy(const struct eh_desk *desk)
{
    for (uint32_t i = 0; i < desk->team_count; i++) {
        struct eh_str policy = desk->teams[i].policy;
        if (!eh_str_equal(policy, eh_str("random")) &&
            !eh_str_equal(policy, eh_str("least_loaded")))
            return &desk->teams[i];
    }
    return NULL;
}

bool eh_roster_has_first_policies(const struct eh_engine *e)
{
    return e->desk && !later_policy(e->desk->desk);
}

/* The first builds had two policies. Nothing else was wrong with such a desk. */
static int refuse_policy(struct step *s, const struct eh_desk *new)
{
    const struct eh_desk_team *team = later_policy(new);
    return !team ? 0
                 : eh_step_refuse(s, EH_EINVAL,
                                  "teams: %.*s: policy %.*s: not in this version; use random or "
                                  "least_loaded",
                                  EH_STR_ARG(team->id), EH_STR_ARG(team->policy));
}

/* As long as plans did nothing, they might change and go. */
static int refuse_plans(struct step *s, const struct eh_desk *new)
{
    struct eh_error error = {0};
    if (eh_was(s, EH_RECORDED_TAKEN) || eh_engine_plans_check(s->e, new, s->in->date, &error) == 0)
        return 0;
    return eh_step_refuse(s, EH_ECONFLICT, "%s", error.text);
}

static int refuse_identity(struct step *s, const struct eh_desk *new)
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
    return refuse_vanished(s, old, new);
}

static int refuse_change(struct step *s, const struct eh_desk *new)
{
    struct eh_error error = {0};
    int r = refuse_plans(s, new);
    if (r == 0 && !s->fx->refused)
        r = refuse_identity(s, new);
    if (r == 0 && !s->fx->refused && eh_past_room(s->e, &error) < 0)
        r = eh_step_refuse(s, error.code, "%s", error.text);
    if (r == 0 && !s->fx->refused && eh_was(s, EH_RECORDED_REFUSED))
        r = refuse_policy(s, new);
    return r;
}

/* A step that changes nothing: refusing only reads. */
int eh_engine_desk_check(const struct eh_engine *e, const struct eh_desk *new, int32_t today,
                         struct eh_error *error)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_effects fx = {.arena = &arena};
    struct eh_input in = {.date = today};
    struct step s = {.e = (struct eh_engine *)e, .in = &in, .fx = &fx};
    int r = refuse_change(&s, new);
    if (r < 0)
        return eh_error_set(error, -r, "out of memory for the desk");
    return !fx.refused ? 0 : eh_error_set(error, fx.refused_code, "%.*s", EH_STR_ARG(fx.reason));
}

/* ---- laying out */

static int add_names(struct eh_engine *e, const struct eh_desk *desk)
{
    int r = 0;
    uint32_t no;
    for (uint32_t i = 0; r == 0 && i < desk->rep_count; i++)
        r = eh_engine_add_rep(e, desk->reps[i].id, &no);
    for (uint32_t i = 0; r == 0 && i < desk->team_count; i++)
        r = eh_engine_add_team(e, desk->teams[i].id, &no);
    for (uint32_t i = 0; r == 0 && i < desk->kind_count; i++)
        r = eh_engine_add_kind(e, desk->kinds[i].id, &no);
    return r;
}

static void set_reps_and_kinds(struct eh_engine *e, const struct eh_desk *desk)
{
    for (uint32_t i = 0; i < e->rep_names.count; i++) {
        e->reps[i].present = false;
        e->reps[i].membership_count = 0;
    }
    for (uint32_t i = 0; i < desk->rep_count; i++) {
        struct rep *rep = &e->reps[eh_names_find(&e->rep_names, desk->reps[i].id)];
        rep->present = true;
        rep->desk_index = i;
        rep->share_ppm = desk->reps[i].share_ppm;
    }
    for (uint32_t i = 0; i < e->kind_names.count; i++)
        e->kinds[i].points = 0;
    for (uint32_t i = 0; i < desk->kind_count; i++)
        e->kinds[eh_names_find(&e->kind_names, desk->kinds[i].id)].points = desk->kinds[i].points;
}

/* What everybody has of the rounds, by the positions of the new members. Both are in order of rep
 * id. */
static int move_slots(struct eh_engine *e, const struct team *team, uint32_t set_no,
                      const struct member *members, uint32_t count)
{
    struct skill_set *set = &team->sets[set_no];
    if (!set->slots)
        return 0;
    struct slot *slots = calloc(count + (size_t)1, sizeof *slots);
    if (!slots)
        return -EH_ENOMEM;
    for (uint32_t i = 0, to = 0; i < team->member_count; i++) {
        struct eh_str id = name_of(&e->rep_names, team->members[i].rep);
        while (to < count && eh_str_compare(name_of(&e->rep_names, members[to].rep), id) < 0)
            to++;
        if (to < count && members[to].rep == team->members[i].rep)
            slots[to] = set->slots[i];
        else
            eh_turns_put_down(e, team, set_no, i);
    }
    free(set->slots);
    set->slots = slots;
    return 0;
}

/* Takes the members over. */
static int put_members(struct eh_engine *e, struct team *team, struct member *members,
                       uint32_t count)
{
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < team->set_count; i++)
        r = move_slots(e, team, i, members, count);
    free(team->members);
    team->members = members;
    team->member_count = count;
    for (team->leaves = 1; team->leaves < team->member_count;)
        team->leaves *= 2;
    return r;
}

/* A rep may stand in a team more than once, with other dates: one member with several ranges. */
static int set_members(struct eh_engine *e, uint32_t team_no, const struct eh_desk *desk)
{
    struct team *team = &e->teams[team_no];
    const struct eh_desk_team *from = team->desk;
    struct member *members = calloc(from->member_count + 1, sizeof *members);
    if (!members)
        return -EH_ENOMEM;
    uint32_t count = 0;
    for (uint32_t i = 0; i < from->member_count; i++) {
        if (i > 0 && from->members[i].rep == from->members[i - 1].rep) {
            members[count - 1].range_count++;
            continue;
        }
        uint32_t rep = eh_names_find(&e->rep_names, desk->reps[from->members[i].rep].id);
        const struct account *account = eh_account(e, team_no, rep);
        if (!account) {
            free(members);
            return -EH_ENOMEM;
        }
        members[count++] = (struct member){.rep = rep,
                                           .account = (uint32_t)(account - e->accounts),
                                           .ranges = &from->members[i],
                                           .range_count = 1};
    }
    return put_members(e, team, members, count);
}

/* Rounds begin and end with the policy. */
static int set_slots(struct eh_engine *e, const struct team *team, uint32_t set_no)
{
    struct skill_set *set = &team->sets[set_no];
    if (!team->policy->by_slots) {
        if (set->slots)
            eh_set_end_rounds(e, team, set_no);
        return 0;
    }
    if (!set->slots)
        set->slots = calloc(team->member_count + (size_t)1, sizeof *set->slots);
    free(set->dues);
    set->dues = calloc(2 * (size_t)team->leaves, sizeof *set->dues);
    return set->slots && set->dues ? 0 : -EH_ENOMEM;
}

/* Sets keep queues and clocks and get trees of the new size. */
static int set_trees(struct eh_engine *e, uint32_t team_no)
{
    struct team *team = &e->teams[team_no];
    for (uint32_t i = 0; i < team->set_count; i++) {
        struct skill_set *set = &team->sets[i];
        if (!set->skills)
            continue;
        int r = set_slots(e, team, i);
        if (r < 0)
            return r;
        struct node *tree = calloc(2 * (size_t)team->leaves, sizeof *tree);
        if (!tree)
            return -EH_ENOMEM;
        free(set->tree);
        set->tree = tree;
    }
    return 0;
}

void eh_team_free(struct team *team)
{
    for (uint32_t i = 0; i < team->set_count; i++) {
        free(team->sets[i].skills);
        free(team->sets[i].tree);
        free(team->sets[i].slots);
        free(team->sets[i].dues);
        free(team->sets[i].queue);
    }
    free(team->sets);
    free(team->members);
}

/* What was entitled and received stays. */
static void remove_team(struct eh_engine *e, uint32_t no)
{
    struct team *team = &e->teams[no];
    for (uint32_t i = 0; i < team->set_count; i++)
        eh_set_done(e, no, i);
    eh_team_free(team);
    *team = (struct team){.ledger = team->ledger,
                          .purse = team->purse,
                          .past = team->past,
                          .periods = team->periods,
                          .shadow_periods = team->shadow_periods};
}

static int set_teams(struct eh_engine *e, const struct eh_desk *desk)
{
    for (uint32_t i = 0; i < e->team_names.count; i++)
        if (!eh_desk_team(desk, e->team_names.items[i]))
            remove_team(e, i);
    for (uint32_t i = 0; i < desk->team_count; i++) {
        uint32_t no = eh_names_find(&e->team_names, desk->teams[i].id);
        struct team *team = &e->teams[no];
        team->desk = &desk->teams[i];
        team->desk_index = i;
        team->policy = eh_policy_find(desk->teams[i].policy);
        int r = set_members(e, no, desk);
        if (r == 0)
            r = set_trees(e, no);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Each rep's teams, in order of team id, all in one array. */
static int set_memberships(struct eh_engine *e, const struct eh_desk *desk)
{
    size_t total = 0;
    for (uint32_t i = 0; i < desk->team_count; i++) {
        const struct team *team = &e->teams[eh_names_find(&e->team_names, desk->teams[i].id)];
        total += team->member_count;
        for (uint32_t m = 0; m < team->member_count; m++)
            e->reps[team->members[m].rep].membership_count++;
    }
    free(e->memberships);
    free(e->desk_teams);
    e->memberships = calloc(total + 1, sizeof *e->memberships);
    e->desk_teams = calloc(total + 1, sizeof *e->desk_teams);
    if (!e->memberships || !e->desk_teams)
        return -EH_ENOMEM;
    size_t at = 0;
    for (uint32_t i = 0; i < e->rep_names.count; i++) {
        e->reps[i].memberships = &e->memberships[at];
        e->reps[i].desk_teams = &e->desk_teams[at];
        at += e->reps[i].membership_count;
        e->reps[i].membership_count = 0;
    }
    for (uint32_t i = 0; i < desk->team_count; i++) {
        uint32_t no = eh_names_find(&e->team_names, desk->teams[i].id);
        for (uint32_t m = 0; m < e->teams[no].member_count; m++) {
            struct rep *rep = &e->reps[e->teams[no].members[m].rep];
            size_t to = (size_t)(rep->memberships - e->memberships) + rep->membership_count++;
            e->memberships[to] = (struct membership){no, m};
            e->desk_teams[to] = i;
        }
    }
    return 0;
}

/* Who never signalled is what his teams presume. */
int eh_roster_presumes(const struct eh_engine *e, uint32_t rep_no)
{
    const struct rep *rep = &e->reps[rep_no];
    for (uint32_t i = 0; i < rep->membership_count; i++)
        if (e->teams[rep->memberships[i].team].desk->presence == EH_PRESENCE_SIGNALLED)
            return EH_STATUS_AWAY;
    return EH_STATUS_AVAILABLE;
}

static void presume(struct eh_engine *e, uint32_t rep_no, int64_t now_us)
{
    struct rep *rep = &e->reps[rep_no];
    int status = eh_roster_presumes(e, rep_no);
    if (!rep->known || (!rep->signalled && rep->status != status)) {
        rep->known = true;
        rep->status = (uint8_t)status;
        rep->since_us = now_us;
        eh_digest_rep(e, rep_no);
    }
}

int eh_roster_install(struct eh_engine *e, struct desk_held *held, int64_t now_us)
{
    const struct eh_desk *desk = held->desk;
    struct desk_held *old = e->desk;
    int r = add_names(e, desk);
    if (r < 0)
        return r;
    for (uint32_t i = 0; i < e->team_names.count; i++)
        eh_eligible_leave_all(e, i);
    eh_ready_clear(e);
    set_reps_and_kinds(e, desk);
    e->desk = held;
    r = set_teams(e, desk);
    if (r == 0)
        r = set_memberships(e, desk);
    eh_desk_held_free(old);
    if (r < 0)
        return r;
    for (uint32_t i = 0; i < e->rep_names.count; i++)
        if (e->reps[i].present)
            presume(e, i, now_us);
    for (uint32_t i = 0; i < e->team_names.count; i++)
        if (e->teams[i].desk)
            eh_eligible_rebuild(e, i);
    return eh_affinity_rebuild(e);
}

static int install(struct step *s, struct desk_held *held)
{
    struct eh_engine *e = s->e;
    struct duty duty;
    int r = eh_duty_note(e, &duty);
    if (r == 0)
        r = eh_roster_install(e, held, s->now_us);
    if (r == 0)
        r = eh_duty_change(s, &duty);
    eh_duty_done(&duty);
    return r;
}

int eh_step_desk(struct step *s)
{
    struct eh_engine *e = s->e;
    if (e->desk && eh_str_equal(e->desk->text, s->m.text))
        return 0;
    struct desk_held *held;
    struct eh_error error = {0};
    int r = eh_desk_held_new(s->m.text, &held, &error);
    if (r == -EH_ENOMEM)
        return r;
    if (r < 0)
        return eh_step_refuse(s, EH_EINVAL, "%s", error.text);
    eh_desk_plans_publish(e->desk ? e->desk->desk : NULL, held->desk, e->rules < EH_RULES_TIES);
    r = refuse_change(s, held->desk);
    if (r < 0 || s->fx->refused) {
        eh_desk_held_free(held);
        return r;
    }
    s->touched = true;
    r = eh_past_turn(e, held->desk, s->in->date);
    if (r == 0)
        r = install(s, held);
    if (r < 0 && e->desk != held)
        eh_desk_held_free(held);
    if (r < 0)
        return r;
    eh_periods_adopt(e, s->in->date);
    struct eh_str counted = s->in->recalled.periods;
    return counted.size ? eh_periods_recall(e, counted) : 0;
}

/* ---- the day */

void eh_roster_set_date(struct eh_engine *e, int32_t date)
{
    e->date = date;
    for (uint32_t i = 0; i < e->team_names.count; i++)
        if (e->teams[i].desk)
            eh_eligible_rebuild(e, i);
}

int eh_roster_turn_date(struct step *s, int32_t date)
{
    struct duty duty;
    int r = eh_duty_note(s->e, &duty);
    if (r < 0)
        return r;
    eh_roster_set_date(s->e, date);
    r = eh_duty_change(s, &duty);
    eh_duty_done(&duty);
    return r;
}
