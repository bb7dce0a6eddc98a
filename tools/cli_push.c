/* cli_push: puts a file of tickets on the stream, at a pace, and shows how far it is. */
#include <stdio.h>
#include <time.h>

#include "cli_bar.h"
#include "cli_http.h"
#include "cli_plan.h"
#include "cli_redis.h"
#include "cli_text.h"

#define RATE_MAX  10000000
#define STEPS_A_S 20 /* windows a second when a rate is asked for */

struct push {
    struct eh_plan plan;
    struct eh_stream stream;
    int64_t rate; /* messages a second; 0: as fast as it goes */
    struct eh_bar bar;
    size_t sent, sent_tickets;
};

static bool ends_in(const char *text, const char *end)
{
    size_t a = strlen(text), b = strlen(end);
    return a >= b && strcmp(text + a - b, end) == 0;
}

static int make_plan(struct eh_cli *cli, struct eh_plan *ret)
{
    const char *file = cli->args[0], *team = eh_cli_option(cli, "team");
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_error error = {0};
    struct eh_plan_rules rules = {
        .history = {.file = file,
                    .team = eh_str(team),
                    .value_column = eh_cli_option(cli, "value-column")},
        .outcomes = eh_cli_option(cli, "outcomes") != NULL,
        .source = eh_str(eh_cli_option(cli, "source")),
    };
    bool csv = ends_in(file, ".csv");
    if (!csv && !ends_in(file, ".jsonl"))
        return eh_say_usage(cli, "%s: neither .csv nor .jsonl", file);
    if (team && !eh_id_valid(rules.history.team))
        return eh_say_usage(cli, "--team: `%s` is no id (a-z, 0-9, and . _ - behind the first)",
                            team);
    if (!csv && (team || rules.outcomes || rules.source.size || rules.history.value_column))
        return eh_say_usage(cli, "--team, --source, --outcomes and --value-column are for .csv");
    if (eh_file_read(file, EH_HISTORY_FILE_MAX, &bytes, &error) < 0)
        return eh_say(EH_EXIT_REFUSED, "%s", error.text);
    struct eh_str text = eh_str_n((const char *)bytes.data, bytes.size);
    int r = csv ? eh_plan_csv(text, &rules, ret, &error) : eh_plan_jsonl(text, file, ret, &error);
    return r < 0 ? eh_say(EH_EXIT_REFUSED, "%s", error.text) : EH_EXIT_DONE;
}

/* Desk and Redis as given; what is not comes from the daemon. */
static int find_stream(struct eh_cli *cli, char desk[EH_ID_MAX + 1],
                       char address[EH_REDIS_ADDRESS_MAX])
{
    const char *given_desk = eh_cli_option(cli, "desk");
    const char *given_redis = eh_cli_option(cli, "redis");
    EH_AUTO(eh_answer) struct eh_answer status = {0};
    if (given_desk && !eh_id_valid(eh_str(given_desk)))
        return eh_say_usage(cli, "--desk: `%s` is no id", given_desk);
    if (given_redis && strlen(given_redis) >= EH_REDIS_ADDRESS_MAX)
        return eh_say_usage(cli, "--redis: too long");
    if (!given_desk || !given_redis) {
        int r = eh_http_get(cli, "/v1/status", &status);
        if (r != EH_EXIT_DONE)
            return r;
        if (!given_desk)
            given_desk = eh_json_text(status.json, "desk");
        if (!given_redis)
            given_redis = eh_json_text(status.json, "redis_address");
    }
    if (!given_desk || !eh_id_valid(eh_str(given_desk)))
        return eh_say(EH_EXIT_REFUSED, "the daemon has no desk yet; name it with --desk");
    if (!given_redis || strlen(given_redis) >= EH_REDIS_ADDRESS_MAX)
        return eh_say(EH_EXIT_REFUSED, "the daemon does not tell where Redis is; say --redis");
    eh_format(desk, EH_ID_MAX + 1, "%s", given_desk);
    eh_format(address, EH_REDIS_ADDRESS_MAX, "%s", given_redis);
    return EH_EXIT_DONE;
}

/* Waits until the message `at` is due. */
static void keep_pace(const struct push *p)
{
    if (p->rate == 0)
        return;
    int64_t due_us = (int64_t)((__int128)p->sent * 1000000 / p->rate);
    int64_t wait_us = due_us - eh_bar_took_us(&p->bar);
    if (wait_us > 0) {
        struct timespec t = {wait_us / 1000000, wait_us % 1000000 * 1000};
        nanosleep(&t, NULL);
    }
}

static size_t window_of(const struct push *p)
{
    size_t left = p->plan.count - p->sent, window = EH_STREAM_WINDOW;
    if (p->rate && (size_t)p->rate < window * STEPS_A_S)
        window = p->rate < STEPS_A_S ? 1 : (size_t)p->rate / STEPS_A_S;
    return left < window ? left : window;
}

static int send_all(struct push *p)
{
    int r = EH_EXIT_DONE;
    eh_bar_start(&p->bar, "sent");
    while (r == EH_EXIT_DONE && p->sent < p->plan.count) {
        size_t window = window_of(p), taken = 0;
        keep_pace(p);
        for (size_t i = 0; i < window; i++)
            eh_stream_add(&p->stream, p->plan.field, eh_plan_body(&p->plan, p->sent + i));
        r = eh_stream_flush(&p->stream, &taken);
        for (size_t i = 0; i < taken; i++)
            p->sent_tickets += p->plan.items[p->sent + i].is_ticket;
        p->sent += taken;
        eh_bar_show(&p->bar, p->sent, p->plan.count);
    }
    eh_bar_end(&p->bar);
    return r;
}

static void summary(const struct eh_cli *cli, const struct push *p)
{
    int64_t took_us = eh_bar_took_us(&p->bar);
    int64_t rate = took_us > 0 ? (int64_t)((__int128)p->sent_tickets * 1000000 / took_us) : 0;
    char sent[EH_CLI_TEXT], tickets[EH_CLI_TEXT], a_second[EH_CLI_TEXT];
    eh_text_count((int64_t)p->sent, sent);
    eh_text_count((int64_t)p->sent_tickets, tickets);
    eh_text_count(rate, a_second);
    if (cli->json)
        printf("{\"sent\": %zu, \"tickets\": %zu, \"took_us\": %lld}\n", p->sent, p->sent_tickets,
               (long long)took_us);
    else if (p->sent == p->sent_tickets)
        printf("%s sent to %s, %s tickets/s\n", sent, p->stream.key, a_second);
    else
        printf("%s sent to %s (%s of them tickets), %s tickets/s\n", sent, p->stream.key, tickets,
               a_second);
}

static int run(struct eh_cli *cli, struct push *p)
{
    char desk[EH_ID_MAX + 1], address[EH_REDIS_ADDRESS_MAX], key[EH_STREAM_KEY_MAX];
    int r = find_stream(cli, desk, address);
    if (r != EH_EXIT_DONE)
        return r;
    eh_format(key, sizeof key, "evenhand:{%s}:inbox", desk);
    r = eh_stream_open(address, key, &p->stream);
    if (r != EH_EXIT_DONE)
        return r;
    r = send_all(p);
    if (r == EH_EXIT_DONE)
        summary(cli, p);
    else if (p->sent > 0)
        fprintf(stderr, "evenhand: %zu of %zu were sent; push the file again, nothing is doubled\n",
                p->sent, p->plan.count);
    eh_stream_close(&p->stream);
    return r;
}

int eh_cmd_push(struct eh_cli *cli)
{
    struct push p = {0};
    const char *rate = eh_cli_option(cli, "rate");
    if (rate &&
        (eh_integer_parse(eh_str(rate), &p.rate, NULL) < 0 || p.rate < 1 || p.rate > RATE_MAX))
        return eh_say_usage(cli, "--rate: `%s` is not a whole number from 1 to %d", rate, RATE_MAX);
    int r = make_plan(cli, &p.plan);
    if (r == EH_EXIT_DONE)
        r = run(cli, &p);
    eh_plan_done(&p.plan);
    return r;
}
