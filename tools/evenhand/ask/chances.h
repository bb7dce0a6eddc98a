/*
 * chances: what chance each rep had of a ticket, from the log alone.
 *
 * The log before the ticket is decided again. Before each deal of the ticket the policy says how
 * likely each rep is. It needs no daemon; the role evenhand_auditor is enough.
 *
 *     json_t *deals;
 *     r = eh_chances_from_log(cli, "dbname=evenhand", "default", "T1", &deals);
 *     // [{"rep","why","dealt","at","chances":[{"rep","share_ppm","chance_ppm"}, …]}, …]
 */
#ifndef EVENHAND_TOOLS_ASK_CHANCES_H
#define EVENHAND_TOOLS_ASK_CHANCES_H

#include <jansson.h>

#include "command.h"

/* Returns an exit code. With EH_EXIT_DONE the caller frees *ret; an empty array: the ticket was
 * never dealt. */
int eh_chances_from_log(const struct eh_cli *, const char *conninfo, const char *source,
                        const char *id, json_t **ret);
void eh_chances_show(const struct eh_cli *, const json_t *deals);

#endif
