/*
 * lines: the lines of an iCalendar file.
 *
 * libical unfolds them. Each is then given to it in an event of its own, whose errors are those of
 * the line.
 */
#include "lines.h"

#include <stdlib.h>
#include <strings.h>

#include <libical/ical.h>

#define DEPTH_MAX      8
#define NAME_MAX_BYTES 40
#define LIST_MAX       499 /* values of a line: from the 501st on libical says nothing of them */
#define UNKNOWN        "Parse error in property name" /* a property that libical has no name for */

struct source {
    struct eh_str left;
    uint32_t line; /* lines that libical took so far, the one that it has a part of, too */
    bool within;   /* a long one is given in parts */
};

struct reading {
    struct source source;
    uint32_t *events, most, count;
    char open[DEPTH_MAX][NAME_MAX_BYTES];
    uint32_t depth, closed;
    struct eh_error *error;
};

/* libical asks for the next line, with its end. */
static char *line_give(char *to, size_t size, void *context)
{
    struct source *source = context;
    const char *end = source->left.size ? memchr(source->left.data, '\n', source->left.size) : NULL;
    size_t have = end ? (size_t)(end + 1 - source->left.data) : source->left.size;
    if (have == 0)
        return NULL;
    size_t n = have < size - 1 ? have : size - 1;
    memcpy(to, source->left.data, n);
    to[n] = '\0';
    source->left = eh_str_n(source->left.data + n, source->left.size - n);
    source->line += !source->within;
    source->within = to[n - 1] != '\n';
    return to;
}

static int component_open(struct reading *r, const char *name, uint32_t line)
{
    if (r->depth == DEPTH_MAX)
        return eh_error_set(r->error, EH_EPARSE, "%u: components are nested too deep", line);
    if (r->depth == 0 && (r->closed > 0 || strcasecmp(name, "VCALENDAR") != 0))
        return eh_error_set(r->error, EH_EPARSE,
                            "%u: a file is one VCALENDAR; BEGIN:%.40s stands outside", line, name);
    eh_format(r->open[r->depth++], NAME_MAX_BYTES, "%s", name);
    if (strcasecmp(name, "VEVENT") != 0)
        return 0;
    if (r->count == r->most)
        return eh_error_set(r->error, EH_ERANGE, "%u: more than %u events", line, r->most);
    r->events[r->count++] = line;
    return 0;
}

static int component_close(struct reading *r, const char *name, uint32_t line)
{
    if (r->depth == 0 || strcasecmp(r->open[r->depth - 1], name) != 0)
        return eh_error_set(r->error, EH_EPARSE, "%u: END:%.40s closes nothing that is open", line,
                            name);
    r->depth--;
    r->closed += r->depth == 0;
    return 0;
}

static int property_refuse(struct reading *r, icalcomponent *alone, uint32_t line)
{
    icalproperty *found = icalcomponent_get_first_property(alone, ICAL_XLICERROR_PROPERTY);
    const char *why = found ? icalproperty_get_xlicerror(found) : "libical does not understand it";
    if (strncmp(why, UNKNOWN, strlen(UNKNOWN)) == 0)
        return 0;
    return eh_error_set(r->error, EH_EPARSE, "%u: this is no iCalendar: %.120s", line, why);
}

static int property_check(struct reading *r, const char *text, uint32_t line)
{
    EH_AUTO(eh_bytes) struct eh_bytes whole = EH_BYTES_INIT;
    if (r->depth == 0)
        return eh_error_set(r->error, EH_EPARSE,
                            "%u: this is no iCalendar: it begins with BEGIN:VCALENDAR", line);
    eh_bytes_put_text(&whole, "BEGIN:VEVENT\r\n%s\r\nEND:VEVENT\r\n", text);
    eh_bytes_put_u8(&whole, 0);
    if (whole.failed)
        return eh_error_set(r->error, EH_ENOMEM, "%u: out of memory", line);
    icalcomponent *alone = icalparser_parse_string((const char *)whole.data);
    int result = !alone || icalcomponent_count_errors(alone) ? property_refuse(r, alone, line) : 0;
    if (result == 0 && icalcomponent_count_properties(alone, ICAL_ANY_PROPERTY) > LIST_MAX)
        result = eh_error_set(r->error, EH_ERANGE,
                              "%u: a list of more than %d values; write it as several lines", line,
                              LIST_MAX);
    if (alone)
        icalcomponent_free(alone);
    return result;
}

static int line_take(struct reading *r, char *text, uint32_t line)
{
    text[strcspn(text, "\r\n")] = '\0';
    if (text[0] == '\0')
        return 0;
    if (strncasecmp(text, "BEGIN:", 6) == 0)
        return component_open(r, text + 6, line);
    if (strncasecmp(text, "END:", 4) == 0)
        return component_close(r, text + 4, line);
    return property_check(r, text, line);
}

/* libical reads one line ahead to see whether it goes on: an unfolded line began behind the lines
 * that were taken when the last one was given. */
static int lines_take(struct reading *r, icalparser *parser)
{
    uint32_t line = 1;
    int result = 0;
    for (char *text; result == 0 && (text = icalparser_get_line(parser, line_give)) != NULL;) {
        result = line_take(r, text, line < r->source.line ? line : r->source.line);
        line = r->source.line > line ? r->source.line : line + (r->source.left.size == 0);
        icalmemory_free_buffer(text);
    }
    return result;
}

int eh_ics_lines(struct eh_str text, uint32_t *ret_lines, uint32_t most, uint32_t *ret_count,
                 struct eh_error *error)
{
    struct reading reading = {
        .source = {.left = text}, .events = ret_lines, .most = most, .error = error};
    icalparser *parser = icalparser_new();
    if (!parser)
        return eh_error_set(error, EH_ENOMEM, "1: out of memory");
    icalparser_set_gen_data(parser, &reading.source);
    int r = lines_take(&reading, parser);
    icalparser_free(parser);
    if (r == 0 && (reading.depth > 0 || reading.closed == 0))
        r = eh_error_set(error, EH_EPARSE, "%u: the file ends before END:VCALENDAR",
                         reading.source.line ? reading.source.line : 1);
    if (r == 0)
        *ret_count = reading.count;
    return r;
}
