/*
 * identify: what makes two messages the same one, and what a message says, as digests. Private to
 * engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_IDENTIFY_H
#define EVENHAND_LIB_ENGINE_IDENTIFY_H

#include "units.h"

void eh_message_of_input(const struct eh_input *, struct eh_message *ret);

/* Whether its place on the stream names it, and not what it says: who has a ticket stands in the
 * log as the desk calls them at that time, so an entry that comes again may say it otherwise.
 * rules: 0 are those of this build. */
bool eh_input_is_placed(const struct eh_input *, uint32_t rules);

#endif
