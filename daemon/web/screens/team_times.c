/* team_times: which times a team keeps: its hours, how soon it answers, what becomes of what waits,
 * and who gets what with whom. */
#include "web/screens/due.h"
#include "web/screens/money_parts.h"

static void fact_begin(struct eh_page *page, const char *name)
{
    eh_html(&page->main, "<div><dt>%s</dt><dd>", name);
}

static void fact_end(struct eh_page *page)
{
    eh_html(&page->main, "</dd></div>");
}

static void put_hours(struct eh_page *page, const json_t *team)
{
    const char *hours = eh_text_of(team, "hours");
    if (!*hours)
        return;
    fact_begin(page, "Hours");
    eh_html(&page->main, "%s", strcmp(hours, "own") == 0 ? "of its own" : hours);
    fact_end(page);
}

static void put_answers(struct eh_page *page, const json_t *team)
{
    const json_t *answers = json_object_get(team, "answer_within"), *one;
    size_t i;
    if (json_array_size(answers) == 0)
        return;
    fact_begin(page, "Answered within");
    json_array_foreach(answers, i, one)
    {
        eh_html(&page->main, "%s%s: ", i ? ", " : "", eh_text_of(one, "kind"));
        eh_money_duration(page, eh_int_of(one, "within"));
    }
    fact_end(page);
}

static void put_waits(struct eh_page *page, const json_t *team)
{
    const json_t *overflow = json_object_get(team, "overflow");
    const json_t *unanswered = json_object_get(team, "unanswered");
    bool back = strcmp(eh_text_of(unanswered, "then"), "return") == 0;
    if (!eh_null_of(team, "overflow")) {
        fact_begin(page, "Overflow");
        eh_html(&page->main, "to %s, after waiting for ", eh_text_of(overflow, "to"));
        eh_money_duration(page, eh_int_of(overflow, "after"));
        fact_end(page);
    }
    if (!eh_null_of(team, "unanswered")) {
        fact_begin(page, "Unanswered");
        eh_html(&page->main, "%s after ", back ? "goes back to the deal" : "is told");
        eh_money_duration(page, eh_int_of(unanswered, "after"));
        fact_end(page);
    }
    if (eh_int_of(team, "ages")) {
        fact_begin(page, "Ages");
        eh_html(&page->main, "more urgent by one after each ");
        eh_money_duration(page, eh_int_of(team, "ages"));
        eh_html(&page->main, " of waiting");
        fact_end(page);
    }
}

static void put_affinity(struct eh_page *page, const json_t *team)
{
    const char *affinity = eh_text_of(team, "affinity");
    if (!*affinity || strcmp(affinity, "off") == 0)
        return;
    fact_begin(page, "Affinity");
    eh_html(&page->main, "%s", affinity);
    if (!eh_null_of(team, "affinity_for")) {
        eh_html(&page->main, ", for ");
        eh_money_duration(page, eh_int_of(team, "affinity_for"));
    }
    fact_end(page);
}

static void put_ramp(struct eh_page *page, const json_t *team)
{
    const json_t *ramp = json_object_get(team, "ramp");
    if (eh_null_of(team, "ramp"))
        return;
    fact_begin(page, "Back after a day or more");
    eh_part_percent(page, eh_int_of(ramp, "share_ppm"));
    eh_html(&page->main, " of the share for ");
    eh_money_duration(page, eh_int_of(ramp, "for"));
    fact_end(page);
}

static void put_pausing(struct eh_page *page, const json_t *team)
{
    const json_t *pausing = json_object_get(team, "pausing");
    const char *counts = eh_text_of(pausing, "counts");
    if (!*counts)
        return;
    fact_begin(page, "Paused tickets");
    if (strcmp(counts, "yes") == 0)
        eh_html(&page->main, "count in full");
    else
        eh_html(&page->main, "count %s, up to %lld of a rep",
                strcmp(counts, "half") == 0 ? "half" : "nothing",
                (long long)eh_int_of(pausing, "at_most"));
    fact_end(page);
}

void eh_team_times_put(struct eh_page *page, const json_t *team)
{
    eh_html(&page->main, "<section class=\"card\" aria-labelledby=\"times\"><h2 id=\"times\">Times"
                         "</h2><dl class=\"facts\">");
    put_hours(page, team);
    put_answers(page, team);
    put_waits(page, team);
    put_affinity(page, team);
    put_ramp(page, team);
    put_pausing(page, team);
    eh_html(&page->main, "</dl></section>");
}
