/* pool: reads, compares and prints rows of period_step and period_line by the tables of their
 * columns. */
#include "pool.h"

#include "private.h"
#include "term/text.h"

/* ---- Reading. */

static void cell_read(const PGresult *page, int row, int column, uint8_t cell, void *ret)
{
    struct eh_str bytes = log_text(page, row, column);
    int64_t number = cell == EH_CELL_TEXT ? 0 : log_number(page, row, column);
    switch (cell) {
    case EH_CELL_TEXT:
        *(struct eh_str *)ret = bytes;
        break;
    case EH_CELL_NUMBER:
        *(int64_t *)ret = number;
        break;
    case EH_CELL_COUNT:
        *(uint32_t *)ret = (uint32_t)number;
        break;
    case EH_CELL_FLAG:
        *(bool *)ret = number != 0;
        break;
    default:
        if (bytes.size == 32)
            memcpy(ret, bytes.data, bytes.size);
    }
}

/* *ret is zeroed. */
static void row_read(const struct log_stream *s, const struct eh_cli_log_column *columns,
                     size_t count, void *ret, uint32_t *ret_nulls)
{
    for (size_t i = 0; i < count; i++) {
        int column = (int)i + 1;
        if (PQgetisnull(s->page, s->row, column))
            *ret_nulls |= UINT32_C(1) << i;
        else
            cell_read(s->page, s->row, column, columns[i].cell, (char *)ret + columns[i].at);
    }
}

int eh_cli_log_next_step(struct eh_cli_log *log, uint64_t input, struct eh_cli_log_step *ret,
                         struct eh_error *error)
{
    struct log_stream *s = &log->streams[LOG_STEPS];
    struct eh_cli_log_step row = {0};
    int r = log_next_of(log, LOG_STEPS, input, &row.input, error);
    if (r <= 0)
        return r;
    row_read(s, eh_cli_log_step_columns, EH_CLI_LOG_STEP_COLUMNS, &row, &row.nulls);
    s->row++;
    *ret = row;
    return 1;
}

int eh_cli_log_next_line(struct eh_cli_log *log, uint64_t input, struct eh_cli_log_line *ret,
                         struct eh_error *error)
{
    struct log_stream *s = &log->streams[LOG_LINES];
    struct eh_cli_log_line row = {0};
    int r = log_next_of(log, LOG_LINES, input, &row.input, error);
    if (r <= 0)
        return r;
    row_read(s, eh_cli_log_line_columns, EH_CLI_LOG_LINE_COLUMNS, &row, &row.nulls);
    s->row++;
    *ret = row;
    return 1;
}

/* ---- Comparing. */

static bool cell_is_same(uint8_t cell, const void *a, const void *b)
{
    switch (cell) {
    case EH_CELL_TEXT:
        return eh_str_equal(*(const struct eh_str *)a, *(const struct eh_str *)b);
    case EH_CELL_NUMBER:
        return *(const int64_t *)a == *(const int64_t *)b;
    case EH_CELL_COUNT:
        return *(const uint32_t *)a == *(const uint32_t *)b;
    case EH_CELL_FLAG:
        return *(const bool *)a == *(const bool *)b;
    default:
        return memcmp(a, b, 32) == 0;
    }
}

static const struct eh_cli_log_column *row_differs(const struct eh_cli_log_column *columns,
                                                   size_t count, const void *a, uint32_t a_nulls,
                                                   const void *b, uint32_t b_nulls)
{
    for (size_t i = 0; i < count; i++) {
        bool nothing = a_nulls >> i & 1;
        if (nothing != (b_nulls >> i & 1))
            return &columns[i];
        size_t at = columns[i].at;
        if (!nothing && !cell_is_same(columns[i].cell, (const char *)a + at, (const char *)b + at))
            return &columns[i];
    }
    return NULL;
}

const struct eh_cli_log_column *eh_cli_log_step_differs(const struct eh_cli_log_step *a,
                                                        const struct eh_cli_log_step *b)
{
    return row_differs(eh_cli_log_step_columns, EH_CLI_LOG_STEP_COLUMNS, a, a->nulls, b, b->nulls);
}

const struct eh_cli_log_column *eh_cli_log_line_differs(const struct eh_cli_log_line *a,
                                                        const struct eh_cli_log_line *b)
{
    return row_differs(eh_cli_log_line_columns, EH_CLI_LOG_LINE_COLUMNS, a, a->nulls, b, b->nulls);
}

/* ---- Printing. */

static void cell_print(uint8_t cell, const void *value, char ret[EH_CELL_TEXT_MAX])
{
    const uint8_t *hash = value;
    switch (cell) {
    case EH_CELL_TEXT:
        eh_format(ret, EH_CELL_TEXT_MAX, "%.*s", EH_STR_ARG(*(const struct eh_str *)value));
        break;
    case EH_CELL_NUMBER:
        eh_text_count(*(const int64_t *)value, ret);
        break;
    case EH_CELL_COUNT:
        eh_text_count(*(const uint32_t *)value, ret);
        break;
    case EH_CELL_FLAG:
        eh_format(ret, EH_CELL_TEXT_MAX, "%s", *(const bool *)value ? "true" : "false");
        break;
    default:
        eh_hex_print(hash, EH_SHA256_BYTES, ret);
    }
}

void eh_cli_log_step_print(const struct eh_cli_log_step *row,
                           const struct eh_cli_log_column *column, char ret[EH_CELL_TEXT_MAX])
{
    if (row->nulls >> (column - eh_cli_log_step_columns) & 1)
        eh_format(ret, EH_CELL_TEXT_MAX, "nothing");
    else
        cell_print(column->cell, (const char *)row + column->at, ret);
}

void eh_cli_log_line_print(const struct eh_cli_log_line *row,
                           const struct eh_cli_log_column *column, char ret[EH_CELL_TEXT_MAX])
{
    if (row->nulls >> (column - eh_cli_log_line_columns) & 1)
        eh_format(ret, EH_CELL_TEXT_MAX, "nothing");
    else
        cell_print(column->cell, (const char *)row + column->at, ret);
}
