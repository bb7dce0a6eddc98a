/*
 * fairness_time: the part of the fairness report on time: who was absent on paper, how often, how
 * long and on which days of the week, who was away, and what each hour at work was entitled to.
 */
#include <evenhand/value/json.h>
#include <math.h>
#include <stdio.h>

#include "client/object.h"
#include "fairness_text.h"
#include "term/table.h"

#define HOUR_S    3600
#define HABIT_MIN 4  /* absences on one weekday that make a sentence ... */
#define NAMED_MAX 20 /* ... for so many reps */

static const char *const weekdays[EH_WEEKDAYS] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                  "Friday", "Saturday", "Sunday"};

/* ---- JSON. */

static json_t *days_json(const uint32_t days[EH_WEEKDAYS])
{
    json_t *list = json_array();
    for (int day = 0; day < EH_WEEKDAYS; day++)
        json_array_append_new(list, json_integer(days[day]));
    return list;
}

/* What they were entitled to in an hour in which they could get tickets. Null: in less than one. */
static void hourly_put(json_t *o, const struct eh_fairness_rep *rep)
{
    double hours = (double)rep->available_s / HOUR_S;
    double tickets = (double)rep->account.entitled_nano * 1e-9;
    bool told = rep->available_s >= HOUR_S;
    eh_json_put(o, "entitled_hourly",
                told ? json_real(round(tickets / hours * 1e6) / 1e6) : json_null());
    eh_json_put(o, "entitled_value_hourly",
                told
                    ? json_integer((json_int_t)llround((double)rep->account.entitled_value / hours))
                    : json_null());
}

static json_t *time_json(const struct eh_fairness_rep *rep)
{
    const struct eh_fairness_time *time = &rep->time;
    json_t *o = json_object();
    eh_json_put_text(o, "rep", rep->rep);
    eh_json_put_int(o, "due_s", time->due_s);
    eh_json_put_int(o, "due_days", time->due_days);
    eh_json_put(o, "due_on", days_json(time->due_on));
    eh_json_put_int(o, "absences", (int64_t)time->absences);
    eh_json_put_int(o, "absent_s", time->absent_s);
    eh_json_put_int(o, "absent_days", time->absent_days);
    eh_json_put(o, "absent_on", days_json(time->absent_on));
    eh_json_put_int(o, "aways", (int64_t)time->aways);
    eh_json_put_int(o, "away_s", rep->away_s);
    eh_json_put_int(o, "overloads", (int64_t)rep->overloads);
    eh_json_put_int(o, "overloaded_s", rep->overloaded_s);
    hourly_put(o, rep);
    return o;
}

void eh_fairness_put_time(json_t *to, const struct eh_fairness_report *report)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < report->rep_count; i++)
        json_array_append_new(list, time_json(&report->reps[i]));
    eh_json_put(to, "time", list);
}

/* ---- In words. */

static int64_t on_day(const json_t *rep, const char *key, int day)
{
    return json_integer_value(json_array_get(json_object_get(rep, key), (size_t)day));
}

/* Whether most of a rep's absences are on this weekday, and most of these days are absences. */
static bool is_habit(const json_t *rep, int day)
{
    int64_t absent = on_day(rep, "absent_on", day), due = on_day(rep, "due_on", day);
    return absent >= HABIT_MIN && 4 * absent >= 3 * due &&
           2 * absent > eh_object_int(rep, "absent_days");
}

void eh_fairness_say_time(json_t *says, const json_t *report)
{
    unsigned named = 0;
    size_t i;
    json_t *rep;
    json_array_foreach(json_object_get(report, "time"), i, rep) for (int day = 0; day < EH_WEEKDAYS;
                                                                     day++)
    {
        char text[256];
        if (named >= NAMED_MAX || !is_habit(rep, day))
            continue;
        eh_format(text, sizeof text, "%s was absent on %lld of %lld %ss",
                  eh_object_text(rep, "rep"), (long long)on_day(rep, "absent_on", day),
                  (long long)on_day(rep, "due_on", day), weekdays[day]);
        eh_fairness_tell(says, named++ == 0 ? "absent" : "", text);
    }
}

/* ---- Tables. */

static void span_cell(struct eh_grid *g, const json_t *rep, const char *key)
{
    char text[EH_CLI_TEXT];
    int64_t seconds = eh_object_int(rep, key);
    if (seconds == 0) {
        eh_grid_dim(g, "-");
        return;
    }
    eh_text_span(seconds, text);
    eh_grid_text(g, text);
}

static void time_row(struct eh_grid *g, const json_t *rep, unsigned exponent)
{
    char text[EH_CLI_TEXT];
    eh_grid_text(g, eh_object_text(rep, "rep"));
    span_cell(g, rep, "due_s");
    span_cell(g, rep, "absent_s");
    eh_grid_count(g, eh_object_int(rep, "absences"));
    eh_grid_count(g, eh_object_int(rep, "absent_days"));
    eh_grid_count(g, eh_object_int(rep, "aways"));
    span_cell(g, rep, "away_s");
    eh_fairness_number(rep, "entitled_hourly", 1, 2, text);
    eh_grid_text(g, text);
    if (eh_object_has(rep, "entitled_value_hourly"))
        eh_grid_money(g, eh_object_int(rep, "entitled_value_hourly"), exponent);
    else
        eh_grid_dim(g, "-");
}

/* Whether the team has hours, or somebody was absent or away. */
static bool has_time(const json_t *rep)
{
    return eh_object_int(rep, "due_s") || eh_object_int(rep, "absent_days") ||
           eh_object_int(rep, "aways") || eh_object_int(rep, "away_s");
}

/* "4 of 5"; on no such day they were to work: nothing. */
static void day_cell(struct eh_grid *g, const json_t *rep, int day)
{
    char text[EH_CLI_TEXT];
    int64_t absent = on_day(rep, "absent_on", day), due = on_day(rep, "due_on", day);
    eh_format(text, sizeof text, "%lld of %lld", (long long)absent, (long long)due);
    if (absent)
        eh_grid_text(g, text);
    else
        eh_grid_dim(g, due ? "-" : "");
}

static void days_show(const struct eh_cli *cli, const json_t *list)
{
    struct eh_grid *g = eh_grid_begin(cli, "absent on,>Mon,>Tue,>Wed,>Thu,>Fri,>Sat,>Sun");
    bool any = false;
    size_t i;
    json_t *rep;
    json_array_foreach(list, i, rep)
    {
        if (eh_object_int(rep, "absent_days") == 0)
            continue;
        any = true;
        eh_grid_text(g, eh_object_text(rep, "rep"));
        for (int day = 0; day < EH_WEEKDAYS; day++)
            day_cell(g, rep, day);
    }
    if (any)
        putchar('\n');
    eh_grid_print(g);
}

void eh_fairness_show_time(const struct eh_cli *cli, const json_t *report)
{
    const json_t *list = json_object_get(report, "time");
    struct eh_grid *g = eh_grid_begin(
        cli, "time,>hours,>absent,>times,>days,>away,>for,>entitled an hour,>in value");
    bool any = false;
    size_t i;
    json_t *rep;
    json_array_foreach(list, i, rep)
    {
        if (!has_time(rep))
            continue;
        any = true;
        time_row(g, rep, eh_object_exponent(report));
    }
    if (any)
        putchar('\n');
    eh_grid_print(g);
    days_show(cli, list);
}
