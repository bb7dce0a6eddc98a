/*
 * outcomes: how a ticket ends, comes back, is refunded or rated. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_OUTCOMES_H
#define EVENHAND_LIB_ENGINE_OUTCOMES_H

#include "story.h"
#include "units.h"

struct eh_engine;
struct step;
struct tale;
struct ticket;

/* An open ticket got another value. */
int eh_outcome_value(struct step *, uint32_t slot, int64_t value) EH_MUST_CHECK;
/* The entry of an outcome's message. at_us: when it happened; arrival_us: when it came. */
struct story_entry eh_outcome_entry(const struct eh_engine *, const struct eh_message *,
                                    int64_t at_us, int64_t arrival_us);
/* Puts an outcome into the story of a ticket in memory: 0, or -EH_E… and why it is refused; then
 * nothing has changed. */
int eh_outcome_place(struct step *, uint32_t slot, const struct story_entry *,
                     struct eh_error *) EH_MUST_CHECK;
/* Puts several outcomes at once, and says which are refused. -EH_EFULL: there is no room, and
 * nothing changed. */
int eh_outcomes_place(struct step *, uint32_t slot, const struct story_entry *, uint32_t count,
                      bool *ret_refused) EH_MUST_CHECK;
/* -EH_E… and why it is refused; in its place in *ret_now, if the story refuses it. */
int eh_outcome_try(const struct eh_engine *, const struct ticket *, const struct story_entry *,
                   const struct tale *before, struct tale *ret_now,
                   struct eh_error *) EH_MUST_CHECK;
/* Makes the ticket what the story now says. held: it is in memory before and after; a recalled
 * ticket that stays closed is in PostgreSQL alone. */
int eh_outcome_carry_out(struct step *, uint32_t slot, bool held, const struct tale *before,
                         const struct tale *now) EH_MUST_CHECK;

#endif
