/*
 * redis_link: each way a link can fail, and owners who pull it away inside its own callbacks.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "redis_bench.h"

TestSuite(redis_link, .timeout = 1200);

static struct bench bench;
static struct eh_redis_link *server_link;
static size_t ups, downs, replies, nulls;
static char last_why[200];

static void on_state(void *context, bool up, const char *why)
{
    (void)context;
    ups += up;
    downs += !up;
    snprintf(last_why, sizeof last_why, "%s", why);
}

static void on_reply(void *context, const redisReply *reply)
{
    (void)context;
    replies += reply != NULL;
    nulls += reply == NULL;
}

static void open_all(void)
{
    bench_open(&bench);
}

/* Each test ends with it, so that what it finds counts; again after one that broke off. */
static void close_all(void)
{
    if (!bench.base)
        return;
    eh_redis_link_free(server_link);
    server_link = NULL;
    bench_close(&bench);
}

static void link_telling(const struct eh_redis_address *address, eh_redis_state_fn *on_change)
{
    const struct eh_redis_link_options options = {bench.base, address, "test", on_change, NULL};
    cr_assert_eq(eh_redis_link_new(&options, &server_link, NULL), 0);
    eh_redis_link_start(server_link);
}

static void link_to(const struct eh_redis_address *address)
{
    link_telling(address, on_state);
}

static bool is_up(void *context)
{
    (void)context;
    return eh_redis_link_up(server_link);
}

static bool is_down(void *context)
{
    return !is_up(context);
}

static bool has_said(void *context)
{
    return strstr(eh_redis_link_last_error(server_link), context);
}

static void expect_error(const char *text)
{
    cr_expect(bench_until(&bench, has_said, (void *)text), "not %s but %s", text,
              eh_redis_link_last_error(server_link));
}

static bool has_answers(void *context)
{
    const size_t *wanted = context;
    return replies >= wanted[0] && nulls >= wanted[1];
}

/* So many replies and nulls come, and no more. */
static void expect_answers(size_t some_replies, size_t some_nulls)
{
    size_t wanted[2] = {some_replies, some_nulls};
    cr_expect(bench_until(&bench, has_answers, wanted), "%zu replies, %zu nulls", replies, nulls);
    bench_run_ms(&bench, 50);
    cr_expect_eq(replies, some_replies);
    cr_expect_eq(nulls, some_nulls);
}

static void expect_up(void)
{
    cr_assert(bench_until(&bench, is_up, NULL), "%s", eh_redis_link_last_error(server_link));
}

static int ping(eh_redis_reply_fn *fn)
{
    const char *argv[] = {"PING"};
    return eh_redis_command(server_link, fn, server_link, 1, argv, NULL);
}

static int block(eh_redis_reply_fn *fn)
{
    const char *argv[] = {"BLPOP", "nothing", "30"};
    return eh_redis_command(server_link, fn, server_link, 3, argv, NULL);
}

Test(redis_link, a_missing_socket_is_tried_again, .init = open_all, .fini = close_all)
{
    struct eh_redis_address missing = bench.address;
    bench_kill_server(&bench);
    unlink(bench.address.path);
    link_to(&missing);
    cr_expect_eq(ping(on_reply), -EH_EUNAVAILABLE);
    bench_run_ms(&bench, 400);
    expect_error("No such file");
    cr_expect_eq(ups + downs, 0);
    bench_start_server(&bench);
    expect_up();
    cr_expect_eq(ups, 1);
    close_all();
}

Test(redis_link, a_refused_port_is_tried_again, .init = open_all, .fini = close_all)
{
    struct eh_redis_address refused;
    cr_assert_eq(eh_redis_address_parse(eh_str("127.0.0.1:1"), &refused, NULL), 0);
    link_to(&refused);
    bench_run_ms(&bench, 500);
    expect_error("refused");
    cr_expect_eq(ups + downs, 0);
    eh_redis_link_stop(server_link);
    eh_redis_link_start(server_link);
    bench_run_ms(&bench, 100);
    close_all();
}

Test(redis_link, a_killed_server_gives_each_command_one_null, .init = open_all, .fini = close_all)
{
    link_to(&bench.address);
    expect_up();
    for (int i = 0; i < 5; i++)
        cr_assert_eq(block(on_reply), 0);
    bench_run_ms(&bench, 20);
    bench_kill_server(&bench);
    cr_assert(bench_until(&bench, is_down, NULL));
    expect_answers(0, 5);
    cr_expect_eq(downs, 1);
    bench_start_server(&bench);
    expect_up();
    cr_assert_eq(ping(on_reply), 0);
    expect_answers(1, 5);
    close_all();
}

Test(redis_link, a_command_without_an_answer_drops_the_link, .init = open_all, .fini = close_all)
{
    link_to(&bench.address);
    expect_up();
    cr_assert_eq(block(on_reply), 0);
    cr_assert(bench_until(&bench, is_down, NULL));
    expect_answers(0, 1);
    cr_expect_str_eq(last_why, "no reply within 10 s");
    expect_up();
    close_all();
}

Test(redis_link, a_password_is_asked_for_and_given, .init = open_all, .fini = close_all)
{
    bench_redis(&bench, "CONFIG SET requirepass secret");
    link_to(&bench.address);
    expect_error("NOAUTH");
    cr_expect_eq(ups, 0);
    eh_redis_link_free(server_link);
    struct eh_redis_address with = bench.address;
    strcpy(with.password, "wrong");
    link_to(&with);
    expect_error("WRONGPASS");
    cr_expect_eq(ups, 0);
    eh_redis_link_free(server_link);
    strcpy(with.user, "default");
    strcpy(with.password, "secret");
    link_to(&with);
    expect_up();
    close_all();
}

static void reset_inside(void *context, const redisReply *reply)
{
    on_reply(context, reply);
    eh_redis_link_reset(context, "enough");
    cr_expect_eq(ping(on_reply), -EH_EUNAVAILABLE);
}

Test(redis_link, may_be_reset_inside_a_reply, .init = open_all, .fini = close_all)
{
    link_to(&bench.address);
    expect_up();
    cr_assert_eq(ping(reset_inside), 0);
    cr_assert_eq(ping(on_reply), 0);
    cr_assert_eq(ping(reset_inside), 0);
    cr_assert(bench_until(&bench, is_down, NULL));
    cr_expect_str_eq(last_why, "enough"); /* it may be up again while answers are waited for */
    expect_answers(1, 2);                 /* nulls also for replies that had come already */
    expect_up();
    cr_expect_eq(ups, 2);
    cr_expect_eq(downs, 1);
    close_all();
}

static void stop_and_start_inside(void *context, const redisReply *reply)
{
    on_reply(context, reply);
    eh_redis_link_stop(context);
    eh_redis_link_start(context);
}

Test(redis_link, may_be_stopped_and_started_inside_a_reply, .init = open_all, .fini = close_all)
{
    link_to(&bench.address);
    expect_up();
    cr_assert_eq(ping(stop_and_start_inside), 0);
    cr_assert(bench_until(&bench, is_down, NULL));
    expect_up();
    eh_redis_link_stop(server_link);
    cr_expect_not(eh_redis_link_up(server_link));
    bench_run_ms(&bench, 300);
    cr_expect_eq(ups, 2);
    cr_expect_eq(downs, 2);
    close_all();
}

static void free_inside(void *context, const redisReply *reply)
{
    on_reply(context, reply);
    eh_redis_link_free(context);
    server_link = NULL;
}

Test(redis_link, may_be_freed_inside_a_reply, .init = open_all, .fini = close_all)
{
    link_to(&bench.address);
    expect_up();
    cr_assert_eq(ping(free_inside), 0);
    cr_assert_eq(ping(on_reply), 0);
    expect_answers(1, 0);
    bench_run_ms(&bench, 100); /* no callbacks any more */
    cr_expect_eq(replies + nulls, 1);
    cr_expect_eq(downs, 0);
    close_all();
}

static void free_when_lost(void *context, const redisReply *reply)
{
    if (!reply)
        free_inside(context, reply);
}

Test(redis_link, may_be_freed_when_the_server_dies, .init = open_all, .fini = close_all)
{
    link_to(&bench.address);
    expect_up();
    cr_assert_eq(block(free_when_lost), 0);
    cr_assert_eq(block(on_reply), 0);
    bench_run_ms(&bench, 20);
    bench_kill_server(&bench);
    expect_answers(0, 1);
    cr_expect_null(server_link);
    close_all();
}

static void stop_when_up(void *context, bool up, const char *why)
{
    on_state(context, up, why);
    if (up)
        eh_redis_link_stop(server_link);
}

static bool has_been_up(void *context)
{
    (void)context;
    return ups > 0;
}

Test(redis_link, may_be_stopped_as_it_comes_up, .init = open_all, .fini = close_all)
{
    link_telling(&bench.address, stop_when_up);
    cr_assert(bench_until(&bench, has_been_up, NULL));
    bench_run_ms(&bench, 300);
    cr_expect_eq(ups, 1);
    cr_expect_eq(downs, 1);
    close_all();
}

Test(redis_link, forgotten_callbacks_are_not_called, .init = open_all, .fini = close_all)
{
    link_to(&bench.address);
    expect_up();
    cr_assert_eq(ping(on_reply), 0);
    eh_redis_forget(server_link, server_link);
    cr_assert_eq(ping(NULL), 0);
    bench_run_ms(&bench, 100);
    cr_expect_eq(replies + nulls, 0);
    close_all();
}

static void is_text(const redisReply *reply, int type, const char *text)
{
    cr_expect_eq(reply->type, type);
    cr_assert_eq(reply->len, strlen(text));
    cr_expect_str_eq(reply->str, text);
}

static void on_all_kinds(void *context, const redisReply *reply)
{
    on_reply(context, reply);
    cr_assert(reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 6);
    is_text(reply->element[0], REDIS_REPLY_STRING, "text");
    cr_expect_eq(reply->element[1]->type, REDIS_REPLY_INTEGER);
    cr_expect_eq(reply->element[1]->integer, -7);
    cr_expect_eq(reply->element[2]->type, REDIS_REPLY_NIL);
    is_text(reply->element[3], REDIS_REPLY_STATUS, "OK");
    is_text(reply->element[4], REDIS_REPLY_ERROR, "ERR no");
    const redisReply *inner = reply->element[5];
    cr_assert(inner->type == REDIS_REPLY_ARRAY && inner->elements == 3);
    is_text(inner->element[0], REDIS_REPLY_STRING, "");
    cr_expect_eq(inner->element[1]->type, REDIS_REPLY_ARRAY);
    cr_expect_eq(inner->element[1]->elements, 0);
    is_text(inner->element[2], REDIS_REPLY_STRING, "last");
}

static void on_nothing(void *context, const redisReply *reply)
{
    on_reply(context, reply);
    cr_assert(reply);
    cr_expect_eq(reply->type, REDIS_REPLY_NIL);
}

Test(redis_link, replies_are_what_was_sent, .init = open_all, .fini = close_all)
{
    static const char script[] = "return {'text', -7, false, redis.status_reply('OK'),"
                                 " redis.error_reply('ERR no'), {'', {}, 'last'}}";
    const char *kinds[] = {"EVAL", script, "0"};
    const char *get[] = {"GET", "nothing"}, *pop[] = {"BLPOP", "nothing", "0.01"};
    link_to(&bench.address);
    expect_up();
    for (int round = 0; round < 2; round++) {
        cr_assert_eq(eh_redis_command(server_link, on_all_kinds, server_link, 3, kinds, NULL), 0);
        cr_assert_eq(eh_redis_command(server_link, on_nothing, server_link, 2, get, NULL), 0);
        cr_assert_eq(eh_redis_command(server_link, on_nothing, server_link, 3, pop, NULL), 0);
    }
    expect_answers(6, 0);
    close_all();
}

Test(redis_link, a_reply_above_the_ceiling_drops_the_link, .init = open_all, .fini = close_all)
{
    static char large[9u << 20];
    const char *one[] = {"GET", "large"};
    const char *many[] = {"LRANGE", "list", "0", "-1"};
    bench_redis(&bench, "SET large %b", large, sizeof large);
    for (int i = 0; i < 20; i++)
        bench_redis(&bench, "RPUSH list %b", large, (size_t)(1u << 19));
    link_to(&bench.address);
    expect_up();
    cr_assert_eq(eh_redis_command(server_link, on_reply, NULL, 2, one, NULL), 0);
    cr_assert(bench_until(&bench, is_down, NULL));
    cr_expect(eh_redis_link_overflowed(server_link));
    expect_up();
    cr_expect_not(eh_redis_link_overflowed(server_link));
    cr_assert_eq(eh_redis_command(server_link, on_reply, NULL, 4, many, NULL), 0);
    cr_assert(bench_until(&bench, is_down, NULL));
    cr_expect(eh_redis_link_overflowed(server_link));
    cr_expect_str_eq(last_why, "a reply above 8 MiB");
    expect_answers(0, 2);
    close_all();
}

Test(redis_link, a_server_that_says_nothing_is_given_up)
{
    bench = (struct bench){.base = event_base_new()};
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    snprintf(name.sun_path, sizeof name.sun_path, "/tmp/evenhand-mute-%d", (int)getpid());
    int mute = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(mute, (struct sockaddr *)&name, sizeof name), 0);
    cr_assert_eq(listen(mute, 8), 0);
    struct eh_redis_address address;
    cr_assert_eq(eh_redis_address_parse(eh_str(name.sun_path), &address, NULL), 0);
    link_to(&address);
    expect_error("no answer to connecting within 10 s");
    cr_expect_eq(ups + downs, 0);
    eh_redis_link_free(server_link);
    event_base_free(bench.base);
    server_link = NULL;
    close(mute);
    unlink(name.sun_path);
}

static void expect_address(const char *text, const char *path, const char *host, int port)
{
    struct eh_redis_address address;
    struct eh_error error = {0};
    cr_assert_eq(eh_redis_address_parse(eh_str(text), &address, &error), 0, "%s", error.text);
    cr_expect_str_eq(address.path, path);
    cr_expect_str_eq(address.host, host);
    cr_expect(!host[0] || address.port == port);
}

Test(redis_link, addresses)
{
    expect_address("/run/redis.sock", "/run/redis.sock", "", 0);
    expect_address("unix:/run/redis.sock", "/run/redis.sock", "", 0);
    expect_address("127.0.0.1", "", "127.0.0.1", 6379);
    expect_address("127.0.0.1:7000", "", "127.0.0.1", 7000);
    expect_address("[::1]:7000", "", "::1", 7000);
    expect_address("[::1]", "", "::1", 6379);
    static const char *const bad[] = {"",
                                      "localhost",
                                      "localhost:6379",
                                      "127.0.0.1:",
                                      "127.0.0.1:0",
                                      "127.0.0.1:65536",
                                      "[::1",
                                      "[::1]x",
                                      "::1",
                                      "127.0.0.1:x",
                                      "300.1.1.1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct eh_redis_address address = {.port = 1};
        struct eh_error error = {0};
        cr_expect_lt(eh_redis_address_parse(eh_str(bad[i]), &address, &error), 0, "%s", bad[i]);
        cr_expect(error.text[0]);
        cr_expect_eq(address.port, 1);
    }
    char deep[200];
    memset(deep, 'x', sizeof deep);
    deep[0] = '/';
    struct eh_redis_address address;
    cr_expect_eq(eh_redis_address_parse(eh_str_n(deep, 107), &address, NULL), 0);
    cr_expect_eq(eh_redis_address_parse(eh_str_n(deep, 108), &address, NULL), -EH_ERANGE);
}
