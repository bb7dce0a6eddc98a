/* layout: head, header, navigation. */
#include "web/screens/layout.h"

#include "web/site/site.h"

static void put_head(struct eh_html *out, const char *title, const char *zone, bool live)
{
    eh_html(out,
            "<!doctype html>\n<html lang=\"en\" data-zone=\"%s\"><head><meta charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
            "<meta name=\"color-scheme\" content=\"light dark\"><title>%s</title>"
            "<link rel=\"stylesheet\" href=\"%s\"><link rel=\"icon\" href=\"%s\">",
            zone, title, eh_site_address("style.css"), eh_site_address("icon.svg"));
    if (live)
        eh_html(out, "<script type=\"module\" src=\"%s\"></script>", eh_site_address("page.js"));
    eh_html(out, "</head><body><a class=\"skip\" href=\"#main\">Skip to content</a>");
}

static bool is_here(const struct eh_page *page, const struct eh_screen *screen)
{
    const char *under = page->screen->under;
    return screen == page->screen || (under && strcmp(under, screen->path) == 0);
}

static void put_navigation(const struct eh_page *page, struct eh_html *out)
{
    eh_html(out, "<nav aria-label=\"Screens\"><ul>");
    for (const struct eh_screen *const *screen = page->pages->screens; *screen; screen++) {
        if (!(*screen)->nav || !eh_page_is(page, (*screen)->roles))
            continue;
        eh_html(out,
                is_here(page, *screen) ? "<li><a aria-current=\"page\" href=\"%s\">%s</a></li>"
                                       : "<li><a href=\"%s\">%s</a></li>",
                (*screen)->path, (*screen)->nav);
    }
    eh_html(out, "</ul></nav>");
}

/* How it moves by itself. */
static const char *moving_of(const struct eh_page *page)
{
    return page->screen->posted || page->screen->still ? "still"
           : page->screen->calm                        ? "live data-calm"
                                                       : "live";
}

static void put_header(const struct eh_page *page, struct eh_html *out)
{
    eh_html(out, "<header class=\"top\"><a class=\"brand\" href=\"/\">evenhand</a>");
    put_navigation(page, out);
    eh_html(out, "<span class=\"person\">%s</span></header>", page->who.name);
}

static void put_everywhere(const struct eh_page *page, struct eh_html *out)
{
    eh_html(
        out,
        "<details class=\"everywhere\"><summary>Sign out everywhere</summary><form method=\"post\" "
        "action=\"/sign-out\"><input type=\"hidden\" name=\"token\" value=\"%s\"><p "
        "class=\"note\">All your sessions end, on this and on every other device. A new link "
        "lets you in again.</p><button class=\"danger\" name=\"everywhere\" value=\"yes\">"
        "Sign out everywhere</button></form></details>",
        page->who.form);
}

/* Last, so that on a phone the screens of a manager have the top for themselves. */
static void put_footer(const struct eh_page *page, struct eh_html *out)
{
    eh_html(out, "<footer class=\"foot\"><span>You are %s.</span>", page->who.name);
    if (!page->who.by_proxy) {
        eh_html(out,
                "<form method=\"post\" action=\"/sign-out\"><input type=\"hidden\" name=\"token\" "
                "value=\"%s\"><button class=\"quiet\">Sign out</button></form>",
                page->who.form);
        put_everywhere(page, out);
    }
    eh_html(out, "</footer>");
}

/* What of the page cannot be had just now, and what still works. */
static void put_troubles(const struct eh_page *page, struct eh_html *out)
{
    const json_t *status = eh_answers_status(page->pages->answers);
    const char *postgres = eh_text_of(status, "postgres");
    if (*postgres && strcmp(postgres, "up") != 0)
        eh_html(out,
                "<p class=\"warn\">The database is away. What you see here holds; tickets wait, "
                "and changes are refused until it is back.</p>");
    if (page->wrong.change && !page->wrong.told)
        eh_html(out, "<p class=\"wrong\" role=\"alert\">%s</p>", page->wrong.why);
    for (unsigned i = 0; i < page->answer_count; i++) {
        const struct eh_page_answer *own = &page->answers[i];
        if (own->answer.why && !own->looked_at && page->me)
            eh_html(out, "<p class=\"warn\">Something is missing here: %s</p>", own->answer.why);
    }
}

void eh_layout_page(const struct eh_page *page, struct eh_html *ret)
{
    eh_html_clear(ret);
    put_head(ret, page->title, eh_text_of(page->me, "time_zone"), true);
    put_header(page, ret);
    eh_html(ret,
            "<p id=\"said\" class=\"said\" role=\"status\" aria-live=\"polite\"></p>"
            "<main id=\"main\" tabindex=\"-1\" data-version=\"%llu\" data-%s%s>",
            (unsigned long long)eh_answers_version(page->pages->answers), moving_of(page),
            page->status == 503 ? " data-away" : "");
    put_troubles(page, ret);
    eh_html_add(ret, &page->main);
    eh_html(ret, "</main>");
    put_footer(page, ret);
    eh_html(ret, "</body></html>\n");
}

void eh_layout_plain(const char *title, const struct eh_html *main, struct eh_html *ret)
{
    eh_html_clear(ret);
    put_head(ret, title, "", false);
    eh_html(ret, "<main id=\"main\" class=\"plain\" tabindex=\"-1\"><p "
                 "class=\"brand\">evenhand</p>");
    eh_html_add(ret, main);
    eh_html(ret, "</main></body></html>\n");
}
