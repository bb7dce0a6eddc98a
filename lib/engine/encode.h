/*
 * encode: the canonical bytes of every object of the state. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_ENCODE_H
#define EVENHAND_LIB_ENGINE_ENCODE_H

#include "units.h"

struct account;
struct cancelled;
struct clock;
struct eh_engine;
struct fact;
struct pause;
struct last;
struct pending_outcome;
struct period;
struct skill_set;
struct slot;
struct team;
struct ticket;

void eh_encode_cancelled(const struct cancelled *, struct eh_bytes *);
void eh_encode_last(const struct eh_engine *, const struct last *, struct eh_bytes *);
void eh_encode_ticket(const struct eh_engine *, const struct ticket *, struct eh_bytes *);
/* It names its ticket by number. */
void eh_encode_clock(const struct eh_engine *, const struct clock *, struct eh_bytes *);
void eh_encode_rep(const struct eh_engine *, uint32_t rep, struct eh_bytes *);
void eh_encode_account(const struct eh_engine *, const struct account *, struct eh_bytes *);
void eh_encode_ramp(const struct eh_engine *, const struct account *, struct eh_bytes *);
void eh_encode_dealt(const struct eh_engine *, const struct account *, struct eh_bytes *);
void eh_encode_pause(const struct eh_engine *, const struct pause *, struct eh_bytes *);
void eh_encode_pausing(const struct eh_engine *, const struct account *, struct eh_bytes *);
void eh_encode_pending(const struct pending_outcome *, struct eh_bytes *);
void eh_encode_ledger(const struct eh_engine *, uint32_t team, struct eh_bytes *);
void eh_encode_set(const struct eh_engine *, const struct team *, const struct skill_set *,
                   struct eh_bytes *);
void eh_encode_slot(const struct slot *, struct eh_bytes *); /* without team, set and rep */
void eh_encode_purse(const struct eh_engine *, uint32_t team, struct eh_bytes *);
void eh_encode_period(const struct eh_engine *, const struct period *, struct eh_bytes *);
void eh_encode_fact(const struct eh_engine *, const struct fact *, struct eh_bytes *);
void eh_encode_globals(const struct eh_engine *, struct eh_bytes *);
/* The digest holds these, and not the names of reps who are gone. */
void eh_encode_past(const struct eh_engine *, uint32_t team, struct eh_bytes *);
void eh_encode_since(const struct eh_engine *, uint32_t rep, struct eh_bytes *);
void eh_encode_zones(const struct eh_engine *, struct eh_bytes *);

#endif
