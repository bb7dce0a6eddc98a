/*
 * bytes: a growing byte buffer with a canonical, self-delimiting encoding, and its bounded reader.
 *
 * Hashes, the log and snapshots are made of bytes that these functions write, and of no others. So
 * the same values are the same bytes on every machine. Unsigned numbers are LEB128, signed ones
 * zigzag LEB128, text is its length and its bytes. A writer that runs out of memory, and a reader
 * that runs past the end, set `failed`. The reader gives zeros from then on. So one check at the
 * end is enough.
 *
 *     EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
 *     eh_bytes_put_u(&out, 7);
 *     eh_bytes_put_str(&out, eh_str("ana"));
 *     struct eh_reader in = eh_reader(out.data, out.size);
 *     uint64_t n = eh_read_u(&in);
 *     struct eh_str id = eh_read_str(&in);
 *     if (!eh_reader_complete(&in)) …
 */
#ifndef EVENHAND_BASE_BYTES_H
#define EVENHAND_BASE_BYTES_H

#include <evenhand/base/text.h>

EH_C_BEGIN

struct eh_bytes {
    uint8_t *data;
    size_t size;     /* bytes used */
    size_t capacity; /* bytes held */
    bool failed;     /* memory ran out once: the content is not complete */
};

#define EH_BYTES_INIT                                                                              \
    {                                                                                              \
        NULL, 0, 0, false                                                                          \
    }

void eh_bytes_put(struct eh_bytes *, const void *data, size_t size);
void eh_bytes_put_u8(struct eh_bytes *, uint8_t);
void eh_bytes_put_u(struct eh_bytes *, uint64_t);
void eh_bytes_put_i(struct eh_bytes *, int64_t);
void eh_bytes_put_str(struct eh_bytes *, struct eh_str);
void eh_bytes_put_text(struct eh_bytes *, const char *format, ...)
    EH_PRINTF(2, 3); /* without a length */
void eh_bytes_put_hex(struct eh_bytes *, const void *data, size_t size);
void eh_bytes_clear(struct eh_bytes *); /* size 0, memory kept */
void eh_bytes_done(struct eh_bytes *);  /* frees; safe on a zeroed one */

struct eh_reader {
    const uint8_t *at, *end;
    bool failed;
};

static inline struct eh_reader eh_reader(const void *data, size_t size)
{
    const uint8_t *at = (const uint8_t *)data;
    struct eh_reader reader = {at, size ? at + size : at, false};
    return reader;
}

uint8_t eh_read_u8(struct eh_reader *);
uint64_t eh_read_u(struct eh_reader *);
int64_t eh_read_i(struct eh_reader *);
uint32_t eh_read_u32(struct eh_reader *); /* a number that does not fit sets `failed` */
int32_t eh_read_i32(struct eh_reader *);
struct eh_str eh_read_str(struct eh_reader *);                 /* points into the input */
const uint8_t *eh_read_bytes(struct eh_reader *, size_t size); /* NULL past the end */
bool eh_reader_complete(const struct eh_reader *);             /* all read, nothing failed */

EH_C_END

#endif
