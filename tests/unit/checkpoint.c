/* checkpoint: what the daemon appends is what the command line reads. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lead/checkpoint.h"
#include "log/checkpoints.h"

static char folder[] = "/tmp/eh-checkpoint-XXXXXX", path[64];

static void start(void)
{
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/checkpoints", folder);
}

static void stop(void)
{
    unlink(path);
    rmdir(folder);
}

TestSuite(checkpoint, .init = start, .fini = stop);

static const struct eh_key digest = {UINT64_C(0x0123456789abcdef), 7};
static const struct eh_chain chain = {{1, 2, 0xff}};

static void append(uint64_t input)
{
    struct eh_error error = {0};
    struct eh_checkpoint checkpoint = {input, digest, chain};
    cr_assert_eq(eh_checkpoint_append(path, &checkpoint, &error), 0, "%s", error.text);
}

static void append_text(const char *text)
{
    FILE *file = fopen(path, "ae");
    cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

/* Reads all; the last answer, with how many lines came before it. */
static int read_all(unsigned *ret_lines, struct eh_error *error)
{
    struct eh_checkpoints file;
    int r;
    *ret_lines = 0;
    cr_assert_eq(eh_checkpoints_open(path, &file, error), 0);
    while ((r = eh_checkpoints_next(&file, error)) > 0) {
        ++*ret_lines;
        cr_expect(eh_key_equal(file.digest, digest));
        cr_expect_arr_eq(file.chain.hash, chain.hash, EH_CHAIN_BYTES);
    }
    eh_checkpoints_close(&file);
    return r;
}

Test(checkpoint, lines_are_appended_and_read)
{
    struct eh_error error = {0};
    struct stat st;
    unsigned lines;
    append(3);
    append(900);
    append(900); /* a restart without anything new */
    cr_assert_eq(read_all(&lines, &error), 0, "%s", error.text);
    cr_expect_eq(lines, 3);
    cr_assert_eq(stat(path, &st), 0);
    cr_expect_eq(st.st_mode & 027, 0, "others may not write it");
}

Test(checkpoint, what_is_appended_while_reading_is_left_out)
{
    struct eh_checkpoints file;
    append(3);
    cr_assert_eq(eh_checkpoints_open(path, &file, NULL), 0);
    append(900); /* of inputs that the reader's snapshot of the log may not have */
    cr_expect_eq(eh_checkpoints_next(&file, NULL), 1);
    cr_expect_eq(eh_checkpoints_next(&file, NULL), 0);
    eh_checkpoints_close(&file);
}

Test(checkpoint, a_line_that_goes_back_tells_of_a_log_cut_off)
{
    struct eh_error error = {0};
    unsigned lines;
    append(900);
    append(812);
    cr_assert_eq(read_all(&lines, &error), -EH_ECORRUPT);
    cr_expect_not_null(strstr(error.text, ":2: goes back from input 900 to 812"));
}

Test(checkpoint, what_is_no_line_is_named)
{
    static const char *const bad[] = {"x\n", "5 0g\n", "5 0123 4567\n", "-5 00\n", "0 00\n", " \n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct eh_error error = {0};
        unsigned lines;
        append(3);
        append_text(bad[i]);
        cr_assert_eq(read_all(&lines, &error), -EH_ECORRUPT, "%zu", i);
        cr_expect_eq(lines, 1);
        cr_expect_not_null(strstr(error.text, ":2: is no checkpoint"));
        unlink(path);
    }
}

/* What is left of the second line when its writer ends after so many bytes. */
static void tear_second(size_t bytes)
{
    struct stat st;
    append(3);
    cr_assert_eq(stat(path, &st), 0);
    append(900);
    cr_assert_eq(truncate(path, st.st_size + (off_t)bytes), 0);
}

Test(checkpoint, a_torn_line_is_passed_over_wherever_it_broke)
{
    char text[EH_CHECKPOINT_LINE_MAX];
    struct eh_checkpoint second = {900, digest, chain}, last;
    size_t size = eh_checkpoint_print(&second, text);
    for (size_t bytes = 0; bytes <= size; bytes++) {
        struct eh_error error = {0};
        bool whole = bytes + 1 >= size; /* but for its line feed */
        unsigned lines;
        tear_second(bytes);
        cr_assert_eq(read_all(&lines, &error), 0, "%zu: %s", bytes, error.text);
        cr_expect_eq(lines, whole ? 2 : 1, "%zu", bytes);
        cr_assert_eq(eh_checkpoint_last(path, &last, &error), 1);
        cr_expect_eq(last.input, whole ? 900 : 3);
        append(901);
        cr_assert_eq(read_all(&lines, &error), 0, "%zu: %s", bytes, error.text);
        cr_expect_eq(lines, whole ? 3 : 2, "%zu: it begins a line of its own", bytes);
        cr_assert_eq(eh_checkpoint_last(path, &last, &error), 1);
        cr_expect_eq(last.input, 901);
        unlink(path);
    }
}

Test(checkpoint, what_never_reached_the_disk_reads_as_zeros)
{
    struct eh_error error = {0};
    struct eh_checkpoint last;
    struct stat st;
    unsigned lines;
    tear_second(9);
    cr_assert_eq(stat(path, &st), 0);
    cr_assert_eq(truncate(path, st.st_size + 70), 0);
    append(901);
    cr_assert_eq(read_all(&lines, &error), 0, "%s", error.text);
    cr_expect_eq(lines, 2);
    cr_assert_eq(eh_checkpoint_last(path, &last, &error), 1);
    cr_expect(eh_key_equal(last.digest, digest));
}

Test(checkpoint, the_last_of_many_is_found_and_of_none_none)
{
    struct eh_error error = {0};
    struct eh_checkpoint last;
    cr_expect_eq(eh_checkpoint_last(path, &last, &error), 0, "no file");
    append_text("");
    cr_expect_eq(eh_checkpoint_last(path, &last, &error), 0, "no line");
    for (uint64_t i = 1; i <= 200; i++)
        append(i);
    cr_assert_eq(eh_checkpoint_last(path, &last, &error), 1);
    cr_expect_eq(last.input, 200);
    cr_expect_eq(eh_checkpoint_last(folder, &last, &error), -EH_EUNAVAILABLE, "a folder");
}

Test(checkpoint, a_place_that_cannot_be_written_is_said)
{
    struct eh_error error = {0};
    struct eh_checkpoint checkpoint = {1, digest, chain};
    cr_assert_lt(eh_checkpoint_append("/nowhere/checkpoints", &checkpoint, &error), 0);
    cr_expect_not_null(strstr(error.text, "/nowhere/checkpoints"));
    struct eh_checkpoints file;
    cr_assert_eq(eh_checkpoints_open("/nowhere/checkpoints", &file, &error), -EH_ENOTFOUND);
    eh_checkpoints_close(&file);
}
