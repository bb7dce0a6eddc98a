/* trusted_time: clock, log and servers held against each other. See trusted_time.h. */
#include "lead/trusted_time.h"

#define SECOND_US INT64_C(1000000)

#define WHAT_TO_DO                                                                                 \
    "set the clock; if it is right, start once with --accept-time REASON (man evenhandd, A WRONG " \
    "CLOCK)"

const char *eh_time_server_name(enum eh_time_server server)
{
    static const char *const names[EH_TIME_SERVERS] = {"PostgreSQL", "Redis"};
    return names[server];
}

static int64_t distance(int64_t us)
{
    return us < 0 ? -us : us;
}

/* "2d 3h", "45s": two units say enough. */
static const char *span(int64_t us, char ret[32])
{
    static const struct {
        int64_t seconds;
        char unit;
    } units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
    int64_t seconds = distance(us) / SECOND_US;
    size_t i = 0;
    while (i < 3 && seconds < units[i].seconds)
        i++;
    int64_t whole = seconds / units[i].seconds, rest = seconds % units[i].seconds;
    if (i < 3 && rest >= units[i + 1].seconds)
        eh_format(ret, 32, "%lld%c %lld%c", (long long)whole, units[i].unit,
                  (long long)(rest / units[i + 1].seconds), units[i + 1].unit);
    else
        eh_format(ret, 32, "%lld%c", (long long)whole, units[i].unit);
    return ret;
}

static void say(char ret[EH_ERROR_TEXT_MAX], const struct eh_time_facts *facts, const char *where,
                const char *what)
{
    char now[EH_DECIMAL_TEXT_MAX], last[EH_DECIMAL_TEXT_MAX], apart[32];
    eh_time_print(facts->now_us, now);
    eh_time_print(facts->last_us, last);
    eh_format(ret, EH_ERROR_TEXT_MAX, "the clock says %s, %s %s the last input of the log (%s): %s",
              now, span(facts->now_us - facts->last_us, apart), where, last, what);
}

bool eh_time_both_differ(const struct eh_time_offset servers[EH_TIME_SERVERS],
                         char ret[EH_ERROR_TEXT_MAX])
{
    const struct eh_time_offset *a = &servers[EH_TIME_POSTGRES], *b = &servers[EH_TIME_REDIS];
    char apart[32];
    if (!a->known || !b->known ||
        distance(a->ahead_us - b->ahead_us) > EH_TIME_SERVER_ODD_S * SECOND_US ||
        distance(a->ahead_us) <= EH_TIME_SERVERS_MAX_S * SECOND_US ||
        distance(b->ahead_us) <= EH_TIME_SERVERS_MAX_S * SECOND_US)
        return false;
    eh_format(ret, EH_ERROR_TEXT_MAX,
              "the clock is %s %s those of PostgreSQL and Redis, which agree: " WHAT_TO_DO,
              span(a->ahead_us, apart), a->ahead_us > 0 ? "ahead of" : "behind");
    return true;
}

bool eh_time_server_odd(const struct eh_time_offset *offset, enum eh_time_server server,
                        char ret[EH_ERROR_TEXT_MAX])
{
    char apart[32];
    if (!offset->known || distance(offset->ahead_us) <= EH_TIME_SERVER_ODD_S * SECOND_US)
        return false;
    eh_format(ret, EH_ERROR_TEXT_MAX,
              "the clock is %s %s that of %s: have all machines keep the same time",
              span(offset->ahead_us, apart), offset->ahead_us > 0 ? "ahead of" : "behind",
              eh_time_server_name(server));
    return true;
}

enum eh_time_verdict eh_time_judge(const struct eh_time_facts *facts, char ret[EH_ERROR_TEXT_MAX])
{
    int64_t after_us = facts->last_us ? facts->now_us - facts->last_us : 0;
    if (after_us > EH_TIME_AFTER_MAX_S * SECOND_US ||
        -after_us > EH_TIME_BEFORE_MAX_S * SECOND_US) {
        say(ret, facts, after_us > 0 ? "after" : "before", WHAT_TO_DO);
        return EH_TIME_REFUSED;
    }
    if (eh_time_both_differ(facts->servers, ret))
        return EH_TIME_REFUSED;
    if (-after_us > EH_TIME_BEFORE_ODD_S * SECOND_US) {
        say(ret, facts, "before",
            "the time of the log goes on; if the clock is right, start once with --accept-time "
            "REASON");
        return EH_TIME_BEFORE_ODD;
    }
    if (after_us > EH_TIME_AFTER_ODD_S * SECOND_US) {
        say(ret, facts, "after",
            "if that is wrong, stop, set it, and start with --accept-time REASON; said until the "
            "next start");
        return EH_TIME_AFTER_ODD;
    }
    for (enum eh_time_server i = 0; i < EH_TIME_SERVERS; i++)
        if (eh_time_server_odd(&facts->servers[i], i, ret))
            return EH_TIME_SERVER_ODD;
    return EH_TIME_GOOD;
}
