/*
 * history: facts of the past for plans that begin there.
 *
 * A desk file may bring a team its first plan with a `from` that is over. Tickets closed since then
 * stand in the log alone. When nothing is in flight, the command line counts them there, and the
 * desk file is decided with the result, before anything else. Nothing is decided meanwhile, so the
 * child is as urgent as the daemon. Tickets wait in Redis, and everything can be read.
 */
#include <stdlib.h>

#include "lead/parts.h"
#include "host/command_line.h"
#include "host/log.h"

#define OUTPUT_MAX (16u << 20) /* bytes it may print */
#define LATE_MS    9000        /* when somebody waits for the answer */
#define PATIENT_MS 600000      /* when nobody waits */
#define NUMBER_MAX 20          /* digits */

/* How many plans of this desk file begin in the past of teams that had none. */
static size_t late_plans(const struct eh_app *app, const struct eh_desk *desk)
{
    struct eh_totals totals;
    eh_engine_totals(app->state.engine, &totals);
    return eh_engine_late_plans(app->state.engine, desk, totals.date, NULL, 0);
}

bool app_history_lacks(const struct eh_app *app, const struct eh_item *item)
{
    const struct eh_parsed_desk *file = item->input.parsed_desk;
    return file && item->history.size == 0 && late_plans(app, file->desk) > 0;
}

static void fail(struct eh_app *app, struct eh_item *item, const char *why)
{
    char text[EH_ERROR_TEXT_MAX];
    eh_format(text, sizeof text, "plans: what was closed before could not be counted: %s", why);
    eh_log(EH_LOG_ERROR, "%s", text);
    item->history_failed = eh_arena_str(&app_next(app)->arena, eh_str(text)).data;
    if (!item->history_failed)
        item->history_failed = "plans: out of memory";
}

/* Reads the number of an input, a newline, and the facts counted up to that input, which has to be
 * the last one decided. */
static int output_read(struct eh_app *app, struct evbuffer *output, struct eh_str *ret)
{
    size_t size = evbuffer_get_length(output);
    const char *text = (const char *)evbuffer_pullup(output, -1);
    size_t digits = 0;
    while (digits < size && digits < NUMBER_MAX && text[digits] != '\n')
        digits++;
    int64_t input = 0;
    if (digits + 1 >= size || eh_integer_parse(eh_str_n(text, digits), &input, NULL) < 0 ||
        (uint64_t)input != app->state.head.input)
        return -EH_ECORRUPT;
    *ret = eh_arena_str(&app_next(app)->arena, eh_str_n(text + digits + 1, size - digits - 1));
    return ret->data ? 0 : -EH_ENOMEM;
}

static void on_end(void *context, const struct eh_child_result *result)
{
    struct eh_app *app = context;
    struct eh_item *item = &app_next(app)->items[0];
    app->history.child = NULL;
    if (result->end == EH_CHILD_LATE)
        fail(app, item,
             "the log is too long for an answer here; put the plan into the desk file and send "
             "SIGHUP");
    else if (result->end != EH_CHILD_EXITED || result->exit_code != 0)
        fail(app, item, "the command line failed; the daemon's log says why");
    else if (output_read(app, result->output, &item->history) < 0)
        fail(app, item, "it was not as long as the log; try again");
    app_wake(app);
}

static int start(struct eh_app *app, struct eh_item *item, struct eh_error *error)
{
    static char plan[] = "plan", history[] = "history", db[] = "--db", given[] = "-";
    char *const arguments[] = {plan, history, db, given, NULL};
    const struct eh_command_line run = {
        .conninfo = app->services.config->postgres,
        .arguments = arguments,
        .input = item->input.message.text,
        .bounds = {.output_max = OUTPUT_MAX,
                   .memory_max = eh_replay_memory(app->services.config->open_tickets),
                   .at_most_ms = item->command && item->command->patient ? PATIENT_MS : LATE_MS}};
    eh_log(EH_LOG_INFO, "plans begin in the past: counting what was closed, up to input %llu",
           (unsigned long long)app->state.head.input);
    return eh_command_line_start(app->services.base, &run, on_end, app, &app->history.child, error);
}

/* Finds the first such desk file of the next batch and moves it to the beginning. NULL: none. */
static struct eh_item *find(struct eh_app *app)
{
    struct eh_batch *b = app_next(app);
    for (size_t i = 0; b && i < b->item_count; i++) {
        struct eh_item *item = &b->items[i];
        if (item->history_failed || !app_history_lacks(app, item))
            continue;
        struct eh_item first = b->items[0];
        b->items[0] = *item;
        *item = first;
        return &b->items[0];
    }
    return NULL;
}

bool app_history_holds(struct eh_app *app)
{
    struct eh_error error = {0};
    if (app->history.child)
        return true;
    const struct eh_batch *b = app_next(app);
    if (b && b->item_count > 0 && b->items[0].history.size > 0)
        return false; /* its turn comes now */
    struct eh_item *item = b && b->command_count > 0 ? find(app) : NULL;
    if (!item)
        return false;
    if (app_in_flight(app))
        return true; /* the log does not have all decided inputs yet */
    if (start(app, item, &error) == 0)
        return true;
    fail(app, item, error.text);
    return false;
}

void app_history_stop(struct eh_app *app)
{
    eh_child_free(app->history.child);
    app->history.child = NULL;
}

bool app_history_counts(const struct eh_app *app)
{
    return app->history.child != NULL;
}
