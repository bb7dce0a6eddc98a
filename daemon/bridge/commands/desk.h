/*
 * desk: the teams and reps of the desk, as the admin socket tells them.
 *
 *     json_t *desk;
 *     r = eh_desk_ask("/run/evenhand/admin.sock", &desk, &error);
 *     json_object_get(desk, "teams");      // [{id, name, …}]; "reps": [{id, name, accounts,
 * teams}]
 */
#ifndef EVENHAND_BRIDGE_COMMANDS_DESK_H
#define EVENHAND_BRIDGE_COMMANDS_DESK_H

#include <jansson.h>

#include <evenhand/base/base.h>

#define EH_DESK_PAGES_MAX 200 /* of each list */

/* A new reference. -EH_EUNAVAILABLE, -EH_EDENIED: why is in the error. */
int eh_desk_ask(const char *socket, json_t **ret, struct eh_error *) EH_MUST_CHECK;

#endif
