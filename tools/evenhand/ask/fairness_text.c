/* fairness_text: small texts of the fairness report: figures, chances, and lines with a name. */
#include "fairness_text.h"

#include <evenhand/value/json.h>
#include <stdio.h>

#include "client/object.h"
#include "term/table.h"
#include "term/text.h"

#define HANGING 13     /* columns before the text of a line with a name */
#define SMALL   0.0005 /* a chance that three decimals do not show */

static double object_real(const json_t *o, const char *key)
{
    return json_number_value(json_object_get(o, key));
}

void eh_fairness_number(const json_t *o, const char *key, double unit, int decimals,
                        char ret[EH_CLI_TEXT])
{
    char text[EH_CLI_TEXT];
    if (!eh_object_has(o, key)) {
        eh_format(ret, EH_CLI_TEXT, "-");
        return;
    }
    snprintf(text, sizeof text, "%.*f", decimals, object_real(o, key) / unit);
    bool bare = strncmp(text, "0.", 2) == 0;
    eh_format(ret, EH_CLI_TEXT, "%s", text + bare);
}

void eh_fairness_percent(double part, double whole, char ret[EH_CLI_TEXT])
{
    snprintf(ret, EH_CLI_TEXT, whole > 0 ? "%.0f %%" : "-", 100 * part / whole);
}

void eh_fairness_say(const struct eh_cli *cli, const char *name, const char *text)
{
    printf("%s%-*s%s", eh_colour_dim(cli), HANGING, name, eh_colour_end(cli));
    eh_text_print_wrapped(text, HANGING, HANGING);
}

void eh_fairness_tell(json_t *says, const char *line, const char *text)
{
    json_t *say = json_object();
    eh_json_put_string(say, "line", line);
    eh_json_put_string(say, "text", text);
    json_array_append_new(says, say);
}

/* The verdict of this name; NULL: the report has none. */
static const json_t *verdict_of(const json_t *report, const char *name)
{
    size_t i;
    json_t *verdict;
    json_array_foreach(json_object_get(report, "verdicts"), i,
                       verdict) if (strcmp(json_string_value(json_object_get(verdict, "verdict")),
                                           name) == 0) return verdict;
    return NULL;
}

/* ".629", "1.2e-05" */
static void chance_text(const json_t *verdict, const char *key, char ret[EH_CLI_TEXT])
{
    if (object_real(verdict, key) < SMALL)
        snprintf(ret, EH_CLI_TEXT, "%.1e", object_real(verdict, key));
    else
        eh_fairness_number(verdict, key, 1, 3, ret);
}

bool eh_fairness_is_doubtful(const json_t *report, const char *verdict)
{
    return json_is_true(json_object_get(verdict_of(report, verdict), "doubtful"));
}

bool eh_fairness_is_told(const json_t *report, const char *verdict)
{
    return eh_object_has(verdict_of(report, verdict), "p");
}

void eh_fairness_chance(const json_t *report, const char *name, char ret[EH_FAIRNESS_CHANCE])
{
    const json_t *verdict = verdict_of(report, name);
    char p[EH_CLI_TEXT], corrected[EH_CLI_TEXT];
    if (!eh_object_has(verdict, "p")) {
        eh_format(ret, EH_FAIRNESS_CHANCE, "too few to tell");
        return;
    }
    chance_text(verdict, "p", p);
    chance_text(verdict, "corrected", corrected);
    eh_format(ret, EH_FAIRNESS_CHANCE, "p %s, corrected %s", p, corrected);
}
