/*
 * admin_kit: the admin API over a real socket, with an app made of nothing but an engine.
 *
 *     struct server s;
 *     server_start(&s, desk, setup, NORMAL);            // setup(kit) feeds the engine
 *     struct answer a = ask(&s, "games", "GET", "/v1/teams/sales", NULL);   // as that Unix user
 *     cr_assert_eq(a.status, 200);
 *     server_stop(&s);                                   // ends well, or the test fails
 *
 * The server is a child process. Whoever is not root can ask only as himself.
 */
#ifndef TESTS_UNIT_ADMIN_KIT_H
#define TESTS_UNIT_ADMIN_KIT_H

#include <pwd.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "admin/api/api.h"
#include "admin/server.h"
#include "host/clock.h"
#include "engine_kit.h"

/* STEADY: every command is said to be done and changes nothing. LATER: what is owed to the admin
 * API is kept until app_tell(). */
enum app_mood { NORMAL, STEADY, AWAY, FULL, UNCONFIRMED, NO_ENGINE, LATER };

/* A command, or somebody who waits for a COMMIT. */
struct app_owed {
    struct eh_command *command;
    eh_confirmed_fn *on_confirmed;
    void *context;
    struct app_owed *next;
};

struct eh_app {
    struct kit kit;
    struct event_base *base;
    struct eh_config config;
    enum app_mood mood;
    struct eh_alarms alarms;
    struct eh_pg *reader;
    struct app_owed *owed; /* oldest first */
};

struct server {
    char folder[64], path[80];
    pid_t pid;
};

struct answer {
    int status;
    json_t *json;
    char *text; /* headers and body */
};

/* ---- The app. */

const char *eh_role_name(enum eh_role role)
{
    return role == EH_ROLE_LEADER ? "leader" : "starting";
}

void eh_app_status(const struct eh_app *app, struct eh_app_status *ret)
{
    *ret =
        (struct eh_app_status){.role = app->mood == NO_ENGINE ? EH_ROLE_STARTING : EH_ROLE_LEADER,
                               .redis_up = true,
                               .redis_address = "/r.sock",
                               .redis_error = "",
                               .last_error = "",
                               .desk_file = "desk.yaml",
                               .alarms = &app->alarms};
    if (app->mood != NO_ENGINE)
        eh_committed_from(app->kit.e, &ret->committed);
}

const struct eh_engine *eh_app_engine(const struct eh_app *app)
{
    return app->mood == NO_ENGINE ? NULL : app->kit.e;
}

const struct eh_config *eh_app_config(const struct eh_app *app)
{
    return &app->config;
}

struct event_base *eh_app_base(const struct eh_app *app)
{
    return app->base;
}

struct eh_pg *eh_app_reader(const struct eh_app *app)
{
    return app->reader;
}

int64_t eh_app_now_us(struct eh_app *app)
{
    return app->kit.now_us;
}

int64_t eh_app_day_us(struct eh_app *app, int32_t date)
{
    (void)app; /* its desk is in UTC */
    return date * INT64_C(86400000000);
}

static inline int app_owe(struct eh_app *app, const struct app_owed *owed)
{
    struct app_owed **end = &app->owed, *kept = malloc(sizeof *kept);
    while (*end)
        end = &(*end)->next;
    *kept = *owed;
    *end = kept;
    return 0;
}

int eh_app_when_confirmed(struct eh_app *app, eh_confirmed_fn *on_confirmed, void *context)
{
    if (app->mood == LATER)
        return app_owe(app, &(struct app_owed){.on_confirmed = on_confirmed, .context = context});
    on_confirmed(context, app->mood != UNCONFIRMED);
    return 0;
}

size_t eh_app_repeats(const struct eh_app *app, struct eh_stream_id after, struct eh_stream_id last,
                      struct eh_repeat *ret, size_t max)
{
    (void)app, (void)after, (void)last, (void)ret, (void)max;
    return 0;
}

struct eh_stream_id eh_app_decided_before(const struct eh_app *app)
{
    (void)app;
    return (struct eh_stream_id){0, 0};
}

static inline void decide(struct kit *k, const struct eh_message *message, char *ret_why,
                          size_t why_size, struct eh_command_result *ret)
{
    k->now_us += 1000;
    int r = kit_step(k, *message, EH_ORIGIN_ADMIN);
    eh_format(ret_why, why_size, "%.*s", EH_STR_ARG(k->fx.reason));
    *ret = (struct eh_command_result){.input = k->in.no,
                                      .repeat = k->repeat,
                                      .from_us = k->fx.from_us,
                                      .until_us = k->fx.until_us};
    if (r < 0 || (!k->repeat && k->fx.refused)) {
        ret->code = r < 0 ? r : -k->fx.refused_code;
        ret->message = r < 0 ? "step failed" : ret_why;
    }
}

int eh_app_check_zone(struct eh_app *app, const struct eh_desk *desk, struct eh_error *error)
{
    (void)app, (void)desk, (void)error;
    return 0;
}

int eh_app_submit(struct eh_app *app, struct eh_command *command, struct eh_error *error)
{
    if (app->mood == AWAY)
        return eh_error_set(error, EH_EUNAVAILABLE, "PostgreSQL is away");
    if (app->mood == FULL)
        return eh_error_set(error, EH_EFULL, "too many commands wait");
    if (kit_is(command->message.event, "conflict"))
        return eh_error_set(error, EH_ECONFLICT, "this event stands with other content");
    if (app->mood == LATER)
        return app_owe(app, &(struct app_owed){.command = command});
    char why[EH_ERROR_TEXT_MAX];
    struct eh_command_result result = {.input = 1, .basis = eh_desk_basis(app->kit.e)};
    if (app->mood != STEADY)
        decide(&app->kit, &command->message, why, sizeof why, &result);
    command->on_done(command->context, &result);
    eh_command_free(command);
    return 0;
}

/* How a COMMIT that came later ended. */
enum app_news { COMMITTED, LOST, KNOWN_BEFORE };

static inline void app_tell_command(struct eh_app *app, struct eh_command *command,
                                    enum app_news news)
{
    char why[EH_ERROR_TEXT_MAX];
    struct eh_command_result result = {.input = 1, .repeat = news == KNOWN_BEFORE};
    if (news == LOST)
        result = (struct eh_command_result){.code = -EH_EUNAVAILABLE, .message = "it is lost"};
    else if (news == COMMITTED)
        decide(&app->kit, &command->message, why, sizeof why, &result);
    command->on_done(command->context, &result);
    eh_command_free(command);
}

/* The oldest that is owed is told; false: nothing is owed. */
static inline bool app_tell(struct eh_app *app, enum app_news news)
{
    struct app_owed *owed = app->owed;
    if (!owed)
        return false;
    app->owed = owed->next;
    if (owed->command)
        app_tell_command(app, owed->command, news);
    else
        owed->on_confirmed(owed->context, news != LOST);
    free(owed);
    return true;
}

/* ---- The server. */

static inline void server_ends(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    event_base_loopbreak(context);
}

static inline struct eh_admin *app_start(struct eh_app *app, const char *path, const char *desk,
                                         void (*setup)(struct kit *), enum app_mood mood)
{
    struct eh_error error = {0};
    struct eh_admin *admin;
    *app = (struct eh_app){.mood = mood, .base = event_base_new()};
    snprintf(app->config.admin_socket, sizeof app->config.admin_socket, "%s", path);
    app->config.admin_connections = 64;
    app->config.admin_connections_per_user = 8;
    app->config.helpdesks = (struct eh_config_users){.items = {{"mail", false}}, .count = 1};
    app->config.auditors = (struct eh_config_users){.items = {{"news", true}}, .count = 1};
    kit_start(&app->kit, desk);
    if (setup)
        setup(&app->kit);
    if (eh_admin_new(app, &admin, &error) < 0)
        kit_fail("admin", error.text);
    return admin;
}

static inline void app_stop(struct eh_app *app, struct eh_admin *admin)
{
    eh_admin_free(admin);
    event_base_free(app->base);
    kit_done(&app->kit);
}

static inline void serve(const struct server *s, const char *desk, void (*setup)(struct kit *),
                         enum app_mood mood)
{
    struct eh_app app;
    struct eh_admin *admin = app_start(&app, s->path, desk, setup, mood);
    chmod(s->path, 0666);
    struct event *ends = evsignal_new(app.base, SIGTERM, server_ends, app.base);
    event_add(ends, NULL);
    event_base_dispatch(app.base);
    event_free(ends);
    app_stop(&app, admin);
}

static inline void server_start(struct server *s, const char *desk, void (*setup)(struct kit *),
                                enum app_mood mood)
{
    snprintf(s->folder, sizeof s->folder, "/tmp/eh-admin-XXXXXX");
    if (!mkdtemp(s->folder))
        kit_fail("mkdtemp", s->folder);
    chmod(s->folder, 0755);
    snprintf(s->path, sizeof s->path, "%s/admin.sock", s->folder);
    s->pid = fork();
    if (s->pid == 0) {
        serve(s, desk, setup, mood);
        exit(0);
    }
    for (int i = 0; i < 12000 && access(s->path, F_OK) != 0; i++)
        usleep(10000);
}

static inline void server_stop(struct server *s)
{
    int status;
    kill(s->pid, SIGTERM);
    if (waitpid(s->pid, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        kit_fail("server", "did not end well");
    if (access(s->path, F_OK) == 0)
        kit_fail("server", "left its socket behind");
    rmdir(s->folder);
}

/* ---- Clients. */

/* Connected as a user (NULL: whoever runs the test). Who asks is who connects. */
static inline int dial(const struct server *s, const char *user)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", s->path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    const struct passwd *entry = user ? getpwnam(user) : NULL;
    if (user && (!entry || seteuid(entry->pw_uid) < 0))
        kit_fail("seteuid", user);
    int r = -1;
    for (int i = 0; i < 12000 && r < 0; i++) { /* bound, perhaps not listening yet */
        r = connect(fd, (struct sockaddr *)&address, sizeof address);
        if (r < 0)
            usleep(10000);
    }
    if (r < 0)
        kit_fail("connect", s->path);
    if (user && seteuid(0) < 0)
        kit_fail("seteuid", "root");
    return fd;
}

static inline struct answer read_answer(int fd)
{
    size_t size = 0, room = 1u << 20;
    char *text = malloc(room);
    ssize_t n;
    while ((n = read(fd, text + size, room - size - 1)) > 0) {
        size += (size_t)n;
        if (room - size < 65536)
            text = realloc(text, room *= 2);
    }
    text[size] = '\0';
    struct answer a = {.text = text};
    if (size > 12)
        a.status = atoi(text + 9);
    const char *body = strstr(text, "\r\n\r\n");
    a.json = body ? json_loads(body + 4, 0, NULL) : NULL;
    return a;
}

/* One request on a connection of its own. Single quotes in the body stand for double ones. */
static inline struct answer ask_with(const struct server *s, const char *user, const char *method,
                                     const char *address, const char *body, const char *headers)
{
    char request[16384], quoted[8192];
    snprintf(quoted, sizeof quoted, "%s", body ? body : "");
    for (char *c = quoted; *c; c++)
        if (*c == '\'')
            *c = '"';
    int size = snprintf(request, sizeof request,
                        "%s %s HTTP/1.1\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n%s",
                        method, address, headers, strlen(quoted), quoted);
    int fd = dial(s, user);
    if (write(fd, request, (size_t)size) != size)
        kit_fail("write", address);
    struct answer a = read_answer(fd);
    close(fd);
    return a;
}

static inline struct answer ask(const struct server *s, const char *user, const char *method,
                                const char *address, const char *body)
{
    return ask_with(s, user, method, address, body, "");
}

static inline void answer_done(struct answer *a)
{
    json_decref(a->json);
    free(a->text);
}

#endif
