/* due: when a ticket has to be answered, and whether it waits for its customer: in words, for no
 * colour says it alone. */
#include "web/screens/due.h"

#define SOON_US (INT64_C(3600) * 1000000)
#define NEVER   INT64_MAX

int64_t eh_due_us(const json_t *ticket)
{
    int64_t us;
    const char *due = eh_text_of(ticket, "due_at");
    if (!*due || eh_true_of(ticket, "answered") || !eh_null_of(ticket, "paused_at") ||
        eh_time_parse(eh_str(due), &us, NULL) < 0)
        return NEVER;
    return us;
}

static void put_paused(struct eh_page *page, const json_t *ticket)
{
    eh_html(&page->main, "<span class=\"chip\">waits for the customer</span> <span "
                         "class=\"due\">since ");
    eh_part_time(page, eh_text_of(ticket, "paused_at"));
    eh_html(&page->main, "</span> ");
}

/* Until when its rep may leave it without an answer. */
static void put_lapse(struct eh_page *page, const json_t *ticket)
{
    bool back = strcmp(eh_text_of(ticket, "lapse"), "return") == 0;
    if (eh_null_of(ticket, "lapses_at"))
        return;
    eh_html(&page->main, "<span class=\"due\">%s at ", back ? "goes back" : "is told");
    eh_part_time(page, eh_text_of(ticket, "lapses_at"));
    eh_html(&page->main, " if it is not answered</span> ");
}

static void put_due(struct eh_page *page, const json_t *ticket)
{
    struct eh_html *out = &page->main;
    int64_t due_us = eh_due_us(ticket), now_us = eh_clock_now_us(&page->pages->clock);
    if (due_us == NEVER)
        return;
    if (eh_true_of(ticket, "late"))
        eh_html(out, "<span class=\"chip bad-chip\">late</span> ");
    else if (due_us <= now_us + SOON_US)
        eh_html(out, "<span class=\"chip warn-chip\">due within the hour</span> ");
    eh_html(out, "<span class=\"due\">%s ", eh_true_of(ticket, "late") ? "was due" : "due");
    eh_part_time(page, eh_text_of(ticket, "due_at"));
    eh_html(out, "</span> ");
}

void eh_due_put(struct eh_page *page, const json_t *ticket)
{
    if (!eh_null_of(ticket, "paused_at"))
        put_paused(page, ticket);
    put_due(page, ticket);
    put_lapse(page, ticket);
}

/* ---- Order. */

size_t eh_due_sort(const json_t *tickets, const json_t **ret, size_t most, bool paused)
{
    size_t count = 0, i;
    const json_t *ticket;
    json_array_foreach(tickets, i, ticket)
    {
        size_t at = count;
        if (count == most || eh_null_of(ticket, "paused_at") == paused)
            continue;
        for (; at > 0 && eh_due_us(ret[at - 1]) > eh_due_us(ticket); at--)
            ret[at] = ret[at - 1];
        ret[at] = ticket;
        count++;
    }
    return count;
}

/* ---- What the rep who has it can say. */

static void put_button(struct eh_page *page, const json_t *ticket, const char *change,
                       const char *words)
{
    const char *id = eh_text_of(ticket, "id");
    eh_part_form_for(page, change, "own", "id", id);
    eh_part_hidden(page, "source", eh_text_of(ticket, "source"));
    eh_html(&page->main, "<button aria-label=\"%s: ticket %s\">%s</button>", words, id, words);
    eh_part_form_end(page);
}

void eh_due_actions(struct eh_page *page, const json_t *ticket)
{
    bool paused = !eh_null_of(ticket, "paused_at");
    if (strcmp(eh_text_of(ticket, "state"), "assigned") != 0)
        return;
    eh_html(&page->main, "<div class=\"row-more own-actions\">");
    if (!eh_null_of(ticket, "answered") && !eh_true_of(ticket, "answered"))
        put_button(page, ticket, "/change/answered", "Answered");
    if (json_object_get(ticket, "paused_at"))
        put_button(page, ticket, paused ? "/change/resume" : "/change/pause",
                   paused ? "The customer has answered" : "Waits for the customer");
    eh_html(&page->main, "</div>");
}

/* ---- A team. */

void eh_due_counts(struct eh_page *page, const json_t *team)
{
    static const struct {
        const char *key, *class_name, *words;
    } rows[] = {{"late", "chip bad-chip", "late"},
                {"due_soon", "chip warn-chip", "due within the hour"},
                {"paused", "chip", "waiting for customers"}};
    bool any = false;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        long long count = (long long)eh_int_of(team, rows[i].key);
        if (count == 0)
            continue;
        eh_html(&page->main, "%s<span class=\"%s\">%lld %s</span> ",
                any ? "" : "<p class=\"chips dues\">", rows[i].class_name, count, rows[i].words);
        any = true;
    }
    if (any)
        eh_html(&page->main, "</p>");
}

/* "6 an hour", "30 a day", "6 an hour and 30 a day" */
void eh_at_most_put(struct eh_page *page, const json_t *team)
{
    const json_t *at_most = json_object_get(team, "at_most");
    long long hour = (long long)eh_int_of(at_most, "per_hour");
    long long day = (long long)eh_int_of(at_most, "per_day");
    if (hour == 0 && day == 0)
        return;
    eh_html(&page->main, "<p class=\"note at-most\">At most ");
    if (hour)
        eh_html(&page->main, "%lld an hour%s", hour, day ? " and " : "");
    if (day)
        eh_html(&page->main, "%lld a day", day);
    eh_html(&page->main, " are dealt to a rep with a full share.</p>");
}
