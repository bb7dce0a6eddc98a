/*
 * facts: what is counted in a bonus period by kind, rep or imported name.
 *
 * Each fact is an object of the digest; it is found by its period and what it is about, with
 * constant work. What is counted for the shadow plan stands in the same array, and is no part of
 * the state.
 */
#include "facts.h"

#include <stdlib.h>

/* ---- finding and making */

static struct eh_key key_of(uint32_t period, uint8_t type, uint32_t rep, uint32_t kind)
{
    uint32_t numbers[4] = {period, type, rep, kind};
    return eh_key_of_text(eh_str_n((const char *)numbers, sizeof numbers));
}

static int add_fact(struct eh_engine *e, uint32_t period, const struct fact *fact, uint32_t *ret)
{
    int r = 0;
    uint32_t slot = e->free_fact;
    if (slot != NONE)
        e->free_fact = e->facts[slot].next;
    else if ((r = eh_array_room(&e->facts, &e->fact_capacity, e->fact_count + 1, EH_ARRAY_MAX)) ==
             0)
        slot = e->fact_count++;
    if (r < 0)
        return r;
    e->facts[slot] = *fact;
    uint32_t *head =
        fact->type == EH_FACT_IMPORT ? &e->periods[period].imports : &e->periods[period].facts;
    e->facts[slot].next = *head;
    *head = slot;
    e->facts_used += !e->periods[period].shadow;
    *ret = slot;
    return 0;
}

uint32_t eh_fact_find(const struct eh_engine *e, uint32_t period, uint8_t type, uint32_t rep,
                      uint32_t kind)
{
    uint64_t found;
    return eh_table_get(&e->fact_index, key_of(period, type, rep, kind), &found) ? (uint32_t)found
                                                                                 : NONE;
}

int eh_fact_get(struct eh_engine *e, uint32_t period, uint8_t type, uint32_t rep, uint32_t kind,
                uint32_t *ret)
{
    struct eh_key key = key_of(period, type, rep, kind);
    uint64_t found;
    if (eh_table_get(&e->fact_index, key, &found)) {
        *ret = (uint32_t)found;
        return 0;
    }
    struct fact fact = {.type = type, .rep = rep, .kind = kind};
    int r = add_fact(e, period, &fact, ret);
    return r < 0 ? r : eh_table_put(&e->fact_index, key, *ret);
}

/* There are EH_IMPORTS_MAX at most: a walk finds the name. */
uint32_t eh_import_find(const struct eh_engine *e, uint32_t period, struct eh_str name)
{
    uint32_t at = e->periods[period].imports;
    while (at != NONE && !eh_str_equal(fact_name(&e->facts[at]), name))
        at = e->facts[at].next;
    return at;
}

int eh_import_get(struct eh_engine *e, uint32_t period, struct eh_str name, uint32_t *ret)
{
    *ret = eh_import_find(e, period, name);
    if (*ret != NONE)
        return 0;
    struct fact fact = {.type = EH_FACT_IMPORT, .rep = NONE, .kind = NONE};
    int r = eh_rep_set_text(&fact.name, &fact.name_size, name);
    if (r == 0)
        r = add_fact(e, period, &fact, ret);
    if (r < 0)
        free(fact.name);
    else
        e->periods[period].import_count++;
    return r;
}

void eh_facts_drop(struct eh_engine *e, uint32_t period, uint32_t head)
{
    while (head != NONE) {
        struct fact *fact = &e->facts[head];
        uint32_t next = fact->next;
        eh_digest_leave(e, &fact->hash);
        if (fact->type != EH_FACT_IMPORT)
            eh_table_remove(&e->fact_index, key_of(period, fact->type, fact->rep, fact->kind));
        free(fact->name);
        *fact = (struct fact){.next = e->free_fact};
        e->free_fact = head;
        e->facts_used -= !e->periods[period].shadow;
        head = next;
    }
}

void eh_facts_done(struct eh_engine *e)
{
    for (uint32_t i = 0; i < e->period_count; i++) {
        free(e->periods[i].frozen);
        free(e->periods[i].statement);
    }
    for (uint32_t i = 0; i < e->fact_count; i++)
        free(e->facts[i].name);
    free(e->periods);
    free(e->facts);
    eh_table_done(&e->fact_index);
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
    struct period *p = &e->periods[period];
    p->late += p->state != EH_PERIOD_OPEN;
    eh_digest_period(e, period);
}
