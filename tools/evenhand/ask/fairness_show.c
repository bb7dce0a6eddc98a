/*
 * fairness_show: the fairness report in words with figures.
 *
 * A verdict stands only where there is enough to tell; what stands without one says so.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fairness_text.h"
#include "term/table.h"
#include "term/text.h"

#define LINE    80     /* columns */
#define HANGING 13     /* columns before the text of a line with a name */
#define EVEN    950000 /* Jain in ppm from which shares count as even, */
#define NEARLY  850000 /* ... as nearly even */
#define SMALL   0.0005 /* a chance that three decimals do not show */

/* ---- Small texts. */

static double real(const json_t *o, const char *key)
{
    return json_number_value(json_object_get(o, key));
}

/* ".981", "1.000", "12.3", with `decimals`; "-" where there is no figure. */
void eh_fairness_number(const json_t *o, const char *key, double unit, int decimals,
                        char ret[EH_CLI_TEXT])
{
    char text[EH_CLI_TEXT];
    if (!eh_json_has(o, key)) {
        eh_format(ret, EH_CLI_TEXT, "-");
        return;
    }
    snprintf(text, sizeof text, "%.*f", decimals, real(o, key) / unit);
    bool bare = strncmp(text, "0.", 2) == 0;
    eh_format(ret, EH_CLI_TEXT, "%s", text + bare);
}

static void ratio_text(const json_t *o, const char *key, char ret[EH_CLI_TEXT])
{
    eh_fairness_number(o, key, EH_PPM, 3, ret);
}

/* "37 %" */
void eh_fairness_percent(double part, double whole, char ret[EH_CLI_TEXT])
{
    snprintf(ret, EH_CLI_TEXT, whole > 0 ? "%.0f %%" : "-", 100 * part / whole);
}

/* The text behind a name, broken at blanks so that no line is longer than LINE. */
void eh_fairness_say(const struct eh_cli *cli, const char *name, const char *text)
{
    char *clean = eh_text_clean(text);
    const char *at = clean;
    printf("%s%-*s%s", eh_colour_dim(cli), HANGING, name, eh_colour_end(cli));
    while (*at) {
        size_t bytes = eh_text_cut(at, LINE - HANGING), end = bytes;
        if (at[bytes])
            while (end > 0 && at[end] != ' ')
                end--;
        end = end ? end : bytes;
        printf("%s%.*s\n", at == clean ? "" : "             ", (int)end, at);
        at += end + (at[end] == ' ');
    }
    free(clean);
}

/* ---- Who got what. */

static void rep_row(struct eh_grid *g, const json_t *rep, unsigned exponent)
{
    char text[EH_CLI_TEXT];
    eh_grid_text(g, eh_json_text(rep, "rep"));
    eh_fairness_number(rep, "entitled", 1, 1, text);
    eh_grid_text(g, text);
    eh_fairness_number(rep, "expected", 1, 1, text);
    eh_grid_text(g, text);
    eh_grid_count(g, eh_json_int(rep, "received"));
    eh_fairness_number(rep, "deviation", 1, 1, text);
    eh_grid_text(g, text);
    eh_grid_money(g, eh_json_int(rep, "entitled_value"), exponent);
    eh_grid_money(g, eh_json_int(rep, "received_value"), exponent);
}

static void show_reps(const struct eh_cli *cli, const json_t *report)
{
    const char *currency = eh_json_text(report, "currency");
    char columns[160];
    size_t i;
    json_t *rep;
    eh_format(columns, sizeof columns,
              "rep,>entitled,>expected,>received,>z,>entitled %s,>received %s",
              currency ? currency : "value", currency ? currency : "value");
    struct eh_grid *g = eh_grid_new(cli, columns);
    json_array_foreach(json_object_get(report, "reps"), i, rep)
        rep_row(g, rep, eh_json_exponent(report));
    putchar('\n');
    eh_grid_print(g);
    printf("%sz: how many standard deviations more than expected the draw gave%s\n",
           eh_colour_dim(cli), eh_colour_end(cli));
}

static double present_s(const json_t *rep)
{
    return real(rep, "available_s") + real(rep, "overloaded_s") + real(rep, "away_s");
}

/* "-12.50 ±4.10"; "-" where too few arrived. */
static void difference_cell(struct eh_grid *g, const json_t *rep, unsigned exponent)
{
    char difference[EH_CLI_TEXT], error[EH_CLI_TEXT], text[2 * EH_CLI_TEXT];
    if (!eh_json_has(rep, "value_error")) {
        eh_grid_dim(g, "too few to tell");
        return;
    }
    eh_text_money(eh_json_int(rep, "value_meanwhile") - eh_json_int(rep, "value_otherwise"),
                  exponent, difference);
    eh_text_money(eh_json_int(rep, "value_error"), exponent, error);
    eh_format(text, sizeof text, "%s ±%s", difference, error);
    eh_grid_text(g, text);
}

static void show_overloads(const struct eh_cli *cli, const json_t *report)
{
    struct eh_grid *g = eh_grid_new(
        cli, "overloaded,>for,>of time,>times,>a week,>ended by others,>value meanwhile");
    bool any = false;
    size_t i;
    json_t *rep;
    json_array_foreach(json_object_get(report, "reps"), i, rep)
    {
        char text[EH_CLI_TEXT];
        if (eh_json_int(rep, "overloaded_s") == 0 && eh_json_int(rep, "overloads") == 0)
            continue;
        any = true;
        eh_grid_text(g, eh_json_text(rep, "rep"));
        eh_text_span(eh_json_int(rep, "overloaded_s"), text);
        eh_grid_text(g, text);
        eh_fairness_percent(real(rep, "overloaded_s"), present_s(rep), text);
        eh_grid_text(g, text);
        eh_grid_count(g, eh_json_int(rep, "overloads"));
        eh_fairness_number(rep, "overloads_weekly", 1, 1, text);
        eh_grid_text(g, text);
        eh_grid_count(g, eh_json_int(rep, "overloads_ended"));
        difference_cell(g, rep, eh_json_exponent(report));
    }
    if (any)
        putchar('\n');
    eh_grid_print(g);
}

static void show_managers(const struct eh_cli *cli, const json_t *report)
{
    struct eh_grid *g =
        eh_grid_new(cli, "manager,>tickets given,>value,>moved,>value moved,>overloaded ended");
    size_t i;
    json_t *manager;
    json_array_foreach(json_object_get(report, "managers"), i, manager)
    {
        const char *name = eh_json_text(manager, "manager");
        eh_grid_text(g, name ? name : "(not said)");
        eh_grid_count(g, eh_json_int(manager, "overrides"));
        eh_grid_money(g, eh_json_int(manager, "value"), eh_json_exponent(report));
        eh_grid_count(g, eh_json_int(manager, "moves"));
        eh_grid_money(g, eh_json_int(manager, "moves_value"), eh_json_exponent(report));
        eh_grid_count(g, eh_json_int(manager, "overloads_ended"));
    }
    if (i > 0)
        putchar('\n');
    eh_grid_print(g);
}

/* ---- Verdicts. */

static const char *evenness(const json_t *report, const char *key)
{
    int64_t jain = eh_json_int(report, key);
    if (!json_is_true(json_object_get(report, "balance_enough")))
        return "too few to tell";
    return jain >= EVEN ? "even" : jain >= NEARLY ? "nearly even" : "uneven";
}

static void show_balance(const struct eh_cli *cli, const json_t *report, const char *name,
                         const char *jain_key, const char *gini_key)
{
    char jain[EH_CLI_TEXT], gini[EH_CLI_TEXT], text[256];
    if (!eh_json_has(report, jain_key))
        return;
    ratio_text(report, jain_key, jain);
    ratio_text(report, gini_key, gini);
    eh_format(text, sizeof text, "%s: Jain %s (1 is perfectly fair), Gini %s (0 is)",
              evenness(report, jain_key), jain, gini);
    eh_fairness_say(cli, name, text);
}

/* NULL: the report has no verdict of this name. */
static const json_t *verdict_of(const json_t *report, const char *name)
{
    size_t i;
    json_t *verdict;
    json_array_foreach(json_object_get(report, "verdicts"), i,
                       verdict) if (strcmp(json_string_value(json_object_get(verdict, "verdict")),
                                           name) == 0) return verdict;
    return NULL;
}

static bool is_doubtful(const json_t *verdict)
{
    return json_is_true(json_object_get(verdict, "doubtful"));
}

/* ".629", "1.2e-05" */
static void chance_text(const json_t *verdict, const char *key, char ret[EH_CLI_TEXT])
{
    if (real(verdict, key) < SMALL)
        snprintf(ret, EH_CLI_TEXT, "%.1e", real(verdict, key));
    else
        eh_fairness_number(verdict, key, 1, 3, ret);
}

bool eh_fairness_is_doubtful(const json_t *report, const char *verdict)
{
    return is_doubtful(verdict_of(report, verdict));
}

bool eh_fairness_is_told(const json_t *report, const char *verdict)
{
    return eh_json_has(verdict_of(report, verdict), "p");
}

void eh_fairness_chance(const json_t *report, const char *name, char ret[EH_FAIRNESS_CHANCE])
{
    const json_t *verdict = verdict_of(report, name);
    char p[EH_CLI_TEXT], corrected[EH_CLI_TEXT];
    if (!eh_json_has(verdict, "p")) {
        eh_format(ret, EH_FAIRNESS_CHANCE, "too few to tell");
        return;
    }
    chance_text(verdict, "p", p);
    chance_text(verdict, "corrected", corrected);
    eh_format(ret, EH_FAIRNESS_CHANCE, "p %s, corrected %s", p, corrected);
}

/* "doubtful: this. p .001, corrected .003", or "too few to tell". */
static void show_verdict(const struct eh_cli *cli, const json_t *report, const char *line,
                         const char *name, const char *innocent, const char *doubtful)
{
    const json_t *verdict = verdict_of(report, name);
    char p[EH_CLI_TEXT], corrected[EH_CLI_TEXT], text[512];
    if (!eh_json_has(verdict, "p")) {
        eh_fairness_say(cli, line, "too few to tell");
        return;
    }
    chance_text(verdict, "p", p);
    chance_text(verdict, "corrected", corrected);
    eh_format(text, sizeof text, "%s%s: p %s, corrected %s",
              is_doubtful(verdict) ? "doubtful: " : "", is_doubtful(verdict) ? doubtful : innocent,
              p, corrected);
    eh_fairness_say(cli, line, text);
}

static void show_draw(const struct eh_cli *cli, const json_t *report)
{
    show_verdict(cli, report, "the draw", "draw", "as chance would have it",
                 "it gave what chance hardly gives");
}

/* What the corrected p of all of them is held against. */
static void show_level(const struct eh_cli *cli, const json_t *report)
{
    char level[EH_CLI_TEXT], honest[EH_CLI_TEXT], text[256];
    unsigned shown = 0;
    size_t i;
    json_t *verdict;
    json_array_foreach(json_object_get(report, "verdicts"), i, verdict) shown +=
        eh_json_has(verdict, "p");
    if (shown == 0)
        return;
    eh_fairness_number(report, "level", 1, 2, level);
    snprintf(honest, sizeof honest, "%.0f", 1 / real(report, "level"));
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
    if (!eh_json_has(picking, "g"))
        return;
    ratio_text(picking, "cramer_v", v);
    ratio_text(picking, "cramer_v_by_chance", chance);
    eh_fairness_number(picking, "g", 1, 1, g);
    eh_format(ret, 128, "Cramér's V %s, by chance about %s; G %s", v, chance, g);
}

static void show_picking(const struct eh_cli *cli, const json_t *report, const char *line,
                         const char *verdict, const char *key)
{
    const json_t *picking = json_object_get(report, key);
    char text[128];
    if (eh_json_int(picking, "tickets") == 0)
        return;
    show_verdict(cli, report, line, verdict, "value did not tell who got it",
                 "value told who got it");
    picking_text(picking, text);
    if (*text)
        eh_fairness_say(cli, "", text);
}

/* "ana got 90 of the most valuable fifth, 60.0 expected" */
static void show_picker(const struct eh_cli *cli, const json_t *report)
{
    const json_t *picker = json_object_get(report, "picker");
    const char *first = eh_json_text(picker, "first"), *last = eh_json_text(picker, "last");
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
    show_verdict(cli, report, "top fifth", "picker", innocent, doubtful);
}

static void show_predictability(const struct eh_cli *cli, const json_t *report)
{
    char percent[EH_CLI_TEXT], text[256];
    if (!eh_json_has(report, "predictability"))
        return;
    eh_fairness_percent(real(report, "predictability"), EH_PPM, percent);
    eh_format(text, sizeof text, "the best guess who is next is right in %s of draws", percent);
    eh_fairness_say(cli, "guessing", text);
}

static void show_notes(const struct eh_cli *cli, const json_t *report)
{
    size_t i;
    json_t *note;
    json_array_foreach(json_object_get(report, "notes"), i, note)
        eh_fairness_say(cli, i == 0 ? "notes" : "", json_string_value(note));
}

static void show_head(const struct eh_cli *cli, const json_t *report)
{
    const char *team = eh_json_text(report, "team"), *from = eh_json_text(report, "from");
    const char *to = eh_json_text(report, "to");
    char first[2 * LINE], counts[2 * LINE], tickets[EH_CLI_TEXT], deals[EH_CLI_TEXT],
        drawn[EH_CLI_TEXT], overrides[EH_CLI_TEXT];
    eh_text_count(eh_json_int(report, "tickets"), tickets);
    eh_text_count(eh_json_int(report, "deals"), deals);
    eh_text_count(eh_json_int(report, "drawn"), drawn);
    eh_text_count(eh_json_int(report, "overrides"), overrides);
    eh_format(first, sizeof first, "team %s, %s to %s:", team ? team : "?", from ? from : "?",
              to ? to : "?");
    eh_format(counts, sizeof counts, "%s tickets in %s deals, %s drawn, %s by managers", tickets,
              deals, drawn, overrides);
    printf("%s%s%s%s%s\n", eh_colour_bold(cli), first, eh_colour_end(cli),
           strlen(first) + strlen(counts) < LINE ? " " : "\n", counts);
}

void eh_fairness_show(const struct eh_cli *cli, const json_t *report)
{
    show_head(cli, report);
    show_reps(cli, report);
    show_overloads(cli, report);
    show_managers(cli, report);
    eh_fairness_show_again(cli, report);
    eh_fairness_show_ways(cli, report);
    putchar('\n');
    show_balance(cli, report, "in number", "jain_count", "gini_count");
    show_balance(cli, report, "in value", "jain_value", "gini_value");
    show_draw(cli, report);
    show_picking(cli, report, "by value", "by_value", "picking_dealt");
    show_picker(cli, report);
    show_picking(cli, report, "overridden", "overridden", "picking_overridden");
    if (eh_json_has(verdict_of(report, "overload"), "p"))
        show_verdict(cli, report, "overloaded", "overload",
                     "what arrived meanwhile was worth no less and no more than otherwise",
                     "what arrived meanwhile was not worth what it was otherwise");
    eh_fairness_show_way_verdicts(cli, report);
    show_level(cli, report);
    show_predictability(cli, report);
    show_notes(cli, report);
}
