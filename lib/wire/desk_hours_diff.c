/*
 * desk_hours_diff: the changes of hours from one desk to the next, a line for each, and advice.
 */
#include "desk_hours_diff.h"
#include "lines.h"

#define DAY_MINUTES 1440
#define DAY_TEXT    128 /* bytes of EH_DESK_SPANS_MAX intervals */
#define WHO_TEXT    96

/* "08:00-12:00 12:30-16:00" */
static void day_print(const struct eh_desk_day *day, char ret[DAY_TEXT])
{
    size_t at = 0;
    if (day->span_count == 0)
        eh_format(ret, DAY_TEXT, "none");
    for (uint32_t i = 0; i < day->span_count; i++) {
        unsigned from = day->spans[i].from, until = day->spans[i].until;
        until -= until > DAY_MINUTES ? DAY_MINUTES : 0;
        at += eh_format(ret + at, DAY_TEXT - at, "%s%02u:%02u-%02u:%02u", i ? " " : "", from / 60,
                        from % 60, until / 60, until % 60);
    }
}

static bool days_equal(const struct eh_desk_day *a, const struct eh_desk_day *b)
{
    return a->span_count == b->span_count &&
           (a->span_count == 0 ||
            memcmp(a->spans, b->spans, a->span_count * sizeof *a->spans) == 0);
}

static void day_diff(struct eh_lines *to, const char *who, const char *what,
                     const struct eh_desk_day *old, const struct eh_desk_day *new)
{
    char was[DAY_TEXT], is[DAY_TEXT];
    if (days_equal(old, new))
        return;
    day_print(old, was);
    day_print(new, is);
    eh_lines_say(to, "%s: %s %s -> %s", who, what, was, is);
}

static void holiday_say(struct eh_lines *to, const char *who, const char *what,
                        const struct eh_desk_holiday *holiday)
{
    char date[EH_DECIMAL_TEXT_MAX], hours[DAY_TEXT];
    eh_date_print(holiday->date, date);
    day_print(&holiday->day, hours);
    eh_lines_say(to, "%s: %s holiday %s%s%s", who, what, date, holiday->day.span_count ? " " : "",
                 holiday->day.span_count ? hours : "");
}

/* Both lists are sorted by date. */
static void holidays_diff(struct eh_lines *to, const char *who, const struct eh_desk_calendar *old,
                          const struct eh_desk_calendar *new)
{
    uint32_t i = 0, j = 0;
    while (i < old->holiday_count || j < new->holiday_count) {
        int64_t a = i < old->holiday_count ? old->holidays[i].date : INT64_MAX;
        int64_t b = j < new->holiday_count ? new->holidays[j].date : INT64_MAX;
        bool same = a == b && days_equal(&old->holidays[i].day, &new->holidays[j].day);
        if (a <= b && !same)
            holiday_say(to, who, "without", &old->holidays[i]);
        if (b <= a && !same)
            holiday_say(to, who, "with", &new->holidays[j]);
        i += a <= b;
        j += b <= a;
    }
}

static struct eh_str file_name(const struct eh_desk_calendar *calendar)
{
    return calendar->file.name.size ? calendar->file.name : eh_str("none");
}

static void calendar_diff(struct eh_lines *to, const char *who, const struct eh_desk_calendar *old,
                          const struct eh_desk_calendar *new)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    if (!eh_str_equal(old->time_zone, new->time_zone))
        eh_lines_say(to, "%s: time_zone %.*s -> %.*s", who, EH_STR_ARG(old->time_zone),
                     EH_STR_ARG(new->time_zone));
    for (int i = 0; i < 7; i++)
        day_diff(to, who, names[i], &old->week[i], &new->week[i]);
    if (!eh_str_equal(old->file.name, new->file.name))
        eh_lines_say(to, "%s: holidays_file %.*s -> %.*s", who, EH_STR_ARG(file_name(old)),
                     EH_STR_ARG(file_name(new)));
    holidays_diff(to, who, old, new);
}

static void calendars_diff(struct eh_lines *to, const struct eh_desk *old,
                           const struct eh_desk *new)
{
    char who[WHO_TEXT];
    for (uint32_t i = 0; old && i < old->calendar_count; i++)
        if (!eh_desk_calendar(new, old->calendars[i].id))
            eh_lines_say(to, "calendar %.*s: gone", EH_STR_ARG(old->calendars[i].id));
    for (uint32_t i = 0; i < new->calendar_count; i++) {
        const struct eh_desk_calendar *now = &new->calendars[i];
        const struct eh_desk_calendar *before = old ? eh_desk_calendar(old, now->id) : NULL;
        eh_format(who, sizeof who, "calendar %.*s", EH_STR_ARG(now->id));
        if (before)
            calendar_diff(to, who, before, now);
        else
            eh_lines_say(to, "%s: new", who);
    }
}

static struct eh_str hours_name(const struct eh_desk_calendar *hours)
{
    return !hours ? eh_str("none") : hours->id.size ? hours->id : eh_str("their own");
}

static struct eh_str holidays_name(const struct eh_desk_calendar *own)
{
    return own->holidays_of ? own->holidays_of->id : eh_str("none");
}

/* Whose hours: "rep ana". */
static void hours_diff(struct eh_lines *to, const char *who, const struct eh_desk_calendar *old,
                       const struct eh_desk_calendar *new)
{
    struct eh_str was = hours_name(old), is = hours_name(new);
    bool own = old && new && old->id.size + new->id.size == 0;
    if (!own && (!eh_str_equal(was, is) || !old != !new))
        eh_lines_say(to, "%s: hours %.*s -> %.*s", who, EH_STR_ARG(was), EH_STR_ARG(is));
    if (own && !eh_str_equal(holidays_name(old), holidays_name(new)))
        eh_lines_say(to, "%s: holidays of %.*s -> %.*s", who, EH_STR_ARG(holidays_name(old)),
                     EH_STR_ARG(holidays_name(new)));
    if (own)
        calendar_diff(to, who, old, new);
}

size_t eh_desk_hours_diff(const struct eh_desk *old, const struct eh_desk *new,
                          eh_desk_line_fn *line, void *context)
{
    struct eh_lines to = {.line = line, .context = context};
    char who[WHO_TEXT];
    calendars_diff(&to, old, new);
    for (uint32_t i = 0; i < new->rep_count; i++) {
        const struct eh_desk_rep *before = old ? eh_desk_rep(old, new->reps[i].id) : NULL;
        eh_format(who, sizeof who, "rep %.*s", EH_STR_ARG(new->reps[i].id));
        hours_diff(&to, who, before ? before->hours : NULL, new->reps[i].hours);
    }
    for (uint32_t i = 0; i < new->team_count; i++) {
        const struct eh_desk_team *before = old ? eh_desk_team(old, new->teams[i].id) : NULL;
        eh_format(who, sizeof who, "team %.*s", EH_STR_ARG(new->teams[i].id));
        hours_diff(&to, who, before ? before->hours : NULL, new->teams[i].hours);
    }
    return to.count;
}

static uint32_t days_within(const struct eh_desk_calendar *calendar, int32_t from, int32_t until)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < calendar->holiday_count; i++)
        count += calendar->holidays[i].date >= from && calendar->holidays[i].date <= until;
    return count;
}

static void file_warn(struct eh_lines *to, const struct eh_desk_calendar *calendar)
{
    const struct eh_desk_holidays_file *file = &calendar->file;
    char from[EH_DECIMAL_TEXT_MAX], until[EH_DECIMAL_TEXT_MAX];
    if (file->name.size == 0 || file->until < file->from)
        return;
    eh_date_print(file->from, from);
    eh_date_print(file->until, until);
    if (file->left_out)
        eh_lines_say(to,
                     "calendar %.*s: %u events of %.*s are no whole days and were left out; a day "
                     "with other hours is {date: DATE, hours: INTERVALS} under `holidays`",
                     EH_STR_ARG(calendar->id), file->left_out, EH_STR_ARG(file->name));
    if (days_within(calendar, file->from, file->until) == 0)
        eh_lines_say(to, "calendar %.*s: %.*s has no day from %s to %s; is it of another year?",
                     EH_STR_ARG(calendar->id), EH_STR_ARG(file->name), from, until);
}

size_t eh_desk_hours_warnings(const struct eh_desk *desk, eh_desk_line_fn *line, void *context)
{
    struct eh_lines to = {.line = line, .context = context};
    for (uint32_t i = 0; i < desk->calendar_count; i++)
        file_warn(&to, &desk->calendars[i]);
    return to.count;
}
