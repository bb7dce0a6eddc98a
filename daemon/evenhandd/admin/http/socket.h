/*
 * socket: makes the listening Unix socket, or takes the one systemd hands over.
 *
 *     struct eh_admin_socket socket;
 *     r = eh_admin_socket_open(config, &socket, &error);
 *     …
 *     eh_admin_socket_remove(socket.path, socket.device, socket.inode);
 */
#ifndef EVENHAND_ADMIN_HTTP_SOCKET_H
#define EVENHAND_ADMIN_HTTP_SOCKET_H

#include <sys/types.h>

#include "config.h"

struct eh_admin_socket {
    int fd;                            /* listening, the caller's to close */
    char path[EH_SOCKET_PATH_MAX + 1]; /* empty: systemd's, not ours to remove */
    dev_t device;
    ino_t inode;
};

/* Mode 0660, group config->admin_group. A stale socket is removed, one that answers is not. */
int eh_admin_socket_open(const struct eh_config *, struct eh_admin_socket *ret,
                         struct eh_error *) EH_MUST_CHECK;
/* The number of the group admin_group names. -EH_ENOTFOUND. */
int eh_admin_group_find(const char *name, gid_t *ret, struct eh_error *) EH_MUST_CHECK;
/* Looks at the path of the socket with this inode, and sets its group and its mode where the group
 * can no more reach it. -EH_ENOTFOUND: the path is gone, or another's. */
int eh_admin_socket_look(const struct eh_config *, dev_t device, ino_t inode,
                         struct eh_error *) EH_MUST_CHECK;
/* Removes the path if it still is that socket. */
void eh_admin_socket_remove(const char *path, dev_t device, ino_t inode);

#endif
