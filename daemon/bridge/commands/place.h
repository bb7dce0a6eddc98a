/*
 * place: files that are made together: all of them, or none. None of them may be there before.
 *
 *     const struct eh_place files[] = {{"/etc/evenhand/bridge.d/help.token", secret, true},
 *                                      {"/etc/evenhand/bridge.d/help.yaml", yaml, false}};
 *     r = eh_place_check(files, 2, &error);      // nothing is in their way
 *     r = eh_place(files, 2, &error);            // the last makes the others count
 */
#ifndef EVENHAND_BRIDGE_COMMANDS_PLACE_H
#define EVENHAND_BRIDGE_COMMANDS_PLACE_H

#include <evenhand/base/base.h>

#define EH_BRIDGE_USER "evenhand-bridge" /* a secret in a folder of its group becomes its own */

struct eh_place {
    const char *path, *text;
    bool secret; /* 0600, else 0640 */
};

/* -EH_ECONFLICT: one is there; -EH_EDENIED: its folder cannot be written to. */
int eh_place_check(const struct eh_place *, size_t count, struct eh_error *) EH_MUST_CHECK;
int eh_place(const struct eh_place *, size_t count, struct eh_error *) EH_MUST_CHECK;

#endif
