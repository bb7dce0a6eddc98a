/* error.c: filling an eh_error with one clean line, and ending the process when going on would do
 * harm. */
#include <evenhand/base/error.h>
#include <evenhand/base/text.h>

#include <stdlib.h>
#include <unistd.h>

/* Makes one line of UTF-8, whatever bytes a sender put in: it goes into answers, logs and columns.
 */
static void error_fill(struct eh_error *error, int code, const char *field, const char *format,
                       va_list args)
{
    error->code = code;
    eh_format(error->field, sizeof error->field, "%s", field);
    eh_format_v(error->text, sizeof error->text, format, args);
    eh_text_tidy(error->field, strlen(error->field));
    eh_text_tidy(error->text, strlen(error->text));
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
