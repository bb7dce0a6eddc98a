/* fairness_time: the part of the fairness screen on time: who was absent, on which days of the
 * week, who was away, and what an hour at work was entitled to. */
#include "web/screens/fairness_parts.h"

#define HOUR_S   3600
#define WEEKDAYS 7

static const char *const weekdays[WEEKDAYS] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

static int64_t on_day(const json_t *rep, const char *key, size_t day)
{
    return json_integer_value(json_array_get(json_object_get(rep, key), day));
}

/* Whether there is anything to say of a rep. */
static bool has_time(const json_t *rep)
{
    return eh_int_of(rep, "due_s") || eh_int_of(rep, "absent_days") || eh_int_of(rep, "aways") ||
           eh_int_of(rep, "away_s");
}

/* "12.5 h"; nothing: "-". */
static void put_hours(struct eh_page *page, int64_t seconds)
{
    char text[EH_DECIMAL_TEXT_MAX];
    int64_t tenths = (seconds * 10 + HOUR_S / 2) / HOUR_S;
    eh_decimal_print(tenths % 10 ? tenths : tenths / 10, tenths % 10 ? 1 : 0, text);
    if (seconds == 0)
        eh_html(&page->main, "<td class=\"number\">–</td>");
    else
        eh_html(&page->main, "<td class=\"number\">%s h</td>", text);
}

static void put_count(struct eh_page *page, int64_t count)
{
    eh_html(&page->main, "<td class=\"number\">%lld</td>", (long long)count);
}

/* "4 of 5": absent on so many of the days they were to work. */
static void put_day(struct eh_page *page, const json_t *rep, size_t day)
{
    int64_t absent = on_day(rep, "absent_on", day), due = on_day(rep, "due_on", day);
    eh_html(&page->main, "<td class=\"number\">");
    if (absent > 0)
        eh_html(&page->main, "%lld of %lld", (long long)absent, (long long)due);
    else if (due > 0)
        eh_html(&page->main, "–");
    eh_html(&page->main, "</td>");
}

/* Hundredths of tickets, and money. */
static void put_hourly(struct eh_page *page, const json_t *rep)
{
    char text[EH_DECIMAL_TEXT_MAX];
    double tickets = json_number_value(json_object_get(rep, "entitled_hourly")) * 100;
    eh_html(&page->main, "<td class=\"number\">");
    if (!eh_null_of(rep, "entitled_hourly") && tickets < 1e15) {
        eh_decimal_print((int64_t)(tickets + 0.5), 2, text);
        eh_html(&page->main, "%s", text);
    }
    eh_html(&page->main, "</td><td class=\"number\">");
    if (!eh_null_of(rep, "entitled_value_hourly"))
        eh_part_money(page, eh_int_of(rep, "entitled_value_hourly"), "");
    eh_html(&page->main, "</td>");
}

static void put_rep(struct eh_page *page, const json_t *team, const json_t *rep)
{
    const char *id = eh_text_of(rep, "rep");
    eh_html(&page->main, "<tr data-key=\"%s\"><th scope=\"row\">%s</th>", id, eh_name_in(team, id));
    put_hours(page, eh_int_of(rep, "due_s"));
    put_hours(page, eh_int_of(rep, "absent_s"));
    put_count(page, eh_int_of(rep, "absences"));
    put_count(page, eh_int_of(rep, "absent_days"));
    for (size_t day = 0; day < WEEKDAYS; day++)
        put_day(page, rep, day);
    put_count(page, eh_int_of(rep, "aways"));
    put_hours(page, eh_int_of(rep, "away_s"));
    put_hourly(page, rep);
    eh_html(&page->main, "</tr>");
}

static void put_head(struct eh_page *page)
{
    static const char *const before[] = {"hours", "absent", "absences", "days"};
    static const char *const behind[] = {"away", "away for", "entitled an hour", "in value"};
    eh_html(&page->main, "<thead><tr><th scope=\"col\">Rep</th>");
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        eh_html(&page->main, "<th scope=\"col\" class=\"number\">%s</th>", before[i]);
    for (size_t i = 0; i < WEEKDAYS; i++)
        eh_html(&page->main, "<th scope=\"col\" class=\"number\">%s</th>", weekdays[i]);
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++)
        eh_html(&page->main, "<th scope=\"col\" class=\"number\">%s</th>", behind[i]);
    eh_html(&page->main, "</tr></thead><tbody>");
}

void eh_fairness_time(struct eh_page *page, const json_t *team, const json_t *report)
{
    const json_t *rep;
    bool any = false;
    size_t i;
    eh_html(
        &page->main,
        "<section class=\"card\" aria-labelledby=\"time\"><h2 id=\"time\">Time</h2><p "
        "class=\"note\">Hours they were to work, and were absent; on how many Mondays of all "
        "they were to work, and so on. Nothing is entitled to who is absent or away, and "
        "nothing is owed for it. What an hour at work was entitled to depends on what came "
        "then.</p><div class=\"scroll tall\" tabindex=\"0\" role=\"region\" "
        "aria-label=\"Time, table\"><table class=\"people\"><caption class=\"hidden\">Absences, "
        "by the day of the week</caption>");
    put_head(page);
    json_array_foreach(json_object_get(report, "time"), i, rep)
    {
        any = any || has_time(rep);
        if (has_time(rep))
            put_rep(page, team, rep);
    }
    eh_html(&page->main, "</tbody></table></div>");
    if (!any)
        eh_html(&page->main, "<p class=\"empty\">Nobody has hours, and nobody was absent or "
                             "away.</p>");
    eh_html(&page->main, "</section>");
}
