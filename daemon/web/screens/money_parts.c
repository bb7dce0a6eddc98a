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

void eh_money_figure(struct eh_page *page, int64_t value, const char *unit)
{
    if (strcmp(unit, "minor") == 0)
        eh_part_money(page, value, "");
    else if (strcmp(unit, "ppm") == 0)
        eh_part_percent(page, value);
    else if (strcmp(unit, "seconds") == 0)
        eh_money_duration(page, value);
    else
        put_number(page, value, strcmp(unit, "milli") == 0 ? 3 : 0);
}

void eh_money_none(struct eh_page *page, const struct eh_answer *answer)
{
    if (answer->status == 404)
        eh_html(&page->main,
                "<p class=\"empty\">There is no pool here: no plan of this team governs the "
                "period. A plan says what the pool is and how it is shared; whoever keeps the desk "
                "file puts it there, under <code>plans</code>.</p>");
    else
        eh_html(&page->main, "<p class=\"warn\">The pool cannot be shown: %s</p>", answer->why);
}

/* ---- Today. */

static void put_of_target(struct eh_page *page, const json_t *pool)
{
    eh_part_bar_percent(page, eh_int_of(pool, "gross"), eh_int_of(pool, "max_pool"), "",
                        eh_int_of(pool, "funding_ppm"), " of the target");
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
        eh_html(&page->main, "<p class=\"note\">Missing so far: %s.</p>",
                eh_money_metric(page, json_is_string(one) ? json_string_value(one) : ""));
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
    const json_t *says = json_object_get(plan, "says");
    eh_html(&page->main, "<section class=\"card\" aria-labelledby=\"steps\"><h2 id=\"steps\">What "
                         "the next step takes</h2>");
    if (json_array_size(says) == 0)
        eh_html(&page->main, "<p class=\"empty\">The figures of this period are taken; no step "
                             "is ahead.</p>");
    eh_money_sentences(page, says);
    eh_html(&page->main, "</section>");
}

/* ---- In two lines. */

/* What would make the pool largest: a metric at its next step, or a gate that opens. */
struct lift {
    const json_t *of; /* the metric, or the gate; NULL: nothing does */
    int64_t value, gross;
    bool gate;
};

static void lift_take(struct lift *lift, const struct lift *other)
{
    if (other->gross > lift->gross)
        *lift = *other;
}

static struct lift lift_of(const json_t *plan)
{
    struct lift best = {.gross = eh_int_of(plan, "gross")};
    size_t i;
    const json_t *metric;
    json_array_foreach(json_object_get(plan, "metrics"), i, metric)
    {
        const json_t *next = json_object_get(metric, "next"), *gate;
        gate = json_object_get(metric, "gate");
        lift_take(&best, &(struct lift){metric, eh_int_of(next, "value"), eh_int_of(next, "gross"),
                                        false});
        const char *bound = eh_null_of(gate, "at_most") ? "at_least" : "at_most";
        if (eh_true_of(gate, "failed"))
            lift_take(&best,
                      &(struct lift){gate, eh_int_of(gate, bound), eh_int_of(gate, "gross"), true});
    }
    return best;
}

static void put_lift(struct eh_page *page, const json_t *plan)
{
    struct lift lift = lift_of(plan);
    const char *unit = eh_text_of(lift.of, "unit");
    if (!lift.of) {
        eh_html(&page->main, "<span>No single step would lift it.</span>");
        return;
    }
    eh_html(&page->main, "<span>Most would be lifted by %s: at ",
            eh_money_metric(page, eh_text_of(lift.of, "metric")));
    eh_money_figure(page, lift.value, unit);
    if (!eh_null_of(lift.of, "value")) {
        eh_html(&page->main, " instead of ");
        eh_money_figure(page, eh_int_of(lift.of, "value"), unit);
    }
    eh_html(&page->main, lift.gate ? " its gate opens, and it is " : " it is ");
    eh_part_money(page, lift.gross, "");
    eh_html(&page->main, ".</span>");
}

void eh_money_month(struct eh_page *page, const json_t *team)
{
    const char *id = eh_text_of(team, "id");
    if (eh_null_of(team, "plan"))
        return;
    const json_t *plan = eh_money_body(EH_MONEY_ASK(page, "plan", id, ""));
    if (!plan)
        return;
    eh_html(&page->main, "<p class=\"month\"><span>%s<strong>",
            page->screen->under ? "" : eh_page_text(page, "%s: ", eh_name_of(team)));
    eh_part_money(page, eh_int_of(plan, "gross"), "");
    eh_html(&page->main, "</strong> in the ");
    eh_html_link(
        &page->main,
        eh_page_text(page, "pool of %s", eh_money_period(page, eh_text_of(plan, "period"))),
        "/teams/%s/pool", id);
    eh_html(&page->main, " as things stand, ");
    eh_part_percent(page, eh_int_of(plan, "funding_ppm"));
    eh_html(&page->main, " of the target.</span> ");
    put_lift(page, plan);
    eh_html(&page->main, "</p>");
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
    eh_html(&page->main, "<div class=\"row-more\"><span class=\"chip %s\">%s</span> %s ",
            failed ? "bad-chip" : "good-chip", failed ? "gate shut" : "gate open",
            eh_money_metric(page, eh_text_of(gate, "metric")));
    if (eh_null_of(gate, "value")) {
        eh_html(&page->main, "has no figure yet");
    } else {
        eh_html(&page->main, "is ");
        eh_money_figure(page, eh_int_of(gate, "value"), eh_text_of(gate, "unit"));
    }
    put_bound(page, gate, "at_most", "at most");
    put_bound(page, gate, "at_least", "at least");
    eh_html(&page->main, "</div>");
}

static void put_next(struct eh_page *page, const json_t *metric)
{
    const json_t *next = json_object_get(metric, "next");
    if (!json_is_object(next))
        return;
    eh_html(&page->main, " · next step ");
    eh_money_figure(page, eh_int_of(next, "value"), eh_text_of(metric, "unit"));
    eh_html(&page->main, " for ");
    eh_part_percent(page, eh_int_of(next, "score_ppm"));
}

static void put_metric(struct eh_page *page, const json_t *metric)
{
    struct eh_html *out = &page->main;
    const char *name = eh_text_of(metric, "metric");
    eh_html(out,
            "<li class=\"row\" data-key=\"%s\"><div class=\"row-main\"><strong "
            "class=\"name\">%s</strong> ",
            name, eh_money_metric(page, name));
    if (eh_true_of(metric, "missing"))
        eh_html(out, "<span class=\"why\">no figure yet</span>");
    else
        eh_money_figure(page, eh_int_of(metric, "value"), eh_text_of(metric, "unit"));
    eh_html(out, "</div><div class=\"row-side\"><span>counts ");
    eh_part_percent(page, eh_int_of(metric, "weight_ppm"));
    put_next(page, metric);
    eh_html(out, "</span></div><div class=\"row-more\">");
    eh_part_bar_percent(page, eh_int_of(metric, "score_ppm"), best_score(metric), "scores ",
                        eh_int_of(metric, "score_ppm"), "");
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
    eh_html(&page->main, "<section class=\"card\" aria-labelledby=\"rules\"><h2 id=\"rules\">The "
                         "rules</h2>");
    eh_money_sentences(page, json_object_get(plan, "rules"));
    eh_html(&page->main, "</section>");
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
        eh_html(&page->main, "<p class=\"empty\">There is none yet: no plan of this team governs "
                             "a period that has begun.</p>");
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
