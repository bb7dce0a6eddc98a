/*
 * idle: hours of a desk that have no work in all of the days to come, holidays counted: advice that
 * depends on the day, beside that of eh_desk_warnings().
 *
 *     const struct eh_handover_at at = {now_us, today, &zone};
 *     r = eh_idle_warnings(desk, &at, line, context);
 */
#ifndef EVENHAND_CALENDAR_IDLE_H
#define EVENHAND_CALENDAR_IDLE_H

#include <evenhand/calendar/handover.h>

EH_C_BEGIN

/* Calls `line` with a sentence for each calendar, and for each rep or team with such hours of their
 * own: "calendar office: has no hours from 2026-11-30 to 2026-12-30, …". Returns 0, or -EH_ENOMEM.
 */
int eh_idle_warnings(const struct eh_desk *, const struct eh_handover_at *, eh_desk_line_fn *line,
                     void *context) EH_MUST_CHECK;

EH_C_END

#endif
