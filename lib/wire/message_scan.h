/*
 * message_scan: bounds before parsing. Walks the bytes of a message once, allocates nothing, and
 * refuses whatever could make a parser allocate, recurse or guess.
 *
 *     int r = eh_scan_msgpack(bytes, &error);
 *     if (r < 0) // error.text: "byte 17: map of 4,000,000,000 pairs in 12 bytes"
 *         return r;
 *     // only now may msgpack-c see the bytes
 */
#ifndef EVENHAND_WIRE_MESSAGE_SCAN_H
#define EVENHAND_WIRE_MESSAGE_SCAN_H

#include <evenhand/wire/message.h>

/* The limits of message.h; the top level is one map and nothing stands behind it. -EH_EPARSE,
 * -EH_ERANGE. */
int eh_scan_msgpack(struct eh_str, struct eh_error *) EH_MUST_CHECK;
/* Also checks the grammar. Duplicate keys written with different escapes are left to the parser. */
int eh_scan_json(struct eh_str, struct eh_error *) EH_MUST_CHECK;

/* What both walks keep. */
struct eh_scan {
    const uint8_t *start, *at, *end;
    struct eh_error *error;
    unsigned depth;
    unsigned items;
    unsigned key_count; /* keys of all maps still open, innermost last */
    struct eh_str keys[EH_MESSAGE_ITEMS_MAX];
};

/* Size and emptiness; sets up everything but the keys. */
int eh_scan_begin(struct eh_scan *, struct eh_str, struct eh_error *) EH_MUST_CHECK;
/* One level down; the caller counts depth back. */
int eh_scan_descend(struct eh_scan *) EH_MUST_CHECK;
int eh_scan_count(struct eh_scan *, uint64_t more) EH_MUST_CHECK;
/* Adds a key to the map whose first key has the number `first`; refuses a second one like it. */
int eh_scan_key(struct eh_scan *, unsigned first, struct eh_str key) EH_MUST_CHECK;
/* Offset of a place, for "byte N". */
size_t eh_scan_offset(const struct eh_scan *, const uint8_t *at);

/* 4000000000 -> "4,000,000,000" */
#define EH_GROUPED_MAX 32
const char *eh_scan_grouped(uint64_t number, char ret_text[EH_GROUPED_MAX]);

#endif
