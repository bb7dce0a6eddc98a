/*
 * names: numbers for ids, never given again, and the arrays that go by them.
 */
#include "calls.h"

#include <stdlib.h>

#define ROOM_DOUBLES 32768 /* items */

int eh_room(void *items, uint32_t *capacity, uint32_t count, size_t size)
{
    if (count <= *capacity)
        return 0;
    uint32_t bigger = *capacity ? *capacity : 16;
    while (bigger < count) /* what is large grows less, lest half of it lie idle */
        bigger += bigger < ROOM_DOUBLES ? bigger : bigger / 8;
    void *old;
    memcpy(&old, items, sizeof old);
    char *grown = realloc(old, bigger * size);
    if (!grown)
        return -EH_ENOMEM;
    memcpy(items, &grown, sizeof grown);
    *capacity = bigger;
    return 0;
}

uint32_t eh_names_find(const struct names *names, struct eh_str name)
{
    uint64_t no;
    return eh_table_get(&names->index, eh_key_of_text(name), &no) ? (uint32_t)no : NONE;
}

static int names_add(struct names *names, struct eh_str name, uint32_t *ret)
{
    uint32_t no = eh_names_find(names, name);
    if (no != NONE) {
        *ret = no;
        return 0;
    }
    if (names->count >= NAMES_MAX)
        return -EH_EFULL;
    int r = eh_room(&names->items, &names->capacity, names->count + 1, sizeof *names->items);
    if (r < 0)
        return r;
    struct eh_str copy = eh_arena_str(&names->text, name);
    if (!copy.data)
        return -EH_ENOMEM;
    r = eh_table_put(&names->index, eh_key_of_text(name), names->count);
    if (r < 0)
        return r;
    names->items[names->count] = copy;
    *ret = names->count++;
    return 0;
}

void eh_names_done(struct names *names)
{
    eh_table_done(&names->index);
    eh_arena_done(&names->text);
    free(names->items);
}

int eh_engine_add_rep(struct eh_engine *e, struct eh_str id, uint32_t *ret)
{
    uint32_t count = e->rep_names.count;
    int r = eh_room(&e->reps, &e->reps_capacity, count + 1, sizeof *e->reps);
    if (r == 0)
        r = eh_room(&e->expiries, &e->expiry_capacity, count + 1, sizeof *e->expiries);
    if (r == 0)
        r = names_add(&e->rep_names, id, ret);
    if (r == 0 && *ret == count)
        e->reps[count] = (struct rep){.status = EH_STATUS_AVAILABLE,
                                      .until_us = EH_TIME_NEVER,
                                      .held = {.until_us = EH_TIME_NEVER},
                                      .since = EH_DATE_ALWAYS,
                                      .since_until = EH_DATE_NEVER,
                                      .expiry_at = NONE,
                                      .open = {NONE, NONE, 0}};
    return r;
}

int eh_engine_add_team(struct eh_engine *e, struct eh_str id, uint32_t *ret)
{
    uint32_t count = e->team_names.count;
    int r = eh_room(&e->teams, &e->teams_capacity, count + 1, sizeof *e->teams);
    if (r == 0)
        r = names_add(&e->team_names, id, ret);
    if (r == 0 && *ret == count)
        e->teams[count] =
            (struct team){.periods = NONE, .shadow_periods = NONE, .past = {.day = EH_DATE_ALWAYS}};
    return r;
}

int eh_engine_add_kind(struct eh_engine *e, struct eh_str id, uint32_t *ret)
{
    uint32_t count = e->kind_names.count;
    int r = eh_room(&e->kinds, &e->kinds_capacity, count + 1, sizeof *e->kinds);
    if (r == 0)
        r = names_add(&e->kind_names, id, ret);
    if (r == 0 && *ret == count)
        e->kinds[count] = (struct kind){0};
    return r;
}

int eh_engine_add_zone(struct eh_engine *e, struct eh_str name, uint32_t *ret)
{
    return names_add(&e->zone_names, name, ret);
}

static struct eh_key account_key(uint32_t team, uint32_t rep)
{
    uint32_t pair[2] = {team, rep};
    return eh_key_of_text(eh_str_n((const char *)pair, sizeof pair));
}

uint32_t eh_account_find(const struct eh_engine *e, uint32_t team, uint32_t rep)
{
    uint64_t no;
    return eh_table_get(&e->account_index, account_key(team, rep), &no) ? (uint32_t)no : NONE;
}

struct account *eh_account_add(struct eh_engine *e, uint32_t team, uint32_t rep)
{
    if (e->account_count >= ACCOUNTS_MAX ||
        eh_room(&e->accounts, &e->account_capacity, e->account_count + 1, sizeof *e->accounts) <
            0 ||
        eh_table_put(&e->account_index, account_key(team, rep), e->account_count) < 0)
        return NULL;
    struct account *account = &e->accounts[e->account_count++];
    *account = (struct account){.team = team, .rep = rep};
    return account;
}

struct account *eh_account(struct eh_engine *e, uint32_t team, uint32_t rep)
{
    uint32_t no = eh_account_find(e, team, rep);
    if (no != NONE)
        return &e->accounts[no];
    struct account *account = eh_account_add(e, team, rep);
    if (account)
        eh_digest_account(e, account);
    return account;
}

static int refuse_name(struct step *s, const char *what, struct eh_str id)
{
    return eh_step_refuse(s, EH_ENOTFOUND, "%s: %.*s is not on the desk", what, EH_STR_ARG(id));
}

int eh_step_rep(struct step *s, uint32_t *ret)
{
    uint32_t no = eh_names_find(&s->e->rep_names, s->m.rep);
    bool there = no != NONE && s->e->reps[no].present;
    *ret = there ? no : NONE;
    return there ? 0 : refuse_name(s, "rep", s->m.rep);
}

int eh_step_team(struct step *s, uint32_t *ret)
{
    uint32_t no = eh_names_find(&s->e->team_names, s->m.team);
    bool there = no != NONE && s->e->teams[no].desk;
    *ret = there ? no : NONE;
    return there ? 0 : refuse_name(s, "team", s->m.team);
}
