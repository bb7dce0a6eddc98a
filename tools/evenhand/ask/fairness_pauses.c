/* fairness_pauses: of a fairness report: how often and how long reps paused tickets, in the working
 * time of the team. */
#include <stdio.h>

#include "client/object.h"
#include "fairness.h"
#include "term/table.h"
#include "term/text.h"

static bool rep_paused(const json_t *rep)
{
    return eh_object_int(rep, "pauses") > 0 || eh_object_int(rep, "paused_s") > 0;
}

void eh_fairness_show_pauses(const struct eh_cli *cli, const json_t *report)
{
    struct eh_grid *g = eh_grid_begin(cli, "waiting for the customer,>pauses,>value,>time in all");
    bool any = false;
    size_t i;
    json_t *rep;
    json_array_foreach(json_object_get(report, "reps"), i, rep)
    {
        char span[EH_CLI_TEXT];
        if (!rep_paused(rep))
            continue;
        any = true;
        eh_text_span(eh_object_int(rep, "paused_s"), span);
        eh_grid_text(g, eh_object_text(rep, "rep"));
        eh_grid_count(g, eh_object_int(rep, "pauses"));
        eh_grid_money(g, eh_object_int(rep, "pauses_value"), eh_object_exponent(report));
        eh_grid_text(g, span);
    }
    if (any)
        putchar('\n');
    eh_grid_print(g);
}
