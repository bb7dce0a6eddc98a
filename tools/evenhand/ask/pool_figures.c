/* pool_figures: the metrics of a team's last periods for people, a row for each metric of a period.
 */
#include <stdio.h>

#include "client/object.h"
#include "pool.h"
#include "term/table.h"

static void metric_row(struct eh_grid *g, const json_t *period, const json_t *metric,
                       unsigned exponent)
{
    char text[EH_CLI_TEXT];
    eh_grid_text(g, eh_object_text(metric, "metric"));
    if (eh_object_has(metric, "value"))
        eh_pool_value(metric, "value", exponent, text);
    else
        eh_format(text, sizeof text, "missing");
    eh_grid_text(g, text);
    eh_pool_percent(eh_object_int(metric, "score_ppm"), text);
    eh_grid_text(g, text);
    eh_grid_dim(g, json_is_true(json_object_get(period, "final")) ? "" : "not final");
}

static void period_rows(struct eh_grid *g, const json_t *period, unsigned exponent)
{
    size_t i;
    json_t *metric;
    json_array_foreach(json_object_get(period, "metrics"), i, metric)
    {
        eh_grid_text(g, i == 0 ? eh_object_text(period, "period") : "");
        metric_row(g, period, metric, exponent);
    }
}

void eh_pool_show_figures(const struct eh_cli *cli, const json_t *figures)
{
    unsigned exponent = eh_object_exponent(figures);
    struct eh_grid *g = eh_grid_begin(cli, "period,metric,>value,>score,note");
    const char *before = eh_object_text(figures, "before");
    size_t i;
    json_t *period;
    json_array_foreach(json_object_get(figures, "periods"), i, period)
        period_rows(g, period, exponent);
    eh_grid_print(g);
    if (before)
        printf("earlier: --period %s\n", before);
}
