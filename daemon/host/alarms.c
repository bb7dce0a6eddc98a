/* alarms: the table of names, and the one sentence that each may have. See alarms.h. */
#include "host/alarms.h"

#include <stdarg.h>

#include "host/log.h"

static const char *const names[EH_ALARM_COUNT] = {
    [EH_ALARM_OUTBOX_FOREIGN] = "outbox_foreign",
    [EH_ALARM_NOT_DEALING] = "not_dealing",
    [EH_ALARM_REDIS_RIGHTS] = "redis_rights",
    [EH_ALARM_SCHEMA] = "schema",
    [EH_ALARM_KEY_FILE] = "key_file",
    [EH_ALARM_CHECKPOINTS] = "checkpoints",
    [EH_ALARM_ADMIN_SOCKET] = "admin_socket",
    [EH_ALARM_DESK_FILE] = "desk_file",
    [EH_ALARM_OUTBOX_HOLE] = "outbox_hole",
    [EH_ALARM_OTHER_LOG] = "other_log",
    [EH_ALARM_CLOCK] = "clock",
    [EH_ALARM_CLOCK_START] = "clock_start",
    [EH_ALARM_CLOCK_POSTGRES] = "clock_postgres",
    [EH_ALARM_CLOCK_REDIS] = "clock_redis",
    [EH_ALARM_INBOX_LOST] = "inbox_lost",
    [EH_ALARM_OPEN_TICKETS] = "open_tickets",
    [EH_ALARM_SCHEMA_REFUSES] = "schema_refuses",
    [EH_ALARM_QUARANTINE] = "quarantine",
    [EH_ALARM_LEDGER] = "ledger",
    [EH_ALARM_SNAPSHOT] = "snapshot",
    [EH_ALARM_INBOX_MISSING] = "inbox_missing",
    [EH_ALARM_INBOX_MOVED] = "inbox_moved",
    [EH_ALARM_INBOX_AHEAD] = "inbox_ahead",
    [EH_ALARM_HELD] = "held",
    [EH_ALARM_HOURS] = "hours",
    [EH_ALARM_BIAS] = "bias",
};

const char *eh_alarm_name(enum eh_alarm alarm)
{
    return names[alarm];
}

void eh_alarm_set(struct eh_alarms *alarms, enum eh_alarm alarm, int64_t now_us, const char *format,
                  ...)
{
    bool stood = eh_alarm_stands(alarms, alarm);
    char *text = alarms->rows[alarm].text;
    va_list arguments;
    va_start(arguments, format);
    eh_format_v(text, sizeof alarms->rows[alarm].text, format, arguments);
    va_end(arguments);
    if (stood)
        return;
    alarms->rows[alarm].since_us = now_us;
    eh_log(EH_LOG_ERROR, "alarm %s: %s", names[alarm], text);
}

void eh_alarm_clear(struct eh_alarms *alarms, enum eh_alarm alarm)
{
    if (!eh_alarm_stands(alarms, alarm))
        return;
    alarms->rows[alarm].text[0] = '\0';
    eh_log(EH_LOG_INFO, "alarm %s is over", names[alarm]);
}

bool eh_alarm_stands(const struct eh_alarms *alarms, enum eh_alarm alarm)
{
    return alarms->rows[alarm].text[0] != '\0';
}

const char *eh_alarm_first(const struct eh_alarms *alarms)
{
    for (enum eh_alarm alarm = 0; alarm < EH_ALARM_COUNT; alarm++)
        if (eh_alarm_stands(alarms, alarm))
            return alarms->rows[alarm].text;
    return "";
}
