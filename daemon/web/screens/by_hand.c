/* by_hand: the forms of what a manager does by hand. Each asks why, for it stands in the log. */
#include "web/screens/board_parts.h"

#define ASSIGN  "/change/assign"
#define MOVE    "/change/move"
#define RETURN  "/change/return"
#define RELEASE "/change/release"
#define STATE   "/change/state"
#define OUTCOME "/change/outcome"

#define CHOICES_MAX 40 /* more are a text field that knows the names */

/* Whether the refused form is this thing's. */
static bool is_wrong_of(const struct eh_page *page, const char *change, const char *field,
                        const char *which)
{
    return page->wrong.change && strcmp(page->wrong.change, change) == 0 &&
           strcmp(eh_form_get(page->wrong.form, field), which) == 0;
}

/* What was typed into that form. */
static const char *typed(const struct eh_page *page, const char *change, const char *field,
                         const char *which, const char *wanted)
{
    return is_wrong_of(page, change, field, which) ? eh_part_value(page, change, wanted, "") : "";
}

static void fold_begin(struct eh_page *page, const char *key, const char *words, bool open)
{
    eh_html(&page->main, "<details class=\"row-more hand\" id=\"hand-%s\"%s><summary>%s</summary>",
            key, open ? " open" : "", words);
}

static void fold_end(struct eh_page *page)
{
    eh_html(&page->main, "</details>");
}

static void put_reason(struct eh_page *page, const char *typed_before, bool required)
{
    eh_html(&page->main,
            "<label>%s<input name=\"reason\" maxlength=\"500\" autocomplete=\"off\"%s "
            "value=\"%s\"></label>",
            required ? "Reason" : "Reason, if you like; it stays in the log",
            required ? " required" : "", typed_before);
}

/* ---- A rep. */

static void put_state_button(struct eh_page *page, const json_t *rep, const char *state,
                             const char *words)
{
    if (strcmp(eh_text_of(rep, "state"), state) != 0)
        eh_html(&page->main, "<button name=\"status\" value=\"%s\">%s</button>", state, words);
}

/* Who ends another's overloaded has to say why. */
static void put_state_form(struct eh_page *page, const json_t *rep)
{
    const char *id = eh_text_of(rep, "id");
    bool overloaded = strcmp(eh_text_of(rep, "state"), "overloaded") == 0;
    eh_part_form_for(page, STATE, "fields", "rep", id);
    put_reason(page, typed(page, STATE, "rep", id, "reason"), overloaded);
    eh_html(&page->main, "<div class=\"actions\">");
    put_state_button(page, rep, "away", "Set away");
    put_state_button(page, rep, "available", "Set available");
    eh_html(&page->main, "</div>");
    eh_part_form_end(page);
}

static void put_release_form(struct eh_page *page, const json_t *rep)
{
    const char *id = eh_text_of(rep, "id");
    long long open = (long long)eh_int_of(rep, "open");
    eh_part_form_for(page, RELEASE, "fields", "rep", id);
    put_reason(page, typed(page, RELEASE, "rep", id, "reason"), true);
    eh_html(&page->main,
            "<div class=\"actions\"><button class=\"danger\">Release %lld open %s</button></div>"
            "<p class=\"note\">What they have of your teams goes back to the deal, and they "
            "get nothing there until they signal.</p>",
            open, open == 1 ? "ticket" : "tickets");
    eh_part_form_end(page);
}

void eh_by_hand_rep(struct eh_page *page, const json_t *rep)
{
    const char *id = eh_text_of(rep, "id"), *state = eh_text_of(rep, "state");
    bool open = is_wrong_of(page, STATE, "rep", id) || is_wrong_of(page, RELEASE, "rep", id);
    fold_begin(page, id, "Set away, release", open);
    eh_html(&page->main, "<div class=\"by-hand\">");
    if (strcmp(state, "left") != 0)
        put_state_form(page, rep);
    put_release_form(page, rep);
    eh_html(&page->main, "</div>");
    fold_end(page);
}

/* ---- A ticket. */

static void form_begin_ticket(struct eh_page *page, const char *change, const json_t *ticket)
{
    eh_part_form_for(page, change, "fields", "id", eh_text_of(ticket, "id"));
    eh_part_hidden(page, "source", eh_text_of(ticket, "source"));
}

static const char *typed_of(const struct eh_page *page, const char *change, const json_t *ticket,
                            const char *wanted)
{
    return typed(page, change, "id", eh_text_of(ticket, "id"), wanted);
}

static void put_options(struct eh_page *page, const json_t *list, const char *but,
                        const char *chosen)
{
    size_t i;
    const json_t *one;
    json_array_foreach(list, i, one)
    {
        const char *id = eh_text_of(one, "id"), *state = eh_text_of(one, "state");
        if (strcmp(id, but) == 0 || strcmp(state, "left") == 0)
            continue;
        eh_html(&page->main, "<option value=\"%s\"%s>%s%s%s</option>", id,
                strcmp(id, chosen) == 0 ? " selected" : "", eh_name_of(one),
                *state && strcmp(state, "available") != 0 ? ", " : "",
                strcmp(state, "available") != 0 ? state : "");
    }
}

/* One of a list: chosen, or typed where there are many. */
static void put_choice(struct eh_page *page, const char *words, const char *name,
                       const json_t *list, const char *but, const char *chosen)
{
    bool many = json_array_size(list) > CHOICES_MAX;
    if (many)
        eh_html(&page->main,
                "<label>%s<input name=\"%s\" list=\"all-%s\" required autocomplete=\"off\" "
                "value=\"%s\"></label>",
                words, name, name, chosen);
    else
        eh_html(&page->main,
                "<label>%s<select name=\"%s\" required><option value=\"\">Choose …"
                "</option>",
                words, name);
    if (many)
        return;
    put_options(page, list, but, chosen);
    eh_html(&page->main, "</select></label>");
}

static void put_assign_form(struct eh_page *page, const json_t *ticket, const json_t *team)
{
    form_begin_ticket(page, ASSIGN, ticket);
    put_choice(page, "Give to", "rep", json_object_get(team, "reps"), eh_text_of(ticket, "rep"),
               typed_of(page, ASSIGN, ticket, "rep"));
    put_reason(page, typed_of(page, ASSIGN, ticket, "reason"), true);
    eh_html(&page->main, "<div class=\"actions\"><button class=\"main\">Give</button></div>");
    eh_part_form_end(page);
}

/* The teams that the person sees can be chosen; another one's id is typed. */
static void put_move_form(struct eh_page *page, const json_t *ticket)
{
    form_begin_ticket(page, MOVE, ticket);
    eh_html(
        &page->main,
        "<label>Move to team<input name=\"team\" list=\"all-team\" required autocomplete=\"off\" "
        "value=\"%s\"></label>",
        typed_of(page, MOVE, ticket, "team"));
    put_reason(page, typed_of(page, MOVE, ticket, "reason"), true);
    eh_html(&page->main, "<div class=\"actions\"><button>Move</button></div>");
    eh_part_form_end(page);
}

static void put_return_form(struct eh_page *page, const json_t *ticket)
{
    form_begin_ticket(page, RETURN, ticket);
    put_reason(page, typed_of(page, RETURN, ticket, "reason"), true);
    eh_html(&page->main,
            "<div class=\"actions\"><button>Back to the deal</button></div>"
            "<p class=\"note\">It is dealt again, and not to the rep who has it while another "
            "can have it.</p>");
    eh_part_form_end(page);
}

static void put_names(struct eh_page *page, const char *name, const json_t *list)
{
    eh_html(&page->main, "<datalist id=\"all-%s\">", name);
    put_options(page, list, "", "");
    eh_html(&page->main, "</datalist>");
}

void eh_by_hand_names(struct eh_page *page, const json_t *team)
{
    const json_t *reps = json_object_get(team, "reps");
    if (json_array_size(reps) > CHOICES_MAX)
        put_names(page, "rep", reps);
    put_names(page, "team", json_object_get(eh_page_get(page, "/v1/teams"), "teams"));
}

static bool is_assigned(const json_t *ticket)
{
    return strcmp(eh_text_of(ticket, "state"), "assigned") == 0;
}

static bool is_wrong_ticket(const struct eh_page *page, const char *id)
{
    return is_wrong_of(page, ASSIGN, "id", id) || is_wrong_of(page, MOVE, "id", id) ||
           is_wrong_of(page, RETURN, "id", id);
}

void eh_by_hand_ticket_forms(struct eh_page *page, const json_t *ticket, const json_t *team)
{
    eh_html(&page->main, "<div class=\"by-hand\">");
    put_assign_form(page, ticket, team);
    put_move_form(page, ticket);
    if (is_assigned(ticket))
        put_return_form(page, ticket);
    eh_html(&page->main, "</div>");
}

void eh_by_hand_ticket(struct eh_page *page, const json_t *ticket, const json_t *team)
{
    const char *id = eh_text_of(ticket, "id");
    fold_begin(page, id, is_assigned(ticket) ? "Give, move, back to the deal" : "Give, move",
               is_wrong_ticket(page, id));
    eh_by_hand_ticket_forms(page, ticket, team);
    fold_end(page);
}

static const struct {
    const char *value, *words;
} outcomes[] = {{"won", "won"},
                {"lost", "lost"},
                {"resolved", "resolved"},
                {"cancelled spam", "cancelled: spam"},
                {"cancelled duplicate", "cancelled: a duplicate"},
                {"cancelled merged", "cancelled: merged"},
                {"cancelled test", "cancelled: a test"},
                {"cancelled customer", "cancelled by the customer"}};

static void put_outcomes(struct eh_page *page, const char *chosen)
{
    eh_html(&page->main, "<label>Close as<select name=\"outcome\" required><option "
                         "value=\"\">Choose …</option>");
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        eh_html(&page->main, "<option value=\"%s\"%s>%s</option>", outcomes[i].value,
                strcmp(outcomes[i].value, chosen) == 0 ? " selected" : "", outcomes[i].words);
    eh_html(&page->main, "</select></label>");
}

void eh_by_hand_outcome(struct eh_page *page, const json_t *ticket)
{
    bool closed = strcmp(eh_text_of(ticket, "state"), "closed") == 0;
    form_begin_ticket(page, OUTCOME, ticket);
    if (closed)
        eh_part_hidden(page, "outcome", "reopened");
    else
        put_outcomes(page, typed_of(page, OUTCOME, ticket, "outcome"));
    eh_html(&page->main,
            "<div class=\"actions\"><button>%s</button></div><p class=\"note\">The helpdesk is "
            "not told: where it can be done there, do it there, and evenhand hears of it.</p>",
            closed ? "Reopen" : "Close");
    eh_part_form_end(page);
}
