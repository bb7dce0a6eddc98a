/*
 * rows: the rows of period_step and period_line, and the lists of their columns (columns.h).
 *
 * The store writes the rows and verify compares them, by the same lists. A row does not own its
 * texts.
 *
 *     struct eh_step_row row = {.input = 9, .team = team, .settled = false};
 *     row.nulls = eh_columns_nulls(&eh_step_columns, &row);
 */
#ifndef EVENHAND_POOL_ROWS_H
#define EVENHAND_POOL_ROWS_H

#include <evenhand/engine/columns.h>
#include <evenhand/pool/pool.h>

EH_C_BEGIN

/* A row of period_step: a step of a period's life, when it was frozen, closed or paid. Of `figures`
 * it has those that are columns; a row that is read back has no others. */
struct eh_step_row {
    uint64_t input;
    struct eh_str team, period;
    struct eh_str step;  /* "freeze", "close" or "pay" */
    struct eh_str state; /* of the period after the step */
    struct eh_str currency, plan;
    struct eh_str missing; /* of a freeze: what keeps the period from being closed; or empty */
    uint32_t version;      /* of a freeze: 0 */
    bool published_late;
    bool settled; /* `figures` has a statement; false of a payment, and of a step without figures */
    struct eh_pool_statement figures;
    uint64_t nulls; /* bit i: column i is NULL; only in a row that is compared */
};
/* The order is the one in which verify compares: the first column that differs is named. */
enum eh_step_part { EH_STEP_SETTLED };
#define EH_STEP_COLUMNS(FIRST, NEXT)                                                               \
    FIRST(INPUT, input, BITS, input, EH_ALWAYS)                                                    \
    NEXT(TEAM, team, TEXT, team, EH_ALWAYS)                                                        \
    NEXT(PERIOD, period, TEXT, period, EH_ALWAYS)                                                  \
    NEXT(STEP, step, TEXT, step, EH_ALWAYS)                                                        \
    NEXT(VERSION, version, U32, version, EH_ALWAYS)                                                \
    NEXT(GROSS, gross, I64, figures.gross, EH_STEP_SETTLED)                                        \
    NEXT(CARRY, carry, I64, figures.carry, EH_STEP_SETTLED)                                        \
    NEXT(NET, net, I64, figures.net, EH_STEP_SETTLED)                                              \
    NEXT(DIFFERENCE, difference, I64, figures.difference, EH_STEP_SETTLED)                         \
    NEXT(CANCELLED, cancelled, I64, figures.cancelled, EH_STEP_SETTLED)                            \
    NEXT(PAID, paid, I64, figures.paid, EH_STEP_SETTLED)                                           \
    NEXT(HELD, held, I64, figures.held, EH_STEP_SETTLED)                                           \
    NEXT(CARRY_OPEN, carry_open, I64, figures.carry_open, EH_STEP_SETTLED)                         \
    NEXT(COMPOSITE, composite_ppm, I64, figures.composite_ppm, EH_STEP_SETTLED)                    \
    NEXT(FUNDING, funding_ppm, I64, figures.funding_ppm, EH_STEP_SETTLED)                          \
    NEXT(STATE, state, TEXT, state, EH_ALWAYS)                                                     \
    NEXT(PUBLISHED_LATE, published_late, FLAG, published_late, EH_ALWAYS)                          \
    NEXT(CURRENCY, currency, TEXT, currency, EH_ALWAYS)                                            \
    NEXT(PLAN, plan, TEXT, plan, EH_ALWAYS)                                                        \
    NEXT(PLAN_SHA256, plan_sha256, SHA256, figures.plan_sha256, EH_STEP_SETTLED)                   \
    NEXT(FACTS_SHA256, facts_sha256, SHA256, figures.facts_sha256, EH_STEP_SETTLED)                \
    NEXT(MISSING, missing, TEXT, missing, EH_ALWAYS)
#define EH_STEP_NUMBER(NUMBER, ...) EH_STEP_##NUMBER,
enum eh_step_column { EH_STEP_COLUMNS(EH_STEP_NUMBER, EH_STEP_NUMBER) EH_STEP_COLUMN_COUNT };
#undef EH_STEP_NUMBER
#define EH_STEP_SELECT EH_STEP_COLUMNS(EH_COLUMN_FIRST, EH_COLUMN_NEXT)
extern const struct eh_columns eh_step_columns;

/* The line of a rep in a statement. */
struct eh_line_row {
    uint64_t input;
    struct eh_str team, period;
    struct eh_pool_line line;
    uint64_t nulls; /* as above */
};
#define EH_LINE_COLUMNS(FIRST, NEXT)                                                               \
    FIRST(INPUT, input, BITS, input, EH_ALWAYS)                                                    \
    NEXT(TEAM, team, TEXT, team, EH_ALWAYS)                                                        \
    NEXT(PERIOD, period, TEXT, period, EH_ALWAYS)                                                  \
    NEXT(REP, rep, TEXT, line.rep, EH_ALWAYS)                                                      \
    NEXT(TOTAL, total, I64, line.total, EH_ALWAYS)                                                 \
    NEXT(PAID, paid, I64, line.paid, EH_ALWAYS)                                                    \
    NEXT(EQUAL, equal, I64, line.equal, EH_ALWAYS)                                                 \
    NEXT(HOURS, hours, I64, line.hours, EH_ALWAYS)                                                 \
    NEXT(SENIORITY, seniority, I64, line.seniority, EH_ALWAYS)                                     \
    NEXT(INDIVIDUAL, individual, I64, line.individual, EH_ALWAYS)                                  \
    NEXT(ELIGIBLE, eligible, FLAG, line.eligible, EH_ALWAYS)                                       \
    NEXT(CAPPED, capped, FLAG, line.capped, EH_ALWAYS)                                             \
    NEXT(DAYS, days, I64, line.days, EH_ALWAYS)                                                    \
    NEXT(MINUTES, minutes, I64, line.minutes, EH_ALWAYS)                                           \
    NEXT(BAND, band, I64, line.band, EH_ALWAYS)                                                    \
    NEXT(POINTS, points, I64, line.points, EH_ALWAYS)
#define EH_LINE_NUMBER(NUMBER, ...) EH_LINE_##NUMBER,
enum eh_line_column { EH_LINE_COLUMNS(EH_LINE_NUMBER, EH_LINE_NUMBER) EH_LINE_COLUMN_COUNT };
#undef EH_LINE_NUMBER
#define EH_LINE_SELECT EH_LINE_COLUMNS(EH_COLUMN_FIRST, EH_COLUMN_NEXT)
extern const struct eh_columns eh_line_columns;

EH_C_END

#endif
