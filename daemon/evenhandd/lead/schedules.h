/*
 * schedules: hands over to the engine who works when: directly behind a desk, at a leader's start,
 * and on each day what enters the window.
 */
#ifndef EVENHAND_LEAD_SCHEDULES_H
#define EVENHAND_LEAD_SCHEDULES_H

#include "lead/app.h"

struct eh_schedules {
    bool looked;  /* since the leader began to decide */
    int32_t date; /* of the day that was handed over for last */
};

void app_schedules_begin(struct eh_app *);
/* Hands over what the engine lacks on that day, if it was not looked at yet. */
int app_step_schedules(struct eh_app *, struct eh_batch *, int32_t date) EH_MUST_CHECK;
/* The same behind a desk that was taken. */
int app_step_desk_schedules(struct eh_app *, struct eh_batch *, int32_t date) EH_MUST_CHECK;
bool app_schedules_wait(const struct eh_app *); /* nobody looked yet */

#endif
