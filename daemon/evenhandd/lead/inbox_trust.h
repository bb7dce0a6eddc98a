/*
 * inbox_trust: alarms of what Redis says of the inbox.
 */
#ifndef EVENHAND_LEAD_INBOX_TRUST_H
#define EVENHAND_LEAD_INBOX_TRUST_H

#include "inbox/inbox.h"

void app_inbox_end(void *context, struct eh_stream_id end);
void app_inbox_doubt(void *context, const struct eh_inbox_doubt *);

#endif
