/*
 * sender: which request goes next, and when. See sender.h.
 *
 * Nothing is sent but from the timer, so that a callback never runs within the call that asked.
 */
#include "bridge/out/sender.h"

#include <stdlib.h>
#include <sys/queue.h>
#include <time.h>

#include "host/bounded.h"
#include "bridge/out/backoff.h"
#include "bridge/out/bucket.h"
#include "bridge/out/render.h"
#include "host/clock.h"
#include "host/log.h"

struct ask {
    TAILQ_ENTRY(ask) asks;
    struct eh_sender *sender;
    json_t *request;
    eh_web_fn *on_answer; /* NULL: forgotten */
    void *context;
    bool is_login;
    bool again; /* it was sent once, and the session was over */
};

TAILQ_HEAD(ask_list, ask);

struct eh_sender {
    struct event_base *base;
    struct eh_web *web;
    char url[512];
    const char *secret;
    json_t *auth, *auth_body, *session_words, *login; /* login NULL: there is no session */
    char session[EH_SESSION_MAX];                     /* "": not logged in */
    int (*read_login)(void *context, const struct eh_web_answer *);
    void (*on_state)(void *context, const char *why);
    void *context;
    struct ask_list waiting, under_way;
    unsigned under_way_count;
    bool has_login, logging_in;
    int login_status; /* of the login's answer */
    struct eh_bucket bucket;
    struct eh_backoff backoff;
    int64_t held_until_us;
    struct event *timer;
    char trouble[EH_ERROR_TEXT_MAX];
    struct eh_sender_figures figures;
};

static void sender_wake(struct eh_sender *sender, int64_t wait_us)
{
    const struct timeval wait = {wait_us / 1000000, wait_us % 1000000};
    event_add(sender->timer, &wait);
}

/* ---- How the helpdesk is. */

static void trouble_set(struct eh_sender *sender, const char *why)
{
    bool was = *sender->trouble;
    eh_format(sender->trouble, sizeof sender->trouble, "%s", why ? why : "");
    if (why && !was)
        eh_log(EH_LOG_WARNING, "%s; it is left alone for a while", why);
    else if (!why && was)
        eh_log(EH_LOG_INFO, "%s answers again", sender->url);
    if (sender->on_state && (why || was))
        sender->on_state(sender->context, why);
}

static void sender_hold(struct eh_sender *sender, int64_t ms, const char *why)
{
    uint32_t chance;
    evutil_secure_rng_get_bytes(&chance, sizeof chance);
    if (ms < 0)
        ms = eh_backoff_next_ms(&sender->backoff, chance);
    int64_t until_us = eh_clock_monotonic_us() + ms * 1000;
    if (until_us > sender->held_until_us)
        sender->held_until_us = until_us;
    sender->figures.held++;
    trouble_set(sender, why);
}

/* How long it says; -1: it says nothing. */
static int64_t retry_after_of(const struct eh_web_answer *answer)
{
    const char *value = json_string_value(json_object_get(answer->headers, "retry-after"));
    return value ? eh_retry_after_ms(eh_str(value), time(NULL)) : -1;
}

static void status_note(struct eh_sender *sender, const struct eh_web_answer *answer)
{
    char why[EH_ERROR_TEXT_MAX];
    int status = answer->status;
    bool away = status == 429 || status == 502 || status == 503 || status == 504;
    if (away || (status == 401 && !sender->login)) {
        eh_format(why, sizeof why, "%s: answers %d%s", sender->url, status,
                  status == 401 ? ": it does not take our secret" : "");
        sender_hold(sender, away ? retry_after_of(answer) : -1, why);
        return;
    }
    eh_backoff_reset(&sender->backoff);
    trouble_set(sender, NULL);
}

static void answer_note(struct eh_sender *sender, const struct eh_web_answer *answer)
{
    sender->figures.answered += answer->end == EH_WEB_ANSWERED ? 1 : 0;
    sender->figures.lost += answer->end == EH_WEB_LOST ? 1 : 0;
    sender->figures.unsent += answer->end == EH_WEB_UNSENT ? 1 : 0;
    if (answer->end == EH_WEB_ANSWERED)
        status_note(sender, answer);
    else
        sender_hold(sender, -1, answer->why);
}

/* ---- The session. */

/* The cookie that begins so; all of them, where no name is given. */
static struct eh_str cookie_find(const char *cookies, const char *prefix)
{
    struct eh_str all = eh_str(cookies);
    for (const char *at = cookies; prefix && *at;) {
        size_t size = strcspn(at, ";");
        if (strncmp(at, prefix, strlen(prefix)) == 0)
            return eh_str_n(at, size);
        at += size + strspn(at + size, "; ");
    }
    return prefix ? eh_str(NULL) : all;
}

static void session_take(struct eh_sender *sender, const struct eh_web_answer *answer)
{
    const char *key = json_string_value(json_object_get(sender->session_words, "body"));
    const char *prefix = json_string_value(json_object_get(sender->session_words, "cookie"));
    json_t *body = NULL;
    if (key && eh_bounded_json(answer->body, &body, NULL) == 0) {
        const char *text = json_string_value(json_object_get(body, key));
        eh_format(sender->session, sizeof sender->session, "%s", text ? text : "");
    } else if (!key) {
        struct eh_str cookie = cookie_find(answer->cookies, prefix);
        eh_format(sender->session, sizeof sender->session, "%.*s", EH_STR_ARG(cookie));
    }
    json_decref(body);
}

/* Whatever it said is known; the hold for one without an answer stands already. */
static void login_end(struct eh_sender *sender, int status)
{
    char why[EH_ERROR_TEXT_MAX];
    sender->logging_in = false;
    sender->figures.logins += *sender->session ? 1 : 0;
    if (!*sender->session && status > 0) {
        eh_format(why, sizeof why, "%s: the login is answered %d and begins no session",
                  sender->url, status);
        sender_hold(sender, -1, why);
    }
    sender_wake(sender, 0);
}

static void login_answered(struct eh_sender *sender, const struct eh_web_answer *answer)
{
    bool is_taken = answer->end == EH_WEB_ANSWERED && answer->status < 400;
    sender->login_status = answer->status;
    if (is_taken)
        session_take(sender, answer);
    if (!is_taken || !sender->read_login || sender->read_login(sender->context, answer) < 0)
        login_end(sender, answer->status);
}

void eh_sender_session(struct eh_sender *sender, const char *session)
{
    if (session)
        eh_format(sender->session, sizeof sender->session, "%s", session);
    login_end(sender, sender->login_status);
}

static bool session_is_over(const struct eh_sender *sender, const struct eh_web_answer *answer)
{
    int s = answer->status;
    return sender->login && answer->end == EH_WEB_ANSWERED &&
           (s == 401 || s == 302 || s == 303 || s == 307);
}

/* ---- Asks. */

static void ask_free(struct ask *ask)
{
    json_decref(ask->request);
    free(ask);
}

static void ask_answer(struct ask *ask, const struct eh_web_answer *answer)
{
    if (ask->is_login)
        login_answered(ask->sender, answer);
    else if (ask->on_answer)
        ask->on_answer(ask->context, answer);
    ask_free(ask);
}

static void on_answer(void *context, const struct eh_web_answer *answer)
{
    struct ask *ask = context;
    struct eh_sender *sender = ask->sender;
    TAILQ_REMOVE(&sender->under_way, ask, asks);
    sender->under_way_count--;
    answer_note(sender, answer);
    if (!ask->is_login && session_is_over(sender, answer)) {
        explicit_bzero(sender->session, sizeof sender->session);
        if (!ask->again) {
            ask->again = true;
            TAILQ_INSERT_HEAD(&sender->waiting, ask, asks);
            sender->figures.waiting++;
            sender_wake(sender, 0);
            return;
        }
        sender_hold(sender, -1, "the helpdesk ends each session at once");
    }
    ask_answer(ask, answer);
    sender_wake(sender, 0);
}

/* It cannot be sent, whatever the helpdesk does. */
static void ask_unsent(struct ask *ask, const char *why)
{
    json_t *headers = json_object();
    const struct eh_web_answer answer = {
        .end = EH_WEB_UNSENT, .headers = headers, .cookies = "", .why = why};
    if (ask->is_login) {
        ask->sender->logging_in = false;
        sender_hold(ask->sender, -1, why);
        ask_free(ask);
    } else {
        ask_answer(ask, &answer);
    }
    json_decref(headers);
}

static void ask_send(struct ask *ask)
{
    struct eh_sender *sender = ask->sender;
    struct eh_error error = {0};
    struct eh_rendered rendered = {0};
    const struct eh_render_words words = {sender->secret, sender->session, sender->url,
                                          sender->auth_body, time(NULL)};
    int r = eh_render(ask->request, ask->is_login ? NULL : sender->auth, &words, ask->is_login,
                      &rendered, &error);
    const struct eh_web_request request = {rendered.method, rendered.path, rendered.headers,
                                           rendered.body};
    if (r == 0)
        r = eh_web_send(sender->web, &request, on_answer, ask, &error);
    eh_rendered_done(&rendered);
    if (r < 0) {
        ask_unsent(ask, error.text);
        return;
    }
    TAILQ_INSERT_TAIL(&sender->under_way, ask, asks);
    sender->under_way_count++;
    sender->figures.sent++;
}

/* ---- Which goes next. */

static struct ask *ask_new(struct eh_sender *sender, json_t *request, eh_web_fn *fn, void *context)
{
    struct ask *ask = calloc(1, sizeof *ask);
    if (ask)
        *ask = (struct ask){.sender = sender,
                            .request = json_incref(request),
                            .on_answer = fn,
                            .context = context,
                            .is_login = !fn};
    return ask;
}

/* NULL: nothing may go, or nothing is there. */
static struct ask *ask_next(struct eh_sender *sender)
{
    struct ask *first = TAILQ_FIRST(&sender->waiting);
    if (sender->under_way_count >= EH_SENDER_WINDOW || !first || sender->logging_in ||
        (sender->has_login && !sender->login))
        return NULL;
    int64_t now_us = eh_clock_monotonic_us(), wait_us = sender->held_until_us - now_us;
    if (wait_us <= 0)
        wait_us = eh_bucket_wait_us(&sender->bucket, now_us);
    if (wait_us > 0) {
        sender_wake(sender, wait_us);
        return NULL;
    }
    if (sender->login && !*sender->session) {
        first = ask_new(sender, sender->login, NULL, NULL);
        sender->logging_in = first != NULL;
    } else {
        TAILQ_REMOVE(&sender->waiting, first, asks);
        sender->figures.waiting--;
    }
    bool is_within = !first || eh_bucket_take(&sender->bucket, now_us);
    eh_require(is_within); /* its wait was over */
    return first;
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct eh_sender *sender = context;
    for (struct ask *ask; (ask = ask_next(sender)) != NULL;)
        ask_send(ask);
}

int eh_sender_send(struct eh_sender *sender, json_t *request, eh_web_fn *fn, void *context)
{
    if (!eh_render_fits(request))
        return -EH_EINVAL;
    if (sender->figures.waiting >= EH_SENDER_QUEUE_MAX)
        return -EH_EFULL;
    struct ask *ask = ask_new(sender, request, fn, context);
    if (!ask)
        return -EH_ENOMEM;
    TAILQ_INSERT_TAIL(&sender->waiting, ask, asks);
    sender->figures.waiting++;
    sender_wake(sender, 0);
    return 0;
}

void eh_sender_forget(struct eh_sender *sender, const void *context)
{
    struct ask *ask, *next;
    for (ask = TAILQ_FIRST(&sender->waiting); ask; ask = next) {
        next = TAILQ_NEXT(ask, asks);
        if (ask->context != context)
            continue;
        TAILQ_REMOVE(&sender->waiting, ask, asks);
        sender->figures.waiting--;
        ask_free(ask);
    }
    TAILQ_FOREACH(ask, &sender->under_way, asks)
    if (ask->context == context)
        ask->on_answer = NULL;
}

void eh_sender_login_with(struct eh_sender *sender, json_t *request)
{
    json_decref(sender->login);
    sender->login = json_incref(request);
    sender_wake(sender, 0);
}

void eh_sender_figures(const struct eh_sender *sender, struct eh_sender_figures *ret)
{
    *ret = sender->figures;
}

const char *eh_sender_trouble(const struct eh_sender *sender)
{
    return sender->trouble;
}

/* ---- Its life. */

int eh_sender_new(const struct eh_sender_options *options, struct eh_sender **ret,
                  struct eh_error *error)
{
    struct eh_sender *sender = calloc(1, sizeof *sender);
    if (!sender)
        return eh_error_set(error, EH_ENOMEM, "sender: out of memory");
    *sender = (struct eh_sender){.base = options->base,
                                 .web = options->web,
                                 .secret = options->secret,
                                 .auth = json_incref(options->auth),
                                 .auth_body = json_incref(options->auth_body),
                                 .session_words = json_incref(options->session),
                                 .has_login = options->has_login,
                                 .read_login = options->read_login,
                                 .on_state = options->on_state,
                                 .context = options->context};
    TAILQ_INIT(&sender->waiting);
    TAILQ_INIT(&sender->under_way);
    eh_bucket_init(&sender->bucket, options->rate_count, options->rate_us);
    sender->timer = event_new(options->base, -1, 0, on_timer, sender);
    eh_format(sender->url, sizeof sender->url, "%s", options->url);
    int r = 0;
    if (!sender->timer)
        r = eh_error_set(error, EH_ENOMEM, "sender: out of memory");
    if (r < 0) {
        eh_sender_free(sender);
        return r;
    }
    *ret = sender;
    return 0;
}

static void list_free(struct eh_sender *sender, struct ask_list *list)
{
    for (struct ask *ask; (ask = TAILQ_FIRST(list)) != NULL;) {
        TAILQ_REMOVE(list, ask, asks);
        eh_web_forget(sender->web, ask);
        ask_free(ask);
    }
}

void eh_sender_free(struct eh_sender *sender)
{
    if (!sender)
        return;
    list_free(sender, &sender->waiting);
    list_free(sender, &sender->under_way);
    if (sender->timer)
        event_free(sender->timer);
    json_decref(sender->auth);
    json_decref(sender->auth_body);
    json_decref(sender->session_words);
    json_decref(sender->login);
    explicit_bzero(sender, sizeof *sender);
    free(sender);
}
