/*
 * metrics: /metrics in the Prometheus text format (version 0.0.4), from one table, and
 * /healthz.
 */
#include "admin/api/api.h"

struct figures {
    struct eh_app_status app;
    const struct eh_admin *admin;
};

static int64_t is_leader(const struct figures *f)
{
    return f->app.role == EH_ROLE_LEADER;
}

static int64_t lease_epoch(const struct figures *f)
{
    return (int64_t)f->app.epoch;
}

static int64_t input(const struct figures *f)
{
    return (int64_t)f->app.committed.totals.input;
}

static int64_t seq(const struct figures *f)
{
    return (int64_t)f->app.committed.totals.seq;
}

static int64_t published(const struct figures *f)
{
    return (int64_t)f->app.published_seq;
}

static int64_t waiting(const struct figures *f)
{
    return (int64_t)f->app.committed.totals.waiting;
}

static int64_t open_tickets(const struct figures *f)
{
    return (int64_t)f->app.committed.totals.open;
}

static int64_t pending(const struct figures *f)
{
    return (int64_t)f->app.committed.totals.pending;
}

static int64_t dead(const struct figures *f)
{
    return (int64_t)f->app.committed.dead_letters;
}

static int64_t refused(const struct figures *f)
{
    return (int64_t)f->app.committed.totals.dead;
}

static int64_t in_flight(const struct figures *f)
{
    return (int64_t)f->app.in_flight;
}

static int64_t repeats(const struct figures *f)
{
    return (int64_t)f->app.repeats;
}

static int64_t superseded(const struct figures *f)
{
    return (int64_t)f->app.superseded;
}

static int64_t kept(const struct figures *f)
{
    return (int64_t)f->app.kept;
}

static int64_t batches(const struct figures *f)
{
    return (int64_t)f->app.batches;
}

static int64_t commits_failed(const struct figures *f)
{
    return (int64_t)f->app.commits_failed;
}

static int64_t redis_up(const struct figures *f)
{
    return f->app.redis_up;
}

static int64_t postgres_up(const struct figures *f)
{
    return f->app.postgres_up;
}

static int64_t alarm_raised(const struct figures *f)
{
    return *eh_alarm_first(f->app.alarms) != '\0';
}

static int64_t desk_file_differs(const struct figures *f)
{
    return f->app.desk_file_differs;
}

static int64_t snapshot_pause_us(const struct figures *f)
{
    return f->app.snapshot_pause_us;
}

static int64_t snapshot_input(const struct figures *f)
{
    return f->app.snapshot_input;
}

static int64_t schema(const struct figures *f)
{
    return f->app.schema;
}

static int64_t admin_connections(const struct figures *f)
{
    return f->admin->connection_count;
}

static int64_t admin_pending(const struct figures *f)
{
    return (int64_t)f->admin->pending;
}

static int64_t admin_requests(const struct figures *f)
{
    return (int64_t)f->admin->counts.requests;
}

static int64_t admin_refused(const struct figures *f)
{
    return (int64_t)f->admin->counts.refused_connections;
}

static int64_t admin_errors_4xx(const struct figures *f)
{
    return (int64_t)f->admin->counts.errors_4xx;
}

static int64_t admin_errors_5xx(const struct figures *f)
{
    return (int64_t)f->admin->counts.errors_5xx;
}

static int64_t admin_late(const struct figures *f)
{
    return (int64_t)f->admin->server->late;
}

static const struct {
    const char *name, *type, *help;
    int64_t (*value)(const struct figures *);
    int64_t per_unit; /* the figure is divided by this: Prometheus wants seconds */
} metrics[] = {
    {"evenhand_leader", "gauge", "1 while this daemon leads the desk", is_leader, 1},
    {"evenhand_lease_epoch", "gauge", "Epoch of the lease", lease_epoch, 1},
    {"evenhand_inputs_total", "counter", "Inputs decided since ever (the last input's number)",
     input, 1},
    {"evenhand_outbox_seq_total", "counter", "Outbox entries made since ever", seq, 1},
    {"evenhand_published_seq_total", "counter", "Outbox entries that are in Redis", published, 1},
    {"evenhand_tickets_waiting", "gauge", "Tickets that wait for a rep", waiting, 1},
    {"evenhand_tickets_open", "gauge", "Tickets assigned and not closed", open_tickets, 1},
    {"evenhand_outcomes_parked", "gauge", "Outcomes that wait for their ticket", pending, 1},
    {"evenhand_dead_letters_total", "counter", "Entries of the stream refused since ever", dead, 1},
    {"evenhand_refused_total", "counter", "The same, with what was refused over the socket",
     refused, 1},
    {"evenhand_in_flight", "gauge", "Entries read and not committed yet", in_flight, 1},
    {"evenhand_repeats_total", "counter", "Messages recognised as known since start", repeats, 1},
    {"evenhand_signals_superseded_total", "counter",
     "Signals of the stream that were no input, since a later one took their place", superseded, 1},
    {"evenhand_signals_kept", "gauge",
     "Signals of the stream that wait, unacknowledged, until their rate allows an input", kept, 1},
    {"evenhand_batches_total", "counter", "Batches committed since start", batches, 1},
    {"evenhand_commits_failed_total", "counter", "Batches whose COMMIT failed or stayed unknown",
     commits_failed, 1},
    {"evenhand_redis_up", "gauge", "1 while Redis is reached", redis_up, 1},
    {"evenhand_postgres_up", "gauge", "1 while PostgreSQL is reached", postgres_up, 1},
    {"evenhand_alarm", "gauge", "1 while an alarm stands in status", alarm_raised, 1},
    {"evenhand_desk_file_differs", "gauge", "1 while the desk file is not what is applied",
     desk_file_differs, 1},
    {"evenhand_snapshot_pause_seconds", "gauge", "Pause of the last snapshot", snapshot_pause_us,
     1000000},
    {"evenhand_snapshot_input", "gauge", "Input of the last snapshot", snapshot_input, 1},
    {"evenhand_schema_version", "gauge", "Version of the schema in PostgreSQL", schema, 1},
    {"evenhand_admin_connections", "gauge", "Connections to the admin socket", admin_connections,
     1},
    {"evenhand_admin_pending", "gauge", "Admin requests not answered yet", admin_pending, 1},
    {"evenhand_admin_requests_total", "counter", "Admin requests since start", admin_requests, 1},
    {"evenhand_admin_refused_connections_total", "counter", "Admin connections over a cap",
     admin_refused, 1},
    {"evenhand_admin_client_errors_total", "counter", "Admin answers 4xx", admin_errors_4xx, 1},
    {"evenhand_admin_server_errors_total", "counter", "Admin answers 5xx", admin_errors_5xx, 1},
    {"evenhand_admin_late_total", "counter", "Admin requests and answers past their deadline",
     admin_late, 1},
};

static void print_metric(struct evbuffer *out, size_t i, const struct figures *figures)
{
    int64_t value = metrics[i].value(figures);
    evbuffer_add_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s ", metrics[i].name, metrics[i].help,
                        metrics[i].name, metrics[i].type, metrics[i].name);
    if (metrics[i].per_unit == 1)
        evbuffer_add_printf(out, "%lld\n", (long long)value);
    else
        evbuffer_add_printf(out, "%lld.%06lld\n", (long long)(value / metrics[i].per_unit),
                            (long long)(value % metrics[i].per_unit));
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
    for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++)
        print_metric(out, i, &figures);
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
