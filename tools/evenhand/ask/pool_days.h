/*
 * pool_days: a team's pool at the end of each day of a period, as it was known then.
 *
 *     json_t *days;
 *     int r = eh_pool_days_from_log(cli, conninfo, "2026-03", &days);
 *     if (r == EH_EXIT_DONE)
 *         eh_pool_show_days(cli, days);
 */
#ifndef EVENHAND_TOOLS_ASK_POOL_DAYS_H
#define EVENHAND_TOOLS_ASK_POOL_DAYS_H

#include "pool.h"

/* Replays the log in the database for the team that is the first argument. *ret is what GET
 * /v1/teams/T/pool/days answers. Returns an exit code; an error has been said. */
int eh_pool_days_from_log(const struct eh_cli *, const char *conninfo, const char *period,
                          json_t **ret) EH_MUST_CHECK;

#endif
