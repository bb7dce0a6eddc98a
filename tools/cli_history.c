/* cli_history: columns of a ticket history become checked values. */
#include "cli_history.h"

#include <stdlib.h>

#include "cli_csv.h"

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
    CLOSED_AT,
    OUTCOME,
    CSAT,
    PRIORITY,
    COLUMN_COUNT
};

static const char *const names[COLUMN_COUNT] = {
    "ticket_id", "opened_at",      "kind",      "team",    "customer", "value_minor",
    "currency",  "historical_rep", "closed_at", "outcome", "csat",     "priority",
};

struct history {
    const struct eh_history_rules *rules;
    eh_history_fn *on_ticket;
    void *context;
    int columns[COLUMN_COUNT];
    int value_column;
};

static int on_header(void *context, const struct eh_csv_header *header, struct eh_error *error)
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
    return 0;
}

/* Says which column an error is about. */
static int about(const char *column, int r, const struct eh_error *said, struct eh_error *error)
{
    return eh_error_field(error, -r, column, "%s: %s", column, said->text);
}

static int read_time(const char *column, struct eh_str text, int64_t *ret, struct eh_error *error)
{
    struct eh_error said = {0};
    int64_t us = EH_HISTORY_NO_TIME;
    int r = text.size ? eh_time_parse(text, &us, &said) : 0;
    if (r < 0)
        return about(column, r, &said, error);
    if (text.size && us < TIME_MIN_US)
        return eh_error_field(error, EH_ERANGE, column, "%s: %.*s is before the year 2000", column,
                              EH_STR_ARG(text));
    *ret = us;
    return 0;
}

static int read_integer(const char *column, struct eh_str text, int64_t min, int64_t max,
                        int64_t *ret, struct eh_error *error)
{
    struct eh_error said = {0};
    int64_t n = 0;
    int r = eh_integer_parse(text, &n, &said);
    if (r < 0)
        return about(column, r, &said, error);
    if (n < min || n > max)
        return eh_error_field(error, EH_ERANGE, column, "%s: %lld is not within %lld and %lld",
                              column, (long long)n, (long long)min, (long long)max);
    *ret = n;
    return 0;
}

static int read_value(const char *column, struct eh_str text, bool *ret_has, int64_t *ret,
                      struct eh_error *error)
{
    int64_t n = 0;
    int r = text.size ? read_integer(column, text, -EH_INTEGER_MAX, EH_INTEGER_MAX, &n, error) : 0;
    if (r < 0)
        return r;
    *ret_has = text.size > 0;
    *ret = n;
    return 0;
}

static int read_small(const char *column, struct eh_str text, int64_t min, int64_t max, int absent,
                      int *ret, struct eh_error *error)
{
    int64_t n = absent;
    int r = text.size ? read_integer(column, text, min, max, &n, error) : 0;
    if (r < 0)
        return r;
    *ret = (int)n;
    return 0;
}

static int read_team(const struct history *h, struct eh_history_ticket *t, struct eh_error *error)
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

static int check_names(const struct eh_history_ticket *t, struct eh_error *error)
{
    const struct {
        const char *name;
        struct eh_str text;
        bool required;
    } fields[] = {{"ticket_id", t->id, true},
                  {"kind", t->kind, true},
                  {"team", t->team_name, false},
                  {"customer", t->customer, false},
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

static int read_numbers(const struct history *h, const struct eh_csv_row *row,
                        struct eh_history_ticket *t, struct eh_error *error)
{
    const int *c = h->columns;
    const char *value_name = h->rules->value_column ? h->rules->value_column : names[VALUE_MINOR];
    int r = read_time("opened_at", eh_csv_field(row, c[OPENED_AT]), &t->opened_us, error);
    if (r == 0)
        r = read_time("closed_at", eh_csv_field(row, c[CLOSED_AT]), &t->closed_us, error);
    if (r == 0)
        r = read_value(value_name, eh_csv_field(row, h->value_column), &t->has_value, &t->value,
                       error);
    if (r == 0)
        r = read_value(names[VALUE_MINOR], eh_csv_field(row, c[VALUE_MINOR]), &t->has_won_value,
                       &t->won_value, error);
    if (r == 0)
        r = read_small("csat", eh_csv_field(row, c[CSAT]), 1, 5, 0, &t->csat, error);
    if (r == 0)
        r = read_small("priority", eh_csv_field(row, c[PRIORITY]), 0, 9, -1, &t->priority, error);
    return r;
}

static int on_row(void *context, const struct eh_csv_row *row, struct eh_error *error)
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
    int r = check_names(&t, error);
    if (r == 0)
        r = read_team(h, &t, error);
    if (r == 0)
        r = read_numbers(h, row, &t, error);
    if (r == 0)
        r = h->on_ticket(h->context, &t, error);
    return r;
}

int eh_history_read(struct eh_str text, const struct eh_history_rules *rules,
                    eh_history_fn *on_ticket, void *context, struct eh_error *error)
{
    struct history h = {.rules = rules, .on_ticket = on_ticket, .context = context};
    return eh_csv_read(text, rules->file, on_header, on_row, &h, error);
}
