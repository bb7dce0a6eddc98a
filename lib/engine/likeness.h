/*
 * likeness: what two tickets have in common that may be one ticket sent twice. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_LIKENESS_H
#define EVENHAND_LIB_ENGINE_LIKENESS_H

#include "units.h"

/* The likeness of a message: what it says beside source and customer; 0: too little to compare. */
uint32_t eh_likeness(const struct eh_message *);

#endif
