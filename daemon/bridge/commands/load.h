/*
 * load: a connection with its profile, as every command begins with.
 *
 *     struct eh_loaded loaded;
 *     int code = eh_bridge_load(&call, &loaded);
 *     if (code == 0)
 *         eh_log_say(loaded.connection->url);
 *     eh_bridge_unload(&loaded);
 */
#ifndef EVENHAND_BRIDGE_COMMANDS_LOAD_H
#define EVENHAND_BRIDGE_COMMANDS_LOAD_H

#include "bridge/commands/commands.h"
#include "bridge/profile/connection.h"
#include "bridge/profile/profile.h"

struct eh_loaded {
    struct eh_connection *connection;
    struct eh_profile *profile;
};

/* Says what is wrong. 0, or an exit code. */
int eh_bridge_load(const struct eh_bridge_call *, struct eh_loaded *ret);
void eh_bridge_unload(struct eh_loaded *);
/* The exit code of an error, which is said on stderr. */
int eh_bridge_fail(const struct eh_error *);
/* Nobody else runs this connection: the folder is made and locked. The descriptor, or an error. */
int eh_bridge_lock(const struct eh_connection *, struct eh_error *) EH_MUST_CHECK;

#endif
