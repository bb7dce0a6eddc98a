/*
 * app: a connection that runs: all its parts, made in their order and freed in the opposite one.
 *
 *     struct eh_bridge_app *app;
 *     r = eh_bridge_app_new(base, connection, profile, &app, &error);
 *     event_base_dispatch(base);
 *     eh_bridge_app_free(app);
 */
#ifndef EVENHAND_BRIDGE_COMMANDS_APP_H
#define EVENHAND_BRIDGE_COMMANDS_APP_H

#include "bridge/in/webhook.h"
#include "bridge/sync/sync.h"

struct eh_bridge_app;
/* The connection is unlocked, its folder locked; connection and profile outlive it. */
int eh_bridge_app_new(struct event_base *, struct eh_connection *, const struct eh_profile *,
                      struct eh_bridge_app **ret, struct eh_error *) EH_MUST_CHECK;
void eh_bridge_app_free(struct eh_bridge_app *); /* NULL allowed */

/* What `status` shows: a new reference. */
json_t *eh_bridge_app_status(const struct eh_bridge_app *);
/* Why it does not do its work just now, or NULL. */
const char *eh_bridge_app_trouble(const struct eh_bridge_app *);
void eh_bridge_app_sweep(struct eh_bridge_app *);
int eh_bridge_app_unpark(struct eh_bridge_app *, const char *id, bool again,
                         struct eh_error *) EH_MUST_CHECK;

#endif
