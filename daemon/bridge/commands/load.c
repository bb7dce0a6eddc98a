/* load: files of a connection, its folder and its lock. */
#include "bridge/commands/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int eh_bridge_fail(const struct eh_error *error)
{
    fprintf(stderr, "evenhand-bridge: %s\n", error->text);
    switch (error->code) {
    case EH_EUNAVAILABLE:
        return EH_EXIT_UNAVAILABLE;
    case EH_EDENIED:
        return EH_EXIT_DENIED;
    case EH_ECONFLICT:
        return EH_EXIT_REFUSED;
    default:
        return EH_EXIT_CONFIG;
    }
}

int eh_bridge_load(const struct eh_bridge_call *call, struct eh_loaded *ret)
{
    struct eh_error error = {0};
    *ret = (struct eh_loaded){0};
    int r = eh_connection_load(call->folder, call->name, &ret->connection, &error);
    if (r == 0)
        r = eh_profile_load(ret->connection->profiles, ret->connection->profile, &ret->profile,
                            &error);
    return r < 0 ? eh_bridge_fail(&error) : 0;
}

void eh_bridge_unload(struct eh_loaded *loaded)
{
    eh_profile_free(loaded->profile);
    eh_connection_free(loaded->connection);
    *loaded = (struct eh_loaded){0};
}

int eh_bridge_lock(const struct eh_connection *connection, struct eh_error *error)
{
    char path[300];
    if (mkdir(connection->state, 0700) < 0 && errno != EEXIST)
        return eh_error_set(error, EH_EUNAVAILABLE, "%s: cannot be made: %s", connection->state,
                            strerror(errno));
    eh_format(path, sizeof path, "%s/lock", connection->state);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return eh_error_set(error, EH_EUNAVAILABLE, "%s: %s", path, strerror(errno));
    /* A lock of the process, not of the file: children, which outlive a kill by a moment, have
     * none of it. */
    const struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_SETLK, &whole) == 0)
        return fd;
    close(fd);
    return eh_error_set(error, EH_ECONFLICT, "%s: another evenhand-bridge runs this connection",
                        path);
}
