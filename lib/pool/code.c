/*
 * code: what the codecs of facts and statements read and write alike, each with its bounds.
 */
#include "internal.h"

void eh_pool_put_period(struct eh_bytes *out, struct eh_period period)
{
    eh_bytes_put_u8(out, period.kind);
    eh_bytes_put_i(out, period.number);
}

int64_t eh_pool_read_within(struct eh_reader *in, int64_t least, int64_t most)
{
    int64_t value = eh_read_i(in);
    if (value >= least && value <= most)
        return value;
    in->failed = true;
    return least;
}

uint64_t eh_pool_read_below(struct eh_reader *in, uint64_t below)
{
    uint64_t value = eh_read_u(in);
    if (value < below)
        return value;
    in->failed = true;
    return 0;
}

struct eh_period eh_pool_read_period(struct eh_reader *in)
{
    enum eh_period_kind kind =
        (enum eh_period_kind)eh_pool_read_below(in, (uint64_t)EH_PERIOD_QUARTER + 1);
    int64_t first = eh_period_of(kind, 0).number;
    int64_t last = eh_period_of(kind, eh_date_of(9999, 12, 31)).number;
    return (struct eh_period){(uint8_t)kind, (int32_t)eh_pool_read_within(in, first, last)};
}

uint32_t eh_pool_read_count(struct eh_reader *in, size_t least)
{
    uint64_t count = eh_read_u(in);
    if (!in->failed && count <= (size_t)(in->end - in->at) / least && count <= UINT32_MAX)
        return (uint32_t)count;
    in->failed = true;
    return 0;
}

struct eh_str eh_pool_read_name(struct eh_reader *in, struct eh_str before)
{
    struct eh_str name = eh_read_str(in);
    if (!eh_name_valid(name, EH_NAME_MAX) || (before.data && eh_str_compare(before, name) >= 0))
        in->failed = true;
    return name;
}

void eh_pool_put_flags(struct eh_bytes *out, const bool *flags, unsigned count)
{
    unsigned bits = 0;
    for (unsigned i = 0; i < count; i++)
        bits |= (unsigned)flags[i] << i;
    eh_bytes_put_u8(out, (uint8_t)bits);
}

void eh_pool_read_flags(struct eh_reader *in, unsigned count, bool *ret)
{
    unsigned bits = eh_read_u8(in);
    in->failed |= bits >> count != 0;
    for (unsigned i = 0; i < count; i++)
        ret[i] = (bits >> i & 1) != 0;
}
