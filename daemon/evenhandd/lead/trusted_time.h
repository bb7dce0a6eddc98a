/*
 * trusted_time: whether the clock may be believed when a daemon begins to lead.
 *
 * It is held against the last input of the log and against the clocks of PostgreSQL and Redis. Time
 * in the log never goes back by itself, so one start with a clock that is years ahead would keep
 * the log years ahead for ever.
 *
 *     switch (eh_time_judge(&facts, text)) …     // text: one line, what and what to do
 */
#ifndef EVENHAND_LEAD_TRUSTED_TIME_H
#define EVENHAND_LEAD_TRUSTED_TIME_H

#include <evenhand/base/base.h>

#define EH_TIME_AFTER_MAX_S   (366 * 86400) /* behind the last input: refused */
#define EH_TIME_AFTER_ODD_S   (30 * 86400)  /* ... an alarm */
#define EH_TIME_BEFORE_MAX_S  3600          /* before the last input: refused */
#define EH_TIME_BEFORE_ODD_S  300           /* ... an alarm, and the time of the log goes on */
#define EH_TIME_SERVERS_MAX_S 3600          /* from both servers, which agree: refused */
#define EH_TIME_SERVER_ODD_S  60            /* from one of them: an alarm */

enum eh_time_server { EH_TIME_POSTGRES, EH_TIME_REDIS, EH_TIME_SERVERS };
const char *eh_time_server_name(enum eh_time_server);

/* How far our clock is ahead of a server's. */
struct eh_time_offset {
    bool known;
    int64_t ahead_us;
};

struct eh_time_facts {
    int64_t now_us;
    int64_t last_us; /* of the last input; 0: there is none */
    struct eh_time_offset servers[EH_TIME_SERVERS];
};

enum eh_time_verdict {
    EH_TIME_GOOD,
    EH_TIME_SERVER_ODD, /* away from a server's: eh_time_server_odd() says from which */
    EH_TIME_AFTER_ODD,  /* long after the last input */
    EH_TIME_BEFORE_ODD, /* before the last input */
    EH_TIME_REFUSED
};

/* The gravest of what is to be said. *ret is set unless it is good. */
enum eh_time_verdict eh_time_judge(const struct eh_time_facts *, char ret[EH_ERROR_TEXT_MAX]);
/* Both servers agree with each other, and not with us. */
bool eh_time_both_differ(const struct eh_time_offset servers[EH_TIME_SERVERS],
                         char ret[EH_ERROR_TEXT_MAX]);
bool eh_time_server_odd(const struct eh_time_offset *, enum eh_time_server,
                        char ret[EH_ERROR_TEXT_MAX]);

#endif
