/*
 * queue: the required-skill sets of a team and the tickets that wait in each.
 *
 * A queue is a heap by priority, then age; a waiting ticket knows its place. A set is ready when
 * both somebody is eligible and something waits, a team when one of its sets is: after a step that
 * is only so when deals are left over.
 */
#include "policy.h"

#include <stdlib.h>

static struct skill_set *set_of(struct eh_engine *e, uint32_t team, uint32_t set)
{
    return &e->teams[team].sets[set];
}

/* ---- sets */

static uint32_t find_set(const struct team *team, struct eh_str skills)
{
    for (uint32_t i = 0; i < team->set_count; i++) {
        const struct skill_set *set = &team->sets[i];
        if (set->skills && eh_str_equal(eh_str_n(set->skills, set->skills_size), skills))
            return i;
    }
    return NONE;
}

/* A place for one set more: a new one while there is room, else the one unused for longest. A
 * place that is free already counts as room. */
static uint32_t find_place(const struct team *team)
{
    if (team->set_count < EH_SKILL_SETS_MAX)
        return team->set_count;
    uint32_t best = NONE;
    for (uint32_t i = 0; i < team->set_count; i++)
        if (team->sets[i].uses == 0 &&
            (best == NONE || team->sets[i].last_use < team->sets[best].last_use))
            best = i;
    return best;
}

bool eh_set_room(const struct eh_engine *e, uint32_t team, struct eh_str skills)
{
    return find_set(&e->teams[team], skills) != NONE || find_place(&e->teams[team]) != NONE;
}

/* The set goes, or its rounds do: what they owe is not lost. */
void eh_set_end_rounds(struct eh_engine *e, const struct team *team, uint32_t set_no)
{
    struct skill_set *set = &team->sets[set_no];
    for (uint32_t i = 0; i < team->member_count; i++)
        eh_turns_put_down(e, team, set_no, i);
    free(set->slots);
    free(set->dues);
    set->slots = NULL;
    set->dues = NULL;
    set->turns = (struct turns){0};
    if (set->dealt)
        eh_digest_set(e, (uint32_t)(team - e->teams), set_no);
}

void eh_set_done(struct eh_engine *e, uint32_t team, uint32_t set_no)
{
    struct skill_set *set = set_of(e, team, set_no);
    if (set->slots)
        eh_set_end_rounds(e, &e->teams[team], set_no);
    if (set->skills)
        eh_ledger_close_set(e, team, set_no);
    free(set->skills);
    free(set->tree);
    free(set->queue);
    *set = (struct skill_set){.skills = NULL};
}

static int make_set(struct eh_engine *e, uint32_t team_no, uint32_t place, struct eh_str skills)
{
    struct team *team = &e->teams[team_no];
    char *copy = malloc(skills.size + 1);
    struct node *tree = calloc(2 * (size_t)team->leaves, sizeof *tree);
    struct slot *slots = NULL;
    __int128 *dues = NULL;
    bool rounds = team->policy->by_slots;
    if (rounds) {
        slots = calloc(team->member_count + (size_t)1, sizeof *slots);
        dues = calloc(2 * (size_t)team->leaves, sizeof *dues);
    }
    struct skill_set *sets = team->sets;
    if (place == team->set_count)
        sets = realloc(team->sets, (place + 1) * sizeof *sets);
    if (sets)
        team->sets = sets;
    if (!copy || !tree || (rounds && (!slots || !dues)) || !sets) {
        free(copy);
        free(tree);
        free(slots);
        free(dues);
        return -EH_ENOMEM;
    }
    if (place == team->set_count)
        team->set_count++;
    else
        eh_set_done(e, team_no, place);
    if (skills.size)
        memcpy(copy, skills.data, skills.size);
    sets[place] = (struct skill_set){
        .skills = copy, .skills_size = skills.size, .tree = tree, .slots = slots, .dues = dues};
    eh_eligible_build_set(e, team_no, place);
    return 0;
}

int eh_set_acquire(struct eh_engine *e, uint32_t team_no, struct eh_str skills, uint64_t input,
                   uint32_t *ret)
{
    struct team *team = &e->teams[team_no];
    uint32_t at = find_set(team, skills);
    if (at == NONE) {
        at = find_place(team);
        if (at == NONE)
            return -EH_EFULL;
        int r = make_set(e, team_no, at, skills);
        if (r < 0)
            return r;
    }
    team->sets[at].uses++;
    if (input > team->sets[at].last_use)
        team->sets[at].last_use = input;
    *ret = at;
    return 0;
}

int eh_set_add(struct eh_engine *e, uint32_t team_no, struct eh_str skills, uint64_t last_use,
               uint32_t *ret)
{
    struct team *team = &e->teams[team_no];
    uint32_t at = team->set_count;
    if (at == EH_SKILL_SETS_MAX || find_set(team, skills) != NONE)
        return -EH_ECORRUPT;
    int r = make_set(e, team_no, at, skills);
    if (r < 0)
        return r;
    team->sets[at].last_use = last_use;
    *ret = at;
    return 0;
}

void eh_set_release(struct eh_engine *e, uint32_t team, uint32_t set)
{
    eh_assert(set_of(e, team, set)->uses > 0);
    set_of(e, team, set)->uses--;
}

/* ---- what is ready */

void eh_set_check_ready(struct eh_engine *e, uint32_t team_no, uint32_t set_no)
{
    struct team *team = &e->teams[team_no];
    const struct skill_set *set = set_of(e, team_no, set_no);
    uint64_t bit = UINT64_C(1) << set_no, was = team->ready;
    bool ready = set->queue_count > 0 && set->tree[1].count > 0;
    team->ready = ready ? was | bit : was & ~bit;
    if ((was != 0) == (team->ready != 0))
        return;
    e->ready[team->desk_index / 64] ^= UINT64_C(1) << team->desk_index % 64;
    e->ready_count += ready ? 1 : UINT32_MAX; /* modulo 2^32 */
    team->ready_since = e->restoring ? 0 : e->input + 1;
}

void eh_ready_clear(struct eh_engine *e)
{
    memset(e->ready, 0, sizeof e->ready);
    e->ready_count = 0;
    for (uint32_t i = 0; i < e->team_names.count; i++)
        e->teams[i].ready = 0;
}

/* Of the bits of a word from `place` on; 64: none. */
static uint32_t first_from(uint64_t word, uint32_t place)
{
    word &= UINT64_MAX << place;
    return word ? (uint32_t)__builtin_ctzll(word) : 64;
}

uint32_t eh_ready_team(const struct eh_engine *e, uint32_t place)
{
    uint32_t at = place / 64 % READY_WORDS, from = place % 64;
    for (uint32_t i = 0; i <= READY_WORDS; i++, at = (at + 1) % READY_WORDS, from = 0) {
        uint32_t bit = first_from(e->ready[at], from);
        if (bit < 64)
            return eh_names_find(&e->team_names, e->desk->desk->teams[64 * at + bit].id);
    }
    return NONE;
}

/* ---- queues */

static void put(struct eh_engine *e, struct skill_set *set, uint32_t at, uint32_t slot)
{
    set->queue[at] = slot;
    e->tickets[slot].queue_at = at;
}

static bool before(const struct eh_engine *e, const struct skill_set *set, uint32_t a, uint32_t b)
{
    return eh_ticket_before(&e->tickets[set->queue[a]], &e->tickets[set->queue[b]]);
}

static void swap(struct eh_engine *e, struct skill_set *set, uint32_t a, uint32_t b)
{
    uint32_t slot = set->queue[a];
    put(e, set, a, set->queue[b]);
    put(e, set, b, slot);
}

static void settle(struct eh_engine *e, struct skill_set *set, uint32_t at)
{
    while (at > 0 && before(e, set, at, (at - 1) / 2)) {
        swap(e, set, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child + 1 < set->queue_count && before(e, set, child + 1, child))
            child++;
        if (child >= set->queue_count || !before(e, set, child, at))
            return;
        swap(e, set, at, child);
        at = child;
    }
}

int eh_queue_reserve(struct eh_engine *e, uint32_t team, uint32_t set_no)
{
    struct skill_set *set = set_of(e, team, set_no);
    return eh_room(&set->queue, &set->queue_capacity, set->queue_count + 1, sizeof *set->queue);
}

void eh_queue_push(struct eh_engine *e, uint32_t slot)
{
    const struct ticket *t = &e->tickets[slot];
    struct skill_set *set = set_of(e, t->team, t->set);
    eh_require(set->queue_count < set->queue_capacity);
    put(e, set, set->queue_count++, slot);
    settle(e, set, set->queue_count - 1);
    eh_set_check_ready(e, t->team, t->set);
}

void eh_queue_remove(struct eh_engine *e, uint32_t slot)
{
    struct ticket *t = &e->tickets[slot];
    if (t->aside) { /* it stands in none */
        t->aside = false;
        return;
    }
    struct skill_set *set = set_of(e, t->team, t->set);
    uint32_t at = t->queue_at, last = set->queue[--set->queue_count];
    t->queue_at = NONE;
    if (last != slot) {
        put(e, set, at, last);
        settle(e, set, at);
    }
    eh_set_check_ready(e, t->team, t->set);
}

const char *eh_waiting_why(const struct eh_engine *e, const struct ticket *t)
{
    const struct team *team = &e->teams[t->team];
    const struct skill_set *set = &team->sets[t->set];
    if (t->aside)
        return "aside";
    if (set->tree[1].count > 0 && e->rules >= EH_RULES_SLICES)
        return "queue";
    if (e->rules >= EH_RULES_UNDOABLE && set->able == 0 && team->today > 0)
        return "skill";
    if (team->available == 0)
        return "nobody";
    return set->available == 0 ? "skill" : "full";
}
