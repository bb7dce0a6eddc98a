/* message.c: makes a message of msgpack or JSON: scan, mend, parse, fill. */
#include "message_fields.h"
#include "message_scan.h"
#include "unpack.h"

#include <jansson.h>

/* --- msgpack --- */

static struct eh_value msgpack_value(const msgpack_object *object)
{
    struct eh_value value = {.kind = EH_VALUE_NULL};
    switch (object->type) {
    case MSGPACK_OBJECT_NIL:
        break;
    case MSGPACK_OBJECT_BOOLEAN:
        value.kind = EH_VALUE_BOOLEAN;
        value.integer = object->via.boolean;
        break;
    case MSGPACK_OBJECT_POSITIVE_INTEGER: /* within 2^53: the scan saw to it */
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        value.kind = EH_VALUE_INTEGER;
        value.integer = object->via.i64;
        break;
    case MSGPACK_OBJECT_FLOAT32: /* msgpack-c holds it as binary64, too */
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
        value.array.list = object->via.map.ptr;
        value.array.count = object->via.map.size;
        break;
    case MSGPACK_OBJECT_EXT:
        value.kind = EH_VALUE_EXTENSION;
        break;
    }
    return value;
}

static struct eh_value msgpack_item(const void *list, size_t index)
{
    return msgpack_value((const msgpack_object *)list + index);
}

/* Keys are text: the scan saw to it. */
static struct eh_pair msgpack_pair(const void *map, size_t index)
{
    const msgpack_object_kv *pair = (const msgpack_object_kv *)map + index;
    const msgpack_object_str *key = &pair->key.via.str;
    return (struct eh_pair){eh_str_n(key->ptr, key->size), msgpack_value(&pair->val)};
}

static void msgpack_pairs(const msgpack_object_map *map, struct eh_pairs *ret)
{
    ret->count = map->size; /* within the bound of ret->pairs: the scan counted */
    ret->item = msgpack_item;
    ret->pair = msgpack_pair;
    ret->text_is_ours = false;
    for (uint32_t i = 0; i < map->size; i++)
        ret->pairs[i] = msgpack_pair(map->ptr, i);
}

/* --- JSON --- */

static struct eh_value json_value(const json_t *json)
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
        value.array.list = json;
        value.array.count = json_object_size(json);
        break;
    }
    return value;
}

static struct eh_value json_item(const void *list, size_t index)
{
    return json_value(json_array_get(list, index));
}

static struct eh_pair json_pair(const void *map, size_t index)
{
    json_t *object = (json_t *)map; /* an iterator changes nothing of it */
    void *at = json_object_iter(object);
    for (; index > 0; index--)
        at = json_object_iter_next(object, at);
    return (struct eh_pair){eh_str(json_object_iter_key(at)),
                            json_value(json_object_iter_value(at))};
}

/* Adds a pair for each second copy of a key: eh_pairs_get() finds the first, and eh_message_fill()
 * says that the key stood twice. */
static void pairs_add_twice(const struct eh_blemishes *found, struct eh_pairs *ret)
{
    for (unsigned i = 0; i < found->count; i++)
        if (found->list[i].kind == EH_BLEMISH_TWICE && found->list[i].field < EH_FIELD_COUNT)
            ret->pairs[ret->count++] =
                (struct eh_pair){.key = eh_str(eh_field_name(found->list[i].field))};
}

static void json_pairs(json_t *object, struct eh_pairs *ret)
{
    const char *key;
    json_t *value;
    ret->count = 0;
    ret->item = json_item;
    ret->pair = json_pair;
    ret->text_is_ours = true;
    json_object_foreach(object, key, value) ret->pairs[ret->count++] =
        (struct eh_pair){eh_str(key), json_value(value)};
}

/* Scans, mends and parses. The caller owns *ret (json_decref). */
static int json_load(struct eh_str text, struct eh_arena *arena, json_t **ret,
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
    json_pairs(root, pairs);
    pairs_add_twice(&found, pairs);
    return 0;
}

/* --- a message --- */

static int message_make(const struct eh_pairs *pairs, struct eh_arena *arena,
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
    int r = eh_scan_msgpack(bytes, &found, error);
    if (r < 0)
        return r;
    pairs.rough = 0;
    if (found.count && eh_mend_msgpack(bytes, &found, arena, &bytes, &pairs.rough) < 0)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    r = eh_unpack_map(bytes, &unpacked, error);
    if (r < 0)
        return r;
    msgpack_pairs(&unpacked.data.via.map, &pairs);
    r = message_make(&pairs, arena, ret, error);
    msgpack_unpacked_destroy(&unpacked);
    return r;
}

int eh_message_from_json(struct eh_str text, struct eh_arena *arena, struct eh_message *ret,
                         struct eh_error *error)
{
    struct eh_pairs pairs;
    json_t *root = NULL;
    int r = json_load(text, arena, &root, &pairs, error);
    if (r < 0)
        return r;
    r = message_make(&pairs, arena, ret, error);
    json_decref(root);
    return r;
}

/* --- a body of the admin API --- */

static int path_contradicts(const char *name, struct eh_error *error)
{
    return eh_error_field(error, EH_EINVAL, name,
                          "%s: not the one in the path; leave it out of the body", name);
}

/* A body may have a key `type`, but only with the type of its path. */
static int body_check_type(const struct eh_pairs *pairs, int type, struct eh_error *error)
{
    const struct eh_value *value = eh_pairs_get(pairs, eh_str("type"));
    if (!value || (value->kind == EH_VALUE_TEXT &&
                   eh_str_equal(value->text, eh_str(eh_message_type_name(type)))))
        return 0;
    return path_contradicts("type", error);
}

/* Checks the parts of the path: percent-encoding lets them have any bytes. */
static int path_check(const struct eh_message *path, const struct eh_field_row *row,
                      struct eh_error *error)
{
    if (row->kind != EH_KIND_TEXT || eh_name_valid(*eh_field_text(path, row), (size_t)row->most))
        return 0;
    return eh_error_field(error, EH_EINVAL, row->name,
                          "%s: must be 1 to %lld bytes of UTF-8 without control characters",
                          row->name, (long long)row->most);
}

/* Copies the fields of the path to the message of the body. Refuses a body that says otherwise. */
static int path_merge(struct eh_message *body, const struct eh_message *path,
                      struct eh_error *error)
{
    for (int field = 0; field < EH_FIELD_COUNT; field++) {
        const struct eh_field_row *row = &eh_field_rows[field];
        if (!(path->has & EH_FIELD_BIT(field)))
            continue;
        int r = path_check(path, row, error);
        if (r < 0)
            return r;
        if ((body->has & EH_FIELD_BIT(field)) && !eh_field_same(body, path, row))
            return path_contradicts(row->name, error);
        if (eh_field_is_text(row))
            eh_field_set_text(body, row, *eh_field_text(path, row));
        else
            eh_field_set_number(body, row, eh_field_number(path, row));
        body->has |= EH_FIELD_BIT(field);
    }
    return 0;
}

static int body_fill(const struct eh_pairs *pairs, struct eh_arena *arena, struct eh_message *m,
                     struct eh_error *error)
{
    struct eh_message body = {.type = m->type};
    int r = body_check_type(pairs, m->type, error);
    if (r >= 0)
        r = eh_message_fill(pairs, arena, &body, error);
    if (r >= 0)
        r = path_merge(&body, m, error);
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
        int r = json_load(text, arena, &root, &pairs, error);
        if (r < 0)
            return r;
    }
    int r = body_fill(&pairs, arena, m, error);
    json_decref(root);
    return r;
}
