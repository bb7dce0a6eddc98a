/* check_files: whether both files of a connection are good, and each program compiles. */
#include <stdio.h>
#include <stdlib.h>

#include <event2/event.h>

#include "bridge/commands/load.h"
#include "bridge/map/map.h"

struct checking {
    const struct eh_loaded *loaded;
    struct event_base *base;
    unsigned program;
    unsigned waiting, wrong;
};

static void on_compiled(void *context, const struct eh_mapped *mapped)
{
    struct checking *checking = context;
    if (mapped->end != EH_MAP_DONE) {
        fprintf(stderr, "evenhand-bridge: %s: %s\n", checking->loaded->profile->name, mapped->why);
        checking->wrong++;
    }
    if (--checking->waiting == 0)
        event_base_loopbreak(checking->base);
}

static void compile_all(struct checking *checking, struct eh_map *map)
{
    for (unsigned i = 0; i < EH_PROGRAM_COUNT; i++)
        if (checking->loaded->profile->programs[i] &&
            eh_map_ask(map, i, NULL, on_compiled, checking) == 0)
            checking->waiting++;
    if (checking->waiting > 0)
        event_base_dispatch(checking->base);
}

static int check_programs(const struct eh_loaded *loaded)
{
    const char *names[EH_PROGRAM_COUNT];
    struct eh_error error = {0};
    struct checking checking = {.loaded = loaded, .base = event_base_new()};
    struct eh_map *map;
    json_t *seen = eh_connection_public(loaded->connection);
    for (unsigned i = 0; i < EH_PROGRAM_COUNT; i++)
        names[i] = eh_program_name(i);
    eh_require(checking.base);
    const struct eh_map_options options = {.base = checking.base,
                                           .programs =
                                               (const char *const *)loaded->profile->programs,
                                           .names = names,
                                           .count = EH_PROGRAM_COUNT,
                                           .connection = seen};
    int r = eh_map_new(&options, &map, &error);
    if (r == 0) {
        compile_all(&checking, map);
        eh_map_free(map);
    }
    json_decref(seen);
    event_base_free(checking.base);
    return r < 0 ? eh_bridge_fail(&error) : checking.wrong ? EH_EXIT_CONFIG : 0;
}

int eh_bridge_check_files(const struct eh_bridge_call *call)
{
    struct eh_loaded loaded;
    struct eh_error error = {0};
    int code = eh_bridge_load(call, &loaded);
    if (code == 0)
        code = check_programs(&loaded);
    if (code == 0 && eh_connection_unlock(loaded.connection, &error) < 0)
        code = eh_bridge_fail(&error);
    if (code == 0)
        printf("%s/%s.yaml and the profile %s are good\n", call->folder, call->name,
               loaded.profile->name);
    eh_bridge_unload(&loaded);
    return code;
}
