/*
 * facts: what the files on bonus periods ask of each other. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_FACTS_H
#define EVENHAND_LIB_ENGINE_FACTS_H

#include "calls.h"

static inline struct eh_str fact_name(const struct fact *fact)
{
    return eh_str_n(fact->name, fact->name_size);
}

/* period_bytes.c: all of them, of the state; or those of the shadow whose team has no plan. Read,
 * they come to what there is. */
void eh_periods_put(const struct eh_engine *, bool shadow, struct eh_bytes *);
int eh_periods_read(struct eh_engine *, struct eh_reader *) EH_MUST_CHECK;
/* periods.c: facts that were counted from the log for plans that begin in the past. */
int eh_periods_recall(struct eh_engine *, struct eh_str bytes) EH_MUST_CHECK;

/* facts.c: so long ago that it is not kept: nothing counts there any more. */
static inline bool eh_period_settled(const struct eh_engine *e, uint32_t team, int32_t date)
{
    const struct purse *purse = &e->teams[team].purse;
    return purse->used && date <= purse->settled;
}

/* facts.c: in a list of periods, the one of a date, or NONE. */
uint32_t eh_period_find(const struct eh_engine *, uint32_t head, int32_t date);
int eh_period_add(struct eh_engine *, uint32_t team, struct eh_period, const struct eh_bonus_plan *,
                  bool shadow, uint32_t *ret) EH_MUST_CHECK;
/* The period in which a closing of that date counts, or NONE; ... made, where a plan governs. */
uint32_t eh_facts_period(struct eh_engine *, uint32_t team, int32_t date, bool shadow);
int eh_facts_make_period(struct eh_engine *, uint32_t team, int32_t date, bool shadow,
                         uint32_t *ret) EH_MUST_CHECK;
/* Something was counted in it. */
void eh_facts_touch(struct eh_engine *, uint32_t period);
/* Its measure of that name, or NULL. */
const struct eh_plan_measure *eh_plan_handle_time(const struct eh_bonus_plan *);
static inline int64_t eh_passed_ms(int64_t from_us, int64_t to_us)
{
    return to_us > from_us ? (to_us - from_us) / 1000 : 0;
}
void eh_period_drop(struct eh_engine *, uint32_t slot);
/* The one there is or a new one. */
uint32_t eh_fact_find(const struct eh_engine *, uint32_t period, uint8_t type, uint32_t rep,
                      uint32_t kind); /* or NONE */
int eh_fact_get(struct eh_engine *, uint32_t period, uint8_t type, uint32_t rep, uint32_t kind,
                uint32_t *ret) EH_MUST_CHECK;
int eh_import_get(struct eh_engine *, uint32_t period, struct eh_str name,
                  uint32_t *ret) EH_MUST_CHECK;
bool eh_imports_full(const struct eh_engine *, uint32_t team, int32_t date, struct eh_str name);
/* ... whether the period has such a figure already. */
bool eh_import_known(const struct eh_engine *, uint32_t team, struct eh_period, struct eh_str name);
/* figures.c: refuses a figure that nobody can count; `plan`: that governs its period, or NULL. */
int eh_figure_check(struct step *, uint32_t team, struct eh_period,
                    const struct eh_bonus_plan *plan) EH_MUST_CHECK;
/* periods.c: the message's period is of another kind than those of the plan. */
int eh_step_refuse_kind(struct step *, const struct eh_bonus_plan *) EH_MUST_CHECK;
int eh_facts_imported(struct eh_engine *, uint32_t team, struct eh_period,
                      const struct eh_message *) EH_MUST_CHECK;
int eh_facts_excluded(struct eh_engine *, uint32_t team, struct eh_period, uint32_t rep,
                      const struct eh_message *) EH_MUST_CHECK;

#endif
