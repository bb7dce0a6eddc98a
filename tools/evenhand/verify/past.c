/*
 * past: compares the past facts that a desk file records for plans that begin in the past: the log
 * up to it is decided once more under these plans, and counted.
 */
#include "private.h"

static int count_past(const struct eh_replay *replay, const struct eh_desk *desk,
                      struct eh_replay *past, struct eh_error *error)
{
    int r = eh_replay_open(replay->conninfo, past, error);
    if (r < 0)
        return r;
    eh_engine_shadow(past->engine, desk->plans, desk->plan_count);
    while ((r = eh_replay_next(past, error)) > 0 && past->in.no < replay->in.no) {
        r = eh_replay_decide(past, error);
        if (r < 0)
            return r;
    }
    return r < 0 ? r : 0;
}

static int compare_past(const struct eh_replay *replay, const struct eh_desk *desk,
                        struct eh_error *error)
{
    EH_AUTO(eh_replay) struct eh_replay past = {0};
    EH_AUTO(eh_bytes) struct eh_bytes made = EH_BYTES_INIT;
    struct eh_str found = replay->in.recalled.periods;
    int r = count_past(replay, desk, &past, error);
    if (r == 0 && eh_engine_shadow_put(past.engine, &made) < 0)
        r = eh_error_set(error, EH_ENOMEM, "out of memory");
    if (r < 0)
        return r;
    if (eh_str_equal(found, eh_str_n((const char *)made.data, made.size)))
        return 0;
    return eh_error_set(error, EH_ECORRUPT,
                        "input %llu: what it recalls of periods before its plans were published is "
                        "not what the log gives",
                        big(replay->in.no));
}

int proof_compare_past(const struct eh_replay *replay, struct eh_error *error)
{
    const struct eh_input *in = &replay->in;
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_desk *desk;
    if (in->message.type != EH_MESSAGE_DESK)
        return 0;
    bool late = eh_desk_parse(in->message.text, &arena, &desk, NULL) == 0 &&
                eh_engine_late_plans(replay->engine, desk, in->date, NULL, 0) > 0;
    if (late && in->recalled.periods.size == 0 && proof_is_first(replay))
        return 0; /* nothing was counted of the past yet */
    if (late)
        return compare_past(replay, desk, error);
    if (in->recalled.periods.size == 0)
        return 0;
    return eh_error_set(
        error, EH_ECORRUPT,
        "input %llu: recalls periods of the past, and has no plan that begins there", big(in->no));
}
