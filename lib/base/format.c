/* format.c: printf without stdio and without locale, for the few conversions the project uses. */
#include <evenhand/base/text.h>

struct sink {
    char *buffer;
    size_t size;   /* of the buffer, with the terminator */
    size_t length; /* what the text would need */
};

struct conversion {
    bool left, zero;
    size_t width;
    size_t precision;  /* SIZE_MAX when none was given */
    size_t long_count; /* of 'l'; 'z' counts as one */
};

#define FORMAT_WIDTH_MAX 1024 /* wider fields are a mistake, not a wish */

static void buffer_put(struct sink *sink, const char *text, size_t size)
{
    if (sink->length < sink->size) {
        size_t room = sink->size - sink->length;
        memcpy(sink->buffer + sink->length, text, size < room ? size : room);
    }
    sink->length += size;
}

static void pad(struct sink *sink, char with, size_t count)
{
    for (; count > 0; count--)
        buffer_put(sink, &with, 1);
}

static void padded_put(struct sink *sink, const struct conversion *c, const char *sign,
                       const char *text, size_t size)
{
    size_t signs = strlen(sign);
    size_t gap = c->width > size + signs ? c->width - size - signs : 0;
    bool zero = c->zero && !c->left;
    if (!c->left && !zero)
        pad(sink, ' ', gap);
    buffer_put(sink, sign, signs);
    if (zero)
        pad(sink, '0', gap);
    buffer_put(sink, text, size);
    if (c->left)
        pad(sink, ' ', gap);
}

static void number_put(struct sink *sink, const struct conversion *c, bool negative,
                       uint64_t magnitude, unsigned base)
{
    char digits[24];
    size_t at = sizeof digits;
    do
        digits[--at] = "0123456789abcdef"[magnitude % base];
    while ((magnitude /= base) != 0);
    padded_put(sink, c, negative ? "-" : "", digits + at, sizeof digits - at);
}

/* Reads flags, width, precision and length, in printf's order. Returns the place of the letter. */
static const char *conversion_parse(const char *at, struct conversion *ret, va_list *args)
{
    struct conversion c = {.precision = SIZE_MAX};
    for (; *at == '-' || *at == '0'; at++) {
        c.left |= *at == '-';
        c.zero |= *at == '0';
    }
    for (; *at >= '0' && *at <= '9'; at++)
        if (c.width < FORMAT_WIDTH_MAX)
            c.width = c.width * 10 + (size_t)(*at - '0');
    if (c.width > FORMAT_WIDTH_MAX)
        c.width = FORMAT_WIDTH_MAX;
    if (*at == '.' && at[1] == '*') {
        int precision = va_arg(*args, int);
        c.precision = precision < 0 ? SIZE_MAX : (size_t)precision;
        at += 2;
    } else if (*at == '.') {
        c.precision = 0;
        for (at++; *at >= '0' && *at <= '9'; at++)
            if (c.precision < UINT32_MAX)
                c.precision = c.precision * 10 + (size_t)(*at - '0');
    }
    for (; *at == 'l' || *at == 'z'; at++)
        c.long_count++;
    *ret = c;
    return at;
}

static void convert_signed(struct sink *sink, const struct conversion *c, va_list *args)
{
    int64_t value = c->long_count > 1    ? va_arg(*args, long long)
                    : c->long_count == 1 ? va_arg(*args, long)
                                         : va_arg(*args, int);
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    number_put(sink, c, value < 0, magnitude, 10);
}

static void convert_unsigned(struct sink *sink, const struct conversion *c, unsigned base,
                             va_list *args)
{
    uint64_t value = c->long_count > 1    ? va_arg(*args, unsigned long long)
                     : c->long_count == 1 ? va_arg(*args, unsigned long)
                                          : va_arg(*args, unsigned);
    number_put(sink, c, false, value, base);
}

static void convert_text(struct sink *sink, struct conversion c, va_list *args)
{
    const char *text = va_arg(*args, const char *);
    if (!text)
        text = "(none)";
    size_t size = c.precision == SIZE_MAX ? strlen(text) : strnlen(text, c.precision);
    if (size == c.precision)
        size = eh_utf8_whole(text, size);
    c.zero = false;
    padded_put(sink, &c, "", text, size);
}

/* Puts one conversion. False: the letter is unknown, so the arguments after it cannot be read. */
static bool convert(struct sink *sink, char letter, struct conversion c, va_list *args)
{
    char character;
    switch (letter) {
    case '%':
        buffer_put(sink, "%", 1);
        return true;
    case 's':
        convert_text(sink, c, args);
        return true;
    case 'c':
        character = (char)va_arg(*args, int);
        c.zero = false;
        padded_put(sink, &c, "", &character, 1);
        return true;
    case 'd':
    case 'i':
        convert_signed(sink, &c, args);
        return true;
    case 'u':
        convert_unsigned(sink, &c, 10, args);
        return true;
    case 'x':
        convert_unsigned(sink, &c, 16, args);
        return true;
    default:
        return false;
    }
}

size_t eh_format_v(char *buffer, size_t size, const char *format, va_list args)
{
    struct sink sink = {buffer, size, 0};
    va_list rest;
    va_copy(rest, args);
    while (*format) {
        size_t plain = strcspn(format, "%");
        buffer_put(&sink, format, plain);
        format += plain;
        if (!*format)
            break;
        struct conversion c;
        const char *letter = conversion_parse(format + 1, &c, &rest);
        if (!convert(&sink, *letter, c, &rest)) {
            buffer_put(&sink, format, strlen(format)); /* the rest is shown unchanged */
            break;
        }
        format = letter + 1;
    }
    va_end(rest);
    if (size > 0)
        buffer[sink.length < size ? sink.length : eh_utf8_whole(buffer, size - 1)] = '\0';
    return sink.length;
}

size_t eh_format(char *buffer, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t length = eh_format_v(buffer, size, format, args);
    va_end(args);
    return length;
}
