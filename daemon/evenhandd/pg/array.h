/*
 * array: PostgreSQL's binary format of one-dimensional arrays, built value by value.
 *
 * A column of a batch: begin, one put per row, then it is a parameter. A column that never got a
 * value is a NULL parameter (unnest pads it with NULLs), which costs nothing. Values are looked at
 * as PostgreSQL would: a number out of its type's range, text that is no UTF-8 or has a NUL in it,
 * a uuid that has no 16 bytes are marked, so that they need not be sent to be refused.
 *
 *     struct eh_array ids;
 *     eh_array_begin(&ids, EH_ARRAY_TEXT);
 *     eh_array_put_text(&ids, id);      // an empty one is NULL
 *     values[4] = eh_array_value(&ids); lengths[4] = eh_array_size(&ids);
 *     eh_array_done(&ids);
 */
#ifndef EVENHAND_PG_ARRAY_H
#define EVENHAND_PG_ARRAY_H

#include <evenhand/base/base.h>

/* Types by their OID in pg_type. */
enum eh_array_type {
    EH_ARRAY_BOOL = 16,
    EH_ARRAY_BYTEA = 17,
    EH_ARRAY_INT8 = 20,
    EH_ARRAY_INT2 = 21,
    EH_ARRAY_INT4 = 23,
    EH_ARRAY_TEXT = 25,
    EH_ARRAY_UUID = 2950
};

struct eh_array {
    struct eh_bytes bytes;
    enum eh_array_type type;
    uint32_t count;
    bool any;       /* at least one value that is not NULL */
    uint32_t wrong; /* 1 + the place of the first value such a column cannot hold; 0: all it can */
};

void eh_array_begin(struct eh_array *, enum eh_array_type);
void eh_array_put_null(struct eh_array *);
void eh_array_put_int(struct eh_array *, int64_t);        /* int2, int4, int8, bool by the type */
void eh_array_put_text(struct eh_array *, struct eh_str); /* text, bytea; empty: NULL */
void eh_array_put_bytes(struct eh_array *, const void *, size_t); /* uuid, bytea; never NULL */
int64_t eh_array_int(const struct eh_array *, uint32_t at); /* of an array of int8 without NULL */
const char *eh_array_value(struct eh_array *);              /* NULL: all are NULL */
int eh_array_size(const struct eh_array *);
void eh_array_done(struct eh_array *);

#endif
