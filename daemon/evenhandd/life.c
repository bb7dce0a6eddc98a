/*
 * life: builds the app, runs the loop, and ends it well: on SIGTERM reading stops, what was read is
 * decided and committed, changes are answered, the outbox is drained, a snapshot is written.
 */
#include "life.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "admin/api/api.h"
#include "admin/server.h"
#include "host/loop.h"
#include "lead/parts.h"
#include "redis/rights.h"
#include "store/schema.h"

#define SCHEMA_TRIES_S 1  /* between two tries to reach PostgreSQL before the first write */
#define STOP_S         10 /* a clean stop may take so long */

struct life {
    struct eh_app app;
    struct eh_admin *admin;
    struct event *signals[3], *housekeeping, *stop_deadline;
    bool rights_seen; /* Redis once allowed all that is needed */
    bool stop_asked;  /* by what was done: the stop begins before the next input */
    bool released;    /* stopping: a standby was told that it may take over */
    bool ready;       /* READY=1 was sent */
};

static void key_of(char *buffer, size_t size, const struct eh_app *app, const char *what)
{
    eh_format(buffer, size, "evenhand:{%s}:%s", app->services.desk_id, what);
}

/* At a start that is a refusal; later, somebody changed the rights of a desk that runs. */
static void on_rights(void *context, const char *refusal)
{
    struct life *life = context;
    struct eh_app *app = &life->app;
    if (!refusal) {
        life->rights_seen = true;
        app_alarm_clear(app, EH_ALARM_REDIS_RIGHTS);
    } else if (life->rights_seen) {
        app_alarm(app, EH_ALARM_REDIS_RIGHTS, "%s", refusal);
    } else {
        app_fatal(app, EH_EXIT_CONFIG, refusal);
    }
}

static void ask_for_rights(struct life *life)
{
    struct eh_app *app = &life->app;
    char inbox[160], outbox[160], dead[160];
    key_of(inbox, sizeof inbox, app, "inbox");
    key_of(outbox, sizeof outbox, app, "outbox");
    key_of(dead, sizeof dead, app, "dead");
    const struct eh_redis_keys keys = {inbox, outbox, dead};
    if (eh_redis_rights_ask(app->services.writes, &keys, on_rights, life) < 0)
        eh_log(EH_LOG_WARNING, "redis: what this user may do could not be asked");
}

static void on_writes_state(void *context, bool up, const char *why)
{
    struct life *life = context;
    struct eh_app *app = &life->app;
    eh_log(up ? EH_LOG_INFO : EH_LOG_WARNING, "redis writes %s%s%s", up ? "up" : "down",
           up ? "" : ": ", up ? "" : why);
    if (!up)
        app_error(app, why);
    if (up) {
        ask_for_rights(life);
        app_time_ask_redis(app);
    }
    eh_outbox_link_state(app->services.outbox, up);
}

static void on_reader_state(void *context, bool up, const char *why)
{
    (void)context;
    (void)up;
    (void)why;
}

/* ---- The end. */

static bool all_done(const struct life *life)
{
    const struct eh_app *app = &life->app;
    bool outbox_done =
        !eh_redis_link_up(app->services.writes) || eh_outbox_idle(app->services.outbox);
    return !app_deciding(app) ||
           (app_pipeline_empty(app) && app_later_due_us(app) > 0 &&
            !eh_store_snapshotting(app->services.store) && !app_checkpoint_pending(app) &&
            outbox_done && eh_admin_pending(life->admin) == 0);
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct life *life = context;
    struct eh_app *app = &life->app;
    eh_log(EH_LOG_WARNING, "stopping without waiting any longer");
    event_base_loopbreak(app->services.base);
}

static void stop(struct life *life)
{
    struct eh_app *app = &life->app;
    if (app_role(app) == EH_ROLE_STOPPING)
        return;
    eh_log(EH_LOG_INFO, "stopping input=%llu seq=%llu", (unsigned long long)app_head(app)->input,
           (unsigned long long)app_head(app)->seq);
    sd_notify(0, "STOPPING=1");
    eh_admin_close(life->admin);
    app_stop(app);
    struct timeval most = {STOP_S, 0};
    life->stop_deadline = evtimer_new(app->services.base, on_deadline, life);
    event_add(life->stop_deadline, &most);
}

/* An eh_services' ask_stop. */
static void ask_stop(void *context)
{
    struct life *life = context;
    life->stop_asked = true;
    event_active(life->housekeeping, EV_TIMEOUT, 0);
}

/* In flight first, then the snapshot of where it ended; looked at every 20 ms. */
static void on_stopping(struct life *life)
{
    struct eh_app *app = &life->app;
    if (app_deciding(app) && app_pipeline_empty(app) && !eh_store_snapshotting(app->services.store))
        app_final_writes(app);
    if (!all_done(life))
        return;
    if (app_deciding(app) && !life->released) {
        life->released = true;
        eh_store_release(app->services.store);
    }
    if (!eh_store_releasing(app->services.store))
        event_base_loopbreak(app->services.base);
}

static void on_signal(evutil_socket_t number, short what, void *context)
{
    (void)what;
    struct life *life = context;
    struct eh_app *app = &life->app;
    if (number == SIGHUP) {
        eh_log(EH_LOG_INFO, "SIGHUP: reading %s", app->services.config->desk);
        app_desk_file_load(app, "SIGHUP");
        app_desk_file_check(app);
    } else {
        stop(life);
    }
}

/* ---- Once a second (when stopping: as fast as it is worth). */

static void status_say(struct life *life)
{
    struct eh_app *app = &life->app;
    if (!life->ready && (app_deciding(app) || app_role(app) == EH_ROLE_STANDBY)) {
        life->ready = true;
        sd_notify(0, "READY=1");
    }
    sd_notifyf(0, "STATUS=%s, input %llu, %zu in flight%s%s", eh_role_name(app_role(app)),
               (unsigned long long)app_head(app)->input, app_entries_in_flight(app),
               app_last_error(app)[0] && !app_deciding(app) ? ", last error: " : "",
               app_last_error(app)[0] && !app_deciding(app) ? app_last_error(app) : "");
}

static void look_at_clock(struct eh_app *app)
{
    if (app->services.clock.jumped)
        app_alarm(app, EH_ALARM_CLOCK,
                  "the wall clock is %lld s away from the time kept so far, which goes on until "
                  "the two agree; if the wall clock is right, restart with --accept-time REASON",
                  (long long)(app->services.clock.jump_us / 1000000));
    else
        app_alarm_clear(app, EH_ALARM_CLOCK);
}

static void look_at_outbox(struct eh_app *app)
{
    const char *foreign = eh_outbox_alarm(app->services.outbox);
    if (foreign)
        app_alarm(app, EH_ALARM_OUTBOX_FOREIGN, "%s", foreign);
    else
        app_alarm_clear(app, EH_ALARM_OUTBOX_FOREIGN);
    const char *hole = eh_outbox_hole(app->services.outbox);
    if (hole)
        app_alarm(app, EH_ALARM_OUTBOX_HOLE, "%s", hole);
    else
        app_alarm_clear(app, EH_ALARM_OUTBOX_HOLE);
}

static void look_at_socket(struct life *life)
{
    struct eh_app *app = &life->app;
    struct eh_error error = {0};
    app_alarm_tell(app, EH_ALARM_ADMIN_SOCKET, eh_admin_look(life->admin, &error), &error);
}

static void on_housekeeping(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct life *life = context;
    struct eh_app *app = &life->app;
    struct timeval next = {1, 0};
    eh_loop_note("other", "");
    if (life->stop_asked)
        stop(life);
    if (app_role(app) == EH_ROLE_STOPPING) {
        on_stopping(life);
        next = (struct timeval){0, 20000};
    } else {
        status_say(life);
        sd_notify(0, "WATCHDOG=1");
        look_at_clock(app);
        look_at_outbox(app);
        app_refused_tick(app);
        app_books_tick(app);
        app_bias_tick(app);
        if (app_lookout_tick(app))
            look_at_socket(life);
    }
    event_add(life->housekeeping, &next);
    eh_loop_note("housekeeping", "");
}

static void watch_signals(struct life *life)
{
    struct eh_app *app = &life->app;
    static const int numbers[3] = {SIGTERM, SIGINT, SIGHUP};
    for (int i = 0; i < 3; i++) {
        life->signals[i] = evsignal_new(app->services.base, numbers[i], on_signal, life);
        eh_require(life->signals[i] && event_add(life->signals[i], NULL) == 0);
    }
    signal(SIGPIPE, SIG_IGN);
    struct timeval soon = {0, 20000};
    life->housekeeping = evtimer_new(app->services.base, on_housekeeping, life);
    eh_require(life->housekeeping && event_add(life->housekeeping, &soon) == 0);
}

/* ---- The beginning. */

static int password_read(const char *path, char *ret, size_t size, struct eh_error *error)
{
    FILE *file = path[0] ? fopen(path, "re") : NULL;
    if (!path[0])
        return 0;
    if (!file)
        return eh_error_set(error, EH_ENOTFOUND, "redis_password_file: %s: %s", path,
                            strerror(errno));
    size_t n = fread(ret, 1, size - 1, file);
    fclose(file);
    ret[n] = 0;
    ret[strcspn(ret, "\r\n")] = 0;
    if (!ret[0])
        return eh_error_set(error, EH_EINVAL, "redis_password_file: %s: the first line is empty",
                            path);
    return 0;
}

static int redis_address(const struct eh_config *config, struct eh_redis_address *ret,
                         struct eh_error *error)
{
    int r = eh_redis_address_parse(eh_str(config->redis), ret, error);
    if (r < 0)
        return r;
    eh_format(ret->user, sizeof ret->user, "%s", config->redis_user);
    return password_read(config->redis_password_file, ret->password, sizeof ret->password, error);
}

static int build_writes(struct life *life, const struct eh_redis_address *address,
                        struct eh_error *error)
{
    struct eh_services *s = &life->app.services;
    const struct eh_redis_link_options options = {s->base, address, "write", on_writes_state, life};
    return eh_redis_link_new(&options, &s->writes, error);
}

static int build_inbox(struct eh_app *app, const struct eh_redis_address *address,
                       struct eh_error *error)
{
    struct eh_services *s = &app->services;
    char key[160];
    key_of(key, sizeof key, app, "inbox");
    const struct eh_inbox_options options = {.base = s->base,
                                             .address = address,
                                             .key = key,
                                             .keep = s->config->inbox_keep,
                                             .writes = s->writes,
                                             .callbacks = &app_inbox_callbacks,
                                             .context = app};
    return eh_inbox_new(&options, &s->inbox, error);
}

static int build_outbox(struct eh_app *app, struct eh_error *error)
{
    struct eh_services *s = &app->services;
    char outbox[160], dead[160];
    key_of(outbox, sizeof outbox, app, "outbox");
    key_of(dead, sizeof dead, app, "dead");
    const struct eh_outbox_options options = {.writes = s->writes,
                                              .outbox_key = outbox,
                                              .dead_key = dead,
                                              .json = s->config->outbox_json,
                                              .keep = s->config->outbox_keep,
                                              .on_want = app_want_notices,
                                              .context = app};
    return eh_outbox_new(&options, &s->outbox, error);
}

static int build_redis(struct life *life, struct eh_error *error)
{
    struct eh_redis_address address = {0};
    int r = redis_address(life->app.services.config, &address, error);
    if (r == 0)
        r = build_writes(life, &address, error);
    if (r == 0)
        r = build_inbox(&life->app, &address, error);
    if (r == 0)
        r = build_outbox(&life->app, error);
    explicit_bzero(&address, sizeof address);
    return r;
}

static int build_postgres(struct eh_app *app, struct eh_str currency, struct eh_error *error)
{
    struct eh_services *s = &app->services;
    const struct eh_store_options store = {.base = s->base,
                                           .conninfo = s->config->postgres,
                                           .desk = eh_str(s->desk_id),
                                           .currency = currency,
                                           .callbacks = &app_store_callbacks,
                                           .context = app};
    const struct eh_pg_options reader = {.base = s->base,
                                         .conninfo = s->config->postgres,
                                         .name = "admin",
                                         .statements = eh_admin_statements,
                                         .on_state = on_reader_state,
                                         .context = app};
    int r = eh_store_new(&store, &s->store, error);
    return r < 0 ? r : eh_pg_new(&reader, &s->reader, error);
}

/* Which desk is this? The file says; when it is bad and a desk runs already, that one goes on. */
static int identify_desk(struct eh_app *app, const struct eh_schema_found *found, char currency[4],
                         struct eh_error *error)
{
    int r = app_desk_file_identity(app, currency, error);
    if (r == 0 || !found->desk[0])
        return r;
    app_error(app, error->text);
    eh_log(EH_LOG_ERROR, "%s; desk %s goes on as it was applied last", error->text, found->desk);
    eh_format(app->services.desk_id, sizeof app->services.desk_id, "%s", found->desk);
    eh_format(currency, 4, "%s", found->currency);
    return 0;
}

static int build(struct life *life, const struct eh_schema_found *found, struct eh_error *error)
{
    struct eh_app *app = &life->app;
    struct eh_services *services = &app->services;
    char currency[4] = "";
    int r = eh_clock_init(&services->clock, error);
    if (r == 0)
        r = identify_desk(app, found, currency, error);
    if (r == 0)
        r = eh_keys_load(&services->keys, services->config->key_file, error);
    if (r < 0)
        return r;
    services->base = event_base_new();
    if (!services->base)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    services->draws = (struct eh_draws){.draw = eh_keys_draw, .context = &services->keys};
    services->ask_stop = ask_stop;
    services->life = life;
    app_begin(app);
    r = build_redis(life, error);
    if (r == 0)
        r = build_postgres(app, eh_str(currency), error);
    return r < 0 ? r : eh_admin_new(app, &life->admin, error);
}

static void take_down(struct life *life)
{
    struct eh_app *app = &life->app;
    struct eh_services *services = &app->services;
    app_forget_all(app, "evenhandd stops; ask again");
    eh_admin_free(life->admin);
    app_end(app);
    eh_store_free(services->store);
    eh_pg_free(services->reader);
    eh_inbox_free(services->inbox);
    eh_outbox_free(services->outbox);
    eh_redis_link_free(services->writes);
    struct event *events[] = {life->signals[0], life->signals[1], life->signals[2],
                              life->housekeeping, life->stop_deadline};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (events[i])
            event_free(events[i]);
    if (services->base)
        event_base_free(services->base);
    eh_keys_done(&services->keys);
}

/* Nothing is written before the schema is known to be ours. Waits for a server that is not there.
 */
static int wait_for_schema(const struct eh_config *config, struct eh_schema_found *ret,
                           struct eh_error *error)
{
    for (;;) {
        int r = eh_schema_check(config->postgres, ret, error);
        if (r == 0 && ret->version == eh_schema_version())
            return 0;
        if (r == 0)
            return eh_error_set(
                error, EH_EVERSION, "postgres: schema version %d, this evenhandd needs %d; %s",
                ret->version, eh_schema_version(),
                ret->version < eh_schema_version() ? "run evenhandd --migrate"
                                                   : "use the evenhandd that made it");
        if (r != -EH_EUNAVAILABLE)
            return r;
        eh_log_limited(EH_LOG_WARNING, "schema", "waiting: %s", error->text);
        sd_notify(0, "STATUS=waiting for PostgreSQL");
        sleep(SCHEMA_TRIES_S);
    }
}

static void advice_print(void *context, const char *line)
{
    printf("%s: warning: %s\n", (const char *)context, line);
}

int eh_life_check(const struct eh_config *config, struct eh_error *error)
{
    struct eh_app app = {.services.config = config};
    struct eh_redis_address address = {0};
    char currency[4];
    int r = eh_clock_init(&app.services.clock, error);
    if (r == 0)
        r = app_desk_file_identity(&app, currency, error);
    if (r == 0)
        r = app_desk_file_check_hours(&app, advice_print, (void *)config->desk, error);
    if (r == 0)
        r = redis_address(config, &address, error);
    explicit_bzero(&address, sizeof address);
    if (r == 0)
        r = eh_admin_group_look(config, error);
    return r;
}

int eh_life_run(const struct eh_config *config, const struct eh_orders *orders)
{
    struct eh_error error = {0};
    struct eh_schema_found found = {0};
    struct life life = {.app.services.config = config};
    struct eh_app *app = &life.app;
    const struct eh_services *services = &app->services;
    app_new_key_ask(app, orders->new_key);
    app_accept_time_ask(app, orders->accept_time);
    int r = wait_for_schema(config, &found, &error);
    if (r == 0)
        r = build(&life, &found, &error);
    if (r < 0) {
        eh_log(EH_LOG_ERROR, "%s", error.text);
        take_down(&life);
        return EH_EXIT_CONFIG;
    }
    watch_signals(&life);
    eh_redis_link_start(services->writes);
    eh_store_start(services->store);
    eh_pg_start(services->reader);
    eh_loop_dispatch(services->base);
    int exit_code = app_exit_code(app);
    if (exit_code == 0)
        eh_log(EH_LOG_INFO, "stopped input=%llu seq=%llu", (unsigned long long)app_head(app)->input,
               (unsigned long long)app_head(app)->seq);
    take_down(&life);
    return exit_code;
}
