/* reads: pieces that several commands show. */
#ifndef EVENHAND_TOOLS_ASK_READS_H
#define EVENHAND_TOOLS_ASK_READS_H

#include "client/http.h"
#include "term/table.h"

/* A rep's teams, state with reason and end, and open work. `id`: as it was asked for. */
void eh_show_rep(const struct eh_cli *, const char *id, const json_t *rep);
/* tickets.c: the tickets that /v1/reps/R has, as a table behind an empty line. */
void eh_show_rep_tickets(const struct eh_cli *, const char *id, const json_t *rep);
/* Why a ticket waits, in words; what is not known stands as it is. NULL: it says nothing. */
const char *eh_show_cause(const json_t *ticket, char *ret, size_t size);

#endif
