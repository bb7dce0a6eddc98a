/* bytes.c: the growing buffer, LEB128, and the reader that stops at its end. */
#include <evenhand/base/bytes.h>
#include <evenhand/base/hex.h>

#include <stdlib.h>

#define CAPACITY_FIRST 256u
#define LEB128_MAX     10 /* bytes of the longest 64-bit number */

static __attribute__((noinline)) bool bytes_grow(struct eh_bytes *bytes, size_t more)
{
    if (bytes->failed)
        return false;
    if (more > SIZE_MAX / 2 - bytes->size) {
        bytes->failed = true;
        return false;
    }
    size_t capacity = bytes->capacity ? bytes->capacity : CAPACITY_FIRST;
    while (capacity < bytes->size + more)
        capacity *= 2;
    uint8_t *data = realloc(bytes->data, capacity);
    if (!data) {
        bytes->failed = true;
        return false;
    }
    bytes->data = data;
    bytes->capacity = capacity;
    return true;
}

static inline bool bytes_reserve(struct eh_bytes *bytes, size_t more)
{
    return (more <= bytes->capacity - bytes->size && !bytes->failed) || bytes_grow(bytes, more);
}

void eh_bytes_put(struct eh_bytes *bytes, const void *data, size_t size)
{
    if (size == 0 || !bytes_reserve(bytes, size))
        return;
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

void eh_bytes_put_u8(struct eh_bytes *bytes, uint8_t value)
{
    if (bytes_reserve(bytes, 1))
        bytes->data[bytes->size++] = value;
}

/* The caller has reserved the room. */
static inline void leb128_put(struct eh_bytes *bytes, uint64_t value)
{
    uint8_t *to = bytes->data + bytes->size;
    for (; value >= 0x80; value >>= 7)
        *to++ = (uint8_t)(value | 0x80);
    *to++ = (uint8_t)value;
    bytes->size = (size_t)(to - bytes->data);
}

void eh_bytes_put_u(struct eh_bytes *bytes, uint64_t value)
{
    if (bytes_reserve(bytes, LEB128_MAX))
        leb128_put(bytes, value);
}

void eh_bytes_put_i(struct eh_bytes *bytes, int64_t value)
{
    uint64_t sign = value < 0 ? UINT64_MAX : 0;
    eh_bytes_put_u(bytes, ((uint64_t)value << 1) ^ sign);
}

void eh_bytes_put_str(struct eh_bytes *bytes, struct eh_str s)
{
    if (!bytes_reserve(bytes, LEB128_MAX + (size_t)s.size))
        return;
    leb128_put(bytes, s.size);
    if (s.size > 0)
        memcpy(bytes->data + bytes->size, s.data, s.size);
    bytes->size += s.size;
}

void eh_bytes_put_text(struct eh_bytes *bytes, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    size_t room = bytes->data ? bytes->capacity - bytes->size : 0;
    char *to = room ? (char *)bytes->data + bytes->size : NULL;
    size_t length = bytes->failed ? 0 : eh_format_v(to, room, format, args);
    if (!bytes->failed && length >= room && bytes_reserve(bytes, length + 1)) {
        room = bytes->capacity - bytes->size;
        eh_format_v((char *)bytes->data + bytes->size, room, format, again);
    }
    if (!bytes->failed)
        bytes->size += length;
    va_end(again);
    va_end(args);
}

void eh_bytes_put_hex(struct eh_bytes *bytes, const void *data, size_t size)
{
    if (size > SIZE_MAX / 4)
        bytes->failed = true;
    else if (size > 0 && bytes_reserve(bytes, EH_HEX_TEXT(size)))
        bytes->size += eh_hex_print(data, size, (char *)bytes->data + bytes->size);
}

void eh_bytes_clear(struct eh_bytes *bytes)
{
    bytes->size = 0;
    bytes->failed = false;
}

void eh_bytes_done(struct eh_bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct eh_bytes)EH_BYTES_INIT;
}

const uint8_t *eh_read_bytes(struct eh_reader *reader, size_t size)
{
    if (reader->failed || size > (size_t)(reader->end - reader->at)) {
        reader->failed = true;
        return NULL;
    }
    const uint8_t *bytes = reader->at;
    if (size > 0)
        reader->at += size;
    return bytes;
}

uint8_t eh_read_u8(struct eh_reader *reader)
{
    const uint8_t *byte = eh_read_bytes(reader, 1);
    return byte ? *byte : 0;
}

/* Refuses every form of a number but the shortest: the same values have to be the same bytes. */
uint64_t eh_read_u(struct eh_reader *reader)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 7 * LEB128_MAX; shift += 7) {
        uint8_t byte = eh_read_u8(reader);
        bool last = byte < 0x80;
        if (reader->failed || (shift == 63 && byte > 1) || (last && byte == 0 && shift > 0))
            break;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (last)
            return value;
    }
    reader->failed = true;
    return 0;
}

int64_t eh_read_i(struct eh_reader *reader)
{
    uint64_t value = eh_read_u(reader);
    return (int64_t)((value >> 1) ^ (0 - (value & 1)));
}

uint32_t eh_read_u32(struct eh_reader *reader)
{
    uint64_t value = eh_read_u(reader);
    reader->failed |= value > UINT32_MAX;
    return reader->failed ? 0 : (uint32_t)value;
}

int32_t eh_read_i32(struct eh_reader *reader)
{
    int64_t value = eh_read_i(reader);
    reader->failed |= value < INT32_MIN || value > INT32_MAX;
    return reader->failed ? 0 : (int32_t)value;
}

struct eh_str eh_read_str(struct eh_reader *reader)
{
    uint64_t size = eh_read_u(reader);
    if (size > UINT32_MAX)
        reader->failed = true;
    const uint8_t *data = eh_read_bytes(reader, (size_t)size);
    return data ? eh_str_n((const char *)data, (size_t)size) : (struct eh_str){NULL, 0};
}

bool eh_reader_complete(const struct eh_reader *reader)
{
    return !reader->failed && reader->at == reader->end;
}
