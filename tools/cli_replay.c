/* cli_replay: the one loop that leads an engine through the log. See cli_replay.h. */
#include "cli_replay.h"

#include "cli_bar.h"

#define SNAPSHOTS_TRIED 2
#define DAY_US          INT64_C(86400000000)
#define ZONE_MAX_US                                                                                \
    (14 * (DAY_US / 24)) /* a local day begins at most so long before its UTC one                  \
                          */

int eh_replay_open(const char *conninfo, struct eh_replay *replay, struct eh_error *error)
{
    if (eh_draw_init() < 0) /* identities are hashed anew */
        return eh_error_set(error, EH_EUNAVAILABLE, "libsodium cannot be used");
    replay->conninfo = conninfo;
    int r = eh_cli_log_open(conninfo, &replay->log, error);
    if (r == 0)
        r = eh_engine_new(EH_RULES_FIRST, &replay->engine, error);
    replay->draws = (struct eh_draws){
        .draw = eh_cli_log_draw, .affinity = eh_cli_log_affinity, .context = &replay->row};
    return r;
}

void eh_replay_done(struct eh_replay *replay)
{
    eh_engine_free(replay->engine);
    eh_cli_log_close(replay->log);
    eh_arena_done(&replay->arena);
}

/* 1: the engine is the one of the snapshot. */
static int use_snapshot(struct eh_replay *replay, const struct eh_bytes *bytes, int32_t date,
                        struct eh_error *error)
{
    struct eh_totals totals;
    struct eh_engine *engine = NULL;
    int r = eh_engine_restore(eh_str_n((const char *)bytes->data, bytes->size), &engine, NULL);
    if (r == -EH_ENOMEM)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    if (r < 0)
        return 0; /* written by another version, or damaged */
    eh_engine_totals(engine, &totals);
    if (totals.date >= date || totals.input > eh_cli_log_head(replay->log)->input) {
        eh_engine_free(engine);
        return 0;
    }
    eh_engine_free(replay->engine);
    replay->engine = engine;
    eh_cli_log_begin_behind(replay->log, totals.input, totals.seq);
    return 1;
}

int eh_replay_begin_before(struct eh_replay *replay, int32_t date, struct eh_error *error)
{
    int used = 0;
    if (date == EH_DATE_ALWAYS)
        return 0;
    for (int skip = 0; used == 0 && skip < SNAPSHOTS_TRIED; skip++) {
        EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
        int r = eh_cli_log_snapshot(replay->log, date * DAY_US - ZONE_MAX_US, skip, &bytes, error);
        if (r <= 0)
            return r;
        used = use_snapshot(replay, &bytes, date, error);
    }
    return used < 0 ? used : 0;
}

int eh_replay_next(struct eh_replay *replay, struct eh_error *error)
{
    eh_arena_reset(&replay->arena);
    replay->effects = (struct eh_effects){.arena = &replay->arena};
    int r = eh_cli_log_next(replay->log, &replay->row, error);
    if (r <= 0)
        return r;
    if (eh_record_to_input(&replay->row.record, &replay->arena, &replay->in, NULL) < 0)
        return eh_error_set(error, EH_ECORRUPT, "input %llu: cannot be read back",
                            (unsigned long long)replay->row.record.input);
    replay->in.draws = &replay->draws;
    return 1;
}

int eh_replay_decide(struct eh_replay *replay, struct eh_error *error)
{
    int r = eh_engine_step(replay->engine, &replay->in, &replay->effects);
    return r < 0 ? eh_error_set(error, EH_ECORRUPT,
                                "input %llu cannot be decided again (%s); see evenhand verify",
                                (unsigned long long)replay->in.no, eh_code_name(r))
                 : 0;
}

int eh_replay_all(struct eh_replay *replay, struct eh_error *error)
{
    struct eh_bar bar;
    int r;
    eh_bar_start(&bar, "decided again");
    while ((r = eh_replay_next(replay, error)) > 0) {
        r = eh_replay_decide(replay, error);
        if (r == 0 && replay->decided)
            r = replay->decided(replay->decided_context, error);
        if (r < 0)
            break;
        eh_bar_show(&bar, replay->in.no, eh_cli_log_head(replay->log)->input);
    }
    eh_bar_end(&bar);
    return r;
}
