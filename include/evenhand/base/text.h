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

/* Compares bytes; where one text is the beginning of the other, it comes first. <0, 0, >0. */
int eh_str_compare(struct eh_str a, struct eh_str b);

/* An id of the desk file. */
bool eh_id_valid(struct eh_str s);

/* 1 to max bytes of UTF-8 without control characters (U+0000..1F, 7F, U+0080..9F). */
bool eh_name_valid(struct eh_str s, size_t max);

/* Well-formed UTF-8 (RFC 3629: no surrogates, nothing overlong). Says where it breaks. */
bool eh_utf8_valid(struct eh_str s, size_t *ret_bad_at);

/* A list in one text: items of at least one byte, joined by a separator. No name contains the
 * separator. */
#define EH_TEXT_LIST_SEPARATOR '\x1f'
/* Takes the first item off the list and returns it; an empty list gives an empty text. */
struct eh_str eh_text_list_next(struct eh_str *list);

/* The first bytes of s, at most `most`, cut between two characters. A cut inside a character leaves
 * no text: PostgreSQL refuses it. */
struct eh_str eh_str_cut(struct eh_str s, size_t most);
/* For bytes that were cut already: `size` less the bytes of a last character that is not complete.
 */
size_t eh_utf8_whole(const char *text, size_t size);
/* Turns any bytes into one line of text, in place. A byte that is no UTF-8 becomes '?', and so does
 * a control character below U+0080. */
void eh_text_tidy(char *text, size_t size);

/* Levenshtein's distance: how many bytes of a have to be inserted, deleted or replaced to make b.
 * UINT32_MAX: one of them is longer than EH_DISTANCE_MAX. */
#define EH_DISTANCE_MAX 32
uint32_t eh_text_distance(struct eh_str a, struct eh_str b);

/* Reads the character at the beginning of s, which is not empty. Returns how many bytes it has, 1
 * to 4; 0: they are no UTF-8. */
size_t eh_utf8_next(struct eh_str s, uint32_t *ret_point);
/* Whether a screen does not show the character: controls, marks of direction, characters without
 * width, fillers, tags. Such characters can make a screen show something else than the text says.
 */
bool eh_utf8_hidden(uint32_t point);

/* Makes an id of a name: "Summer Sewald" -> "summer-sewald". Latin letters lose their accents;
 * other characters become one '-'. Returns the length, 0 when nothing is left. */
size_t eh_id_from_name(struct eh_str name, char ret_id[EH_ID_MAX + 1]);

/* printf without stdio and without locale. Knows %s %.*s %c %d %u %x %ld %lu %lld %llu %zu %%, with
 * an optional width and '0' or '-' flag. The buffer always ends with a NUL. Returns
 * the length that the whole text has. "%.*s" and a full buffer cut between characters, so a text
 * that was cut may be shorter than the buffer. */
size_t eh_format(char *buffer, size_t size, const char *format, ...) EH_PRINTF(3, 4);
size_t eh_format_v(char *buffer, size_t size, const char *format, va_list args);

EH_C_END

#endif
