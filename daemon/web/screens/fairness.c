/* fairness: who got what, against what they were entitled to and what chance allows. Its verdicts
 * are the report's own words. */
#include "web/screens/fairness_parts.h"
#include "web/screens/screens.h"

#define READERS    (EH_IS_MANAGER | EH_IS_OPERATOR | EH_IS_AUDITOR)
#define HEAT_STEPS 4  /* shades either way */
#define HEAT_LEAST 50 /* tenths of tickets that chance gives; below that there is no shade */

/* ---- Which team. */

static bool is_shown(const struct eh_page *page, const json_t *team)
{
    return eh_page_is(page, EH_IS_OPERATOR | EH_IS_AUDITOR) ||
           eh_page_manages(page, eh_text_of(team, "id"));
}

static void show_teams(struct eh_page *page)
{
    const json_t *list = eh_page_get(page, "/v1/teams?after=%s", eh_page_query(page, "after"));
    const json_t *team;
    unsigned count = 0;
    size_t i;
    eh_html(&page->main, "<h1>Fairness</h1><section class=\"card\"><ul class=\"rows\">");
    json_array_foreach(json_object_get(list, "teams"), i, team)
    {
        if (!is_shown(page, team))
            continue;
        eh_html(&page->main, "<li class=\"row\" data-key=\"%s\">", eh_text_of(team, "id"));
        eh_html_link(&page->main, eh_name_of(team), "/teams/%s/fairness", eh_text_of(team, "id"));
        eh_html(&page->main, "</li>");
        count++;
    }
    eh_html(&page->main, "</ul>");
    if (count == 0)
        eh_html(&page->main, "<p class=\"empty\">No team is yours to manage.</p>");
    eh_html(&page->main, "</section>");
    if (!eh_null_of(list, "after"))
        eh_html_link(&page->main, "More teams", "/fairness?after=%s", eh_text_of(list, "after"));
}

/* ---- Figures: tenths of tickets. */

static int64_t tenths_of(const json_t *value)
{
    double number = json_number_value(value) * 10;
    if (!(number > -1e15 && number < 1e15))
        return 0;
    return (int64_t)(number < 0 ? number - 0.5 : number + 0.5);
}

static int64_t tenths(const json_t *object, const char *key)
{
    return tenths_of(json_object_get(object, key));
}

static void put_tenths(struct eh_page *page, int64_t value)
{
    char text[EH_DECIMAL_TEXT_MAX];
    bool whole = value % 10 == 0;
    eh_decimal_print(whole ? value / 10 : value, whole ? 0 : 1, text);
    eh_html(&page->main, "%s", text);
}

static void put_number_cell(struct eh_page *page, const json_t *rep, const char *key)
{
    eh_html(&page->main, "<td class=\"number\">");
    if (!eh_null_of(rep, key))
        put_tenths(page, tenths(rep, key));
    eh_html(&page->main, "</td>");
}

/* ---- What the report says. */

static bool begins(const char *text, const char *words)
{
    return strncmp(text, words, strlen(words)) == 0;
}

/* "doubtful: …" and "too few to tell: …" catch the eye. */
static void put_said(struct eh_page *page, const char *line, const char *text)
{
    bool doubtful = begins(text, "doubtful"), few = begins(text, "too few to tell");
    size_t size = doubtful || few ? strcspn(text, ":") : 0;
    eh_html(&page->main, "<div><dt>%s</dt><dd>", line);
    if (size > 0)
        eh_html(&page->main, "<span class=\"%s\">%.*s</span>", few ? "chip" : "chip bad-chip",
                (int)size, text);
    text += size;
    eh_html(&page->main, "%s</dd></div>", size > 0 && *text == ':' ? text + 1 : text);
}

/* All verdicts in one line. */
static void put_verdicts(struct eh_page *page, const json_t *report)
{
    unsigned told = 0, doubtful = 0;
    size_t i;
    const json_t *verdict;
    json_array_foreach(json_object_get(report, "verdicts"), i, verdict)
    {
        told += !eh_null_of(verdict, "doubtful");
        doubtful += eh_true_of(verdict, "doubtful");
    }
    if (told == 0)
        eh_html(&page->main, "<p class=\"note\">There is too little to tell anything yet.</p>");
    else if (doubtful == 0)
        eh_html(&page->main, "<p class=\"good\">No verdict is doubtful.</p>");
    else
        eh_html(&page->main, "<p class=\"warn\">Of %u %s, %u %s doubtful.</p>", told,
                told == 1 ? "verdict" : "verdicts", doubtful, doubtful == 1 ? "is" : "are");
}

static void put_says(struct eh_page *page, const json_t *report)
{
    size_t i;
    const json_t *one;
    eh_html(&page->main,
            "<section class=\"card\" aria-labelledby=\"says\"><div class=\"card-head\"><h2 "
            "id=\"says\">What the report says</h2><span class=\"note\">");
    eh_part_day(page, eh_text_of(report, "from"));
    eh_html(&page->main, " to ");
    eh_part_day(page, eh_text_of(report, "to"));
    eh_html(&page->main, ": %lld tickets, %lld drawn</span></div>",
            (long long)eh_int_of(report, "tickets"), (long long)eh_int_of(report, "drawn"));
    put_verdicts(page, report);
    eh_html(&page->main, "<dl class=\"said-lines\">");
    json_array_foreach(json_object_get(report, "says"), i, one)
    {
        put_said(page, eh_text_of(one, "line"), eh_text_of(one, "text"));
    }
    eh_html(&page->main, "</dl></section>");
}

static void put_span(struct eh_page *page, const char *team)
{
    eh_html(&page->main, "<form method=\"get\" class=\"span\" action=\"");
    eh_html_url(&page->main, "/teams/%s/fairness", team);
    eh_html(&page->main,
            "\"><label>From<input type=\"date\" name=\"from\" value=\"%s\"></label><label>To"
            "<input type=\"date\" name=\"to\" value=\"%s\"></label><button>Show</button></form>",
            eh_page_query(page, "from"), eh_page_query(page, "to"));
}

/* ---- Who got what. */

/* The largest figure that the pictures of a team have to hold. */
static int64_t scale_of(const json_t *reps)
{
    int64_t most = 10;
    size_t i;
    const json_t *rep;
    json_array_foreach(reps, i, rep)
    {
        int64_t high = tenths(rep, "drawn_expected") + tenths(rep, "band");
        int64_t got = 10 * eh_int_of(rep, "drawn");
        most = high > most ? high : most;
        most = got > most ? got : most;
    }
    return most;
}

/* The band that chance allows, what chance gives, and what they got. */
static void put_band(struct eh_page *page, const json_t *rep, int64_t most)
{
    int64_t middle = tenths(rep, "drawn_expected"), band = tenths(rep, "band");
    int64_t low = middle > band ? middle - band : 0, got = 10 * eh_int_of(rep, "drawn");
    int64_t width = 1000; /* of the picture, whatever the tickets are */
    eh_html(&page->main,
            "<svg class=\"chance\" viewBox=\"0 0 1000 16\" preserveAspectRatio=\"none\" "
            "aria-hidden=\"true\"><rect class=\"track\" y=\"7\" width=\"1000\" height=\"2\"/>");
    if (!eh_null_of(rep, "band"))
        eh_html(&page->main,
                "<rect class=\"band\" x=\"%lld\" y=\"4\" width=\"%lld\" height=\"8\"/>",
                (long long)(low * width / most), (long long)((middle + band - low) * width / most));
    eh_html(&page->main,
            "<rect class=\"middle\" x=\"%lld\" y=\"2\" width=\"3\" height=\"12\"/>"
            "<rect class=\"got\" x=\"%lld\" width=\"8\" height=\"16\"/></svg>",
            (long long)(middle * (width - 8) / most), (long long)(got * (width - 8) / most));
}

static const char *band_words(const json_t *rep)
{
    int64_t off = 10 * eh_int_of(rep, "drawn") - tenths(rep, "drawn_expected");
    if (eh_null_of(rep, "band"))
        return "too few to tell";
    if ((off < 0 ? -off : off) <= tenths(rep, "band"))
        return "within chance";
    return off < 0 ? "fewer than chance" : "more than chance";
}

static void put_chance(struct eh_page *page, const json_t *rep, int64_t most)
{
    const char *words = band_words(rep);
    eh_html(&page->main, "<td class=\"chance\">");
    put_band(page, rep, most);
    eh_html(&page->main, "<span class=\"%s\">%s</span></td>",
            strstr(words, "than") ? "chip warn-chip" : "note", words);
}

static void put_rep(struct eh_page *page, const json_t *team, const json_t *rep, int64_t most)
{
    const char *id = eh_text_of(rep, "rep");
    eh_html(&page->main, "<tr data-key=\"%s\"><th scope=\"row\">%s</th>", id, eh_name_in(team, id));
    put_chance(page, rep, most);
    put_number_cell(page, rep, "drawn");
    put_number_cell(page, rep, "received");
    put_number_cell(page, rep, "entitled");
    eh_html(&page->main, "<td class=\"number\">");
    eh_part_money(page, eh_int_of(rep, "received_value"), "");
    eh_html(&page->main, "</td><td class=\"number\">");
    eh_part_money(page, eh_int_of(rep, "entitled_value"), "");
    eh_html(&page->main, "</td></tr>");
}

static void put_reps(struct eh_page *page, const json_t *team, const json_t *report)
{
    const json_t *reps = json_object_get(report, "reps"), *rep;
    int64_t most = scale_of(reps);
    size_t i;
    eh_html(
        &page->main,
        "<section class=\"card\" aria-labelledby=\"reps\"><h2 id=\"reps\">Received against "
        "entitled</h2><p class=\"note\">The broad bar is what chance allows of the tickets "
        "that were drawn, the thin mark what it gives, the thick one what they got.</p><div "
        "class=\"scroll tall\" tabindex=\"0\" role=\"region\" aria-label=\"Received against "
        "entitled, table\"><table "
        "class=\"people\"><caption class=\"hidden\">What each rep received</caption><thead><tr><th "
        "scope=\"col\">Rep</th><th scope=\"col\">drawn, against "
        "chance</th><th scope=\"col\" class=\"number\">drawn</th><th scope=\"col\" "
        "class=\"number\">received</th><th scope=\"col\" "
        "class=\"number\">entitled</th><th scope=\"col\" class=\"number\">value received</th><th "
        "scope=\"col\" "
        "class=\"number\">value entitled</th></tr></thead><tbody>");
    json_array_foreach(reps, i, rep)
    {
        put_rep(page, team, rep, most);
    }
    eh_html(&page->main, "</tbody></table></div></section>");
}

/* ---- The Lorenz curve. */

static void put_lorenz(struct eh_page *page, const json_t *report)
{
    size_t i;
    const json_t *point;
    eh_html(&page->main,
            "<section class=\"card\" aria-labelledby=\"lorenz\"><h2 id=\"lorenz\">Lorenz curve of "
            "value</h2><p class=\"note\">Who received least of what they were entitled to comes "
            "first. Fair is the straight line.</p><div class=\"scroll\"><details><summary>The same "
            "as a table</summary><table data-chart=\"line\" data-unit=\"ppm\" "
            "data-x=\"ppm\"><caption class=\"hidden\">Shares of value, summed "
            "up</caption><thead><tr><th scope=\"col\">"
            "Entitled</th><th scope=\"col\" class=\"number\">Received</th><th scope=\"col\" "
            "class=\"number\">Fair</th></tr>"
            "</thead><tbody>");
    json_array_foreach(json_object_get(report, "lorenz"), i, point)
    {
        eh_html(&page->main, "<tr><th scope=\"row\">");
        eh_part_percent(page, eh_int_of(point, "entitled_ppm"));
        eh_html(&page->main, "</th><td class=\"number\">");
        eh_part_percent(page, eh_int_of(point, "received_ppm"));
        eh_html(&page->main, "</td><td class=\"number\">");
        eh_part_percent(page, eh_int_of(point, "entitled_ppm"));
        eh_html(&page->main, "</td></tr>");
    }
    eh_html(&page->main, "</tbody></table></details></div></section>");
}

/* ---- Quintiles of value. */

/* -HEAT_STEPS to HEAT_STEPS: how far it is from what chance gives, a quarter of that a step. */
static int heat_of(int64_t received, int64_t expected)
{
    int64_t step = expected >= HEAT_LEAST ? (received - expected) * 4 / expected : 0;
    return step > HEAT_STEPS ? HEAT_STEPS : step < -HEAT_STEPS ? -HEAT_STEPS : (int)step;
}

static void put_heat_cells(struct eh_page *page, const json_t *row)
{
    const json_t *received = json_object_get(row, "received"), *one;
    size_t i;
    json_array_foreach(received, i, one)
    {
        int64_t got = tenths_of(one);
        int64_t due = tenths_of(json_array_get(json_object_get(row, "expected"), i));
        int heat = heat_of(got, due);
        eh_html(&page->main, "<td class=\"heat %s-%d\">", heat < 0 ? "less" : "more",
                heat < 0 ? -heat : heat);
        put_tenths(page, got);
        eh_html(&page->main, "<span class=\"note\"> of ");
        put_tenths(page, due);
        eh_html(&page->main, "</span></td>");
    }
}

static void put_heat_rows(struct eh_page *page, const json_t *team, const json_t *heat)
{
    size_t i;
    const json_t *row;
    json_array_foreach(heat, i, row)
    {
        const char *first = eh_text_of(row, "first"), *last = eh_text_of(row, "last");
        eh_html(&page->main, "<tr data-key=\"%s\"><th scope=\"row\">%s", first,
                eh_name_in(team, first));
        if (strcmp(first, last) != 0)
            eh_html(&page->main, " to %s", eh_name_in(team, last));
        eh_html(&page->main, "</th>");
        put_heat_cells(page, row);
        eh_html(&page->main, "</tr>");
    }
}

static void put_heat(struct eh_page *page, const json_t *team, const json_t *report)
{
    const json_t *heat = json_object_get(report, "heat");
    size_t columns = json_array_size(json_object_get(json_array_get(heat, 0), "received"));
    eh_html(&page->main,
            "<section class=\"card\" aria-labelledby=\"heat\"><h2 id=\"heat\">Who was drawn "
            "tickets of which value</h2><p class=\"note\">From the cheapest fifth to the most "
            "valuable: tickets they got, of how many chance gives. Below five of them "
            "a cell has no shade: too few to tell.</p>");
    if (columns == 0)
        eh_html(&page->main, "<p class=\"empty\">Nothing was drawn in this time.</p>");
    eh_html(&page->main, "<div class=\"scroll tall\" tabindex=\"0\" role=\"region\" "
                         "aria-label=\"Tickets by value, table\"><table class=\"people\"><caption "
                         "class=\"hidden\">Tickets that were drawn, by "
                         "value</caption><thead><tr><th scope=\"col\">Rep</th>");
    for (size_t i = 0; i < columns; i++)
        eh_html(&page->main, "<th scope=\"col\">%s%zu%s</th>", "fifth ", i + 1,
                i == 0             ? ", cheapest"
                : i + 1 == columns ? ", dearest"
                                   : "");
    eh_html(&page->main, "</tr></thead><tbody>");
    put_heat_rows(page, team, heat);
    eh_html(&page->main, "</tbody></table></div></section>");
}

/* ---- Overloaded, and by hand. */

static void put_overloaded_rep(struct eh_page *page, const json_t *team, const json_t *rep)
{
    int64_t over = eh_int_of(rep, "overloaded_s");
    int64_t all = over + eh_int_of(rep, "available_s");
    long long times = (long long)eh_int_of(rep, "overloads");
    if (over == 0 && times == 0)
        return;
    eh_html(&page->main,
            "<li class=\"row\" data-key=\"%s\"><div class=\"row-main\"><strong>%s</strong></div>"
            "<div class=\"row-side\">%lld %s</div><div class=\"row-more\">",
            eh_text_of(rep, "rep"), eh_name_in(team, eh_text_of(rep, "rep")), times,
            times == 1 ? "time" : "times");
    eh_part_bar_percent(page, over, all, "", all > 0 ? over * 1000 / all * 1000 : 0,
                        " of the time");
    eh_html(&page->main, "</div></li>");
}

static void put_overloaded(struct eh_page *page, const json_t *team, const json_t *report)
{
    size_t i;
    const json_t *rep;
    bool any = false;
    eh_html(&page->main, "<section class=\"card\" aria-labelledby=\"overloaded\"><h2 "
                         "id=\"overloaded\">Time overloaded</h2><ul class=\"rows\">");
    json_array_foreach(json_object_get(report, "reps"), i, rep)
    {
        any = any || eh_int_of(rep, "overloads") > 0 || eh_int_of(rep, "overloaded_s") > 0;
        put_overloaded_rep(page, team, rep);
    }
    eh_html(&page->main, "</ul>");
    if (!any)
        eh_html(&page->main, "<p class=\"empty\">Nobody was overloaded in this time.</p>");
    eh_html(&page->main, "</section>");
}

static void put_manager(struct eh_page *page, const json_t *manager)
{
    eh_html(&page->main,
            "<li class=\"row\" data-key=\"%s\"><div class=\"row-main\"><strong>%s</strong></div>"
            "<div class=\"row-more\">gave %lld (",
            eh_text_of(manager, "manager"), eh_text_of(manager, "manager"),
            (long long)eh_int_of(manager, "overrides"));
    eh_part_money(page, eh_int_of(manager, "value"), "");
    eh_html(&page->main, "), moved %lld (", (long long)eh_int_of(manager, "moves"));
    eh_part_money(page, eh_int_of(manager, "moves_value"), "");
    eh_html(&page->main, "), ended %lld overloads</div></li>",
            (long long)eh_int_of(manager, "overloads_ended"));
}

static void put_managers(struct eh_page *page, const char *team, const json_t *report)
{
    const json_t *managers = json_object_get(report, "managers"), *manager;
    size_t i;
    eh_html(&page->main, "<section class=\"card\" aria-labelledby=\"by-hand\"><h2 "
                         "id=\"by-hand\">What managers did by hand</h2><ul class=\"rows\">");
    json_array_foreach(managers, i, manager)
    {
        put_manager(page, manager);
    }
    eh_html(&page->main, "</ul>");
    if (json_array_size(managers) == 0)
        eh_html(&page->main, "<p class=\"empty\">No manager gave or moved a ticket.</p>");
    eh_part_log_of(page, team);
    eh_html(&page->main, "</section>");
}

/* ---- All of it. */

static const struct eh_answer *report_ask(struct eh_page *page, const char *team)
{
    const char *from = eh_page_query(page, "from"), *to = eh_page_query(page, "to");
    if (*from && *to)
        return eh_page_ask(page, "/v1/teams/%s/fairness?from=%s&to=%s", team, from, to);
    if (*from)
        return eh_page_ask(page, "/v1/teams/%s/fairness?from=%s", team, from);
    if (*to)
        return eh_page_ask(page, "/v1/teams/%s/fairness?to=%s", team, to);
    return eh_page_ask(page, "/v1/teams/%s/fairness", team);
}

static void put_report(struct eh_page *page, const json_t *team, const json_t *report)
{
    put_says(page, report);
    put_reps(page, team, report);
    put_lorenz(page, report);
    put_heat(page, team, report);
    eh_fairness_time(page, team, report);
    eh_html(&page->main, "<div class=\"cards\">");
    put_overloaded(page, team, report);
    put_managers(page, eh_text_of(team, "id"), report);
    eh_html(&page->main, "</div>");
}

static void show_report(struct eh_page *page)
{
    const char *id = eh_page_part(page, "team");
    const struct eh_answer *report = report_ask(page, id), *asked;
    asked = eh_page_ask(page, "/v1/teams/%s", id);
    const json_t *team = asked && !asked->why ? asked->body : NULL;
    page->title = eh_page_text(page, "%s, fairness", team ? eh_name_of(team) : id);
    eh_html(&page->main, "<h1>%s</h1>", page->title);
    put_span(page, id);
    if (report && report->why) {
        page->status = report->status >= 400 && report->status < 500 ? report->status : 200;
        eh_html(&page->main, "<p class=\"warn\">The report cannot be shown: %s</p>", report->why);
    } else if (report && !eh_page_reads(page, id)) { /* it is kept: they could, a while ago */
        page->status = 403;
        eh_html(&page->main, "<p class=\"warn\">The report is for managers of the team.</p>");
    } else if (report) {
        eh_part_as_of(page, report);
        put_report(page, team, report->body);
    }
}

const struct eh_screen eh_screen_fairnesses = {.path = "/fairness",
                                               .nav = "Fairness",
                                               .title = "Fairness",
                                               .roles = READERS,
                                               .show = show_teams};
const struct eh_screen eh_screen_fairness = {.path = "/teams/{team}/fairness",
                                             .under = "/fairness",
                                             .title = "Fairness",
                                             .calm = true,
                                             .roles = READERS,
                                             .show = show_report};
