/* message_fields.c: the table of fields. A new field is a row here, a number in message.h and its
 * place in the rows of the types that have it (message_types.h). */
#include "message_fields.h"

#include <evenhand/wire/desk.h>

#define NAMED(text, member)                                                                        \
    .name = text, .name_size = sizeof text - 1, .offset = offsetof(struct eh_message, member)
#define NAME(text, member)                                                                         \
    NAMED(text, member), .kind = EH_KIND_TEXT, .least = 1, .most = EH_NAME_MAX
#define LINE(text, member)                                                                         \
    NAMED(text, member), .kind = EH_KIND_TEXT, .least = 1, .most = EH_LINE_MAX
#define DIGEST(text, member) NAMED(text, member), .kind = EH_KIND_DIGEST
#define TIME(text, member)                                                                         \
    NAMED(text, member), .kind = EH_KIND_INTEGER, .least_told = EH_MILLIS_TOLD_MIN,                \
                         .most = EH_MILLIS_MAX
#define SECONDS(text, member) NAMED(text, member), .kind = EH_KIND_INTEGER, .most = EH_SECONDS_MAX

/* clang-format off */
const struct eh_field_row eh_field_rows[EH_FIELD_COUNT] = {
    [EH_FIELD_ID] = {NAME("id", id)},
    [EH_FIELD_TEAM] = {NAME("team", team)},
    [EH_FIELD_KIND] = {NAME("kind", kind)},
    [EH_FIELD_SOURCE] = {NAME("source", source), .default_text = "default"},
    /* below 0 for EH_TYPE_SIGNED alone: eh_message_finish() */
    [EH_FIELD_VALUE] = {NAMED("value", value), .kind = EH_KIND_INTEGER,
        .least = -EH_INTEGER_MAX, .most = EH_INTEGER_MAX},
    [EH_FIELD_CURRENCY] = {NAMED("currency", currency), .kind = EH_KIND_CURRENCY},
    [EH_FIELD_CUSTOMER] = {NAMED("customer", customer), .kind = EH_KIND_TEXT, .least = 1,
        .most = EH_CUSTOMER_MAX, .mending = EH_MEND_CLEAN},
    [EH_FIELD_PRIORITY] = {NAMED("priority", priority), .kind = EH_KIND_SMALL, .most = 9,
        .default_number = 5, .mending = EH_MEND_NEAREST},
    [EH_FIELD_SKILLS] = {NAMED("skills", skills), .kind = EH_KIND_SKILLS},
    [EH_FIELD_CHANNEL] = {NAME("channel", channel), .mending = EH_MEND_CLEAN},
    [EH_FIELD_SUBJECT] = {LINE("subject", subject), .mending = EH_MEND_CLEAN},
    [EH_FIELD_CREATED_AT] = {TIME("created_at", created_at_ms), .mending = EH_MEND_LEAVE_OUT},
    [EH_FIELD_OWNER] = {NAME("owner", owner), .mending = EH_MEND_LEAVE_OUT},
    [EH_FIELD_REP] = {NAME("rep", rep)},
    [EH_FIELD_STATUS] = {NAMED("status", status), .kind = EH_KIND_STATUS,
        .least = EH_STATUS_AVAILABLE, .most = EH_STATUS_AWAY},
    [EH_FIELD_FOR] = {SECONDS("for", for_s)},
    [EH_FIELD_REASON] = {LINE("reason", reason), .mending = EH_MEND_CLEAN},
    [EH_FIELD_EVENT] = {NAME("event", event)},
    [EH_FIELD_OUTCOME] = {NAMED("outcome", outcome), .kind = EH_KIND_OUTCOME,
        .least = EH_OUTCOME_WON, .most = EH_OUTCOME_RATED},
    [EH_FIELD_CSAT] = {NAMED("csat", csat), .kind = EH_KIND_SMALL, .least = 1, .most = 5,
        .mending = EH_MEND_LEAVE_OUT},
    [EH_FIELD_HANDLED] = {SECONDS("handled", handled_s), .mending = EH_MEND_LEAVE_OUT},
    [EH_FIELD_AT] = {TIME("at", at_ms)}, /* or AT_DAY */
    [EH_FIELD_METRIC] = {NAME("metric", metric)},
    [EH_FIELD_PERIOD] = {NAME("period", period)},
    [EH_FIELD_ACTOR] = {NAME("actor", actor)},
    [EH_FIELD_TEXT] = {NAMED("text", text), .kind = EH_KIND_RAW},
    [EH_FIELD_CUSTOMER_DIGEST] = {DIGEST("customer_digest", customer_digest)},
    [EH_FIELD_SUBJECT_DIGEST] = {DIGEST("subject_digest", subject_digest)},
    [EH_FIELD_REASON_DIGEST] = {DIGEST("reason_digest", reason_digest)},
    [EH_FIELD_COMMITMENT] = {DIGEST("commitment", commitment)},
    [EH_FIELD_COMMITMENT_FIRST] = {DIGEST("commitment_first", commitment_first)},
    [EH_FIELD_SEED] = {DIGEST("seed", seed)},
    [EH_FIELD_AT_DATE] = {NAMED("at_date", at_date), .kind = EH_KIND_INTEGER, .least = -EH_DATES_MAX,
        .most = EH_DATES_MAX},
    [EH_FIELD_RULES] = {NAMED("rules", rules), .kind = EH_KIND_INTEGER, .least = 1,
        .most = UINT32_MAX},
    [EH_FIELD_MOST] = {NAMED("most", most), .kind = EH_KIND_INTEGER, .least = EH_MOST_MIN,
        .most = EH_MOST_MAX},
    [EH_FIELD_TICKET] = {NAMED("ticket", ticket), .kind = EH_KIND_INTEGER, .least = 1,
        .most = EH_INTEGER_MAX},
    [EH_FIELD_AT_DAY] = {NAMED("at_day", at_day), .kind = EH_KIND_INTEGER, .least = -EH_DATES_MAX,
        .most = EH_DATES_MAX}, /* told as `at` */
    [EH_FIELD_REPLACE] = {NAMED("replace", replace), .kind = EH_KIND_FLAG, .least = 1, .most = 1},
    [EH_FIELD_NEW] = {NAMED("new", insists), .kind = EH_KIND_FLAG, .least = 1, .most = 1},
    [EH_FIELD_INCOMPLETE] = {NAMED("incomplete", incomplete), .kind = EH_KIND_FLAG, .least = 1,
        .most = 1},
    [EH_FIELD_MINUTES] = {NAMED("minutes", minutes), .kind = EH_KIND_INTEGER, .least = 1,
        .most = EH_INTEGER_MAX},
    [EH_FIELD_CONTENT] = {NAMED("content", content), .kind = EH_KIND_INTEGER, .least = 1,
        .most = EH_INTEGER_MAX},
    [EH_FIELD_CLOCK] = {NAMED("clock", clock_s), .kind = EH_KIND_INTEGER, .least = 1, .most = 3599},
    [EH_FIELD_CHANGED_AT] = {TIME("changed_at", changed_at_ms), .mending = EH_MEND_LEAVE_OUT},
    [EH_FIELD_ACCOUNT] = {NAMED("account", account), .kind = EH_KIND_TEXT, .least = 1,
        .most = EH_DESK_ACCOUNT_MAX, .mending = EH_MEND_LEAVE_OUT},
    [EH_FIELD_MANAGER] = {NAMED("manager", manager), .kind = EH_KIND_FLAG, .least = 1, .most = 1,
        .mending = EH_MEND_LEAVE_OUT},
    [EH_FIELD_BY] = {NAMED("by", by), .kind = EH_KIND_TEXT, .least = 1, .most = EH_DESK_ACCOUNT_MAX,
        .mending = EH_MEND_LEAVE_OUT},
    [EH_FIELD_FROM] = {TIME("from", from_ms)},    /* or FROM_DAY */
    [EH_FIELD_UNTIL] = {TIME("until", until_ms)}, /* or UNTIL_DAY */
    [EH_FIELD_FROM_DAY] = {NAMED("from_day", from_day), .kind = EH_KIND_INTEGER,
        .least = -EH_DATES_MAX, .most = EH_DATES_MAX}, /* told as `from` */
    [EH_FIELD_UNTIL_DAY] = {NAMED("until_day", until_day), .kind = EH_KIND_INTEGER,
        .least = -EH_DATES_MAX, .most = EH_DATES_MAX}, /* told as `until` */
    [EH_FIELD_CANCEL] = {NAMED("cancel", cancel), .kind = EH_KIND_INTEGER,
        .most = EH_INTEGER_MAX},
    [EH_FIELD_UID] = {NAME("uid", uid)},
    [EH_FIELD_DUE_AT] = {TIME("due_at", due_at_ms), .mending = EH_MEND_LEAVE_OUT},
    [EH_FIELD_CLOCKS] = {NAMED("clocks", clocks), .kind = EH_KIND_FLAG, .least = 1, .most = 1},
    [EH_FIELD_PAUSED] = {NAMED("paused", paused), .kind = EH_KIND_FLAG, .most = 1},
    [EH_FIELD_MENDED] = {NAMED("mended", mended), .kind = EH_KIND_TEXT, .least = 1,
        .most = EH_MENDED_MAX},
};
/* clang-format on */

static const char *const status_names[] = {
    [EH_STATUS_AVAILABLE] = "available",
    [EH_STATUS_OVERLOADED] = "overloaded",
    [EH_STATUS_AWAY] = "away",
};
static const char *const outcome_names[] = {
    [EH_OUTCOME_WON] = "won",           [EH_OUTCOME_LOST] = "lost",
    [EH_OUTCOME_RESOLVED] = "resolved", [EH_OUTCOME_CANCELLED] = "cancelled",
    [EH_OUTCOME_REOPENED] = "reopened", [EH_OUTCOME_REFUNDED] = "refunded",
    [EH_OUTCOME_RATED] = "rated",
};
#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static const char *list_name(const char *const *names, int count, int number)
{
    return number > 0 && number < count ? names[number] : NULL;
}

static int list_number(const char *const *names, int count, struct eh_str name)
{
    for (int i = 1; i < count; i++)
        if (eh_str_equal(eh_str(names[i]), name))
            return i;
    return 0;
}

const char *eh_field_name(int field)
{
    return field >= 0 && field < EH_FIELD_COUNT ? eh_field_rows[field].name : NULL;
}

int eh_field_find(struct eh_str name, uint64_t among)
{
    for (int field = 0; field < EH_FIELD_COUNT; field++) {
        const struct eh_field_row *row = &eh_field_rows[field];
        if (row->name_size == name.size && (among & EH_FIELD_BIT(field)) &&
            memcmp(row->name, name.data, name.size) == 0)
            return field;
    }
    return EH_FIELD_COUNT;
}

#define F(field)                                               EH_FIELD_BIT(EH_FIELD_##field)
#define TOLD(NAME, number, text, step, flags, needs, may, ...) | (needs) | (may)

int eh_field_named(struct eh_str name)
{
    return eh_field_find(name, 0 EH_MESSAGE_TYPES(TOLD));
}

const char *eh_status_name(int status)
{
    return list_name(status_names, COUNT(status_names), status);
}

int eh_status_from_name(struct eh_str name)
{
    return list_number(status_names, COUNT(status_names), name);
}

const char *eh_outcome_name(int outcome)
{
    return list_name(outcome_names, COUNT(outcome_names), outcome);
}

int eh_outcome_from_name(struct eh_str name)
{
    return list_number(outcome_names, COUNT(outcome_names), name);
}

int eh_field_of_day(int field)
{
    switch (field) {
    case EH_FIELD_AT:
        return EH_FIELD_AT_DAY;
    case EH_FIELD_FROM:
        return EH_FIELD_FROM_DAY;
    case EH_FIELD_UNTIL:
        return EH_FIELD_UNTIL_DAY;
    default:
        return EH_FIELD_COUNT;
    }
}

int64_t eh_field_number(const struct eh_message *m, const struct eh_field_row *row)
{
    const char *at = (const char *)m + row->offset;
    return row->kind == EH_KIND_INTEGER ? *(const int64_t *)at : *(const uint8_t *)at;
}

void eh_field_set_number(struct eh_message *m, const struct eh_field_row *row, int64_t number)
{
    char *at = (char *)m + row->offset;
    if (row->kind == EH_KIND_INTEGER)
        *(int64_t *)at = number;
    else
        *(uint8_t *)at = (uint8_t)number;
}

void eh_field_set_text(struct eh_message *m, const struct eh_field_row *row, struct eh_str text)
{
    *(struct eh_str *)((char *)m + row->offset) = text;
}

bool eh_field_same(const struct eh_message *a, const struct eh_message *b,
                   const struct eh_field_row *row)
{
    if (eh_field_is_text(row))
        return eh_str_equal(*eh_field_text(a, row), *eh_field_text(b, row));
    return eh_field_number(a, row) == eh_field_number(b, row);
}
