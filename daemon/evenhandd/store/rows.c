/* rows: the decisions of a batch as rows, one INSERT a table. See store.h. */
#include "store/private.h"

/* Sends the rows that were put, if there are any: most batches have none for most tables. */
static int rows_send_if_any(struct eh_store *s, enum store_insert which)
{
    return s->columns[0].count ? store_insert_send(s, which, NULL, store_row_done) : 0;
}

static int inputs_send(struct eh_store *s, const struct store_part *part)
{
    const struct eh_batch *b = part->batch;
    const int64_t from = (int64_t)b->from_input;
    store_insert_begin(s, STORE_INPUT);
    for (size_t i = 0; i < part->records; i++)
        store_insert_put(s, STORE_INPUT, &b->records[i]);
    return store_insert_send(s, STORE_INPUT, &from, store_row_done);
}

static int effects_send(struct eh_store *s, const struct store_part *part)
{
    const struct eh_batch *b = part->batch;
    const int64_t from = (int64_t)b->from_seq;
    size_t at = 0;
    store_insert_begin(s, STORE_EFFECT);
    for (size_t i = 0; i < part->records; i++) {
        uint32_t most = i + 1 == part->records ? part->effects : UINT32_MAX;
        for (uint32_t e = 0; e < b->records[i].effect_count && e < most; e++)
            store_insert_put(s, STORE_EFFECT,
                             &(struct eh_effect_row){b->effects.items[at++], b->records[i].input});
    }
    return at > 0 ? store_insert_send(s, STORE_EFFECT, &from, store_row_done) : 0;
}

static int changes_send(struct eh_store *s, const struct store_part *part)
{
    const struct eh_batch *b = part->batch;
    store_insert_begin(s, STORE_CHANGE);
    for (size_t i = 0; i < part->records; i++) {
        struct eh_change_row change;
        if (b->records[i].image_ticket == 0)
            continue;
        int r = eh_change_of_record(&b->records[i], &change);
        if (r < 0)
            return r;
        store_insert_put(s, STORE_CHANGE, &change);
    }
    return rows_send_if_any(s, STORE_CHANGE);
}

/* Whether the rows of an input belong to the part. Rows are in the order of their inputs. */
static bool is_part(const struct store_part *part, uint64_t input)
{
    return input <= part->batch->from_input + part->records;
}

/* Bytes from outside go to a table of their own, so that they can be erased. */
static int dead_send(struct eh_store *s, const struct store_part *part)
{
    const struct eh_batch *b = part->batch;
    store_insert_begin(s, STORE_DEAD);
    for (size_t i = 0; i < b->dead_count && is_part(part, b->dead[i].input); i++) {
        const struct eh_dead_entry *d = &b->dead[i];
        store_insert_put(s, STORE_DEAD,
                         &(struct eh_dead_row){.input = d->input,
                                               .stream_id = d->stream_id,
                                               .reason = d->reason,
                                               .size = d->size,
                                               .body = d->body,
                                               .has_body = !d->salted && d->body.size > 0});
    }
    return rows_send_if_any(s, STORE_DEAD);
}

static int dead_bodies_send(struct eh_store *s, const struct store_part *part)
{
    const struct eh_batch *b = part->batch;
    store_insert_begin(s, STORE_BODY);
    for (size_t i = 0; i < b->dead_count && is_part(part, b->dead[i].input); i++) {
        const struct eh_dead_entry *d = &b->dead[i];
        if (d->salted)
            store_insert_put(s, STORE_BODY,
                             &(struct eh_body_row){
                                 .input = d->input,
                                 .salt = eh_str_n((const char *)d->salt, EH_SALT_BYTES),
                                 .body = d->body,
                                 .sha256 = d->sha256,
                                 .has_body = d->sha256.size == 0,
                             });
    }
    return rows_send_if_any(s, STORE_BODY);
}

/* The salt of a text; none without the text. */
static struct eh_str salt_of(struct eh_str text, const uint8_t *salt)
{
    return eh_str_n((const char *)salt, text.size > 0 ? EH_SALT_BYTES : 0);
}

static int personal_send(struct eh_store *s, const struct store_part *part)
{
    const struct eh_batch *b = part->batch;
    store_insert_begin(s, STORE_PERSONAL);
    for (size_t i = 0; i < b->personal_count && is_part(part, b->personal[i].input); i++) {
        const struct eh_personal *p = &b->personal[i];
        store_insert_put(s, STORE_PERSONAL,
                         &(struct eh_personal_row){
                             .input = p->input,
                             .customer = p->customer,
                             .subject = p->subject,
                             .customer_salt = salt_of(p->customer, p->customer_salt),
                             .subject_salt = salt_of(p->subject, p->subject_salt),
                             .reason = p->reason,
                             .reason_salt = salt_of(p->reason, p->reason_salt),
                         });
    }
    return rows_send_if_any(s, STORE_PERSONAL);
}

/* ---- Periods: rare, so a batch has them or sends nothing. */

static void step_put(struct eh_store *s, const struct eh_period_row *row)
{
    store_insert_put(s, STORE_STEP, &row->step);
}

static void lines_put(struct eh_store *s, const struct eh_period_row *row)
{
    const struct eh_pool_statement *statement = row->statement;
    for (uint32_t n = 0; statement && n < statement->line_count; n++)
        store_insert_put(s, STORE_LINE,
                         &(struct eh_line_row){.input = row->step.input,
                                               .team = row->step.team,
                                               .period = row->step.period,
                                               .line = statement->lines[n]});
}

/* Puts the metrics of a frozen or settled period. */
static void book_put(struct eh_store *s, const struct eh_period_row *row)
{
    if (row->metrics.size > 0)
        store_insert_put(s, STORE_BOOK,
                         &(struct eh_book_row){.input = row->step.input,
                                               .what = eh_str("pool"),
                                               .team = row->step.team,
                                               .period = row->step.period,
                                               .version = row->step.version,
                                               .body = row->metrics});
}

static int periods_send(struct eh_store *s, const struct store_part *part)
{
    static const struct {
        enum store_insert which;
        void (*put)(struct eh_store *, const struct eh_period_row *);
    } tables[] = {{STORE_STEP, step_put}, {STORE_LINE, lines_put}, {STORE_BOOK, book_put}};
    const struct eh_batch *b = part->batch;
    int r = 0;
    if (b->period_count == 0)
        return 0;
    for (size_t t = 0; r == 0 && t < sizeof tables / sizeof *tables; t++) {
        store_insert_begin(s, tables[t].which);
        for (size_t i = 0; i < b->period_count && is_part(part, b->period_rows[i].step.input); i++)
            tables[t].put(s, &b->period_rows[i]);
        r = rows_send_if_any(s, tables[t].which);
    }
    return r;
}

int store_rows_send(struct eh_store *s, const struct store_part *part)
{
    int r = inputs_send(s, part);
    if (r == 0)
        r = effects_send(s, part);
    if (r == 0)
        r = changes_send(s, part);
    if (r == 0)
        r = dead_send(s, part);
    if (r == 0)
        r = dead_bodies_send(s, part);
    if (r == 0)
        r = personal_send(s, part);
    if (r == 0)
        r = periods_send(s, part);
    return r;
}
