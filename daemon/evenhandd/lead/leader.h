/*
 * leader: leading, standing by, losing the lease.
 */
#ifndef EVENHAND_LEAD_LEADER_H
#define EVENHAND_LEAD_LEADER_H

#include "lead/app.h"
#include "inbox/inbox.h"
#include "store/recovery.h"

struct eh_leader {
    struct eh_recovery *recovery; /* the state is built again from the log, or NULL */
    struct event *hold_over;      /* the time to try refused inputs once more */
    bool inbox_up;
};

/* Begins with the services that life.c has made. */
void app_begin(struct eh_app *);
void app_end(struct eh_app *);
void app_forget_all(struct eh_app *, const char *why); /* answers what is not answered yet */
/* The last writes of a clean stop: checkpoint, ledger, snapshot, each if there is something new. */
void app_final_writes(struct eh_app *);
/* Begins a clean stop: reads nothing more, and logs all kept signals. */
void app_stop(struct eh_app *);
enum eh_role app_role(const struct eh_app *);
bool app_deciding(const struct eh_app *);
const struct eh_head *app_head(const struct eh_app *); /* of the last batch decided */
bool app_inbox_up(const struct eh_app *);
bool app_recovering(const struct eh_app *);
extern const struct eh_store_callbacks app_store_callbacks;
extern const struct eh_inbox_callbacks app_inbox_callbacks;
/* eh_outbox_want_fn: a page of what was committed, from the store. */
void app_want_notices(void *context, uint64_t from_seq, uint64_t from_dead_input);

#endif
