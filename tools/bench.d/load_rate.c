/*
 * load_rate: tickets on a schedule, and how long each took. Open loop: the schedule does not wait
 * for anybody, and a ticket's time runs from the moment it was to be sent, sent late or not.
 */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "figures.h"

/* Above 1 / GRID_NS tickets come in bursts at multiples of it; else waking up for each would take
 * more of the machine than dealing it does. */
#define GRID_NS 250000

static int64_t due_after_start_ns(uint32_t ticket, uint32_t per_s)
{
    int64_t exact = (int64_t)ticket * 1000000000 / per_s;
    return per_s > 1000000000 / GRID_NS ? exact / GRID_NS * GRID_NS : exact;
}

static void send_due(struct load *load, int64_t now)
{
    while (load->sent < load->tickets && load->due_ns[load->sent] <= now)
        load_put_ticket(load, load->sent++);
    link_flush(&load->in);
}

static void wait_until_due(struct load *load)
{
    int64_t wait_ns = LOAD_STALL_S * INT64_C(1000000000);
    if (load->sent < load->tickets)
        wait_ns = load->due_ns[load->sent] - bench_now_ns();
    if (wait_ns < 0)
        wait_ns = 0;
    struct timespec wait = {wait_ns / 1000000000, wait_ns % 1000000000};
    struct pollfd fds[] = {{.fd = load->in.fd, .events = link_events(&load->in)},
                           {.fd = load->out.fd, .events = link_events(&load->out)}};
    int ready = ppoll(fds, 2, &wait, NULL);
    if (ready == 0 && load->sent == load->tickets)
        bench_die("only %u of %u tickets came out", load->seen, load->tickets);
    if (fds[1].revents & (POLLIN | POLLHUP))
        load_take_entries(load);
    if (fds[0].revents & (POLLIN | POLLHUP))
        load_take_replies(load);
}

void load_rate(struct load *load, uint32_t per_s, uint32_t seconds)
{
    load->tickets = per_s * seconds;
    if (load->tickets == 0 || load->tickets > LOAD_TICKETS_MAX)
        bench_die("%u tickets: at least 1, at most %d", load->tickets, LOAD_TICKETS_MAX);
    load->due_ns = calloc(load->tickets, sizeof *load->due_ns);
    load->delay_ns = calloc(load->tickets, sizeof *load->delay_ns);
    if (!load->due_ns || !load->delay_ns)
        bench_die("out of memory");
    prctl(PR_SET_TIMERSLACK, 1); /* 50 µs otherwise */
    int64_t start = bench_now_ns() + 1000000;
    for (uint32_t i = 0; i < load->tickets; i++) {
        load->due_ns[i] = start + due_after_start_ns(i, per_s);
        load->delay_ns[i] = -1;
    }
    load_ask(load);
    while (load->seen < load->tickets) {
        send_due(load, bench_now_ns());
        wait_until_due(load);
    }
    bench_sort(load->delay_ns, load->tickets);
    printf("{\"tickets\": %u, \"p50_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f, "
           "\"max_us\": %.1f}\n",
           load->tickets, bench_percentile_us(load->delay_ns, load->tickets, 500),
           bench_percentile_us(load->delay_ns, load->tickets, 990),
           bench_percentile_us(load->delay_ns, load->tickets, 999),
           bench_percentile_us(load->delay_ns, load->tickets, 1000));
    free(load->due_ns);
    free(load->delay_ns);
}
