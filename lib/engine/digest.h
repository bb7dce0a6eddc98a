/*
 * digest: the state's digest, kept up to date with each change. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_DIGEST_H
#define EVENHAND_LIB_ENGINE_DIGEST_H

#include "units.h"

struct account;
struct clock;
struct eh_engine;
struct pause;
struct pending_outcome;

/* Each brings the digest up to date with an object that changed or is new. */
void eh_digest_ticket(struct eh_engine *, uint32_t slot);
void eh_digest_rep(struct eh_engine *, uint32_t rep);
void eh_digest_account(struct eh_engine *, struct account *);
void eh_digest_dealt(struct eh_engine *, struct account *); /* by `at_most` */
void eh_digest_ramp(struct eh_engine *, struct account *);
void eh_digest_pause(struct eh_engine *, struct pause *);
void eh_digest_pausing(struct eh_engine *, struct account *); /* pauses begun on a day */
void eh_digest_pending(struct eh_engine *, struct pending_outcome *);
void eh_digest_cancelled(struct eh_engine *, uint32_t slot);
void eh_digest_last(struct eh_engine *, uint32_t slot);
void eh_digest_ledger(struct eh_engine *, uint32_t team);
void eh_digest_set(struct eh_engine *, uint32_t team, uint32_t set);
void eh_digest_slot(struct eh_engine *, uint32_t team, uint32_t set, uint32_t position);
/* These two do nothing for the shadow plan. */
void eh_digest_period(struct eh_engine *, uint32_t period);
void eh_digest_fact(struct eh_engine *, uint32_t period, uint32_t fact);
void eh_digest_purse(struct eh_engine *, uint32_t team);
void eh_digest_past(struct eh_engine *, uint32_t team);
void eh_digest_since(struct eh_engine *, uint32_t rep);
void eh_digest_schedule(struct eh_engine *, uint32_t number);
void eh_digest_hours(struct eh_engine *); /* the window, and a turn under way */
void eh_digest_rep_hours(struct eh_engine *, uint32_t rep);
void eh_digest_team_hours(struct eh_engine *, uint32_t team);
void eh_digest_hours_past(struct eh_engine *, bool is_team, uint32_t no);
/* A source that tells answers: it never goes again. */
void eh_digest_answering(struct eh_engine *, struct eh_str source);
void eh_digest_clock(struct eh_engine *, struct clock *);
void eh_digest_leave(struct eh_engine *, struct eh_key *hash); /* the object goes away */

#endif
