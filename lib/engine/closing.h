/*
 * closing: how a ticket leaves its queue or its rep, and how it comes back. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_CLOSING_H
#define EVENHAND_LIB_ENGINE_CLOSING_H

#include "units.h"

struct eh_engine;
struct step;
struct ticket;

/* The date of an outcome in the desk's calendar. */
int32_t eh_outcome_date(const struct eh_engine *, const struct eh_message *);
/* What all rules do. A ticket leaves its queue or its rep; its closing is told; it comes back if
 * the desk has a place for it. */
void eh_outcome_leave(struct eh_engine *, uint32_t slot);
int eh_outcome_tell_closed(struct step *, uint32_t slot) EH_MUST_CHECK;
int eh_outcome_room_to_return(const struct eh_engine *, const struct ticket *,
                              struct eh_error *) EH_MUST_CHECK;
int eh_outcome_come_back(struct step *, uint32_t slot) EH_MUST_CHECK;

#endif
