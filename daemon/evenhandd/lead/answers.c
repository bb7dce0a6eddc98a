/*
 * answers: tells how a batch ended: a command gets its result, and a reader of the state hears
 * whether that state is committed.
 */
#include "lead/parts.h"

void app_answer(struct eh_app *app, struct eh_item *item, const struct eh_command_result *result)
{
    struct eh_command *command = item->command;
    item->command = NULL;
    item->input.parsed_desk = NULL; /* it goes with the command */
    if (!command)
        return;
    app->answers.commands--;
    app->answers.bytes -= command->size;
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
    struct eh_batch *b = app_in_flight_last(app);
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

void app_drop_batch(struct eh_batch *b)
{
    app_tell_watchers(b, false);
    eh_batch_free(b);
}

static void batch_give_up(struct eh_app *app, struct eh_batch *b, const char *why)
{
    const struct eh_command_result result = {.code = -EH_EUNAVAILABLE, .message = why};
    for (size_t i = 0; i < b->item_count; i++)
        app_answer(app, &b->items[i], &result);
    app_drop_batch(b);
}

void app_give_up_all(struct eh_app *app, const char *why)
{
    struct eh_batch *all = app_take_all(app);
    for (struct eh_batch *next; all; all = next) {
        next = all->next;
        batch_give_up(app, all, why);
    }
}

void app_answer_waiting(struct eh_app *app, const struct eh_command_result *result)
{
    for (struct eh_batch *b = app_waiting(app, NULL); b; b = app_waiting(app, b))
        app_answer_commands(app, b, result);
}

bool app_command_fits(const struct eh_app *app, const struct eh_command *c)
{
    size_t all = app->answers.commands + (c->reserve ? 0 : EH_COMMANDS_RESERVE);
    size_t bytes = app->answers.bytes + (c->reserve ? 0 : EH_COMMANDS_BYTES_RESERVE);
    return all < EH_COMMANDS_MAX && (c->size == 0 || bytes + c->size <= EH_COMMANDS_BYTES_MAX);
}

void app_command_taken(struct eh_app *app, const struct eh_command *c)
{
    app->answers.commands++;
    app->answers.bytes += c->size;
}
