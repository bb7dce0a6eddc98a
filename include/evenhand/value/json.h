/*
 * json: what JSON answers are made of: a value for each kind of thing, and a setter that puts it
 * under a key.
 *
 *     json_t *body = json_object();
 *     eh_json_put_text(body, "rep", rep);
 *     eh_json_put_int(body, "total", total);
 *     eh_json_put(body, "items", json_array());
 *
 * A missing thing becomes null: an empty text, a time or date that stands for none, a null pointer.
 * So does text that is no UTF-8. Money is a number of minor units, a ratio a number of ppm, a time
 * RFC 3339 in UTC. eh_json_put() takes the value over.
 */
#ifndef EVENHAND_VALUE_JSON_H
#define EVENHAND_VALUE_JSON_H

#include <jansson.h>

#include <evenhand/base/base.h>

EH_C_BEGIN

#define EH_JSON_HEX_BYTES_MAX 64 /* of a digest or a result */

/* ---- Values; never NULL. */
json_t *eh_json_text(struct eh_str);
json_t *eh_json_string(const char *); /* NULL or "": null */
json_t *eh_json_time(int64_t us);     /* 0 or EH_TIME_NEVER: null */
json_t *eh_json_date(int32_t date);   /* EH_DATE_ALWAYS or EH_DATE_NEVER: null */
json_t *eh_json_hex(const uint8_t *, size_t size);
json_t *eh_json_list(struct eh_str); /* a list in one text */

/* ---- Under a key. */
void eh_json_put(json_t *object, const char *key, json_t *value); /* NULL: null */
void eh_json_put_text(json_t *object, const char *key, struct eh_str);
void eh_json_put_string(json_t *object, const char *key, const char *);
void eh_json_put_int(json_t *object, const char *key, int64_t);
void eh_json_put_bool(json_t *object, const char *key, bool);
void eh_json_put_time(json_t *object, const char *key, int64_t us);
void eh_json_put_date(json_t *object, const char *key, int32_t date);
void eh_json_put_hex(json_t *object, const char *key, const uint8_t *, size_t size);

EH_C_END

#endif
