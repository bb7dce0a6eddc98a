/*
 * web_ask: what is kept stays within its bounds, the oldest goes first; changes have a pace; what
 * waits for long holds up nothing else, and many changes are told once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "host/clock.h"
#include "http/server.h"
#include "web/ask/kept.h"
#include "web/change/pace.h"

#define MINUTE_US 60000000

TestSuite(web_ask, .timeout = 300);

static struct eh_kept_answers *kept_make(void)
{
    struct eh_kept_answers *kept;
    cr_assert_eq(eh_kept_new(&kept), 0);
    return kept;
}

static struct eh_kept *put(struct eh_kept_answers *kept, const char *person, const char *target,
                           size_t size)
{
    struct eh_kept *one = eh_kept_add(kept, person, target);
    if (one)
        eh_kept_weigh(kept, one, size);
    return one;
}

Test(web_ask, what_is_kept_is_one_persons)
{
    struct eh_kept_answers *kept = kept_make();
    struct eh_kept *ana = put(kept, "ana", "/v1/me", 10), *ben = put(kept, "ben", "/v1/me", 20);
    cr_assert_eq(eh_kept_find(kept, "ana", "/v1/me"), ana);
    cr_assert_eq(eh_kept_find(kept, "ben", "/v1/me"), ben);
    cr_assert_null(eh_kept_find(kept, "ana", "/v1/reps"));
    cr_assert_null(eh_kept_find(kept, "an", "a/v1/me"));
    cr_assert_eq(eh_kept_bytes(kept), 30);
    eh_kept_forget(kept, NULL);
    cr_assert_null(eh_kept_find(kept, "ana", "/v1/me"));
    cr_assert_eq(eh_kept_count(kept), 0);
    cr_assert_eq(eh_kept_bytes(kept), 0);
    eh_kept_free(kept);
}

Test(web_ask, of_one_person_what_is_kept_goes_alone)
{
    struct eh_kept_answers *kept = kept_make();
    struct eh_kept *ben = put(kept, "ben", "/v1/me", 20), *an = put(kept, "an", "/v1/me", 1);
    struct eh_kept *asked = eh_kept_add(kept, "ana", "/v1/reps");
    put(kept, "ana", "/v1/me", 10);
    eh_kept_forget(kept, "ana");
    cr_assert_null(eh_kept_find(kept, "ana", "/v1/me"));
    cr_assert_null(eh_kept_find(kept, "ana", "/v1/reps"));
    cr_assert(asked->over);
    cr_assert_eq(eh_kept_find(kept, "ben", "/v1/me"), ben);
    cr_assert_eq(eh_kept_find(kept, "an", "/v1/me"), an);
    cr_assert_eq(eh_kept_bytes(kept), 21);
    eh_kept_free(kept);
}

Test(web_ask, what_is_asked_for_stays_until_it_is_answered)
{
    struct eh_kept_answers *kept = kept_make();
    struct eh_kept *one = eh_kept_add(kept, "ana", "/v1/me");
    cr_assert_eq(eh_kept_find(kept, "ana", "/v1/me"), one);
    eh_kept_forget(kept, NULL);
    cr_assert_null(eh_kept_find(kept, "ana", "/v1/me"));
    cr_assert(one->over);
    cr_assert_eq(eh_kept_count(kept), 1);
    eh_kept_drop(kept, one);
    cr_assert_eq(eh_kept_count(kept), 0);
    eh_kept_free(kept);
}

#define MINUTE_AWAY (eh_clock_monotonic_us() + MINUTE_US)

Test(web_ask, what_is_dear_stays_until_it_is_due_or_the_desk_changes)
{
    struct eh_kept_answers *kept = kept_make();
    struct eh_kept *dear = put(kept, "ana", "/dear", 10),
                   *asked = eh_kept_add(kept, "ana", "/asked");
    put(kept, "ana", "/v1/me", 10);
    dear->dear = asked->dear = true;
    dear->due_us = MINUTE_AWAY;
    eh_kept_age(kept, NULL);
    cr_assert_null(eh_kept_find(kept, "ana", "/v1/me"));
    cr_assert_eq(eh_kept_find(kept, "ana", "/dear"), dear);
    cr_assert_eq(eh_kept_find(kept, "ana", "/asked"), asked); /* its answer is good enough, too */
    eh_kept_weigh(kept, asked, 5);
    cr_assert_null(eh_kept_find(kept, "ana", "/asked")); /* but for an error */
    dear->due_us = eh_clock_monotonic_us();
    cr_assert_null(eh_kept_find(kept, "ana", "/dear"));
    dear = put(kept, "ana", "/dear", 10);
    dear->dear = true;
    cr_assert_eq(eh_kept_find(kept, "ana", "/dear"), dear); /* due, but nothing moved since */
    dear->due_us = MINUTE_AWAY;
    eh_kept_age(kept, "ben");
    cr_assert_not(dear->stale);
    eh_kept_forget(kept, NULL);
    cr_assert_eq(eh_kept_count(kept), 0);
    eh_kept_free(kept);
}

Test(web_ask, bytes_have_a_bound)
{
    struct eh_kept_answers *kept = kept_make();
    put(kept, "ana", "/1", EH_ANSWERS_BYTES_MAX / 2);
    put(kept, "ana", "/2", EH_ANSWERS_BYTES_MAX / 2);
    cr_assert_eq(eh_kept_count(kept), 2);
    put(kept, "ana", "/3", 1);
    cr_assert_null(eh_kept_find(kept, "ana", "/1"));
    cr_assert_not_null(eh_kept_find(kept, "ana", "/2"));
    struct eh_kept *large = put(kept, "ana", "/4", EH_ANSWERS_BYTES_MAX + 1);
    cr_assert_eq(eh_kept_count(kept), 1);
    cr_assert_eq(eh_kept_find(kept, "ana", "/4"), large);
    put(kept, "ana", "/5", 1);
    cr_assert_eq(eh_kept_count(kept), 1);
    eh_kept_free(kept);
}

Test(web_ask, their_number_has_a_bound)
{
    struct eh_kept_answers *kept = kept_make();
    char target[24];
    for (int i = 0; i < EH_ANSWERS_MAX; i++) {
        eh_format(target, sizeof target, "/%d", i);
        cr_assert_not_null(put(kept, "ana", target, 1));
    }
    cr_assert_not_null(put(kept, "ana", "/more", 1));
    cr_assert_eq(eh_kept_count(kept), EH_ANSWERS_MAX);
    cr_assert_null(eh_kept_find(kept, "ana", "/0"));
    cr_assert_not_null(eh_kept_find(kept, "ana", "/1"));
    eh_kept_free(kept);
}

Test(web_ask, no_more_are_asked_for_than_may_be)
{
    struct eh_kept_answers *kept = kept_make();
    char target[24];
    for (int i = 0; i < EH_ANSWERS_MAX; i++) {
        eh_format(target, sizeof target, "/%d", i);
        cr_assert_not_null(eh_kept_add(kept, "ana", target));
    }
    cr_assert_null(eh_kept_add(kept, "ana", "/more"));
    eh_kept_free(kept);
}

Test(web_ask, changes_are_twenty_a_minute_of_each_person)
{
    struct eh_change_pace *pace;
    cr_assert_eq(eh_change_pace_new(&pace), 0);
    int64_t now = 5 * (int64_t)MINUTE_US;
    for (int i = 0; i < EH_CHANGES_A_MINUTE; i++)
        cr_assert(eh_change_pace_allows(pace, "ana", now + i));
    cr_assert_not(eh_change_pace_allows(pace, "ana", now + 100));
    cr_assert(eh_change_pace_allows(pace, "ben", now + 100));
    cr_assert_not(eh_change_pace_allows(pace, "ana", now + MINUTE_US - 1));
    cr_assert(eh_change_pace_allows(pace, "ana", now + MINUTE_US));
    cr_assert_not(eh_change_pace_allows(pace, "ana", now + MINUTE_US));
    eh_change_pace_free(pace);
}

Test(web_ask, people_who_change_something_have_a_bound)
{
    struct eh_change_pace *pace;
    char name[24];
    cr_assert_eq(eh_change_pace_new(&pace), 0);
    for (int i = 0; i < EH_CHANGE_PEOPLE_MAX; i++) {
        eh_format(name, sizeof name, "p%d", i);
        cr_assert(eh_change_pace_allows(pace, name, MINUTE_US));
    }
    cr_assert_not(eh_change_pace_allows(pace, "more", MINUTE_US + 1));
    cr_assert(eh_change_pace_allows(pace, "p7", MINUTE_US + 1));
    cr_assert(eh_change_pace_allows(pace, "more", 2 * MINUTE_US));
    eh_change_pace_free(pace);
}

/* ---- An evenhandd that answers what is asked for, but neither changes nor reports, until it is
 * told to. */

#define HELD_MAX 64

static struct event_base *base;
static struct eh_http_server *server;
static struct eh_answers *answers;
static struct eh_http_request *held[HELD_MAX];
static int held_count, held_changes, answered, moves, input;
static char folder[] = "/tmp/eh-web-ask-XXXXXX", path[64];

static void say(struct eh_http_request *request)
{
    struct evbuffer *body = evbuffer_new();
    evbuffer_add_printf(body, "{\"role\":\"leader\",\"input\":%d}\n", ++input);
    eh_http_answer(request, &(struct eh_http_answer){
                                .status = 200, .content_type = "application/json", .body = body});
    evbuffer_free(body);
}

static void on_request(void *context, struct eh_http_request *request)
{
    (void)context;
    bool change = strcmp(request->method, "POST") == 0;
    if (!change && !strstr(request->path, "/fairness")) {
        say(request);
        return;
    }
    cr_assert_lt(held_count, HELD_MAX);
    held[held_count++] = request;
    held_changes += change;
}

static const struct eh_http_owner owner = {
    .name = "test", .methods = "GET, POST", .ask = on_request};
static struct eh_http_limits limits = {EH_HTTP_LIMITS_USUAL};

static void on_moved(void *context, uint64_t version)
{
    (void)context, (void)version;
    moves++;
}

static void on_answered(void *context, const struct eh_answer *answer)
{
    (void)context, (void)answer;
    answered++;
}

static void stub_start(void)
{
    struct eh_error error = {0};
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/s", folder);
    base = event_base_new();
    limits.connections_max = 64;
    const struct eh_http_options options = {base, &owner, &limits, NULL};
    const struct eh_http_address address = {.text = path, .setting = "listen"};
    cr_assert_eq(eh_http_server_new(&options, &server, &error), 0, "%s", error.text);
    cr_assert_eq(eh_http_server_listen(server, &address, &error), 0, "%s", error.text);
    cr_assert_eq(eh_answers_new(base, path, &answers, &error), 0, "%s", error.text);
    eh_answers_on_moved(answers, on_moved, NULL);
}

static void stub_stop(void)
{
    for (int i = 0; i < held_count; i++)
        eh_http_request_drop(held[i]);
    eh_answers_free(answers);
    eh_http_server_free(server);
    event_base_free(base);
    rmdir(folder);
}

TestSuite(web_ask_stub, .init = stub_start, .fini = stub_stop, .timeout = 300);

static void change_as(const char *person)
{
    const struct eh_change_asked asked = {
        .person = person, .target = "/v1/reps/ana/signal", .body = eh_str("{}"), .fn = on_answered};
    cr_assert_eq(eh_answers_change(answers, &asked), 0);
}

static void ask_for(const char *person, const char *target)
{
    cr_assert_eq(eh_answers_ask(answers, person, target, on_answered, NULL), 0);
}

#define TURN_UNTIL(so)                                                                             \
    while (!(so))                                                                                  \
    event_base_loop(base, EVLOOP_ONCE)

Test(web_ask_stub, changes_and_reports_that_wait_hold_up_nothing_else)
{
    char target[64];
    for (int i = 0; i < 20; i++) {
        change_as("ana");
        snprintf(target, sizeof target, "/v1/teams/t%d/fairness?from=2026-01-01", i);
        ask_for("ben", target);
    }
    TURN_UNTIL(held_count == EH_ANSWERS_LINKS_CHANGE + EH_ANSWERS_LINKS_REPORT);
    cr_assert_eq(held_changes, EH_ANSWERS_LINKS_CHANGE);
    for (int i = 0; i < 20; i++) {
        snprintf(target, sizeof target, "/v1/reps/r%d", i);
        ask_for("cai", target);
    }
    TURN_UNTIL(answered == 20 && eh_answers_status(answers));
    cr_assert_eq(held_count, EH_ANSWERS_LINKS_CHANGE + EH_ANSWERS_LINKS_REPORT);
}

Test(web_ask_stub, who_changes_something_sees_it_at_once_and_all_are_told_once)
{
    TURN_UNTIL(eh_answers_status(answers));
    ask_for("ana", "/v1/me");
    ask_for("ben", "/v1/me");
    TURN_UNTIL(answered == 2);
    uint64_t version = eh_answers_version(answers);
    time_t began = time(NULL);
    for (int i = 0; i < EH_ANSWERS_LINKS_CHANGE; i++)
        change_as("ana");
    TURN_UNTIL(held_count == EH_ANSWERS_LINKS_CHANGE);
    moves = 0;
    while (held_count > 0)
        say(held[--held_count]);
    TURN_UNTIL(answered == 2 + EH_ANSWERS_LINKS_CHANGE);
    cr_assert_null(eh_answers_find(answers, "ana", "/v1/me"));
    if (eh_answers_version(answers) == version)
        cr_assert_not_null(eh_answers_find(answers, "ben", "/v1/me"));
    TURN_UNTIL(moves > 0);
    cr_assert_null(eh_answers_find(answers, "ben", "/v1/me"));
    cr_assert_leq(moves, 1 + 2 * (int)(time(NULL) - began));
    cr_assert_geq(eh_answers_version(answers), version + (uint64_t)moves);
}

Test(web_ask_stub, what_somebody_was_told_elsewhere_is_not_answered_from_what_is_kept)
{
    TURN_UNTIL(eh_answers_status(answers));
    ask_for("ana", "/v1/me");
    ask_for("ben", "/v1/me");
    TURN_UNTIL(answered == 2);
    eh_answers_heard(answers, "ana", eh_answers_version(answers));
    cr_assert_not_null(eh_answers_find(answers, "ana", "/v1/me"));
    uint64_t version = eh_answers_version(answers);
    eh_answers_heard(answers, "ana", version + 1);
    cr_assert_null(eh_answers_find(answers, "ana", "/v1/me"));
    cr_assert_not_null(eh_answers_find(answers, "ben", "/v1/me"));
    cr_assert_eq(eh_answers_version(answers), version, "nobody else is told of it");
    input = 1000;
    TURN_UNTIL(eh_answers_version(answers) != version);
    cr_assert_geq(eh_answers_version(answers), 1001, "it is no less than the input");
}
