/*
 * control: what a running connection tells: /healthz and /metrics at the address `health`; the
 * same, /status and what `sweep` and `parked` ask for on the Unix socket `control` in its folder.
 *
 *     struct eh_control *control;
 *     r = eh_control_new(base, connection, app, &control, &error);
 *     eh_control_free(control);
 */
#ifndef EVENHAND_BRIDGE_COMMANDS_CONTROL_H
#define EVENHAND_BRIDGE_COMMANDS_CONTROL_H

#include "bridge/commands/app.h"

#define EH_CONTROL_SOCKET "control"

struct eh_control;
int eh_control_new(struct event_base *, const struct eh_connection *, struct eh_bridge_app *,
                   struct eh_control **ret, struct eh_error *) EH_MUST_CHECK;
void eh_control_free(struct eh_control *); /* NULL allowed */

/* From another process: what the running one answers. `ret` is a new reference, or NULL.
 * -EH_EUNAVAILABLE: it does not run. */
int eh_control_ask(const struct eh_connection *, const char *method, const char *target,
                   int *ret_status, json_t **ret, struct eh_error *) EH_MUST_CHECK;

#endif
