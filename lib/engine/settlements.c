/* settlements: the text of a CLOSE: each settlement with its figures, one after the other. */
#include <evenhand/engine/periods.h>

#define SETTLEMENTS_VERSION 1

void eh_settlements_put(struct eh_bytes *out, const struct eh_settlement *all, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct eh_settlement *one = &all[i];
        eh_bytes_put_u8(out, SETTLEMENTS_VERSION);
        eh_bytes_put_u8(out, one->period.kind);
        eh_bytes_put_i(out, one->period.number);
        eh_bytes_put_u(out, one->version);
        eh_bytes_put_i(out, one->gross);
        eh_bytes_put_i(out, one->carry);
        eh_bytes_put_i(out, one->net);
        eh_bytes_put_i(out, one->carry_open);
        eh_bytes_put_str(out, one->statement);
    }
}

int eh_settlements_next(struct eh_str *text, struct eh_settlement *ret)
{
    struct eh_reader in = eh_reader(text->data, text->size);
    if (text->size == 0)
        return 0;
    uint8_t format = eh_read_u8(&in), kind = eh_read_u8(&in);
    int64_t number = eh_read_i(&in);
    uint64_t version = eh_read_u(&in);
    struct eh_settlement one = {.period = {kind, (int32_t)number}, .version = (uint32_t)version};
    one.gross = eh_read_i(&in);
    one.carry = eh_read_i(&in);
    one.net = eh_read_i(&in);
    one.carry_open = eh_read_i(&in);
    one.statement = eh_read_str(&in);
    bool sound = !in.failed && format == SETTLEMENTS_VERSION && kind <= EH_PERIOD_QUARTER &&
                 number >= -EH_PERIOD_NUMBER_MAX && number <= EH_PERIOD_NUMBER_MAX && version > 0 &&
                 version < UINT32_MAX;
    if (!sound)
        return -EH_ECORRUPT;
    *ret = one;
    const char *at = (const char *)in.at;
    *text = eh_str_n(at, text->size - (size_t)(at - text->data));
    return 1;
}
