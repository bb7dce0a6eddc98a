/* pool_what_if: the pool if figures were others. The form is a GET: it changes nothing. */
#include <stdlib.h>

#include "web/screens/pool_parts.h"

#define STEPS 100 /* of a slider, more or less */

/* ---- A slider: from which figure to which, in the metric's unit. */

struct slider {
    int64_t from, to, step;
    int64_t now; /* the place on it next to the figure */
};

static void span_widen(struct slider *slider, int64_t value)
{
    slider->from = value < slider->from ? value : slider->from;
    slider->to = value > slider->to ? value : slider->to;
}

/* The curve's points; a gate's bound, with as much again beyond it. */
static void span_take(struct slider *slider, const json_t *of)
{
    static const char *const bounds[] = {"at_least", "at_most"};
    size_t i;
    const json_t *point;
    json_array_foreach(json_object_get(of, "curve"), i, point)
    {
        span_widen(slider, eh_int_of(point, "value"));
    }
    for (i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        int64_t bound = eh_int_of(of, bounds[i]);
        if (eh_null_of(of, bounds[i]))
            continue;
        span_widen(slider, bound - bound / 2);
        span_widen(slider, bound + bound / 2);
    }
}

/* 1, 2 or 5, and noughts. */
static int64_t step_of(int64_t span)
{
    int64_t ten = 1;
    while (ten * 10 * STEPS <= span)
        ten *= 10;
    return ten * (span >= 5 * ten * STEPS ? 5 : span >= 2 * ten * STEPS ? 2 : 1);
}

static int64_t floor_to(int64_t value, int64_t step)
{
    int64_t rest = value % step;
    return value - (rest < 0 ? rest + step : rest);
}

static struct slider slider_of(const json_t *of)
{
    int64_t value = eh_int_of(of, "value");
    int64_t least = eh_int_of(of, "least"), most = eh_int_of(of, "most");
    struct slider slider = {.from = value, .to = value};
    span_take(&slider, of);
    slider.step = step_of(slider.to - slider.from);
    slider.from = floor_to(slider.from, slider.step);
    slider.to = floor_to(slider.to + slider.step - 1, slider.step);
    if (slider.from < least)
        slider.from = floor_to(least + slider.step - 1, slider.step);
    if (slider.to > most)
        slider.to = floor_to(most, slider.step);
    slider.now = floor_to(value + slider.step / 2, slider.step);
    slider.now = slider.now < slider.from ? slider.from : slider.now;
    slider.now = slider.now > slider.to ? slider.to : slider.now;
    return slider;
}

/* ---- The figures that were said. */

static const char *said_of(struct eh_page *page, const char *metric)
{
    return eh_page_query(page, eh_page_text(page, "if-%s", metric));
}

/* A slider that stands where it was put says nothing. */
static bool is_moved(struct eh_page *page, const char *metric, int64_t *ret_at)
{
    const char *at = eh_page_query(page, eh_page_text(page, "at-%s", metric));
    const char *was = eh_page_text(page, ",%s:%s,", metric, at);
    return eh_integer_parse(eh_str(at), ret_at, NULL) == 0 &&
           !strstr(eh_page_query(page, "was"), was);
}

/* What was written comes before the place of the slider. */
static void take_said(struct eh_page *page, json_t *facts, const char *metric)
{
    const char *said = said_of(page, metric);
    int64_t at;
    if (!*metric)
        return;
    if (*said)
        json_object_set_new(facts, metric, json_string(said));
    else if (is_moved(page, metric, &at))
        json_object_set_new(facts, metric, json_integer(at));
}

/* {"facts": {…}} in the page's memory; "": nothing was said. */
static const char *facts_said(struct eh_page *page, const json_t *plan)
{
    json_t *body = json_object(), *facts = json_object();
    size_t i;
    const json_t *metric;
    json_array_foreach(json_object_get(plan, "metrics"), i, metric)
    {
        take_said(page, facts, eh_text_of(metric, "metric"));
        take_said(page, facts, eh_text_of(json_object_get(metric, "gate"), "metric"));
    }
    bool some = json_object_size(facts) > 0;
    json_object_set_new(body, "facts", facts);
    char *text = some ? json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    const char *kept = text ? eh_arena_str(page->arena, eh_str(text)).data : "";
    eh_require(kept);
    free(text);
    json_decref(body);
    return kept;
}

/* ---- The form. */

static void put_slider(struct eh_page *page, const json_t *of)
{
    const char *name = eh_text_of(of, "metric");
    struct slider slider = slider_of(of);
    int64_t at = slider.now;
    bool moved = is_moved(page, name, &at);
    if (eh_true_of(of, "missing") || slider.to <= slider.from)
        return;
    at = moved ? at : slider.now;
    eh_html(&page->main,
            "<input type=\"range\" name=\"at-%s\" aria-labelledby=\"label-%s\" min=\"%lld\" "
            "max=\"%lld\" step=\"%lld\" value=\"%lld\" data-unit=\"%s\" "
            "data-currency=\"%s\"><output>",
            name, name, (long long)slider.from, (long long)slider.to, (long long)slider.step,
            (long long)at, eh_text_of(of, "unit"), eh_text_of(page->me, "currency"));
    if (moved)
        eh_money_figure(page, at, eh_text_of(of, "unit"));
    eh_html(&page->main, "</output>");
}

static void put_field(struct eh_page *page, const json_t *of)
{
    const char *name = eh_text_of(of, "metric");
    eh_html(&page->main, "<div class=\"slider\"><span id=\"label-%s\" class=\"name\">%s, ", name,
            eh_money_metric(page, name));
    if (eh_null_of(of, "value")) {
        eh_html(&page->main, "no figure yet");
    } else {
        eh_html(&page->main, "now ");
        eh_money_figure(page, eh_int_of(of, "value"), eh_text_of(of, "unit"));
    }
    eh_html(&page->main, "</span>");
    put_slider(page, of);
    eh_html(&page->main,
            "<label>exactly <input name=\"if-%s\" autocomplete=\"off\" value=\"%s\"></label></div>",
            name, said_of(page, name));
}

/* A gate on a figure that is a metric of the plan has no field of its own. */
static bool is_metric(const json_t *plan, const char *name)
{
    size_t i;
    const json_t *metric;
    json_array_foreach(json_object_get(plan, "metrics"), i, metric)
    {
        if (strcmp(eh_text_of(metric, "metric"), name) == 0)
            return true;
    }
    return false;
}

/* Where each slider is put: ",csat:4380,revenue:5000,". */
static void put_was(struct eh_page *page, const json_t *plan)
{
    size_t i;
    const json_t *metric;
    eh_html(&page->main, "<input type=\"hidden\" name=\"was\" value=\",");
    json_array_foreach(json_object_get(plan, "metrics"), i, metric)
    {
        const json_t *gate = json_object_get(metric, "gate");
        eh_html(&page->main, "%s:%lld,", eh_text_of(metric, "metric"),
                (long long)slider_of(metric).now);
        if (json_is_object(gate))
            eh_html(&page->main, "%s:%lld,", eh_text_of(gate, "metric"),
                    (long long)slider_of(gate).now);
    }
    eh_html(&page->main, "\">");
}

static void put_form(struct eh_page *page, const char *team, const json_t *plan)
{
    size_t i;
    const json_t *metric;
    eh_html(&page->main, "<form method=\"get\" class=\"sliders\" data-follow action=\"");
    eh_html_url(&page->main, "/teams/%s/pool", team);
    eh_html(&page->main, "#what-if\"><input type=\"hidden\" name=\"period\" value=\"%s\">",
            eh_text_of(plan, "period"));
    put_was(page, plan);
    json_array_foreach(json_object_get(plan, "metrics"), i, metric)
    {
        const json_t *gate = json_object_get(metric, "gate");
        put_field(page, metric);
        if (*eh_text_of(gate, "metric") && !is_metric(plan, eh_text_of(gate, "metric")))
            put_field(page, gate);
    }
    eh_html(&page->main, "<div class=\"actions\"><button class=\"main\">What if?</button>"
                         "<a class=\"button\" href=\"");
    eh_html_url(&page->main, "/teams/%s/pool?period=%s", team, eh_text_of(plan, "period"));
    eh_html(&page->main, "\">As it is</a></div></form>");
}

/* ---- What it would be. */

static void put_change(struct eh_page *page, const json_t *would, const json_t *pool)
{
    int64_t more = eh_int_of(would, "net") - eh_int_of(pool, "net");
    eh_html(&page->main, "<p class=\"sum\"><strong>");
    eh_part_money(page, eh_int_of(would, "net"), "");
    eh_html(&page->main, "</strong> <span>");
    if (more == 0) {
        eh_html(&page->main, "would be shared, as much as now");
    } else {
        eh_part_money(page, more < 0 ? -more : more, "");
        eh_html(&page->main, more < 0 ? " less than now" : " more than now");
    }
    eh_html(&page->main, "</span></p>");
}

static void put_would(struct eh_page *page, const json_t *would)
{
    size_t i;
    const json_t *metric;
    eh_html(&page->main, "<dl class=\"facts\">");
    json_array_foreach(json_object_get(would, "metrics"), i, metric)
    {
        eh_html(&page->main, "<div><dt>%s scores</dt><dd>",
                eh_money_metric(page, eh_text_of(metric, "metric")));
        eh_part_percent(page, eh_int_of(metric, "score_ppm"));
        eh_html(&page->main, "</dd></div>");
    }
    eh_html(&page->main, "<div><dt>all together</dt><dd>");
    eh_part_percent(page, eh_int_of(would, "composite_ppm"));
    eh_html(&page->main, "</dd></div></dl>");
}

static void put_answer(struct eh_page *page, const char *team, const char *facts,
                       const json_t *pool)
{
    const struct eh_answer *answer = eh_page_try(page, facts, "/v1/teams/%s/pool/what-if?period=%s",
                                                 team, eh_text_of(pool, "period"));
    if (!answer)
        return;
    if (answer->why) {
        eh_html(&page->main, "<p class=\"wrong\" role=\"alert\">%s</p>", answer->why);
        return;
    }
    put_change(page, answer->body, pool);
    put_would(page, answer->body);
}

void eh_money_what_if(struct eh_page *page, const char *team, const json_t *plan,
                      const json_t *pool)
{
    const char *facts = facts_said(page, plan);
    eh_html(&page->main,
            "<section class=\"card\" aria-labelledby=\"what-if\"><h2 id=\"what-if\">What if "
            "…?</h2><p class=\"note\">Move a figure, or say it exactly, as the rules write it "
            "(4.5, 8%%, 655s, 129.95). What you leave as it is stays so. It changes nothing.</p>");
    put_form(page, team, plan);
    if (*facts)
        put_answer(page, team, facts, pool);
    eh_html(&page->main, "</section>");
}
