/*
 * verify: what the header should be is made from the secret and the bytes, and compared with what
 * it is.
 */
#include "bridge/in/verify.h"

#include <strings.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#define SECONDS_MAX (INT64_C(1) << 40) /* a timestamp above it is in milliseconds */
#define VALUE_MAX   1536               /* bytes of a header that is compared */

static int deny(struct eh_error *error, const char *header, const char *what)
{
    return eh_error_set(error, EH_EDENIED, "%s: %s", header, what);
}

/* Lengths are no secret. */
static bool is_same(const char *a, const char *b)
{
    size_t size = strlen(a);
    return size == strlen(b) && CRYPTO_memcmp(a, b, size) == 0;
}

/* ---- Templates. */

struct words {
    const char *name; /* "{hex}" */
    struct eh_str text;
};

static const struct words *word_at(const char *at, const struct words *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(at, words[i].name, strlen(words[i].name)) == 0)
            return &words[i];
    return NULL;
}

static void fill(const char *template, const struct words *words, size_t count,
                 struct eh_bytes *out)
{
    while (*template) {
        const struct words *word = *template == '{' ? word_at(template, words, count) : NULL;
        if (word)
            eh_bytes_put(out, word->text.data, word->text.size);
        else
            eh_bytes_put(out, template, 1);
        template += word ? strlen(word->name) : 1;
    }
}

#define FILL(template, words, out) fill(template, words, sizeof(words) / sizeof *(words), out)

/* ---- The timestamp. */

static int timestamp_check(const struct eh_verify *v, const struct eh_delivery *d, const char *text,
                           struct eh_error *error)
{
    int64_t at;
    if (!v->max_age_s)
        return 0;
    if (eh_integer_parse(eh_str(text), &at, NULL) == 0) {
        if (at > SECONDS_MAX)
            at /= 1000;
    } else if (eh_time_parse(eh_str(text), &at, NULL) == 0) {
        at /= 1000000;
    } else {
        return deny(error, v->timestamp_header, "is neither seconds since 1970 nor a time");
    }
    if (at < d->now_s - v->max_age_s)
        return deny(error, v->timestamp_header, "is too old; are the clocks right?");
    if (at > d->now_s + EH_VERIFY_AHEAD_S)
        return deny(error, v->timestamp_header,
                    "is ahead of the clock here; are the clocks right?");
    return 0;
}

/* ---- Signatures. */

static bool sign(const struct eh_verify *v, const char *secret, struct eh_str over,
                 unsigned char *ret, unsigned *ret_size)
{
    const EVP_MD *hash = v->kind == EH_VERIFY_HMAC_SHA1 ? EVP_sha1() : EVP_sha256();
    return HMAC(hash, secret, (int)strlen(secret), (const unsigned char *)over.data, over.size, ret,
                ret_size) != NULL;
}

/* What the header should be. */
static bool expect(const struct eh_verify *v, const char *secret, struct eh_str over,
                   struct eh_bytes *ret)
{
    unsigned char hash[EVP_MAX_MD_SIZE], base64[2 * EVP_MAX_MD_SIZE];
    char hex[EH_HEX_TEXT(EVP_MAX_MD_SIZE)];
    unsigned size = 0;
    if (!sign(v, secret, over, hash, &size))
        return false;
    eh_hex_print(hash, size, hex);
    EVP_EncodeBlock(base64, hash, (int)size);
    const struct words words[] = {{"{hex}", eh_str(hex)},
                                  {"{base64}", eh_str((const char *)base64)}};
    FILL(v->value, words, ret);
    eh_bytes_put_u8(ret, 0);
    return !ret->failed;
}

/* Some write the digits in capital letters; base64 has both. */
static bool matches(const struct eh_verify *v, const char *expected, const char *given)
{
    char lower[VALUE_MAX];
    size_t size = strlen(given);
    if (size >= sizeof lower || !strstr(v->value, "{hex}"))
        return is_same(expected, given);
    for (size_t i = 0; i <= size; i++)
        lower[i] = given[i] >= 'A' && given[i] <= 'F' ? (char)(given[i] + 'a' - 'A') : given[i];
    return is_same(expected, lower) || is_same(expected, given);
}

static int signature_check(const struct eh_verify *v, const char *secret, struct eh_str over,
                           const char *given, struct eh_error *error)
{
    EH_AUTO(eh_bytes) struct eh_bytes expected = EH_BYTES_INIT;
    if (!expect(v, secret, over, &expected))
        return eh_error_set(error, EH_ENOMEM, "%s: out of memory", v->header);
    bool same = matches(v, (const char *)expected.data, given);
    explicit_bzero(expected.data, expected.size);
    return same ? 0 : deny(error, v->header, "the signature is wrong; is the secret the same?");
}

static int hmac_check(const struct eh_verify *v, const char *secret, const struct eh_delivery *d,
                      struct eh_error *error)
{
    const char *given = d->header(d->context, v->header), *stamp = "";
    if (!given)
        return deny(error, v->header, "the signature is missing");
    if (v->timestamp_header[0]) {
        stamp = d->header(d->context, v->timestamp_header);
        if (!stamp)
            return deny(error, v->timestamp_header, "the timestamp is missing");
        int r = timestamp_check(v, d, stamp, error);
        if (r < 0)
            return r;
    }
    if (strcmp(v->over, "{body}") == 0)
        return signature_check(v, secret, d->body, given, error);
    EH_AUTO(eh_bytes) struct eh_bytes over = EH_BYTES_INIT;
    const struct words words[] = {{"{body}", d->body},
                                  {"{timestamp}", eh_str(stamp)},
                                  {"{method}", eh_str(d->method)},
                                  {"{url}", eh_str(d->url)}};
    FILL(v->over, words, &over);
    if (over.failed)
        return eh_error_set(error, EH_ENOMEM, "%s: out of memory", v->header);
    return signature_check(v, secret, eh_str_n((const char *)over.data, over.size), given, error);
}

/* ---- Tokens and passwords. */

static int secret_check(const char *header, const char *template, const char *secret,
                        const struct eh_delivery *d, struct eh_error *error)
{
    const char *given = d->header(d->context, header);
    EH_AUTO(eh_bytes) struct eh_bytes expected = EH_BYTES_INIT;
    const struct words words[] = {{"{secret}", eh_str(secret)}};
    if (!given)
        return deny(error, header, "is missing");
    FILL(template, words, &expected);
    eh_bytes_put_u8(&expected, 0);
    if (expected.failed)
        return eh_error_set(error, EH_ENOMEM, "%s: out of memory", header);
    bool same = is_same((const char *)expected.data, given);
    explicit_bzero(expected.data, expected.size);
    return same ? 0 : deny(error, header, "is wrong; is the secret the same?");
}

static int basic_check(const char *secret, const struct eh_delivery *d, struct eh_error *error)
{
    static const char scheme[] = "Basic ";
    const char *given = d->header(d->context, "Authorization");
    unsigned char base64[VALUE_MAX * 2];
    if (!given)
        return deny(error, "Authorization", "is missing");
    if (strncasecmp(given, scheme, sizeof scheme - 1) != 0 || strlen(secret) >= VALUE_MAX)
        return deny(error, "Authorization", "is not Basic");
    EVP_EncodeBlock(base64, (const unsigned char *)secret, (int)strlen(secret));
    bool same = is_same((const char *)base64, given + sizeof scheme - 1);
    explicit_bzero(base64, sizeof base64);
    return same ? 0 : deny(error, "Authorization", "is wrong; is the secret user:password?");
}

int eh_verify(const struct eh_verify *v, const char *secret, const struct eh_delivery *d,
              struct eh_error *error)
{
    if (v->kind != EH_VERIFY_NONE && !secret[0])
        return eh_error_set(error, EH_EDENIED, "webhook_secret_file: is not given");
    switch (v->kind) {
    case EH_VERIFY_HMAC_SHA1:
    case EH_VERIFY_HMAC_SHA256:
        return hmac_check(v, secret, d, error);
    case EH_VERIFY_TOKEN:
        return secret_check(v->header, v->value, secret, d, error);
    case EH_VERIFY_BASIC:
        return basic_check(secret, d, error);
    default:
        return eh_error_set(error, EH_EDENIED, "verify: the profile takes no webhooks");
    }
}
