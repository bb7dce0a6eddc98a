/*
 * private: what the files of this room share: the server, and a visit: a request that waits for its
 * page.
 *
 *     if (!eh_guard_host(serve->config, request) || !eh_guard_origin(serve->config, request))
 *         eh_reply_say(request, 403, "Not from here", "This request comes from another site.");
 */
#ifndef EVENHAND_WEB_SERVE_PRIVATE_H
#define EVENHAND_WEB_SERVE_PRIVATE_H

#include "http/server.h"
#include "web/change/changes.h"
#include "web/change/pace.h"
#include "web/live/live.h"
#include "web/screens/page.h"
#include "web/serve/serve.h"

struct eh_visit {
    struct eh_serve *serve;
    struct eh_http_request *request;
    struct eh_page *page;
    struct eh_who who;
    const struct eh_change_kind *change; /* or NULL */
    bool posted;                         /* a screen that a form leads to */
    struct eh_form form;                 /* of either */
    const char *back;                    /* the page it came from */
    struct eh_visit *next, **link;
};

struct eh_serve {
    struct event_base *base;
    const struct eh_web_config *config;
    struct eh_sign *sign;
    struct eh_pages pages;
    struct eh_live *live;
    struct eh_change_pace *pace;
    struct eh_http_server *http;
    struct event *sweep;
    struct eh_visit *visits;
};

/* guard.c: whether a request is for us, and comes from a page of ours. */
bool eh_guard_host(const struct eh_web_config *, const struct eh_http_request *);
bool eh_guard_origin(const struct eh_web_config *, const struct eh_http_request *);

/* reply.c: answers with the headers that every one of ours has. `more` may be NULL. */
void eh_reply_document(struct eh_http_request *, int status, const struct eh_html *,
                       const struct eh_http_header *more);
void eh_reply_plain(struct eh_http_request *, int status, const char *title,
                    const struct eh_html *main);
void eh_reply_say(struct eh_http_request *, int status, const char *title, const char *why);
void eh_reply_go(struct eh_http_request *, const char *where, const struct eh_http_header *more);

/* entry.c: signing in and out. False: the request is for something else. */
bool eh_entry_take(struct eh_serve *, struct eh_http_request *);
void eh_entry_sign_out(struct eh_serve *, struct eh_http_request *, const struct eh_who *);

/* visit.c: a screen, a change. */
void eh_visit_show(struct eh_serve *, struct eh_http_request *, const struct eh_who *);
void eh_visit_change(struct eh_serve *, struct eh_http_request *, const struct eh_who *);
void eh_visit_drop_all(struct eh_serve *);

#endif
