/* sign: the parts with their dots, and libcrypto. */
#include "bridge/out/sign.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#define HASH_SIZE 32

static void part_put(struct eh_bytes *over, const char *text)
{
    eh_bytes_put(over, text, strlen(text));
    eh_bytes_put_u8(over, '.');
}

bool eh_sign(const struct eh_signed *what, const char *secret, char ret[EH_SIGN_TEXT])
{
    EH_AUTO(eh_bytes) struct eh_bytes over = EH_BYTES_INIT;
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    part_put(&over, what->time);
    part_put(&over, what->method);
    part_put(&over, what->path);
    eh_bytes_put(&over, what->body.data, what->body.size);
    if (over.failed ||
        !HMAC(EVP_sha256(), secret, (int)strlen(secret), over.data, over.size, hash, &size))
        return false;
    eh_require(size == HASH_SIZE);
    eh_hex_print(hash, size, ret);
    return true;
}
