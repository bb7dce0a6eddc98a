/*
 * skill_set: owns the required-skill sets of a team. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_SKILL_SET_H
#define EVENHAND_LIB_ENGINE_SKILL_SET_H

#include "amount.h"
#include "turns.h"
#include "units.h"

struct eh_engine;
struct team;

#define SETS_MAX (EH_DESK_TEAMS_MAX * EH_SKILL_SETS_MAX)
/* The members below a node who may receive a ticket of this set now. */
struct node {
    uint64_t weight; /* sum of shares, ppm */
    uint32_t count;
    uint32_t best;  /* position of one with the least load; kept for policies by load */
    uint32_t ties;  /* how many have that load */
    uint32_t slots; /* left in the round; kept for policies by slots */
};

/* Tickets of one team that require the same skills; those of a limited kind apart. */
struct skill_set {
    char *skills; /* owned; NULL: free */
    uint32_t skills_size;
    uint32_t kind;            /* of its tickets, which the team limits or limited; or NONE */
    uint32_t most;            /* open tickets of that kind with a share of 1.0; 0: any */
    bool dealt;               /* something was dealt in it: an object of the digest */
    struct amount cumulative; /* entitlement per ppm of share since the set was made */
    struct amount carry;      /* what the divisions left over; below the weight that divided */
    struct eh_key hash;
    struct turns turns;
    struct slot *slots; /* by position; NULL where the policy has no rounds */
    __int128 *dues;     /* a tree as `tree` is, of the least; NULL with `slots` */
    uint32_t uses;      /* open and waiting tickets; at 0 it may be replaced */
    uint32_t available; /* available members that have the skills */
    uint32_t able; /* members of today that have them, in whatever state; it follows from them */
    uint64_t last_use; /* input */
    struct node *tree; /* tree[1] is all; leaves from tree[team->leaves] on */
    uint32_t *queue;   /* heap of waiting tickets: priority, then number */
    uint32_t queue_count, queue_capacity;
};

/* What a set is for: tickets that require these skills and are of this kind. */
struct set_of {
    struct eh_str skills;
    uint32_t kind; /* NONE: of any kind that the team does not limit */
};

/* The set that a ticket of these skills and this kind stands in. */
struct set_of eh_set_of(const struct eh_engine *, uint32_t team, struct eh_str skills,
                        uint32_t kind);
/* The team's set of that, made if there is none; it has one use more. -EH_EFULL: all sets are in
 * use. */
int eh_set_acquire(struct eh_engine *, uint32_t team, struct set_of, uint64_t input,
                   uint32_t *ret) EH_MUST_CHECK;
bool eh_set_room(const struct eh_engine *, uint32_t team, struct set_of);
bool eh_set_is(const struct skill_set *, struct set_of);
void eh_set_release(struct eh_engine *, uint32_t team, uint32_t set);
void eh_set_done(struct eh_engine *, uint32_t team, uint32_t set);
void eh_set_end_rounds(struct eh_engine *, const struct team *, uint32_t set);
/* Adds a set as it was, unused, when an engine is restored. */
int eh_set_add(struct eh_engine *, uint32_t team, struct set_of, uint64_t last_use,
               uint32_t *ret) EH_MUST_CHECK;

#endif
