/*
 * message_scan: checks bounds before a parser runs. A walk reads the bytes of a message once,
 * allocates nothing, and refuses all that could make a parser allocate, recurse or guess without a
 * bound.
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

/* What is wrong with a value. The value is that of a field that may be mended
 * (eh_field_row.mending) or of an unknown key. eh_mend_msgpack() and eh_mend_json() put a sound
 * value in its place. */
enum eh_blemish_kind {
    EH_BLEMISH_NEVER, /* any fault, of the value of an unknown key */
    EH_BLEMISH_TEXT,  /* text that is too long, is no UTF-8, or has control characters */
    EH_BLEMISH_NUMBER,
    EH_BLEMISH_ARRAY,
    EH_BLEMISH_MAP,
    EH_BLEMISH_TWICE /* JSON: a key a second time, with its value and the comma before it */
};
struct eh_blemish {
    uint8_t kind;  /* enum eh_blemish_kind */
    uint8_t field; /* enum eh_field, or EH_FIELD_COUNT */
    struct eh_str at;
};
struct eh_blemishes {
    unsigned count;
    struct eh_blemish list[EH_BLEMISHES_MAX]; /* in the order of the bytes */
};

/* Walks over msgpack: one map with nothing behind it, within the limits of message.h. -EH_EPARSE,
 * -EH_ERANGE. */
int eh_scan_msgpack(struct eh_str, struct eh_blemishes *ret, struct eh_error *) EH_MUST_CHECK;
/* Walks over JSON likewise and checks its grammar. The parser finds a key that stands twice with
 * different escapes. */
int eh_scan_json(struct eh_str, struct eh_blemishes *ret, struct eh_error *) EH_MUST_CHECK;

/* Both copy the bytes to the arena, with a sound value for each blemish. *ret_rough has the
 * EH_FIELD_BITs of text that was no UTF-8. -EH_ENOMEM. */
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
    bool lenient;       /* the value that is being read may be mended */
    bool blemished;     /* it has a fault, so it will be mended */
    unsigned key_count; /* keys of all maps that are open, the innermost map's last */
    struct eh_str keys[EH_MESSAGE_ITEMS_MAX];
};

/* Begins a walk. Refuses an empty message and one above EH_MESSAGE_MAX bytes. */
int eh_scan_begin(struct eh_scan *, struct eh_str, struct eh_error *) EH_MUST_CHECK;
/* Goes one level down. The caller lowers scan->depth behind the list or map. */
int eh_scan_descend(struct eh_scan *) EH_MUST_CHECK;
int eh_scan_count(struct eh_scan *, uint64_t more) EH_MUST_CHECK;
/* Adds a key to the map whose first key is scan->keys[first]. Refuses a key that the map has
 * already; returns 1 instead when it is one of the top level that may be mended. */
int eh_scan_key(struct eh_scan *, unsigned first, struct eh_str key) EH_MUST_CHECK;
/* Whether the value of this key may be mended: its field decides nothing, or there is no such
 * field. *ret_field is the field, or EH_FIELD_COUNT. */
bool eh_scan_mendable(const struct eh_scan *, struct eh_str key, int *ret_field);
/* Call it at a fault. True: the value that is being read may be mended, and is marked to be; go on.
 * False: refuse the message. */
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
