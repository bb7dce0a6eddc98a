/* simulate: a recorded history under several policies, side by side. */
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "commands.h"
#include "policy.h"
#include "simulation.h"
#include "term/args.h"
#include "term/bar.h"
#include "term/file.h"
#include "term/say.h"
#include "term/table.h"
#include "term/text.h"
#include "term/zone.h"

#define POLICY_TEXT 128 /* bytes of the list of policies */

#define BEHIND_COMMA(name, ...) "," #name
static const char *const all_policies = &(EH_POLICIES(BEHIND_COMMA))[1];

struct call {
    struct eh_cli *cli;
    struct eh_bytes text, desk_text; /* of the files */
    char policies[POLICY_TEXT];      /* the list, cut into words */
    struct eh_simulation_rules rules;
};

/* ---- the call */

static int read_policies(struct call *call)
{
    const char *given = eh_cli_option(call->cli, "policy");
    struct eh_simulation_rules *rules = &call->rules;
    if (eh_format(call->policies, sizeof call->policies, "%s", given ? given : all_policies) >=
        sizeof call->policies)
        return eh_say_usage(call->cli, "--policy: too long");
    char *rest = NULL;
    for (char *word = strtok_r(call->policies, ",", &rest); word;
         word = strtok_r(NULL, ",", &rest)) {
        if (!eh_policy_row_find(eh_str(word)))
            return eh_say_usage(call->cli, "--policy: `%s` is none of %s", word, all_policies);
        for (size_t i = 0; i < rules->policy_count; i++)
            if (strcmp(rules->policies[i], word) == 0)
                return eh_say_usage(call->cli, "--policy: %s stands twice", word);
        rules->policies[rules->policy_count++] = word;
    }
    return rules->policy_count
               ? EH_EXIT_DONE
               : eh_say_usage(call->cli, "--policy: is empty; it takes some of %s", all_policies);
}

static int read_seed(struct call *call)
{
    const char *given = eh_cli_option(call->cli, "seed");
    int64_t seed = 1;
    if (given && (eh_integer_parse(eh_str(given), &seed, NULL) < 0 || seed < 0))
        return eh_say_usage(call->cli, "--seed: `%s` is not a whole number from 0", given);
    call->rules.seed = (uint64_t)seed;
    return EH_EXIT_DONE;
}

static int read_files(struct call *call)
{
    const char *desk = eh_cli_option(call->cli, "desk");
    struct eh_error error = {0};
    call->rules.history.file = call->cli->args[0];
    call->rules.history.value_column = eh_cli_option(call->cli, "value-column");
    if (eh_file_read(call->cli->args[0], EH_HISTORY_FILE_MAX, &call->text, &error) < 0 ||
        (desk && eh_file_read(desk, EH_DESK_TEXT_MAX, &call->desk_text, &error) < 0))
        return eh_say(call->cli, EH_EXIT_REFUSED, "%s", error.text);
    call->rules.desk_file = desk;
    call->rules.desk = eh_str_n((const char *)call->desk_text.data, call->desk_text.size);
    return EH_EXIT_DONE;
}

/* Checked here, so that the error can name the file and the line. */
static int check_desk(const struct call *call)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_error error = {0};
    struct eh_desk *desk;
    const char *file = eh_cli_option(call->cli, "desk");
    if (!file)
        return EH_EXIT_DONE;
    if (eh_desk_parse_new(call->rules.desk, &arena, &desk, &error) < 0)
        return eh_say(call->cli, EH_EXIT_CONFIG, "%s:%s", file, error.text);
    return EH_EXIT_DONE;
}

/* ---- for people */

static void figures_of(const struct eh_tally *tally, uint32_t team, struct eh_figures *ret)
{
    int r = eh_tally_figures(tally, team, ret);
    eh_require(r == 0);
}

static void put_index(struct eh_grid *grid, double value)
{
    char text[EH_CLI_TEXT] = "";
    if (!isnan(value))
        snprintf(text, sizeof text, "%.3f", value);
    eh_grid_text(grid, text);
}

static void put_row(struct eh_grid *grid, const struct eh_tally *tally, uint32_t team,
                    unsigned exponent)
{
    struct eh_figures f;
    char name[EH_CLI_TEXT], guess[EH_CLI_TEXT] = "";
    figures_of(tally, team, &f);
    eh_format(name, sizeof name, "  %s", tally->by);
    eh_grid_text(grid, name);
    put_index(grid, f.gini_count);
    put_index(grid, f.jain_count);
    eh_grid_count(grid, llround(f.spread_count));
    put_index(grid, f.gini_value);
    put_index(grid, f.jain_value);
    if (isnan(f.gini_value))
        eh_grid_text(grid, "");
    else
        eh_grid_money(grid, llround(f.spread_value), exponent);
    if (!isnan(f.guess))
        snprintf(guess, sizeof guess, "%.1f%%", 100 * f.guess);
    eh_grid_text(grid, guess);
}

static const char *team_title(const struct eh_simulation *s, uint32_t team,
                              char ret[EH_NAME_MAX + 1])
{
    eh_format(ret, EH_NAME_MAX + 1, "%.*s", EH_STR_ARG(s->desk->teams[team].name));
    return ret;
}

static void put_rows(struct eh_grid *grid, const struct eh_simulation *s, uint32_t team,
                     const char *title)
{
    eh_grid_text(grid, title);
    for (int i = 0; i < 7; i++)
        eh_grid_text(grid, "");
    put_row(grid, &s->recorded, team, s->desk->currency_exponent);
    for (size_t i = 0; i < s->run_count; i++)
        put_row(grid, &s->runs[i].tally, team, s->desk->currency_exponent);
}

/* ---- what waited */

static bool something_is_told(const struct eh_simulation *s)
{
    struct eh_figures f = {0};
    for (size_t i = 0; i < s->run_count && !f.waited && !f.waiting && !f.due; i++)
        figures_of(&s->runs[i].tally, EH_TALLY_ALL, &f);
    return f.waited || f.waiting || f.due;
}

static void put_span(struct eh_grid *grid, bool is, int64_t seconds)
{
    char text[EH_CLI_TEXT] = "";
    if (is)
        eh_text_span(seconds, text);
    eh_grid_text(grid, text);
}

static void put_in_time(struct eh_grid *grid, const struct eh_figures *f)
{
    char text[EH_CLI_TEXT] = "";
    if (f->due)
        snprintf(text, sizeof text, "%.1f%%", 100 * (double)f->in_time / (double)f->due);
    eh_grid_text(grid, text);
}

/* A history does not tell when what it recorded was dealt. */
static void put_wait(struct eh_grid *grid, const struct eh_tally *tally, uint32_t team, bool dealt)
{
    char name[EH_CLI_TEXT];
    struct eh_figures f;
    figures_of(tally, team, &f);
    eh_format(name, sizeof name, "  %s", tally->by);
    eh_grid_text(grid, name);
    if (dealt)
        eh_grid_count(grid, (int64_t)f.waited);
    else
        eh_grid_text(grid, "");
    put_span(grid, f.waited, f.wait_s);
    put_span(grid, f.waited, f.most_s);
    if (dealt)
        eh_grid_count(grid, (int64_t)f.waiting);
    else
        eh_grid_text(grid, "");
    put_in_time(grid, &f);
}

static void put_waits(struct eh_grid *grid, const struct eh_simulation *s, uint32_t team,
                      const char *title)
{
    struct eh_figures f;
    figures_of(&s->recorded, team, &f);
    eh_grid_text(grid, title);
    for (int i = 0; i < 5; i++)
        eh_grid_text(grid, "");
    if (f.due)
        put_wait(grid, &s->recorded, team, false);
    for (size_t i = 0; i < s->run_count; i++)
        put_wait(grid, &s->runs[i].tally, team, true);
}

static void result_print_waits(const struct eh_cli *cli, const struct eh_simulation *s)
{
    if (!something_is_told(s))
        return;
    struct eh_grid *grid = eh_grid_begin(cli, "team,>waited,>mean,>longest,>never dealt,>in time");
    putchar('\n');
    for (uint32_t t = 0; t < s->desk->team_count; t++)
        put_waits(grid, s, t, team_title(s, t, (char[EH_NAME_MAX + 1]){0}));
    if (s->desk->team_count > 1)
        put_waits(grid, s, EH_TALLY_ALL, "all teams");
    eh_grid_print(grid);
    puts("\nwaited: not dealt at once; mean and longest: until the deal, nights and days off\n"
         "counted; in time: answered within `answer_within`, of those that had to be.");
    puts(s->has_answers ? "Answered: at answered_at, at the latest when it was closed."
                        : "The history has no answered_at: closed counts as answered.");
}

static void result_print_head(const struct eh_simulation *s)
{
    char tickets[EH_CLI_TEXT], from[EH_DECIMAL_TEXT_MAX] = "", to[EH_DECIMAL_TEXT_MAX] = "";
    eh_text_count((int64_t)s->messages.tickets, tickets);
    if (s->messages.count) {
        eh_date_print(eh_zone_date(s->messages.items[0].at_us / 1000), from);
        eh_date_print(eh_zone_date(s->messages.items[s->messages.count - 1].at_us / 1000), to);
    }
    printf("%s tickets, %s to %s, %u rep%s in %u team%s, seed %" PRIu64 "\n\n", tickets, from, to,
           s->desk->rep_count, s->desk->rep_count == 1 ? "" : "s", s->desk->team_count,
           s->desk->team_count == 1 ? "" : "s", s->seed);
}

/* Whether hours or dates weigh. */
static bool somebody_was_off(const struct eh_simulation *s)
{
    bool off = false;
    for (uint32_t t = 0; t < s->desk->team_count; t++)
        for (uint32_t i = 0; i < s->desk->teams[t].member_count; i++) {
            uint32_t rep = s->desk->teams[t].members[i].rep;
            off |= eh_simulation_weight(s, t, rep) != s->desk->reps[rep].share_ppm;
        }
    return off;
}

static void result_print_table(const struct eh_cli *cli, const struct eh_simulation *s)
{
    struct eh_grid *grid = eh_grid_begin(cli, "team,>Gini,>Jain,>spread,>value Gini,>Jain,>spread,"
                                              ">guess");
    result_print_head(s);
    for (uint32_t t = 0; t < s->desk->team_count; t++)
        put_rows(grid, s, t, team_title(s, t, (char[EH_NAME_MAX + 1]){0}));
    if (s->desk->team_count > 1)
        put_rows(grid, s, EH_TALLY_ALL, "all teams");
    eh_grid_print(grid);
    puts("\nGini: 0 is even; Jain: 1 is even; spread: most less least, per share of 1.0;\n"
         "guess: how often the likeliest rep, known beforehand, would have been it.");
    if (somebody_was_off(s))
        puts("A share is of the tickets that came while one was there, by hours and dates.");
    if (s->desk->team_count > 1)
        puts("No policy changes how much one team has to deal beside another.");
    result_print_waits(cli, s);
}

/* ---- for programs */

static json_t *json_ppm(double value)
{
    return isnan(value) ? json_null() : json_integer(llround(value * EH_PPM));
}

/* A history does not tell when what it recorded was dealt. */
static json_t *figures_json(const struct eh_tally *tally, const struct eh_tally *recorded,
                            uint32_t team)
{
    struct eh_figures f;
    figures_of(tally, team, &f);
    json_t *o = json_object();
    json_object_set_new(o, "by", json_string(tally->by));
    json_object_set_new(o, "tickets", json_integer((json_int_t)f.tickets));
    json_object_set_new(o, "reps", json_integer((json_int_t)f.reps));
    json_object_set_new(o, "gini_count", json_ppm(f.gini_count));
    json_object_set_new(o, "jain_count", json_ppm(f.jain_count));
    json_object_set_new(o, "spread_count_milli", json_integer(llround(1000 * f.spread_count)));
    json_object_set_new(o, "gini_value", json_ppm(f.gini_value));
    json_object_set_new(o, "jain_value", json_ppm(f.jain_value));
    json_object_set_new(o, "spread_value", json_integer(llround(f.spread_value)));
    json_object_set_new(o, "predictability", json_ppm(f.guess));
    json_object_set_new(o, "due", json_integer((json_int_t)f.due));
    json_object_set_new(o, "in_time", json_integer((json_int_t)f.in_time));
    if (tally != recorded) {
        json_object_set_new(o, "waited", json_integer((json_int_t)f.waited));
        json_object_set_new(o, "wait_s", f.waited ? json_integer(f.wait_s) : json_null());
        json_object_set_new(o, "longest_wait_s", f.waited ? json_integer(f.most_s) : json_null());
        json_object_set_new(o, "waiting", json_integer((json_int_t)f.waiting));
    }
    return o;
}

static json_t *dealt_json(const struct eh_simulation *s, uint32_t team)
{
    json_t *dealt = json_array();
    json_array_append_new(dealt, figures_json(&s->recorded, &s->recorded, team));
    for (size_t i = 0; i < s->run_count; i++)
        json_array_append_new(dealt, figures_json(&s->runs[i].tally, &s->recorded, team));
    return dealt;
}

static void result_print_json(const struct eh_cli *cli, const struct eh_simulation *s)
{
    json_t *o = json_object(), *teams = json_array();
    json_object_set_new(o, "tickets", json_integer((json_int_t)s->messages.tickets));
    json_object_set_new(o, "seed", json_integer((json_int_t)s->seed));
    json_object_set_new(o, "currency",
                        json_stringn(s->desk->currency.data, s->desk->currency.size));
    json_object_set_new(o, "answers", json_string(s->has_answers ? "answered_at" : "closed_at"));
    for (uint32_t t = 0; t < s->desk->team_count; t++) {
        json_t *team = json_object();
        struct eh_str id = s->desk->teams[t].id;
        json_object_set_new(team, "team", json_stringn(id.data, id.size));
        json_object_set_new(team, "dealt", dealt_json(s, t));
        json_array_append_new(teams, team);
    }
    json_object_set_new(o, "teams", teams);
    json_object_set_new(o, "all", dealt_json(s, EH_TALLY_ALL));
    json_dumpf(o, stdout, cli->terminal ? JSON_INDENT(2) : JSON_COMPACT);
    putchar('\n');
    json_decref(o);
}

/* ---- the command */

static void result_show(void *context, size_t done, size_t all)
{
    eh_bar_show(context, done, all);
}

static int call_simulate(struct call *call)
{
    struct eh_simulation s;
    struct eh_error error = {0};
    struct eh_bar bar;
    int r = eh_simulation_load(eh_str_n((const char *)call->text.data, call->text.size),
                               &call->rules, &s, &error);
    if (r == 0) {
        eh_bar_start(&bar, "dealt");
        r = eh_simulation_run(&s, result_show, &bar, &error);
        eh_bar_end(&bar);
    }
    if (r == 0 && call->cli->json)
        result_print_json(call->cli, &s);
    else if (r == 0)
        result_print_table(call->cli, &s);
    int refused = s.desk_refused ? EH_EXIT_CONFIG : EH_EXIT_REFUSED;
    eh_simulation_done(&s);
    return r < 0 ? eh_say(call->cli, refused, "%s", error.text) : EH_EXIT_DONE;
}

int eh_cmd_simulate(struct eh_cli *cli)
{
    struct call call = {.cli = cli, .text = EH_BYTES_INIT, .desk_text = EH_BYTES_INIT};
    int r = read_policies(&call);
    if (r == EH_EXIT_DONE)
        r = read_seed(&call);
    if (r == EH_EXIT_DONE)
        r = read_files(&call);
    if (r == EH_EXIT_DONE)
        r = check_desk(&call);
    if (r == EH_EXIT_DONE)
        r = call_simulate(&call);
    eh_bytes_done(&call.text);
    eh_bytes_done(&call.desk_text);
    return r;
}
