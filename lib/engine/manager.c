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
    r = eh_ticket_touch(s, slot);
    if (r < 0)
        return r;
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
    r = eh_ticket_touch(s, slot);
    if (r < 0)
        return r;
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

/* ---- release
 *
 * By ticket number, in rounds: each gives back as many as the step may have effects. A round keeps
 * in mind how far it came, so each ticket is given back once, whatever the rep says meanwhile.
 */

/* The `most` lowest numbers of those that were offered: a heap, the highest of them on top. */
struct lowest {
    struct place *items;
    uint32_t count, most;
    uint64_t offered;
};

static void sift_up(struct lowest *l, uint32_t at)
{
    while (at > 0 && l->items[(at - 1) / 2].no < l->items[at].no) {
        struct place swap = l->items[at];
        l->items[at] = l->items[(at - 1) / 2];
        l->items[(at - 1) / 2] = swap;
        at = (at - 1) / 2;
    }
}

static void sift_down(struct lowest *l)
{
    for (uint32_t at = 0, child; (child = 2 * at + 1) < l->count; at = child) {
        if (child + 1 < l->count && l->items[child].no < l->items[child + 1].no)
            child++;
        if (l->items[at].no >= l->items[child].no)
            return;
        struct place swap = l->items[at];
        l->items[at] = l->items[child];
        l->items[child] = swap;
    }
}

static void offer(struct lowest *l, struct place place)
{
    l->offered++;
    if (l->count < l->most) {
        l->items[l->count] = place;
        sift_up(l, l->count++);
    } else if (l->most > 0 && place.no < l->items[0].no) {
        l->items[0] = place;
        sift_down(l);
    }
}

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

/* The rep's next tickets to be released, by number, at most ret->most; the caller frees them. */
static int open_of(const struct eh_engine *e, const struct rep *rep, struct lowest *ret)
{
    struct eh_str scope = eh_str_n(rep->scope, rep->scope_size);
    ret->items = malloc((ret->most + (size_t)1) * sizeof *ret->items);
    if (!ret->items)
        return -EH_ENOMEM;
    for (uint32_t slot = rep->open.first; slot != NONE; slot = e->tickets[slot].next) {
        const struct ticket *t = &e->tickets[slot];
        if (t->no > rep->released && !t->aside && has_team(scope, name_of(&e->team_names, t->team)))
            offer(ret, (struct place){t->no, slot});
    }
    qsort(ret->items, ret->count, sizeof *ret->items, by_number);
    return 0;
}

/* From the rep into the queue of its set. */
static int give_back(struct step *s, uint32_t slot, uint32_t rep)
{
    struct ticket *t = &s->e->tickets[slot];
    eh_deal_detach(s->e, slot);
    t->was = rep;
    t->given_back = s->e->rules >= EH_RULES_SLICES;
    int r = eh_queue_reserve(s->e, t->team, t->set);
    if (r < 0)
        return r;
    eh_queue_push(s->e, slot);
    eh_digest_ticket(s->e, slot);
    return 0;
}

/* Tells where those wait that nobody got. */
static int tell_waiting(struct step *s, const struct lowest *given, uint32_t rep)
{
    struct eh_engine *e = s->e;
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < given->count; i++) {
        struct ticket *t = &e->tickets[given->items[i].slot];
        t->given_back = false;
        if (t->state != EH_TICKET_WAITING)
            continue;
        struct decision decision = {.why = eh_waiting_why(e, t)};
        r = eh_step_emit(s, EH_NOTICE_WAITING, t, NONE, rep, &decision);
    }
    return r;
}

static void drop_releasing(struct eh_engine *e, uint32_t rep)
{
    uint32_t at = 0;
    while (e->releasing[at] != rep)
        at++;
    e->releasing[at] = e->releasing[--e->releasing_count];
}

static int set_releasing(struct eh_engine *e, uint32_t rep_no, bool releasing)
{
    struct rep *rep = &e->reps[rep_no];
    int r = 0;
    if (releasing && !rep->releasing)
        r = eh_releasing_add(e, rep_no);
    else if (!releasing && rep->releasing)
        drop_releasing(e, rep_no);
    rep->releasing = releasing;
    if (r == 0 && !releasing)
        r = eh_rep_set_text(&rep->scope, &rep->scope_size, eh_str_n(NULL, 0));
    return r;
}

/* How many tickets a round gives back: half of the step, when others are to be dealt, too. */
static uint32_t round_of(const struct step *s)
{
    const struct eh_engine *e = s->e;
    bool others = e->rules >= EH_RULES_SLICES && e->ready_count > 0;
    return others && s->m.type == EH_MESSAGE_DUE ? s->deals_left / 2 : s->deals_left;
}

/* Where it came to, and whether there is more to come. */
static int end_round(struct step *s, uint32_t rep_no, const struct lowest *given)
{
    struct rep *rep = &s->e->reps[rep_no];
    bool more = given->offered > given->count;
    if (s->e->rules >= EH_RULES_SLICES) {
        rep->released = !more ? 0 : given->count ? given->items[given->count - 1].no : 0;
        rep->release_round = more ? s->in->no : 0;
        s->deals_left -= given->count; /* each is dealt or told to wait */
    }
    return set_releasing(s->e, rep_no, more);
}

static int release_round(struct step *s, uint32_t rep_no)
{
    struct eh_engine *e = s->e;
    struct lowest given = {.most = round_of(s)};
    int r = open_of(e, &e->reps[rep_no], &given);
    if (r < 0)
        return r;
    r = end_round(s, rep_no, &given);
    for (uint32_t i = 0; r == 0 && i < given.count; i++)
        r = give_back(s, given.items[i].slot, rep_no);
    if (r == 0)
        r = eh_deal_waiting(s);
    if (r == 0)
        r = tell_waiting(s, &given, rep_no);
    free(given.items);
    eh_digest_rep(e, rep_no);
    return r;
}

int eh_releasing_add(struct eh_engine *e, uint32_t rep)
{
    int r = eh_room(&e->releasing, &e->releasing_capacity, e->releasing_count + 1,
                    sizeof *e->releasing);
    if (r == 0)
        e->releasing[e->releasing_count++] = rep;
    return r;
}

/* The one whose last round is the longest ago; before EH_RULES_SLICES the first by id. */
static bool comes_before(const struct eh_engine *e, uint32_t a, uint32_t b)
{
    uint64_t left = e->reps[a].release_round, right = e->reps[b].release_round;
    if (left != right)
        return left < right;
    return eh_str_compare(e->rep_names.items[a], e->rep_names.items[b]) < 0;
}

static uint32_t next_releasing(const struct eh_engine *e)
{
    uint32_t first = e->releasing[0];
    for (uint32_t i = 1; i < e->releasing_count; i++)
        if (comes_before(e, e->releasing[i], first))
            first = e->releasing[i];
    return first;
}

int eh_release_round(struct step *s)
{
    s->touched = true;
    return release_round(s, next_releasing(s->e));
}

int eh_release_next(const struct step *s, uint32_t *ret_slot)
{
    const struct eh_engine *e = s->e;
    struct lowest next = {.most = 1};
    int r = open_of(e, &e->reps[next_releasing(e)], &next);
    if (r == 0)
        *ret_slot = next.count ? next.items[0].slot : NONE;
    free(next.items);
    return r;
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
    rep->released = 0;
    eh_signal_newest(s, no);
    eh_held_drop(e, no);
    eh_signal_set(e, no, EH_STATUS_AWAY, s->now_us, EH_TIME_NEVER);
    r = eh_step_signal(s, no, EH_STATUS_AWAY, s->now_us, EH_TIME_NEVER);
    return r < 0 ? r : release_round(s, no);
}
