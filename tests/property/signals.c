/*
 * signals: in whatever order the stream's signals come, how often each comes again, and what is
 * left out, the one that was said last is in force or held back in the end.
 */
#include <criterion/criterion.h>

#include "../unit/engine_kit.h"
#include "seed.h"

#define ROUNDS  300
#define SIGNALS 60  /* of one stream */
#define COMES   400 /* deliveries, with those that come again */

TestSuite(signals, .timeout = 1800);

struct world {
    struct kit k;
    struct seed seed;
    uint8_t status[SIGNALS];
    uint64_t newest;  /* taken, or stood for */
    uint8_t expected; /* by the input that was said last */
};

static const char desk[] =
    "desk: main\ncurrency: EUR\ntime_zone: UTC\nkinds: {order: {points: 2}}\n"
    "reps: [{id: ida}]\nteams:\n  - {id: a, reps: [ida], policy: random,"
    " overloaded: {at_least: 0s, at_most: 8h}}\n";

static void give(struct world *w, int origin, uint64_t no, uint8_t status)
{
    struct eh_totals totals;
    eh_engine_totals(w->k.e, &totals);
    struct eh_input in = {.no = totals.input + 1,
                          .at_us = w->k.now_us,
                          .date = w->k.date,
                          .origin = (uint8_t)origin,
                          .stream_ms = 5,
                          .stream_no = no,
                          .message = {.type = EH_MESSAGE_SIGNAL, .rep = eh_str("ida")},
                          .draws = &w->k.draws};
    in.message.status = status;
    in.message.has = EH_FIELD_BIT(EH_FIELD_REP) | EH_FIELD_BIT(EH_FIELD_STATUS);
    eh_input_identify(&in);
    bool old = origin == EH_ORIGIN_STREAM && no <= w->newest;
    cr_assert_eq(eh_engine_signal_is_old(w->k.e, &in), old);
    if (old && seed_below(&w->seed, 2))
        return; /* the shell drops it; as an input it would change nothing */
    w->k.fx.count = 0;
    cr_assert_eq(eh_engine_step(w->k.e, &in, &w->k.fx), 0);
    if (old || w->k.fx.refused) /* overloaded too often in a row: it is not taken */
        return;
    w->newest = no;
    w->expected = status;
}

static uint8_t any_status(struct world *w)
{
    return (uint8_t)(EH_STATUS_AVAILABLE + seed_below(&w->seed, 3));
}

static void pass(struct world *w, int64_t seconds)
{
    kit_pass(&w->k, seconds);
    while (eh_engine_due_us(w->k.e) <= w->k.now_us)
        kit_due(&w->k);
}

static void deliver(struct world *w)
{
    uint64_t at = seed_below(&w->seed, SIGNALS);
    if (seed_below(&w->seed, 8) == 0)
        kit_restart(&w->k);
    if (seed_below(&w->seed, 4) == 0)
        pass(w, (int64_t)seed_below(&w->seed, 30));
    if (seed_below(&w->seed, 10) == 0) /* over the socket, later than all that is known */
        give(w, EH_ORIGIN_ADMIN, w->newest, any_status(w));
    else
        give(w, EH_ORIGIN_STREAM, at + 1, w->status[at]);
    struct eh_rep_view rep = kit_rep(&w->k, "ida");
    cr_assert_eq(rep.next_state ? rep.next_state : rep.state, w->expected);
}

Test(signals, the_last_one_said)
{
    struct seed seed = seed_start();
    for (int round = 0; round < ROUNDS; round++) {
        struct world w = {.seed = seed};
        kit_start(&w.k, desk);
        for (int i = 0; i < SIGNALS; i++)
            w.status[i] = any_status(&w);
        w.expected = EH_STATUS_AVAILABLE;
        for (int i = 0; i < COMES; i++)
            deliver(&w);
        give(&w, EH_ORIGIN_STREAM, SIGNALS, w.status[SIGNALS - 1]);
        pass(&w, EH_CHANGE_PAUSE_S + 1);
        cr_assert_eq(kit_rep(&w.k, "ida").state, w.expected);
        seed = w.seed;
        kit_done(&w.k);
    }
}
