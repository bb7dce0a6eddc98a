/*
 * bench-floor: runs the bare loop until it is killed.
 *
 *     bench-floor REDIS_SOCKET CONNINFO INBOX OUTBOX [--one-table]
 *
 * Prints "ready" once it reads. See floor.h.
 */
#include "floor.h"

#include <stdio.h>
#include <stdlib.h>

struct floor {
    struct link in, out;
    PGconn *pg;
    struct eh_str inbox, outbox;
    bool one_table, asked;
    uint64_t next;            /* number of the next ticket */
    uint32_t head, in_flight; /* batches[head .. head + in_flight) are being committed */
    struct floor_batch batches[FLOOR_DEPTH];
};

static void ask_when_there_is_room(struct floor *floor)
{
    if (floor->asked || floor->in_flight == FLOOR_DEPTH)
        return;
    floor_ask(&floor->in, floor->inbox);
    floor->asked = true;
}

static void take_tickets(struct floor *floor)
{
    link_read(&floor->in);
    redisReply *reply = link_reply(&floor->in);
    if (!reply)
        return;
    floor->asked = false;
    struct floor_batch *batch = &floor->batches[(floor->head + floor->in_flight) % FLOOR_DEPTH];
    batch->first = floor->next;
    floor_decode(reply, batch);
    floor->next += batch->count;
    floor->in_flight++;
    floor_send(floor->pg, batch, floor->one_table);
}

static void take_commits(struct floor *floor)
{
    if (!PQconsumeInput(floor->pg) || PQflush(floor->pg) < 0)
        bench_die("PostgreSQL: %s", PQerrorMessage(floor->pg));
    while (floor->in_flight && floor_committed(floor->pg)) {
        floor_publish(&floor->out, floor->inbox, floor->outbox, &floor->batches[floor->head]);
        link_flush(&floor->out);
        floor->head = (floor->head + 1) % FLOOR_DEPTH;
        floor->in_flight--;
    }
}

static void take_replies(struct floor *floor)
{
    link_read(&floor->out);
    redisReply *reply;
    while ((reply = link_reply(&floor->out))) {
        if (reply->type == REDIS_REPLY_ERROR)
            bench_die("Redis: %s", reply->str);
        freeReplyObject(reply);
    }
}

_Noreturn static void run(struct floor *floor)
{
    for (;;) {
        ask_when_there_is_room(floor);
        int unsent = PQflush(floor->pg);
        if (unsent < 0)
            bench_die("PostgreSQL: %s", PQerrorMessage(floor->pg));
        struct pollfd fds[] = {
            {.fd = floor->in.fd, .events = link_events(&floor->in)},
            {.fd = floor->out.fd, .events = link_events(&floor->out)},
            {.fd = PQsocket(floor->pg), .events = unsent ? POLLIN | POLLOUT : POLLIN},
        };
        poll(fds, 3, -1);
        link_flush(&floor->in);
        link_flush(&floor->out);
        if (fds[2].revents & (POLLIN | POLLHUP))
            take_commits(floor);
        if (fds[0].revents & (POLLIN | POLLHUP))
            take_tickets(floor);
        if (fds[1].revents & (POLLIN | POLLHUP))
            take_replies(floor);
    }
}

int main(int argc, char **argv)
{
    bool one_table = argc == 6 && strcmp(argv[5], "--one-table") == 0;
    if (argc != 5 && !one_table)
        bench_die("usage: bench-floor REDIS CONNINFO INBOX OUTBOX [--one-table]");
    struct floor *floor = calloc(1, sizeof *floor);
    if (!floor)
        bench_die("out of memory");
    floor->inbox = eh_str(argv[3]);
    floor->outbox = eh_str(argv[4]);
    floor->one_table = one_table;
    floor->next = 1;
    link_open(&floor->in, argv[1]);
    link_open(&floor->out, argv[1]);
    floor->pg = floor_connect(argv[2], one_table);
    floor_make_group(&floor->out, floor->inbox);
    puts("ready");
    fflush(stdout);
    run(floor);
}
