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
#include "moments.h"

#define DAY_S      86400
#define FIRST_YEAR 1900
#define SHOWN_AS   "X-MICROSOFT-CDO-BUSYSTATUS"
#define LAST_S     INT64_C(253402300799) /* 9999-12-31 */

/* A time of a series that another event of the file says otherwise. */
struct moved {
    const char *uid;
    struct eh_ics_name name;
};

/* A time of an event that is to be added. */
struct span {
    int64_t start_s, lasts_s;
    bool days, local;
};

struct ics_reader {
    const struct eh_ics_window *window;
    struct eh_arena *arena;
    struct eh_ics *ics;
    struct eh_error *error;
    icalcomponent *calendar;
    icalcomponent *event; /* whose times are read */
    bool recurs;
    uint32_t line;  /* where it begins */
    uint32_t first; /* of its times */
    int64_t steps;  /* of all events so far */
    struct moved *moved;
    uint32_t moved_count;
    struct eh_ics_name *left_out; /* by its EXDATEs and EXRULEs */
    uint32_t left_out_count, left_out_room;
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

static bool event_is_transparent(icalcomponent *event)
{
    icalproperty *shown = icalcomponent_get_first_property(event, ICAL_TRANSP_PROPERTY);
    return shown && icalproperty_get_transp(shown) == ICAL_TRANSP_TRANSPARENT;
}

/* Busy unless it says otherwise (RFC 5545, 3.8.2.7), or is only a question. Where Outlook says what
 * it is, that is closer than TRANSP: out of office, or at work elsewhere. */
static bool event_is_busy(icalcomponent *event)
{
    static const char *const free_words[] = {"FREE", "TENTATIVE", "WORKINGELSEWHERE"};
    enum icalproperty_status status = icalcomponent_get_status(event);
    if (status == ICAL_STATUS_CANCELLED || status == ICAL_STATUS_TENTATIVE)
        return false;
    for (size_t i = 0; i < sizeof free_words / sizeof *free_words; i++)
        if (property_says(event, SHOWN_AS, free_words[i]))
            return false;
    return property_says(event, SHOWN_AS, "OOF") || property_says(event, SHOWN_AS, "BUSY") ||
           !event_is_transparent(event);
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

/* ---- Checks of an event: what libical reads without a word. */

static int zone_check(const struct ics_reader *reader, icalproperty *property)
{
    icalparameter *zone =
        property ? icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER) : NULL;
    if (!zone || eh_ics_moment(property, reader->event).zone)
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
static int rules_check(const struct ics_reader *reader, icalproperty_kind kind)
{
    struct icaltimetype start = icalcomponent_get_dtstart(reader->event);
    icalproperty *at = icalcomponent_get_first_property(reader->event, kind);
    for (; at; at = icalcomponent_get_next_property(reader->event, kind)) {
        struct icalrecurrencetype rule = icalvalue_get_recur(icalproperty_get_value(at));
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

/* A rule with COUNT is gone through from its beginning on, without one only within the window. */
static int steps_take(struct ics_reader *reader, icalproperty_kind kind)
{
    int64_t start_s = eh_ics_seconds(icalcomponent_get_dtstart(reader->event));
    int64_t days = (reader->window->until_s - start_s) / DAY_S;
    icalproperty *at = icalcomponent_get_first_property(reader->event, kind);
    for (; at; at = icalcomponent_get_next_property(reader->event, kind)) {
        int64_t count = icalvalue_get_recur(icalproperty_get_value(at)).count;
        reader->steps += days <= 0 ? 0 : count < days ? count : days;
    }
    if (reader->steps <= EH_ICS_STEPS_MAX)
        return 0;
    return eh_error_set(reader->error, EH_ERANGE,
                        "%u: events with COUNT that began too long ago; together they come more "
                        "than %d times",
                        reader->line, EH_ICS_STEPS_MAX);
}

static bool is_period(struct icaldatetimeperiodtype at)
{
    return icaltime_is_null_time(at.time);
}

static struct icaltimetype period_end(struct icalperiodtype period)
{
    return icaltime_is_null_time(period.end) ? icaltime_add(period.start, period.duration)
                                             : period.end;
}

static int periods_check(const struct ics_reader *reader)
{
    icalproperty *at = icalcomponent_get_first_property(reader->event, ICAL_RDATE_PROPERTY);
    for (; at; at = icalcomponent_get_next_property(reader->event, ICAL_RDATE_PROPERTY)) {
        struct icaldatetimeperiodtype added = icalproperty_get_rdate(at);
        struct icaltimetype end = period_end(added.period);
        if (!is_period(added))
            continue;
        if (!eh_ics_is_there(added.period.start) || !eh_ics_is_there(end) ||
            eh_ics_seconds(end) < eh_ics_seconds(added.period.start))
            return eh_error_set(reader->error, EH_EPARSE,
                                "%u: an RDATE of this event is a period that there is not",
                                reader->line);
    }
    return 0;
}

/* The times that it names beside its own. */
static int names_check(const struct ics_reader *reader, icalproperty_kind kind)
{
    icalproperty *at = icalcomponent_get_first_property(reader->event, kind);
    for (uint32_t count = 1; at; count++) {
        struct icaltimetype time = eh_ics_moment(at, reader->event);
        if (count > EH_ICS_NAMED_MAX)
            return eh_error_set(reader->error, EH_ERANGE, "%u: an event with more than %d %s",
                                reader->line, EH_ICS_NAMED_MAX, icalproperty_kind_to_string(kind));
        if (!icaltime_is_null_time(time) && !eh_ics_is_there(time))
            return eh_error_set(reader->error, EH_EPARSE,
                                "%u: the %s of this event is no time that there is", reader->line,
                                icalproperty_kind_to_string(kind));
        int r = zone_check(reader, at);
        if (r < 0)
            return r;
        at = icalcomponent_get_next_property(reader->event, kind);
    }
    return 0;
}

static int range_check(const struct ics_reader *reader)
{
    icalproperty *name =
        icalcomponent_get_first_property(reader->event, ICAL_RECURRENCEID_PROPERTY);
    if (!name || !icalproperty_get_first_parameter(name, ICAL_RANGE_PARAMETER))
        return 0;
    return eh_error_set(reader->error, EH_EINVAL,
                        "%u: an event that changes a series from one time on (RANGE) is not "
                        "understood; end the series there, and let another begin",
                        reader->line);
}

static int properties_check(const struct ics_reader *reader)
{
    static const icalproperty_kind named[] = {ICAL_RECURRENCEID_PROPERTY, ICAL_EXDATE_PROPERTY,
                                              ICAL_RDATE_PROPERTY};
    icalcomponent *event = reader->event;
    int r = zone_check(reader, icalcomponent_get_first_property(event, ICAL_DTSTART_PROPERTY));
    if (r == 0)
        r = zone_check(reader, icalcomponent_get_first_property(event, ICAL_DTEND_PROPERTY));
    for (size_t i = 0; r == 0 && i < sizeof named / sizeof *named; i++)
        r = names_check(reader, named[i]);
    if (r == 0)
        r = periods_check(reader);
    if (r == 0)
        r = range_check(reader);
    if (r == 0)
        r = rules_check(reader, ICAL_RRULE_PROPERTY);
    return r < 0 ? r : rules_check(reader, ICAL_EXRULE_PROPERTY);
}

static int event_check(const struct ics_reader *reader)
{
    struct icaltimetype start = icalcomponent_get_dtstart(reader->event);
    struct icaltimetype end = icalcomponent_get_dtend(reader->event);
    if (!icalcomponent_get_uid(reader->event))
        return eh_error_set(reader->error, EH_EPARSE, "%u: an event without UID", reader->line);
    if (!eh_ics_is_there(start))
        return eh_error_set(reader->error, EH_EPARSE,
                            "%u: an event without a DTSTART that there is", reader->line);
    if (!eh_ics_is_there(end) || eh_ics_seconds(end) < eh_ics_seconds(start) ||
        start.is_date != end.is_date)
        return eh_error_set(reader->error, EH_EPARSE,
                            "%u: an event whose end is no time behind its DTSTART", reader->line);
    return properties_check(reader);
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

/* Whether the event has a time already that begins then: one that is told twice is one. */
static bool time_is_told(const struct ics_reader *reader, int64_t start_s)
{
    for (uint32_t i = reader->first; i < reader->ics->count; i++)
        if (reader->ics->items[i].from_s == start_s)
            return true;
    return false;
}

/* Whether it is left out, or is said otherwise by another event. */
static bool time_is_named(const struct ics_reader *reader, int64_t start_s)
{
    const struct eh_ics_name name =
        eh_ics_name_at(icalcomponent_get_dtstart(reader->event), start_s);
    const char *uid = icalcomponent_get_uid(reader->event);
    for (uint32_t i = 0; i < reader->left_out_count; i++)
        if (eh_ics_name_is(&reader->left_out[i], &name))
            return true;
    for (uint32_t i = 0; i < reader->moved_count; i++)
        if (strcmp(reader->moved[i].uid, uid) == 0 && eh_ics_name_is(&reader->moved[i].name, &name))
            return true;
    return false;
}

static struct icaltimetype event_name(icalcomponent *event)
{
    return eh_ics_moment(icalcomponent_get_first_property(event, ICAL_RECURRENCEID_PROPERTY),
                         event);
}

static void moved_look(struct ics_reader *reader)
{
    icalcompiter at = icalcomponent_begin_component(reader->calendar, ICAL_VEVENT_COMPONENT);
    for (icalcomponent *event; (event = icalcompiter_deref(&at)) != NULL; icalcompiter_next(&at)) {
        const char *uid = icalcomponent_get_uid(event);
        if (uid && event_is_override(event) && reader->moved_count < EH_ICS_EVENTS_MAX)
            reader->moved[reader->moved_count++] =
                (struct moved){uid, eh_ics_name_of(event_name(event))};
    }
}

/* What tells it apart from the other times of the event. */
static int64_t time_key(const struct ics_reader *reader, int64_t start_s)
{
    if (!event_is_override(reader->event))
        return start_s;
    struct icaltimetype name = event_name(reader->event);
    if (eh_ics_is_floating(name))
        name.zone = icalcomponent_get_dtstart(reader->event).zone;
    return eh_ics_seconds(name);
}

static struct span event_span(const struct ics_reader *reader, int64_t start_s)
{
    struct icaltimetype start = icalcomponent_get_dtstart(reader->event);
    struct icaltimetype end = icalcomponent_get_dtend(reader->event);
    return (struct span){start_s, eh_ics_seconds(end) - eh_ics_seconds(start), start.is_date,
                         eh_ics_is_floating(start)};
}

static int time_add(struct ics_reader *reader, struct span span)
{
    bool one_of_several = event_is_override(reader->event) || reader->recurs;
    struct eh_ics_time time = {
        .id = id_make(reader, time_key(reader, span.start_s), one_of_several),
        .busy = event_is_busy(reader->event),
        .cancelled = icalcomponent_get_status(reader->event) == ICAL_STATUS_CANCELLED,
        .days = span.days,
        .local = span.local,
        .from_s = span.start_s,
        .until_s = span.start_s + span.lasts_s,
        .line = reader->line};
    if (time.days) {
        int32_t days = (int32_t)(span.lasts_s / DAY_S);
        time.first = (int32_t)(span.start_s / DAY_S);
        time.last = time.first + (days > 0 ? days : 1) - 1;
        time.until_s = span.start_s + (days > 0 ? days : 1) * (int64_t)DAY_S;
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
    if (reader->r == 0 && !time_is_told(reader, span->start) && !time_is_named(reader, span->start))
        reader->r = time_add(reader, event_span(reader, span->start));
}

static int left_out_add(struct ics_reader *reader, struct icaltimetype time)
{
    int r = eh_array_room_in(reader->arena, &reader->left_out, &reader->left_out_room,
                             reader->left_out_count + 1, EH_ICS_TIMES_MAX);
    if (r < 0)
        return r == -EH_EFULL
                   ? eh_error_set(reader->error, EH_ERANGE,
                                  "%u: an event that leaves out more than %d times", reader->line,
                                  EH_ICS_TIMES_MAX)
                   : eh_error_set(reader->error, EH_ENOMEM, "%u: out of memory", reader->line);
    reader->left_out[reader->left_out_count++] = eh_ics_name_of(time);
    return 0;
}

static struct icaltimetype utc_time(int64_t seconds)
{
    seconds = seconds < 0 ? 0 : seconds > LAST_S ? LAST_S : seconds;
    return icaltime_from_timet_with_zone((time_t)seconds, 0, icaltimezone_get_utc_timezone());
}

/* The times within the window, as if the window began earlier by the length of the event. */
static int rule_leaves_out(struct ics_reader *reader, icalproperty *rule)
{
    struct icaltimetype start = icalcomponent_get_dtstart(reader->event);
    int64_t from_s = reader->window->from_s - event_span(reader, 0).lasts_s - DAY_S;
    struct icalrecurrencetype recur = icalvalue_get_recur(icalproperty_get_value(rule));
    icalrecur_iterator *each = icalrecur_iterator_new(recur, start);
    int r = 0;
    if (each && recur.count == 0 && from_s > eh_ics_seconds(start))
        icalrecur_iterator_set_start(each, utc_time(from_s));
    while (each && r == 0) {
        struct icaltimetype time = icalrecur_iterator_next(each);
        if (icaltime_is_null_time(time) || eh_ics_seconds(time) >= reader->window->until_s)
            break;
        if (eh_ics_seconds(time) >= from_s)
            r = left_out_add(reader, time);
    }
    if (each)
        icalrecur_iterator_free(each);
    return r;
}

/* Takes EXDATEs and EXRULEs from the event: libical compares their days by UTC, and of a rule only
 * the first time. */
static int left_out_take(struct ics_reader *reader)
{
    int r = 0;
    reader->left_out_count = 0;
    for (icalproperty *at; r == 0 && (at = icalcomponent_get_first_property(
                                          reader->event, ICAL_EXDATE_PROPERTY)) != NULL;) {
        r = left_out_add(reader, eh_ics_moment(at, reader->event));
        icalcomponent_remove_property(reader->event, at);
        icalproperty_free(at);
    }
    for (icalproperty *at; r == 0 && (at = icalcomponent_get_first_property(
                                          reader->event, ICAL_EXRULE_PROPERTY)) != NULL;) {
        r = rule_leaves_out(reader, at);
        icalcomponent_remove_property(reader->event, at);
        icalproperty_free(at);
    }
    return r;
}

/* When a date that is added begins: of a day, at the time of day of the event, and of a day of the
 * event that day. One without a zone has that of the event. */
static struct icaltimetype added_start(struct icaltimetype added, struct icaltimetype event_start)
{
    struct icaltimetype start = event_start;
    if (!added.is_date && !event_start.is_date) {
        added.zone = added.zone ? added.zone : event_start.zone;
        return added;
    }
    start.year = added.year;
    start.month = added.month;
    start.day = added.day;
    return start;
}

static struct span added_span(const struct ics_reader *reader, icalproperty *at)
{
    struct icaldatetimeperiodtype added = icalproperty_get_rdate(at);
    struct icaltimetype event_start = icalcomponent_get_dtstart(reader->event);
    if (!is_period(added)) {
        struct icaltimetype start = added_start(eh_ics_moment(at, reader->event), event_start);
        struct span span = event_span(reader, eh_ics_seconds(start));
        span.local = eh_ics_is_floating(start);
        return span;
    }
    struct icaltimetype start = added.period.start, end = period_end(added.period);
    const icaltimezone *said = eh_ics_moment(at, reader->event).zone;
    start.zone = start.zone ? start.zone : said ? said : event_start.zone;
    end.zone = end.zone ? end.zone : start.zone;
    return (struct span){eh_ics_seconds(start), eh_ics_seconds(end) - eh_ics_seconds(start), false,
                         eh_ics_is_floating(start)};
}

/* The RDATEs, before libical sees the event: it knows no periods, and counts from DTSTART on as if
 * clocks never changed. They come first, since a period says how long a time of the rule is. */
static int added_take(struct ics_reader *reader)
{
    int r = 0;
    for (icalproperty *at; r == 0 && (at = icalcomponent_get_first_property(
                                          reader->event, ICAL_RDATE_PROPERTY)) != NULL;) {
        struct span span = added_span(reader, at);
        if (!time_is_told(reader, span.start_s) && !time_is_named(reader, span.start_s))
            r = time_add(reader, span);
        icalcomponent_remove_property(reader->event, at);
        icalproperty_free(at);
    }
    return r;
}

static int event_read(struct ics_reader *reader)
{
    int r = event_check(reader);
    if (r == 0)
        r = steps_take(reader, ICAL_RRULE_PROPERTY);
    if (r == 0)
        r = steps_take(reader, ICAL_EXRULE_PROPERTY);
    if (r < 0)
        return r;
    int64_t start_s = eh_ics_seconds(icalcomponent_get_dtstart(reader->event));
    reader->recurs = event_recurs(reader->event) && !event_is_override(reader->event);
    if (!reader->recurs)
        return time_add(reader, event_span(reader, start_s));
    reader->first = reader->ics->count;
    reader->r = left_out_take(reader);
    if (reader->r == 0)
        reader->r = added_take(reader);
    if (reader->r < 0)
        return reader->r;
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

/* Some programs put the mark of UTF-8 before the text. */
static struct eh_str mark_skip(struct eh_str text)
{
    static const char mark[] = "\xEF\xBB\xBF";
    const uint32_t size = sizeof mark - 1;
    bool there = text.size >= size && memcmp(text.data, mark, size) == 0;
    return there ? eh_str_n(text.data + size, text.size - size) : text;
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
    int r = text_read(&reader, mark_skip(text));
    if (r == 0)
        *ret = ics;
    return r;
}
