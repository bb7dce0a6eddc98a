/*
 * shift_heap: what begins or ends next of hours and absences: a heap. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_SHIFT_HEAP_H
#define EVENHAND_LIB_ENGINE_SHIFT_HEAP_H

#include "units.h"

struct eh_engine;
struct rep;
struct schedule;

/* An item of the heap is a schedule's number, or a rep's with this bit. */
#define SHIFT_OF_REP 0x80000000U

/* When a schedule goes on or off next, as its members were told; EH_TIME_NEVER: it does not. */
int64_t eh_schedule_next_us(const struct schedule *);
/* When the next of a rep's absences begins or ends. */
int64_t eh_absence_next_us(const struct rep *);
/* Makes room for schedules up to this number, and for all reps. */
int eh_shifts_reserve(struct eh_engine *, uint32_t schedules) EH_MUST_CHECK;
/* Move a schedule, or a rep with absences, to the place of their next change. */
void eh_shift_place(struct eh_engine *, uint32_t schedule);
void eh_absence_place(struct eh_engine *, uint32_t rep);
/* When the next change is due; a turn under way: at once. EH_TIME_NEVER: nothing is. */
int64_t eh_shift_due(const struct eh_engine *);

#endif
