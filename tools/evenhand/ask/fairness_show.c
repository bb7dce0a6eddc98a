/*
 * fairness_show: the fairness report in words with figures.
 */
#include <stdio.h>
#include <stdlib.h>

#include "client/object.h"
#include "fairness_text.h"
#include "term/table.h"
#include "term/text.h"

/* ---- Small texts. */

static double object_real(const json_t *o, const char *key)
{
    return json_number_value(json_object_get(o, key));
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

static void says_show(const struct eh_cli *cli, const json_t *report)
{
    size_t i;
    json_t *say;
    putchar('\n');
    json_array_foreach(json_object_get(report, "says"), i, say)
    {
        const char *line = eh_object_text(say, "line"), *text = eh_object_text(say, "text");
        eh_fairness_say(cli, line ? line : "", text ? text : "");
    }
}

void eh_fairness_show(const struct eh_cli *cli, const json_t *report)
{
    head_show(cli, report);
    reps_show(cli, report);
    eh_fairness_show_time(cli, report);
    overloads_show(cli, report);
    managers_show(cli, report);
    eh_fairness_show_again(cli, report);
    eh_fairness_show_pauses(cli, report);
    eh_fairness_show_ways(cli, report);
    says_show(cli, report);
}
