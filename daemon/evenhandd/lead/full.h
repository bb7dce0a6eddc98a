/*
 * full: what happens when the desk has as many open tickets as it may have.
 */
#ifndef EVENHAND_LEAD_FULL_H
#define EVENHAND_LEAD_FULL_H

#include "lead/app.h"

struct eh_full {
    /* How many tickets, and entries about them, will wait on the stream; the inbox is not told yet.
     */
    size_t holding, following;
    struct eh_table teams; /* team -> how many of `holding` */
};

/* True: the item is not decided now. An entry of the stream is held; a command has its answer in
 * item->result. */
bool app_full_holds(struct eh_app *, struct eh_batch *, struct eh_item *);
void app_full_came(struct eh_app *, const struct eh_input *); /* it was decided */
void app_full_hold(struct eh_app *, const struct eh_batch *); /* committed: hands it to the inbox */
void app_full_look(struct eh_app *);   /* lets go what there is room for; keeps the alarm */
void app_full_forget(struct eh_app *); /* entries to be held are decided once more, or never */

#endif
