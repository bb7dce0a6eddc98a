/* chances: what chance each rep had of a ticket, from the log alone. See chances.h. */
#include <evenhand/value/json.h>
#include "chances.h"

#include <math.h>
#include <stdio.h>

#include "client/http.h"
#include "client/object.h"
#include "log/replay.h"
#include "term/say.h"
#include "term/table.h"
#include "term/text.h"

struct search {
    struct eh_str source, id;
    json_t *deals;
};

static json_t *text_json(struct eh_str text)
{
    return json_stringn(text.data ? text.data : "", text.size);
}

static void search_take_deal(void *context, const struct eh_deal *deal)
{
    struct search *search = context;
    if (!eh_str_equal(deal->id, search->id) || !eh_str_equal(deal->source, search->source))
        return;
    char at[EH_DECIMAL_TEXT_MAX];
    size_t size = eh_time_print(deal->at_us, at);
    json_t *chances = json_array(), *told = json_object();
    for (uint32_t i = 0; i < deal->count; i++) {
        json_t *chance = json_object();
        eh_json_put(chance, "rep", text_json(deal->chances[i].rep));
        eh_json_put_int(chance, "share_ppm", deal->chances[i].share_ppm);
        eh_json_put_time(chance, "ramp_until", deal->chances[i].ramp_until_us);
        eh_json_put_int(chance, "chance_ppm", llround(deal->chances[i].p * EH_PPM));
        json_array_append_new(chances, chance);
    }
    eh_json_put(told, "at", json_stringn(at, size));
    eh_json_put(told, "rep", text_json(deal->rep));
    eh_json_put(told, "why", text_json(deal->why));
    eh_json_put_bool(told, "dealt", deal->dealt);
    eh_json_put(told, "chances", chances);
    json_array_append_new(search->deals, told);
}

/* Begins before the ticket's input. When none is found the replay begins at the first input: an
 * earlier build may have hashed the ticket's name in another way.
 */
static int search_begin(struct eh_replay *replay, const struct search *search,
                        struct eh_error *error)
{
    struct eh_cli_log_before before = {.day = EH_DATE_NEVER};
    int r = eh_cli_log_ticket(replay->log, search->source, search->id, &before.input, error);
    return r < 0 || before.input == 0 ? r : eh_replay_begin_before(replay, &before, error);
}

int eh_chances_from_log(const struct eh_cli *cli, const char *conninfo, const char *source,
                        const char *id, json_t **ret)
{
    EH_AUTO(eh_replay) struct eh_replay replay = {0};
    struct search search = {.source = eh_str(source), .id = eh_str(id), .deals = json_array()};
    struct eh_error error = {0};
    int r = eh_replay_open(conninfo, &replay, &error);
    if (r == 0)
        r = search_begin(&replay, &search, &error);
    if (r == 0 && eh_engine_observe(replay.engine, search_take_deal, &search) < 0)
        r = eh_error_set(&error, EH_ENOMEM, "out of memory");
    if (r == 0)
        r = eh_replay_all(&replay, &error);
    if (r < 0) {
        json_decref(search.deals);
        return eh_say(cli, eh_cli_log_exit(r), "%s", error.text);
    }
    *ret = search.deals;
    return EH_EXIT_DONE;
}

static void deal_show(const struct eh_cli *cli, const json_t *deal)
{
    const char *rep = eh_object_text(deal, "rep"), *why = eh_object_text(deal, "why");
    const json_t *chances = json_object_get(deal, "chances"), *chance;
    char when[EH_CLI_TEXT] = "", part[EH_DECIMAL_TEXT_MAX], share[EH_DECIMAL_TEXT_MAX];
    int64_t us;
    size_t i;
    if (eh_object_time_us(deal, "at", &us))
        eh_text_when(us, when);
    printf("\n%schances %s%s\n", eh_colour_bold(cli), when, eh_colour_end(cli));
    if (!json_is_true(json_object_get(deal, "dealt")))
        printf("%s: nobody else could have got it (%s)\n", rep ? rep : "?", why ? why : "?");
    else
        json_array_foreach(chances, i, chance)
        {
            const char *name = eh_object_text(chance, "rep");
            eh_ppm_print(eh_object_int(chance, "chance_ppm"), part);
            eh_ppm_print(eh_object_int(chance, "share_ppm"), share);
            printf("%-24s %10s  share %s%s\n", name ? name : "?", part, share,
                   name && rep && strcmp(name, rep) == 0 ? "  <- got it" : "");
        }
}

void eh_chances_show(const struct eh_cli *cli, const json_t *deals)
{
    const json_t *deal;
    size_t i;
    json_array_foreach(deals, i, deal) deal_show(cli, deal);
}
