/*
 * hook: the webhook, made in the helpdesk by its own API as the profile's `hook` says; and taken
 * back, where something fails behind it.
 *
 *     struct eh_hook hook;
 *     eh_hook_begin(&hook, exchange, "https://bridge.example.com/help");
 *     r = eh_hook_make(&hook, &error);          // hook.secret: the helpdesk's own, or ""
 *     if (later < 0)
 *         eh_hook_undo(&hook);
 *     eh_hook_done(&hook);
 */
#ifndef EVENHAND_BRIDGE_COMMANDS_HOOK_H
#define EVENHAND_BRIDGE_COMMANDS_HOOK_H

#include "bridge/commands/steps.h"

struct eh_hook {
    struct eh_exchange *exchange;
    json_t *input, *notes; /* notes: what is still to be done by hand */
    char secret[EH_SECRET_MAX];
};

void eh_hook_begin(struct eh_hook *ret, struct eh_exchange *, const char *address);
/* What was made before it failed is taken back. */
int eh_hook_make(struct eh_hook *, struct eh_error *) EH_MUST_CHECK;
void eh_hook_undo(struct eh_hook *);
void eh_hook_done(struct eh_hook *); /* safe on a zeroed one */

#endif
