/*
 * holidays_file: files of holidays that a desk file names: `holidays_file` of a calendar, as text.
 *
 * A person writes a name. Whoever has the file at hand puts its text there. evenhandd, which reads
 * iCalendar, puts the days there: so they are in the log, and nobody else needs the file.
 *
 *     holidays_file: norway.ics
 *     holidays_file: {"name": "norway.ics", "text": "BEGIN:VCALENDAR…"}
 *     holidays_file: {"name": "norway.ics", "from": "2025-01-01", "until": "2031-12-31",
 *                     "left_out": 0, "dates": ["2026-01-01", …]}
 *
 *     EH_AUTO(eh_bytes) struct eh_bytes whole = EH_BYTES_INIT;
 *     r = eh_holidays_write(text, put, context, &whole, &error);
 */
#ifndef EVENHAND_WIRE_HOLIDAYS_FILE_H
#define EVENHAND_WIRE_HOLIDAYS_FILE_H

#include <evenhand/base/base.h>
#include <evenhand/base/bytes.h>

EH_C_BEGIN

#define EH_HOLIDAYS_NAME_MAX  255          /* bytes of a file's name */
#define EH_HOLIDAYS_FILES_MAX 16           /* different files of one desk file */
#define EH_HOLIDAYS_TEXT_MAX  (256u << 10) /* bytes of one */

/* A mention of a file. The texts live as long as the call. */
struct eh_holidays_mention {
    struct eh_str name; /* empty: there is none, and the reader of the desk file says so */
    struct eh_str text; /* with `has_text`: of the file */
    bool has_text;
    bool has_dates; /* the days stand there already */
};

/* Appends what is to stand there instead, or nothing. An error says neither line nor path. */
typedef int eh_holidays_fn(void *context, const struct eh_holidays_mention *, struct eh_bytes *to,
                           struct eh_error *);

/* Appends a desk file to *ret, with what `put` writes for each mention of a file, in order. A text
 * that is no YAML stays as it is. The error of `put` gets "LINE: calendars[0].holidays_file: " in
 * front of it. -EH_ENOMEM. */
int eh_holidays_write(struct eh_str desk, eh_holidays_fn *put, void *context, struct eh_bytes *ret,
                      struct eh_error *) EH_MUST_CHECK;

/* A file beside the desk file: a name without a folder. */
bool eh_holidays_name_valid(struct eh_str name);

/* What `put` writes. The first without a text: that of an earlier mention of this name. */
void eh_holidays_put_text(struct eh_bytes *, struct eh_str name, const struct eh_str *text);
struct eh_holidays_days {
    int32_t from, until; /* days that were looked at */
    uint32_t left_out;   /* events that are no whole days */
    const int32_t *dates;
    uint32_t count;
};
void eh_holidays_put_days(struct eh_bytes *, struct eh_str name, const struct eh_holidays_days *);

EH_C_END

#endif
