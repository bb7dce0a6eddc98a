/*
 * periods: the answer to a step of a period's life.
 *
 * A step that was taken just now has its answer with it. A repeat is answered like the first one,
 * from PostgreSQL: the period may have gone on since.
 */
#include "admin/api/api.h"

#include <evenhand/engine/periods.h>
#include <evenhand/json/pool.h>

#include "lead/period_rows.h"

static uint8_t state_named(struct eh_str name)
{
    uint8_t state = EH_PERIOD_PAID;
    while (state > EH_PERIOD_OPEN && !eh_str_equal(name, eh_str(eh_period_state_name(state))))
        state--;
    return state;
}

static json_t *settled_json(const struct eh_period_answer *answer)
{
    static const struct eh_bonus_lines everybody;
    json_t *list = json_array();
    for (uint32_t i = 0; i < answer->settled_count; i++)
        json_array_append_new(list, eh_pool_version_json(answer->settled[i], &everybody));
    return list;
}

/* Puts what is settled, or would be, in earlier periods. */
static void put_consequences(json_t *body, const struct eh_period_answer *answer)
{
    static const struct eh_bonus_lines everybody;
    if (answer->expected)
        eh_json_put(body, "expected", eh_pool_expected_json(answer->expected, &everybody));
    if (answer->settled)
        eh_json_put(body, "settled", settled_json(answer));
    if (answer->has_due)
        eh_json_put_int(body, "due", answer->due);
}

/* Answers a step. `input` 0: it was only tried. */
static void reply(struct eh_admin_request *request, uint64_t input, bool repeat,
                  const struct eh_period_answer *answer)
{
    json_t *body = json_object();
    eh_json_put(body, "input", input ? json_integer((json_int_t)input) : NULL);
    if (input == 0)
        eh_json_put_bool(body, "dry_run", true);
    if (repeat)
        eh_json_put_bool(body, "repeat", true);
    eh_json_put_text(body, "team", eh_admin_part(request, "team"));
    eh_json_put_text(body, "period", eh_admin_part(request, "period"));
    eh_json_put_string(body, "state", eh_period_state_name(answer->state));
    eh_json_put_int(body, "version", answer->version);
    if (answer->has_due) {
        eh_json_put_text(body, "currency", answer->currency);
    } else if (answer->currency.size > 0) {
        bool has = answer->has_figures;
        eh_json_put(body, "gross", has ? json_integer(answer->gross) : NULL);
        eh_json_put(body, "carry", has ? json_integer(answer->carry) : NULL);
        eh_json_put(body, "net", has ? json_integer(answer->net) : NULL);
        eh_json_put_text(body, "currency", answer->currency);
    }
    if (answer->facts_of)
        eh_json_put_string(body, "facts_of", answer->facts_of);
    if (answer->missing.size > 0)
        eh_json_put_text(body, "missing", answer->missing);
    put_consequences(body, answer);
    eh_admin_reply(request, 200, body);
}

/* ---- A repeat. */

struct repeat {
    uint64_t input; /* of the first one */
};

/* The last step up to the input: the one it took or (exclude) the one before it. Columns: state,
 * version, input, currency, gross, carry, net, missing, whether it was a payment. */
static void read_answer(const PGresult *result, uint64_t input, struct eh_period_answer *ret)
{
    *ret = (struct eh_period_answer){.state = EH_PERIOD_OPEN};
    if (PQntuples(result) == 0)
        return; /* set aside before anything else */
    ret->state = state_named(eh_pg_text(result, 0, 0));
    ret->version = (uint32_t)eh_pg_int(result, 0, 1);
    bool own = (uint64_t)eh_pg_int(result, 0, 2) == input;
    if (!own || eh_pg_int(result, 0, 8) != 0)
        return;
    ret->facts_of = eh_period_basis(
        ret->state == EH_PERIOD_CLOSED ? EH_MESSAGE_CLOSE : EH_MESSAGE_FREEZE, ret->version == 1);
    ret->currency = eh_pg_text(result, 0, 3);
    ret->has_figures = !PQgetisnull(result, 0, 4);
    ret->gross = eh_pg_int(result, 0, 4);
    ret->carry = eh_pg_int(result, 0, 5);
    ret->net = eh_pg_int(result, 0, 6);
    ret->missing = eh_pg_text(result, 0, 7);
}

static void refuse(struct eh_admin_request *request, const struct repeat *repeat)
{
    eh_admin_error(request, EH_EUNAVAILABLE, NULL,
                   "this was done before, as input %llu; PostgreSQL is away and cannot say more; "
                   "ask again",
                   (unsigned long long)repeat->input);
}

static void on_step(void *context, PGresult *result)
{
    struct eh_admin_request *request = context;
    struct eh_period_answer answer;
    if (!eh_admin_resume(request))
        return;
    const struct repeat *repeat = request->state;
    if (!result || PQresultStatus(result) != PGRES_TUPLES_OK) {
        refuse(request, repeat);
        return;
    }
    read_answer(result, repeat->input, &answer);
    reply(request, repeat->input, true, &answer);
}

static int ask(struct eh_admin_request *request, const struct repeat *repeat)
{
    char input[8];
    eh_pg_put64(input, (int64_t)repeat->input);
    const struct eh_str parameters[] = {eh_str_n(input, sizeof input),
                                        eh_admin_part(request, "team"),
                                        eh_admin_part(request, "period")};
    return eh_admin_query(request, "admin_step", parameters, 3, on_step);
}

void eh_admin_period_done(struct eh_admin_request *request, const struct eh_command_result *result)
{
    struct repeat *repeat = eh_arena_alloc(&request->arena, sizeof *repeat);
    if (result->period) {
        reply(request, result->input, false, result->period);
        return;
    }
    if (!repeat) {
        eh_admin_error(request, EH_ENOMEM, NULL, "out of memory");
        return;
    }
    repeat->input = result->input;
    request->state = repeat;
    if (ask(request, repeat) < 0)
        refuse(request, repeat);
}

/* ---- Nothing is done. */

int eh_admin_period_try(struct eh_admin_request *request, const struct eh_message *m,
                        struct eh_error *error)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    struct eh_period_answer *answer;
    int64_t now_us = eh_app_now_us(request->admin->app);
    int r = eh_period_try(engine, m, now_us, &request->arena, &answer, error);
    if (r == 0)
        reply(request, 0, false, answer);
    return r;
}
