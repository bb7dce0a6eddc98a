/*
 * bar: progress on stderr: a bar on a terminal, else a line every two seconds; nothing when the
 * work is done at once.
 *
 *     struct eh_bar bar;
 *     eh_bar_start(&bar, "sent");
 *     eh_bar_show(&bar, done, all);       // as often as you like
 *     eh_bar_end(&bar);                   // takes the bar away
 */
#ifndef EVENHAND_TOOLS_TERM_BAR_H
#define EVENHAND_TOOLS_TERM_BAR_H

#include <evenhand/base/base.h>

struct eh_bar {
    const char *what; /* "12,000 of 14,277 sent" */
    bool terminal;
    bool shown;
    int64_t began_us, shown_us;
};

void eh_bar_start(struct eh_bar *, const char *what);
void eh_bar_show(struct eh_bar *, size_t done, size_t all);
void eh_bar_end(struct eh_bar *);
int64_t eh_bar_took_us(const struct eh_bar *); /* since its start; never goes back */

#endif
