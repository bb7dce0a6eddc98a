/*
 * pool: what PostgreSQL says of bonus pools: the rows of period_step and period_line, in
 * the order of the inputs that caused them, and for one input by period and rep.
 *
 *     struct eh_cli_log_step row;
 *     while ((r = eh_cli_log_next_step(log, input, &row, &error)) > 0)
 *         …row.figures.gross…
 *
 * One table of columns for each says what is read, and what there is to compare.
 */
#ifndef EVENHAND_TOOLS_LOG_POOL_H
#define EVENHAND_TOOLS_LOG_POOL_H

#include <evenhand/pool/pool.h>

#include "log.h"

/* Texts live until the next row is read. */
struct eh_cli_log_step {
    uint64_t input;
    uint32_t nulls; /* bit i: column i is NULL */
    struct eh_str team, period, step, state, currency, plan, missing;
    uint32_t version;
    bool published_late;
    struct eh_pool_statement figures; /* only the members that are columns are set */
};

struct eh_cli_log_line {
    uint64_t input;
    uint32_t nulls;
    struct eh_str team, period;
    struct eh_pool_line line;
};

enum eh_cell { EH_CELL_TEXT, EH_CELL_NUMBER, EH_CELL_COUNT, EH_CELL_FLAG, EH_CELL_SHA256 };

struct eh_cli_log_column {
    const char *name;
    uint8_t cell; /* enum eh_cell: struct eh_str, int64_t, uint32_t, bool, 32 bytes ... */
    size_t at;    /* offset in the row */
    bool figure;  /* a figure of a statement: NULL when the row has none */
};

#define EH_CLI_LOG_STEP_COLUMNS 21
#define EH_CLI_LOG_LINE_COLUMNS 15
extern const struct eh_cli_log_column eh_cli_log_step_columns[EH_CLI_LOG_STEP_COLUMNS];
extern const struct eh_cli_log_column eh_cli_log_line_columns[EH_CLI_LOG_LINE_COLUMNS];

/* 1: the next row belongs to this input or an earlier one; 0: no such row is left. */
int eh_cli_log_next_step(struct eh_cli_log *, uint64_t input, struct eh_cli_log_step *ret,
                         struct eh_error *) EH_MUST_CHECK;
int eh_cli_log_next_line(struct eh_cli_log *, uint64_t input, struct eh_cli_log_line *ret,
                         struct eh_error *) EH_MUST_CHECK;

/* The first column in which two rows differ; NULL: they are the same. */
const struct eh_cli_log_column *eh_cli_log_step_differs(const struct eh_cli_log_step *,
                                                        const struct eh_cli_log_step *);
const struct eh_cli_log_column *eh_cli_log_line_differs(const struct eh_cli_log_line *,
                                                        const struct eh_cli_log_line *);
/* The value for people: "12,345"; "nothing" for NULL. */
#define EH_CELL_TEXT_MAX 72
void eh_cli_log_step_print(const struct eh_cli_log_step *, const struct eh_cli_log_column *,
                           char ret[EH_CELL_TEXT_MAX]);
void eh_cli_log_line_print(const struct eh_cli_log_line *, const struct eh_cli_log_column *,
                           char ret[EH_CELL_TEXT_MAX]);

#endif
