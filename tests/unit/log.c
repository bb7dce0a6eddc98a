/*
 * log: what a line looks like, what is kept back, and that nobody's text makes a line of its own.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <unistd.h>

#include "host/log.h"

TestSuite(log, .timeout = 600);

static char text[65536];
static int saved, file;

static void begin(enum eh_log_level level)
{
    char name[] = "/tmp/evenhand-log-XXXXXX";
    unsetenv("JOURNAL_STREAM");
    file = mkstemp(name);
    cr_assert_geq(file, 0);
    unlink(name);
    saved = dup(STDERR_FILENO);
    dup2(file, STDERR_FILENO);
    eh_log_open(level);
}

static const char *end(void)
{
    dup2(saved, STDERR_FILENO);
    ssize_t size = pread(file, text, sizeof text - 1, 0);
    cr_assert_geq(size, 0);
    text[size] = 0;
    close(file);
    close(saved);
    return text;
}

static size_t lines(const char *at)
{
    size_t count = 0;
    for (; *at; at++)
        count += *at == '\n';
    return count;
}

Test(log, a_line_is_time_level_sentence)
{
    begin(EH_LOG_INFO);
    eh_log(EH_LOG_WARNING, "leading epoch=%d", 7);
    const char *line = end();
    cr_assert_eq(strlen(line), strlen("2026-03-01T12:00:00.000Z warning leading epoch=7\n"));
    cr_expect_str_eq(line + 24, " warning leading epoch=7\n");
    cr_expect_eq(line[10], 'T');
    cr_expect_eq(line[19], '.');
    cr_expect_eq(line[23], 'Z');
}

Test(log, the_level_decides)
{
    begin(EH_LOG_WARNING);
    eh_log(EH_LOG_ERROR, "a");
    eh_log(EH_LOG_WARNING, "b");
    eh_log(EH_LOG_INFO, "c");
    eh_log(EH_LOG_DEBUG, "d");
    cr_expect_eq(lines(end()), 2);
}

Test(log, control_characters_are_written_out)
{
    begin(EH_LOG_INFO);
    eh_log(EH_LOG_INFO, "subject=%s", "a\nb\x1b[31mc\x7f");
    const char *line = end();
    cr_expect_eq(lines(line), 1);
    cr_expect(strstr(line, "subject=a\\x0ab\\x1b[31mc\\x7f\n"));
}

Test(log, what_a_screen_hides_is_written_out)
{
    begin(EH_LOG_INFO);
    eh_log(EH_LOG_INFO, "subject=%s", "\u00dcber\u202egnp\u200b\xc2\x85\xc3.");
    cr_expect(strstr(end(), "subject=\u00dcber\\u{202e}gnp\\u{200b}\\u{0085}\\xc3.\n"));
}

Test(log, a_long_line_is_cut_not_split)
{
    char long_text[9000];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = 0;
    begin(EH_LOG_INFO);
    eh_log(EH_LOG_INFO, "%s", long_text);
    memset(long_text, '\n', sizeof long_text - 1);
    eh_log(EH_LOG_INFO, "%s", long_text);
    const char *written = end();
    cr_expect_eq(lines(written), 2);
    cr_expect_lt(strlen(written), 5000);
}

Test(log, a_flood_is_one_line)
{
    begin(EH_LOG_INFO);
    for (int i = 0; i < 1000; i++) {
        eh_log_limited(EH_LOG_INFO, "flood", "flood %d", i);
        eh_log_limited(EH_LOG_INFO, "other", "other %d", i);
        eh_log_limited(EH_LOG_DEBUG, "quiet", "quiet %d", i);
    }
    const char *written = end();
    cr_expect_eq(lines(written), 2);
    cr_expect(strstr(written, "flood 0\n"));
    cr_expect(strstr(written, "other 0\n"));
}

Test(log, levels_have_names)
{
    cr_expect_eq(eh_log_level_from_name(eh_str("error")), EH_LOG_ERROR);
    cr_expect_eq(eh_log_level_from_name(eh_str("warning")), EH_LOG_WARNING);
    cr_expect_eq(eh_log_level_from_name(eh_str("info")), EH_LOG_INFO);
    cr_expect_eq(eh_log_level_from_name(eh_str("debug")), EH_LOG_DEBUG);
    cr_expect_lt(eh_log_level_from_name(eh_str("loud")), 0);
    cr_expect_lt(eh_log_level_from_name(eh_str("")), 0);
}
