/* rows: a batch as arrays of columns, one INSERT a table. See store.h. */
#include "store/private.h"

#include <endian.h>

void store_columns_begin(struct eh_store *s, const enum eh_array_type *types, size_t count)
{
    for (size_t i = 0; i < count; i++)
        eh_array_begin(&s->columns[i], types[i]);
}

/* The n-th name in the first parentheses of a statement: INSERT INTO t (desk, input, type, ...). */
static struct eh_str column_name(const char *sql, size_t n)
{
    const char *at = strchr(sql, '(') + 1;
    for (; n > 0; n--)
        at += strcspn(at, ",") + 1;
    at += strspn(at, " ");
    return eh_str_n(at, strcspn(at, ",) "));
}

static const char *sql_of(const char *statement)
{
    const struct eh_pg_statement *s = eh_store_write_statements;
    while (strcmp(s->name, statement) != 0)
        s++;
    return s->sql;
}

/* The input of a row: counted from `first`, or as its column says. */
static int64_t row_input(const struct eh_store *s, const char *sql, int64_t first, size_t skip,
                         size_t count, uint32_t row)
{
    for (size_t i = 0; i < count; i++)
        if (eh_str_equal(column_name(sql, skip + i), eh_str("input")))
            return eh_array_int(&s->columns[i], row);
    return first + 1 + row; /* see generate_subscripts in the statement */
}

/* What was decided cannot be written down. It was checked where it came in, so this is a mistake of
 * ours, and found before PostgreSQL refuses the whole batch for it. */
static int refuse_value(struct eh_store *s, const char *statement, int64_t first, size_t count,
                        size_t at)
{
    const char *sql = sql_of(statement);
    size_t skip = first >= 0 ? 2 : 1; /* the desk, and the number counted on from `first` */
    uint32_t row = s->columns[at].wrong - 1;
    eh_format(s->error, sizeof s->error, "input %lld: %s: column %.*s cannot hold its value",
              (long long)row_input(s, sql, first, skip, count, row), statement,
              EH_STR_ARG(column_name(sql, skip + at)));
    return -EH_EINVAL;
}

/* desk, then (with `first` >= 0) a number to count on from, then the columns. */
static int send_columns(struct eh_store *s, const char *statement, int64_t first, size_t count)
{
    char desk[2], from[8];
    const char *values[STORE_COLUMNS_MAX + 2];
    int lengths[STORE_COLUMNS_MAX + 2], n = 0;
    eh_pg_put16(desk, s->head.desk);
    values[n] = desk;
    lengths[n++] = 2;
    if (first >= 0) {
        eh_pg_put64(from, first);
        values[n] = from;
        lengths[n++] = 8;
    }
    for (size_t i = 0; i < count; i++) {
        if (s->columns[i].bytes.failed)
            return -EH_ENOMEM;
        if (s->columns[i].wrong)
            return refuse_value(s, statement, first, count, i);
        values[n] = eh_array_value(&s->columns[i]);
        lengths[n++] = eh_array_size(&s->columns[i]);
    }
    return eh_pg_send(s->write, statement, n, values, lengths, store_row_done, s);
}

static void put_if(struct eh_array *column, bool given, int64_t value)
{
    if (given)
        eh_array_put_int(column, value);
    else
        eh_array_put_null(column);
}

static void put_key(struct eh_array *column, struct eh_key key)
{
    uint8_t bytes[16];
    eh_key_bytes(key, bytes);
    eh_array_put_bytes(column, bytes, sizeof bytes);
}

#define HAS(record, field) (((record)->has & EH_FIELD_BIT(EH_FIELD_##field)) != 0)

static const enum eh_array_type input_types[] = {
    EH_ARRAY_INT2, EH_ARRAY_INT2, EH_ARRAY_INT2, EH_ARRAY_INT8, EH_ARRAY_UUID, EH_ARRAY_UUID,
    EH_ARRAY_INT8, EH_ARRAY_INT8, EH_ARRAY_INT8, EH_ARRAY_INT8, EH_ARRAY_INT8, EH_ARRAY_INT8,
    EH_ARRAY_TEXT, EH_ARRAY_TEXT, EH_ARRAY_TEXT, EH_ARRAY_TEXT, EH_ARRAY_TEXT, EH_ARRAY_TEXT,
    EH_ARRAY_TEXT, EH_ARRAY_TEXT, EH_ARRAY_BYTEA};

/* In the order of input_types and of the statement insert_input. */
static void put_input(struct eh_array *c, const struct eh_record *r)
{
    struct eh_stream_id entry = {r->stream_ms, r->stream_no};
    bool streamed = eh_stream_id_is_set(entry);
    eh_array_put_int(c++, r->type);
    put_if(c++, HAS(r, PRIORITY), r->priority);
    put_if(c++, HAS(r, CSAT), r->csat);
    eh_array_put_int(c++, r->at_us);
    put_key(c++, r->identity);
    put_key(c++, r->digest);
    put_if(c++, streamed, (int64_t)entry.ms);
    put_if(c++, streamed, (int64_t)entry.no);
    put_if(c++, HAS(r, VALUE), r->value);
    put_if(c++, HAS(r, HANDLED), r->handled_s);
    put_if(c++, HAS(r, AT), r->at_ms);
    put_if(c++, r->has_until, r->until_us);
    eh_array_put_text(c++, r->source);
    eh_array_put_text(c++, r->id);
    eh_array_put_text(c++, r->team);
    eh_array_put_text(c++, r->kind);
    eh_array_put_text(c++, r->rep);
    eh_array_put_text(c++, r->word);
    eh_array_put_text(c++, r->actor);
    eh_array_put_text(c++, r->reason);
    eh_array_put_text(c++, r->rest);
}

static int send_inputs(struct eh_store *s, const struct store_part *part)
{
    const struct eh_batch *b = part->batch;
    size_t count = sizeof input_types / sizeof *input_types;
    store_columns_begin(s, input_types, count);
    for (size_t i = 0; i < part->records; i++)
        put_input(s->columns, &b->records[i]);
    return send_columns(s, "insert_input", (int64_t)b->from_input, count);
}

static const enum eh_array_type effect_types[] = {
    EH_ARRAY_INT2, EH_ARRAY_INT4, EH_ARRAY_INT8, EH_ARRAY_INT8, EH_ARRAY_INT4,  EH_ARRAY_INT8,
    EH_ARRAY_TEXT, EH_ARRAY_TEXT, EH_ARRAY_TEXT, EH_ARRAY_TEXT, EH_ARRAY_BYTEA, EH_ARRAY_BYTEA};

static void put_draws(struct eh_array *column, const struct eh_effect *e)
{
    uint64_t big[EH_DRAWS_MAX];
    if (e->draw_count == 0) {
        eh_array_put_null(column);
        return;
    }
    for (uint32_t i = 0; i < e->draw_count; i++)
        big[i] = htobe64(e->draws[i]);
    eh_array_put_bytes(column, big, e->draw_count * sizeof *big);
}

static void put_effect(struct eh_array *c, const struct eh_effect *e, uint64_t input)
{
    bool dealt = e->eligible > 0;
    bool epoch = e->type == EH_NOTICE_COMMITMENT || e->type == EH_NOTICE_REVEALED ||
                 e->type == EH_NOTICE_LOST;
    eh_array_put_int(c++, e->type);
    put_if(c++, dealt || epoch, e->epoch);
    eh_array_put_int(c++, (int64_t)input);
    put_if(c++, e->ticket != 0, (int64_t)e->ticket);
    put_if(c++, dealt, e->eligible);
    put_if(c++, dealt, (int64_t)e->weight);
    eh_array_put_text(c++, e->team);
    eh_array_put_text(c++, e->rep);
    eh_array_put_text(c++, e->was);
    eh_array_put_text(c++, e->why);
    put_draws(c++, e);
    eh_array_put_text(c++, e->detail);
}

static int send_effects(struct eh_store *s, const struct store_part *part)
{
    size_t count = sizeof effect_types / sizeof *effect_types, at = 0;
    const struct eh_batch *b = part->batch;
    store_columns_begin(s, effect_types, count);
    for (size_t i = 0; i < part->records; i++) {
        uint32_t most = i + 1 == part->records ? part->effects : UINT32_MAX;
        for (uint32_t e = 0; e < b->records[i].effect_count && e < most; e++)
            put_effect(s->columns, &b->effects.items[at++], b->records[i].input);
    }
    return at > 0 ? send_columns(s, "insert_effect", (int64_t)b->from_seq, count) : 0;
}

static const enum eh_array_type change_types[] = {EH_ARRAY_INT2, EH_ARRAY_INT2, EH_ARRAY_INT8,
                                                  EH_ARRAY_INT8, EH_ARRAY_INT8, EH_ARRAY_INT8,
                                                  EH_ARRAY_TEXT, EH_ARRAY_TEXT, EH_ARRAY_BYTEA};

static int put_change(struct eh_array *c, const struct eh_record *r)
{
    struct eh_ticket_view v;
    int read = eh_ticket_image_view(r->image, &v, NULL);
    if (read < 0)
        return read;
    eh_array_put_int(c++, v.state);
    eh_array_put_int(c++, v.priority);
    eh_array_put_int(c++, (int64_t)r->image_ticket);
    eh_array_put_int(c++, (int64_t)r->input);
    eh_array_put_int(c++, v.value);
    put_if(c++, v.state == EH_TICKET_CLOSED, v.closed_us);
    eh_array_put_text(c++, v.team);
    eh_array_put_text(c++, v.outcome);
    eh_array_put_text(c++, r->image);
    return 0;
}

static int send_changes(struct eh_store *s, const struct store_part *part)
{
    const struct eh_batch *b = part->batch;
    size_t count = sizeof change_types / sizeof *change_types;
    store_columns_begin(s, change_types, count);
    for (size_t i = 0; i < part->records; i++) {
        if (b->records[i].image_ticket == 0)
            continue;
        int r = put_change(s->columns, &b->records[i]);
        if (r < 0)
            return r;
    }
    return s->columns[0].count ? send_columns(s, "insert_change", -1, count) : 0;
}

/* Rows of the tables below stand in the order of their inputs. */
static bool is_part(const struct store_part *part, uint64_t input)
{
    return input <= part->batch->from_input + part->records;
}

/* What came from outside stands apart, so that it can be erased. */
static int send_dead(struct eh_store *s, const struct store_part *part)
{
    const struct eh_batch *b = part->batch;
    static const enum eh_array_type types[] = {EH_ARRAY_INT8, EH_ARRAY_TEXT, EH_ARRAY_TEXT,
                                               EH_ARRAY_INT8, EH_ARRAY_BYTEA};
    store_columns_begin(s, types, 5);
    for (size_t i = 0; i < b->dead_count && is_part(part, b->dead[i].input); i++) {
        const struct eh_dead_entry *d = &b->dead[i];
        eh_array_put_int(&s->columns[0], (int64_t)d->input);
        eh_array_put_text(&s->columns[1], d->stream_id);
        eh_array_put_text(&s->columns[2], d->reason);
        eh_array_put_int(&s->columns[3], (int64_t)d->size);
        eh_array_put_text(&s->columns[4], d->salted ? eh_str(NULL) : d->body);
    }
    return s->columns[0].count ? send_columns(s, "insert_dead", -1, 5) : 0;
}

static int send_dead_bodies(struct eh_store *s, const struct store_part *part)
{
    const struct eh_batch *b = part->batch;
    static const enum eh_array_type types[] = {EH_ARRAY_INT8, EH_ARRAY_BYTEA, EH_ARRAY_BYTEA,
                                               EH_ARRAY_BYTEA};
    store_columns_begin(s, types, 4);
    for (size_t i = 0; i < b->dead_count && is_part(part, b->dead[i].input); i++) {
        const struct eh_dead_entry *d = &b->dead[i];
        if (!d->salted)
            continue;
        eh_array_put_int(&s->columns[0], (int64_t)d->input);
        eh_array_put_bytes(&s->columns[1], d->salt, EH_SALT_BYTES);
        eh_array_put_text(&s->columns[2], d->body);
        eh_array_put_text(&s->columns[3], d->sha256);
    }
    return s->columns[0].count ? send_columns(s, "insert_dead_body", -1, 4) : 0;
}

/* A salt stands beside its text alone. */
static void put_salt(struct eh_array *column, struct eh_str text, const uint8_t *salt)
{
    if (text.size > 0)
        eh_array_put_bytes(column, salt, EH_SALT_BYTES);
    else
        eh_array_put_null(column);
}

static int send_personal(struct eh_store *s, const struct store_part *part)
{
    const struct eh_batch *b = part->batch;
    static const enum eh_array_type types[] = {EH_ARRAY_INT8, EH_ARRAY_TEXT, EH_ARRAY_TEXT,
                                               EH_ARRAY_BYTEA, EH_ARRAY_BYTEA};
    store_columns_begin(s, types, 5);
    for (size_t i = 0; i < b->personal_count && is_part(part, b->personal[i].input); i++) {
        const struct eh_personal *p = &b->personal[i];
        eh_array_put_int(&s->columns[0], (int64_t)p->input);
        eh_array_put_text(&s->columns[1], p->customer);
        eh_array_put_text(&s->columns[2], p->subject);
        put_salt(&s->columns[3], p->customer, p->customer_salt);
        put_salt(&s->columns[4], p->subject, p->subject_salt);
    }
    return s->columns[0].count ? send_columns(s, "insert_personal", -1, 5) : 0;
}

/* ---- Periods: rare, so a batch has them or sends nothing. */

static const enum eh_array_type step_types[] = {
    EH_ARRAY_INT8, EH_ARRAY_INT4, EH_ARRAY_INT2, EH_ARRAY_TEXT, EH_ARRAY_TEXT,  EH_ARRAY_TEXT,
    EH_ARRAY_TEXT, EH_ARRAY_TEXT, EH_ARRAY_TEXT, EH_ARRAY_TEXT, EH_ARRAY_BYTEA, EH_ARRAY_BYTEA,
    EH_ARRAY_INT8, EH_ARRAY_INT8, EH_ARRAY_INT8, EH_ARRAY_INT8, EH_ARRAY_INT8,  EH_ARRAY_INT8,
    EH_ARRAY_INT8, EH_ARRAY_INT8, EH_ARRAY_INT8, EH_ARRAY_INT8};

/* In the order of step_types and of the statement insert_step; without a statement all NULL. */
static void put_figures(struct eh_array *c, const struct eh_pool_statement *s)
{
    if (!s) {
        for (size_t i = 0; i < 12; i++)
            eh_array_put_null(c++);
        return;
    }
    const int64_t figures[] = {s->composite_ppm, s->funding_ppm, s->gross, s->carry, s->net,
                               s->difference,    s->cancelled,   s->paid,  s->held,  s->carry_open};
    eh_array_put_bytes(c++, s->plan_sha256, sizeof s->plan_sha256);
    eh_array_put_bytes(c++, s->facts_sha256, sizeof s->facts_sha256);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        eh_array_put_int(c++, figures[i]);
}

static void put_step(struct eh_array *c, const struct eh_period_row *row)
{
    eh_array_put_int(c++, (int64_t)row->input);
    eh_array_put_int(c++, row->version);
    eh_array_put_int(c++, row->published_late);
    eh_array_put_text(c++, row->team);
    eh_array_put_text(c++, row->period);
    eh_array_put_text(c++, eh_str(eh_message_type_name(row->step)));
    eh_array_put_text(c++, eh_str(eh_period_state_name(row->state)));
    eh_array_put_text(c++, row->currency);
    eh_array_put_text(c++, row->plan);
    eh_array_put_text(c++, row->missing);
    put_figures(c, row->statement);
}

static const enum eh_array_type line_types[] = {
    EH_ARRAY_INT8, EH_ARRAY_INT2, EH_ARRAY_INT2, EH_ARRAY_TEXT, EH_ARRAY_TEXT, EH_ARRAY_TEXT,
    EH_ARRAY_INT8, EH_ARRAY_INT8, EH_ARRAY_INT8, EH_ARRAY_INT8, EH_ARRAY_INT8, EH_ARRAY_INT8,
    EH_ARRAY_INT8, EH_ARRAY_INT8, EH_ARRAY_INT8, EH_ARRAY_INT8};

/* In the order of line_types and of the statement insert_line. */
static void put_line(struct eh_array *c, const struct eh_period_row *row,
                     const struct eh_pool_line *line)
{
    const int64_t numbers[] = {line->days,  line->minutes, line->band,      line->points,
                               line->equal, line->hours,   line->seniority, line->individual,
                               line->total, line->paid};
    eh_array_put_int(c++, (int64_t)row->input);
    eh_array_put_int(c++, line->eligible);
    eh_array_put_int(c++, line->capped);
    eh_array_put_text(c++, row->team);
    eh_array_put_text(c++, row->period);
    eh_array_put_text(c++, line->rep);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        eh_array_put_int(c++, numbers[i]);
}

/* The metrics of what was frozen or settled. */
static int send_books(struct eh_store *s, const struct store_part *part)
{
    static const enum eh_array_type types[] = {EH_ARRAY_INT8, EH_ARRAY_INT8, EH_ARRAY_TEXT,
                                               EH_ARRAY_TEXT, EH_ARRAY_TEXT};
    const struct eh_batch *b = part->batch;
    store_columns_begin(s, types, 5);
    for (size_t i = 0; i < b->period_count && is_part(part, b->period_rows[i].input); i++) {
        const struct eh_period_row *row = &b->period_rows[i];
        if (row->metrics.size == 0)
            continue;
        eh_array_put_int(&s->columns[0], (int64_t)row->input);
        eh_array_put_int(&s->columns[1], row->version);
        eh_array_put_text(&s->columns[2], row->team);
        eh_array_put_text(&s->columns[3], row->period);
        eh_array_put_text(&s->columns[4], row->metrics);
    }
    return s->columns[0].count ? send_columns(s, "insert_book", -1, 5) : 0;
}

static int send_periods(struct eh_store *s, const struct store_part *part)
{
    const struct eh_batch *b = part->batch;
    size_t steps = sizeof step_types / sizeof *step_types;
    size_t lines = sizeof line_types / sizeof *line_types;
    if (b->period_count == 0 || !is_part(part, b->period_rows[0].input))
        return 0;
    store_columns_begin(s, step_types, steps);
    for (size_t i = 0; i < b->period_count && is_part(part, b->period_rows[i].input); i++)
        put_step(s->columns, &b->period_rows[i]);
    int r = send_columns(s, "insert_step", -1, steps);
    if (r < 0)
        return r;
    store_columns_begin(s, line_types, lines);
    for (size_t i = 0; i < b->period_count && is_part(part, b->period_rows[i].input); i++) {
        const struct eh_pool_statement *statement = b->period_rows[i].statement;
        for (uint32_t n = 0; statement && n < statement->line_count; n++)
            put_line(s->columns, &b->period_rows[i], &statement->lines[n]);
    }
    r = s->columns[0].count ? send_columns(s, "insert_line", -1, lines) : 0;
    return r == 0 ? send_books(s, part) : r;
}

int store_rows_send(struct eh_store *s, const struct store_part *part)
{
    int r = send_inputs(s, part);
    if (r == 0)
        r = send_effects(s, part);
    if (r == 0)
        r = send_changes(s, part);
    if (r == 0)
        r = send_dead(s, part);
    if (r == 0)
        r = send_dead_bodies(s, part);
    if (r == 0)
        r = send_personal(s, part);
    if (r == 0)
        r = send_periods(s, part);
    return r;
}
