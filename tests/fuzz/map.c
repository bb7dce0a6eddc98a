/* fuzz/map: any bytes as the body of a webhook: parsed within bounds, mapped by a program in its
 * child, and read as what a helpdesk says. */
#include <stdlib.h>

#include "host/bounded.h"
#include "bridge/map/map.h"
#include "bridge/sync/difference.h"
#include "fuzz.h"

static const char *const programs[] = {
    "if type == \"array\" then .[] elif .ticket? then .ticket else . end"};
static const char *const names[] = {"in"};

static struct event_base *base;
static struct eh_map *map;
static struct eh_connection *connection;

static void begin(void)
{
    base = event_base_new();
    connection = calloc(1, sizeof *connection);
    eh_require(base && connection);
    connection->groups = json_pack("{s:s}", "Sales", "sales");
    connection->kinds = json_pack("{s:s}", "default", "query");
    connection->outcomes = json_object();
    connection->nobody = json_array();
    connection->managers = json_array();
    const struct eh_map_options options = {
        .base = base, .programs = programs, .names = names, .count = 1};
    eh_require(eh_map_new(&options, &map, NULL) == 0);
}

static void compare(const struct eh_said *said, enum eh_held_state state)
{
    struct eh_difference difference;
    struct eh_held held = {.id = {.brief = "1"},
                           .state = (uint8_t)state,
                           .team = "sales",
                           .kind = "query",
                           .priority = -1};
    const struct eh_view view = {.held = &held, .said = said, .connection = connection};
    eh_difference_find(&view, &difference);
    eh_require(difference.count <= EH_DIFFERENCE_MAX);
    eh_difference_done(&difference);
}

static void take(const json_t *value)
{
    struct eh_said said;
    struct eh_error error = {0};
    if (eh_said_read(value, connection, &said, &error) < 0) {
        eh_require(error.text[0] && !strchr(error.text, '\n'));
        return;
    }
    for (int state = EH_HELD_ABSENT; state <= EH_HELD_CLOSED; state++)
        compare(&said, (enum eh_held_state)state);
}

static void on_mapped(void *context, const struct eh_mapped *mapped)
{
    size_t i;
    const json_t *value;
    *(bool *)context = true;
    eh_require(mapped->end != EH_MAP_DONE || json_is_array(mapped->values));
    json_array_foreach(mapped->values, i, value) take(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eh_error error = {0};
    json_t *value = NULL;
    bool mapped = false;
    if (!map)
        begin();
    int r = eh_bounded_json(eh_str_n((const char *)data, size), &value, &error);
    if (r < 0) {
        eh_require(!value && error.code == -r && error.text[0]);
        return 0;
    }
    eh_require(eh_map_ask(map, 0, value, on_mapped, &mapped) == 0);
    json_decref(value);
    while (!mapped)
        event_base_loop(base, EVLOOP_ONCE);
    return 0;
}
