/* cli_replay: the one loop that leads an engine through the log. See cli_replay.h. */
#include "cli_replay.h"

#include "cli_bar.h"

int eh_replay_open(const char *conninfo, struct eh_replay *replay, struct eh_error *error)
{
    if (eh_draw_init() < 0) /* identities are hashed anew */
        return eh_error_set(error, EH_EUNAVAILABLE, "libsodium cannot be used");
    replay->conninfo = conninfo;
    int r = eh_cli_log_open(conninfo, &replay->log, error);
    if (r == 0)
        r = eh_engine_new(&replay->engine, error);
    replay->draws = (struct eh_draws){.draw = eh_cli_log_draw, .context = &replay->row};
    return r;
}

void eh_replay_done(struct eh_replay *replay)
{
    eh_engine_free(replay->engine);
    eh_cli_log_close(replay->log);
    eh_arena_done(&replay->arena);
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
        if (r < 0)
            break;
        eh_bar_show(&bar, replay->in.no, eh_cli_log_head(replay->log)->input);
    }
    eh_bar_end(&bar);
    return r;
}
