/*
 * desk_file: the desk file on disk: read at the first start and on SIGHUP, compared in between.
 *
 * The desk that was applied last holds; a file that differs is only reported. A bad file is refused
 * whole, with its name and line in `status`. The days of its files of holidays are put into it.
 */
#include "lead/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <evenhand/ics/holidays.h>

#include "host/log.h"
#include "lead/beside.h"

#define PATH_BYTES 4096
#define ADVICE_MAX 20 /* lines that are logged of a file */

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

/* Where the files of holidays are: beside the desk file. */
static void folder_of(const struct eh_app *app, char ret[PATH_BYTES])
{
    const char *path = app->services.config->desk, *end = strrchr(path, '/');
    eh_format(ret, PATH_BYTES, "%.*s", end ? (int)(end - path + (end == path)) : 1,
              end ? path : ".");
}

/* The desk file with the days of its files of holidays. An error of the text has no path. */
static int file_expand(const struct eh_app *app, struct eh_holidays_years years,
                       const struct eh_bytes *text, struct eh_bytes *ret, struct eh_error *error)
{
    char folder[PATH_BYTES];
    folder_of(app, folder);
    const struct eh_holidays_source source = {eh_beside_read, folder, years};
    return eh_holidays_expand(eh_str_n((const char *)text->data, text->size), &source, ret, error);
}

static struct eh_holidays_years years_now(struct eh_app *app)
{
    struct eh_clock *clock = &app->services.clock;
    return eh_holidays_years_at(eh_clock_date(clock, eh_clock_now_us(clock)));
}

/* Those of the desk that is applied, so that a New Year does not make its file another one. */
static struct eh_holidays_years years_applied(struct eh_app *app)
{
    const struct eh_desk *desk = eh_engine_desk(app->state.engine);
    for (uint32_t i = 0; desk && i < desk->calendar_count; i++) {
        const struct eh_desk_holidays_file *file = &desk->calendars[i].file;
        if (file->name.size && file->from <= file->until)
            return (struct eh_holidays_years){file->from, file->until};
    }
    return years_now(app);
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
        return eh_error_set(error, EH_EPARSE, "%s:%u: %s", app->services.config->desk,
                            desk->time_zone_line ? desk->time_zone_line : 1, inner.text);
    eh_format(app->services.desk_id, sizeof app->services.desk_id, "%.*s", EH_STR_ARG(desk->id));
    eh_format(currency, 4, "%.*s", EH_STR_ARG(desk->currency));
    return 0;
}

/* The hours of a text whose days of holidays are in it. */
static int hours_check(struct eh_app *app, const struct eh_bytes *whole, eh_desk_line_fn *line,
                       void *context, struct eh_error *error)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_desk *desk;
    int r = eh_desk_parse(eh_str_n((const char *)whole->data, whole->size), &arena, &desk, error);
    if (r == 0)
        r = eh_app_check_zone(app, desk, error);
    if (r == 0 && eh_app_idle_hours(app, desk, line, context) < 0)
        r = eh_error_set(error, EH_ENOMEM, "1: out of memory");
    return r;
}

int app_desk_file_check_hours(struct eh_app *app, eh_desk_line_fn *line, void *context,
                              struct eh_error *error)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT, whole = EH_BYTES_INIT;
    struct eh_error inner = {0};
    int r = file_read(app->services.config->desk, &text, error);
    if (r < 0)
        return r;
    r = file_expand(app, years_now(app), &text, &whole, &inner);
    if (r == 0)
        r = hours_check(app, &whole, line, context, &inner);
    return r < 0 ? eh_error_set(error, inner.code, "%s:%s", app->services.config->desk, inner.text)
                 : 0;
}

static void refused(struct eh_app *app, const char *text)
{
    char line[EH_ERROR_TEXT_MAX];
    eh_format(line, sizeof line, "%s:%s%s", app->services.config->desk, text,
              eh_desk_way_out(text));
    app_error(app, line);
    eh_log(EH_LOG_ERROR, "desk file refused, the old one stays: %s", line);
}

struct said {
    const char *path;
    uint32_t count;
};

static void advice_log(void *context, const char *line)
{
    struct said *said = context;
    if (said->count++ < ADVICE_MAX)
        eh_log(EH_LOG_WARNING, "%s: %s", said->path, line);
}

/* What `evenhand desk apply` would say of its hours. */
static void advise(struct eh_app *app)
{
    struct said said = {app->services.config->desk, 0};
    const struct eh_desk *desk = app->state.engine ? eh_engine_desk(app->state.engine) : NULL;
    if (desk && eh_app_idle_hours(app, desk, advice_log, &said) == 0 && said.count > ADVICE_MAX)
        eh_log(EH_LOG_WARNING, "%s: %u more; `evenhand desk diff` says all", said.path,
               said.count - ADVICE_MAX);
}

static void on_applied(void *context, const struct eh_command_result *result)
{
    struct eh_app *app = context;
    app->desk_file.loading--;
    if (result->code < 0)
        refused(app, result->message);
    else
        advise(app);
}

void app_desk_file_load(struct eh_app *app, const char *actor)
{
    EH_AUTO(eh_bytes) struct eh_bytes written = EH_BYTES_INIT, text = EH_BYTES_INIT;
    struct eh_error error = {0};
    if (file_read(app->services.config->desk, &written, &error) < 0) {
        app_error(app, error.text);
        eh_log(EH_LOG_ERROR, "%s", error.text);
        return;
    }
    struct eh_command *c;
    if (file_expand(app, years_now(app), &written, &text, &error) < 0 ||
        eh_command_new(EH_MESSAGE_DESK, on_applied, app, &c, &error) < 0) {
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
        return;
    }
    app->desk_file.loading++;
}

void app_desk_file_begin(struct eh_app *app)
{
    if (!eh_engine_desk(app->state.engine) && app->desk_file.loading == 0)
        app_desk_file_load(app, "first start");
}

static int compare(struct eh_app *app, struct eh_error *error)
{
    EH_AUTO(eh_bytes) struct eh_bytes written = EH_BYTES_INIT, text = EH_BYTES_INIT;
    struct eh_error inner = {0};
    struct eh_totals totals;
    int r = file_read(app->services.config->desk, &written, error);
    if (r < 0)
        return r;
    r = file_expand(app, years_applied(app), &written, &text, &inner);
    if (r < 0)
        return eh_error_set(error, inner.code, "desk_file %s:%s", app->services.config->desk,
                            inner.text);
    eh_engine_totals(app->state.engine, &totals);
    app->desk_file.differs =
        !eh_str_equal(totals.desk_text, eh_str_n((char *)text.data, text.size));
    return 0;
}

void app_desk_file_check(struct eh_app *app)
{
    app->desk_file.seen = (struct stat){0};
    app->desk_file.holidays_seen = 0;
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

/* What tells one state of the files of holidays from another. */
static uint64_t holidays_look(const struct eh_app *app)
{
    const struct eh_desk *desk = eh_engine_desk(app->state.engine);
    char folder[PATH_BYTES], path[PATH_BYTES + EH_HOLIDAYS_NAME_MAX];
    uint64_t sum = 1;
    folder_of(app, folder);
    for (uint32_t i = 0; desk && i < desk->calendar_count; i++) {
        struct stat st = {0};
        if (desk->calendars[i].file.name.size == 0)
            continue;
        eh_format(path, sizeof path, "%s/%.*s", folder, EH_STR_ARG(desk->calendars[i].file.name));
        if (stat(path, &st) == 0)
            sum = sum * 1000003 + (uint64_t)st.st_size * 31 + (uint64_t)st.st_ino +
                  (uint64_t)st.st_mtim.tv_sec * 1000000007 + (uint64_t)st.st_mtim.tv_nsec;
    }
    return sum;
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
    uint64_t holidays = holidays_look(app);
    if (same_file(&st, &app->desk_file.seen) && holidays == app->desk_file.holidays_seen)
        return 0;
    int r = compare(app, error);
    if (r == 0) {
        app->desk_file.seen = st;
        app->desk_file.holidays_seen = holidays;
    }
    return r;
}

bool app_desk_file_differs(const struct eh_app *app)
{
    return app->desk_file.differs;
}
