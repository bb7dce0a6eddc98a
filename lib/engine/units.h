/*
 * units: numbers and limits that every file of the engine uses. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_UNITS_H
#define EVENHAND_LIB_ENGINE_UNITS_H

#include <evenhand/draw/hash.h>
#include <evenhand/engine/parsed_desk.h>
#include <evenhand/engine/engine.h>
#include <evenhand/engine/periods.h>

#define NONE      UINT32_MAX
#define SECOND_US INT64_C(1000000)
#define MINUTE_S  60
#define DAY_MS    INT64_C(86400000)
/* A list of slots, linked through `next` and `previous` of what stands in them. */
struct list {
    uint32_t first, last, count;
};

/* What is read back may be forged. Within these bounds, the engine's sums and products fit. */
static inline bool eh_is_time(int64_t us)
{
    return us >= 0 && us <= EH_TIME_LAST;
}

static inline bool eh_is_date(int64_t date)
{
    return date >= -EH_DATE_LAST && date <= EH_DATE_LAST;
}

#endif
