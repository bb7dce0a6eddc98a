/* replay: the one loop that leads an engine through the log. See replay.h. */
#include "replay.h"

#include <stdio.h>

#include "term/bar.h"

int eh_replay_open(const char *conninfo, struct eh_replay *replay, struct eh_error *error)
{
    if (eh_draw_init() < 0) /* identities are hashed anew */
        return eh_error_set(error, EH_EUNAVAILABLE, "libsodium cannot be used");
    replay->conninfo = conninfo;
    int r = eh_cli_log_new(conninfo, &replay->log, error);
    if (r == 0)
        r = eh_engine_new(EH_RULES_FIRST, &replay->engine, error);
    replay->draws = (struct eh_draws){
        .draw = eh_cli_log_draw, .affinity = eh_cli_log_affinity, .context = &replay->row};
    return r;
}

void eh_replay_done(struct eh_replay *replay)
{
    eh_engine_free(replay->engine);
    eh_cli_log_free(replay->log);
    eh_arena_done(&replay->arena);
}

/* Says that a snapshot cannot be used, and why. */
static void tell_unused(uint64_t input, const char *why)
{
    fprintf(
        stderr,
        "evenhand: the snapshot of input %llu cannot be used (%s); going on from an earlier one\n",
        (unsigned long long)input, why);
}

static void tell_others(const struct eh_cli_log_snapshot *found)
{
    if (found->others == 0)
        return;
    fprintf(stderr, "evenhand: %u later snapshots are of another version and cannot be read; ",
            found->others);
    if (found->input > 0)
        fprintf(stderr, "the log is decided again from input %llu on\n",
                (unsigned long long)found->input);
    else
        fputs("the log is decided again from its beginning\n", stderr);
}

/* 1: the engine has the snapshot's state; 0: the snapshot cannot be used. */
static int use_snapshot(struct eh_replay *replay, const struct eh_bytes *bytes,
                        const struct eh_cli_log_snapshot *found, struct eh_error *error)
{
    struct eh_totals totals;
    struct eh_engine *engine = NULL;
    struct eh_error why = {0};
    int r = eh_engine_restore(eh_str_n((const char *)bytes->data, bytes->size), &engine, &why);
    if (r == -EH_ENOMEM)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    if (r < 0) {
        tell_unused(found->input, why.text);
        return 0;
    }
    eh_engine_totals(engine, &totals);
    if (totals.input != found->input || totals.input > eh_cli_log_head(replay->log)->input) {
        tell_unused(found->input, "it is of another input");
        eh_engine_free(engine);
        return 0;
    }
    eh_engine_free(replay->engine);
    replay->engine = engine;
    replay->begun = *found;
    eh_cli_log_begin_behind(replay->log, totals.input, totals.seq);
    return 1;
}

int eh_replay_begin_anew(struct eh_replay *replay, struct eh_error *error)
{
    struct eh_engine *engine;
    int r = replay->begun.input > 0 ? eh_engine_new(EH_RULES_FIRST, &engine, error) : 0;
    if (r < 0 || replay->begun.input == 0)
        return r;
    eh_engine_free(replay->engine);
    replay->engine = engine;
    replay->begun = (struct eh_cli_log_snapshot){.input = 0};
    eh_cli_log_begin_behind(replay->log, 0, 0);
    return 0;
}

int eh_replay_begin_before(struct eh_replay *replay, const struct eh_cli_log_before *before,
                           struct eh_error *error)
{
    struct eh_cli_log_snapshot found;
    int used = 0, r = eh_replay_begin_anew(replay, error);
    if (r < 0)
        return r;
    for (int skip = 0; used == 0; skip++) {
        EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
        r = eh_cli_log_snapshot(replay->log, before, skip, &bytes, &found, error);
        if (r <= 0)
            break;
        used = use_snapshot(replay, &bytes, &found, error);
    }
    if (r < 0 || used < 0)
        return r < 0 ? r : used;
    tell_others(&found);
    return 0;
}

int eh_replay_next(struct eh_replay *replay, struct eh_error *error)
{
    eh_arena_reset(&replay->arena);
    replay->effects = (struct eh_effects){.arena = &replay->arena};
    int r = eh_cli_log_next(replay->log, &replay->row, error);
    if (r <= 0)
        return r;
    if (eh_record_to_input(&replay->row.record, &replay->in, NULL) < 0)
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
