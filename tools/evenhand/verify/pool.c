/*
 * pool: compares the rows of period_step and period_line with those that the log gives.
 */
#include "log/pool.h"
#include "private.h"
#include "term/text.h"

struct made_step {
    struct eh_step_row row;
    const struct eh_pool_statement *statement; /* NULL: a payment, or nothing can be computed */
};

struct made {
    struct made_step *steps; /* by period */
    uint32_t count, capacity;
};

/* ---- Sentences. */

#define NAME_MAX_TEXT 200

/* "the pool of sales 2026-03 version 1" */
static void name_step(const struct eh_step_row *row, char ret[NAME_MAX_TEXT])
{
    if (eh_str_equal(row->step, eh_str("freeze")))
        eh_format(ret, NAME_MAX_TEXT, "the frozen pool of %.*s %.*s", EH_STR_ARG(row->team),
                  EH_STR_ARG(row->period));
    else
        eh_format(ret, NAME_MAX_TEXT, "the %s of %.*s %.*s version %u",
                  eh_str_equal(row->step, eh_str("pay")) ? "payment" : "pool",
                  EH_STR_ARG(row->team), EH_STR_ARG(row->period), row->version);
}

static int other_step(const struct eh_step_row *found, const struct eh_step_row *wanted,
                      const struct eh_column *column, struct eh_error *error)
{
    char name[NAME_MAX_TEXT], is[EH_CELL_TEXT_MAX], should[EH_CELL_TEXT_MAX];
    name_step(wanted, name);
    eh_cli_log_step_print(found, column, is);
    eh_cli_log_step_print(wanted, column, should);
    return eh_error_set(error, EH_ECORRUPT, "input %llu: %s: recorded %s %s, its facts give %s",
                        big(wanted->input), name, column->name, is, should);
}

static int other_line(const struct eh_step_row *step, const struct eh_line_row *found,
                      const struct eh_line_row *wanted, const struct eh_column *column,
                      struct eh_error *error)
{
    char name[NAME_MAX_TEXT], is[EH_CELL_TEXT_MAX], should[EH_CELL_TEXT_MAX];
    name_step(step, name);
    eh_cli_log_line_print(found, column, is);
    eh_cli_log_line_print(wanted, column, should);
    if (strcmp(column->name, "total") == 0)
        return eh_error_set(error, EH_ECORRUPT, "input %llu: %s pays %.*s %s, its facts give %s",
                            big(wanted->input), name, EH_STR_ARG(wanted->line.rep), is, should);
    return eh_error_set(
        error, EH_ECORRUPT, "input %llu: %s: recorded %s of %.*s %s, its facts give %s",
        big(wanted->input), name, column->name, EH_STR_ARG(wanted->line.rep), is, should);
}

static int missing_line(const struct eh_step_row *step, const struct eh_pool_line *line,
                        struct eh_error *error)
{
    char name[NAME_MAX_TEXT], total[EH_CLI_TEXT];
    name_step(step, name);
    eh_text_count(line->total, total);
    return eh_error_set(error, EH_ECORRUPT,
                        "input %llu: %s: the line of %.*s is missing, its facts give %s",
                        big(step->input), name, EH_STR_ARG(line->rep), total);
}

static int stray_line(const struct eh_line_row *row, struct eh_error *error)
{
    return eh_error_set(error, EH_ECORRUPT,
                        "input %llu: a line of %.*s in the pool of %.*s %.*s is recorded, the log "
                        "gives none",
                        big(row->input), EH_STR_ARG(row->line.rep), EH_STR_ARG(row->team),
                        EH_STR_ARG(row->period));
}

static int missing_step(const struct eh_step_row *wanted, struct eh_error *error)
{
    char name[NAME_MAX_TEXT];
    name_step(wanted, name);
    return eh_error_set(error, EH_ECORRUPT, "input %llu: %s is missing in period_step",
                        big(wanted->input), name);
}

static int stray_step(const struct eh_step_row *row, struct eh_error *error)
{
    char name[NAME_MAX_TEXT];
    name_step(row, name);
    return eh_error_set(error, EH_ECORRUPT,
                        "input %llu: %s is recorded in period_step, the log gives none",
                        big(row->input), name);
}

/* ---- Statements by themselves. */

static struct eh_line_row line_row(const struct eh_step_row *step, const struct eh_pool_line *line)
{
    return (struct eh_line_row){
        .input = step->input, .team = step->team, .period = step->period, .line = *line};
}

static int compare_lines(const struct eh_step_row *step, const struct eh_pool_statement *found,
                         const struct eh_pool_statement *wanted, struct eh_error *error)
{
    for (uint32_t i = 0; i < wanted->line_count; i++) {
        if (i >= found->line_count || !eh_str_equal(found->lines[i].rep, wanted->lines[i].rep))
            return missing_line(step, &wanted->lines[i], error);
        struct eh_line_row a = line_row(step, &found->lines[i]);
        struct eh_line_row b = line_row(step, &wanted->lines[i]);
        const struct eh_column *column = eh_cli_log_line_differs(&a, &b);
        if (column)
            return other_line(step, &a, &b, column, error);
    }
    if (found->line_count == wanted->line_count)
        return 0;
    struct eh_line_row more = line_row(step, &found->lines[wanted->line_count]);
    return stray_line(&more, error);
}

static struct eh_step_row settled_row(uint64_t input, const struct eh_pool_statement *s,
                                      struct eh_str period)
{
    return (struct eh_step_row){.input = input,
                                .team = s->team,
                                .period = period,
                                .step = eh_str("close"),
                                .currency = s->currency,
                                .plan = s->plan,
                                .version = s->version,
                                .figures = *s};
}

int proof_compare_statements(uint64_t input, const struct eh_pool_statement *found,
                             const struct eh_pool_statement *wanted, struct eh_error *error)
{
    char period[EH_DECIMAL_TEXT_MAX];
    struct eh_str text = eh_str_n(period, eh_period_print(wanted->period, period));
    struct eh_step_row a = settled_row(input, found, text);
    struct eh_step_row b = settled_row(input, wanted, text);
    int r = compare_lines(&b, found, wanted, error);
    const struct eh_column *column = r == 0 ? eh_cli_log_step_differs(&a, &b) : NULL;
    return column ? other_step(&a, &b, column, error) : r;
}

/* ---- What an input gives. */

static int error_no_memory(struct eh_error *error)
{
    return eh_error_set(error, EH_ENOMEM, "out of memory");
}

static struct made_step *made_room(struct made *made, struct eh_arena *arena)
{
    if (made->count < made->capacity)
        return made->steps;
    uint32_t capacity = made->capacity ? 2 * made->capacity : 4;
    struct made_step *steps = eh_arena_alloc(arena, capacity * sizeof *steps);
    if (!steps)
        return NULL;
    if (made->count > 0)
        memcpy(steps, made->steps, made->count * sizeof *steps);
    made->capacity = capacity;
    return made->steps = steps;
}

/* Inserts the step by period; all steps of an input are of one team. */
static int made_add_step(struct made *made, const struct eh_replay *replay,
                         const struct eh_period_view *view, struct made_step step,
                         struct eh_arena *arena, struct eh_error *error)
{
    char text[EH_DECIMAL_TEXT_MAX];
    struct eh_str period = eh_arena_str(arena, eh_str_n(text, eh_period_print(view->period, text)));
    struct made_step *steps = made_room(made, arena);
    uint32_t at = made->count;
    if (!period.data || !steps)
        return error_no_memory(error);
    step.row.input = replay->in.no;
    step.row.team = replay->in.message.team;
    step.row.period = period;
    step.row.step = eh_str(eh_message_type_name(replay->in.message.type));
    step.row.currency = view->plan->currency;
    step.row.plan = view->plan->id;
    step.row.published_late = view->published_late;
    step.row.settled = step.statement != NULL;
    if (step.statement)
        step.row.figures = *step.statement;
    step.row.nulls = eh_columns_nulls(&eh_step_columns, &step.row);
    for (; at > 0 && eh_str_compare(period, steps[at - 1].row.period) < 0; at--)
        steps[at] = steps[at - 1];
    steps[at] = step;
    made->count++;
    return 0;
}

/* The reason why the period cannot be closed, as CLOSE would say it. */
static int why_not(const struct eh_period_view *view, struct eh_arena *arena, struct eh_str *ret,
                   struct eh_error *error)
{
    struct eh_bonus_facts *facts;
    struct eh_bonus_result *result;
    struct eh_error why = {0};
    int r = eh_pool_facts_decode(view->frozen, arena, &facts, error);
    if (r < 0)
        return r;
    r = eh_bonus_compute(view->plan, facts, arena, &result, &why);
    *ret = eh_str(NULL);
    if (r == -EH_ENOMEM)
        return error_no_memory(error);
    if (r < 0)
        *ret = eh_arena_str(arena, eh_str(why.text));
    return 0;
}

static int make_freeze(const struct eh_replay *replay, const struct eh_period_view *view,
                       struct eh_arena *arena, struct made *made, struct eh_error *error)
{
    struct eh_pool_statement *statement = NULL;
    struct made_step step = {.row.state = eh_str(eh_period_state_name(view->state))};
    int r = why_not(view, arena, &step.row.missing, error);
    if (r < 0)
        return r;
    if (eh_pool_statement(replay->engine, view, arena, &statement, NULL) == 0)
        step.statement = statement;
    return made_add_step(made, replay, view, step, arena, error);
}

static int make_versions(const struct eh_replay *replay, struct eh_arena *arena, struct made *made,
                         struct eh_error *error)
{
    struct eh_str text = replay->in.message.text;
    struct eh_settlement settlement;
    struct eh_period_view view;
    int r = 0;
    while (r == 0 && eh_settlements_next(&text, &settlement) > 0) {
        struct eh_pool_statement *statement;
        if (!eh_engine_period(replay->engine, replay->in.message.team, settlement.period, &view))
            return eh_error_set(error, EH_ECORRUPT,
                                "input %llu: settles a period that no plan governs",
                                big(replay->in.no));
        bool paid = view.last.version > 0 && view.state == EH_PERIOD_PAID;
        r = eh_pool_statement_decode(settlement.statement, arena, &statement, error);
        struct made_step step = {.row.version = settlement.version,
                                 .row.state = eh_str(paid ? "paid" : "closed")};
        step.statement = statement;
        if (r == 0)
            r = made_add_step(made, replay, &view, step, arena, error);
    }
    return r;
}

static int make_steps(const struct eh_replay *replay, struct eh_arena *arena, struct made *made,
                      struct eh_error *error)
{
    const struct eh_message *m = &replay->in.message;
    struct eh_period period;
    struct eh_period_view view;
    if (replay->effects.refused)
        return 0;
    int r = eh_period_parse(m->period, &period, error);
    if (r < 0 || !eh_engine_period(replay->engine, m->team, period, &view))
        return eh_error_set(error, EH_ECORRUPT, "input %llu: no plan governs %.*s of %.*s",
                            big(replay->in.no), EH_STR_ARG(m->period), EH_STR_ARG(m->team));
    if (m->type == EH_MESSAGE_FREEZE)
        return make_freeze(replay, &view, arena, made, error);
    if (m->type == EH_MESSAGE_CLOSE)
        return make_versions(replay, arena, made, error);
    struct made_step pay = {.row.version = view.last.version, .row.state = eh_str("paid")};
    return made_add_step(made, replay, &view, pay, arena, error);
}

/* ---- What is recorded under it. */

/* Whether the log has the form of the first builds with periods (EH_POOL_FORM_FIRST). */
static bool step_is_first_form(const struct eh_replay *replay, const struct eh_step_row *found,
                               const struct eh_step_row *wanted)
{
    struct eh_step_row first = *wanted;
    first.figures.individual += first.figures.over;
    return proof_is_first(replay) && !eh_cli_log_step_differs(found, &first);
}

static int compare_step(struct eh_proof *p, const struct made_step *wanted, struct eh_error *error)
{
    struct eh_step_row row;
    int r = eh_cli_log_next_step(p->replay->log, wanted->row.input, &row, error);
    if (r < 0)
        return r;
    int order = r == 0 ? 1 : eh_str_compare(row.team, wanted->row.team);
    if (order == 0)
        order = eh_str_compare(row.period, wanted->row.period);
    if (r == 0 || (row.input == wanted->row.input && order > 0))
        return missing_step(&wanted->row, error);
    if (row.input < wanted->row.input || order < 0)
        return stray_step(&row, error);
    const struct eh_column *column = eh_cli_log_step_differs(&row, &wanted->row);
    if (!column || step_is_first_form(p->replay, &row, &wanted->row))
        return 0;
    return other_step(&row, &wanted->row, column, error);
}

static int compare_line(struct eh_proof *p, const struct made_step *step,
                        const struct eh_pool_line *line, struct eh_error *error)
{
    struct eh_line_row row, wanted = line_row(&step->row, line);
    int r = eh_cli_log_next_line(p->replay->log, wanted.input, &row, error);
    if (r < 0)
        return r;
    int order = r == 0 ? 1 : eh_str_compare(row.team, wanted.team);
    if (order == 0)
        order = eh_str_compare(row.period, wanted.period);
    if (order == 0)
        order = eh_str_compare(row.line.rep, wanted.line.rep);
    if (r == 0 || (row.input == wanted.input && order > 0))
        return missing_line(&step->row, line, error);
    if (row.input < wanted.input || order < 0)
        return stray_line(&row, error);
    const struct eh_column *column = eh_cli_log_line_differs(&row, &wanted);
    return column ? other_line(&step->row, &row, &wanted, column, error) : 0;
}

/* Skips rows of inputs before p->from; any other row left of this or an earlier input is an error.
 */
static int compare_rest(struct eh_proof *p, uint64_t input, struct eh_error *error)
{
    struct eh_step_row step;
    struct eh_line_row line;
    int r;
    while ((r = eh_cli_log_next_step(p->replay->log, input, &step, error)) > 0)
        if (step.input >= p->from)
            return stray_step(&step, error);
    if (r < 0)
        return r;
    while ((r = eh_cli_log_next_line(p->replay->log, input, &line, error)) > 0)
        if (line.input >= p->from)
            return stray_line(&line, error);
    return r;
}

static int compare_made(struct eh_proof *p, const struct made *made, struct eh_error *error)
{
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < made->count; i++)
        r = compare_step(p, &made->steps[i], error);
    for (uint32_t i = 0; r == 0 && i < made->count; i++) {
        const struct eh_pool_statement *s = made->steps[i].statement;
        for (uint32_t n = 0; r == 0 && s && n < s->line_count; n++)
            r = compare_line(p, &made->steps[i], &s->lines[n], error);
    }
    return r;
}

int proof_compare_pool(struct eh_proof *p, struct eh_error *error)
{
    const struct eh_input *in = &p->replay->in;
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct made made = {NULL, 0, 0};
    uint8_t type = in->message.type;
    if (!eh_type_is(type, EH_TYPE_LIFECYCLE))
        return 0;
    int r = compare_rest(p, in->no - 1, error);
    if (r == 0)
        r = make_steps(p->replay, &arena, &made, error);
    if (r == 0)
        r = compare_made(p, &made, error);
    if (r == 0)
        r = compare_rest(p, in->no, error);
    p->counts.pools += r == 0 && type == EH_MESSAGE_CLOSE ? made.count : 0;
    return r;
}

int proof_pool_end(struct eh_proof *p, struct eh_error *error)
{
    return compare_rest(p, UINT64_MAX, error);
}
