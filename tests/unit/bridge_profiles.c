/*
 * What helpdesks say becomes what it should, and what we answer them: every profile of
 * config/bridge against its golden files, data/bridge/PROFILE/NAME.json, each a list of cases:
 *
 *     {"case": "it is closed", "program": "in", "input": {…}, "yields": [{…}]}
 *
 * `connection` of a case changes that of data/bridge/PROFILE/connection.json. `fails` instead of
 * `yields` has a part of what the program says. The bodies were written by hand, in the shape of
 * each helpdesk's documentation; those of rt are what a server said.
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "bridge/map/map.h"
#include "bridge/profile/profile.h"

#define GOLDEN    BRIDGE_GOLDEN "/"
#define FILES_MAX 32

static const char *const needed[] = {"assigned.json", "changed.json",  "closed.json",
                                     "done.json",     "merged.json",   "new.json",
                                     "paused.json",   "reopened.json", "sweep.json"};

struct desk {
    struct eh_profile *profile;
    const char *name;
    json_t *connection;
    const char *words[EH_PROGRAM_COUNT], *programs[EH_PROGRAM_COUNT];
    unsigned cases;
};

static json_t *read_golden(const char *profile, const char *file)
{
    char path[512];
    json_error_t error;
    snprintf(path, sizeof path, GOLDEN "%s/%s", profile, file);
    json_t *value = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    cr_assert(value, "%s:%d: %s", path, error.line, error.text);
    return value;
}

static struct desk desk_load(const char *name)
{
    struct eh_error error = {0};
    struct desk desk = {.name = name, .connection = read_golden(name, "connection.json")};
    cr_assert_eq(eh_profile_load(BRIDGE_PROFILES, name, &desk.profile, &error), 0, "%s",
                 error.text);
    cr_assert_str_eq(desk.profile->name, name);
    for (int i = 0; i < EH_PROGRAM_COUNT; i++) {
        desk.words[i] = eh_program_name((enum eh_program)i);
        desk.programs[i] = desk.profile->programs[i];
    }
    return desk;
}

static void desk_free(struct desk *desk)
{
    eh_profile_free(desk->profile);
    json_decref(desk->connection);
}

/* ---- One case. */

struct heard {
    bool over;
    enum eh_map_end end;
    json_t *values;
    char why[EH_ERROR_TEXT_MAX];
};

static void on_mapped(void *context, const struct eh_mapped *mapped)
{
    struct heard *heard = context;
    heard->over = true;
    heard->end = mapped->end;
    heard->values = mapped->values ? json_deep_copy(mapped->values) : NULL;
    snprintf(heard->why, sizeof heard->why, "%s", mapped->why ? mapped->why : "");
}

static unsigned program_of(const struct desk *desk, const json_t *one)
{
    const char *word = json_string_value(json_object_get(one, "program"));
    for (unsigned i = 0; i < EH_PROGRAM_COUNT; i++)
        if (strcmp(word, desk->words[i]) == 0)
            return i;
    cr_assert_fail("%s: %s: no such program", desk->name, word);
    abort();
}

static struct heard ask(struct event_base *base, const struct desk *desk, const json_t *one)
{
    struct heard heard = {0};
    struct eh_error error = {0};
    struct eh_map *map;
    json_t *connection = json_copy(desk->connection);
    json_object_update(connection, json_object_get(one, "connection"));
    const struct eh_map_options options = {.base = base,
                                           .programs = desk->programs,
                                           .names = desk->words,
                                           .count = EH_PROGRAM_COUNT,
                                           .connection = connection};
    cr_assert_eq(eh_map_new(&options, &map, &error), 0, "%s", error.text);
    cr_assert_eq(
        eh_map_ask(map, program_of(desk, one), json_object_get(one, "input"), on_mapped, &heard),
        0);
    while (!heard.over)
        event_base_loop(base, EVLOOP_ONCE);
    eh_map_free(map);
    json_decref(connection);
    return heard;
}

static void check_case(struct event_base *base, const struct desk *desk, const char *file,
                       const json_t *one)
{
    const char *title = json_string_value(json_object_get(one, "case"));
    const char *fails = json_string_value(json_object_get(one, "fails"));
    struct heard heard = ask(base, desk, one);
    if (fails) {
        cr_expect_eq(heard.end, EH_MAP_ERROR, "%s/%s: %s: it did not fail", desk->name, file,
                     title);
        cr_expect(strstr(heard.why, fails), "%s/%s: %s: says: %s", desk->name, file, title,
                  heard.why);
    } else {
        char *said = heard.values ? json_dumps(heard.values, JSON_INDENT(1)) : NULL;
        cr_expect(json_equal(heard.values, json_object_get(one, "yields")), "%s/%s: %s: %s %s",
                  desk->name, file, title, heard.why, said ? said : "");
        free(said);
    }
    json_decref(heard.values);
}

/* ---- All of a profile. */

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static size_t golden_list(const char *profile, char (*ret)[64])
{
    char path[512];
    size_t count = 0;
    snprintf(path, sizeof path, GOLDEN "%s", profile);
    DIR *folder = opendir(path);
    cr_assert(folder, "%s", path);
    for (struct dirent *entry; (entry = readdir(folder));)
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, "connection.json") != 0) {
            cr_assert_lt(count, FILES_MAX);
            snprintf(ret[count++], sizeof *ret, "%.63s", entry->d_name);
        }
    closedir(folder);
    qsort(ret, count, sizeof *ret, by_name);
    return count;
}

static bool is_listed(char (*files)[64], size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(files[i], name) == 0)
            return true;
    return false;
}

static void check_profile(const char *name)
{
    char files[FILES_MAX][64];
    size_t count = golden_list(name, files);
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        cr_expect(is_listed(files, count, needed[i]), "%s: no %s", name, needed[i]);
    struct desk desk = desk_load(name);
    struct event_base *base = event_base_new();
    for (size_t i = 0; i < count; i++) {
        json_t *cases = read_golden(name, files[i]);
        size_t n;
        const json_t *one;
        json_array_foreach(cases, n, one) check_case(base, &desk, files[i], one);
        json_decref(cases);
    }
    event_base_free(base);
    desk_free(&desk);
}

#define PROFILE(name)                                                                              \
    Test(profiles, name)                                                                           \
    {                                                                                              \
        check_profile(#name);                                                                      \
    }

PROFILE(generic)
PROFILE(rt)
PROFILE(znuny)
PROFILE(zammad)
PROFILE(chatwoot)
PROFILE(osticket)
PROFILE(freescout)
PROFILE(glpi)
PROFILE(zendesk)
PROFILE(freshdesk)
PROFILE(jira)
PROFILE(hubspot)
