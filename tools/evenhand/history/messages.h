/*
 * messages: a ticket history as messages, in the order in which they happened: what `push` puts on
 * the stream and `simulate` deals again.
 *
 * A message is a pure function of its row (and the rules), so pushing the same file again changes
 * nothing: the daemon recognises each.
 *
 *     struct eh_messages messages = {0};
 *     r = eh_messages_from_csv(text, &rules, &messages, &error);    // or eh_messages_from_jsonl()
 *     for (size_t i = 0; i < messages.count; i++)
 *         send(messages.field, eh_messages_body(&messages, i));
 *     eh_messages_done(&messages);
 */
#ifndef EVENHAND_TOOLS_HISTORY_MESSAGES_H
#define EVENHAND_TOOLS_HISTORY_MESSAGES_H

#include "history.h"

#define EH_MESSAGES_MAX 10000000

struct eh_messages_rules {
    struct eh_history_rules history;
    bool outcomes;   /* each ticket's outcome too */
    bool answers;    /* ... and its first answer, as if it came just then */
    bool lenient;    /* closings without a date, or before their ticket's beginning, are taken */
    int32_t undated; /* the day of closings without a date; EH_HISTORY_NO_DAY or 0: refused */
    struct eh_str source; /* empty: the default */
};

struct eh_messages_item {
    int64_t at_us; /* when it happened; later items are not earlier */
    size_t offset; /* of its bytes */
    uint32_t size;
    uint32_t order;            /* of its row in the file: breaks a tie */
    uint32_t line;             /* of the file */
    bool is_ticket, is_answer; /* neither: an outcome */
};

struct eh_messages {
    char field; /* of the stream entries: 'm' or 'j' */
    struct eh_bytes bytes;
    struct eh_messages_item *items;
    size_t count, capacity;
    size_t tickets;
    size_t closed; /* rows with a closing */
};

int eh_messages_from_csv(struct eh_str text, const struct eh_messages_rules *,
                         struct eh_messages *ret, struct eh_error *) EH_MUST_CHECK;
/* Each line one message, as is. */
int eh_messages_from_jsonl(struct eh_str text, const char *file, struct eh_messages *ret,
                           struct eh_error *) EH_MUST_CHECK;
struct eh_str eh_messages_body(const struct eh_messages *, size_t at);
void eh_messages_done(struct eh_messages *);

#endif
