/* check: `plan check`: reads a bonus plan as the daemon does, and prints what it rewards, advice,
 * its SHA-256. */
#include <jansson.h>
#include <stdio.h>

#include <evenhand/bonus/bonus.h>
#include <evenhand/draw/hash.h>

#include "commands.h"
#include "file.h"
#include "term/args.h"
#include "term/say.h"
#include "term/text.h"

#define HANG 4 /* columns by which the further lines of a sentence are indented */

/* One list of sentences, printed as they come or kept for --json. */
struct lines {
    const char *before; /* each printed line */
    json_t *list;       /* NULL: print */
};

static void line_print(const char *before, const char *line)
{
    printf("%s", before);
    eh_text_print_wrapped(line, eh_text_width(before), HANG);
}

static void line_take(void *context, const char *line)
{
    const struct lines *lines = context;
    if (lines->list)
        json_array_append_new(lines->list, json_string(line));
    else
        line_print(lines->before, line);
}

/* Without --desk *ret is NULL: team and kinds of the plan are not checked. */
static int desk_read(const struct eh_cli *cli, const char *path, struct eh_arena *arena,
                     struct eh_desk **ret)
{
    struct eh_error error = {0};
    struct eh_str text;
    if (!path)
        return EH_EXIT_DONE;
    int r = eh_plan_file_text(cli, path, arena, &text);
    if (r == EH_EXIT_DONE && eh_desk_parse_new(text, arena, ret, &error) < 0)
        r = eh_say(cli, EH_EXIT_CONFIG, "%s:%s", path, error.text);
    return r;
}

static int plan_hash(const struct eh_cli *cli, const struct eh_bonus_plan *plan,
                     char ret[EH_HEX_TEXT(EH_SHA256_BYTES)])
{
    uint8_t hash[EH_SHA256_BYTES];
    if (eh_draw_init() < 0 || eh_bonus_plan_sha256(plan, hash) < 0)
        return eh_say(cli, EH_EXIT_REFUSED, "the plan's SHA-256 cannot be computed");
    eh_hex_print(hash, sizeof hash, ret);
    return EH_EXIT_DONE;
}

static void plan_print(const struct eh_bonus_plan *plan, const struct eh_desk *desk,
                       const char *sha256)
{
    struct lines said = {"", NULL}, advice = {"warning: ", NULL};
    eh_plan_describe(plan, line_take, &said);
    eh_plan_lint(plan, desk, line_take, &advice);
    printf("sha256 %s\n", sha256);
}

static void plan_print_json(const struct eh_bonus_plan *plan, const struct eh_desk *desk,
                            const char *sha256)
{
    struct lines said = {NULL, json_array()}, advice = {NULL, json_array()};
    eh_plan_describe(plan, line_take, &said);
    eh_plan_lint(plan, desk, line_take, &advice);
    json_t *all = json_pack("{s:s#, s:s#, s:s, s:o, s:o}", "plan", plan->id.data,
                            (int)plan->id.size, "team", plan->team.data, (int)plan->team.size,
                            "sha256", sha256, "says", said.list, "warnings", advice.list);
    json_dumpf(all, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(all);
}

int eh_cmd_plan_check(struct eh_cli *cli)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    char sha256[EH_HEX_TEXT(EH_SHA256_BYTES)];
    struct eh_desk *desk = NULL;
    struct eh_bonus_plan *plan;
    struct eh_str text;
    int r = desk_read(cli, eh_cli_option(cli, "desk"), &arena, &desk);
    if (r == EH_EXIT_DONE)
        r = eh_plan_file_text(cli, cli->args[0], &arena, &text);
    if (r == EH_EXIT_DONE)
        r = eh_plan_file_parse(cli, cli->args[0], text, desk, &arena, &plan);
    if (r == EH_EXIT_DONE)
        r = plan_hash(cli, plan, sha256);
    if (r != EH_EXIT_DONE)
        return r;
    if (cli->json)
        plan_print_json(plan, desk, sha256);
    else
        plan_print(plan, desk, sha256);
    return EH_EXIT_DONE;
}
