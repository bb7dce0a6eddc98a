/*
 * metrics: /metrics in the Prometheus text format (version 0.0.4), from one table, and /healthz.
 */
#include "admin/api/api.h"

struct figures {
    struct eh_app_status app;
    const struct eh_admin *admin;
};

struct metric {
    const char *name, *type, *help;
    int64_t value;
    bool micros; /* microseconds, told as seconds */
};

#define GAUGE(name, help, value)   {name, "gauge", help, (int64_t)(value), false},
#define COUNTER(name, help, value) {name, "counter", help, (int64_t)(value), false},
#define SECONDS(name, help, value) {name, "gauge", help, (int64_t)(value), true},

/* Rows of struct metric, of what `f` points to. */
#define METRICS(f)                                                                                 \
    GAUGE("evenhand_leader", "1 while this daemon leads the desk",                                 \
          (f)->app.role == EH_ROLE_LEADER)                                                         \
    GAUGE("evenhand_lease_epoch", "Epoch of the lease", (f)->app.epoch)                            \
    COUNTER("evenhand_inputs_total", "Inputs decided since ever (the last input's number)",        \
            (f)->app.committed.totals.input)                                                       \
    COUNTER("evenhand_outbox_seq_total", "Outbox entries made since ever",                         \
            (f)->app.committed.totals.seq)                                                         \
    COUNTER("evenhand_published_seq_total", "Outbox entries that are in Redis",                    \
            (f)->app.published_seq)                                                                \
    GAUGE("evenhand_tickets_waiting", "Tickets that wait for a rep",                               \
          (f)->app.committed.totals.waiting)                                                       \
    GAUGE("evenhand_tickets_open", "Tickets assigned or held, and not closed",                     \
          (f)->app.committed.totals.open)                                                          \
    GAUGE("evenhand_tickets_held", "Of these, with somebody outside their team",                   \
          (f)->app.committed.totals.held)                                                          \
    GAUGE("evenhand_tickets_paused", "Of these, waiting for the customer",                         \
          (f)->app.committed.totals.paused)                                                        \
    GAUGE("evenhand_outcomes_parked", "Outcomes that wait for their ticket",                       \
          (f)->app.committed.totals.pending)                                                       \
    COUNTER("evenhand_dead_letters_total", "Entries of the stream refused since ever",             \
            (f)->app.committed.dead_letters)                                                       \
    COUNTER("evenhand_refused_total", "The same, with what was refused over the socket",           \
            (f)->app.committed.totals.dead)                                                        \
    GAUGE("evenhand_in_flight", "Entries read and not committed yet", (f)->app.in_flight)          \
    COUNTER("evenhand_repeats_total", "Messages recognised as known since start",                  \
            (f)->app.repeats)                                                                      \
    COUNTER("evenhand_signals_superseded_total",                                                   \
            "Signals of the stream that were no input, since a later one took their place",        \
            (f)->app.superseded)                                                                   \
    GAUGE("evenhand_signals_kept",                                                                 \
          "Signals of the stream that wait, unacknowledged, until their rate allows an input",     \
          (f)->app.kept)                                                                           \
    COUNTER("evenhand_batches_total", "Batches committed since start", (f)->app.batches)           \
    COUNTER("evenhand_commits_failed_total", "Batches whose COMMIT failed or stayed unknown",      \
            (f)->app.commits_failed)                                                               \
    GAUGE("evenhand_redis_up", "1 while Redis is reached", (f)->app.redis_up)                      \
    GAUGE("evenhand_postgres_up", "1 while PostgreSQL is reached", (f)->app.postgres_up)           \
    GAUGE("evenhand_alarm", "1 while an alarm stands in status",                                   \
          *eh_alarm_first((f)->app.alarms) != '\0')                                                \
    GAUGE("evenhand_desk_file_differs", "1 while the desk file is not what is applied",            \
          (f)->app.desk_file_differs)                                                              \
    SECONDS("evenhand_snapshot_pause_seconds", "Pause of the last snapshot",                       \
            (f)->app.snapshot_pause_us)                                                            \
    GAUGE("evenhand_snapshot_input", "Input of the last snapshot", (f)->app.snapshot_input)        \
    GAUGE("evenhand_schema_version", "Version of the schema in PostgreSQL", (f)->app.schema)       \
    GAUGE("evenhand_admin_connections", "Connections to the admin socket",                         \
          (f)->admin->connection_count + (f)->admin->delegate_count)                               \
    GAUGE("evenhand_admin_pending", "Admin requests not answered yet", (f)->admin->pending)        \
    COUNTER("evenhand_admin_requests_total", "Admin requests since start",                         \
            (f)->admin->counts.requests)                                                           \
    COUNTER("evenhand_admin_refused_connections_total", "Admin connections over a cap",            \
            (f)->admin->counts.refused_connections)                                                \
    COUNTER("evenhand_admin_client_errors_total", "Admin answers 4xx",                             \
            (f)->admin->counts.errors_4xx)                                                         \
    COUNTER("evenhand_admin_server_errors_total", "Admin answers 5xx",                             \
            (f)->admin->counts.errors_5xx)                                                         \
    COUNTER("evenhand_admin_late_total", "Admin requests and answers past their deadline",         \
            (f)->admin->server->late)

static void print_metric(struct evbuffer *out, const struct metric *m)
{
    evbuffer_add_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s ", m->name, m->help, m->name, m->type,
                        m->name);
    if (m->micros)
        evbuffer_add_printf(out, "%lld.%06lld\n", (long long)(m->value / 1000000),
                            (long long)(m->value % 1000000));
    else
        evbuffer_add_printf(out, "%lld\n", (long long)m->value);
}

static void print_metrics(struct evbuffer *out, const struct figures *figures)
{
    const struct metric metrics[] = {METRICS(figures)};
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
        print_metric(out, &metrics[i]);
}

static void print_alarms(struct evbuffer *out, const struct eh_alarms *alarms)
{
    evbuffer_add_printf(out, "# HELP evenhand_alarm_stands 1 while this alarm stands in status\n"
                             "# TYPE evenhand_alarm_stands gauge\n");
    for (enum eh_alarm alarm = 0; alarm < EH_ALARM_COUNT; alarm++)
        evbuffer_add_printf(out, "evenhand_alarm_stands{alarm=\"%s\"} %d\n", eh_alarm_name(alarm),
                            eh_alarm_stands(alarms, alarm));
}

void eh_admin_get_metrics(struct eh_admin_request *request)
{
    struct figures figures = {.admin = request->admin};
    eh_app_status(request->admin->app, &figures.app);

    struct evbuffer *out = evbuffer_new();
    eh_require(out);
    evbuffer_add_printf(out,
                        "# HELP evenhand_info Version of this daemon\n"
                        "# TYPE evenhand_info gauge\n"
                        "evenhand_info{version=\"%s\"} 1\n",
                        EVENHAND_VERSION);
    print_metrics(out, &figures);
    print_alarms(out, figures.app.alarms);
    eh_admin_print_gauges(request->admin, out);
    eh_admin_reply_text(request, "text/plain; version=0.0.4; charset=utf-8", out);
    evbuffer_free(out);
}

/* Healthy: the loop turns (it answers) and this daemon leads or stands by for another. */
void eh_admin_get_health(struct eh_admin_request *request)
{
    struct eh_app_status status;
    eh_app_status(request->admin->app, &status);
    bool ready = status.role == EH_ROLE_STANDBY ||
                 (status.role == EH_ROLE_LEADER && status.postgres_up && status.redis_up);
    json_t *body = json_object();
    eh_json_put_bool(body, "ok", ready);
    eh_json_put_string(body, "role", eh_role_name(status.role));
    eh_json_put_string(body, "redis", status.redis_up ? "up" : "down");
    eh_json_put_string(body, "postgres", status.postgres_up ? "up" : "down");
    eh_admin_reply(request, ready ? 200 : 503, body);
}
