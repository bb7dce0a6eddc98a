/*
 * html: one walk over a format, with a writer for its literals and one for its values.
 */
#include "web/html/html.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

typedef void put_fn(struct eh_bytes *, struct eh_str);

/* ---- Values. */

static void put_plain(struct eh_bytes *out, struct eh_str text)
{
    eh_bytes_put(out, text.data, text.size);
}

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void put_character(struct eh_bytes *out, struct eh_str text, size_t size, uint32_t point)
{
    const char *named = size == 1 ? entity(text.data[0]) : NULL;
    bool blank = point == '\n' || point == '\t';
    if (size == 0 || (eh_utf8_hidden(point) && !blank))
        put_plain(out, eh_str(REPLACEMENT));
    else
        put_plain(out, named ? eh_str(named) : eh_str_n(text.data, size));
}

static void put_escaped(struct eh_bytes *out, struct eh_str text)
{
    while (text.size > 0) {
        uint32_t point = 0;
        size_t size = eh_utf8_next(text, &point), step = size ? size : 1;
        put_character(out, text, size, point);
        text = eh_str_n(text.data + step, text.size - step);
    }
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._~", c));
}

static void put_encoded(struct eh_bytes *out, struct eh_str text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (uint32_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (is_unreserved(text.data[i])) {
            eh_bytes_put(out, &text.data[i], 1);
        } else {
            const char code[] = {'%', digits[c >> 4], digits[c & 15]};
            eh_bytes_put(out, code, sizeof code);
        }
    }
}

/* ---- Formats. */

struct walk {
    struct eh_bytes *out;
    put_fn *literal, *value;
    va_list values;
};

static void put_text(struct walk *walk, int most)
{
    const char *text = va_arg(walk->values, const char *);
    size_t size = text ? most < 0 ? strlen(text) : strnlen(text, (size_t)most) : 0;
    walk->value(walk->out, eh_str_n(text, size));
}

static void put_number(struct walk *walk, bool negative, unsigned long long number)
{
    char text[24];
    eh_format(text, sizeof text, "%s%llu", negative ? "-" : "", number);
    put_plain(walk->out, eh_str(text));
}

static void put_signed(struct walk *walk, long long number)
{
    put_number(walk, number < 0,
               number < 0 ? 0 - (unsigned long long)number : (unsigned long long)number);
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Writes the value of the conversion behind a '%'; returns what stands behind it. */
static const char *put_value(struct walk *walk, const char *at)
{
    if (*at == '%')
        put_plain(walk->out, eh_str("%"));
    else if (*at == 's')
        put_text(walk, -1);
    else if (*at == 'd')
        put_signed(walk, va_arg(walk->values, int));
    else if (*at == 'u')
        put_number(walk, false, va_arg(walk->values, unsigned));
    else if (begins(at, ".*s"))
        return put_text(walk, va_arg(walk->values, int)), at + 3;
    else if (begins(at, "lld"))
        return put_signed(walk, va_arg(walk->values, long long)), at + 3;
    else if (begins(at, "llu"))
        return put_number(walk, false, va_arg(walk->values, unsigned long long)), at + 3;
    else if (begins(at, "zu"))
        return put_number(walk, false, va_arg(walk->values, size_t)), at + 2;
    else
        eh_require_failed("a conversion that html knows", __FILE__, __LINE__);
    return at + 1;
}

static void walk_format(struct walk *walk, const char *format)
{
    for (const char *percent; (percent = strchr(format, '%'));) {
        walk->literal(walk->out, eh_str_n(format, (size_t)(percent - format)));
        format = put_value(walk, percent + 1);
    }
    walk->literal(walk->out, eh_str(format));
}

/* ---- What the others call. */

void eh_html(struct eh_html *html, const char *format, ...)
{
    struct walk walk = {.out = &html->out, .literal = put_plain, .value = put_escaped};
    va_start(walk.values, format);
    walk_format(&walk, format);
    va_end(walk.values);
}

static void put_url(struct eh_html *html, const char *format, va_list values)
{
    struct walk walk = {.out = &html->out, .literal = put_escaped, .value = put_encoded};
    va_copy(walk.values, values);
    walk_format(&walk, format);
    va_end(walk.values);
}

void eh_html_url(struct eh_html *html, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    put_url(html, format, values);
    va_end(values);
}

void eh_html_link(struct eh_html *html, const char *text, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    put_plain(&html->out, eh_str("<a href=\""));
    put_url(html, format, values);
    va_end(values);
    eh_html(html, "\">%s</a>", text);
}

void eh_html_text(struct eh_html *html, struct eh_str text)
{
    put_escaped(&html->out, text);
}

void eh_html_add(struct eh_html *html, const struct eh_html *part)
{
    eh_bytes_put(&html->out, part->out.data, part->out.size);
}

void eh_html_clear(struct eh_html *html)
{
    eh_bytes_clear(&html->out);
}

void eh_html_done(struct eh_html *html)
{
    eh_bytes_done(&html->out);
}

void eh_url_v(struct eh_bytes *out, const char *format, va_list values)
{
    struct walk walk = {.out = out, .literal = put_plain, .value = put_encoded};
    va_copy(walk.values, values);
    walk_format(&walk, format);
    va_end(walk.values);
}
