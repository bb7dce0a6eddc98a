/* log: who did what, and why; the newest first. */
#include "web/screens/board_parts.h"
#include "web/screens/screens.h"

/* What the list is narrowed to. */
struct filter {
    const char *person, *team, *ticket; /* as typed; "": any */
    const char *source, *id;            /* of the ticket */
};

/* "4711", or with its source: "shop/4711". */
static struct filter filter_read(struct eh_page *page)
{
    struct filter filter = {.person = eh_page_query(page, "person"),
                            .team = eh_page_query(page, "team"),
                            .ticket = eh_page_query(page, "ticket")};
    const char *slash = strchr(filter.ticket, '/');
    filter.id = slash ? slash + 1 : filter.ticket;
    filter.source = !*filter.ticket ? ""
                    : slash
                        ? eh_page_text(page, "%.*s", (int)(slash - filter.ticket), filter.ticket)
                        : "default";
    return filter;
}

static void put_field(struct eh_page *page, const char *words, const char *name, const char *value)
{
    eh_html(&page->main,
            "<label>%s<input name=\"%s\" autocomplete=\"off\" maxlength=\"257\" value=\"%s\">"
            "</label>",
            words, name, value);
}

static void put_filter(struct eh_page *page, const struct filter *filter)
{
    eh_html(&page->main, "<form method=\"get\" action=\"/log\" class=\"fields\" role=\"search\">");
    put_field(page, "Person", "person", filter->person);
    put_field(page, "Team", "team", filter->team);
    put_field(page, "Ticket, or source/ticket", "ticket", filter->ticket);
    eh_html(&page->main, "<div class=\"actions\"><button class=\"main\">Show</button>");
    if (*filter->person || *filter->team || *filter->ticket)
        eh_html(&page->main, "<a class=\"button\" href=\"/log\">All</a>");
    eh_html(&page->main, "</div></form>");
}

/* evenhandd's sentence, in which the end of a signal is a moment of the desk's day. */
static void put_sentence(struct eh_page *page, const json_t *deed)
{
    static const char *const word = " until ";
    const char *text = eh_text_of(deed, "text"), *until = eh_text_of(deed, "until");
    const char *at = *until ? strstr(text, word) : NULL, *end = at ? strchr(at, 'Z') : NULL;
    if (!end) {
        eh_html(&page->main, "<span>%s</span>", text);
        return;
    }
    eh_html(&page->main, "<span>%.*s%s", (int)(at - text), text, word);
    eh_part_time(page, until);
    eh_html(&page->main, "%s</span>", end + 1);
}

static void put_deed(struct eh_page *page, const json_t *deed)
{
    struct eh_html *out = &page->main;
    const char *ticket = eh_text_of(deed, "ticket"), *name = eh_text_of(deed, "by_name");
    eh_html(out, "<li class=\"row deed\" data-key=\"%lld\"><div class=\"row-main\">",
            (long long)eh_int_of(deed, "input"));
    put_sentence(page, deed);
    eh_html(out, "</div><div class=\"row-side\">");
    eh_part_time(page, eh_text_of(deed, "at"));
    eh_html(out, "</div><div class=\"row-more\"><span class=\"chip\">%s</span>",
            eh_text_of(deed, "what"));
    if (*name)
        eh_html(out, " %s", name);
    if (*ticket) {
        eh_html(out, " ");
        eh_html_link(out, eh_page_text(page, "Ticket %s", ticket), "/tickets/%s/%s",
                     eh_text_of(deed, "source"), ticket);
    }
    eh_html(out, "</div></li>");
}

static void put_pages(struct eh_page *page, const struct filter *filter, const json_t *list)
{
    const char *after = eh_text_of(list, "after");
    bool first = !*eh_page_query(page, "after");
    if (first && !*after)
        return;
    eh_html(&page->main, "<nav class=\"pages\" aria-label=\"Pages of the log\">");
    if (!first)
        eh_html_link(&page->main, "Newest", "/log?person=%s&team=%s&ticket=%s", filter->person,
                     filter->team, filter->ticket);
    if (*after)
        eh_html_link(&page->main, "Earlier", "/log?person=%s&team=%s&ticket=%s&after=%s",
                     filter->person, filter->team, filter->ticket, after);
    eh_html(&page->main, "</nav>");
}

/* A page of evenhandd's looks at so many inputs, so it may be empty though there are more. */
static void put_list(struct eh_page *page, const struct filter *filter, const json_t *list)
{
    const json_t *deeds = json_object_get(list, "log"), *deed;
    size_t i;
    eh_html(&page->main, "<ul class=\"rows\">");
    json_array_foreach(deeds, i, deed)
    {
        put_deed(page, deed);
    }
    eh_html(&page->main, "</ul>");
    if (json_array_size(deeds) == 0)
        eh_html(&page->main, "<p class=\"empty\">%s</p>",
                *eh_text_of(list, "after") ? "Nothing among the inputs that were looked at. There "
                                             "are earlier ones."
                                           : "Nobody did anything by hand that this would show.");
    put_pages(page, filter, list);
}

static const struct eh_answer *ask(struct eh_page *page, const struct filter *filter)
{
    const char *after = eh_page_query(page, "after");
    if (*filter->id)
        return eh_page_ask(page, "/v1/log?limit=50&person=%s&team=%s&source=%s&id=%s&after=%s",
                           filter->person, filter->team, filter->source, filter->id, after);
    return eh_page_ask(page, "/v1/log?limit=50&person=%s&team=%s&after=%s", filter->person,
                       filter->team, after);
}

static void show(struct eh_page *page)
{
    struct filter filter = filter_read(page);
    const struct eh_answer *answer = ask(page, &filter);
    eh_html(&page->main, "<h1>Log</h1><section class=\"card\" aria-label=\"Log\">");
    put_filter(page, &filter);
    if (answer && answer->why)
        eh_html(&page->main, "<p class=\"wrong\" role=\"alert\">%s</p>", answer->why);
    else
        put_list(page, &filter, answer ? answer->body : NULL);
    eh_html(&page->main, "</section>");
}

const struct eh_screen eh_screen_log = {.path = "/log",
                                        .nav = "Log",
                                        .title = "Log",
                                        .roles = EH_IS_MANAGER | EH_IS_OPERATOR | EH_IS_AUDITOR,
                                        .show = show};
