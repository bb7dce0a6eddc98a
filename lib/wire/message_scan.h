/*
 * message_scan: bounds before parsing. Walks the bytes of a message once, allocates nothing, and
 * refuses whatever could make a parser allocate, recurse or guess.
 *
 *     struct eh_blemishes blemishes;
 *     int r = eh_scan_msgpack(bytes, &blemishes, &error);
 *     if (r < 0) // error.text: "byte 17: map of 4,000,000,000 pairs in 12 bytes"
 *         return r;
 *     // only now may msgpack-c see the bytes
 */
#ifndef EVENHAND_WIRE_MESSAGE_SCAN_H
#define EVENHAND_WIRE_MESSAGE_SCAN_H

#include <evenhand/wire/message.h>

#define EH_BLEMISHES_MAX (EH_MESSAGE_ITEMS_MAX / 2) /* one a pair of the top level */

/* What is wrong with the value of a field that may be mended (eh_field_row.mending), or stands
 * behind an unknown key: eh_mend_msgpack() and eh_mend_json() put something sound in its place. */
enum eh_blemish_kind {
    EH_BLEMISH_NEVER, /* nobody reads it */
    EH_BLEMISH_TEXT,  /* too long, no UTF-8, control characters where none may stand */
    EH_BLEMISH_NUMBER,
    EH_BLEMISH_ARRAY,
    EH_BLEMISH_MAP,
    EH_BLEMISH_TWICE /* of JSON, with its key and the comma before it */
};
struct eh_blemish {
    uint8_t kind;  /* enum eh_blemish_kind */
    uint8_t field; /* enum eh_field, or EH_FIELD_COUNT */
    struct eh_str at;
};
struct eh_blemishes {
    unsigned count;
    struct eh_blemish list[EH_BLEMISHES_MAX]; /* as they stand */
};

/* The limits of message.h; the top level is one map and nothing stands behind it. -EH_EPARSE,
 * -EH_ERANGE. */
int eh_scan_msgpack(struct eh_str, struct eh_blemishes *ret, struct eh_error *) EH_MUST_CHECK;
/* Also checks the grammar. Duplicate keys written with different escapes are left to the parser. */
int eh_scan_json(struct eh_str, struct eh_blemishes *ret, struct eh_error *) EH_MUST_CHECK;

/* The bytes again, in the arena, without what was found; *ret_rough: the fields of which a text was
 * no UTF-8. -EH_ENOMEM. */
int eh_mend_msgpack(struct eh_str, const struct eh_blemishes *, struct eh_arena *,
                    struct eh_str *ret, uint64_t *ret_rough) EH_MUST_CHECK;
int eh_mend_json(struct eh_str, const struct eh_blemishes *, struct eh_arena *, struct eh_str *ret,
                 uint64_t *ret_rough) EH_MUST_CHECK;

/* The state of a walk, over msgpack or JSON. */
struct eh_scan {
    const uint8_t *start, *at, *end;
    struct eh_error *error;
    unsigned depth;
    unsigned items;
    bool lenient;       /* the value under way may be mended ... */
    bool blemished;     /* ... and has to be */
    unsigned key_count; /* keys of all maps still open, innermost last */
    struct eh_str keys[EH_MESSAGE_ITEMS_MAX];
};

/* Size and emptiness; sets up everything but the keys. */
int eh_scan_begin(struct eh_scan *, struct eh_str, struct eh_error *) EH_MUST_CHECK;
/* One level down; the caller counts depth back. */
int eh_scan_descend(struct eh_scan *) EH_MUST_CHECK;
int eh_scan_count(struct eh_scan *, uint64_t more) EH_MUST_CHECK;
/* Adds a key to the map whose first key has the number `first`; refuses a second one like it, but
 * 1 for one of the top level that may be mended. */
int eh_scan_key(struct eh_scan *, unsigned first, struct eh_str key) EH_MUST_CHECK;
/* Whether the value of this key may be mended: what decides nothing, and what nobody reads. */
bool eh_scan_mendable(const struct eh_scan *, struct eh_str key, int *ret_field);
/* Whether a fault of the value being read is forgiven: it is, and the value is marked, where the
 * value may be mended. */
bool eh_scan_forgives(struct eh_scan *);
void eh_scan_found(struct eh_blemishes *, enum eh_blemish_kind, int field, const uint8_t *from,
                   const uint8_t *to);
/* The four hexadecimal digits behind "\u" as a unit of UTF-16, or -1. */
int eh_scan_unit(const char *at, const char *end);
/* The offset of a place in the message, for "byte N". */
size_t eh_scan_offset(const struct eh_scan *, const uint8_t *at);

/* 4000000000 -> "4,000,000,000" */
#define EH_GROUPED_MAX 32
const char *eh_scan_grouped(uint64_t number, char ret_text[EH_GROUPED_MAX]);

#endif
