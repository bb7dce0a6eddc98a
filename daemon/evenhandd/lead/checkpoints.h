/*
 * checkpoints: when a line goes onto the file of checkpoints.
 */
#ifndef EVENHAND_LEAD_CHECKPOINTS_H
#define EVENHAND_LEAD_CHECKPOINTS_H

#include "host/child.h"
#include "lead/app.h"
#include "lead/checkpoint.h"

#define EH_CHECKPOINT_S 600 /* between two checkpoints when nothing calls for one */

#define EH_CHECKPOINTS_WAIT_MAX 16 /* while others are written */

struct eh_checkpoints {
    uint64_t input;                                        /* of the last one called for ... */
    int64_t at_us;                                         /* ... and when, monotonic */
    struct eh_child *child;                                /* writes the ones before, or NULL */
    struct eh_checkpoint waiting[EH_CHECKPOINTS_WAIT_MAX]; /* for it to end */
    size_t count;
};

void app_checkpoint_begin(struct eh_app *); /* the next is due in EH_CHECKPOINT_S */
void app_checkpoint_write(struct eh_app *, uint64_t input, struct eh_key digest,
                          const struct eh_chain *);
void app_checkpoint_maybe(struct eh_app *, const struct eh_batch *); /* it is committed */
bool app_checkpoint_pending(const struct eh_app *);                  /* one is being written */
void app_checkpoint_end(struct eh_app *);
void app_checkpoint_soon(struct eh_app *); /* with the next batch that is committed */

#endif
