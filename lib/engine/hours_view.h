/*
 * hours_view: until when a rep is off, or at work. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_HOURS_VIEW_H
#define EVENHAND_LIB_ENGINE_HOURS_VIEW_H

#include "units.h"

struct eh_engine;

/* When the rep works next in this team; EH_TIME_NEVER: nobody knows. */
int64_t eh_off_until(const struct eh_engine *, uint32_t team, uint32_t rep);
/* Fills in off, absent, off_until_us, on_until_us and ends_us. */
void eh_hours_view(const struct eh_engine *, uint32_t rep, struct eh_rep_view *);

#endif
