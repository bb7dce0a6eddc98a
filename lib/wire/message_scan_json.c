/* message_scan_json.c: the walk over JSON (RFC 8259): grammar and bounds, nothing decoded. */
#include "message_scan.h"

#define SHOWN_MAX 40 /* bytes of a number that an error repeats */

static int refuse(struct eh_scan *scan, const uint8_t *at, const char *what)
{
    return eh_error_set(scan->error, EH_EPARSE, "byte %zu: %s", eh_scan_offset(scan, at), what);
}

static void skip_space(struct eh_scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r'))
        scan->at++;
}

/* The byte that comes next, or -1 at the end. */
static int peek(const struct eh_scan *scan)
{
    return scan->at < scan->end ? *scan->at : -1;
}

static bool skip_byte(struct eh_scan *scan, char byte)
{
    if (peek(scan) != (uint8_t)byte)
        return false;
    scan->at++;
    return true;
}

static bool is_digit(int byte)
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

static int scan_unit(struct eh_scan *scan)
{
    int unit = eh_scan_unit((const char *)scan->at, (const char *)scan->end);
    scan->at += unit < 0 ? 0 : 4;
    return unit;
}

/* Behind "\u": adds the bytes of the character it stands for. `at` is the backslash. */
static int scan_unicode_escape(struct eh_scan *scan, const uint8_t *at, size_t *size)
{
    int unit = scan_unit(scan);
    if (unit < 0)
        return refuse(scan, at, "\\u wants four hexadecimal digits");
    if (unit == 0)
        return refuse(scan, at, "NUL in text");
    if (unit >= 0xDC00 && unit <= 0xDFFF)
        return refuse(scan, at, "lone surrogate");
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        bool paired = skip_byte(scan, '\\') && skip_byte(scan, 'u');
        int low = paired ? scan_unit(scan) : -1;
        if (low < 0xDC00 || low > 0xDFFF)
            return refuse(scan, at, "lone surrogate");
        *size += 4;
        return 0;
    }
    *size += unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
    return 0;
}

static int scan_escape(struct eh_scan *scan, size_t *size)
{
    const uint8_t *at = scan->at++;
    int letter = peek(scan);
    if (letter < 0)
        return refuse(scan, at, "text without its closing quote");
    if (!letter || !strchr("\"\\/bfnrtu", letter))
        return refuse(scan, at, "unknown escape");
    scan->at++;
    if (letter == 'u')
        return scan_unicode_escape(scan, at, size);
    (*size)++;
    return 0;
}

/* An escape that is none, in text that may be mended, is a backslash and what follows. */
static int scan_any_escape(struct eh_scan *scan, size_t *size)
{
    struct eh_error *told = scan->error;
    const uint8_t *behind = scan->at + 1;
    if (!scan->lenient)
        return scan_escape(scan, size);
    scan->error = NULL;
    int r = scan_escape(scan, size);
    scan->error = told;
    if (r >= 0)
        return 0;
    eh_scan_forgives(scan);
    (*size)++;
    scan->at = behind < scan->end ? behind + 1 : scan->end;
    return 0;
}

static int check_string(struct eh_scan *scan, const uint8_t *open, struct eh_str raw, size_t size)
{
    size_t bad_at;
    if (!eh_utf8_valid(raw, &bad_at) && !eh_scan_forgives(scan))
        return refuse(scan, open + 1 + bad_at, "text that is not UTF-8");
    if (size > EH_MESSAGE_STRING_MAX && !eh_scan_forgives(scan)) {
        char is[EH_GROUPED_MAX], most[EH_GROUPED_MAX];
        return eh_error_set(scan->error, EH_ERANGE, "byte %zu: text of %s bytes, at most %s",
                            eh_scan_offset(scan, open), eh_scan_grouped(size, is),
                            eh_scan_grouped(EH_MESSAGE_STRING_MAX, most));
    }
    return 0;
}

/* From quote to quote; *ret_raw is what stands between them, escapes and all. */
static int scan_string(struct eh_scan *scan, struct eh_str *ret_raw)
{
    const uint8_t *open = scan->at;
    size_t size = 0; /* decoded */
    for (scan->at++; peek(scan) != '"';) {
        int byte = peek(scan), r;
        if (byte < 0)
            return refuse(scan, open, "text without its closing quote");
        if (byte < 0x20 && !eh_scan_forgives(scan))
            return refuse(scan, scan->at, byte ? "control character in text" : "NUL in text");
        if (byte == '\\') {
            r = scan_any_escape(scan, &size);
            if (r < 0)
                return r;
        } else {
            scan->at++;
            size++;
        }
    }
    *ret_raw = eh_str_n((const char *)open + 1, (size_t)(scan->at - open - 1));
    scan->at++;
    return check_string(scan, open, *ret_raw, size);
}

/* Digits from here on; how many. */
static size_t skip_digits(struct eh_scan *scan)
{
    const uint8_t *start = scan->at;
    while (is_digit(peek(scan)))
        scan->at++;
    return (size_t)(scan->at - start);
}

static int check_integer(struct eh_scan *scan, struct eh_str text)
{
    int64_t value;
    int r = eh_integer_parse(text, &value, NULL);
    if ((r == 0 && value >= -EH_INTEGER_MAX && value <= EH_INTEGER_MAX) || eh_scan_forgives(scan))
        return 0;
    return eh_error_set(scan->error, EH_ERANGE, "byte %zu: %.*s is beyond +-%lld",
                        eh_scan_offset(scan, (const uint8_t *)text.data),
                        EH_STR_ARG(eh_str_cut(text, SHOWN_MAX)), (long long)EH_INTEGER_MAX);
}

static int scan_number(struct eh_scan *scan)
{
    const uint8_t *start = scan->at;
    bool whole = true;
    skip_byte(scan, '-');
    bool zero = peek(scan) == '0';
    size_t digits = skip_digits(scan);
    if (digits == 0 || (zero && digits > 1))
        return refuse(scan, start, "not a number of JSON");
    if (skip_byte(scan, '.')) {
        whole = false;
        if (skip_digits(scan) == 0)
            return refuse(scan, start, "not a number of JSON");
    }
    if (peek(scan) == 'e' || peek(scan) == 'E') {
        whole = false;
        eh_scan_forgives(scan); /* the parser may find it too large */
        scan->at++;
        if (!skip_byte(scan, '+'))
            skip_byte(scan, '-');
        if (skip_digits(scan) == 0)
            return refuse(scan, start, "not a number of JSON");
    }
    if (!whole)
        return 0;
    return check_integer(scan, eh_str_n((const char *)start, (size_t)(scan->at - start)));
}

static bool skip_word(struct eh_scan *scan, const char *word)
{
    size_t size = strlen(word);
    if ((size_t)(scan->end - scan->at) < size || memcmp(scan->at, word, size) != 0)
        return false;
    scan->at += size;
    return true;
}

static int scan_value(struct eh_scan *scan);

static int scan_array(struct eh_scan *scan)
{
    const uint8_t *open = scan->at;
    int r = eh_scan_descend(scan);
    if (r < 0)
        return r;
    eh_scan_forgives(scan);
    scan->at++;
    skip_space(scan);
    bool more = !skip_byte(scan, ']');
    while (more) {
        r = eh_scan_count(scan, 1);
        if (r >= 0)
            r = scan_value(scan);
        if (r < 0)
            return r;
        skip_space(scan);
        more = skip_byte(scan, ',');
        if (!more && !skip_byte(scan, ']'))
            return peek(scan) < 0 ? refuse(scan, open, "array without its end")
                                  : refuse(scan, scan->at, "`,` or `]` expected");
    }
    scan->depth--;
    return 0;
}

static int scan_mendable(struct eh_scan *scan, int field, struct eh_blemishes *found)
{
    skip_space(scan);
    const uint8_t *from = scan->at;
    int first = peek(scan);
    scan->lenient = true;
    scan->blemished = false;
    int r = scan_value(scan);
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

/* `comma`: before the pair; NULL: it is the first. */
static int scan_pair(struct eh_scan *scan, unsigned first, const uint8_t *comma,
                     struct eh_blemishes *found)
{
    struct eh_blemishes unread = {0};
    struct eh_str key = {NULL, 0};
    int field, r = eh_scan_count(scan, 2);
    if (r < 0)
        return r;
    skip_space(scan);
    if (peek(scan) != '"')
        return refuse(scan, scan->at, "a key in quotes expected");
    r = scan_string(scan, &key);
    if (r >= 0)
        r = eh_scan_key(scan, first, key);
    if (r < 0)
        return r;
    bool twice = r > 0;
    skip_space(scan);
    if (!skip_byte(scan, ':'))
        return refuse(scan, scan->at, "`:` expected");
    if (!found || !eh_scan_mendable(scan, key, &field))
        return scan_value(scan);
    r = scan_mendable(scan, field, twice ? &unread : found);
    if (r >= 0 && twice)
        eh_scan_found(found, EH_BLEMISH_TWICE, field, comma, scan->at);
    return r;
}

static int scan_object(struct eh_scan *scan, struct eh_blemishes *found)
{
    const uint8_t *open = scan->at;
    const uint8_t *comma = NULL;
    unsigned first = scan->key_count;
    int r = eh_scan_descend(scan);
    if (r < 0)
        return r;
    eh_scan_forgives(scan);
    scan->at++;
    skip_space(scan);
    bool more = !skip_byte(scan, '}');
    while (more) {
        r = scan_pair(scan, first, comma, found);
        if (r < 0)
            return r;
        skip_space(scan);
        comma = scan->at;
        more = skip_byte(scan, ',');
        if (!more && !skip_byte(scan, '}'))
            return peek(scan) < 0 ? refuse(scan, open, "object without its end")
                                  : refuse(scan, scan->at, "`,` or `}` expected");
    }
    scan->key_count = first;
    scan->depth--;
    return 0;
}

static int scan_value(struct eh_scan *scan)
{
    struct eh_str raw;
    skip_space(scan);
    switch (peek(scan)) {
    case '{':
        return scan_object(scan, NULL);
    case '[':
        return scan_array(scan);
    case '"':
        return scan_string(scan, &raw);
    case 't':
    case 'f':
    case 'n':
        if (skip_word(scan, "true") || skip_word(scan, "false") || skip_word(scan, "null"))
            return 0;
        break;
    case -1:
        return refuse(scan, scan->at, "cut short");
    default:
        if (peek(scan) == '-' || is_digit(peek(scan)))
            return scan_number(scan);
        break;
    }
    return refuse(scan, scan->at, "no value of JSON");
}

int eh_scan_json(struct eh_str text, struct eh_blemishes *ret, struct eh_error *error)
{
    struct eh_scan scan;
    int r = eh_scan_begin(&scan, text, error);
    ret->count = 0;
    if (r < 0)
        return r;
    skip_space(&scan);
    if (peek(&scan) != '{')
        return refuse(&scan, scan.at, "a message is an object");
    r = scan_object(&scan, ret);
    if (r < 0)
        return r;
    skip_space(&scan);
    if (scan.at != scan.end)
        return refuse(&scan, scan.at, "bytes behind the message");
    return 0;
}
