/*
 * ticket_text: the texts of a ticket, one behind the other in one piece of memory. Private to
 * engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_TICKET_TEXT_H
#define EVENHAND_LIB_ENGINE_TICKET_TEXT_H

#include "units.h"

struct ticket;

/* Sets the texts of a ticket. customer: 16 bytes, or NULL. Any of them may point into the text that
 * is replaced. */
int eh_ticket_set_text(struct ticket *, struct eh_str source, struct eh_str id,
                       struct eh_str skills, const uint8_t *customer,
                       struct eh_str tail) EH_MUST_CHECK;
int eh_ticket_set_tail(struct ticket *, struct eh_str tail) EH_MUST_CHECK;

#endif
