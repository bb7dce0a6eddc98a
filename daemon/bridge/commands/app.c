/* app: how the parts of a running connection hold together. */
#include "bridge/commands/app.h"

#include <stdlib.h>

#include "host/bounded.h"
#include "bridge/out/out.h"

#define KEY_MAX 160

struct asked;

struct eh_bridge_app {
    struct event_base *base;
    struct eh_connection *connection;
    const struct eh_profile *profile;
    struct eh_redis_address redis;
    char inbox_key[KEY_MAX], outbox_key[KEY_MAX];
    struct eh_map *map;
    struct eh_feed *feed;
    struct eh_out *out;
    struct eh_sync *sync;
    struct eh_webhooks *hooks;
    struct asked *asked;
    bool caught_up; /* with the outbox, once */
};

/* ---- In. */

static void on_taken(void *context, int r)
{
    eh_taking_done(context, r);
}

static void take(void *context, const json_t *value, struct eh_taking *taking)
{
    struct eh_bridge_app *app = context;
    eh_sync_take(app->sync, value, on_taken, taking);
}

static const char *last_wrong(void *context)
{
    const struct eh_bridge_app *app = context;
    return eh_sync_last_error(app->sync);
}

static const char *closed(void *context)
{
    const struct eh_bridge_app *app = context;
    return eh_feed_up(app->feed) ? NULL : "Redis cannot be reached just now";
}

/* ---- The helpdesk. */

/* A request whose answer `sync` waits for. */
struct asked {
    struct eh_bridge_app *app;
    eh_sync_answer_fn *fn;
    void *context;
    struct asked *next, **link;
};

static void asked_free(struct asked *asked)
{
    *asked->link = asked->next;
    if (asked->next)
        asked->next->link = asked->link;
    free(asked);
}

static void on_answer(void *context, const struct eh_web_answer *web)
{
    struct asked *asked = context;
    struct eh_sync_answer answer = {.headers = web->headers, .why = web->why};
    if (web->end == EH_WEB_ANSWERED) {
        answer.status = web->status;
        if (eh_bounded_json(web->body, &answer.body, NULL) < 0)
            answer.body = NULL;
    }
    eh_sync_answer_fn *fn = asked->fn;
    void *whose = asked->context;
    asked_free(asked);
    fn(whose, &answer);
    json_decref(answer.body);
}

static int fetch(void *context, const json_t *request, eh_sync_answer_fn *fn, void *whose)
{
    struct eh_bridge_app *app = context;
    struct asked *asked = calloc(1, sizeof *asked);
    if (!asked)
        return -EH_ENOMEM;
    *asked = (struct asked){app, fn, whose, app->asked, &app->asked};
    if (asked->next)
        asked->next->link = &asked->next;
    app->asked = asked;
    int r = eh_out_fetch(app->out, (json_t *)request, on_answer, asked);
    if (r < 0)
        asked_free(asked);
    return r;
}

static int set_owner(void *context, const char *id, const char *account)
{
    const struct eh_bridge_app *app = context;
    return eh_out_set_owner(app->out, id, account);
}

static bool is_pending(void *context, const char *id)
{
    const struct eh_bridge_app *app = context;
    return eh_out_is_pending(app->out, id);
}

static bool is_parked(void *context, const char *id)
{
    const struct eh_bridge_app *app = context;
    return eh_out_is_parked(app->out, id);
}

static const struct eh_sync_helpdesk helpdesk = {fetch, set_owner, is_pending, is_parked};

/* ---- What evenhand has decided. */

static void on_entry(void *context, const json_t *entry)
{
    const struct eh_bridge_app *app = context;
    eh_sync_entry(app->sync, entry);
}

static int account_of(void *context, const char *rep, const char *id, const char **ret)
{
    const struct eh_bridge_app *app = context;
    return eh_sync_account(app->sync, rep, id, ret);
}

static bool is_said(void *context, const char *id, const char *account)
{
    const struct eh_bridge_app *app = context;
    return eh_sync_has_said(app->sync, id, account);
}

static void on_set(void *context, const char *id)
{
    const struct eh_bridge_app *app = context;
    eh_sync_owner_set(app->sync, id);
}

/* Before that, nobody knows what evenhand has decided since the bridge ran last. */
static void on_caught_up(void *context)
{
    struct eh_bridge_app *app = context;
    if (!app->caught_up)
        eh_sync_sweep(app->sync, "the start");
    app->caught_up = true;
}

static void on_lost(void *context)
{
    const struct eh_bridge_app *app = context;
    eh_sync_lost(app->sync);
}

static void on_sweep(void *context, const char *why)
{
    const struct eh_bridge_app *app = context;
    eh_sync_sweep(app->sync, why);
}

static json_t *previous(void *context, const char *id)
{
    const struct eh_bridge_app *app = context;
    return eh_sync_previous(app->sync, id);
}

/* ---- Its making. */

static void wipe(void *context)
{
    struct eh_bridge_app *app = context;
    eh_connection_wipe(app->connection);
    explicit_bzero(app->redis.password, sizeof app->redis.password);
}

static int make_map(struct eh_bridge_app *app, struct eh_error *error)
{
    json_t *seen = eh_connection_public(app->connection);
    const struct eh_map_options options = {.base = app->base,
                                           .programs = (const char *const *)app->profile->programs,
                                           .names = eh_program_names(),
                                           .count = EH_PROGRAM_COUNT,
                                           .connection = seen,
                                           .in_child = wipe,
                                           .in_child_context = app};
    int r = eh_map_new(&options, &app->map, error);
    json_decref(seen);
    return r;
}

static int read_redis(struct eh_bridge_app *app, struct eh_error *error)
{
    const struct eh_connection *c = app->connection;
    char password[sizeof app->redis.password];
    int r = eh_redis_address_parse(eh_str(c->redis), &app->redis, error);
    if (r == 0)
        r = eh_connection_redis_password(c, password, sizeof password, error);
    if (r < 0)
        return r;
    memcpy(app->redis.password, password, sizeof password);
    explicit_bzero(password, sizeof password);
    eh_format(app->redis.user, sizeof app->redis.user, "%s", c->redis_user);
    eh_format(app->inbox_key, sizeof app->inbox_key, "evenhand:{%s}:inbox", c->desk);
    eh_format(app->outbox_key, sizeof app->outbox_key, "evenhand:{%s}:outbox", c->desk);
    return 0;
}

static int make_feed(struct eh_bridge_app *app, struct eh_error *error)
{
    int r = read_redis(app, error);
    const struct eh_feed_options options = {
        .base = app->base, .address = &app->redis, .key = app->inbox_key};
    return r < 0 ? r : eh_feed_new(&options, &app->feed, error);
}

static int make_out(struct eh_bridge_app *app, struct eh_error *error)
{
    const struct eh_out_options options = {.base = app->base,
                                           .connection = app->connection,
                                           .profile = app->profile,
                                           .map = app->map,
                                           .address = &app->redis,
                                           .outbox_key = app->outbox_key,
                                           .session = app->profile->session,
                                           .account_of = account_of,
                                           .is_said = is_said,
                                           .on_entry = on_entry,
                                           .on_set = on_set,
                                           .on_caught_up = on_caught_up,
                                           .on_lost = on_lost,
                                           .on_sweep = on_sweep,
                                           .previous = previous,
                                           .context = app,
                                           .fail_us = app->connection->park_after_s * 1000000};
    return eh_out_new(&options, &app->out, error);
}

static int make_sync(struct eh_bridge_app *app, struct eh_error *error)
{
    const struct eh_sync_options options = {
        .base = app->base,
        .connection = app->connection,
        .map = app->map,
        .feed = app->feed,
        .helpdesk = &helpdesk,
        .helpdesk_context = app,
        .has_sweep = app->profile->programs[EH_PROGRAM_SWEEP] != NULL,
        .has_read = app->profile->programs[EH_PROGRAM_READ] != NULL};
    return eh_sync_new(&options, &app->sync, error);
}

static int make_hooks(struct eh_bridge_app *app, struct eh_error *error)
{
    const struct eh_webhooks_options options = {.base = app->base,
                                                .connection = app->connection,
                                                .profile = app->profile,
                                                .map = app->map,
                                                .take = take,
                                                .closed = closed,
                                                .why = last_wrong,
                                                .context = app};
    return eh_webhooks_new(&options, &app->hooks, error);
}

int eh_bridge_app_new(struct event_base *base, struct eh_connection *connection,
                      const struct eh_profile *profile, struct eh_bridge_app **ret,
                      struct eh_error *error)
{
    struct eh_bridge_app *app = calloc(1, sizeof *app);
    if (!app)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    app->base = base;
    app->connection = connection;
    app->profile = profile;
    int r = make_map(app, error);
    if (r == 0)
        r = make_feed(app, error);
    if (r == 0)
        r = make_out(app, error);
    if (r == 0)
        r = make_sync(app, error);
    if (r == 0)
        r = make_hooks(app, error);
    if (r < 0) {
        eh_bridge_app_free(app);
        return r;
    }
    eh_out_start(app->out);
    *ret = app;
    return 0;
}

void eh_bridge_app_free(struct eh_bridge_app *app)
{
    if (!app)
        return;
    eh_feed_free(app->feed);
    eh_out_free(app->out);
    eh_webhooks_free(app->hooks);
    eh_sync_free(app->sync);
    while (app->asked)
        asked_free(app->asked);
    eh_map_free(app->map);
    explicit_bzero(&app->redis, sizeof app->redis);
    free(app);
}

/* ---- What is told of it. */

static json_t *webhooks_of(const struct eh_bridge_app *app)
{
    const struct eh_webhook_counts *c = eh_webhooks_counts(app->hooks);
    const char *error = eh_webhooks_last_error(app->hooks);
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:s*}", "taken", (json_int_t)c->taken,
                     "repeated", (json_int_t)c->repeated, "unverified", (json_int_t)c->unverified,
                     "malformed", (json_int_t)c->malformed, "unmapped", (json_int_t)c->unmapped,
                     "deferred", (json_int_t)c->deferred, "last_error", error[0] ? error : NULL);
}

static json_t *tickets_of(const struct eh_bridge_app *app)
{
    const struct eh_sync_counts *c = eh_sync_counts(app->sync);
    json_t *all = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "known",
                            (json_int_t)eh_sync_known(app->sync), "said", (json_int_t)c->said,
                            "wrong", (json_int_t)c->wrong, "stale", (json_int_t)c->stale, "foreign",
                            (json_int_t)c->foreign, "messages", (json_int_t)c->messages, "reported",
                            (json_int_t)c->reported);
    json_t *more = json_pack("{s:I, s:I, s:I, s:I}", "set_back", (json_int_t)c->set_back, "sweeps",
                             (json_int_t)c->sweeps, "sweeps_failed", (json_int_t)c->sweeps_failed,
                             "read", (json_int_t)c->read);
    json_object_update(all, more);
    json_decref(more);
    return all;
}

static json_t *owners_of(const struct eh_bridge_app *app)
{
    struct eh_out_figures f;
    eh_out_figures(app->out, &f);
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:s*, s:s*}", "waiting", (json_int_t)f.jobs.jobs,
        "done", (json_int_t)f.jobs.done, "parked", (json_int_t)f.parked, "requests",
        (json_int_t)f.sender.sent, "logins", (json_int_t)f.sender.logins, "read",
        (json_int_t)f.read, "cursor", (json_int_t)f.cursor, "outbox", f.outbox_up, "trouble",
        f.trouble[0] ? f.trouble : NULL, "last_failure", f.last_failure[0] ? f.last_failure : NULL);
}

static const char *last_error(const struct eh_bridge_app *app)
{
    const char *trouble = eh_bridge_app_trouble(app);
    return trouble ? trouble : eh_sync_last_error(app->sync);
}

json_t *eh_bridge_app_status(const struct eh_bridge_app *app)
{
    const char *error = last_error(app);
    return json_pack(
        "{s:s, s:s, s:s, s:b, s:b, s:I, s:s?, s:o, s:o, s:o}", "connection", app->connection->name,
        "profile", app->profile->name, "url", app->connection->url, "redis", eh_feed_up(app->feed),
        "sweeping", eh_sync_is_sweeping(app->sync), "map_restarts",
        (json_int_t)eh_map_restarts(app->map), "last_error", error[0] ? error : NULL, "webhooks",
        webhooks_of(app), "tickets", tickets_of(app), "owners", owners_of(app));
}

const char *eh_bridge_app_trouble(const struct eh_bridge_app *app)
{
    struct eh_out_figures f;
    const char *inbox = eh_feed_trouble(app->feed);
    if (inbox)
        return inbox;
    eh_out_figures(app->out, &f);
    if (f.outbox_trouble)
        return f.outbox_trouble;
    if (f.disk_trouble[0])
        return f.disk_trouble;
    return f.trouble[0] ? f.trouble : NULL;
}

void eh_bridge_app_sweep(struct eh_bridge_app *app)
{
    eh_sync_lost(app->sync); /* whoever asks doubts something */
    eh_sync_sweep(app->sync, "asked for");
}

int eh_bridge_app_unpark(struct eh_bridge_app *app, const char *id, bool again,
                         struct eh_error *error)
{
    int r = again ? eh_out_retry(app->out, id, error) : eh_out_drop(app->out, id, error);
    if (r == 0 && again)
        eh_sync_forget(app->sync, id); /* whose it is may be another account now */
    return r;
}
