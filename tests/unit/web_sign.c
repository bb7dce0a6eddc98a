/*
 * web_sign: what was signed is read again, by the same key and for the same use; links are used
 * once; what was ended stays so, for every process that shares the folder.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "web/sign/memory.h"
#include "web/sign/sign.h"

#define NOW_US 1764460800000000

TestSuite(web_sign, .timeout = 300);

struct place {
    char folder[64], key[96];
};

static struct place place_make(void)
{
    struct place place = {.folder = "/tmp/eh-web-sign-XXXXXX"};
    cr_assert(mkdtemp(place.folder));
    eh_format(place.key, sizeof place.key, "%s/key", place.folder);
    return place;
}

static void place_remove(const struct place *place)
{
    char command[128];
    eh_format(command, sizeof command, "rm -rf '%s'", place->folder);
    cr_assert_eq(system(command), 0);
}

static struct eh_sign_key key_of(const struct place *place)
{
    struct eh_error error = {0};
    struct eh_sign_key key;
    cr_assert_eq(eh_sign_key_load(place->key, &key, &error), 0, "%s", error.text);
    return key;
}

/* ---- The key. */

Test(web_sign, the_key_is_made_once_and_for_nobody_else)
{
    struct place place = place_make();
    struct eh_sign_key first = key_of(&place), second = key_of(&place);
    struct stat status;
    cr_assert_arr_eq(first.bytes, second.bytes, sizeof first.bytes);
    cr_assert_eq(stat(place.key, &status), 0);
    cr_assert_eq(status.st_mode & 0777, 0600);
    cr_assert_eq(status.st_size, EH_SIGN_KEY_BYTES);
    cr_assert_eq(chmod(place.key, 0640), 0);
    cr_assert_eq(eh_sign_key_load(place.key, &first, NULL), -EH_EDENIED);
    cr_assert_eq(chmod(place.key, 0600), 0);
    cr_assert_eq(truncate(place.key, EH_SIGN_KEY_BYTES - 1), 0);
    cr_assert_eq(eh_sign_key_load(place.key, &first, NULL), -EH_EPARSE);
    place_remove(&place);
}

/* ---- Tokens. */

static void token_text(const struct eh_sign_key *key, enum eh_token_use use, const char *name,
                       char ret[EH_TOKEN_TEXT_MAX])
{
    struct eh_token token;
    cr_assert_eq(eh_token_make(eh_str(name), NOW_US, &token), 0);
    eh_token_print(key, use, &token, ret);
}

Test(web_sign, a_token_says_whose_it_is_and_for_what)
{
    struct place place = place_make();
    struct eh_sign_key key = key_of(&place), other = key;
    struct eh_token read;
    char text[EH_TOKEN_TEXT_MAX], longest[EH_NAME_MAX + 1] = {0};
    token_text(&key, EH_TOKEN_LINK, "\xc3\xa5sa <x>", text);
    cr_assert(eh_token_read(&key, EH_TOKEN_LINK, eh_str(text), &read));
    cr_assert_str_eq(read.name, "\xc3\xa5sa <x>");
    cr_assert_eq(read.made_us, NOW_US);
    cr_assert_not(eh_token_read(&key, EH_TOKEN_SESSION, eh_str(text), &read));
    other.bytes[31] ^= 1;
    cr_assert_not(eh_token_read(&other, EH_TOKEN_LINK, eh_str(text), &read));
    memset(longest, 'x', EH_NAME_MAX);
    token_text(&key, EH_TOKEN_SESSION, longest, text);
    cr_assert(eh_token_read(&key, EH_TOKEN_SESSION, eh_str(text), &read));
    cr_assert_str_eq(read.name, longest);
    place_remove(&place);
}

Test(web_sign, a_token_with_any_byte_changed_is_none)
{
    struct place place = place_make();
    struct eh_sign_key key = key_of(&place);
    struct eh_token read;
    char text[EH_TOKEN_TEXT_MAX];
    token_text(&key, EH_TOKEN_SESSION, "ana", text);
    for (size_t i = 0, size = strlen(text); i < size; i++) {
        text[i] ^= 1;
        cr_assert_not(eh_token_read(&key, EH_TOKEN_SESSION, eh_str(text), &read), "byte %zu", i);
        text[i] ^= 1;
        cr_assert_not(eh_token_read(&key, EH_TOKEN_SESSION, eh_str_n(text, i), &read));
    }
    cr_assert(eh_token_read(&key, EH_TOKEN_SESSION, eh_str(text), &read));
    place_remove(&place);
}

Test(web_sign, a_name_that_evenhandd_cannot_know_gets_no_token)
{
    struct eh_token token;
    char long_name[EH_NAME_MAX + 2] = {0};
    memset(long_name, 'x', EH_NAME_MAX + 1);
    cr_assert_eq(eh_token_make(eh_str(""), NOW_US, &token), -EH_EINVAL);
    cr_assert_eq(eh_token_make(eh_str("a\nb"), NOW_US, &token), -EH_EINVAL);
    cr_assert_eq(eh_token_make(eh_str(long_name), NOW_US, &token), -EH_EINVAL);
}

/* ---- Memory. */

static struct eh_memory *memory_of(const struct place *place)
{
    struct eh_error error = {0};
    struct eh_memory *memory;
    cr_assert_eq(eh_memory_new(place->folder, &memory, &error), 0, "%s", error.text);
    return memory;
}

Test(web_sign, a_link_is_used_once_by_all_who_share_the_folder)
{
    struct place place = place_make();
    struct eh_memory *one = memory_of(&place), *two = memory_of(&place);
    struct eh_token token, other;
    cr_assert_eq(eh_token_make(eh_str("ana"), NOW_US, &token), 0);
    cr_assert_eq(eh_token_make(eh_str("ana"), NOW_US, &other), 0);
    cr_assert_eq(eh_memory_use(one, &token), 0);
    cr_assert_eq(eh_memory_use(two, &token), -EH_ECONFLICT);
    cr_assert_eq(eh_memory_use(two, &other), 0);
    eh_memory_free(one);
    eh_memory_free(two);
    place_remove(&place);
}

Test(web_sign, what_was_made_before_an_end_is_over)
{
    struct place place = place_make();
    struct eh_memory *one = memory_of(&place), *two = memory_of(&place);
    cr_assert_not(eh_memory_is_ended(one, "ana", NOW_US));
    cr_assert_not(eh_memory_is_ended(two, "ana", NOW_US));
    cr_assert_eq(eh_memory_end(one, eh_str("ana"), NOW_US, NULL), 0);
    for (int i = 0; i < 2; i++) {
        struct eh_memory *memory = i ? two : one;
        cr_assert(eh_memory_is_ended(memory, "ana", NOW_US));
        cr_assert_not(eh_memory_is_ended(memory, "ana", NOW_US + 1));
        cr_assert_not(eh_memory_is_ended(memory, "ben", NOW_US));
    }
    cr_assert_eq(eh_memory_end(two, eh_str("ana"), NOW_US + 7, NULL), 0);
    cr_assert(eh_memory_is_ended(one, "ana", NOW_US + 7));
    eh_memory_free(one);
    eh_memory_free(two);
    place_remove(&place);
}

Test(web_sign, where_nobody_can_tell_nobody_is_let_in)
{
    struct place place = place_make();
    struct eh_memory *memory = memory_of(&place);
    char name[160];
    for (int i = 0; i < EH_MEMORY_ENDED_MAX - 1; i++) {
        eh_format(name, sizeof name, "%s/ended-%032x.%lld", place.folder, i, (long long)NOW_US);
        int fd = open(name, O_CREAT | O_WRONLY, 0600);
        cr_assert(fd >= 0);
        close(fd);
    }
    cr_assert_not(eh_memory_is_ended(memory, "ana", NOW_US));
    cr_assert_eq(eh_memory_end(memory, eh_str("ben"), NOW_US, NULL), 0);
    cr_assert(eh_memory_is_ended(memory, "ana", NOW_US));
    eh_memory_free(memory);
    place_remove(&place);
}

static unsigned files_in(const struct place *place)
{
    char command[160];
    eh_format(command, sizeof command, "exit $(ls '%s' | wc -l)", place->folder);
    return (unsigned)WEXITSTATUS(system(command));
}

Test(web_sign, what_nothing_depends_on_is_swept)
{
    const int64_t link_us = (int64_t)(EH_SIGN_LINK_S + EH_SIGN_SLACK_S) * 1000000;
    const int64_t session_us = (int64_t)(EH_SIGN_SESSION_S + EH_SIGN_SLACK_S) * 1000000;
    struct place place = place_make();
    struct eh_memory *memory = memory_of(&place);
    struct eh_token token;
    cr_assert_eq(eh_token_make(eh_str("ana"), NOW_US, &token), 0);
    cr_assert_eq(eh_memory_use(memory, &token), 0);
    cr_assert_eq(eh_memory_end(memory, eh_str("ana"), NOW_US, NULL), 0);
    eh_memory_sweep(memory, NOW_US + link_us);
    cr_assert_eq(files_in(&place), 2);
    eh_memory_sweep(memory, NOW_US + link_us + 1);
    cr_assert_eq(files_in(&place), 1);
    eh_memory_sweep(memory, NOW_US + session_us);
    cr_assert(eh_memory_is_ended(memory, "ana", NOW_US));
    eh_memory_sweep(memory, NOW_US + session_us + 1);
    cr_assert_eq(files_in(&place), 0);
    cr_assert_eq(eh_memory_use(memory, &token), 0);
    eh_memory_free(memory);
    place_remove(&place);
}
