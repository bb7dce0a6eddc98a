/* bar: draws the bar. */
#include "bar.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "text.h"

#define BAR_COLUMNS   30
#define BAR_EVERY_US  100000  /* on a terminal */
#define LINE_EVERY_US 2000000 /* elsewhere */

static int64_t monotonic_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void eh_bar_start(struct eh_bar *bar, const char *what)
{
    int64_t now_us = monotonic_us();
    *bar = (struct eh_bar){what, isatty(STDERR_FILENO), false, now_us, now_us};
}

static void bar_draw(const char *done, const char *all, unsigned percent)
{
    fputs("\r\033[K", stderr);
    for (unsigned i = 0; i < BAR_COLUMNS; i++)
        fputs(i < percent * BAR_COLUMNS / 100 ? "█" : "░", stderr);
    fprintf(stderr, " %3u%%  %s of %s", percent, done, all);
    fflush(stderr);
}

void eh_bar_show(struct eh_bar *bar, size_t done, size_t all)
{
    char some_text[EH_CLI_TEXT], all_text[EH_CLI_TEXT];
    int64_t now_us = monotonic_us();
    if (now_us - bar->shown_us < (bar->terminal ? BAR_EVERY_US : LINE_EVERY_US))
        return;
    bar->shown_us = now_us;
    bar->shown = true;
    eh_text_count((int64_t)done, some_text);
    eh_text_count((int64_t)all, all_text);
    if (bar->terminal)
        bar_draw(some_text, all_text, all ? (unsigned)(done * 100 / all) : 100);
    else
        fprintf(stderr, "%s of %s %s\n", some_text, all_text, bar->what);
}

void eh_bar_end(struct eh_bar *bar)
{
    if (bar->terminal && bar->shown)
        fputs("\r\033[K", stderr);
    bar->shown = false;
}

int64_t eh_bar_took_us(const struct eh_bar *bar)
{
    return monotonic_us() - bar->began_us;
}
