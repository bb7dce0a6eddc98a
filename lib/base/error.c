/* error.c: filling an eh_error with one clean line, and ending the process when going on would do
 * harm. */
#include <evenhand/base/error.h>
#include <evenhand/base/text.h>

#include <stdlib.h>
#include <unistd.h>

/* Length of text without a character that was cut in the middle. */
static size_t whole_characters(const char *text, size_t size)
{
    size_t start = size;
    while (start > 0 && size - start < 3 && ((uint8_t)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return size;
    uint8_t lead = (uint8_t)text[start - 1];
    size_t wanted = lead < 0xC0 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    return size - start < wanted ? start - 1 : size;
}

/* Makes one line of whatever a sender's bytes brought in: no control characters, no half ones. */
static void tidy_line(char *text, size_t size, size_t wanted)
{
    size_t length = wanted < size ? wanted : size - 1;
    if (wanted >= size)
        length = whole_characters(text, length);
    text[length] = '\0';
    for (size_t i = 0; i < length; i++)
        if ((uint8_t)text[i] < 0x20 || text[i] == 0x7F)
            text[i] = '?';
}

static void error_fill(struct eh_error *error, int code, const char *field, const char *format,
                       va_list args)
{
    error->code = code;
    tidy_line(error->field, sizeof error->field,
              eh_format(error->field, sizeof error->field, "%s", field));
    tidy_line(error->text, sizeof error->text,
              eh_format_v(error->text, sizeof error->text, format, args));
}

int eh_error_set(struct eh_error *error, int code, const char *format, ...)
{
    if (!error)
        return -code;
    va_list args;
    va_start(args, format);
    error_fill(error, code, "", format, args);
    va_end(args);
    return -code;
}

int eh_error_field(struct eh_error *error, int code, const char *field, const char *format, ...)
{
    if (!error)
        return -code;
    va_list args;
    va_start(args, format);
    error_fill(error, code, field, format, args);
    va_end(args);
    return -code;
}

const char *eh_code_name(int code)
{
    static const char *const names[] = {
        [0] = "no error",
        [EH_EINVAL] = "not allowed here",
        [EH_ERANGE] = "out of range",
        [EH_EFULL] = "full",
        [EH_ENOMEM] = "out of memory",
        [EH_EPARSE] = "malformed",
        [EH_ENOTFOUND] = "not found",
        [EH_ECONFLICT] = "conflict",
        [EH_EDENIED] = "denied",
        [EH_ECORRUPT] = "corrupt",
        [EH_EVERSION] = "wrong version",
        [EH_EUNAVAILABLE] = "unavailable",
    };
    unsigned index = code < 0 ? 0u - (unsigned)code : (unsigned)code;
    return index < sizeof names / sizeof *names ? names[index] : "unknown error";
}

_Noreturn void eh_require_failed(const char *condition, const char *file, int line)
{
    char text[512];
    size_t size = eh_format(text, sizeof text, "%s:%d: required: %s\n", file, line, condition);
    if (size >= sizeof text)
        size = sizeof text - 1;
    if (write(STDERR_FILENO, text, size) < 0)
        abort();
    abort();
}
