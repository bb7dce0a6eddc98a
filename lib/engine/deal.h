/*
 * deal: one decision at a time: who gets this ticket, and the rounds that empty the queues. Private
 * to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_DEAL_H
#define EVENHAND_LIB_ENGINE_DEAL_H

#include "units.h"

struct decision;
struct eh_engine;
struct step;

uint32_t eh_deal_next(const struct step *); /* the next one that is left over, or NONE */
/* A new or returning ticket, counted and entered, with its set: gives it to somebody or lets it
 * wait, and says so. */
int eh_deal_or_wait(struct step *, uint32_t slot) EH_MUST_CHECK;
/* Up to the step's limit of waiting tickets: teams in turn, in each the best first. */
int eh_deal_waiting(struct step *) EH_MUST_CHECK;
/* Books it to the rep, whoever decided. */
int eh_deal_book(struct step *, uint32_t slot, uint32_t rep, uint32_t was,
                 const struct decision *) EH_MUST_CHECK;
/* To the rep who had it last in its team, however much they have: no deal. */
int eh_deal_return(struct step *, uint32_t slot, uint32_t rep) EH_MUST_CHECK;
/* Off its rep or out of its queue. */
void eh_deal_detach(struct eh_engine *, uint32_t slot);

#endif
