/* text: numbers, money and times as people read them; widths on a terminal. */
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#define SHOWN_BYTES 12 /* of a character that a screen hides, with terminator */

int64_t eh_text_now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Copies a printed number and puts a comma between thousands of its whole part. */
static void number_separate(const char *plain, char ret[EH_CLI_TEXT])
{
    size_t digits = strcspn(plain + (*plain == '-'), "."), used = 0;
    if (*plain == '-')
        ret[used++] = *plain++;
    for (size_t i = 0; plain[i] && used < EH_CLI_TEXT - 2; i++) {
        if (i > 0 && i < digits && (digits - i) % 3 == 0)
            ret[used++] = ',';
        ret[used++] = plain[i];
    }
    ret[used] = '\0';
}

void eh_text_count(int64_t n, char ret[EH_CLI_TEXT])
{
    char plain[EH_DECIMAL_TEXT_MAX];
    eh_decimal_print(n, 0, plain);
    number_separate(plain, ret);
}

void eh_text_money(int64_t minor, unsigned exponent, char ret[EH_CLI_TEXT])
{
    char plain[EH_DECIMAL_TEXT_MAX];
    eh_money_print(minor, exponent, plain);
    number_separate(plain, ret);
}

void eh_text_amount(int64_t minor, unsigned exponent, const char *currency, char ret[EH_CLI_TEXT])
{
    char money[EH_CLI_TEXT];
    eh_text_money(minor, exponent, money);
    eh_format(ret, EH_CLI_TEXT, "%s%s%s", money, currency ? " " : "", currency ? currency : "");
}

void eh_text_span(int64_t seconds, char ret[EH_CLI_TEXT])
{
    static const struct {
        int64_t seconds;
        char letter;
    } units[] = {{365 * 86400, 'y'}, {86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
    size_t i = 0, last = sizeof units / sizeof *units - 1;
    while (i < last && seconds < units[i].seconds)
        i++;
    int64_t large = seconds / units[i].seconds, rest = seconds % units[i].seconds;
    int64_t small = i < last ? rest / units[i + 1].seconds : 0;
    if (small > 0 && i + 2 <= last)
        eh_format(ret, EH_CLI_TEXT, "%lld%c %lld%c", (long long)large, units[i].letter,
                  (long long)small, units[i + 1].letter);
    else
        eh_format(ret, EH_CLI_TEXT, "%lld%c", (long long)large, units[i].letter);
}

void eh_text_ago(int64_t now_us, int64_t then_us, char ret[EH_CLI_TEXT])
{
    char span[EH_CLI_TEXT];
    int64_t ahead_us = then_us - now_us, half_us = 500000;
    int64_t seconds = ahead_us > 0 ? -((ahead_us + half_us) / 1000000) : -ahead_us / 1000000;
    eh_text_span(seconds < 0 ? -seconds : seconds, span);
    if (seconds == 0)
        eh_format(ret, EH_CLI_TEXT, "just now");
    else if (seconds > 0)
        eh_format(ret, EH_CLI_TEXT, "%s ago", span);
    else
        eh_format(ret, EH_CLI_TEXT, "in %s", span);
}

void eh_text_zone(const char *name)
{
    static const char folder[] = "/usr/share/zoneinfo/";
    char path[sizeof folder + 64];
    const char *own = getenv("TZ");
    bool plain = *name && !strstr(name, "..") && *name != '/' && *name != ':';
    eh_format(path, sizeof path, "%s%s", folder, name);
    if ((own && *own) || !plain || access(path, R_OK) != 0)
        return;
    setenv("TZ", name, 1);
    tzset();
}

static void time_local(int64_t us, const char *format, char ret[EH_CLI_TEXT])
{
    time_t seconds = (time_t)(us / 1000000);
    struct tm tm;
    if (!localtime_r(&seconds, &tm) || !strftime(ret, EH_CLI_TEXT, format, &tm))
        eh_format(ret, EH_CLI_TEXT, "?");
}

void eh_text_when(int64_t us, char ret[EH_CLI_TEXT])
{
    time_local(us, "%Y-%m-%d %H:%M:%S %Z", ret);
}

void eh_text_when_short(int64_t now_us, int64_t us, char ret[EH_CLI_TEXT])
{
    char today[EH_CLI_TEXT], day[EH_CLI_TEXT];
    time_local(now_us, "%Y-%m-%d", today);
    time_local(us, "%Y-%m-%d", day);
    time_local(us, strcmp(today, day) == 0 ? "%H:%M:%S %Z" : "%Y-%m-%d %H:%M %Z", ret);
}

/* The next character of text: its bytes and columns. A bad byte is one column, one byte. */
static size_t character_next(const char *text, int *ret_width, bool *ret_plain)
{
    mbstate_t state = {0};
    wchar_t c;
    size_t n = mbrtowc(&c, text, strlen(text), &state);
    bool ok = n != 0 && n != (size_t)-1 && n != (size_t)-2;
    int width = ok ? wcwidth(c) : -1;
    *ret_plain = ok && width >= 0;
    *ret_width = width < 0 ? 1 : width;
    return ok ? n : 1;
}

int eh_text_width(const char *text)
{
    int width = 0, w;
    bool plain;
    while (*text) {
        text += character_next(text, &w, &plain);
        width += w;
    }
    return width;
}

size_t eh_text_cut(const char *text, int width)
{
    size_t at = 0;
    int w;
    bool plain;
    while (text[at]) {
        size_t n = character_next(text + at, &w, &plain);
        if (w > width)
            break;
        width -= w;
        at += n;
    }
    return at;
}

/* Bytes of the character if it has several and a screen hides it, else 0. */
static size_t character_hidden_size(const char *text, uint32_t *ret_point)
{
    size_t size = eh_utf8_next(eh_str_n(text, strnlen(text, 4)), ret_point);
    return size > 1 && eh_utf8_hidden(*ret_point) ? size : 0;
}

char *eh_text_clean(const char *text)
{
    char *copy = malloc(strlen(text) * 4 + SHOWN_BYTES), *out = copy;
    eh_require(copy);
    while (*text) {
        int w;
        bool plain;
        uint32_t point = 0;
        size_t hidden = character_hidden_size(text, &point), n = character_next(text, &w, &plain);
        if (hidden) {
            out += eh_format(out, SHOWN_BYTES, "\\u{%04x}", point);
            n = hidden;
        } else if (plain) {
            memcpy(out, text, n);
            out += n;
        } else {
            *out++ = '?';
        }
        text += n;
    }
    *out = '\0';
    return copy;
}

void eh_text_print_wrapped(const char *text, int used, int hang)
{
    char *clean = eh_text_clean(text);
    const char *at = clean;
    while (*at) {
        int room = EH_TEXT_LINE - used > 8 ? EH_TEXT_LINE - used : 8;
        size_t bytes = eh_text_cut(at, room), end = bytes;
        if (at[bytes])
            while (end > 0 && at[end] != ' ')
                end--;
        end = end ? end : bytes;
        printf("%.*s\n", (int)end, at);
        at += end + (at[end] == ' ');
        if (*at)
            printf("%*s", hang, "");
        used = hang;
    }
    free(clean);
}
