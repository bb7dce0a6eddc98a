/*
 * entries: a flat list of keys and values, written as one msgpack map or one JSON object.
 *
 *     struct eh_entries list = {0};
 *     eh_entries_add(&list, "type", EH_ENTRY_TEXT, eh_str("assigned"));
 *     eh_entries_add_number(&list, "seq", 7);
 *     int r = eh_entries_to_json(&list, &out);   // {"type":"assigned","seq":7}
 */
#ifndef EVENHAND_WIRE_ENTRIES_H
#define EVENHAND_WIRE_ENTRIES_H

#include <evenhand/base/base.h>

#define EH_ENTRIES_MAX 32

enum eh_entry_form {
    EH_ENTRY_TEXT,
    EH_ENTRY_NUMBER,
    EH_ENTRY_LIST, /* a text with a list (eh_text_list_next): written as an array */
    EH_ENTRY_RAW,  /* bytes: binary in msgpack; text in JSON, U+FFFD for bytes that are no UTF-8 */
    EH_ENTRY_DIGEST, /* bytes: binary in msgpack; hexadecimal in JSON */
    EH_ENTRY_FLAG    /* a number: 0 is false */
};

struct eh_entry {
    const char *key;
    enum eh_entry_form form;
    struct eh_str text;
    int64_t number;
};

struct eh_entries {
    unsigned count;
    struct eh_entry entries[EH_ENTRIES_MAX];
};

void eh_entries_add(struct eh_entries *, const char *key, enum eh_entry_form, struct eh_str);
void eh_entries_add_number(struct eh_entries *, const char *key, int64_t);
void eh_entries_add_flag(struct eh_entries *, const char *key, bool);

/* Both append to *out. On failure, -EH_ENOMEM, they leave it as it was. */
int eh_entries_to_msgpack(const struct eh_entries *, struct eh_bytes *out) EH_MUST_CHECK;
int eh_entries_to_json(const struct eh_entries *, struct eh_bytes *out) EH_MUST_CHECK;

#endif
