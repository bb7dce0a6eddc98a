/*
 * bridge_parked: what is parked is there after a kill, up to its bound and not beyond; half a line
 * is forgotten, and a file that is none of ours is refused.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "bridge/out/parked.h"

TestSuite(bridge_parked, .timeout = 300);

#define FEW 3

struct seen {
    char path[64];
    struct eh_parked *parked;
    unsigned told;
    char last[64];
};

static void open_it(struct seen *seen, uint32_t max)
{
    struct eh_error error = {0};
    cr_assert_eq(eh_parked_open(seen->path, max, &seen->parked, &error), 0, "%s", error.text);
}

static void begin(struct seen *seen, uint32_t max)
{
    *seen = (struct seen){0};
    eh_format(seen->path, sizeof seen->path, "/tmp/evenhand-parked-XXXXXX");
    int fd = mkstemp(seen->path);
    cr_assert(fd >= 0);
    close(fd);
    open_it(seen, max);
}

static void end(struct seen *seen)
{
    eh_parked_close(seen->parked);
    unlink(seen->path);
}

static void open_again(struct seen *seen, uint32_t max)
{
    eh_parked_close(seen->parked);
    open_it(seen, max);
}

static int add(struct seen *seen, unsigned no, const char *why)
{
    char id[32];
    struct eh_error error = {0};
    eh_format(id, sizeof id, "t-%u", no);
    const struct eh_parked_item item = {.id = eh_str(id),
                                        .account = eh_str("ana@shop.example"),
                                        .seq = no,
                                        .at_s = 1700000000,
                                        .why = eh_str(why)};
    return eh_parked_add(seen->parked, &item, &error);
}

static int tell(void *context, const struct eh_parked_item *item)
{
    struct seen *seen = context;
    seen->told++;
    eh_format(seen->last, sizeof seen->last, "%.*s", EH_STR_ARG(item->id));
    return 0;
}

static unsigned told(struct seen *seen)
{
    seen->told = 0;
    cr_assert_eq(eh_parked_each(seen->parked, tell, seen, NULL), 0);
    return seen->told;
}

static void append(const struct seen *seen, const char *text)
{
    int fd = open(seen->path, O_WRONLY | O_APPEND);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

Test(bridge_parked, it_is_there_after_a_kill)
{
    static struct seen seen;
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_parked_item item;
    begin(&seen, FEW);
    cr_assert_eq(add(&seen, 1, "refused \"for good\"\n\xc3\xa5"), 0);
    open_again(&seen, FEW);
    cr_assert_eq(eh_parked_count(seen.parked), 1);
    cr_assert_eq(eh_parked_get(seen.parked, eh_str("t-1"), &arena, &item, NULL), 0);
    cr_expect(eh_str_equal(item.why, eh_str("refused \"for good\"\n\xc3\xa5")));
    cr_expect(eh_str_equal(item.account, eh_str("ana@shop.example")));
    cr_expect_eq(item.seq, 1);
    cr_expect_eq(item.at_s, 1700000000);
    end(&seen);
}

Test(bridge_parked, at_its_bound_and_one_more)
{
    static struct seen seen;
    begin(&seen, FEW);
    for (unsigned i = 0; i < FEW; i++)
        cr_assert_eq(add(&seen, i, "x"), 0);
    cr_expect_eq(add(&seen, FEW, "x"), -EH_EFULL);
    cr_expect_eq(add(&seen, 0, "again: it has its place"), 0);
    cr_expect_eq(eh_parked_count(seen.parked), FEW);
    cr_expect_eq(told(&seen), FEW);
    cr_expect_str_eq(seen.last, "t-0");
    cr_assert_eq(eh_parked_remove(seen.parked, eh_str("t-1"), NULL), 0);
    cr_expect_eq(add(&seen, FEW, "x"), 0);
    open_again(&seen, FEW);
    cr_expect_eq(eh_parked_count(seen.parked), FEW);
    cr_expect_not(eh_parked_has(seen.parked, eh_str("t-1")));
    cr_expect(eh_parked_has(seen.parked, eh_str("t-3")));
    cr_expect_eq(add(&seen, 9, "x"), -EH_EFULL);
    end(&seen);
}

Test(bridge_parked, what_went_stays_away)
{
    static struct seen seen;
    begin(&seen, FEW);
    cr_assert_eq(add(&seen, 1, "x"), 0);
    cr_assert_eq(eh_parked_remove(seen.parked, eh_str("t-1"), NULL), 0);
    cr_expect_eq(eh_parked_remove(seen.parked, eh_str("t-1"), NULL), -EH_ENOTFOUND);
    open_again(&seen, FEW);
    cr_expect_eq(eh_parked_count(seen.parked), 0);
    cr_expect_eq(told(&seen), 0);
    cr_assert_eq(add(&seen, 1, "and comes again"), 0);
    open_again(&seen, FEW);
    cr_expect_eq(told(&seen), 1);
    end(&seen);
}

Test(bridge_parked, half_a_line_is_forgotten)
{
    static struct seen seen;
    begin(&seen, FEW);
    cr_assert_eq(add(&seen, 1, "x"), 0);
    append(&seen, "{\"id\":\"t-2\",\"acc");
    open_again(&seen, FEW);
    cr_expect_eq(eh_parked_count(seen.parked), 1);
    cr_assert_eq(add(&seen, 3, "x"), 0);
    open_again(&seen, FEW);
    cr_expect_eq(told(&seen), 2);
    cr_expect_str_eq(seen.last, "t-3");
    end(&seen);
}

static int open_with(struct seen *seen, const char *line)
{
    struct eh_parked *other = NULL;
    append(seen, line);
    int r = eh_parked_open(seen->path, FEW, &other, NULL);
    cr_expect_null(other);
    cr_assert_eq(truncate(seen->path, 0), 0);
    return r;
}

Test(bridge_parked, what_is_none_of_ours_is_refused)
{
    static struct seen seen;
    static char endless[100000];
    begin(&seen, FEW);
    memset(endless, 'x', sizeof endless - 1);
    cr_expect_eq(open_with(&seen, "hello\n"), -EH_ECORRUPT);
    cr_expect_eq(open_with(&seen, "[]\n"), -EH_ECORRUPT);
    cr_expect_eq(open_with(&seen, "{\"id\":7}\n"), -EH_ECORRUPT);
    cr_expect_eq(open_with(&seen, "\n"), -EH_ECORRUPT);
    cr_expect_eq(open_with(&seen, endless), -EH_ECORRUPT);
    end(&seen);
}

Test(bridge_parked, what_went_is_taken_out_of_the_file)
{
    static struct seen seen;
    struct stat st, held;
    begin(&seen, FEW);
    cr_assert_eq(add(&seen, 1, "stays"), 0);
    for (unsigned i = 0; i < 2000; i++)
        cr_assert_eq(add(&seen, 2, "comes again and again"), 0);
    open_again(&seen, FEW);
    cr_assert_eq(stat(seen.path, &st), 0);
    cr_expect_lt(st.st_size, 1000);
    cr_assert_eq(fstat(eh_parked_fd(seen.parked), &held), 0);
    cr_expect_eq(held.st_ino, st.st_ino); /* what is fsynced is the file that stands there */
    cr_expect_eq(told(&seen), 2);
    cr_assert_eq(add(&seen, 3, "x"), 0);
    cr_expect_eq(told(&seen), 3);
    open_again(&seen, FEW);
    cr_expect_eq(told(&seen), 3);
    end(&seen);
}

Test(bridge_parked, a_reader_changes_nothing)
{
    static struct seen seen;
    struct stat before, after;
    struct eh_parked *writer;
    begin(&seen, FEW);
    cr_assert_eq(add(&seen, 1, "x"), 0);
    append(&seen, "{\"id\":\"t-2\"");
    writer = seen.parked;
    cr_assert_eq(stat(seen.path, &before), 0);
    cr_assert_eq(eh_parked_open_to_read(seen.path, &seen.parked, NULL), 0);
    cr_expect_eq(told(&seen), 1);
    eh_parked_close(seen.parked);
    cr_assert_eq(stat(seen.path, &after), 0);
    cr_expect_eq(before.st_size, after.st_size);
    cr_assert_eq(eh_parked_open_to_read("/nonexistent/parked", &seen.parked, NULL), 0);
    cr_expect_eq(told(&seen), 0);
    eh_parked_close(seen.parked);
    seen.parked = writer;
    end(&seen);
}

Test(bridge_parked, the_longest_line_fits)
{
    static struct seen seen;
    static char id[EH_NAME_MAX + 1], account[EH_NAME_MAX + 1], why[1000];
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_parked_item item;
    begin(&seen, FEW);
    memset(id, '"', EH_NAME_MAX);
    memset(account, '\\', EH_NAME_MAX);
    memset(why, 1, sizeof why - 1);
    const struct eh_parked_item longest = {
        .id = eh_str(id), .account = eh_str(account), .seq = INT64_MAX, .why = eh_str(why)};
    cr_assert_eq(eh_parked_add(seen.parked, &longest, NULL), 0);
    cr_assert_eq(eh_parked_get(seen.parked, eh_str(id), &arena, &item, NULL), 0);
    cr_expect_eq(item.why.size, EH_PARKED_WHY_MAX);
    end(&seen);
}
