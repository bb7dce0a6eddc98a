/* history: checks the columns of a ticket history and makes values of them. */
#include "history.h"

#include <stdlib.h>

#include "csv.h"
#include "term/zone.h"

#define TIME_MIN_US INT64_C(946684800000000) /* 2000-01-01, as the daemon takes it */

enum column {
    TICKET_ID,
    OPENED_AT,
    KIND,
    TEAM,
    CUSTOMER,
    VALUE_MINOR,
    CURRENCY,
    HISTORICAL_REP,
    ANSWERED_AT,
    CLOSED_AT,
    OUTCOME,
    CSAT,
    PRIORITY,
    COLUMN_COUNT
};

static const char *const names[COLUMN_COUNT] = {
    "ticket_id",      "opened_at",   "kind",      "team",    "customer", "value_minor", "currency",
    "historical_rep", "answered_at", "closed_at", "outcome", "csat",     "priority",
};

/* A date and a time of day without a zone. */
struct local_time {
    int32_t day, second; /* local date; seconds into it */
};

struct range {
    int64_t min, max;
};
static const struct range ratings = {1, 5}, priorities = {0, 9};

struct history {
    const struct eh_history_rules *rules;
    eh_history_fn *on_ticket;
    void *context;
    int columns[COLUMN_COUNT];
    int value_column;
};

/* Whether a column is read. `reassignments` is known and ignored. */
static bool is_read(const struct history *h, const struct eh_csv_header *header, int column)
{
    if (column == h->value_column || column == eh_csv_column(header, "reassignments"))
        return true;
    for (int i = 0; i < COLUMN_COUNT; i++)
        if (h->columns[i] == column)
            return true;
    return false;
}

static int name_unread(const struct history *h, const struct eh_csv_header *header,
                       struct eh_error *error)
{
    struct eh_bytes *out = h->rules->ret_unread;
    for (unsigned i = 0; out && i < header->count; i++) {
        if (is_read(h, header, (int)i) || header->names[i].size == 0)
            continue;
        eh_bytes_put(out, ", ", out->size ? 2 : 0);
        eh_bytes_put(out, header->names[i].data, header->names[i].size);
    }
    return out && out->failed ? eh_error_set(error, EH_ENOMEM, "out of memory") : 0;
}

static int history_take_header(void *context, const struct eh_csv_header *header,
                               struct eh_error *error)
{
    struct history *h = context;
    for (int i = 0; i < COLUMN_COUNT; i++)
        h->columns[i] = eh_csv_column(header, names[i]);
    if (h->columns[TICKET_ID] < 0)
        return eh_error_set(error, EH_EPARSE, "there is no column `ticket_id`");
    h->value_column = h->columns[VALUE_MINOR];
    if (h->rules->value_column) {
        h->value_column = eh_csv_column(header, h->rules->value_column);
        if (h->value_column < 0)
            return eh_error_set(error, EH_EPARSE, "there is no column `%s`",
                                h->rules->value_column);
    }
    return name_unread(h, header, error);
}

/* Puts the column's name before an error. */
static int column_error(const char *column, int r, const struct eh_error *said,
                        struct eh_error *error)
{
    return eh_error_field(error, -r, column, "%s: %s", column, said->text);
}

int64_t eh_history_day_us(int32_t day, bool last)
{
    return last ? eh_zone_us(day + 1, 0) - 1 : eh_zone_us(day, 0);
}

/* "01.03.2026 …" becomes "2026-03-01 …"; anything else stays. */
static struct eh_str year_first(const struct history *h, struct eh_str text, char storage[64])
{
    const char *t = text.data;
    if (!h->rules->day_first || text.size < 10 || text.size > 63 ||
        (t[2] != '.' && t[2] != '/' && t[2] != '-') || t[5] != t[2])
        return text;
    size_t size =
        eh_format(storage, 64, "%.4s-%.2s-%.2s%.*s", t + 6, t + 3, t, (int)text.size - 10, t + 10);
    return eh_str_n(storage, size);
}

static bool two_digits(const char *at, int most, int *ret)
{
    if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
        return false;
    *ret = (at[0] - '0') * 10 + at[1] - '0';
    return *ret <= most;
}

/* "2026-03-01T12:00", with or without seconds: a time that does not say of which zone. */
static bool column_local(struct eh_str text, struct local_time *ret)
{
    int hour, minute, second = 0;
    const char *t = text.data;
    if ((text.size != 16 && text.size != 19) || (t[10] != 'T' && t[10] != ' ') || t[13] != ':' ||
        eh_date_parse(eh_str_n(t, 10), &ret->day, NULL) < 0 || !two_digits(t + 11, 23, &hour) ||
        !two_digits(t + 14, 59, &minute) ||
        (text.size == 19 && (t[16] != ':' || !two_digits(t + 17, 59, &second))))
        return false;
    ret->second = hour * 3600 + minute * 60 + second;
    return true;
}

static int year_check(const char *column, struct eh_str text, int64_t us, struct eh_error *error)
{
    if (us >= TIME_MIN_US)
        return 0;
    return eh_error_field(error, EH_ERANGE, column, "%s: %.*s is before the year 2000", column,
                          EH_STR_ARG(text));
}

static int column_local_time(const struct history *h, const char *column, struct eh_str text,
                             struct local_time local, int64_t *ret, struct eh_error *error)
{
    if (!h->rules->zone)
        return eh_error_field(
            error, EH_EINVAL, column,
            "%s: `%.*s` has no offset from UTC, and no desk says which zone it is "
            "of; --time-zone does",
            column, EH_STR_ARG(text));
    if (h->rules->ret_local)
        *h->rules->ret_local = true;
    *ret = eh_zone_us(local.day, local.second);
    return year_check(column, text, *ret, error);
}

/* A moment, a day alone, or nothing. */
static int column_time(const struct history *h, const char *column, struct eh_str told,
                       int64_t *ret, int32_t *ret_day, struct eh_error *error)
{
    char storage[64];
    struct eh_error said = {0};
    struct eh_str text = year_first(h, told, storage);
    int32_t day;
    struct local_time local;
    *ret = EH_HISTORY_NO_TIME;
    *ret_day = EH_HISTORY_NO_DAY;
    if (text.size == 0)
        return 0;
    if (text.size == 10 && eh_date_parse(text, &day, NULL) == 0) {
        *ret_day = day;
        return year_check(column, told, eh_zone_us(day, 0), error);
    }
    if (column_local(text, &local))
        return column_local_time(h, column, told, local, ret, error);
    int64_t us;
    int r = eh_time_parse(text, &us, &said);
    if (r < 0 && !h->rules->day_first && told.size >= 10 && told.data[2] == '.')
        return eh_error_field(error, EH_EPARSE, column, "%s: %s; --dates dmy reads 31.12.2026",
                              column, said.text);
    if (r < 0)
        return column_error(column, r, &said, error);
    *ret = us;
    return year_check(column, told, us, error);
}

static int column_integer(const char *column, struct eh_str text, struct range range, int64_t *ret,
                          struct eh_error *error)
{
    struct eh_error said = {0};
    int64_t n = 0;
    int r = eh_integer_parse(text, &n, &said);
    if (r < 0 && text.size &&
        (memchr(text.data, ',', text.size) || memchr(text.data, '.', text.size)))
        return eh_error_field(
            error, EH_EINVAL, column,
            "%s: `%.*s` is no whole number; money stands in minor units (1250 for "
            "12.50)",
            column, EH_STR_ARG(text));
    if (r < 0)
        return column_error(column, r, &said, error);
    if (n < range.min || n > range.max)
        return eh_error_field(error, EH_ERANGE, column, "%s: %lld is not within %lld and %lld",
                              column, (long long)n, (long long)range.min, (long long)range.max);
    *ret = n;
    return 0;
}

static int column_value(const char *column, struct eh_str text, bool *ret_has, int64_t *ret,
                        struct eh_error *error)
{
    const struct range any = {-EH_INTEGER_MAX, EH_INTEGER_MAX};
    int64_t n = 0;
    int r = text.size ? column_integer(column, text, any, &n, error) : 0;
    if (r < 0)
        return r;
    *ret_has = text.size > 0;
    *ret = n;
    return 0;
}

static int column_small(const char *column, struct eh_str text, struct range range, int absent,
                        int *ret, struct eh_error *error)
{
    int64_t n = absent;
    int r = text.size ? column_integer(column, text, range, &n, error) : 0;
    if (r < 0)
        return r;
    *ret = (int)n;
    return 0;
}

static int team_read(const struct history *h, struct eh_history_ticket *t, struct eh_error *error)
{
    if (h->rules->team.size) {
        eh_format(t->team, sizeof t->team, "%.*s", EH_STR_ARG(h->rules->team));
        return 0;
    }
    if (t->team_name.size == 0) {
        eh_format(t->team, sizeof t->team, "desk");
        return 0;
    }
    if (eh_id_from_name(t->team_name, t->team) == 0)
        return eh_error_field(error, EH_EINVAL, "team", "team: no id can be made of `%.*s`",
                              EH_STR_ARG(t->team_name));
    return 0;
}

static int names_check(const struct eh_history_ticket *t, struct eh_error *error)
{
    const struct {
        const char *name;
        struct eh_str text;
        bool required;
    } fields[] = {{"ticket_id", t->id, true},
                  {"kind", t->kind, true},
                  {"team", t->team_name, false},
                  {"historical_rep", t->rep, false}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (fields[i].text.size == 0 && fields[i].required)
            return eh_error_field(error, EH_EINVAL, fields[i].name, "%s: is empty", fields[i].name);
        if (fields[i].text.size > 0 && !eh_name_valid(fields[i].text, EH_NAME_MAX))
            return eh_error_field(error, EH_EINVAL, fields[i].name,
                                  "%s: is no name (1 to %d bytes of UTF-8 without control "
                                  "characters)",
                                  fields[i].name, EH_NAME_MAX);
    }
    return 0;
}

/* A day alone says too little of an answer. */
static int answer_read(const struct history *h, struct eh_str text, struct eh_history_ticket *t,
                       struct eh_error *error)
{
    int32_t day;
    return column_time(h, "answered_at", text, &t->answered_us, &day, error);
}

static int numbers_read(const struct history *h, const struct eh_csv_row *row,
                        struct eh_history_ticket *t, struct eh_error *error)
{
    const int *c = h->columns;
    const char *value_name = h->rules->value_column ? h->rules->value_column : names[VALUE_MINOR];
    int r = column_time(h, "opened_at", eh_csv_field(row, c[OPENED_AT]), &t->opened_us,
                        &t->opened_day, error);
    if (r == 0)
        r = column_time(h, "closed_at", eh_csv_field(row, c[CLOSED_AT]), &t->closed_us,
                        &t->closed_day, error);
    if (r == 0)
        r = answer_read(h, eh_csv_field(row, c[ANSWERED_AT]), t, error);
    if (r == 0)
        r = column_value(value_name, eh_csv_field(row, h->value_column), &t->has_value, &t->value,
                         error);
    if (r == 0)
        r = column_value(names[VALUE_MINOR], eh_csv_field(row, c[VALUE_MINOR]), &t->has_won_value,
                         &t->won_value, error);
    if (r == 0)
        r = column_small("csat", eh_csv_field(row, c[CSAT]), ratings, 0, &t->csat, error);
    if (r == 0)
        r = column_small("priority", eh_csv_field(row, c[PRIORITY]), priorities, -1, &t->priority,
                         error);
    return r;
}

static int history_take_row(void *context, const struct eh_csv_row *row, struct eh_error *error)
{
    const struct history *h = context;
    const int *c = h->columns;
    struct eh_history_ticket t = {
        .line = row->line,
        .id = eh_csv_field(row, c[TICKET_ID]),
        .kind = eh_csv_field(row, c[KIND]),
        .team_name = eh_csv_field(row, c[TEAM]),
        .customer = eh_csv_field(row, c[CUSTOMER]),
        .currency = eh_csv_field(row, c[CURRENCY]),
        .rep = eh_csv_field(row, c[HISTORICAL_REP]),
        .outcome = eh_csv_field(row, c[OUTCOME]),
    };
    if (t.kind.size == 0)
        t.kind = eh_str("query");
    int r = names_check(&t, error);
    if (r == 0)
        r = team_read(h, &t, error);
    if (r == 0)
        r = numbers_read(h, row, &t, error);
    if (r == 0)
        r = h->on_ticket(h->context, &t, error);
    return r;
}

int eh_history_read(struct eh_str text, const struct eh_history_rules *rules,
                    eh_history_fn *on_ticket, void *context, struct eh_error *error)
{
    struct history h = {.rules = rules, .on_ticket = on_ticket, .context = context};
    struct eh_zone zone = {0};
    int r = eh_zone_set(&zone, eh_str(rules->zone ? rules->zone : "UTC"), error);
    if (r < 0)
        return r;
    return eh_csv_read(text, rules->file, history_take_header, history_take_row, &h, error);
}
