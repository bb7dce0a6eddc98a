/*
 * fuzz/history: any bytes as a ticket history in CSV. What is planned from it are messages in the
 * order of their times; a refusal names file and line in one line.
 */
#include "history/messages.h"
#include "fuzz.h"

#include <evenhand/wire/message.h>

static void check_plan(const struct eh_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
        struct eh_message m;
        struct eh_error error = {0};
        eh_require(i == 0 || plan->items[i].at_us >= plan->items[i - 1].at_us);
        eh_require(plan->items[i].offset + plan->items[i].size <= plan->bytes.size);
        eh_require(eh_message_from_msgpack(eh_plan_body(plan, i), &arena, &m, &error) == 0);
        eh_require(m.type == (plan->items[i].is_ticket ? EH_MESSAGE_TICKET : EH_MESSAGE_OUTCOME));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const columns[] = {NULL, "value_minor", "priority", "amount"};
    struct eh_plan plan = {0};
    struct eh_error error = {0};
    unsigned how = size ? data[0] : 0;
    struct eh_plan_rules rules = {.history = {.file = "h.csv",
                                              .team = eh_str(how & 1 ? "sales" : NULL),
                                              .value_column = columns[how >> 1 & 3],
                                              .zone = how & 32 ? "Europe/Oslo" : NULL,
                                              .day_first = how & 64},
                                  .outcomes = how & 8,
                                  .undated = how & 128 ? 20000 : EH_HISTORY_NO_DAY,
                                  .source = eh_str(how & 16 ? "crm" : NULL)};
    struct eh_str text = eh_str_n((const char *)data + (size > 0), size - (size > 0));
    int r = eh_plan_csv(text, &rules, &plan, &error);
    if (r == 0)
        check_plan(&plan);
    else
        eh_require(error.code == -r && strncmp(error.text, "h.csv:", 6) == 0 &&
                   eh_utf8_valid(eh_str(error.text), NULL));
    eh_plan_done(&plan);
    return 0;
}
