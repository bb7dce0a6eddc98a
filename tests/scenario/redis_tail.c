/*
 * redis_tail: the outbox is read by number, each entry once and in order, whatever becomes of the
 * stream and of Redis.
 */
#include <criterion/criterion.h>

#include "bridge/out/tail.h"
#include "redis_bench.h"

#define COMMANDS 5 /* as many as it sends in a row, from one that waits to the next */

TestSuite(redis_tail, .timeout = 1200);

struct seen {
    struct bench bench;
    struct eh_tail *tail;
    uint64_t last, before; /* before: entries that stood there when we came */
    unsigned entries, unreadable, caught_up, gaps, others;
    uint64_t gap_first, gap_last, goal;
    unsigned room; /* entries that are taken */
};

static struct seen seen;

/* ---- A command that cannot be sent. */

static unsigned fails_in; /* so many commands from now; 0: none does */

/* The linker puts it before the link's own (--wrap). */
int real_command(struct eh_redis_link *, eh_redis_reply_fn *, void *context, int argc,
                 const char *const *argv, const size_t *lengths) __asm__("__real_eh_redis_command");
int failing_command(struct eh_redis_link *, eh_redis_reply_fn *, void *context, int argc,
                    const char *const *argv,
                    const size_t *lengths) __asm__("__wrap_eh_redis_command");

int failing_command(struct eh_redis_link *link, eh_redis_reply_fn *fn, void *context, int argc,
                    const char *const *argv, const size_t *lengths)
{
    if (fails_in > 0 && --fails_in == 0)
        return -EH_ENOMEM;
    return real_command(link, fn, context, argc, argv, lengths);
}

static bool has_failed(void *context)
{
    (void)context;
    return fails_in == 0;
}

/* ---- What is read. */

static int on_entry(void *context, uint64_t seq, json_t *entry, bool from_before)
{
    struct seen *s = context;
    if (s->room == 0)
        return -EH_EFULL;
    s->room--;
    cr_assert_gt(seq, s->last);
    s->last = seq;
    s->entries++;
    s->before += from_before;
    s->unreadable += entry ? 0 : 1;
    cr_expect(!entry || (uint64_t)json_integer_value(json_object_get(entry, "seq")) == seq);
    return 0;
}

static void on_caught_up(void *context)
{
    ((struct seen *)context)->caught_up++;
}

static void on_gap(void *context, uint64_t first, uint64_t last)
{
    struct seen *s = context;
    s->gaps++;
    s->gap_first = first;
    s->gap_last = last;
}

static void on_other_log(void *context)
{
    struct seen *s = context;
    s->others++;
    s->last = 0;
}

static void tail_begin(uint64_t after)
{
    const struct eh_tail_options options = {.base = seen.bench.base,
                                            .address = &seen.bench.address,
                                            .key = BENCH_OUTBOX,
                                            .after = after,
                                            .on_entry = on_entry,
                                            .on_caught_up = on_caught_up,
                                            .on_gap = on_gap,
                                            .on_other_log = on_other_log,
                                            .context = &seen,
                                            .behind_s = 1};
    seen.last = after;
    cr_assert_eq(eh_tail_new(&options, &seen.tail, NULL), 0);
}

static void begin(void)
{
    memset(&seen, 0, sizeof seen);
    seen.room = UINT32_MAX;
    bench_open(&seen.bench);
}

static void end(void)
{
    if (!seen.bench.base)
        return;
    eh_tail_free(seen.tail);
    seen.tail = NULL;
    bench_close(&seen.bench);
}

static void add(uint64_t from, uint64_t to)
{
    for (uint64_t seq = from; seq <= to; seq++)
        bench_redis(&seen.bench, "XADD %s %llu-0 j {\"seq\":%llu}", BENCH_OUTBOX,
                    (unsigned long long)seq, (unsigned long long)seq);
}

static bool is_at_goal(void *context)
{
    const struct seen *s = context;
    return s->tail && eh_tail_at(s->tail) == s->goal;
}

static bool has_caught_up(void *context)
{
    return ((struct seen *)context)->caught_up > 0;
}

static bool is_other_log(void *context)
{
    return ((struct seen *)context)->others > 0;
}

static void run_to(uint64_t seq)
{
    seen.goal = seq;
    cr_assert(bench_until(&seen.bench, is_at_goal, &seen), "at %llu",
              (unsigned long long)eh_tail_at(seen.tail));
}

Test(redis_tail, reads_what_is_there_and_what_comes, .init = begin, .fini = end)
{
    add(1, 3 * EH_TAIL_PAGE + 7);
    tail_begin(5);
    run_to(3 * EH_TAIL_PAGE + 7);
    cr_assert(bench_until(&seen.bench, has_caught_up, &seen));
    cr_expect_eq(seen.entries, 3 * EH_TAIL_PAGE + 2);
    cr_expect_eq(seen.before, seen.entries);
    add(3 * EH_TAIL_PAGE + 8, 3 * EH_TAIL_PAGE + 10);
    run_to(3 * EH_TAIL_PAGE + 10);
    cr_expect_eq(seen.before, 3 * EH_TAIL_PAGE + 2); /* these came later */
    cr_expect_eq(seen.caught_up, 1);
    cr_expect_eq(seen.gaps, 0);
    end();
}

Test(redis_tail, nothing_is_lost_where_there_is_no_room, .init = begin, .fini = end)
{
    add(1, 250);
    seen.room = 130;
    tail_begin(0);
    run_to(130);
    bench_run_ms(&seen.bench, 100);
    cr_expect_eq(seen.entries, 130);
    seen.room = UINT32_MAX;
    eh_tail_turn(seen.tail);
    run_to(250);
    cr_expect_eq(seen.entries, 250);
    end();
}

Test(redis_tail, msgpack_is_read_and_what_is_no_entry_is_passed_over, .init = begin, .fini = end)
{
    static const char packed[] = "\x82\xa4type\xa5moved\xa3seq\x01";
    bench_redis(&seen.bench, "XADD %s 1-0 m %b", BENCH_OUTBOX, packed, sizeof packed - 1);
    bench_redis(&seen.bench, "XADD %s 2-0 m %s", BENCH_OUTBOX, "no msgpack");
    bench_redis(&seen.bench, "XADD %s 3-0 j {{", BENCH_OUTBOX);
    bench_redis(&seen.bench, "XADD %s 4-0 x {}", BENCH_OUTBOX);
    add(5, 5);
    tail_begin(0);
    run_to(5);
    cr_expect_eq(seen.entries, 5);
    cr_expect_eq(seen.unreadable, 3);
    end();
}

Test(redis_tail, what_was_trimmed_is_told, .init = begin, .fini = end)
{
    add(1, 20);
    bench_redis(&seen.bench, "XTRIM %s MINID 11", BENCH_OUTBOX);
    tail_begin(4);
    run_to(20);
    cr_expect_eq(seen.gaps, 1);
    cr_expect_eq(seen.gap_first, 5);
    cr_expect_eq(seen.gap_last, 10);
    cr_expect_eq(seen.entries, 10);
    end();
}

Test(redis_tail, flushall_is_survived, .init = begin, .fini = end)
{
    add(1, 10);
    tail_begin(0);
    run_to(10);
    bench_redis(&seen.bench, "FLUSHALL");
    add(6, 10); /* as evenhandd publishes again what it keeps */
    add(11, 12);
    run_to(12);
    cr_expect_eq(seen.entries, 12);
    cr_expect_eq(seen.gaps, 0);
    cr_expect_eq(seen.others, 0);
    end();
}

Test(redis_tail, a_redis_that_dies_is_survived, .init = begin, .fini = end)
{
    add(1, 10);
    tail_begin(0);
    run_to(10);
    bench_kill_server(&seen.bench);
    bench_run_ms(&seen.bench, 200);
    bench_start_server(&seen.bench);
    add(11, 15);
    run_to(15);
    cr_expect_eq(seen.entries, 15);
    end();
}

Test(redis_tail, another_log_is_read_from_its_beginning, .init = begin, .fini = end)
{
    add(1, 3);
    tail_begin(1000);
    cr_assert(bench_until(&seen.bench, is_other_log, &seen));
    run_to(3);
    cr_expect_eq(seen.entries, 3);
    cr_expect_eq(seen.before, 3);
    end();
}

Test(redis_tail, an_empty_stream_is_waited_for, .init = begin, .fini = end)
{
    tail_begin(1000);
    bench_run_ms(&seen.bench, 6000);
    cr_expect_eq(seen.others, 0);
    add(1001, 1001);
    run_to(1001);
    cr_expect_eq(seen.caught_up, 1);
    end();
}

Test(redis_tail, a_command_that_cannot_be_sent_is_sent_again, .init = begin, .fini = end)
{
    add(1, 1);
    tail_begin(0);
    run_to(1);
    for (unsigned n = 1; n <= COMMANDS; n++) {
        fails_in = n;
        cr_assert(bench_until(&seen.bench, has_failed, &seen));
        add(n + 1, n + 1);
        run_to(n + 1);
    }
    cr_expect_eq(seen.entries, COMMANDS + 1);
    end();
}
