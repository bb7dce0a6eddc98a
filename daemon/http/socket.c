/*
 * socket: bind, owner and mode of a listening socket, and what to do about one left behind.
 */
#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/util.h>
#include <systemd/sd-daemon.h>

#include "host/log.h"
#include "http/socket.h"

#define GROUP_BUFFER 65536 /* bytes of one entry of the group database */

static bool is_unix(const struct eh_http_address *address)
{
    return address->text[0] == '/' || !strchr(address->text, ':');
}

static bool has_group(const struct eh_http_address *address)
{
    return address->group && *address->group;
}

static mode_t mode_of(const struct eh_http_address *address)
{
    return address->mode ? address->mode : EH_HTTP_UNIX_MODE;
}

static int sockaddr_of(const struct eh_http_address *address, struct sockaddr_un *ret,
                       struct eh_error *error)
{
    size_t size = strlen(address->text);
    if (size == 0)
        return eh_error_set(error, EH_EINVAL, "%s: no path given", address->setting);
    if (size > EH_HTTP_PATH_MAX)
        return eh_error_set(error, EH_ERANGE,
                            "%s: %s has %zu bytes and a socket's path has room for %d; choose a "
                            "shorter folder",
                            address->setting, address->text, size, EH_HTTP_PATH_MAX);
    memset(ret, 0, sizeof *ret);
    ret->sun_family = AF_UNIX;
    memcpy(ret->sun_path, address->text, size);
    return 0;
}

/* Connects to a socket that stands there. 0: somebody answers; else the errno of connect. */
static int probe(const struct sockaddr_un *to)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return errno;
    int r = connect(fd, (const struct sockaddr *)to, sizeof *to) < 0 ? errno : 0;
    close(fd);
    return r;
}

static int stale_remove(const struct eh_http_address *address, const struct sockaddr_un *to,
                        struct eh_error *error)
{
    const char *path = address->text, *setting = address->setting;
    struct stat status;
    if (lstat(path, &status) < 0)
        return errno == ENOENT ? 0
                               : eh_error_set(error, EH_EUNAVAILABLE, "%s: %s: %s", setting, path,
                                              strerror(errno));
    if (!S_ISSOCK(status.st_mode))
        return eh_error_set(error, EH_ECONFLICT,
                            "%s: %s is there and is no socket; remove it or choose another path",
                            setting, path);
    int r = probe(to);
    if (r == 0 || r == EAGAIN) /* EAGAIN: alive, with a full backlog */
        return eh_error_set(error, EH_ECONFLICT,
                            "%s: %s is in use by a running program; stop it or choose another path",
                            setting, path);
    if (r == ECONNREFUSED)
        r = unlink(path) < 0 && errno != ENOENT ? errno : 0;
    return r == 0 || r == ENOENT
               ? 0
               : eh_error_set(error, EH_EUNAVAILABLE, "%s: %s: %s", setting, path, strerror(r));
}

/* Warns if the group may not pass the folder: then it never reaches the socket. This is no refusal:
 * an access list, which is not looked at, may let the group in. */
static void look_at_folder(const struct eh_http_address *address, gid_t gid)
{
    const char *path = address->text;
    char folder[EH_HTTP_PATH_MAX + 1];
    struct stat status;
    const char *slash = strrchr(path, '/');
    size_t size = slash && slash != path ? (size_t)(slash - path) : 1;
    memcpy(folder, slash ? path : ".", size);
    folder[size] = '\0';
    if (stat(folder, &status) < 0 || status.st_mode & S_IXOTH ||
        (status.st_gid == gid && status.st_mode & S_IXGRP))
        return;
    eh_log(
        EH_LOG_WARNING,
        "%s: group %s may not pass %s, so it cannot reach the socket there; chmod o+x the folder "
        "(in a unit: RuntimeDirectoryMode=0711)",
        address->group_setting, address->group, folder);
}

int eh_http_group_find(const struct eh_http_address *address, gid_t *ret, struct eh_error *error)
{
    struct group group, *found = NULL;
    char *buffer = malloc(GROUP_BUFFER);
    int r = buffer ? getgrnam_r(address->group, &group, buffer, GROUP_BUFFER, &found) : ENOMEM;
    if (found)
        *ret = found->gr_gid;
    free(buffer);
    return found ? 0
                 : eh_error_set(error, EH_ENOTFOUND, "%s: group %s: %s", address->group_setting,
                                address->group, r ? strerror(r) : "there is none of this name");
}

static int give_to_group(const struct eh_http_address *address, struct eh_error *error)
{
    gid_t gid = 0;
    if (!has_group(address))
        return 0;
    int r = eh_http_group_find(address, &gid, error);
    if (r < 0)
        return r;
    if (chown(address->text, (uid_t)-1, gid) < 0)
        return eh_error_set(error, EH_EDENIED,
                            "%s: %s cannot be given to group %s: %s; the daemon's user has to be "
                            "in it",
                            address->group_setting, address->text, address->group, strerror(errno));
    look_at_folder(address, gid);
    return 0;
}

static int backlog_of(const struct eh_http_address *address)
{
    return address->backlog ? address->backlog : EH_HTTP_BACKLOG;
}

static int bind_and_listen(int fd, const struct sockaddr_un *to,
                           const struct eh_http_address *address, struct eh_error *error)
{
    mode_t before = umask(0777 & ~mode_of(address)); /* its mode from its first moment on */
    int r = bind(fd, (const struct sockaddr *)to, sizeof *to);
    int code = errno;
    umask(before);
    if (r < 0)
        return eh_error_set(error, EH_EUNAVAILABLE, "%s: bind %s: %s", address->setting,
                            address->text, strerror(code));
    r = give_to_group(address, error);
    if (r == 0 && listen(fd, backlog_of(address)) < 0)
        r = eh_error_set(error, EH_EUNAVAILABLE, "%s: listen on %s: %s", address->setting,
                         address->text, strerror(errno));
    if (r < 0)
        unlink(address->text);
    return r;
}

static int open_unix(const struct eh_http_address *address, struct eh_http_socket *out,
                     struct eh_error *error)
{
    struct sockaddr_un to;
    int r = sockaddr_of(address, &to, error);
    if (r == 0)
        r = stale_remove(address, &to, error);
    if (r < 0)
        return r;

    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return eh_error_set(error, EH_EUNAVAILABLE, "%s: %s", address->setting, strerror(errno));
    r = bind_and_listen(fd, &to, address, error);
    if (r < 0) {
        close(fd);
        return r;
    }
    struct stat status;
    out->fd = fd;
    memcpy(out->path, to.sun_path, sizeof out->path);
    if (lstat(out->path, &status) == 0) {
        out->device = status.st_dev;
        out->inode = status.st_ino;
    }
    return 0;
}

/* An address without its port would mean a port that the kernel chooses. */
static bool has_port(const char *text)
{
    const char *host_end = text[0] == '[' ? strchr(text, ']') : strchr(text, ':');
    if (host_end && *host_end == ']')
        host_end++;
    return host_end && *host_end == ':' && !strchr(host_end + 1, ':');
}

static int open_tcp(const struct eh_http_address *address, struct eh_http_socket *out,
                    struct eh_error *error)
{
    struct sockaddr_storage to;
    int size = sizeof to, yes = 1;
    if (!has_port(address->text) ||
        evutil_parse_sockaddr_port(address->text, (struct sockaddr *)&to, &size) < 0)
        return eh_error_set(error, EH_EINVAL,
                            "%s: %s is neither a path nor an address like 127.0.0.1:8399 or "
                            "[::1]:8399",
                            address->setting, address->text);
    int fd = socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return eh_error_set(error, EH_EUNAVAILABLE, "%s: %s", address->setting, strerror(errno));
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
        bind(fd, (const struct sockaddr *)&to, (socklen_t)size) < 0 ||
        listen(fd, backlog_of(address)) < 0) {
        int code = errno;
        close(fd);
        return eh_error_set(error, code == EADDRINUSE ? EH_ECONFLICT : EH_EUNAVAILABLE,
                            "%s: listen on %s: %s", address->setting, address->text,
                            strerror(code));
    }
    out->fd = fd;
    return 0;
}

static int inherited_take(const struct eh_http_address *address, struct eh_http_socket *out,
                          struct eh_error *error)
{
    int fd = SD_LISTEN_FDS_START;
    if (is_unix(address) && sd_is_socket_unix(fd, SOCK_STREAM, 1, NULL, 0) <= 0)
        return eh_error_set(error, EH_EINVAL,
                            "the first socket systemd handed over is no listening Unix stream "
                            "socket");
    if (!is_unix(address) && sd_is_socket_inet(fd, AF_UNSPEC, SOCK_STREAM, 1, 0) <= 0)
        return eh_error_set(error, EH_EINVAL,
                            "the first socket systemd handed over is no listening TCP socket");
    out->fd = fd;
    evutil_make_socket_nonblocking(fd);
    return 0;
}

int eh_http_socket_open(const struct eh_http_address *address, struct eh_http_socket *ret,
                        struct eh_error *error)
{
    struct eh_http_socket out = {.fd = -1};
    int r = 0;
    if (address->inherits && sd_listen_fds(0) > 0)
        r = inherited_take(address, &out, error);
    else if (is_unix(address))
        r = open_unix(address, &out, error);
    else
        r = open_tcp(address, &out, error);
    if (r == 0)
        *ret = out;
    return r;
}

static bool is_there(const struct eh_http_socket *listening, struct stat *status)
{
    return lstat(listening->path, status) == 0 && status->st_dev == listening->device &&
           status->st_ino == listening->inode;
}

int eh_http_socket_look(const struct eh_http_address *address,
                        const struct eh_http_socket *listening, struct eh_error *error)
{
    const char *path = address->text;
    struct stat status;
    gid_t group = 0;
    if (!*listening->path)
        return 0;
    if (!is_there(listening, &status))
        return eh_error_set(error, EH_ENOTFOUND, "%s: %s is gone", address->setting, path);
    int r = has_group(address) ? eh_http_group_find(address, &group, error) : 0;
    if (r < 0)
        return eh_error_set(error, EH_EUNAVAILABLE, "%s: %s is not to be found",
                            address->group_setting, address->group);
    bool owner = !has_group(address) || status.st_gid == group;
    mode_t wanted = mode_of(address), mode = (status.st_mode & 07777) | wanted;
    if ((status.st_mode & wanted) == wanted && owner)
        return 0; /* a wider mode stays: somebody wished for it */
    if ((!owner && chown(path, (uid_t)-1, group) < 0) || chmod(path, mode) < 0)
        return eh_error_set(error, EH_EDENIED,
                            "%s: somebody changed owner or mode of %s, and they cannot be set "
                            "again: %s",
                            address->setting, path, strerror(errno));
    eh_log(EH_LOG_WARNING, "%s %s: owner and mode are set again", address->setting, path);
    return 0;
}

void eh_http_socket_remove(const struct eh_http_socket *listening)
{
    struct stat status;
    if (*listening->path && is_there(listening, &status))
        unlink(listening->path);
}

bool eh_http_takes_reserve(int fd)
{
    struct rlimit most;
    return getrlimit(RLIMIT_NOFILE, &most) == 0 && (rlim_t)fd + EH_HTTP_FD_RESERVE >= most.rlim_cur;
}
