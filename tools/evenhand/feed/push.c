/* push: puts a file of tickets on the stream, at a pace, and tells what became of each row. */
#include "push.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "client/http.h"
#include "client/object.h"
#include "commands.h"
#include "term/args.h"
#include "term/bar.h"
#include "term/file.h"
#include "term/say.h"
#include "term/text.h"

#define RATE_MAX  10000000
#define STEPS_A_S 20 /* windows a second when a rate is asked for */

struct push {
    struct eh_messages messages;
    struct eh_stream stream;
    int64_t rate; /* messages a second; 0: as fast as it goes */
    struct eh_bar bar;
    size_t sent, sent_tickets;
    struct eh_entry_id *ids; /* ids of the entries sent */
    struct eh_fates fates;
    bool reached;           /* the daemon of this desk answers */
    bool local;             /* times without an offset were read */
    char zone[64];          /* the zone they are of; empty: not known */
    struct eh_bytes unread; /* names of columns that are not read */
    bool waits;
};

static bool ends_in(const char *text, const char *end)
{
    size_t a = strlen(text), b = strlen(end);
    return a >= b && strcmp(text + a - b, end) == 0;
}

/* --dates: how a day is written. */
static int dates_read(struct eh_cli *cli, bool *ret_day_first)
{
    const char *dates = eh_cli_option(cli, "dates");
    *ret_day_first = dates && strcmp(dates, "dmy") == 0;
    if (dates && !*ret_day_first && strcmp(dates, "ymd") != 0)
        return eh_say_usage(cli, "--dates: `%s` is none of ymd (2026-12-31), dmy (31.12.2026)",
                            dates);
    return EH_EXIT_DONE;
}

static int undated_read(struct eh_cli *cli, int32_t *ret)
{
    const char *day = eh_cli_option(cli, "undated");
    struct eh_error error = {0};
    *ret = EH_HISTORY_NO_DAY;
    if (day && eh_date_parse(eh_str(day), ret, &error) < 0)
        return eh_say_usage(cli, "--undated: %s", error.text);
    return EH_EXIT_DONE;
}

/* Notes on a file that is accepted: columns not read, closings without --outcomes, local times. */
static void push_say_notes(const struct eh_cli *cli, const struct push *p)
{
    const char *file = cli->args[0];
    if (p->local)
        fprintf(stderr, "%s: times without an offset are taken as those of %s\n", file, p->zone);
    if (p->unread.size > 0)
        fprintf(stderr, "%s: columns that are not read: %.*s\n", file, (int)p->unread.size,
                (const char *)p->unread.data);
    if (p->messages.closed && !eh_cli_option(cli, "outcomes"))
        fprintf(stderr,
                "%s: %zu rows are closed in the file; they are sent as new work, --outcomes closes "
                "them\n",
                file, p->messages.closed);
}

static int push_read_messages(struct eh_cli *cli, struct push *p)
{
    struct eh_messages *ret = &p->messages;
    const char *file = cli->args[0], *team = eh_cli_option(cli, "team");
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_error error = {0};
    struct eh_messages_rules rules = {
        .history = {.file = file,
                    .team = eh_str(team),
                    .value_column = eh_cli_option(cli, "value-column"),
                    .zone = *p->zone ? p->zone : NULL,
                    .ret_local = &p->local,
                    .ret_unread = &p->unread},
        .outcomes = eh_cli_option(cli, "outcomes") != NULL,
        .source = eh_str(eh_cli_option(cli, "source")),
    };
    bool csv = ends_in(file, ".csv") || ends_in(file, ".tsv");
    int r = dates_read(cli, &rules.history.day_first);
    if (r == EH_EXIT_DONE)
        r = undated_read(cli, &rules.undated);
    if (r != EH_EXIT_DONE)
        return r;
    if (!csv && !ends_in(file, ".jsonl"))
        return eh_say_usage(cli, "%s: neither .csv nor .jsonl", file);
    if (team && !eh_id_valid(rules.history.team))
        return eh_say_usage(cli, "--team: `%s` is no id (a-z, 0-9, and . _ - behind the first)",
                            team);
    if (!csv && (team || rules.outcomes || rules.source.size || rules.history.value_column))
        return eh_say_usage(cli, "--team, --source, --outcomes and --value-column are for .csv");
    if (eh_file_read(file, EH_HISTORY_FILE_MAX, &bytes, &error) < 0)
        return eh_say(cli, EH_EXIT_REFUSED, "%s", error.text);
    struct eh_str text = eh_str_n((const char *)bytes.data, bytes.size);
    r = csv ? eh_messages_from_csv(text, &rules, ret, &error)
            : eh_messages_from_jsonl(text, file, ret, &error);
    if (r < 0)
        return eh_say(cli, EH_EXIT_REFUSED, "%s", error.text);
    return EH_EXIT_DONE;
}

/* Finds desk and Redis: from options, else from the daemon. Its time zone is used when the daemon
 * serves this desk. */
static int push_find_stream(struct eh_cli *cli, struct push *p, char desk[EH_ID_MAX + 1],
                            char address[EH_REDIS_ADDRESS_MAX])
{
    const char *given_desk = eh_cli_option(cli, "desk");
    const char *given_redis = eh_cli_option(cli, "redis");
    EH_AUTO(eh_answer) struct eh_answer status = {0};
    if (given_desk && !eh_id_valid(eh_str(given_desk)))
        return eh_say_usage(cli, "--desk: `%s` is no id", given_desk);
    if (given_redis && strlen(given_redis) >= EH_REDIS_ADDRESS_MAX)
        return eh_say_usage(cli, "--redis: too long");
    bool quiet = given_desk && given_redis;
    const struct eh_request request = {.method = "GET", .path = "/v1/status", .quiet = quiet};
    int r = eh_http_send(cli, &request, &status);
    if (r != EH_EXIT_DONE && !quiet)
        return r;
    const char *answers = r == EH_EXIT_DONE ? eh_object_text(status.json, "desk") : NULL;
    if (!given_desk)
        given_desk = answers;
    if (!given_redis)
        given_redis = eh_object_text(status.json, "redis_address");
    if (!given_desk || !eh_id_valid(eh_str(given_desk)))
        return eh_say(cli, EH_EXIT_REFUSED, "the daemon has no desk yet; name it with --desk");
    if (!given_redis || strlen(given_redis) >= EH_REDIS_ADDRESS_MAX)
        return eh_say(cli, EH_EXIT_REFUSED, "the daemon does not tell where Redis is; say --redis");
    eh_format(desk, EH_ID_MAX + 1, "%s", given_desk);
    eh_format(address, EH_REDIS_ADDRESS_MAX, "%s", given_redis);
    p->reached = answers && strcmp(answers, given_desk) == 0;
    const char *zone = p->reached ? eh_object_text(status.json, "time_zone") : NULL;
    if (zone)
        eh_format(p->zone, sizeof p->zone, "%s", zone);
    return EH_EXIT_DONE;
}

/* Waits until --rate allows message `at`. */
static void push_keep_pace(const struct push *p)
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

static size_t push_window(const struct push *p)
{
    size_t left = p->messages.count - p->sent, window = EH_STREAM_WINDOW;
    if (p->rate && (size_t)p->rate < window * STEPS_A_S)
        window = p->rate < STEPS_A_S ? 1 : (size_t)p->rate / STEPS_A_S;
    return left < window ? left : window;
}

static int push_send_all(struct push *p)
{
    int r = EH_EXIT_DONE;
    struct eh_entry_id ids[EH_STREAM_WINDOW];
    eh_bar_start(&p->bar, "sent");
    while (r == EH_EXIT_DONE && p->sent < p->messages.count) {
        size_t window = push_window(p), taken = 0;
        push_keep_pace(p);
        for (size_t i = 0; i < window; i++)
            eh_stream_add(&p->stream, p->messages.field,
                          eh_messages_body(&p->messages, p->sent + i));
        r = eh_stream_flush(&p->stream, &taken, ids);
        memcpy(p->ids + p->sent, ids, taken * sizeof *ids);
        for (size_t i = 0; i < taken; i++)
            p->sent_tickets += p->messages.items[p->sent + i].is_ticket;
        p->sent += taken;
        eh_bar_show(&p->bar, p->sent, p->messages.count);
    }
    eh_bar_end(&p->bar);
    return r;
}

static json_t *push_summary_json(struct push *p, bool known)
{
    size_t counts[EH_FATE_COUNT];
    json_t *body =
        json_pack("{s:I, s:I, s:I}", "sent", (json_int_t)p->sent, "tickets",
                  (json_int_t)p->sent_tickets, "took_us", (json_int_t)eh_bar_took_us(&p->bar));
    eh_fates_count(&p->fates, counts);
    if (!known)
        return body;
    json_object_set_new(body, "taken", json_integer((json_int_t)counts[EH_FATE_TAKEN]));
    json_object_set_new(body, "repeated", json_integer((json_int_t)counts[EH_FATE_REPEATED]));
    json_object_set_new(body, "older", json_integer((json_int_t)counts[EH_FATE_OLDER]));
    json_object_set_new(body, "parked", json_integer((json_int_t)counts[EH_FATE_PENDING]));
    json_object_set_new(body, "refused", eh_fates_json(&p->fates));
    return body;
}

static void json_print(json_t *body)
{
    json_dumpf(body, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(body);
}

/* Prints how many messages were sent, and how fast. */
static void push_say_sent(const struct push *p)
{
    int64_t took_us = eh_bar_took_us(&p->bar);
    int64_t rate = took_us > 0 ? (int64_t)((__int128)p->sent_tickets * 1000000 / took_us) : 0;
    char sent[EH_CLI_TEXT], tickets[EH_CLI_TEXT], a_second[EH_CLI_TEXT];
    eh_text_count((int64_t)p->sent, sent);
    eh_text_count((int64_t)p->sent_tickets, tickets);
    eh_text_count(rate, a_second);
    if (p->sent == p->sent_tickets)
        printf("%s sent to %s, %s tickets/s\n", sent, p->stream.key, a_second);
    else
        printf("%s sent to %s (%s of them tickets), %s tickets/s\n", sent, p->stream.key, tickets,
               a_second);
}

/* Prints the summary, also of rows that were refused before they were sent. */
static int push_say_fates(const struct eh_cli *cli, struct push *p)
{
    char words[EH_FATES_TEXT];
    size_t counts[EH_FATE_COUNT];
    eh_fates_count(&p->fates, counts);
    eh_fates_words(&p->fates, words);
    if (cli->json) {
        json_print(push_summary_json(p, true));
    } else {
        fflush(stdout);
        eh_fates_tell(&p->fates);
        printf("%s%s\n", words,
               p->sent == 0 && counts[EH_FATE_REFUSED] ? "; nothing was sent" : "");
    }
    return counts[EH_FATE_REFUSED] ? EH_EXIT_REFUSED : EH_EXIT_DONE;
}

static int push_say_unknown(const struct eh_cli *cli, const struct push *p)
{
    return eh_say(cli, EH_EXIT_UNAVAILABLE,
                  "what became of the %zu messages cannot be known: no daemon of this desk answers "
                  "at %s (--no-wait does not ask)",
                  p->sent, cli->socket);
}

/* Waits for the fates and prints them, after everything was sent. */
static int push_tell(const struct eh_cli *cli, struct push *p)
{
    if (p->waits && p->reached && p->messages.count) {
        if (!cli->json)
            push_say_sent(p);
        fflush(stdout);
        int r = eh_push_wait(cli, &p->messages, p->ids, eh_cli_option(cli, "source"), &p->fates);
        return r == EH_EXIT_DONE ? push_say_fates(cli, p) : r;
    }
    if (cli->json)
        json_print(push_summary_json(p, false));
    else
        push_say_sent(p);
    fflush(stdout);
    return p->waits && p->messages.count ? push_say_unknown(cli, p) : EH_EXIT_DONE;
}

static int push_send_and_tell(struct eh_cli *cli, struct push *p, const char *address,
                              const char *key)
{
    int r = eh_stream_open(cli, address, key, &p->stream);
    if (r != EH_EXIT_DONE)
        return r;
    push_say_notes(cli, p);
    r = push_send_all(p);
    if (r == EH_EXIT_DONE)
        r = push_tell(cli, p);
    else if (p->sent > 0)
        fprintf(stderr, "evenhand: %zu of %zu were sent; push the file again, nothing is doubled\n",
                p->sent, p->messages.count);
    eh_stream_close(&p->stream);
    return r;
}

static int push_make_fates(struct eh_cli *cli, struct push *p)
{
    uint32_t last_line = 0;
    for (size_t i = 0; i < p->messages.count; i++)
        if (p->messages.items[i].line > last_line)
            last_line = p->messages.items[i].line;
    p->ids = calloc(p->messages.count + 1, sizeof *p->ids);
    if (!p->ids || eh_fates_init(&p->fates, cli->args[0], last_line) < 0)
        return eh_say(cli, EH_EXIT_REFUSED, "out of memory");
    return EH_EXIT_DONE;
}

static int push_run(struct eh_cli *cli, struct push *p)
{
    char desk[EH_ID_MAX + 1], address[EH_REDIS_ADDRESS_MAX], key[EH_STREAM_KEY_MAX];
    const char *zone = eh_cli_option(cli, "time-zone");
    if (zone && strlen(zone) >= sizeof p->zone)
        return eh_say_usage(cli, "--time-zone: `%s` is no time zone", zone);
    int r = push_find_stream(cli, p, desk, address);
    if (zone)
        eh_format(p->zone, sizeof p->zone, "%s", zone);
    if (r == EH_EXIT_DONE)
        r = push_read_messages(cli, p);
    if (r == EH_EXIT_DONE)
        r = push_make_fates(cli, p);
    if (r != EH_EXIT_DONE)
        return r;
    if (!eh_push_check(cli, &p->messages, p->reached, &p->fates))
        return push_say_fates(cli, p);
    eh_format(key, sizeof key, "evenhand:{%s}:inbox", desk);
    return push_send_and_tell(cli, p, address, key);
}

int eh_cmd_push(struct eh_cli *cli)
{
    struct push p = {.waits = !eh_cli_option(cli, "no-wait")};
    const char *rate = eh_cli_option(cli, "rate");
    if (rate &&
        (eh_integer_parse(eh_str(rate), &p.rate, NULL) < 0 || p.rate < 1 || p.rate > RATE_MAX))
        return eh_say_usage(cli, "--rate: `%s` is not a whole number from 1 to %d", rate, RATE_MAX);
    int r = push_run(cli, &p);
    eh_bytes_done(&p.unread);
    eh_fates_done(&p.fates);
    free(p.ids);
    eh_messages_done(&p.messages);
    return r;
}
