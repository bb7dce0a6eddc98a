/*
 * life: from a checked configuration to the end of the process.
 *
 *     int exit_code = eh_life_run(config, NULL);   // returns when the daemon has stopped
 */
#ifndef EVENHAND_DAEMON_LIFE_H
#define EVENHAND_DAEMON_LIFE_H

#include "config.h"

/* new_key: why the master key is lost; then another one is made, and it ends once that is in the
 * log. NULL: run. */
int eh_life_run(const struct eh_config *, const char *new_key);
/* What can be checked without writing anything: desk file, addresses, key file. For --check. */
int eh_life_check(const struct eh_config *, struct eh_error *) EH_MUST_CHECK;

#endif
