/* pool: a team's pool for its manager: days, metrics, shares, explanation, what if, what is next.
 */
#include "web/screens/pool_parts.h"
#include "web/screens/screens.h"

#define TREE_DEPTH_MAX 16
#define READERS        (EH_IS_MANAGER | EH_IS_OPERATOR | EH_IS_AUDITOR)

static bool may_step(const struct eh_page *page, const char *team)
{
    return eh_page_manages(page, team) || eh_page_is(page, EH_IS_OPERATOR);
}

/* ---- Which team. */

static bool is_shown(const struct eh_page *page, const json_t *team)
{
    return !eh_null_of(team, "plan") && (eh_page_is(page, EH_IS_OPERATOR | EH_IS_AUDITOR) ||
                                         eh_page_manages(page, eh_text_of(team, "id")));
}

static void put_team(struct eh_page *page, const json_t *team)
{
    eh_html(&page->main, "<li class=\"row\" data-key=\"%s\"><div class=\"row-main\">",
            eh_text_of(team, "id"));
    eh_html_link(&page->main, eh_name_of(team), "/teams/%s/pool", eh_text_of(team, "id"));
    eh_html(&page->main, "</div><div class=\"row-side\">plan %s</div></li>",
            eh_text_of(team, "plan"));
}

static void show_teams(struct eh_page *page)
{
    const json_t *list = eh_page_get(page, "/v1/teams?after=%s", eh_page_query(page, "after"));
    const json_t *team;
    unsigned count = 0;
    size_t i;
    eh_html(&page->main, "<h1>Pool</h1><section class=\"card\"><ul class=\"rows\">");
    json_array_foreach(json_object_get(list, "teams"), i, team)
    {
        if (is_shown(page, team)) {
            put_team(page, team);
            count++;
        }
    }
    eh_html(&page->main, "</ul>");
    if (count == 0)
        eh_html(&page->main, "<p class=\"empty\">None of these teams has a plan. A plan stands in "
                             "the desk file, under <code>plans</code>.</p>");
    eh_html(&page->main, "</section>");
    if (!eh_null_of(list, "after"))
        eh_html_link(&page->main, "More teams", "/pools?after=%s", eh_text_of(list, "after"));
}

/* ---- What is next. */

static void put_step_link(struct eh_page *page, const json_t *pool, const char *step,
                          const char *words)
{
    eh_html(&page->main, "<a class=\"button\" href=\"");
    eh_html_url(&page->main, "/teams/%s/pool/%s?period=%s", eh_text_of(pool, "team"), step,
                eh_text_of(pool, "period"));
    eh_html(&page->main, "\">%s</a>", words);
}

static void put_steps(struct eh_page *page, const json_t *pool)
{
    const char *state = eh_text_of(pool, "state");
    bool closed = strcmp(state, "closed") == 0 || strcmp(state, "paid") == 0;
    eh_html(&page->main,
            "<section class=\"card\" aria-labelledby=\"next\"><h2 id=\"next\">Freeze, close, "
            "pay</h2><p class=\"note\">Each says first what it will do.</p><div "
            "class=\"actions\">");
    if (!closed)
        put_step_link(page, pool, "freeze",
                      strcmp(state, "open") == 0 ? "Freeze …" : "Freeze again …");
    if (strcmp(state, "provisional") == 0)
        put_step_link(page, pool, "close", "Close …");
    if (closed && eh_int_of(pool, "late") > 0)
        put_step_link(page, pool, "close", "Settle what came later …");
    if (closed)
        put_step_link(page, pool, "pay", "Pay …");
    eh_html(&page->main, "</div></section>");
}

/* ---- Shares. */

static const struct {
    const char *key, *words;
} parts[] = {{"equal", "by days"},         {"hours", "by hours"}, {"seniority", "by seniority"},
             {"individual", "by tickets"}, {"total", "total"},    {"due", "due"}};
#define PARTS (sizeof parts / sizeof *parts)

/* Who did it and why, and what undoes it. */
static void put_aside(struct eh_page *page, const json_t *pool, const json_t *share)
{
    bool excluded = eh_true_of(share, "excluded");
    const char *team = eh_text_of(pool, "team");
    if (*eh_text_of(share, "excluded_by"))
        eh_html(&page->main, "<br><span class=\"note\">%s by %s: %s</span>",
                excluded ? "set aside" : "taken in again", eh_text_of(share, "excluded_by"),
                eh_text_of(share, "excluded_reason"));
    if (eh_true_of(share, "since_freeze"))
        eh_html(&page->main, "<br><span class=\"note\">not in these figures yet: freeze "
                             "again</span>");
    if (!may_step(page, team))
        return;
    eh_html(&page->main, "<br>");
    eh_html_link(&page->main, excluded ? "Take in again …" : "Set aside …",
                 "/teams/%s/pool/aside/%s?period=%s&do=%s", team, eh_text_of(share, "rep"),
                 eh_text_of(pool, "period"), excluded ? "include" : "exclude");
}

static void put_share(struct eh_page *page, const json_t *pool, const json_t *share)
{
    struct eh_html *out = &page->main;
    const char *name = eh_text_of(share, "name");
    eh_html(out, "<tr data-key=\"%s\"><th scope=\"row\">%s", eh_text_of(share, "rep"),
            *name ? name : eh_text_of(share, "rep"));
    put_aside(page, pool, share);
    eh_html(out, "</th><td class=\"number\">%lld</td><td class=\"number\">%lld</td>",
            (long long)eh_int_of(share, "days"), (long long)eh_int_of(share, "points"));
    for (size_t i = 0; i < PARTS; i++) {
        eh_html(out, "<td class=\"number\">");
        if (!eh_null_of(share, parts[i].key))
            eh_part_money(page, eh_int_of(share, parts[i].key), "");
        eh_html(out, "</td>");
    }
    eh_html(out, "</tr>");
}

static void put_shares_head(struct eh_page *page)
{
    eh_html(&page->main,
            "<div class=\"scroll tall\" tabindex=\"0\" role=\"region\" "
            "aria-label=\"Shares, table\"><table class=\"shares\"><caption class=\"hidden\">What "
            "each rep gets</caption><thead><tr><th scope=\"col\">Rep</th><th scope=\"col\" "
            "class=\"number\">days</th><th scope=\"col\" class=\"number\">points</th>");
    for (size_t i = 0; i < PARTS; i++)
        eh_html(&page->main, "<th scope=\"col\" class=\"number\">%s</th>", parts[i].words);
    eh_html(&page->main, "</tr></thead><tbody>");
}

static void put_shares(struct eh_page *page, const char *team, const json_t *pool)
{
    const json_t *shares = json_object_get(pool, "shares"), *share;
    size_t i;
    eh_html(&page->main, "<section class=\"card\" aria-labelledby=\"shares\"><h2 "
                         "id=\"shares\">Shares</h2>");
    if (json_array_size(shares) == 0)
        eh_html(&page->main, "<p class=\"empty\">Nobody has a share in this period.</p>");
    put_shares_head(page);
    json_array_foreach(shares, i, share)
    {
        put_share(page, pool, share);
    }
    eh_html(&page->main, "</tbody></table></div>");
    if (!eh_null_of(pool, "after")) {
        eh_html(&page->main, "<p class=\"pages\">");
        eh_html_link(&page->main, "More shares", "/teams/%s/pool?period=%s&shares=%s", team,
                     eh_text_of(pool, "period"), eh_text_of(pool, "after"));
        eh_html(&page->main, "</p>");
    }
    eh_part_log_of(page, team);
    eh_html(&page->main, "</section>");
}

/* ---- The explanation. */

static void put_inputs(struct eh_page *page, const json_t *node)
{
    size_t i;
    const json_t *input;
    json_array_foreach(json_object_get(node, "inputs"), i, input)
    {
        eh_html(&page->main, "%s%s ", i ? ", " : ": ", eh_text_of(input, "name"));
        eh_money_figure(page, eh_int_of(input, "value"), eh_text_of(input, "unit"));
    }
}

/* Its depth is that of evenhandd's tree, which has a bound; beyond ours nothing is shown. */
static void put_node(struct eh_page *page, const json_t *node, unsigned depth)
{
    const json_t *children = json_object_get(node, "children"), *child;
    size_t i;
    eh_html(&page->main, "<details%s><summary>%s <strong>", depth == 0 ? " open" : "",
            eh_text_of(node, "name"));
    eh_money_figure(page, eh_int_of(node, "value"), eh_text_of(node, "unit"));
    eh_html(&page->main, "</strong></summary><p class=\"note\">%s", eh_text_of(node, "formula"));
    put_inputs(page, node);
    if (strcmp(eh_text_of(node, "rounding"), "none") != 0)
        eh_html(&page->main, "; rounded %s", eh_text_of(node, "rounding"));
    eh_html(&page->main, "</p>");
    json_array_foreach(children, i, child)
    {
        if (depth < TREE_DEPTH_MAX)
            put_node(page, child, depth + 1);
    }
    eh_html(&page->main, "</details>");
}

static void put_tree(struct eh_page *page, const json_t *pool)
{
    const json_t *tree = json_object_get(pool, "explain");
    if (!json_is_object(tree))
        return;
    eh_html(&page->main, "<section class=\"card explained\" aria-labelledby=\"explained\"><h2 "
                         "id=\"explained\">How it comes to that</h2>");
    put_node(page, tree, 0);
    eh_html(&page->main, "</section>");
}

/* ---- All of it. */

static const struct eh_answer *pool_ask(struct eh_page *page, const char *team, const char *period)
{
    const char *after = eh_page_query(page, "shares");
    if (*period)
        return eh_page_ask(page, "/v1/teams/%s/pool?explain=1&period=%s&after=%s", team, period,
                           after);
    return eh_page_ask(page, "/v1/teams/%s/pool?explain=1&after=%s", team, after);
}

static void put_pool(struct eh_page *page, const char *team, const char *period, const json_t *pool)
{
    const json_t *plan = eh_money_body(EH_MONEY_ASK(page, "plan", team, period));
    eh_html(&page->main, "<div class=\"cards\">");
    eh_money_today(page, pool);
    if (may_step(page, team))
        put_steps(page, pool);
    eh_html(&page->main, "</div>");
    eh_money_steps_said(page, plan);
    eh_money_days(page, team, period);
    eh_money_metrics(page, plan);
    eh_money_what_if(page, team, plan, pool);
    eh_money_history(page, team, period);
    put_shares(page, team, pool);
    put_tree(page, pool);
    eh_money_rules(page, plan);
}

static void show_pool(struct eh_page *page)
{
    const char *team = eh_page_part(page, "team"), *period = eh_page_query(page, "period");
    const struct eh_answer *asked = pool_ask(page, team, period);
    const json_t *pool = eh_money_body(asked);
    const json_t *pools = eh_money_body(
        eh_page_ask(page, "/v1/teams/%s/pools?after=%s", team, eh_page_query(page, "pools")));
    const char *name = *eh_text_of(pool, "team_name") ? eh_text_of(pool, "team_name") : team;
    page->title = eh_page_text(page, "%s, pool", name);
    eh_html(&page->main, "<h1>%s, pool</h1>", name);
    if (asked && asked->why) {
        page->status = asked->status == 404 || asked->status == 403 ? asked->status : page->status;
        eh_money_none(page, asked);
    } else if (pool) {
        put_pool(page, team, period, pool);
    }
    if (pools)
        eh_money_periods(page, pools, eh_part_url(page, "/teams/%s/pool?", team),
                         eh_text_of(pool, "period"));
}

const struct eh_screen eh_screen_pools = {
    .path = "/pools", .nav = "Pool", .title = "Pool", .roles = READERS, .show = show_teams};
const struct eh_screen eh_screen_pool = {.path = "/teams/{team}/pool",
                                         .under = "/pools",
                                         .title = "Pool",
                                         .calm = true,
                                         .roles = READERS,
                                         .show = show_pool};
