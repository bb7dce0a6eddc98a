/*
 * intake: from an entry of the stream to an item of a batch.
 */
#ifndef EVENHAND_LEAD_INTAKE_H
#define EVENHAND_LEAD_INTAKE_H

#include "lead/app.h"
#include "inbox/inbox.h"

/* Takes an entry into a batch. kills: the decoder died of it in a child process. */
void app_take_entry(struct eh_app *, const struct eh_inbox_entry *, bool kills);
int app_decode(char encoding, struct eh_str body, struct eh_arena *, struct eh_message *ret,
               struct eh_error *) EH_MUST_CHECK;

#endif
