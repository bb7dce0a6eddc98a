/*
 * step: one input is decided, and what it causes becomes rows of its batch.
 */
#ifndef EVENHAND_LEAD_STEP_H
#define EVENHAND_LEAD_STEP_H

#include "lead/app.h"

#define EH_DEAD_BODIES_A_MINUTE 100

/* Bodies of refused entries that are kept, in this minute. */
struct eh_dead_bodies {
    int64_t minute; /* since 1970 */
    unsigned kept;
};

struct eh_step {
    struct eh_dead_bodies dead_bodies;
    struct eh_bytes scratch;
};

/* `item` is NULL for what nobody sent. */
int app_step(struct eh_app *, struct eh_batch *, struct eh_input *,
             const struct eh_item *) EH_MUST_CHECK;
/* One more word about what was done to the message. */
int app_step_add_word(struct eh_batch *, struct eh_message *, const char *word) EH_MUST_CHECK;
void app_step_end(struct eh_app *);

#endif
