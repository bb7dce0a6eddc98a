/*
 * bonus_kit: the worked example: a plan out of a desk file, and the facts of its March.
 */
#ifndef TESTS_UNIT_BONUS_KIT_H
#define TESTS_UNIT_BONUS_KIT_H

#include <evenhand/bonus/apportion.h>
#include <evenhand/bonus/bonus.h>
#include <evenhand/wire/desk.h>

#include <stdio.h>
#include <stdlib.h>

#include <criterion/criterion.h>

enum { ANA, BO, CY, DEE, ELI, REPS };
enum { ORDER, QUOTE, QUERY, KINDS };

struct example {
    struct eh_arena arena;
    struct eh_error error;
    struct eh_desk *desk;
    struct eh_bonus_plan *plan;
    struct eh_bonus_kind kinds[KINDS];
    struct eh_bonus_member members[REPS];
    int64_t closed[REPS][KINDS];
    struct eh_bonus_facts facts;
};

static inline struct eh_str kit_file(const char *name, struct eh_arena *arena)
{
    static char data[65536];
    char path[1024];
    snprintf(path, sizeof path, TEST_DATA "/plans/%s", name);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    size_t size = fread(data, 1, sizeof data, file);
    fclose(file);
    char *copy = eh_arena_copy(arena, data, size);
    cr_assert_not_null(copy);
    return eh_str_n(copy, size);
}

static inline int32_t kit_date(const char *text)
{
    int32_t days = 0;
    cr_assert_eq(eh_date_parse(eh_str(text), &days, NULL), 0);
    return days;
}

static inline struct eh_period kit_period(const char *text)
{
    struct eh_period period = {0};
    cr_assert_eq(eh_period_parse(eh_str(text), &period, NULL), 0);
    return period;
}

/* 655 s as mixed: orders 700 s, quotes 650 s, queries 625 s. */
static inline void kit_kinds(struct example *e)
{
    static const int64_t means_ms[] = {700000, 650000, 625000}, closed[] = {20, 200, 192};
    static const char *const ids[] = {"order", "quote", "query"};
    for (unsigned i = 0; i < KINDS; i++)
        e->kinds[i] = (struct eh_bonus_kind){.id = eh_str(ids[i]),
                                             .closed = closed[i],
                                             .handled_count = closed[i],
                                             .handled_ms = closed[i] * means_ms[i]};
}

static inline void kit_members(struct example *e)
{
    static const int64_t minutes[] = {10080, 9600, 5040, 4800, 6240};
    static const int64_t closed[REPS][KINDS] = {
        {8, 80, 72}, {4, 50, 50}, {4, 30, 34}, {2, 10, 10}, {2, 30, 26}};
    const struct eh_desk_team *team = &e->desk->teams[0];
    memcpy(e->closed, closed, sizeof closed);
    for (uint32_t i = 0; i < REPS; i++) {
        struct eh_bonus_stay stay = {team->members[i].from, team->members[i].until};
        e->members[i] = (struct eh_bonus_member){.rep = e->desk->reps[i].id,
                                                 .since = e->desk->reps[i].since,
                                                 .has_paid = true,
                                                 .paid_minutes = minutes[i],
                                                 .closed = e->closed[i]};
        eh_bonus_count_days(&stay, 1, e->facts.period, &e->members[i]);
    }
}

static inline void example_init(struct example *e)
{
    *e = (struct example){0};
    int r = eh_desk_parse(kit_file("good/desk.yaml", &e->arena), &e->arena, &e->desk, &e->error);
    cr_assert_eq(r, 0, "%s", e->error.text);
    e->plan = e->desk->plans;
    e->facts = (struct eh_bonus_facts){.period = kit_period("2026-03"),
                                       .kinds = e->kinds,
                                       .kind_count = KINDS,
                                       .revenue = 12934567,
                                       .ratings = 184,
                                       .rating_sum = 812,
                                       .firsts = 412,
                                       .reopened = 23,
                                       .members = e->members,
                                       .member_count = REPS,
                                       .carry_open = -1240};
    kit_kinds(e);
    kit_members(e);
}

static inline void example_done(struct example *e)
{
    eh_arena_done(&e->arena);
}

static inline struct eh_bonus_result *example_compute(struct example *e)
{
    struct eh_bonus_result *result = NULL;
    int r = eh_bonus_compute(e->plan, &e->facts, &e->arena, &result, &e->error);
    cr_assert_eq(r, 0, "%s", e->error.text);
    return result;
}

#endif
