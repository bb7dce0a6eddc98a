/*
 * kinds: owns how many open tickets of each limited kind a rep has. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_KINDS_H
#define EVENHAND_LIB_ENGINE_KINDS_H

#include "units.h"

struct eh_engine;
struct member;
struct team;
struct ticket;

/* Open tickets of each rep on the desk, of all teams, for each kind that some team limits. They
 * follow from the tickets. */
struct kind_counters {
    uint32_t *open; /* by the rep's index on the desk, then by the kind's counter; owned */
    uint32_t count; /* counters a rep */
};

/* How many open tickets of the kind the team lets a share of 1.0 have; 0: any. */
uint32_t eh_kind_most(const struct eh_engine *, uint32_t team, uint32_t kind);
uint32_t eh_kind_open(const struct eh_engine *, uint32_t rep, uint32_t kind);
bool eh_kind_is_full(const struct eh_engine *, uint32_t rep, uint32_t kind, uint32_t most);
/* Bit i: the member is full for sets[i], as the tickets are now. */
uint64_t eh_kind_full_sets(const struct eh_engine *, const struct team *, const struct member *);
/* Counts an open ticket of its rep in or out. The rep's eligibility may be another one then. */
void eh_kind_count(struct eh_engine *, const struct ticket *, bool in);
/* Sets what the team says of the set's kind. */
void eh_kind_limit_set(struct eh_engine *, uint32_t team, uint32_t set);
/* After a desk file took over reps, teams and kinds: counts anew. -EH_ENOMEM. */
int eh_kinds_lay_out(struct eh_engine *) EH_MUST_CHECK;

#endif
