/*
 * json: the values that JSON answers are made of.
 *
 *     eh_json_put(body, "role", eh_json_text(eh_str("leader")));
 *
 * Each gives JSON null for what is not there; no memory gives null, too.
 */
#ifndef EVENHAND_ADMIN_HTTP_JSON_H
#define EVENHAND_ADMIN_HTTP_JSON_H

#include <evenhand/base/base.h>
#include <jansson.h>

json_t *eh_json_text(struct eh_str);
json_t *eh_json_string(const char *); /* NULL or "": null */
json_t *eh_json_time(int64_t us);     /* 0 or never: null; else RFC 3339 UTC */
json_t *eh_json_hex(const uint8_t *, size_t size);
json_t *eh_json_list(struct eh_str);                              /* a list in one text */
void eh_json_put(json_t *object, const char *key, json_t *value); /* takes value */

#endif
