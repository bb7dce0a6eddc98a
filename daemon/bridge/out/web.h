/*
 * web: requests to one helpdesk over HTTP, on the event loop, within bounds.
 *
 * Goes to the helpdesk's address and nowhere else: a path that leads elsewhere is refused, and a
 * redirect is not followed. Certificates are verified. An answer has EH_WEB_ANSWER_MAX bytes at
 * most, and both a time for all of it and a speed below which it is given up.
 *
 *     const struct eh_web_options options = {.base = base, .url = "https://help.example.com"};
 *     r = eh_web_new(&options, &web, &error);
 *     const struct eh_web_request put = {
 *         .method = "PUT", .path = "/api/v1/tickets/7", .body = eh_str("{\"owner\":\"ana\"}")};
 *     r = eh_web_send(web, &put, on_answer, job, &error);
 *     …on_answer(job, &answer) once, from the loop…
 *     eh_web_free(web);                      // not from within on_answer; no callbacks any more
 */
#ifndef EVENHAND_BRIDGE_OUT_WEB_H
#define EVENHAND_BRIDGE_OUT_WEB_H

#include <event2/event.h>
#include <jansson.h>

#include <evenhand/base/base.h>

#define EH_WEB_AT_ONCE     4           /* requests under way */
#define EH_WEB_URL_MAX     4096        /* bytes of an address with its path */
#define EH_WEB_ANSWER_MAX  (1u << 20)  /* bytes of an answer's body */
#define EH_WEB_HEADERS_MAX (32u << 10) /* bytes of its headers */
#define EH_WEB_HEADER_MAX  64          /* headers of a request */
#define EH_WEB_CONNECT_MS  10000
#define EH_WEB_TOTAL_MS    30000 /* for a request and all of its answer */
#define EH_WEB_SLOW_S      10    /* so long slower than ... */
#define EH_WEB_SLOW_BYTES  16    /* ... so many bytes a second: given up */

struct eh_web_options {
    struct event_base *base;
    const char *url;                      /* http or https, without a slash at its end */
    const char *ca_file;                  /* certificates to trust; NULL or "": the system's */
    int64_t connect_ms, total_ms, slow_s; /* 0: as above */
};

struct eh_web_request {
    const char *method;    /* capital letters */
    const char *path;      /* begins with a slash, or with the helpdesk's address */
    const json_t *headers; /* an object of texts, or NULL */
    struct eh_str body;
};

enum eh_web_end {
    EH_WEB_ANSWERED,
    EH_WEB_UNSENT,   /* it never reached the helpdesk */
    EH_WEB_LOST,     /* nobody knows what became of it: no answer, or half of one */
    EH_WEB_ELSEWHERE /* a redirect to somebody else's address */
};

/* All of it lives until the callback returns. */
struct eh_web_answer {
    enum eh_web_end end;
    int status;          /* of ANSWERED and ELSEWHERE */
    json_t *headers;     /* names in small letters → text; of several with one name, the last */
    struct eh_str body;  /* any bytes */
    const char *cookies; /* what Set-Cookie said: "a=b; c=d", or "" */
    const char *why;     /* one line; NULL of ANSWERED */
    int64_t took_us;
};
typedef void eh_web_fn(void *context, const struct eh_web_answer *);

struct eh_web;
int eh_web_new(const struct eh_web_options *, struct eh_web **ret, struct eh_error *) EH_MUST_CHECK;
void eh_web_free(struct eh_web *); /* NULL allowed */
/* The request is copied. -EH_EFULL: EH_WEB_AT_ONCE are under way; -EH_EINVAL: a method, path or
 * header that is none, or leads elsewhere; -EH_ENOMEM. The callback is not called then, and never
 * from within. */
int eh_web_send(struct eh_web *, const struct eh_web_request *, eh_web_fn *, void *context,
                struct eh_error *) EH_MUST_CHECK;
/* Callbacks of this context will not be called any more: before the context goes away. */
void eh_web_forget(struct eh_web *, const void *context);

#endif
