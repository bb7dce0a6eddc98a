/*
 * queue: the tickets that wait in each required-skill set of a team. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_QUEUE_H
#define EVENHAND_LIB_ENGINE_QUEUE_H

#include "units.h"

struct eh_engine;
struct ticket;

/* a comes first in a queue */
bool eh_ticket_before(const struct eh_engine *, const struct ticket *a, const struct ticket *b);
int eh_queue_reserve(struct eh_engine *, uint32_t team, uint32_t set) EH_MUST_CHECK;
void eh_queue_push(struct eh_engine *, uint32_t slot); /* room was reserved before */
void eh_queue_remove(struct eh_engine *, uint32_t slot);
/* To its place, after its clock changed; nothing if it stands in no queue. */
void eh_queue_settle(struct eh_engine *, uint32_t slot);
const char *eh_waiting_why(const struct eh_engine *, const struct ticket *);

#endif
