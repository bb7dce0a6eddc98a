/* lookup: see lookup.h. All of this runs in a child process. */
#include "admin/http/lookup.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/faults.h"
#include "host/log.h"

#define USER_DATABASE_BUFFER 16384 /* bytes of one entry of passwd or group */
#define GROUP_BUFFER_MAX     (1u << 20)

static void name_print(const char *name)
{
    for (size_t left = strlen(name) + 1; left > 0;) {
        ssize_t n = write(STDOUT_FILENO, name, left);
        if (n <= 0)
            _exit(EXIT_FAILURE);
        name += n;
        left -= (size_t)n;
    }
}

/* Groups without a name do not count. */
static void group_print(gid_t gid)
{
    size_t size = USER_DATABASE_BUFFER;
    char *buffer = malloc(size);
    struct group group, *found = NULL;
    int r = buffer ? getgrgid_r(gid, &group, buffer, size, &found) : ENOMEM;
    while (r == ERANGE && size < GROUP_BUFFER_MAX) { /* groups with very many members */
        size *= 4;
        char *larger = realloc(buffer, size);
        if (!larger)
            break;
        buffer = larger;
        r = getgrgid_r(gid, &group, buffer, size, &found);
    }
    if (r == 0 && found)
        name_print(found->gr_name);
    free(buffer);
}

/* A directory may find a name that is spelt in another way: that is another name here. */
static struct passwd *user_find(const struct eh_lookup *asked, struct passwd *entry, char *buffer)
{
    struct passwd *found = NULL;
    int r = asked->name ? getpwnam_r(asked->name, entry, buffer, USER_DATABASE_BUFFER, &found)
                        : getpwuid_r(asked->uid, entry, buffer, USER_DATABASE_BUFFER, &found);
    if (r != 0 || !found || (asked->name && strcmp(found->pw_name, asked->name) != 0))
        return NULL;
    return found;
}

void eh_lookup_print(void *context)
{
    char buffer[USER_DATABASE_BUFFER];
    struct passwd entry;
    eh_fault_lookup();
    const struct passwd *found = user_find(context, &entry, buffer);
    if (!found)
        return;
    name_print(found->pw_name);

    gid_t gids[EH_LOOKUP_GROUPS_MAX];
    int count = EH_LOOKUP_GROUPS_MAX;
    if (getgrouplist(found->pw_name, found->pw_gid, gids, &count) < 0) {
        eh_log_limited(EH_LOG_WARNING, "admin-groups",
                       "user %s is in more than %d groups; only the first ones count",
                       found->pw_name, EH_LOOKUP_GROUPS_MAX);
        count = EH_LOOKUP_GROUPS_MAX;
    }
    for (int i = 0; i < count; i++)
        group_print(gids[i]);
}
