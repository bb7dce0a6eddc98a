/*
 * fuzz/rows: a log in which columns of one row were changed. Read back it is refused, or it is
 * decided like any other; either way nothing breaks.
 *
 * The first byte says which row, the second which column, the third whether all of the rest are
 * the column's bytes or changes to them.
 */
#include "edits.h"
#include "fuzz.h"
#include "past.h"

#define ROWS PAST_MESSAGES

/* A column as PostgreSQL would send it. */
struct cell {
    uint8_t bytes[8192];
    size_t size;
    bool null;
};

static struct row {
    struct cell cells[EH_INPUT_COLUMN_COUNT];
    struct eh_effects fx; /* not looked at */
} rows[ROWS];
static bool made;

static void set_number(struct cell *cell, int64_t value, size_t size, bool null)
{
    for (size_t i = 0; i < size; i++)
        cell->bytes[i] = (uint8_t)((uint64_t)value >> 8 * (size - 1 - i));
    cell->size = size;
    cell->null = null;
}

static void set_text(struct cell *cell, struct eh_str text)
{
    eh_require(text.size <= sizeof cell->bytes);
    if (text.size)
        memcpy(cell->bytes, text.data, text.size);
    cell->size = text.size;
    cell->null = text.size == 0;
}

static size_t number_size(uint8_t cell)
{
    return cell == EH_CELL_U8 || cell == EH_CELL_I16 ? 2 : 8;
}

static void set_row(struct row *row, const struct eh_record *r)
{
    uint64_t nulls = eh_columns_nulls(&eh_input_columns, r);
    for (int c = 0; c < EH_INPUT_COLUMN_COUNT; c++) {
        const struct eh_column *column = &eh_input_columns.items[c];
        struct cell *cell = &row->cells[c];
        const void *at = (const char *)r + column->at;
        if (column->cell == EH_CELL_TEXT || column->cell == EH_CELL_BYTES) {
            set_text(cell, *(const struct eh_str *)at);
        } else if (column->cell == EH_CELL_KEY) {
            eh_key_bytes(*(const struct eh_key *)at, cell->bytes);
            cell->size = 16;
        } else {
            set_number(cell, eh_column_number(column, r), number_size(column->cell),
                       nulls >> c & 1);
        }
    }
}

static void make_rows(void)
{
    struct kit k;
    struct eh_str image = {NULL, 0};
    kit_start(&k, PAST_DESK);
    for (size_t i = 0; i < ROWS; i++) {
        struct eh_record record;
        past_send(&k, i, image);
        if (k.fx.image.size)
            image = k.fx.image;
        eh_require(eh_record_from_input(&k.in, &k.fx, &k.arena, &record) == 0);
        set_row(&rows[i], &record);
    }
    kit_done(&k);
    made = true;
}

static int read_row(const struct cell *cells, struct eh_input *in)
{
    struct eh_record record = {0};
    struct eh_error error = {0};
    for (int c = 0; c < EH_INPUT_COLUMN_COUNT; c++)
        if (eh_record_set_column(&record, c, cells[c].bytes, cells[c].size, cells[c].null) < 0)
            return -EH_ECORRUPT;
    int r = eh_record_to_input(&record, in, &error);
    eh_require(r == 0 || (error.code == -r && error.text[0]));
    return r;
}

/* As recovery does: each row behind the one before, until one does not fit. */
static void replay(const struct row *forged, size_t which)
{
    struct kit k;
    kit_start(&k, PAST_DESK);
    for (size_t i = 0; i < ROWS; i++) {
        struct eh_input in;
        const struct cell *cells = i == which ? forged->cells : rows[i].cells;
        if (read_row(cells, &in) < 0)
            break;
        in.draws = &k.draws;
        k.fx.count = 0;
        if (eh_engine_step(k.e, &in, &k.fx) < 0)
            break;
    }
    past_go_on(&k);
    eh_require(eh_key_equal(eh_engine_digest(k.e), eh_engine_digest_anew(k.e)));
    kit_done(&k);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct row forged;
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    if (!made)
        make_rows();
    if (size < 3)
        return 0;
    size_t which = data[0] % ROWS;
    forged = rows[which];
    struct cell *cell = &forged.cells[data[1] % EH_INPUT_COLUMN_COUNT];
    if (data[2] % 4 == 0)
        eh_bytes_put(&bytes, data + 3, size - 3);
    else
        edits_apply(data + 3, size - 3, eh_str_n((const char *)cell->bytes, cell->size), &bytes);
    cell->size = bytes.size < sizeof cell->bytes ? bytes.size : sizeof cell->bytes;
    if (cell->size)
        memcpy(cell->bytes, bytes.data, cell->size);
    cell->null = data[2] % 4 == 3;
    struct eh_input in;
    if (read_row(forged.cells, &in) == 0)
        replay(&forged, which);
    return 0;
}
