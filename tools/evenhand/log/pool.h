/*
 * pool: what PostgreSQL says of bonus pools: the rows of period_step and period_line, in
 * the order of the inputs that caused them, and for one input by period and rep.
 *
 *     struct eh_step_row row;
 *     while ((r = eh_cli_log_next_step(log, input, &row, &error)) > 0)
 *         …row.figures.gross…
 *
 * The lists of columns in evenhand/pool/rows.h say what is read, and what there is to compare.
 */
#ifndef EVENHAND_TOOLS_LOG_POOL_H
#define EVENHAND_TOOLS_LOG_POOL_H

#include <evenhand/pool/rows.h>

#include "log.h"

/* 1: the next row belongs to this input or an earlier one; 0: no such row is left. Texts live until
 * the next row is read. */
int eh_cli_log_next_step(struct eh_cli_log *, uint64_t input, struct eh_step_row *ret,
                         struct eh_error *) EH_MUST_CHECK;
int eh_cli_log_next_line(struct eh_cli_log *, uint64_t input, struct eh_line_row *ret,
                         struct eh_error *) EH_MUST_CHECK;

/* The first column in which two rows differ, but for the input; NULL: they are the same. */
const struct eh_column *eh_cli_log_step_differs(const struct eh_step_row *,
                                                const struct eh_step_row *);
const struct eh_column *eh_cli_log_line_differs(const struct eh_line_row *,
                                                const struct eh_line_row *);
/* The value for people: "12,345"; "nothing" for NULL. */
#define EH_CELL_TEXT_MAX 72
void eh_cli_log_step_print(const struct eh_step_row *, const struct eh_column *,
                           char ret[EH_CELL_TEXT_MAX]);
void eh_cli_log_line_print(const struct eh_line_row *, const struct eh_column *,
                           char ret[EH_CELL_TEXT_MAX]);

#endif
