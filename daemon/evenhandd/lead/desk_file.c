/*
 * desk_file: the desk file on disk: read at the first start and on SIGHUP, compared in between.
 *
 * The desk that was applied last holds; a file that differs is only reported. A bad file is refused
 * whole, with its name and line in `status`.
 */
#include "lead/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "host/log.h"

/* The whole file, bounded. */
static int file_read(const char *path, struct eh_bytes *ret, struct eh_error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return eh_error_set(error, EH_ENOTFOUND, "%s: %s", path, strerror(errno));
    char buffer[16384];
    ssize_t n;
    while ((n = read(fd, buffer, sizeof buffer)) > 0 && ret->size <= EH_DESK_TEXT_MAX)
        eh_bytes_put(ret, buffer, (size_t)n);
    int saved = errno;
    close(fd);
    if (n < 0)
        return eh_error_set(error, EH_EUNAVAILABLE, "%s: %s", path, strerror(saved));
    if (ret->size > EH_DESK_TEXT_MAX)
        return eh_error_set(error, EH_ERANGE, "%s: larger than %u bytes", path, EH_DESK_TEXT_MAX);
    return ret->failed ? eh_error_set(error, EH_ENOMEM, "%s: out of memory", path) : 0;
}

int app_desk_file_identity(struct eh_app *app, char currency[4], struct eh_error *error)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    struct eh_desk *desk;
    int r = file_read(app->services.config->desk, &text, error);
    if (r < 0)
        return r;
    struct eh_error inner = {0};
    r = eh_desk_parse(eh_str_n((const char *)text.data, text.size), &arena, &desk, &inner);
    if (r < 0)
        return eh_error_set(error, EH_EPARSE, "%s:%s", app->services.config->desk, inner.text);
    r = eh_clock_set_new_zone(&app->services.clock, desk->time_zone, &inner);
    if (r < 0)
        return eh_error_set(error, EH_EPARSE, "%s: %s", app->services.config->desk, inner.text);
    eh_format(app->services.desk_id, sizeof app->services.desk_id, "%.*s", EH_STR_ARG(desk->id));
    eh_format(currency, 4, "%.*s", EH_STR_ARG(desk->currency));
    return 0;
}

static void refused(struct eh_app *app, const char *text)
{
    char line[EH_ERROR_TEXT_MAX];
    eh_format(line, sizeof line, "%s:%s%s", app->services.config->desk, text,
              eh_desk_way_out(text));
    app_error(app, line);
    eh_log(EH_LOG_ERROR, "desk file refused, the old one stays: %s", line);
}

static void on_applied(void *context, const struct eh_command_result *result)
{
    struct eh_app *app = context;
    if (result->code < 0)
        refused(app, result->message);
}

void app_desk_file_load(struct eh_app *app, const char *actor)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    struct eh_error error = {0};
    if (file_read(app->services.config->desk, &text, &error) < 0) {
        app_error(app, error.text);
        eh_log(EH_LOG_ERROR, "%s", error.text);
        return;
    }
    struct eh_command *c;
    if (eh_command_new(EH_MESSAGE_DESK, on_applied, app, &c, &error) < 0) {
        refused(app, error.text);
        return;
    }
    c->patient = true;
    c->reserve = true;
    struct eh_message *m = &c->message;
    m->text = eh_arena_str(&c->arena, eh_str_n((const char *)text.data, text.size));
    m->actor = eh_arena_str(&c->arena, eh_str(actor));
    m->has = EH_FIELD_BIT(EH_FIELD_TEXT) | EH_FIELD_BIT(EH_FIELD_ACTOR);
    if (eh_app_submit(app, c, &error) < 0) {
        refused(app, error.text);
        eh_command_free(c);
    }
}

static int compare(struct eh_app *app, struct eh_error *error)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    struct eh_totals totals;
    int r = file_read(app->services.config->desk, &text, error);
    if (r < 0)
        return r;
    eh_engine_totals(app->state.engine, &totals);
    app->desk_file.differs =
        !eh_str_equal(totals.desk_text, eh_str_n((char *)text.data, text.size));
    return 0;
}

void app_desk_file_check(struct eh_app *app)
{
    app->desk_file.seen = (struct stat){0};
    if (app_desk_file_look(app, NULL) < 0)
        return; /* the lookout tells of it */
}

/* Whether a file looks unchanged, so that its megabytes need not be read again. */
static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

int app_desk_file_look(struct eh_app *app, struct eh_error *error)
{
    struct stat st;
    if (!app->state.engine)
        return 0;
    if (stat(app->services.config->desk, &st) != 0)
        return eh_error_set(error, EH_ENOTFOUND,
                            "desk_file %s: %s; the desk goes on as it was applied last",
                            app->services.config->desk, strerror(errno));
    if (same_file(&st, &app->desk_file.seen))
        return 0;
    int r = compare(app, error);
    if (r == 0)
        app->desk_file.seen = st;
    return r;
}

bool app_desk_file_differs(const struct eh_app *app)
{
    return app->desk_file.differs;
}
