/* money_parts: what a pool comes to, what it is made of, and the periods before. */
#include "web/screens/money_parts.h"

/* ---- Words and figures. */

const char *eh_money_period(struct eh_page *page, const char *period)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    int64_t month;
    if (strlen(period) != 7 || eh_integer_parse(eh_str(period + 5), &month, NULL) < 0 ||
        month < 1 || month > 12)
        return period;
    return eh_page_text(page, "%s %.4s", months[month - 1], period);
}

void eh_money_state(struct eh_page *page, const json_t *pool)
{
    static const struct {
        const char *state, *words, *class_name;
    } rows[] = {{"open", "not final", "chip"},
                {"provisional", "frozen", "chip warn-chip"},
                {"closed", "closed", "chip good-chip"},
                {"paid", "paid", "chip good-chip"}};
    const char *state = eh_text_of(pool, "state");
    long long version = (long long)eh_int_of(pool, "version");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].state, state) != 0)
            continue;
        eh_html(&page->main, "<span class=\"%s\">%s", rows[i].class_name, rows[i].words);
        if (version > 1)
            eh_html(&page->main, ", version %lld", version);
        eh_html(&page->main, "</span>");
    }
}

static void put_number(struct eh_page *page, int64_t value, unsigned decimals)
{
    char text[EH_DECIMAL_TEXT_MAX];
    eh_decimal_print(value, decimals, text);
    eh_html(&page->main, "%s", text);
}

static void put_duration(struct eh_page *page, int64_t seconds)
{
    long long s = (long long)seconds;
    if (s >= 172800)
        eh_html(&page->main, "%lld d %lld h", s / 86400, s % 86400 / 3600);
    else if (s >= 3600)
        eh_html(&page->main, "%lld h %lld min", s / 3600, s % 3600 / 60);
    else if (s >= 60)
        eh_html(&page->main, "%lld min %lld s", s / 60, s % 60);
    else
        eh_html(&page->main, "%lld s", s);
}

void eh_money_figure(struct eh_page *page, int64_t value, const char *unit)
{
    if (strcmp(unit, "minor") == 0)
        eh_part_money(page, value, "");
    else if (strcmp(unit, "ppm") == 0)
        eh_part_percent(page, value);
    else if (strcmp(unit, "seconds") == 0)
        put_duration(page, value);
    else
        put_number(page, value, strcmp(unit, "milli") == 0 ? 3 : 0);
}

void eh_money_none(struct eh_page *page, const struct eh_answer *answer)
{
    if (answer->status == 404)
        eh_html(&page->main,
                "<p class=\"empty\">There is no pool here: no plan of this team governs the "
                "period.</p>");
    else
        eh_html(&page->main, "<p class=\"warn\">The pool cannot be shown: %s</p>", answer->why);
}

/* ---- Today. */

static void put_of_target(struct eh_page *page, const json_t *pool)
{
    const char *words;
    char text[EH_DECIMAL_TEXT_MAX];
    eh_ppm_print(eh_int_of(pool, "funding_ppm"), text);
    words = eh_page_text(page, "%s of the target", text);
    eh_part_bar(page, eh_int_of(pool, "gross"), eh_int_of(pool, "max_pool"), words);
    eh_html(&page->main, "<p class=\"note\">On target the pool is ");
    eh_part_money(page, eh_int_of(pool, "target_pool"), "");
    eh_html(&page->main, ", at most ");
    eh_part_money(page, eh_int_of(pool, "max_pool"), "");
    if (eh_int_of(pool, "carry") != 0) {
        eh_html(&page->main, ". Of ");
        eh_part_money(page, eh_int_of(pool, "gross"), "");
        eh_html(&page->main, ", what was paid too much before takes ");
        eh_part_money(page, -eh_int_of(pool, "carry"), "");
    }
    eh_html(&page->main, ".</p>");
}

static void put_missing(struct eh_page *page, const json_t *pool)
{
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(pool, "missing"), i, one)
    {
        eh_html(&page->main, "<p class=\"note\">Missing so far: %s.</p>", json_string_value(one));
    }
}

void eh_money_today(struct eh_page *page, const json_t *pool)
{
    struct eh_html *out = &page->main;
    eh_html(out,
            "<section class=\"card\" aria-labelledby=\"today\"><div class=\"card-head\">"
            "<h2 id=\"today\">%s</h2>",
            eh_money_period(page, eh_text_of(pool, "period")));
    eh_money_state(page, pool);
    eh_html(out, "</div><p class=\"sum\"><strong>");
    eh_part_money(page, eh_int_of(pool, "net"), "");
    eh_html(out, "</strong> <span>%s</span></p>",
            eh_true_of(pool, "estimate") ? "to share, as things stand today" : "to share");
    put_of_target(page, pool);
    put_missing(page, pool);
    eh_html(out, "</section>");
}

void eh_money_steps_said(struct eh_page *page, const json_t *plan)
{
    const json_t *says = json_object_get(plan, "says"), *one;
    size_t i;
    eh_html(&page->main, "<section class=\"card\" aria-labelledby=\"steps\"><h2 id=\"steps\">What "
                         "the next step takes</h2>");
    if (json_array_size(says) == 0)
        eh_html(&page->main, "<p class=\"empty\">The figures of this period are taken; no step "
                             "is ahead.</p>");
    eh_html(&page->main, "<ul class=\"sentences\">");
    json_array_foreach(says, i, one)
    {
        eh_html(&page->main, "<li>%s</li>", json_string_value(one));
    }
    eh_html(&page->main, "</ul></section>");
}

/* ---- Metrics. */

static int64_t best_score(const json_t *metric)
{
    int64_t best = 0;
    size_t i;
    const json_t *point;
    json_array_foreach(json_object_get(metric, "curve"), i, point)
    {
        int64_t score = eh_int_of(point, "score_ppm");
        best = score > best ? score : best;
    }
    return best;
}

static void put_bound(struct eh_page *page, const json_t *gate, const char *key, const char *words)
{
    if (eh_null_of(gate, key))
        return;
    eh_html(&page->main, ", %s ", words);
    eh_money_figure(page, eh_int_of(gate, key), eh_text_of(gate, "unit"));
}

static void put_gate(struct eh_page *page, const json_t *gate)
{
    bool failed = eh_true_of(gate, "failed");
    if (!json_is_object(gate))
        return;
    eh_html(&page->main, "<div class=\"row-more\"><span class=\"chip %s\">%s</span> %s is ",
            failed ? "bad-chip" : "good-chip", failed ? "gate shut" : "gate open",
            eh_text_of(gate, "metric"));
    eh_money_figure(page, eh_int_of(gate, "value"), eh_text_of(gate, "unit"));
    put_bound(page, gate, "at_most", "at most");
    put_bound(page, gate, "at_least", "at least");
    eh_html(&page->main, "</div>");
}

static void put_next(struct eh_page *page, const json_t *metric)
{
    const json_t *next = json_object_get(metric, "next");
    if (!json_is_object(next))
        return;
    eh_html(&page->main, " · ");
    eh_money_figure(page, eh_int_of(next, "value"), eh_text_of(metric, "unit"));
    eh_html(&page->main, " for ");
    eh_part_percent(page, eh_int_of(next, "score_ppm"));
}

static void put_metric(struct eh_page *page, const json_t *metric)
{
    struct eh_html *out = &page->main;
    char text[EH_DECIMAL_TEXT_MAX];
    eh_ppm_print(eh_int_of(metric, "score_ppm"), text);
    eh_html(out, "<li class=\"row\" data-key=\"%s\"><div class=\"row-main\"><strong>%s</strong> ",
            eh_text_of(metric, "metric"), eh_text_of(metric, "metric"));
    if (eh_true_of(metric, "missing"))
        eh_html(out, "<span class=\"why\">no figure yet</span>");
    else
        eh_money_figure(page, eh_int_of(metric, "value"), eh_text_of(metric, "unit"));
    eh_html(out, "</div><div class=\"row-side\"><span>counts ");
    eh_part_percent(page, eh_int_of(metric, "weight_ppm"));
    put_next(page, metric);
    eh_html(out, "</span></div><div class=\"row-more\">");
    eh_part_bar(page, eh_int_of(metric, "score_ppm"), best_score(metric),
                eh_page_text(page, "scores %s", text));
    eh_html(out, "</div>");
    put_gate(page, json_object_get(metric, "gate"));
    eh_html(out, "</li>");
}

void eh_money_metrics(struct eh_page *page, const json_t *plan)
{
    size_t i;
    const json_t *metric;
    eh_html(&page->main, "<section class=\"card\" aria-labelledby=\"metrics\"><h2 "
                         "id=\"metrics\">Where the team is</h2><ul class=\"rows\">");
    json_array_foreach(json_object_get(plan, "metrics"), i, metric)
    {
        put_metric(page, metric);
    }
    eh_html(&page->main, "</ul></section>");
}

/* ---- The plan, and the periods. */

void eh_money_rules(struct eh_page *page, const json_t *plan)
{
    size_t i;
    const json_t *one;
    eh_html(&page->main, "<section class=\"card\" aria-labelledby=\"rules\"><h2 id=\"rules\">The "
                         "rules</h2><ul class=\"sentences\">");
    json_array_foreach(json_object_get(plan, "rules"), i, one)
    {
        eh_html(&page->main, "<li>%s</li>", json_string_value(one));
    }
    eh_html(&page->main, "</ul></section>");
}

static void put_period(struct eh_page *page, const json_t *pool, const char *path,
                       const char *shown)
{
    const char *period = eh_text_of(pool, "period");
    eh_html(&page->main, "<li class=\"row\" data-key=\"%s\"><div class=\"row-main\">", period);
    eh_part_link(page, strcmp(period, shown) == 0);
    eh_html(&page->main, "%s", path);
    eh_html_url(&page->main, "period=%s", period);
    eh_html(&page->main, "\">%s</a> ", eh_money_period(page, period));
    eh_money_state(page, pool);
    if (eh_int_of(pool, "late") > 0)
        eh_html(&page->main, " <span class=\"why\">%lld facts came later</span>",
                (long long)eh_int_of(pool, "late"));
    eh_html(&page->main, "</div><div class=\"row-side\">");
    if (eh_null_of(pool, "net"))
        eh_html(&page->main, "no figure yet");
    else
        eh_part_money(page, eh_int_of(pool, "net"), "");
    eh_html(&page->main, "</div></li>");
}

void eh_money_periods(struct eh_page *page, const json_t *pools, const char *path,
                      const char *shown)
{
    const json_t *list = json_object_get(pools, "pools");
    eh_html(&page->main, "<section class=\"card\" aria-labelledby=\"periods\"><h2 "
                         "id=\"periods\">All periods</h2>");
    if (json_array_size(list) == 0)
        eh_html(&page->main, "<p class=\"empty\">The first period has not begun.</p>");
    eh_html(&page->main, "<ul class=\"rows\">");
    for (size_t i = json_array_size(list); i-- > 0;)
        put_period(page, json_array_get(list, i), path, shown);
    eh_html(&page->main, "</ul>");
    if (!eh_null_of(pools, "after")) {
        eh_html(&page->main, "<p class=\"pages\"><a href=\"%s", path);
        eh_html_url(&page->main, "pools=%s", eh_text_of(pools, "after"));
        eh_html(&page->main, "\">Later periods</a></p>");
    }
    eh_html(&page->main, "</section>");
}
