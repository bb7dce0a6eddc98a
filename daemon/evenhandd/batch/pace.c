/* pace: how much one transaction may hold. See pace.h. */
#include "batch/pace.h"

void eh_pace_begin(struct eh_pace *pace)
{
    pace->most = EH_PACE_FIRST;
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static void set(struct eh_pace *pace, uint32_t most)
{
    pace->most = most < EH_PACE_LEAST ? EH_PACE_LEAST : least(most, EH_PACE_MOST);
}

/* Sets the bound after a commit. It shrinks to the number of rows that would have been in time, at
 * most by half. It grows only if the bound was what kept the transaction small. */
void eh_pace_committed(struct eh_pace *pace, uint32_t rows, int64_t took_us)
{
    uint32_t tried = least(rows, pace->most);
    if (took_us > EH_PACE_TARGET_US) {
        uint32_t fits = (uint32_t)((int64_t)tried * EH_PACE_TARGET_US / took_us);
        set(pace, fits > tried / 2 ? fits : tried / 2);
    } else if (took_us < EH_PACE_TARGET_US / 2 && rows >= pace->most / 2) {
        set(pace, least(pace->most, EH_PACE_MOST / 2) * 2);
    }
}

void eh_pace_failed(struct eh_pace *pace, uint32_t rows)
{
    set(pace, least(rows, pace->most) / 2);
}

uint32_t eh_pace_weight(uint32_t rows, size_t bytes)
{
    size_t more = bytes / EH_PACE_ROW_BYTES;
    return more < UINT32_MAX - rows ? rows + (uint32_t)more : UINT32_MAX;
}
