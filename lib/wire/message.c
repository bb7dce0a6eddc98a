/* message.c: from msgpack and JSON into a message: scan, parse, fill. */
#include "message_fields.h"
#include "message_scan.h"

#include <jansson.h>
#include <msgpack.h>

/* --- msgpack --- */

static struct eh_value value_of_msgpack(const msgpack_object *object)
{
    struct eh_value value = {.kind = EH_VALUE_NULL};
    switch (object->type) {
    case MSGPACK_OBJECT_NIL:
        break;
    case MSGPACK_OBJECT_BOOLEAN:
        value.kind = EH_VALUE_BOOLEAN;
        value.integer = object->via.boolean;
        break;
    case MSGPACK_OBJECT_POSITIVE_INTEGER: /* the scan kept it within 2^53 */
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        value.kind = EH_VALUE_INTEGER;
        value.integer = object->via.i64;
        break;
    case MSGPACK_OBJECT_FLOAT32: /* held as binary64 as well */
    case MSGPACK_OBJECT_FLOAT64:
        value.kind = EH_VALUE_FLOAT;
        memcpy(&value.float_bits, &object->via.f64, sizeof value.float_bits);
        break;
    case MSGPACK_OBJECT_STR:
        value.kind = EH_VALUE_TEXT;
        value.text = eh_str_n(object->via.str.ptr, object->via.str.size);
        break;
    case MSGPACK_OBJECT_BIN:
        value.kind = EH_VALUE_BYTES;
        value.text = eh_str_n(object->via.bin.ptr, object->via.bin.size);
        break;
    case MSGPACK_OBJECT_ARRAY:
        value.kind = EH_VALUE_ARRAY;
        value.array.list = object->via.array.ptr;
        value.array.count = object->via.array.size;
        break;
    case MSGPACK_OBJECT_MAP:
        value.kind = EH_VALUE_MAP;
        break;
    case MSGPACK_OBJECT_EXT:
        value.kind = EH_VALUE_EXTENSION;
        break;
    }
    return value;
}

static struct eh_value msgpack_item(const void *list, size_t index)
{
    return value_of_msgpack((const msgpack_object *)list + index);
}

static void pairs_of_msgpack(const msgpack_object_map *map, struct eh_pairs *ret)
{
    ret->count = map->size; /* within its bound: the scan counted */
    ret->item = msgpack_item;
    ret->text_is_ours = false;
    for (uint32_t i = 0; i < map->size; i++) {
        const msgpack_object_str *key = &map->ptr[i].key.via.str;
        ret->pairs[i].key = eh_str_n(key->ptr, key->size);
        ret->pairs[i].value = value_of_msgpack(&map->ptr[i].val);
    }
}

/* --- JSON --- */

static struct eh_value value_of_json(const json_t *json)
{
    struct eh_value value = {.kind = EH_VALUE_NULL};
    double number;
    switch (json_typeof(json)) {
    case JSON_NULL:
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        value.kind = EH_VALUE_BOOLEAN;
        value.integer = json_is_true(json);
        break;
    case JSON_INTEGER:
        value.kind = EH_VALUE_INTEGER;
        value.integer = json_integer_value(json);
        break;
    case JSON_REAL:
        value.kind = EH_VALUE_FLOAT;
        number = json_real_value(json);
        memcpy(&value.float_bits, &number, sizeof value.float_bits);
        break;
    case JSON_STRING:
        value.kind = EH_VALUE_TEXT;
        value.text = eh_str_n(json_string_value(json), json_string_length(json));
        break;
    case JSON_ARRAY:
        value.kind = EH_VALUE_ARRAY;
        value.array.list = json;
        value.array.count = json_array_size(json);
        break;
    case JSON_OBJECT:
        value.kind = EH_VALUE_MAP;
        break;
    }
    return value;
}

static struct eh_value json_item(const void *list, size_t index)
{
    return value_of_json(json_array_get(list, index));
}

/* A key that stands twice is a pair of its own: what is told first holds. */
static void pairs_given_twice(const struct eh_blemishes *found, struct eh_pairs *ret)
{
    for (unsigned i = 0; i < found->count; i++)
        if (found->list[i].kind == EH_BLEMISH_TWICE && found->list[i].field < EH_FIELD_COUNT)
            ret->pairs[ret->count++] =
                (struct eh_pair){.key = eh_str(eh_field_name(found->list[i].field))};
}

static void pairs_of_json(json_t *object, struct eh_pairs *ret)
{
    const char *key;
    json_t *value;
    ret->count = 0;
    ret->item = json_item;
    ret->text_is_ours = true;
    json_object_foreach(object, key, value) ret->pairs[ret->count++] =
        (struct eh_pair){eh_str(key), value_of_json(value)};
}

/* Scan, mend and parse; the caller drops *ret. */
static int load_json(struct eh_str text, struct eh_arena *arena, json_t **ret,
                     struct eh_pairs *pairs, struct eh_error *error)
{
    json_error_t why;
    struct eh_blemishes found;
    int r = eh_scan_json(text, &found, error);
    if (r < 0)
        return r;
    pairs->rough = 0;
    if (found.count && eh_mend_json(text, &found, arena, &text, &pairs->rough) < 0)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    json_t *root = json_loadb(text.data, text.size, JSON_REJECT_DUPLICATES, &why);
    if (!root) {
        int code = json_error_code(&why) == json_error_out_of_memory ? EH_ENOMEM : EH_EPARSE;
        return eh_error_set(error, code, "byte %d: %s", why.position, why.text);
    }
    *ret = root;
    pairs_of_json(root, pairs);
    pairs_given_twice(&found, pairs);
    return 0;
}

/* --- a message --- */

static int message_of_pairs(const struct eh_pairs *pairs, struct eh_arena *arena,
                            struct eh_message *ret, struct eh_error *error)
{
    struct eh_message m = {0};
    int r = eh_message_take_type(pairs, &m, error);
    if (r >= 0)
        r = eh_message_fill(pairs, arena, &m, error);
    if (r >= 0)
        r = eh_message_finish(&m, error);
    if (r >= 0)
        *ret = m;
    return r;
}

int eh_message_from_msgpack(struct eh_str bytes, struct eh_arena *arena, struct eh_message *ret,
                            struct eh_error *error)
{
    struct eh_pairs pairs;
    struct eh_blemishes found;
    msgpack_unpacked unpacked;
    size_t offset = 0;
    int r = eh_scan_msgpack(bytes, &found, error);
    if (r < 0)
        return r;
    pairs.rough = 0;
    if (found.count && eh_mend_msgpack(bytes, &found, arena, &bytes, &pairs.rough) < 0)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    msgpack_unpacked_init(&unpacked);
    msgpack_unpack_return done = msgpack_unpack_next(&unpacked, bytes.data, bytes.size, &offset);
    if (done == MSGPACK_UNPACK_NOMEM_ERROR)
        r = eh_error_set(error, EH_ENOMEM, "out of memory");
    else if (done != MSGPACK_UNPACK_SUCCESS || unpacked.data.type != MSGPACK_OBJECT_MAP)
        r = eh_error_set(error, EH_EPARSE, "byte %zu: no msgpack", offset);
    if (r >= 0) {
        pairs_of_msgpack(&unpacked.data.via.map, &pairs);
        r = message_of_pairs(&pairs, arena, ret, error);
    }
    msgpack_unpacked_destroy(&unpacked);
    return r;
}

int eh_message_from_json(struct eh_str text, struct eh_arena *arena, struct eh_message *ret,
                         struct eh_error *error)
{
    struct eh_pairs pairs;
    json_t *root = NULL;
    int r = load_json(text, arena, &root, &pairs, error);
    if (r < 0)
        return r;
    r = message_of_pairs(&pairs, arena, ret, error);
    json_decref(root);
    return r;
}

/* --- a body of the admin API --- */

static int contradicts(const char *name, struct eh_error *error)
{
    return eh_error_field(error, EH_EINVAL, name,
                          "%s: not the one in the path; leave it out of the body", name);
}

/* The body may repeat its type. */
static int check_body_type(const struct eh_pairs *pairs, int type, struct eh_error *error)
{
    const struct eh_value *value = eh_pairs_get(pairs, eh_str("type"));
    if (!value || (value->kind == EH_VALUE_TEXT &&
                   eh_str_equal(value->text, eh_str(eh_message_type_name(type)))))
        return 0;
    return contradicts("type", error);
}

/* Parts of a path were percent-encoded: anything may be in them. */
static int check_path(const struct eh_message *path, const struct eh_field_row *row,
                      struct eh_error *error)
{
    if (row->kind != EH_KIND_TEXT || eh_name_valid(*eh_field_text(path, row), (size_t)row->most))
        return 0;
    return eh_error_field(error, EH_EINVAL, row->name,
                          "%s: must be 1 to %lld bytes of UTF-8 without control characters",
                          row->name, (long long)row->most);
}

/* What the path says joins what the body says. */
static int merge_path(struct eh_message *body, const struct eh_message *path,
                      struct eh_error *error)
{
    for (int field = 0; field < EH_FIELD_COUNT; field++) {
        const struct eh_field_row *row = &eh_field_rows[field];
        if (!(path->has & EH_FIELD_BIT(field)))
            continue;
        int r = check_path(path, row, error);
        if (r < 0)
            return r;
        if ((body->has & EH_FIELD_BIT(field)) && !eh_field_same(body, path, row))
            return contradicts(row->name, error);
        if (eh_field_is_text(row))
            eh_field_set_text(body, row, *eh_field_text(path, row));
        else
            eh_field_set_number(body, row, eh_field_number(path, row));
        body->has |= EH_FIELD_BIT(field);
    }
    return 0;
}

static int fill_body(const struct eh_pairs *pairs, struct eh_arena *arena, struct eh_message *m,
                     struct eh_error *error)
{
    struct eh_message body = {.type = m->type};
    int r = check_body_type(pairs, m->type, error);
    if (r >= 0)
        r = eh_message_fill(pairs, arena, &body, error);
    if (r >= 0)
        r = merge_path(&body, m, error);
    if (r >= 0)
        r = eh_message_finish(&body, error);
    if (r >= 0)
        *m = body;
    return r;
}

int eh_message_from_json_body(struct eh_str text, struct eh_arena *arena, struct eh_message *m,
                              struct eh_error *error)
{
    struct eh_pairs pairs;
    json_t *root = NULL;
    if (!eh_message_is(m, EH_TYPE_ADMIN))
        return eh_error_field(error, EH_EINVAL, "type", "type: no message from outside");
    pairs.count = 0;
    if (text.size > 0) {
        int r = load_json(text, arena, &root, &pairs, error);
        if (r < 0)
            return r;
    }
    int r = fill_body(&pairs, arena, m, error);
    json_decref(root);
    return r;
}
