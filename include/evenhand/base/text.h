/*
 * text: slices of bytes that are text, and the checks every name has to pass.
 *
 * A slice does not own what it points to and has no terminator.
 *
 *     struct eh_str team = eh_str("sales");
 *     if (!eh_name_valid(team, EH_NAME_MAX))
 *         …
 *     char line[80];
 *     eh_format(line, sizeof line, "%.*s has %lld open", EH_STR_ARG(team), (long long)open);
 */
#ifndef EVENHAND_BASE_TEXT_H
#define EVENHAND_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <evenhand/base/error.h>

EH_C_BEGIN

#define EH_ID_MAX   63  /* bytes of an id of the desk file: [a-z0-9][a-z0-9._-]{0,62} */
#define EH_NAME_MAX 128 /* bytes of an id or a name in a message */

struct eh_str {
    const char *data; /* NULL only when size is 0 */
    uint32_t size;    /* bytes */
};

#define EH_STR_ARG(s) (int)(s).size, (s).data ? (s).data : "" /* for "%.*s" */

static inline struct eh_str eh_str_n(const char *data, size_t size)
{
    return (struct eh_str){data, (uint32_t)size};
}

static inline struct eh_str eh_str(const char *text)
{
    return text ? eh_str_n(text, strlen(text)) : (struct eh_str){NULL, 0};
}

static inline bool eh_str_equal(struct eh_str a, struct eh_str b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Byte order, the shorter first when one begins the other: <0, 0, >0. */
int eh_str_compare(struct eh_str a, struct eh_str b);

/* An id of the desk file. */
bool eh_id_valid(struct eh_str s);

/* 1 to max bytes of UTF-8 without control characters (U+0000..1F, 7F, U+0080..9F). */
bool eh_name_valid(struct eh_str s, size_t max);

/* Well-formed UTF-8 (RFC 3629: no surrogates, nothing overlong). Says where it breaks. */
bool eh_utf8_valid(struct eh_str s, size_t *ret_bad_at);

/* A list in one text: its items, each of at least one byte, joined by a separator that no name has
 * in it. */
#define EH_TEXT_LIST_SEPARATOR '\x1f'
/* Takes the first item off the list. Of an empty list: nothing. */
struct eh_str eh_text_list_next(struct eh_str *list);

/* Text is cut between characters, never inside one: a half character is no text, and no column of
 * PostgreSQL takes it. Returns the first bytes of s, at most `most` of them. */
struct eh_str eh_str_cut(struct eh_str s, size_t most);
/* The same for bytes that were cut already: `size` without a character that is not there whole. */
size_t eh_utf8_whole(const char *text, size_t size);
/* Makes one line of text out of any bytes, in place: what is no UTF-8 becomes '?', and so does a
 * control character below U+0080. */
void eh_text_tidy(char *text, size_t size);

/* Levenshtein's distance: bytes to insert, delete or replace to make b of a. UINT32_MAX: one of
 * them is longer than EH_DISTANCE_MAX. */
#define EH_DISTANCE_MAX 32
uint32_t eh_text_distance(struct eh_str a, struct eh_str b);

/* The character at the beginning of s: its bytes (1 to 4) and its number; 0 where no character of
 * UTF-8 stands. s is not empty. */
size_t eh_utf8_next(struct eh_str s, uint32_t *ret_point);
/* Characters that a screen does not show, and that can make it show something else than the text
 * says: controls, marks of direction, what has no width, fillers, tags. */
bool eh_utf8_hidden(uint32_t point);

/* Makes an id of a name: "Summer Sewald" -> "summer-sewald". Other characters become one '-',
 * Latin letters with accents lose them. Returns the length, 0 when nothing is left. */
size_t eh_id_from_name(struct eh_str name, char ret_id[EH_ID_MAX + 1]);

/* printf without stdio and without locale. Knows %s %.*s %c %d %u %x %ld %lu %lld %llu %zu %%, with
 * an optional width and '0' or '-' flag. Always terminates; returns the length it would have had.
 * "%.*s" and a full buffer cut between characters, so a text that was cut may be shorter than the
 * buffer has room for. */
size_t eh_format(char *buffer, size_t size, const char *format, ...) EH_PRINTF(3, 4);
size_t eh_format_v(char *buffer, size_t size, const char *format, va_list args);

EH_C_END

#endif
