/* message_code.c: encodes and decodes the canonical bytes of a message, for the log and digests. */
#include "message_fields.h"

void eh_message_encode(const struct eh_message *m, uint64_t skip, struct eh_bytes *out)
{
    eh_bytes_put_u(out, m->type);
    for (unsigned field = 0; field < EH_FIELD_COUNT; field++) {
        const struct eh_field_row *row = &eh_field_rows[field];
        if (!(m->has & ~skip & EH_FIELD_BIT(field)))
            continue;
        eh_bytes_put_u(out, field);
        if (eh_field_is_text(row))
            eh_bytes_put_str(out, *eh_field_text(m, row));
        else if (row->kind == EH_KIND_INTEGER)
            eh_bytes_put_i(out, eh_field_number(m, row));
        else
            eh_bytes_put_u(out, (uint64_t)eh_field_number(m, row));
    }
}

/* Reads one value. False: no message can have this value. */
static bool value_decode(struct eh_reader *in, struct eh_message *m, const struct eh_field_row *row)
{
    if (eh_field_is_text(row)) {
        eh_field_set_text(m, row, eh_read_str(in));
        return !in->failed;
    }
    uint64_t small = 0;
    int64_t number;
    if (row->kind == EH_KIND_INTEGER)
        number = eh_read_i(in);
    else
        number = (small = eh_read_u(in)) <= UINT8_MAX ? (int64_t)small : -1;
    if (in->failed || number < row->least || number > row->most)
        return false;
    eh_field_set_number(m, row, number);
    return true;
}

bool eh_message_sound(const struct eh_message *m)
{
    for (int field = 0; field < EH_FIELD_COUNT; field++) {
        const struct eh_field_row *row = &eh_field_rows[field];
        if (!(m->has & EH_FIELD_BIT(field)) || eh_field_is_text(row))
            continue;
        int64_t number = eh_field_number(m, row);
        if (number < row->least || number > row->most)
            return false;
    }
    return true;
}

int eh_message_decode(struct eh_str bytes, struct eh_message *m, struct eh_error *error)
{
    struct eh_reader in = eh_reader(bytes.data, bytes.size);
    struct eh_message decoded = *m;
    uint64_t type = eh_read_u(&in), next = 0; /* fields stand in rising order, each once */
    if (in.failed || type < EH_MESSAGE_TICKET || type > EH_MESSAGE_LAST)
        return eh_error_set(error, EH_ECORRUPT, "encoded message: no known type");
    decoded.type = (uint8_t)type;
    while (in.at < in.end) {
        uint64_t field = eh_read_u(&in);
        if (in.failed || field < next || field >= EH_FIELD_COUNT)
            return eh_error_set(error, EH_ECORRUPT, "encoded message: no field at byte %zu",
                                (size_t)(in.at - (const uint8_t *)bytes.data));
        if (!value_decode(&in, &decoded, &eh_field_rows[field]))
            return eh_error_field(error, EH_ECORRUPT, eh_field_rows[field].name,
                                  "encoded message: %s does not hold together",
                                  eh_field_rows[field].name);
        decoded.has |= EH_FIELD_BIT(field);
        next = field + 1;
    }
    *m = decoded;
    return 0;
}

int eh_message_copy(const struct eh_message *m, struct eh_arena *arena, struct eh_message *ret)
{
    *ret = *m;
    for (unsigned field = 0; field < EH_FIELD_COUNT; field++) {
        const struct eh_field_row *row = &eh_field_rows[field];
        if (!eh_field_is_text(row) || !eh_message_has(m, field))
            continue;
        struct eh_str text = *eh_field_text(m, row), copy = eh_arena_str(arena, text);
        if (!copy.data && text.size > 0)
            return -EH_ENOMEM;
        eh_field_set_text(ret, row, copy);
    }
    return 0;
}
