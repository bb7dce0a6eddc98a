/* fuzz/pool_statement: any bytes as a statement. What is read is written as the same bytes again.
 */
#include <evenhand/pool/pool.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    EH_AUTO(eh_arena) struct eh_arena arena = {.limit = 64 * FUZZ_INPUT_MAX};
    EH_AUTO(eh_bytes) struct eh_bytes again = EH_BYTES_INIT;
    struct eh_pool_statement *s = NULL;
    struct eh_error error = {0};
    int r = eh_pool_statement_decode(eh_str_n((const char *)data, size), &arena, &s, &error);
    if (r < 0) {
        eh_require(r == -EH_ECORRUPT && error.code == EH_ECORRUPT && !s);
        return 0;
    }
    eh_pool_statement_encode(s, &again);
    eh_require(!again.failed && again.size == size && memcmp(again.data, data, size) == 0);
    return 0;
}
