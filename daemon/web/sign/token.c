/*
 * token: NAME.MADE.NONCE.MAC, where name, nonce and MAC are hexadecimal and made is a number of
 * microseconds. The MAC (HMAC-SHA-512-256 of libsodium) is over the use and all before it.
 */
#include "web/sign/token.h"

#include <sodium.h>

_Static_assert(crypto_auth_KEYBYTES == EH_SIGN_KEY_BYTES, "the key is one of crypto_auth");
_Static_assert(crypto_auth_BYTES == EH_TOKEN_MAC_BYTES, "the MAC is one of crypto_auth");
_Static_assert(2 * EH_NAME_MAX + 1 + 20 + 1 + 2 * EH_TOKEN_NONCE_BYTES + 1 +
                       2 * EH_TOKEN_MAC_BYTES + 1 <=
                   EH_TOKEN_TEXT_MAX,
               "the longest one fits");

static void mac_of(const struct eh_sign_key *key, enum eh_token_use use, struct eh_str text,
                   uint8_t ret[EH_TOKEN_MAC_BYTES])
{
    uint8_t signed_text[EH_TOKEN_TEXT_MAX + 1];
    signed_text[0] = (uint8_t)use;
    memcpy(signed_text + 1, text.data, text.size);
    crypto_auth(ret, signed_text, text.size + 1, key->bytes);
}

int eh_token_make(struct eh_str name, int64_t now_us, struct eh_token *ret)
{
    if (!eh_name_valid(name, EH_NAME_MAX))
        return -EH_EINVAL;
    *ret = (struct eh_token){.made_us = now_us};
    memcpy(ret->name, name.data, name.size);
    randombytes_buf(ret->nonce, sizeof ret->nonce);
    return 0;
}

void eh_token_print(const struct eh_sign_key *key, enum eh_token_use use,
                    const struct eh_token *token, char ret[EH_TOKEN_TEXT_MAX])
{
    char name[EH_HEX_TEXT(EH_NAME_MAX)], nonce[EH_HEX_TEXT(EH_TOKEN_NONCE_BYTES)];
    uint8_t mac[EH_TOKEN_MAC_BYTES];
    eh_hex_print(token->name, strlen(token->name), name);
    eh_hex_print(token->nonce, sizeof token->nonce, nonce);
    size_t size =
        eh_format(ret, EH_TOKEN_TEXT_MAX, "%s.%lld.%s", name, (long long)token->made_us, nonce);
    mac_of(key, use, eh_str_n(ret, size), mac);
    ret[size] = '.';
    eh_hex_print(mac, sizeof mac, ret + size + 1);
}

/* Cuts what stands before the next '.' off the text. */
static struct eh_str next_part(struct eh_str *text)
{
    const char *end = text->size ? memchr(text->data, '.', text->size) : NULL;
    size_t size = end ? (size_t)(end - text->data) : text->size;
    struct eh_str part = eh_str_n(text->data, size);
    size += end != NULL;
    *text = eh_str_n(text->data + size, text->size - size);
    return part;
}

static bool is_signed(const struct eh_sign_key *key, enum eh_token_use use, struct eh_str text)
{
    uint8_t given[EH_TOKEN_MAC_BYTES], made[EH_TOKEN_MAC_BYTES];
    const size_t digits = 2 * EH_TOKEN_MAC_BYTES;
    if (text.size >= EH_TOKEN_TEXT_MAX || text.size <= digits + 1 ||
        text.data[text.size - digits - 1] != '.' ||
        eh_hex_read(eh_str_n(text.data + text.size - digits, digits), given, sizeof given) !=
            digits)
        return false;
    mac_of(key, use, eh_str_n(text.data, text.size - digits - 1), made);
    return sodium_memcmp(given, made, sizeof made) == 0;
}

/* The parts of a text that is signed: what we wrote ourselves. */
static bool take_parts(struct eh_str text, struct eh_token *out)
{
    struct eh_str name = next_part(&text), made = next_part(&text), nonce = next_part(&text);
    return name.size <= 2 * EH_NAME_MAX && name.size % 2 == 0 &&
           eh_hex_read(name, out->name, name.size / 2) == name.size &&
           eh_name_valid(eh_str(out->name), EH_NAME_MAX) &&
           eh_integer_parse(made, &out->made_us, NULL) == 0 &&
           nonce.size == 2 * sizeof out->nonce &&
           eh_hex_read(nonce, out->nonce, sizeof out->nonce) == nonce.size;
}

bool eh_token_read(const struct eh_sign_key *key, enum eh_token_use use, struct eh_str text,
                   struct eh_token *ret)
{
    struct eh_token out = {.made_us = 0};
    if (!is_signed(key, use, text) || !take_parts(text, &out))
        return false;
    *ret = out;
    return true;
}

void eh_token_event(char ret[EH_TOKEN_EVENT_MAX])
{
    uint8_t bytes[(EH_TOKEN_EVENT_MAX - 1) / 2];
    randombytes_buf(bytes, sizeof bytes);
    eh_hex_print(bytes, sizeof bytes, ret);
}
