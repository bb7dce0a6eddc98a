/*
 * bridge_cursor: the cursor is on disk a moment after it moved, whole or not at all; a torn file, a
 * full disk and a folder that is gone are said and survived.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "bridge/out/cursor.h"

#define WAIT_S 120 /* ends what hangs */

TestSuite(bridge_cursor, .timeout = 300);

struct seen {
    struct event_base *base;
    struct eh_cursor *cursor;
    char folder[64], path[96];
    int troubles, relieved;
    uint64_t until;
};

static void on_trouble(void *context, const char *why)
{
    struct seen *seen = context;
    seen->troubles += why ? 1 : 0;
    seen->relieved += why ? 0 : 1;
}

static int cursor_open(struct seen *seen)
{
    struct eh_error error = {0};
    const struct eh_cursor_options options = {.base = seen->base,
                                              .folder = seen->folder,
                                              .before_fd = -1,
                                              .on_trouble = on_trouble,
                                              .context = seen};
    return eh_cursor_new(&options, &seen->cursor, &error);
}

static void begin(struct seen *seen)
{
    *seen = (struct seen){.base = event_base_new()};
    eh_format(seen->folder, sizeof seen->folder, "/tmp/evenhand-cursor-XXXXXX");
    cr_assert_not_null(mkdtemp(seen->folder));
    eh_format(seen->path, sizeof seen->path, "%s/" EH_CURSOR_FILE, seen->folder);
    cr_assert_eq(cursor_open(seen), 0);
}

static void end(struct seen *seen)
{
    eh_cursor_free(seen->cursor);
    event_base_free(seen->base);
    unlink(seen->path);
    rmdir(seen->folder);
}

static void file_write(const struct seen *seen, const char *text)
{
    int fd = open(seen->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    cr_assert(fd >= 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

/* Runs the loop until the disk has this number. */
static void run_until(struct seen *seen, uint64_t seq)
{
    const struct timeval turn = {0, 10000};
    for (int i = 0; i < WAIT_S * 100 && eh_cursor_on_disk(seen->cursor) != seq; i++) {
        event_base_loopexit(seen->base, &turn);
        event_base_dispatch(seen->base);
    }
    cr_assert_eq(eh_cursor_on_disk(seen->cursor), seq);
}

static void open_again(struct seen *seen)
{
    eh_cursor_free(seen->cursor);
    seen->cursor = NULL;
    cr_assert_eq(cursor_open(seen), 0);
}

Test(bridge_cursor, it_is_on_disk_without_an_end)
{
    static struct seen seen;
    char text[64] = "";
    begin(&seen);
    cr_expect_eq(eh_cursor_at(seen.cursor), 0);
    for (uint64_t seq = 1; seq <= 1000; seq++)
        eh_cursor_move(seen.cursor, seq);
    run_until(&seen, 1000);
    int fd = open(seen.path, O_RDONLY);
    cr_assert(read(fd, text, sizeof text - 1) > 0);
    close(fd);
    cr_expect_str_eq(text, "1000 1000\n");
    end(&seen);
}

Test(bridge_cursor, never_goes_back_by_itself)
{
    static struct seen seen;
    begin(&seen);
    eh_cursor_move(seen.cursor, 18446744073709551615u);
    eh_cursor_move(seen.cursor, 7);
    cr_expect_eq(eh_cursor_at(seen.cursor), 18446744073709551615u);
    open_again(&seen); /* it was written at the end */
    cr_expect_eq(eh_cursor_at(seen.cursor), 18446744073709551615u);
    eh_cursor_restart(seen.cursor);
    open_again(&seen);
    cr_expect_eq(eh_cursor_at(seen.cursor), 0);
    cr_expect_not(eh_cursor_was_torn(seen.cursor));
    end(&seen);
}

Test(bridge_cursor, a_torn_file_is_as_none)
{
    static struct seen seen;
    static const char *const torn[] = {
        "",
        "1",
        "123",
        "123 ",
        "123 12",
        "123 123",
        "123 124\n",
        "123 123\n4",
        "123 123 \n",
        "-1 -1\n",
        "x\n",
        "99999999999999999999 99999999999999999999\n",
        "000000000000000000000000000000000000000000000000000000000000000000000000000000"};
    begin(&seen);
    for (size_t i = 0; i < sizeof torn / sizeof *torn; i++) {
        eh_cursor_free(seen.cursor);
        file_write(&seen, torn[i]);
        cr_assert_eq(cursor_open(&seen), 0);
        cr_expect(eh_cursor_was_torn(seen.cursor), "%zu", i);
        cr_expect_eq(eh_cursor_at(seen.cursor), 0, "%zu", i);
    }
    eh_cursor_move(seen.cursor, 5);
    open_again(&seen);
    cr_expect_eq(eh_cursor_at(seen.cursor), 5);
    end(&seen);
}

Test(bridge_cursor, what_cannot_be_read_is_refused)
{
    static struct seen seen;
    struct eh_cursor *before;
    begin(&seen);
    before = seen.cursor;
    cr_assert_eq(mkdir(seen.path, 0700), 0);
    cr_expect_eq(cursor_open(&seen), -EH_EUNAVAILABLE);
    cr_expect_eq(seen.cursor, before);
    rmdir(seen.path);
    end(&seen);
}

Test(bridge_cursor, a_folder_that_is_gone_is_said_and_survived)
{
    static struct seen seen;
    const struct timeval turn = {0, 10000};
    begin(&seen);
    rmdir(seen.folder);
    eh_cursor_move(seen.cursor, 9);
    for (int i = 0; i < WAIT_S * 100 && seen.troubles == 0; i++) {
        event_base_loopexit(seen.base, &turn);
        event_base_dispatch(seen.base);
    }
    cr_assert_eq(seen.troubles, 1);
    cr_assert_eq(mkdir(seen.folder, 0700), 0);
    run_until(&seen, 9);
    cr_expect_eq(seen.relieved, 1);
    end(&seen);
}
