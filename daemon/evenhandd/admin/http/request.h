/*
 * request: a request to the admin socket, and how it is answered.
 *
 * A request lives from the moment it is whole until it is answered and nobody calls back for it any
 * more. Whoever waits for a callback says so (eh_admin_wait) and tells when it came
 * (eh_admin_resume); between the two the request cannot go away, though it may be answered already
 * (the deadline was faster). Whether its client is still there makes no difference to it: a change
 * goes its way, and the answer is dropped in the end.
 *
 *     void get_status(struct eh_admin_request *request)
 *     {
 *         json_t *body = json_object();
 *         eh_json_put(body, "role", eh_json_text(eh_str("leader")));
 *         eh_admin_reply(request, 200, body);      // exactly once, or eh_admin_error()
 *     }
 */
#ifndef EVENHAND_ADMIN_HTTP_REQUEST_H
#define EVENHAND_ADMIN_HTTP_REQUEST_H

#include <event2/buffer.h>

#include <evenhand/value/json.h>

#include "admin/http/peer.h"
#include "http/path.h"
#include "http/server.h"
#include "lead/app.h"

#define EH_ADMIN_BODY_MAX             65536       /* bytes of a body but the desk file's */
#define EH_ADMIN_HEADERS_MAX          8192        /* bytes of request line and headers */
#define EH_ADMIN_DESK_BODY_MAX        (1u << 20)  /* bytes of a desk file over HTTP */
#define EH_ADMIN_LARGE_MAX            8           /* places of struct eh_http_limits ... */
#define EH_ADMIN_LARGE_RESERVE        2           /* ... kept for operators */
#define EH_ADMIN_LARGE_USER           2           /* ... and of one user */
#define EH_ADMIN_ANSWER_SMALL         65536       /* bytes of an answer that always has room */
#define EH_ADMIN_ANSWERS_MAX          (16u << 20) /* ... of all others, not taken yet */
#define EH_ADMIN_ANSWERS_USER         (4u << 20)  /* ... and of one user */
#define EH_ADMIN_REQUEST_S            5           /* for a whole request, and for being idle */
#define EH_ADMIN_ANSWER_S             10          /* until an answer, and until it is taken */
#define EH_ADMIN_OPERATOR_CONNECTIONS 32          /* per operator instead of the per-user cap */
#define EH_ADMIN_DELEGATE_CONNECTIONS 24          /* of all delegates, beside all others' */
#define EH_ADMIN_RESERVE_PART         8           /* one of so many places is for operators only */
#define EH_ADMIN_DEBT_US              1000        /* work at a stretch before it has to rest ... */
#define EH_ADMIN_REST                 4 /* ... so many times as long: a fifth of the loop */

struct eh_admin_counts {
    uint64_t requests, refused_connections, errors_4xx, errors_5xx;
};

/* The admin socket. */
struct eh_admin {
    struct eh_app *app;
    struct eh_http_server *server;
    uint32_t connection_count, operator_count; /* of which operators' */
    uint32_t delegate_count;                   /* connections of delegates, not among those */
    uint32_t refused_count;
    struct eh_admin_request *requests;
    size_t pending;
    struct eh_admin_request *queue;   /* wait for the end of the rest, in order */
    struct eh_admin_request *unnamed; /* wait until it is known who asks, in order */
    struct event *rest;               /* pending: no request is worked on */
    int64_t debt_us, worked_us;       /* work not rested from; when that was noted */
    int64_t began_us;                 /* of the work just being done, or 0 */
    struct eh_peers peers;
    struct eh_admin_child *children; /* they make answers, or wait for a turn (child.c) */
    struct eh_admin_counts counts;
    struct eh_admin_gauges *gauges; /* api/gauges.c; NULL: nobody asked yet */
};

/* What can be asked for, and by whom. */
struct eh_admin_route {
    const char *method;
    const char *pattern;       /* as eh_http_path_matches() has it */
    const char *queries;       /* names with spaces between */
    unsigned who;              /* roles that may have any business here */
    bool needs_engine;         /* else it answers whatever state the daemon is in */
    uint32_t body_max;         /* bytes; 0: EH_ADMIN_BODY_MAX */
    enum eh_message_type type; /* what a change is logged as; 0: it is none */
    void (*handle)(struct eh_admin_request *);
};

struct eh_admin_request {
    struct eh_admin *admin;       /* NULL once that is gone */
    struct eh_http_request *http; /* NULL once answered; its client may have left */
    struct eh_peer *peer;
    uint32_t waits; /* callbacks still to come */
    struct eh_arena arena;
    const char *method;
    const struct eh_admin_route *route; /* set before its handler is called */
    struct eh_admin_request *queued;    /* the next one in the queue, or of the unnamed */
    struct eh_http_path path;
    struct eh_str body;    /* lives as long as http */
    bool shows_state;      /* a read of the engine, not known to be committed yet */
    struct evbuffer *held; /* its finished answer, waiting for that */
    json_t *extra;         /* a change: what its answer has beside `input` */
    void *state;           /* the handler's own, in the arena */
    struct eh_admin_request *next, **link;
};

/* What stands in the request's path where its route has this name in braces. */
struct eh_str eh_admin_part(const struct eh_admin_request *, const char *name);

/* A whole request that came over HTTP: in admin->requests until it is answered. */
int eh_admin_request_new(struct eh_admin *, struct eh_http_request *, struct eh_admin_request **ret,
                         struct eh_error *) EH_MUST_CHECK;
/* The admin socket goes: whoever still waits for a callback outlives it. */
void eh_admin_request_orphan(struct eh_admin_request *);

/* ---- Answering. The first answer counts, further ones are dropped (the deadline came first). */
void eh_admin_reply(struct eh_admin_request *, int status, json_t *body); /* takes body */
void eh_admin_reply_text(struct eh_admin_request *, const char *content_type, struct evbuffer *);
/* Is there room for an answer of so many bytes? False: the request is answered so. */
bool eh_admin_has_room(struct eh_admin_request *, size_t size);
/* code: enum eh_code, positive or negative; its HTTP status follows. field NULL: none. */
void eh_admin_error(struct eh_admin_request *, int code, const char *field, const char *format, ...)
    EH_PRINTF(4, 5);
void eh_admin_refuse(struct eh_admin_request *, const struct eh_http_refusal *);
void eh_admin_fail(struct eh_admin_request *, const struct eh_error *);
/* 403: `needed` is who could ("a manager of team sales or an operator"); it is logged. */
void eh_admin_deny(struct eh_admin_request *, const char *format, ...) EH_PRINTF(2, 3);

/* A callback will come. */
void eh_admin_wait(struct eh_admin_request *);
/* It came. False: nobody waits for an answer any more, and the request may be gone. */
bool eh_admin_resume(struct eh_admin_request *);
/* The request has no further use: frees it unless a callback is still to come. */
void eh_admin_answered(struct eh_admin_request *);
/* Notes how long the work for an answer took since began_us; after much of it others come first. */
void eh_admin_worked(struct eh_admin *);

#endif
