/* changes: the table. A new change is a row here, and a function. */
#include "web/change/changes.h"

const struct eh_change_kind eh_change_kinds[] = {
    {"/change/signal", eh_change_signal},
    {"/change/state", eh_change_state},
    {"/change/release", eh_change_release},
    {"/change/assign", eh_change_assign},
    {"/change/move", eh_change_move},
    {"/change/return", eh_change_return},
    {"/change/period", eh_change_period},
    {"/change/aside", eh_change_aside},
    {"/change/outcome", eh_change_outcome},
    {"/change/answered", eh_change_answered},
    {"/change/pause", eh_change_pause},
    {"/change/resume", eh_change_resume},
    {NULL, NULL},
};

const struct eh_change_kind *eh_change_find(const char *path)
{
    const struct eh_change_kind *kind = eh_change_kinds;
    while (kind->path && strcmp(kind->path, path) != 0)
        kind++;
    return kind->path ? kind : NULL;
}
