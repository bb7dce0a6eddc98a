/* rows: the columns of period_step and period_line as tables. See rows.h. */
#include <evenhand/pool/rows.h>

static uint64_t step_parts(const void *row)
{
    return (uint64_t)((const struct eh_step_row *)row)->settled << EH_STEP_SETTLED;
}

#define STEP(NUMBER, column, cell, member, part)                                                   \
    [EH_STEP_##NUMBER] = {#column, offsetof(struct eh_step_row, member), EH_CELL_##cell, part},
#define LINE(NUMBER, column, cell, member, part)                                                   \
    [EH_LINE_##NUMBER] = {#column, offsetof(struct eh_line_row, member), EH_CELL_##cell, part},

static const struct eh_column steps[] = {EH_STEP_COLUMNS(STEP, STEP)};
static const struct eh_column lines[] = {EH_LINE_COLUMNS(LINE, LINE)};

const struct eh_columns eh_step_columns = {"period_step", steps, EH_STEP_COLUMN_COUNT, step_parts};
const struct eh_columns eh_line_columns = {"period_line", lines, EH_LINE_COLUMN_COUNT, NULL};
