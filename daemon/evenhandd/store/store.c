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

struct eh_store *eh_store_new(struct event_base *base, const char *conninfo, struct eh_str desk,
                              struct eh_str currency, const struct eh_store_callbacks *callbacks,
                              void *context)
{
    struct eh_store *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->base = base;
    s->callbacks = callbacks;
    s->context = context;
    eh_format(s->desk_name, sizeof s->desk_name, "%.*s", EH_STR_ARG(desk));
    eh_format(s->currency, sizeof s->currency, "%.*s", EH_STR_ARG(currency));
    char host[64] = "";
    gethostname(host, sizeof host - 1);
    eh_text_tidy(host, strlen(host)); /* it goes into a column */
    eh_format(s->host, sizeof s->host, "%s %d %lld", host, (int)getpid(),
              (long long)eh_clock_monotonic_us());
    s->write = eh_pg_new(base, conninfo, "write", eh_store_write_statements, on_link, s);
    s->read = eh_pg_new(base, conninfo, "read", eh_store_read_statements, on_link, s);
    if (!s->write || !s->read) {
        eh_store_free(s);
        return NULL;
    }
    return s;
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
    eh_bytes_done(&s->snapshot);
    eh_outbox_batch_free(s->page);
    free(s);
}

void eh_store_start(struct eh_store *s)
{
    eh_pg_start(s->write);
    eh_pg_start(s->read);
}
