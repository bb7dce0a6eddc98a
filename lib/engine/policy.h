/*
 * policy: how one of the eligible reps is chosen. A policy is one file and one row of
 * evenhand/wire/policies.h; policies do not know each other.
 *
 *     const struct eh_policy *policy = eh_policy_find(eh_str("random"));
 *     r = policy->choose(&choice, draws, &position);   // 0 <= position < team->member_count
 */
#ifndef EVENHAND_LIB_ENGINE_POLICY_H
#define EVENHAND_LIB_ENGINE_POLICY_H

#include <evenhand/wire/policies.h>

#include "units.h"

struct decision;
struct eh_engine;
struct skill_set;
struct team;

struct eh_choice {
    const struct eh_engine *engine;
    const struct team *team;
    const struct skill_set *set; /* at least two are eligible */
    struct eh_draw_query query;
    int64_t value;           /* what the ticket is booked with, minor units */
    int64_t mean;            /* of the team's tickets, this one included; at least 1 */
    struct eh_bytes *detail; /* room for DETAIL_MAX bytes: what was compared */
};

/* Who could get a ticket, for people who ask how probable what happened was. */
struct eh_chances {
    uint32_t count;
    uint32_t *positions;          /* ascending */
    struct eh_deal_chance *items; /* a policy sets p alone */
    struct scored *scratch;       /* as many; see policy_balanced.c */
};

/* A score of 192 bits, in two's complement, and whose it is. */
struct scored {
    __int128 high;
    uint64_t low;
    uint32_t index;
};

struct eh_policy {
    const char *name; /* as in the desk file, and `why` of what it deals */
    bool by_load;     /* wants to know who has the least open points */
    bool by_slots;    /* keeps rounds */
    int (*choose)(const struct eh_choice *, struct eh_draws *, uint32_t *ret_position);
    void (*chances)(const struct eh_choice *, const struct eh_chances *);
    /* Before a ticket is dealt, while `avoid` (or NONE) is masked; true: the state changed. */
    bool (*prepare)(struct eh_engine *, uint32_t team, uint32_t set, uint32_t avoid); /* or NULL */
    /* The one at this position was chosen, by this decision, while `avoid` (or NONE) was masked. */
    void (*took)(struct eh_engine *, uint32_t team, uint32_t set, uint32_t position, uint32_t avoid,
                 const struct decision *); /* or NULL */
};

/* Defines the policy of the row `id`: EH_POLICY(random, .choose = …, .chances = …); */
#define EH_POLICY(id, ...) const struct eh_policy eh_policy_##id = {.name = #id, __VA_ARGS__}

#define EH_POLICY_DECLARED(name, ...) extern const struct eh_policy eh_policy_##name;
EH_POLICIES(EH_POLICY_DECLARED)
#undef EH_POLICY_DECLARED

const struct eh_policy *eh_policy_find(struct eh_str name); /* NULL: there is none */

#endif
