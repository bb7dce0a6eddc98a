/* array: PostgreSQL's binary format of one-dimensional arrays. See array.h. */
#include "pg/array.h"

#include <endian.h>

#include "pg/pg.h"

#define HEAD_BYTES 20 /* in front of the first value */

static void put32(struct eh_array *a, int32_t value)
{
    char big[4];
    eh_pg_put32(big, value);
    eh_bytes_put(&a->bytes, big, sizeof big);
}

void eh_array_begin(struct eh_array *a, enum eh_array_type type)
{
    eh_bytes_clear(&a->bytes);
    a->type = type;
    a->count = 0;
    a->any = false;
    a->wrong = 0;
    put32(a, 1);
    put32(a, 1);
    put32(a, (int32_t)type);
    put32(a, 0);
    put32(a, 1);
}

void eh_array_put_null(struct eh_array *a)
{
    put32(a, -1);
    a->count++;
}

static void check(struct eh_array *a, bool right)
{
    if (!right && !a->wrong)
        a->wrong = a->count + 1;
}

static int size_of(enum eh_array_type type)
{
    switch (type) {
    case EH_ARRAY_BOOL:
        return 1;
    case EH_ARRAY_INT2:
        return 2;
    case EH_ARRAY_INT4:
        return 4;
    default:
        return 8;
    }
}

void eh_array_put_int(struct eh_array *a, int64_t value)
{
    char sized[4 + 8]; /* in one piece: there are a dozen a ticket */
    int size = size_of(a->type);
    check(a, size == 8 || (value >= -(INT64_C(1) << (8 * size - 1)) &&
                           value < INT64_C(1) << (8 * size - 1)));
    eh_pg_put32(sized, size);
    if (size == 1)
        sized[4] = value != 0;
    else if (size == 2)
        eh_pg_put16(sized + 4, (int16_t)value);
    else if (size == 4)
        eh_pg_put32(sized + 4, (int32_t)value);
    else
        eh_pg_put64(sized + 4, value);
    eh_bytes_put(&a->bytes, sized, 4 + (size_t)size);
    a->count++;
    a->any = true;
}

static bool holds(const struct eh_array *a, const void *data, size_t size)
{
    if (a->type == EH_ARRAY_TEXT)
        return eh_utf8_valid(eh_str_n(data, size), NULL) && !memchr(data, 0, size);
    return a->type != EH_ARRAY_UUID || size == 16;
}

void eh_array_put_bytes(struct eh_array *a, const void *data, size_t size)
{
    check(a, size == 0 || holds(a, data, size));
    put32(a, (int32_t)size);
    eh_bytes_put(&a->bytes, data, size);
    a->count++;
    a->any = true;
}

void eh_array_put_text(struct eh_array *a, struct eh_str text)
{
    if (text.size == 0)
        eh_array_put_null(a);
    else
        eh_array_put_bytes(a, text.data, text.size);
}

int64_t eh_array_int(const struct eh_array *a, uint32_t at)
{
    uint64_t big;
    memcpy(&big, a->bytes.data + HEAD_BYTES + (size_t)at * (4 + sizeof big) + 4, sizeof big);
    return (int64_t)be64toh(big);
}

const char *eh_array_value(struct eh_array *a)
{
    if (!a->any || a->bytes.failed)
        return NULL;
    char big[4];
    eh_pg_put32(big, (int32_t)a->count);
    memcpy(a->bytes.data + 12, big, sizeof big);
    return (const char *)a->bytes.data;
}

int eh_array_size(const struct eh_array *a)
{
    return (int)a->bytes.size;
}

void eh_array_done(struct eh_array *a)
{
    eh_bytes_done(&a->bytes);
}
