/* hook_text: a ticket as the profile `generic` wants it, signed. */
#include "hook.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "link.h"

#define BODY_MAX 256

static void sign(const struct hook *hook, const char *stamp, const char *body, char *hex)
{
    char over[BODY_MAX + 32];
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    size_t length = eh_format(over, sizeof over, "%s.%s", stamp, body);
    if (!HMAC(EVP_sha256(), hook->secret, (int)strlen(hook->secret), (unsigned char *)over, length,
              hash, &size))
        bench_die("HMAC failed");
    eh_hex_print(hash, size, hex);
}

size_t hook_request(const struct hook *hook, uint32_t webhook, char *to, size_t size)
{
    static const char *const kinds[] = {"order", "quote", "query"};
    char body[BODY_MAX], stamp[24], hex[EH_HEX_TEXT(EVP_MAX_MD_SIZE)];
    size_t length =
        eh_format(body, sizeof body,
                  "{\"id\":\"%s%08u\",\"group\":\"Sales\",\"kind\":\"%s\",\"value\":%lld,"
                  "\"subject\":\"Fifty tulips\",\"open\":true,\"account\":null}",
                  hook->prefix, webhook, kinds[webhook % 3], 1000 + webhook * 7919LL % 100000);
    eh_format(stamp, sizeof stamp, "%lld", (long long)time(NULL));
    sign(hook, stamp, body, hex);
    return eh_format(to, size,
                     "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                     "X-Evenhand-Timestamp: %s\r\nX-Evenhand-Signature: sha256=%s\r\n"
                     "Content-Length: %zu\r\n\r\n%s",
                     stamp, hex, length, body);
}
