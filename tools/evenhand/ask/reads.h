/* reads: pieces that several commands print. */
#ifndef EVENHAND_TOOLS_ASK_READS_H
#define EVENHAND_TOOLS_ASK_READS_H

#include "client/http.h"
#include "term/table.h"
#include "term/text.h"

/* Prints a rep's teams, state with reason and end, and open work. `id`: as given in the call. */
void eh_show_rep(const struct eh_cli *, const char *id, const json_t *rep);
/* Prints an empty line and the tickets of the answer to /v1/reps/R as a table. */
void eh_show_rep_tickets(const struct eh_cli *, const char *id, const json_t *rep);
/* "goes back at 14:30:00 CET (in 20m) if it is not answered"; false: the ticket does not lapse. */
#define LAPSE_TEXT (2 * EH_CLI_TEXT + 64)
bool eh_show_lapse(const json_t *ticket, int64_t now_us, char ret[LAPSE_TEXT]);
/* Prints the times that a team keeps, a line each, and an empty line. */
void eh_show_team_times(const struct eh_cli *, const json_t *team);
/* Why a ticket waits, in words; an unknown reason stays as it is. NULL: the answer has no reason.
 */
const char *eh_show_cause(const json_t *ticket, char *ret, size_t size);

#endif
