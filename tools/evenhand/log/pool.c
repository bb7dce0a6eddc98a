/* pool: reads, compares and prints rows of period_step and period_line by the lists of their
 * columns. */
#include "pool.h"

#include "private.h"
#include "term/text.h"

int eh_cli_log_next_step(struct eh_cli_log *log, uint64_t input, struct eh_step_row *ret,
                         struct eh_error *error)
{
    struct eh_step_row row = {0};
    int r = log_next_row(log, LOG_STEPS, &eh_step_columns, input, &row, &row.nulls, error);
    if (r > 0)
        *ret = row;
    return r;
}

int eh_cli_log_next_line(struct eh_cli_log *log, uint64_t input, struct eh_line_row *ret,
                         struct eh_error *error)
{
    struct eh_line_row row = {0};
    int r = log_next_row(log, LOG_LINES, &eh_line_columns, input, &row, &row.nulls, error);
    if (r > 0)
        *ret = row;
    return r;
}

/* ---- Comparing. */

static const struct eh_column *row_differs(const struct eh_columns *columns, const void *a,
                                           uint64_t a_nulls, const void *b, uint64_t b_nulls)
{
    for (int i = 1; i < columns->count; i++) {
        bool nothing = a_nulls >> i & 1;
        if (nothing != (b_nulls >> i & 1))
            return &columns->items[i];
        if (!nothing && !eh_column_same(&columns->items[i], a, b))
            return &columns->items[i];
    }
    return NULL;
}

const struct eh_column *eh_cli_log_step_differs(const struct eh_step_row *a,
                                                const struct eh_step_row *b)
{
    return row_differs(&eh_step_columns, a, a->nulls, b, b->nulls);
}

const struct eh_column *eh_cli_log_line_differs(const struct eh_line_row *a,
                                                const struct eh_line_row *b)
{
    return row_differs(&eh_line_columns, a, a->nulls, b, b->nulls);
}

/* ---- Printing. */

static void cell_print(const struct eh_columns *columns, const struct eh_column *column,
                       const void *row, uint64_t nulls, char ret[EH_CELL_TEXT_MAX])
{
    const void *at = (const char *)row + column->at;
    if (nulls >> (column - columns->items) & 1)
        eh_format(ret, EH_CELL_TEXT_MAX, "nothing");
    else if (column->cell == EH_CELL_TEXT)
        eh_format(ret, EH_CELL_TEXT_MAX, "%.*s", EH_STR_ARG(*(const struct eh_str *)at));
    else if (column->cell == EH_CELL_FLAG)
        eh_format(ret, EH_CELL_TEXT_MAX, "%s", *(const bool *)at ? "true" : "false");
    else if (column->cell == EH_CELL_SHA256)
        eh_hex_print(at, EH_SHA256_BYTES, ret);
    else
        eh_text_count(eh_column_number(column, row), ret);
}

void eh_cli_log_step_print(const struct eh_step_row *row, const struct eh_column *column,
                           char ret[EH_CELL_TEXT_MAX])
{
    cell_print(&eh_step_columns, column, row, row->nulls, ret);
}

void eh_cli_log_line_print(const struct eh_line_row *row, const struct eh_column *column,
                           char ret[EH_CELL_TEXT_MAX])
{
    cell_print(&eh_line_columns, column, row, row->nulls, ret);
}
