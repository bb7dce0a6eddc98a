/*
 * begin: what a snapshot lacks of periods that begin after it: imported figures and excluded reps,
 * whose messages name their period, and closings dated ahead. See begin.h.
 */
#include "begin.h"

#define AHEAD_DAYS 1 /* a closing may be dated so far ahead of the day it came */

/* ---- Closings dated ahead. */

struct ahead {
    int32_t first;
    bool found;
};

static int look_ahead(void *context, const struct eh_input *in, bool *ret_goes_on)
{
    struct ahead *ahead = context;
    const struct eh_message *m = &in->message;
    *ret_goes_on = in->date + AHEAD_DAYS >= ahead->first;
    ahead->found |= m->type == EH_MESSAGE_OUTCOME &&
                    (eh_message_has(m, EH_FIELD_AT_DATE) ? m->at_date : in->date) >= ahead->first;
    return 0;
}

/* Whether a closing of the snapshot's last day is dated into the period. */
static int any_ahead(struct eh_replay *replay, int32_t first, bool *ret, struct eh_error *error)
{
    struct ahead ahead = {.first = first};
    int r = 0;
    if (replay->begun.day + AHEAD_DAYS >= first)
        r = eh_cli_log_back(replay->log, replay->begun.input, look_ahead, &ahead, error);
    *ret = ahead.found;
    return r;
}

/* ---- Messages that name their period. */

struct named {
    struct eh_engine *engine;
    int32_t first;
    bool asked; /* a RULES message came: from there on every figure that was taken counted */
    bool unsure;
};

static bool named_concerns(const struct named *named, const struct eh_message *m)
{
    struct eh_period of;
    return eh_period_parse(m->period, &of, NULL) == 0 && eh_period_last(of) >= named->first;
}

static int take_named(void *context, const struct eh_input *in, bool *ret_goes_on)
{
    struct named *named = context;
    const struct eh_message *m = &in->message;
    int r = 0;
    if (m->type == EH_MESSAGE_RULES)
        named->asked = true;
    else if (m->type != EH_MESSAGE_DESK && named_concerns(named, m)) {
        named->unsure |= !named->asked;
        r = eh_engine_shadow_named(named->engine, m);
    }
    *ret_goes_on = !named->unsure;
    return r;
}

/* Before rules had numbers, builds took some figures without counting them; the log does not say
 * which. *ret_unsure: there is such a figure. */
static int take_all_named(struct eh_replay *replay, const struct eh_begin *begin, bool *ret_unsure,
                          struct eh_error *error)
{
    struct named named = {.engine = replay->engine, .first = begin->first};
    int r = eh_cli_log_named(replay->log, replay->begun.input, take_named, &named, error);
    *ret_unsure = named.unsure;
    return r;
}

/* ---- The whole. */

static int begin_on(struct eh_replay *replay, const struct eh_begin *begin, int32_t day,
                    struct eh_error *error)
{
    const struct eh_cli_log_before before = {.day = day, .input = begin->input};
    int r = day == EH_DATE_ALWAYS ? eh_replay_begin_anew(replay, error)
                                  : eh_replay_begin_before(replay, &before, error);
    if (r == 0)
        eh_engine_shadow(replay->engine, begin->plans, begin->count);
    return r;
}

int eh_replay_begin_count(struct eh_replay *replay, const struct eh_begin *begin,
                          struct eh_error *error)
{
    bool ahead = false, unsure = false;
    int r = begin_on(replay, begin, begin->first, error);
    if (r == 0 && replay->begun.input > 0)
        r = any_ahead(replay, begin->first, &ahead, error);
    if (r == 0 && ahead)
        r = begin_on(replay, begin, begin->first - AHEAD_DAYS, error);
    if (r == 0 && replay->begun.input > 0)
        r = take_all_named(replay, begin, &unsure, error);
    return r == 0 && unsure ? begin_on(replay, begin, EH_DATE_ALWAYS, error) : r;
}
