/*
 * wanted: what an entry of the outbox asks of the helpdesk.
 *
 *     struct eh_wish wish = {.seq = seq};
 *     if (eh_wanted_read(entry, &wish) == EH_WANTED_OWNER)
 *         r = eh_jobs_want(jobs, &wish, &error);
 */
#ifndef EVENHAND_BRIDGE_OUT_WANTED_H
#define EVENHAND_BRIDGE_OUT_WANTED_H

#include "bridge/out/jobs.h"

enum eh_wanted {
    EH_WANTED_NOTHING,
    EH_WANTED_OWNER,   /* the account has it, or nobody does any more */
    EH_WANTED_ACCOUNT, /* somebody has it who has no account that is known */
    EH_WANTED_NO_OWNER /* what was wanted before is not wanted any more */
};

/* The text of `id` and `account` is the entry's; the wish's other members stay as they are. */
enum eh_wanted eh_wanted_read(const json_t *entry, struct eh_wish *ret);

#endif
