/*
 * accountless: a ticket whose rep has no account at the helpdesk: why it is parked, and what it is
 * tried again with.
 *
 *     eh_accountless_say(source, rep, why);
 *     r = eh_accountless_again(&options, &item, &error);
 */
#ifndef EVENHAND_BRIDGE_OUT_ACCOUNTLESS_H
#define EVENHAND_BRIDGE_OUT_ACCOUNTLESS_H

#include "bridge/out/out.h"

void eh_accountless_say(const char *source, struct eh_str rep, char ret[EH_PARKED_WHY_MAX]);
/* The item gets the account that its rep has by now, the caller's of `account_of`; one that is
 * parked for something else stays as it is. -EH_ECONFLICT: they have none still; -EH_EUNAVAILABLE:
 * evenhandd is being asked; ask again in a moment. */
int eh_accountless_again(const struct eh_out_options *, struct eh_parked_item *,
                         struct eh_error *) EH_MUST_CHECK;

#endif
