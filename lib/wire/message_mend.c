/* message_mend.c: the bytes of a message again, with something sound in place of each blemish: what
 * a parser takes, and what eh_message_fill() can still say a word about. */
#include "message_fields.h"
#include "message_scan.h"

#define MENDED_TEXT_MAX (2 * EH_LINE_MAX) /* bytes: longer than any field, which says so */
#define CHARACTER_MAX   4
#define REPLACEMENT     "\xef\xbf\xbd" /* U+FFFD */
#define STAND_IN        '\x01'         /* a control character that no parser refuses: of NUL */

/* UTF-8 out of any bytes; what is left of it at MENDED_TEXT_MAX. True: some were no UTF-8. */
static bool put_utf8(struct eh_str bytes, struct eh_bytes *out)
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

/* Copies what stands between the blemishes; `put` writes what takes the place of each. */
typedef bool put_fn(const struct eh_blemish *, struct eh_bytes *out);

static int mend(struct eh_str bytes, const struct eh_blemishes *found, put_fn *put,
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

static void put_packed(struct eh_str text, struct eh_bytes *out)
{
    eh_bytes_put_u8(out, 0xDA); /* text of up to 65,535 bytes */
    eh_bytes_put_u8(out, (uint8_t)(text.size >> 8));
    eh_bytes_put_u8(out, (uint8_t)text.size);
    eh_bytes_put(out, text.data, text.size);
}

/* The scan kept it whole: its head says how long the head is. */
static struct eh_str content_of(struct eh_str packed)
{
    uint8_t head = (uint8_t)packed.data[0];
    size_t skip = head >= 0xA0 && head < 0xC0    ? 1
                  : head == 0xD9 || head == 0xC4 ? 2
                  : head == 0xDA || head == 0xC5 ? 3
                  : head == 0xDB || head == 0xC6 ? 5
                                                 : packed.size; /* an extension */
    return eh_str_n(packed.data + skip, packed.size - skip);
}

static void put_packed_number(struct eh_str packed, struct eh_bytes *out)
{
    char text[EH_DECIMAL_TEXT_MAX];
    uint64_t number = 0;
    for (uint32_t i = 1; i < packed.size; i++)
        number = number << 8 | (uint8_t)packed.data[i];
    bool negative = (uint8_t)packed.data[0] == 0xD3 && number >> 63;
    size_t size = eh_format(text, sizeof text, "%s%llu", negative ? "-" : "",
                            (unsigned long long)(negative ? 0 - number : number));
    put_packed(eh_str_n(text, size), out);
}

static bool put_sound_msgpack(const struct eh_blemish *blemish, struct eh_bytes *out)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    bool rough = false;
    switch ((enum eh_blemish_kind)blemish->kind) {
    case EH_BLEMISH_TEXT:
        rough = put_utf8(content_of(blemish->at), &text);
        put_packed(str_of(&text), out);
        out->failed |= text.failed;
        break;
    case EH_BLEMISH_NUMBER:
        put_packed_number(blemish->at, out);
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
    return mend(bytes, found, put_sound_msgpack, arena, ret, ret_rough);
}

/* ---- JSON */

static void put_point(uint32_t point, struct eh_bytes *out)
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

/* `at` behind "\u"; moves behind what it stands for. A half of a pair alone is a byte that is no
 * UTF-8. */
static const char *put_unicode(const char *at, const char *end, struct eh_bytes *out)
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
        put_point(0x10000 + ((uint32_t)(unit - 0xD800) << 10) + (uint32_t)(low - 0xDC00), out);
        return at + 6;
    }
    if (unit >= 0xD800 && unit <= 0xDFFF)
        eh_bytes_put_u8(out, 0xFF);
    else
        put_point((uint32_t)unit, out);
    return at;
}

/* `at` behind the backslash. */
static const char *put_escaped(const char *at, const char *end, struct eh_bytes *out)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    if (at == end)
        return at;
    if (*at == 'u')
        return put_unicode(at + 1, end, out);
    const char *letter = *at ? strchr(letters, *at) : NULL;
    if (!letter)
        eh_bytes_put_u8(out, '\\');
    eh_bytes_put_u8(out, (uint8_t)(letter ? meant[letter - letters] : *at));
    return at + 1;
}

/* What stands between the quotes, meant. */
static void put_meant(struct eh_str quoted, struct eh_bytes *out)
{
    const char *at = quoted.data + 1, *end = quoted.data + quoted.size - 1;
    while (at < end)
        if (*at == '\\')
            at = put_escaped(at + 1, end, out);
        else
            eh_bytes_put_u8(out, (uint8_t)*at++);
}

static void put_quoted(struct eh_str text, struct eh_bytes *out)
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

static bool put_sound_text(struct eh_str quoted, struct eh_bytes *out)
{
    EH_AUTO(eh_bytes) struct eh_bytes meant = EH_BYTES_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    put_meant(quoted, &meant);
    bool rough = put_utf8(str_of(&meant), &text);
    put_quoted(str_of(&text), out);
    out->failed |= meant.failed || text.failed;
    return rough;
}

static bool put_sound_json(const struct eh_blemish *blemish, struct eh_bytes *out)
{
    switch ((enum eh_blemish_kind)blemish->kind) {
    case EH_BLEMISH_TEXT:
        return put_sound_text(blemish->at, out);
    case EH_BLEMISH_NUMBER:
        put_quoted(eh_str_cut(blemish->at, MENDED_TEXT_MAX), out);
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
    return mend(text, found, put_sound_json, arena, ret, ret_rough);
}
