/*
 * period_list: owns the bonus periods of all teams. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_PERIOD_LIST_H
#define EVENHAND_LIB_ENGINE_PERIOD_LIST_H

#include "units.h"

struct eh_engine;

/* What is known of all bonus periods of a team. It stays when the team goes. */
struct purse {
    bool used;          /* the team had a plan: an object of the digest */
    int32_t planned_on; /* when its first plan came */
    int32_t settled;    /* up to this day, periods are settled for good; EH_DATE_ALWAYS: none is */
    int64_t carry_open; /* what later pools have to take back: 0 or less */
    struct eh_key hash;
};

/* A bonus period of a team in which something happened: the part of the state that is hashed and
 * kept in snapshots, but for a shadow. eh_period_view is what others see of it. */
struct period {
    uint32_t team;
    struct eh_period period;
    int32_t first, last;              /* its days */
    const struct eh_bonus_plan *plan; /* that governs it */
    bool shadow;                      /* of the shadow plan: no part of the state */
    uint8_t state;                    /* enum eh_period_state, up to CLOSED */
    uint64_t late;
    uint32_t last_version, paid_version;
    int64_t gross, carry, net, carry_open; /* of the last version */
    char *frozen, *statement;              /* owned */
    uint32_t frozen_size, statement_size;
    struct eh_key frozen_key, statement_key; /* hashes of them */
    __int128 revenue, response_ms, cycle_ms;
    int64_t ratings, rating_sum, reopened, responses, cycles;
    int64_t firsts, cancelled; /* EH_RULES_TICKETS */
    __int128 answer_ms;        /* EH_RULES_ANSWERS */
    int64_t answers, answers_timed, answers_in_time;
    uint32_t facts, imports; /* lists */
    uint32_t import_count;
    uint32_t older; /* of the team; of the free slots */
    struct eh_key hash;
};

/* The periods of all teams, in slots. */
struct periods {
    struct period *slots;
    uint32_t used, capacity, free;
};

/* Whether a closing of that date can be counted: 0, or -EH_EFULL and why not. */
int eh_facts_room(const struct eh_engine *, uint32_t team, int32_t date,
                  struct eh_error *) EH_MUST_CHECK;
/* Where the team's list of periods begins. */
uint32_t *eh_period_head(struct eh_engine *, uint32_t team, bool shadow);
/* The period of a date under the plan that governs it; NONE: none does. */
int eh_period_get(struct eh_engine *, uint32_t team, int32_t date, bool shadow,
                  uint32_t *ret) EH_MUST_CHECK;
/* The period of a date in the list that begins at `head`, or NONE. */
uint32_t eh_period_find(const struct eh_engine *, uint32_t head, int32_t date);
int eh_period_add(struct eh_engine *, uint32_t team, struct eh_period, const struct eh_bonus_plan *,
                  bool shadow, uint32_t *ret) EH_MUST_CHECK;
/* The period in which a closing of that date counts, or NONE; the second makes it if a plan governs
 * the date. */
uint32_t eh_facts_period(struct eh_engine *, uint32_t team, int32_t date, bool shadow);
int eh_facts_make_period(struct eh_engine *, uint32_t team, int32_t date, bool shadow,
                         uint32_t *ret) EH_MUST_CHECK;
void eh_period_drop(struct eh_engine *, uint32_t slot);
/* Whether the date is settled for good: its period is not kept, and nothing counts there any
 * more. */
bool eh_period_settled(const struct eh_engine *, uint32_t team, int32_t date);

#endif
