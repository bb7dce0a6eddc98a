/*
 * interner: gives ids their numbers, which are never given again, and makes room in the arrays that
 * these numbers index. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_INTERNER_H
#define EVENHAND_LIB_ENGINE_INTERNER_H

#include "units.h"

struct eh_engine;

#define INTERNED_MAX (1u << 20) /* reps, teams or kinds ever known */
/* Ids by number. Text lives as long as the engine. */
struct interner {
    struct eh_table index;
    struct eh_arena text;
    struct eh_str *items;
    uint32_t count, capacity;
};

static inline struct eh_str interned(const struct interner *names, uint32_t no)
{
    return no == NONE ? (struct eh_str){NULL, 0} : names->items[no];
}

/* The number of an id, or NONE. */
uint32_t eh_interner_find(const struct interner *, struct eh_str);
void eh_interner_done(struct interner *);
int eh_intern_rep(struct eh_engine *, struct eh_str id, uint32_t *ret) EH_MUST_CHECK;
int eh_intern_team(struct eh_engine *, struct eh_str id, uint32_t *ret) EH_MUST_CHECK;
int eh_intern_kind(struct eh_engine *, struct eh_str id, uint32_t *ret) EH_MUST_CHECK;
int eh_intern_source(struct eh_engine *, struct eh_str name, uint32_t *ret) EH_MUST_CHECK;
int eh_intern_zone(struct eh_engine *, struct eh_str name, uint32_t *ret) EH_MUST_CHECK;

#endif
