/*
 * idle: hours of a desk that have no work in all of the days to come.
 *
 * Days are expanded one by one until the first work: most hours have some within three days.
 */
#include <evenhand/calendar/idle.h>

#include <evenhand/wire/hours.h>

#include "uses.h"

#define DAY_S 86400
#define AROUND                                                                                     \
    2 /* so far apart are dates of different zones at most, with what is over midnight             \
       */
#define LINE_BYTES 256 /* of a sentence */

struct idle {
    const struct eh_handover_at *at;
    int64_t until_us; /* the end of the days to come */
    struct eh_hours hours;
    eh_desk_line_fn *line;
    void *context;
};

/* 1: there is work; 0: none; or an error. */
static int has_work(struct idle *idle, const struct eh_desk_calendar *calendar)
{
    const struct eh_handover_at *at = idle->at;
    int32_t last = at->date + EH_SCHEDULE_DAYS + AROUND;
    for (int32_t date = at->date - AROUND; date <= last; date++) {
        idle->hours.count = 0;
        int r = eh_hours_expand(calendar, at->zone, date, date, &idle->hours);
        if (r < 0)
            return r;
        eh_hours_clip(&idle->hours, at->now_us, idle->until_us);
        if (idle->hours.count)
            return 1;
    }
    return 0;
}

static void idle_say(const struct idle *idle, const char *who, struct eh_str id, const char *what)
{
    char line[LINE_BYTES];
    eh_format(line, sizeof line, "%s %.*s: %s", who, EH_STR_ARG(id), what);
    idle->line(idle->context, line);
}

/* What is to be said of hours without work in the days to come. */
static const char *idle_words(const struct idle *idle, const struct eh_desk_calendar *hours,
                              const char *never, char ret[LINE_BYTES])
{
    char from[EH_DECIMAL_TEXT_MAX], until[EH_DECIMAL_TEXT_MAX];
    if (!eh_hours_any(hours))
        return never;
    eh_date_print(idle->at->date, from);
    eh_date_print(idle->at->date + EH_SCHEDULE_DAYS, until);
    eh_format(ret, LINE_BYTES,
              "has no hours from %s to %s, with its holidays; nothing is dealt by them until then",
              from, until);
    return ret;
}

static int calendars_look(struct idle *idle, const struct eh_desk *desk)
{
    static const char never[] = "has no hours; whoever has it is never dealt anything";
    char words[LINE_BYTES];
    int r = 0;
    for (uint32_t i = 0; r >= 0 && i < desk->calendar_count; i++) {
        const struct eh_desk_calendar *calendar = &desk->calendars[i];
        r = has_work(idle, calendar);
        if (r == 0)
            idle_say(idle, "calendar", calendar->id, idle_words(idle, calendar, never, words));
    }
    return r < 0 ? r : 0;
}

static void own_say(const struct idle *idle, const struct eh_use *use)
{
    static const char rep[] = "has hours without any; they are never dealt anything";
    static const char team[] = "has hours without any; its reps who have none of their own are "
                               "never dealt anything";
    char words[LINE_BYTES];
    idle_say(idle, use->is_team ? "team" : "rep", use->id,
             idle_words(idle, use->hours, use->is_team ? team : rep, words));
}

/* Equal own hours are one group. */
static int own_look(struct idle *idle, const struct eh_uses *uses)
{
    int r = 0;
    for (uint32_t at = 0, end; r >= 0 && at < uses->count; at = end) {
        end = eh_uses_next(uses, at);
        r = uses->items[at].hours->id.size ? 1 : has_work(idle, uses->items[at].hours);
        for (uint32_t i = at; r == 0 && i < end; i++)
            own_say(idle, &uses->items[i]);
    }
    return r < 0 ? r : 0;
}

int eh_idle_warnings(const struct eh_desk *desk, const struct eh_handover_at *at,
                     eh_desk_line_fn *line, void *context)
{
    struct idle idle = {.at = at, .line = line, .context = context};
    int64_t end_s = (int64_t)(at->date + EH_SCHEDULE_DAYS + 1) * DAY_S;
    idle.until_us = at->zone->instant(at->zone->context, desk->time_zone, end_s) * 1000000;
    struct eh_uses uses;
    int r = eh_uses_make(desk, &uses);
    if (r < 0)
        return r;
    r = calendars_look(&idle, desk);
    if (r == 0)
        r = own_look(&idle, &uses);
    eh_uses_done(&uses);
    eh_hours_done(&idle.hours);
    return r;
}
