/*
 * bench-load: puts tickets on the inbox and watches the outbox.
 *
 *     bench-load REDIS_SOCKET INBOX OUTBOX TEAM PREFIX flood TICKETS
 *     bench-load REDIS_SOCKET INBOX OUTBOX TEAM PREFIX rate PER_SECOND SECONDS
 *
 * Prints one line of JSON. A prefix must not have been used on this outbox before.
 */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>

#define ENTRIES_AT_ONCE "1000"
#define PUT_AT_ONCE     1000 /* tickets made before the socket is tried again */
#define UNSENT_MAX      (1u << 20)

void load_ask(struct load *load)
{
    struct eh_str xread[] = {eh_str("XREAD"), eh_str("COUNT"),      eh_str(ENTRIES_AT_ONCE),
                             eh_str("BLOCK"), eh_str("0"),          eh_str("STREAMS"),
                             load->outbox,    eh_str(load->last_id)};
    link_command(&load->out, 8, xread);
    link_flush(&load->out);
}

void load_take_replies(struct load *load)
{
    link_read(&load->in);
    redisReply *reply;
    while ((reply = link_reply(&load->in))) {
        if (reply->type == REDIS_REPLY_ERROR)
            bench_die("XADD: %s", reply->str);
        freeReplyObject(reply);
    }
}

static void take_entry(struct load *load, const redisReply *entry, int64_t now)
{
    const redisReply *fields = entry->element[1];
    if (fields->elements != 2)
        bench_die("the outbox holds an entry with other than one field");
    int64_t ticket = load_ticket_of(load, fields->element[1]->str, fields->element[1]->len);
    if (ticket < 0 || ticket >= load->tickets)
        return;
    if (load->delay_ns) {
        if (load->delay_ns[ticket] >= 0)
            bench_die("ticket %lld came out twice", (long long)ticket);
        load->delay_ns[ticket] = now - load->due_ns[ticket];
    }
    load->seen++;
}

void load_take_entries(struct load *load)
{
    link_read(&load->out);
    redisReply *reply = link_reply(&load->out);
    if (!reply)
        return;
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 1)
        bench_die("XREAD: %s", reply->type == REDIS_REPLY_ERROR ? reply->str : "no array");
    const redisReply *entries = reply->element[0]->element[1];
    int64_t now = bench_now_ns();
    for (size_t i = 0; i < entries->elements; i++)
        take_entry(load, entries->element[i], now);
    load->last_seen_ns = now;
    snprintf(load->last_id, sizeof load->last_id, "%s",
             entries->element[entries->elements - 1]->element[0]->str);
    freeReplyObject(reply);
    load_ask(load);
}

/* As fast as Redis takes them; the consumer reads along. */
static void flood(struct load *load)
{
    load_ask(load);
    int64_t start = bench_now_ns();
    while (load->seen < load->tickets) {
        for (int i = 0; i < PUT_AT_ONCE && load->sent < load->tickets &&
                        load->in.out.size - load->in.sent < UNSENT_MAX;
             i++)
            load_put_ticket(load, load->sent++);
        link_flush(&load->in);
        struct pollfd fds[] = {{.fd = load->in.fd, .events = link_events(&load->in)},
                               {.fd = load->out.fd, .events = link_events(&load->out)}};
        bool more = load->sent < load->tickets && !link_unsent(&load->in);
        if (poll(fds, 2, more ? 0 : LOAD_STALL_S * 1000) == 0 && !more)
            bench_die("only %u of %u tickets came out", load->seen, load->tickets);
        if (fds[0].revents & (POLLIN | POLLHUP))
            load_take_replies(load);
        if (fds[1].revents & (POLLIN | POLLHUP))
            load_take_entries(load);
    }
    double seconds = (double)(load->last_seen_ns - start) / 1e9;
    printf("{\"tickets\": %u, \"seconds\": %.6f, \"per_s\": %.1f}\n", load->tickets, seconds,
           load->tickets / seconds);
}

/* Where the outbox ends now: only what comes later is looked at. */
static void find_end(struct load *load)
{
    struct eh_str ask[] = {eh_str("XREVRANGE"), load->outbox,    eh_str("+"),
                           eh_str("-"),         eh_str("COUNT"), eh_str("1")};
    redisReply *reply = link_ask(&load->out, 6, ask);
    if (reply->type != REDIS_REPLY_ARRAY)
        bench_die("XREVRANGE: %s", reply->str);
    snprintf(load->last_id, sizeof load->last_id, "%s",
             reply->elements ? reply->element[0]->element[0]->str : "0-0");
    freeReplyObject(reply);
}

static uint32_t number(const char *text)
{
    int64_t value;
    struct eh_error error;
    if (eh_integer_parse(eh_str(text), &value, &error) < 0 || value < 1 || value > LOAD_TICKETS_MAX)
        bench_die("%s: a number from 1 to %d is wanted", text, LOAD_TICKETS_MAX);
    return (uint32_t)value;
}

int main(int argc, char **argv)
{
    bool is_flood = argc == 8 && strcmp(argv[6], "flood") == 0;
    if (!is_flood && !(argc == 9 && strcmp(argv[6], "rate") == 0))
        bench_die(
            "usage: bench-load REDIS INBOX OUTBOX TEAM PREFIX {flood TICKETS | rate N SECONDS}");
    struct load load = {.inbox = eh_str(argv[2]),
                        .outbox = eh_str(argv[3]),
                        .team = eh_str(argv[4]),
                        .prefix = eh_str(argv[5])};
    link_open(&load.in, argv[1]);
    link_open(&load.out, argv[1]);
    find_end(&load);
    if (is_flood) {
        load.tickets = number(argv[7]);
        flood(&load);
    } else {
        load_rate(&load, number(argv[7]), number(argv[8]));
    }
    link_close(&load.in);
    link_close(&load.out);
}
