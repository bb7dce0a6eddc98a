/* pool_columns: the columns of period_step and period_line, and the query that reads them. */
#include "pool.h"
#include "private.h"

#define STEP(column_, cell_, member_)                                                              \
    {                                                                                              \
        column_, EH_CELL_##cell_, offsetof(struct eh_cli_log_step, member_), false                 \
    }
#define FIGURE(column_, cell_)                                                                     \
    {                                                                                              \
#column_, EH_CELL_##cell_, offsetof(struct eh_cli_log_step, figures.column_), true         \
    }
#define LINE(column_, cell_, member_)                                                              \
    {                                                                                              \
        column_, EH_CELL_##cell_, offsetof(struct eh_cli_log_line, member_), false                 \
    }

/* The first column that differs is named: the order puts the most telling ones first. */
const struct eh_cli_log_column eh_cli_log_step_columns[EH_CLI_LOG_STEP_COLUMNS] = {
    STEP("team", TEXT, team),
    STEP("period", TEXT, period),
    STEP("step", TEXT, step),
    STEP("version", COUNT, version),
    FIGURE(gross, NUMBER),
    FIGURE(carry, NUMBER),
    FIGURE(net, NUMBER),
    FIGURE(difference, NUMBER),
    FIGURE(cancelled, NUMBER),
    FIGURE(paid, NUMBER),
    FIGURE(held, NUMBER),
    FIGURE(carry_open, NUMBER),
    FIGURE(composite_ppm, NUMBER),
    FIGURE(funding_ppm, NUMBER),
    STEP("state", TEXT, state),
    STEP("published_late", FLAG, published_late),
    STEP("currency", TEXT, currency),
    STEP("plan", TEXT, plan),
    FIGURE(plan_sha256, SHA256),
    FIGURE(facts_sha256, SHA256),
    STEP("missing", TEXT, missing),
};
const struct eh_cli_log_column eh_cli_log_line_columns[EH_CLI_LOG_LINE_COLUMNS] = {
    LINE("team", TEXT, team),
    LINE("period", TEXT, period),
    LINE("rep", TEXT, line.rep),
    LINE("total", NUMBER, line.total),
    LINE("paid", NUMBER, line.paid),
    LINE("equal", NUMBER, line.equal),
    LINE("hours", NUMBER, line.hours),
    LINE("seniority", NUMBER, line.seniority),
    LINE("individual", NUMBER, line.individual),
    LINE("eligible", FLAG, line.eligible),
    LINE("capped", FLAG, line.capped),
    LINE("days", NUMBER, line.days),
    LINE("minutes", NUMBER, line.minutes),
    LINE("band", NUMBER, line.band),
    LINE("points", NUMBER, line.points),
};

size_t log_pool_select(int which, int desk, char *ret, size_t size)
{
    bool steps = which == LOG_STEPS;
    const struct eh_cli_log_column *columns =
        steps ? eh_cli_log_step_columns : eh_cli_log_line_columns;
    size_t count = steps ? EH_CLI_LOG_STEP_COLUMNS : EH_CLI_LOG_LINE_COLUMNS;
    size_t used = eh_format(ret, size, "SELECT input");
    for (size_t i = 0; i < count && used < size; i++)
        used += eh_format(ret + used, size - used, ", %s", columns[i].name);
    if (used < size)
        used += eh_format(ret + used, size - used,
                          " FROM evenhand.%s WHERE desk = %d ORDER BY input, team COLLATE \"C\","
                          " period COLLATE \"C\"%s",
                          steps ? "period_step" : "period_line", desk,
                          steps ? "" : ", rep COLLATE \"C\"");
    return used;
}
