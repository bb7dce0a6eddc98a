/* notice_read.c: reads an outbox entry: as the JSON that it could have been written in, and its
 * account. */
#include <evenhand/wire/notice.h>

#include <jansson.h>

#include "entries.h"
#include "message_scan.h"
#include "unpack.h"

/* The key as a text with a terminator; NULL: a notice has no such key. */
static const char *key_find(const msgpack_object *key)
{
    static const char *const keys[] = {"type",    "seq", "source", "id", "team",  "rep",
                                       "account", "was", "why",    "at", "input", "inbox"};
    for (size_t i = 0; key->type == MSGPACK_OBJECT_STR && i < sizeof keys / sizeof *keys; i++)
        if (eh_str_equal(eh_str(keys[i]), eh_str_n(key->via.str.ptr, key->via.str.size)))
            return keys[i];
    return NULL;
}

static void pair_add(const msgpack_object_kv *pair, struct eh_entries *list)
{
    const char *key = key_find(&pair->key);
    const msgpack_object *value = &pair->val;
    if (!key || list->count == EH_ENTRIES_MAX)
        return;
    if (value->type == MSGPACK_OBJECT_STR)
        eh_entries_add(list, key, EH_ENTRY_TEXT, eh_str_n(value->via.str.ptr, value->via.str.size));
    else if (value->type == MSGPACK_OBJECT_POSITIVE_INTEGER && value->via.u64 <= INT64_MAX)
        eh_entries_add_number(list, key, (int64_t)value->via.u64);
    else if (value->type == MSGPACK_OBJECT_NEGATIVE_INTEGER)
        eh_entries_add_number(list, key, value->via.i64);
}

int eh_notice_msgpack_to_json(struct eh_str bytes, struct eh_bytes *out, struct eh_error *error)
{
    struct eh_blemishes found;
    struct eh_entries list = {0};
    msgpack_unpacked unpacked;
    int r = eh_scan_msgpack(bytes, &found, error);
    if (r == 0)
        r = eh_unpack_map(bytes, &unpacked, error);
    if (r < 0)
        return r;
    for (uint32_t i = 0; i < unpacked.data.via.map.size; i++)
        pair_add(&unpacked.data.via.map.ptr[i], &list);
    r = eh_entries_to_json(&list, out);
    msgpack_unpacked_destroy(&unpacked);
    return r;
}

static int account_add(struct eh_str text, struct eh_bytes *out)
{
    json_t *said = json_loadb(text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
    const json_t *account = json_object_get(said, "account");
    if (json_is_string(account))
        eh_bytes_put(out, json_string_value(account), json_string_length(account));
    json_decref(said);
    return out->failed ? -EH_ENOMEM : 0;
}

int eh_notice_account(struct eh_str body, bool json, struct eh_bytes *out)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    if (json)
        return account_add(body, out);
    int r = eh_notice_msgpack_to_json(body, &text, NULL);
    if (r < 0)
        return r == -EH_ENOMEM ? r : 0;
    return account_add(eh_str_n((const char *)text.data, text.size), out);
}
