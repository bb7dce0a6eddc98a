/*
 * team_list: lists of team ids in one text.
 */
#include "team_list.h"

#include <stdlib.h>

bool eh_team_list_has(struct eh_str list, struct eh_str team)
{
    while (list.size > 0)
        if (eh_str_equal(eh_text_list_next(&list), team))
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
        grown[*size] = EH_TEXT_LIST_SEPARATOR;
    memcpy(grown + *size + glue, team.data, team.size);
    *text = grown;
    *size += glue + team.size;
    return 0;
}
