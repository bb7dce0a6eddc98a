/*
 * steps: keeps what a plan counted when a period was frozen or settled again: a test uses the facts
 * of the period's last version. See backtest.h.
 */
#include <stdlib.h>

#include "backtest.h"

static int error_no_memory(struct eh_error *error)
{
    return eh_error_set(error, EH_ENOMEM, "out of memory for the facts of what was closed");
}

static struct eh_backtest_step *step_add(struct eh_backtest *test)
{
    int r = eh_array_room(&test->steps, &test->step_capacity, test->step_count + (size_t)1,
                          EH_ARRAY_MAX);
    return r < 0 ? NULL : &test->steps[test->step_count++];
}

bool eh_backtest_view(const struct eh_backtest *test, struct eh_period period,
                      struct eh_period_view *ret)
{
    return eh_engine_shadow_after(test->replay.engine, test->plan.team, eh_period_first(period) - 1,
                                  ret) &&
           eh_period_equal(ret->period, period);
}

/* Keeps bytes, not pointers: names may be gone at the end of the log. */
static int step_keep(struct eh_backtest *test, struct eh_period period, struct eh_error *error)
{
    EH_AUTO(eh_arena) struct eh_arena scratch = EH_ARENA_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_bonus_facts *facts;
    struct eh_period_view view;
    struct eh_backtest_step *step = step_add(test);
    if (!step)
        return error_no_memory(error);
    *step = (struct eh_backtest_step){.period = period};
    if (!eh_backtest_view(test, period, &view))
        return 0; /* nothing had happened: empty */
    int r = eh_pool_facts(test->replay.engine, &view, true, &scratch, &facts, error);
    if (r < 0)
        return r;
    eh_pool_facts_encode(facts, &bytes);
    const void *kept = bytes.failed ? NULL : eh_arena_copy(&test->arena, bytes.data, bytes.size);
    if (!kept)
        return error_no_memory(error);
    step->facts = eh_str_n(kept, bytes.size);
    return 0;
}

/* Version 1 has the frozen facts, a later version those of its day. */
static int step_keep_settled(struct eh_backtest *test, struct eh_str text, struct eh_error *error)
{
    struct eh_settlement one;
    int r = 0;
    while (r == 0 && eh_settlements_next(&text, &one) > 0)
        if (one.version > 1)
            r = step_keep(test, one.period, error);
    return r;
}

int eh_backtest_watch(void *backtest, struct eh_error *error)
{
    struct eh_backtest *test = backtest;
    const struct eh_message *m = &test->replay.in.message;
    struct eh_period period;
    bool step = eh_message_is(m, EH_TYPE_SETTLES);
    if (!step || test->replay.effects.refused || !eh_str_equal(m->team, test->plan.team) ||
        eh_period_parse(m->period, &period, NULL) < 0)
        return 0;
    return m->type == EH_MESSAGE_FREEZE ? step_keep(test, period, error)
                                        : step_keep_settled(test, m->text, error);
}

int eh_backtest_counted(struct eh_backtest *test, struct eh_period period,
                        struct eh_bonus_facts **ret, struct eh_error *error)
{
    size_t at = test->step_count;
    *ret = NULL;
    while (at > 0 && !eh_period_equal(test->steps[at - 1].period, period))
        at--;
    if (at == 0)
        return 0;
    struct eh_str bytes = test->steps[at - 1].facts;
    if (bytes.size > 0)
        return eh_pool_facts_decode(bytes, &test->arena, ret, error);
    *ret = eh_arena_alloc(&test->arena, sizeof **ret);
    if (!*ret)
        return error_no_memory(error);
    (*ret)->period = period;
    return 0;
}
