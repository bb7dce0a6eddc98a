/*
 * suspects: entries of the stream that wait while a child process tries the first of them.
 */
#ifndef EVENHAND_LEAD_SUSPECTS_H
#define EVENHAND_LEAD_SUSPECTS_H

#include "inbox/inbox.h"
#include "lead/app.h"

struct eh_suspect_entries {
    struct eh_suspects *waiting; /* NULL: no entry waits */
    size_t count, bytes;         /* of the entries that wait */
};

/* Of struct eh_inbox_callbacks. */
void app_take_entries(void *context, const struct eh_inbox_entry *, size_t count);
/* The inbox hands them over again. */
void app_suspects_forget(struct eh_app *);

#endif
