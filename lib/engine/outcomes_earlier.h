/*
 * outcomes_earlier: outcomes under rules before EH_RULES_TICKETS: each is checked against the
 * ticket as it is, then applied, in the order they come. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_OUTCOMES_EARLIER_H
#define EVENHAND_LIB_ENGINE_OUTCOMES_EARLIER_H

#include "units.h"

struct eh_engine;
struct step;
struct ticket;

/* Whether the outcome may be applied: 0, or -EH_E… and why not. */
int eh_outcome_check(const struct ticket *, const struct eh_message *,
                     struct eh_error *) EH_MUST_CHECK;
int eh_outcome_room(const struct eh_engine *, const struct ticket *, const struct eh_message *,
                    struct eh_error *) EH_MUST_CHECK;
int eh_outcome_apply(struct step *, uint32_t slot, const struct eh_message *,
                     int64_t at_us) EH_MUST_CHECK;
int eh_outcome_step_earlier(struct step *, uint32_t slot, bool recalled,
                            int64_t at_us) EH_MUST_CHECK;

#endif
