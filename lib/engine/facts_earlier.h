/*
 * facts_earlier: outcomes counted under rules before EH_RULES_TICKETS: each adds to its period what
 * it brings, as it comes. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_FACTS_EARLIER_H
#define EVENHAND_LIB_ENGINE_FACTS_EARLIER_H

#include "units.h"

struct eh_engine;
struct ticket;

int eh_facts_closed(struct eh_engine *, const struct ticket *,
                    const struct eh_message *) EH_MUST_CHECK;
/* Before the ticket is opened again. */
int eh_facts_reopened(struct eh_engine *, const struct ticket *) EH_MUST_CHECK;
void eh_facts_refunded(struct eh_engine *, const struct ticket *, int64_t value);
bool eh_facts_rated(struct eh_engine *, const struct ticket *, const struct eh_message *);

#endif
