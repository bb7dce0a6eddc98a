/*
 * fuzz/history: any bytes as a ticket history in CSV. What is read from it are messages in the
 * order of their times; a refusal names file and line in one line.
 */
#include "history/messages.h"
#include "fuzz.h"

#include <evenhand/wire/message.h>

static void check_messages(const struct eh_messages *messages)
{
    for (size_t i = 0; i < messages->count; i++) {
        EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
        struct eh_message m;
        struct eh_error error = {0};
        eh_require(i == 0 || messages->items[i].at_us >= messages->items[i - 1].at_us);
        eh_require(messages->items[i].offset + messages->items[i].size <= messages->bytes.size);
        eh_require(eh_message_from_msgpack(eh_messages_body(messages, i), &arena, &m, &error) == 0);
        eh_require(m.type ==
                   (messages->items[i].is_ticket ? EH_MESSAGE_TICKET : EH_MESSAGE_OUTCOME));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const columns[] = {NULL, "value_minor", "priority", "amount"};
    struct eh_messages messages = {0};
    struct eh_error error = {0};
    unsigned how = size ? data[0] : 0;
    struct eh_messages_rules rules = {.history = {.file = "h.csv",
                                                  .team = eh_str(how & 1 ? "sales" : NULL),
                                                  .value_column = columns[how >> 1 & 3],
                                                  .zone = how & 32 ? "Europe/Oslo" : NULL,
                                                  .day_first = how & 64},
                                      .outcomes = how & 8,
                                      .undated = how & 128 ? 20000 : EH_HISTORY_NO_DAY,
                                      .source = eh_str(how & 16 ? "crm" : NULL)};
    struct eh_str text = eh_str_n((const char *)data + (size > 0), size - (size > 0));
    int r = eh_messages_from_csv(text, &rules, &messages, &error);
    if (r == 0)
        check_messages(&messages);
    else
        eh_require(error.code == -r && strncmp(error.text, "h.csv:", 6) == 0 &&
                   eh_utf8_valid(eh_str(error.text), NULL));
    eh_messages_done(&messages);
    return 0;
}
