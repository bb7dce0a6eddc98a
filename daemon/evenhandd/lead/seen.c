/*
 * seen: whether the log is still the one that the checkpoint file has seen.
 *
 * A database that was restored from an older copy, or another one behind the same address, decides
 * on as if nothing were wrong; the file beside it remembers. That is told, and stops nobody: an
 * operator who had to restore knows.
 */
#include "lead/parts.h"

#define WHAT_TO_DO                                                                                 \
    "the database was restored from an older copy, is another one, or was changed; keep the "      \
    "file, "                                                                                       \
    "and see evenhand verify"

static void tell(struct eh_app *app, const char *what, uint64_t number)
{
    app_alarm(app, EH_ALARM_OTHER_LOG,
              "checkpoint_file %s: its last line is of input %llu, %s %llu: " WHAT_TO_DO,
              app->services.config->checkpoint_file, (unsigned long long)app->seen.input, what,
              (unsigned long long)number);
}

static void compare(struct eh_app *app, struct eh_key digest, struct eh_str chain)
{
    bool same = eh_key_equal(digest, app->seen.digest) && chain.size == EH_CHAIN_BYTES &&
                memcmp(chain.data, app->seen.chain.hash, EH_CHAIN_BYTES) == 0;
    if (same)
        app_alarm_clear(app, EH_ALARM_OTHER_LOG);
    else
        tell(app, "and the log has another chain at", app->seen.input);
}

static void on_chain(void *context, PGresult *result)
{
    struct eh_app *app = context;
    if (!result || PQresultStatus(result) != PGRES_TUPLES_OK || !app->state.deciding)
        return; /* looked at again with the next lease */
    if (PQntuples(result) != 1)
        tell(app, "and the log has no batch that ends at", app->seen.input);
    else
        compare(app, eh_key_from_bytes((const uint8_t *)eh_pg_text(result, 0, 0).data),
                eh_pg_text(result, 0, 1));
}

static void ask(struct eh_app *app)
{
    char desk[2], input[8];
    const char *values[2] = {desk, input};
    const int lengths[2] = {2, 8};
    struct eh_pg *reads = eh_store_reads(app->services.store);
    eh_pg_put16(desk, app->state.head.desk);
    eh_pg_put64(input, (int64_t)app->seen.input);
    if (eh_pg_send(reads, &(struct eh_pg_query){"chain_at", 2, values, lengths}, on_chain, app) <
            0 ||
        eh_pg_sync(reads) < 0)
        eh_store_restart(app->services.store, "postgres: the chain could not be looked up");
}

void app_seen_compare(struct eh_app *app)
{
    struct eh_error error = {0};
    int r = eh_checkpoint_last(app->services.config->checkpoint_file, &app->seen, &error);
    if (r < 0)
        app_error(app, error.text);
    if (r <= 0)
        app_alarm_clear(app, EH_ALARM_OTHER_LOG);
    else if (app->seen.input > app->state.head.input)
        tell(app, "and the log ends with", app->state.head.input);
    else if (app->seen.input == app->state.head.input)
        compare(app, app->state.head.digest,
                eh_str_n((const char *)app->state.head.chain.hash, EH_CHAIN_BYTES));
    else
        ask(app);
}
