/*
 * holidays_file: files of holidays that a desk file names, as text.
 *
 * libyaml tells where a value stands, in characters. What stands around it stays, byte for byte.
 */
#include <evenhand/wire/holidays_file.h>

#include <yaml.h>

#include <evenhand/base/number.h>

#define DEPTH_MAX      8
#define CALENDAR_DEPTH 3 /* the file, `calendars`, a calendar */

struct level {
    bool is_map, at_value; /* of a map: its next node is a value */
    bool is_wanted;        /* that value is what is looked for */
    uint32_t items;
};

struct holidays {
    yaml_parser_t parser;
    struct eh_arena arena;
    struct eh_str desk;
    struct level levels[DEPTH_MAX];
    unsigned depth;
    struct eh_holidays_mention mention;
    struct eh_str *wanted; /* of the mention: what the next value is; NULL: nothing */
    bool within, is_block, refused;
    size_t from, last_end; /* in characters: the mention, and the last node that ended */
    unsigned line;
    size_t at_character, at_byte; /* how far characters are counted */
    size_t written;               /* bytes of the desk file */
    eh_holidays_fn *put;
    void *context;
    struct eh_bytes *to;
    struct eh_error *error;
};

bool eh_holidays_name_valid(struct eh_str name)
{
    return eh_name_valid(name, EH_HOLIDAYS_NAME_MAX) && name.data[0] != '.' &&
           !memchr(name.data, '/', name.size);
}

/* ---- What is put there: JSON, which is YAML wherever it stands. */

static void quoted_put(struct eh_bytes *to, struct eh_str text)
{
    eh_bytes_put_u8(to, '"');
    for (size_t at = 0, size; at < text.size; at += size) {
        uint32_t point = 0;
        struct eh_str left = eh_str_n(text.data + at, text.size - at);
        size = eh_utf8_next(left, &point);
        size = size ? size : 1;
        if (point == '"' || point == '\\')
            eh_bytes_put_text(to, "\\%c", (int)point);
        else if (point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x2028 ||
                 point == 0x2029 || point == 0xfeff || point == 0xfffe || point == 0xffff)
            eh_bytes_put_text(to, "\\u%04x", point);
        else
            eh_bytes_put(to, left.data, size);
    }
    eh_bytes_put_u8(to, '"');
}

void eh_holidays_put_text(struct eh_bytes *to, struct eh_str name, const struct eh_str *text)
{
    eh_bytes_put_text(to, "{\"name\": ");
    quoted_put(to, name);
    if (text) {
        eh_bytes_put_text(to, ", \"text\": ");
        quoted_put(to, *text);
    }
    eh_bytes_put_u8(to, '}');
}

void eh_holidays_put_days(struct eh_bytes *to, struct eh_str name,
                          const struct eh_holidays_days *days)
{
    char from[EH_DECIMAL_TEXT_MAX], until[EH_DECIMAL_TEXT_MAX], date[EH_DECIMAL_TEXT_MAX];
    eh_date_print(days->from, from);
    eh_date_print(days->until, until);
    eh_bytes_put_text(to, "{\"name\": ");
    quoted_put(to, name);
    eh_bytes_put_text(to, ", \"from\": \"%s\", \"until\": \"%s\", \"left_out\": %u, \"dates\": [",
                      from, until, days->left_out);
    for (uint32_t i = 0; i < days->count; i++) {
        eh_date_print(days->dates[i], date);
        eh_bytes_put_text(to, "%s\"%s\"", i ? ", " : "", date);
    }
    eh_bytes_put_text(to, "]}");
}

/* ---- Where it is put. */

/* Positions ascend. */
static size_t byte_of(struct holidays *h, size_t character)
{
    while (h->at_character < character && h->at_byte < h->desk.size) {
        h->at_byte++;
        while (h->at_byte < h->desk.size && ((uint8_t)h->desk.data[h->at_byte] & 0xc0) == 0x80)
            h->at_byte++;
        h->at_character++;
    }
    return h->at_byte;
}

static int mention_refuse(struct holidays *h, int r)
{
    char what[EH_ERROR_TEXT_MAX], path[64];
    h->refused = true;
    if (!h->error)
        return r;
    eh_format(what, sizeof what, "%s", h->error->text);
    eh_format(path, sizeof path, "calendars[%u].holidays_file", h->levels[1].items - 1);
    r = eh_error_set(h->error, -r, "%u: %s: %s", h->line, path, what);
    eh_format(h->error->field, sizeof h->error->field, "%s", path);
    return r;
}

/* A block's end lies behind the white space that follows it. */
static size_t mention_end(const struct holidays *h, size_t from, size_t end)
{
    while (end > from && strchr(" \t\r\n", h->desk.data[end - 1]))
        end--;
    return end;
}

static int mention_put(struct holidays *h, size_t end_character)
{
    size_t from = byte_of(h, h->from);
    size_t end = mention_end(h, from, byte_of(h, end_character));
    eh_bytes_put(h->to, h->desk.data + h->written, from - h->written);
    size_t before = h->to->size;
    int r = h->put(h->context, &h->mention, h->to, h->error);
    if (r < 0)
        return mention_refuse(h, r);
    if (h->to->size == before)
        eh_bytes_put(h->to, h->desk.data + from, end - from);
    h->written = end;
    return 0;
}

/* ---- Where libyaml is in the file. */

static bool scalar_is(const yaml_event_t *event, const char *text)
{
    return eh_str_equal(eh_str_n((const char *)event->data.scalar.value, event->data.scalar.length),
                        eh_str(text));
}

static void mention_begin(struct holidays *h, const yaml_event_t *event)
{
    h->mention = (struct eh_holidays_mention){0};
    h->wanted = NULL;
    h->from = event->start_mark.index;
    h->line = (unsigned)event->start_mark.line + 1;
}

/* A key of the mention. */
static void mention_key(struct holidays *h, const yaml_event_t *event)
{
    h->wanted = scalar_is(event, "name")   ? &h->mention.name
                : scalar_is(event, "text") ? &h->mention.text
                                           : NULL;
    h->mention.has_text |= h->wanted == &h->mention.text;
    h->mention.has_dates |= scalar_is(event, "dates");
}

static int text_keep(struct holidays *h, const yaml_event_t *event, struct eh_str *ret)
{
    *ret = eh_arena_str(
        &h->arena, eh_str_n((const char *)event->data.scalar.value, event->data.scalar.length));
    return ret->data || event->data.scalar.length == 0 ? 0 : -EH_ENOMEM;
}

/* A key of a map: whether its value is what is looked for. */
static void key_take(struct holidays *h, struct level *level, const yaml_event_t *event)
{
    if (h->depth == 1)
        level->is_wanted = scalar_is(event, "calendars");
    else if (h->depth == CALENDAR_DEPTH)
        level->is_wanted = h->levels[0].is_wanted && scalar_is(event, "holidays_file");
    else if (h->within && h->depth == CALENDAR_DEPTH + 1)
        mention_key(h, event);
}

/* Whether the node that begins is the value of a `holidays_file`. */
static bool is_mention(const struct holidays *h)
{
    return h->depth == CALENDAR_DEPTH && h->levels[CALENDAR_DEPTH - 1].is_map &&
           h->levels[CALENDAR_DEPTH - 1].at_value && h->levels[CALENDAR_DEPTH - 1].is_wanted;
}

static void node_count(struct holidays *h)
{
    struct level *level = h->depth ? &h->levels[h->depth - 1] : NULL;
    if (!level)
        return;
    level->items++;
    level->at_value = level->is_map && !level->at_value;
}

static int scalar_take(struct holidays *h, const yaml_event_t *event)
{
    struct level *level = h->depth ? &h->levels[h->depth - 1] : NULL;
    int r = 0;
    if (is_mention(h)) {
        mention_begin(h, event);
        r = text_keep(h, event, &h->mention.name);
        if (r == 0)
            r = mention_put(h, event->end_mark.index);
    } else if (level && level->is_map && !level->at_value) {
        key_take(h, level, event);
    } else if (h->within && h->wanted && h->depth == CALENDAR_DEPTH + 1) {
        r = text_keep(h, event, h->wanted);
    }
    node_count(h);
    h->last_end = event->end_mark.index;
    return r;
}

static int node_open(struct holidays *h, const yaml_event_t *event, bool is_map)
{
    if (is_mention(h) && is_map) {
        mention_begin(h, event);
        h->within = true;
        h->is_block = event->data.mapping_start.style == YAML_BLOCK_MAPPING_STYLE;
    }
    node_count(h);
    if (h->depth == DEPTH_MAX)
        return -EH_EPARSE;
    h->levels[h->depth++] = (struct level){.is_map = is_map};
    return 0;
}

static int node_close(struct holidays *h, const yaml_event_t *event)
{
    int r = 0;
    h->depth--;
    if (h->within && h->depth == CALENDAR_DEPTH) {
        h->within = false;
        r = mention_put(h, h->is_block ? h->last_end : event->end_mark.index);
    }
    if (event->end_mark.index > event->start_mark.index) /* a block's end has no text */
        h->last_end = event->end_mark.index;
    return r;
}

static int event_take(struct holidays *h, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return scalar_take(h, event);
    case YAML_SEQUENCE_START_EVENT:
        return node_open(h, event, false);
    case YAML_MAPPING_START_EVENT:
        return node_open(h, event, true);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return node_close(h, event);
    case YAML_ALIAS_EVENT:
        return -EH_EPARSE;
    default:
        return 0;
    }
}

/* -EH_EPARSE: no desk file; whoever reads it says why. */
static int events_take(struct holidays *h)
{
    for (;;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&h->parser, &event))
            return -EH_EPARSE;
        bool end = event.type == YAML_STREAM_END_EVENT;
        int r = event_take(h, &event);
        yaml_event_delete(&event);
        if (r < 0 || end)
            return r;
    }
}

static int holidays_write(struct holidays *h)
{
    if (!yaml_parser_initialize(&h->parser))
        return -EH_ENOMEM;
    yaml_parser_set_encoding(&h->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&h->parser, (const unsigned char *)h->desk.data, h->desk.size);
    int r = events_take(h);
    yaml_parser_delete(&h->parser);
    if (r == -EH_EPARSE && !h->refused)
        r = 0;
    if (r == 0)
        eh_bytes_put(h->to, h->desk.data + h->written, h->desk.size - h->written);
    return r < 0 ? r : h->to->failed ? -EH_ENOMEM : 0;
}

static bool text_has(struct eh_str text, const char *what)
{
    size_t size = strlen(what);
    for (size_t at = 0; at + size <= text.size; at++) {
        const char *found = memchr(text.data + at, what[0], text.size - at - size + 1);
        if (!found)
            return false;
        at = (size_t)(found - text.data);
        if (memcmp(found, what, size) == 0)
            return true;
    }
    return false;
}

int eh_holidays_write(struct eh_str desk, eh_holidays_fn *put, void *context, struct eh_bytes *ret,
                      struct eh_error *error)
{
    struct holidays h = {.desk = desk, .put = put, .context = context, .to = ret, .error = error};
    size_t bad_at;
    if (!text_has(desk, "holidays_file") || !eh_utf8_valid(desk, &bad_at)) {
        eh_bytes_put(ret, desk.data, desk.size);
        return ret->failed ? eh_error_set(error, EH_ENOMEM, "1: out of memory") : 0;
    }
    if (desk.size >= 3 && memcmp(desk.data, "\xEF\xBB\xBF", 3) == 0) /* as eh_desk_tree_build() */
        h.desk = eh_str_n(desk.data + 3, desk.size - 3);
    int r = holidays_write(&h);
    eh_arena_done(&h.arena);
    return r < 0 && !h.refused ? eh_error_set(error, EH_ENOMEM, "1: out of memory") : r;
}
