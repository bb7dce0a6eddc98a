/*
 * fairness_show: the fairness report in words with figures.
 *
 * A part with too few tickets for a verdict says "too few to tell".
 */
#include <stdio.h>
#include <stdlib.h>

#include "client/object.h"
#include "fairness_text.h"
#include "term/table.h"
#include "term/text.h"

#define EVEN   950000 /* Jain in ppm from which shares count as even, */
#define NEARLY 850000 /* ... as nearly even */

/* ---- Small texts. */

static double object_real(const json_t *o, const char *key)
{
    return json_number_value(json_object_get(o, key));
}

static void ratio_text(const json_t *o, const char *key, char ret[EH_CLI_TEXT])
{
    eh_fairness_number(o, key, EH_PPM, 3, ret);
}

/* ---- Who got what. */

static void grid_add_rep(struct eh_grid *g, const json_t *rep, unsigned exponent)
{
    char text[EH_CLI_TEXT];
    eh_grid_text(g, eh_object_text(rep, "rep"));
    eh_fairness_number(rep, "entitled", 1, 1, text);
    eh_grid_text(g, text);
    eh_fairness_number(rep, "expected", 1, 1, text);
    eh_grid_text(g, text);
    eh_grid_count(g, eh_object_int(rep, "received"));
    eh_fairness_number(rep, "deviation", 1, 1, text);
    eh_grid_text(g, text);
    eh_grid_money(g, eh_object_int(rep, "entitled_value"), exponent);
    eh_grid_money(g, eh_object_int(rep, "received_value"), exponent);
}

static void reps_show(const struct eh_cli *cli, const json_t *report)
{
    const char *currency = eh_object_text(report, "currency");
    char columns[160];
    size_t i;
    json_t *rep;
    eh_format(columns, sizeof columns,
              "rep,>entitled,>expected,>received,>z,>entitled %s,>received %s",
              currency ? currency : "value", currency ? currency : "value");
    struct eh_grid *g = eh_grid_begin(cli, columns);
    json_array_foreach(json_object_get(report, "reps"), i, rep)
        grid_add_rep(g, rep, eh_object_exponent(report));
    putchar('\n');
    eh_grid_print(g);
    printf("%sz: how many standard deviations more than expected the draw gave%s\n",
           eh_colour_dim(cli), eh_colour_end(cli));
}

static double present_s(const json_t *rep)
{
    return object_real(rep, "available_s") + object_real(rep, "overloaded_s") +
           object_real(rep, "away_s");
}

/* "-12.50 ±4.10"; "-" where too few arrived. */
static void difference_cell(struct eh_grid *g, const json_t *rep, unsigned exponent)
{
    char difference[EH_CLI_TEXT], error[EH_CLI_TEXT], text[2 * EH_CLI_TEXT];
    if (!eh_object_has(rep, "value_error")) {
        eh_grid_dim(g, "too few to tell");
        return;
    }
    eh_text_money(eh_object_int(rep, "value_meanwhile") - eh_object_int(rep, "value_otherwise"),
                  exponent, difference);
    eh_text_money(eh_object_int(rep, "value_error"), exponent, error);
    eh_format(text, sizeof text, "%s ±%s", difference, error);
    eh_grid_text(g, text);
}

static void overloads_show(const struct eh_cli *cli, const json_t *report)
{
    struct eh_grid *g = eh_grid_begin(
        cli, "overloaded,>for,>of time,>times,>a week,>ended by others,>value meanwhile");
    bool any = false;
    size_t i;
    json_t *rep;
    json_array_foreach(json_object_get(report, "reps"), i, rep)
    {
        char text[EH_CLI_TEXT];
        if (eh_object_int(rep, "overloaded_s") == 0 && eh_object_int(rep, "overloads") == 0)
            continue;
        any = true;
        eh_grid_text(g, eh_object_text(rep, "rep"));
        eh_text_span(eh_object_int(rep, "overloaded_s"), text);
        eh_grid_text(g, text);
        eh_fairness_percent(object_real(rep, "overloaded_s"), present_s(rep), text);
        eh_grid_text(g, text);
        eh_grid_count(g, eh_object_int(rep, "overloads"));
        eh_fairness_number(rep, "overloads_weekly", 1, 1, text);
        eh_grid_text(g, text);
        eh_grid_count(g, eh_object_int(rep, "overloads_ended"));
        difference_cell(g, rep, eh_object_exponent(report));
    }
    if (any)
        putchar('\n');
    eh_grid_print(g);
}

static void managers_show(const struct eh_cli *cli, const json_t *report)
{
    struct eh_grid *g =
        eh_grid_begin(cli, "manager,>tickets given,>value,>moved,>value moved,>overloaded ended");
    size_t i;
    json_t *manager;
    json_array_foreach(json_object_get(report, "managers"), i, manager)
    {
        const char *name = eh_object_text(manager, "manager");
        eh_grid_text(g, name ? name : "(not said)");
        eh_grid_count(g, eh_object_int(manager, "overrides"));
        eh_grid_money(g, eh_object_int(manager, "value"), eh_object_exponent(report));
        eh_grid_count(g, eh_object_int(manager, "moves"));
        eh_grid_money(g, eh_object_int(manager, "moves_value"), eh_object_exponent(report));
        eh_grid_count(g, eh_object_int(manager, "overloads_ended"));
    }
    if (i > 0)
        putchar('\n');
    eh_grid_print(g);
}

/* ---- Verdicts. */

static const char *balance_word(const json_t *report, const char *key)
{
    int64_t jain = eh_object_int(report, key);
    if (!json_is_true(json_object_get(report, "balance_enough")))
        return "too few to tell";
    return jain >= EVEN ? "even" : jain >= NEARLY ? "nearly even" : "uneven";
}

static void balance_show(const struct eh_cli *cli, const json_t *report, const char *name,
                         const char *jain_key, const char *gini_key)
{
    char jain[EH_CLI_TEXT], gini[EH_CLI_TEXT], text[256];
    if (!eh_object_has(report, jain_key))
        return;
    ratio_text(report, jain_key, jain);
    ratio_text(report, gini_key, gini);
    eh_format(text, sizeof text, "%s: Jain %s (1 is perfectly fair), Gini %s (0 is)",
              balance_word(report, jain_key), jain, gini);
    eh_fairness_say(cli, name, text);
}

/* "doubtful: this: p .001, corrected .003", or "too few to tell". */
static void verdict_show(const struct eh_cli *cli, const json_t *report, const char *line,
                         const char *name, const char *innocent, const char *doubtful)
{
    bool is_doubtful = eh_fairness_is_doubtful(report, name);
    char chance[EH_FAIRNESS_CHANCE], text[EH_FAIRNESS_CHANCE];
    eh_fairness_chance(report, name, chance);
    if (!eh_fairness_is_told(report, name)) {
        eh_fairness_say(cli, line, chance);
        return;
    }
    eh_format(text, sizeof text, "%s%s: %s", is_doubtful ? "doubtful: " : "",
              is_doubtful ? doubtful : innocent, chance);
    eh_fairness_say(cli, line, text);
}

static void draw_show(const struct eh_cli *cli, const json_t *report)
{
    verdict_show(cli, report, "the draw", "draw", "as chance would have it",
                 "it gave what chance hardly gives");
}

/* Says the level below which a corrected p is doubtful. */
static void level_show(const struct eh_cli *cli, const json_t *report)
{
    char level[EH_CLI_TEXT], honest[EH_CLI_TEXT], text[256];
    unsigned shown = 0;
    size_t i;
    json_t *verdict;
    json_array_foreach(json_object_get(report, "verdicts"), i, verdict) shown +=
        eh_object_has(verdict, "p");
    if (shown == 0)
        return;
    eh_fairness_number(report, "level", 1, 2, level);
    snprintf(honest, sizeof honest, "%.0f", 1 / object_real(report, "level"));
    eh_format(text, sizeof text,
              "p is how often an honest period looks like this or worse; corrected for the %u "
              "verdict%s shown, %s and less is doubtful: one honest report in %s has a doubtful "
              "verdict",
              shown, shown == 1 ? "" : "s", level, honest);
    eh_fairness_say(cli, "level", text);
}

/* " Cramér's V .079, by chance about .095; G 13.8"; nothing without figures. */
static void picking_text(const json_t *picking, char ret[128])
{
    char v[EH_CLI_TEXT], chance[EH_CLI_TEXT], g[EH_CLI_TEXT];
    ret[0] = '\0';
    if (!eh_object_has(picking, "g"))
        return;
    ratio_text(picking, "cramer_v", v);
    ratio_text(picking, "cramer_v_by_chance", chance);
    eh_fairness_number(picking, "g", 1, 1, g);
    eh_format(ret, 128, "Cramér's V %s, by chance about %s; G %s", v, chance, g);
}

static void picking_show(const struct eh_cli *cli, const json_t *report, const char *line,
                         const char *verdict, const char *key)
{
    const json_t *picking = json_object_get(report, key);
    char text[128];
    if (eh_object_int(picking, "tickets") == 0)
        return;
    verdict_show(cli, report, line, verdict, "value did not tell who got it",
                 "value told who got it");
    picking_text(picking, text);
    if (*text)
        eh_fairness_say(cli, "", text);
}

/* "ana got 90 of the most valuable fifth, 60.0 expected" */
static void picker_show(const struct eh_cli *cli, const json_t *report)
{
    const json_t *picker = json_object_get(report, "picker");
    const char *first = eh_object_text(picker, "first"), *last = eh_object_text(picker, "last");
    char received[EH_CLI_TEXT], expected[EH_CLI_TEXT], who[2 * EH_CLI_TEXT], innocent[256],
        doubtful[256];
    if (!first || !last)
        return;
    eh_fairness_number(picker, "received", 1, 0, received);
    eh_fairness_number(picker, "expected", 1, 1, expected);
    eh_format(who, sizeof who, "%s%s%s", first, strcmp(first, last) ? " to " : "",
              strcmp(first, last) ? last : "");
    eh_format(innocent, sizeof innocent,
              "nobody got more of the most valuable fifth than chance gives (%s most: %s, "
              "%s expected)",
              who, received, expected);
    eh_format(doubtful, sizeof doubtful, "%s got %s of the most valuable fifth, %s expected", who,
              received, expected);
    verdict_show(cli, report, "top fifth", "picker", innocent, doubtful);
}

static void predictability_show(const struct eh_cli *cli, const json_t *report)
{
    char percent[EH_CLI_TEXT], text[256];
    if (!eh_object_has(report, "predictability"))
        return;
    eh_fairness_percent(object_real(report, "predictability"), EH_PPM, percent);
    eh_format(text, sizeof text, "the best guess who is next is right in %s of draws", percent);
    eh_fairness_say(cli, "guessing", text);
}

static void notes_show(const struct eh_cli *cli, const json_t *report)
{
    size_t i;
    json_t *note;
    json_array_foreach(json_object_get(report, "notes"), i, note)
        eh_fairness_say(cli, i == 0 ? "notes" : "", json_string_value(note));
}

static void head_show(const struct eh_cli *cli, const json_t *report)
{
    const char *team = eh_object_text(report, "team"), *from = eh_object_text(report, "from");
    const char *to = eh_object_text(report, "to");
    char first[2 * EH_TEXT_LINE], counts[2 * EH_TEXT_LINE], tickets[EH_CLI_TEXT],
        deals[EH_CLI_TEXT], drawn[EH_CLI_TEXT], overrides[EH_CLI_TEXT];
    eh_text_count(eh_object_int(report, "tickets"), tickets);
    eh_text_count(eh_object_int(report, "deals"), deals);
    eh_text_count(eh_object_int(report, "drawn"), drawn);
    eh_text_count(eh_object_int(report, "overrides"), overrides);
    eh_format(first, sizeof first, "team %s, %s to %s:", team ? team : "?", from ? from : "?",
              to ? to : "?");
    eh_format(counts, sizeof counts, "%s tickets in %s deals, %s drawn, %s by managers", tickets,
              deals, drawn, overrides);
    printf("%s%s%s%s%s\n", eh_colour_bold(cli), first, eh_colour_end(cli),
           strlen(first) + strlen(counts) < EH_TEXT_LINE ? " " : "\n", counts);
}

void eh_fairness_show(const struct eh_cli *cli, const json_t *report)
{
    head_show(cli, report);
    reps_show(cli, report);
    overloads_show(cli, report);
    managers_show(cli, report);
    eh_fairness_show_again(cli, report);
    eh_fairness_show_ways(cli, report);
    putchar('\n');
    balance_show(cli, report, "in number", "jain_count", "gini_count");
    balance_show(cli, report, "in value", "jain_value", "gini_value");
    draw_show(cli, report);
    picking_show(cli, report, "by value", "by_value", "picking_dealt");
    picker_show(cli, report);
    picking_show(cli, report, "overridden", "overridden", "picking_overridden");
    if (eh_fairness_is_told(report, "overload"))
        verdict_show(cli, report, "overloaded", "overload",
                     "what arrived meanwhile was worth no less and no more than otherwise",
                     "what arrived meanwhile was not worth what it was otherwise");
    eh_fairness_show_way_verdicts(cli, report);
    level_show(cli, report);
    predictability_show(cli, report);
    notes_show(cli, report);
}
