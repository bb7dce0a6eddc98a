/* period_rows: what a step of a period's life leaves in PostgreSQL. See period_rows.h. */
#include "period_rows.h"

static int no_memory(struct eh_error *error)
{
    return eh_error_set(error, EH_ENOMEM, "out of memory");
}

static struct eh_str period_text(struct eh_arena *arena, struct eh_period period)
{
    char text[EH_DECIMAL_TEXT_MAX];
    size_t size = eh_period_print(period, text);
    return eh_arena_str(arena, eh_str_n(text, size));
}

/* The period a message names, as the engine has it now. */
static int view_of(const struct eh_engine *engine, const struct eh_message *m,
                   struct eh_period_view *ret, struct eh_error *error)
{
    struct eh_period period;
    int r = eh_period_parse(m->period, &period, error);
    if (r == 0 && !eh_engine_period(engine, m->team, period, ret))
        r = eh_error_set(error, EH_ECORRUPT, "team %.*s: no plan governs %.*s", EH_STR_ARG(m->team),
                         EH_STR_ARG(m->period));
    return r;
}

/* Filled with what every row has. */
static struct eh_period_row *add_row(struct eh_batch *b, const struct eh_input *in,
                                     const struct eh_period_view *view, struct eh_error *error)
{
    struct eh_period_row *row = eh_batch_period(b);
    struct eh_str period = period_text(&b->arena, view->period);
    struct eh_str currency = eh_arena_str(&b->arena, view->plan->currency);
    struct eh_str plan = eh_arena_str(&b->arena, view->plan->id);
    if (!row || !period.data || !currency.data || !plan.data) {
        (void)no_memory(error);
        return NULL;
    }
    *row = (struct eh_period_row){.input = in->no,
                                  .step = in->message.type,
                                  .state = view->state,
                                  .team = in->message.team,
                                  .period = period,
                                  .currency = currency,
                                  .plan = plan,
                                  .published_late = view->published_late};
    return row;
}

/* A statement's names may be the engine's, which has gone on when the rows are sent. */
static int keep_names(struct eh_arena *arena, struct eh_pool_statement *s, struct eh_error *error)
{
    for (uint32_t i = 0; i < s->line_count; i++) {
        s->lines[i].rep = eh_arena_str(arena, s->lines[i].rep);
        if (!s->lines[i].rep.data)
            return no_memory(error);
    }
    return 0;
}

/* What the frozen facts lack, as who closes the period will be told. */
static int add_missing(const struct eh_period_view *view, struct eh_batch *b,
                       struct eh_period_row *row, struct eh_error *error)
{
    struct eh_bonus_facts *facts;
    struct eh_bonus_result *result;
    struct eh_error why = {0};
    int r = eh_pool_facts_decode(view->frozen, &b->arena, &facts, error);
    if (r < 0)
        return r;
    r = eh_bonus_compute(view->plan, facts, &b->arena, &result, &why);
    if (r == -EH_ENOMEM)
        return no_memory(error);
    row->missing = r < 0 ? eh_batch_text(b, why.text) : row->missing;
    return r < 0 && !row->missing.data ? no_memory(error) : 0;
}

static int add_freeze(const struct eh_engine *engine, const struct eh_input *in,
                      const struct eh_period_view *view, struct eh_batch *b, struct eh_error *error)
{
    struct eh_pool_statement *statement = NULL;
    struct eh_error why = {0};
    struct eh_period_row *row = add_row(b, in, view, error);
    if (!row)
        return -EH_ENOMEM;
    int r = add_missing(view, b, row, error);
    if (r < 0)
        return r;
    r = eh_pool_statement(engine, view, &b->arena, &statement, &why);
    if (r == -EH_ENOMEM || r == -EH_ECORRUPT) {
        *error = why;
        return r;
    }
    row->statement = statement;
    return statement ? keep_names(&b->arena, statement, error) : 0;
}

/* One of the versions that a CLOSE settles. */
static int add_version(const struct eh_engine *engine, const struct eh_input *in,
                       const struct eh_settlement *settlement, struct eh_batch *b,
                       struct eh_error *error)
{
    struct eh_period_view view;
    struct eh_pool_statement *statement = NULL;
    if (!eh_engine_period(engine, in->message.team, settlement->period, &view))
        return eh_error_set(error, EH_ECORRUPT, "team %.*s: a period without a plan was settled",
                            EH_STR_ARG(in->message.team));
    struct eh_period_row *row = add_row(b, in, &view, error);
    if (!row)
        return -EH_ENOMEM;
    int r = eh_pool_statement_decode(settlement->statement, &b->arena, &statement, error);
    if (r < 0)
        return r;
    row->version = settlement->version;
    row->statement = statement;
    if (view.last.version == 0) /* settled, and too old to be kept in memory */
        row->state = EH_PERIOD_CLOSED;
    return 0;
}

static int add_versions(const struct eh_engine *engine, const struct eh_input *in,
                        struct eh_batch *b, struct eh_error *error)
{
    struct eh_str text = in->message.text;
    struct eh_settlement settlement;
    int r;
    while ((r = eh_settlements_next(&text, &settlement)) > 0) {
        r = add_version(engine, in, &settlement, b, error);
        if (r < 0)
            return r;
    }
    return r < 0 ? eh_error_set(error, -r, "close: what it settles does not hold together") : 0;
}

static int add_payment(const struct eh_input *in, const struct eh_period_view *view,
                       struct eh_batch *b, struct eh_error *error)
{
    struct eh_period_row *row = add_row(b, in, view, error);
    if (!row)
        return -EH_ENOMEM;
    row->version = view->last.version;
    return 0;
}

int eh_period_rows(const struct eh_engine *engine, const struct eh_input *in, struct eh_batch *b,
                   struct eh_error *error)
{
    struct eh_period_view view;
    uint8_t type = in->message.type;
    if (type != EH_MESSAGE_FREEZE && type != EH_MESSAGE_CLOSE && type != EH_MESSAGE_PAY)
        return 0;
    int r = view_of(engine, &in->message, &view, error);
    if (r < 0)
        return r;
    if (type == EH_MESSAGE_FREEZE)
        return add_freeze(engine, in, &view, b, error);
    return type == EH_MESSAGE_CLOSE ? add_versions(engine, in, b, error)
                                    : add_payment(in, &view, b, error);
}

/* ---- What is told. */

/* The row of this input that is about the period it names. */
static const struct eh_period_row *row_of(const struct eh_batch *b, const struct eh_input *in)
{
    for (size_t i = b->period_count; i > 0 && b->period_rows[i - 1].input == in->no; i--)
        if (eh_str_equal(b->period_rows[i - 1].period, in->message.period))
            return &b->period_rows[i - 1];
    return NULL;
}

const struct eh_period_answer *eh_period_answer(const struct eh_engine *engine,
                                                const struct eh_input *in, struct eh_batch *b)
{
    struct eh_period_view view;
    uint8_t type = in->message.type;
    if (type != EH_MESSAGE_EXCLUDE && type != EH_MESSAGE_FREEZE && type != EH_MESSAGE_CLOSE &&
        type != EH_MESSAGE_PAY)
        return NULL;
    struct eh_period_answer *answer = eh_arena_alloc(&b->arena, sizeof *answer);
    if (!answer || view_of(engine, &in->message, &view, NULL) < 0)
        return NULL;
    const struct eh_period_row *row = row_of(b, in);
    answer->state = row ? row->state : view.state;
    answer->version = row ? row->version : view.last.version;
    if (row && type != EH_MESSAGE_PAY) {
        answer->has_figures = row->statement != NULL;
        answer->missing = row->missing;
        answer->currency = row->currency;
    }
    if (answer->has_figures) {
        answer->gross = row->statement->gross;
        answer->carry = row->statement->carry;
        answer->net = row->statement->net;
    }
    return answer;
}
