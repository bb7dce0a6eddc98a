/*
 * desk_hours_diff: what eh_desk_diff() and eh_desk_warnings() say of calendars and hours.
 */
#ifndef EVENHAND_WIRE_DESK_HOURS_DIFF_H
#define EVENHAND_WIRE_DESK_HOURS_DIFF_H

#include <evenhand/wire/desk.h>

/* Each calls `line` with sentences and returns how many there were. `old` may be NULL. */
size_t eh_desk_hours_diff(const struct eh_desk *old, const struct eh_desk *now,
                          eh_desk_line_fn *line, void *context);
size_t eh_desk_hours_warnings(const struct eh_desk *, eh_desk_line_fn *line, void *context);

#endif
