/* parked: owners that were given up: listed from their file; tried again or dropped by whoever runs
 * the connection. */
#include <stdio.h>
#include <time.h>

#include "bridge/commands/control.h"
#include "bridge/commands/load.h"
#include "bridge/out/parked.h"
#include "ask/asker.h"

#define ASK_TIMES    10 /* while it is not known yet */
#define ASK_PAUSE_MS 300

static int print_one(void *context, const struct eh_parked_item *item)
{
    char at[EH_DECIMAL_TEXT_MAX];
    (void)context;
    eh_time_print(item->at_s * 1000000, at);
    struct eh_str whose = item->account.size > 0 ? item->account
                          : item->rep.size > 0   ? item->rep
                                                 : eh_str("nobody");
    printf("%s  %.*s  for %.*s: %.*s\n", at, EH_STR_ARG(item->id), EH_STR_ARG(whose),
           EH_STR_ARG(item->why));
    return 0;
}

static int print_all(const struct eh_connection *connection, struct eh_error *error)
{
    char path[300];
    struct eh_parked *parked;
    eh_format(path, sizeof path, "%s/" EH_PARKED_FILE, connection->state);
    int r = eh_parked_open_to_read(path, &parked, error);
    if (r < 0)
        return r;
    if (eh_parked_count(parked) == 0)
        puts("nothing is parked");
    r = eh_parked_each(parked, print_one, NULL, error);
    eh_parked_close(parked);
    return r;
}

/* *ret_later: what it needs is not known yet. */
static int ask_once(const struct eh_connection *connection, const char *target, bool *ret_later,
                    struct eh_error *error)
{
    int status = 0;
    json_t *answer = NULL;
    int r = eh_control_ask(connection, "POST", target, &status, &answer, error);
    const char *why =
        json_string_value(json_object_get(json_object_get(answer, "error"), "message"));
    *ret_later = r == 0 && status == 503;
    if (r == 0 && status != 200)
        r = eh_error_set(error, *ret_later ? EH_EUNAVAILABLE : EH_ECONFLICT, "%s",
                         why ? why : "refused");
    json_decref(answer);
    return r;
}

static int ask(const struct eh_connection *connection, const char *verb, const char *id,
               struct eh_error *error)
{
    static const struct timespec pause = {0, ASK_PAUSE_MS * 1000000L};
    char part[3 * EH_NAME_MAX + 4], target[3 * EH_NAME_MAX + 64];
    if (!eh_asker_encode(id, part, sizeof part))
        return eh_error_set(error, EH_EINVAL, "%.60s: is no id", id);
    eh_format(target, sizeof target, "/parked/%s?id=%s", verb, part);
    bool later;
    int r = ask_once(connection, target, &later, error);
    for (int i = 1; later && i < ASK_TIMES; i++) {
        nanosleep(&pause, NULL);
        r = ask_once(connection, target, &later, error);
    }
    return r;
}

int eh_bridge_parked(const struct eh_bridge_call *call)
{
    struct eh_connection *connection;
    struct eh_error error = {0};
    const char *verb = call->words[0], *id = call->words[1];
    if (verb && ((strcmp(verb, "retry") != 0 && strcmp(verb, "drop") != 0) || !id)) {
        fputs("evenhand-bridge: write parked NAME [retry ID | drop ID]\n", stderr);
        return EH_EXIT_USAGE;
    }
    int r = eh_connection_load(call->folder, call->name, &connection, &error);
    if (r < 0)
        return eh_bridge_fail(&error);
    r = verb ? ask(connection, verb, id, &error) : print_all(connection, &error);
    eh_connection_free(connection);
    if (r < 0)
        return eh_bridge_fail(&error);
    if (verb)
        puts("done");
    return 0;
}
