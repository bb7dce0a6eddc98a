/*
 * stream_id: the id of an entry of a Redis stream: milliseconds, and a number within each of them.
 *
 *     struct eh_stream_id id, last = {0};
 *     char text[EH_STREAM_ID_TEXT_MAX];
 *     size_t size = eh_stream_id_print(id, text);            // "1719830000000-0"
 *     if (eh_stream_id_compare(id, last) > 0)                // id comes behind last
 *         last = id;
 *
 * Where an id may be missing, 0-0 says that it is: Redis gives it to no entry.
 */
#ifndef EVENHAND_REDIS_STREAM_ID_H
#define EVENHAND_REDIS_STREAM_ID_H

#include <hiredis/hiredis.h>

#include <evenhand/base/base.h>

#define EH_STREAM_ID_TEXT_MAX 44 /* "18446744073709551615-18446744073709551615" and more */

struct eh_stream_id {
    uint64_t ms, no;
};

int eh_stream_id_compare(struct eh_stream_id, struct eh_stream_id);
struct eh_stream_id eh_stream_id_after(struct eh_stream_id);
struct eh_stream_id eh_stream_id_before(struct eh_stream_id); /* of 0-0: 0-0 */
bool eh_stream_id_is_set(struct eh_stream_id);                /* it is not 0-0 */
/* Of sorted items of `stride` bytes, each beginning with its id: the first in [low, high) that is
 * not below `id`; high: none. */
size_t eh_stream_id_find(const void *items, size_t stride, size_t low, size_t high,
                         struct eh_stream_id id);

/* Returns its length. Without printf: every ticket's is printed three times. */
size_t eh_stream_id_print(struct eh_stream_id, char ret_text[EH_STREAM_ID_TEXT_MAX]);
bool eh_stream_id_parse(struct eh_str, struct eh_stream_id *ret);     /* "ms-no", whole */
bool eh_stream_id_read(const redisReply *, struct eh_stream_id *ret); /* a string reply */

#endif
