/* cli_csv: feeds libcsv line by line, so that every refusal can name its line. */
#include "cli_csv.h"

#include <csv.h>
#include <stdlib.h>

struct csv {
    const char *file;
    eh_csv_header_fn *on_header;
    eh_csv_row_fn *on_row;
    void *context;
    struct eh_error *error;
    int result;
    struct eh_csv_header header;
    struct eh_bytes header_text;         /* what header.names point into */
    struct eh_bytes text;                /* fields of the row under way, back to back */
    size_t ends[EH_CSV_COLUMNS_MAX + 1]; /* where each ends in text; one more is counted only */
    unsigned fields;
    unsigned line, row_line; /* being fed; where the row under way began */
    size_t row_bytes;        /* fed since the last complete row */
};

static int refuse(struct csv *csv, unsigned line, int code, const char *text)
{
    return csv->result = eh_error_set(csv->error, code, "%s:%u: %s", csv->file, line, text);
}

/* Puts file and line before what a handler said. */
static void locate(struct csv *csv, unsigned line, int r, const struct eh_error *said)
{
    refuse(csv, line, -r, said->text);
}

static void on_field(void *data, size_t size, void *context)
{
    struct csv *csv = context;
    if (csv->fields > EH_CSV_COLUMNS_MAX)
        return;
    eh_bytes_put(&csv->text, data, size);
    csv->ends[csv->fields++] = csv->text.size;
}

static void slices(const struct csv *csv, const struct eh_bytes *text, struct eh_str *ret)
{
    const char *base = text->data ? (const char *)text->data : "";
    size_t from = 0;
    for (unsigned i = 0; i < csv->fields; i++) {
        ret[i] = eh_str_n(base + from, csv->ends[i] - from);
        from = csv->ends[i];
    }
}

static void take_header(struct csv *csv)
{
    struct eh_error said = {0};
    csv->header_text = csv->text;
    csv->text = (struct eh_bytes)EH_BYTES_INIT;
    csv->header.count = csv->fields;
    slices(csv, &csv->header_text, csv->header.names);
    for (unsigned i = 0; i < csv->fields; i++)
        for (unsigned j = 0; j < i; j++)
            if (eh_str_equal(csv->header.names[i], csv->header.names[j]) &&
                csv->header.names[i].size) {
                int r = eh_error_set(&said, EH_EPARSE, "column `%.*s` stands twice",
                                     EH_STR_ARG(csv->header.names[i]));
                locate(csv, csv->row_line, r, &said);
                return;
            }
    int r = csv->on_header ? csv->on_header(csv->context, &csv->header, &said) : 0;
    if (r < 0)
        locate(csv, csv->row_line, r, &said);
}

static void take_row(struct csv *csv)
{
    struct eh_str fields[EH_CSV_COLUMNS_MAX + 1];
    struct eh_error said = {0};
    int r;
    slices(csv, &csv->text, fields);
    if (csv->fields != csv->header.count) {
        r = eh_error_set(&said, EH_EPARSE, "has %u fields, the header %u", csv->fields,
                         csv->header.count);
    } else {
        struct eh_csv_row row = {&csv->header, csv->row_line, fields};
        r = csv->on_row(csv->context, &row, &said);
    }
    if (r < 0)
        locate(csv, csv->row_line, r, &said);
}

static void on_row_end(int character, void *context)
{
    (void)character;
    struct csv *csv = context;
    if (csv->result < 0)
        return;
    if (csv->text.failed)
        refuse(csv, csv->line, EH_ENOMEM, "does not fit in memory");
    else if (csv->fields > EH_CSV_COLUMNS_MAX)
        refuse(csv, csv->row_line, EH_ERANGE, "has more than 256 columns");
    else if (csv->header.count == 0)
        take_header(csv);
    else
        take_row(csv);
    eh_bytes_clear(&csv->text);
    csv->fields = 0;
    csv->row_bytes = 0;
}

static void feed_line(struct csv *csv, struct csv_parser *parser, const char *line, size_t size)
{
    if (csv->row_bytes == 0)
        csv->row_line = csv->line;
    csv->row_bytes += size;
    if (csv->row_bytes > EH_CSV_ROW_MAX) {
        refuse(csv, csv->row_line, EH_ERANGE,
               "the row is longer than 65,536 bytes (is a quote left open?)");
        return;
    }
    if (csv_parse(parser, line, size, on_field, on_row_end, csv) != size && csv->result == 0)
        refuse(csv, csv->line, EH_EPARSE, "a quote inside a field has to be doubled");
    if (csv->row_bytes == size && (line[0] == '\n' || line[0] == '\r'))
        csv->row_bytes = 0; /* an empty line begins no row */
}

static void feed(struct csv *csv, struct csv_parser *parser, struct eh_str text)
{
    const char *at = text.data, *end = text.data ? at + text.size : at;
    if (text.size >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
        at += 3;
    while (at < end && csv->result == 0) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *next = newline ? newline + 1 : end;
        csv->line++;
        feed_line(csv, parser, at, (size_t)(next - at));
        at = next;
    }
    if (csv->result == 0 && csv_fini(parser, on_field, on_row_end, csv) != 0 && csv->result == 0)
        refuse(csv, csv->row_line, EH_EPARSE, "a quote is left open to the end of the file");
    if (csv->result == 0 && csv->header.count == 0)
        refuse(csv, 1, EH_EPARSE, "is empty; the first line names the columns");
}

int eh_csv_read(struct eh_str text, const char *file, eh_csv_header_fn *on_header,
                eh_csv_row_fn *on_row, void *context, struct eh_error *error)
{
    struct csv_parser parser;
    struct csv *csv = calloc(1, sizeof *csv);
    if (!csv || csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        free(csv);
        return eh_error_set(error, EH_ENOMEM, "%s: out of memory", file);
    }
    csv->file = file;
    csv->on_header = on_header;
    csv->on_row = on_row;
    csv->context = context;
    csv->error = error;
    feed(csv, &parser, text);
    int r = csv->result;
    csv_free(&parser);
    eh_bytes_done(&csv->text);
    eh_bytes_done(&csv->header_text);
    free(csv);
    return r;
}

int eh_csv_column(const struct eh_csv_header *header, const char *name)
{
    for (unsigned i = 0; i < header->count; i++)
        if (eh_str_equal(header->names[i], eh_str(name)))
            return (int)i;
    return -1;
}

struct eh_str eh_csv_field(const struct eh_csv_row *row, int column)
{
    return column < 0 ? (struct eh_str){NULL, 0} : row->fields[column];
}
