/*
 * cli_plan_history: what was closed in the past, counted for plans that begin there: the log is
 * decided again with these plans beside, and the facts are printed for the daemon, which puts them
 * into the log with the desk file.
 */
#include <stdio.h>

#include <evenhand/engine/periods.h>

#include "cli_replay.h"
#include "evenhand.h"

static int read_desk(struct eh_arena *arena, struct eh_desk **ret)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_error error = {0};
    char buffer[16384];
    size_t n;
    while ((n = fread(buffer, 1, sizeof buffer, stdin)) > 0 && bytes.size <= EH_DESK_TEXT_MAX)
        eh_bytes_put(&bytes, buffer, n);
    struct eh_str text = eh_arena_str(arena, eh_str_n((const char *)bytes.data, bytes.size));
    if (bytes.failed || !text.data)
        return eh_say(EH_EXIT_REFUSED, "standard input: out of memory");
    if (eh_desk_parse(text, arena, ret, &error) < 0)
        return eh_say(EH_EXIT_CONFIG, "standard input:%s", error.text);
    return EH_EXIT_DONE;
}

static int count(const char *conninfo, const struct eh_bonus_plan *plans, size_t plan_count,
                 struct eh_replay *replay, struct eh_error *error)
{
    int r = eh_replay_open(conninfo, replay, error);
    if (r < 0)
        return r;
    eh_engine_shadow(replay->engine, plans, plan_count);
    return eh_replay_all(replay, error);
}

static int print(const struct eh_engine *engine)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_totals totals;
    eh_engine_totals(engine, &totals);
    if (eh_engine_shadow_put(engine, &bytes) < 0)
        return eh_say(EH_EXIT_REFUSED, "out of memory");
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
    int r = read_desk(&arena, &desk);
    if (r != EH_EXIT_DONE)
        return r;
    if (count(db, desk->plans, desk->plan_count, &replay, &error) < 0)
        return eh_say(eh_cli_log_exit(-error.code), "%s", error.text);
    return print(replay.engine);
}
