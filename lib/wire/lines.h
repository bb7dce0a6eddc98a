/*
 * lines: sentences for people. The caller's function gets them one by one, and they are counted.
 *
 *     struct eh_lines to = {.line = line, .context = context};
 *     eh_lines_say(&to, "team %.*s: new", EH_STR_ARG(team->id));
 *     return to.count;
 */
#ifndef EVENHAND_WIRE_LINES_H
#define EVENHAND_WIRE_LINES_H

#include <evenhand/base/base.h>

/* Bytes of a sentence with its terminator. A longer sentence is cut. A list of EH_PLAN_MIX_MAX
 * kinds fits. */
#define EH_LINES_MAX 8192

struct eh_lines {
    void (*line)(void *context, const char *line);
    void *context;
    size_t count;
};

void eh_lines_say(struct eh_lines *, const char *format, ...) EH_PRINTF(2, 3);

#endif
