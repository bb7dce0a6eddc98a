/*
 * uses: who of a desk works by hours, and by which.
 */
#include "uses.h"

#include <stdlib.h>

static int order_of(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int days_compare(const struct eh_desk_day *a, const struct eh_desk_day *b)
{
    if (a->span_count != b->span_count || a->span_count == 0)
        return order_of(a->span_count, b->span_count);
    return memcmp(a->spans, b->spans, a->span_count * sizeof *a->spans);
}

static struct eh_str holidays_id(const struct eh_desk_calendar *hours)
{
    return hours->holidays_of ? hours->holidays_of->id : eh_str_n(NULL, 0);
}

/* By what they say: ids are those of one desk, so that equal ones are the same calendar. */
static int hours_compare(const struct eh_desk_calendar *a, const struct eh_desk_calendar *b)
{
    if (a == b)
        return 0;
    int order = eh_str_compare(a->time_zone, b->time_zone);
    if (order == 0)
        order = eh_str_compare(a->id, b->id);
    if (order == 0)
        order = eh_str_compare(holidays_id(a), holidays_id(b));
    for (int i = 0; order == 0 && i < 7; i++)
        order = days_compare(&a->week[i], &b->week[i]);
    return order;
}

static int uses_compare(const void *left, const void *right)
{
    const struct eh_use *a = left, *b = right;
    int order = hours_compare(a->hours, b->hours);
    if (order == 0)
        order = order_of(a->is_team, b->is_team);
    return order ? order : eh_str_compare(a->id, b->id);
}

int eh_uses_make(const struct eh_desk *desk, struct eh_uses *ret)
{
    struct eh_uses uses = {
        malloc((desk->rep_count + desk->team_count + (size_t)1) * sizeof *uses.items), 0};
    if (!uses.items)
        return -EH_ENOMEM;
    for (uint32_t i = 0; i < desk->team_count; i++)
        if (desk->teams[i].hours)
            uses.items[uses.count++] =
                (struct eh_use){desk->teams[i].hours, desk->teams[i].id, true};
    for (uint32_t i = 0; i < desk->rep_count; i++)
        if (desk->reps[i].hours)
            uses.items[uses.count++] =
                (struct eh_use){desk->reps[i].hours, desk->reps[i].id, false};
    qsort(uses.items, uses.count, sizeof *uses.items, uses_compare);
    *ret = uses;
    return 0;
}

uint32_t eh_uses_next(const struct eh_uses *uses, uint32_t at)
{
    const struct eh_desk_calendar *hours = uses->items[at].hours;
    while (at < uses->count && hours_compare(uses->items[at].hours, hours) == 0)
        at++;
    return at;
}

void eh_uses_done(struct eh_uses *uses)
{
    free(uses->items);
    *uses = (struct eh_uses){0};
}
