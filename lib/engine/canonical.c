/*
 * canonical: canonical bytes of small things that many objects of the state hold.
 */
#include "canonical.h"

#include "amount.h"

void eh_put_key(struct eh_bytes *out, struct eh_key key)
{
    uint8_t bytes[16];
    eh_key_bytes(key, bytes);
    eh_bytes_put(out, bytes, sizeof bytes);
}

struct eh_key eh_read_key(struct eh_reader *in)
{
    const uint8_t *bytes = eh_read_bytes(in, 16);
    return bytes ? eh_key_from_bytes(bytes) : (struct eh_key){0, 0};
}

void eh_put_wide(struct eh_bytes *out, __int128 number)
{
    eh_bytes_put_i(out, (int64_t)(number >> 64));
    eh_bytes_put_u(out, (uint64_t)number);
}

void eh_put_amount(struct eh_bytes *out, struct amount amount)
{
    eh_put_wide(out, amount.count);
    eh_put_wide(out, amount.value);
}

__int128 eh_read_wide(struct eh_reader *in)
{
    unsigned __int128 high = (unsigned __int128)eh_read_i(in);
    return (__int128)(high << 64 | eh_read_u(in));
}

struct amount eh_read_amount(struct eh_reader *in)
{
    struct amount amount;
    amount.count = eh_read_wide(in);
    amount.value = eh_read_wide(in);
    return amount;
}

bool eh_read_flag(struct eh_reader *in)
{
    uint8_t flag = eh_read_u8(in);
    in->failed |= flag > 1; /* there is one way to write it */
    return flag == 1;
}
