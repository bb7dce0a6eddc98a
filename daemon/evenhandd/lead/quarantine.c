/* quarantine: whose fault it is that PostgreSQL refuses a row. See quarantine.h. */
#include "lead/quarantine.h"

#include <string.h>

#include <evenhand/base/base.h>

#define SECOND_US INT64_C(1000000)

static int same_of_late(const struct eh_quarantine *q, int64_t now_us, const char *key)
{
    int count = 0;
    for (unsigned i = 0; i < EH_QUARANTINE_RECENT; i++)
        count += q->recent[i].key[0] &&
                 now_us - q->recent[i].at_us < EH_QUARANTINE_WINDOW_S * SECOND_US &&
                 strcmp(q->recent[i].key, key) == 0;
    return count;
}

bool eh_quarantine_judge(struct eh_quarantine *q, int64_t now_us, const char *state,
                         const char *constraint)
{
    char key[EH_QUARANTINE_KEY_MAX];
    eh_format(key, sizeof key, "%s %s", state, constraint);
    if (same_of_late(q, now_us, key) + 1 >= EH_QUARANTINE_SAME)
        return false;
    q->recent[q->next].at_us = q->last_us = now_us;
    memcpy(q->recent[q->next].key, key, sizeof key);
    q->next = (q->next + 1) % EH_QUARANTINE_RECENT;
    return true;
}

int64_t eh_quarantine_wait_us(struct eh_quarantine *q)
{
    const int64_t most = EH_QUARANTINE_WAIT_MOST_S * SECOND_US;
    q->wait_us = q->wait_us ? 2 * q->wait_us : EH_QUARANTINE_WAIT_S * SECOND_US;
    if (q->wait_us > most)
        q->wait_us = most;
    return q->wait_us;
}

void eh_quarantine_mended(struct eh_quarantine *q)
{
    q->wait_us = 0;
}
