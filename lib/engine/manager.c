/*
 * manager: what a manager may do with tickets: assign one, move one, release those of a rep.
 */
#include "state.h"

#include <stdlib.h>

/* The open or waiting ticket the message names; refuses otherwise (NONE). */
static int find(struct step *s, uint32_t *ret)
{
    const struct eh_message *m = &s->m;
    *ret = eh_ticket_find(s->e, eh_ticket_identity(m->source, m->id));
    if (*ret != NONE)
        return 0;
    if (s->in->recalled.ticket_known)
        return eh_step_refuse(s, EH_ECONFLICT, "ticket %.*s/%.*s is closed; reopen it first",
                              EH_STR_ARG(m->source), EH_STR_ARG(m->id));
    return eh_step_refuse(s, EH_ENOTFOUND, "ticket %.*s/%.*s is not open or waiting",
                          EH_STR_ARG(m->source), EH_STR_ARG(m->id));
}

int eh_step_assign(struct step *s)
{
    struct eh_engine *e = s->e;
    uint32_t slot;
    int r = find(s, &slot);
    if (r < 0 || slot == NONE)
        return r;
    struct ticket *t = &e->tickets[slot];
    uint32_t rep = eh_names_find(&e->rep_names, s->m.rep);
    if (rep == NONE || eh_member_active(e, t->team, rep) == NONE)
        return eh_step_refuse(s, EH_ECONFLICT, "rep: %.*s is not in team %.*s today",
                              EH_STR_ARG(s->m.rep), EH_STR_ARG(name_of(&e->team_names, t->team)));
    if (t->state == EH_TICKET_ASSIGNED && t->rep == rep)
        return 0;
    uint32_t was = t->state == EH_TICKET_ASSIGNED ? t->rep : t->was;
    struct decision decision = {.why = "manager"};
    s->touched = true;
    eh_deal_detach(e, slot);
    r = eh_deal_book(s, slot, rep, was, &decision);
    return r < 0 ? r : eh_step_image(s, t);
}

int eh_step_move(struct step *s)
{
    struct eh_engine *e = s->e;
    uint32_t slot, set, team;
    int r = find(s, &slot);
    if (r < 0 || slot == NONE)
        return r;
    struct ticket *t = &e->tickets[slot];
    r = eh_step_team(s, &team);
    if (r < 0 || team == NONE)
        return r;
    if (team == t->team)
        return 0;
    r = eh_set_acquire(e, team, ticket_skills(t), s->in->no, &set);
    if (r == -EH_EFULL)
        return eh_step_refuse(s, EH_EFULL,
                              "skills: open tickets of team %.*s require %d different sets of "
                              "skills already",
                              EH_STR_ARG(s->m.team), EH_SKILL_SETS_MAX);
    if (r < 0)
        return r;
    s->touched = true;
    uint32_t was = t->state == EH_TICKET_ASSIGNED ? t->rep : t->was;
    eh_deal_detach(e, slot);
    eh_affinity_leave(e, slot);
    eh_ledger_forget(t);
    eh_ticket_count(e, t, false);
    eh_set_release(e, t->team, t->set);
    t->team = team;
    t->set = set;
    t->was = NONE;
    eh_ticket_count(e, t, true);
    r = eh_affinity_join(e, slot);
    if (r == 0)
        r = eh_step_emit(s, EH_NOTICE_MOVED, t, NONE, was, NULL);
    if (r == 0)
        r = eh_deal_or_wait(s, slot);
    return r < 0 ? r : eh_step_image(s, t);
}

/* ---- release */

static int by_number(const void *a, const void *b)
{
    const struct place *left = a, *right = b;
    return left->no < right->no ? -1 : left->no > right->no;
}

/* Whether a list of team ids, joined by '\x1f', has this one; the empty list has all. */
static bool has_team(struct eh_str list, struct eh_str team)
{
    bool has = list.size == 0;
    while (!has && list.size > 0) {
        const char *end = memchr(list.data, '\x1f', list.size);
        size_t size = end ? (size_t)(end - list.data) : list.size;
        has = eh_str_equal(eh_str_n(list.data, size), team);
        list = end ? eh_str_n(end + 1, list.size - size - 1) : eh_str_n(NULL, 0);
    }
    return has;
}

/* The rep's open tickets to be released, by number; the caller frees them. */
static int open_of(const struct eh_engine *e, const struct rep *rep, struct place **ret,
                   uint32_t *ret_count)
{
    struct eh_str scope = eh_str_n(rep->scope, rep->scope_size);
    struct place *places = malloc((rep->open.count + 1) * sizeof *places);
    if (!places)
        return -EH_ENOMEM;
    uint32_t count = 0;
    for (uint32_t slot = rep->open.first; slot != NONE; slot = e->tickets[slot].next)
        if (has_team(scope, name_of(&e->team_names, e->tickets[slot].team)))
            places[count++] = (struct place){e->tickets[slot].no, slot};
    qsort(places, count, sizeof *places, by_number);
    *ret = places;
    *ret_count = count;
    return 0;
}

/* From the rep into the queue of its set. */
static int give_back(struct step *s, uint32_t slot, uint32_t rep)
{
    struct ticket *t = &s->e->tickets[slot];
    eh_deal_detach(s->e, slot);
    t->was = rep;
    int r = eh_queue_reserve(s->e, t->team, t->set);
    if (r < 0)
        return r;
    eh_queue_push(s->e, slot);
    eh_digest_ticket(s->e, slot);
    return 0;
}

/* Tells where those wait that nobody got. */
static int tell_waiting(struct step *s, const struct place *places, uint32_t count, uint32_t rep)
{
    struct eh_engine *e = s->e;
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < count; i++) {
        const struct ticket *t = &e->tickets[places[i].slot];
        if (t->state != EH_TICKET_WAITING)
            continue;
        const struct team *team = &e->teams[t->team];
        struct decision decision = {.why = eh_waiting_why(team, &team->sets[t->set])};
        r = eh_step_emit(s, EH_NOTICE_WAITING, t, NONE, rep, &decision);
    }
    return r;
}

static int release_round(struct step *s, uint32_t rep_no)
{
    struct eh_engine *e = s->e;
    struct rep *rep = &e->reps[rep_no];
    struct place *places;
    uint32_t all;
    int r = open_of(e, rep, &places, &all);
    if (r < 0)
        return r;
    uint32_t count = all < s->deals_left ? all : s->deals_left;
    bool more = all > count;
    e->releasing += (uint32_t)more - (uint32_t)rep->releasing; /* modulo 2^32 */
    rep->releasing = more;
    if (!more)
        r = eh_rep_set_text(&rep->scope, &rep->scope_size, eh_str_n(NULL, 0));
    for (uint32_t i = 0; r == 0 && i < count; i++)
        r = give_back(s, places[i].slot, rep_no);
    if (r == 0)
        r = eh_deal_waiting(s);
    if (r == 0)
        r = tell_waiting(s, places, count, rep_no);
    free(places);
    eh_digest_rep(e, rep_no);
    return r;
}

int eh_release_round(struct step *s)
{
    struct eh_engine *e = s->e;
    uint32_t first = NONE;
    for (uint32_t i = 0; i < e->rep_names.count; i++)
        if (e->reps[i].releasing &&
            (first == NONE || eh_str_compare(e->rep_names.items[i], e->rep_names.items[first]) < 0))
            first = i;
    eh_require(first != NONE);
    s->touched = true;
    return release_round(s, first);
}

int eh_step_release(struct step *s)
{
    struct eh_engine *e = s->e;
    uint32_t no;
    int r = eh_step_rep(s, &no);
    if (r < 0 || no == NONE)
        return r;
    struct rep *rep = &e->reps[no];
    s->touched = true;
    r = eh_rep_set_text(&rep->reason, &rep->reason_size, s->m.reason);
    if (r == 0)
        r = eh_rep_set_text(&rep->scope, &rep->scope_size, s->m.team);
    if (r < 0)
        return r;
    rep->signalled = true;
    eh_signal_set(e, no, EH_STATUS_AWAY, s->now_us, EH_TIME_NEVER);
    r = eh_step_signal(s, no, EH_STATUS_AWAY, s->now_us, EH_TIME_NEVER);
    return r < 0 ? r : release_round(s, no);
}
