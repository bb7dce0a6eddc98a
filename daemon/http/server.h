/*
 * server: libevent's HTTP server made safe: connections with deadlines and bounds, and
 * requests that own what their answer needs.
 *
 * evhttp frees a request with its connection, and a connection may go at any moment, also while its
 * answer is owed. So a request is copied when it is whole, and only these files touch evhttp's own
 * afterwards. A client that leaves gives its place back when the answer it was owed is made: what
 * its requests cost stays bounded by the number of places.
 *
 *     const struct eh_http_owner owner = {admit, left, ask, fix_page};
 *     eh_http_server_init(&server, base, http, &owner, &limits, context); // http: not listening
 * yet …ask(context, request): now or later, exactly once:… eh_http_answer(request, &answer); //
 * frees the request …or eh_http_request_drop(request), when the server goes… evhttp_free(http);
 *     eh_http_server_done(&server);
 */
#ifndef EVENHAND_HTTP_SERVER_H
#define EVENHAND_HTTP_SERVER_H

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

#include <evenhand/base/base.h>

/* What the owner allows; it lives as long as the server. */
struct eh_http_limits {
    size_t headers_max;     /* bytes of request line and headers */
    size_t body_max;        /* bytes of a body */
    size_t small_body_max;  /* ... of one that needs no place of the large ones */
    unsigned large_max;     /* connections that read a larger one, or wait for its answer ... */
    unsigned large_reserve; /* ... of which those are kept for who has a reserve */
    unsigned large_user;    /* ... and of one user, who has none */
    size_t answer_small;    /* bytes of an answer that always has room */
    size_t answers_max;  /* bytes of all others not taken yet: of those who have a reserve, and of
                          * all who have none. One goes alone. */
    size_t answers_user; /* the same of one user, who has no reserve */
    int request_s;       /* for a whole request, and for being idle */
    int answer_s;        /* until an answer is taken */
};

struct eh_http_refusal {
    int status;
    const char *message;
};

/* Who is at the other end; the owner fills it in, and finds it again in each request. */
struct eh_http_guest {
    void *who;
    bool reserve;                          /* has a place of those that are kept back */
    const struct eh_http_refusal *refused; /* lives only to be told so; NULL: welcome */
};

struct eh_http_connection;
struct eh_http_request;

struct eh_http_owner {
    /* Somebody has connected. False: the connection is closed without a word. */
    bool (*admit)(void *context, evutil_socket_t fd, struct eh_http_guest *ret);
    /* They have left, and are owed nothing; once for each that was admitted. */
    void (*left)(void *context, const struct eh_http_guest *);
    /* A whole request; it is answered or dropped exactly once. */
    void (*ask)(void *context, struct eh_http_request *);
    /* Puts an error page of evhttp's own into the shape of all other errors; false: it is none. */
    bool (*fix_page)(struct evbuffer *output);
};

struct eh_http_server {
    struct event_base *base;
    const struct eh_http_owner *owner;
    const struct eh_http_limits *limits;
    void *context;
    struct eh_http_connection *connections;
    uint64_t turns; /* how often a place for a large request was asked for */
    uint64_t late;  /* requests, and answers not taken, past their deadline */
};

void eh_http_server_init(struct eh_http_server *, struct event_base *, struct evhttp *,
                         const struct eh_http_owner *, const struct eh_http_limits *,
                         void *context);
/* After evhttp_free() and the last request. */
void eh_http_server_done(struct eh_http_server *);

struct eh_http_header {
    const char *name, *value;
    struct eh_http_header *next;
};

/* Owns all that it shows, until it is answered or dropped. */
struct eh_http_request {
    struct eh_http_connection *connection;
    struct evhttp_request *evhttp; /* NULL: the client has left */
    const struct eh_http_guest *guest;
    struct eh_arena arena;
    struct evbuffer *input;
    const char *method;       /* NULL: none of GET, POST, PUT */
    const char *target;       /* as it came */
    const char *path, *query; /* of the target; each may be NULL */
    struct eh_http_header *headers;
    struct eh_str body;
};

/* The first of this name, whatever its case; NULL: none. */
const char *eh_http_header(const struct eh_http_request *, const char *name);
/* Headers from which a body's end could be read in two ways; NULL: none. */
const char *eh_http_framing_fault(const struct eh_http_request *);

struct eh_http_answer {
    int status;
    const char *phrase, *content_type;
    const char *allow;     /* or NULL */
    const char *time_zone; /* of the times people are told, or NULL */
    bool close;            /* the connection, behind the answer */
    struct evbuffer *body; /* its content is taken */
};
/* Is there room for an answer of so many bytes? Then it is the request's until its client has taken
 * the answer or has left; the last one asked for counts. */
bool eh_http_answer_fits(struct eh_http_request *, size_t size);
/* Frees the request. The answer goes to whoever is still there. */
void eh_http_answer(struct eh_http_request *, const struct eh_http_answer *);
/* The same without an answer; the connection is the caller's to close. */
void eh_http_request_drop(struct eh_http_request *);

/* ---- Between room.c, connection.c, request.c and server.c: each calls those before it. */

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
/* It owes nothing any more; frees it when its client has left. */
void eh_http_connection_settled(struct eh_http_connection *);
/* It was accepted, and evhttp has no hold of it: frees it. */
void eh_http_connection_abandon(struct eh_http_connection *);
void eh_http_room_init(struct eh_http_connection *);
void eh_http_room_done(struct eh_http_connection *);    /* it is closed */
void eh_http_room_settled(struct eh_http_connection *); /* answered, or gone */
void eh_http_on_request(struct evhttp_request *, void *server);

#endif
