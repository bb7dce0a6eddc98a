/*
 * recall: reads a closed ticket, as PostgreSQL has it, into memory. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_RECALL_H
#define EVENHAND_LIB_ENGINE_RECALL_H

#include "units.h"

struct step;

/* Reads the recalled ticket of the input into a slot that nothing refers to yet: the caller drops
 * it (eh_ticket_drop()) or enters it. -EH_ECORRUPT: it is no closed ticket of that identity. */
int eh_ticket_recall(struct step *, struct eh_key identity, uint32_t *ret) EH_MUST_CHECK;

#endif
