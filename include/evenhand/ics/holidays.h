/*
 * holidays: puts the days of its iCalendar files into a desk file, so that they are in the log.
 *
 *     EH_AUTO(eh_bytes) struct eh_bytes whole = EH_BYTES_INIT;
 *     const struct eh_holidays_source source = {read, context, eh_holidays_years_at(today)};
 *     r = eh_holidays_expand(text, &source, &whole, &error);
 *
 * Days are the whole days of events that are not cancelled. A desk file without `holidays_file` is
 * copied as it is.
 */
#ifndef EVENHAND_ICS_HOLIDAYS_H
#define EVENHAND_ICS_HOLIDAYS_H

#include <evenhand/base/base.h>
#include <evenhand/base/bytes.h>
#include <evenhand/wire/holidays_file.h>

EH_C_BEGIN

/* Both days included. */
struct eh_holidays_years {
    int32_t from, until;
};
#define EH_HOLIDAYS_YEARS_AHEAD 5
/* From the first day of the year before `date` to the last of the fifth behind it. */
struct eh_holidays_years eh_holidays_years_at(int32_t date);

/* Reads a file that comes without its text. *ret lives in the arena, or longer. The error says the
 * name, and no line. */
typedef int eh_holidays_read_fn(void *context, struct eh_str name, struct eh_arena *,
                                struct eh_str *ret, struct eh_error *);

struct eh_holidays_source {
    eh_holidays_read_fn *read; /* NULL: a file without its text is refused */
    void *context;
    struct eh_holidays_years years;
};

/* Appends the whole to *ret. The error is that of a desk file:
 * "LINE: calendars[0].holidays_file: norway.ics:3: …". -EH_EPARSE, -EH_ERANGE, -EH_EINVAL,
 * -EH_ENOMEM, or what `read` answered. */
int eh_holidays_expand(struct eh_str desk, const struct eh_holidays_source *, struct eh_bytes *ret,
                       struct eh_error *) EH_MUST_CHECK;

EH_C_END

#endif
