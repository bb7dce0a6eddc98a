/*
 * epochs: owns the number of the draw epoch and its commitments. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_EPOCHS_H
#define EVENHAND_LIB_ENGINE_EPOCHS_H

#include "units.h"

/* The current draw epoch. */
struct epochs {
    uint32_t current;
    bool committed;                       /* what follows is known; old logs begin without */
    uint8_t commitment[2][EH_SEED_BYTES]; /* of the current epoch's seed and of the next one's */
};

#endif
