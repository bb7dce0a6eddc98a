/* ticket: what it is, who has it and why, what happened to it, and what can be done by hand. */
#include "web/screens/board_parts.h"
#include "web/screens/due.h"
#include "web/screens/money_parts.h"
#include "web/screens/screens.h"

/* ---- What it is. */

static void put_fact(struct eh_page *page, const char *name, const char *value)
{
    if (*value)
        eh_html(&page->main, "<div><dt>%s</dt><dd>%s</dd></div>", name, value);
}

static void put_moment(struct eh_page *page, const char *name, const char *when)
{
    if (!*when)
        return;
    eh_html(&page->main, "<div><dt>%s</dt><dd>", name);
    eh_part_time(page, when);
    eh_html(&page->main, "</dd></div>");
}

static void put_value(struct eh_page *page, const json_t *ticket, const char *name, const char *key)
{
    if (eh_int_of(ticket, key) == 0)
        return;
    eh_html(&page->main, "<div><dt>%s</dt><dd>", name);
    eh_part_money(page, eh_int_of(ticket, key), eh_text_of(ticket, "currency"));
    eh_html(&page->main, "</dd></div>");
}

static const char *joined(struct eh_page *page, const json_t *list)
{
    const char *text = "";
    size_t i;
    const json_t *one;
    json_array_foreach(list, i, one)
    {
        text = eh_page_text(page, "%s%s%s", text, i ? ", " : "", json_string_value(one));
    }
    return text;
}

/* When it has to be answered, or was; whether it waits for its customer. */
static void put_due(struct eh_page *page, const json_t *ticket)
{
    if (!eh_null_of(ticket, "paused_at"))
        put_moment(page, "Waits for the customer since", eh_text_of(ticket, "paused_at"));
    if (eh_true_of(ticket, "answered"))
        put_fact(page, "Answered", "yes");
    if ((eh_null_of(ticket, "due_at") && eh_null_of(ticket, "lapses_at")) ||
        eh_true_of(ticket, "answered"))
        return;
    eh_html(&page->main, "<div><dt>To be answered</dt><dd>");
    eh_due_put(page, ticket);
    eh_html(&page->main, "</dd></div>");
}

/* What it is dealt by: "7, 2 of it by waiting". */
static const char *priority_text(struct eh_page *page, const json_t *ticket)
{
    long long raised = (long long)eh_int_of(ticket, "raised");
    long long priority = (long long)eh_int_of(ticket, "priority") + raised;
    if (raised)
        return eh_page_text(page, "%lld, %lld of it by waiting", priority, raised);
    return eh_page_text(page, "%lld", priority);
}

static void put_facts(struct eh_page *page, const json_t *ticket, const json_t *team)
{
    eh_html(&page->main, "<dl class=\"facts\">");
    put_fact(page, "State", eh_text_of(ticket, "state"));
    put_fact(page, "Why it waits", eh_waiting_words(eh_text_of(ticket, "why")));
    put_fact(page, "With", eh_name_in(team, eh_text_of(ticket, "rep")));
    put_fact(page, "At the helpdesk with", eh_text_of(ticket, "account"));
    put_fact(page, "Team", team ? eh_name_of(team) : eh_text_of(ticket, "team"));
    put_fact(page, "Kind", eh_text_of(ticket, "kind"));
    put_value(page, ticket, "Value", "value");
    put_value(page, ticket, "Refunded", "refunded");
    put_fact(page, "Priority", priority_text(page, ticket));
    put_fact(page, "Points", eh_page_text(page, "%lld", (long long)eh_int_of(ticket, "points")));
    put_fact(page, "Skills", joined(page, json_object_get(ticket, "skills")));
    put_fact(page, "Skills that nobody has",
             joined(page, json_object_get(ticket, "missing_skills")));
    put_due(page, ticket);
    put_moment(page, "Received", eh_text_of(ticket, "received_at"));
    put_moment(page, "Assigned", eh_text_of(ticket, "assigned_at"));
    put_moment(page, "Closed", eh_text_of(ticket, "closed_at"));
    put_fact(page, "Outcome", eh_text_of(ticket, "outcome"));
    put_fact(page, "Came before as", eh_text_of(ticket, "resent_of"));
    eh_html(&page->main, "</dl>");
}

/* ---- The receipt. */

static const char *who_in(const struct eh_page *page, const json_t *team, const char *rep)
{
    bool own = strcmp(eh_text_of(json_object_get(page->me, "rep"), "id"), rep) == 0;
    return *rep && own ? "you" : eh_name_in(team, rep);
}

static void put_json(struct eh_page *page, json_t *value, unsigned depth);

static void put_number(struct eh_page *page, const json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));
    eh_html(&page->main, "%s", text ? text : "");
    free(text);
}

static void put_members(struct eh_page *page, json_t *object, unsigned depth)
{
    const char *key;
    json_t *value;
    eh_html(&page->main, "<dl class=\"tree\">");
    json_object_foreach(object, key, value)
    {
        if (json_is_null(value) || (json_is_array(value) && json_array_size(value) == 0))
            continue;
        eh_html(&page->main, "<div><dt>%s</dt><dd>", key);
        put_json(page, value, depth + 1);
        eh_html(&page->main, "</dd></div>");
    }
    eh_html(&page->main, "</dl>");
}

static void put_items(struct eh_page *page, json_t *list, unsigned depth)
{
    size_t i;
    json_t *one;
    eh_html(&page->main, "<ol class=\"tree\">");
    json_array_foreach(list, i, one)
    {
        eh_html(&page->main, "<li>");
        put_json(page, one, depth + 1);
        eh_html(&page->main, "</li>");
    }
    eh_html(&page->main, "</ol>");
}

#define DEPTH_MAX 8

static void put_json(struct eh_page *page, json_t *value, unsigned depth)
{
    if (depth > DEPTH_MAX)
        eh_html(&page->main, "…");
    else if (json_is_object(value))
        put_members(page, value, depth);
    else if (json_is_array(value))
        put_items(page, value, depth);
    else if (json_is_string(value))
        eh_html(&page->main, "%s", json_string_value(value));
    else
        put_number(page, value);
}

static void put_receipt(struct eh_page *page, json_t *receipt, const json_t *team)
{
    const char *check = eh_text_of(receipt, "check");
    eh_html(&page->main,
            "<section class=\"card\" aria-labelledby=\"why\"><h2 id=\"why\">Why %s</h2>",
            who_in(page, team, eh_text_of(receipt, "rep")));
    if (!*eh_text_of(receipt, "reason")) {
        eh_html(&page->main, "<p class=\"empty\">Nobody has got it yet, so there is no receipt.</p>"
                             "</section>");
        return;
    }
    eh_html(&page->main, "<p>");
    eh_money_amounts(page, eh_text_of(receipt, "reason"));
    eh_html(&page->main, "</p>");
    if (*check)
        eh_html(&page->main, "<p class=\"note\">%s</p>", check);
    eh_html(&page->main, "<details id=\"receipt\"><summary>The receipt in full</summary>");
    put_json(page, receipt, 0);
    eh_html(&page->main, "</details></section>");
}

/* ---- What happened. */

/* A rep gets a ticket, or it happens while they have it. */
static const char *rep_word(const char *type)
{
    return strcmp(type, "assigned") == 0 || strcmp(type, "returned") == 0 ? "to" : "with";
}

static void put_event(struct eh_page *page, const json_t *event)
{
    const char *by = eh_text_of(event, "by"), *reason = eh_text_of(event, "reason");
    const char *rep = eh_text_of(event, "rep"), *why = eh_text_of(event, "why");
    const char *was = eh_text_of(event, "was"), *type = eh_text_of(event, "type");
    struct eh_html *out = &page->main;
    eh_html(out, "<li class=\"row\" data-key=\"%lld\"><div class=\"row-main\"><strong>%s</strong>",
            (long long)eh_int_of(event, "seq"), type);
    if (*rep)
        eh_html(out, " <span>%s %s</span>", rep_word(type), rep);
    if (*was)
        eh_html(out, " <span class=\"kind\">from %s</span>", was);
    if (*why)
        eh_html(out, " <span class=\"chip\">%s</span>", why);
    eh_html(out, "</div><div class=\"row-side\">");
    eh_part_time(page, eh_text_of(event, "at"));
    eh_html(out, "</div>");
    if (*by || *reason)
        eh_html(out, "<div class=\"row-more\">%s%s%s</div>", by, *by && *reason ? ": " : "",
                reason);
    eh_html(out, "</li>");
}

static void put_history(struct eh_page *page, const json_t *ticket)
{
    const json_t *history = json_object_get(ticket, "history");
    size_t count = json_array_size(history);
    eh_html(&page->main, "<section class=\"card\" aria-labelledby=\"history\"><h2 id=\"history\">"
                         "What happened</h2><ul class=\"rows\">");
    while (count-- > 0)
        put_event(page, json_array_get(history, count));
    eh_html(&page->main, "</ul>");
    if (json_array_size(history) == 0)
        eh_html(&page->main, "<p class=\"empty\">Nothing yet.</p>");
    eh_html(&page->main, "</section>");
}

/* ---- What can be done. */

static bool is_own(const struct eh_page *page, const json_t *ticket)
{
    const char *own = eh_text_of(json_object_get(page->me, "rep"), "id");
    return *own && strcmp(own, eh_text_of(ticket, "rep")) == 0;
}

/* What the rep who has it can say. */
static void put_own(struct eh_page *page, const json_t *ticket)
{
    if (!is_own(page, ticket) || strcmp(eh_text_of(ticket, "state"), "assigned") != 0)
        return;
    eh_html(&page->main, "<section class=\"card\" aria-labelledby=\"own\"><h2 id=\"own\">It is "
                         "yours</h2>");
    eh_due_actions(page, ticket);
    eh_html(&page->main, "</section>");
}

static void put_actions(struct eh_page *page, const json_t *ticket)
{
    const char *id = eh_text_of(ticket, "team");
    bool closed = strcmp(eh_text_of(ticket, "state"), "closed") == 0;
    const json_t *team;
    if (!*id || !eh_page_manages(page, id))
        return;
    team = closed ? NULL : eh_page_get(page, "/v1/teams/%s", id);
    eh_html(&page->main,
            "<section class=\"card\" aria-labelledby=\"do\"><h2 id=\"do\">By hand</h2>");
    if (!closed)
        eh_by_hand_ticket_forms(page, ticket, team);
    eh_by_hand_outcome(page, ticket);
    if (!closed)
        eh_by_hand_names(page, team);
    eh_html(&page->main, "</section>");
}

/* NULL: the person does not see it, or the ticket is in none. */
static const json_t *team_of(struct eh_page *page, const json_t *ticket)
{
    const char *id = eh_text_of(ticket, "team");
    const struct eh_answer *answer = NULL;
    if (*id && eh_page_is(page, EH_IS_MANAGER | EH_IS_OPERATOR | EH_IS_AUDITOR))
        answer = eh_page_ask(page, "/v1/teams/%s", id);
    return answer && !answer->why ? answer->body : NULL;
}

static void put_head(struct eh_page *page, const json_t *ticket, const json_t *team)
{
    struct eh_html *out = &page->main;
    eh_html(out, "<div class=\"title\"><h1>Ticket ");
    eh_part_ticket(page, eh_text_of(ticket, "source"), eh_text_of(ticket, "id"));
    eh_html(out, "</h1>");
    if (team) {
        eh_html(out, "<p class=\"lead\">");
        eh_html_link(out, eh_name_of(team), "/teams/%s", eh_text_of(team, "id"));
        eh_html(out, "</p>");
    }
    eh_html(out, "</div>");
}

static void show(struct eh_page *page)
{
    const struct eh_answer *answer = eh_page_ask(
        page, "/v1/tickets/%s/%s", eh_page_part(page, "source"), eh_page_part(page, "id"));
    const json_t *ticket = answer && !answer->why ? answer->body : NULL;
    const json_t *team = team_of(page, ticket);
    if (answer && answer->why) {
        page->status = answer->status ? answer->status : 503;
        eh_html(&page->main, "<h1>Nothing here</h1><p class=\"lead\">%s</p>", answer->why);
        return;
    }
    page->title = eh_page_text(page, "Ticket %s", eh_text_of(ticket, "id"));
    put_head(page, ticket, team);
    eh_html(&page->main, "<div class=\"board\"><div class=\"stack\"><section class=\"card\" "
                         "aria-labelledby=\"what\">"
                         "<h2 id=\"what\">What it is</h2>");
    put_facts(page, ticket, team);
    eh_html(&page->main, "</section>");
    put_receipt(page, json_object_get(ticket, "receipt"), team);
    eh_html(&page->main, "</div><div class=\"stack\">");
    put_own(page, ticket);
    put_actions(page, ticket);
    put_history(page, ticket);
    eh_html(&page->main, "</div></div>");
}

const struct eh_screen eh_screen_ticket = {.path = "/tickets/{source}/{id}",
                                           .under = "/teams",
                                           .title = "Ticket",
                                           .roles = EH_IS_ANYBODY,
                                           .show = show};
