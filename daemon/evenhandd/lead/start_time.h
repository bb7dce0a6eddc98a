/*
 * start_time: before anything is decided, whether the clock may be believed.
 */
#ifndef EVENHAND_LEAD_START_TIME_H
#define EVENHAND_LEAD_START_TIME_H

#include "lead/app.h"
#include "lead/trusted_time.h"

#define EH_TIME_WAIT_US 1000000 /* a start waits so long for Redis to say its time ... */
#define EH_TIME_LOOK_US 20000   /* ... and looks so often */

struct eh_start_time {
    struct eh_time_offset servers[EH_TIME_SERVERS];
    int64_t began_us;   /* of this process, monotonic */
    bool judged;        /* with both servers' clocks, once */
    const char *accept; /* why the clock is right, as the operator says, or NULL */
    bool accept_due;    /* not in the log yet */
    struct event *wait;
};

void app_time_begin(struct eh_app *, event_callback_fn on_waited);
void app_time_end(struct eh_app *);
bool app_time_waits(struct eh_app *); /* true: not now; on_waited comes back to it */
void app_time_wait_no_more(struct eh_app *);
int app_time_ready(struct eh_app *, struct eh_error *) EH_MUST_CHECK;
void app_time_ask_redis(struct eh_app *); /* the link came up */

void app_accept_time_ask(struct eh_app *, const char *reason);
bool app_accept_time_asked(const struct eh_app *);
bool app_accept_time_due(const struct eh_app *);
bool app_accept_time_take(struct eh_app *, struct eh_message *ret); /* false: none is due */
void app_accept_time_again(struct eh_app *); /* its input was not committed */
void app_accept_time_done(struct eh_app *);  /* it is in the log */

#endif
