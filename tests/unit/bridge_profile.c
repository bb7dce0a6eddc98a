/* Files of connections and profiles: what they say, and what is wrong with them. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bridge/profile/connection.h"
#include "bridge/profile/profile.h"

static char folder[] = "/tmp/evenhand-bridge-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text, mode_t mode)
{
    int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC, mode);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    cr_assert_eq(fchmod(fd, mode), 0);
    close(fd);
}

static void begin(void)
{
    cr_assert(mkdtemp(folder));
}

static void end(void)
{
    static const char *const names[] = {"help.yaml", "token", "hook", "x.yaml"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(path_of(names[i]));
    rmdir(folder);
}

#define GOOD                                                                                       \
    "profile: generic\nurl: https://help.example.com/\nsecret_file: token\n"                       \
    "groups: {Sales: sales, 7: support}\n"

TestSuite(connection, .init = begin, .fini = end);

static struct eh_connection *load(const char *text)
{
    struct eh_error error = {0};
    struct eh_connection *c = NULL;
    write_file("help.yaml", text, 0644);
    cr_assert_eq(eh_connection_load(folder, "help", &c, &error), 0, "%s", error.text);
    return c;
}

static void refuse(const char *text, const char *why)
{
    struct eh_error error = {0};
    struct eh_connection *c = NULL;
    write_file("help.yaml", text, 0644);
    cr_assert_lt(eh_connection_load(folder, "help", &c, &error), 0, "%s", text);
    cr_assert(strstr(error.text, why), "%s", error.text);
    cr_assert_null(c);
}

Test(connection, the_shortest_one_has_its_defaults)
{
    struct eh_connection *c = load(GOOD);
    cr_assert_str_eq(c->source, "help");
    cr_assert_str_eq(c->url, "https://help.example.com");
    cr_assert_str_eq(c->secret_file, path_of("token"));
    cr_assert_str_eq(c->state, "/var/lib/evenhand-bridge/help");
    cr_assert_eq(c->owner, EH_OWNER_GUARD);
    cr_assert_eq(c->sweep_s, 60);
    cr_assert_eq(c->rate.count, 100);
    cr_assert_eq(c->rate.per_s, 60);
    cr_assert_str_eq(json_string_value(json_object_get(c->groups, "7")), "support");
    json_t *seen = eh_connection_public(c);
    cr_assert(seen);
    cr_assert_null(json_object_get(seen, "secret"));
    json_decref(seen);
    eh_connection_free(c);
}

Test(connection, each_value_is_checked_with_its_line)
{
    refuse("profile: generic\n", "help.yaml:1: url: has to be given");
    refuse("url: https://x\nprofile: generic\n", "groups: has to name at least one group");
    refuse(GOOD "sweep: often\n", "help.yaml:5: sweep: `often` is neither off nor a duration");
    refuse(GOOD "rate: 100\n", "help.yaml:5: rate: `100` is no rate");
    refuse(GOOD "rate: 0/min\n", "is no rate");
    refuse(GOOD "owner: maybe\n", "is none of guard, report, off");
    refuse(GOOD "ownr: guard\n", "help.yaml:5: ownr: unknown key; did you mean `owner`?");
    refuse(GOOD "source: a\nsource: b\n", "help.yaml:6: source: given twice");
    refuse(GOOD "nobody: bot\n", "nobody: not a list of texts");
    refuse(GOOD "outcomes: {closed: 1}\n", "outcomes: closed: write {theirs: resolved}");
    refuse(GOOD "outcomes: {closed: solved}\n", "outcomes: closed: is none of won, lost");
    refuse(GOOD "outcomes: {a: won, b: lost, c: resolved, d: cancelled, e: rated}\n",
           "outcomes: e: is none of won, lost");
    refuse(GOOD "kinds: {default: 5}\n", "kinds: default: write {default: query");
    refuse(GOOD "kinds: {map: query}\n", "kinds: map: write {default: query");
    refuse(GOOD "kinds: {map: {theirs: 5}}\n", "kinds: theirs: write {default: query");
    refuse("profile: generic\nurl: ftp://x\ngroups: {a: b}\n", "begins with https://");
    refuse("profile: generic\nurl: https://me:word@x\ngroups: {a: b}\n", "log-ins go to");
    refuse("- a\n", "not a mapping");
    refuse("a: [\n", "this is no YAML");
    refuse("", "the file is empty");
}

Test(connection, a_name_is_an_id)
{
    struct eh_error error = {0};
    struct eh_connection *c = NULL;
    cr_assert_eq(eh_connection_load(folder, "../x", &c, &error), -EH_EINVAL);
    cr_assert_eq(eh_connection_load(folder, "nothere", &c, &error), -EH_ENOTFOUND);
}

Test(connection, a_secret_is_for_its_owner_alone)
{
    struct eh_error error = {0};
    struct eh_connection *c = load(GOOD);
    cr_assert_eq(eh_connection_unlock(c, &error), -EH_ENOTFOUND);
    write_file("token", "geheim\n", 0644);
    cr_assert_eq(eh_connection_unlock(c, &error), -EH_EDENIED);
    cr_assert(strstr(error.text, "chmod 600"), "%s", error.text);
    cr_assert_null(strstr(error.text, "geheim"));
    write_file("token", "\n", 0600);
    cr_assert_eq(eh_connection_unlock(c, &error), -EH_EINVAL);
    write_file("token", "geheim\n", 0600);
    cr_assert_eq(eh_connection_unlock(c, &error), 0, "%s", error.text);
    cr_assert_str_eq(c->secret, "geheim");
    eh_connection_wipe(c);
    cr_assert_str_eq(c->secret, "");
    eh_connection_free(c);
}

Test(connection, what_an_editor_leaves_in_a_secret_is_said)
{
    static const struct {
        const char *text, *why; /* NULL: it is taken */
    } cases[] = {
        {"geheim", NULL},
        {"geheim\r\n", NULL},
        {"ge heim\nsecond\n", NULL},
        {"\xc3\xa9t\xc3\xa9\n", NULL},
        {" geheim\n", "a space"},
        {"geheim \n", "a space"},
        {"geheim\t\n", "control character"},
        {"\xef\xbb\xbfgeheim\n", "byte order mark"},
        {"\xff\xfeg", "byte order mark"},
        {"\xfe\xffg", "byte order mark"},
        {"\n geheim\n", "is empty"},
    };
    struct eh_connection *c = load(GOOD);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct eh_error error = {0};
        write_file("token", cases[i].text, 0600);
        int r = eh_connection_unlock(c, &error);
        cr_assert_eq(r, cases[i].why ? -EH_EINVAL : 0, "%zu: %s", i, error.text);
        cr_assert(!cases[i].why || strstr(error.text, cases[i].why), "%zu: %s", i, error.text);
        cr_assert_null(strstr(error.text, "geheim"));
    }
    eh_connection_free(c);
}

Test(connection, a_pipe_is_no_secret, .timeout = 60)
{
    struct eh_error error = {0};
    struct eh_connection *c = load(GOOD);
    char path[512];
    eh_format(path, sizeof path, "%s", c->secret_file);
    unlink(path);
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_assert_eq(eh_connection_unlock(c, &error), -EH_EINVAL); /* nobody waits for a writer */
    cr_assert(strstr(error.text, "is no file"), "%s", error.text);
    unlink(path);
    eh_connection_free(c);
}

Test(connection, an_account_is_the_same_in_capital_letters)
{
    json_t *list = json_pack("[s]", "Bot@shop.example");
    cr_assert(eh_account_same("ana@x", "Ana@X"));
    cr_assert(eh_account_same(NULL, NULL));
    cr_assert_not(eh_account_same("ana@x", "ben@x"));
    cr_assert_not(eh_account_same("ana@x", NULL));
    cr_assert(eh_account_listed(list, "bot@shop.example"));
    cr_assert_not(eh_account_listed(list, "bot@shop"));
    json_decref(list);
}

Test(connection, the_longest_secret_and_one_byte_more)
{
    struct eh_error error = {0};
    static char text[EH_SECRET_MAX + 1];
    struct eh_connection *c = load(GOOD);
    memset(text, 's', EH_SECRET_MAX - 2);
    write_file("token", text, 0600);
    cr_assert_eq(eh_connection_unlock(c, &error), 0, "%s", error.text);
    cr_assert_eq(strlen(c->secret), EH_SECRET_MAX - 2);
    text[EH_SECRET_MAX - 2] = 's';
    write_file("token", text, 0600);
    cr_assert_eq(eh_connection_unlock(c, &error), -EH_ERANGE);
    eh_connection_free(c);
}

/* ---- Profiles. */

#define PROGRAMS "in: .\nassign: .\ndone: '\"done\"'\n"
#define PROFILE  "profile: x\ntried: nothing\n" PROGRAMS

static struct eh_profile *parse(const char *text)
{
    struct eh_error error = {0};
    struct eh_profile *p = NULL;
    cr_assert_eq(eh_profile_parse(eh_str(text), "x.yaml", &p, &error), 0, "%s", error.text);
    return p;
}

static void refuse_profile(const char *text, const char *why)
{
    struct eh_error error = {0};
    struct eh_profile *p = NULL;
    cr_assert_lt(eh_profile_parse(eh_str(text), "x.yaml", &p, &error), 0, "%s", text);
    cr_assert(strstr(error.text, why), "%s", error.text);
    cr_assert_null(p);
}

Test(profile, programs_are_text_as_it_stands)
{
    struct eh_profile *p = parse("profile: x\ntried: nothing\nin: |\n  .a\n  | .b\nassign: .\n"
                                 "done: .\n");
    cr_assert_str_eq(p->programs[EH_PROGRAM_IN], ".a\n| .b\n");
    cr_assert_null(p->programs[EH_PROGRAM_SWEEP]);
    cr_assert_eq(p->verify.kind, EH_VERIFY_NONE);
    eh_profile_free(p);
    refuse_profile("profile: x\ntried: nothing\nin: .\nassign: .\n", "done: has to be given");
    refuse_profile(PROFILE "auth: {A: 1}\n", "auth: A: has to be a text");
}

Test(profile, verify_says_what_is_signed)
{
    struct eh_profile *p =
        parse(PROFILE "verify: {header: X-Sig, value: 'v0={hex}', hmac: sha256, over: "
                      "'{timestamp}:{body}', timestamp: X-At, max_age: 2m}\n");
    cr_assert_eq(p->verify.kind, EH_VERIFY_HMAC_SHA256);
    cr_assert_eq(p->verify.max_age_s, 120);
    cr_assert_str_eq(p->verify.value, "v0={hex}");
    eh_profile_free(p);
    p = parse(PROFILE "verify: {plain: basic}\n");
    cr_assert_eq(p->verify.kind, EH_VERIFY_BASIC);
    eh_profile_free(p);
    refuse_profile(PROFILE "verify: {header: X}\n", "write either hmac");
    refuse_profile(PROFILE "verify: {hmac: sha256}\n", "verify: header: has to be given");
    refuse_profile(PROFILE "verify: {header: X, hmac: sha256, value: a}\n", "{hex} or {base64}");
    refuse_profile(PROFILE "verify: {header: X, hmac: sha256, over: '{url}'}\n", "{body}");
    refuse_profile(PROFILE "verify: {header: X, hmac: sha256, over: '{timestamp}{body}'}\n",
                   "names the header");
    refuse_profile(PROFILE "verify: {header: X, hmac: sha256, max_age: 5m}\n", "needs {timestamp}");
    refuse_profile(PROFILE "verify: {header: X, hmac: md5}\n", "write either hmac");
    refuse_profile(PROFILE "verify: {plain: token, header: X, value: a}\n", "{secret}");
    refuse_profile(PROFILE "verify: {plain: token, head: X}\n", "verify: head: unknown key");
}
