/* fuzz/jsonl: any bytes as lines of JSON to be pushed: each line is one message, or is named. */
#include "history/messages.h"
#include "fuzz.h"

#include <evenhand/wire/message.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eh_messages messages = {0};
    struct eh_error error = {0};
    int r =
        eh_messages_from_jsonl(eh_str_n((const char *)data, size), "h.jsonl", &messages, &error);
    eh_require(r == 0 || (error.code == -r && strncmp(error.text, "h.jsonl:", 8) == 0 &&
                          eh_utf8_valid(eh_str(error.text), NULL)));
    for (size_t i = 0; r == 0 && i < messages.count; i++) {
        EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
        struct eh_message m;
        eh_require(eh_message_from_json(eh_messages_body(&messages, i), &arena, &m, NULL) == 0);
    }
    eh_messages_done(&messages);
    return 0;
}
