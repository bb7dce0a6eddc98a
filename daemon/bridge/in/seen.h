/*
 * seen: ids of the last deliveries that were taken, so that one that comes again costs nothing.
 *
 *     struct eh_seen seen = {0};
 *     if (!eh_seen_has(&seen, id))
 *         eh_seen_add(&seen, id);
 */
#ifndef EVENHAND_BRIDGE_IN_SEEN_H
#define EVENHAND_BRIDGE_IN_SEEN_H

#include <evenhand/base/base.h>

#define EH_SEEN_MAX 4096 /* the oldest makes room */

struct eh_seen {
    struct eh_table known;
    struct eh_key ring[EH_SEEN_MAX];
    size_t next, count;
};

bool eh_seen_has(const struct eh_seen *, struct eh_str id);
/* Without memory it is not remembered. */
void eh_seen_add(struct eh_seen *, struct eh_str id);
void eh_seen_done(struct eh_seen *);

#endif
