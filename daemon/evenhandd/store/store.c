/* store: how it begins and ends. See store.h. */
#include "store/private.h"

#include <stdlib.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/log.h"

static void on_link(void *context, bool up, const char *why)
{
    struct eh_store *s = context;
    if (!up) {
        char text[EH_ERROR_TEXT_MAX];
        eh_format(text, sizeof text, "postgres: %s", why);
        store_lost(s, text);
    } else if (eh_store_up(s) && s->state == STORE_DOWN) {
        store_lease_look(s);
    }
}

static int links_new(struct eh_store *s, const char *conninfo, struct eh_error *error)
{
    const struct eh_pg_statement *statements = store_statements_make(&s->sql);
    if (!statements)
        return eh_error_set(error, EH_ENOMEM, "postgres: out of memory");
    const struct eh_pg_options write = {s->base, conninfo, "write", statements, on_link, s};
    const struct eh_pg_options read = {s->base, conninfo, "read", eh_store_read_statements,
                                       on_link, s};
    int r = eh_pg_new(&write, &s->write, error);
    return r < 0 ? r : eh_pg_new(&read, &s->read, error);
}

int eh_store_new(const struct eh_store_options *options, struct eh_store **ret,
                 struct eh_error *error)
{
    struct eh_store *s = calloc(1, sizeof *s);
    if (!s)
        return eh_error_set(error, EH_ENOMEM, "postgres: out of memory");
    s->base = options->base;
    s->callbacks = options->callbacks;
    s->context = options->context;
    eh_format(s->desk_name, sizeof s->desk_name, "%.*s", EH_STR_ARG(options->desk));
    eh_format(s->currency, sizeof s->currency, "%.*s", EH_STR_ARG(options->currency));
    char host[64] = "";
    gethostname(host, sizeof host - 1);
    eh_text_tidy(host, strlen(host)); /* it goes into a column */
    eh_format(s->host, sizeof s->host, "%s %d %lld", host, (int)getpid(),
              (long long)eh_clock_monotonic_us());
    int r = links_new(s, options->conninfo, error);
    if (r < 0) {
        eh_store_free(s);
        return r;
    }
    *ret = s;
    return 0;
}

void eh_store_free(struct eh_store *s)
{
    if (!s)
        return;
    store_beat_stop(s);
    eh_pg_free(s->write);
    eh_pg_free(s->read);
    for (size_t i = 0; i < STORE_COLUMNS_MAX; i++)
        eh_array_done(&s->columns[i]);
    eh_arena_done(&s->sql);
    eh_bytes_done(&s->snapshot);
    eh_outbox_batch_free(s->page.rows);
    free(s);
}

void eh_store_start(struct eh_store *s)
{
    eh_pg_start(s->write);
    eh_pg_start(s->read);
}
