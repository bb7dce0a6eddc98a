/*
 * desk_find: a rep, a team, a kind or a calendar of a desk by id. The lists of a desk are sorted by
 * id.
 */
#include <evenhand/wire/desk.h>

/* Searches an array that is sorted by id. Every item begins with its id. NULL: no item has it. */
static const void *item_find(const void *items, uint32_t count, size_t size, struct eh_str id)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const char *item = (const char *)items + middle * size;
        int order = eh_str_compare(*(const struct eh_str *)(const void *)item, id);
        if (order == 0)
            return item;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

_Static_assert(offsetof(struct eh_desk_rep, id) == 0 && offsetof(struct eh_desk_team, id) == 0 &&
                   offsetof(struct eh_desk_kind, id) == 0 &&
                   offsetof(struct eh_desk_calendar, id) == 0,
               "item_find() reads the id at the start of an item");

const struct eh_desk_rep *eh_desk_rep(const struct eh_desk *desk, struct eh_str id)
{
    return item_find(desk->reps, desk->rep_count, sizeof *desk->reps, id);
}

const struct eh_desk_team *eh_desk_team(const struct eh_desk *desk, struct eh_str id)
{
    return item_find(desk->teams, desk->team_count, sizeof *desk->teams, id);
}

const struct eh_desk_kind *eh_desk_kind(const struct eh_desk *desk, struct eh_str id)
{
    return item_find(desk->kinds, desk->kind_count, sizeof *desk->kinds, id);
}

struct eh_desk_calendar *eh_desk_calendar(const struct eh_desk *desk, struct eh_str id)
{
    const struct eh_desk_calendar *found =
        item_find(desk->calendars, desk->calendar_count, sizeof *desk->calendars, id);
    return found ? &desk->calendars[found - desk->calendars] : NULL;
}
