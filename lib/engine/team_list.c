/*
 * team_list: lists of team ids, joined by '\x1f' in one text.
 */
#include "calls.h"

#include <stdlib.h>

struct eh_str eh_team_list_next(struct eh_str *list)
{
    struct eh_str whole = *list;
    const char *end = whole.size ? memchr(whole.data, '\x1f', whole.size) : NULL;
    *list = eh_str_n(NULL, 0);
    if (!end)
        return whole;
    uint32_t size = (uint32_t)(end - whole.data);
    *list = eh_str_n(end + 1, whole.size - size - 1);
    return eh_str_n(whole.data, size);
}

bool eh_team_list_has(struct eh_str list, struct eh_str team)
{
    while (list.size > 0)
        if (eh_str_equal(eh_team_list_next(&list), team))
            return true;
    return false;
}

int eh_team_list_add(char **text, uint32_t *size, struct eh_str team)
{
    uint32_t glue = *size > 0;
    char *grown = realloc(*text, (size_t)*size + glue + team.size);
    if (!grown)
        return -EH_ENOMEM;
    if (glue)
        grown[*size] = '\x1f';
    memcpy(grown + *size + glue, team.data, team.size);
    *text = grown;
    *size += glue + team.size;
    return 0;
}
