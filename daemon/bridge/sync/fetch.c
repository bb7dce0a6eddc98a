/*
 * fetch: a request to the helpdesk whose answer goes through `in`, each value of which is taken.
 */
#include "bridge/sync/private.h"

#include <stdlib.h>

#include "bridge/profile/profile.h"
#include "host/clock.h"

struct fetch {
    struct eh_sync *sync;
    char from[8];
    char id[EH_NAME_MAX + 1]; /* "": any */
    char by[EH_NAME_MAX + 1]; /* whose hand it was, where a ticket does not say it */
    bool is_get;
    int64_t asked_us; /* CLOCK_MONOTONIC */
    eh_fetched_fn *fn;
    void *context;
    struct eh_fetched result;
    unsigned pending; /* values, and one while they are handed out */
    struct fetch *next, **link;
};

static struct fetch *fetch_new(struct eh_sync *sync, const struct eh_fetch_options *options)
{
    struct fetch *fetch = calloc(1, sizeof *fetch);
    if (!fetch)
        return NULL;
    *fetch = (struct fetch){.sync = sync,
                            .is_get = options->is_get,
                            .asked_us = eh_clock_monotonic_us(),
                            .fn = options->fn,
                            .context = options->context,
                            .pending = 1,
                            .next = sync->fetches,
                            .link = &sync->fetches};
    const char *by = json_string_value(json_object_get(options->request, "by"));
    eh_format(fetch->from, sizeof fetch->from, "%s", options->from);
    eh_format(fetch->id, sizeof fetch->id, "%s", options->id ? options->id : "");
    eh_format(fetch->by, sizeof fetch->by, "%s", by ? by : "");
    if (fetch->next)
        fetch->next->link = &fetch->next;
    sync->fetches = fetch;
    sync->gets += fetch->is_get;
    return fetch;
}

static void fetch_free(struct fetch *fetch)
{
    *fetch->link = fetch->next;
    if (fetch->next)
        fetch->next->link = fetch->link;
    fetch->sync->gets -= fetch->is_get;
    json_decref(fetch->result.body);
    free(fetch);
}

void eh_sync_drop_fetches(struct eh_sync *sync)
{
    while (sync->fetches) {
        eh_map_forget(sync->options.map, sync->fetches);
        fetch_free(sync->fetches);
    }
}

static void settle(struct fetch *fetch, int r)
{
    if (fetch->result.r == 0)
        fetch->result.r = r;
    if (--fetch->pending > 0)
        return;
    if (fetch->fn)
        fetch->fn(fetch->context, &fetch->result);
    fetch_free(fetch);
}

/* One that is wrong keeps nothing else back. */
static void on_taken(void *context, int r)
{
    settle(context, r == -EH_EINVAL ? 0 : r);
}

static bool is_about(const struct fetch *fetch, const json_t *values)
{
    size_t i;
    const json_t *value;
    json_array_foreach(values, i, value)
    {
        const char *id = json_string_value(json_object_get(value, "id"));
        if (id && strcmp(id, fetch->id) == 0)
            return true;
    }
    return json_array_size(values) == 0;
}

static void take(struct fetch *fetch, json_t *value)
{
    fetch->pending++;
    fetch->result.values++;
    if (fetch->by[0] && json_is_object(value) && !json_string_value(json_object_get(value, "by")))
        json_object_set_new(value, "by", json_string(fetch->by));
    eh_sync_take_asked(fetch->sync, value, fetch->asked_us, on_taken, fetch);
}

static void on_mapped(void *context, const struct eh_mapped *mapped)
{
    struct fetch *fetch = context;
    size_t i;
    json_t *value;
    if (mapped->end != EH_MAP_DONE) {
        eh_sync_fail(fetch->sync, "%s (of an answer to %s)", mapped->why, fetch->from);
        settle(fetch, -EH_EINVAL);
        return;
    }
    fetch->result.other = fetch->id[0] && !is_about(fetch, mapped->values);
    json_array_foreach(mapped->values, i, value)
    {
        take(fetch, value);
    }
    settle(fetch, 0);
}

static int map_answer(struct fetch *fetch, const struct eh_sync_answer *answer)
{
    json_t *input = json_pack("{s:s, s:i, s:O?, s:O?}", "from", fetch->from, "status",
                              answer->status, "headers", answer->headers, "body", answer->body);
    int r = input ? eh_map_ask(fetch->sync->options.map, EH_PROGRAM_IN, input, on_mapped, fetch)
                  : -EH_ENOMEM;
    json_decref(input);
    return r;
}

static void on_answer(void *context, const struct eh_sync_answer *answer)
{
    struct fetch *fetch = context;
    int r;
    fetch->result.status = answer->status;
    fetch->result.body = json_incref(answer->body);
    if (answer->status >= 200 && answer->status < 300 && answer->body) {
        r = map_answer(fetch, answer);
        if (r < 0)
            settle(fetch, r);
        return;
    }
    if (answer->why)
        eh_sync_fail(fetch->sync, "%s: %s", fetch->from, answer->why);
    else
        eh_sync_fail(fetch->sync, "%s: the helpdesk answers %d%s", fetch->from, answer->status,
                     answer->body ? "" : " without JSON");
    settle(fetch, -EH_EUNAVAILABLE);
}

int eh_sync_fetch(struct eh_sync *sync, const struct eh_fetch_options *options)
{
    if (options->is_get && sync->gets >= EH_SYNC_GETS_MAX)
        return -EH_EFULL;
    struct fetch *fetch = fetch_new(sync, options);
    if (!fetch)
        return -EH_ENOMEM;
    int r = sync->options.helpdesk->fetch(sync->options.helpdesk_context, options->request,
                                          on_answer, fetch);
    if (r < 0)
        fetch_free(fetch);
    return r;
}
