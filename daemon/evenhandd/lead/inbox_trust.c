/*
 * inbox_trust: alarms for positions of the inbox that do not agree with the log.
 *
 * None of them stops the desk: each entry that is there is read, once. The alarms say which entries
 * may be lost, or that somebody else has a hand in the stream. All but inbox_ahead stand until the
 * next start.
 */
#include "lead/inbox_trust.h"
#include "lead/parts.h"

#include "redis/stream_id.h"

#define AHEAD_MAX_S UINT64_C(86400) /* of the ids, from the clock: a day */

/* How many seconds an id is ahead of the clock; 0: it is not. */
static uint64_t ahead_s(struct eh_app *app, struct eh_stream_id id)
{
    uint64_t now_ms = (uint64_t)(eh_clock_now_us(&app->services.clock) / 1000);
    return id.ms > now_ms ? (id.ms - now_ms) / 1000 : 0;
}

void app_inbox_end(void *context, struct eh_stream_id end)
{
    struct eh_app *app = context;
    char text[EH_STREAM_ID_TEXT_MAX];
    if (ahead_s(app, end) <= AHEAD_MAX_S) {
        app_alarm_clear(app, EH_ALARM_INBOX_AHEAD);
        return;
    }
    eh_stream_id_print(end, text);
    app_alarm(app, EH_ALARM_INBOX_AHEAD,
              "inbox: its last id is %s, more than a day ahead of the clock: what comes is "
              "dealt, but Redis refuses lower ids; see to the clock of Redis and to who gave "
              "that id, then delete the stream while it is empty: it is made anew",
              text);
}

static void tell_missing(struct eh_app *app, const struct eh_inbox_doubt *doubt, const char *from,
                         const char *to)
{
    char count[32] = "entries";
    if (doubt->count > 0)
        eh_format(count, sizeof count, "%llu entries", (unsigned long long)doubt->count);
    app_alarm(app, EH_ALARM_INBOX_MISSING,
              "inbox: %s from %s to %s are gone, and this log does not know them: somebody "
              "deleted or trimmed them, or the database is an older copy; have their producers "
              "push them again, repeats do no harm",
              count, from, to);
}

static void tell_moved(struct eh_app *app, const struct eh_inbox_doubt *doubt, const char *from,
                       const char *to)
{
    if (doubt->kind == EH_INBOX_SKIPPED)
        app_alarm(app, EH_ALARM_INBOX_MOVED,
                  "inbox: unread entries from %s to %s lay before where the group evenhand "
                  "stood: they are dealt all the same; find who moves that group or reads from "
                  "it: only evenhandd may",
                  from, to);
    else if (doubt->kind == EH_INBOX_BACK)
        app_alarm(app, EH_ALARM_INBOX_MOVED,
                  "inbox: the group evenhand had come to %s and was moved back to %s: what "
                  "comes again is recognised; find who moves that group: only evenhandd may",
                  from, to);
    else if (*doubt->why)
        app_alarm(app, EH_ALARM_INBOX_MOVED,
                  "inbox: the group evenhand stands at %s, and the stream ends with %s: it may "
                  "not be set back (%s): what comes is dealt every 5 s; allow XGROUP SETID",
                  from, to, doubt->why);
    else
        app_alarm(app, EH_ALARM_INBOX_MOVED,
                  "inbox: the group evenhand stood at %s, and the stream ended with %s: it was "
                  "set back; find who moves that group: only evenhandd may",
                  from, to);
}

/* A stream that ends before our place is an older copy, unless the log has ids from far ahead: then
 * it may have been made anew. */
static void tell_older(struct eh_app *app, const struct eh_inbox_doubt *doubt, const char *from,
                       const char *to)
{
    if (ahead_s(app, doubt->from) > AHEAD_MAX_S || app_alarm_stands(app, EH_ALARM_INBOX_LOST))
        return;
    app_alarm(app, EH_ALARM_INBOX_LOST,
              "inbox: the stream ends with %s, and %s has been dealt with: it is an older copy "
              "or another one; what was pushed behind %s to the one before may be lost: have "
              "its producers push it again, repeats do no harm",
              to, from, to);
}

void app_inbox_doubt(void *context, const struct eh_inbox_doubt *doubt)
{
    struct eh_app *app = context;
    char from[EH_STREAM_ID_TEXT_MAX], to[EH_STREAM_ID_TEXT_MAX];
    eh_stream_id_print(doubt->from, from);
    eh_stream_id_print(doubt->to, to);
    switch (doubt->kind) {
    case EH_INBOX_SKIPPED:
    case EH_INBOX_BACK:
    case EH_INBOX_BEYOND:
        tell_moved(app, doubt, from, to);
        break;
    case EH_INBOX_OLDER:
        tell_older(app, doubt, from, to);
        break;
    case EH_INBOX_MISSING:
        tell_missing(app, doubt, from, to);
        break;
    }
}
