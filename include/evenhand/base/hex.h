/*
 * hex: bytes as lower-case hexadecimal digits, two a byte, and back.
 *
 *     uint8_t hash[32];
 *     char text[EH_HEX_TEXT(sizeof hash)];
 *     eh_hex_print(hash, sizeof hash, text);                            // 64 digits and a NUL
 *     bool whole = eh_hex_read(eh_str(text), hash, sizeof hash) == 2 * sizeof hash;
 */
#ifndef EVENHAND_BASE_HEX_H
#define EVENHAND_BASE_HEX_H

#include <evenhand/base/text.h>

EH_C_BEGIN

#define EH_HEX_TEXT(bytes) (2 * (bytes) + 1) /* with the NUL */

/* Writes EH_HEX_TEXT(size) bytes. Returns 2 * size. */
size_t eh_hex_print(const void *bytes, size_t size, char *ret_text);
/* Reads lower-case digits from the beginning of a text, at most 2 * size of them, and returns how
 * many there were. *ret is complete only when that is 2 * size. */
size_t eh_hex_read(struct eh_str, void *ret, size_t size);
/* The value of a digit of either case, 0 to 15; -1: the character is no digit. */
int eh_hex_digit(char);

EH_C_END

#endif
