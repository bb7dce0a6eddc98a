/*
 * socket: makes a listening socket, or takes the one systemd hands over: a Unix socket with group
 * and mode, or a TCP socket.
 *
 *     const struct eh_http_address address = {.text = "/run/evenhand/admin.sock",
 *                                             .setting = "admin_socket"};
 *     struct eh_http_socket listening;
 *     r = eh_http_socket_open(&address, &listening, &error);
 *     …
 *     eh_http_socket_remove(&listening);
 */
#ifndef EVENHAND_HTTP_SOCKET_H
#define EVENHAND_HTTP_SOCKET_H

#include <sys/types.h>

#include <evenhand/base/base.h>

#define EH_HTTP_PATH_MAX   107  /* bytes of a Unix socket's path: sun_path without its terminator */
#define EH_HTTP_UNIX_MODE  0660 /* of a Unix socket, unless asked otherwise */
#define EH_HTTP_BACKLOG    128
#define EH_HTTP_FD_RESERVE 24 /* descriptors that no client gets */

/* Where to listen. Its texts live as long as it is used. */
struct eh_http_address {
    const char *text;    /* "/run/x.sock", "127.0.0.1:8399" or "[::1]:8399"; never a name */
    const char *setting; /* the key of the configuration it comes from; errors begin with it */
    const char *group;   /* of a Unix socket; NULL or "": the group of the process */
    const char *group_setting; /* the key that comes from */
    mode_t mode;               /* of a Unix socket; 0: EH_HTTP_UNIX_MODE */
    int backlog;               /* connections that wait to be accepted; 0: EH_HTTP_BACKLOG */
    bool inherits;             /* takes the socket that systemd hands over, when there is one */
};

struct eh_http_socket {
    int fd;                          /* listening, the caller's to close */
    char path[EH_HTTP_PATH_MAX + 1]; /* empty: TCP, or systemd's: nothing to remove */
    dev_t device;
    ino_t inode;
};

/* A stale Unix socket is removed, one that answers is not. -EH_EINVAL, -EH_ERANGE, -EH_ENOTFOUND
 * (group), -EH_EDENIED, -EH_ECONFLICT, -EH_EUNAVAILABLE. */
int eh_http_socket_open(const struct eh_http_address *, struct eh_http_socket *ret,
                        struct eh_error *) EH_MUST_CHECK;
/* The number of the address' group. -EH_ENOTFOUND. */
int eh_http_group_find(const struct eh_http_address *, gid_t *ret, struct eh_error *) EH_MUST_CHECK;
/* Looks at the path of the socket, and sets its group and mode if the group cannot reach it any
 * more. -EH_ENOTFOUND: the path is gone, or is another socket's. */
int eh_http_socket_look(const struct eh_http_address *, const struct eh_http_socket *,
                        struct eh_error *) EH_MUST_CHECK;
/* Removes the path if it still is that socket. */
void eh_http_socket_remove(const struct eh_http_socket *);
/* Whether a client's descriptor is one of the last ones, which are for links to servers and for
 * files. accept() gives the lowest free one. */
bool eh_http_takes_reserve(int fd);

#endif
