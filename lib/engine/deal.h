/*
 * deal: gives tickets to reps, one decision at a time. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_DEAL_H
#define EVENHAND_LIB_ENGINE_DEAL_H

#include "units.h"

struct decision;
struct eh_engine;
struct step;

uint32_t eh_deal_next(const struct step *); /* the next ticket that is left over, or NONE */
/* A new or returning ticket, counted and entered, with its set: gives it to somebody or lets it
 * wait, and tells which. */
int eh_deal_or_wait(struct step *, uint32_t slot) EH_MUST_CHECK;
/* Deals waiting tickets up to the step's limit: teams in turn, in each the best ticket first. */
int eh_deal_waiting(struct step *) EH_MUST_CHECK;
/* Gives the ticket to the rep, whoever decided that. */
int eh_deal_book(struct step *, uint32_t slot, uint32_t rep, uint32_t was,
                 const struct decision *) EH_MUST_CHECK;
/* Gives the ticket back to the rep who had it last in its team, whatever their load: it is no
 * deal. */
int eh_deal_return(struct step *, uint32_t slot, uint32_t rep) EH_MUST_CHECK;
/* Takes the ticket off its rep or out of its queue. */
void eh_deal_detach(struct eh_engine *, uint32_t slot);

#endif
