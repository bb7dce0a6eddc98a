/*
 * identify: what makes two messages the same one, and what a message says, as digests. Private to
 * engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_IDENTIFY_H
#define EVENHAND_LIB_ENGINE_IDENTIFY_H

#include "units.h"

void eh_message_of_input(const struct eh_input *, struct eh_message *ret);

#endif
