/* rep_row: how a rep stands: state, open work against what they can take, owed or ahead. */
#include "web/screens/board_parts.h"

#define HALF 50 /* of a bar around zero, in units of its picture */

/* Tenths of tickets. */
static int64_t owed_count(const json_t *rep)
{
    double tickets = json_number_value(json_object_get(rep, "entitled")) -
                     json_number_value(json_object_get(rep, "received"));
    return (int64_t)(tickets * 10 + (tickets < 0 ? -0.5 : 0.5));
}

static int64_t owed_value(const json_t *rep)
{
    return eh_int_of(rep, "entitled_value") - eh_int_of(rep, "received_value");
}

static int64_t most(int64_t before, int64_t now)
{
    int64_t size = now < 0 ? -now : now;
    return size > before ? size : before;
}

struct eh_rep_scale eh_rep_scale(const json_t *team)
{
    struct eh_rep_scale scale = {.count = 10, .value = 1};
    size_t i;
    const json_t *rep;
    json_array_foreach(json_object_get(team, "reps"), i, rep)
    {
        scale.count = most(scale.count, owed_count(rep));
        scale.value = most(scale.value, owed_value(rep));
    }
    return scale;
}

unsigned eh_reps_in(const json_t *team, const char *state)
{
    unsigned count = 0;
    size_t i;
    const json_t *rep;
    json_array_foreach(json_object_get(team, "reps"), i, rep)
    {
        count += strcmp(eh_text_of(rep, "state"), state) == 0;
    }
    return count;
}

void eh_reps_states_put(struct eh_page *page, const json_t *team)
{
    static const char *const states[] = {"overloaded", "away", "off", "available"};
    eh_html(&page->main, "<p class=\"chips\">");
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        unsigned count = eh_reps_in(team, states[i]);
        if (count == 0)
            continue;
        eh_html(&page->main, "<a class=\"chip %s\" href=\"", states[i]);
        eh_html_url(&page->main, "/teams/%s", eh_text_of(team, "id"));
        eh_html(&page->main, "#reps\">%u %s</a> ", count, states[i]);
    }
    eh_html(&page->main, "</p>");
}

/* A bar from zero to the right (owed) or to the left (ahead). */
static void put_balance(struct eh_page *page, int64_t value, int64_t most_of_all)
{
    int64_t size = value < 0 ? -value : value;
    long long width = (long long)((double)size * HALF / (double)most_of_all);
    eh_html(&page->main,
            "<svg class=\"balance\" viewBox=\"-50 0 100 8\" preserveAspectRatio=\"none\" "
            "aria-hidden=\"true\"><rect class=\"track\" x=\"-50\" width=\"100\" height=\"8\"/>"
            "<rect class=\"%s\" x=\"%lld\" width=\"%lld\" height=\"8\"/>"
            "<rect class=\"zero\" x=\"-0.5\" width=\"1\" height=\"8\"/></svg>",
            value < 0 ? "ahead" : "owed", value < 0 ? -width : 0, width);
}

static const char *side_of(int64_t value)
{
    return value < 0 ? "ahead" : "owed";
}

static void put_owed_count(struct eh_page *page, int64_t count, int64_t most_of_all)
{
    long long size = (long long)(count < 0 ? -count : count);
    eh_html(&page->main, "<span class=\"owe\">");
    put_balance(page, count, most_of_all);
    if (count == 0)
        eh_html(&page->main, "<span>even</span></span>");
    else
        eh_html(&page->main, "<span>%lld.%lld %s</span></span>", size / 10, size % 10,
                side_of(count));
}

static void put_owed_value(struct eh_page *page, int64_t value, int64_t most_of_all,
                           const char *currency)
{
    eh_html(&page->main, "<span class=\"owe\">");
    put_balance(page, value, most_of_all);
    eh_html(&page->main, "<span>");
    if (value != 0)
        eh_part_money(page, value < 0 ? -value : value, currency);
    eh_html(&page->main, " %s</span></span>", value == 0 ? "even" : side_of(value));
}

static void put_owed(struct eh_page *page, const json_t *team, const json_t *rep,
                     const struct eh_rep_scale *scale)
{
    put_owed_count(page, owed_count(rep), scale->count);
    put_owed_value(page, owed_value(rep), scale->value, eh_text_of(team, "currency"));
}

static void put_load(struct eh_page *page, const json_t *team, const json_t *rep)
{
    int64_t points = eh_int_of(rep, "points"), capacity = eh_int_of(team, "capacity");
    long long open = (long long)eh_int_of(rep, "open");
    bool full = eh_true_of(rep, "full");
    if (capacity == 0) {
        eh_html(&page->main, "<span>%lld open, %lld %s</span>", open, (long long)points,
                points == 1 ? "point" : "points");
        return;
    }
    eh_html(&page->main, full ? "<span class=\"full\">" : "<span>");
    eh_part_bar(page, points < capacity ? points : capacity, capacity,
                eh_page_text(page, "%lld open, %lld of %lld points", open, (long long)points,
                             (long long)capacity));
    eh_html(&page->main, "</span>");
}

/* "3 this hour, 12 today", where the team bounds them. */
static void put_dealt(struct eh_page *page, const json_t *team, const json_t *rep)
{
    const json_t *at_most = json_object_get(team, "at_most");
    long long hour = (long long)eh_int_of(rep, "dealt_hour");
    long long day = (long long)eh_int_of(rep, "dealt_day");
    bool has_hour = eh_int_of(at_most, "per_hour") > 0, has_day = eh_int_of(at_most, "per_day") > 0;
    if ((!has_hour && !has_day) || eh_null_of(rep, "dealt_day"))
        return;
    eh_html(&page->main, "<span class=\"note\">dealt ");
    if (has_hour)
        eh_html(&page->main, "%lld this hour%s", hour, has_day ? ", " : "");
    if (has_day)
        eh_html(&page->main, "%lld today", day);
    eh_html(&page->main, "</span>");
}

static void put_paused(struct eh_page *page, const json_t *rep)
{
    long long paused = (long long)eh_int_of(rep, "paused");
    if (paused > 0)
        eh_html(&page->main, "<span class=\"note\">%lld of them %s for customers</span>", paused,
                paused == 1 ? "waits" : "wait");
}

static void put_name(struct eh_page *page, const json_t *rep)
{
    const char *id = eh_text_of(rep, "id"), *name = eh_name_of(rep);
    eh_html(&page->main, "<div class=\"who\"><strong>%s</strong>", name);
    if (strcmp(id, name) != 0)
        eh_html(&page->main, " <span class=\"kind\">%s</span>", id);
    if (eh_true_of(rep, "full"))
        eh_html(&page->main, " <span class=\"chip warn-chip\">full</span>");
    size_t i;
    json_t *kind;
    json_array_foreach(json_object_get(rep, "full_for"), i, kind)
        eh_html(&page->main, " <span class=\"chip warn-chip\">full for %s</span>",
                json_string_value(kind) ? json_string_value(kind) : "");
    eh_html(&page->main, "</div>");
}

static void put_state(struct eh_page *page, const json_t *rep)
{
    const char *next = eh_text_of(rep, "next_state");
    eh_html(&page->main, "<div class=\"how\">");
    eh_part_state(page, rep);
    if (*next && !eh_null_of(rep, "next_from")) {
        eh_html(&page->main, "<span class=\"why\">then %s, from ", next);
        eh_part_time(page, eh_text_of(rep, "next_from"));
        eh_html(&page->main, "</span>");
    }
    eh_html(&page->main, "</div>");
}

void eh_rep_row(struct eh_page *page, const json_t *team, const json_t *rep,
                const struct eh_rep_scale *scale, bool act)
{
    eh_html(&page->main, "<li class=\"row rep\" data-key=\"%s/%s\">", eh_text_of(team, "id"),
            eh_text_of(rep, "id"));
    eh_html(&page->main, "<div>");
    put_name(page, rep);
    put_state(page, rep);
    eh_html(&page->main, "</div><div class=\"bars\">");
    if (!eh_null_of(rep, "points"))
        put_load(page, team, rep);
    put_paused(page, rep);
    put_dealt(page, team, rep);
    if (!eh_null_of(rep, "entitled"))
        put_owed(page, team, rep, scale);
    eh_html(&page->main, "</div>");
    if (act)
        eh_by_hand_rep(page, rep);
    eh_html(&page->main, "</li>");
}
