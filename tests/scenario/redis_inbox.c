/*
 * redis_inbox: the inbox against a real Redis that is trimmed, flushed, cut off and killed.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inbox/inbox.h"
#include "redis_bench.h"

#define SEEN_MAX 4096

TestSuite(redis_inbox, .timeout = 1200);

struct seen {
    struct eh_stream_id id;
    bool before;
    uint32_t deliveries;
    char encoding;
    uint64_t body_size;
    char body[32], reason[96];
};

static struct bench bench;
static struct eh_redis_link *writes;
static struct eh_inbox *inbox;
static struct seen seen[SEEN_MAX];
static size_t seen_count, wanted, ups, downs, losses, largest_call;
static struct eh_inbox_room to_release;
static bool done_at_once;

static void nothing(void *context, bool up, const char *why)
{
    (void)context, (void)up, (void)why;
}

static void on_entries(void *context, const struct eh_inbox_entry *entries, size_t count)
{
    (void)context;
    largest_call = count > largest_call ? count : largest_call;
    for (size_t i = 0; i < count; i++) {
        cr_assert_lt(seen_count, SEEN_MAX);
        struct seen *s = &seen[seen_count++];
        *s = (struct seen){.id = entries[i].id,
                           .before = entries[i].seen_before,
                           .deliveries = entries[i].deliveries,
                           .encoding = entries[i].encoding,
                           .body_size = entries[i].body_size};
        snprintf(s->body, sizeof s->body, "%.*s", EH_STR_ARG(entries[i].body));
        snprintf(s->reason, sizeof s->reason, "%s", entries[i].reason ? entries[i].reason : "");
        cr_expect_leq(entries[i].body.size, 65537);
        if (done_at_once)
            eh_inbox_done(inbox, &entries[i].id, 1);
    }
    if (done_at_once)
        eh_inbox_set_room(inbox, 1024);
}

static void on_state(void *context, bool up, bool lost, const char *why)
{
    (void)context;
    cr_expect(why);
    ups += up;
    downs += !up;
    losses += lost;
}

static void on_releasable(void *context)
{
    (void)context;
    eh_inbox_release(inbox, &to_release, true);
}

static void make_inbox(int64_t keep)
{
    static const struct eh_inbox_callbacks callbacks = {
        .on_entries = on_entries, .on_state = on_state, .on_releasable = on_releasable};
    bench_open(&bench);
    const struct eh_redis_link_options link = {bench.base, &bench.address, "write", nothing, NULL};
    cr_assert_eq(eh_redis_link_new(&link, &writes, NULL), 0);
    eh_redis_link_start(writes);
    const struct eh_inbox_options options = {bench.base, &bench.address, BENCH_INBOX, keep,
                                             writes,     &callbacks,     NULL};
    cr_assert_eq(eh_inbox_new(&options, &inbox, NULL), 0);
}

static void open_all(void)
{
    make_inbox(0);
}

/* Each test ends with it, so that what it finds counts; again after one that broke off. */
static void close_all(void)
{
    if (!bench.base)
        return;
    eh_inbox_free(inbox);
    eh_redis_link_free(writes);
    bench_close(&bench);
}

static bool has_seen(void *context)
{
    (void)context;
    return seen_count >= wanted;
}

static void expect_seen(size_t count)
{
    wanted = count;
    cr_expect(bench_until(&bench, has_seen, NULL), "%zu of %zu came", seen_count, count);
    bench_run_ms(&bench, 50);
    cr_assert_eq(seen_count, count);
}

static long long length(void)
{
    return bench_redis(&bench, "XLEN %s", BENCH_INBOX)->integer;
}

static bool is_empty(void *context)
{
    (void)context;
    return length() == 0;
}

static long long pending(void)
{
    return bench_redis(&bench, "XPENDING %s evenhand", BENCH_INBOX)->element[0]->integer;
}

static bool as_many_pend(void *context)
{
    return pending() == *(const long long *)context;
}

static void expect_pending(long long count)
{
    cr_expect(bench_until(&bench, as_many_pend, &count), "%lld pending, not %lld", pending(),
              count);
}

static bool nobody_blocks(void *context)
{
    (void)context;
    return strstr(bench_redis(&bench, "INFO clients")->str, "blocked_clients:0\r");
}

static void add(size_t count)
{
    for (size_t i = 0; i < count; i++)
        bench_redis(&bench, "XADD %s * j {\"n\":%d}", BENCH_INBOX, (int)i);
}

static void start(void)
{
    eh_inbox_start(inbox, (struct eh_stream_id){0, 0}, (struct eh_stream_id){0, 0});
    eh_inbox_set_room(inbox, 1024);
}

/* As a successor would: everything is unfinished, up to the highest that came. */
static void start_again(void)
{
    struct eh_stream_id high = {0, 0};
    for (size_t i = 0; i < seen_count; i++)
        if (seen[i].id.ms > high.ms || (seen[i].id.ms == high.ms && seen[i].id.no > high.no))
            high = seen[i].id;
    eh_inbox_stop(inbox);
    seen_count = 0;
    eh_inbox_start(inbox, (struct eh_stream_id){0, 0}, high);
    eh_inbox_set_room(inbox, 1024);
}

static void done_all(void)
{
    for (size_t i = 0; i < seen_count; i++)
        eh_inbox_done(inbox, &seen[i].id, 1);
}

Test(redis_inbox, takes_what_is_a_message_and_names_what_is_not, .init = open_all,
     .fini = close_all)
{
    char *large = malloc(9u << 20);
    memset(large, 'x', 9u << 20);
    bench_redis(&bench, "XADD %s * j %s", BENCH_INBOX, "{}");
    bench_redis(&bench, "XADD %s * m %b", BENCH_INBOX, "\x80", (size_t)1);
    bench_redis(&bench, "XADD %s * j {} b\n`x 2", BENCH_INBOX);
    bench_redis(&bench, "XADD %s * x 1", BENCH_INBOX);
    bench_redis(&bench, "XADD %s * j %b", BENCH_INBOX, large, (size_t)65536);
    bench_redis(&bench, "XADD %s * j %b", BENCH_INBOX, large, (size_t)65537);
    bench_redis(&bench, "XADD %s * y %b", BENCH_INBOX, large, (size_t)70000);
    bench_redis(&bench, "XADD %s * j %b", BENCH_INBOX, large, (size_t)(9u << 20));
    bench_redis(&bench, "XADD %s * j %s", BENCH_INBOX, "{}");
    free(large);
    start();
    expect_seen(9);
    static const struct {
        char encoding;
        const char *reason;
        uint64_t size;
    } expected[] = {
        {'j', "", 2},
        {'m', "", 1},
        {0, "field `b?`x`: entries have exactly one field, `m` or `j`", 11},
        {0, "field `x`: entries have exactly one field, `m` or `j`", 3},
        {'j', "", 65536},
        {0, "entry of 65537 bytes: at most 65536 are taken", 65537},
        {0, "field `y`: entries have exactly one field, `m` or `j`", 70002},
        {0, "entry above 8 MiB: at most 65536 bytes are taken", 8u << 20},
        {'j', "", 2},
    };
    for (size_t i = 0; i < 9; i++) {
        cr_expect_eq(seen[i].encoding, expected[i].encoding, "entry %zu", i);
        cr_expect_str_eq(seen[i].reason, expected[i].reason);
        cr_expect_eq(seen[i].body_size, expected[i].size, "entry %zu: %zu", i,
                     (size_t)seen[i].body_size);
    }
    cr_expect_str_eq(seen[3].body, "x=1");
    done_all();
    cr_expect(bench_until(&bench, is_empty, &bench));
    cr_expect_eq(pending(), 0);
    close_all();
}

Test(redis_inbox, an_entry_above_the_ceiling_is_found_by_the_sweep, .init = open_all,
     .fini = close_all)
{
    char *large = calloc(1, 9u << 20);
    bench_redis(&bench, "XADD %s 5-1 j %b", BENCH_INBOX, large, (size_t)(9u << 20));
    bench_redis(&bench, "XADD %s 5-2 j {}", BENCH_INBOX);
    free(large);
    bench_redis(&bench, "XGROUP CREATE %s evenhand 5-2", BENCH_INBOX);
    start();
    expect_seen(2);
    cr_expect_str_eq(seen[0].reason, "entry above 8 MiB: at most 65536 bytes are taken");
    cr_expect_eq(seen[1].encoding, 'j');
    close_all();
}

Test(redis_inbox, large_entries_come_whole_and_in_order, .init = open_all, .fini = close_all)
{
    char *large = malloc(65536);
    memset(large, 'x', 65536);
    for (int i = 0; i < 300; i++) {
        memcpy(large, &i, sizeof i);
        bench_redis(&bench, "XADD %s * m %b", BENCH_INBOX, large, (size_t)65536);
    }
    free(large);
    done_at_once = true;
    start();
    expect_seen(300);
    for (size_t i = 0; i < 300; i++) {
        cr_expect_eq(seen[i].body_size, 65536);
        cr_expect(i == 0 || seen[i].id.ms > seen[i - 1].id.ms || seen[i].id.no > seen[i - 1].id.no);
    }
    cr_expect(bench_until(&bench, is_empty, &bench));
    close_all();
}

Test(redis_inbox, never_hands_over_more_than_there_is_room_for, .init = open_all, .fini = close_all)
{
    add(100);
    eh_inbox_start(inbox, (struct eh_stream_id){0, 0}, (struct eh_stream_id){0, 0});
    bench_run_ms(&bench, 200);
    cr_expect_eq(seen_count, 0);
    eh_inbox_set_room(inbox, 10);
    expect_seen(10);
    eh_inbox_set_room(inbox, 5);
    expect_seen(15);
    cr_expect_leq(largest_call, 10);
    done_all();
    eh_inbox_set_room(inbox, 1000);
    expect_seen(100);
    close_all();
}

static void hold_all(void)
{
    struct eh_inbox_hold hold[SEEN_MAX];
    for (size_t i = 0; i < seen_count; i++)
        hold[i] = (struct eh_inbox_hold){.id = seen[i].id, .ticket = {i, 1}, .is_ticket = true};
    eh_inbox_hold(inbox, hold, seen_count);
}

Test(redis_inbox, a_release_while_another_is_under_way_is_asked_for_again, .init = open_all,
     .fini = close_all)
{
    add(10);
    start();
    expect_seen(10);
    hold_all();
    to_release.tickets = 9;
    eh_inbox_release(inbox, &(struct eh_inbox_room){.tickets = 1}, true);
    eh_inbox_release(inbox, &to_release, true); /* does nothing: the first entry is being read */
    cr_expect_eq(eh_inbox_waiting(inbox).tickets, 9);
    expect_seen(20);
    for (size_t i = 0; i < 10; i++)
        cr_expect_eq(eh_stream_id_compare(seen[10 + i].id, seen[i].id), 0);
    done_all();
    cr_expect(bench_until(&bench, is_empty, &bench));
    close_all();
}

Test(redis_inbox, hands_over_again_what_a_life_before_left, .init = open_all, .fini = close_all)
{
    add(40);
    start();
    expect_seen(40);
    cr_expect_not(seen[0].before);
    cr_expect_eq(seen[0].deliveries, 1);
    struct eh_stream_id first = seen[0].id;
    for (uint32_t life = 2; life <= 4; life++) {
        start_again();
        expect_seen(40);
        cr_expect(seen[0].before);
        cr_expect_eq(seen[0].deliveries, life);
        cr_expect_eq(eh_inbox_low(inbox).ms, first.ms);
    }
    done_all();
    cr_expect(bench_until(&bench, is_empty, &bench));
    close_all();
}

Test(redis_inbox, a_lost_connection_doubles_nothing, .init = open_all, .fini = close_all)
{
    add(50);
    start();
    expect_seen(50);
    bench_redis(&bench, "CLIENT KILL TYPE normal SKIPME yes");
    bench_run_ms(&bench, 100);
    add(10);
    expect_seen(60);
    cr_expect_eq(downs, 1);
    cr_expect_eq(ups, 2);
    cr_expect_eq(losses, 0);
    done_all();
    cr_expect(bench_until(&bench, is_empty, &bench));
    close_all();
}

Test(redis_inbox, finds_what_a_stale_leader_was_handed, .init = open_all, .fini = close_all)
{
    start();
    add(1);
    expect_seen(1);
    eh_inbox_set_room(inbox, 0);
    cr_assert(bench_until(&bench, nobody_blocks, NULL)); /* the read under way ended */
    add(5);
    bench_redis(&bench, "XREADGROUP GROUP evenhand evenhandd STREAMS %s >", BENCH_INBOX);
    eh_inbox_set_room(inbox, 1024);
    add(1);
    wanted = 2;
    cr_assert(bench_until(&bench, has_seen, NULL));
    done_all(); /* must not trim what the other one holds */
    expect_seen(7);
    size_t before = 0;
    for (size_t i = 1; i < 7; i++) {
        before += seen[i].before;
        cr_expect_str_eq(seen[i].reason, "");
    }
    cr_expect_eq(before, 5); /* first or last, as the time of the look at what is pending comes */
    close_all();
}

Test(redis_inbox, finds_what_a_deleted_consumer_was_handed, .init = open_all, .fini = close_all)
{
    add(30);
    start();
    expect_seen(30);
    struct eh_stream_id high = seen[29].id;
    for (size_t i = 0; i < 10; i++) /* not from the bottom: nothing is trimmed */
        eh_inbox_done(inbox, &seen[20 + i].id, 1);
    expect_pending(20);
    bench_redis(&bench, "XGROUP DELCONSUMER %s evenhand evenhandd", BENCH_INBOX);
    cr_expect_eq(pending(), 0);
    start_again();
    expect_seen(30);
    for (size_t i = 0; i < 30; i++)
        cr_expect(seen[i].before);
    cr_expect_eq(seen[29].id.ms, high.ms);
    add(3);
    expect_seen(33);
    cr_expect_not(seen[32].before);
    done_all();
    cr_expect(bench_until(&bench, is_empty, &bench));
    close_all();
}

Test(redis_inbox, a_trimmed_pending_entry_is_said_to_be_trimmed, .init = open_all,
     .fini = close_all)
{
    add(5);
    start();
    expect_seen(5);
    bench_redis(&bench, "XTRIM %s MAXLEN 2", BENCH_INBOX);
    start_again();
    expect_seen(5);
    for (size_t i = 0; i < 5; i++) {
        cr_expect_str_eq(seen[i].reason, i < 3 ? "trimmed" : "");
        cr_expect_eq(seen[i].encoding, i < 3 ? 0 : 'j');
    }
    done_all();
    cr_expect(bench_until(&bench, is_empty, &bench));
    cr_expect_eq(pending(), 0);
    close_all();
}

Test(redis_inbox, a_flushed_stream_begins_anew_even_with_lower_ids, .init = open_all,
     .fini = close_all)
{
    add(20);
    start();
    expect_seen(20);
    for (size_t i = 0; i < 10; i++)
        eh_inbox_done(inbox, &seen[i].id, 1);
    expect_pending(10);
    bench_redis(&bench, "FLUSHALL");
    bench_redis(&bench, "XADD %s 7-1 j {\"new\":1}", BENCH_INBOX);
    bench_redis(&bench, "XADD %s 7-2 j {\"new\":2}", BENCH_INBOX);
    expect_seen(22);
    cr_expect_eq(losses, 1);
    cr_expect_eq(seen[20].id.ms, 7);
    cr_expect(seen[20].before);
    cr_expect_leq(eh_inbox_low(inbox).ms, 7);
    eh_inbox_done(inbox, &seen[10].id, 10); /* of the stream that is gone */
    bench_run_ms(&bench, 300);
    cr_expect_eq(bench_redis(&bench, "XLEN %s", BENCH_INBOX)->integer, 2);
    done_all();
    cr_expect(bench_until(&bench, is_empty, &bench));
    close_all();
}

Test(redis_inbox, an_id_that_comes_again_with_other_content_is_another_entry, .init = open_all,
     .fini = close_all)
{
    bench_redis(&bench, "XADD %s 7-1 j {\"first\":1}", BENCH_INBOX);
    start();
    expect_seen(1);
    bench_redis(&bench, "FLUSHALL");
    bench_redis(&bench, "XADD %s 7-1 j {\"second\":1}", BENCH_INBOX);
    expect_seen(2);
    cr_expect_str_eq(seen[1].body, "{\"second\":1}");
    eh_inbox_done(inbox, &seen[0].id, 1);
    bench_run_ms(&bench, 300);
    cr_expect_eq(pending(), 1);
    eh_inbox_done(inbox, &seen[1].id, 1);
    cr_expect(bench_until(&bench, is_empty, &bench));
    cr_expect_eq(pending(), 0);
    close_all();
}

Test(redis_inbox, a_destroyed_group_doubles_nothing_in_flight, .init = open_all, .fini = close_all)
{
    add(20);
    start();
    expect_seen(20);
    bench_redis(&bench, "XGROUP DESTROY %s evenhand", BENCH_INBOX);
    add(5);
    expect_seen(25);
    cr_expect_eq(losses, 1);
    done_all();
    cr_expect(bench_until(&bench, is_empty, &bench));
    cr_expect_eq(pending(), 0);
    close_all();
}

Test(redis_inbox, a_killed_server_comes_back_with_everything, .init = open_all, .fini = close_all)
{
    start();
    for (size_t round = 1; round <= 3; round++) {
        add(30);
        wanted = seen_count + 15;
        cr_assert(bench_until(&bench, has_seen, NULL));
        bench_kill_server(&bench);
        bench_run_ms(&bench, 150);
        bench_start_server(&bench);
        expect_seen(30 * round);
        cr_expect_eq(losses, 0);
        if (round == 2)
            done_all();
    }
    for (size_t i = 0; i < seen_count; i++)
        for (size_t k = 0; k < i; k++)
            cr_expect(seen[i].id.ms != seen[k].id.ms || seen[i].id.no != seen[k].id.no);
    done_all();
    cr_expect(bench_until(&bench, is_empty, &bench));
    close_all();
}

static bool few_are_left(void *context)
{
    (void)context;
    return length() <= 400;
}

Test(redis_inbox, keeps_as_many_acknowledged_entries_as_told)
{
    make_inbox(100);
    done_at_once = true;
    start();
    for (int i = 0; i < 20; i++) {
        add(50);
        bench_run_ms(&bench, 60);
    }
    expect_seen(1000);
    expect_pending(0);
    cr_expect(bench_until(&bench, few_are_left, NULL));
    bench_run_ms(&bench, 300);
    cr_expect_geq(length(), 100);
    close_all();
}
