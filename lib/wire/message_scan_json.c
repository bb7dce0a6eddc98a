/* message_scan_json.c: the walk over JSON (RFC 8259). It checks grammar and bounds, and decodes
 * nothing. */
#include "message_scan.h"

#define SHOWN_MAX 40 /* bytes of a number that an error repeats */

static int json_refuse(struct eh_scan *scan, const uint8_t *at, const char *what)
{
    return eh_error_set(scan->error, EH_EPARSE, "byte %zu: %s", eh_scan_offset(scan, at), what);
}

static void space_skip(struct eh_scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r'))
        scan->at++;
}

/* The byte that comes next, or -1 at the end. */
static int byte_peek(const struct eh_scan *scan)
{
    return scan->at < scan->end ? *scan->at : -1;
}

static bool byte_skip(struct eh_scan *scan, char byte)
{
    if (byte_peek(scan) != (uint8_t)byte)
        return false;
    scan->at++;
    return true;
}

static bool byte_is_digit(int byte)
{
    return byte >= '0' && byte <= '9';
}

int eh_scan_unit(const char *at, const char *end)
{
    int unit = 0;
    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = eh_hex_digit(at[i]);
        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

static int unit_scan(struct eh_scan *scan)
{
    int unit = eh_scan_unit((const char *)scan->at, (const char *)scan->end);
    scan->at += unit < 0 ? 0 : 4;
    return unit;
}

/* Reads the escape behind "\u" and adds the bytes of its character to *size. `at` is the backslash.
 */
static int unicode_escape_scan(struct eh_scan *scan, const uint8_t *at, size_t *size)
{
    int unit = unit_scan(scan);
    if (unit < 0)
        return json_refuse(scan, at, "\\u wants four hexadecimal digits");
    if (unit == 0)
        return json_refuse(scan, at, "NUL in text");
    if (unit >= 0xDC00 && unit <= 0xDFFF)
        return json_refuse(scan, at, "lone surrogate");
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        bool paired = byte_skip(scan, '\\') && byte_skip(scan, 'u');
        int low = paired ? unit_scan(scan) : -1;
        if (low < 0xDC00 || low > 0xDFFF)
            return json_refuse(scan, at, "lone surrogate");
        *size += 4;
        return 0;
    }
    *size += unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
    return 0;
}

static int escape_scan(struct eh_scan *scan, size_t *size)
{
    const uint8_t *at = scan->at++;
    int letter = byte_peek(scan);
    if (letter < 0)
        return json_refuse(scan, at, "text without its closing quote");
    if (!letter || !strchr("\"\\/bfnrtu", letter))
        return json_refuse(scan, at, "unknown escape");
    scan->at++;
    if (letter == 'u')
        return unicode_escape_scan(scan, at, size);
    (*size)++;
    return 0;
}

/* As escape_scan(). In text that may be mended, a backslash that begins no escape is a character.
 */
static int any_escape_scan(struct eh_scan *scan, size_t *size)
{
    struct eh_error *told = scan->error;
    const uint8_t *behind = scan->at + 1;
    if (!scan->lenient)
        return escape_scan(scan, size);
    scan->error = NULL;
    int r = escape_scan(scan, size);
    scan->error = told;
    if (r >= 0)
        return 0;
    eh_scan_forgives(scan);
    (*size)++;
    scan->at = behind < scan->end ? behind + 1 : scan->end;
    return 0;
}

static int string_check(struct eh_scan *scan, const uint8_t *open, struct eh_str raw, size_t size)
{
    size_t bad_at;
    if (!eh_utf8_valid(raw, &bad_at) && !eh_scan_forgives(scan))
        return json_refuse(scan, open + 1 + bad_at, "text that is not UTF-8");
    if (size > EH_MESSAGE_STRING_MAX && !eh_scan_forgives(scan)) {
        char is[EH_GROUPED_MAX], most[EH_GROUPED_MAX];
        return eh_error_set(scan->error, EH_ERANGE, "byte %zu: text of %s bytes, at most %s",
                            eh_scan_offset(scan, open), eh_scan_grouped(size, is),
                            eh_scan_grouped(EH_MESSAGE_STRING_MAX, most));
    }
    return 0;
}

/* Reads from quote to quote. *ret_raw is the text between them, with its escapes as they are. */
static int string_scan(struct eh_scan *scan, struct eh_str *ret_raw)
{
    const uint8_t *open = scan->at;
    size_t size = 0; /* bytes of the text, with its escapes decoded */
    for (scan->at++; byte_peek(scan) != '"';) {
        int byte = byte_peek(scan), r;
        if (byte < 0)
            return json_refuse(scan, open, "text without its closing quote");
        if (byte < 0x20 && !eh_scan_forgives(scan))
            return json_refuse(scan, scan->at, byte ? "control character in text" : "NUL in text");
        if (byte == '\\') {
            r = any_escape_scan(scan, &size);
            if (r < 0)
                return r;
        } else {
            scan->at++;
            size++;
        }
    }
    *ret_raw = eh_str_n((const char *)open + 1, (size_t)(scan->at - open - 1));
    scan->at++;
    return string_check(scan, open, *ret_raw, size);
}

/* Skips digits and returns how many there were. */
static size_t digits_skip(struct eh_scan *scan)
{
    const uint8_t *start = scan->at;
    while (byte_is_digit(byte_peek(scan)))
        scan->at++;
    return (size_t)(scan->at - start);
}

static int integer_check(struct eh_scan *scan, struct eh_str text)
{
    int64_t value;
    int r = eh_integer_parse(text, &value, NULL);
    if ((r == 0 && value >= -EH_INTEGER_MAX && value <= EH_INTEGER_MAX) || eh_scan_forgives(scan))
        return 0;
    return eh_error_set(scan->error, EH_ERANGE, "byte %zu: %.*s is beyond +-%lld",
                        eh_scan_offset(scan, (const uint8_t *)text.data),
                        EH_STR_ARG(eh_str_cut(text, SHOWN_MAX)), (long long)EH_INTEGER_MAX);
}

static int number_scan(struct eh_scan *scan)
{
    const uint8_t *start = scan->at;
    bool whole = true;
    byte_skip(scan, '-');
    bool zero = byte_peek(scan) == '0';
    size_t digits = digits_skip(scan);
    if (digits == 0 || (zero && digits > 1))
        return json_refuse(scan, start, "not a number of JSON");
    if (byte_skip(scan, '.')) {
        whole = false;
        if (digits_skip(scan) == 0)
            return json_refuse(scan, start, "not a number of JSON");
    }
    if (byte_peek(scan) == 'e' || byte_peek(scan) == 'E') {
        whole = false;
        eh_scan_forgives(scan); /* the parser may find it too large */
        scan->at++;
        if (!byte_skip(scan, '+'))
            byte_skip(scan, '-');
        if (digits_skip(scan) == 0)
            return json_refuse(scan, start, "not a number of JSON");
    }
    if (!whole)
        return 0;
    return integer_check(scan, eh_str_n((const char *)start, (size_t)(scan->at - start)));
}

static bool word_skip(struct eh_scan *scan, const char *word)
{
    size_t size = strlen(word);
    if ((size_t)(scan->end - scan->at) < size || memcmp(scan->at, word, size) != 0)
        return false;
    scan->at += size;
    return true;
}

static int value_scan(struct eh_scan *scan);

/* Reads an opening bracket. 1: something stands in it; 0: it was closed at once. */
static int bracket_open(struct eh_scan *scan, char close)
{
    int r = eh_scan_descend(scan);
    if (r < 0)
        return r;
    eh_scan_forgives(scan);
    scan->at++;
    space_skip(scan);
    return !byte_skip(scan, close);
}

/* Reads what stands behind an element. 1: a comma; 0: the bracket that closes. */
static int bracket_goes_on(struct eh_scan *scan, const uint8_t *open)
{
    bool array = *open == '[';
    space_skip(scan);
    if (byte_skip(scan, ','))
        return 1;
    if (byte_skip(scan, array ? ']' : '}'))
        return 0;
    if (byte_peek(scan) < 0)
        return json_refuse(scan, open, array ? "array without its end" : "object without its end");
    return json_refuse(scan, scan->at, array ? "`,` or `]` expected" : "`,` or `}` expected");
}

static int array_scan(struct eh_scan *scan)
{
    const uint8_t *open = scan->at;
    int r = bracket_open(scan, ']');
    while (r > 0) {
        r = eh_scan_count(scan, 1);
        if (r >= 0)
            r = value_scan(scan);
        if (r >= 0)
            r = bracket_goes_on(scan, open);
    }
    scan->depth -= r == 0;
    return r;
}

static int mendable_scan(struct eh_scan *scan, int field, struct eh_blemishes *found)
{
    space_skip(scan);
    const uint8_t *from = scan->at;
    int first = byte_peek(scan);
    scan->lenient = true;
    scan->blemished = false;
    int r = value_scan(scan);
    scan->lenient = false;
    if (r >= 0 && scan->blemished)
        eh_scan_found(found,
                      first == '{'   ? EH_BLEMISH_MAP
                      : first == '[' ? EH_BLEMISH_ARRAY
                      : first == '"' ? EH_BLEMISH_TEXT
                                     : EH_BLEMISH_NUMBER,
                      field, from, scan->at);
    return r;
}

/* Reads a pair of an object. `comma` is the comma before it, or NULL for the first pair. */
static int pair_scan(struct eh_scan *scan, unsigned first, const uint8_t *comma,
                     struct eh_blemishes *found)
{
    struct eh_blemishes unread = {0};
    struct eh_str key = {NULL, 0};
    int field, r = eh_scan_count(scan, 2);
    if (r < 0)
        return r;
    space_skip(scan);
    if (byte_peek(scan) != '"')
        return json_refuse(scan, scan->at, "a key in quotes expected");
    r = string_scan(scan, &key);
    if (r >= 0)
        r = eh_scan_key(scan, first, key);
    if (r < 0)
        return r;
    bool twice = r > 0;
    space_skip(scan);
    if (!byte_skip(scan, ':'))
        return json_refuse(scan, scan->at, "`:` expected");
    if (!found || !eh_scan_mendable(scan, key, &field))
        return value_scan(scan);
    r = mendable_scan(scan, field, twice ? &unread : found);
    if (r >= 0 && twice)
        eh_scan_found(found, EH_BLEMISH_TWICE, field, comma, scan->at);
    return r;
}

static int object_scan(struct eh_scan *scan, struct eh_blemishes *found)
{
    const uint8_t *open = scan->at;
    const uint8_t *comma = NULL;
    unsigned first = scan->key_count;
    int r = bracket_open(scan, '}');
    while (r > 0) {
        r = pair_scan(scan, first, comma, found);
        if (r >= 0)
            r = bracket_goes_on(scan, open);
        comma = scan->at - 1; /* of the comma, if there is one */
    }
    if (r < 0)
        return r;
    scan->key_count = first;
    scan->depth--;
    return 0;
}

static int value_scan(struct eh_scan *scan)
{
    struct eh_str raw;
    space_skip(scan);
    switch (byte_peek(scan)) {
    case '{':
        return object_scan(scan, NULL);
    case '[':
        return array_scan(scan);
    case '"':
        return string_scan(scan, &raw);
    case 't':
    case 'f':
    case 'n':
        if (word_skip(scan, "true") || word_skip(scan, "false") || word_skip(scan, "null"))
            return 0;
        break;
    case -1:
        return json_refuse(scan, scan->at, "cut short");
    default:
        if (byte_peek(scan) == '-' || byte_is_digit(byte_peek(scan)))
            return number_scan(scan);
        break;
    }
    return json_refuse(scan, scan->at, "no value of JSON");
}

int eh_scan_json(struct eh_str text, struct eh_blemishes *ret, struct eh_error *error)
{
    struct eh_scan scan;
    int r = eh_scan_begin(&scan, text, error);
    ret->count = 0;
    if (r < 0)
        return r;
    space_skip(&scan);
    if (byte_peek(&scan) != '{')
        return json_refuse(&scan, scan.at, "a message is an object");
    r = object_scan(&scan, ret);
    if (r < 0)
        return r;
    space_skip(&scan);
    if (scan.at != scan.end)
        return json_refuse(&scan, scan.at, "bytes behind the message");
    return 0;
}
