/*
 * fairness_says: what the fairness report says of its figures, in sentences: the verdicts, the
 * level they are judged by, the notes. A part with too few tickets for a verdict says "too few to
 * tell".
 */
#include <stdio.h>

#include "client/object.h"
#include "fairness_text.h"

#define EVEN   950000 /* Jain in ppm from which shares count as even, */
#define NEARLY 850000 /* ... as nearly even */

static double object_real(const json_t *o, const char *key)
{
    return json_number_value(json_object_get(o, key));
}

static void ratio_text(const json_t *o, const char *key, char ret[EH_CLI_TEXT])
{
    eh_fairness_number(o, key, EH_PPM, 3, ret);
}

static const char *balance_word(const json_t *report, const char *key)
{
    int64_t jain = eh_object_int(report, key);
    if (!json_is_true(json_object_get(report, "balance_enough")))
        return "too few to tell";
    return jain >= EVEN ? "even" : jain >= NEARLY ? "nearly even" : "uneven";
}

static void balance_say(json_t *says, const json_t *report, const char *name, const char *jain_key,
                        const char *gini_key)
{
    char jain[EH_CLI_TEXT], gini[EH_CLI_TEXT], text[256];
    if (!eh_object_has(report, jain_key))
        return;
    ratio_text(report, jain_key, jain);
    ratio_text(report, gini_key, gini);
    eh_format(text, sizeof text, "%s: Jain %s (1 is perfectly fair), Gini %s (0 is)",
              balance_word(report, jain_key), jain, gini);
    eh_fairness_tell(says, name, text);
}

/* "doubtful: this: p .001, corrected .003", or "too few to tell". */
static void verdict_say(json_t *says, const json_t *report, const char *line, const char *name,
                        const char *innocent, const char *doubtful)
{
    bool is_doubtful = eh_fairness_is_doubtful(report, name);
    char chance[EH_FAIRNESS_CHANCE], text[EH_FAIRNESS_CHANCE];
    eh_fairness_chance(report, name, chance);
    if (!eh_fairness_is_told(report, name)) {
        eh_fairness_tell(says, line, chance);
        return;
    }
    eh_format(text, sizeof text, "%s%s: %s", is_doubtful ? "doubtful: " : "",
              is_doubtful ? doubtful : innocent, chance);
    eh_fairness_tell(says, line, text);
}

static void draw_say(json_t *says, const json_t *report)
{
    verdict_say(says, report, "the draw", "draw", "as chance would have it",
                "it gave what chance hardly gives");
}

/* Says the level below which a corrected p is doubtful. */
static void level_say(json_t *says, const json_t *report)
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
    eh_fairness_tell(says, "level", text);
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

static void picking_say(json_t *says, const json_t *report, const char *line, const char *verdict,
                        const char *key)
{
    const json_t *picking = json_object_get(report, key);
    char text[128];
    if (eh_object_int(picking, "tickets") == 0)
        return;
    verdict_say(says, report, line, verdict, "value did not tell who got it",
                "value told who got it");
    picking_text(picking, text);
    if (*text)
        eh_fairness_tell(says, "", text);
}

/* "ana got 90 of the most valuable fifth, 60.0 expected" */
static void picker_say(json_t *says, const json_t *report)
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
    verdict_say(says, report, "top fifth", "picker", innocent, doubtful);
}

static void predictability_say(json_t *says, const json_t *report)
{
    char percent[EH_CLI_TEXT], text[256];
    if (!eh_object_has(report, "predictability"))
        return;
    eh_fairness_percent(object_real(report, "predictability"), EH_PPM, percent);
    eh_format(text, sizeof text, "the best guess who is next is right in %s of draws", percent);
    eh_fairness_tell(says, "guessing", text);
}

static void notes_say(json_t *says, const json_t *report)
{
    size_t i;
    json_t *note;
    json_array_foreach(json_object_get(report, "notes"), i, note)
        eh_fairness_tell(says, i == 0 ? "notes" : "", json_string_value(note));
}

json_t *eh_fairness_says(const json_t *report)
{
    json_t *says = json_array();
    balance_say(says, report, "in number", "jain_count", "gini_count");
    balance_say(says, report, "in value", "jain_value", "gini_value");
    draw_say(says, report);
    picking_say(says, report, "by value", "by_value", "picking_dealt");
    picker_say(says, report);
    picking_say(says, report, "overridden", "overridden", "picking_overridden");
    if (eh_fairness_is_told(report, "overload"))
        verdict_say(says, report, "overloaded", "overload",
                    "what arrived meanwhile was worth no less and no more than otherwise",
                    "what arrived meanwhile was not worth what it was otherwise");
    eh_fairness_say_time(says, report);
    eh_fairness_say_ways(says, report);
    level_say(says, report);
    predictability_say(says, report);
    notes_say(says, report);
    return says;
}
