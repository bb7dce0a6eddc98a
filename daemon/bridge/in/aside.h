/*
 * aside: payloads of webhooks that no program could make anything of, kept in a file for a person
 * to look at.
 *
 *     struct eh_aside aside;
 *     eh_aside_init(&aside, "/var/lib/evenhand-bridge/help");
 *     eh_aside_put(&aside, now_us, "in: mapped to nothing", body);
 */
#ifndef EVENHAND_BRIDGE_IN_ASIDE_H
#define EVENHAND_BRIDGE_IN_ASIDE_H

#include <evenhand/base/base.h>

#define EH_ASIDE_FILE "unmapped"
#define EH_ASIDE_BYTES_MAX                                                                         \
    (8u << 20) /* of the file; then it becomes unmapped.1, and a new one begins */

struct eh_aside {
    char path[300];
    uint64_t count; /* since the start */
};

void eh_aside_init(struct eh_aside *, const char *folder);
/* A line of JSON: at, why, body. A disk that takes nothing is told in the log. */
void eh_aside_put(struct eh_aside *, int64_t now_us, const char *why, struct eh_str body);

#endif
