/* fuzz/json: any bytes as the field `j` of an inbox entry, and as a body of the admin API. */
#include "fuzz.h"
#include "message_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_message m = {
        .type = EH_MESSAGE_SIGNAL, .rep = eh_str("ana"), .has = EH_FIELD_BIT(EH_FIELD_REP)};
    check_bytes(data, size, eh_message_from_json);
    if (eh_message_from_json_body(eh_str_n((const char *)data, size), &arena, &m, NULL) == 0)
        check_message(&m);
    return 0;
}
