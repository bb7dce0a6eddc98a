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
/* Reads up to 2 * size digits, as they are printed, from the beginning of a text, and returns how
 * many stood there. Only when that is 2 * size, all of *ret is what the text says. */
size_t eh_hex_read(struct eh_str, void *ret, size_t size);
/* 0 to 15 of a digit of either case; else -1. */
int eh_hex_digit(char);

EH_C_END

#endif
