/*
 * fairness_log: the fairness report out of the log in PostgreSQL: every input is decided again,
 * with the draws as recorded, and watched. When a snapshot lies before the period, the replay
 * begins there.
 */
#include "fairness.h"
#include "log/replay.h"
#include "term/say.h"
#include "term/zone.h"

/* Replays up to the end of the period or of the log. */
static int log_watch(struct eh_replay *replay, struct eh_fairness_watch *watch,
                     struct eh_error *error)
{
    int r = 0;
    while (!watch->over && (r = eh_replay_next(replay, error)) > 0) {
        r = eh_fairness_watch_step(watch, &replay->in, &replay->effects, error);
        if (r < 0)
            return r;
    }
    return r;
}

static int log_begin(struct eh_replay *replay, int32_t from, struct eh_error *error)
{
    const struct eh_cli_log_before before = {.day = from, .input = UINT64_MAX};
    return from == EH_DATE_ALWAYS ? 0 : eh_replay_begin_before(replay, &before, error);
}

/* As the daemon has it; the end of time where this machine does not know the zone. */
static int64_t day_start(const struct eh_desk *desk, int32_t date)
{
    struct eh_zone zone = {0};
    return eh_zone_set(&zone, desk->time_zone, NULL) < 0 ? EH_TIME_LAST : eh_zone_us(date, 0);
}

int eh_fairness_from_log(const struct eh_cli *cli, const char *conninfo,
                         const struct eh_fairness_call *call, json_t **ret)
{
    EH_AUTO(eh_replay) struct eh_replay replay = {0};
    EH_AUTO(eh_fairness_watch)
    struct eh_fairness_watch watch = {
        .team = eh_str(call->team), .from = call->from, .to = call->to, .day_start = day_start};
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_fairness_report report;
    struct eh_error error = {0};
    struct eh_totals totals;
    int r = eh_replay_open(conninfo, &replay, &error);
    if (r == 0)
        r = log_begin(&replay, call->from, &error);
    if (r == 0) {
        watch.engine = replay.engine;
        eh_engine_totals(replay.engine, &totals);
        watch.at_us = totals.at_us;
    }
    if (r == 0)
        r = log_watch(&replay, &watch, &error);
    if (r == 0)
        r = eh_fairness_watch_report(&watch, &arena, &report, &error);
    if (r < 0)
        return eh_say(cli, eh_cli_log_exit(r), "%s", error.text);
    if (call->bias) {
        *ret = eh_fairness_bias_to_json(call, &report);
        return EH_EXIT_DONE;
    }
    *ret = eh_fairness_to_json(&watch, &report, eh_engine_desk(replay.engine));
    return EH_EXIT_DONE;
}
