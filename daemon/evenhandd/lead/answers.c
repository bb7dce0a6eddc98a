/*
 * answers: whoever waits for a batch is told how it ended: commands their result, readers of the
 * state whether what they saw is committed.
 */
#include "lead/app_private.h"

void app_answer(struct eh_app *app, struct eh_item *item, const struct eh_command_result *result)
{
    struct eh_command *command = item->command;
    item->command = NULL;
    if (!command)
        return;
    app->commands--;
    app->command_bytes -= command->size;
    if (command->on_done)
        command->on_done(command->context, result);
    eh_command_free(command);
}

void app_tell_watchers(struct eh_batch *b, bool confirmed)
{
    struct eh_watcher *watcher = b->watchers;
    b->watchers = NULL;
    for (; watcher; watcher = watcher->next)
        watcher->on_confirmed(watcher->context, confirmed);
}

int eh_app_when_confirmed(struct eh_app *app, eh_confirmed_fn *on_confirmed, void *context)
{
    struct eh_batch *b = app->in_flight_last;
    if (!b) {
        on_confirmed(context, true);
        return 0;
    }
    struct eh_watcher *watcher = eh_arena_alloc(&b->arena, sizeof *watcher);
    if (!watcher)
        return -EH_ENOMEM;
    *watcher = (struct eh_watcher){on_confirmed, context, b->watchers};
    b->watchers = watcher;
    return 0;
}

void app_answer_commands(struct eh_app *app, struct eh_batch *b,
                         const struct eh_command_result *result)
{
    for (size_t i = b->item_count; i > 0; i--) {
        struct eh_item *item = &b->items[i - 1];
        if (!item->command)
            continue;
        app_answer(app, item, result);
        b->command_count--;
        eh_batch_remove(b, item);
    }
}

void app_drop_batch(struct eh_app *app, struct eh_batch *b)
{
    (void)app;
    app_tell_watchers(b, false);
    eh_batch_free(b);
}

/* Nothing is known of what became of it, or it was never decided. */
void app_give_up_batch(struct eh_app *app, struct eh_batch *b, const char *why)
{
    const struct eh_command_result result = {.code = -EH_EUNAVAILABLE, .message = why};
    for (size_t i = 0; b && i < b->item_count; i++)
        app_answer(app, &b->items[i], &result);
    if (b)
        app_tell_watchers(b, false);
    eh_batch_free(b);
}

void app_give_up_list(struct eh_app *app, struct eh_batch **list, const char *why)
{
    while (*list) {
        struct eh_batch *b = *list;
        *list = b->next;
        app_give_up_batch(app, b, why);
    }
}
