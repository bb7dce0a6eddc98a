/* hex.c: bytes as hexadecimal digits, and back. */
#include <evenhand/base/hex.h>

int eh_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

size_t eh_hex_print(const void *bytes, size_t size, char *ret_text)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++) {
        ret_text[2 * i] = digits[at[i] >> 4];
        ret_text[2 * i + 1] = digits[at[i] & 15];
    }
    ret_text[2 * size] = '\0';
    return 2 * size;
}

size_t eh_hex_read(struct eh_str text, void *ret, size_t size)
{
    uint8_t *to = ret;
    size_t i = 0;
    for (; i < text.size && i < 2 * size; i++) {
        int digit = eh_hex_digit(text.data[i]);
        if (digit < 0 || (text.data[i] >= 'A' && text.data[i] <= 'F'))
            break;
        to[i / 2] = (uint8_t)(i % 2 ? to[i / 2] | digit : digit << 4);
    }
    return i;
}
