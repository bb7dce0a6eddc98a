/*
 * csv: rows of a CSV file (RFC 4180, UTF-8) by the names in its header.
 *
 * Files of spreadsheets are read too: UTF-16 with a byte order mark, and `;` or tabs as separators
 * when the header has them and no commas.
 *
 *     static int on_row(void *context, const struct eh_csv_row *row, struct eh_error *error)
 *     {
 *         struct eh_str id = eh_csv_field(row, eh_csv_column(row->header, "ticket_id"));
 *         …
 *     }
 *     r = eh_csv_read(text, "history.csv", NULL, on_row, context, &error);
 *     // "history.csv:17: has 12 fields, the header 13"
 *
 * A row of another length than the header, an unclosed quote and a column that is named twice are
 * refused, with the file and the line on which the row begins. So is a row that the handler
 * refuses.
 */
#ifndef EVENHAND_TOOLS_HISTORY_CSV_H
#define EVENHAND_TOOLS_HISTORY_CSV_H

#include <evenhand/base/base.h>

#define EH_CSV_COLUMNS_MAX 256
#define EH_CSV_ROW_MAX     65536 /* bytes of one row */

struct eh_csv_header {
    struct eh_str names[EH_CSV_COLUMNS_MAX];
    unsigned count;
};

struct eh_csv_row {
    const struct eh_csv_header *header;
    unsigned line;               /* where it begins, from 1 */
    const struct eh_str *fields; /* header->count of them; they live until the handler returns */
};

/* A negative result ends the reading. */
typedef int eh_csv_row_fn(void *context, const struct eh_csv_row *, struct eh_error *);
typedef int eh_csv_header_fn(void *context, const struct eh_csv_header *, struct eh_error *);

/* on_header may be NULL. */
int eh_csv_read(struct eh_str text, const char *file, eh_csv_header_fn *on_header,
                eh_csv_row_fn *on_row, void *context, struct eh_error *) EH_MUST_CHECK;

/* -1: there is none. Case does not matter; a blank, `-` and `_` are the same. */
int eh_csv_column(const struct eh_csv_header *, const char *name);
/* Empty for column -1. */
struct eh_str eh_csv_field(const struct eh_csv_row *, int column);

#endif
