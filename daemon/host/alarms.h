/*
 * alarms: what somebody has to look at, each under a name of its own, until it is over.
 *
 * An alarm is raised and cleared by whoever sees its cause. The log tells of both once; `status`,
 * `/v1/status` and `/metrics` show all that stand.
 *
 *     eh_alarm_set(alarms, EH_ALARM_CLOCK, now_us, "the wall clock is %d s ahead", 301);
 *     eh_alarm_clear(alarms, EH_ALARM_CLOCK);
 *
 * A new alarm is a value here and a row in alarms.c.
 */
#ifndef EVENHAND_HOST_ALARMS_H
#define EVENHAND_HOST_ALARMS_H

#include <evenhand/base/base.h>

/* In the order in which they are shown: the first is the most urgent. */
enum eh_alarm {
    EH_ALARM_OUTBOX_FOREIGN, /* somebody else wrote to a stream that only evenhandd writes to */
    EH_ALARM_NOT_DEALING,    /* nothing is dealt although something may wait */
    EH_ALARM_REDIS_RIGHTS,   /* Redis does not allow any more what evenhandd needs */
    EH_ALARM_SCHEMA,         /* the schema became another version under this evenhandd */
    EH_ALARM_KEY_FILE,       /* the key file is not what was read at the start */
    EH_ALARM_CHECKPOINTS,    /* somebody else touched the checkpoint file */
    EH_ALARM_ADMIN_SOCKET,   /* the admin socket cannot be reached by its path */
    EH_ALARM_DESK_FILE,      /* the desk file cannot be read */
    EH_ALARM_OUTBOX_HOLE,    /* entries of ours are missing from the outbox */
    EH_ALARM_OTHER_LOG,      /* the checkpoint file has seen another log than this one */
    EH_ALARM_CLOCK,          /* the wall clock is not to be trusted */
    EH_ALARM_CLOCK_START,    /* a start long after the last input */
    EH_ALARM_CLOCK_POSTGRES, /* the clock is away from that of PostgreSQL */
    EH_ALARM_CLOCK_REDIS,    /* ... from that of Redis */
    EH_ALARM_OPEN_TICKETS,   /* as many tickets are open as may be: new ones wait on the stream */
    EH_ALARM_SCHEMA_REFUSES, /* PostgreSQL refuses whatever is written: nothing goes on */
    EH_ALARM_QUARANTINE,     /* PostgreSQL refused an input, which was set aside */
    EH_ALARM_LEDGER,         /* the table ledger cannot be written */
    EH_ALARM_SNAPSHOT,       /* snapshots cannot be written */
    EH_ALARM_INBOX_LOST,     /* the inbox stream or its group was lost, or is an older one */
    EH_ALARM_INBOX_MISSING,  /* entries of the inbox are gone that nobody had read */
    EH_ALARM_INBOX_MOVED,    /* somebody else moved the group of the inbox, or read from it */
    EH_ALARM_INBOX_AHEAD,    /* the ids of the inbox are far ahead of the clock */
    EH_ALARM_HELD,           /* many tickets of a source went to somebody outside their team */
    EH_ALARM_HOURS,          /* somebody has hours without any in the days to come */
    EH_ALARM_BIAS,           /* what was dealt in a team leaves what chance allows */
    EH_ALARM_COUNT
};

struct eh_alarms {
    struct {
        int64_t since_us; /* µs since 1970; means something while text is not empty */
        char text[EH_ERROR_TEXT_MAX];
    } rows[EH_ALARM_COUNT];
};

/* Its name in `/v1/status` and `/metrics`, such as "clock". */
const char *eh_alarm_name(enum eh_alarm);

/* Raises the alarm, or gives one that stands another sentence. The sentence says what, where and
 * what to do, in one line. It is logged when the alarm is raised. */
void eh_alarm_set(struct eh_alarms *, enum eh_alarm, int64_t now_us, const char *format, ...)
    EH_PRINTF(4, 5);
/* Ends the alarm, and logs that if it stood. */
void eh_alarm_clear(struct eh_alarms *, enum eh_alarm);
bool eh_alarm_stands(const struct eh_alarms *, enum eh_alarm);
/* The sentence of the most urgent one, or "". */
const char *eh_alarm_first(const struct eh_alarms *);

#endif
