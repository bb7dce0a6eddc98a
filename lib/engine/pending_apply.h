/*
 * pending_apply: outcomes that came before their ticket, once the ticket is there or their time is
 * over. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_PENDING_APPLY_H
#define EVENHAND_LIB_ENGINE_PENDING_APPLY_H

#include "units.h"

struct step;

int eh_pending_apply(struct step *, uint32_t ticket_slot) EH_MUST_CHECK; /* their ticket has come */
int eh_pending_expire(struct step *) EH_MUST_CHECK; /* the time of the oldest is over */
int eh_pending_drop(struct step *,
                    struct eh_str why) EH_MUST_CHECK; /* refuses the oldest unapplied */

#endif
