/*
 * ics: what an iCalendar file says.
 */
#include <evenhand/ics/ics.h>

#include <stdlib.h>
#include <strings.h>

#include <libical/ical.h>

#include <evenhand/base/array.h>
#include <evenhand/draw/hash.h>

#include "lines.h"

#define DAY_S      86400
#define FIRST_YEAR 1900
#define LAST_S     INT64_C(253402300799) /* 9999-12-31 */

/* A time of an event that another event of the file says otherwise. */
struct moved {
    const char *uid;
    int64_t start_s;
};

struct ics_reader {
    const struct eh_ics_window *window;
    struct eh_arena *arena;
    struct eh_ics *ics;
    struct eh_error *error;
    icalcomponent *calendar;
    icalcomponent *event; /* whose times are read */
    uint32_t line;        /* where it begins */
    struct moved *moved;
    uint32_t moved_count;
    int r; /* of the times that libical told so far */
};

/* ---- What an event is. */

static bool property_says(icalcomponent *event, const char *name, const char *value)
{
    icalproperty *at = icalcomponent_get_first_property(event, ICAL_X_PROPERTY);
    for (; at; at = icalcomponent_get_next_property(event, ICAL_X_PROPERTY)) {
        const char *said = icalproperty_get_x(at);
        if (strcasecmp(icalproperty_get_x_name(at), name) == 0 && said &&
            strcasecmp(said, value) == 0)
            return true;
    }
    return false;
}

/* Busy unless it says otherwise (RFC 5545, 3.8.2.7), or is only a question. */
static bool event_is_busy(icalcomponent *event)
{
    icalproperty *shown = icalcomponent_get_first_property(event, ICAL_TRANSP_PROPERTY);
    enum icalproperty_status status = icalcomponent_get_status(event);
    return !(shown && icalproperty_get_transp(shown) == ICAL_TRANSP_TRANSPARENT) &&
           status != ICAL_STATUS_CANCELLED && status != ICAL_STATUS_TENTATIVE &&
           !property_says(event, "X-MICROSOFT-CDO-BUSYSTATUS", "FREE") &&
           !property_says(event, "X-MICROSOFT-CDO-BUSYSTATUS", "TENTATIVE");
}

static bool event_recurs(icalcomponent *event)
{
    return icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY) ||
           icalcomponent_get_first_property(event, ICAL_RDATE_PROPERTY);
}

static bool event_is_override(icalcomponent *event)
{
    return icalcomponent_get_first_property(event, ICAL_RECURRENCEID_PROPERTY) != NULL;
}

static bool zone_is_floating(struct icaltimetype time)
{
    return !time.is_date && !time.zone;
}

static int64_t seconds_of(struct icaltimetype time)
{
    const icaltimezone *utc = icaltimezone_get_utc_timezone();
    return icaltime_as_timet_with_zone(time, time.zone ? time.zone : utc);
}

/* ---- Checks of an event: what libical reads without a word. */

static bool time_is_there(struct icaltimetype time)
{
    struct icaltimetype normal = icaltime_normalize(time);
    return !icaltime_is_null_time(time) && normal.year == time.year && normal.month == time.month &&
           normal.day == time.day && normal.hour == time.hour && normal.minute == time.minute;
}

static int zone_check(const struct ics_reader *reader, icalproperty_kind kind,
                      struct icaltimetype time)
{
    icalproperty *property = icalcomponent_get_first_property(reader->event, kind);
    icalparameter *zone =
        property ? icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER) : NULL;
    if (!zone || time.zone)
        return 0;
    return eh_error_set(reader->error, EH_EPARSE,
                        "%u: the time zone `%.60s` of this event is neither in the file nor known "
                        "here",
                        reader->line, icalparameter_get_tzid(zone));
}

static bool several(const short *list)
{
    return list[0] != ICAL_RECURRENCE_ARRAY_MAX && list[1] != ICAL_RECURRENCE_ARRAY_MAX;
}

/* libical cannot be stopped: what it has to go through is bounded here. */
static int rules_check(const struct ics_reader *reader)
{
    icalproperty *at = icalcomponent_get_first_property(reader->event, ICAL_RRULE_PROPERTY);
    struct icaltimetype start = icalcomponent_get_dtstart(reader->event);
    for (; at; at = icalcomponent_get_next_property(reader->event, ICAL_RRULE_PROPERTY)) {
        struct icalrecurrencetype rule = icalproperty_get_rrule(at);
        if (rule.freq < ICAL_DAILY_RECURRENCE || several(rule.by_hour) || several(rule.by_minute) ||
            several(rule.by_second))
            return eh_error_set(reader->error, EH_ERANGE,
                                "%u: an event that comes more than once a day", reader->line);
        if (start.year < FIRST_YEAR)
            return eh_error_set(reader->error, EH_ERANGE, "%u: an event that comes since before %d",
                                reader->line, FIRST_YEAR);
    }
    return 0;
}

static int event_check(const struct ics_reader *reader)
{
    struct icaltimetype start = icalcomponent_get_dtstart(reader->event);
    struct icaltimetype end = icalcomponent_get_dtend(reader->event);
    if (!icalcomponent_get_uid(reader->event))
        return eh_error_set(reader->error, EH_EPARSE, "%u: an event without UID", reader->line);
    if (!time_is_there(start))
        return eh_error_set(reader->error, EH_EPARSE,
                            "%u: an event without a DTSTART that there is", reader->line);
    if (!time_is_there(end) || seconds_of(end) < seconds_of(start) || start.is_date != end.is_date)
        return eh_error_set(reader->error, EH_EPARSE,
                            "%u: an event whose end is no time behind its DTSTART", reader->line);
    int r = zone_check(reader, ICAL_DTSTART_PROPERTY, start);
    if (r == 0)
        r = zone_check(reader, ICAL_DTEND_PROPERTY, end);
    return r < 0 ? r : rules_check(reader);
}

/* ---- Its times. */

static struct eh_str id_make(struct ics_reader *reader, int64_t start_s, bool one_of_several)
{
    struct eh_str uid = eh_str(icalcomponent_get_uid(reader->event));
    char text[EH_ICS_ID_MAX + 24], when[24] = "";
    uint8_t hash[32];
    EH_AUTO(eh_bytes) struct eh_bytes hex = EH_BYTES_INIT;
    if (uid.size > EH_ICS_ID_MAX || !eh_name_valid(uid, EH_ICS_ID_MAX)) {
        eh_hash_sha256(uid.data, uid.size, hash);
        eh_bytes_put_hex(&hex, hash, sizeof hash);
        uid = eh_str_n((const char *)hex.data, hex.size);
    }
    if (one_of_several) {
        struct icaltimetype at =
            icaltime_from_timet_with_zone((time_t)start_s, 0, icaltimezone_get_utc_timezone());
        eh_format(when, sizeof when, " %04d%02d%02dT%02d%02d", at.year, at.month, at.day, at.hour,
                  at.minute);
        uid = eh_str_cut(uid, EH_ICS_ID_MAX - (uint32_t)strlen(when));
    }
    eh_format(text, sizeof text, "%.*s%s", EH_STR_ARG(uid), when);
    return eh_arena_str(reader->arena, eh_str(text));
}

static bool time_is_moved(const struct ics_reader *reader, int64_t start_s)
{
    const char *uid = icalcomponent_get_uid(reader->event);
    for (uint32_t i = 0; i < reader->moved_count; i++)
        if (reader->moved[i].start_s == start_s && strcmp(reader->moved[i].uid, uid) == 0)
            return true;
    return false;
}

static void moved_look(struct ics_reader *reader)
{
    icalcompiter at = icalcomponent_begin_component(reader->calendar, ICAL_VEVENT_COMPONENT);
    for (icalcomponent *event; (event = icalcompiter_deref(&at)) != NULL; icalcompiter_next(&at)) {
        const char *uid = icalcomponent_get_uid(event);
        if (uid && event_is_override(event) && reader->moved_count < EH_ICS_EVENTS_MAX)
            reader->moved[reader->moved_count++] =
                (struct moved){uid, seconds_of(icalcomponent_get_recurrenceid(event))};
    }
}

static int time_add(struct ics_reader *reader, int64_t start_s)
{
    struct icaltimetype start = icalcomponent_get_dtstart(reader->event);
    struct icaltimetype end = icalcomponent_get_dtend(reader->event);
    int64_t lasts_s = seconds_of(end) - seconds_of(start);
    bool override = event_is_override(reader->event);
    int64_t of_s = override ? seconds_of(icalcomponent_get_recurrenceid(reader->event)) : start_s;
    struct eh_ics_time time = {.id = id_make(reader, of_s, override || event_recurs(reader->event)),
                               .busy = event_is_busy(reader->event),
                               .cancelled =
                                   icalcomponent_get_status(reader->event) == ICAL_STATUS_CANCELLED,
                               .days = start.is_date,
                               .local = zone_is_floating(start),
                               .from_s = start_s,
                               .until_s = start_s + lasts_s,
                               .line = reader->line};
    if (time.days) {
        int32_t days = (int32_t)(lasts_s / DAY_S);
        time.first = (int32_t)(start_s / DAY_S);
        time.last = time.first + (days > 0 ? days : 1) - 1;
        time.until_s = start_s + (days > 0 ? days : 1) * (int64_t)DAY_S;
    }
    if (time.until_s <= reader->window->from_s || time.from_s >= reader->window->until_s)
        return 0;
    int r = eh_array_room_in(reader->arena, &reader->ics->items, &reader->ics->room,
                             reader->ics->count + 1, EH_ICS_TIMES_MAX);
    if (r < 0 || !time.id.data)
        return r == -EH_EFULL
                   ? eh_error_set(reader->error, EH_ERANGE, "%u: more than %u times of events",
                                  reader->line, EH_ICS_TIMES_MAX)
                   : eh_error_set(reader->error, EH_ENOMEM, "%u: out of memory", reader->line);
    reader->ics->items[reader->ics->count++] = time;
    return 0;
}

/* libical tells a time of an event that recurs. */
static void on_time(icalcomponent *event, struct icaltime_span *span, void *context)
{
    struct ics_reader *reader = context;
    (void)event;
    if (reader->r == 0 && !time_is_moved(reader, span->start))
        reader->r = time_add(reader, span->start);
}

static struct icaltimetype utc_time(int64_t seconds)
{
    seconds = seconds < 0 ? 0 : seconds > LAST_S ? LAST_S : seconds;
    return icaltime_from_timet_with_zone((time_t)seconds, 0, icaltimezone_get_utc_timezone());
}

static int event_read(struct ics_reader *reader)
{
    int r = event_check(reader);
    if (r < 0)
        return r;
    if (!event_recurs(reader->event))
        return time_add(reader, seconds_of(icalcomponent_get_dtstart(reader->event)));
    reader->r = 0;
    icalcomponent_foreach_recurrence(reader->event, utc_time(reader->window->from_s),
                                     utc_time(reader->window->until_s), on_time, reader);
    return reader->r;
}

static int events_read(struct ics_reader *reader, const uint32_t *lines, uint32_t count)
{
    icalcompiter at = icalcomponent_begin_component(reader->calendar, ICAL_VEVENT_COMPONENT);
    int r = 0;
    for (uint32_t i = 0; r == 0 && (reader->event = icalcompiter_deref(&at)) != NULL; i++) {
        reader->line = i < count ? lines[i] : 1;
        r = event_read(reader);
        icalcompiter_next(&at);
    }
    return r;
}

static int text_read(struct ics_reader *reader, struct eh_str text)
{
    uint32_t count = 0;
    uint32_t *lines = eh_arena_alloc(reader->arena, EH_ICS_EVENTS_MAX * sizeof *lines);
    struct eh_str whole = eh_arena_str(reader->arena, text);
    reader->moved = eh_arena_alloc(reader->arena, EH_ICS_EVENTS_MAX * sizeof *reader->moved);
    if (!lines || !whole.data || !reader->moved)
        return eh_error_set(reader->error, EH_ENOMEM, "1: out of memory");
    int r = eh_ics_lines(text, lines, EH_ICS_EVENTS_MAX, &count, reader->error);
    if (r < 0)
        return r;
    reader->calendar = icalparser_parse_string(whole.data);
    if (!reader->calendar)
        return eh_error_set(reader->error, EH_EPARSE, "1: this is no iCalendar");
    moved_look(reader);
    r = events_read(reader, lines, count);
    icalcomponent_free(reader->calendar);
    return r;
}

int eh_ics_read(struct eh_str text, const struct eh_ics_window *window, struct eh_arena *arena,
                struct eh_ics *ret, struct eh_error *error)
{
    struct eh_ics ics = {0};
    struct ics_reader reader = {.window = window, .arena = arena, .ics = &ics, .error = error};
    size_t bad_at;
    if (text.size == 0 || text.size > EH_ICS_TEXT_MAX)
        return eh_error_set(error, EH_ERANGE, "1: a file has 1 to %u bytes", EH_ICS_TEXT_MAX);
    if (memchr(text.data, 0, text.size) || !eh_utf8_valid(text, &bad_at))
        return eh_error_set(error, EH_EPARSE, "1: this is not UTF-8 text");
    icalerror_set_errors_are_fatal(0);
    int r = text_read(&reader, text);
    if (r == 0)
        *ret = ics;
    return r;
}
