/*
 * cli_fairness_log: the fairness report out of the log in PostgreSQL: every input is decided again,
 * with the draws as recorded, and watched.
 */
#include "cli_fairness.h"
#include "cli_log.h"

struct replay {
    struct eh_cli_log *log;
    struct eh_cli_log_row row;
    struct eh_fairness_watch watch;
    struct eh_arena arena; /* of one input */
    struct eh_effects effects;
};

static void replay_done(struct replay *replay)
{
    eh_fairness_watch_done(&replay->watch);
    eh_engine_free(replay->watch.engine);
    eh_cli_log_close(replay->log);
    eh_arena_done(&replay->arena);
}

static int decide(struct replay *replay, struct eh_error *error)
{
    struct eh_draws draws = {.draw = eh_cli_log_draw, .context = &replay->row};
    struct eh_input in;
    eh_arena_reset(&replay->arena);
    replay->effects.arena = &replay->arena;
    replay->effects.items = NULL;
    replay->effects.count = replay->effects.capacity = 0;
    int r = eh_record_to_input(&replay->row.record, &replay->arena, &in, error);
    if (r < 0)
        return r;
    in.draws = &draws;
    return eh_fairness_watch_step(&replay->watch, &in, &replay->effects, error);
}

/* Up to the end of the period, or of the log. */
static int decide_all(struct replay *replay, struct eh_error *error)
{
    int r = eh_engine_new(&replay->watch.engine, error);
    if (r < 0)
        return r;
    while (!replay->watch.over) {
        r = eh_cli_log_next(replay->log, &replay->row, error);
        if (r <= 0)
            return r;
        r = decide(replay, error);
        if (r < 0)
            return r;
    }
    return 0;
}

int eh_fairness_from_log(const char *conninfo, const struct eh_fairness_call *call, json_t **ret)
{
    EH_AUTO(replay)
    struct replay replay = {
        .watch = {.team = eh_str(call->team), .from = call->from, .to = call->to}};
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_fairness_report report;
    struct eh_error error = {0};
    int r = eh_draw_init(); /* identities are hashed anew */
    if (r == 0)
        r = eh_cli_log_open(conninfo, &replay.log, &error);
    if (r == 0)
        r = decide_all(&replay, &error);
    if (r == 0)
        r = eh_fairness_watch_report(&replay.watch, &arena, &report, &error);
    if (r < 0)
        return eh_say(eh_cli_log_exit(r), "%s", error.text);
    *ret = eh_fairness_to_json(&replay.watch, &report, eh_engine_desk(replay.watch.engine));
    return EH_EXIT_DONE;
}
