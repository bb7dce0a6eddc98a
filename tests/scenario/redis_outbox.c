/*
 * redis_outbox: publishing to a real Redis that refuses, loses, dies and is written to by others.
 *
 * PostgreSQL is played by arithmetic: row n is always the same.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "outbox/outbox.h"
#include "redis_bench.h"

#define BODY_BYTES 65536

TestSuite(redis_outbox, .timeout = 1200);

static struct bench bench;
static struct eh_redis_link *writes;
static struct eh_outbox *outbox;
static uint64_t head_seq, head_dead;
static size_t wants, downs;
static bool json, database_away;
static char body[BODY_BYTES];

static void fill_notice(struct eh_outbox_batch *batch, struct eh_notice *notice, uint64_t seq)
{
    char id[32];
    snprintf(id, sizeof id, "t-%llu", (unsigned long long)seq);
    *notice = (struct eh_notice){.type = EH_NOTICE_ASSIGNED,
                                 .seq = seq,
                                 .source = eh_str("default"),
                                 .id = eh_arena_str(&batch->arena, eh_str(id)),
                                 .team = eh_str("sales"),
                                 .rep = eh_str("ana"),
                                 .why = eh_str("balanced"),
                                 .at_ms = 1700000000000 + (int64_t)seq,
                                 .input = seq};
}

/* Rows from_seq … head_seq, and the dead letters of every tenth input from from_dead on. */
static struct eh_outbox_batch *rows(uint64_t from_seq, uint64_t to_seq, uint64_t from_dead,
                                    uint64_t to_dead)
{
    struct eh_outbox_batch *batch;
    cr_assert_eq(eh_outbox_batch_new(&batch, NULL), 0);
    size_t notices = to_seq + 1 - from_seq;
    batch->notices = eh_arena_alloc(&batch->arena, (notices + 1) * sizeof *batch->notices);
    batch->dead = eh_arena_alloc(&batch->arena, EH_OUTBOX_PAGE * sizeof *batch->dead);
    for (uint64_t seq = from_seq; seq <= to_seq && batch->notice_count < EH_OUTBOX_PAGE; seq++)
        fill_notice(batch, &batch->notices[batch->notice_count++], seq);
    for (uint64_t input = (from_dead + 9) / 10 * 10; input > 0 && input <= to_dead; input += 10)
        if (batch->dead_count < EH_OUTBOX_PAGE)
            batch->dead[batch->dead_count++] =
                (struct eh_dead_entry){.input = input,
                                       .reason = eh_str("trimmed"),
                                       .stream_id = eh_str("7-1"),
                                       .body = eh_str_n(body, sizeof body),
                                       .at_ms = 5};
    batch->head_seq = to_seq;
    batch->head_dead = to_dead;
    return batch;
}

static void on_want(void *context, uint64_t from_seq, uint64_t from_dead)
{
    (void)context;
    wants++;
    eh_outbox_page(outbox, database_away ? NULL : rows(from_seq, head_seq, from_dead, head_dead));
}

static void on_state(void *context, bool up, const char *why)
{
    (void)context, (void)why;
    downs += !up;
    if (outbox)
        eh_outbox_link_state(outbox, up);
}

static void make_outbox(int64_t keep)
{
    bench_open(&bench);
    memset(body, 'b', sizeof body);
    const struct eh_redis_link_options link = {bench.base, &bench.address, "write", on_state, NULL};
    cr_assert_eq(eh_redis_link_new(&link, &writes, NULL), 0);
    const struct eh_outbox_options options = {writes, BENCH_OUTBOX, BENCH_DEAD, json,
                                              keep,   on_want,      NULL};
    cr_assert_eq(eh_outbox_new(&options, &outbox, NULL), 0);
    eh_redis_link_start(writes);
}

static void open_all(void)
{
    make_outbox(1000000);
}

/* Each test ends with it, so that what it finds counts; again after one that broke off. */
static void close_all(void)
{
    if (!bench.base)
        return;
    eh_outbox_free(outbox);
    eh_redis_link_free(writes);
    bench_close(&bench);
}

static void publish(size_t notices)
{
    struct eh_outbox_batch *batch =
        rows(head_seq + 1, head_seq + notices, head_dead + 1, head_dead);
    head_seq += notices;
    eh_outbox_publish(outbox, batch);
}

static bool is_idle(void *context)
{
    (void)context;
    return eh_outbox_idle(outbox);
}

static bool has_alarm(void *context)
{
    (void)context;
    return eh_outbox_alarm(outbox) != NULL;
}

static void settle(void)
{
    cr_assert(bench_until(&bench, is_idle, NULL), "published %llu of %llu",
              (unsigned long long)eh_outbox_published(outbox), (unsigned long long)head_seq);
}

static bool has_gone_down(void *context)
{
    (void)context;
    return downs > 0;
}

/* Cuts the link off, once in a test; it knows when this returns. */
static void throw_out(void)
{
    bench_redis(&bench, "CLIENT KILL TYPE normal SKIPME yes");
    cr_assert(bench_until(&bench, has_gone_down, NULL));
}

/* Every number from first to the head once, each with the bytes of its row. */
static void expect_gapless(uint64_t first)
{
    const redisReply *reply = bench_redis(&bench, "XRANGE %s - +", BENCH_OUTBOX);
    cr_assert_eq(reply->elements, head_seq + 1 - first);
    EH_AUTO(eh_bytes) struct eh_bytes wanted = EH_BYTES_INIT;
    struct eh_outbox_batch *batch;
    cr_assert_eq(eh_outbox_batch_new(&batch, NULL), 0);
    for (size_t i = 0; i < reply->elements; i++) {
        char id[32];
        struct eh_notice notice;
        snprintf(id, sizeof id, "%llu-0", (unsigned long long)(first + i));
        cr_assert_str_eq(reply->element[i]->element[0]->str, id);
        fill_notice(batch, &notice, first + i);
        eh_bytes_clear(&wanted);
        cr_assert_eq(
            json ? eh_notice_to_json(&notice, &wanted) : eh_notice_to_msgpack(&notice, &wanted), 0);
        const redisReply *fields = reply->element[i]->element[1];
        cr_assert_str_eq(fields->element[0]->str, json ? "j" : "m");
        cr_assert_eq((size_t)fields->element[1]->len, wanted.size);
        cr_assert_arr_eq(fields->element[1]->str, wanted.data, wanted.size);
    }
    eh_outbox_batch_free(batch);
    cr_expect_eq(eh_outbox_published(outbox), head_seq);
    cr_expect_null(eh_outbox_alarm(outbox));
}

Test(redis_outbox, live_batches_are_published_in_order, .init = open_all, .fini = close_all)
{
    eh_outbox_start(outbox, 0, 0);
    for (int i = 0; i < 30; i++) {
        publish(1 + (size_t)i % 7);
        bench_run_ms(&bench, 3);
    }
    settle();
    expect_gapless(1);
    cr_expect_eq(eh_outbox_published(outbox), head_seq);
    close_all();
}

Test(redis_outbox, json_too)
{
    json = true;
    make_outbox(1000000);
    eh_outbox_start(outbox, 0, 0);
    publish(10);
    settle();
    expect_gapless(1);
    close_all();
}

Test(redis_outbox, what_a_life_before_left_is_read_from_the_database, .init = open_all,
     .fini = close_all)
{
    head_seq = 3500;
    eh_outbox_start(outbox, head_seq, 0);
    publish(5);
    settle();
    cr_expect_geq(wants, 4);
    expect_gapless(1);
    close_all();
}

Test(redis_outbox, batches_beyond_the_bound_are_read_again, .init = open_all, .fini = close_all)
{
    eh_outbox_start(outbox, 0, 0);
    for (int i = 0; i < 50; i++) /* before the link is up */
        publish(10);
    settle();
    cr_expect_geq(wants, 1);
    expect_gapless(1);
    close_all();
}

Test(redis_outbox, a_database_that_is_away_is_asked_again, .init = open_all, .fini = close_all)
{
    head_seq = 20;
    database_away = true;
    eh_outbox_start(outbox, head_seq, 0);
    bench_run_ms(&bench, 500);
    cr_expect_eq(eh_outbox_published(outbox), 0);
    database_away = false;
    settle();
    expect_gapless(1);
    close_all();
}

static void refuse_and_mend(const char *name, const char *bad, const char *good)
{
    eh_outbox_start(outbox, 0, 0);
    publish(5);
    settle();
    bench_redis(&bench, "CONFIG SET %s %s", name, bad);
    for (int i = 0; i < 20; i++) {
        publish(3);
        bench_run_ms(&bench, 20);
    }
    cr_expect_eq(eh_outbox_published(outbox), 5);
    cr_expect_not(eh_outbox_idle(outbox));
    bench_redis(&bench, "CONFIG SET %s %s", name, good);
    settle();
    expect_gapless(1);
}

Test(redis_outbox, out_of_memory_holds_and_resumes, .init = open_all, .fini = close_all)
{
    refuse_and_mend("maxmemory", "1", "0");
    close_all();
}

Test(redis_outbox, missing_replicas_hold_and_resume, .init = open_all, .fini = close_all)
{
    refuse_and_mend("min-replicas-to-write", "1", "0");
    close_all();
}

Test(redis_outbox, a_primary_turned_replica_holds_and_resumes, .init = open_all, .fini = close_all)
{
    eh_outbox_start(outbox, 0, 0);
    publish(5);
    settle();
    bench_redis(&bench, "REPLICAOF 127.0.0.1 1");
    publish(5);
    bench_run_ms(&bench, 700);
    cr_expect_eq(eh_outbox_published(outbox), 5);
    bench_redis(&bench, "REPLICAOF NO ONE");
    settle();
    expect_gapless(1);
    close_all();
}

Test(redis_outbox, kills_leave_no_hole, .init = open_all, .fini = close_all)
{
    eh_outbox_start(outbox, 0, 0);
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 15; i++) {
            publish(20);
            bench_run_ms(&bench, 1 + round);
        }
        bench_kill_server(&bench);
        publish(20);
        bench_run_ms(&bench, 100);
        bench_start_server(&bench);
    }
    settle();
    expect_gapless(1);
    close_all();
}

Test(redis_outbox, a_lost_stream_is_published_again_as_far_as_kept)
{
    make_outbox(300);
    eh_outbox_start(outbox, 0, 0);
    publish(900);
    settle();
    bench_redis(&bench, "FLUSHALL");
    throw_out();
    settle();
    expect_gapless(601);
    publish(5);
    settle();
    expect_gapless(601);
    close_all();
}

/* Redis has done what was sent, and we have not read so. */
Test(redis_outbox, a_stream_lost_before_its_last_answer_is_read_is_published_again,
     .init = open_all, .fini = close_all)
{
    eh_outbox_start(outbox, 0, 0);
    publish(5);
    settle();
    publish(5);
    event_base_loop(bench.base, EVLOOP_NONBLOCK); /* sends it */
    for (int i = 0; bench_redis(&bench, "XLEN %s", BENCH_OUTBOX)->integer < 10; i++) {
        cr_assert_lt(i, 10000, "nothing was sent");
        usleep(10000);
    }
    bench_redis(&bench, "FLUSHALL");
    eh_outbox_recheck(outbox); /* the inbox has noticed */
    settle();
    expect_gapless(1);
    close_all();
}

Test(redis_outbox, is_trimmed)
{
    make_outbox(500);
    eh_outbox_start(outbox, 0, 0);
    for (int i = 0; i < 60; i++) {
        publish(100);
        bench_run_ms(&bench, 5);
    }
    settle();
    long long left = bench_redis(&bench, "XLEN %s", BENCH_OUTBOX)->integer;
    cr_expect_geq(left, 500);
    cr_expect_leq(left, 2000, "%lld left", left);
    close_all();
}

/* Another writer puts what we would have put: fine. */
Test(redis_outbox, equal_content_under_our_numbers_is_taken_as_done, .init = open_all,
     .fini = close_all)
{
    eh_outbox_start(outbox, 0, 0);
    publish(2);
    settle();
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_outbox_batch *batch;
    cr_assert_eq(eh_outbox_batch_new(&batch, NULL), 0);
    struct eh_notice notice;
    fill_notice(batch, &notice, 3);
    cr_assert_eq(eh_notice_to_msgpack(&notice, &bytes), 0);
    bench_redis(&bench, "XADD %s 3-0 m %b", BENCH_OUTBOX, bytes.data, bytes.size);
    eh_outbox_batch_free(batch);
    publish(3);
    settle();
    expect_gapless(1);
    close_all();
}

Test(redis_outbox, other_content_under_our_number_stops, .init = open_all, .fini = close_all)
{
    eh_outbox_start(outbox, 0, 0);
    publish(2);
    settle();
    bench_redis(&bench, "XADD %s 3-0 m x", BENCH_OUTBOX);
    publish(3);
    cr_assert(bench_until(&bench, has_alarm, NULL));
    cr_expect_not(eh_outbox_idle(outbox));
    cr_expect_eq(eh_outbox_published(outbox), 2);
    publish(3);
    bench_run_ms(&bench, 100);
    cr_expect_eq(eh_outbox_published(outbox), 2);
    close_all();
}

Test(redis_outbox, a_number_above_ours_stops, .init = open_all, .fini = close_all)
{
    bench_redis(&bench, "XADD %s 9-0 m x", BENCH_OUTBOX);
    head_seq = 5;
    eh_outbox_start(outbox, head_seq, 0);
    cr_assert(bench_until(&bench, has_alarm, NULL));
    cr_expect_eq(bench_redis(&bench, "XLEN %s", BENCH_OUTBOX)->integer, 1);
    close_all();
}

Test(redis_outbox, an_entry_deleted_by_somebody_does_no_harm, .init = open_all, .fini = close_all)
{
    eh_outbox_start(outbox, 0, 0);
    publish(5);
    settle();
    bench_redis(&bench, "XDEL %s 5-0", BENCH_OUTBOX);
    throw_out();
    publish(1);
    settle();
    cr_expect_null(eh_outbox_alarm(outbox));
    cr_expect_eq(bench_redis(&bench, "XLEN %s", BENCH_OUTBOX)->integer, 5);
    close_all();
}

static unsigned long long dead_length(void)
{
    return (unsigned long long)bench_redis(&bench, "XLEN %s", BENCH_DEAD)->integer;
}

Test(redis_outbox, dead_letters_are_bounded_in_bytes, .init = open_all, .fini = close_all)
{
    uint64_t fits = EH_DEAD_BYTES_MAX / BODY_BYTES;
    head_dead = 3 * fits * 10;
    eh_outbox_start(outbox, 0, head_dead);
    settle();
    cr_expect_leq(dead_length(), fits + 64, "%llu", dead_length());
    cr_expect_geq(dead_length(), fits / 2, "%llu", dead_length());
    eh_outbox_stop(outbox);
    head_dead += fits * 10; /* what stands there from before counts, too */
    eh_outbox_start(outbox, 0, head_dead);
    settle();
    cr_expect_leq(dead_length(), fits + 64, "%llu", dead_length());
    close_all();
}

Test(redis_outbox, dead_letters_are_published_whole, .init = open_all, .fini = close_all)
{
    head_seq = 10;
    head_dead = 1500; /* 150 of them, 64 KiB each */
    eh_outbox_start(outbox, head_seq, head_dead);
    settle();
    expect_gapless(1);
    cr_expect_eq(bench_redis(&bench, "XLEN %s", BENCH_DEAD)->integer, 150);
    const redisReply *reply = bench_redis(&bench, "XREVRANGE %s + - COUNT 1", BENCH_DEAD);
    const redisReply *entry = reply->element[0];
    cr_expect_str_eq(entry->element[0]->str, "1500-0");
    static const char *const fields[] = {"reason", "trimmed", "stream_id", "7-1",
                                         "at",     "5",       "body"};
    for (size_t i = 0; i < 7; i++)
        cr_expect_str_eq(entry->element[1]->element[i]->str, fields[i]);
    cr_expect_eq(entry->element[1]->element[7]->len, BODY_BYTES);
    size_t asked = wants;
    uint64_t before = head_dead;
    head_dead += 20;
    eh_outbox_publish(outbox, rows(head_seq + 1, head_seq, before + 1, head_dead));
    settle();
    cr_expect_eq(bench_redis(&bench, "XLEN %s", BENCH_DEAD)->integer, 152);
    cr_expect_eq(wants, asked);
    close_all();
}

Test(redis_outbox, a_new_life_goes_on_where_the_old_one_stopped, .init = open_all,
     .fini = close_all)
{
    eh_outbox_start(outbox, 0, 0);
    publish(40);
    settle();
    publish(40);
    eh_outbox_stop(outbox); /* a burst may be under way */
    cr_expect_not(eh_outbox_idle(outbox));
    eh_outbox_start(outbox, head_seq, 0);
    settle();
    expect_gapless(1);
    close_all();
}
