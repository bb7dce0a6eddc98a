/*
 * admin: a client of HTTP/1.1 that knows what evenhandd says and no more: a status line, headers, a
 * body of Content-Length bytes.
 */
#include "bridge/sync/admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/un.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>

#include "bridge/map/bounded.h"

#define HEADERS_MAX 16384
#define TARGET_MAX  1024

struct question {
    struct question *next;
    char *target;
    eh_asker_fn *fn;
    void *context;
    bool again; /* it was asked before, on a connection that had been idle */
};

struct eh_asker {
    struct event_base *base;
    struct sockaddr_un address;
    struct question *head, *tail;
    unsigned waiting;
    bool asked;  /* the head's answer is owed */
    bool reused; /* the connection has answered before */
    struct bufferevent *link;
    struct event *kick;
    ssize_t size; /* of the body; < 0: the headers have not come yet */
    int status;
};

static void on_readable(struct bufferevent *, void *);
static void on_event(struct bufferevent *, short, void *);

static void kick(struct eh_asker *asker)
{
    event_active(asker->kick, EV_TIMEOUT, 1);
}

static void question_free(struct question *question)
{
    free(question->target);
    free(question);
}

static void hang_up(struct eh_asker *asker)
{
    if (asker->link)
        bufferevent_free(asker->link);
    asker->link = NULL;
    asker->asked = asker->reused = false;
}

static void settle(struct eh_asker *asker, const struct eh_asker_answer *answer)
{
    struct question *question = asker->head;
    asker->head = question->next;
    if (!asker->head)
        asker->tail = NULL;
    asker->waiting--;
    asker->asked = false;
    kick(asker);
    question->fn(question->context, answer);
    question_free(question);
}

static void fail(struct eh_asker *asker, const char *why)
{
    const struct eh_asker_answer none = {.why = why};
    hang_up(asker);
    if (asker->head)
        settle(asker, &none);
}

/* ---- Asking. */

static void dial(struct eh_asker *asker)
{
    static const struct timeval most = {EH_ASKER_S, 0};
    asker->link = bufferevent_socket_new(asker->base, -1, BEV_OPT_CLOSE_ON_FREE);
    eh_require(asker->link);
    bufferevent_setcb(asker->link, on_readable, NULL, on_event, asker);
    bufferevent_enable(asker->link, EV_READ | EV_WRITE);
    bufferevent_set_timeouts(asker->link, &most, &most);
    if (bufferevent_socket_connect(asker->link, (struct sockaddr *)&asker->address,
                                   sizeof asker->address) < 0)
        fail(asker, "evenhandd's admin socket cannot be reached");
}

static void on_kick(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    struct eh_asker *asker = context;
    if (!asker->head || asker->asked)
        return;
    if (!asker->link)
        dial(asker);
    if (!asker->link)
        return;
    asker->asked = true;
    asker->size = -1;
    evbuffer_add_printf(bufferevent_get_output(asker->link),
                        "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", asker->head->target);
}

/* ---- Its answer. */

/* The bytes up to and with the empty line, as text; NULL: it has not come. */
static char *head_of(struct evbuffer *input)
{
    struct evbuffer_ptr end = evbuffer_search(input, "\r\n\r\n", 4, NULL);
    if (end.pos < 0)
        return NULL;
    char *head = malloc((size_t)end.pos + 5);
    eh_require(head);
    evbuffer_remove(input, head, (size_t)end.pos + 4);
    head[end.pos + 4] = 0;
    return head;
}

static void read_head(struct eh_asker *asker, const char *head)
{
    const char *length = strcasestr(head, "\r\nContent-Length:");
    asker->status = 0;
    asker->size = 0;
    if (sscanf(head, "HTTP/1.1 %d", &asker->status) != 1)
        asker->status = 0;
    if (length)
        asker->size = (ssize_t)strtoul(length + strlen("\r\nContent-Length:"), NULL, 10);
}

static void take_body(struct eh_asker *asker, struct evbuffer *input)
{
    struct eh_asker_answer answer = {.status = asker->status};
    size_t size = (size_t)asker->size;
    const char *text = size ? (const char *)evbuffer_pullup(input, asker->size) : "";
    eh_require(text);
    if (eh_bounded_json(eh_str_n(text, size), &answer.body, NULL) < 0)
        answer.body = NULL;
    evbuffer_drain(input, size);
    asker->reused = true;
    settle(asker, &answer);
    json_decref(answer.body);
}

static void on_readable(struct bufferevent *link, void *context)
{
    struct eh_asker *asker = context;
    struct evbuffer *input = bufferevent_get_input(link);
    if (!asker->asked) {
        hang_up(asker); /* nobody asked */
        return;
    }
    char *head = asker->size < 0 ? head_of(input) : NULL;
    if (head)
        read_head(asker, head);
    free(head);
    if (asker->size < 0 && evbuffer_get_length(input) > HEADERS_MAX)
        fail(asker, "evenhandd answers with something else than HTTP");
    else if (asker->size > (ssize_t)EH_ASKER_ANSWER_MAX)
        fail(asker, "evenhandd's answer is too large");
    else if (asker->size >= 0 && evbuffer_get_length(input) >= (size_t)asker->size)
        take_body(asker, input);
}

/* A connection that was idle may have been closed just before we asked: once more. */
static void on_event(struct bufferevent *link, short what, void *context)
{
    (void)link;
    struct eh_asker *asker = context;
    if (what == BEV_EVENT_CONNECTED)
        return;
    if (asker->asked && asker->reused && !asker->head->again && !(what & BEV_EVENT_TIMEOUT)) {
        asker->head->again = true;
        hang_up(asker);
        kick(asker);
    } else if (asker->asked) {
        fail(asker, what & BEV_EVENT_TIMEOUT ? "evenhandd does not answer in time"
                                             : "evenhandd's admin socket cannot be reached");
    } else {
        hang_up(asker);
    }
}

/* ---- What the owner calls. */

int eh_asker_new(struct event_base *base, const char *path, struct eh_asker **ret,
                 struct eh_error *error)
{
    struct eh_asker *asker = calloc(1, sizeof *asker);
    if (!asker)
        return eh_error_set(error, EH_ENOMEM, "admin_socket: out of memory");
    if (strlen(path) >= sizeof asker->address.sun_path) {
        free(asker);
        return eh_error_set(error, EH_EINVAL, "admin_socket: %s: the path is too long", path);
    }
    asker->base = base;
    asker->address.sun_family = AF_UNIX;
    strcpy(asker->address.sun_path, path);
    asker->kick = event_new(base, -1, 0, on_kick, asker);
    eh_require(asker->kick);
    *ret = asker;
    return 0;
}

int eh_asker_ask(struct eh_asker *asker, const char *target, eh_asker_fn *fn, void *context)
{
    if (asker->waiting >= EH_ASKER_WAITING_MAX || strlen(target) > TARGET_MAX)
        return -EH_EFULL;
    struct question *question = calloc(1, sizeof *question);
    char *copy = strdup(target);
    if (!question || !copy) {
        free(question);
        free(copy);
        return -EH_ENOMEM;
    }
    *question = (struct question){.target = copy, .fn = fn, .context = context};
    if (asker->tail)
        asker->tail->next = question;
    else
        asker->head = question;
    asker->tail = question;
    asker->waiting++;
    kick(asker);
    return 0;
}

void eh_asker_free(struct eh_asker *asker)
{
    if (!asker)
        return;
    hang_up(asker);
    while (asker->head) {
        struct question *question = asker->head;
        asker->head = question->next;
        question_free(question);
    }
    event_free(asker->kick);
    free(asker);
}

const char *eh_asker_words(const struct eh_asker_answer *answer)
{
    const char *said =
        json_string_value(json_object_get(json_object_get(answer->body, "error"), "message"));
    return answer->why ? answer->why : said ? said : "evenhandd refuses, and does not say why";
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._~", c));
}

bool eh_asker_encode(const char *text, char *ret, size_t size)
{
    size_t at = 0;
    for (; *text; text++) {
        if (at + 4 > size)
            return false;
        if (is_plain(*text))
            ret[at++] = *text;
        else
            at += (size_t)snprintf(ret + at, size - at, "%%%02X", (unsigned char)*text);
    }
    ret[at] = 0;
    return true;
}
