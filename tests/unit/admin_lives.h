/*
 * admin_lives: clients of the admin socket that write, read and leave at any moment, while COMMITs,
 * rows of PostgreSQL and child processes come when the test says so. All in one process, on a loop
 * that turns only when it is told to, so that a life repeats.
 *
 *     struct lives l;
 *     lives_begin(&l);
 *     lives_step(&l, (struct lives_step){CONNECT, 0, ROOT});
 *     lives_step(&l, (struct lives_step){SEND, 0, REQUEST});        // lives_requests[REQUEST]
 *     lives_step(&l, (struct lives_step){LEAVE, 0, 0});
 *     lives_step(&l, (struct lives_step){TELL, 0, COMMITTED});
 *     lives_over(&l);          // all leave, all is told: nothing may be left, or the process ends
 *     lives_end(&l);
 *
 * Programs that include this are linked with LIVES_LINK (tests/unit/meson.build): the reading
 * connection to PostgreSQL and the command line are the test's.
 */
#ifndef TESTS_UNIT_ADMIN_LIVES_H
#define TESTS_UNIT_ADMIN_LIVES_H

#include <errno.h>
#include <fcntl.h>

#include <event2/bufferevent.h>

#include "admin_kit.h"
#include "host/command_line.h"

#define LIVES_CLIENTS  4
#define LIVES_OUT_MAX  (64u << 10) /* bytes a client has still to send */
#define LIVES_IN_MAX   (64u << 10) /* bytes of an answer that are looked at */
#define LIVES_TURNS    6           /* turns of the loop in which what is there is done */
#define LIVES_PATIENCE 20000       /* tries until something has to have ended */

static const char lives_desk[] =
    "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"
    "kinds: {order: {points: 2}, query: {points: 1}}\n"
    "reps: [{id: ana, user: man}, {id: bob}, {id: eva}]\n"
    "teams:\n"
    "  - {id: sales, reps: [ana, bob], policy: random, capacity: 8, managers: [games]}\n"
    "  - {id: care, reps: [eva], policy: random}\n"
    "plans:\n"
    "  - {id: p, team: sales, from: 2024-10, encourages: a, discourages: b, target_pool: 300.00,\n"
    "     max_pool: 450.00, funding: [[60%, 0%], [100%, 100%]], split: {equal: 100%},\n"
    "     metrics: [{metric: revenue, weight: 100%, curve: [[10.00, 0%], [250.00, 100%]]}]}\n";

#define LIVES_OTHER_PLAN                                                                           \
    "{id: q, team: sales, from: 2024-10, encourages: a, discourages: b, target_pool: 300.00, "     \
    "max_pool: 450.00, funding: [[60%, 0%], [100%, 100%]], split: {equal: 100%}, metrics: "
#define LIVES_REVENUE "[{metric: revenue, weight: 100%, curve: [[20.00, 0%], [250.00, 100%]]}]}"
#define LIVES_HANDLING                                                                             \
    "[{metric: handle_time, weight: 100%, mix: {order: 50%, query: 50%}, winsorise: [30s, 2h], "   \
    "curve: [[30m, 0%], [10m, 100%]]}]}"

/* Every kind of request: each route, and each way to an answer. */
static const struct {
    const char *method, *address, *body;
} lives_requests[] = {
    {"GET", "/healthz", NULL},
    {"GET", "/metrics", NULL},
    {"GET", "/v1/status", NULL},
    {"GET", "/v1/teams", NULL},
    {"GET", "/v1/teams/sales", NULL},
    {"GET", "/v1/teams/sales/fairness", NULL}, /* a child */
    {"GET", "/v1/teams/sales/pool?explain", NULL},
    {"GET", "/v1/teams/sales/pools", NULL},
    {"GET", "/v1/reps", NULL},
    {"GET", "/v1/reps/ana", NULL},
    {"GET", "/v1/tickets", NULL},
    {"GET", "/v1/tickets?state=closed", NULL}, /* rows */
    {"GET", "/v1/tickets/default/T1", NULL},   /* memory, and rows */
    {"GET", "/v1/tickets/default/T3", NULL},   /* rows, and rows */
    {"GET", "/v1/desk", NULL},
    {"GET", "/v1/draws", NULL}, /* rows */
    {"POST", "/v1/draws/reveal", "{}"},
    {"POST", "/v1/reps/ana/signal", "{'status':'overloaded','for':900}"},
    {"POST", "/v1/reps/ana/release", "{'reason':'left'}"},
    {"POST", "/v1/tickets", "{'id':'N1','team':'sales','kind':'order'}"},
    {"POST", "/v1/tickets/default/T1/outcome", "{'outcome':'won'}"},
    {"POST", "/v1/tickets/default/T3/outcome", "{'outcome':'reopened'}"}, /* a manager's: rows */
    {"POST", "/v1/tickets/default/T1/assign", "{'rep':'bob','reason':'x'}"},
    {"POST", "/v1/tickets/default/T2/move", "{'team':'care','reason':'x'}"},
    {"POST", "/v1/teams/sales/metrics", "{'metric':'nps','period':'2024-10','value':7}"},
    {"POST", "/v1/teams/sales/pool/what-if?period=2024-10", LIVES_OTHER_PLAN LIVES_REVENUE},
    {"POST", "/v1/teams/sales/pool/what-if?period=2024-10",
     LIVES_OTHER_PLAN LIVES_HANDLING}, /* a child */
    {"POST", "/v1/teams/sales/periods/2024-10/freeze", "{'event':'f1'}"},
    {"POST", "/v1/teams/sales/periods/2024-10/close", "{'event':'c1'}"},
    {"POST", "/v1/teams/sales/periods/2024-10/pay", "{'version':1}"},
    {"POST", "/v1/teams/sales/periods/2024-10/exclude", "{'rep':'ana','reason':'x'}"},
    {"PUT", "/v1/desk?dry_run=1", lives_desk},
    {"PUT", "/v1/desk", lives_desk},
    {"GET", "/v1/nothing", NULL},
    {"DELETE", "/v1/desk", NULL},
    {"POST", "/v1/reps/ana/signal", "{'status':"},
    {"POST", "/v1/desk", "{}"},
};
#define LIVES_REQUESTS (sizeof lives_requests / sizeof *lives_requests)

enum lives_user { ROOT, MANAGER_OF_SALES, REP_ANA, HELP, AUDIT, STRANGER_TO_ALL, LIVES_USERS };
static const char *const lives_users[LIVES_USERS] = {NULL,   "games", "man",
                                                     "mail", "news",  "nobody"};

/* The numbers stand in tests/fuzz/corpus/clients: new ones go to the end. */
enum lives_verb {
    CONNECT,      /* as user `value` */
    TINY,         /* the daemon finds room for hardly an answer */
    SEND,         /* request `value` */
    SEND_ASKING,  /* its head, with "Expect: 100-continue" */
    SEND_HEAD,    /* its head */
    SEND_SOME,    /* the next `value` bytes of what SEND_ASKING or SEND_HEAD left out */
    SEND_REST,    /* all of it */
    SEND_ASK_ALL, /* `value` times GET /v1/status at once */
    READ,         /* up to 64 * `value` bytes, or with 255 all that is there */
    HALF_CLOSE,   /* nothing more will be sent */
    LEAVE,        /* close, with whatever was not read */
    RESET,        /* the same with SO_LINGER 0 */
    TURN,         /* the loop, as long as something is there */
    TELL,         /* enum app_news: the oldest COMMIT */
    ROWS,         /* enum lives_rows: the oldest question to PostgreSQL is answered */
    CHILD,        /* the oldest child prints something and ends; 0: prints nothing */
    LATE_ANSWER,  /* the deadline of every request comes */
    LATE_CLIENT,  /* the deadline of every connection comes */
    RESTART,      /* the admin API closes with what it owes, and opens again */
    MOOD,         /* the app's, from now on */
    POSTGRES,     /* a multiple of 4: the reading connection is down */
    LIVES_VERBS
};
enum lives_rows { ROWS_LOST, ROWS_FAILED, ROWS_NONE, ROWS_ONE };

struct lives_step {
    uint8_t verb, client, value;
};

struct lives_question {
    const char *statement;
    eh_pg_result_fn *on_result;
    void *context;
    struct lives_question *next;
};

struct lives_child {
    char gate[96]; /* a FIFO: what is written into it is what the child prints */
    eh_child_fn *on_end;
    void *context;
    bool ended;
    struct lives_child *next;
};

struct lives_client {
    int fd;      /* -1: not there */
    size_t body; /* of the request whose rest is still to be sent: its number + 1 */
    size_t body_at;
    struct evbuffer *out, *in;
    unsigned asked, answered; /* whole requests, final answers */
    bool whole;               /* nothing disturbed it: every request is answered */
};

struct lives {
    struct eh_app app;
    struct eh_admin *admin;
    bool names_wait; /* a step does not wait until it is known who asks */
    char folder[64], path[80];
    struct lives_client clients[LIVES_CLIENTS];
    struct eh_str image; /* of ticket T3, which memory does not hold any more */
    bool postgres;
    struct lives_question *questions; /* oldest first */
    struct lives_child *children;
    unsigned child_no;
    uint64_t late; /* of the daemon, when this life began */
};

static struct lives *lives_now; /* for the functions that stand in for others */

/* ---- What stands in for PostgreSQL and the command line. */

bool __wrap_eh_pg_up(const struct eh_pg *);
int __wrap_eh_pg_send(struct eh_pg *, const struct eh_pg_query *, eh_pg_result_fn *, void *context);
int __wrap_eh_pg_sync(struct eh_pg *);
int __wrap_eh_command_line_start(struct event_base *, const struct eh_command_line *, eh_child_fn *,
                                 void *context, struct eh_child **, struct eh_error *);

bool __wrap_eh_pg_up(const struct eh_pg *pg)
{
    (void)pg;
    return lives_now->postgres;
}

int __wrap_eh_pg_send(struct eh_pg *pg, const struct eh_pg_query *query, eh_pg_result_fn *on_result,
                      void *context)
{
    (void)pg;
    struct lives_question **end = &lives_now->questions, *question = malloc(sizeof *question);
    while (*end)
        end = &(*end)->next;
    *question = (struct lives_question){query->statement, on_result, context, NULL};
    *end = question;
    return 0;
}

int __wrap_eh_pg_sync(struct eh_pg *pg)
{
    (void)pg;
    return 0;
}

static void lives_on_child_end(void *context, const struct eh_child_result *result)
{
    struct lives_child *child = context;
    child->ended = true;
    child->on_end(child->context, result);
}

int __wrap_eh_command_line_start(struct event_base *base, const struct eh_command_line *line,
                                 eh_child_fn *on_end, void *context, struct eh_child **ret,
                                 struct eh_error *error)
{
    static char cat[] = "/bin/cat";
    static char *const environment[] = {NULL};
    struct lives_child **end = &lives_now->children, *child = calloc(1, sizeof *child);
    while (*end)
        end = &(*end)->next;
    snprintf(child->gate, sizeof child->gate, "%s/%u", lives_now->folder, lives_now->child_no++);
    if (mkfifo(child->gate, 0600) < 0)
        kit_fail("mkfifo", child->gate);
    char *const argv[] = {cat, child->gate, NULL};
    *end = child;
    child->on_end = on_end;
    child->context = context;
    const struct eh_child_options options = {.argv = argv,
                                             .environment = environment,
                                             .input = line->input,
                                             .bounds = line->bounds,
                                             .on_end = lives_on_child_end,
                                             .context = child};
    return eh_child_new(base, &options, ret, error);
}

/* Columns in the binary format, as a reading connection asks for them: int8, or text. */
struct lives_column {
    bool is_text;
    const char *text;
    int64_t number;
};
#define N(value)                                                                                   \
    {                                                                                              \
        .number = (value)                                                                          \
    }
#define T(value)                                                                                   \
    {                                                                                              \
        .is_text = true, .text = (value)                                                           \
    }
static const struct lives_column lives_closed[] = {N(3), N(EH_TICKET_CLOSED), T(NULL)};
static const struct lives_column lives_ticket[] = {N(3), T(NULL)};
static const struct lives_column lives_history[] = {N(9),       N(EH_NOTICE_ASSIGNED),
                                                    T("sales"), T("ana"),
                                                    T(""),      T("random"),
                                                    N(1),       N(1),
                                                    N(1),       N(1),
                                                    T(""),      T("")};
static const struct lives_column lives_draws[] = {N(1), T("00"), T(""), N(1), N(0)};
static const struct lives_column lives_step_row[] = {T("frozen"), N(1), N(1),  T("EUR"), N(5),
                                                     N(0),        N(5), T(""), N(0)};
#undef N
#undef T

static const struct {
    const char *statement;
    const struct lives_column *columns;
    int count;
} lives_tables[] = {
    {"admin_closed", lives_closed, 3},    {"admin_ticket", lives_ticket, 2},
    {"admin_history", lives_history, 12}, {"admin_draws", lives_draws, 5},
    {"admin_step", lives_step_row, 9},
};

/* Where a text is not given it is the ticket's image. */
static inline PGresult *lives_row(const struct lives *l, const char *statement, bool one)
{
    PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    PGresAttDesc attributes[12] = {0};
    static char name[] = "x";
    for (size_t i = 0; i < 12; i++)
        attributes[i] = (PGresAttDesc){.name = name, .format = 1};
    for (size_t i = 0; i < sizeof lives_tables / sizeof *lives_tables; i++) {
        if (strcmp(lives_tables[i].statement, statement) != 0)
            continue;
        PQsetResultAttrs(result, lives_tables[i].count, attributes);
        for (int c = 0; one && c < lives_tables[i].count; c++) {
            const struct lives_column *column = &lives_tables[i].columns[c];
            char number[8], text[1024];
            eh_pg_put64(number, column->number);
            struct eh_str value = column->text ? eh_str(column->text) : l->image;
            memcpy(text, value.data, value.size); /* PQsetvalue() wants to write */
            PQsetvalue(result, 0, c, column->is_text ? text : number,
                       column->is_text ? (int)value.size : 8);
        }
        return result;
    }
    kit_fail(statement, "is not known here");
    return NULL;
}

static inline bool lives_rows(struct lives *l, enum lives_rows rows)
{
    struct lives_question *question = l->questions;
    if (!question)
        return false;
    l->questions = question->next;
    PGresult *result = rows == ROWS_LOST     ? NULL
                       : rows == ROWS_FAILED ? PQmakeEmptyPGresult(NULL, PGRES_FATAL_ERROR)
                                             : lives_row(l, question->statement, rows == ROWS_ONE);
    question->on_result(question->context, result);
    PQclear(result);
    free(question);
    return true;
}

/* ---- The loop. */

/* The rests that work costs are cut short. */
static inline void lives_loop(struct lives *l)
{
    for (int i = 0; i < LIVES_TURNS; i++) {
        if (event_pending(l->admin->rest, EV_TIMEOUT, NULL))
            event_active(l->admin->rest, EV_TIMEOUT, 1);
        event_base_loop(l->app.base, EVLOOP_NONBLOCK);
    }
}

/* The names of all who ask are found out; false: nobody's were looked up. */
static inline bool lives_names_come(struct lives *l)
{
    bool some = l->admin->peers.looking > 0;
    for (int i = 0; i < LIVES_PATIENCE && l->admin->peers.looking > 0; i++) {
        event_base_loop(l->app.base, EVLOOP_NONBLOCK);
        usleep(100);
    }
    eh_require(l->admin->peers.looking == 0);
    return some;
}

static inline void lives_turn(struct lives *l)
{
    lives_loop(l);
    if (!l->names_wait && lives_names_come(l))
        lives_loop(l);
}

static inline void lives_open_gate(const struct lives_child *child, bool prints)
{
    static const char output[] = "{\"periods\":[]}";
    int fd = -1;
    for (int i = 0; i < LIVES_PATIENCE && fd < 0; i++) { /* until it has opened its end */
        fd = open(child->gate, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
            usleep(100);
    }
    if (fd < 0 || (prints && write(fd, output, sizeof output - 1) < 0))
        kit_fail("child", strerror(errno));
    close(fd);
}

/* False: there is no child. */
static inline bool lives_child_ends(struct lives *l, bool prints)
{
    struct lives_child *child = l->children;
    if (!child)
        return false;
    if (!child->ended) /* it has its own deadline, too */
        lives_open_gate(child, prints);
    for (int i = 0; i < LIVES_PATIENCE && !child->ended; i++) {
        event_base_loop(l->app.base, EVLOOP_NONBLOCK);
        usleep(100);
    }
    eh_require(child->ended);
    l->children = child->next;
    unlink(child->gate);
    free(child);
    return true;
}

/* ---- The admin API. */

static inline void lives_open(struct lives *l)
{
    struct eh_error error = {0};
    if (eh_admin_new(&l->app, &l->admin, &error) < 0)
        kit_fail("admin", error.text);
    chmod(l->path, 0666);
}

/* What it waited for comes afterwards, and finds it gone. */
static inline void lives_close(struct lives *l)
{
    eh_admin_free(l->admin);
    while (l->children) { /* killed by now; nobody reads them any more */
        struct lives_child *child = l->children;
        l->children = child->next;
        unlink(child->gate);
        free(child);
    }
    for (size_t i = 0; i < LIVES_CLIENTS; i++)
        l->clients[i].whole = false;
}

static inline void lives_restart(struct lives *l)
{
    lives_close(l);
    lives_open(l);
    l->late = 0;
}

static inline void lives_late_answers(struct lives *l)
{
    for (struct eh_admin_request *r = l->admin->requests, *next; r; r = next) {
        next = r->next;
        if (r->http)
            event_active(r->http->late, EV_TIMEOUT, 1);
    }
    lives_turn(l);
}

static inline void lives_late_clients(struct lives *l)
{
    for (struct eh_http_connection *c = l->admin->server->connections; c; c = c->next)
        if (c->bev && event_pending(c->timer, EV_TIMEOUT, NULL))
            event_active(c->timer, EV_TIMEOUT, 1);
    for (size_t i = 0; i < LIVES_CLIENTS; i++)
        l->clients[i].whole = false;
    lives_turn(l);
}

/* ---- Clients. */

static inline void lives_client_gone(struct lives_client *c)
{
    close(c->fd);
    c->fd = -1;
    evbuffer_drain(c->out, evbuffer_get_length(c->out));
    evbuffer_drain(c->in, evbuffer_get_length(c->in));
    c->body = 0;
}

static inline void lives_connect(struct lives *l, struct lives_client *c, enum lives_user user)
{
    const struct server s = {.pid = 0};
    struct server there = s;
    if (c->fd >= 0)
        lives_client_gone(c);
    snprintf(there.path, sizeof there.path, "%s", l->path);
    c->fd = dial(&there, geteuid() == 0 ? lives_users[user % LIVES_USERS] : NULL);
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    c->asked = c->answered = 0;
    c->whole = true;
    lives_turn(l);
}

/* The daemon's end of the youngest connection gets the smallest buffer there is. */
static inline void lives_tiny(struct lives *l)
{
    const int size = 1;
    struct eh_http_connection *c = l->admin->server->connections;
    if (c && c->bev)
        setsockopt(bufferevent_getfd(c->bev), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

static inline void lives_flush(struct lives_client *c)
{
    while (c->fd >= 0 && evbuffer_get_length(c->out) > 0) {
        size_t size = evbuffer_get_length(c->out);
        ssize_t n = send(c->fd, evbuffer_pullup(c->out, -1), size, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        evbuffer_drain(c->out, (size_t)n);
    }
}

static inline void lives_send(struct lives_client *c, const void *data, size_t size)
{
    if (c->fd < 0 || evbuffer_get_length(c->out) + size > LIVES_OUT_MAX)
        return;
    evbuffer_add(c->out, data, size);
    lives_flush(c);
}

static inline size_t lives_body(size_t request, char ret[4096])
{
    const char *body = lives_requests[request].body;
    int size = snprintf(ret, 4096, "%s", body ? body : "");
    for (char *at = ret; *at; at++)
        if (*at == '\'' && body != lives_desk)
            *at = '"';
    return (size_t)size;
}

static inline void lives_send_head(struct lives_client *c, size_t request, const char *header)
{
    char head[1024], body[4096];
    size_t size = lives_body(request, body);
    if (evbuffer_get_length(c->out) > LIVES_OUT_MAX / 2)
        return;
    int length =
        snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nContent-Length: %zu\r\n%s\r\n",
                 lives_requests[request].method, lives_requests[request].address, size, header);
    c->body = size > 0 ? request + 1 : 0;
    c->body_at = 0;
    lives_send(c, head, (size_t)length);
    c->asked += c->fd >= 0 && size == 0;
}

static inline void lives_send_some(struct lives_client *c, size_t some)
{
    char body[4096];
    if (c->body == 0)
        return;
    size_t size = lives_body(c->body - 1, body), left = size - c->body_at;
    some = some < left ? some : left;
    lives_send(c, body + c->body_at, some);
    c->body_at += some;
    if (c->body_at == size) {
        c->body = 0;
        c->asked++;
    }
}

/* Takes the first answer off what was read; false: it is not whole yet. */
static inline bool lives_take_answer(struct lives_client *c)
{
    size_t size = evbuffer_get_length(c->in);
    struct evbuffer_ptr end = evbuffer_search(c->in, "\r\n\r\n", 4, NULL);
    if (size == 0 || end.pos < 0)
        return false;
    char head[2048];
    size_t head_size = (size_t)end.pos + 4;
    eh_require(head_size < sizeof head);
    evbuffer_copyout(c->in, head, head_size);
    head[head_size] = '\0';
    eh_require(strncmp(head, "HTTP/1.1 ", 9) == 0);
    const char *length = strstr(head, "Content-Length: ");
    size_t body = length ? (size_t)strtoul(length + 16, NULL, 10) : 0;
    if (size < head_size + body)
        return false;
    evbuffer_drain(c->in, head_size + body);
    c->answered += head[9] != '1';
    if (strstr(head, "Connection: close"))
        c->whole = false;
    return true;
}

/* How much there was. */
static inline size_t lives_read(struct lives_client *c, size_t most)
{
    char buffer[16384];
    size_t had = most;
    while (c->fd >= 0 && most > 0) {
        size_t size = most < sizeof buffer ? most : sizeof buffer;
        ssize_t n = recv(c->fd, buffer, size, 0);
        if (n <= 0)
            break;
        most -= (size_t)n;
        evbuffer_add(c->in, buffer, (size_t)n);
    }
    while (lives_take_answer(c))
        eh_require(c->answered <= c->asked || !c->whole);
    return had - most;
}

/* ---- Steps. */

static inline void lives_leave(struct lives_client *c, bool reset)
{
    const struct linger now = {1, 0};
    if (c->fd < 0)
        return;
    if (reset)
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    lives_client_gone(c);
}

static inline void lives_ask_often(struct lives_client *c, unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        lives_send_head(c, 2, "");
}

static inline void lives_client_step(struct lives *l, struct lives_client *c,
                                     const struct lives_step *step)
{
    size_t request = step->value % LIVES_REQUESTS;
    bool whole = c->fd >= 0 && c->body == 0; /* the last request was sent to its end */
    switch (step->verb) {
    case CONNECT:
        lives_connect(l, c, step->value);
        return;
    case SEND:
        if (whole) {
            lives_send_head(c, request, "");
            lives_send_some(c, SIZE_MAX);
        }
        return;
    case SEND_ASKING:
        if (whole)
            lives_send_head(c, request, "Expect: 100-continue\r\n");
        return;
    case SEND_HEAD:
        if (whole)
            lives_send_head(c, request, "Idempotency-Key: k\r\n");
        return;
    case SEND_SOME:
        lives_send_some(c, step->value);
        return;
    case SEND_REST:
        lives_send_some(c, SIZE_MAX);
        return;
    case SEND_ASK_ALL:
        if (whole)
            lives_ask_often(c, step->value % 32);
        return;
    case READ:
        lives_read(c, step->value == 255 ? SIZE_MAX : 64u * step->value);
        return;
    case HALF_CLOSE:
        if (c->fd >= 0)
            shutdown(c->fd, SHUT_WR);
        c->whole = false;
        return;
    default:
        lives_leave(c, step->verb == RESET);
    }
}

static inline void lives_step(struct lives *l, struct lives_step step)
{
    struct lives_client *c = &l->clients[step.client % LIVES_CLIENTS];
    switch (step.verb % LIVES_VERBS) {
    case TINY:
        lives_tiny(l);
        return;
    case TURN:
        lives_flush(c);
        lives_turn(l);
        return;
    case TELL:
        app_tell(&l->app, step.value % 3);
        return;
    case ROWS:
        lives_rows(l, step.value % 4);
        return;
    case CHILD:
        lives_child_ends(l, step.value != 0);
        return;
    case LATE_ANSWER:
        lives_late_answers(l);
        return;
    case LATE_CLIENT:
        lives_late_clients(l);
        return;
    case RESTART:
        lives_restart(l);
        return;
    case MOOD:
        l->app.mood = step.value % 8 <= LATER ? step.value % 8 : LATER;
        return;
    case POSTGRES:
        l->postgres = step.value % 4 != 0;
        return;
    default:
        step.verb %= LIVES_VERBS;
        lives_client_step(l, c, &step);
    }
}

/* ---- A life, from its beginning to its end. */

static inline void lives_setup(struct kit *k)
{
    struct lives *l = lives_now;
    kit_send(k, "{'type':'ticket','id':'T1','team':'sales','kind':'order','owner':'ana'}");
    kit_send(k, "{'type':'ticket','id':'T2','team':'sales','kind':'order','owner':'bob'}");
    kit_send(k, "{'type':'ticket','id':'T3','team':'sales','kind':'order','owner':'ana'}");
    kit_send(k, "{'type':'outcome','id':'T3','outcome':'won'}");
    l->image = eh_arena_str(&k->arena, k->fx.image);
}

static inline void lives_begin(struct lives *l)
{
    *l = (struct lives){.postgres = true};
    lives_now = l;
    snprintf(l->folder, sizeof l->folder, "/tmp/eh-lives-XXXXXX");
    if (!mkdtemp(l->folder))
        kit_fail("mkdtemp", l->folder);
    chmod(l->folder, 0755);
    snprintf(l->path, sizeof l->path, "%s/admin.sock", l->folder);
    l->admin = app_start(&l->app, l->path, lives_desk, lives_setup, LATER);
    chmod(l->path, 0666);
    l->app.reader = (struct eh_pg *)l; /* never looked into */
    for (size_t i = 0; i < LIVES_CLIENTS; i++)
        l->clients[i] =
            (struct lives_client){.fd = -1, .out = evbuffer_new(), .in = evbuffer_new()};
}

/* Everything that is owed comes; false: nothing was. */
static inline bool lives_all_comes(struct lives *l)
{
    bool some = false;
    while (app_tell(&l->app, COMMITTED) || lives_rows(l, ROWS_ONE) || lives_child_ends(l, true))
        some = true;
    for (size_t i = 0; i < LIVES_CLIENTS; i++) {
        size_t had = evbuffer_get_length(l->clients[i].out);
        lives_flush(&l->clients[i]);
        some = lives_read(&l->clients[i], SIZE_MAX) > 0 || some;
        some = some || evbuffer_get_length(l->clients[i].out) != had;
    }
    lives_turn(l);
    return some || l->app.owed || l->questions || l->children || l->admin->pending > 0;
}

/* Whoever is still there gets all answers; then all leave, and nothing is left. */
static inline void lives_over(struct lives *l)
{
    int tries = 0;
    l->names_wait = false;
    while (lives_all_comes(l) || lives_all_comes(l))
        eh_require(tries++ < LIVES_PATIENCE);
    for (size_t i = 0; i < LIVES_CLIENTS; i++) {
        struct lives_client *c = &l->clients[i];
        if (c->fd >= 0 && c->whole && c->body == 0 && l->late == l->admin->server->late)
            eh_require(c->answered == c->asked);
        lives_leave(c, false);
    }
    while (l->admin->server->connections) {
        lives_turn(l);
        eh_require(tries++ < LIVES_PATIENCE);
    }
    eh_require(!l->admin->requests && l->admin->pending == 0 && !l->admin->queue);
    eh_require(l->admin->connection_count == 0 && l->admin->operator_count == 0);
    eh_require(l->admin->refused_count == 0 && !l->admin->children);
    for (uint32_t i = 0; i < l->admin->peers.count; i++) {
        const struct eh_peer *peer = l->admin->peers.items[i];
        eh_require(peer->uses == 0 && peer->connections == 0 && peer->commands == 0);
    }
    l->app.mood = LATER;
    l->postgres = true;
    l->late = l->admin->server->late;
}

static inline void lives_end(struct lives *l)
{
    lives_close(l);
    l->admin = NULL;
    while (app_tell(&l->app, LOST) || lives_rows(l, ROWS_LOST))
        ;
    event_base_free(l->app.base);
    kit_done(&l->app.kit);
    for (size_t i = 0; i < LIVES_CLIENTS; i++) {
        if (l->clients[i].fd >= 0)
            close(l->clients[i].fd);
        evbuffer_free(l->clients[i].out);
        evbuffer_free(l->clients[i].in);
    }
    rmdir(l->folder);
}

#endif
