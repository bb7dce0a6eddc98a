/* entries.c: writes a list as msgpack with msgpack-c and as JSON with jansson. */
#include "entries.h"

#include <jansson.h>
#include <msgpack.h>

void eh_entries_add(struct eh_entries *list, const char *key, enum eh_entry_form form,
                    struct eh_str text)
{
    eh_require(list->count < EH_ENTRIES_MAX);
    list->entries[list->count++] = (struct eh_entry){key, form, text, 0};
}

void eh_entries_add_number(struct eh_entries *list, const char *key, int64_t number)
{
    eh_require(list->count < EH_ENTRIES_MAX);
    list->entries[list->count++] = (struct eh_entry){key, EH_ENTRY_NUMBER, {NULL, 0}, number};
}

void eh_entries_add_flag(struct eh_entries *list, const char *key, bool flag)
{
    eh_require(list->count < EH_ENTRIES_MAX);
    list->entries[list->count++] = (struct eh_entry){key, EH_ENTRY_FLAG, {NULL, 0}, flag};
}

static size_t list_count(struct eh_str list)
{
    size_t count = 0;
    for (; list.size > 0; count++)
        eh_text_list_next(&list);
    return count;
}

/* Returns 0, or -EH_ENOMEM when a write to *out failed, which then has its earlier size. */
static int output_settle(struct eh_bytes *out, size_t before)
{
    if (!out->failed)
        return 0;
    out->size = before;
    return -EH_ENOMEM;
}

/* --- msgpack --- */

static int packed_append(void *out, const char *data, size_t size)
{
    eh_bytes_put(out, data, size);
    return 0; /* a failure stays in out->failed */
}

static void text_pack(msgpack_packer *packer, struct eh_str text)
{
    msgpack_pack_str(packer, text.size);
    msgpack_pack_str_body(packer, text.data, text.size);
}

static void list_pack(msgpack_packer *packer, struct eh_str list)
{
    msgpack_pack_array(packer, list_count(list));
    while (list.size > 0)
        text_pack(packer, eh_text_list_next(&list));
}

static void value_pack(msgpack_packer *packer, const struct eh_entry *entry)
{
    switch (entry->form) {
    case EH_ENTRY_TEXT:
        text_pack(packer, entry->text);
        break;
    case EH_ENTRY_NUMBER:
        msgpack_pack_int64(packer, entry->number);
        break;
    case EH_ENTRY_LIST:
        list_pack(packer, entry->text);
        break;
    case EH_ENTRY_FLAG:
        entry->number ? msgpack_pack_true(packer) : msgpack_pack_false(packer);
        break;
    case EH_ENTRY_RAW:
    case EH_ENTRY_DIGEST:
        msgpack_pack_bin(packer, entry->text.size);
        msgpack_pack_bin_body(packer, entry->text.data, entry->text.size);
        break;
    }
}

int eh_entries_to_msgpack(const struct eh_entries *list, struct eh_bytes *out)
{
    size_t before = out->size;
    msgpack_packer packer;
    msgpack_packer_init(&packer, out, packed_append);
    msgpack_pack_map(&packer, list->count);
    for (unsigned i = 0; i < list->count; i++) {
        text_pack(&packer, eh_str(list->entries[i].key));
        value_pack(&packer, &list->entries[i]);
    }
    return output_settle(out, before);
}

/* --- JSON --- */

/* Any bytes as text: those that are no UTF-8 become U+FFFD. */
static json_t *raw_json(struct eh_str raw)
{
    EH_AUTO(eh_bytes) struct eh_bytes clean = EH_BYTES_INIT;
    size_t bad_at;
    while (!eh_utf8_valid(raw, &bad_at)) {
        eh_bytes_put(&clean, raw.data, bad_at);
        eh_bytes_put(&clean, "\xef\xbf\xbd", 3);
        raw = eh_str_n(raw.data + bad_at + 1, raw.size - bad_at - 1);
    }
    eh_bytes_put(&clean, raw.data, raw.size);
    return clean.failed ? NULL
                        : json_stringn(clean.data ? (const char *)clean.data : "", clean.size);
}

static json_t *text_json(struct eh_str text)
{
    json_t *json = json_stringn(text.data ? text.data : "", text.size);
    return json ? json : raw_json(text);
}

static json_t *digest_json(struct eh_str digest)
{
    EH_AUTO(eh_bytes) struct eh_bytes hex = EH_BYTES_INIT;
    eh_bytes_put_hex(&hex, digest.data, digest.size);
    return hex.failed ? NULL : json_stringn(hex.data ? (const char *)hex.data : "", hex.size);
}

static json_t *list_json(struct eh_str list)
{
    json_t *array = json_array();
    while (array && list.size > 0)
        if (json_array_append_new(array, text_json(eh_text_list_next(&list))) < 0) {
            json_decref(array);
            return NULL;
        }
    return array;
}

static json_t *entry_json(const struct eh_entry *entry)
{
    switch (entry->form) {
    case EH_ENTRY_TEXT:
        return text_json(entry->text);
    case EH_ENTRY_NUMBER:
        return json_integer(entry->number);
    case EH_ENTRY_LIST:
        return list_json(entry->text);
    case EH_ENTRY_RAW:
        return raw_json(entry->text);
    case EH_ENTRY_DIGEST:
        return digest_json(entry->text);
    case EH_ENTRY_FLAG:
        return json_boolean(entry->number);
    }
    return NULL;
}

static int dumped_append(const char *data, size_t size, void *out)
{
    eh_bytes_put(out, data, size);
    return 0;
}

int eh_entries_to_json(const struct eh_entries *list, struct eh_bytes *out)
{
    size_t before = out->size;
    json_t *object = json_object();
    bool complete = object != NULL;
    for (unsigned i = 0; complete && i < list->count; i++)
        complete = json_object_set_new_nocheck(object, list->entries[i].key,
                                               entry_json(&list->entries[i])) == 0;
    if (complete)
        complete = json_dump_callback(object, dumped_append, out, JSON_COMPACT) == 0;
    json_decref(object);
    if (!complete)
        out->size = before;
    return complete ? output_settle(out, before) : -EH_ENOMEM;
}
