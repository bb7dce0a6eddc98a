/* message_readable: writes any bytes that came as a message in a form that people read. */
#include <evenhand/wire/message.h>

#include <jansson.h>
#include <msgpack.h>
#include <stdlib.h>

#include "message_scan.h"

static json_t *text_json(const char *text, size_t size)
{
    json_t *value = json_stringn(text, size);
    if (value)
        return value;
    char *copy = malloc(size + 1); /* the text is no UTF-8 or has a NUL */
    if (!copy)
        return NULL;
    memcpy(copy, text, size);
    eh_text_tidy(copy, size);
    value = json_stringn(copy, size);
    free(copy);
    return value;
}

static json_t *hex_json(const char *bytes, size_t size)
{
    EH_AUTO(eh_bytes) struct eh_bytes hex = EH_BYTES_INIT;
    eh_bytes_put_hex(&hex, bytes, size);
    return hex.failed ? NULL : json_stringn((const char *)hex.data, hex.size);
}

static json_t *object_json(const msgpack_object *object);

static json_t *map_json(const msgpack_object_map *map)
{
    json_t *ret = json_object();
    for (uint32_t i = 0; i < map->size; i++) {
        const msgpack_object *key = &map->ptr[i].key;
        json_t *name = object_json(key);
        char *text = name ? json_dumps(name, JSON_ENCODE_ANY) : NULL;
        json_object_set_new(ret,
                            json_is_string(name) ? json_string_value(name)
                            : text               ? text
                                                 : "?",
                            object_json(&map->ptr[i].val));
        free(text);
        json_decref(name);
    }
    return ret;
}

static json_t *array_json(const msgpack_object_array *array)
{
    json_t *ret = json_array();
    for (uint32_t i = 0; i < array->size; i++)
        json_array_append_new(ret, object_json(&array->ptr[i]));
    return ret;
}

/* The bytes were scanned: depth and number of items are bounded. */
static json_t *object_json(const msgpack_object *object)
{
    switch (object->type) {
    case MSGPACK_OBJECT_BOOLEAN:
        return json_boolean(object->via.boolean);
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        return json_integer((json_int_t)object->via.u64);
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        return json_integer(object->via.i64);
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        return json_real(object->via.f64);
    case MSGPACK_OBJECT_STR:
        return text_json(object->via.str.ptr, object->via.str.size);
    case MSGPACK_OBJECT_BIN:
        return hex_json(object->via.bin.ptr, object->via.bin.size);
    case MSGPACK_OBJECT_ARRAY:
        return array_json(&object->via.array);
    case MSGPACK_OBJECT_MAP:
        return map_json(&object->via.map);
    default:
        return json_null();
    }
}

static int json_put(json_t *json, struct eh_bytes *out)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENCODE_ANY);
    if (text)
        eh_bytes_put(out, text, strlen(text));
    free(text);
    return text && !out->failed ? 0 : -EH_ENOMEM;
}

/* Scans and mends *bytes: msgpack-c gets no others. -EH_EPARSE: they are no msgpack. */
static int bytes_make_sound(struct eh_str *bytes, struct eh_arena *arena)
{
    struct eh_blemishes found;
    uint64_t rough = 0;
    int r = eh_scan_msgpack(*bytes, &found, NULL);
    if (r < 0)
        return -EH_EPARSE;
    return found.count > 0 ? eh_mend_msgpack(*bytes, &found, arena, bytes, &rough) : 0;
}

/* -EH_EPARSE: the bytes are no msgpack. */
static int msgpack_put(struct eh_str bytes, struct eh_bytes *out)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    msgpack_unpacked unpacked;
    size_t offset = 0;
    int sound = bytes_make_sound(&bytes, &arena);
    if (sound < 0)
        return sound;
    msgpack_unpacked_init(&unpacked);
    int r = -EH_EPARSE;
    if (msgpack_unpack_next(&unpacked, bytes.data, bytes.size, &offset) == MSGPACK_UNPACK_SUCCESS) {
        json_t *json = object_json(&unpacked.data);
        r = json_put(json, out);
        json_decref(json);
    }
    msgpack_unpacked_destroy(&unpacked);
    return r;
}

int eh_message_readable(struct eh_str body, struct eh_bytes *out)
{
    int r = msgpack_put(body, out);
    if (r != -EH_EPARSE)
        return r;
    if (eh_utf8_valid(body, NULL)) {
        eh_bytes_put(out, body.data, body.size);
        return out->failed ? -EH_ENOMEM : 0;
    }
    eh_bytes_put_hex(out, body.data, body.size);
    return out->failed ? -EH_ENOMEM : 0;
}
