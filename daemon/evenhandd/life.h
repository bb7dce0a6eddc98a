/*
 * life: from a checked configuration to the end of the process.
 *
 *     int exit_code = eh_life_run(config, &(struct eh_orders){0});   // returns when the daemon has
 * stopped
 */
#ifndef EVENHAND_LIFE_H
#define EVENHAND_LIFE_H

#include "config.h"

/* What an operator says at a start, each NULL or why. */
struct eh_orders {
    const char *new_key; /* the master key is lost: another one is made, and it ends once that is in
                            the log */
    const char *accept_time; /* the clock is right, whatever the log says: it goes on by it */
};

int eh_life_run(const struct eh_config *, const struct eh_orders *);
/* What can be checked without writing anything: desk file, addresses, key file. For --check. */
int eh_life_check(const struct eh_config *, struct eh_error *) EH_MUST_CHECK;

#endif
