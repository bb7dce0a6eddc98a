/* message_scan.c: the walk over msgpack, and what it shares with the walk over JSON. */
#include "message_scan.h"

#include "message_fields.h"

#define SHOWN_MAX 40 /* bytes of a key that an error repeats */

size_t eh_scan_offset(const struct eh_scan *scan, const uint8_t *at)
{
    return (size_t)(at - scan->start);
}

const char *eh_scan_grouped(uint64_t number, char ret_text[EH_GROUPED_MAX])
{
    size_t at = EH_GROUPED_MAX;
    ret_text[--at] = '\0';
    for (unsigned digits = 0; number > 0 || digits == 0; number /= 10, digits++) {
        if (digits > 0 && digits % 3 == 0)
            ret_text[--at] = ',';
        ret_text[--at] = (char)('0' + number % 10);
    }
    return ret_text + at;
}

int eh_scan_begin(struct eh_scan *scan, struct eh_str bytes, struct eh_error *error)
{
    char size[EH_GROUPED_MAX], most[EH_GROUPED_MAX];
    if (bytes.size == 0)
        return eh_error_set(error, EH_EPARSE, "byte 0: empty, a message is a map");
    if (bytes.size > EH_MESSAGE_MAX)
        return eh_error_set(error, EH_ERANGE, "%s bytes, a message has at most %s",
                            eh_scan_grouped(bytes.size, size),
                            eh_scan_grouped(EH_MESSAGE_MAX, most));
    scan->start = scan->at = (const uint8_t *)bytes.data;
    scan->end = scan->start + bytes.size;
    scan->error = error;
    scan->depth = scan->items = scan->key_count = 0;
    scan->lenient = scan->blemished = false;
    return 0;
}

int eh_scan_descend(struct eh_scan *scan)
{
    unsigned most = scan->lenient ? EH_MESSAGE_SKIP_DEPTH_MAX : EH_MESSAGE_DEPTH_MAX;
    if (++scan->depth > most)
        return eh_error_set(scan->error, EH_ERANGE, "byte %zu: nested deeper than %u",
                            eh_scan_offset(scan, scan->at), most);
    return 0;
}

int eh_scan_count(struct eh_scan *scan, uint64_t more)
{
    if (scan->lenient) /* the value will be mended, so no parser sees its items */
        return 0;
    if (more > EH_MESSAGE_ITEMS_MAX - scan->items)
        return eh_error_set(scan->error, EH_ERANGE, "byte %zu: more than %d keys and values",
                            eh_scan_offset(scan, scan->at), EH_MESSAGE_ITEMS_MAX);
    scan->items += (unsigned)more;
    return 0;
}

int eh_scan_key(struct eh_scan *scan, unsigned first, struct eh_str key)
{
    int field;
    if (scan->lenient)
        return 0;
    for (unsigned i = first; i < scan->key_count; i++)
        if (eh_str_equal(scan->keys[i], key))
            return eh_scan_mendable(scan, key, &field)
                       ? 1
                       : eh_error_set(scan->error, EH_EPARSE, "byte %zu: key `%.*s` stands twice",
                                      eh_scan_offset(scan, (const uint8_t *)key.data),
                                      EH_STR_ARG(eh_str_cut(key, SHOWN_MAX)));
    scan->keys[scan->key_count++] = key; /* has room: eh_scan_count() counted every key */
    return 0;
}

bool eh_scan_mendable(const struct eh_scan *scan, struct eh_str key, int *ret_field)
{
    *ret_field = eh_field_named(key);
    if (scan->depth != 1 || eh_str_equal(key, eh_str("type")) ||
        memchr(key.data, '\\', key.size)) /* an escape of JSON: it may spell any key */
        return false;
    return *ret_field == EH_FIELD_COUNT || eh_field_rows[*ret_field].mending != EH_MEND_NEVER;
}

bool eh_scan_forgives(struct eh_scan *scan)
{
    scan->blemished |= scan->lenient;
    return scan->lenient;
}

void eh_scan_found(struct eh_blemishes *found, enum eh_blemish_kind kind, int field,
                   const uint8_t *from, const uint8_t *to)
{
    bool unread = field == EH_FIELD_COUNT && kind != EH_BLEMISH_TWICE;
    eh_require(found->count < EH_BLEMISHES_MAX); /* eh_scan_count() counted every pair as two */
    found->list[found->count++] =
        (struct eh_blemish){.kind = (uint8_t)(unread ? EH_BLEMISH_NEVER : kind),
                            .field = (uint8_t)field,
                            .at = eh_str_n((const char *)from, (size_t)(to - from))};
}

/* --- msgpack --- */

enum form { NEVER, PLAIN, UNSIGNED, SIGNED, TEXT, BYTES, EXTENSION, ARRAY, MAP };

struct head {
    const uint8_t *at; /* of the head byte */
    enum form form;
    uint64_t number; /* length, count or value, by form */
};

/* For each head byte from 0xc0 to 0xdf: its form, how many bytes of a number follow, and, where the
 * size is fixed, that number. */
static const struct {
    uint8_t form, width, fixed;
} heads[32] = {
    {PLAIN, 0, 0},     {NEVER, 0, 0},     {PLAIN, 0, 0},      {PLAIN, 0, 0}, /* nil, -, false, true
                                                                              */
    {BYTES, 1, 0},     {BYTES, 2, 0},     {BYTES, 4, 0},                     /* bin */
    {EXTENSION, 1, 0}, {EXTENSION, 2, 0}, {EXTENSION, 4, 0},                 /* ext */
    {PLAIN, 0, 4},     {PLAIN, 0, 8},                                        /* float */
    {UNSIGNED, 1, 0},  {UNSIGNED, 2, 0},  {UNSIGNED, 4, 0},   {UNSIGNED, 8, 0},  {SIGNED, 1, 0},
    {SIGNED, 2, 0},    {SIGNED, 4, 0},    {SIGNED, 8, 0},     {EXTENSION, 0, 1}, {EXTENSION, 0, 2},
    {EXTENSION, 0, 4}, {EXTENSION, 0, 8}, {EXTENSION, 0, 16}, /* fixext */
    {TEXT, 1, 0},      {TEXT, 2, 0},      {TEXT, 4, 0},       {ARRAY, 2, 0},     {ARRAY, 4, 0},
    {MAP, 2, 0},       {MAP, 4, 0},
};

static int message_cut_short(struct eh_scan *scan, const uint8_t *at)
{
    return eh_error_set(scan->error, EH_EPARSE, "byte %zu: cut short", eh_scan_offset(scan, at));
}

/* Reads a head and its number, and moves behind them. */
static int head_read(struct eh_scan *scan, struct head *ret)
{
    const uint8_t *at = scan->at;
    if (at == scan->end)
        return message_cut_short(scan, at);
    uint8_t byte = *at;
    scan->at++;
    if (byte < 0x80 || byte >= 0xE0)
        *ret = (struct head){at, PLAIN, 0};
    else if (byte < 0x90)
        *ret = (struct head){at, MAP, byte & 0x0F};
    else if (byte < 0xA0)
        *ret = (struct head){at, ARRAY, byte & 0x0F};
    else if (byte < 0xC0)
        *ret = (struct head){at, TEXT, byte & 0x1F};
    else {
        unsigned width = heads[byte - 0xC0].width;
        uint64_t number = heads[byte - 0xC0].fixed;
        if (width > (size_t)(scan->end - scan->at))
            return message_cut_short(scan, at);
        for (unsigned i = 0; i < width; i++)
            number = number << 8 | *scan->at++;
        *ret = (struct head){at, heads[byte - 0xC0].form, number};
    }
    return 0;
}

/* "byte 17: map of 4,000,000,000 pairs in 12 bytes" */
static int head_refuse_many(struct eh_scan *scan, const struct head *head, const char *what,
                            const char *unit)
{
    char count[EH_GROUPED_MAX], left[EH_GROUPED_MAX];
    return eh_error_set(scan->error, EH_EPARSE, "byte %zu: %s of %s %s in %s bytes",
                        eh_scan_offset(scan, head->at), what, eh_scan_grouped(head->number, count),
                        unit, eh_scan_grouped((uint64_t)(scan->end - scan->at), left));
}

/* Moves behind `number` bytes of content and checks them when they are text. */
static int content_skip(struct eh_scan *scan, const struct head *head, const char *what)
{
    if (head->number > (uint64_t)(scan->end - scan->at))
        return head_refuse_many(scan, head, what, "bytes");
    if (head->number > EH_MESSAGE_STRING_MAX && !eh_scan_forgives(scan)) {
        char size[EH_GROUPED_MAX], most[EH_GROUPED_MAX];
        return eh_error_set(scan->error, EH_ERANGE, "byte %zu: %s of %s bytes, at most %s",
                            eh_scan_offset(scan, head->at), what,
                            eh_scan_grouped(head->number, size),
                            eh_scan_grouped(EH_MESSAGE_STRING_MAX, most));
    }
    const uint8_t *content = scan->at;
    scan->at += head->number;
    if (head->form != TEXT)
        return 0;
    const uint8_t *nul = head->number ? memchr(content, 0, (size_t)head->number) : NULL;
    if (nul && !eh_scan_forgives(scan))
        return eh_error_set(scan->error, EH_EPARSE, "byte %zu: NUL in text",
                            eh_scan_offset(scan, nul));
    size_t bad_at;
    if (!eh_utf8_valid(eh_str_n((const char *)content, (size_t)head->number), &bad_at) &&
        !eh_scan_forgives(scan))
        return eh_error_set(scan->error, EH_EPARSE, "byte %zu: text that is not UTF-8",
                            eh_scan_offset(scan, content + bad_at));
    return 0;
}

/* Integers of up to four bytes always fit. */
static int integer_check(struct eh_scan *scan, const struct head *head)
{
    uint64_t magnitude = head->number;
    bool negative = head->form == SIGNED && *head->at == 0xD3 && magnitude >> 63;
    if (head->form == SIGNED && *head->at != 0xD3)
        return 0;
    if (negative)
        magnitude = 0 - magnitude;
    if (magnitude <= EH_INTEGER_MAX || eh_scan_forgives(scan))
        return 0;
    return eh_error_set(scan->error, EH_ERANGE, "byte %zu: %s%llu is beyond +-%lld",
                        eh_scan_offset(scan, head->at), negative ? "-" : "",
                        (unsigned long long)magnitude, (long long)EH_INTEGER_MAX);
}

static int value_scan(struct eh_scan *scan);

static int array_scan(struct eh_scan *scan, const struct head *head)
{
    if (head->number > (uint64_t)(scan->end - scan->at))
        return head_refuse_many(scan, head, "array", "values");
    eh_scan_forgives(scan);
    int r = eh_scan_count(scan, head->number);
    if (r >= 0)
        r = eh_scan_descend(scan);
    for (uint64_t i = 0; r >= 0 && i < head->number; i++)
        r = value_scan(scan);
    scan->depth--;
    return r;
}

/* The kind of blemish that a value is, by its first byte. */
static enum eh_blemish_kind byte_blemish(uint8_t byte)
{
    enum form form = byte < 0x80 || byte >= 0xE0 ? PLAIN
                     : byte < 0x90               ? MAP
                     : byte < 0xA0               ? ARRAY
                     : byte < 0xC0               ? TEXT
                                                 : heads[byte - 0xC0].form;
    return form == MAP                          ? EH_BLEMISH_MAP
           : form == ARRAY                      ? EH_BLEMISH_ARRAY
           : form == UNSIGNED || form == SIGNED ? EH_BLEMISH_NUMBER
                                                : EH_BLEMISH_TEXT;
}

static int mendable_scan(struct eh_scan *scan, int field, struct eh_blemishes *found)
{
    const uint8_t *from = scan->at;
    scan->lenient = true;
    scan->blemished = false;
    int r = value_scan(scan);
    scan->lenient = false;
    if (r >= 0 && scan->blemished)
        eh_scan_found(found, byte_blemish(*from), field, from, scan->at);
    return r;
}

static int map_key_scan(struct eh_scan *scan, unsigned first, struct eh_str *ret)
{
    struct head head = {0};
    int r = head_read(scan, &head);
    if (r < 0)
        return r;
    if (head.form != TEXT)
        return eh_error_set(scan->error, EH_EPARSE, "byte %zu: a key that is not text",
                            eh_scan_offset(scan, head.at));
    const char *text = (const char *)scan->at;
    r = content_skip(scan, &head, "text");
    *ret = eh_str_n(text, (size_t)head.number);
    return r < 0 ? r : eh_scan_key(scan, first, *ret);
}

static int map_scan(struct eh_scan *scan, const struct head *head, struct eh_blemishes *found)
{
    if (head->number > (uint64_t)(scan->end - scan->at) / 2)
        return head_refuse_many(scan, head, "map", "pairs");
    unsigned first = scan->key_count;
    eh_scan_forgives(scan);
    int r = eh_scan_count(scan, head->number * 2);
    if (r >= 0)
        r = eh_scan_descend(scan);
    for (uint64_t i = 0; r >= 0 && i < head->number; i++) {
        struct eh_str key;
        int field;
        r = scan->lenient ? value_scan(scan) : map_key_scan(scan, first, &key);
        if (r < 0)
            break;
        r = found && eh_scan_mendable(scan, key, &field) ? mendable_scan(scan, field, found)
                                                         : value_scan(scan);
    }
    scan->key_count = first;
    scan->depth--;
    return r;
}

static int plain_skip(struct eh_scan *scan, const struct head *head)
{
    if (head->number > (uint64_t)(scan->end - scan->at))
        return message_cut_short(scan, head->at);
    scan->at += head->number; /* bytes of a float */
    return 0;
}

static int value_scan(struct eh_scan *scan)
{
    struct head head = {0};
    int r = head_read(scan, &head);
    if (r < 0)
        return r;
    switch (head.form) {
    case PLAIN:
        return plain_skip(scan, &head);
    case UNSIGNED:
    case SIGNED:
        return integer_check(scan, &head);
    case TEXT:
        return content_skip(scan, &head, "text");
    case BYTES:
        return content_skip(scan, &head, "binary");
    case EXTENSION:
        if (scan->at == scan->end)
            return message_cut_short(scan, head.at);
        scan->at++; /* its type */
        return content_skip(scan, &head, "extension");
    case ARRAY:
        return array_scan(scan, &head);
    case MAP:
        return map_scan(scan, &head, NULL);
    case NEVER:
        break;
    }
    return eh_error_set(scan->error, EH_EPARSE, "byte %zu: 0xc1 is no msgpack",
                        eh_scan_offset(scan, head.at));
}

int eh_scan_msgpack(struct eh_str bytes, struct eh_blemishes *ret, struct eh_error *error)
{
    struct eh_scan scan;
    struct head head = {0};
    ret->count = 0;
    int r = eh_scan_begin(&scan, bytes, error);
    if (r >= 0)
        r = head_read(&scan, &head);
    if (r < 0)
        return r;
    if (head.form != MAP)
        return eh_error_set(error, EH_EPARSE, "byte 0: a message is a map");
    r = map_scan(&scan, &head, ret);
    if (r < 0)
        return r;
    if (scan.at != scan.end)
        return eh_error_set(error, EH_EPARSE, "byte %zu: bytes behind the message",
                            eh_scan_offset(&scan, scan.at));
    return 0;
}
