/*
 * stays_kit: who was in a team on which days, as a text to compare.
 *
 *     cr_assert_str_eq(stays_of(&k, "t", 1, 31), "ann 1-31, leo 1-9 20-31");
 */
#ifndef TESTS_UNIT_STAYS_KIT_H
#define TESTS_UNIT_STAYS_KIT_H

#include <evenhand/engine/periods.h>

#include "engine_kit.h"

#define STAYS_DAY_0 (KIT_TODAY - 100) /* days are counted from it */

struct stays_text {
    char text[8192];
    size_t size;
    struct eh_str rep;
};

static inline void stays_say(void *context, struct eh_str rep, const struct eh_stay *stay)
{
    struct stays_text *to = context;
    bool same = eh_str_equal(to->rep, rep);
    if (!same)
        to->size += (size_t)snprintf(to->text + to->size, sizeof to->text - to->size, "%s%.*s",
                                     to->size ? ", " : "", EH_STR_ARG(rep));
    to->rep = rep;
    to->size += (size_t)snprintf(to->text + to->size, sizeof to->text - to->size, " %d-%d",
                                 stay->from - STAYS_DAY_0, stay->until - STAYS_DAY_0);
}

static inline const char *stays_of(const struct eh_engine *e, const char *team, int first, int last)
{
    static struct stays_text to;
    to = (struct stays_text){.size = 0};
    if (eh_engine_stays(e, eh_str(team), STAYS_DAY_0 + first, STAYS_DAY_0 + last, stays_say, &to) <
        0)
        kit_fail("stays", "out of memory");
    return to.text;
}

/* A date as the desk file has it. */
static inline const char *stays_date(int day)
{
    static char texts[8][EH_DECIMAL_TEXT_MAX];
    static unsigned turn;
    char *text = texts[turn++ % 8];
    eh_date_print(STAYS_DAY_0 + day, text);
    return text;
}

#endif
