/* backoff: waits that double, and what a Retry-After says. See backoff.h. */
#include "bridge/out/backoff.h"

#include <curl/curl.h>

#define VALUE_MAX 64 /* bytes of a Retry-After that is read */

int64_t eh_backoff_next_ms(struct eh_backoff *backoff, uint32_t chance)
{
    uint32_t ms = backoff->ms > 0 ? backoff->ms : EH_BACKOFF_MIN_MS;
    backoff->ms = ms * 2 < EH_BACKOFF_MAX_MS ? ms * 2 : EH_BACKOFF_MAX_MS;
    return ms / 2 + chance % (ms / 2 + 1);
}

void eh_backoff_reset(struct eh_backoff *backoff)
{
    backoff->ms = 0;
}

static bool all_digits(struct eh_str text)
{
    for (uint32_t i = 0; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.size > 0;
}

static int64_t seconds_of(struct eh_str digits)
{
    int64_t seconds = 0;
    for (uint32_t i = 0; i < digits.size && seconds < EH_RETRY_AFTER_MAX_MS; i++)
        seconds = seconds * 10 + (digits.data[i] - '0');
    return seconds;
}

/* Seconds from now; -1: no date. */
static int64_t seconds_until(struct eh_str date, int64_t now_s)
{
    char text[VALUE_MAX + 1];
    if (date.size == 0 || date.size > VALUE_MAX)
        return -1;
    eh_format(text, sizeof text, "%.*s", EH_STR_ARG(date));
    int64_t at = curl_getdate(text, NULL);
    if (at < 0)
        return -1;
    return at > now_s ? at - now_s : 0;
}

int64_t eh_retry_after_ms(struct eh_str value, int64_t now_s)
{
    int64_t seconds = all_digits(value) ? seconds_of(value) : seconds_until(value, now_s);
    if (seconds < 0)
        return -1;
    return seconds < EH_RETRY_AFTER_MAX_MS / 1000 ? seconds * 1000 : EH_RETRY_AFTER_MAX_MS;
}
