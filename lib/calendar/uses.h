/*
 * uses: who of a desk works by hours, and by which; equal hours are one group. Private to
 * calendar/.
 *
 *     struct eh_uses uses;
 *     r = eh_uses_make(desk, &uses);
 *     for (uint32_t i = 0; i < uses.count; i = eh_uses_next(&uses, i))
 *         … uses.items[i].hours, until the next group …
 *     eh_uses_done(&uses);
 */
#ifndef EVENHAND_LIB_CALENDAR_USES_H
#define EVENHAND_LIB_CALENDAR_USES_H

#include <evenhand/wire/desk.h>

struct eh_use {
    const struct eh_desk_calendar *hours;
    struct eh_str id;
    bool is_team; /* `id` is a team's, else a rep's */
};

struct eh_uses {
    struct eh_use *items; /* groups by zone, then by hours; in a group by id */
    uint32_t count;
};

int eh_uses_make(const struct eh_desk *, struct eh_uses *ret) EH_MUST_CHECK;
/* Where the group after that of `at` begins. */
uint32_t eh_uses_next(const struct eh_uses *, uint32_t at);
void eh_uses_done(struct eh_uses *);

#endif
