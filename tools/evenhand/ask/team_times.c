/* team_times: which times a team keeps: hours, answers, what waits or lapses, ages, affinity, ramp,
 * pauses; a line each, which wraps at WIDTH. */
#include <stdio.h>
#include <stdlib.h>

#include "client/object.h"
#include "reads.h"
#include "term/text.h"

#define WIDTH 80
#define NAME  11 /* columns before the text */
#define PIECE (EH_NAME_MAX + EH_CLI_TEXT + 64)

struct line {
    const struct eh_cli *cli;
    int used; /* columns; 0: the line has not begun */
};

/* A piece of a line: behind the one before, or below it where there is no room. */
static void piece_put(struct line *line, const char *name, const char *text)
{
    char *clean = eh_text_clean(text);
    int size = (int)strlen(clean);
    if (line->used == 0)
        printf("%s%-*s%s%s", eh_colour_dim(line->cli), NAME, name, eh_colour_end(line->cli), clean);
    else if (line->used + 2 + size >= WIDTH)
        printf(",\n%*s%s", NAME, "", clean);
    else
        printf(", %s", clean);
    bool same = line->used > 0 && line->used + 2 + size < WIDTH;
    line->used = (same ? line->used + 2 : NAME) + size;
    free(clean);
}

static void line_end(struct line *line)
{
    if (line->used)
        putchar('\n');
    line->used = 0;
}

static void line_put(struct line *line, const char *name, const char *text)
{
    piece_put(line, name, text);
    line_end(line);
}

static void hours_put(struct line *line, const json_t *team)
{
    const char *hours = eh_object_text(team, "hours");
    if (hours)
        line_put(line, "hours", strcmp(hours, "own") == 0 ? "of its own" : hours);
}

/* "order in 1h, quote in 4h" */
static void answers_put(struct line *line, const json_t *team)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(team, "answer_within"), i, one)
    {
        char text[PIECE], span[EH_CLI_TEXT];
        const char *kind = eh_object_text(one, "kind");
        eh_text_span(eh_object_int(one, "within"), span);
        eh_format(text, sizeof text, "%s in %s", kind ? kind : "?", span);
        piece_put(line, "answers", text);
    }
    line_end(line);
}

static void waits_put(struct line *line, const json_t *team)
{
    const json_t *overflow = json_object_get(team, "overflow");
    const json_t *unanswered = json_object_get(team, "unanswered");
    char text[PIECE], span[EH_CLI_TEXT];
    if (eh_object_has(team, "overflow")) {
        const char *to = eh_object_text(overflow, "to");
        eh_text_span(eh_object_int(overflow, "after"), span);
        eh_format(text, sizeof text, "to %s after %s of waiting", to ? to : "?", span);
        line_put(line, "overflow", text);
    }
    if (eh_object_has(team, "unanswered")) {
        const char *then = eh_object_text(unanswered, "then");
        bool returns = then && strcmp(then, "return") == 0;
        eh_text_span(eh_object_int(unanswered, "after"), span);
        eh_format(text, sizeof text, "after %s with a rep it %s", span,
                  returns ? "goes back to the deal" : "is told");
        line_put(line, "unanswered", text);
    }
    if (eh_object_has(team, "ages")) {
        eh_text_span(eh_object_int(team, "ages"), span);
        eh_format(text, sizeof text, "more urgent by one after each %s of waiting", span);
        line_put(line, "ages", text);
    }
}

static void affinity_put(struct line *line, const json_t *team)
{
    const char *affinity = eh_object_text(team, "affinity");
    char text[PIECE], span[EH_CLI_TEXT];
    if (!affinity || strcmp(affinity, "off") == 0)
        return;
    eh_text_span(eh_object_int(team, "affinity_for"), span);
    eh_format(text, sizeof text, "%s%s%s", affinity,
              eh_object_has(team, "affinity_for") ? ", for " : "",
              eh_object_has(team, "affinity_for") ? span : "");
    line_put(line, "affinity", text);
}

static void ramp_put(struct line *line, const json_t *team)
{
    const json_t *ramp = json_object_get(team, "ramp");
    char text[PIECE], span[EH_CLI_TEXT], share[EH_DECIMAL_TEXT_MAX];
    if (!eh_object_has(team, "ramp"))
        return;
    eh_ppm_print(eh_object_int(ramp, "share_ppm"), share);
    eh_text_span(eh_object_int(ramp, "for"), span);
    eh_format(text, sizeof text, "%s for %s, for who comes back after a day or more", share, span);
    line_put(line, "ramp", text);
}

static void pausing_put(struct line *line, const json_t *team)
{
    const json_t *pausing = json_object_get(team, "pausing");
    const char *counts = eh_object_text(pausing, "counts");
    char text[PIECE];
    if (!counts)
        return;
    const char *words = strcmp(counts, "yes") == 0    ? "counts in full"
                        : strcmp(counts, "half") == 0 ? "counts half"
                                                      : "counts nothing";
    if (strcmp(counts, "yes") == 0)
        eh_format(text, sizeof text, "%s", words);
    else
        eh_format(text, sizeof text, "%s, up to %lld of a rep", words,
                  (long long)eh_object_int(pausing, "at_most"));
    line_put(line, "paused", text);
}

void eh_show_team_times(const struct eh_cli *cli, const json_t *team)
{
    struct line line = {.cli = cli};
    hours_put(&line, team);
    answers_put(&line, team);
    waits_put(&line, team);
    affinity_put(&line, team);
    ramp_put(&line, team);
    pausing_put(&line, team);
    putchar('\n');
}
