/* pool_aside: a rep is set aside for a period of a pool, or taken in again: what that does, who did
 * it last and why, and the button that does it. */
#include "web/screens/money_parts.h"
#include "web/screens/screens.h"

#define ASIDE "/change/aside"

/* Says nothing to anybody: it is only tried. */
#define TRIED "{\"rep\":\"%s\",\"reason\":\"tried\"}"

static const char *path_of_pool(struct eh_page *page, const char *team, const char *period)
{
    EH_AUTO(eh_html) struct eh_html path = EH_HTML_INIT;
    eh_html_url(&path, "/teams/%s/pool?period=%s", team, period);
    return eh_page_text(page, "%.*s", (int)path.out.size, (const char *)path.out.data);
}

/* ---- What it will do. */

static void put_would(struct eh_page *page, const json_t *would, bool exclude, const char *name)
{
    const char *state = eh_text_of(would, "state");
    struct eh_html *out = &page->main;
    if (exclude)
        eh_html(out,
                "<p>%s gets nothing of this pool. Its sum stays the same: the others share it. "
                "All who see the pool's lines see who did it, and why.</p>",
                name);
    else
        eh_html(out, "<p>%s shares this pool again, by what they did in the period.</p>", name);
    eh_html(out, "<p class=\"note\">The period is ");
    eh_money_state(page, would);
    eh_html(out, "%s</p>",
            strcmp(state, "open") == 0          ? ": it counts at once."
            : strcmp(state, "provisional") == 0 ? ": freeze it again, so that it counts."
                                                : ": it counts when what came later is settled, as "
                                                  "a version more.");
}

/* ---- The form. */

static void put_form(struct eh_page *page, const char *rep, const char *what)
{
    const char *team = eh_page_part(page, "team"), *period = eh_page_query(page, "period");
    bool exclude = strcmp(what, "exclude") == 0;
    const char *back = page->wrong.change ? page->target : path_of_pool(page, team, period);
    page->target = back; /* where the form leads back to */
    eh_part_form(page, ASIDE, "fields");
    eh_part_hidden(page, "team", team);
    eh_part_hidden(page, "period", period);
    eh_part_hidden(page, "rep", rep);
    eh_part_hidden(page, "what", what);
    eh_html(&page->main,
            "<label>Reason <input name=\"reason\" required maxlength=\"500\" "
            "autocomplete=\"off\" value=\"%s\"></label><div class=\"actions\"><button "
            "class=\"main\">%s</button><a class=\"button\" href=\"%s\">Leave it</a></div>",
            eh_part_value(page, ASIDE, "reason", ""), exclude ? "Set aside" : "Take in again",
            path_of_pool(page, team, period));
    eh_part_form_end(page);
}

static const char *name_of_rep(struct eh_page *page, const char *rep)
{
    const json_t *of = eh_page_get(page, "/v1/reps/%s", rep);
    return of ? eh_name_of(of) : rep;
}

static void put_aside(struct eh_page *page, const char *rep, const char *what)
{
    const char *team = eh_page_part(page, "team"), *period = eh_page_query(page, "period");
    const char *name = name_of_rep(page, rep);
    bool exclude = strcmp(what, "exclude") == 0;
    const struct eh_answer *would =
        eh_page_try(page, eh_page_text(page, TRIED, rep), "/v1/teams/%s/periods/%s/%s?dry_run=1",
                    team, period, what);
    page->title = eh_page_text(page, exclude ? "Set %s aside in %s" : "Take %s in again in %s",
                               name, eh_money_period(page, period));
    eh_html(&page->main, "<h1>%s</h1><section class=\"card\">", page->title);
    if (would && would->why) {
        eh_html(&page->main, "<p class=\"wrong\">%s</p><p><a href=\"%s\">Back to the pool</a></p>",
                would->why, path_of_pool(page, team, period));
        page->status = would->status >= 400 && would->status < 500 ? would->status : page->status;
    } else if (would) {
        put_would(page, would->body, exclude, name);
        put_form(page, rep, what);
    }
    eh_html(&page->main, "</section>");
}

/* An id can have no quote or backslash, so that it needs no escape in JSON. */
static bool is_plain(const char *id)
{
    return *id && !strpbrk(id, "\"\\");
}

static void show(struct eh_page *page)
{
    const char *rep = eh_page_part(page, "rep"), *what = eh_page_query(page, "do");
    bool known = strcmp(what, "exclude") == 0 || strcmp(what, "include") == 0;
    if (known && is_plain(rep) && *eh_page_query(page, "period")) {
        put_aside(page, rep, what);
        return;
    }
    page->status = 404;
    eh_html(&page->main, "<h1>Not here</h1><p class=\"lead\">A rep is set aside for a period, or "
                         "taken in again.</p>");
}

const struct eh_screen eh_screen_pool_aside = {.path = "/teams/{team}/pool/aside/{rep}",
                                               .under = "/pools",
                                               .title = "Pool",
                                               .still = true,
                                               .roles = EH_IS_MANAGER | EH_IS_OPERATOR,
                                               .show = show};
