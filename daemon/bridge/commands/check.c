/*
 * check: a look at the helpdesk with the connection's own eyes: a page of a sweep, and what the
 * profile's `rights` asks for. Nothing is changed there, and no outbox is read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <event2/event.h>

#include "bridge/commands/check_desk.h"
#include "bridge/commands/load.h"
#include "host/bounded.h"
#include "bridge/out/cursor.h"
#include "bridge/out/out.h"

#define STEPS_MAX 20 /* requests of `rights` */
#define MOST_S    60 /* for all of it */

struct checking {
    const struct eh_loaded *loaded;
    struct event_base *base;
    struct eh_map *map;
    struct eh_out *out;
    json_t *answers;
    unsigned wrong;
    bool ended;
};

static void rights_ask(struct checking *);

static void end(struct checking *checking)
{
    checking->ended = true;
    event_base_loopbreak(checking->base);
}

static void complain(struct checking *checking, const char *what, const char *why)
{
    printf("✗ %s: %s\n", what, why);
    checking->wrong++;
    end(checking);
}

/* ---- Rights. */

static void on_right(void *context, const struct eh_web_answer *answer)
{
    struct checking *checking = context;
    json_t *body = NULL;
    if (answer->end != EH_WEB_ANSWERED) {
        complain(checking, "rights", answer->why);
        return;
    }
    if (eh_bounded_json(answer->body, &body, NULL) < 0)
        body = NULL;
    json_array_append_new(checking->answers,
                          json_pack("{s:i, s:o?}", "status", answer->status, "body", body));
    rights_ask(checking);
}

static void verdict_print(struct checking *checking, const json_t *value)
{
    bool ok = json_is_true(json_object_get(value, "ok"));
    const char *say = json_string_value(json_object_get(value, "say"));
    printf("%s %s\n", ok ? "✓" : "✗", say ? say : "(the profile does not say what)");
    checking->wrong += !ok;
}

static void on_rights(void *context, const struct eh_mapped *mapped)
{
    struct checking *checking = context;
    size_t i;
    json_t *value, *request = NULL;
    if (mapped->end != EH_MAP_DONE) {
        complain(checking, "rights", mapped->why);
        return;
    }
    json_array_foreach(mapped->values, i, value)
    {
        if (json_object_get(value, "path"))
            request = value;
        else
            verdict_print(checking, value);
    }
    if (!request)
        end(checking);
    else if (json_array_size(checking->answers) >= STEPS_MAX)
        complain(checking, "rights", "asks for more than there is room for");
    else if (eh_out_fetch(checking->out, request, on_right, checking) < 0)
        complain(checking, "rights", "its request cannot be sent");
}

static void rights_ask(struct checking *checking)
{
    if (!checking->loaded->profile->programs[EH_PROGRAM_RIGHTS]) {
        end(checking);
        return;
    }
    json_t *input = json_pack("{s:I, s:O}", "step", (json_int_t)json_array_size(checking->answers),
                              "answers", checking->answers);
    if (eh_map_ask(checking->map, EH_PROGRAM_RIGHTS, input, on_rights, checking) < 0)
        complain(checking, "rights", "cannot be asked");
    json_decref(input);
}

/* ---- Signing in: a page of a sweep. */

static void on_page_read(void *context, const struct eh_mapped *mapped)
{
    struct checking *checking = context;
    if (mapped->end != EH_MAP_DONE) {
        complain(checking, "reading tickets", mapped->why);
    } else {
        puts("✓ the helpdesk lets us read tickets");
        rights_ask(checking);
    }
}

/* As a sweep does: some helpdesks answer 200 to a wrong password, and say so in the body. */
static void page_read(struct checking *checking, const struct eh_web_answer *answer)
{
    struct eh_error error = {0};
    json_t *body = NULL;
    if (eh_bounded_json(answer->body, &body, &error) < 0) {
        complain(checking, "reading tickets", error.text);
        return;
    }
    json_t *input = json_pack("{s:s, s:i, s:O, s:o}", "from", "sweep", "status", answer->status,
                              "headers", answer->headers, "body", body);
    if (eh_map_ask(checking->map, EH_PROGRAM_IN, input, on_page_read, checking) < 0)
        complain(checking, "reading tickets", "cannot be asked");
    json_decref(input);
}

static void on_page(void *context, const struct eh_web_answer *answer)
{
    struct checking *checking = context;
    char why[64];
    if (answer->end != EH_WEB_ANSWERED) {
        complain(checking, "the helpdesk", answer->why);
    } else if (answer->status < 200 || answer->status >= 300) {
        eh_format(why, sizeof why, "it answers %d", answer->status);
        complain(checking, "reading tickets", why);
    } else {
        page_read(checking, answer);
    }
}

static void on_page_path(void *context, const struct eh_mapped *mapped)
{
    struct checking *checking = context;
    json_t *request = json_array_get(mapped->values, 0);
    if (mapped->end != EH_MAP_DONE)
        complain(checking, "sweep", mapped->why);
    else if (!request || eh_out_fetch(checking->out, request, on_page, checking) < 0)
        complain(checking, "sweep", "yields no request");
}

static void page_ask(struct checking *checking)
{
    if (!checking->loaded->profile->programs[EH_PROGRAM_SWEEP]) {
        rights_ask(checking);
        return;
    }
    json_t *input = json_pack("{s:i, s:n}", "page", 0, "body");
    if (eh_map_ask(checking->map, EH_PROGRAM_SWEEP, input, on_page_path, checking) < 0)
        complain(checking, "sweep", "cannot be asked");
    json_decref(input);
}

/* ---- The whole. */

static int parts_make(struct checking *checking, struct eh_error *error)
{
    static const char *names[EH_PROGRAM_COUNT];
    const struct eh_profile *profile = checking->loaded->profile;
    json_t *seen = eh_connection_public(checking->loaded->connection);
    for (unsigned i = 0; i < EH_PROGRAM_COUNT; i++)
        names[i] = eh_program_name(i);
    const struct eh_map_options map = {.base = checking->base,
                                       .programs = (const char *const *)profile->programs,
                                       .names = names,
                                       .count = EH_PROGRAM_COUNT,
                                       .connection = seen};
    int r = eh_map_new(&map, &checking->map, error);
    json_decref(seen);
    const struct eh_out_options out = {.base = checking->base,
                                       .connection = checking->loaded->connection,
                                       .profile = profile,
                                       .map = checking->map,
                                       .session = profile->session};
    return r < 0 ? r : eh_out_new(&out, &checking->out, error);
}

static void look(struct checking *checking)
{
    const struct timeval most = {MOST_S, 0};
    eh_out_start(checking->out);
    event_base_loopexit(checking->base, &most);
    page_ask(checking);
    event_base_dispatch(checking->base);
    if (!checking->ended)
        complain(checking, "the helpdesk", "does not answer in time; see the lines above");
}

static void advise(const struct eh_profile *profile)
{
    printf("  this profile was tried with: %s\n", profile->tried);
    if (profile->advice)
        printf("\n%s", profile->advice);
}

static int check_helpdesk(const struct eh_loaded *loaded)
{
    struct eh_error error = {0};
    char folder[] = "/tmp/evenhand-check-XXXXXX", path[300];
    struct checking checking = {
        .loaded = loaded, .base = event_base_new(), .answers = json_array()};
    if (!checking.base || !mkdtemp(folder))
        return EH_EXIT_UNAVAILABLE;
    /* The connection may be running: its files are not ours to open. */
    eh_format(loaded->connection->state, sizeof loaded->connection->state, "%s", folder);
    int r = parts_make(&checking, &error);
    if (r == 0)
        look(&checking);
    eh_out_free(checking.out);
    eh_map_free(checking.map);
    json_decref(checking.answers);
    event_base_free(checking.base);
    for (int i = 0; i < 2; i++) {
        eh_format(path, sizeof path, "%s/%s", folder, i ? EH_PARKED_FILE : EH_CURSOR_FILE);
        unlink(path);
    }
    rmdir(folder);
    if (r < 0)
        return eh_bridge_fail(&error);
    advise(loaded->profile);
    return checking.wrong ? EH_EXIT_REFUSED : 0;
}

int eh_bridge_check(const struct eh_bridge_call *call)
{
    struct eh_loaded loaded;
    struct eh_error error = {0};
    int code = eh_bridge_check_files(call);
    if (code)
        return code;
    code = eh_bridge_load(call, &loaded);
    if (code == 0 && eh_connection_unlock(loaded.connection, &error) < 0)
        code = eh_bridge_fail(&error);
    unsigned wrong = code == 0 ? eh_check_desk(loaded.connection) : 0;
    if (code == 0)
        code = check_helpdesk(&loaded);
    if (code == 0 && wrong > 0)
        code = EH_EXIT_REFUSED;
    eh_bridge_unload(&loaded);
    return code;
}
