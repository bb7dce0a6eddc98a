/*
 * people: for managers: the reps of their teams, and a link for each who has none. A link is what
 * its user may do, so a manager gets none for somebody who may do more than they.
 */
#include "host/log.h"
#include "web/screens/parts.h"
#include "web/screens/screens.h"

#define LINK "/people/link"

/* ---- The list. */

static void put_link_form(struct eh_page *page, const json_t *rep)
{
    if (!*eh_text_of(rep, "user")) {
        eh_html(&page->main, "<span class=\"note\">no <code>user</code> in the desk file</span>");
        return;
    }
    eh_html(&page->main,
            "<form method=\"post\" action=\"" LINK "\" data-plain><input type=\"hidden\" "
            "name=\"token\" value=\"%s\"><input type=\"hidden\" name=\"back\" value=\"/people\">"
            "<input type=\"hidden\" name=\"rep\" value=\"%s\"><button>Link to sign in"
            "<span class=\"hidden\"> for %s</span></button></form>",
            page->who.form, eh_text_of(rep, "id"), eh_text_of(rep, "name"));
}

static void put_person(struct eh_page *page, const json_t *rep)
{
    eh_html(&page->main,
            "<li class=\"row\" data-key=\"%s\"><div class=\"row-main\"><strong>%s</strong> ",
            eh_text_of(rep, "id"), eh_text_of(rep, "name"));
    eh_part_state(page, rep);
    eh_html(&page->main, "</div><div class=\"row-side\">");
    put_link_form(page, rep);
    eh_html(&page->main, "</div></li>");
}

static void show_people(struct eh_page *page)
{
    struct eh_html *out = &page->main;
    const char *after = eh_page_query(page, "after");
    const json_t *list =
        *after ? eh_page_get(page, "/v1/reps?after=%s", after) : eh_page_get(page, "/v1/reps");
    const json_t *reps = json_object_get(list, "reps"), *rep;
    size_t i;
    eh_html(out,
            "<h1>People</h1><section class=\"card\"><p class=\"note\">A link signs a rep in on "
            "their phone or computer, once and within 15 minutes; then for 30 days.</p>"
            "<ul class=\"rows people-rows\">");
    json_array_foreach(reps, i, rep)
    {
        put_person(page, rep);
    }
    eh_html(out, "</ul>");
    if (!eh_null_of(list, "after"))
        eh_html_link(out, "More", "/people?after=%s", eh_text_of(list, "after"));
    eh_html(out, "</section>");
}

/* ---- A link. */

static bool has_text(const json_t *list, const char *text)
{
    size_t i;
    const json_t *item;
    json_array_foreach(list, i, item)
    {
        if (strcmp(json_string_value(item) ? json_string_value(item) : "", text) == 0)
            return true;
    }
    return false;
}

/* Whether they manage a team that the rep is in. */
static bool manages_rep(const struct eh_page *page, const json_t *rep)
{
    const json_t *manages = json_object_get(page->me, "manages"), *team;
    size_t i;
    json_array_foreach(json_object_get(rep, "teams"), i, team)
    {
        const char *id = json_is_object(team) ? eh_text_of(team, "team") : json_string_value(team);
        if (id && has_text(manages, id))
            return true;
    }
    return false;
}

/* Whether whoever signs in so may do nothing that the manager may not: they are a rep, and manage
 * at most what the manager manages. */
static bool is_no_more(const struct eh_page *page, const json_t *theirs)
{
    const json_t *role, *team;
    size_t i;
    json_array_foreach(json_object_get(theirs, "roles"), i, role)
    {
        const char *name = json_string_value(role);
        if (!name || (strcmp(name, "rep") != 0 && strcmp(name, "manager") != 0))
            return false;
    }
    json_array_foreach(json_object_get(theirs, "manages"), i, team)
    {
        if (!has_text(json_object_get(page->me, "manages"), json_string_value(team)))
            return false;
    }
    return theirs != NULL;
}

static void put_link(struct eh_page *page, const json_t *rep)
{
    char url[EH_SIGN_URL_MAX];
    struct eh_error error = {0};
    const char *user = eh_text_of(rep, "user");
    if (eh_sign_link(page->pages->sign, eh_str(user), url, &error) < 0) {
        eh_html(&page->main, "<p class=\"wrong\">%s</p>", error.text);
        return;
    }
    eh_log(EH_LOG_INFO, "made a link user=%s by=%s", user, page->who.name);
    eh_html(
        &page->main,
        "<section class=\"card\"><p>It signs in whoever opens it first, within 15 minutes. Send "
        "it to %s alone.</p><label>Link for %s <input readonly value=\"%s\"></label></section>",
        eh_text_of(rep, "name"), eh_text_of(rep, "name"), url);
}

static void show_link(struct eh_page *page)
{
    const json_t *rep = eh_page_get(page, "/v1/reps/%s", eh_form_get(page->form, "rep"));
    const char *user = eh_text_of(rep, "user");
    const json_t *theirs = *user ? eh_page_me_of(page, user) : NULL;
    eh_html(&page->main, "<h1>A link to sign in</h1>");
    if (!theirs || !manages_rep(page, rep) || !is_no_more(page, theirs)) {
        page->status = 403;
        eh_html(&page->main,
                "<p class=\"wrong\">You can make links for reps of your teams, who may "
                "do no more than you. For others, whoever runs evenhand can.</p>");
    } else {
        put_link(page, rep);
    }
    eh_html(&page->main, "<p><a href=\"/people\">Back to the list</a></p>");
}

const struct eh_screen eh_screen_people = {.path = "/people",
                                           .nav = "People",
                                           .title = "People",
                                           .roles = EH_IS_MANAGER,
                                           .show = show_people};
const struct eh_screen eh_screen_link = {.path = "/people/link",
                                         .title = "A link to sign in",
                                         .roles = EH_IS_MANAGER,
                                         .posted = true,
                                         .show = show_link};
