/* stream_id: ids of stream entries: their order, and as text. See stream_id.h. */
#include "redis/stream_id.h"

int eh_stream_id_compare(struct eh_stream_id a, struct eh_stream_id b)
{
    if (a.ms != b.ms)
        return a.ms < b.ms ? -1 : 1;
    return a.no < b.no ? -1 : a.no > b.no;
}

struct eh_stream_id eh_stream_id_after(struct eh_stream_id id)
{
    if (id.no < UINT64_MAX)
        return (struct eh_stream_id){id.ms, id.no + 1};
    return id.ms < UINT64_MAX ? (struct eh_stream_id){id.ms + 1, 0} : id;
}

struct eh_stream_id eh_stream_id_before(struct eh_stream_id id)
{
    if (id.no > 0)
        return (struct eh_stream_id){id.ms, id.no - 1};
    return id.ms > 0 ? (struct eh_stream_id){id.ms - 1, UINT64_MAX} : id;
}

bool eh_stream_id_is_set(struct eh_stream_id id)
{
    return id.ms != 0 || id.no != 0;
}

static char *decimal_put(char *to, uint64_t value)
{
    char digits[20];
    size_t count = 0;
    do
        digits[count++] = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    while (count > 0)
        *to++ = digits[--count];
    return to;
}

size_t eh_stream_id_find(const void *items, size_t stride, size_t low, size_t high,
                         struct eh_stream_id id)
{
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct eh_stream_id *found = (const void *)((const char *)items + middle * stride);
        if (eh_stream_id_compare(*found, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t eh_stream_id_print(struct eh_stream_id id, char ret_text[EH_STREAM_ID_TEXT_MAX])
{
    char *end = decimal_put(ret_text, id.ms);
    *end++ = '-';
    end = decimal_put(end, id.no);
    *end = 0;
    return (size_t)(end - ret_text);
}

static bool decimal_read(const char **at, const char *end, uint64_t *ret)
{
    uint64_t value = 0;
    const char *begin = *at;
    for (; *at < end && **at >= '0' && **at <= '9'; ++*at) {
        uint64_t digit = (uint64_t)(**at - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *ret = value;
    return *at > begin;
}

bool eh_stream_id_parse(struct eh_str text, struct eh_stream_id *ret)
{
    const char *at = text.data, *end = text.data + text.size;
    struct eh_stream_id id;
    if (text.size == 0 || !decimal_read(&at, end, &id.ms) || at == end || *at++ != '-' ||
        !decimal_read(&at, end, &id.no) || at != end)
        return false;
    *ret = id;
    return true;
}

bool eh_stream_id_read(const redisReply *reply, struct eh_stream_id *ret)
{
    return reply && reply->type == REDIS_REPLY_STRING &&
           eh_stream_id_parse(eh_str_n(reply->str, reply->len), ret);
}
