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

#include "admin/http/socket.h"
#include "admin/api/api.h"
#include "admin/server.h"
#include "host/loop.h"
#include "lead/app_private.h"
#include "store/schema.h"

#define SCHEMA_TRIES_S 1 /* between two tries to reach PostgreSQL before the first write */

static void key_of(char *buffer, size_t size, const struct eh_app *app, const char *what)
{
    eh_format(buffer, size, "evenhand:{%s}:%s", app->desk_id, what);
}

/* At a start that is a refusal; later, somebody changed the rights of a desk that runs. */
static void on_rights(void *context, const char *refusal)
{
    struct eh_app *app = context;
    if (!refusal) {
        app->rights_seen = true;
        eh_alarm_clear(&app->alarms, EH_ALARM_REDIS_RIGHTS);
    } else if (app->rights_seen) {
        eh_alarm_set(&app->alarms, EH_ALARM_REDIS_RIGHTS, eh_clock_now_us(&app->clock), "%s",
                     refusal);
    } else {
        app_fatal(app, EH_EXIT_CONFIG, refusal);
    }
}

static void ask_for_rights(struct eh_app *app)
{
    char inbox[160], outbox[160], dead[160];
    key_of(inbox, sizeof inbox, app, "inbox");
    key_of(outbox, sizeof outbox, app, "outbox");
    key_of(dead, sizeof dead, app, "dead");
    const struct eh_redis_keys keys = {inbox, outbox, dead};
    if (eh_redis_rights_ask(app->writes, &keys, on_rights, app) < 0)
        eh_log(EH_LOG_WARNING, "redis: what this user may do could not be asked");
}

static void on_writes_state(void *context, bool up, const char *why)
{
    struct eh_app *app = context;
    eh_log(up ? EH_LOG_INFO : EH_LOG_WARNING, "redis writes %s%s%s", up ? "up" : "down",
           up ? "" : ": ", up ? "" : why);
    if (!up)
        app_error(app, why);
    if (up) {
        ask_for_rights(app);
        app_time_ask_redis(app);
    }
    eh_outbox_link_state(app->outbox, up);
}

static void on_reader_state(void *context, bool up, const char *why)
{
    (void)context;
    (void)up;
    (void)why;
}

/* ---- The end. */

static bool all_done(const struct eh_app *app)
{
    bool outbox_done = !eh_redis_link_up(app->writes) || eh_outbox_idle(app->outbox);
    return !app->deciding || (app_pipeline_empty(app) && app_later_due_us(app) > 0 &&
                              !eh_store_snapshotting(app->store) && !app->checkpointing &&
                              outbox_done && eh_admin_pending(app->admin) == 0);
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct eh_app *app = context;
    eh_log(EH_LOG_WARNING, "stopping without waiting any longer");
    event_base_loopbreak(app->base);
}

static void app_stop(struct eh_app *app)
{
    if (app->role == EH_ROLE_STOPPING)
        return;
    app->role = EH_ROLE_STOPPING;
    eh_log(EH_LOG_INFO, "stopping input=%llu seq=%llu", (unsigned long long)app->head.input,
           (unsigned long long)app->head.seq);
    sd_notify(0, "STOPPING=1");
    eh_admin_close(app->admin);
    app_later_flush(app);
    app_set_room(app);
    struct timeval most = {EH_STOP_S, 0};
    app->stop_deadline = evtimer_new(app->base, on_deadline, app);
    event_add(app->stop_deadline, &most);
    app_wake(app);
}

/* In flight first, then the snapshot of where it ended; looked at every 20 ms. */
static void on_stopping(struct eh_app *app)
{
    if (app->deciding && app_pipeline_empty(app) && !eh_store_snapshotting(app->store))
        app_final_writes(app);
    if (!all_done(app))
        return;
    if (app->deciding && !app->released) {
        app->released = true;
        eh_store_release(app->store);
    }
    if (!eh_store_releasing(app->store))
        event_base_loopbreak(app->base);
}

static void on_signal(evutil_socket_t number, short what, void *context)
{
    (void)what;
    struct eh_app *app = context;
    if (number == SIGHUP) {
        eh_log(EH_LOG_INFO, "SIGHUP: reading %s", app->config->desk);
        app_desk_file_load(app, "SIGHUP");
        app_desk_file_check(app);
    } else {
        app_stop(app);
    }
}

/* ---- Once a second (when stopping: as fast as it is worth). */

static void say_status(struct eh_app *app)
{
    if (!app->ready && (app->deciding || app->role == EH_ROLE_STANDBY)) {
        app->ready = true;
        sd_notify(0, "READY=1");
    }
    sd_notifyf(0, "STATUS=%s, input %llu, %zu in flight%s%s", eh_role_name(app->role),
               (unsigned long long)app->head.input, app->in_flight_entries,
               app->last_error[0] && !app->deciding ? ", last error: " : "",
               app->last_error[0] && !app->deciding ? app->last_error : "");
}

static void look_at_clock(struct eh_app *app)
{
    int64_t now = eh_clock_now_us(&app->clock);
    if (app->clock.jumped)
        eh_alarm_set(&app->alarms, EH_ALARM_CLOCK, now,
                     "the wall clock is %lld s away from the time kept so far, which goes on until "
                     "the two agree; if the wall clock is right, restart with --accept-time REASON",
                     (long long)(app->clock.jump_us / 1000000));
    else
        eh_alarm_clear(&app->alarms, EH_ALARM_CLOCK);
}

static void look_at_outbox(struct eh_app *app)
{
    const char *foreign = eh_outbox_alarm(app->outbox);
    if (foreign)
        eh_alarm_set(&app->alarms, EH_ALARM_OUTBOX_FOREIGN, eh_clock_now_us(&app->clock), "%s",
                     foreign);
    else
        eh_alarm_clear(&app->alarms, EH_ALARM_OUTBOX_FOREIGN);
    const char *hole = eh_outbox_hole(app->outbox);
    if (hole)
        eh_alarm_set(&app->alarms, EH_ALARM_OUTBOX_HOLE, eh_clock_now_us(&app->clock), "%s", hole);
    else
        eh_alarm_clear(&app->alarms, EH_ALARM_OUTBOX_HOLE);
}

static void look_at_socket(struct eh_app *app)
{
    struct eh_error error = {0};
    app_alarm_tell(app, EH_ALARM_ADMIN_SOCKET, eh_admin_look(app->admin, &error), &error);
}

static void on_housekeeping(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct eh_app *app = context;
    struct timeval next = {1, 0};
    eh_loop_note("other", "");
    if (app->stop_asked)
        app_stop(app);
    if (app->role == EH_ROLE_STOPPING) {
        on_stopping(app);
        next = (struct timeval){0, 20000};
    } else {
        say_status(app);
        sd_notify(0, "WATCHDOG=1");
        look_at_clock(app);
        look_at_outbox(app);
        app_refused_tick(app);
        app_books_tick(app);
        if (app_lookout_tick(app))
            look_at_socket(app);
    }
    event_add(app->housekeeping, &next);
    eh_loop_note("housekeeping", "");
}

static void watch_signals(struct eh_app *app)
{
    static const int numbers[3] = {SIGTERM, SIGINT, SIGHUP};
    for (int i = 0; i < 3; i++) {
        app->signals[i] = evsignal_new(app->base, numbers[i], on_signal, app);
        eh_require(app->signals[i] && event_add(app->signals[i], NULL) == 0);
    }
    signal(SIGPIPE, SIG_IGN);
    struct timeval soon = {0, 20000};
    app->housekeeping = evtimer_new(app->base, on_housekeeping, app);
    eh_require(app->housekeeping && event_add(app->housekeeping, &soon) == 0);
}

/* ---- The beginning. */

static int read_password(const char *path, char *ret, size_t size, struct eh_error *error)
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
    return read_password(config->redis_password_file, ret->password, sizeof ret->password, error);
}

static int build_writes(struct eh_app *app, const struct eh_redis_address *address,
                        struct eh_error *error)
{
    const struct eh_redis_link_options options = {app->base, address, "write", on_writes_state,
                                                  app};
    return eh_redis_link_new(&options, &app->writes, error);
}

static int build_inbox(struct eh_app *app, const struct eh_redis_address *address,
                       struct eh_error *error)
{
    char key[160];
    key_of(key, sizeof key, app, "inbox");
    const struct eh_inbox_options options = {.base = app->base,
                                             .address = address,
                                             .key = key,
                                             .keep = app->config->inbox_keep,
                                             .writes = app->writes,
                                             .callbacks = &app_inbox_callbacks,
                                             .context = app};
    return eh_inbox_new(&options, &app->inbox, error);
}

static int build_outbox(struct eh_app *app, struct eh_error *error)
{
    char outbox[160], dead[160];
    key_of(outbox, sizeof outbox, app, "outbox");
    key_of(dead, sizeof dead, app, "dead");
    const struct eh_outbox_options options = {.writes = app->writes,
                                              .outbox_key = outbox,
                                              .dead_key = dead,
                                              .json = app->config->outbox_json,
                                              .keep = app->config->outbox_keep,
                                              .on_want = app_want_notices,
                                              .context = app};
    return eh_outbox_new(&options, &app->outbox, error);
}

static int build_redis(struct eh_app *app, struct eh_error *error)
{
    struct eh_redis_address address = {0};
    int r = redis_address(app->config, &address, error);
    eh_format(app->redis_address, sizeof app->redis_address, "%s", app->config->redis);
    if (r == 0)
        r = build_writes(app, &address, error);
    if (r == 0)
        r = build_inbox(app, &address, error);
    if (r == 0)
        r = build_outbox(app, error);
    explicit_bzero(&address, sizeof address);
    return r;
}

static int build_postgres(struct eh_app *app, struct eh_str currency, struct eh_error *error)
{
    const struct eh_store_options store = {.base = app->base,
                                           .conninfo = app->config->postgres,
                                           .desk = eh_str(app->desk_id),
                                           .currency = currency,
                                           .callbacks = &app_store_callbacks,
                                           .context = app};
    const struct eh_pg_options reader = {.base = app->base,
                                         .conninfo = app->config->postgres,
                                         .name = "admin",
                                         .statements = eh_admin_statements,
                                         .on_state = on_reader_state,
                                         .context = app};
    int r = eh_store_new(&store, &app->store, error);
    return r < 0 ? r : eh_pg_new(&reader, &app->reader, error);
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
    eh_format(app->desk_id, sizeof app->desk_id, "%s", found->desk);
    eh_format(currency, 4, "%s", found->currency);
    return 0;
}

static int build(struct eh_app *app, const struct eh_schema_found *found, struct eh_error *error)
{
    char currency[4] = "";
    int r = eh_clock_init(&app->clock, error);
    if (r == 0)
        r = identify_desk(app, found, currency, error);
    if (r == 0)
        r = eh_keys_load(&app->keys, app->config->key_file, error);
    if (r < 0)
        return r;
    app->base = event_base_new();
    if (!app->base)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    app->draws = (struct eh_draws){.draw = eh_keys_draw, .context = &app->keys};
    app_begin_ticking(app);
    r = build_redis(app, error);
    if (r == 0)
        r = build_postgres(app, eh_str(currency), error);
    return r < 0 ? r : eh_admin_new(app, &app->admin, error);
}

static void take_down(struct eh_app *app)
{
    app_forget_all(app, "evenhandd stops; ask again");
    app_later_free(app);
    eh_child_free(app->checkpointing);
    eh_admin_free(app->admin);
    eh_recovery_free(app->recovery);
    eh_store_free(app->store);
    eh_pg_free(app->reader);
    eh_inbox_free(app->inbox);
    eh_outbox_free(app->outbox);
    eh_redis_link_free(app->writes);
    eh_engine_free(app->engine);
    struct event *events[] = {app->hold_over,    app->tick,          app->timer,
                              app->signals[0],   app->signals[1],    app->signals[2],
                              app->housekeeping, app->stop_deadline, app->start_time.wait,
                              app->books.soon};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (events[i])
            event_free(events[i]);
    if (app->base)
        event_base_free(app->base);
    eh_bytes_done(&app->scratch);
    eh_keys_done(&app->keys);
    eh_repeats_done(&app->repeated);
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

int eh_life_check(const struct eh_config *config, struct eh_error *error)
{
    struct eh_app app = {.config = config};
    struct eh_redis_address address = {0};
    char currency[4];
    int r = eh_clock_init(&app.clock, error);
    if (r == 0)
        r = app_desk_file_identity(&app, currency, error);
    if (r == 0)
        r = redis_address(config, &address, error);
    explicit_bzero(&address, sizeof address);
    gid_t group;
    if (r == 0 && config->admin_group[0])
        r = eh_admin_group_find(config->admin_group, &group, error);
    return r;
}

int eh_life_run(const struct eh_config *config, const struct eh_orders *orders)
{
    struct eh_error error = {0};
    struct eh_schema_found found = {0};
    struct eh_app app = {
        .config = config, .new_key = orders->new_key, .accept_time = orders->accept_time};
    int r = wait_for_schema(config, &found, &error);
    if (r == 0)
        r = build(&app, &found, &error);
    if (r < 0) {
        eh_log(EH_LOG_ERROR, "%s", error.text);
        take_down(&app);
        return EH_EXIT_CONFIG;
    }
    watch_signals(&app);
    eh_redis_link_start(app.writes);
    eh_store_start(app.store);
    eh_pg_start(app.reader);
    eh_loop_dispatch(app.base);
    int exit_code = app.exit_code;
    if (exit_code == 0)
        eh_log(EH_LOG_INFO, "stopped input=%llu seq=%llu", (unsigned long long)app.head.input,
               (unsigned long long)app.head.seq);
    take_down(&app);
    return exit_code;
}
