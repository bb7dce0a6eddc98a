/* pool_what_if: the pool if figures were others. The form is a GET: it changes nothing. */
#include <stdlib.h>

#include "web/screens/pool_parts.h"

/* ---- The figures that were said. */

static const char *said_of(struct eh_page *page, const char *metric)
{
    return eh_page_query(page, eh_page_text(page, "if-%s", metric));
}

static void take_said(struct eh_page *page, json_t *facts, const char *metric)
{
    const char *said = said_of(page, metric);
    if (*metric && *said)
        json_object_set_new(facts, metric, json_string(said));
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

static void put_field(struct eh_page *page, const json_t *of)
{
    const char *name = eh_text_of(of, "metric");
    if (!*name)
        return;
    eh_html(&page->main, "<label><span>%s, now ", name);
    eh_money_figure(page, eh_int_of(of, "value"), eh_text_of(of, "unit"));
    eh_html(&page->main, "</span><input name=\"if-%s\" autocomplete=\"off\" value=\"%s\"></label>",
            name, said_of(page, name));
}

static void put_form(struct eh_page *page, const char *team, const json_t *plan)
{
    size_t i;
    const json_t *metric;
    eh_html(&page->main, "<form method=\"get\" class=\"fields\" action=\"");
    eh_html_url(&page->main, "/teams/%s/pool", team);
    eh_html(&page->main, "#what-if\"><input type=\"hidden\" name=\"period\" value=\"%s\">",
            eh_text_of(plan, "period"));
    json_array_foreach(json_object_get(plan, "metrics"), i, metric)
    {
        put_field(page, metric);
        put_field(page, json_object_get(metric, "gate"));
    }
    eh_html(&page->main, "<button class=\"main\">What if?</button></form>");
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
        eh_html(&page->main, "<div><dt>%s scores</dt><dd>", eh_text_of(metric, "metric"));
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
            "…?</h2><p class=\"note\">Say other figures, as the rules write them (4.5, 8%%, "
            "655s, 129.95). What you leave empty stays as it is. It changes nothing.</p>");
    put_form(page, team, plan);
    if (*facts)
        put_answer(page, team, facts, pool);
    eh_html(&page->main, "</section>");
}
