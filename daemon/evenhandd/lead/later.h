/*
 * later: signals above their rate: kept until they may become inputs.
 */
#ifndef EVENHAND_LEAD_LATER_H
#define EVENHAND_LEAD_LATER_H

#include "lead/app.h"

#define EH_LATER_BYTES_MAX (16u << 20) /* of all that are kept */

struct eh_later_signals {
    struct eh_later *kept; /* or NULL */
    uint64_t superseded;   /* signals of the stream that later ones took the place of */
};

/* True: the item is no input now, or never will be; item->result is set. */
bool app_later_takes(struct eh_app *, const struct eh_batch *, struct eh_item *);
void app_later_move(struct eh_app *, int64_t now_us); /* what is due goes into the next batch */
int64_t app_later_due_us(const struct eh_app *);
void app_later_flush(struct eh_app *);  /* all are due */
void app_later_unread(struct eh_app *); /* the inbox hands over again what is not acknowledged */
size_t app_later_pending(const struct eh_app *); /* entries that are not acknowledged */
void app_later_forget(struct eh_app *);          /* somebody else leads */
void app_later_free(struct eh_app *);
void app_later_show(const struct eh_app *, struct eh_app_status *);

#endif
