/*
 * hours_kit: hands over schedules and absences to an engine of engine_kit.h.
 *
 *     struct kit k;
 *     struct hours h = {0};
 *     eh_schedule_put_rep(&h.text, eh_str("ana"), 1);
 *     hours_add(&h, 1, 8, 16);          // of the hours since KIT_START
 *     hours_give(&k, &h);
 */
#ifndef TESTS_UNIT_HOURS_KIT_H
#define TESTS_UNIT_HOURS_KIT_H

#include "engine_kit.h"

#include <evenhand/wire/schedule.h>

#define HOUR_S  3600
#define HOUR_US INT64_C(3600000000)

struct hours {
    struct eh_bytes text;
};

/* One interval, in hours since KIT_START. */
static inline void hours_add(struct hours *h, uint32_t schedule, int from, int until)
{
    const struct eh_interval one = {KIT_START + from * HOUR_US, KIT_START + until * HOUR_US};
    eh_schedule_put_intervals(&h->text, schedule, &one, 1);
}

static inline int hours_give(struct kit *k, struct hours *h)
{
    struct eh_message m = {.type = EH_MESSAGE_SCHEDULE,
                           .has = EH_FIELD_BIT(EH_FIELD_TEXT),
                           .text = eh_str_n((const char *)h->text.data, h->text.size)};
    int r = kit_step(k, m, EH_ORIGIN_SHELL);
    eh_bytes_clear(&h->text);
    return r;
}

/* So many hours since KIT_START, and all that is due by then. */
static inline void hours_at(struct kit *k, double hour)
{
    k->now_us = KIT_START + (int64_t)(hour * (double)HOUR_US);
    while (eh_engine_due_us(k->e) <= k->now_us)
        kit_due(k);
}

#endif
