/*
 * time_back: the log had gone astray in time, and an operator leads it back to the true one.
 * Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_TIME_BACK_H
#define EVENHAND_LIB_ENGINE_TIME_BACK_H

#include "units.h"

struct step;

/* The step's time is true; `from_us`, up to where the log had come, was not. What is dated after
 * the true time is moved back by as much. Call it before the new date is set. */
int eh_time_back(struct step *, int64_t from_us) EH_MUST_CHECK;

#endif
