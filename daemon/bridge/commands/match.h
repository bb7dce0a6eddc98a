/*
 * match: which team a helpdesk's group is likely to be, and which agent a rep. What is not clear is
 * said to be nobody: a person is asked then.
 *
 *     const char *team = eh_match_team(group, teams);          // {group, name} among [{id, name}]
 *     const json_t *agent = eh_match_agent(member, people, "help"); // {account, name, email}
 */
#ifndef EVENHAND_BRIDGE_COMMANDS_MATCH_H
#define EVENHAND_BRIDGE_COMMANDS_MATCH_H

#include <jansson.h>

#include <evenhand/base/base.h>

/* The id of the only team whose id or name is that of the group, but for case, blanks, '-', '_' and
 * '.'. NULL: none, or several. */
const char *eh_match_team(const json_t *group, const json_t *teams);
/* Borrowed. By the account that the rep has at this source; else by an account, an e-mail or what
 * stands before its '@' that is the rep's id or user; else by the name. NULL: none, or several. */
const json_t *eh_match_agent(const json_t *rep, const json_t *people, const char *source);

#endif
