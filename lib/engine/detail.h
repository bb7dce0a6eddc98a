/*
 * detail: what a policy compared, read back for others. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_DETAIL_H
#define EVENHAND_LIB_ENGINE_DETAIL_H

#include "units.h"

#define DETAIL_MAX 512 /* bytes; two ids and some numbers */
/* What a deal tells of its choice. Numbers are stored: never change, never reuse. */
enum detail_kind {
    DETAIL_PAIR = 1,
    DETAIL_ROUND = 2,
    DETAIL_SCORED = 3,
    DETAIL_TIES = 4,
    DETAIL_LATE = 5,
    DETAIL_LAST = 6
};

#endif
