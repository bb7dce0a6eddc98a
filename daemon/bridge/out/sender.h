/*
 * sender: requests to the helpdesk in the order in which they come, as fast as it wants them.
 *
 * A bucket keeps its rate, and at most EH_SENDER_WINDOW are under way. A helpdesk that cannot be
 * reached, says 429 or is away behind its proxy (502, 503, 504) is left alone for as long as its
 * Retry-After says, or for 0.2 s and up to 30 s. Secrets go into headers and the login alone.
 *
 *     const struct eh_sender_options options = {
 *         .base = base, .web = web, .url = "https://help.example.com", .secret = secret,
 *         .auth = auth, .rate_count = 100, .rate_us = 60 * 1000000};
 *     r = eh_sender_new(&options, &sender, &error);
 *     json_t *request = json_pack("{s:s, s:s}", "method", "GET", "path", "/api/v1/tickets/7");
 *     r = eh_sender_send(sender, request, on_answer, job);
 *     eh_sender_free(sender);                        // no callbacks any more
 *
 * A request is {method (GET), path, headers, body or form}: what a profile's program yields. `body`
 * is JSON, or text that is sent as it is; `form` an object of texts.
 */
#ifndef EVENHAND_BRIDGE_OUT_SENDER_H
#define EVENHAND_BRIDGE_OUT_SENDER_H

#include "bridge/out/web.h"

#define EH_SENDER_WINDOW    2  /* requests under way */
#define EH_SENDER_QUEUE_MAX 64 /* requests that wait */
#define EH_SENDER_BODY_MAX  (1u << 20)
#define EH_SESSION_MAX      2048 /* bytes of what a session is known by */

struct eh_sender_options {
    struct event_base *base;
    struct eh_web *web;
    const char *url, *secret; /* secret: "" none; not copied, so that its owner can wipe it */
    json_t *auth; /* header → text with {secret}, {basic}, {url}, {cookie}, {session} */
    /* {"cookie": its name or how it begins} or {"body": key}: what of the login's answer is
     * {cookie} or {session}; NULL: all cookies. */
    json_t *session;
    json_t *auth_body; /* key → text with such words: in the body of each request; or NULL */
    bool has_login;    /* nothing is sent before eh_sender_login_with() */
    int64_t rate_count, rate_us; /* count 0: any number */
    /* What a login's answer says is {session}; eh_sender_session() says it later. Below 0: it
     * cannot be asked. NULL: it is as `session` says. */
    int (*read_login)(void *context, const struct eh_web_answer *);
    /* NULL: nobody is told. `why`: one line; NULL: the helpdesk answers again. */
    void (*on_state)(void *context, const char *why);
    void *context;
};

struct eh_sender_figures {
    uint64_t sent, answered, lost, unsent;
    uint64_t held; /* times that the helpdesk wanted to be left alone, or was away */
    uint64_t logins;
    uint32_t waiting;
};

struct eh_sender;
int eh_sender_new(const struct eh_sender_options *, struct eh_sender **ret,
                  struct eh_error *) EH_MUST_CHECK;
void eh_sender_free(struct eh_sender *); /* NULL allowed */
/* The request for a session: before any other, and whenever the helpdesk says that it is over. */
void eh_sender_login_with(struct eh_sender *, json_t *request);
/* After read_login(). NULL: nothing but cookies. */
void eh_sender_session(struct eh_sender *, const char *session);
/* A reference is taken. -EH_EFULL: too many wait; -EH_EINVAL: it is no request; the callback is not
 * called then, and never from within. */
int eh_sender_send(struct eh_sender *, json_t *request, eh_web_fn *, void *context) EH_MUST_CHECK;
/* Callbacks of this context will not be called any more. */
void eh_sender_forget(struct eh_sender *, const void *context);
void eh_sender_figures(const struct eh_sender *, struct eh_sender_figures *ret);
/* Why the helpdesk is left alone just now, one line; "": it is not. */
const char *eh_sender_trouble(const struct eh_sender *);

#endif
