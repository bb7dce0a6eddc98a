/* my_day: what a rep sees first: their state, as one large switch, and their tickets. */
#include "web/screens/due.h"
#include "web/screens/money_parts.h"
#include "web/screens/screens.h"

#define SIGNAL    "/change/signal"
#define SHOWN_MAX 100 /* tickets */

/* ---- The switch. */

/* A signal that is held back. */
static void put_next(struct eh_page *page, const json_t *rep)
{
    if (eh_null_of(rep, "next_state"))
        return;
    eh_html(&page->main, "<p class=\"note\">Then %s, from ", eh_text_of(rep, "next_state"));
    eh_part_time(page, eh_text_of(rep, "next_from"));
    eh_html(&page->main, "</p>");
}

static void put_from(struct eh_page *page, const json_t *signals, const char *key,
                     const char *words)
{
    if (eh_null_of(signals, key))
        return;
    eh_html(&page->main, "<p class=\"note\">%s from ", words);
    eh_part_time(page, eh_text_of(signals, key));
    eh_html(&page->main, " on.</p>");
}

/* When what they say next takes effect, where that is not at once. */
static void put_bounds(struct eh_page *page, const json_t *signals)
{
    put_from(page, signals, "available_from", "Available again holds");
    put_from(page, signals, "overloaded_from", "Overloaded can be said anew");
    put_from(page, signals, "change_from", "You have changed your state often; a change holds");
}

static void put_choice(struct eh_page *page, const char *value, const char *words, bool now)
{
    eh_html(&page->main,
            "<button class=\"choice %s\" name=\"status\" value=\"%s\" aria-pressed=\"%s\">%s"
            "</button>",
            value, value, now ? "true" : "false", words);
}

static void put_overloaded(struct eh_page *page, bool now)
{
    static const struct {
        const char *value, *words;
    } spans[] = {{"overloaded 1800", "30 min"},
                 {"overloaded 3600", "1 h"},
                 {"overloaded 7200", "2 h"},
                 {"overloaded", "until I say"}};
    struct eh_html *out = &page->main;
    eh_html(out, "<fieldset class=\"choice overloaded\"%s><legend>Overloaded</legend><div>",
            now ? " data-now" : "");
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++)
        eh_html(out, "<button name=\"status\" value=\"%s\">%s</button>", spans[i].value,
                spans[i].words);
    eh_html(out,
            "</div><label>Reason, if you like; it stays in the log <input name=\"reason\" "
            "maxlength=\"200\" "
            "autocomplete=\"off\" value=\"%s\"></label></fieldset>",
            eh_part_value(page, SIGNAL, "reason", ""));
}

static void put_switch(struct eh_page *page, const json_t *rep)
{
    const char *state = eh_text_of(rep, "said"); /* whoever is off may say what holds after it */
    eh_html(&page->main, "<section class=\"card\" aria-labelledby=\"my-state\">"
                         "<h2 id=\"my-state\">My state</h2>");
    eh_html(&page->main, "<p>");
    eh_part_state(page, rep);
    eh_html(&page->main, "</p>");
    put_next(page, rep);
    put_bounds(page, json_object_get(rep, "signals"));
    eh_part_form(page, SIGNAL, "switch");
    eh_part_hidden(page, "rep", eh_text_of(rep, "id"));
    put_choice(page, "available", "Available", strcmp(state, "available") == 0);
    put_overloaded(page, strcmp(state, "overloaded") == 0);
    put_choice(page, "away", "Away", strcmp(state, "away") == 0);
    eh_part_form_end(page);
    eh_html(&page->main, "</section>");
}

/* ---- The tickets. */

/* In one sentence, and in whole on the page of the ticket. */
static void put_why(struct eh_page *page, const json_t *ticket)
{
    const json_t *receipt = json_object_get(ticket, "receipt");
    const char *check = eh_text_of(receipt, "check");
    struct eh_html *out = &page->main;
    eh_html(out, "<div class=\"row-more why\">");
    eh_html_link(out, "Why me?", "/tickets/%s/%s", eh_text_of(ticket, "source"),
                 eh_text_of(ticket, "id"));
    eh_html(out, " ");
    eh_money_amounts(page, eh_text_of(receipt, "reason"));
    if (*check)
        eh_html(out, " <span class=\"note\">%s</span>", check);
    eh_html(out, "</div>");
}

static void put_due_line(struct eh_page *page, const json_t *ticket)
{
    eh_html(&page->main, "<div class=\"row-more\">");
    eh_due_put(page, ticket);
    eh_html(&page->main, "</div>");
}

static void put_ticket(struct eh_page *page, const json_t *ticket)
{
    struct eh_html *out = &page->main;
    const char *customer = eh_text_of(ticket, "customer");
    eh_html(out, "<li class=\"row\" data-key=\"%s/%s\" data-name=\"%s\"><div class=\"row-main\">",
            eh_text_of(ticket, "source"), eh_text_of(ticket, "id"), eh_text_of(ticket, "id"));
    eh_part_ticket(page, eh_text_of(ticket, "source"), eh_text_of(ticket, "id"));
    eh_html(out, " <span class=\"kind\">%s</span>", eh_text_of(ticket, "kind"));
    if (*customer)
        eh_html(out, " <span class=\"customer\">%s</span>", customer);
    eh_html(out, "</div><div class=\"row-side\">");
    if (eh_int_of(ticket, "value") != 0)
        eh_part_money(page, eh_int_of(ticket, "value"), eh_text_of(ticket, "currency"));
    eh_html(out, " ");
    eh_part_since(page, eh_text_of(ticket, "assigned_at"));
    eh_html(out, "</div>");
    if (eh_due_us(ticket) != INT64_MAX || !eh_null_of(ticket, "paused_at") ||
        !eh_null_of(ticket, "lapses_at"))
        put_due_line(page, ticket);
    put_why(page, ticket);
    eh_due_actions(page, ticket);
    eh_html(out, "</li>");
}

/* Those that are paused, or are not: what is due first. */
static void put_list(struct eh_page *page, const json_t *tickets, bool paused)
{
    const json_t *sorted[SHOWN_MAX];
    size_t count = eh_due_sort(tickets, sorted, SHOWN_MAX, paused);
    if (paused && count > 0)
        eh_html(&page->main,
                "<h3 id=\"my-paused\">Waiting for the customer <span "
                "class=\"count\">%zu</span></h3>",
                count);
    if (count > 0 && paused)
        eh_html(&page->main, "<ul class=\"rows\" aria-labelledby=\"my-paused\">");
    else if (!paused)
        eh_html(&page->main, "<ul class=\"rows\" data-news=\"ticket\">");
    for (size_t i = 0; i < count; i++)
        put_ticket(page, sorted[i]);
    if (count > 0 || !paused)
        eh_html(&page->main, "</ul>");
}

static void put_tickets(struct eh_page *page, const json_t *rep)
{
    struct eh_html *out = &page->main;
    const json_t *list = eh_page_get(page,
                                     "/v1/tickets?rep=%s&state=assigned&newest=1&limit=100"
                                     "&receipts=1",
                                     eh_text_of(rep, "id"));
    const json_t *tickets = json_object_get(list, "tickets");
    eh_html(out,
            "<section class=\"card\" aria-labelledby=\"my-tickets\"><h2 id=\"my-tickets\">My "
            "tickets <span class=\"count\">%lld</span></h2>",
            (long long)eh_int_of(rep, "open"));
    if (json_array_size(tickets) == 0)
        eh_html(out, "<p class=\"empty\">Nothing is open. The next ticket appears here by "
                     "itself.</p>");
    put_list(page, tickets, false);
    put_list(page, tickets, true);
    if (!eh_null_of(list, "after"))
        eh_html(out, "<p class=\"note\">These are the newest 100.</p>");
    eh_html(out, "</section>");
}

static void show(struct eh_page *page)
{
    const json_t *own = json_object_get(page->me, "rep");
    const json_t *rep = eh_page_get(page, "/v1/reps/%s", eh_text_of(own, "id"));
    eh_html(&page->main, "<h1>My day</h1>");
    put_switch(page, rep);
    put_tickets(page, own);
}

const struct eh_screen eh_screen_my_day = {
    .path = "/day", .nav = "My day", .title = "My day", .roles = EH_IS_REP, .show = show};
