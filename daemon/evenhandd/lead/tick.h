/*
 * tick: from a batch that is there to one that is committed and answered, and when to look again.
 */
#ifndef EVENHAND_LEAD_TICK_H
#define EVENHAND_LEAD_TICK_H

#include "lead/app.h"

struct eh_tick {
    struct event *timer; /* for what time brings next */
};

void app_tick_begin(struct eh_app *);
void app_tick_end(struct eh_app *);
void app_timer_arm(struct eh_app *);
void app_timer_stop(struct eh_app *);
void app_recalled(void *context, struct eh_batch *);  /* of struct eh_store_callbacks ... */
void app_committed(void *context, struct eh_batch *); /* ... as this one */

#endif
