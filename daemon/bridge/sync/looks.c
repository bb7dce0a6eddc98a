/*
 * looks: tickets that are read again once nothing is being decided or set for them. Somebody else
 * set an owner while ours was under way, and who was first only the helpdesk knows.
 *
 * One is read at a time. Without a program `read`, or with too many, a sweep does it.
 */
#include "bridge/sync/private.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "bridge/profile/profile.h"
#include "host/clock.h"

#define TICK_MS 100 /* while some wait */

struct look {
    TAILQ_ENTRY(look) link;
    char id[EH_NAME_MAX + 1];
    char *by; /* whose hand it was, where the helpdesk does not say it of a ticket that is read */
};

struct eh_looks {
    struct eh_sync *sync;
    struct event *timer;
    TAILQ_HEAD(, look) waiting;
    uint32_t count;
    struct look *asked; /* its path is being made; NULL: none */
};

static void arm(struct eh_looks *looks)
{
    const struct timeval wait = {0, TICK_MS * 1000};
    if (looks->count > 0 && !event_pending(looks->timer, EV_TIMEOUT, NULL))
        event_add(looks->timer, &wait);
}

static void look_free(struct look *look)
{
    if (look)
        free(look->by);
    free(look);
}

static struct look *look_find(struct eh_looks *looks, const char *id)
{
    for (struct look *look = TAILQ_FIRST(&looks->waiting); look; look = TAILQ_NEXT(look, link))
        if (strcmp(look->id, id) == 0)
            return look;
    return NULL;
}

static struct look *look_add(struct eh_looks *looks, const char *id)
{
    struct look *look = looks->count < EH_SYNC_LOOKS_MAX ? calloc(1, sizeof *look) : NULL;
    if (!look)
        return NULL;
    eh_format(look->id, sizeof look->id, "%s", id);
    TAILQ_INSERT_TAIL(&looks->waiting, look, link);
    looks->count++;
    return look;
}

void eh_looks_want(struct eh_sync *sync, const char *id, const char *by)
{
    struct eh_looks *looks = sync->looks;
    struct look *look = look_find(looks, id);
    if (!look && sync->options.has_read)
        look = look_add(looks, id);
    if (!look) {
        eh_sweep_begin(sync->sweep, "an owner was set while another was");
        return;
    }
    free(look->by);
    look->by = by ? strdup(by) : NULL;
    arm(looks);
}

/* ---- Reading one. */

static bool look_is_due(const struct eh_looks *looks, const struct look *look)
{
    const struct eh_sync_options *options = &looks->sync->options;
    const struct eh_held *held = eh_held_find(looks->sync->holdings, look->id);
    return looks->sync->listed && (!held || held->touched_us < eh_clock_monotonic_us()) &&
           !options->helpdesk->is_pending(options->helpdesk_context, look->id);
}

/* What fails here the next sweep finds. */
static void on_path(void *context, const struct eh_mapped *mapped)
{
    struct eh_looks *looks = context;
    struct look *look = looks->asked;
    json_t *request = json_array_get(mapped->values, 0);
    looks->asked = NULL;
    if (look->by && json_is_object(request))
        json_object_set_new(request, "by", json_string(look->by));
    const struct eh_fetch_options options = {.request = request, .from = "read", .id = look->id};
    if (mapped->end != EH_MAP_DONE || !json_string_value(json_object_get(request, "path")) ||
        eh_sync_fetch(looks->sync, &options) < 0)
        eh_sync_fail(looks->sync, "ticket %s: its owner cannot be read now", look->id);
    look_free(look);
}

static void look_ask(struct eh_looks *looks, struct look *look)
{
    json_t *input = json_pack("{s:s}", "id", look->id);
    int r = input ? eh_map_ask(looks->sync->options.map, EH_PROGRAM_READ, input, on_path, looks)
                  : -EH_ENOMEM;
    json_decref(input);
    if (r < 0)
        return; /* at the next tick */
    TAILQ_REMOVE(&looks->waiting, look, link);
    looks->count--;
    looks->asked = look;
}

static void on_tick(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    struct eh_looks *looks = context;
    struct look *look = looks->asked ? NULL : TAILQ_FIRST(&looks->waiting);
    while (look && !look_is_due(looks, look))
        look = TAILQ_NEXT(look, link);
    if (look)
        look_ask(looks, look);
    arm(looks);
}

/* ---- Its life. */

int eh_looks_new(struct eh_sync *sync, struct eh_looks **ret)
{
    struct eh_looks *looks = calloc(1, sizeof *looks);
    if (!looks)
        return -EH_ENOMEM;
    looks->sync = sync;
    sync->look = eh_looks_want;
    TAILQ_INIT(&looks->waiting);
    looks->timer = event_new(sync->options.base, -1, 0, on_tick, looks);
    eh_require(looks->timer);
    *ret = looks;
    return 0;
}

void eh_looks_free(struct eh_looks *looks)
{
    if (!looks)
        return;
    eh_map_forget(looks->sync->options.map, looks);
    look_free(looks->asked);
    for (struct look *look; (look = TAILQ_FIRST(&looks->waiting)) != NULL;) {
        TAILQ_REMOVE(&looks->waiting, look, link);
        look_free(look);
    }
    event_free(looks->timer);
    free(looks);
}
