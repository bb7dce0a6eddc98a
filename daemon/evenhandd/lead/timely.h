/*
 * timely: inputs that nobody sends. Each function appends its own, if there is something to say.
 */
#ifndef EVENHAND_LEAD_TIMELY_H
#define EVENHAND_LEAD_TIMELY_H

#include "lead/app.h"

bool app_time_brings(struct eh_app *); /* something is to be said or due, whoever sends what */
int app_step_rules(struct eh_app *, struct eh_batch *) EH_MUST_CHECK;
int app_step_new_key(struct eh_app *, struct eh_batch *) EH_MUST_CHECK;
int app_step_accept_time(struct eh_app *, struct eh_batch *) EH_MUST_CHECK;
int app_step_skipped_tickets(struct eh_app *, struct eh_batch *) EH_MUST_CHECK;
int app_step_day(struct eh_app *, struct eh_batch *, int32_t *ret_date) EH_MUST_CHECK;
/* Shifts that are due, until the batch weighs as much as it may. */
int app_step_shifts(struct eh_app *, struct eh_batch *) EH_MUST_CHECK;
bool app_shift_is_due(const struct eh_app *, const struct eh_batch *); /* some still are */
/* What is due, until the batch weighs `most`. */
int app_step_due(struct eh_app *, struct eh_batch *, int32_t date, uint32_t most) EH_MUST_CHECK;
bool app_is_due(const struct eh_app *, const struct eh_batch *); /* something still is */
/* When something will be; of the times of tickets only what need not wait for the inbox. */
int64_t app_due_us(const struct eh_app *);

#endif
