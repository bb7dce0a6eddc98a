/*
 * desk_day: the working time of a day: "08:00-12:00 12:30-16:00".
 */
#include "desk_read.h"

#define DAY_MINUTES (24 * 60)
#define SHOWN_MAX   40 /* bytes of a text in a refusal */

/* Reads "08:00" from the front of *text. */
static bool clock_take(struct eh_str *text, uint16_t *ret)
{
    const char *t = text->data;
    if (text->size < 5 || t[2] != ':')
        return false;
    for (int i = 0; i < 5; i++)
        if (i != 2 && (t[i] < '0' || t[i] > '9'))
            return false;
    int minutes = ((t[0] - '0') * 10 + t[1] - '0') * 60 + (t[3] - '0') * 10 + t[4] - '0';
    if (t[3] > '5' || minutes > DAY_MINUTES)
        return false;
    *text = eh_str_n(t + 5, text->size - 5);
    *ret = (uint16_t)minutes;
    return true;
}

/* Reads "22:00-06:00" from the front of *text. It ends on the next day if it ends before it begins.
 */
static bool span_take(struct eh_str *text, struct eh_desk_span *ret)
{
    struct eh_desk_span span;
    if (!clock_take(text, &span.from) || text->size == 0 || text->data[0] != '-')
        return false;
    *text = eh_str_n(text->data + 1, text->size - 1);
    if (!clock_take(text, &span.until) || span.from == span.until || span.from == DAY_MINUTES)
        return false;
    if (span.until < span.from)
        span.until = (uint16_t)(span.until + DAY_MINUTES);
    *ret = span;
    return text->size == 0 || text->data[0] == ' ';
}

static void spaces_skip(struct eh_str *text)
{
    while (text->size > 0 && text->data[0] == ' ')
        *text = eh_str_n(text->data + 1, text->size - 1);
}

/* Refuses a span that begins before the last one ends. */
static int span_check(struct desk_reader *reader, const struct desk_node *node,
                      const struct desk_path *path, const struct eh_desk_span *spans,
                      uint32_t count)
{
    if (count == EH_DESK_SPANS_MAX)
        return eh_desk_refuse(reader, node, path, EH_ERANGE, "has more than %d intervals",
                              EH_DESK_SPANS_MAX);
    if (count > 0 && spans[count].from < spans[count - 1].until)
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "an interval begins before the one in front of it ends");
    return 0;
}

int eh_desk_read_day(struct desk_reader *reader, const struct desk_node *node,
                     const struct desk_path *path, void *ret)
{
    struct eh_desk_span spans[EH_DESK_SPANS_MAX + 1];
    struct eh_desk_day *day = ret;
    struct eh_str text;
    uint32_t count = 0;
    int r = eh_desk_read_text(reader, node, path, &text);
    if (r < 0)
        return r;
    for (spaces_skip(&text); text.size > 0; spaces_skip(&text), count++) {
        struct eh_str shown = eh_str_cut(text, SHOWN_MAX);
        if (!span_take(&text, &spans[count]))
            return eh_desk_refuse(reader, node, path, EH_EINVAL,
                                  "`%.*s` is no time of work such as 08:00-12:00 or 22:00-06:00",
                                  EH_STR_ARG(shown));
        r = span_check(reader, node, path, spans, count);
        if (r < 0)
            return r;
    }
    day->spans = eh_arena_copy(reader->arena, spans, (count ? count : 1) * sizeof *spans);
    day->span_count = count;
    return day->spans ? 0 : eh_desk_out_of_memory(reader);
}
