/* fairness_again: the part of the fairness report on tickets that were dealt again or sent again.
 */
#include <stdio.h>

#include "client/object.h"
#include "fairness.h"
#include "term/table.h"
#include "term/text.h"

static void further_row(struct eh_grid *g, const json_t *further, unsigned exponent)
{
    const char *who = eh_object_text(further, "who"), *why = eh_object_text(further, "why");
    bool left = why && strcmp(why, "left") == 0;
    eh_grid_text(g, who ? who : "(not said)");
    eh_grid_text(g, left ? "who had it left the team" : "who had it was released");
    eh_grid_count(g, eh_object_int(further, "deals"));
    eh_grid_money(g, eh_object_int(further, "value"), exponent);
}

static void show_further(const struct eh_cli *cli, const json_t *report)
{
    struct eh_grid *g = eh_grid_begin(cli, "dealt again by,why,>deals,>value");
    size_t i;
    json_t *further;
    json_array_foreach(json_object_get(report, "further"), i, further)
        further_row(g, further, eh_object_exponent(report));
    if (i > 0)
        putchar('\n');
    eh_grid_print(g);
}

static void show_resent(const json_t *report)
{
    char count[EH_CLI_TEXT], value[EH_CLI_TEXT];
    const char *currency = eh_object_text(report, "currency");
    int64_t resent = eh_object_int(report, "resent");
    if (resent == 0)
        return;
    eh_text_count(resent, count);
    eh_text_money(eh_object_int(report, "resent_value"), eh_object_exponent(report), value);
    printf("\n%s ticket%s, worth %s%s%s, %s sent again after being cancelled under another id\n",
           count, resent == 1 ? "" : "s", value, currency ? " " : "", currency ? currency : "",
           resent == 1 ? "was" : "were");
}

void eh_fairness_show_again(const struct eh_cli *cli, const json_t *report)
{
    show_further(cli, report);
    show_resent(report);
}
