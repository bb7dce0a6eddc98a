/*
 * people: the groups and agents of a helpdesk, as the profile's `people` reads them.
 *
 *     struct eh_people people;
 *     eh_people_begin(&people);
 *     r = eh_people_ask(exchange, &people, &error);
 *     eh_people_done(&people);
 */
#ifndef EVENHAND_BRIDGE_COMMANDS_PEOPLE_H
#define EVENHAND_BRIDGE_COMMANDS_PEOPLE_H

#include "bridge/commands/steps.h"

#define EH_PEOPLE_GROUPS_MAX 500
#define EH_PEOPLE_AGENTS_MAX 5000

struct eh_people {
    json_t *groups;           /* [{group, name}]: name NULL where the group says enough */
    json_t *agents;           /* [{account, name, email}] */
    json_t *notes;            /* texts: what could not be read */
    char me[EH_NAME_MAX + 1]; /* our own account, or "" */
};

void eh_people_begin(struct eh_people *ret);
/* One value that the program yields; one of no known key is left out. */
int eh_people_take(struct eh_people *, const json_t *value, struct eh_error *) EH_MUST_CHECK;
int eh_people_ask(struct eh_exchange *, struct eh_people *, struct eh_error *) EH_MUST_CHECK;
/* The agent who has it is no rep: it is the bridge's own. */
void eh_people_leave_out(struct eh_people *, const char *account);
void eh_people_done(struct eh_people *);

#endif
