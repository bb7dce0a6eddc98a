/*
 * engine_memory: what a ticket costs in memory, waiting and open; and what its text comes to.
 */
#include <malloc.h>

#include <criterion/criterion.h>

#include "engine_kit.h"

#define TICKETS     100000
#define WAITING_MAX 300 /* bytes a ticket */
#define OPEN_MAX    400

static size_t in_use(void)
{
    struct mallinfo2 now = mallinfo2();
    return now.uordblks + now.hblkhd;
}

/* Bytes that each of so many tickets takes, ids as helpdesks make them, each with a customer. */
static size_t bytes_a_ticket(const char *desk, uint64_t *ret_waiting)
{
    struct kit k;
    struct eh_totals totals;
    char text[200];
    kit_start(&k, desk);
    size_t before = in_use();
    for (int i = 0; i < TICKETS; i++) {
        snprintf(text, sizeof text,
                 "{'type':'ticket','id':'T-2026-%06d','team':'sales','kind':'order','value':%d,"
                 "'customer':'c%d'}",
                 i, i, i);
        kit_send(&k, text);
        k.fx = (struct eh_effects){.arena = &k.arena};
        eh_arena_reset(&k.arena);
    }
    size_t after = in_use();
    eh_engine_totals(k.e, &totals);
    cr_assert_eq(totals.waiting + totals.open, TICKETS);
    cr_expect_eq(totals.text_bytes, TICKETS * (strlen("default") + strlen("T-2026-000000") + 16));
    *ret_waiting = totals.waiting;
    kit_done(&k);
    return (after - before) / TICKETS;
}

#define DESK(capacity)                                                                             \
    "{'desk':'main','currency':'EUR','time_zone':'Europe/Oslo','kinds':{'order':{'points':1}},"    \
    "'reps':[{'id':'ana'}],'teams':[{'id':'sales','capacity':" capacity ",'reps':['ana']}]}"

#ifndef __SANITIZE_ADDRESS__
Test(engine_memory, of_a_waiting_ticket)
{
    uint64_t waiting;
    size_t bytes = bytes_a_ticket(DESK("1"), &waiting);
    printf("# a waiting ticket: %zu bytes\n", bytes);
    cr_expect_eq(waiting, TICKETS - 1);
    cr_expect_leq(bytes, WAITING_MAX);
}

Test(engine_memory, of_an_open_ticket)
{
    uint64_t waiting;
    size_t bytes = bytes_a_ticket(DESK("0"), &waiting);
    printf("# an open ticket: %zu bytes\n", bytes);
    cr_expect_eq(waiting, 0);
    cr_expect_leq(bytes, OPEN_MAX);
}
#endif

Test(engine_memory, text_is_counted_until_the_ticket_goes)
{
    struct kit k;
    struct eh_totals totals;
    kit_start(&k, DESK("1"));
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order'}");
    kit_send(&k, "{'type':'ticket','id':'T2','team':'sales','kind':'order','customer':'c'}");
    eh_engine_totals(k.e, &totals);
    cr_expect_eq(totals.text_bytes, 2 * strlen("defaultT1") + 16);
    kit_send(&k, "{'type':'update','id':'T2','skills':['long','short']}");
    eh_engine_totals(k.e, &totals);
    cr_expect_gt(totals.text_bytes, 2 * strlen("defaultT1") + 16);
    kit_send(&k, "{'type':'outcome','id':'T1','outcome':'won'}");
    kit_send(&k, "{'type':'outcome','id':'T2','outcome':'lost'}");
    kit_send(&k, "{'type':'outcome','id':'T1','outcome':'reopened'}");
    eh_engine_totals(k.e, &totals);
    if (totals.waiting + totals.open == 0)
        cr_expect_eq(totals.text_bytes, 0);
    kit_done(&k);
}
