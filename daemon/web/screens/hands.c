/* hands: what needs a hand: what waits too long, who is missing, what the daemon says is wrong. */
#include "web/screens/board_parts.h"

#define SOON_S 60 /* less than that is no wait that needs a hand */
#define DAY_US (INT64_C(86400) * 1000000)

/* ---- Items. */

static void item_begin(struct eh_page *page, const char *class_name, const char *key,
                       const char *what)
{
    eh_html(&page->main, "<li class=\"%s\" data-key=\"%s/%s\">", class_name, key, what);
}

/* The team's own page need not name it. */
static void item_begin_team(struct eh_page *page, const char *class_name, const json_t *team,
                            const char *what)
{
    const char *id = eh_text_of(team, "id");
    item_begin(page, class_name, id, what);
    if (page->screen->under)
        return;
    eh_html(&page->main, "<strong>");
    eh_html_link(&page->main, eh_name_of(team), "/teams/%s", id);
    eh_html(&page->main, "</strong> ");
}

static void item_end(struct eh_page *page)
{
    eh_html(&page->main, "</li>");
}

static const char *span_words(struct eh_page *page, int64_t seconds)
{
    long long s = seconds > 0 ? (long long)seconds : 1;
    if (s < 120)
        return eh_page_text(page, "%lld s", s);
    if (s < 7200)
        return eh_page_text(page, "%lld min", (s + 59) / 60);
    return eh_page_text(page, "%lld h", (s + 3599) / 3600);
}

/* ---- A team. */

static int64_t age_us(struct eh_page *page, const char *when)
{
    int64_t us;
    if (!*when || eh_time_parse(eh_str(when), &us, NULL) < 0)
        return 0;
    return eh_clock_now_us(&page->pages->clock) - us;
}

static int64_t available_of(const json_t *team)
{
    return eh_null_of(team, "available") ? eh_reps_in(team, "available")
                                         : eh_int_of(team, "available");
}

static unsigned put_nobody(struct eh_page *page, const json_t *team)
{
    long long waiting = (long long)eh_int_of(team, "waiting");
    if (available_of(team) > 0 || eh_int_of(team, "members") == 0)
        return 0;
    item_begin_team(page, waiting ? "wrong" : "warn", team, "nobody");
    if (waiting)
        eh_html(&page->main, "Nobody is available, and %lld %s.", waiting,
                waiting == 1 ? "ticket waits" : "tickets wait");
    else
        eh_html(&page->main, "Nobody is available.");
    item_end(page);
    return 1;
}

static unsigned put_late(struct eh_page *page, const json_t *team)
{
    const json_t *oldest = json_object_get(team, "oldest");
    int64_t usual = eh_int_of(team, "usual_wait");
    const char *since = eh_text_of(oldest, "since"), *id = eh_text_of(oldest, "id");
    if (eh_null_of(team, "usual_wait") ||
        age_us(page, since) <= (usual > SOON_S ? usual : SOON_S) * 1000000)
        return 0;
    item_begin_team(page, "warn", team, "late");
    if (*id)
        eh_html_link(&page->main, id, "/tickets/%s/%s", eh_text_of(oldest, "source"), id);
    else
        eh_html(&page->main, "A ticket");
    eh_html(&page->main, " waits since ");
    eh_part_time(page, since);
    eh_html(&page->main, "; nine of ten find somebody within %s.", span_words(page, usual));
    item_end(page);
    return 1;
}

static void put_list(struct eh_page *page, const json_t *list)
{
    size_t i;
    const json_t *one;
    json_array_foreach(list, i, one)
    {
        eh_html(&page->main, "%s<strong>%s</strong>", i ? ", " : "", json_string_value(one));
    }
}

/* Skills that tickets of the team ask for and nobody has. */
static unsigned put_missing(struct eh_page *page, const json_t *team, const json_t *status)
{
    size_t i;
    unsigned count = 0;
    const json_t *row;
    json_array_foreach(json_object_get(status, "missing_skills"), i, row)
    {
        const json_t *missing = json_object_get(row, "missing");
        bool some = json_array_size(missing) > 0;
        long long waiting = (long long)eh_int_of(row, "waiting");
        if (strcmp(eh_text_of(row, "team"), eh_text_of(team, "id")) != 0)
            continue;
        item_begin_team(page, "warn", team, eh_page_text(page, "skill-%zu", i));
        eh_html(&page->main, "%lld %s for ", waiting, waiting == 1 ? "ticket asks" : "tickets ask");
        put_list(page, some ? missing : json_object_get(row, "skills"));
        eh_html(&page->main, some ? ", and nobody in the team has that."
                                  : ", and nobody in the team has all of it.");
        item_end(page);
        count++;
    }
    return count;
}

static unsigned put_left(struct eh_page *page, const json_t *team, const json_t *status)
{
    size_t i;
    unsigned count = 0;
    const json_t *row;
    json_array_foreach(json_object_get(status, "left_with_open"), i, row)
    {
        const char *rep = eh_text_of(row, "rep");
        long long open = (long long)eh_int_of(row, "open");
        if (strcmp(eh_text_of(row, "team"), eh_text_of(team, "id")) != 0)
            continue;
        item_begin_team(page, "warn", team, eh_page_text(page, "left-%s", rep));
        eh_html(&page->main, "%s has left, and still has %lld open %s: release them.", rep, open,
                open == 1 ? "ticket" : "tickets");
        item_end(page);
        count++;
    }
    return count;
}

unsigned eh_hands_of_team(struct eh_page *page, const json_t *team)
{
    const json_t *status = eh_page_get(page, "/v1/status");
    return put_nobody(page, team) + put_late(page, team) + put_missing(page, team, status) +
           put_left(page, team, status);
}

/* ---- The desk. */

static unsigned put_alarms(struct eh_page *page, const json_t *status)
{
    size_t i;
    unsigned count = 0;
    const json_t *row;
    json_array_foreach(json_object_get(status, "alarms"), i, row)
    {
        item_begin(page, "wrong", "alarm", eh_text_of(row, "name"));
        eh_html(&page->main, "<strong>Alarm</strong> %s, since ", eh_text_of(row, "text"));
        eh_part_time(page, eh_text_of(row, "since"));
        item_end(page);
        count++;
    }
    return count;
}

static bool is_of_today(struct eh_page *page, const char *when)
{
    return *when && age_us(page, when) < DAY_US;
}

static unsigned put_error(struct eh_page *page, const json_t *status)
{
    const char *error = eh_text_of(status, "last_error");
    const char *at = eh_text_of(status, "last_error_at");
    if (!is_of_today(page, at))
        return 0;
    item_begin(page, "warn", "desk", "error");
    eh_html(&page->main, "<strong>Last error</strong> %s, at ",
            *error ? error : "of evenhandd, which operators are told");
    eh_part_time(page, at);
    item_end(page);
    return 1;
}

/* Entries that were refused within a day. */
static unsigned put_dead(struct eh_page *page)
{
    size_t i;
    unsigned count = 0;
    const json_t *row, *list;
    if (!eh_page_is(page, EH_IS_OPERATOR | EH_IS_AUDITOR))
        return 0;
    list = eh_page_get(page, "/v1/dead?newest=1&limit=3");
    json_array_foreach(json_object_get(list, "letters"), i, row)
    {
        if (!is_of_today(page, eh_text_of(row, "at")))
            continue;
        item_begin(page, "warn", "dead",
                   eh_page_text(page, "%lld", (long long)eh_int_of(row, "input")));
        eh_html(&page->main, "<strong>Refused</strong> %s %s: %s, at ", eh_text_of(row, "source"),
                eh_text_of(row, "ticket"), eh_text_of(row, "reason"));
        eh_part_time(page, eh_text_of(row, "at"));
        item_end(page);
        count++;
    }
    return count;
}

unsigned eh_hands_of_desk(struct eh_page *page)
{
    const json_t *status = eh_page_get(page, "/v1/status");
    return put_alarms(page, status) + put_error(page, status) + put_dead(page);
}

/* ---- What waits. */

void eh_waiting_put(struct eh_page *page, const json_t *team)
{
    struct eh_html *out = &page->main;
    const json_t *oldest = json_object_get(team, "oldest");
    const char *why = eh_waiting_words(eh_text_of(oldest, "why"));
    long long waiting = (long long)eh_int_of(team, "waiting");
    if (waiting == 0) {
        eh_html(out, "<p class=\"quiet-text\">Nothing waits.</p>");
        return;
    }
    eh_html(out, "<p class=\"waits\"><strong class=\"figure\">%lld</strong> <span>%s", waiting,
            waiting == 1 ? "waits" : "wait");
    if (*eh_text_of(oldest, "since")) {
        eh_html(out, ", the oldest came ");
        eh_part_since(page, eh_text_of(oldest, "since"));
    }
    eh_html(out, *why ? ": %s</span></p>" : "</span></p>", why);
}
