/*
 * fairness_ways: the part of the fairness report on tickets that were not drawn: in which way, to
 * whom, by whose deed, and a verdict on each way.
 */
#include <stdio.h>

#include "client/object.h"
#include "fairness_text.h"
#include "term/table.h"
#include "term/text.h"

#define LINE_TEXT EH_FAIRNESS_CHANCE

struct way {
    const char *name, *words, *doubtful;
    const char *verdict; /* ways may share a verdict */
};

static const struct way ways[] = {
    {"owner", "had an owner", "named their owner", "owner"},
    {"manager", "by a manager", "a manager gave to somebody", "manager"},
    {"claimed", "taken at the helpdesk", "somebody took at the helpdesk", "claimed"},
    {"given", "given at the helpdesk", "somebody was given at the helpdesk", "claimed"},
    {"skill", "only one has the skill", "only one in the team had the skills for", "skill"},
    {"away", "others away", "only one could get, for all others were away", "alone"},
    {"overloaded", "others overloaded", "only one could get, for all others were overloaded",
     "alone"},
    {"full", "others full", "only one could get, for all others were full", "alone"},
    {"mixed", "others away or full", "only one could get, others being away, overloaded or full",
     "alone"},
    {"affinity", "customer's own rep", "went to whoever has or had a ticket of the customer",
     "affinity"},
    {"again", "dealt again to the only one", "had been given back and only one could get", ""},
    {"single", "alone in the team", "came while nobody else was in the team", ""},
};
#define WAYS (sizeof ways / sizeof *ways)

static const json_t *way_of(const json_t *report, const char *name)
{
    size_t i;
    json_t *way, *list = json_object_get(json_object_get(report, "not_drawn"), "ways");
    json_array_foreach(list, i, way)
    {
        if (strcmp(json_string_value(json_object_get(way, "way")), name) == 0)
            return way;
    }
    return NULL;
}

static const json_t *first_of(const json_t *way, const char *list)
{
    return json_array_get(json_object_get(way, list), 0);
}

/* "source crm", "manager maja", "the reps" */
static void doer_text(const json_t *done, char *ret, size_t size)
{
    const char *by = eh_object_text(done, "by"), *name = eh_object_text(done, "name");
    bool rep = by && strcmp(by, "rep") == 0, stream = by && strcmp(by, "stream") == 0;
    if (name)
        eh_format(ret, size, "%s %s", by, name);
    else
        eh_format(ret, size, "%s",
                  rep                               ? "the reps themselves"
                  : stream                          ? "the stream"
                  : by && strcmp(by, "others") == 0 ? "others"
                                                    : "nobody known");
}

/* ---- The table. */

static void who_cell(struct eh_grid *g, const char *name, int64_t tickets)
{
    char text[LINE_TEXT], count[EH_CLI_TEXT];
    eh_text_count(tickets, count);
    eh_format(text, sizeof text, "%s %s", name, count);
    eh_grid_text(g, text);
}

static void way_row(struct eh_grid *g, const json_t *report, const char *words, const json_t *way)
{
    const json_t *rep = first_of(way, "reps"), *done = first_of(way, "doers");
    char doer[LINE_TEXT];
    eh_grid_text(g, words);
    eh_grid_count(g, eh_object_int(way, "tickets"));
    eh_grid_money(g, eh_object_int(way, "value"), eh_object_exponent(report));
    eh_grid_count(g, eh_object_int(way, "top_fifth"));
    if (rep)
        who_cell(g, eh_object_text(rep, "rep"), eh_object_int(rep, "tickets"));
    else
        eh_grid_dim(g, "-");
    doer_text(done, doer, sizeof doer);
    if (done)
        who_cell(g, doer, eh_object_int(done, "tickets"));
    else
        eh_grid_dim(g, "-");
}

void eh_fairness_show_ways(const struct eh_cli *cli, const json_t *report)
{
    const char *currency = eh_object_text(report, "currency");
    const json_t *before = json_object_get(report, "presence_before");
    char columns[160];
    bool any = eh_object_int(before, "tickets") > 0;
    eh_format(columns, sizeof columns, "not drawn,>tickets,>%s,>top fifth,most to,most by",
              currency ? currency : "value");
    struct eh_grid *g = eh_grid_begin(cli, columns);
    for (size_t i = 0; i < WAYS; i++) {
        const json_t *way = way_of(report, ways[i].name);
        if (eh_object_int(way, "tickets") == 0)
            continue;
        any = true;
        way_row(g, report, ways[i].words, way);
    }
    if (eh_object_int(before, "tickets") > 0)
        way_row(g, report, "presence just before", before);
    if (any)
        putchar('\n');
    eh_grid_print(g);
}

/* ---- Verdicts. */

/* "50 tickets named their owner, 50 of them of the most valuable fifth where chance gives 10" */
static void facts_text(const json_t *way, const char *words, char ret[LINE_TEXT])
{
    char tickets[EH_CLI_TEXT], top[EH_CLI_TEXT], due[EH_CLI_TEXT];
    eh_text_count(eh_object_int(way, "tickets"), tickets);
    eh_text_count(eh_object_int(way, "top_fifth"), top);
    eh_fairness_number(way, "top_fifth_due", 1, 1, due);
    eh_format(ret, LINE_TEXT,
              "%s tickets %s, %s of them of the most valuable fifth where chance gives %s", tickets,
              words, top, due);
}

/* "; ana got 50 where shares give 10.0; most by source crm" */
static void who_text(const json_t *way, char ret[LINE_TEXT])
{
    const json_t *rep = first_of(way, "reps"), *done = first_of(way, "doers");
    char got[EH_CLI_TEXT], due[EH_CLI_TEXT], doer[LINE_TEXT], give[LINE_TEXT] = "";
    ret[0] = '\0';
    if (!rep || !done)
        return;
    eh_text_count(eh_object_int(rep, "tickets"), got);
    eh_fairness_number(rep, "due", 1, 1, due);
    doer_text(done, doer, sizeof doer);
    if (eh_object_has(rep, "due"))
        eh_format(give, sizeof give, " where shares give %s", due);
    eh_format(ret, LINE_TEXT, "; %s got %s%s; most by %s", eh_object_text(rep, "rep"), got, give,
              doer);
}

static void doubtful_say(json_t *says, const json_t *report, const char *line, const char *verdict,
                         const json_t *way, const char *words)
{
    char text[4 * LINE_TEXT], facts[LINE_TEXT], who[LINE_TEXT], p[LINE_TEXT];
    facts_text(way, words, facts);
    who_text(way, who);
    eh_fairness_chance(report, verdict, p);
    eh_format(text, sizeof text, "doubtful: %s%s: %s", facts, who, p);
    eh_fairness_tell(says, line, text);
}

/* The way with the largest value among those that share the verdict. */
static const struct way *most_of(const json_t *report, const char *verdict)
{
    const struct way *most = NULL;
    int64_t value = 0;
    for (size_t i = 0; i < WAYS; i++) {
        const json_t *way = way_of(report, ways[i].name);
        bool more = !most || eh_object_int(way, "top_fifth_value") > value;
        if (strcmp(ways[i].verdict, verdict) != 0 || eh_object_int(way, "tickets") == 0 || !more)
            continue;
        most = &ways[i];
        value = eh_object_int(way, "top_fifth_value");
    }
    return most;
}

static void not_drawn_say(json_t *says, const json_t *report)
{
    static const char *const verdicts[] = {"owner", "manager", "claimed",
                                           "skill", "alone",   "affinity"};
    const json_t *sums = json_object_get(report, "not_drawn");
    char text[LINE_TEXT], tickets[EH_CLI_TEXT], part[EH_CLI_TEXT];
    unsigned doubtful = 0, told = 0;
    eh_text_count(eh_object_int(sums, "tickets"), tickets);
    eh_fairness_percent((double)eh_object_int(sums, "value"),
                        (double)eh_object_int(sums, "of_value"), part);
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
        const struct way *way = most_of(report, verdicts[i]);
        told += way && eh_fairness_is_told(report, verdicts[i]);
        if (way && eh_fairness_is_doubtful(report, verdicts[i]))
            doubtful_say(says, report, doubtful++ == 0 ? "not drawn" : "", verdicts[i],
                         way_of(report, way->name), way->doubtful);
    }
    eh_format(text, sizeof text, "%s, %s of the value%s", tickets, part,
              doubtful > 0 ? ""
              : told > 0   ? ": neither more valuable than the rest nor one rep's more than chance "
                             "gives"
                           : ": too few to tell");
    if (doubtful == 0 && eh_object_int(sums, "tickets") > 0)
        eh_fairness_tell(says, "not drawn", text);
}

void eh_fairness_say_ways(json_t *says, const json_t *report)
{
    const json_t *before = json_object_get(report, "presence_before");
    static const char words[] = "came just after somebody had been set away or overloaded";
    char text[2 * LINE_TEXT], facts[LINE_TEXT], p[LINE_TEXT];
    not_drawn_say(says, report);
    if (eh_object_int(before, "tickets") == 0)
        return;
    if (eh_fairness_is_doubtful(report, "presence")) {
        doubtful_say(says, report, "presence", "presence", before, words);
        return;
    }
    facts_text(before, words, facts);
    eh_fairness_chance(report, "presence", p);
    eh_format(text, sizeof text, "%s: %s", facts, p);
    eh_fairness_tell(says, "presence", text);
}
