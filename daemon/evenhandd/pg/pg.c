/* pg: one PostgreSQL connection on the event loop, in pipeline mode. See pg.h. */
#include "pg/pg.h"

#include <endian.h>
#include <stdlib.h>

#include "host/clock.h"
#include "host/log.h"

#define BACKOFF_FIRST_MS 100
#define BACKOFF_MOST_MS  5000
#define ANSWER_US        (EH_PG_ANSWER_S * INT64_C(1000000))

enum sent_kind { SENT_PREPARE, SENT_QUERY, SENT_SYNC };

/* One thing sent whose answer is still to come. */
struct sent {
    enum sent_kind kind;
    bool answered; /* a result came; its terminating NULL did not yet */
    eh_pg_result_fn *on_result;
    void *context;
};

enum link_state { LINK_IDLE, LINK_CONNECTING, LINK_PREPARING, LINK_UP, LINK_WAITING };

struct eh_pg {
    struct event_base *base;
    char *conninfo;
    const char *name;
    const struct eh_pg_statement *statements;
    eh_pg_state_fn *on_state;
    void *context;

    PGconn *conn;
    enum link_state state;
    struct event *io;      /* readable (and writable while connecting) */
    struct event *writing; /* armed while PQflush has more */
    struct event *timer;   /* the deadline of the connect or of an answer, or the next try */
    unsigned backoff_ms;
    char error[EH_ERROR_TEXT_MAX];

    struct sent *fifo; /* ring of EH_PG_OUTSTANDING_MAX */
    size_t first, count;
    int64_t heard_us; /* the last sign of life while something is outstanding */
    bool reading;     /* inside a result callback */
    bool broken;      /* drop the link as soon as the callback is over */
    bool prepare_failed;
    PGresult *current; /* the result a callback is looking at */
};

static void connect_start(struct eh_pg *pg);
static void on_io(evutil_socket_t fd, short what, void *context);

/* As one line, whatever language and encoding a server speaks before it knows ours. */
static void remember_error(struct eh_pg *pg, const char *text)
{
    size_t n = strlen(text);
    while (n && (text[n - 1] == '\n' || text[n - 1] == ' '))
        n--;
    struct eh_str line = eh_str_cut(eh_str_n(text, n), sizeof pg->error - 1);
    memmove(pg->error, line.data, line.size); /* it may be our own */
    pg->error[line.size] = 0;
    for (char *c = pg->error; *c; c++)
        if (*c == '\n' || *c == '\t')
            *c = ' ';
    eh_text_tidy(pg->error, line.size);
}

static void drop_event(struct event **event)
{
    if (*event)
        event_free(*event);
    *event = NULL;
}

/* Closes the link, answers everything outstanding with NULL, and arms the next try. */
static void link_lost(struct eh_pg *pg, const char *why)
{
    bool was_up = pg->state == LINK_UP;
    remember_error(pg, why);
    drop_event(&pg->io);
    drop_event(&pg->writing);
    if (pg->conn)
        PQfinish(pg->conn);
    pg->conn = NULL;
    pg->state = LINK_WAITING;
    pg->broken = false;
    while (pg->count > 0) {
        struct sent s = pg->fifo[pg->first];
        pg->first = (pg->first + 1) % EH_PG_OUTSTANDING_MAX;
        pg->count--;
        if (s.kind == SENT_QUERY && !s.answered && s.on_result)
            s.on_result(s.context, NULL);
    }
    unsigned spread = (unsigned)(eh_clock_monotonic_us() % 1000);
    unsigned wait_ms = pg->backoff_ms / 2 + pg->backoff_ms / 2 * spread / 1000;
    struct timeval wait = {wait_ms / 1000, (wait_ms % 1000) * 1000};
    pg->backoff_ms = pg->backoff_ms * 2 > BACKOFF_MOST_MS ? BACKOFF_MOST_MS : pg->backoff_ms * 2;
    event_add(pg->timer, &wait);
    if (was_up)
        eh_log(EH_LOG_WARNING, "postgres link %s lost: %s", pg->name, pg->error);
    else
        eh_log_limited(EH_LOG_WARNING, "postgres-connect", "postgres link %s: %s", pg->name,
                       pg->error);
    if (was_up)
        pg->on_state(pg->context, false, pg->error);
}

static void watch(struct eh_pg *pg, short what)
{
    drop_event(&pg->io);
    pg->io = event_new(pg->base, PQsocket(pg->conn), (short)(what | EV_PERSIST), on_io, pg);
    event_add(pg->io, NULL);
}

static void flush(struct eh_pg *pg)
{
    int r = PQflush(pg->conn);
    if (r < 0) {
        pg->broken = true;
        remember_error(pg, PQerrorMessage(pg->conn));
        event_active(pg->io, EV_READ, 0);
    } else if (r > 0) {
        event_add(pg->writing, NULL);
    }
}

static void on_writable(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct eh_pg *pg = context;
    if (pg->conn)
        flush(pg);
}

static void wait_for_answer(struct eh_pg *pg, int64_t us)
{
    struct timeval wait = {us / 1000000, us % 1000000};
    event_add(pg->timer, &wait);
}

static bool fifo_push(struct eh_pg *pg, enum sent_kind kind, eh_pg_result_fn *on_result,
                      void *context)
{
    if (pg->count == EH_PG_OUTSTANDING_MAX)
        return false;
    if (pg->count == 0) {
        pg->heard_us = eh_clock_monotonic_us();
        if (!event_pending(pg->timer, EV_TIMEOUT, NULL))
            wait_for_answer(pg, ANSWER_US);
    }
    pg->fifo[(pg->first + pg->count) % EH_PG_OUTSTANDING_MAX] =
        (struct sent){kind, false, on_result, context};
    pg->count++;
    return true;
}

/* What holds for every session, then every statement by name, in one round trip. */
static bool session_begin(struct eh_pg *pg)
{
    static const char settings[] =
        "SELECT set_config('statement_timeout', '5s', false),"
        " set_config('lock_timeout', '10s', false),"
        " set_config('idle_in_transaction_session_timeout', '5s', false),"
        " set_config('search_path', 'evenhand', false),"
        /* Plans are made once, on tables that may be empty then: only index scans stay right. */
        " set_config('plan_cache_mode', 'force_generic_plan', false),"
        " set_config('enable_seqscan', 'off', false),"
        " set_config('enable_bitmapscan', 'off', false), set_config('jit', 'off', false),"
        " CASE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = 'evenhand_app'"
        "   AND pg_has_role(rolname, 'member')) THEN set_config('role', 'evenhand_app', false) END";
    if (!PQsendQueryParams(pg->conn, settings, 0, NULL, NULL, NULL, NULL, 0) ||
        !fifo_push(pg, SENT_PREPARE, NULL, NULL))
        return false;
    for (const struct eh_pg_statement *s = pg->statements; s && s->name; s++)
        if (!PQsendPrepare(pg->conn, s->name, s->sql, s->param_count, s->types) ||
            !fifo_push(pg, SENT_PREPARE, NULL, NULL))
            return false;
    return PQpipelineSync(pg->conn) && fifo_push(pg, SENT_SYNC, NULL, NULL);
}

static void connected(struct eh_pg *pg)
{
    event_del(pg->timer);
    pg->state = LINK_PREPARING;
    pg->prepare_failed = false;
    if (PQsetnonblocking(pg->conn, 1) != 0 || !PQenterPipelineMode(pg->conn) ||
        !session_begin(pg)) {
        link_lost(pg, PQerrorMessage(pg->conn));
        return;
    }
    pg->writing = event_new(pg->base, PQsocket(pg->conn), EV_WRITE, on_writable, pg);
    watch(pg, EV_READ);
    flush(pg);
}

static void connect_poll(struct eh_pg *pg)
{
    switch (PQconnectPoll(pg->conn)) {
    case PGRES_POLLING_OK:
        connected(pg);
        break;
    case PGRES_POLLING_READING:
        watch(pg, EV_READ);
        break;
    case PGRES_POLLING_WRITING:
        watch(pg, EV_WRITE);
        break;
    default:
        link_lost(pg, PQerrorMessage(pg->conn));
    }
}

static void connect_start(struct eh_pg *pg)
{
    static const char *const keywords[] = {"dbname", "fallback_application_name", "client_encoding",
                                           "tcp_user_timeout", NULL};
    const char *values[] = {pg->conninfo, "evenhandd", "UTF8", "10000", NULL};
    pg->conn = PQconnectStartParams(keywords, values, 1);
    if (!pg->conn || PQstatus(pg->conn) == CONNECTION_BAD) {
        link_lost(pg, pg->conn ? PQerrorMessage(pg->conn) : "out of memory");
        return;
    }
    pg->state = LINK_CONNECTING;
    struct timeval deadline = {EH_PG_CONNECT_TIMEOUT_S, 0};
    event_add(pg->timer, &deadline);
    watch(pg, EV_WRITE);
}

/* What arrived by now was read before: its event comes first. */
static void answer_check(struct eh_pg *pg)
{
    int64_t left_us = pg->heard_us + ANSWER_US - eh_clock_monotonic_us();
    if (pg->count > 0 && left_us > 0) {
        wait_for_answer(pg, left_us);
    } else if (pg->count > 0) {
        char why[64];
        eh_format(why, sizeof why, "no answer for %d s", EH_PG_ANSWER_S);
        link_lost(pg, why);
    }
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct eh_pg *pg = context;
    if (pg->state == LINK_CONNECTING)
        link_lost(pg, "no answer to the connect within 10 s");
    else if (pg->state == LINK_WAITING)
        connect_start(pg);
    else if (pg->conn)
        answer_check(pg);
}

static void pop(struct eh_pg *pg)
{
    pg->first = (pg->first + 1) % EH_PG_OUTSTANDING_MAX;
    pg->count--;
}

/* One result for the oldest thing sent. */
static void deliver(struct eh_pg *pg, struct sent *head, PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    if (head->kind == SENT_SYNC) {
        if (status == PGRES_PIPELINE_SYNC)
            pop(pg);
        return;
    }
    if (head->answered)
        return;
    head->answered = true;
    if (head->kind == SENT_PREPARE) {
        if (status == PGRES_FATAL_ERROR && !pg->prepare_failed) {
            pg->prepare_failed = true;
            remember_error(pg, PQresultErrorMessage(result));
        }
        return;
    }
    if (head->on_result) {
        eh_pg_result_fn *on_result = head->on_result;
        void *on_context = head->context;
        on_result(on_context, result); /* may send more: head is not used behind this */
    }
}

static void results_read(struct eh_pg *pg)
{
    while (!pg->broken && pg->count > 0 && !PQisBusy(pg->conn)) {
        PGresult *result = PQgetResult(pg->conn);
        struct sent *head = &pg->fifo[pg->first];
        if (!result) {
            if (!head->answered)
                return;
            pop(pg);
            continue;
        }
        if (head->answered) { /* its end was passed over: its callback sent more in an aborted
                                 pipeline */
            pop(pg);
            head = &pg->fifo[pg->first];
        }
        pg->current = result;
        deliver(pg, head, result);
        PQclear(pg->current); /* NULL when the callback kept it */
        pg->current = NULL;
    }
}

static void on_io(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct eh_pg *pg = context;
    if (pg->state == LINK_CONNECTING) {
        connect_poll(pg);
        return;
    }
    bool alive = pg->broken || PQconsumeInput(pg->conn);
    pg->heard_us = eh_clock_monotonic_us();
    pg->reading = true;
    results_read(pg); /* also when it is over: what arrived before the end counts */
    pg->reading = false;
    if (!alive || pg->broken || PQstatus(pg->conn) == CONNECTION_BAD) {
        char why[EH_ERROR_TEXT_MAX];
        eh_format(why, sizeof why, "%s", pg->broken ? pg->error : PQerrorMessage(pg->conn));
        link_lost(pg, why);
        return;
    }
    if (pg->state == LINK_PREPARING && pg->count == 0) {
        if (pg->prepare_failed) {
            char why[EH_ERROR_TEXT_MAX];
            eh_format(why, sizeof why, "%s", pg->error);
            link_lost(pg, why);
            return;
        }
        pg->state = LINK_UP;
        pg->backoff_ms = BACKOFF_FIRST_MS;
        pg->on_state(pg->context, true, "");
    }
}

int eh_pg_new(const struct eh_pg_options *options, struct eh_pg **ret, struct eh_error *error)
{
    struct eh_pg *pg = calloc(1, sizeof *pg);
    if (!pg)
        return eh_error_set(error, EH_ENOMEM, "postgres: out of memory");
    pg->base = options->base;
    pg->name = options->name;
    pg->statements = options->statements;
    pg->on_state = options->on_state;
    pg->context = options->context;
    pg->backoff_ms = BACKOFF_FIRST_MS;
    pg->conninfo = strdup(options->conninfo);
    pg->fifo = calloc(EH_PG_OUTSTANDING_MAX, sizeof *pg->fifo);
    pg->timer = evtimer_new(options->base, on_timer, pg);
    if (!pg->conninfo || !pg->fifo || !pg->timer) {
        eh_pg_free(pg);
        return eh_error_set(error, EH_ENOMEM, "postgres: out of memory");
    }
    *ret = pg;
    return 0;
}

void eh_pg_free(struct eh_pg *pg)
{
    if (!pg)
        return;
    drop_event(&pg->io);
    drop_event(&pg->writing);
    drop_event(&pg->timer);
    if (pg->conn)
        PQfinish(pg->conn);
    free(pg->fifo);
    free(pg->conninfo);
    free(pg);
}

void eh_pg_start(struct eh_pg *pg)
{
    if (pg->state == LINK_IDLE)
        connect_start(pg);
}

void eh_pg_reset(struct eh_pg *pg, const char *why)
{
    if (!pg->conn)
        return;
    if (pg->reading) {
        pg->broken = true;
        remember_error(pg, why);
        return;
    }
    link_lost(pg, why);
}

bool eh_pg_up(const struct eh_pg *pg)
{
    return pg->state == LINK_UP && !pg->broken;
}

PGresult *eh_pg_keep(struct eh_pg *pg)
{
    PGresult *kept = pg->current;
    pg->current = NULL;
    return kept;
}

int eh_pg_send(struct eh_pg *pg, const struct eh_pg_query *query, eh_pg_result_fn *on_result,
               void *context)
{
    static const int binary[EH_PG_PARAMS_MAX] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                                 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    eh_require(query->param_count <= EH_PG_PARAMS_MAX);
    if (!eh_pg_up(pg))
        return -EH_EUNAVAILABLE;
    if (pg->count >= EH_PG_OUTSTANDING_MAX - 1)
        return -EH_EFULL;
    if (!PQsendQueryPrepared(pg->conn, query->statement, query->param_count, query->values,
                             query->lengths, binary, 1)) {
        pg->broken = true;
        remember_error(pg, PQerrorMessage(pg->conn));
        event_active(pg->io, EV_READ, 0);
        return -EH_EUNAVAILABLE;
    }
    fifo_push(pg, SENT_QUERY, on_result, context);
    return 0;
}

int eh_pg_sync(struct eh_pg *pg)
{
    if (!eh_pg_up(pg))
        return -EH_EUNAVAILABLE;
    if (!PQpipelineSync(pg->conn) || !fifo_push(pg, SENT_SYNC, NULL, NULL)) {
        pg->broken = true;
        remember_error(pg, "the pipeline takes no more");
        event_active(pg->io, EV_READ, 0);
        return -EH_EUNAVAILABLE;
    }
    flush(pg);
    return 0;
}

int64_t eh_pg_int(const PGresult *result, int row, int column)
{
    if (PQgetisnull(result, row, column))
        return 0;
    const char *value = PQgetvalue(result, row, column);
    uint64_t big;
    uint32_t mid;
    uint16_t small;
    switch (PQgetlength(result, row, column)) {
    case 8:
        memcpy(&big, value, 8);
        return (int64_t)be64toh(big);
    case 4:
        memcpy(&mid, value, 4);
        return (int32_t)be32toh(mid);
    case 2:
        memcpy(&small, value, 2);
        return (int16_t)be16toh(small);
    case 1: /* boolean */
        return *value;
    default:
        return 0;
    }
}

struct eh_str eh_pg_text(const PGresult *result, int row, int column)
{
    return eh_str_n(PQgetvalue(result, row, column), (size_t)PQgetlength(result, row, column));
}

void eh_pg_put64(char buffer[8], int64_t value)
{
    uint64_t big = htobe64((uint64_t)value);
    memcpy(buffer, &big, 8);
}

void eh_pg_put32(char buffer[4], int32_t value)
{
    uint32_t big = htobe32((uint32_t)value);
    memcpy(buffer, &big, 4);
}

void eh_pg_put16(char buffer[2], int16_t value)
{
    uint16_t big = htobe16((uint16_t)value);
    memcpy(buffer, &big, 2);
}
