/*
 * snapshot: the whole state as canonical bytes. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_SNAPSHOT_H
#define EVENHAND_LIB_ENGINE_SNAPSHOT_H

#include "units.h"

#define SNAPSHOT_VERSION    EH_STATE_VERSION
#define SNAPSHOT_MAGIC      "EVENHAND"
#define SNAPSHOT_MAGIC_SIZE 8

#endif
