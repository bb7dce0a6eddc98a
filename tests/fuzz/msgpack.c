/* fuzz/msgpack: any bytes as the field `m` of an inbox entry. */
#include "fuzz.h"
#include "message_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_bytes(data, size, eh_message_from_msgpack);
    return 0;
}
