/*
 * checkpoints: when a line goes onto the file of checkpoints: of what is committed only, at each
 * draw epoch, and when the last one is old. See checkpoint.h for the line.
 */
#include "lead/app_private.h"

#include "host/log.h"

void app_checkpoint_write(struct eh_app *app, uint64_t input, struct eh_key digest,
                          const struct eh_chain *chain)
{
    struct eh_error error = {0};
    if (input <= app->checkpoint.input)
        return;
    app->checkpoint = (struct eh_checkpoint){input, digest, *chain};
    app->checkpoint_at_us = eh_clock_monotonic_us(); /* written or not: not tried for each batch */
    if (eh_checkpoint_append(app->config->checkpoint_file, &app->checkpoint, &error) == 0)
        return;
    app_error(app, error.text);
    eh_log(EH_LOG_ERROR, "%s", error.text);
}

/* At each draw epoch, and when the last one is old. */
void app_checkpoint_maybe(struct eh_app *app, const struct eh_batch *b)
{
    int64_t age_us = eh_clock_monotonic_us() - app->checkpoint_at_us;
    bool due = age_us >= EH_CHECKPOINT_S * INT64_C(1000000);
    for (size_t i = 0; !due && i < b->record_count; i++)
        due = b->records[i].type == EH_MESSAGE_DAY || b->records[i].type == EH_MESSAGE_REVEAL ||
              b->records[i].type == EH_MESSAGE_NEW_KEY ||
              b->records[i].type == EH_MESSAGE_ACCEPT_TIME;
    if (due)
        app_checkpoint_write(app, b->to_input, b->digest, &b->chain);
}

void app_checkpoint_soon(struct eh_app *app)
{
    app->checkpoint_at_us = eh_clock_monotonic_us() - EH_CHECKPOINT_S * INT64_C(1000000);
}
