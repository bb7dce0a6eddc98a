/*
 * bridge_web: requests to a helpdesk that answers wrongly, slowly, too much or not at all; where
 * they go and where not; how fast, in which order, and with which secret.
 */
#include <sys/wait.h>

#include <criterion/criterion.h>

#include "bridge/out/render.h"
#include "bridge/out/sender.h"
#include "web_kit.h"

TestSuite(bridge_web, .timeout = 300);

#define ENDS_S 120 /* ends what hangs */

struct seen {
    struct event_base *base;
    struct eh_web *web;
    struct eh_sender *sender;
    int answers, end, status, troubles, relieved, logins;
    char body[64], word[64], why[EH_ERROR_TEXT_MAX], trouble[EH_ERROR_TEXT_MAX];
    uint32_t size;
};

static struct web_kit kit;
static struct seen seen;

static void on_answer(void *context, const struct eh_web_answer *answer)
{
    struct seen *s = context;
    const char *word = json_string_value(json_object_get(answer->headers, "x-word"));
    s->answers++;
    s->end = (int)answer->end;
    s->status = answer->status;
    s->size = answer->body.size;
    eh_format(s->body, sizeof s->body, "%.*s", EH_STR_ARG(answer->body));
    eh_format(s->word, sizeof s->word, "%s", word ? word : "");
    eh_format(s->why, sizeof s->why, "%s", answer->why ? answer->why : "");
}

static void begin_at(const char *url, const char *ca_file)
{
    const struct eh_web_options options = {.base = seen.base = event_base_new(),
                                           .url = url,
                                           .ca_file = ca_file,
                                           .connect_ms = 5000,
                                           .total_ms = 3000,
                                           .slow_s = 1};
    struct eh_error error = {0};
    cr_assert_eq(eh_web_new(&options, &seen.web, &error), 0, "%s", error.text);
}

static void begin(void)
{
    web_kit_begin(&kit);
    begin_at(kit.url, NULL);
}

static void run_until(int answers)
{
    const struct timeval turn = {0, 5000};
    for (int i = 0; i < ENDS_S * 200 && seen.answers < answers; i++) {
        event_base_loopexit(seen.base, &turn);
        event_base_dispatch(seen.base);
    }
    cr_assert_eq(seen.answers, answers);
}

static void end(void)
{
    eh_sender_free(seen.sender);
    eh_web_free(seen.web);
    event_base_free(seen.base);
    web_kit_end(&kit);
}

static int start(const char *method, const char *path, const char *body)
{
    struct eh_error error = {0};
    const struct eh_web_request request = {.method = method, .path = path, .body = eh_str(body)};
    int r = eh_web_send(seen.web, &request, on_answer, &seen, &error);
    if (r < 0)
        eh_format(seen.why, sizeof seen.why, "%s", error.text);
    return r;
}

static void ask(const char *path)
{
    cr_assert_eq(start("PUT", path, "{}"), 0, "%s", seen.why);
    run_until(seen.answers + 1);
}

Test(bridge_web, an_answer_has_status_headers_and_body)
{
    begin();
    ask("/ok");
    cr_expect_eq(seen.end, EH_WEB_ANSWERED);
    cr_expect_eq(seen.status, 200);
    cr_expect_str_eq(seen.body, "{\"done\":true}");
    cr_expect_str_eq(seen.word, "said");
    cr_expect_str_eq(kit.seen[0], "PUT /ok HTTP/1.1\n{}");
    end();
}

Test(bridge_web, what_became_of_it_is_told_apart)
{
    begin();
    static const char *const lost[] = {"/half", "/reset", "/silence", "/drip", "/big", "/heads"};
    for (size_t i = 0; i < sizeof lost / sizeof *lost; i++) {
        ask(lost[i]);
        cr_expect_eq(seen.end, EH_WEB_LOST, "%s", lost[i]);
        cr_expect_eq(strncmp(seen.why, kit.url, strlen(kit.url)), 0, "%s", seen.why);
        cr_expect_null(strchr(seen.why, '\n'));
    }
    web_kit_end(&kit);
    eh_web_free(seen.web);
    event_base_free(seen.base);
    begin_at(kit.url, NULL);
    ask("/ok");
    cr_expect_eq(seen.end, EH_WEB_UNSENT);
    web_kit_begin(&kit);
    end();
}

Test(bridge_web, an_answer_at_its_bound_and_above)
{
    begin();
    ask("/mebi");
    cr_expect_eq(seen.end, EH_WEB_ANSWERED);
    cr_expect_eq(seen.size, EH_WEB_ANSWER_MAX);
    ask("/big");
    cr_expect_eq(seen.end, EH_WEB_LOST);
    cr_expect_not_null(strstr(seen.why, "above 1 MiB"), "%s", seen.why);
    end();
}

Test(bridge_web, no_redirect_is_followed)
{
    begin();
    ask("/elsewhere");
    cr_expect_eq(seen.end, EH_WEB_ELSEWHERE);
    cr_expect_not_null(strstr(seen.why, "redirects to http://127.0.0.2:9/there"), "%s", seen.why);
    ask("/here");
    cr_expect_eq(seen.end, EH_WEB_ANSWERED);
    cr_expect_eq(seen.status, 302);
    cr_expect_eq(kit.requests, 2);
    end();
}

Test(bridge_web, nothing_goes_elsewhere)
{
    char whole[128];
    static const char *const paths[] = {"",
                                        "ok",
                                        "http://127.0.0.2/",
                                        "file:///etc/passwd",
                                        "/a b",
                                        "/a\r\nX: y",
                                        "/a\\b",
                                        "@evil.example/",
                                        "//\x7f"};
    begin();
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        cr_expect_eq(start("GET", paths[i], ""), -EH_EINVAL, "%s", paths[i]);
    eh_format(whole, sizeof whole, "%s.evil.example/", kit.url);
    cr_expect_eq(start("GET", whole, ""), -EH_EINVAL);
    eh_format(whole, sizeof whole, "%s/ok?page=2", kit.url);
    cr_expect_eq(start("GET", whole, ""), 0);
    run_until(1);
    cr_expect_str_eq(kit.seen[0], "GET /ok?page=2 HTTP/1.1\n");
    cr_expect_eq(start("get", "/ok", ""), -EH_EINVAL);
    cr_expect_eq(start("GET / HTTP/1.0\r\n", "/ok", ""), -EH_EINVAL);
    end();
}

Test(bridge_web, what_is_no_address_is_refused)
{
    static const char *const urls[] = {
        "",           "help.example.com",        "ftp://help.example.com",
        "https://",   "https://a:b@example.com", "https://example.com?x",
        "https:// x", "file:///etc/passwd"};
    struct eh_web_options options = {.base = seen.base = event_base_new()};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        options.url = urls[i];
        cr_expect_eq(eh_web_new(&options, &seen.web, NULL), -EH_EINVAL, "%s", urls[i]);
    }
    event_base_free(seen.base);
}

Test(bridge_web, headers_are_lines)
{
    begin();
    static const char *const bad[] = {"{\"X\":\"a\\r\\nY: b\"}", "{\"X Y\":\"a\"}", "{\"\":\"a\"}",
                                      "{\"X\":7}", "{\"X:\":\"a\"}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        json_t *headers = json_loads(bad[i], 0, NULL);
        const struct eh_web_request request = {.method = "GET", .path = "/ok", .headers = headers};
        cr_expect_eq(eh_web_send(seen.web, &request, on_answer, &seen, NULL), -EH_EINVAL, "%s",
                     bad[i]);
        json_decref(headers);
    }
    ask("/ok"); /* all places are free again */
    end();
}

Test(bridge_web, as_many_at_once_as_there_are_places)
{
    begin();
    for (int i = 0; i < EH_WEB_AT_ONCE; i++)
        cr_assert_eq(start("GET", "/slow", ""), 0);
    cr_expect_eq(start("GET", "/slow", ""), -EH_EFULL);
    run_until(EH_WEB_AT_ONCE);
    cr_expect_eq(start("GET", "/slow", ""), 0);
    eh_web_forget(seen.web, &seen);
    end(); /* one is under way, and nobody wants it */
    cr_expect_eq(seen.answers, EH_WEB_AT_ONCE);
}

/* ---- Certificates. */

static void shell(const char *command)
{
    cr_assert_eq(system(command), 0, "%s", command);
}

/* A server of TLS whose certificate is for `name`; its process. */
static pid_t tls_begin(const char *folder, const char *name, int port)
{
    char command[512];
    eh_format(command, sizeof command,
              "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout %s/key -out %s/cert "
              "-subj /CN=%s -addext subjectAltName=%s 2>/dev/null",
              folder, folder, name,
              strcmp(name, "127.0.0.1") == 0 ? "IP:127.0.0.1" : "DNS:other.example");
    shell(command);
    eh_format(
        command, sizeof command,
        "exec openssl s_server -accept 127.0.0.1:%d -cert %s/cert -key %s/key -www >/dev/null 2>&1",
        port, folder, folder);
    pid_t pid = fork();
    if (pid == 0)
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    return pid;
}

static int port_free(void)
{
    int port;
    web_kit_begin(&kit);
    cr_assert_eq(sscanf(kit.url, "http://127.0.0.1:%d", &port), 1);
    web_kit_end(&kit);
    return port;
}

static void tls_ask(const char *name, bool trusted)
{
    char folder[] = "/tmp/evenhand-tls-XXXXXX", url[64], file[64];
    int port = port_free();
    cr_assert_not_null(mkdtemp(folder));
    pid_t pid = tls_begin(folder, name, port);
    eh_format(url, sizeof url, "https://127.0.0.1:%d", port);
    eh_format(file, sizeof file, "%s/cert", folder);
    begin_at(url, trusted ? file : NULL);
    for (int i = 0; i < 200; i++) { /* until it listens */
        cr_assert_eq(start("GET", "/", ""), 0);
        run_until(seen.answers + 1);
        if (!strstr(seen.why, "onnect"))
            break;
        usleep(50000);
    }
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    eh_web_free(seen.web);
    event_base_free(seen.base);
    eh_format(url, sizeof url, "rm -r %s", folder);
    shell(url);
}

Test(bridge_web, certificates_are_verified)
{
    tls_ask("127.0.0.1", true);
    cr_expect_eq(seen.end, EH_WEB_ANSWERED, "%s", seen.why);
    tls_ask("127.0.0.1", false);
    cr_expect_eq(seen.end, EH_WEB_UNSENT);
    cr_expect_not_null(strstr(seen.why, "certificate"), "%s", seen.why);
    tls_ask("other.example", true);
    cr_expect_eq(seen.end, EH_WEB_UNSENT);
    cr_expect_not_null(strstr(seen.why, "SSL"), "%s", seen.why);
}

/* ---- The sender. */

static void on_state(void *context, const char *why)
{
    struct seen *s = context;
    s->troubles += why ? 1 : 0;
    s->relieved += why ? 0 : 1;
    if (why)
        eh_format(s->trouble, sizeof s->trouble, "%s", why);
}

static void sender_begin(int64_t rate_count, int64_t rate_us, const char *auth, const char *session)
{
    struct eh_error error = {0};
    begin();
    json_t *headers = json_loads(auth, 0, NULL),
           *words = session ? json_loads(session, 0, NULL) : NULL;
    const struct eh_sender_options options = {.base = seen.base,
                                              .web = seen.web,
                                              .url = kit.url,
                                              .secret = "s3cr\"t&=",
                                              .auth = headers,
                                              .session = words,
                                              .rate_count = rate_count,
                                              .rate_us = rate_us,
                                              .on_state = on_state,
                                              .context = &seen};
    cr_assert_eq(eh_sender_new(&options, &seen.sender, &error), 0, "%s", error.text);
    json_decref(headers);
    json_decref(words);
}

static int queue(const char *text)
{
    json_t *request = json_loads(text, 0, NULL);
    cr_assert_not_null(request, "%s", text);
    int r = eh_sender_send(seen.sender, request, on_answer, &seen);
    json_decref(request);
    return r;
}

Test(bridge_web, they_go_in_order_and_two_at_once)
{
    char text[64];
    sender_begin(0, 1000000, "{}", NULL);
    for (int i = 0; i < EH_SENDER_QUEUE_MAX; i++) {
        eh_format(text, sizeof text, "{\"path\":\"/slow/%d\"}", i);
        cr_assert_eq(queue(text), 0);
    }
    cr_expect_eq(queue("{\"path\":\"/slow/one-more\"}"), -EH_EFULL);
    cr_expect_eq(seen.answers, 0); /* none from within */
    run_until(EH_SENDER_QUEUE_MAX);
    cr_expect_eq(kit.most_at_once, EH_SENDER_WINDOW);
    for (int i = 0; i < EH_SENDER_QUEUE_MAX; i++) {
        int n = -1;
        sscanf(kit.seen[i], "GET /slow/%d", &n);
        cr_expect(n >= i - 1 && n <= i + 1, "%d: %s", i,
                  kit.seen[i]); /* two at once may overtake */
    }
    end();
}

static int64_t time_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

Test(bridge_web, as_fast_as_the_rate)
{
    sender_begin(10, 1000000, "{}", NULL);
    int64_t began_us = time_us();
    for (int i = 0; i < 21; i++)
        cr_assert_eq(queue("{\"path\":\"/ok\"}"), 0);
    run_until(21);
    cr_expect_geq(time_us() - began_us, 2000000);
    end();
}

Test(bridge_web, retry_after_is_honoured)
{
    sender_begin(0, 1000000, "{}", NULL);
    int64_t began_us = time_us();
    queue("{\"path\":\"/busy\"}");
    run_until(1);
    cr_expect_eq(seen.status, 429);
    cr_expect_eq(seen.troubles, 1);
    queue("{\"path\":\"/busy\"}");
    run_until(2);
    cr_expect_geq(time_us() - began_us, 1000000);
    cr_expect_eq(seen.status, 200);
    cr_expect_eq(seen.relieved, 1);
    cr_expect_str_eq(eh_sender_trouble(seen.sender), "");
    end();
}

Test(bridge_web, a_helpdesk_that_is_away_is_left_alone)
{
    sender_begin(0, 1000000, "{}", NULL);
    int64_t began_us = time_us();
    for (int i = 0; i < 4; i++) {
        queue("{\"path\":\"/away\"}");
        run_until(i + 1);
    }
    cr_expect_geq(time_us() - began_us, 100000 + 200000 + 400000); /* the half of each wait */
    cr_expect_eq(seen.status, 200);
    end();
}

Test(bridge_web, secrets_stand_in_headers_and_nowhere_else)
{
    sender_begin(
        0, 1000000,
        "{\"Authorization\":\"Token token={secret}\",\"X-B\":\"{basic}\",\"Origin\":\"{url}\"}",
        NULL);
    queue("{\"method\":\"PUT\",\"path\":\"/ok/"
          "{secret}\",\"headers\":{\"X-Own\":\"{secret}\",\"Authorization\":\"mine\"},"
          "\"body\":{\"owner\":\"{secret}\"}}");
    run_until(1);
    cr_expect_not_null(strstr(kit.last, "Authorization: Token token=s3cr\"t&=\r\n"), "%s",
                       kit.last);
    cr_expect_not_null(strstr(kit.last, "X-B: czNjciJ0Jj0=\r\n"), "%s", kit.last);
    cr_expect_not_null(strstr(kit.last, "X-Own: {secret}\r\n"), "%s", kit.last);
    cr_expect_not_null(strstr(kit.last, "Content-Type: application/json\r\n"));
    cr_expect_not_null(strstr(kit.last, "\r\n\r\n{\"owner\":\"{secret}\"}"), "%s", kit.last);
    cr_expect_null(strstr(kit.last, "mine"));
    end();
}

Test(bridge_web, a_session_is_logged_in_once_and_again_when_it_is_over)
{
    sender_begin(0, 1000000, "{\"Cookie\":\"{cookie}\"}", "{\"cookie\":\"SID\"}");
    json_t *login = json_loads("{\"method\":\"POST\",\"path\":\"/"
                               "login\",\"form\":{\"user\":\"bridge\",\"pass\":\"{secret}\"}}",
                               0, NULL);
    eh_sender_login_with(seen.sender, login);
    json_decref(login);
    for (int i = 0; i < 3; i++)
        queue("{\"path\":\"/session\"}");
    run_until(3);
    cr_expect_eq(kit.requests, 4);
    cr_expect_str_eq(kit.seen[0], "POST /login HTTP/1.1\nuser=bridge&pass=s3cr%22t%26%3D");
    cr_expect_not_null(strstr(kit.last, "Cookie: SID=abc123\r\n"), "%s", kit.last);
    kit.refusals = 1;
    queue("{\"path\":\"/session\"}");
    run_until(4);
    cr_expect_eq(seen.status, 200);
    cr_expect_eq(kit.requests, 7);
    end();
}

static int read_login(void *context, const struct eh_web_answer *answer)
{
    struct seen *s = context;
    s->logins++;
    eh_sender_session(s->sender, answer->status == 200 ? "told" : NULL);
    return 0;
}

Test(bridge_web, a_session_is_what_the_profile_says)
{
    begin();
    json_t *auth = json_pack("{s:s}", "Authorization", "Bearer {session}");
    json_t *login =
        json_loads("{\"method\":\"POST\",\"path\":\"/ok\",\"body\":{\"u\":\"{user}\",\"p\":"
                   "\"{password}\",\"s\":\"{secret}\"}}",
                   0, NULL);
    const struct eh_sender_options options = {.base = seen.base,
                                              .web = seen.web,
                                              .url = kit.url,
                                              .secret = "us:pass\":w",
                                              .auth = auth,
                                              .has_login = true,
                                              .rate_us = 1000000,
                                              .read_login = read_login,
                                              .context = &seen};
    cr_assert_eq(eh_sender_new(&options, &seen.sender, NULL), 0);
    queue("{\"path\":\"/ok\"}");
    event_base_loop(seen.base, EVLOOP_NONBLOCK);
    cr_expect_eq(kit.requests, 0); /* nothing goes before it is known how to log in */
    eh_sender_login_with(seen.sender, login);
    run_until(1);
    cr_expect_eq(seen.logins, 1);
    cr_expect_str_eq(
        kit.seen[0],
        "POST /ok HTTP/1.1\n{\"u\":\"us\",\"p\":\"pass\\\":w\",\"s\":\"us:pass\\\":w\"}");
    cr_expect_not_null(strstr(kit.last, "Authorization: Bearer told\r\n"), "%s", kit.last);
    json_decref(auth);
    json_decref(login);
    end();
}

Test(bridge_web, what_is_no_request_is_refused)
{
    sender_begin(0, 1000000, "{}", NULL);
    static const char *const bad[] = {"[]", "{}", "{\"path\":7}", "{\"path\":\"/\",\"method\":7}",
                                      "{\"path\":\"/\",\"headers\":[]}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_eq(queue(bad[i]), -EH_EINVAL, "%s", bad[i]);
    cr_expect_eq(queue("{\"path\":\"elsewhere\"}"), 0);
    run_until(1);
    cr_expect_eq(seen.end, EH_WEB_UNSENT);
    cr_expect_neq(seen.why[0], '\0');
    cr_expect_eq(kit.requests, 0);
    end();
}
