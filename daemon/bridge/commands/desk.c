/* desk: reads lists page by page, and waits for each. */
#include "bridge/commands/desk.h"

#include <event2/event.h>

#include "ask/asker.h"

struct asking {
    struct event_base *base;
    struct eh_asker *asker;
    const char *list; /* "teams" */
    json_t *items;
    char after[EH_ID_MAX + 1];
    bool more;
    int end; /* 0, or an error */
    struct eh_error *error;
};

static void on_page(void *context, const struct eh_asker_answer *answer)
{
    struct asking *asking = context;
    const char *after = json_string_value(json_object_get(answer->body, "after"));
    json_t *items = json_object_get(answer->body, asking->list);
    event_base_loopbreak(asking->base);
    if (answer->status != 200 || !json_is_array(items)) {
        asking->end =
            eh_error_set(asking->error, answer->status == 403 ? EH_EDENIED : EH_EUNAVAILABLE,
                         "the desk's %s: %s", asking->list, eh_asker_words(answer));
        return;
    }
    json_array_extend(asking->items, items);
    asking->more = after != NULL;
    eh_format(asking->after, sizeof asking->after, "%s", after ? after : "");
}

static int page_ask(struct asking *asking)
{
    char target[200], after[EH_ID_MAX * 3 + 1];
    if (!eh_asker_encode(asking->after, after, sizeof after))
        return eh_error_set(asking->error, EH_EUNAVAILABLE, "the desk's %s: no such page",
                            asking->list);
    eh_format(target, sizeof target, "/v1/%s%s%s", asking->list, after[0] ? "?after=" : "", after);
    int r = eh_asker_get(asking->asker, target, on_page, asking);
    if (r < 0)
        return eh_error_set(asking->error, -r, "the desk's %s: cannot be asked", asking->list);
    event_base_dispatch(asking->base);
    return asking->end;
}

static int list_ask(struct asking *asking, const char *list, json_t *desk)
{
    int r = 0;
    asking->list = list;
    asking->items = json_array();
    asking->after[0] = 0;
    asking->more = true;
    json_object_set_new(desk, list, asking->items);
    for (int i = 0; r == 0 && asking->more && i < EH_DESK_PAGES_MAX; i++)
        r = page_ask(asking);
    return r;
}

int eh_desk_ask(const char *socket, json_t **ret, struct eh_error *error)
{
    struct asking asking = {.base = event_base_new(), .error = error};
    eh_require(asking.base);
    const struct eh_asker_options options = {.base = asking.base, .path = socket, .links = 1};
    int r = eh_asker_new(&options, &asking.asker, error);
    json_t *desk = json_object();
    if (r == 0)
        r = list_ask(&asking, "teams", desk);
    if (r == 0)
        r = list_ask(&asking, "reps", desk);
    eh_asker_free(asking.asker);
    event_base_free(asking.base);
    if (r < 0)
        json_decref(desk);
    else
        *ret = desk;
    return r;
}
