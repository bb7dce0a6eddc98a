/* command_line: finds the program and makes its environment. */
#include "host/command_line.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define VARIABLES_MAX 1024 /* of our environment that are handed on */
#define ARGUMENTS_MAX 16

/* Where the command line may be, seen from evenhandd: beside it, as installed, in a build folder.
 */
static const char *const places[] = {"evenhand", "../bin/evenhand",
                                     "../../tools/evenhand/evenhand"};

static bool beside_us(char ret[PATH_MAX])
{
    char self[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
    if (size <= 0)
        return false;
    self[size] = '\0';
    char *slash = strrchr(self, '/');
    if (!slash)
        return false;
    slash[1] = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (eh_format(ret, PATH_MAX, "%s%s", self, places[i]) < PATH_MAX && access(ret, X_OK) == 0)
            return true;
    return false;
}

static bool on_path(char ret[PATH_MAX])
{
    const char *path = getenv("PATH");
    while (path && *path) {
        size_t size = strcspn(path, ":");
        if (size > 0 && size + sizeof "/evenhand" <= PATH_MAX) {
            memcpy(ret, path, size);
            strcpy(ret + size, "/evenhand");
            if (access(ret, X_OK) == 0)
                return true;
        }
        path += size + (path[size] == ':');
    }
    return false;
}

/* Our environment with the conninfo added. NULL: no memory. */
static char **environment_with(const char *conninfo, struct eh_arena *arena)
{
    static const char name[] = "EVENHAND_DB=";
    char **list = eh_arena_alloc(arena, (VARIABLES_MAX + 2) * sizeof *list);
    size_t size = sizeof name + strlen(conninfo), count = 0;
    char *own = eh_arena_alloc(arena, size);
    if (!list || !own)
        return NULL;
    eh_format(own, size, "%s%s", name, conninfo);
    list[count++] = own;
    for (char **v = environ; v && *v && count <= VARIABLES_MAX; v++)
        if (strncmp(*v, name, sizeof name - 1) != 0)
            list[count++] = *v;
    list[count] = NULL;
    return list;
}

int eh_command_line_start(struct event_base *base, const struct eh_command_line *run,
                          eh_child_fn *on_end, void *context, struct eh_child **ret,
                          struct eh_error *error)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    char program[PATH_MAX], *arguments[ARGUMENTS_MAX + 2] = {program};
    char **environment = environment_with(run->conninfo, &arena);
    if (!environment)
        return eh_error_set(error, EH_ENOMEM, "out of memory for the command line");
    if (!beside_us(program) && !on_path(program))
        return eh_error_set(error, EH_EUNAVAILABLE,
                            "the program evenhand is neither beside evenhandd nor on its PATH");
    for (size_t i = 0; run->arguments[i]; i++) {
        eh_require(i < ARGUMENTS_MAX);
        arguments[i + 1] = run->arguments[i];
    }
    const struct eh_child_options options = {.argv = arguments,
                                             .environment = environment,
                                             .input = run->input,
                                             .bounds = run->bounds,
                                             .on_end = on_end,
                                             .context = context};
    return eh_child_new(base, &options, ret, error);
}
