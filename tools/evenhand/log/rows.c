/* rows: the tables of the log merged by input: an input, what it caused, what it changed.
 */
#include <stdlib.h>

#include "private.h"

/* ---- One input with what it caused. */

static struct eh_effect *effects_room(struct eh_cli_log *log, uint32_t count)
{
    int r = eh_array_room(&log->effects, &log->effect_capacity, count + (size_t)1, EH_ARRAY_MAX);
    return r < 0 ? NULL : &log->effects[count];
}

/* Big-endian numbers of 8 bytes each. */
static bool effect_read_draws(struct eh_arena *arena, struct eh_str bytes, struct eh_effect *effect)
{
    effect->draw_count = bytes.size / 8;
    effect->draws = eh_arena_alloc(arena, (effect->draw_count + 1) * sizeof *effect->draws);
    if (!effect->draws)
        return false;
    for (uint32_t i = 0; i < effect->draw_count; i++) {
        uint64_t value = 0;
        for (uint32_t b = 0; b < 8; b++)
            value = value << 8 | (uint8_t)bytes.data[8 * i + b];
        effect->draws[i] = value;
    }
    return true;
}

/* Copies the text of a column, if it has one. */
static void text_keep(struct eh_arena *arena, const struct eh_column *column, void *row)
{
    struct eh_str *text = (struct eh_str *)((char *)row + column->at);
    if (column->cell == EH_CELL_TEXT || column->cell == EH_CELL_BYTES)
        *text = eh_arena_str(arena, *text);
}

static int effect_unfit(const struct eh_effect_row *row, struct eh_error *error)
{
    return eh_error_set(error, EH_ECORRUPT,
                        "input %llu: seq %llu: holds a type or a NULL that no effect has",
                        (unsigned long long)row->input, (unsigned long long)row->effect.seq);
}

/* Texts are copied: the page may be replaced while the row is in use. */
static int effect_read(struct eh_cli_log *log, const struct log_stream *s, struct eh_effect *ret,
                       struct eh_error *error)
{
    struct eh_effect_row row = {0};
    struct eh_effect *e = &row.effect;
    struct eh_str draws = log_text(s->page, s->row, EH_EFFECT_DRAWS);
    uint64_t nulls;
    int r = log_row_read(s->page, s->row, &eh_effect_columns, &row, &nulls, error);
    if (r < 0)
        return r;
    if (draws.size % 8 != 0)
        return eh_error_set(error, EH_ECORRUPT, "seq %llu: its draws are not of 8 bytes each",
                            (unsigned long long)e->seq);
    if (!effect_read_draws(&log->arena, draws, e))
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    if (e->type == 0 || nulls != eh_columns_nulls(&eh_effect_columns, &row))
        return effect_unfit(&row, error);
    for (size_t i = 0; i < EH_EFFECT_COLUMN_COUNT; i++)
        text_keep(&log->arena, &eh_effect_columns.items[i], &row);
    *ret = *e;
    return 0;
}

static int row_stray(const char *what, int64_t number, int64_t input, struct eh_error *error)
{
    return eh_error_set(error, EH_ECORRUPT,
                        "%s %lld: stands under input %lld, where it does not belong", what,
                        (long long)number, (long long)input);
}

/* Reads the effects of the input. Input 0: the log has ended, and no effect may be left. */
static int row_read_effects(struct eh_cli_log *log, uint64_t input, struct eh_cli_log_row *row,
                            struct eh_error *error)
{
    struct log_stream *s = &log->streams[LOG_EFFECTS];
    int r;
    while ((r = log_peek(log, LOG_EFFECTS, error)) > 0) {
        int64_t under = log_number(s->page, s->row, EH_EFFECT_INPUT);
        if (input > 0 && under > (int64_t)input)
            break;
        if (under != (int64_t)input)
            return row_stray("seq", log_number(s->page, s->row, EH_EFFECT_SEQ), under, error);
        struct eh_effect *effect = effects_room(log, row->effect_count);
        r = effect ? effect_read(log, s, effect, error)
                   : eh_error_set(error, EH_ENOMEM, "out of memory");
        if (r < 0)
            return r;
        row->effect_count++;
        s->row++;
    }
    row->effects = log->effects;
    return r < 0 ? r : 0;
}

static int row_read_change(struct eh_cli_log *log, uint64_t input, struct eh_cli_log_row *row,
                           struct eh_error *error)
{
    struct log_stream *s = &log->streams[LOG_CHANGES];
    int r = log->wants_changes ? log_peek(log, LOG_CHANGES, error) : 0;
    if (r <= 0)
        return r;
    struct eh_change_row change = {0};
    uint64_t nulls;
    int64_t under = log_number(s->page, s->row, EH_CHANGE_INPUT);
    int64_t ticket = log_number(s->page, s->row, EH_CHANGE_TICKET);
    if (input > 0 && under > (int64_t)input)
        return 0;
    if (under != (int64_t)input)
        return row_stray("change of ticket", ticket, under, error);
    r = log_row_read(s->page, s->row, &eh_change_columns, &change, &nulls, NULL);
    if (r < 0 || change.view.state == 0 || nulls != eh_columns_nulls(&eh_change_columns, &change))
        return eh_error_set(error, EH_ECORRUPT,
                            "input %lld: change of ticket %lld: its columns do not fit together",
                            (long long)under, (long long)ticket);
    row->record.image_ticket = change.ticket;
    row->record.image = change.image;
    row->change = change;
    s->row++;
    return 0;
}

/* Both halves of the stream id are set or neither is; no text is empty. */
static int row_check_nulls(const PGresult *p, int row, const struct eh_record *record,
                           struct eh_error *error)
{
    uint64_t nulls = 0;
    for (int c = 0; c < EH_INPUT_COLUMN_COUNT; c++)
        nulls |= (uint64_t)PQgetisnull(p, row, c) << c;
    if (nulls == eh_columns_nulls(&eh_input_columns, record))
        return 0;
    return eh_error_set(error, EH_ECORRUPT,
                        "input %llu: a column holds an empty text, or half a stream id",
                        (unsigned long long)record->input);
}

/* Numbers are gapless, from 1 to the head's. */
static int row_check_gap(const struct eh_cli_log *log, const struct eh_record *row,
                         struct eh_error *error)
{
    unsigned long long next = log->input + 1;
    if (row && row->input != next)
        return eh_error_set(error, EH_ECORRUPT, "input %llu: is missing; the log goes on with %llu",
                            next, (unsigned long long)row->input);
    if (!row && next <= log->head.input)
        return eh_error_set(error, EH_ECORRUPT,
                            "input %llu: is missing; the head says the log ends with %llu", next,
                            (unsigned long long)log->head.input);
    return 0;
}

int eh_cli_log_next(struct eh_cli_log *log, struct eh_cli_log_row *ret, struct eh_error *error)
{
    struct log_stream *s = &log->streams[LOG_INPUTS];
    struct eh_cli_log_row row = {0};
    eh_arena_reset(&log->arena);
    int r = log_peek(log, LOG_INPUTS, error);
    if (r < 0)
        return r;
    bool one = r > 0;
    r = one ? log_record(s->page, s->row, &row.record, error) : 0;
    if (r == 0 && one)
        r = row_check_nulls(s->page, s->row, &row.record, error);
    if (r == 0)
        r = row_check_gap(log, one ? &row.record : NULL, error);
    uint64_t input =
        one ? row.record.input : 0; /* the log has ended: a row left in another table is an error */
    if (r == 0)
        r = row_read_effects(log, input, &row, error);
    if (r == 0)
        r = row_read_change(log, input, &row, error);
    if (r < 0)
        return r;
    s->row += one;
    log->input += one;
    *ret = row;
    return one;
}

/* ---- The rest. */

int eh_cli_log_next_chain(struct eh_cli_log *log, struct eh_cli_log_chain *ret,
                          struct eh_error *error)
{
    struct log_stream *s = &log->streams[LOG_CHAIN];
    int r = log_peek(log, LOG_CHAIN, error);
    if (r <= 0)
        return r;
    struct eh_cli_log_chain chain = {
        .input = (uint64_t)log_number(s->page, s->row, 0),
        .seq = (uint64_t)log_number(s->page, s->row, 1),
        .epoch = (uint64_t)log_number(s->page, s->row, 2),
        .state = (int16_t)log_number(s->page, s->row, 5),
    };
    if (!log_key(s->page, s->row, 3, &chain.digest) ||
        !log_chain(s->page, s->row, 4, &chain.chain) ||
        !log_link(s->page, s->row, 6, chain.link, &chain.linked))
        return eh_error_set(error, EH_ECORRUPT, "chain row of input %llu: holds no hash",
                            (unsigned long long)chain.input);
    s->row++;
    *ret = chain;
    return 1;
}

int eh_cli_log_next_epoch(struct eh_cli_log *log, struct eh_cli_log_epoch *ret,
                          struct eh_error *error)
{
    struct log_stream *s = &log->streams[LOG_EPOCHS];
    int r = log_peek(log, LOG_EPOCHS, error);
    if (r <= 0)
        return r;
    *ret = (struct eh_cli_log_epoch){
        .epoch = (uint32_t)log_number(s->page, s->row, 0),
        .revealed = log_number(s->page, s->row, 1) == EH_NOTICE_REVEALED,
        .hex = log_text(s->page, s->row, 2),
    };
    s->row++;
    return 1;
}

bool eh_cli_log_draw(void *context, const struct eh_draw_query *query, uint64_t *ret_result)
{
    struct eh_cli_log_row *row = context;
    uint32_t skip = row->draws_taken;
    (void)query;
    for (uint32_t i = 0; i < row->effect_count; i++) {
        const struct eh_effect *effect = &row->effects[i];
        if (skip < effect->draw_count) {
            *ret_result = effect->draws[skip];
            row->draws_taken++;
            return true;
        }
        skip -= effect->draw_count;
    }
    return false;
}

bool eh_cli_log_affinity(void *context, uint64_t seq)
{
    const struct eh_cli_log_row *row = context;
    for (uint32_t i = 0; i < row->effect_count; i++)
        if (row->effects[i].seq == seq)
            return eh_str_equal(row->effects[i].why, eh_str("affinity"));
    return false;
}
