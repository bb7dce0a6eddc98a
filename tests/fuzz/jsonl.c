/* fuzz/jsonl: any bytes as lines of JSON to be pushed: each line is one message, or is named. */
#include "history/messages.h"
#include "fuzz.h"

#include <evenhand/wire/message.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eh_plan plan = {0};
    struct eh_error error = {0};
    int r = eh_plan_jsonl(eh_str_n((const char *)data, size), "h.jsonl", &plan, &error);
    eh_require(r == 0 || (error.code == -r && strncmp(error.text, "h.jsonl:", 8) == 0 &&
                          eh_utf8_valid(eh_str(error.text), NULL)));
    for (size_t i = 0; r == 0 && i < plan.count; i++) {
        EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
        struct eh_message m;
        eh_require(eh_message_from_json(eh_plan_body(&plan, i), &arena, &m, NULL) == 0);
    }
    eh_plan_done(&plan);
    return 0;
}
