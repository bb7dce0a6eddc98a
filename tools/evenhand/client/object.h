/*
 * object: reads a JSON object of an answer. A member that is missing is NULL, 0 or false.
 *
 *     const char *rep = eh_object_text(ticket, "rep");       // NULL: it has none
 *     int64_t value = eh_object_int(ticket, "value");        // 0: it has none
 */
#ifndef EVENHAND_TOOLS_CLIENT_OBJECT_H
#define EVENHAND_TOOLS_CLIENT_OBJECT_H

#include <jansson.h>

#include <evenhand/base/base.h>

const char *eh_object_text(const json_t *object, const char *key); /* or NULL */
int64_t eh_object_int(const json_t *object, const char *key);      /* or 0 */
bool eh_object_has(const json_t *object, const char *key);         /* there and not null */
bool eh_object_time_us(const json_t *object, const char *key, int64_t *ret); /* of RFC 3339 */
/* Decimals of the object's `currency`; 2 where it has none or an unknown one. */
unsigned eh_object_exponent(const json_t *object);
/* "sales, support": the texts of an array, or the `id` of each object in it. */
void eh_object_join(const json_t *array, char *ret, size_t size);

/* Replaces each text in it by one that is safe on a terminal (eh_text_clean). */
void eh_object_clean(json_t *);

#endif
