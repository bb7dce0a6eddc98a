/* lines: formats a sentence for people and calls the caller's function with it. */
#include "lines.h"

#include <stdarg.h>

void eh_lines_say(struct eh_lines *to, const char *format, ...)
{
    char text[EH_LINES_MAX];
    va_list args;
    va_start(args, format);
    eh_format_v(text, sizeof text, format, args);
    va_end(args);
    to->line(to->context, text);
    to->count++;
}
