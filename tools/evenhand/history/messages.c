/* messages: makes messages of rows and sorts them by time. */
#include "messages.h"

#include <stdlib.h>

#include <evenhand/wire/message.h>

struct reading {
    const struct eh_messages_rules *rules;
    struct eh_messages *messages;
    struct eh_arena arena; /* of the message being checked */
    int64_t last_us;       /* time of the row before; a row without a time takes it */
};

static int messages_append(struct eh_messages *messages, struct eh_messages_item item,
                           const void *data, size_t size, struct eh_error *error)
{
    int r =
        eh_array_room(&messages->items, &messages->capacity, messages->count + 1, EH_MESSAGES_MAX);
    if (r == -EH_EFULL)
        return eh_error_set(error, EH_EFULL, "more than %d messages in one file", EH_MESSAGES_MAX);
    if (r < 0)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    item.offset = messages->bytes.size;
    item.size = (uint32_t)size;
    item.order = (uint32_t)messages->count;
    eh_bytes_put(&messages->bytes, data, size);
    if (messages->bytes.failed)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    messages->items[messages->count++] = item;
    messages->tickets += item.is_ticket;
    return 0;
}

/* Writes the message and reads it back as the daemon does, so that an error can name the row. */
static int messages_add(struct reading *p, const struct eh_message *m, struct eh_messages_item item,
                        struct eh_error *error)
{
    struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_message again;
    int r = eh_message_to_msgpack(m, &bytes);
    if (r < 0)
        eh_error_set(error, -r, "out of memory");
    if (r == 0)
        r = eh_message_from_msgpack(eh_str_n((const char *)bytes.data, bytes.size), &p->arena,
                                    &again, error);
    if (r == 0)
        r = messages_append(p->messages, item, bytes.data, bytes.size, error);
    eh_bytes_done(&bytes);
    eh_arena_reset(&p->arena);
    return r;
}

static void text_set(struct eh_message *m, enum eh_field field, struct eh_str *to,
                     struct eh_str text)
{
    if (text.size == 0)
        return;
    *to = text;
    m->has |= EH_FIELD_BIT(field);
}

static int messages_add_ticket(struct reading *p, const struct eh_history_ticket *t, int64_t at_us,
                               struct eh_error *error)
{
    struct eh_message m = {.type = EH_MESSAGE_TICKET, .value = t->value};
    text_set(&m, EH_FIELD_ID, &m.id, t->id);
    text_set(&m, EH_FIELD_TEAM, &m.team, eh_str(t->team));
    text_set(&m, EH_FIELD_KIND, &m.kind, t->kind);
    text_set(&m, EH_FIELD_SOURCE, &m.source, p->rules->source);
    text_set(&m, EH_FIELD_CURRENCY, &m.currency, t->currency);
    text_set(&m, EH_FIELD_CUSTOMER, &m.customer, t->customer);
    m.has |= EH_FIELD_BIT(EH_FIELD_VALUE);
    if (t->priority >= 0) {
        m.priority = (uint8_t)t->priority;
        m.has |= EH_FIELD_BIT(EH_FIELD_PRIORITY);
    }
    if (t->opened_us != EH_HISTORY_NO_TIME) {
        m.created_at_ms = t->opened_us / 1000;
        m.has |= EH_FIELD_BIT(EH_FIELD_CREATED_AT);
    }
    struct eh_messages_item item = {.at_us = at_us, .line = t->line, .is_ticket = true};
    return messages_add(p, &m, item, error);
}

/* The outcome of the row; 0: the ticket is open. */
static int outcome_of(const struct eh_history_ticket *t, struct eh_error *error)
{
    bool closed = t->closed_us != EH_HISTORY_NO_TIME || t->closed_day != EH_HISTORY_NO_DAY;
    if (t->outcome.size == 0)
        return closed ? EH_OUTCOME_RESOLVED : 0;
    if (eh_str_equal(t->outcome, eh_str("open"))) {
        if (closed)
            return eh_error_field(error, EH_EINVAL, "outcome",
                                  "outcome: open, but there is a closed_at");
        return 0;
    }
    int outcome = eh_outcome_from_name(t->outcome);
    if (outcome <= 0 || outcome > EH_OUTCOME_CANCELLED)
        return eh_error_field(error, EH_EINVAL, "outcome",
                              "outcome: `%.*s` is none of won, lost, resolved, cancelled, open",
                              EH_STR_ARG(t->outcome));
    return outcome;
}

/* When the ticket was closed: a moment, else a day. */
struct closing {
    int64_t us;
    int32_t day;
};

static int closing_of(const struct reading *p, const struct eh_history_ticket *t,
                      struct closing *ret, struct eh_error *error)
{
    *ret = (struct closing){t->closed_us, t->closed_day};
    if (ret->us != EH_HISTORY_NO_TIME || ret->day != EH_HISTORY_NO_DAY || p->rules->lenient)
        return 0;
    if (p->rules->undated == EH_HISTORY_NO_DAY || p->rules->undated == 0)
        return eh_error_field(error, EH_EINVAL, "closed_at",
                              "closed_at: missing, and the outcome is %.*s; --undated DAY says on "
                              "which day such rows count",
                              EH_STR_ARG(t->outcome));
    ret->day = p->rules->undated;
    return 0;
}

/* Checks the last possible moment of the closing against the first possible one of the ticket. */
static int order_check(const struct reading *p, const struct eh_history_ticket *t,
                       const struct closing *closing, struct eh_error *error)
{
    bool dated = closing->us != EH_HISTORY_NO_TIME || closing->day != EH_HISTORY_NO_DAY;
    bool opened = t->opened_us != EH_HISTORY_NO_TIME || t->opened_day != EH_HISTORY_NO_DAY;
    if (!dated || !opened || p->rules->lenient)
        return 0;
    int64_t closed_us =
        closing->us != EH_HISTORY_NO_TIME ? closing->us : eh_history_day_us(closing->day, true);
    int64_t opened_us =
        t->opened_us != EH_HISTORY_NO_TIME ? t->opened_us : eh_history_day_us(t->opened_day, false);
    if (closed_us >= opened_us)
        return 0;
    return eh_error_field(error, EH_EINVAL, "closed_at", "closed_at: before opened_at");
}

/* The event is named by its moment or day, so that a second push of the file repeats it. */
static void time_set(const struct closing *closing, struct eh_message *m,
                     char event_at[EH_DECIMAL_TEXT_MAX])
{
    event_at[0] = '\0';
    if (closing->us != EH_HISTORY_NO_TIME) {
        m->at_ms = closing->us / 1000;
        m->has |= EH_FIELD_BIT(EH_FIELD_AT);
        eh_decimal_print(m->at_ms, 0, event_at);
    } else if (closing->day != EH_HISTORY_NO_DAY) {
        m->at_day = closing->day;
        m->has |= EH_FIELD_BIT(EH_FIELD_AT_DAY);
        eh_date_print(closing->day, event_at);
    }
}

/* The time by which an outcome is sorted: never before its ticket; a day alone counts as the end of
 * the day. */
static int64_t order_of(const struct reading *p, const struct closing *closing, int64_t opened_us)
{
    int64_t us = closing->us != EH_HISTORY_NO_TIME ? closing->us
                 : closing->day != EH_HISTORY_NO_DAY
                     ? eh_history_day_us(closing->day, !p->rules->lenient)
                     : opened_us;
    return us > opened_us ? us : opened_us;
}

static int messages_add_outcome(struct reading *p, const struct eh_history_ticket *t,
                                int64_t opened_us, struct eh_error *error)
{
    bool dated = t->closed_us != EH_HISTORY_NO_TIME || t->closed_day != EH_HISTORY_NO_DAY;
    bool open = t->outcome.size == 0 || eh_str_equal(t->outcome, eh_str("open"));
    struct closing closing;
    p->messages->closed += dated || !open;
    int outcome = p->rules->outcomes ? outcome_of(t, error) : 0;
    if (outcome <= 0)
        return p->rules->lenient && open ? 0 : outcome;
    int r = closing_of(p, t, &closing, error);
    if (r == 0)
        r = order_check(p, t, &closing, error);
    if (r < 0)
        return r;
    struct eh_message m = {.type = EH_MESSAGE_OUTCOME, .outcome = (uint8_t)outcome};
    m.has = EH_FIELD_BIT(EH_FIELD_OUTCOME);
    text_set(&m, EH_FIELD_ID, &m.id, t->id);
    text_set(&m, EH_FIELD_SOURCE, &m.source, p->rules->source);
    if (outcome == EH_OUTCOME_WON) {
        m.value = t->won_value;
        m.has |= EH_FIELD_BIT(EH_FIELD_VALUE);
    }
    if (t->csat) {
        m.csat = (uint8_t)t->csat;
        m.has |= EH_FIELD_BIT(EH_FIELD_CSAT);
    }
    char event[EH_NAME_MAX + 64], at[EH_DECIMAL_TEXT_MAX];
    time_set(&closing, &m, at);
    eh_format(event, sizeof event, "push:%.*s:%s:%s", EH_STR_ARG(t->id), eh_outcome_name(outcome),
              at);
    text_set(&m, EH_FIELD_EVENT, &m.event, eh_str(event));
    struct eh_messages_item item = {.at_us = order_of(p, &closing, opened_us), .line = t->line};
    return messages_add(p, &m, item, error);
}

static int messages_add_answer(struct reading *p, const struct eh_history_ticket *t,
                               int64_t opened_us, struct eh_error *error)
{
    struct eh_message m = {.type = EH_MESSAGE_ANSWERED};
    if (!p->rules->answers || t->answered_us == EH_HISTORY_NO_TIME)
        return 0;
    text_set(&m, EH_FIELD_ID, &m.id, t->id);
    text_set(&m, EH_FIELD_SOURCE, &m.source, p->rules->source);
    struct eh_messages_item item = {.line = t->line, .is_answer = true};
    item.at_us = t->answered_us > opened_us ? t->answered_us : opened_us;
    return messages_add(p, &m, item, error);
}

static int messages_take_ticket(void *context, const struct eh_history_ticket *t,
                                struct eh_error *error)
{
    struct reading *p = context;
    if (t->opened_us != EH_HISTORY_NO_TIME)
        p->last_us = t->opened_us;
    else if (t->opened_day != EH_HISTORY_NO_DAY)
        p->last_us = eh_history_day_us(t->opened_day, false);
    int64_t opened_us = p->last_us;
    int r = messages_add_ticket(p, t, opened_us, error);
    if (r == 0)
        r = messages_add_answer(p, t, opened_us, error);
    return r < 0 ? r : messages_add_outcome(p, t, opened_us, error);
}

/* Orders by time; at the same time tickets come first, then the order of the file counts. */
static int item_compare(const void *a, const void *b)
{
    const struct eh_messages_item *x = a, *y = b;
    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? -1 : 1;
    if (x->is_ticket != y->is_ticket)
        return x->is_ticket ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

int eh_messages_from_csv(struct eh_str text, const struct eh_messages_rules *rules,
                         struct eh_messages *ret, struct eh_error *error)
{
    struct eh_messages messages = {.field = 'm'};
    struct reading p = {
        .rules = rules, .messages = &messages, .arena = EH_ARENA_INIT, .last_us = 0};
    int r = eh_history_read(text, &rules->history, messages_take_ticket, &p, error);
    eh_arena_done(&p.arena);
    if (r < 0) {
        eh_messages_done(&messages);
        return r;
    }
    if (messages.count)
        qsort(messages.items, messages.count, sizeof *messages.items, item_compare);
    *ret = messages;
    return 0;
}

static int messages_add_line(struct reading *p, struct eh_str line, uint32_t number,
                             struct eh_error *error)
{
    struct eh_message m;
    int r = eh_message_from_json(line, &p->arena, &m, error);
    if (r == 0) {
        struct eh_messages_item item = {.line = number, .is_ticket = m.type == EH_MESSAGE_TICKET};
        r = messages_append(p->messages, item, line.data, line.size, error);
    }
    eh_arena_reset(&p->arena);
    return r;
}

static bool line_is_blank(struct eh_str line)
{
    for (uint32_t i = 0; i < line.size; i++)
        if (!strchr(" \t", line.data[i]))
            return false;
    return true;
}

int eh_messages_from_jsonl(struct eh_str text, const char *file, struct eh_messages *ret,
                           struct eh_error *error)
{
    struct eh_messages messages = {.field = 'j'};
    struct reading p = {.messages = &messages, .arena = EH_ARENA_INIT};
    const char *at = text.data, *end = at ? at + text.size : at;
    int r = 0;
    for (uint32_t number = 1; r == 0 && at < end; number++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;
        size_t size = (size_t)(stop - at);
        struct eh_str line = eh_str_n(at, size > 0 && at[size - 1] == '\r' ? size - 1 : size);
        struct eh_error said = {0};
        if (!line_is_blank(line) && (r = messages_add_line(&p, line, number, &said)) < 0)
            eh_error_set(error, -r, "%s:%u: %s", file, number, said.text);
        at = newline ? newline + 1 : end;
    }
    eh_arena_done(&p.arena);
    if (r < 0) {
        eh_messages_done(&messages);
        return r;
    }
    *ret = messages;
    return 0;
}

struct eh_str eh_messages_body(const struct eh_messages *messages, size_t at)
{
    const struct eh_messages_item *item = &messages->items[at];
    return eh_str_n((const char *)messages->bytes.data + item->offset, item->size);
}

void eh_messages_done(struct eh_messages *messages)
{
    eh_bytes_done(&messages->bytes);
    free(messages->items);
    *messages = (struct eh_messages){0};
}
