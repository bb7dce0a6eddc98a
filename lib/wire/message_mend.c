/* message_mend.c: copies the bytes of a message with a sound value in place of each blemish. A
 * parser takes the copy, and eh_message_fill() can tell the sender what was wrong. */
#include "message_fields.h"
#include "message_scan.h"

#define MENDED_TEXT_MAX                                                                            \
    (2 * EH_LINE_MAX) /* bytes: longer than any field, so eh_message_fill() sees that it was too   \
                         long */
#define CHARACTER_MAX 4
#define REPLACEMENT   "\xef\xbf\xbd" /* U+FFFD */
#define STAND_IN      '\x01'         /* replaces NUL, which parsers refuse */

/* Writes any bytes as UTF-8 and stops behind MENDED_TEXT_MAX bytes. True: some were no UTF-8. */
static bool utf8_put(struct eh_str bytes, struct eh_bytes *out)
{
    bool rough = false;
    size_t begin = out->size;
    while (bytes.size > 0 && out->size - begin <= MENDED_TEXT_MAX) {
        uint32_t point;
        size_t size = eh_utf8_next(bytes, &point);
        rough |= size == 0;
        if (size == 0)
            eh_bytes_put(out, REPLACEMENT, sizeof REPLACEMENT - 1);
        else if (bytes.data[0] == '\0')
            eh_bytes_put_u8(out, STAND_IN);
        else
            eh_bytes_put(out, bytes.data, size);
        size += size == 0;
        bytes = eh_str_n(bytes.data + size, bytes.size - size);
    }
    return rough;
}

static struct eh_str str_of(const struct eh_bytes *bytes)
{
    return eh_str_n((const char *)bytes->data, bytes->size);
}

/* Writes the sound value of a blemish. True: its text was no UTF-8. */
typedef bool put_fn(const struct eh_blemish *, struct eh_bytes *out);

/* Copies the bytes between the blemishes, and calls `put` in the place of each. */
static int blemishes_mend(struct eh_str bytes, const struct eh_blemishes *found, put_fn *put,
                          struct eh_arena *arena, struct eh_str *ret, uint64_t *ret_rough)
{
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    const char *at = bytes.data;
    *ret_rough = 0;
    for (unsigned i = 0; i < found->count; i++) {
        const struct eh_blemish *blemish = &found->list[i];
        eh_bytes_put(&out, at, (size_t)(blemish->at.data - at));
        if (put(blemish, &out))
            *ret_rough |= EH_FIELD_BIT(blemish->field);
        at = blemish->at.data + blemish->at.size;
    }
    eh_bytes_put(&out, at, (size_t)(bytes.data + bytes.size - at));
    *ret = out.failed ? (struct eh_str){NULL, 0} : eh_arena_str(arena, str_of(&out));
    return ret->data ? 0 : -EH_ENOMEM;
}

/* ---- msgpack */

static void packed_put(struct eh_str text, struct eh_bytes *out)
{
    eh_bytes_put_u8(out, 0xDA); /* text of up to 65,535 bytes */
    eh_bytes_put_u8(out, (uint8_t)(text.size >> 8));
    eh_bytes_put_u8(out, (uint8_t)text.size);
    eh_bytes_put(out, text.data, text.size);
}

/* The text behind the head of a packed text. The scan saw that all of it is there. */
static struct eh_str packed_content(struct eh_str packed)
{
    uint8_t head = (uint8_t)packed.data[0];
    size_t skip = head >= 0xA0 && head < 0xC0    ? 1
                  : head == 0xD9 || head == 0xC4 ? 2
                  : head == 0xDA || head == 0xC5 ? 3
                  : head == 0xDB || head == 0xC6 ? 5
                                                 : packed.size; /* an extension */
    return eh_str_n(packed.data + skip, packed.size - skip);
}

static void packed_number_put(struct eh_str packed, struct eh_bytes *out)
{
    char text[EH_DECIMAL_TEXT_MAX];
    uint64_t number = 0;
    for (uint32_t i = 1; i < packed.size; i++)
        number = number << 8 | (uint8_t)packed.data[i];
    bool negative = (uint8_t)packed.data[0] == 0xD3 && number >> 63;
    size_t size = eh_format(text, sizeof text, "%s%llu", negative ? "-" : "",
                            (unsigned long long)(negative ? 0 - number : number));
    packed_put(eh_str_n(text, size), out);
}

static bool sound_msgpack_put(const struct eh_blemish *blemish, struct eh_bytes *out)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    bool rough = false;
    switch ((enum eh_blemish_kind)blemish->kind) {
    case EH_BLEMISH_TEXT:
        rough = utf8_put(packed_content(blemish->at), &text);
        packed_put(str_of(&text), out);
        out->failed |= text.failed;
        break;
    case EH_BLEMISH_NUMBER:
        packed_number_put(blemish->at, out);
        break;
    case EH_BLEMISH_ARRAY:
        eh_bytes_put_u8(out, 0x90);
        break;
    case EH_BLEMISH_MAP:
        eh_bytes_put_u8(out, 0x80);
        break;
    case EH_BLEMISH_NEVER:
    case EH_BLEMISH_TWICE:
        eh_bytes_put_u8(out, 0xC0);
        break;
    }
    return rough;
}

int eh_mend_msgpack(struct eh_str bytes, const struct eh_blemishes *found, struct eh_arena *arena,
                    struct eh_str *ret, uint64_t *ret_rough)
{
    return blemishes_mend(bytes, found, sound_msgpack_put, arena, ret, ret_rough);
}

/* ---- JSON */

static void point_put(uint32_t point, struct eh_bytes *out)
{
    char text[CHARACTER_MAX];
    size_t size = 0;
    if (point < 0x80) {
        text[size++] = (char)point;
    } else if (point < 0x800) {
        text[size++] = (char)(0xC0 | point >> 6);
        text[size++] = (char)(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
        text[size++] = (char)(0xE0 | point >> 12);
        text[size++] = (char)(0x80 | (point >> 6 & 0x3F));
        text[size++] = (char)(0x80 | (point & 0x3F));
    } else {
        text[size++] = (char)(0xF0 | point >> 18);
        text[size++] = (char)(0x80 | (point >> 12 & 0x3F));
        text[size++] = (char)(0x80 | (point >> 6 & 0x3F));
        text[size++] = (char)(0x80 | (point & 0x3F));
    }
    eh_bytes_put(out, text, size);
}

/* Writes the character of an escape and returns the place behind it. `at` stands behind "\u". A
 * surrogate without its other half is written as a byte that is no UTF-8. */
static const char *unicode_put(const char *at, const char *end, struct eh_bytes *out)
{
    int unit = eh_scan_unit(at, end), low = -1;
    if (unit < 0) {
        eh_bytes_put(out, "\\u", 2);
        return at;
    }
    at += 4;
    if (unit >= 0xD800 && unit <= 0xDBFF && end - at >= 6 && at[0] == '\\' && at[1] == 'u')
        low = eh_scan_unit(at + 2, end);
    if (low >= 0xDC00 && low <= 0xDFFF) {
        point_put(0x10000 + ((uint32_t)(unit - 0xD800) << 10) + (uint32_t)(low - 0xDC00), out);
        return at + 6;
    }
    if (unit >= 0xD800 && unit <= 0xDFFF)
        eh_bytes_put_u8(out, 0xFF);
    else
        point_put((uint32_t)unit, out);
    return at;
}

/* As unicode_put(), for any escape. `at` stands behind the backslash. */
static const char *escaped_put(const char *at, const char *end, struct eh_bytes *out)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    if (at == end)
        return at;
    if (*at == 'u')
        return unicode_put(at + 1, end, out);
    const char *letter = *at ? strchr(letters, *at) : NULL;
    if (!letter)
        eh_bytes_put_u8(out, '\\');
    eh_bytes_put_u8(out, (uint8_t)(letter ? meant[letter - letters] : *at));
    return at + 1;
}

/* Writes the text that stands between the quotes, with its escapes resolved. */
static void meant_put(struct eh_str quoted, struct eh_bytes *out)
{
    const char *at = quoted.data + 1, *end = quoted.data + quoted.size - 1;
    while (at < end)
        if (*at == '\\')
            at = escaped_put(at + 1, end, out);
        else
            eh_bytes_put_u8(out, (uint8_t)*at++);
}

static void quoted_put(struct eh_str text, struct eh_bytes *out)
{
    eh_bytes_put_u8(out, '"');
    for (uint32_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if ((uint8_t)c < 0x20)
            eh_bytes_put_text(out, "\\u%04x", (unsigned)(uint8_t)c);
        else {
            if (c == '"' || c == '\\')
                eh_bytes_put_u8(out, '\\');
            eh_bytes_put_u8(out, (uint8_t)c);
        }
    }
    eh_bytes_put_u8(out, '"');
}

static bool sound_text_put(struct eh_str quoted, struct eh_bytes *out)
{
    EH_AUTO(eh_bytes) struct eh_bytes meant = EH_BYTES_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    meant_put(quoted, &meant);
    bool rough = utf8_put(str_of(&meant), &text);
    quoted_put(str_of(&text), out);
    out->failed |= meant.failed || text.failed;
    return rough;
}

static bool sound_json_put(const struct eh_blemish *blemish, struct eh_bytes *out)
{
    switch ((enum eh_blemish_kind)blemish->kind) {
    case EH_BLEMISH_TEXT:
        return sound_text_put(blemish->at, out);
    case EH_BLEMISH_NUMBER:
        quoted_put(eh_str_cut(blemish->at, MENDED_TEXT_MAX), out);
        break;
    case EH_BLEMISH_ARRAY:
        eh_bytes_put(out, "[]", 2);
        break;
    case EH_BLEMISH_MAP:
        eh_bytes_put(out, "{}", 2);
        break;
    case EH_BLEMISH_NEVER:
        eh_bytes_put(out, "null", 4);
        break;
    case EH_BLEMISH_TWICE:
        break;
    }
    return false;
}

int eh_mend_json(struct eh_str text, const struct eh_blemishes *found, struct eh_arena *arena,
                 struct eh_str *ret, uint64_t *ret_rough)
{
    return blemishes_mend(text, found, sound_json_put, arena, ret, ret_rough);
}
