/*
 * server: libevent's HTTP server made safe, for any program that listens: connections with
 * deadlines and bounds, requests that own what their answer needs, errors in one form.
 *
 * evhttp frees a request with its connection, and a connection may go at any moment, also while its
 * answer is owed. So a request is copied when it is whole, and only these files touch evhttp's own
 * afterwards. A client that leaves gives its place back when the answer it was owed is made: what
 * its requests cost stays bounded by the number of places.
 *
 *     static void on_ask(void *context, struct eh_http_request *request)
 *     {
 *         struct eh_http_refusal fault;
 *         if (eh_http_fault(request, &fault)) { // no room, an unknown method, an unclear end
 *             eh_http_refuse(request, &fault);
 *             return;
 *         }
 *         …request->path, request->body, eh_http_header(request, "X-Signature")…
 *         // now or later, exactly once; each call frees the request:
 *         eh_http_answer(request, &(struct eh_http_answer){.status = 204});
 *     }
 *
 *     static const struct eh_http_owner owner = {
 *         .name = "webhooks", .methods = "GET, POST", .ask = on_ask};
 *     static const struct eh_http_limits limits = {EH_HTTP_LIMITS_USUAL};
 *     const struct eh_http_address address = {.text = "127.0.0.1:8399", .setting = "listen"};
 *     const struct eh_http_options options = {base, &owner, &limits, context};
 *     struct eh_http_server *server;
 *     r = eh_http_server_new(&options, &server, &error);
 *     if (r == 0)
 *         r = eh_http_server_listen(server, &address, &error);
 *     …the loop runs…
 *     eh_http_server_close(server); // no new clients; what is owed may still be answered
 *     …eh_http_request_drop() for each request that is not…
 *     eh_http_server_free(server);
 */
#ifndef EVENHAND_HTTP_SERVER_H
#define EVENHAND_HTTP_SERVER_H

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

#include <evenhand/base/base.h>

#include "http/error.h"
#include "http/socket.h"

#define EH_HTTP_REFUSED_MAX 64 /* connections over the cap that live to be told so */

/* What the owner allows; it lives as long as the server. */
struct eh_http_limits {
    unsigned connections_max; /* at a time, where the owner admits all alike */
    bool crowd_waits;      /* those above it wait to be accepted, and one that is answered meanwhile
                            * is closed; else they are told that there is no room */
    size_t headers_max;    /* bytes of request line and headers */
    size_t body_max;       /* bytes of a body */
    size_t small_body_max; /* ... of one that needs no place of the large ones */
    unsigned large_max;    /* connections that read a larger one, or wait for its answer ... */
    unsigned large_reserve; /* ... of which so many are kept for guests with a reserve */
    unsigned large_user;    /* ... and so many for one user without a reserve */
    size_t answer_small;    /* bytes of an answer that always has room */
    size_t answers_max;  /* bytes of all larger answers that are not taken yet: so many for guests
                            with a reserve, and so many for all others. An answer that is alone may
                            be larger. */
    size_t answers_user; /* the same for one user without a reserve */
    int request_s;       /* until a request is whole; also how long a connection may be idle */
    int work_s;          /* until the owner has answered; 0: the owner sees to that */
    int answer_s;        /* until an answer is taken */
};

/* For a program that serves few and trusts nobody: bodies of 1 MiB, 16 of them at a time. */
#define EH_HTTP_LIMITS_USUAL                                                                       \
    .connections_max = 64, .headers_max = 8192, .body_max = 1u << 20, .small_body_max = 65536,     \
    .large_max = 16, .large_user = 16, .answer_small = 65536, .answers_max = 16u << 20,            \
    .answers_user = 16u << 20, .request_s = 5, .answer_s = 10

/* The guest at the other end of a connection. The owner fills it in, and finds it in each request.
 */
struct eh_http_guest {
    void *who;                             /* a user; NULL: all are one */
    bool reserve;                          /* may use the places that are kept back */
    bool apart;                            /* the owner counts it apart from all others */
    const struct eh_http_refusal *refused; /* each of its requests is answered so; NULL: welcome */
};

struct eh_http_connection;
struct eh_http_request;

/* The owner of a server; lives as long as the server. */
struct eh_http_owner {
    const char *name; /* in log lines and errors: "admin socket" */
    const char
        *methods; /* the methods it takes, as the header Allow lists them: "GET, POST, PUT" */
    /* A guest has connected. False: the connection is closed without a word. NULL: all are welcome,
     * up to connections_max. */
    bool (*admit)(void *context, evutil_socket_t fd, struct eh_http_guest *ret);
    /* A guest has left and is owed nothing. Called once for each guest that was admitted. May be
     * NULL. */
    void (*left)(void *context, const struct eh_http_guest *);
    /* A whole request came. The owner answers or drops it exactly once. */
    void (*ask)(void *context, struct eh_http_request *);
    /* A request was not answered within work_s. The owner answers it, or lets it wait on. NULL
     * without work_s. */
    void (*late)(void *context, struct eh_http_request *);
};

struct eh_http_options {
    struct event_base *base;
    const struct eh_http_owner *owner;
    const struct eh_http_limits *limits;
    void *context; /* of the owner's functions */
};

struct eh_http_server {
    struct event_base *base;
    const struct eh_http_owner *owner;
    const struct eh_http_limits *limits;
    void *context;
    struct evhttp *http;
    struct evhttp_bound_socket *bound; /* NULL: does not listen (any more) */
    struct eh_http_address address;
    struct eh_http_socket socket;
    struct event *accept_pause;
    bool closing;
    char methods_said[80]; /* "only GET, POST and PUT are taken" */
    struct eh_http_connection *connections;
    unsigned welcome, refused;   /* connections that it admitted without asking its owner */
    unsigned accepted;           /* connections in all */
    bool full;                   /* takes no connection until one has left */
    uint64_t turns;              /* counts how often a place for a large request was asked for */
    uint64_t late;               /* requests, and answers not taken, past their deadline */
    struct eh_http_server *next; /* of all that listen */
};

/* A server that does not listen yet. SIGPIPE is ignored from now on: an answer may come after its
 * client left. */
int eh_http_server_new(const struct eh_http_options *, struct eh_http_server **ret,
                       struct eh_error *) EH_MUST_CHECK;
/* Makes the socket and takes connections from it; once for a server. The texts of the address live
 * as long as the server. */
int eh_http_server_listen(struct eh_http_server *, const struct eh_http_address *,
                          struct eh_error *) EH_MUST_CHECK;
/* Looks at its Unix socket again: where the path is gone, a new one is made, and where the group
 * cannot reach it any more, group and mode are set. Connections that are open stay. */
int eh_http_server_look(struct eh_http_server *, struct eh_error *) EH_MUST_CHECK;
/* Takes no connections any more; requests under way may still be answered. */
void eh_http_server_close(struct eh_http_server *);
/* After the last request was answered or dropped. */
void eh_http_server_free(struct eh_http_server *);

struct eh_http_header {
    const char *name, *value;
    const struct eh_http_header *next;
};

/* Owns all that it shows, until it is answered or dropped. */
struct eh_http_request {
    struct eh_http_connection *connection;
    struct evhttp_request *evhttp; /* NULL: the client has left */
    const struct eh_http_guest *guest;
    struct eh_arena arena;
    struct evbuffer *input;
    const char *method;       /* NULL: none of those the owner takes */
    const char *target;       /* as it came */
    const char *path, *query; /* of the target; each may be NULL */
    const struct eh_http_header *headers;
    struct eh_str body;
    void *state;        /* the owner's own */
    struct event *late; /* its deadline, or NULL */
};

/* The first of this name, whatever its case; NULL: none. */
const char *eh_http_header(const struct eh_http_request *, const char *name);
/* Whether the request must be refused whatever it asks for: the connection has no room, the owner
 * does not take the method, or the end of the body could be read in two ways. */
bool eh_http_fault(const struct eh_http_request *, struct eh_http_refusal *ret);

struct eh_http_answer {
    int status;
    const char *content_type;             /* or NULL */
    const char *cache;                    /* Cache-Control; NULL: "no-store" */
    const struct eh_http_header *headers; /* further ones */
    bool close;            /* the connection, behind the answer; done anyway where the end of the
                            * request is in doubt, or the guest is refused */
    struct evbuffer *body; /* its content is taken; NULL: none */
};
/* Whether there is room for an answer of so many bytes. Then the request has that room until its
 * client has taken the answer or has left. The last call counts. */
bool eh_http_answer_fits(struct eh_http_request *, size_t size);
/* Sends the answer, if the client is still there, and frees the request. */
void eh_http_answer(struct eh_http_request *, const struct eh_http_answer *);
/* Frees the request without an answer; the caller closes the connection. */
void eh_http_request_drop(struct eh_http_request *);

/* ---- An answer that goes on: its head is sent at once, and pieces of its body as they come. The
 * request lives until its end; `body` and `close` of the answer mean nothing.
 *
 * A client that does not read is left alone until EH_HTTP_STREAM_BEHIND_MAX bytes wait for it. */
#define EH_HTTP_STREAM_BEHIND_MAX 16384
void eh_http_stream_begin(struct eh_http_request *, const struct eh_http_answer *);
/* False: the client has left, or has read so little that it is dropped. Then only the end is left
 * to say. */
bool eh_http_stream_send(struct eh_http_request *, struct eh_str piece);
/* Ends the answer, if the client is still there, and frees the request. */
void eh_http_stream_end(struct eh_http_request *);

/* An error answer in the form of error.h. code: enum eh_code, positive or negative; its status
 * follows. field NULL: none. */
void eh_http_error(struct eh_http_request *, int code, const char *field, const char *format, ...)
    EH_PRINTF(4, 5);
void eh_http_refuse(struct eh_http_request *, const struct eh_http_refusal *);

/* ---- Between page.c, room.c, connection.c, request.c and server.c: each calls those before it. */

struct eh_http_connection {
    struct eh_http_server *server;
    struct bufferevent *bev;         /* one reference is ours; NULL once closed */
    struct evhttp_connection *evcon; /* NULL until admitted, and once closed */
    struct eh_http_guest guest;
    bool admitted;
    struct eh_http_request *owed; /* asked, neither answered nor dropped; keeps the connection */
    struct event *timer;          /* first: look at it; then: its deadline */
    struct event *page;           /* something was put into its output */
    struct event *full;           /* it has read as much as a small request may have */
    size_t taken;                 /* bytes read since the last answer */
    uint64_t turn;                /* waits for a place to read more; 0: it does not */
    bool large;                   /* has one, until it is answered */
    size_t answer;                /* bytes of a large answer that it has room for */
    struct eh_http_connection *next, **link;
};

struct bufferevent *eh_http_connection_new(struct event_base *, void *server);
struct eh_http_connection *eh_http_connection_of(struct eh_http_server *, struct evhttp_request *);
void eh_http_connection_asked(struct eh_http_connection *, struct eh_http_request *);
/* An answer is on its way: the client has to take it within answer_s. */
void eh_http_connection_answers(struct eh_http_connection *);
/* The connection owes no answer any more; frees it when its client has left. */
void eh_http_connection_settled(struct eh_http_connection *);
/* Frees a connection that was accepted and that evhttp does not hold. */
void eh_http_connection_abandon(struct eh_http_connection *);
void eh_http_room_init(struct eh_http_connection *);
void eh_http_room_done(struct eh_http_connection *);    /* it is closed */
void eh_http_room_settled(struct eh_http_connection *); /* answered, or gone */
void eh_http_on_request(struct evhttp_request *, void *server);
/* Gives an error page of evhttp's own the form of all other errors, while it still stands in the
 * output buffer; false: it is something else, and left alone. */
bool eh_http_page_mend(const struct eh_http_server *, struct evbuffer *output);

#endif
