/* run: a connection from its start to the signal that ends it. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <event2/event.h>

#include "bridge/commands/control.h"
#include "bridge/commands/load.h"
#include "host/log.h"

static void on_signal(evutil_socket_t number, short what, void *context)
{
    (void)what;
    eh_log(EH_LOG_INFO, "stopping: signal %d", (int)number);
    event_base_loopexit(context, NULL);
}

static int watch_signals(struct event_base *base, struct event *ret[2])
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a bound on files is told like a full disk */
    ret[0] = evsignal_new(base, SIGTERM, on_signal, base);
    ret[1] = evsignal_new(base, SIGINT, on_signal, base);
    return ret[0] && ret[1] && event_add(ret[0], NULL) == 0 && event_add(ret[1], NULL) == 0
               ? 0
               : -EH_ENOMEM;
}

static int serve(struct event_base *base, const struct eh_loaded *loaded,
                 const struct eh_bridge_hooks *hooks, struct eh_error *error)
{
    struct eh_bridge_app *app = NULL;
    struct eh_control *control = NULL;
    int r = eh_bridge_app_new(base, loaded->connection, loaded->profile, &app, error);
    if (r == 0)
        r = eh_control_new(base, loaded->connection, app, &control, error);
    if (r == 0) {
        eh_log(EH_LOG_INFO, "running connection=%s profile=%s url=%s", loaded->connection->name,
               loaded->profile->name, loaded->connection->url);
        hooks->ready();
        event_base_dispatch(base);
    }
    eh_control_free(control);
    eh_bridge_app_free(app);
    return r;
}

static int run_locked(const struct eh_loaded *loaded, const struct eh_bridge_hooks *hooks)
{
    struct eh_error error = {0};
    struct event *signals[2] = {NULL, NULL};
    struct event_base *base = event_base_new();
    int r = base ? watch_signals(base, signals) : -EH_ENOMEM;
    if (r < 0)
        eh_error_set(&error, EH_ENOMEM, "out of memory");
    if (r == 0)
        r = eh_connection_unlock(loaded->connection, &error);
    if (r == 0)
        r = serve(base, loaded, hooks, &error);
    for (int i = 0; i < 2; i++)
        if (signals[i])
            event_free(signals[i]);
    if (base)
        event_base_free(base);
    return r < 0 ? eh_bridge_fail(&error) : 0;
}

int eh_bridge_run(const struct eh_bridge_call *call, const struct eh_bridge_hooks *hooks)
{
    struct eh_loaded loaded;
    struct eh_error error = {0};
    int code = eh_bridge_load(call, &loaded);
    int lock = code == 0 ? eh_bridge_lock(loaded.connection, &error) : -1;
    if (code == 0 && lock < 0)
        code = eh_bridge_fail(&error);
    if (code == 0)
        code = run_locked(&loaded, hooks);
    if (lock >= 0)
        close(lock);
    eh_bridge_unload(&loaded);
    return code;
}
