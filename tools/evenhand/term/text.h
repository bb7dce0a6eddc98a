/*
 * text: numbers, money and times as people read them.
 *
 *     char text[EH_CLI_TEXT];
 *     eh_text_count(12345, text);                  // "12,345"
 *     eh_text_money(1299500, 2, text);             // "12,995.00"
 *     eh_text_ago(now_us, then_us, text);          // "2h 10m ago"
 *     eh_text_zone("Europe/Oslo");                 // of the times that follow
 *     eh_text_when(then_us, text);                 // "2026-03-01 14:05:09 CET"
 */
#ifndef EVENHAND_TOOLS_TERM_TEXT_H
#define EVENHAND_TOOLS_TERM_TEXT_H

#include <evenhand/base/base.h>

#define EH_TEXT_LINE 80 /* columns of a line of prose */
#define EH_CLI_TEXT  64 /* bytes any of these needs, with terminator */

int64_t eh_text_now_us(void);

void eh_text_count(int64_t n, char ret[EH_CLI_TEXT]);
void eh_text_money(int64_t minor, unsigned exponent, char ret[EH_CLI_TEXT]);
/* In a sentence, with its currency (NULL: without): "12,995.00 EUR". */
void eh_text_amount(int64_t minor, unsigned exponent, const char *currency, char ret[EH_CLI_TEXT]);

/* The two largest units of a span: "3d 4h", "2h 10m", "40s". */
void eh_text_span(int64_t seconds, char ret[EH_CLI_TEXT]);
/* "2h 10m ago", "in 5m", "just now". */
void eh_text_ago(int64_t now_us, int64_t then_us, char ret[EH_CLI_TEXT]);
/* From now on times are printed in this zone, unless $TZ is set. */
void eh_text_zone(const char *name);
void eh_text_when(int64_t us, char ret[EH_CLI_TEXT]);
/* The time alone when it is of today, else day and time without seconds. */
void eh_text_when_short(int64_t now_us, int64_t us, char ret[EH_CLI_TEXT]);

/* Columns a text takes on a terminal; control characters and broken UTF-8 count as one. */
int eh_text_width(const char *text);
/* The bytes of the longest beginning that is at most `width` columns wide. */
size_t eh_text_cut(const char *text, int width);
/* A copy for a terminal, malloc'ed: '?' stands for control characters and broken UTF-8, \u{NNNN}
 * for what a screen would hide: marks of direction, characters without width, fillers. */
char *eh_text_clean(const char *text);
/* Prints a text, cleaned and broken at blanks. `used` columns of the first line are taken; further
 * lines begin `hang` columns in. */
void eh_text_print_wrapped(const char *text, int used, int hang);

#endif
