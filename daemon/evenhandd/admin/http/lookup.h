/*
 * lookup: the name and the groups of a Unix user. The system's user database may be far away
 * (LDAP), so a child process asks it.
 *
 *     struct eh_lookup asked = {.uid = uid};
 *     const struct eh_child_options options = {
 *         .work = eh_lookup_print,
 *         .work_context = &asked,
 *         .bounds = {.output_max = EH_LOOKUP_OUTPUT_MAX, .at_most_ms = EH_LOOKUP_MS},
 *         .on_end = on_end,
 *         .context = peer};
 *     r = eh_child_new(base, &options, &child, &error);
 *
 * The output is the user's name and the names of the groups, each with a NUL behind it; nothing
 * where there is no such user.
 */
#ifndef EVENHAND_ADMIN_HTTP_LOOKUP_H
#define EVENHAND_ADMIN_HTTP_LOOKUP_H

#include "host/child.h"

#define EH_LOOKUP_GROUPS_MAX 256        /* groups of one user that count */
#define EH_LOOKUP_OUTPUT_MAX (1u << 17) /* bytes of all their names */
#define EH_LOOKUP_MS         8000       /* until it is given up: before who asks is answered */

struct eh_lookup {
    uid_t uid;
    const char *name; /* whom to look up; NULL: the user of that uid */
};

/* An eh_child_work_fn; its context is a struct eh_lookup. */
void eh_lookup_print(void *asked);

#endif
