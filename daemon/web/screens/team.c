/* team: one team in full: what needs a hand, its tickets, its reps, and what can be done by hand.
 * Tickets and reps come in pages. */
#include "web/screens/board_parts.h"
#include "web/screens/due.h"
#include "web/screens/money_parts.h"
#include "web/screens/screens.h"

#define REPS_SHOWN 50 /* of a page */

/* ---- Tickets. */

static const struct {
    const char *state, *words, *empty;
    bool newest; /* first; else the one that has waited longest */
} lists[] = {
    {"waiting", "Waiting", "Nothing waits. The next ticket appears here by itself.", false},
    {"assigned", "With a rep", "Nobody has an open ticket.", true},
    {"held", "Held", "Nobody outside the team holds a ticket of it.", true},
};
#define LISTS (sizeof lists / sizeof *lists)

static size_t chosen_list(const struct eh_page *page)
{
    const char *show = eh_page_query(page, "show");
    for (size_t i = 0; i < LISTS; i++)
        if (strcmp(show, lists[i].state) == 0)
            return i;
    return 0;
}

static const json_t *tickets_get(struct eh_page *page, const char *team)
{
    const char *after = eh_page_query(page, "after"), *state = lists[chosen_list(page)].state;
    if (lists[chosen_list(page)].newest)
        return eh_page_get(page, "/v1/tickets?team=%s&state=%s&newest=1&limit=20&after=%s", team,
                           state, after);
    return eh_page_get(page, "/v1/tickets?team=%s&state=%s&limit=20&after=%s", team, state, after);
}

static void put_tabs(struct eh_page *page, const char *team)
{
    eh_html(&page->main, "<nav class=\"tabs\" aria-label=\"Tickets\">");
    for (size_t i = 0; i < LISTS; i++) {
        eh_part_link(page, i == chosen_list(page));
        eh_html_url(&page->main, "/teams/%s?show=%s", team, lists[i].state);
        eh_html(&page->main, "\">%s</a>", lists[i].words);
    }
    eh_html(&page->main, "</nav>");
}

/* With whom it is, or what it waits for. */
static void put_who_has_it(struct eh_page *page, const json_t *ticket)
{
    struct eh_html *out = &page->main;
    const char *rep = eh_text_of(ticket, "rep"), *account = eh_text_of(ticket, "account");
    const json_t *missing = json_object_get(ticket, "missing_skills"), *skill;
    size_t i;
    eh_html(out, "<div class=\"row-break\"></div><div class=\"row-why\">");
    eh_due_put(page, ticket);
    if (*rep)
        eh_html(out, "with %s", rep);
    else if (*account)
        eh_html(out, "with %s, outside the team", account);
    else
        eh_html(out, "%s", eh_waiting_words(eh_text_of(ticket, "why")));
    json_array_foreach(missing, i, skill)
    {
        eh_html(out, "%s%s", i ? ", " : ": ", json_string_value(skill));
    }
    eh_html(out, "</div>");
}

static void put_ticket(struct eh_page *page, const json_t *ticket, const json_t *team)
{
    struct eh_html *out = &page->main;
    const char *source = eh_text_of(ticket, "source"), *id = eh_text_of(ticket, "id");
    bool assigned = !eh_null_of(ticket, "assigned_at");
    eh_html(out, "<li class=\"row\" data-key=\"%s/%s\" data-name=\"%s\"><div class=\"row-main\">",
            source, id, id);
    eh_html(out, "<span class=\"ticket\">");
    eh_html_link(out, id, "/tickets/%s/%s", source, id);
    eh_html(out, "</span> <span class=\"kind\">%s</span>", eh_text_of(ticket, "kind"));
    eh_html(out, "</div><div class=\"row-side\">");
    if (eh_int_of(ticket, "value") != 0)
        eh_part_money(page, eh_int_of(ticket, "value"), eh_text_of(ticket, "currency"));
    eh_html(out, " ");
    eh_part_since(page, eh_text_of(ticket, assigned ? "assigned_at" : "received_at"));
    eh_html(out, "</div>");
    put_who_has_it(page, ticket);
    if (eh_page_manages(page, eh_text_of(team, "id")))
        eh_by_hand_ticket(page, ticket, team);
    eh_html(out, "</li>");
}

static void put_pages(struct eh_page *page, const char *team, const json_t *list)
{
    const char *show = lists[chosen_list(page)].state, *after = eh_text_of(list, "after");
    bool first = !*eh_page_query(page, "after");
    if (first && !*after)
        return;
    eh_html(&page->main, "<nav class=\"pages\" aria-label=\"Pages of tickets\">");
    if (!first)
        eh_html_link(&page->main, "First page", "/teams/%s?show=%s", team, show);
    if (*after)
        eh_html_link(&page->main, "Next 20", "/teams/%s?show=%s&after=%s", team, show, after);
    eh_html(&page->main, "</nav>");
}

static void put_tickets(struct eh_page *page, const json_t *team)
{
    const char *id = eh_text_of(team, "id");
    const json_t *list = tickets_get(page, eh_page_part(page, "team"));
    const json_t *tickets = json_object_get(list, "tickets"), *ticket;
    size_t i;
    eh_html(&page->main, "<section class=\"card\" aria-labelledby=\"tickets\"><h2 id=\"tickets\">"
                         "Tickets</h2>");
    eh_waiting_put(page, team);
    eh_due_counts(page, team);
    put_tabs(page, id);
    if (json_array_size(tickets) == 0)
        eh_html(&page->main, "<p class=\"empty\">%s</p>", lists[chosen_list(page)].empty);
    eh_html(&page->main, "<ul class=\"rows\" data-news=\"ticket\">");
    json_array_foreach(tickets, i, ticket)
    {
        put_ticket(page, ticket, team);
    }
    eh_html(&page->main, "</ul>");
    put_pages(page, id, list);
    eh_html(&page->main, "</section>");
}

/* ---- Reps. */

static size_t reps_from(const struct eh_page *page, size_t count)
{
    int64_t from = 0;
    if (eh_integer_parse(eh_str(eh_page_query(page, "from")), &from, NULL) < 0 || from < 0 ||
        (uint64_t)from >= count)
        return 0;
    return (size_t)from;
}

static void put_rep_pages(struct eh_page *page, const json_t *team, size_t from, size_t count)
{
    const char *id = eh_text_of(team, "id");
    if (count <= REPS_SHOWN)
        return;
    eh_html(&page->main, "<nav class=\"pages\" aria-label=\"Pages of reps\">");
    for (size_t at = 0; at < count; at += REPS_SHOWN) {
        size_t last = at + REPS_SHOWN < count ? at + REPS_SHOWN : count;
        eh_part_link(page, at == from);
        eh_html_url(&page->main, "/teams/%s?from=%lld", id, (long long)at);
        eh_html(&page->main, "#reps\">%zu to %zu</a>", at + 1, last);
    }
    eh_html(&page->main, "</nav>");
}

/* Places of the members, whoever is overloaded first. */
static size_t in_order(const json_t *reps, const json_t **ret, size_t most)
{
    static const char *const order[] = {"overloaded", "available", "away", ""};
    size_t count = 0, i;
    const json_t *rep;
    for (size_t state = 0; state < sizeof order / sizeof *order; state++)
        json_array_foreach(reps, i, rep)
        {
            const char *is = eh_text_of(rep, "state");
            bool other = strcmp(is, "overloaded") != 0 && strcmp(is, "available") != 0 &&
                         strcmp(is, "away") != 0;
            if (count < most && (*order[state] ? strcmp(is, order[state]) == 0 : other))
                ret[count++] = rep;
        }
    return count;
}

static void put_reps(struct eh_page *page, const json_t *team)
{
    const json_t *reps = json_object_get(team, "reps");
    size_t count = json_array_size(reps), from = reps_from(page, count);
    const json_t **sorted = eh_arena_alloc(page->arena, (count + 1) * sizeof *sorted);
    struct eh_rep_scale scale = eh_rep_scale(team);
    bool act = eh_page_manages(page, eh_text_of(team, "id"));
    eh_require(sorted);
    count = in_order(reps, sorted, count);
    eh_html(&page->main,
            "<section class=\"card\" aria-labelledby=\"reps\"><h2 id=\"reps\">Reps <span "
            "class=\"count\">%zu</span></h2><p class=\"note\">The first bar is open work, the "
            "others what is owed to the right and ahead to the left, in tickets and in value."
            "</p>",
            count);
    eh_at_most_put(page, team);
    eh_html(&page->main, "<ul class=\"rows reps\">");
    for (size_t i = from; i < count && i < from + REPS_SHOWN; i++)
        eh_rep_row(page, team, sorted[i], &scale, act);
    eh_html(&page->main, "</ul>");
    if (count == 0)
        eh_html(&page->main, "<p class=\"empty\">Nobody is in this team.</p>");
    put_rep_pages(page, team, from, count);
    eh_html(&page->main, "</section>");
}

/* ---- */

static void put_hands(struct eh_page *page, const json_t *team)
{
    eh_html(&page->main, "<ul class=\"hands\">");
    eh_hands_of_team(page, team);
    eh_html(&page->main, "</ul>");
}

static void refuse(struct eh_page *page, const struct eh_answer *answer)
{
    page->status = answer->status ? answer->status : 503;
    eh_html(&page->main, "<h1>Nothing here</h1><p class=\"lead\">%s</p>", answer->why);
}

static void show(struct eh_page *page)
{
    const struct eh_answer *answer = eh_page_ask(page, "/v1/teams/%s", eh_page_part(page, "team"));
    const json_t *team = answer && !answer->why ? answer->body : NULL;
    if (answer && answer->why) {
        refuse(page, answer);
        return;
    }
    page->title = eh_page_text(page, "%s, board", eh_name_of(team));
    eh_html(&page->main, "<div class=\"title\"><h1>%s</h1>", eh_name_of(team));
    eh_reps_states_put(page, team);
    eh_html(&page->main, "</div>");
    put_hands(page, team);
    eh_money_month(page, team);
    eh_html(&page->main, "<div class=\"board\">");
    put_tickets(page, team);
    put_reps(page, team);
    eh_team_times_put(page, team);
    eh_html(&page->main, "</div>");
    if (eh_page_manages(page, eh_text_of(team, "id")))
        eh_by_hand_names(page, team);
}

const struct eh_screen eh_screen_team = {.path = "/teams/{team}",
                                         .under = "/teams",
                                         .title = "Board",
                                         .roles = EH_IS_MANAGER | EH_IS_OPERATOR | EH_IS_AUDITOR,
                                         .show = show};
