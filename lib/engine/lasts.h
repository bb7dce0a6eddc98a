/*
 * lasts: who closed each customer's last ticket in a team, for as long as `affinity_for` of the
 * team; kept for teams with `affinity: last`. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_LASTS_H
#define EVENHAND_LIB_ENGINE_LASTS_H

#include "units.h"

struct eh_engine;
struct ticket;

#define EH_LASTS_PER_DAY 4096 /* so many are forgotten at most when a day begins */

/* Who closed a customer's last ticket in a team. */
struct last {
    struct eh_key customer; /* digest */
    struct eh_key hash;
    int64_t closed_us;
    uint64_t ticket; /* number of that ticket */
    uint32_t team, rep;
    uint32_t at; /* place in the heap; of the free slots: the next */
};

/* All of them, in slots. */
struct lasts {
    struct last *slots;
    uint32_t used, capacity, free;
    uint32_t *heap; /* of slots: whose time is up first, then by team and customer */
    uint32_t count, heap_capacity;
    struct eh_table index; /* team and customer -> slot */
};

/* Who closed the last ticket of this one's customer in its team, if the team asks for it and the
 * time is not up; or NULL. It is valid until the next change. */
const struct last *eh_last_find(const struct eh_engine *, const struct ticket *, int64_t now_us);
/* A ticket is closed, or its closing is another one now; or it opens again, before it is dealt. */
int eh_last_note(struct eh_engine *, const struct ticket *, int64_t now_us) EH_MUST_CHECK;
/* Forgets those whose time is up, at most so many. True: there were some. */
bool eh_lasts_expire(struct eh_engine *, int64_t now_us, uint32_t most);
/* The desk is another one: forgets those of teams that do not ask for it any more. */
void eh_lasts_settle(struct eh_engine *);
/* The log was led back: what is dated after `to_us` is moved by as much. */
void eh_lasts_back(struct eh_engine *, int64_t to_us, int64_t delta_us);
/* Adds one as it was, when an engine is restored. -EH_ECORRUPT: there is one of this customer, or
 * no room. */
int eh_last_add(struct eh_engine *, const struct last *) EH_MUST_CHECK;
void eh_lasts_done(struct eh_engine *);

#endif
