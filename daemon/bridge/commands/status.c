/* status: how a connection is, and what a running one is asked for. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "bridge/commands/control.h"
#include "bridge/commands/load.h"

/* ---- One of them. */

static long long number_at(const json_t *status, const char *part, const char *key)
{
    return json_integer_value(json_object_get(json_object_get(status, part), key));
}

static void print_status(const json_t *status)
{
    const char *error = json_string_value(json_object_get(status, "last_error"));
    const char *hook_error =
        json_string_value(json_object_get(json_object_get(status, "webhooks"), "last_error"));
    printf("%s (%s) %s\n", json_string_value(json_object_get(status, "connection")),
           json_string_value(json_object_get(status, "profile")),
           json_string_value(json_object_get(status, "url")));
    printf("  webhooks taken      %lld\n", number_at(status, "webhooks", "taken"));
    printf("  refused             %lld\n", number_at(status, "webhooks", "unverified") +
                                               number_at(status, "webhooks", "malformed"));
    printf("  set aside           %lld\n", number_at(status, "webhooks", "unmapped"));
    printf("  to be sent again    %lld\n", number_at(status, "webhooks", "deferred"));
    printf("  tickets known       %lld\n", number_at(status, "tickets", "known"));
    printf("  told to evenhand    %lld\n", number_at(status, "tickets", "messages"));
    printf("  owners reported     %lld\n", number_at(status, "tickets", "reported"));
    printf("  owners set back     %lld\n", number_at(status, "tickets", "set_back"));
    printf("  sweeps              %lld\n", number_at(status, "tickets", "sweeps"));
    if (hook_error)
        printf("  last webhook error  %s\n", hook_error);
    printf("  last error          %s\n", error ? error : "none");
}

static int say_refusal(const json_t *answer)
{
    const char *why =
        json_string_value(json_object_get(json_object_get(answer, "error"), "message"));
    fprintf(stderr, "evenhand-bridge: %s\n", why ? why : "refused");
    return EH_EXIT_REFUSED;
}

/* Asks the running connection. 0, or an exit code. */
static int ask(const struct eh_bridge_call *call, const char *method, const char *target,
               json_t **ret)
{
    struct eh_connection *connection;
    struct eh_error error = {0};
    int status = 0, r = eh_connection_load(call->folder, call->name, &connection, &error);
    *ret = NULL;
    if (r < 0)
        return eh_bridge_fail(&error);
    r = eh_control_ask(connection, method, target, &status, ret, &error);
    eh_connection_free(connection);
    if (r < 0)
        return eh_bridge_fail(&error);
    return status == 200 ? 0 : say_refusal(*ret);
}

static int status_of(const struct eh_bridge_call *call)
{
    json_t *status;
    int code = ask(call, "GET", "/status", &status);
    if (code == 0 && call->json)
        json_dumpf(status, stdout, JSON_COMPACT), putchar('\n');
    else if (code == 0)
        print_status(status);
    json_decref(status);
    return code;
}

/* ---- Each of them. */

static int is_connection(const struct dirent *entry)
{
    size_t size = strlen(entry->d_name);
    return size > 5 && strcmp(entry->d_name + size - 5, ".yaml") == 0;
}

static int status_of_all(const struct eh_bridge_call *call)
{
    struct dirent **entries;
    int worst = 0, count = scandir(call->folder, &entries, is_connection, alphasort);
    if (count <= 0) {
        fprintf(stderr, "evenhand-bridge: %s: no connection is there\n", call->folder);
        return EH_EXIT_REFUSED;
    }
    for (int i = 0; i < count; i++) {
        struct eh_bridge_call one = *call;
        entries[i]->d_name[strlen(entries[i]->d_name) - 5] = 0;
        one.name = entries[i]->d_name;
        int code = status_of(&one);
        worst = code ? code : worst;
        free(entries[i]);
    }
    free(entries);
    return worst;
}

int eh_bridge_status(const struct eh_bridge_call *call)
{
    return call->name ? status_of(call) : status_of_all(call);
}

int eh_bridge_sweep(const struct eh_bridge_call *call)
{
    json_t *answer;
    int code = ask(call, "POST", "/sweep", &answer);
    if (code == 0)
        puts("the sweep begins");
    json_decref(answer);
    return code;
}
