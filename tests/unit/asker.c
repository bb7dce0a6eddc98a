/*
 * asker: questions reach the admin socket as they were asked, over so many links and no more, and
 * their answers come back once, within their bounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "ask/asker.h"
#include "http/error.h"
#include "http/server.h"

#define LINKS  3
#define ROUNDS 200000

static struct event_base *base;
static struct eh_http_server *server;
static struct eh_asker *asker;
static char folder[] = "/tmp/eh-asker-XXXXXX", path[64];

static struct eh_http_request *owed[64]; /* requests that wait for their answer */
static unsigned owed_count, most_owed, seen;
static unsigned answered;
static int status;
static char words[200];

static void on_ask(void *context, struct eh_http_request *request)
{
    (void)context;
    seen++;
    owed[owed_count++] = request;
    most_owed = owed_count > most_owed ? owed_count : most_owed;
}

static const struct eh_http_owner owner = {.name = "test", .methods = "GET, POST", .ask = on_ask};
static const struct eh_http_limits limits = {EH_HTTP_LIMITS_USUAL};

static void start(void)
{
    struct eh_error error = {0};
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/s", folder);
    base = event_base_new();
    const struct eh_http_options options = {base, &owner, &limits, NULL};
    const struct eh_http_address address = {.text = path, .setting = "listen"};
    const struct eh_asker_options asking = {.base = base, .path = path, .links = LINKS};
    cr_assert_eq(eh_http_server_new(&options, &server, &error), 0, "%s", error.text);
    cr_assert_eq(eh_http_server_listen(server, &address, &error), 0, "%s", error.text);
    cr_assert_eq(eh_asker_new(&asking, &asker, &error), 0, "%s", error.text);
}

static void stop(void)
{
    eh_asker_free(asker);
    while (owed_count > 0)
        eh_http_request_drop(owed[--owed_count]);
    eh_http_server_free(server);
    event_base_free(base);
    rmdir(folder);
}

TestSuite(asker, .init = start, .fini = stop, .timeout = 600);

static void on_answer(void *context, const struct eh_asker_answer *answer)
{
    (void)context;
    answered++;
    status = answer->status;
    snprintf(words, sizeof words, "%s", eh_asker_words(answer));
}

/* Turns of the loop until so many were seen, or answered. */
static void until(const unsigned *count, unsigned wanted)
{
    for (int i = 0; i < ROUNDS && *count < wanted; i++)
        event_base_loop(base, EVLOOP_NONBLOCK);
    cr_assert_geq(*count, wanted, "%u of %u", *count, wanted);
}

static void settle(void)
{
    for (int i = 0; i < 100; i++)
        event_base_loop(base, EVLOOP_NONBLOCK);
}

static void answer_with(int code, size_t size)
{
    struct evbuffer *body = evbuffer_new();
    evbuffer_add_printf(body, "\"");
    for (size_t i = 2; i < size; i++)
        evbuffer_add(body, "x", 1);
    evbuffer_add_printf(body, "\"");
    eh_http_answer(
        owed[--owed_count],
        &(struct eh_http_answer){.status = code, .content_type = EH_HTTP_JSON, .body = body});
    evbuffer_free(body);
}

Test(asker, a_change_goes_in_somebodys_name)
{
    const struct eh_question question = {.method = "POST",
                                         .target = "/v1/reps/ana/signal",
                                         .as = "\xc3\xa5sa",
                                         .event = "e1",
                                         .body = eh_str("{\"status\":\"away\"}"),
                                         .fn = on_answer};
    cr_assert_eq(eh_asker_ask(asker, &question), 0);
    cr_assert_eq(answered, 0);
    until(&seen, 1);
    cr_assert_str_eq(owed[0]->method, "POST");
    cr_assert_str_eq(owed[0]->path, "/v1/reps/ana/signal");
    cr_assert_str_eq(eh_http_header(owed[0], "Evenhand-As"), "\xc3\xa5sa");
    cr_assert_str_eq(eh_http_header(owed[0], "Idempotency-Key"), "e1");
    cr_assert(eh_str_equal(owed[0]->body, question.body));
    answer_with(200, 10);
    until(&answered, 1);
    cr_assert_eq(status, 200);
}

Test(asker, a_text_that_no_header_may_have_is_refused)
{
    struct eh_question question = {.target = "/", .as = "a\r\nX: y", .fn = on_answer};
    cr_assert_eq(eh_asker_ask(asker, &question), -EH_EINVAL);
    question.as = NULL;
    question.event = "a\nb";
    cr_assert_eq(eh_asker_ask(asker, &question), -EH_EINVAL);
}

Test(asker, so_many_links_and_no_more)
{
    for (int i = 0; i < 10; i++)
        cr_assert_eq(eh_asker_get(asker, "/x", on_answer, NULL), 0);
    until(&seen, LINKS);
    settle();
    cr_assert_eq(seen, LINKS);
    for (unsigned i = 1; i <= 10; i++) {
        answer_with(200, 10);
        until(&answered, i);
        if (LINKS + i <= 10)
            until(&seen, LINKS + i);
    }
    cr_assert_eq(most_owed, LINKS);
    cr_assert_eq(seen, 10);
}

Test(asker, a_link_that_is_one_too_many_is_not_asked_on)
{
    for (int i = 0; i < LINKS; i++)
        cr_assert_eq(eh_asker_get(asker, "/x", on_answer, NULL), 0);
    until(&seen, LINKS);
    struct eh_http_request *first = owed[0];
    owed[0] = owed[1];
    owed[1] = owed[2];
    owed_count = 2;
    answer_with(429, 10); /* of the last link, which was never answered on */
    answer_with(503, 10);
    settle();
    cr_assert_eq(answered, 0);
    owed[owed_count++] = first;
    for (unsigned i = 1; i <= LINKS; i++) {
        until(&owed_count, 1);
        cr_assert_eq(owed_count, 1);
        answer_with(200, 10);
        until(&answered, i);
        cr_assert_eq(status, 200);
    }
}

Test(asker, an_answer_has_a_bound)
{
    cr_assert_eq(eh_asker_get(asker, "/x", on_answer, NULL), 0);
    until(&seen, 1);
    answer_with(200, EH_ASKER_ANSWER_MAX);
    until(&answered, 1);
    cr_assert_eq(status, 200);
    cr_assert_eq(eh_asker_get(asker, "/x", on_answer, NULL), 0);
    until(&seen, 2);
    answer_with(200, EH_ASKER_ANSWER_MAX + 1);
    until(&answered, 2);
    cr_assert_eq(status, 0);
    cr_assert_str_eq(words, "evenhandd's answer is too large");
}

Test(asker, questions_that_wait_have_a_bound)
{
    char target[EH_ASKER_TARGET_MAX + 2] = "/";
    memset(target + 1, 'x', EH_ASKER_TARGET_MAX);
    cr_assert_eq(eh_asker_get(asker, target, on_answer, NULL), -EH_EFULL);
    for (int i = 0; i < EH_ASKER_WAITING_MAX; i++)
        cr_assert_eq(eh_asker_get(asker, "/x", on_answer, NULL), 0);
    cr_assert_eq(eh_asker_get(asker, "/x", on_answer, NULL), -EH_EFULL);
}

Test(asker, where_nobody_answers_it_says_so)
{
    eh_http_server_close(server);
    cr_assert_eq(eh_asker_get(asker, "/x", on_answer, NULL), 0);
    until(&answered, 1);
    cr_assert_eq(status, 0);
    cr_assert_str_eq(words, "evenhandd's admin socket cannot be reached");
}
