/*
 * bounded: JSON from outside, scanned for depth and count before a parser sees it.
 *
 *     json_t *value;
 *     r = eh_bounded_json(eh_str_n(body, size), &value, &error);
 *     json_decref(value);
 */
#ifndef EVENHAND_HOST_BOUNDED_H
#define EVENHAND_HOST_BOUNDED_H

#include <jansson.h>

#include <evenhand/base/base.h>

#define EH_BOUNDED_BYTES_MAX                                                                       \
    (4u << 20) /* of a text: a page of a sweep is larger than a webhook                            \
                */
#define EH_BOUNDED_DEPTH_MAX 64
#define EH_BOUNDED_ITEMS_MAX 200000 /* values of all levels together */

/* Refused: trailing bytes, duplicate keys, NUL, what is no UTF-8. -EH_EPARSE, -EH_ERANGE: beyond a
 * bound. */
int eh_bounded_json(struct eh_str text, json_t **ret, struct eh_error *) EH_MUST_CHECK;

#endif
