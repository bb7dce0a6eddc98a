/* pool_step: freeze, close or pay: what it will do, and the button that does it. */
#include "web/screens/money_parts.h"
#include "web/screens/screens.h"

#define PERIOD "/change/period"

static const struct {
    const char *step, *title, *words;
} steps[] = {
    {"freeze", "Freeze",
     "The figures are taken as they are now, so that everybody can look at them. It can be done "
     "again until the period is closed."},
    {"close", "Close",
     "The figures become final, and so does what each gets. What is told later becomes a version "
     "more. This cannot be taken back."},
    {"pay", "Pay",
     "It is put down that what is due has been paid. Pay the money itself where you pay "
     "salaries. This cannot be taken back."},
};
#define STEPS (sizeof steps / sizeof *steps)

static size_t step_of(const char *step)
{
    size_t i = 0;
    while (i < STEPS && strcmp(steps[i].step, step) != 0)
        i++;
    return i;
}

/* ---- What it will do. */

static void put_sum(struct eh_page *page, const json_t *of, const char *key, const char *words)
{
    if (eh_null_of(of, key))
        return;
    eh_html(&page->main, "<div><dt>%s</dt><dd>", words);
    eh_part_money(page, eh_int_of(of, key), "");
    eh_html(&page->main, "</dd></div>");
}

/* Earlier periods of which it makes a version more. */
static void put_earlier(struct eh_page *page, const json_t *list)
{
    size_t i;
    const json_t *one;
    json_array_foreach(list, i, one)
    {
        eh_html(&page->main, "<p class=\"warn\">It settles %s first, as version %lld: net ",
                eh_money_period(page, eh_text_of(one, "period")),
                (long long)eh_int_of(one, "version"));
        eh_part_money(page, eh_int_of(one, "net"), "");
        eh_html(&page->main, ", a difference of ");
        eh_part_money(page, eh_int_of(one, "difference"), "");
        eh_html(&page->main, ".</p>");
    }
}

static void put_missing(struct eh_page *page, const json_t *would)
{
    const json_t *missing = json_object_get(would, "missing"), *one;
    size_t i;
    if (json_is_string(missing))
        eh_html(&page->main, "<p class=\"warn\">%s</p>", json_string_value(missing));
    json_array_foreach(missing, i, one)
    {
        eh_html(&page->main, "<p class=\"warn\">%s</p>", json_string_value(one));
    }
}

static void put_would(struct eh_page *page, const json_t *would)
{
    eh_html(&page->main, "<dl class=\"facts\"><div><dt>the period is then</dt><dd>");
    eh_money_state(page, would);
    eh_html(&page->main, "</dd></div>");
    put_sum(page, would, "gross", "pool");
    put_sum(page, would, "carry", "carried over");
    put_sum(page, would, "net", "to share");
    put_sum(page, would, "due", "to be paid");
    eh_html(&page->main, "</dl>");
    put_missing(page, would);
    put_earlier(page, json_object_get(json_object_get(would, "expected"), "earlier"));
    put_earlier(page, json_object_get(would, "settled"));
}

/* ---- The form. */

static const char *path_of_pool(struct eh_page *page, const char *team, const char *period)
{
    return eh_part_url(page, "/teams/%s/pool?period=%s", team, period);
}

static void put_form(struct eh_page *page, const char *team, const char *period, size_t step)
{
    page->target = path_of_pool(page, team, period); /* where the form leads back to */
    eh_part_form(page, PERIOD, "actions");
    eh_part_hidden(page, "team", team);
    eh_part_hidden(page, "period", period);
    eh_part_hidden(page, "step", steps[step].step);
    eh_html(&page->main,
            "<button class=\"main\">%s</button><a class=\"button\" href=\"%s\">Leave it</a>",
            steps[step].title, page->target);
    eh_part_form_end(page);
}

static void put_step(struct eh_page *page, const char *team, const char *period, size_t step)
{
    const struct eh_answer *would = eh_page_try(page, "", "/v1/teams/%s/periods/%s/%s?dry_run=1",
                                                team, period, steps[step].step);
    page->title = eh_page_text(page, "%s %s", steps[step].title, eh_money_period(page, period));
    eh_html(&page->main, "<h1>%s</h1><section class=\"card\"><p>%s</p>", page->title,
            steps[step].words);
    if (would && would->why) {
        eh_html(&page->main, "<p class=\"wrong\">%s</p><p><a href=\"%s\">Back to the pool</a></p>",
                would->why, path_of_pool(page, team, period));
        page->status = would->status >= 400 && would->status < 500 ? would->status : page->status;
    } else if (would) {
        put_would(page, would->body);
        put_form(page, team, period, step);
    }
    eh_html(&page->main, "</section>");
}

static void show(struct eh_page *page)
{
    const char *team = eh_page_part(page, "team"), *period = eh_page_query(page, "period");
    size_t step = step_of(eh_page_part(page, "step"));
    if (step < STEPS && *period) {
        put_step(page, team, period, step);
        return;
    }
    page->status = 404;
    eh_html(&page->main, "<h1>Not here</h1><p class=\"lead\">A period can be frozen, closed and "
                         "paid.</p>");
}

const struct eh_screen eh_screen_pool_step = {.path = "/teams/{team}/pool/{step}",
                                              .under = "/pools",
                                              .title = "Pool",
                                              .still = true,
                                              .roles = EH_IS_MANAGER | EH_IS_OPERATOR,
                                              .show = show};
