/*
 * history: `plan history`: counts past closings for plans that begin in the past. The log is
 * decided again under these plans, and the facts are printed for the daemon, which records them
 * with the desk file.
 */
#include <stdio.h>

#include <evenhand/engine/periods.h>

#include "commands.h"
#include "log/begin.h"
#include "term/args.h"
#include "term/say.h"

static int desk_read(const struct eh_cli *cli, struct eh_arena *arena, struct eh_desk **ret)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_error error = {0};
    char buffer[16384];
    size_t n;
    while ((n = fread(buffer, 1, sizeof buffer, stdin)) > 0 && bytes.size <= EH_DESK_TEXT_MAX)
        eh_bytes_put(&bytes, buffer, n);
    struct eh_str text = eh_arena_str(arena, eh_str_n((const char *)bytes.data, bytes.size));
    if (bytes.failed || !text.data)
        return eh_say(cli, EH_EXIT_REFUSED, "standard input: out of memory");
    if (eh_desk_parse(text, arena, ret, &error) < 0)
        return eh_say(cli, EH_EXIT_CONFIG, "standard input:%s", error.text);
    return EH_EXIT_DONE;
}

/* The first day of new plans of teams that have none in the desk at the end of the log. */
static int first_day(struct eh_replay *replay, const struct eh_desk *desk, struct eh_arena *arena,
                     int32_t *ret, struct eh_error *error)
{
    struct eh_desk *last = NULL;
    struct eh_str text;
    int r = eh_cli_log_desk(replay->log, arena, &text, error);
    if (r == 0 && text.size > 0)
        r = eh_desk_parse(text, arena, &last, error);
    *ret = EH_DATE_NEVER;
    for (size_t i = 0; r == 0 && i < desk->plan_count; i++) {
        int32_t first = eh_period_first(desk->plans[i].from);
        if (first < *ret && !(last && eh_desk_plan(last, desk->plans[i].team, EH_DATE_LAST)))
            *ret = first;
    }
    return r;
}

static int facts_count(const char *conninfo, const struct eh_desk *desk, struct eh_arena *arena,
                       struct eh_replay *replay, struct eh_error *error)
{
    struct eh_begin begin = {.plans = desk->plans, .count = desk->plan_count, .input = UINT64_MAX};
    int r = eh_replay_open(conninfo, replay, error);
    if (r == 0)
        r = first_day(replay, desk, arena, &begin.first, error);
    if (r == 0)
        r = eh_replay_begin_count(replay, &begin, error);
    return r < 0 ? r : eh_replay_all(replay, error);
}

static int facts_print(const struct eh_cli *cli, const struct eh_engine *engine)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_totals totals;
    eh_engine_totals(engine, &totals);
    if (eh_engine_shadow_put(engine, &bytes) < 0)
        return eh_say(cli, EH_EXIT_REFUSED, "out of memory");
    printf("%llu\n", (unsigned long long)totals.input);
    fwrite(bytes.data, 1, bytes.size, stdout);
    return EH_EXIT_DONE;
}

int eh_cmd_plan_history(struct eh_cli *cli)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_replay) struct eh_replay replay = {0};
    const char *db = eh_cli_log_conninfo(eh_cli_option(cli, "db"));
    struct eh_error error = {0};
    struct eh_desk *desk;
    int r = desk_read(cli, &arena, &desk);
    if (r != EH_EXIT_DONE)
        return r;
    if (facts_count(db, desk, &arena, &replay, &error) < 0)
        return eh_say(cli, eh_cli_log_exit(-error.code), "%s", error.text);
    return facts_print(cli, replay.engine);
}
