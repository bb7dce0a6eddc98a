/* store_bench: a private PostgreSQL, and the store on top of it. */
#include "store_bench.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <unistd.h>

#include "host/log.h"
#include "store/schema.h"

#define PG_BIN "/usr/lib/postgresql/15/bin/"

struct bench bench;

/* ---- A private PostgreSQL. */

static int as_postgres(const char *command)
{
    char line[1024];
    eh_format(line, sizeof line, "cd / && %s%s >%s/out 2>&1 </dev/null",
              geteuid() == 0 ? "runuser -u postgres -- " : "", command, bench.folder);
    return system(line);
}

static void open_postgres(void)
{
    char command[512];
    eh_format(bench.folder, sizeof bench.folder, "/var/tmp/evenhand-rows-XXXXXX");
    cr_assert(mkdtemp(bench.folder));
    eh_format(command, sizeof command, "chmod 777 %s", bench.folder);
    cr_assert_eq(system(command), 0);
    eh_format(command, sizeof command,
              PG_BIN "initdb -A trust -N -U evenhand -E UTF8 --locale=C.UTF-8 -D %s/data",
              bench.folder);
    cr_assert_eq(as_postgres(command), 0);
    eh_format(command, sizeof command,
              PG_BIN "pg_ctl -D %s/data -s -w -t %d -l %s/log -o '-c listen_addresses= "
                     "-c unix_socket_directories=%s' start",
              bench.folder, WAIT_S, bench.folder, bench.folder);
    cr_assert_eq(as_postgres(command), 0);
    eh_format(bench.dsn, sizeof bench.dsn, "host=%s user=evenhand dbname=postgres", bench.folder);
}

static void close_postgres(void)
{
    char command[512];
    eh_format(command, sizeof command, PG_BIN "pg_ctl -D %s/data -s -w -m immediate stop",
              bench.folder);
    cr_expect_eq(as_postgres(command), 0);
    eh_format(command, sizeof command, "rm -r -- %s", bench.folder);
    cr_expect_eq(system(command), 0);
}

/* ---- The store on top of it. */

static void on_leading(void *context, const struct eh_head *head)
{
    (void)context;
    bench.head = *head;
    bench.leading++;
}

static void on_lost(void *context, const char *why)
{
    (void)context;
    eh_format(bench.lost, sizeof bench.lost, "%s", why);
}

static void on_refused(void *context, const struct eh_refusal *refusal)
{
    (void)context;
    eh_format(bench.refused, sizeof bench.refused, "%s", refusal->text);
    bench.refusals++;
}

static void on_committed(void *context, struct eh_batch *b)
{
    (void)context;
    bench.committed = b->to_input;
}

static void on_fatal(void *context, int exit_code, const char *why)
{
    (void)context;
    cr_assert_fail("%d: %s", exit_code, why);
}

static void nothing(void *context)
{
    (void)context;
}

static void no_batch(void *context, struct eh_batch *b)
{
    (void)context, (void)b;
}

static void on_page(void *context, struct eh_outbox_batch *page)
{
    (void)context;
    eh_outbox_batch_free(bench.page);
    bench.page = page;
    bench.pages++;
}

static const struct eh_store_callbacks callbacks = {.on_leading = on_leading,
                                                    .on_standby = nothing,
                                                    .on_lost = on_lost,
                                                    .on_refused = on_refused,
                                                    .on_recalled = no_batch,
                                                    .on_committed = on_committed,
                                                    .on_page = on_page,
                                                    .on_fatal = on_fatal};

void turn_until(const uint64_t *number, uint64_t wanted)
{
    for (int i = 0; i < WAIT_S * 100 && *number < wanted && !bench.lost[0]; i++) {
        struct timeval most = {0, 10000};
        event_base_loopexit(bench.base, &most);
        event_base_dispatch(bench.base);
    }
}

void lead(void)
{
    unsigned before = bench.leading;
    for (int i = 0; i < WAIT_S * 100 && bench.leading == before; i++) {
        struct timeval most = {0, 10000};
        event_base_loopexit(bench.base, &most);
        event_base_dispatch(bench.base);
    }
    cr_assert_gt(bench.leading, before, "not leading: %s", bench.lost);
    bench.lost[0] = 0;
}

/* Images only the engine makes: of tickets at the limits of what a message may say. */
static void make_images(void)
{
    static const char desk[] =
        "desk: main\ncurrency: EUR\ntime_zone: UTC\nkinds: {order: {points: 1000}}\n"
        "reps: [{id: ana}]\nteams: [{id: sales, policy: random, reps: [ana]}]\n";
    static const char *const values[] = {"0", "1", "9007199254740991"};
    struct kit *k = &bench.kit;
    char name[EH_NAME_MAX + 1];
    kit_start(k, desk);
    for (size_t i = 0; i + 4 < EH_NAME_MAX; i += 4)
        memcpy(name + i, "\U0010FFFD", 5);
    for (int i = 0; i < IMAGES; i++) {
        kit_sendf(k, "{'type':'ticket','id':'%s%d','team':'sales','kind':'order','value':%s}", name,
                  i, values[i % 3]);
        kit_sendf(k,
                  i % 2 ? "{'type':'outcome','id':'%s%d','outcome':'won'}"
                        : "{'type':'update','id':'%s%d','priority':9}",
                  name, i);
        cr_assert_gt(k->fx.image.size, 0);
        bench.images[i] = eh_arena_str(&k->arena, k->fx.image);
    }
}

void open_all(void)
{
    struct eh_error error = {0};
    bench = (struct bench){.seed = seed_start()};
    open_postgres();
    cr_assert_eq(eh_schema_migrate(bench.dsn, NULL, NULL, &error), 0, "%s", error.text);
    make_images();
    eh_log_open(EH_LOG_ERROR);
    bench.base = event_base_new();
    const struct eh_store_options options = {bench.base,    bench.dsn,  eh_str("main"),
                                             eh_str("EUR"), &callbacks, NULL};
    cr_assert_eq(eh_store_new(&options, &bench.store, &error), 0, "%s", error.text);
    bench.reads = PQconnectdb(bench.dsn);
    cr_assert_eq(PQstatus(bench.reads), CONNECTION_OK);
    eh_store_start(bench.store);
    lead();
}

void close_all(void)
{
    PQfinish(bench.reads);
    eh_outbox_batch_free(bench.page);
    eh_store_free(bench.store);
    event_base_free(bench.base);
    kit_done(&bench.kit);
    close_postgres();
}
