/*
 * facts: owns what is counted in bonus periods by kind, rep or imported name. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_FACTS_H
#define EVENHAND_LIB_ENGINE_FACTS_H

#include "units.h"

struct eh_engine;

/* One fact of a period; its type says which numbers it uses. */
struct fact {
    uint8_t type; /* enum eh_fact_type; 0: a free slot */
    bool has_paid, has_contract, excluded;
    uint32_t rep, kind; /* or NONE */
    uint32_t next;
    char *name; /* owned; imports alone */
    uint32_t name_size;
    int64_t closed, won, lost;
    int64_t paid, contract;
    int64_t count, last;
    __int128 sum;
    struct eh_key hash;
};

/* The facts of all periods, in slots. */
struct facts {
    struct fact *slots;
    uint32_t used, capacity, free;
    uint32_t of_state;     /* so many belong to the state's own periods */
    struct eh_table index; /* period, type, rep and kind -> fact; imports are not in it */
};

static inline struct eh_str fact_name(const struct fact *fact)
{
    return eh_str_n(fact->name, fact->name_size);
}

static inline int64_t eh_passed_ms(int64_t from_us, int64_t to_us)
{
    return to_us > from_us ? (to_us - from_us) / 1000 : 0;
}

void eh_facts_done(struct eh_engine *);
/* The imported figure of that name, or NONE. */
uint32_t eh_import_find(const struct eh_engine *, uint32_t period, struct eh_str name);
/* Drops the facts of a list of the period. */
void eh_facts_drop(struct eh_engine *, uint32_t period, uint32_t head);
/* Something was counted in the period. */
void eh_facts_touch(struct eh_engine *, uint32_t period);
/* The plan's measure of handling time, or NULL. */
const struct eh_plan_measure *eh_plan_handle_time(const struct eh_bonus_plan *);
/* The fact there is, or NONE; the second makes it if there is none. */
uint32_t eh_fact_find(const struct eh_engine *, uint32_t period, uint8_t type, uint32_t rep,
                      uint32_t kind); /* or NONE */
int eh_fact_get(struct eh_engine *, uint32_t period, uint8_t type, uint32_t rep, uint32_t kind,
                uint32_t *ret) EH_MUST_CHECK;
int eh_import_get(struct eh_engine *, uint32_t period, struct eh_str name,
                  uint32_t *ret) EH_MUST_CHECK;

#endif
