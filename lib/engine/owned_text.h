/*
 * owned_text: a text that its owner keeps in memory of its own. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_OWNED_TEXT_H
#define EVENHAND_LIB_ENGINE_OWNED_TEXT_H

#include "units.h"

/* Replaces an owned text by a copy. */
int eh_owned_text_set(char **text, uint32_t *size, struct eh_str) EH_MUST_CHECK;

#endif
