/*
 * desk_hours: who works when: `calendars` of a desk, and `hours` of reps and teams.
 */
#include "desk_read.h"

#include <stdlib.h>

#define TIME_ZONE_MAX 63 /* bytes */
#define SHOWN_MAX     40 /* bytes of a text in a refusal */

/* Checks the spelling alone. The daemon looks whether the zone exists: lib/ reads no files. */
static bool time_zone_valid(struct eh_str text)
{
    if (text.size == 0 || text.size > TIME_ZONE_MAX || text.data[0] == '/')
        return false;
    for (uint32_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '_' && c != '+' && c != '-' && c != '/')
            return false;
    }
    return true;
}

int eh_desk_read_time_zone(struct desk_reader *reader, const struct desk_node *node,
                           const struct desk_path *path, void *ret)
{
    struct eh_str text;
    int r = eh_desk_read_text(reader, node, path, &text);
    if (r < 0)
        return r;
    if (!time_zone_valid(text))
        return eh_desk_refuse(
            reader, node, path, EH_EINVAL, "`%.*s` is no time zone such as Europe/Oslo",
            text.size < TIME_ZONE_MAX ? (int)text.size : TIME_ZONE_MAX, text.data);
    return eh_desk_keep_text(reader, text, ret);
}

const char *eh_desk_zone_place(const struct eh_desk *desk, const struct eh_desk_calendar *calendar,
                               char ret[EH_DESK_PLACE_BYTES])
{
    if (calendar && calendar->time_zone_line)
        eh_format(ret, EH_DESK_PLACE_BYTES, "%u: calendars[%u].time_zone", calendar->time_zone_line,
                  calendar->index);
    else
        eh_format(ret, EH_DESK_PLACE_BYTES, "%u: time_zone",
                  desk->time_zone_line ? desk->time_zone_line : 1);
    return ret;
}

/* ---- A week: {mon-thu: ..., fri: ...}. */

static int weekday_find(struct eh_str name)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    for (int i = 0; i < 7; i++)
        if (eh_str_equal(name, eh_str(names[i])))
            return i;
    return -1;
}

/* Reads "fri", or "mon-thu". */
static bool weekdays_parse(struct eh_str text, int *ret_first, int *ret_last)
{
    bool range = text.size == 7 && text.data[3] == '-';
    *ret_first = weekday_find(range ? eh_str_n(text.data, 3) : text);
    *ret_last = range ? weekday_find(eh_str_n(text.data + 4, 3)) : *ret_first;
    return *ret_first >= 0 && *ret_last >= *ret_first;
}

struct week {
    struct eh_desk_calendar *calendar;
    bool said[7];
};

static int weekdays_read(struct desk_reader *reader, const struct desk_node *key,
                         const struct desk_path *path, struct week *week)
{
    struct eh_desk_day day;
    int first, last;
    if (!weekdays_parse(eh_str_n(key->text, key->size), &first, &last))
        return eh_desk_refuse(reader, key, path, EH_EINVAL,
                              "no weekday; write mon, tue, wed, thu, fri, sat or sun, or a range "
                              "such as mon-thu");
    int r = eh_desk_read_day(reader, key->next, path, &day);
    if (r < 0)
        return r;
    for (int i = first; i <= last; i++) {
        if (week->said[i])
            return eh_desk_refuse(reader, key, path, EH_EINVAL,
                                  "a day of it has its hours already");
        week->said[i] = true;
        week->calendar->week[i] = day;
    }
    return 0;
}

/* Reads `holidays` of own hours: the id of a calendar. */
static int holidays_of_read(struct desk_reader *reader, const struct desk_node *node,
                            const struct desk_path *path, struct eh_desk_calendar *calendar)
{
    struct eh_str id;
    int r = eh_desk_read_text(reader, node, path, &id);
    if (r < 0)
        return r;
    calendar->holidays_of = eh_desk_calendar(reader->desk, id);
    if (!calendar->holidays_of)
        return eh_desk_refuse(reader, node, path, EH_EINVAL, "`%.*s` is no calendar of this desk",
                              EH_STR_ARG(eh_str_cut(id, SHOWN_MAX)));
    return 0;
}

static int week_read(struct desk_reader *reader, const struct desk_node *node,
                     const struct desk_path *path, struct eh_desk_calendar *calendar)
{
    struct week week = {.calendar = calendar};
    int r = eh_desk_check_map(reader, node, path);
    for (const struct desk_node *key = node->first; r == 0 && key; key = key->next->next) {
        if (key->kind != DESK_SCALAR)
            return eh_desk_refuse(reader, key, path, EH_EINVAL, "a key must be a word");
        struct eh_str name = eh_str_n(key->text, key->size);
        struct desk_path at = eh_desk_path_key(path, name);
        r = calendar->id.size == 0 && eh_str_equal(name, eh_str("holidays"))
                ? holidays_of_read(reader, key->next, &at, calendar)
                : weekdays_read(reader, key, &at, &week);
    }
    return r;
}

/* ---- Calendars. */

struct calendar {
    struct eh_desk_calendar kept;
    const struct desk_node *time_zone, *hours, *holidays, *holidays_file;
};

static const struct desk_field calendar_fields[] = {
    {"id", eh_desk_read_id, offsetof(struct calendar, kept.id), true},
    {"time_zone", eh_desk_read_node, offsetof(struct calendar, time_zone), false},
    {"hours", eh_desk_read_node, offsetof(struct calendar, hours), true},
    {"holidays", eh_desk_read_node, offsetof(struct calendar, holidays), false},
    {"holidays_file", eh_desk_read_node, offsetof(struct calendar, holidays_file), false},
};

static int calendar_zone_read(struct desk_reader *reader, const struct desk_path *path,
                              struct calendar *calendar)
{
    struct desk_path at = eh_desk_path_key(path, eh_str("time_zone"));
    if (!calendar->time_zone)
        return 0;
    calendar->kept.time_zone_line = calendar->time_zone->line;
    return eh_desk_read_time_zone(reader, calendar->time_zone, &at, &calendar->kept.time_zone);
}

static int calendar_read(struct desk_reader *reader, const struct desk_node *node,
                         const struct desk_path *path, struct eh_desk_calendar *ret)
{
    struct calendar calendar = {.kept.time_zone = reader->desk->time_zone,
                                .kept.index = path->index};
    int r = eh_desk_read_map(reader, node, path, calendar_fields,
                             sizeof calendar_fields / sizeof *calendar_fields, &calendar);
    if (r == 0)
        r = calendar_zone_read(reader, path, &calendar);
    if (r < 0)
        return r;
    struct desk_path hours = eh_desk_path_key(path, eh_str("hours"));
    r = week_read(reader, calendar.hours, &hours, &calendar.kept);
    if (r == 0)
        r = eh_desk_read_holidays(reader, calendar.holidays, calendar.holidays_file, path,
                                  &calendar.kept);
    if (r < 0)
        return r;
    const struct eh_desk *desk = reader->desk;
    for (uint32_t i = 0; i < desk->calendar_count; i++)
        if (eh_str_equal(desk->calendars[i].id, calendar.kept.id))
            return eh_desk_refuse(reader, node, path, EH_EINVAL,
                                  "`%.*s` is the id of a calendar in front of it",
                                  EH_STR_ARG(calendar.kept.id));
    *ret = calendar.kept;
    return 0;
}

static int calendars_compare(const void *left, const void *right)
{
    const struct eh_desk_calendar *a = left, *b = right;
    return eh_str_compare(a->id, b->id);
}

int eh_desk_read_calendars(struct desk_reader *reader, const struct desk_node *node,
                           const struct desk_path *path)
{
    struct eh_desk *desk = reader->desk;
    int r = eh_desk_check_list(reader, node, path, EH_DESK_CALENDARS_MAX);
    if (r < 0)
        return r;
    desk->calendars =
        eh_arena_alloc(reader->arena, (node->size + (size_t)1) * sizeof *desk->calendars);
    if (!desk->calendars)
        return eh_desk_out_of_memory(reader);
    for (const struct desk_node *item = node->first; item; item = item->next) {
        struct desk_path at = eh_desk_path_item(path, desk->calendar_count);
        r = calendar_read(reader, item, &at, &desk->calendars[desk->calendar_count]);
        if (r < 0)
            return r;
        desk->calendar_count++;
    }
    qsort(desk->calendars, desk->calendar_count, sizeof *desk->calendars, calendars_compare);
    return 0;
}

/* ---- Whose they are. */

static int own_read(struct desk_reader *reader, const struct desk_node *node,
                    const struct desk_path *path, struct eh_desk_calendar **ret)
{
    struct eh_desk_calendar *own = eh_arena_alloc(reader->arena, sizeof *own);
    if (!own)
        return eh_desk_out_of_memory(reader);
    *own = (struct eh_desk_calendar){.time_zone = reader->desk->time_zone};
    *ret = own;
    return week_read(reader, node, path, own);
}

int eh_desk_read_hours(struct desk_reader *reader, const struct desk_node *node,
                       const struct desk_path *path, void *ret)
{
    struct eh_desk_calendar **hours = ret;
    struct eh_str id;
    if (node->kind == DESK_MAP)
        return own_read(reader, node, path, hours);
    int r = eh_desk_read_text(reader, node, path, &id);
    if (r < 0)
        return r;
    *hours = eh_desk_calendar(reader->desk, id);
    if (!*hours)
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "`%.*s` is no calendar of this desk; add it to `calendars`",
                              EH_STR_ARG(eh_str_cut(id, SHOWN_MAX)));
    return 0;
}

static bool is_own(const struct eh_desk_calendar *hours)
{
    return hours && hours->id.size == 0;
}

void eh_desk_settle_hours(struct eh_desk *desk)
{
    for (uint32_t i = 0; i < desk->team_count; i++) {
        const struct eh_desk_team *team = &desk->teams[i];
        const struct eh_desk_calendar *named =
            is_own(team->hours) ? team->hours->holidays_of : team->hours;
        for (uint32_t n = 0; named && n < team->member_count; n++) {
            struct eh_desk_calendar *hours = desk->reps[team->members[n].rep].hours;
            if (is_own(hours) && !hours->holidays_of)
                hours->holidays_of = named;
        }
    }
    for (uint32_t i = 0; i < desk->rep_count; i++) {
        struct eh_desk_calendar *hours = desk->reps[i].hours;
        if (is_own(hours) && hours->holidays_of)
            hours->time_zone = hours->holidays_of->time_zone;
    }
    for (uint32_t i = 0; i < desk->team_count; i++) {
        struct eh_desk_calendar *hours = desk->teams[i].hours;
        if (is_own(hours) && hours->holidays_of)
            hours->time_zone = hours->holidays_of->time_zone;
    }
}
