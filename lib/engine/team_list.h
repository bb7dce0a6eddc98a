/*
 * team_list: lists of team ids, in one text. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_TEAM_LIST_H
#define EVENHAND_LIB_ENGINE_TEAM_LIST_H

#include "units.h"

/* A list of team ids in one text (eh_text_list_next): whether it has this team; one more, in text
 * that the caller owns. */
bool eh_team_list_has(struct eh_str list, struct eh_str team);
int eh_team_list_add(char **text, uint32_t *size, struct eh_str team) EH_MUST_CHECK;

#endif
