/*
 * epochs: draw epochs, one after the other without a gap: one begins with each DAY, and when an
 * operator reveals. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_EPOCHS_H
#define EVENHAND_LIB_ENGINE_EPOCHS_H

#include "units.h"

/* The draw epochs. */
struct epochs {
    uint32_t current;
    bool committed;                       /* what follows is known; old logs begin without */
    uint8_t commitment[2][EH_SEED_BYTES]; /* of the current epoch's seed and of the next one's */
};

#endif
