/*
 * skipped: what time brought and what cannot be stored, as PostgreSQL says, comes to an end here.
 * Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_SKIPPED_H
#define EVENHAND_LIB_ENGINE_SKIPPED_H

#include "units.h"

struct step;

int eh_ticket_touch(struct step *,
                    uint32_t slot) EH_MUST_CHECK; /* the ticket stands aside no longer */

#endif
