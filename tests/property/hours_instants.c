/*
 * hours_instants: makes instants of calendars for hours.py, which compares them.
 *
 * Reads cases from its standard input: a line with the first day, the last one and the bytes of a
 * desk file, then the file. Writes a line for each: the intervals of its first calendar in seconds.
 */
#include <evenhand/wire/hours.h>

#include <stdio.h>
#include <stdlib.h>

#include "host/local.h"

static void fail(const char *why)
{
    fprintf(stderr, "hours_instants: %s\n", why);
    exit(EXIT_FAILURE);
}

static void case_answer(const char *text, size_t size, int first, int last)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_hours) struct eh_hours hours = EH_HOURS_INIT;
    struct eh_error error = {0};
    struct eh_local local;
    eh_local_begin(&local);
    const struct eh_hours_zone zone = eh_local_zone(&local);
    struct eh_desk *desk;
    if (eh_desk_parse_new(eh_str_n(text, size), &arena, &desk, &error) < 0)
        fail(error.text);
    if (eh_hours_expand(&desk->calendars[0], &zone, first, last, &hours) < 0)
        fail("no room");
    for (uint32_t i = 0; i < hours.count; i++)
        printf("%lld-%lld ", (long long)(hours.spans[i].from_us / 1000000),
               (long long)(hours.spans[i].until_us / 1000000));
    printf("\n");
    eh_local_done(&local);
}

int main(void)
{
    static char text[65536];
    int first, last;
    size_t size;
    while (scanf("%d %d %zu", &first, &last, &size) == 3) {
        if (getchar() != '\n' || size > sizeof text || fread(text, 1, size, stdin) != size)
            fail("no case");
        case_answer(text, size, first, last);
    }
    return EXIT_SUCCESS;
}
