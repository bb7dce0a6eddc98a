/* say: the one way to tell an error: a line for people, an object of JSON for programs. */
#include "say.h"

#include <stdio.h>
#include <stdlib.h>

#include "text.h"

/* The only state of the process: errors found before the call is parsed obey --json as well. */
static bool says_json;

void eh_say_in_json(void)
{
    says_json = true;
}

/* A text without control characters as a JSON string. */
static void json_put_text(const char *text)
{
    putc('"', stderr);
    for (; *text; text++)
        fprintf(stderr, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    putc('"', stderr);
}

/* The "code" of an error that did not come from the daemon. */
static const char *exit_name(int code)
{
    switch (code) {
    case EH_EXIT_USAGE:
        return "usage";
    case EH_EXIT_UNAVAILABLE:
        return "unavailable";
    case EH_EXIT_DENIED:
        return "denied";
    case EH_EXIT_CONFIG:
        return "invalid";
    default:
        return "refused";
    }
}

static void error_say_json(const char *name, const char *field, const char *message)
{
    fputs("{\"error\":{\"code\":", stderr);
    json_put_text(name);
    fputs(",\"message\":", stderr);
    json_put_text(message);
    fputs(",\"field\":", stderr);
    if (field)
        json_put_text(field);
    else
        fputs("null", stderr);
    fputs("}}\n", stderr);
}

static void error_say(const char *name, const char *field, const char *format, va_list args,
                      const char *hint)
{
    char *line = NULL;
    if (vasprintf(&line, format, args) < 0)
        return;
    char *clean = eh_text_clean(line), *clean_field = field ? eh_text_clean(field) : NULL;
    fflush(stdout);
    if (says_json)
        error_say_json(name, clean_field, clean);
    else
        fprintf(stderr, "evenhand: %s%s\n", clean, hint);
    free(clean_field);
    free(clean);
    free(line);
}

int eh_say(int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_say(exit_name(code), NULL, format, args, "");
    va_end(args);
    return code;
}

int eh_say_refused(int code, const char *name, const char *field, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_say(name ? name : exit_name(code), field, format, args, "");
    va_end(args);
    return code;
}

int eh_say_usage(const struct eh_cli *cli, const char *format, ...)
{
    char hint[96];
    const char *name = cli->command ? cli->command->name : cli->several ? cli->several : "";
    eh_format(hint, sizeof hint, " (try `evenhand %s%s--help`)", name, *name ? " " : "");
    va_list args;
    va_start(args, format);
    error_say(exit_name(EH_EXIT_USAGE), NULL, format, args, hint);
    va_end(args);
    return EH_EXIT_USAGE;
}

int eh_say_long(const char *argument)
{
    return eh_say(EH_EXIT_USAGE, "%s: too long for a name", argument);
}
