/*
 * life: from a checked configuration to the end of the process.
 *
 *     int exit_code = eh_life_run(config);   // returns when the daemon has stopped
 */
#ifndef EVENHAND_DAEMON_LIFE_H
#define EVENHAND_DAEMON_LIFE_H

#include "config.h"

int eh_life_run(const struct eh_config *);
/* What can be checked without writing anything: desk file, addresses, key file. For --check. */
int eh_life_check(const struct eh_config *, struct eh_error *) EH_MUST_CHECK;

#endif
