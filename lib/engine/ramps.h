/*
 * ramps: owns who of a team comes back after a day or more and has a part of their share for a
 * while. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_RAMPS_H
#define EVENHAND_LIB_ENGINE_RAMPS_H

#include "units.h"

#define RAMPS_PER_STEP 1000 /* that end in it; further ones end in the next steps */

struct eh_engine;
struct member;
struct team;
struct ticket;

/* Who came back. Over when the account says another mark. */
struct ramp_entry {
    uint32_t rep;
    uint64_t mark;
    int64_t from_us;
};

/* The tickets that waited when somebody came back, and those of an earlier group apart. */
struct ramp_group {
    uint64_t mark; /* the last input before: no later ticket counts */
    uint64_t old;  /* that wait, and came after the mark of the group before */
};

/* The ramps of one team, by mark, then by rep id. They follow from accounts and tickets. */
struct ramps {
    struct ramp_entry *entries;                        /* owned */
    struct ramp_group *groups;                         /* owned */
    uint32_t entry_first, entry_count, entry_capacity; /* the first one; behind the last one */
    uint32_t group_first, group_count, group_capacity;
};

/* Sees whether the member is there now; begins a ramp when they come back. `eligible` alone calls
 * it. */
void eh_ramp_see(struct eh_engine *, uint32_t team, const struct member *, bool there);
/* The share that they are dealt by, ppm; at least 1. */
uint32_t eh_ramp_weight(const struct eh_engine *, const struct team *, const struct member *);
/* Until when; EH_TIME_NEVER: they have all of their share. */
int64_t eh_ramp_until(const struct eh_engine *, const struct team *, const struct member *);
/* A ticket begins to wait in its team, or ceases to. */
void eh_ramps_count(struct eh_engine *, const struct ticket *, bool in);
/* The next ramp of the team that is over: its rep; or NONE. It is none from then on. */
uint32_t eh_ramps_pop(struct eh_engine *, uint32_t team);
/* After a desk file took over reps and teams. -EH_ENOMEM. */
int eh_ramps_lay_out(struct eh_engine *) EH_MUST_CHECK;
void eh_ramps_done(struct ramps *);

#endif
