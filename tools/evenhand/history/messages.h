/*
 * messages: what `push` will put on the stream, in order, worked out before anything is sent.
 *
 * A message is a pure function of its row (and the rules), so pushing the same file again changes
 * nothing: the daemon recognises each.
 *
 *     struct eh_plan plan = {0};
 *     r = eh_plan_csv(text, &rules, &plan, &error);       // or eh_plan_jsonl(text, file, …)
 *     for (size_t i = 0; i < plan.count; i++)
 *         send(plan.field, eh_plan_body(&plan, i));
 *     eh_plan_done(&plan);
 */
#ifndef EVENHAND_TOOLS_HISTORY_MESSAGES_H
#define EVENHAND_TOOLS_HISTORY_MESSAGES_H

#include "history.h"

#define EH_PLAN_MESSAGES_MAX 10000000

struct eh_plan_rules {
    struct eh_history_rules history;
    bool outcomes;   /* each ticket's outcome too */
    bool lenient;    /* closings without a date, or before their ticket's beginning, are taken */
    int32_t undated; /* the day of closings without a date; EH_HISTORY_NO_DAY or 0: refused */
    struct eh_str source; /* empty: the default */
};

struct eh_plan_item {
    int64_t at_us; /* when it happened; later items are not earlier */
    size_t offset; /* of its bytes */
    uint32_t size;
    uint32_t order; /* as it was planned: what breaks a tie */
    uint32_t line;  /* of the file */
    bool is_ticket;
};

struct eh_plan {
    char field; /* of the stream entries: 'm' or 'j' */
    struct eh_bytes bytes;
    struct eh_plan_item *items;
    size_t count, capacity;
    size_t tickets;
    size_t closed; /* rows that are closed in the file */
};

int eh_plan_csv(struct eh_str text, const struct eh_plan_rules *, struct eh_plan *ret,
                struct eh_error *) EH_MUST_CHECK;
/* Each line one message, as is. */
int eh_plan_jsonl(struct eh_str text, const char *file, struct eh_plan *ret,
                  struct eh_error *) EH_MUST_CHECK;
struct eh_str eh_plan_body(const struct eh_plan *, size_t at);
void eh_plan_done(struct eh_plan *);

#endif
