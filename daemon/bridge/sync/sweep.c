/*
 * sweep: goes through all tickets that are open on either side. First all that evenhand has open is
 * listed, unless it is known; then the helpdesk's pages are taken; then each ticket that evenhand
 * has open and no page had is read by itself.
 */
#include "bridge/sync/private.h"

#include <stdlib.h>

#include "bridge/profile/profile.h"
#include "host/clock.h"
#include "host/log.h"

#define AGAIN_S 10 /* after one that failed */

/* A ticket that is read by itself. */
struct reading {
    struct eh_sweep *sweep; /* NULL: this place is free */
    char id[EH_NAME_MAX + 1];
};

struct eh_sweep {
    struct eh_sync *sync;
    struct event *timer; /* the next one */
    bool runs, again;    /* one more was asked for meanwhile */
    bool failed;
    int64_t listed_s; /* CLOCK_MONOTONIC: when all that evenhand has open was known */
    unsigned page;
    json_t *body;  /* of the page before, or NULL */
    json_t *reads; /* ids that are to be read */
    size_t next_read;
    unsigned reading; /* how many are read now */
    struct reading readings[EH_SYNC_READS];
};

static void list_next(struct eh_sweep *, const char *after);
static void page_next(struct eh_sweep *);
static void read_more(struct eh_sweep *);

bool eh_sweep_runs(const struct eh_sweep *sweep)
{
    return sweep->runs;
}

/* ---- Its beginning and its end. */

static void arm(struct eh_sweep *sweep, int64_t seconds)
{
    const struct timeval delay = {seconds, 0};
    if (seconds > 0)
        event_add(sweep->timer, &delay);
}

static void end(struct eh_sweep *sweep)
{
    struct eh_sync *sync = sweep->sync;
    bool failed = sweep->failed;
    json_decref(sweep->body);
    json_decref(sweep->reads);
    sweep->body = sweep->reads = NULL;
    sweep->runs = false;
    if (failed)
        sync->counts.sweeps_failed++;
    else
        sync->counts.sweeps++;
    eh_log(EH_LOG_DEBUG, "sweep %s pages=%u tickets=%u", failed ? "failed" : "done", sweep->page,
           eh_holdings_count(sync->holdings));
    if (failed)
        arm(sweep, AGAIN_S);
    else if (sweep->again)
        eh_sweep_begin(sweep, "asked for");
    else
        arm(sweep, sync->options.connection->sweep_s);
}

static void fail(struct eh_sweep *sweep)
{
    sweep->failed = true;
    end(sweep);
}

void eh_sweep_begin(struct eh_sweep *sweep, const char *why)
{
    if (sweep->runs) {
        sweep->again = true;
        return;
    }
    event_del(sweep->timer);
    eh_log(EH_LOG_DEBUG, "sweep begins: %s", why);
    sweep->runs = true;
    sweep->again = sweep->failed = false;
    sweep->page = 0;
    sweep->sync->sweep_number++;
    if (sweep->sync->listed &&
        eh_clock_monotonic_us() / 1000000 - sweep->listed_s >= EH_SYNC_LIST_S)
        eh_sync_lost(sweep->sync); /* Redis may have lost some of what was told it */
    if (sweep->sync->listed)
        page_next(sweep);
    else
        list_next(sweep, NULL);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    eh_sweep_begin(context, "it is time");
}

/* ---- What evenhand has open. */

static void learn(struct eh_sync *sync, const json_t *ticket)
{
    const char *id = json_string_value(json_object_get(ticket, "id"));
    const char *source = json_string_value(json_object_get(ticket, "source"));
    if (!id || !source || strcmp(source, sync->options.connection->source) != 0)
        return;
    struct eh_held *held = eh_held_find(sync->holdings, id);
    if (!held)
        held = eh_held_add(sync->holdings, id);
    else if (held->state == EH_HELD_UNKNOWN || (held->touched_us && held->loss == sync->losses))
        return; /* it is being looked up, or known better from the outbox */
    if (held)
        eh_sync_learn(sync, held, ticket);
    else
        eh_sync_fail(sync, "more than %d tickets are open", EH_HELD_MAX);
}

/* What was open before entries were lost, and is not any more, is looked up when it is said. */
static void forget_others(struct eh_sync *sync)
{
    struct eh_held *held;
    for (uint32_t at = 0; (held = eh_holdings_next(sync->holdings, &at));)
        if (eh_held_is_open(held) && held->loss != sync->losses && !held->waits)
            eh_held_forget(sync->holdings, held);
}

static void on_listed(void *context, const struct eh_asker_answer *answer)
{
    struct eh_sweep *sweep = context;
    size_t i;
    const json_t *ticket;
    if (answer->status != 200) {
        eh_sync_fail(sweep->sync, "open tickets cannot be listed: %s", eh_asker_words(answer));
        fail(sweep);
        return;
    }
    json_array_foreach(json_object_get(answer->body, "tickets"), i, ticket)
        learn(sweep->sync, ticket);
    const char *after = json_string_value(json_object_get(answer->body, "after"));
    if (after) {
        list_next(sweep, after);
        return;
    }
    forget_others(sweep->sync);
    sweep->sync->listed = true;
    sweep->listed_s = eh_clock_monotonic_us() / 1000000;
    page_next(sweep);
}

static void list_next(struct eh_sweep *sweep, const char *after)
{
    char source[3 * EH_NAME_MAX + 4], target[4 * EH_NAME_MAX + 128];
    bool fits = eh_asker_encode(sweep->sync->options.connection->source, source, sizeof source);
    eh_format(target, sizeof target, "/v1/tickets?source=%s%s%s", source, after ? "&after=" : "",
              after ? after : "");
    if (!fits || eh_asker_get(sweep->sync->asker, target, on_listed, sweep) < 0)
        fail(sweep);
}

/* ---- What the helpdesk has open, page by page. */

static void on_page(void *context, const struct eh_fetched *fetched)
{
    struct eh_sweep *sweep = context;
    if (fetched->r < 0) {
        fail(sweep);
        return;
    }
    json_decref(sweep->body);
    sweep->body = json_incref(fetched->body);
    if (++sweep->page < EH_SYNC_PAGES_MAX) {
        page_next(sweep);
        return;
    }
    eh_sync_fail(sweep->sync, "sweep: more than %d pages", EH_SYNC_PAGES_MAX);
    fail(sweep);
}

static void find_reads(struct eh_sweep *sweep)
{
    struct eh_sync *sync = sweep->sync;
    sweep->reads = json_array();
    sweep->next_read = 0;
    const struct eh_held *held;
    for (uint32_t at = 0; (held = eh_holdings_next(sync->holdings, &at));)
        if (eh_held_is_open(held) && held->seen != sync->sweep_number)
            json_array_append_new(sweep->reads, json_string(eh_held_id(held)));
    if (!sync->options.has_read)
        json_array_clear(sweep->reads);
    read_more(sweep);
}

static void on_page_path(void *context, const struct eh_mapped *mapped)
{
    struct eh_sweep *sweep = context;
    const json_t *request = json_array_get(mapped->values, 0);
    const struct eh_fetch_options options = {
        .request = request, .from = "sweep", .fn = on_page, .context = sweep};
    if (mapped->end != EH_MAP_DONE) {
        eh_sync_fail(sweep->sync, "%s", mapped->why);
        fail(sweep);
    } else if (!request) {
        find_reads(sweep);
    } else if (!json_string_value(json_object_get(request, "path"))) {
        eh_sync_fail(sweep->sync, "sweep: has to yield {path}");
        fail(sweep);
    } else if (eh_sync_fetch(sweep->sync, &options) < 0) {
        fail(sweep);
    }
}

static void page_next(struct eh_sweep *sweep)
{
    const struct eh_sync_options *options = &sweep->sync->options;
    if (!options->has_sweep) {
        end(sweep);
        return;
    }
    json_t *input = json_pack("{s:i, s:O?}", "page", (int)sweep->page, "body", sweep->body);
    int r =
        input ? eh_map_ask(options->map, EH_PROGRAM_SWEEP, input, on_page_path, sweep) : -EH_ENOMEM;
    json_decref(input);
    if (r < 0)
        fail(sweep);
}

/* ---- Tickets that evenhand has open and no page had. */

static void reading_end(struct reading *reading)
{
    struct eh_sweep *sweep = reading->sweep;
    reading->sweep = NULL;
    sweep->reading--;
    read_more(sweep);
}

static void on_taken(void *context, int r)
{
    struct reading *reading = context;
    reading->sweep->failed = reading->sweep->failed || r < 0;
    reading_end(reading);
}

/* It is gone, or merged into another. */
static void take_gone(struct reading *reading, const char *outcome)
{
    json_t *gone = json_pack("{s:s, s:s, s:b, s:s}", "type", "ticket", "id", reading->id, "open",
                             false, "outcome", outcome);
    eh_sync_take(reading->sweep->sync, gone, on_taken, reading);
    json_decref(gone);
}

static void on_read(void *context, const struct eh_fetched *fetched)
{
    struct reading *reading = context;
    if (fetched->status == 404 || fetched->status == 410) {
        take_gone(reading, "deleted");
        return;
    }
    if (fetched->other) {
        take_gone(reading, "merged");
        return;
    }
    reading->sweep->failed = reading->sweep->failed || fetched->r < 0;
    reading_end(reading);
}

static void on_read_path(void *context, const struct eh_mapped *mapped)
{
    struct reading *reading = context;
    const json_t *request = json_array_get(mapped->values, 0);
    const struct eh_fetch_options options = {
        .request = request, .from = "read", .id = reading->id, .fn = on_read, .context = reading};
    if (mapped->end == EH_MAP_DONE && json_string_value(json_object_get(request, "path")) &&
        eh_sync_fetch(reading->sweep->sync, &options) == 0)
        return;
    reading->sweep->failed = true;
    reading_end(reading);
}

/* A free place; there is one, because fewer than EH_SYNC_READS are read. */
static struct reading *reading_find(struct eh_sweep *sweep)
{
    struct reading *reading = sweep->readings;
    while (reading->sweep)
        reading++;
    return reading;
}

static int read_one(struct eh_sweep *sweep, const char *id)
{
    struct reading *reading = reading_find(sweep);
    json_t *input = json_pack("{s:s}", "id", id);
    eh_format(reading->id, sizeof reading->id, "%s", id);
    int r =
        input ? eh_map_ask(sweep->sync->options.map, EH_PROGRAM_READ, input, on_read_path, reading)
              : -EH_ENOMEM;
    json_decref(input);
    reading->sweep = r == 0 ? sweep : NULL;
    sweep->reading += r == 0;
    sweep->sync->counts.read += r == 0;
    return r;
}

static void read_more(struct eh_sweep *sweep)
{
    while (!sweep->failed && sweep->reading < EH_SYNC_READS &&
           sweep->next_read < json_array_size(sweep->reads)) {
        const char *id = json_string_value(json_array_get(sweep->reads, sweep->next_read++));
        if (read_one(sweep, id) < 0)
            sweep->failed = true;
    }
    if (sweep->reading == 0)
        end(sweep);
}

/* ---- Its owner. */

int eh_sweep_new(struct eh_sync *sync, struct eh_sweep **ret)
{
    struct eh_sweep *sweep = calloc(1, sizeof *sweep);
    if (!sweep)
        return -EH_ENOMEM;
    sweep->sync = sync;
    sweep->timer = event_new(sync->options.base, -1, 0, on_timer, sweep);
    eh_require(sweep->timer);
    *ret = sweep;
    return 0;
}

void eh_sweep_free(struct eh_sweep *sweep)
{
    if (!sweep)
        return;
    event_free(sweep->timer);
    json_decref(sweep->body);
    json_decref(sweep->reads);
    free(sweep);
}
