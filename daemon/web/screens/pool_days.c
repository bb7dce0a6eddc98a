/* pool_days: how the pool came to what it is: day by day, and the metrics of twelve periods. */
#include "web/screens/pool_parts.h"

#define LINES_MAX 3 /* steps of funding that are drawn: the lowest ones that pay */

/* ---- The days. */

/* The steps that pay something. */
static size_t lines_of(const json_t *funding, const json_t *ret_lines[LINES_MAX])
{
    size_t i, count = 0;
    const json_t *point;
    json_array_foreach(funding, i, point)
    {
        if (count < LINES_MAX && eh_int_of(point, "gross") > 0)
            ret_lines[count++] = point;
    }
    return count;
}

static void put_days_head(struct eh_page *page, const json_t *const *lines, size_t count)
{
    eh_html(&page->main,
            "<div class=\"scroll\"><details><summary>The same as a table</summary><table "
            "data-chart=\"line\" data-unit=\"money\"><caption class=\"hidden\">The pool on each "
            "day</caption><thead><tr><th scope=\"col\">Day</th><th scope=\"col\" "
            "class=\"number\">Net</th>");
    for (size_t i = 0; i < count; i++) {
        eh_html(&page->main, "<th scope=\"col\" class=\"number\">at a score of ");
        eh_part_percent(page, eh_int_of(lines[i], "composite_ppm"));
        eh_html(&page->main, "</th>");
    }
    eh_html(&page->main, "</tr></thead><tbody>");
}

static void put_day(struct eh_page *page, const json_t *day, const json_t *const *lines,
                    size_t count)
{
    eh_html(&page->main, "<tr><th scope=\"row\">");
    eh_part_day(page, eh_text_of(day, "day"));
    eh_html(&page->main, "</th><td class=\"number\">");
    eh_part_money(page, eh_int_of(day, "net"), "");
    eh_html(&page->main, "</td>");
    for (size_t i = 0; i < count; i++) {
        eh_html(&page->main, "<td class=\"number\">");
        eh_part_money(page, eh_int_of(lines[i], "gross"), "");
        eh_html(&page->main, "</td>");
    }
    eh_html(&page->main, "</tr>");
}

static void put_days(struct eh_page *page, const json_t *body)
{
    const json_t *lines[LINES_MAX], *days = json_object_get(body, "days"), *day;
    size_t i, count = lines_of(json_object_get(body, "funding"), lines);
    if (json_array_size(days) == 0) {
        eh_html(&page->main, "<p class=\"empty\">Nothing was recorded on a day of this period; "
                             "what was told later is in the sum alone.</p>");
        return;
    }
    put_days_head(page, lines, count);
    json_array_foreach(days, i, day)
    {
        put_day(page, day, lines, count);
    }
    eh_html(&page->main, "</tbody></table></details></div>");
}

void eh_money_days(struct eh_page *page, const char *team, const char *period)
{
    const struct eh_answer *days = EH_MONEY_ASK(page, "pool/days", team, period);
    eh_html(&page->main, "<section class=\"card\" aria-labelledby=\"days\"><h2 id=\"days\">Day by "
                         "day</h2>");
    if (days && days->why)
        eh_html(&page->main, "<p class=\"note\">The days cannot be shown just now: %s</p>",
                days->why);
    else if (eh_page_reads(page, team)) /* it is kept: they could, a while ago */
        put_days(page, eh_money_body(days));
    eh_part_as_of(page, days);
    eh_html(&page->main, "</section>");
}

/* ---- Twelve periods. */

static const json_t *metric_named(const json_t *period, const char *name)
{
    size_t i;
    const json_t *metric;
    json_array_foreach(json_object_get(period, "metrics"), i, metric)
    {
        if (strcmp(eh_text_of(metric, "metric"), name) == 0)
            return metric;
    }
    return NULL;
}

static void put_score(struct eh_page *page, const json_t *metric)
{
    eh_html(&page->main, "<td class=\"number\">");
    if (metric && !eh_true_of(metric, "missing")) {
        eh_part_percent(page, eh_int_of(metric, "score_ppm"));
        eh_html(&page->main, "<br><span class=\"note\">");
        eh_money_figure(page, eh_int_of(metric, "value"), eh_text_of(metric, "unit"));
        eh_html(&page->main, "</span>");
    }
    eh_html(&page->main, "</td>");
}

static void put_period(struct eh_page *page, const json_t *period, const json_t *names)
{
    size_t i;
    const json_t *named;
    eh_html(&page->main, "<tr data-key=\"%s\"><th scope=\"row\">%s</th>",
            eh_text_of(period, "period"), eh_money_period(page, eh_text_of(period, "period")));
    json_array_foreach(names, i, named)
    {
        put_score(page, metric_named(period, eh_text_of(named, "metric")));
    }
    eh_html(&page->main, "</tr>");
}

/* The metrics of the last period are what the columns are of. */
static void put_periods(struct eh_page *page, const json_t *periods)
{
    size_t i;
    const json_t *one,
        *names = json_object_get(json_array_get(periods, json_array_size(periods) - 1), "metrics");
    eh_html(&page->main, "<div class=\"scroll\"><details><summary>The same as a table, with the "
                         "figures</summary><table data-chart=\"line\" data-unit=\"ppm\"><caption "
                         "class=\"hidden\">Scores of each period</caption><thead>"
                         "<tr><th scope=\"col\">Period</th>");
    json_array_foreach(names, i, one)
    {
        eh_html(&page->main, "<th scope=\"col\" class=\"number name\">%s</th>",
                eh_money_metric(page, eh_text_of(one, "metric")));
    }
    eh_html(&page->main, "</tr></thead><tbody>");
    json_array_foreach(periods, i, one)
    {
        put_period(page, one, names);
    }
    eh_html(&page->main, "</tbody></table></details></div>");
}

void eh_money_history(struct eh_page *page, const char *team, const char *period)
{
    const json_t *body = eh_money_body(EH_MONEY_ASK(page, "metrics", team, period));
    const json_t *periods = json_object_get(body, "periods");
    eh_html(&page->main, "<section class=\"card\" aria-labelledby=\"history\"><h2 "
                         "id=\"history\">Scores of the last periods</h2>");
    if (json_array_size(periods) == 0)
        eh_html(&page->main, "<p class=\"empty\">No period of this plan has begun.</p>");
    else
        put_periods(page, periods);
    eh_html(&page->main, "</section>");
}
