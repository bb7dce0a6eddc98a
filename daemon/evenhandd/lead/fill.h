/*
 * fill: what the shell adds to an input before it is decided.
 */
#ifndef EVENHAND_LEAD_FILL_H
#define EVENHAND_LEAD_FILL_H

#include "lead/app.h"

int app_fill(struct eh_app *, struct eh_batch *, struct eh_input *) EH_MUST_CHECK; /* -EH_ENOMEM */

#endif
