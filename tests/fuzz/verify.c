/* fuzz/verify: any bytes as a signature, a timestamp and a body: nobody comes in without the
 * secret.
 *
 * The input: the number of a way to verify, then header, timestamp and body, each ended by a
 * newline but the last. */
#include "bridge/in/verify.h"
#include "fuzz.h"

#define SECRET "a secret that no input has in it"
#define NOW    1764460800

static const struct eh_verify ways[] = {
    {.kind = EH_VERIFY_HMAC_SHA1, .header = "S", .value = "sha1={hex}", .over = "{body}"},
    {.kind = EH_VERIFY_HMAC_SHA256,
     .header = "S",
     .value = "{base64}",
     .over = "{method}{url}{timestamp}.{body}",
     .timestamp_header = "T",
     .max_age_s = 300},
    {.kind = EH_VERIFY_TOKEN, .header = "S", .value = "Token {secret}"},
    {.kind = EH_VERIFY_BASIC, .header = "Authorization"},
    {.kind = EH_VERIFY_NONE},
};

struct said {
    char signature[4096], stamp[256];
};

static const char *header_of(const void *context, const char *name)
{
    const struct said *said = context;
    return strcmp(name, "T") == 0 ? said->stamp : said->signature;
}

static struct eh_str line_take(struct eh_str *rest, char *ret, size_t size)
{
    const char *end = rest->size ? memchr(rest->data, '\n', rest->size) : NULL;
    size_t length = end ? (size_t)(end - rest->data) : rest->size;
    eh_format(ret, size, "%.*s", (int)length, rest->data ? rest->data : "");
    size_t taken = end ? length + 1 : length;
    *rest = eh_str_n(rest->data ? rest->data + taken : NULL, rest->size - taken);
    return *rest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct said said;
    struct eh_error error = {0};
    if (size == 0)
        return 0;
    const struct eh_verify *way = &ways[data[0] % (sizeof ways / sizeof *ways)];
    struct eh_str rest = eh_str_n((const char *)data + 1, size - 1);
    line_take(&rest, said.signature, sizeof said.signature);
    line_take(&rest, said.stamp, sizeof said.stamp);
    const struct eh_delivery delivery = {.method = "POST",
                                         .url = "https://x/",
                                         .body = rest,
                                         .header = header_of,
                                         .context = &said,
                                         .now_s = NOW};
    eh_require(eh_verify(way, SECRET, &delivery, &error) == -EH_EDENIED);
    eh_require(error.text[0] && !strstr(error.text, SECRET) && !strchr(error.text, '\n'));
    return 0;
}
