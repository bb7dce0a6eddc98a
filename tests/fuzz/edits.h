/*
 * edits: an input read as changes to bytes that are known to be good. What it is good against is
 * made anew by each target, so a corpus outlives every change of the format.
 *
 *     struct eh_bytes forged = EH_BYTES_INIT;
 *     edits_apply(data, size, good, &forged);
 */
#ifndef TESTS_FUZZ_EDITS_H
#define TESTS_FUZZ_EDITS_H

#include <evenhand/base/base.h>

#define EDIT_BYTES 4 /* what, where (two bytes), with what */

static inline void edits_put(struct eh_bytes *out, size_t at, const uint8_t *bytes, size_t size)
{
    size_t before = out->size;
    for (size_t i = 0; i < size; i++)
        eh_bytes_put_u8(out, 0);
    memmove(out->data + at + size, out->data + at, before - at);
    memcpy(out->data + at, bytes, size);
}

static inline void edits_one(const uint8_t edit[EDIT_BYTES], struct eh_bytes *out)
{
    static const uint8_t most[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01};
    static const uint8_t least[] = {0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01};
    size_t at = ((size_t)edit[1] << 8 | edit[2]) % (out->size + 1);
    switch (edit[0] % 8) {
    case 0: /* another byte */
    case 1:
        if (at < out->size)
            out->data[at] = edit[3];
        break;
    case 2: /* a little more */
        if (at < out->size)
            out->data[at] = (uint8_t)(out->data[at] + 1);
        break;
    case 3: /* one more */
        edits_put(out, at, &edit[3], 1);
        break;
    case 4: /* some less */
        if (at + edit[3] % 16 < out->size) {
            size_t gone = edit[3] % 16;
            memmove(out->data + at, out->data + at + gone, out->size - at - gone);
            out->size -= gone;
        }
        break;
    case 5: /* cut */
        if (edit[3] == 0)
            out->size = at;
        break;
    case 6: /* the highest number instead of one of a byte */
        edits_put(out, at, most, sizeof most - (at < out->size));
        break;
    default: /* and the lowest, as signed ones are written */
        edits_put(out, at, edit[3] % 2 ? least : most, sizeof most);
        break;
    }
}

static inline void edits_apply(const uint8_t *data, size_t size, struct eh_str good,
                               struct eh_bytes *out)
{
    eh_bytes_clear(out);
    eh_bytes_put(out, good.data, good.size);
    for (size_t i = 0; i + EDIT_BYTES <= size; i += EDIT_BYTES)
        edits_one(data + i, out);
    eh_require(!out->failed);
}

#endif
