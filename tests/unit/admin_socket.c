/*
 * admin_socket: owner, group and mode of the socket, who is told to open its folder, and which file
 * in its place is removed.
 */
#include <criterion/criterion.h>

#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/log.h"
#include "http/socket.h"

TestSuite(admin_socket, .timeout = 600);

static char folder[] = "/tmp/evenhand-admin-XXXXXX", said[65536];
static char path[EH_HTTP_PATH_MAX + 1], own[64];
static struct eh_http_address address = {
    .text = path, .setting = "admin_socket", .group_setting = "admin_group"};
static struct eh_http_socket made;
static struct eh_error error;

static void place(mode_t mode)
{
    cr_assert(mkdtemp(folder));
    cr_assert_eq(chmod(folder, mode), 0);
    snprintf(path, sizeof path, "%s/admin.sock", folder);
}

static void clear(void)
{
    unlink(path);
    rmdir(folder);
}

/* Opens it; what is logged meanwhile is in `said`. */
static int open_it(void)
{
    char name[] = "/tmp/evenhand-admin-log-XXXXXX";
    int file = mkstemp(name), saved = dup(STDERR_FILENO);
    unlink(name);
    unsetenv("JOURNAL_STREAM");
    dup2(file, STDERR_FILENO);
    eh_log_open(EH_LOG_INFO);
    int r = eh_http_socket_open(&address, &made, &error);
    dup2(saved, STDERR_FILENO);
    ssize_t size = pread(file, said, sizeof said - 1, 0);
    cr_assert_geq(size, 0);
    said[size] = '\0';
    close(saved);
    close(file);
    return r;
}

/* The name of our own group, which we may always give things to. */
static void own_group(void)
{
    const struct group *group = getgrgid(getegid());
    cr_assert(group);
    snprintf(own, sizeof own, "%s", group->gr_name);
    address.group = own;
}

static mode_t mode_of(const char *file)
{
    struct stat status;
    cr_assert_eq(lstat(file, &status), 0);
    return status.st_mode & 07777;
}

Test(admin_socket, is_for_owner_and_group_alone)
{
    place(0750);
    cr_assert_eq(open_it(), 0, "%s", error.text);
    cr_expect_eq(mode_of(path), 0660);
    cr_expect_str_eq(said, "");
    close(made.fd);
    eh_http_socket_remove(&made);
    cr_expect_lt(access(path, F_OK), 0);
    clear();
}

Test(admin_socket, a_group_that_may_pass_the_folder_is_no_news)
{
    place(0710);
    own_group();
    cr_assert_eq(open_it(), 0, "%s", error.text);
    cr_expect_str_eq(said, "");
    close(made.fd);
    clear();
}

Test(admin_socket, a_folder_open_for_all_to_pass_is_no_news)
{
    place(0701);
    own_group();
    cr_assert_eq(open_it(), 0, "%s", error.text);
    cr_expect_str_eq(said, "");
    close(made.fd);
    clear();
}

Test(admin_socket, a_group_that_may_not_pass_the_folder_is_warned_of)
{
    place(0700);
    own_group();
    cr_assert_eq(open_it(), 0, "%s", error.text);
    cr_expect(strstr(said, " warning admin_group: group "), "%s", said);
    cr_expect(strstr(said, folder), "%s", said);
    close(made.fd);
    clear();
}

Test(admin_socket, a_group_that_does_not_exist_is_refused)
{
    place(0755);
    address.group = "no-such-group";
    cr_expect_eq(open_it(), -EH_ENOTFOUND);
    cr_expect_lt(access(path, F_OK), 0, "a socket of the wrong group stays");
    clear();
}

Test(admin_socket, one_left_behind_is_replaced_and_one_that_answers_is_not)
{
    place(0755);
    cr_assert_eq(open_it(), 0, "%s", error.text);
    struct eh_http_socket first = made;
    cr_expect_eq(open_it(), -EH_ECONFLICT);
    close(first.fd); /* nobody listens any more, as after a kill -9 */
    cr_assert_eq(open_it(), 0, "%s", error.text);
    close(made.fd);
    clear();
}

Test(admin_socket, what_is_no_socket_stays)
{
    place(0755);
    int file = open(path, O_CREAT | O_WRONLY, 0600);
    cr_assert_geq(file, 0);
    close(file);
    cr_expect_eq(open_it(), -EH_ECONFLICT);
    cr_expect_eq(access(path, F_OK), 0);
    clear();
}

Test(admin_socket, has_the_mode_it_was_asked_for)
{
    place(0755);
    address.mode = 0600;
    cr_assert_eq(open_it(), 0, "%s", error.text);
    cr_expect_eq(mode_of(path), 0600);
    cr_assert_eq(chmod(path, 0400), 0);
    cr_expect_eq(eh_http_socket_look(&address, &made, &error), 0);
    cr_expect_eq(mode_of(path), 0600, "it is not set again");
    close(made.fd);
    clear();
}
