/*
 * deals: the inputs of every draw, one line of JSON each, for anybody who checks draws with a
 * program of their own: see evenhand-proof(7).
 *
 * No row of the log holds the candidates of a deal, so the log is decided again to find them.
 * Results of draws and winners are printed as recorded, not as decided now.
 */
#include <evenhand/value/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/http.h"
#include "commands.h"
#include "log/replay.h"
#include "term/args.h"
#include "term/bar.h"
#include "term/say.h"

#define DRAW_TEXT 17 /* 16 hexadecimal digits */

struct export
{
    struct eh_replay replay;
    struct eh_draw_query query; /* of the last draw of the current step */
    char digest[EH_HEX_TEXT(EH_DIGEST_BYTES)];
    int64_t from, to;
    uint32_t dealt; /* of the current input */
    int failed;     /* 0, or the error of reading the log */
    struct eh_error error;
};

static void json_print_line(json_t *line)
{
    json_dumpf(line, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(line);
}

static bool input_is_wanted(const struct export *x)
{
    int64_t no = (int64_t)x->replay.in.no;
    return no >= x->from && no <= x->to;
}

/* ---- A ticket: what was said, and the digest that stands in the log. */

static int ticket_print(struct export *x, struct eh_error *error)
{
    EH_AUTO(eh_bytes) struct eh_bytes json = EH_BYTES_INIT;
    uint8_t digest[16];
    char hex[EH_HEX_TEXT(sizeof digest)];
    if (eh_message_to_json(&x->replay.in.message, &json) < 0)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    eh_key_bytes(x->replay.row.record.digest, digest);
    eh_hex_print(digest, sizeof digest, hex);
    json_t *line = json_object();
    eh_json_put_string(line, "what", "ticket");
    eh_json_put_int(line, "ticket", (int64_t)x->replay.in.no);
    eh_json_put_int(line, "rules", eh_engine_rules(x->replay.engine));
    eh_json_put(line, "message", json_loadb((const char *)json.data, json.size, 0, NULL));
    eh_json_put_string(line, "digest", hex);
    json_print_line(line);
    return 0;
}

/* ---- A deal. */

/* Gives the recorded draws. The last query holds the ticket's digest and the deal's number. */
static bool draw_recorded(void *context, const struct eh_draw_query *query, uint64_t *ret_result)
{
    struct export *x = context;
    x->query = *query;
    eh_hex_print(query->digest, EH_DIGEST_BYTES, x->digest);
    return eh_cli_log_draw(&x->replay.row, query, ret_result);
}

static bool affinity_recorded(void *context, uint64_t seq)
{
    struct export *x = context;
    return eh_cli_log_affinity(&x->replay.row, seq);
}

/* A ticket that returns to the rep who had it is given, not dealt. */
static bool is_deal(const struct eh_effect *effect)
{
    return effect->type == EH_NOTICE_ASSIGNED && !eh_str_equal(effect->why, eh_str("returned"));
}

/* The effect of this deal: the n-th deal of the engine is the n-th one of the input's rows. */
static const struct eh_effect *effect_recorded(struct export *x)
{
    const struct eh_cli_log_row *row = &x->replay.row;
    uint32_t before = x->dealt++;
    for (uint32_t i = 0; i < row->effect_count; i++)
        if (is_deal(&row->effects[i]) && before-- == 0)
            return &row->effects[i];
    return NULL;
}

static json_t *draws_of(const struct eh_effect *effect)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < effect->draw_count; i++) {
        char text[DRAW_TEXT];
        eh_format(text, sizeof text, "%016llx", (unsigned long long)effect->draws[i]);
        json_array_append_new(list, json_string(text));
    }
    return list;
}

static json_t *eligible_of(const struct eh_deal *deal, const struct eh_effect *effect)
{
    struct eh_deal_detail d = {.late = 0};
    json_t *list = json_array();
    if (eh_deal_detail_view(effect->detail, &d, NULL) < 0)
        d.late = 0;
    for (uint32_t i = 0; i < deal->count; i++) {
        const struct eh_deal_chance *one = &deal->chances[i];
        json_t *item = json_object();
        eh_json_put_text(item, "rep", one->rep);
        eh_json_put_int(item, "share_ppm", one->share_ppm);
        eh_json_put_time(item, "ramp_until", one->ramp_until_us);
        eh_json_put_int(item, "slots", one->slots);
        eh_json_put_bool(item, "late", d.late && one->p > 0);
        eh_json_put_int(item, "points", (int64_t)one->points);
        json_array_append_new(list, item);
    }
    return list;
}

static void detail_put(json_t *line, const struct eh_effect *effect)
{
    struct eh_deal_detail d = {.tie = false};
    json_t *compared = json_array();
    if (eh_deal_detail_view(effect->detail, &d, NULL) < 0)
        d = (struct eh_deal_detail){.tie = false};
    for (int i = 0; i < 2 && d.scored; i++) {
        json_t *item = json_object();
        eh_json_put_text(item, "rep", d.pair[i].rep);
        eh_json_put_int(item, "deficit_nano", d.pair[i].dc_nano);
        eh_json_put_int(item, "means_nano", d.pair[i].means_nano);
        json_array_append_new(compared, item);
    }
    eh_json_put(line, "compared", compared);
    eh_json_put_bool(line, "tie", d.tie);
    eh_json_put_int(line, "value_booked", d.value);
    eh_json_put_int(line, "mean_value", d.mean);
    eh_json_put_int(line, "value_weight_ppm", d.value_weight_ppm);
}

static json_t *deal_line(struct export *x, const struct eh_deal *deal,
                         const struct eh_effect *effect)
{
    const struct eh_desk *desk = eh_engine_desk(x->replay.engine);
    json_t *line = json_object();
    eh_json_put_string(line, "what", "deal");
    eh_json_put_int(line, "seq", (int64_t)effect->seq);
    eh_json_put_int(line, "input", (int64_t)x->replay.in.no);
    eh_json_put_int(line, "rules", eh_engine_rules(x->replay.engine));
    eh_json_put_int(line, "ticket", (int64_t)deal->ticket);
    eh_json_put(line, "desk", desk ? eh_json_text(desk->id) : json_null());
    eh_json_put_text(line, "team", effect->team);
    eh_json_put_text(line, "source", deal->source);
    eh_json_put_text(line, "id", deal->id);
    eh_json_put_int(line, "deal", deal->deal);
    eh_json_put_text(line, "why", effect->why);
    eh_json_put_text(line, "was", effect->was);
    eh_json_put_text(line, "rep", effect->rep);
    eh_json_put(line, "policy", deal->dealt ? eh_json_text(deal->policy) : json_null());
    eh_json_put_int(line, "epoch", effect->epoch);
    eh_json_put(line, "digest", effect->draw_count ? json_string(x->digest) : json_null());
    eh_json_put(line, "draws", draws_of(effect));
    eh_json_put(line, "eligible", eligible_of(deal, effect));
    detail_put(line, effect);
    return line;
}

static void export_take_deal(void *context, const struct eh_deal *deal)
{
    struct export *x = context;
    const struct eh_effect *effect = effect_recorded(x);
    if (!effect)
        x->failed =
            eh_error_set(&x->error, EH_ECORRUPT,
                         "input %llu: a deal of ticket %.*s has no row; see evenhand verify",
                         (unsigned long long)x->replay.in.no, EH_STR_ARG(deal->id));
    else if (input_is_wanted(x))
        json_print_line(deal_line(x, deal, effect));
}

/* ---- The log. */

static void epoch_print(const struct eh_cli_log_epoch *epoch)
{
    json_t *line = json_object();
    eh_json_put_string(line, "what", epoch->revealed ? "seed" : "commitment");
    eh_json_put_int(line, "epoch", epoch->epoch);
    eh_json_put_text(line, epoch->revealed ? "seed" : "commitment", epoch->hex);
    json_print_line(line);
}

static int epochs_print(struct export *x, struct eh_error *error)
{
    struct eh_cli_log_epoch epoch;
    int r;
    while ((r = eh_cli_log_next_epoch(x->replay.log, &epoch, error)) > 0)
        epoch_print(&epoch);
    return r;
}

static int input_print(struct export *x, struct eh_error *error)
{
    bool ticket = x->replay.row.record.type == EH_MESSAGE_TICKET;
    x->dealt = 0;
    int r = ticket ? ticket_print(x, error) : 0;
    if (r == 0)
        r = eh_replay_decide(&x->replay, error);
    if (r == 0 && x->failed < 0) {
        *error = x->error;
        r = x->failed;
    }
    return r;
}

static int log_print(struct export *x, struct eh_error *error)
{
    int r = epochs_print(x, error);
    while (r == 0 && (r = eh_replay_next(&x->replay, error)) > 0) {
        if ((int64_t)x->replay.in.no > x->to)
            return 0;
        r = input_print(x, error);
    }
    return r;
}

static int open_log(struct export *x, const char *db, struct eh_error *error)
{
    int r = eh_replay_open(eh_cli_log_conninfo(db), &x->replay, error);
    if (r < 0)
        return r;
    x->replay.draws.draw = draw_recorded;
    x->replay.draws.affinity = affinity_recorded;
    x->replay.draws.context = x;
    return eh_engine_observe(x->replay.engine, export_take_deal, x) < 0
               ? eh_error_set(error, EH_ENOMEM, "out of memory")
               : 0;
}

static bool option_number(struct eh_cli *cli, const char *name, int64_t *ret)
{
    const char *text = eh_cli_option(cli, name);
    return !text || (eh_integer_parse(eh_str(text), ret, NULL) == 0 && *ret > 0);
}

int eh_cmd_draws_deals(struct eh_cli *cli)
{
    struct export x = {.from = 1, .to = INT64_MAX};
    struct eh_error error = {0};
    if (!option_number(cli, "from", &x.from) || !option_number(cli, "to", &x.to))
        return eh_say(cli, EH_EXIT_USAGE, "--from and --to are numbers of inputs, from 1");
    int r = open_log(&x, eh_cli_option(cli, "db"), &error);
    if (r == 0)
        r = log_print(&x, &error);
    eh_replay_done(&x.replay);
    if (r < 0)
        return eh_say(cli, eh_cli_log_exit(r), "%s", error.text);
    return fflush(stdout) == 0 ? EH_EXIT_DONE : eh_say(cli, EH_EXIT_REFUSED, "cannot write it all");
}
