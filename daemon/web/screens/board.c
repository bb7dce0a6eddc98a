/* board: what needs a hand, who is overloaded, how the month stands; then a card a team. */
#include "web/screens/board_parts.h"
#include "web/screens/due.h"
#include "web/screens/money_parts.h"
#include "web/screens/screens.h"

#define SHOWN_MAX  8  /* reps of a card; all are on the team's page */
#define OVER_MAX   6  /* reps who are overloaded, of all teams; the rest is counted */
#define MONTHS_MAX 16 /* teams whose pool is told: each is an answer more */

/* Who sees all has all teams there; others those they manage. */
static bool is_shown(const struct eh_page *page, const json_t *team)
{
    return eh_page_is(page, EH_IS_OPERATOR | EH_IS_AUDITOR) ||
           eh_page_manages(page, eh_text_of(team, "id"));
}

static void put_hands(struct eh_page *page, const json_t *teams)
{
    unsigned count = 0;
    size_t i;
    const json_t *team;
    eh_html(&page->main,
            "<section aria-labelledby=\"hands\"><h2 id=\"hands\" class=\"hidden\">What "
            "needs a hand</h2><ul class=\"hands\">");
    json_array_foreach(teams, i, team)
    {
        count += is_shown(page, team) ? eh_hands_of_team(page, team) : 0;
    }
    count += eh_hands_of_desk(page);
    eh_html(&page->main, "</ul>");
    if (count == 0)
        eh_html(&page->main, "<p class=\"good\">Nothing needs a hand.</p>");
    eh_html(&page->main, "</section>");
}

/* ---- Who is overloaded, of all teams. */

static bool is_in(const json_t *team, const char *rep)
{
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(team, "reps"), i, one)
    {
        if (strcmp(eh_text_of(one, "id"), rep) == 0)
            return true;
    }
    return false;
}

/* Whether a team before this one has told of them. */
static bool is_told(const struct eh_page *page, const json_t *teams, size_t at, const char *rep)
{
    for (size_t i = 0; i < at; i++) {
        const json_t *team = json_array_get(teams, i);
        if (is_shown(page, team) && is_in(team, rep))
            return true;
    }
    return false;
}

static void put_over(struct eh_page *page, const json_t *team, const json_t *rep)
{
    eh_html(&page->main,
            "<li class=\"row\" data-key=\"over/%s\"><div class=\"row-main\"><strong>%s"
            "</strong> ",
            eh_text_of(rep, "id"), eh_name_of(rep));
    eh_html_link(&page->main, eh_name_of(team), "/teams/%s#reps", eh_text_of(team, "id"));
    eh_html(&page->main, "</div><div class=\"row-side\">");
    if (!eh_null_of(rep, "until")) {
        eh_html(&page->main, "<span>until ");
        eh_part_time(page, eh_text_of(rep, "until"));
        eh_html(&page->main, "</span>");
    }
    eh_html(&page->main, "</div><div class=\"row-more\">%s</div></li>",
            *eh_text_of(rep, "reason") ? eh_text_of(rep, "reason") : "without a reason");
}

/* Returns how many there are. `shown` stand there already; beyond OVER_MAX they are counted alone.
 */
static unsigned put_overs(struct eh_page *page, const json_t *teams, size_t at, unsigned shown)
{
    const json_t *team = json_array_get(teams, at), *rep;
    unsigned count = 0;
    size_t i;
    json_array_foreach(json_object_get(team, "reps"), i, rep)
    {
        if (strcmp(eh_text_of(rep, "state"), "overloaded") != 0 ||
            is_told(page, teams, at, eh_text_of(rep, "id")))
            continue;
        if (shown + count++ < OVER_MAX)
            put_over(page, team, rep);
    }
    return count;
}

static unsigned put_all_overs(struct eh_page *page, const json_t *teams, unsigned shown)
{
    unsigned count = 0;
    for (size_t i = 0; i < json_array_size(teams); i++)
        if (is_shown(page, json_array_get(teams, i)))
            count += put_overs(page, teams, i, shown + count);
    return count;
}

static void put_overloaded(struct eh_page *page, const json_t *teams)
{
    unsigned count = put_all_overs(page, teams, OVER_MAX);
    if (count == 0)
        return;
    eh_html(&page->main,
            "<section class=\"card\" aria-labelledby=\"over\"><h2 id=\"over\">Overloaded <span "
            "class=\"count\">%u</span></h2><ul class=\"rows\">",
            count);
    put_all_overs(page, teams, 0);
    eh_html(&page->main, "</ul>");
    if (count > OVER_MAX)
        eh_html(&page->main, "<p class=\"note\">And %u more.</p>", count - OVER_MAX);
    eh_html(&page->main, "</section>");
}

/* ---- How the month stands. */

static void put_months(struct eh_page *page, const json_t *teams)
{
    unsigned count = 0;
    size_t i;
    const json_t *team;
    json_array_foreach(teams, i, team)
    {
        if (eh_null_of(team, "plan") || !is_shown(page, team) || count == MONTHS_MAX)
            continue;
        if (count++ == 0)
            eh_html(&page->main, "<section class=\"card\" aria-labelledby=\"months\"><h2 "
                                 "id=\"months\">How the period stands</h2>");
        eh_money_month(page, team);
    }
    if (count > 0)
        eh_html(&page->main, "</section>");
}

/* ---- A card. */

/* Up to `room` of those in this state; returns how many. */
static unsigned put_some(struct eh_page *page, const json_t *team, const char *state, unsigned room)
{
    struct eh_rep_scale scale = eh_rep_scale(team);
    unsigned count = 0;
    size_t i;
    const json_t *rep;
    json_array_foreach(json_object_get(team, "reps"), i, rep)
    {
        if (count == room || strcmp(eh_text_of(rep, "state"), state) != 0)
            continue;
        eh_rep_row(page, team, rep, &scale, false);
        count++;
    }
    return count;
}

/* Whoever is overloaded comes first. */
static void put_reps(struct eh_page *page, const json_t *team)
{
    static const char *const order[] = {"overloaded", "available", "away", "off"};
    unsigned count = 0, all = (unsigned)eh_int_of(team, "members");
    eh_html(&page->main, "<ul class=\"rows reps\">");
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        count += put_some(page, team, order[i], SHOWN_MAX - count);
    eh_html(&page->main, "</ul>");
    if (count == 0)
        eh_html(&page->main, "<p class=\"empty\">Nobody is in this team today.</p>");
    else if (count < all)
        eh_html_link(&page->main, eh_page_text(page, "All %u members", all), "/teams/%s",
                     eh_text_of(team, "id"));
}

static void put_card(struct eh_page *page, const json_t *team)
{
    struct eh_html *out = &page->main;
    const char *id = eh_text_of(team, "id");
    eh_html(out, "<section class=\"card\" data-key=\"team/%s\"><div class=\"card-head\"><h2>", id);
    eh_html_link(out, eh_name_of(team), "/teams/%s", id);
    eh_html(out, "</h2>");
    eh_reps_states_put(page, team);
    eh_html(out, "</div>");
    eh_waiting_put(page, team);
    eh_due_counts(page, team);
    put_reps(page, team);
    eh_html(out, "</section>");
}

static void show(struct eh_page *page)
{
    const json_t *list = eh_page_get(page, "/v1/teams?after=%s", eh_page_query(page, "after"));
    const json_t *teams = json_object_get(list, "teams"), *team;
    unsigned count = 0;
    size_t i;
    eh_html(&page->main, "<h1>Board</h1>");
    put_hands(page, teams);
    eh_html(&page->main, "<div class=\"cards\">");
    put_overloaded(page, teams);
    put_months(page, teams);
    eh_html(&page->main, "</div><div class=\"cards wide-cards\">");
    json_array_foreach(teams, i, team)
    {
        if (is_shown(page, team)) {
            put_card(page, team);
            count++;
        }
    }
    eh_html(&page->main, "</div>");
    if (count == 0)
        eh_html(&page->main,
                "<p class=\"empty\">No team is yours to manage. Whoever keeps the desk "
                "file names the managers of a team.</p>");
    if (!eh_null_of(list, "after"))
        eh_html_link(&page->main, "More teams", "/teams?after=%s", eh_text_of(list, "after"));
}

const struct eh_screen eh_screen_board = {.path = "/teams",
                                          .nav = "Board",
                                          .title = "Board",
                                          .roles = EH_IS_MANAGER | EH_IS_OPERATOR | EH_IS_AUDITOR,
                                          .show = show};
