/*
 * policy: a desk as it would be under another policy, as a desk file for an engine.
 *
 * It keeps what affects a deal: kinds, reps with shares and skills, memberships with their dates,
 * capacity, value weight, affinity. Everybody is at work until they say otherwise (a history has no
 * signals); names, users and managers are left out.
 *
 *     EH_AUTO(eh_bytes) struct eh_bytes yaml = EH_BYTES_INIT;
 *     r = eh_policy_desk(desk, "rotation", &yaml);
 */
#ifndef EVENHAND_TOOLS_SIMULATE_POLICY_H
#define EVENHAND_TOOLS_SIMULATE_POLICY_H

#include <evenhand/wire/desk.h>

/* Appends to *out. -EH_ENOMEM. */
int eh_policy_desk(const struct eh_desk *, const char *policy, struct eh_bytes *out) EH_MUST_CHECK;

#endif
