/* csv: feeds libcsv line by line, so that every refusal can name its line. */
#include "csv.h"

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

static int csv_refuse(struct csv *csv, unsigned line, int code, const char *text)
{
    return csv->result = eh_error_set(csv->error, code, "%s:%u: %s", csv->file, line, text);
}

/* Puts file and line before a handler's error. */
static void csv_locate(struct csv *csv, unsigned line, int r, const struct eh_error *said)
{
    csv_refuse(csv, line, -r, said->text);
}

static void csv_on_field(void *data, size_t size, void *context)
{
    struct csv *csv = context;
    if (csv->fields > EH_CSV_COLUMNS_MAX)
        return;
    eh_bytes_put(&csv->text, data, size);
    csv->ends[csv->fields++] = csv->text.size;
}

static void row_slices(const struct csv *csv, const struct eh_bytes *text, struct eh_str *ret)
{
    const char *base = text->data ? (const char *)text->data : "";
    size_t from = 0;
    for (unsigned i = 0; i < csv->fields; i++) {
        ret[i] = eh_str_n(base + from, csv->ends[i] - from);
        from = csv->ends[i];
    }
}

static void csv_take_header(struct csv *csv)
{
    struct eh_error said = {0};
    csv->header_text = csv->text;
    csv->text = (struct eh_bytes)EH_BYTES_INIT;
    csv->header.count = csv->fields;
    row_slices(csv, &csv->header_text, csv->header.names);
    for (unsigned i = 0; i < csv->fields; i++)
        for (unsigned j = 0; j < i; j++)
            if (eh_str_equal(csv->header.names[i], csv->header.names[j]) &&
                csv->header.names[i].size) {
                int r = eh_error_set(&said, EH_EPARSE, "column `%.*s` stands twice",
                                     EH_STR_ARG(csv->header.names[i]));
                csv_locate(csv, csv->row_line, r, &said);
                return;
            }
    int r = csv->on_header ? csv->on_header(csv->context, &csv->header, &said) : 0;
    if (r < 0)
        csv_locate(csv, csv->row_line, r, &said);
}

static void csv_take_row(struct csv *csv)
{
    struct eh_str fields[EH_CSV_COLUMNS_MAX + 1];
    struct eh_error said = {0};
    int r;
    row_slices(csv, &csv->text, fields);
    if (csv->fields != csv->header.count) {
        r = eh_error_set(&said, EH_EPARSE, "has %u fields, the header %u", csv->fields,
                         csv->header.count);
    } else {
        struct eh_csv_row row = {&csv->header, csv->row_line, fields};
        r = csv->on_row(csv->context, &row, &said);
    }
    if (r < 0)
        csv_locate(csv, csv->row_line, r, &said);
}

static void csv_on_row_end(int character, void *context)
{
    (void)character;
    struct csv *csv = context;
    if (csv->result < 0)
        return;
    if (csv->text.failed)
        csv_refuse(csv, csv->line, EH_ENOMEM, "does not fit in memory");
    else if (csv->fields > EH_CSV_COLUMNS_MAX)
        csv_refuse(csv, csv->row_line, EH_ERANGE, "has more than 256 columns");
    else if (csv->header.count == 0)
        csv_take_header(csv);
    else
        csv_take_row(csv);
    eh_bytes_clear(&csv->text);
    csv->fields = 0;
    csv->row_bytes = 0;
}

static void csv_feed_line(struct csv *csv, struct csv_parser *parser, const char *line, size_t size)
{
    if (csv->row_bytes == 0)
        csv->row_line = csv->line;
    csv->row_bytes += size;
    if (csv->row_bytes > EH_CSV_ROW_MAX) {
        csv_refuse(csv, csv->row_line, EH_ERANGE,
                   "the row is longer than 65,536 bytes (is a quote left open?)");
        return;
    }
    if (csv_parse(parser, line, size, csv_on_field, csv_on_row_end, csv) != size &&
        csv->result == 0)
        csv_refuse(csv, csv->line, EH_EPARSE, "a quote inside a field has to be doubled");
    if (csv->row_bytes == size && (line[0] == '\n' || line[0] == '\r'))
        csv->row_bytes = 0; /* an empty line is no row */
}

/* The separator: the most frequent candidate in the header, outside of quotes. */
static char separator_of(struct eh_str text)
{
    size_t commas = 0, semicolons = 0, tabs = 0;
    bool quoted = false;
    for (uint32_t i = 0; i < text.size && text.data[i] != '\n'; i++) {
        quoted ^= text.data[i] == '"';
        commas += !quoted && text.data[i] == ',';
        semicolons += !quoted && text.data[i] == ';';
        tabs += !quoted && text.data[i] == '\t';
    }
    return semicolons > commas && semicolons >= tabs ? ';' : tabs > commas ? '\t' : ',';
}

static void csv_feed(struct csv *csv, struct csv_parser *parser, struct eh_str text)
{
    const char *at = text.data, *end = text.data ? at + text.size : at;
    csv_set_delim(parser, (unsigned char)separator_of(text));
    while (at < end && csv->result == 0) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *next = newline ? newline + 1 : end;
        csv->line++;
        csv_feed_line(csv, parser, at, (size_t)(next - at));
        at = next;
    }
    if (csv->result == 0 && csv_fini(parser, csv_on_field, csv_on_row_end, csv) != 0 &&
        csv->result == 0)
        csv_refuse(csv, csv->row_line, EH_EPARSE, "a quote is left open to the end of the file");
    if (csv->result == 0 && csv->header.count == 0)
        csv_refuse(csv, 1, EH_EPARSE, "is empty; the first line names the columns");
}

/* ---- What it is written in. */

static uint32_t unit_at(struct eh_str text, size_t at, bool big)
{
    uint8_t first = (uint8_t)text.data[at], second = (uint8_t)text.data[at + 1];
    return big ? (uint32_t)first << 8 | second : (uint32_t)second << 8 | first;
}

static void character_put(struct eh_bytes *out, uint32_t point)
{
    if (point < 0x80) {
        eh_bytes_put_u8(out, (uint8_t)point);
    } else if (point < 0x800) {
        eh_bytes_put_u8(out, (uint8_t)(0xC0 | point >> 6));
        eh_bytes_put_u8(out, (uint8_t)(0x80 | (point & 0x3F)));
    } else {
        if (point < 0x10000) {
            eh_bytes_put_u8(out, (uint8_t)(0xE0 | point >> 12));
        } else {
            eh_bytes_put_u8(out, (uint8_t)(0xF0 | point >> 18));
            eh_bytes_put_u8(out, (uint8_t)(0x80 | (point >> 12 & 0x3F)));
        }
        eh_bytes_put_u8(out, (uint8_t)(0x80 | (point >> 6 & 0x3F)));
        eh_bytes_put_u8(out, (uint8_t)(0x80 | (point & 0x3F)));
    }
}

/* A surrogate without its partner becomes U+FFFD. */
static void from_utf16(struct eh_str text, bool big, struct eh_bytes *out)
{
    for (size_t at = 2; at + 1 < text.size; at += 2) {
        uint32_t point = unit_at(text, at, big);
        uint32_t low = at + 3 < text.size ? unit_at(text, at + 2, big) : 0;
        if (point >= 0xD800 && point < 0xDC00 && low >= 0xDC00 && low < 0xE000) {
            point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
            at += 2;
        } else if (point >= 0xD800 && point < 0xE000) {
            point = 0xFFFD;
        }
        character_put(out, point);
    }
}

/* The text as UTF-8 without a byte order mark; `storage` may hold it. */
static struct eh_str utf8_of(struct eh_str text, struct eh_bytes *storage)
{
    static const char little[] = "\xff\xfe", big[] = "\xfe\xff";
    if (text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
        return eh_str_n(text.data + 3, text.size - 3);
    if (text.size < 2 || (memcmp(text.data, little, 2) != 0 && memcmp(text.data, big, 2) != 0))
        return text;
    from_utf16(text, memcmp(text.data, big, 2) == 0, storage);
    return eh_str_n((const char *)storage->data, storage->size);
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
    struct eh_bytes storage = EH_BYTES_INIT;
    text = utf8_of(text, &storage);
    if (storage.failed)
        csv_refuse(csv, 1, EH_ENOMEM, "does not fit in memory");
    csv_feed(csv, &parser, text);
    int r = csv->result;
    eh_bytes_done(&storage);
    csv_free(&parser);
    eh_bytes_done(&csv->text);
    eh_bytes_done(&csv->header_text);
    free(csv);
    return r;
}

static char char_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c == ' ' || c == '-' ? '_' : c;
}

static struct eh_str trimmed(struct eh_str s)
{
    while (s.size > 0 && (s.data[0] == ' ' || s.data[0] == '\t'))
        s = eh_str_n(s.data + 1, s.size - 1);
    while (s.size > 0 && (s.data[s.size - 1] == ' ' || s.data[s.size - 1] == '\t'))
        s.size--;
    return s;
}

static bool names_it(struct eh_str told, const char *name)
{
    struct eh_str s = trimmed(told);
    size_t size = strlen(name);
    for (size_t i = 0; s.size == size && i < size; i++)
        if (char_lower(s.data[i]) != char_lower(name[i]))
            return false;
    return s.size == size;
}

int eh_csv_column(const struct eh_csv_header *header, const char *name)
{
    for (unsigned i = 0; i < header->count; i++)
        if (eh_str_equal(header->names[i], eh_str(name)))
            return (int)i;
    for (unsigned i = 0; i < header->count; i++)
        if (names_it(header->names[i], name))
            return (int)i;
    return -1;
}

struct eh_str eh_csv_field(const struct eh_csv_row *row, int column)
{
    return column < 0 ? (struct eh_str){NULL, 0} : row->fields[column];
}
