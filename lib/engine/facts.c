/*
 * facts: what is counted in a bonus period by kind, rep or imported name.
 *
 * Each fact is an object of the digest; it is found by its period and what it is about, with
 * constant work. What is counted for the shadow plan stands in the same array, and is no part of
 * the state.
 */
#include "facts.h"

#include "digest.h"
#include "owned_text.h"
#include "state.h"

#include <stdlib.h>

/* ---- finding and making */

static struct eh_key fact_key(uint32_t period, uint8_t type, uint32_t rep, uint32_t kind)
{
    uint32_t numbers[4] = {period, type, rep, kind};
    return eh_key_of_text(eh_str_n((const char *)numbers, sizeof numbers));
}

static int fact_add(struct eh_engine *e, uint32_t period, const struct fact *fact, uint32_t *ret)
{
    int r = 0;
    uint32_t slot = e->facts.free;
    if (slot != NONE)
        e->facts.free = e->facts.slots[slot].next;
    else if ((r = eh_array_room(&e->facts.slots, &e->facts.capacity, e->facts.used + 1,
                                EH_ARRAY_MAX)) == 0)
        slot = e->facts.used++;
    if (r < 0)
        return r;
    e->facts.slots[slot] = *fact;
    uint32_t *head = fact->type == EH_FACT_IMPORT ? &e->periods.slots[period].imports
                                                  : &e->periods.slots[period].facts;
    e->facts.slots[slot].next = *head;
    *head = slot;
    e->facts.of_state += !e->periods.slots[period].shadow;
    *ret = slot;
    return 0;
}

uint32_t eh_fact_find(const struct eh_engine *e, uint32_t period, uint8_t type, uint32_t rep,
                      uint32_t kind)
{
    uint64_t found;
    return eh_table_get(&e->facts.index, fact_key(period, type, rep, kind), &found)
               ? (uint32_t)found
               : NONE;
}

int eh_fact_get(struct eh_engine *e, uint32_t period, uint8_t type, uint32_t rep, uint32_t kind,
                uint32_t *ret)
{
    struct eh_key key = fact_key(period, type, rep, kind);
    uint64_t found;
    if (eh_table_get(&e->facts.index, key, &found)) {
        *ret = (uint32_t)found;
        return 0;
    }
    struct fact fact = {.type = type, .rep = rep, .kind = kind};
    int r = fact_add(e, period, &fact, ret);
    return r < 0 ? r : eh_table_put(&e->facts.index, key, *ret);
}

/* There are EH_IMPORTS_MAX at most: a walk finds the name. */
uint32_t eh_import_find(const struct eh_engine *e, uint32_t period, struct eh_str name)
{
    uint32_t at = e->periods.slots[period].imports;
    while (at != NONE && !eh_str_equal(fact_name(&e->facts.slots[at]), name))
        at = e->facts.slots[at].next;
    return at;
}

int eh_import_get(struct eh_engine *e, uint32_t period, struct eh_str name, uint32_t *ret)
{
    *ret = eh_import_find(e, period, name);
    if (*ret != NONE)
        return 0;
    struct fact fact = {.type = EH_FACT_IMPORT, .rep = NONE, .kind = NONE};
    int r = eh_owned_text_set(&fact.name, &fact.name_size, name);
    if (r == 0)
        r = fact_add(e, period, &fact, ret);
    if (r < 0)
        free(fact.name);
    else
        e->periods.slots[period].import_count++;
    return r;
}

void eh_facts_drop(struct eh_engine *e, uint32_t period, uint32_t head)
{
    while (head != NONE) {
        struct fact *fact = &e->facts.slots[head];
        uint32_t next = fact->next;
        eh_digest_leave(e, &fact->hash);
        if (fact->type != EH_FACT_IMPORT)
            eh_table_remove(&e->facts.index, fact_key(period, fact->type, fact->rep, fact->kind));
        free(fact->name);
        *fact = (struct fact){.next = e->facts.free};
        e->facts.free = head;
        e->facts.of_state -= !e->periods.slots[period].shadow;
        head = next;
    }
}

void eh_facts_done(struct eh_engine *e)
{
    for (uint32_t i = 0; i < e->periods.used; i++) {
        free(e->periods.slots[i].frozen);
        free(e->periods.slots[i].statement);
    }
    for (uint32_t i = 0; i < e->facts.used; i++)
        free(e->facts.slots[i].name);
    free(e->periods.slots);
    free(e->facts.slots);
    eh_table_done(&e->facts.index);
}

/* ---- counting */

const struct eh_plan_measure *eh_plan_handle_time(const struct eh_bonus_plan *plan)
{
    for (uint32_t i = 0; i < plan->measure_count; i++)
        if (plan->measures[i].kind == EH_MEASURE_HANDLE_TIME)
            return &plan->measures[i];
    return NULL;
}

void eh_facts_touch(struct eh_engine *e, uint32_t period)
{
    struct period *p = &e->periods.slots[period];
    p->late += p->state != EH_PERIOD_OPEN;
    eh_digest_period(e, period);
}
