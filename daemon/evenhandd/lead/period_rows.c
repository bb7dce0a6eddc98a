/* period_rows: the rows of a step of a period, and its answer. See period_rows.h. */
#include "lead/period_rows.h"

#include <stdlib.h>

#include <evenhand/json/books.h>

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

/* Adds a row and fills in the columns that every row has. */
static struct eh_period_row *row_add(struct eh_batch *b, const struct eh_input *in,
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
    *row = (struct eh_period_row){
        .step = {.input = in->no,
                 .step = eh_str(eh_message_type_name(in->message.type)),
                 .team = in->message.team,
                 .period = period,
                 .currency = currency,
                 .plan = plan,
                 .published_late = view->published_late},
    };
    eh_period_row_set_state(row, view->state);
    return row;
}

/* Copies a statement's names: they may be the engine's, which changes before the rows are sent. */
static int names_keep(struct eh_arena *arena, struct eh_pool_statement *s, struct eh_error *error)
{
    for (uint32_t i = 0; i < s->line_count; i++) {
        s->lines[i].rep = eh_arena_str(arena, s->lines[i].rep);
        if (!s->lines[i].rep.data)
            return no_memory(error);
    }
    return 0;
}

/* Adds the metrics as people read them. They are written with the step itself, because the next
 * version may come before the next round over the pools (books.c). Without a text here the round
 * writes them. */
static int metrics_add(const struct eh_engine *engine, const struct eh_period_view *view,
                       struct eh_batch *b, struct eh_period_row *row, struct eh_error *error)
{
    char *text = NULL;
    uint32_t lines;
    if (view->last.version != row->step.version)
        return 0; /* too old to be kept in memory */
    int r = eh_pool_metrics_text(engine, view, &text, &lines, error);
    if (r == 0 && text) {
        row->metrics = eh_arena_str(&b->arena, eh_str(text));
        r = row->metrics.data ? 0 : no_memory(error);
    }
    free(text);
    return r;
}

/* Adds the reason why the frozen facts cannot be computed: CLOSE will be refused with it. */
static int missing_add(const struct eh_period_view *view, struct eh_batch *b,
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
    row->step.missing = r < 0 ? eh_batch_text(b, why.text) : row->step.missing;
    return r < 0 && !row->step.missing.data ? no_memory(error) : 0;
}

static int freeze_add(const struct eh_engine *engine, const struct eh_input *in,
                      const struct eh_period_view *view, struct eh_batch *b, struct eh_error *error)
{
    struct eh_pool_statement *statement = NULL;
    struct eh_error why = {0};
    struct eh_period_row *row = row_add(b, in, view, error);
    if (!row)
        return -EH_ENOMEM;
    int r = missing_add(view, b, row, error);
    if (r < 0)
        return r;
    r = eh_pool_statement(engine, view, &b->arena, &statement, &why);
    if (r == -EH_ENOMEM || r == -EH_ECORRUPT) {
        *error = why;
        return r;
    }
    eh_period_row_set_statement(row, statement);
    r = statement ? names_keep(&b->arena, statement, error) : 0;
    return r == 0 ? metrics_add(engine, view, b, row, error) : r;
}

/* One of the versions that a CLOSE settles. */
static int version_add(const struct eh_engine *engine, const struct eh_input *in,
                       const struct eh_settlement *settlement, struct eh_batch *b,
                       struct eh_error *error)
{
    struct eh_period_view view;
    struct eh_pool_statement *statement = NULL;
    if (!eh_engine_period(engine, in->message.team, settlement->period, &view))
        return eh_error_set(error, EH_ECORRUPT, "team %.*s: a period without a plan was settled",
                            EH_STR_ARG(in->message.team));
    struct eh_period_row *row = row_add(b, in, &view, error);
    if (!row)
        return -EH_ENOMEM;
    int r = eh_pool_statement_decode(settlement->statement, &b->arena, &statement, error);
    if (r < 0)
        return r;
    row->step.version = settlement->version;
    eh_period_row_set_statement(row, statement);
    if (view.last.version == 0) /* settled, and too old to be kept in memory */
        eh_period_row_set_state(row, EH_PERIOD_CLOSED);
    return metrics_add(engine, &view, b, row, error);
}

static int versions_add(const struct eh_engine *engine, const struct eh_input *in,
                        struct eh_batch *b, struct eh_error *error)
{
    struct eh_str text = in->message.text;
    struct eh_settlement settlement;
    int r;
    while ((r = eh_settlements_next(&text, &settlement)) > 0) {
        r = version_add(engine, in, &settlement, b, error);
        if (r < 0)
            return r;
    }
    return r < 0 ? eh_error_set(error, -r, "close: what it settles does not hold together") : 0;
}

static int payment_add(const struct eh_input *in, const struct eh_period_view *view,
                       struct eh_batch *b, struct eh_error *error)
{
    struct eh_period_row *row = row_add(b, in, view, error);
    if (!row)
        return -EH_ENOMEM;
    row->step.version = view->last.version;
    return 0;
}

int eh_period_rows(const struct eh_engine *engine, const struct eh_input *in, struct eh_batch *b,
                   struct eh_error *error)
{
    struct eh_period_view view;
    uint8_t type = in->message.type;
    if (!eh_type_is(type, EH_TYPE_LIFECYCLE))
        return 0;
    int r = view_of(engine, &in->message, &view, error);
    if (r < 0)
        return r;
    if (type == EH_MESSAGE_FREEZE)
        return freeze_add(engine, in, &view, b, error);
    return type == EH_MESSAGE_CLOSE ? versions_add(engine, in, b, error)
                                    : payment_add(in, &view, b, error);
}

/* ---- The text of a step. */

int eh_period_text(const struct eh_engine *engine, struct eh_arena *arena, struct eh_message *m)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    struct eh_error error = {0};
    int r = eh_pool_prepare(engine, m, &text, &error);
    if (r == -EH_ENOMEM || text.failed)
        return -EH_ENOMEM;
    if (r < 0) {
        m->reason = eh_arena_str(arena, eh_str(error.text[0] ? error.text : eh_code_name(r)));
        m->has |= EH_FIELD_BIT(EH_FIELD_REASON);
        return m->reason.data ? 0 : -EH_ENOMEM;
    }
    m->text = eh_str_n(eh_arena_copy(arena, text.data, text.size), text.size);
    m->has |= EH_FIELD_BIT(EH_FIELD_TEXT);
    return m->text.data ? 0 : -EH_ENOMEM;
}

/* ---- The answer to a step. */

static void tell_figures(struct eh_period_answer *answer, const struct eh_pool_statement *s)
{
    answer->has_figures = s != NULL;
    if (!s)
        return;
    answer->gross = s->gross;
    answer->carry = s->carry;
    answer->net = s->net;
}

/* What CLOSE would make of the frozen facts. The answer goes without it where it cannot be made. */
static void tell_expected(const struct eh_engine *engine, const struct eh_period_view *view,
                          struct eh_arena *arena, struct eh_period_answer *answer)
{
    struct eh_pool_expected *expected = eh_arena_alloc(arena, sizeof *expected);
    if (expected && eh_pool_expect(engine, view, arena, expected, NULL) == 0)
        answer->expected = expected;
}

/* A statement of a CLOSE: its own, or one of an earlier period. */
static void tell_statement(struct eh_period_answer *answer, bool own,
                           const struct eh_pool_statement *s)
{
    if (own) {
        answer->version = s->version;
        tell_figures(answer, s);
    } else {
        answer->settled[answer->settled_count++] = s;
    }
}

/* The statements of a CLOSE that was only tried: no row has them. */
static int tell_tried(const struct eh_message *m, struct eh_arena *arena,
                      struct eh_period_answer *answer)
{
    struct eh_str text = m->text;
    struct eh_settlement one;
    uint32_t count = 0;
    while (eh_settlements_next(&text, &one) > 0)
        count++;
    answer->settled = eh_arena_alloc(arena, count * sizeof *answer->settled);
    text = m->text;
    while (answer->settled && eh_settlements_next(&text, &one) > 0) {
        struct eh_pool_statement *s;
        char period[EH_DECIMAL_TEXT_MAX];
        size_t size = eh_period_print(one.period, period);
        int r = eh_pool_statement_decode(one.statement, arena, &s, NULL);
        if (r < 0)
            return r;
        tell_statement(answer, eh_str_equal(m->period, eh_str_n(period, size)), s);
    }
    return answer->settled ? 0 : -EH_ENOMEM;
}

/* What is due of the last version, if versions up to `paid_version` were paid before. */
static void tell_due(const struct eh_period_view *view, uint32_t paid_version,
                     struct eh_arena *arena, struct eh_period_answer *answer)
{
    struct eh_pool_statement *s;
    if (eh_pool_statement_decode(view->last.statement, arena, &s, NULL) < 0)
        return;
    s->paid_version = paid_version;
    answer->has_due = eh_pool_due(s, &answer->due);
    answer->currency = eh_arena_str(arena, s->currency);
}

/* The rows of this input, which are the last ones of its batch. */
static const struct eh_period_row *rows_of(const struct eh_batch *b, const struct eh_input *in,
                                           size_t *ret_count)
{
    size_t from = b->period_count;
    while (from > 0 && b->period_rows[from - 1].step.input == in->no)
        from--;
    *ret_count = b->period_count - from;
    return *ret_count > 0 ? &b->period_rows[from] : NULL;
}

/* The row of this input that is about the period it names. */
static const struct eh_period_row *row_of(const struct eh_batch *b, const struct eh_input *in)
{
    size_t count;
    const struct eh_period_row *rows = rows_of(b, in, &count);
    for (size_t i = count; i > 0; i--)
        if (eh_str_equal(rows[i - 1].step.period, in->message.period))
            return &rows[i - 1];
    return NULL;
}

/* The statements of a CLOSE, as its rows have them. */
static int tell_settled(const struct eh_batch *b, const struct eh_input *in, struct eh_arena *arena,
                        struct eh_period_answer *answer)
{
    size_t count;
    const struct eh_period_row *rows = rows_of(b, in, &count);
    answer->settled = eh_arena_alloc(arena, count * sizeof *answer->settled);
    if (!answer->settled)
        return -EH_ENOMEM;
    for (size_t i = 0; i < count; i++)
        tell_statement(answer, eh_str_equal(rows[i].step.period, in->message.period),
                       rows[i].statement);
    return 0;
}

const char *eh_period_basis(uint8_t type, bool first)
{
    if (type == EH_MESSAGE_FREEZE)
        return "now";
    return type != EH_MESSAGE_CLOSE ? NULL : first ? "freeze" : "now";
}

const struct eh_period_answer *eh_period_answer(const struct eh_engine *engine,
                                                const struct eh_input *in, struct eh_batch *b)
{
    struct eh_period_view view;
    uint8_t type = in->message.type;
    if (!eh_type_is(type, EH_TYPE_PERIOD))
        return NULL;
    struct eh_period_answer *answer = eh_arena_alloc(&b->arena, sizeof *answer);
    if (!answer || view_of(engine, &in->message, &view, NULL) < 0)
        return NULL;
    const struct eh_period_row *row = row_of(b, in);
    answer->state = row ? row->state : view.state;
    answer->version = row ? row->step.version : view.last.version;
    if (row && type != EH_MESSAGE_PAY) {
        answer->has_figures = row->statement != NULL;
        answer->missing = row->step.missing;
        answer->currency = row->step.currency;
    }
    if (row && type != EH_MESSAGE_PAY)
        tell_figures(answer, row->statement);
    if (type == EH_MESSAGE_FREEZE)
        tell_expected(engine, &view, &b->arena, answer);
    answer->facts_of = eh_period_basis(type, answer->version == 1);
    if (type == EH_MESSAGE_PAY) /* the state has it as paid: what was paid before is 0 or in the
                                   statement */
        tell_due(&view, view.last.version == 1 ? 0 : UINT32_MAX, &b->arena, answer);
    if (type == EH_MESSAGE_CLOSE && tell_settled(b, in, &b->arena, answer) < 0)
        return NULL;
    return answer;
}

/* ---- The answer to a step that is only tried. */

static int freeze_try(const struct eh_engine *engine, const struct eh_message *m,
                      struct eh_period_view view, struct eh_arena *arena,
                      struct eh_period_answer *answer, struct eh_error *error)
{
    struct eh_bonus_facts *facts;
    struct eh_bonus_result *result;
    struct eh_pool_statement *s = NULL;
    struct eh_error why = {0};
    view.state = EH_PERIOD_PROVISIONAL;
    view.frozen = m->text;
    view.late = 0;
    answer->state = view.state;
    answer->currency = view.plan->currency;
    int r = eh_pool_facts_decode(view.frozen, arena, &facts, error);
    if (r < 0)
        return r;
    if (eh_bonus_compute(view.plan, facts, arena, &result, &why) < 0)
        answer->missing = eh_arena_str(arena, eh_str(why.text));
    tell_figures(answer, eh_pool_statement(engine, &view, arena, &s, NULL) == 0 ? s : NULL);
    tell_expected(engine, &view, arena, answer);
    return 0;
}

static int step_try(const struct eh_engine *engine, const struct eh_message *m,
                    struct eh_arena *arena, struct eh_period_answer *answer, struct eh_error *error)
{
    struct eh_period_view view;
    int r = view_of(engine, m, &view, error);
    if (r < 0)
        return r;
    *answer = (struct eh_period_answer){.state = view.state, .version = view.last.version};
    answer->facts_of = eh_period_basis(m->type, view.last.version == 0);
    if (m->type == EH_MESSAGE_FREEZE)
        return freeze_try(engine, m, view, arena, answer, error);
    if (m->type == EH_MESSAGE_PAY) {
        answer->state = EH_PERIOD_PAID;
        tell_due(&view, view.paid_version, arena, answer);
    }
    if (m->type != EH_MESSAGE_CLOSE)
        return 0;
    answer->state = EH_PERIOD_CLOSED;
    answer->currency = view.plan->currency;
    return tell_tried(m, arena, answer);
}

int eh_period_try(const struct eh_engine *engine, const struct eh_message *m, int64_t now_us,
                  struct eh_arena *arena, struct eh_period_answer **ret, struct eh_error *error)
{
    struct eh_totals totals;
    struct eh_effects fx = {.arena = arena};
    eh_engine_totals(engine, &totals);
    struct eh_input in = {.origin = EH_ORIGIN_ADMIN,
                          .no = totals.input + 1,
                          .at_us = now_us,
                          .date = totals.date,
                          .message = *m};
    struct eh_period_answer *answer = eh_arena_alloc(arena, sizeof *answer);
    if (!answer || eh_period_text(engine, arena, &in.message) < 0)
        return no_memory(error);
    int r = eh_engine_try(engine, &in, &fx);
    if (r < 0)
        return eh_error_set(error, -r, "%s", eh_code_name(r));
    if (fx.refused)
        return eh_error_set(error, fx.refused_code, "%.*s", EH_STR_ARG(fx.reason));
    r = step_try(engine, &in.message, arena, answer, error);
    if (r == 0)
        *ret = answer;
    return r;
}
