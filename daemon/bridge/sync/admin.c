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
    bool again; /* it was asked before, on a line that broke or was refused */
};

/* A connection, and what is asked on it. */
struct line {
    struct eh_asker *asker;
    struct bufferevent *link;  /* NULL: there is none */
    struct question *question; /* whose answer is owed, or NULL */
    bool reused;               /* it has answered before */
    ssize_t size;              /* of the body; < 0: the headers have not come yet */
    int status;
};

struct eh_asker {
    struct event_base *base;
    struct sockaddr_un address;
    struct question *head, *tail; /* that are not asked yet */
    unsigned waiting;             /* these, and those that are */
    struct line lines[EH_ASKER_LINES];
    unsigned line_count; /* that are used: fewer after one was refused */
    struct event *kick;
};

static void on_readable(struct bufferevent *, void *);
static void on_event(struct bufferevent *, short, void *);

static void kick(struct eh_asker *asker)
{
    event_active(asker->kick, EV_TIMEOUT, 1);
}

/* ---- Questions. */

static void question_free(struct question *question)
{
    free(question->target);
    free(question);
}

static void question_put(struct eh_asker *asker, struct question *question)
{
    question->next = NULL;
    if (asker->tail)
        asker->tail->next = question;
    else
        asker->head = question;
    asker->tail = question;
}

static struct question *question_take(struct eh_asker *asker)
{
    struct question *question = asker->head;
    asker->head = question->next;
    if (!asker->head)
        asker->tail = NULL;
    return question;
}

/* ---- Lines. */

static void hang_up(struct line *line)
{
    if (line->link)
        bufferevent_free(line->link);
    line->link = NULL;
    line->reused = false;
}

static void settle(struct line *line, const struct eh_asker_answer *answer)
{
    struct eh_asker *asker = line->asker;
    struct question *question = line->question;
    line->question = NULL;
    if (--asker->waiting == 0)
        asker->line_count = EH_ASKER_LINES;
    kick(asker);
    question->fn(question->context, answer);
    question_free(question);
}

static void fail(struct line *line, const char *why)
{
    const struct eh_asker_answer none = {.why = why};
    hang_up(line);
    if (line->question)
        settle(line, &none);
}

/* The question goes to whichever line is free next. */
static void ask_again(struct line *line)
{
    line->question->again = true;
    question_put(line->asker, line->question);
    line->question = NULL;
    hang_up(line);
    kick(line->asker);
}

static void dial(struct line *line)
{
    static const struct timeval most = {EH_ASKER_S, 0};
    struct eh_asker *asker = line->asker;
    line->link = bufferevent_socket_new(asker->base, -1, BEV_OPT_CLOSE_ON_FREE);
    eh_require(line->link);
    bufferevent_setcb(line->link, on_readable, NULL, on_event, line);
    bufferevent_enable(line->link, EV_READ | EV_WRITE);
    bufferevent_set_timeouts(line->link, &most, &most);
    if (bufferevent_socket_connect(line->link, (struct sockaddr *)&asker->address,
                                   sizeof asker->address) < 0)
        fail(line, "evenhandd's admin socket cannot be reached");
}

static void ask(struct line *line)
{
    line->question = question_take(line->asker);
    line->size = -1;
    if (!line->link)
        dial(line);
    if (line->link)
        evbuffer_add_printf(bufferevent_get_output(line->link),
                            "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", line->question->target);
}

static void on_kick(evutil_socket_t fd, short what, void *context)
{
    (void)fd, (void)what;
    struct eh_asker *asker = context;
    for (unsigned i = 0; i < asker->line_count && asker->head; i++)
        if (!asker->lines[i].question)
            ask(&asker->lines[i]);
}

/* ---- Answers. */

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

static void read_head(struct line *line, const char *head)
{
    const char *length = strcasestr(head, "\r\nContent-Length:");
    line->status = 0;
    line->size = 0;
    if (sscanf(head, "HTTP/1.1 %d", &line->status) != 1)
        line->status = 0;
    if (length)
        line->size = (ssize_t)strtoul(length + strlen("\r\nContent-Length:"), NULL, 10);
}

/* A user may have so many connections, and a line beside others may be one too many: it is not
 * asked on any more until all questions are answered. */
static bool is_one_too_many(const struct line *line)
{
    return line->status == 503 && line != line->asker->lines && !line->reused;
}

static void take_body(struct line *line, struct evbuffer *input)
{
    struct eh_asker_answer answer = {.status = line->status};
    size_t size = (size_t)line->size;
    if (is_one_too_many(line)) {
        line->asker->line_count = (unsigned)(line - line->asker->lines);
        ask_again(line);
        return;
    }
    const char *text = size ? (const char *)evbuffer_pullup(input, line->size) : "";
    eh_require(text);
    if (eh_bounded_json(eh_str_n(text, size), &answer.body, NULL) < 0)
        answer.body = NULL;
    evbuffer_drain(input, size);
    line->reused = true;
    settle(line, &answer);
    json_decref(answer.body);
}

static void on_readable(struct bufferevent *link, void *context)
{
    struct line *line = context;
    struct evbuffer *input = bufferevent_get_input(link);
    if (!line->question) {
        hang_up(line); /* nobody asked */
        return;
    }
    char *head = line->size < 0 ? head_of(input) : NULL;
    if (head)
        read_head(line, head);
    free(head);
    if (line->size < 0 && evbuffer_get_length(input) > HEADERS_MAX)
        fail(line, "evenhandd answers with something else than HTTP");
    else if (line->size > (ssize_t)EH_ASKER_ANSWER_MAX)
        fail(line, "evenhandd's answer is too large");
    else if (line->size >= 0 && evbuffer_get_length(input) >= (size_t)line->size)
        take_body(line, input);
}

/* A line that was idle may have been closed just before we asked, and one beside others may not be
 * let in: once more. */
static void on_event(struct bufferevent *link, short what, void *context)
{
    (void)link;
    struct line *line = context;
    if (what == BEV_EVENT_CONNECTED)
        return;
    bool may_ask = line->reused || line != line->asker->lines;
    if (line->question && may_ask && !line->question->again && !(what & BEV_EVENT_TIMEOUT))
        ask_again(line);
    else if (line->question)
        fail(line, what & BEV_EVENT_TIMEOUT ? "evenhandd does not answer in time"
                                            : "evenhandd's admin socket cannot be reached");
    else
        hang_up(line);
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
    asker->line_count = EH_ASKER_LINES;
    for (unsigned i = 0; i < EH_ASKER_LINES; i++)
        asker->lines[i].asker = asker;
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
    question_put(asker, question);
    asker->waiting++;
    kick(asker);
    return 0;
}

void eh_asker_free(struct eh_asker *asker)
{
    if (!asker)
        return;
    for (unsigned i = 0; i < EH_ASKER_LINES; i++) {
        hang_up(&asker->lines[i]);
        if (asker->lines[i].question)
            question_free(asker->lines[i].question);
    }
    while (asker->head)
        question_free(question_take(asker));
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
