/*
 * suspects: entries that wait, in the order of the stream, for one to be tried in a child process.
 */
#ifndef EVENHAND_LEAD_SUSPECTS_H
#define EVENHAND_LEAD_SUSPECTS_H

#include "inbox/inbox.h"
#include "lead/app.h"

struct eh_suspect_entries {
    struct eh_suspects *waiting; /* or NULL ... */
    size_t count, bytes;         /* ... and what they come to */
};

/* Of struct eh_inbox_callbacks. */
void app_take_entries(void *context, const struct eh_inbox_entry *, size_t count);
void app_suspects_forget(struct eh_app *); /* the inbox hands them over again */

#endif
