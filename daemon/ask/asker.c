/*
 * asker: a client of HTTP/1.1 that knows what evenhandd says and no more: a status line, headers, a
 * body of Content-Length bytes. A link has one question at a time.
 */
#include "ask/asker.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/un.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>

#include "host/bounded.h"

#define HEADERS_MAX 16384

struct asked {
    struct asked *next;
    struct evbuffer *text; /* of the request */
    eh_asker_fn *fn;
    void *context;
    bool twice; /* may be sent once more */
};

struct link {
    struct eh_asker *asker;
    struct bufferevent *bev;
    struct asked *asked; /* its answer is owed */
    bool reused;         /* it has answered before */
    bool last;           /* evenhandd closes it behind this answer */
    ssize_t size;        /* of the body; < 0: the headers have not come yet */
    int status;
};

struct eh_asker {
    struct eh_asker_options options;
    struct sockaddr_un address;
    struct asked *head, *tail; /* those that wait */
    unsigned waiting;
    unsigned owed;   /* answers */
    unsigned usable; /* links that are asked on: fewer after one was refused */
    struct event *kick;
    struct link links[EH_ASKER_LINKS_MAX];
};

static void on_readable(struct bufferevent *, void *);
static void on_event(struct bufferevent *, short, void *);

static void kick(struct eh_asker *asker)
{
    event_active(asker->kick, EV_TIMEOUT, 1);
}

static void asked_free(struct asked *asked)
{
    if (asked->text)
        evbuffer_free(asked->text);
    free(asked);
}

static void hang_up(struct link *link)
{
    if (link->bev)
        bufferevent_free(link->bev);
    link->bev = NULL;
    link->reused = link->last = false;
}

static void settle(struct link *link, const struct eh_asker_answer *answer)
{
    struct eh_asker *asker = link->asker;
    struct asked *asked = link->asked;
    link->asked = NULL;
    if (--asker->owed == 0 && !asker->head)
        asker->usable = asker->options.links;
    kick(asker);
    asked->fn(asked->context, answer);
    asked_free(asked);
}

static void fail(struct link *link, const char *why)
{
    const struct eh_asker_answer none = {.why = why};
    hang_up(link);
    if (link->asked)
        settle(link, &none);
}

/* ---- Asking. */

static void dial(struct link *link)
{
    static const struct timeval most = {EH_ASKER_S, 0};
    struct eh_asker *asker = link->asker;
    link->bev = bufferevent_socket_new(asker->options.base, -1, BEV_OPT_CLOSE_ON_FREE);
    eh_require(link->bev);
    bufferevent_setcb(link->bev, on_readable, NULL, on_event, link);
    bufferevent_enable(link->bev, EV_READ | EV_WRITE);
    bufferevent_set_timeouts(link->bev, &most, &most);
    if (bufferevent_socket_connect(link->bev, (struct sockaddr *)&asker->address,
                                   sizeof asker->address) < 0)
        fail(link, "evenhandd's admin socket cannot be reached");
}

/* The text stays, for a second time. */
static void send_question(struct link *link)
{
    size_t size = evbuffer_get_length(link->asked->text);
    link->size = -1;
    if (!link->bev)
        dial(link);
    if (link->bev)
        bufferevent_write(link->bev, evbuffer_pullup(link->asked->text, -1), size);
}

/* One that is connected goes before one that is not. */
static struct link *idle_link(struct eh_asker *asker)
{
    struct link *found = NULL;
    for (unsigned i = 0; i < asker->usable; i++) {
        struct link *link = &asker->links[i];
        if (!link->asked && (!found || (link->bev && !found->bev)))
            found = link;
    }
    return found;
}

static struct asked *take_first(struct eh_asker *asker)
{
    struct asked *first = asker->head;
    asker->head = first->next;
    if (!asker->head)
        asker->tail = NULL;
    asker->waiting--;
    return first;
}

static void on_kick(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    struct eh_asker *asker = context;
    for (struct link *link; asker->head && (link = idle_link(asker));) {
        link->asked = take_first(asker);
        asker->owed++;
        send_question(link);
    }
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

static void read_head(struct link *link, const char *head)
{
    const char *length = strcasestr(head, "\r\nContent-Length:");
    link->status = 0;
    link->size = 0;
    link->last = strcasestr(head, "\r\nConnection: close") != NULL;
    if (sscanf(head, "HTTP/1.1 %d", &link->status) != 1)
        link->status = 0;
    if (length)
        link->size = (ssize_t)strtoul(length + strlen("\r\nContent-Length:"), NULL, 10);
}

/* evenhandd lets in so many connections, and a link beside others may be one too many: it is not
 * asked on any more until all questions are answered. */
static bool is_one_too_many(const struct link *link)
{
    return (link->status == 503 || link->status == 429) && link != link->asker->links &&
           !link->reused;
}

/* The question is the first that whichever link is free next is asked. */
static void ask_elsewhere(struct link *link)
{
    struct eh_asker *asker = link->asker;
    struct asked *asked = link->asked;
    link->asked = NULL;
    hang_up(link);
    asker->owed--;
    asked->next = asker->head;
    asker->head = asked;
    if (!asker->tail)
        asker->tail = asked;
    asker->waiting++;
    kick(asker);
}

static void take_body(struct link *link, struct evbuffer *input)
{
    struct eh_asker_answer answer = {.status = link->status, .size = (size_t)link->size};
    if (is_one_too_many(link)) {
        link->asker->usable = (unsigned)(link - link->asker->links);
        ask_elsewhere(link);
        return;
    }
    const char *text = answer.size ? (const char *)evbuffer_pullup(input, link->size) : "";
    eh_require(text);
    if (eh_bounded_json(eh_str_n(text, answer.size), &answer.body, NULL) < 0)
        answer.body = NULL;
    evbuffer_drain(input, answer.size);
    link->reused = true;
    if (link->last)
        hang_up(link);
    settle(link, &answer);
    json_decref(answer.body);
}

static void on_readable(struct bufferevent *bev, void *context)
{
    struct link *link = context;
    struct evbuffer *input = bufferevent_get_input(bev);
    if (!link->asked) {
        hang_up(link); /* nobody asked */
        return;
    }
    char *head = link->size < 0 ? head_of(input) : NULL;
    if (head)
        read_head(link, head);
    free(head);
    if (link->size < 0 && evbuffer_get_length(input) > HEADERS_MAX)
        fail(link, "evenhandd answers with something else than HTTP");
    else if (link->size > (ssize_t)EH_ASKER_ANSWER_MAX)
        fail(link, "evenhandd's answer is too large");
    else if (link->size >= 0 && evbuffer_get_length(input) >= (size_t)link->size)
        take_body(link, input);
}

/* A link that was idle may have been closed just before we asked, and one beside others may not be
 * let in: once more. */
static void on_event(struct bufferevent *bev, short what, void *context)
{
    (void)bev;
    struct link *link = context;
    bool late = what & BEV_EVENT_TIMEOUT;
    bool may_ask = link->reused || link != link->asker->links;
    if (what == BEV_EVENT_CONNECTED)
        return;
    if (link->asked && may_ask && link->asked->twice && !late) {
        link->asked->twice = false;
        ask_elsewhere(link);
    } else {
        fail(link, late ? "evenhandd does not answer in time"
                        : "evenhandd's admin socket cannot be reached");
    }
}

/* ---- What the owner calls. */

int eh_asker_new(const struct eh_asker_options *options, struct eh_asker **ret,
                 struct eh_error *error)
{
    eh_require(options->links > 0 && options->links <= EH_ASKER_LINKS_MAX);
    struct eh_asker *asker = calloc(1, sizeof *asker);
    if (!asker)
        return eh_error_set(error, EH_ENOMEM, "admin_socket: out of memory");
    if (strlen(options->path) >= sizeof asker->address.sun_path) {
        free(asker);
        return eh_error_set(error, EH_EINVAL, "admin_socket: %s: the path is too long",
                            options->path);
    }
    asker->options = *options;
    asker->usable = options->links;
    asker->address.sun_family = AF_UNIX;
    strcpy(asker->address.sun_path, options->path);
    for (unsigned i = 0; i < EH_ASKER_LINKS_MAX; i++)
        asker->links[i].asker = asker;
    asker->kick = event_new(options->base, -1, 0, on_kick, asker);
    eh_require(asker->kick);
    *ret = asker;
    return 0;
}

static bool fits_header(const char *text)
{
    return !text || eh_name_valid(eh_str(text), EH_NAME_MAX);
}

static void write_request(struct evbuffer *text, const struct eh_question *question)
{
    evbuffer_add_printf(text, "%s %s HTTP/1.1\r\nHost: localhost\r\n",
                        question->method ? question->method : "GET", question->target);
    if (question->as)
        evbuffer_add_printf(text, "Evenhand-As: %s\r\n", question->as);
    if (question->event)
        evbuffer_add_printf(text, "Idempotency-Key: %s\r\n", question->event);
    if (question->method)
        evbuffer_add_printf(text, "Content-Length: %u\r\n", question->body.size);
    evbuffer_add_printf(text, "\r\n");
    evbuffer_add(text, question->body.data, question->body.size);
}

int eh_asker_ask(struct eh_asker *asker, const struct eh_question *question)
{
    if (asker->waiting >= EH_ASKER_WAITING_MAX || strlen(question->target) > EH_ASKER_TARGET_MAX)
        return -EH_EFULL;
    if (!fits_header(question->as) || !fits_header(question->event))
        return -EH_EINVAL;
    struct asked *asked = calloc(1, sizeof *asked);
    if (asked)
        asked->text = evbuffer_new();
    if (!asked || !asked->text) {
        free(asked);
        return -EH_ENOMEM;
    }
    write_request(asked->text, question);
    asked->fn = question->fn;
    asked->context = question->context;
    asked->twice = !question->method || question->event;
    if (asker->tail)
        asker->tail->next = asked;
    else
        asker->head = asked;
    asker->tail = asked;
    asker->waiting++;
    kick(asker);
    return 0;
}

int eh_asker_get(struct eh_asker *asker, const char *target, eh_asker_fn *fn, void *context)
{
    const struct eh_question question = {.target = target, .fn = fn, .context = context};
    return eh_asker_ask(asker, &question);
}

void eh_asker_free(struct eh_asker *asker)
{
    if (!asker)
        return;
    while (asker->head)
        asked_free(take_first(asker));
    for (unsigned i = 0; i < asker->options.links; i++) {
        hang_up(&asker->links[i]);
        if (asker->links[i].asked)
            asked_free(asker->links[i].asked);
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
