/* our_pool: what a rep sees of their team's pool: the sum, the metrics, what lifts it, their line.
 */
#include "web/screens/money_parts.h"
#include "web/screens/screens.h"

#define TEAMS_MAX 8 /* that are tried for a plan */

/* ---- Which team. */

static const char *team_at(const json_t *rep, size_t at)
{
    const json_t *team = json_array_get(json_object_get(rep, "teams"), at);
    const char *id = json_is_object(team) ? eh_text_of(team, "team") : json_string_value(team);
    return id ? id : "";
}

/* The one that was asked for, else the first that has a plan. */
static const char *team_chosen(struct eh_page *page, const json_t *rep)
{
    const char *asked = eh_page_query(page, "team");
    const char *period = eh_page_query(page, "period");
    for (size_t i = 0; !*asked && i < TEAMS_MAX && *team_at(rep, i); i++) {
        const struct eh_answer *plan = EH_MONEY_ASK(page, "plan", team_at(rep, i), period);
        if (plan && !plan->why)
            return team_at(rep, i);
    }
    return *asked ? asked : team_at(rep, 0);
}

static void put_tabs(struct eh_page *page, const json_t *rep, const char *team)
{
    if (!*team_at(rep, 1))
        return;
    eh_html(&page->main, "<nav class=\"tabs\" aria-label=\"Teams\">");
    for (size_t i = 0; *team_at(rep, i); i++) {
        eh_part_link(page, strcmp(team, team_at(rep, i)) == 0);
        eh_html_url(&page->main, "/pool?team=%s", team_at(rep, i));
        eh_html(&page->main, "\">%s</a>", team_at(rep, i));
    }
    eh_html(&page->main, "</nav>");
}

/* ---- The own line. */

static const json_t *share_of(const json_t *pool, const char *id)
{
    size_t i;
    const json_t *share;
    json_array_foreach(json_object_get(pool, "shares"), i, share)
    {
        if (strcmp(eh_text_of(share, "rep"), id) == 0)
            return share;
    }
    return NULL;
}

static void put_part(struct eh_page *page, const json_t *share, const char *key, const char *words)
{
    if (eh_int_of(share, key) == 0)
        return;
    eh_html(&page->main, "<div><dt>%s</dt><dd>", words);
    eh_part_money(page, eh_int_of(share, key), "");
    eh_html(&page->main, "</dd></div>");
}

static void put_count(struct eh_page *page, const json_t *share, const char *key, const char *words)
{
    if (eh_int_of(share, key) != 0)
        eh_html(&page->main, "<div><dt>%s</dt><dd>%lld</dd></div>", words,
                (long long)eh_int_of(share, key));
}

/* The minutes that the calendar says; those that payroll told are in its own papers. */
static void put_contract(struct eh_page *page, const json_t *share)
{
    const char *until = eh_text_of(share, "contract_until");
    if (strcmp(eh_text_of(share, "contract_by"), "calendar") != 0)
        return;
    put_count(page, share, "contract_minutes", "contract minutes, by the calendar");
    if (*until)
        eh_html(&page->main, "<div><dt>the calendar goes up to</dt><dd>%s</dd></div>", until);
}

static void put_facts(struct eh_page *page, const json_t *share)
{
    eh_html(&page->main, "<dl class=\"facts\">");
    put_part(page, share, "equal", "equally by days");
    put_part(page, share, "hours", "by paid hours");
    put_part(page, share, "seniority", "by seniority");
    put_part(page, share, "individual", "by closed tickets");
    put_count(page, share, "days", "days");
    put_count(page, share, "minutes", "paid minutes");
    put_contract(page, share);
    put_count(page, share, "points", "points");
    put_count(page, share, "band", "weight of a day by seniority");
    put_part(page, share, "paid_before", "paid before");
    put_part(page, share, "due", "to be paid now");
    eh_html(&page->main, "</dl>");
    if (eh_true_of(share, "capped"))
        eh_html(&page->main, "<p class=\"note\">The part for closed tickets is at its cap.</p>");
}

static void put_aside(struct eh_page *page, const json_t *share)
{
    if (!eh_true_of(share, "excluded"))
        return;
    eh_html(&page->main, "<p class=\"warn\">%s set you aside in this period: %s</p>",
            eh_text_of(share, "excluded_by"), eh_text_of(share, "excluded_reason"));
}

static void put_line(struct eh_page *page, const json_t *pool, const char *id)
{
    const json_t *share = share_of(pool, id);
    eh_html(&page->main, "<section class=\"card\" aria-labelledby=\"line\"><h2 id=\"line\">My "
                         "line</h2>");
    if (share) {
        eh_html(&page->main, "<p class=\"sum\"><strong>");
        eh_part_money(page, eh_int_of(share, "total"), "");
        eh_html(&page->main, "</strong> <span>%s</span></p>",
                eh_true_of(pool, "estimate") ? "as things stand today" : "of this period");
        put_aside(page, share);
        put_facts(page, share);
    } else {
        eh_html(&page->main, "<p class=\"empty\">You have no line in this period.</p>");
    }
    eh_html(&page->main, "</section>");
}

/* ---- All of it. */

static void put_pool(struct eh_page *page, const char *team, const char *period)
{
    const struct eh_answer *asked = EH_MONEY_ASK(page, "pool", team, period);
    const json_t *plan = eh_money_body(EH_MONEY_ASK(page, "plan", team, period));
    const json_t *pool = eh_money_body(asked);
    const json_t *pools = eh_money_body(
        eh_page_ask(page, "/v1/teams/%s/pools?after=%s", team, eh_page_query(page, "pools")));
    if (asked && asked->why) {
        eh_money_none(page, asked);
    } else {
        eh_html(&page->main, "<div class=\"cards\">");
        eh_money_today(page, pool);
        put_line(page, pool, eh_text_of(json_object_get(page->me, "rep"), "id"));
        eh_html(&page->main, "</div>");
        eh_money_steps_said(page, plan);
        eh_money_metrics(page, plan);
        eh_money_rules(page, plan);
    }
    if (pools)
        eh_money_periods(page, pools, eh_part_url(page, "/pool?team=%s&", team),
                         eh_text_of(pool, "period"));
}

static void show(struct eh_page *page)
{
    const json_t *rep = json_object_get(page->me, "rep");
    const char *team = team_chosen(page, rep);
    eh_html(&page->main, "<h1>Our pool</h1>");
    put_tabs(page, rep, team);
    if (*team)
        put_pool(page, team, eh_page_query(page, "period"));
    else
        eh_html(&page->main, "<p class=\"empty\">You are in no team, so there is no pool to "
                             "share.</p>");
}

const struct eh_screen eh_screen_our_pool = {
    .path = "/pool", .nav = "Our pool", .title = "Our pool", .roles = EH_IS_REP, .show = show};
