/*
 * checkpoints: when a line goes onto the file of checkpoints: at each draw epoch, and when the last
 * line is old. Lines are about committed inputs only. See checkpoint.h for the line.
 *
 * A child process writes it, for the disk may take its time. The lines that are called for
 * meanwhile wait for the next child.
 */
#include "lead/parts.h"

#include <unistd.h>

#include "host/log.h"

#define WRITE_MS 60000 /* a disk may take so long, then its child is killed */

/* Runs in the child. It prints the reason if it fails. */
static void lines_append(void *context)
{
    const struct eh_app *app = context;
    struct eh_error error = {0};
    for (size_t i = 0; i < app->checkpoints.count; i++)
        if (eh_checkpoint_append(app->services.config->checkpoint_file,
                                 &app->checkpoints.waiting[i], &error) < 0) {
            (void)!write(STDOUT_FILENO, error.text, strlen(error.text));
            return;
        }
}

static void checkpoint_failed(struct eh_app *app, const char *why)
{
    app_error(app, why);
    eh_log(EH_LOG_ERROR, "%s", why);
}

static void lines_begin(struct eh_app *app);

static void on_end(void *context, const struct eh_child_result *result)
{
    struct eh_app *app = context;
    char why[EH_ERROR_TEXT_MAX];
    ssize_t size = evbuffer_copyout(result->output, why, sizeof why - 1);
    why[size > 0 ? size : 0] = '\0';
    app->checkpoints.child = NULL;
    if (result->end != EH_CHILD_EXITED || result->exit_code != 0)
        eh_format(why, sizeof why, "checkpoint_file %s: what writes a line was killed%s",
                  app->services.config->checkpoint_file,
                  result->end == EH_CHILD_LATE ? ": the disk did not answer" : "");
    if (*why)
        checkpoint_failed(app, why);
    if (app->checkpoints.count > 0)
        lines_begin(app);
}

static void lines_begin(struct eh_app *app)
{
    struct eh_error error = {0};
    const struct eh_child_options options = {
        .work = lines_append,
        .work_context = app,
        .bounds = {.output_max = EH_ERROR_TEXT_MAX, .at_most_ms = WRITE_MS},
        .on_end = on_end,
        .context = app};
    if (eh_child_new(app->services.base, &options, &app->checkpoints.child, &error) < 0)
        checkpoint_failed(app, error.text);
    app->checkpoints.count = 0; /* the child has them */
}

void app_checkpoint_write(struct eh_app *app, uint64_t input, struct eh_key digest,
                          const struct eh_chain *chain)
{
    if (input <= app->checkpoints.input)
        return;
    app->checkpoints.input = input;
    app->checkpoints.at_us =
        eh_clock_monotonic_us(); /* also where it failed: it is not tried again for each batch */
    if (app->checkpoints.count == EH_CHECKPOINTS_WAIT_MAX)
        app->checkpoints.count--; /* a later one proves what an earlier one does */
    app->checkpoints.waiting[app->checkpoints.count++] =
        (struct eh_checkpoint){input, digest, *chain};
    if (!app->checkpoints.child)
        lines_begin(app);
}

/* Calls for a line at each draw epoch, and when the last line is old. */
void app_checkpoint_maybe(struct eh_app *app, const struct eh_batch *b)
{
    int64_t age_us = eh_clock_monotonic_us() - app->checkpoints.at_us;
    bool due = age_us >= EH_CHECKPOINT_S * INT64_C(1000000);
    for (size_t i = 0; !due && i < b->record_count; i++)
        due = eh_type_is(b->records[i].type,
                         EH_TYPE_EPOCH); /* the type of a refused input is below 0 */
    if (due)
        app_checkpoint_write(app, b->to_input, b->digest, &b->chain);
}

void app_checkpoint_soon(struct eh_app *app)
{
    app->checkpoints.at_us = eh_clock_monotonic_us() - EH_CHECKPOINT_S * INT64_C(1000000);
}

void app_checkpoint_begin(struct eh_app *app)
{
    app->checkpoints.at_us = eh_clock_monotonic_us();
}

bool app_checkpoint_pending(const struct eh_app *app)
{
    return app->checkpoints.child != NULL;
}

void app_checkpoint_end(struct eh_app *app)
{
    eh_child_free(app->checkpoints.child);
    app->checkpoints.child = NULL;
}
