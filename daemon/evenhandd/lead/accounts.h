/*
 * accounts: what is published names the account that a rep has at the ticket's source, so that a
 * helpdesk need not know the desk file.
 *
 *     app_accounts_name(app, batch);
 *     eh_outbox_publish(outbox, batch);
 */
#ifndef EVENHAND_LEAD_ACCOUNTS_H
#define EVENHAND_LEAD_ACCOUNTS_H

#include "batch/notices.h"
#include "lead/app.h"

/* As the desk has it now, which may be later than the notice. */
void app_accounts_name(const struct eh_app *, struct eh_outbox_batch *);

#endif
