/* pool_plan: the plan of a period for people: what the next step takes, each curve, the rules. */
#include <stdio.h>

#include "client/object.h"
#include "pool.h"
#include "term/table.h"
#include "term/text.h"

#define INDENT 4 /* columns of the further lines of a sentence */

static void head_show(const struct eh_cli *cli, const json_t *plan)
{
    const char *team = eh_object_text(plan, "team"), *period = eh_object_text(plan, "period");
    const char *id = eh_object_text(plan, "plan"), *state = eh_object_text(plan, "state");
    printf("%steam %s, %s%s: plan %s, %s\n", eh_colour_bold(cli), team ? team : "?",
           period ? period : "?", eh_colour_end(cli), id ? id : "?", state ? state : "?");
}

static void says_show(const json_t *says)
{
    size_t i;
    json_t *line;
    if (json_array_size(says) == 0)
        puts("the period is not open any more: there is no next step");
    json_array_foreach((json_t *)says, i, line)
    {
        const char *text = json_string_value(line);
        eh_text_print_wrapped(text ? text : "?", 0, INDENT);
    }
}

/* A row for each point; the name stands in the first one. */
static void curve_rows(struct eh_grid *g, const json_t *metric, unsigned exponent)
{
    size_t i;
    json_t *point;
    char text[EH_CLI_TEXT];
    json_array_foreach(json_object_get(metric, "curve"), i, point)
    {
        eh_grid_text(g, i == 0 ? eh_object_text(metric, "metric") : "");
        eh_pool_figure(eh_object_text(metric, "unit"), eh_object_int(point, "value"), exponent,
                       text);
        eh_grid_text(g, text);
        eh_ppm_print(eh_object_int(point, "score_ppm"), text);
        eh_grid_text(g, text);
    }
}

static void curves_show(const struct eh_cli *cli, const json_t *plan, unsigned exponent)
{
    struct eh_grid *g = eh_grid_begin(cli, "metric,>at,>scores");
    size_t i;
    json_t *metric;
    json_array_foreach(json_object_get(plan, "metrics"), i, metric) curve_rows(g, metric, exponent);
    putchar('\n');
    eh_grid_print(g);
}

static void funding_show(const struct eh_cli *cli, const json_t *plan, unsigned exponent)
{
    struct eh_grid *g = eh_grid_begin(cli, ">composite,>funding,>gross");
    size_t i;
    json_t *step;
    char text[EH_CLI_TEXT];
    json_array_foreach(json_object_get(plan, "funding"), i, step)
    {
        eh_ppm_print(eh_object_int(step, "composite_ppm"), text);
        eh_grid_text(g, text);
        eh_ppm_print(eh_object_int(step, "funding_ppm"), text);
        eh_grid_text(g, text);
        eh_grid_money(g, eh_object_int(step, "gross"), exponent);
    }
    putchar('\n');
    eh_grid_print(g);
}

void eh_pool_show_plan(const struct eh_cli *cli, const json_t *plan)
{
    unsigned exponent = eh_object_exponent(plan);
    head_show(cli, plan);
    says_show(json_object_get(plan, "says"));
    curves_show(cli, plan, exponent);
    funding_show(cli, plan, exponent);
    eh_pool_show_rules(cli, json_object_get(plan, "rules"));
}
