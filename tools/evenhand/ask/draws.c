/* draws: the draw epochs with their commitments and seeds, and ending the current one. */
#include <stdio.h>

#include "changes.h"
#include "client/http.h"
#include "client/object.h"
#include "commands.h"
#include "term/args.h"
#include "term/say.h"
#include "term/table.h"
#include "term/text.h"

#define EPOCHS_SHOWN 30 /* epochs shown to people: the newest ones */

/* Appends the epochs of all pages to `all`. */
static int epochs_fetch(struct eh_cli *cli, json_t *all)
{
    char path[EH_CLI_PATH] = "/v1/draws";
    for (;;) {
        EH_AUTO(eh_answer) struct eh_answer answer = {0};
        int r = eh_http_get(cli, path, &answer);
        if (r != EH_EXIT_DONE)
            return r;
        json_array_extend(all, json_object_get(answer.json, "draws"));
        const char *after = eh_object_text(answer.json, "after");
        if (!after)
            return EH_EXIT_DONE;
        if (!eh_path(path, "/v1/draws?after=%s", after))
            return eh_say(cli, EH_EXIT_REFUSED, "draws: the daemon's cursor is too long");
    }
}

static void put_time(struct eh_grid *grid, const json_t *draw, const char *key)
{
    int64_t us;
    char text[EH_CLI_TEXT] = "";
    if (eh_object_time_us(draw, key, &us))
        eh_text_when(us, text);
    eh_grid_text(grid, text);
}

static void epochs_print(struct eh_cli *cli, const json_t *all)
{
    size_t count = json_array_size(all), first = count > EPOCHS_SHOWN ? count - EPOCHS_SHOWN : 0;
    struct eh_grid *grid = eh_grid_begin(cli, ">epoch,opened,revealed,commitment,seed");
    for (size_t i = first; i < count; i++) {
        const json_t *draw = json_array_get(all, i);
        const char *seed = eh_object_text(draw, "seed");
        eh_grid_count(grid, eh_object_int(draw, "epoch"));
        put_time(grid, draw, "opened_at");
        put_time(grid, draw, "revealed_at");
        eh_grid_text(grid, eh_object_text(draw, "commitment"));
        if (seed)
            eh_grid_text(grid, seed);
        else if (json_is_true(json_object_get(draw, "lost")))
            eh_grid_text(grid, "lost with its key");
        else
            eh_grid_dim(grid, "not yet");
    }
    eh_grid_print(grid);
    if (first > 0)
        printf("%zu earlier epochs: --json has them all\n", first);
}

int eh_cmd_draws(struct eh_cli *cli)
{
    json_t *all = json_array();
    int r = epochs_fetch(cli, all);
    if (r == EH_EXIT_DONE && cli->json) {
        json_t *body = json_pack("{s:O}", "draws", all);
        char *text = json_dumps(body, cli->terminal ? JSON_INDENT(2) : JSON_COMPACT);
        puts(text ? text : "");
        free(text);
        json_decref(body);
    } else if (r == EH_EXIT_DONE) {
        epochs_print(cli, all);
    }
    json_decref(all);
    return r;
}

/* The newest epoch with a revealed seed. */
static void epoch_print_revealed(const json_t *all)
{
    for (size_t i = json_array_size(all); i-- > 0;) {
        const json_t *draw = json_array_get(all, i);
        const char *seed = eh_object_text(draw, "seed");
        if (!seed)
            continue;
        printf("Draw epoch %lld is over; its seed is %s.\n",
               (long long)eh_object_int(draw, "epoch"), seed);
        return;
    }
}

static int epoch_reveal(struct eh_cli *cli)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    int r = eh_http_post(cli, "/v1/draws/reveal?dry_run=1", json_object(), &answer);
    if (eh_answer_told(cli, r, &answer))
        return r;
    printf("would end draw epoch %lld and reveal its seed\n",
           (long long)eh_object_int(answer.json, "epoch"));
    return r;
}

int eh_cmd_draws_reveal(struct eh_cli *cli)
{
    EH_AUTO(eh_answer) struct eh_answer answer = {0};
    if (eh_cli_option(cli, "dry-run"))
        return epoch_reveal(cli);
    if (!eh_change_confirmed(cli, "There is no way back. End the draw epoch?"))
        return eh_say(cli, EH_EXIT_REFUSED, "nothing was done");
    int r = eh_http_post(cli, "/v1/draws/reveal", json_object(), &answer);
    if (eh_answer_told(cli, r, &answer))
        return r;
    json_t *all = json_array();
    r = epochs_fetch(cli, all);
    if (r == EH_EXIT_DONE)
        epoch_print_revealed(all);
    json_decref(all);
    return r;
}
