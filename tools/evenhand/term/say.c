/* say: the one way to tell an error: a line for people, an object of JSON for programs. */
#include "say.h"

#include <stdio.h>
#include <stdlib.h>

#include "text.h"

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

struct saying {
    const char *name, *field; /* of the error; field NULL: none */
    const char *hint;         /* for people */
};

static void error_say(const struct eh_cli *cli, const struct saying *saying, const char *format,
                      va_list args)
{
    char *line = NULL;
    if (vasprintf(&line, format, args) < 0)
        return;
    char *clean = eh_text_clean(line), *field = saying->field ? eh_text_clean(saying->field) : NULL;
    fflush(stdout);
    if (cli->says_json)
        error_say_json(saying->name, field, clean);
    else
        fprintf(stderr, "evenhand: %s%s\n", clean, saying->hint);
    free(field);
    free(clean);
    free(line);
}

int eh_say(const struct eh_cli *cli, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_say(cli, &(struct saying){exit_name(code), NULL, ""}, format, args);
    va_end(args);
    return code;
}

int eh_say_refused(const struct eh_cli *cli, int code, const char *name, const char *field,
                   const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_say(cli, &(struct saying){name ? name : exit_name(code), field, ""}, format, args);
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
    error_say(cli, &(struct saying){exit_name(EH_EXIT_USAGE), NULL, hint}, format, args);
    va_end(args);
    return EH_EXIT_USAGE;
}

int eh_say_long(const struct eh_cli *cli, const char *argument)
{
    return eh_say(cli, EH_EXIT_USAGE, "%s: too long for a name", argument);
}
