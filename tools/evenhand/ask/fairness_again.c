/* fairness_again: the part of the fairness report on tickets that were dealt again or sent again.
 */
#include <stdio.h>

#include "client/object.h"
#include "fairness.h"
#include "term/table.h"
#include "term/text.h"

static const char *why_in_words(const char *why)
{
    static const char *const words[][2] = {
        {"release", "who had it was released"},
        {"left", "who had it left the team"},
        {"return", "a manager returned it"},
        {"dropped", "who had it dropped it"},
        {"unanswered", "who had it did not answer it"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], why) == 0)
            return words[i][1];
    return why;
}

static void further_row(struct eh_grid *g, const json_t *further, unsigned exponent)
{
    const char *who = eh_object_text(further, "who"), *why = eh_object_text(further, "why");
    eh_grid_text(g, who ? who : "(not said)");
    eh_grid_text(g, why ? why_in_words(why) : "?");
    eh_grid_count(g, eh_object_int(further, "deals"));
    eh_grid_money(g, eh_object_int(further, "value"), exponent);
}

static void further_show(const struct eh_cli *cli, const json_t *report)
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

/* Shows what reps did at the helpdesk beside the deal: tickets they took, gave away, moved,
 * dropped.
 */
static void deeds_show(const struct eh_cli *cli, const json_t *report)
{
    static const char *const deeds[] = {"claims", "gifts", "moves", "drops"};
    struct eh_grid *g = eh_grid_begin(
        cli, "at the helpdesk,>taken,>value,>given away,>value,>moved,>value,>dropped,>value");
    bool any = false;
    size_t i;
    json_t *rep;
    json_array_foreach(json_object_get(report, "reps"), i, rep)
    {
        int64_t sum = 0;
        for (size_t d = 0; d < sizeof deeds / sizeof *deeds; d++)
            sum += eh_object_int(rep, deeds[d]);
        if (sum == 0)
            continue;
        any = true;
        eh_grid_text(g, eh_object_text(rep, "rep"));
        for (size_t d = 0; d < sizeof deeds / sizeof *deeds; d++) {
            char key[EH_CLI_TEXT];
            eh_format(key, sizeof key, "%s_value", deeds[d]);
            eh_grid_count(g, eh_object_int(rep, deeds[d]));
            eh_grid_money(g, eh_object_int(rep, key), eh_object_exponent(report));
        }
    }
    if (any)
        putchar('\n');
    eh_grid_print(g);
}

/* Shows who did not answer tickets in the time that their team gives. */
static void lapses_show(const struct eh_cli *cli, const json_t *report)
{
    struct eh_grid *g = eh_grid_begin(cli, "not answered in time,>tickets,>value");
    bool any = false;
    size_t i;
    json_t *rep;
    json_array_foreach(json_object_get(report, "reps"), i, rep)
    {
        if (eh_object_int(rep, "lapses") == 0)
            continue;
        any = true;
        eh_grid_text(g, eh_object_text(rep, "rep"));
        eh_grid_count(g, eh_object_int(rep, "lapses"));
        eh_grid_money(g, eh_object_int(rep, "lapses_value"), eh_object_exponent(report));
    }
    if (any)
        putchar('\n');
    eh_grid_print(g);
}

static void resent_show(const json_t *report)
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
    deeds_show(cli, report);
    lapses_show(cli, report);
    further_show(cli, report);
    resent_show(report);
}
