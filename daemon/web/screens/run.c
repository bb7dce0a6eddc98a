/* run: shows a screen, asks for what it found missing, and shows it again. */
#include "web/screens/run.h"

struct eh_page *eh_page_new(struct eh_pages *pages, struct eh_arena *arena)
{
    struct eh_page *page = eh_arena_alloc(arena, sizeof *page);
    eh_require(page);
    page->pages = pages;
    page->arena = arena;
    page->status = 200;
    return page;
}

void eh_page_free(struct eh_page *page)
{
    for (unsigned i = 0; i < page->answer_count; i++)
        json_decref(page->answers[i].answer.body);
    eh_html_done(&page->main);
}

/* ---- Who it is for. */

static unsigned roles_of(const json_t *me)
{
    static const char *const names[] = {"rep", "manager", "operator", "auditor", "helpdesk"};
    unsigned roles = 0;
    size_t i;
    const json_t *role;
    json_array_foreach(json_object_get(me, "roles"), i, role)
    {
        for (size_t n = 0; n < sizeof names / sizeof *names; n++)
            if (strcmp(json_string_value(role) ? json_string_value(role) : "", names[n]) == 0)
                roles |= 1u << n;
    }
    return roles;
}

static void take_zone(struct eh_page *page)
{
    struct eh_clock *clock = &page->pages->clock;
    const char *zone = eh_text_of(page->me, "time_zone");
    if (*zone && strcmp(zone, clock->time_zone) != 0)
        (void)!eh_clock_set_zone(clock, eh_str(zone), NULL);
}

/* ---- What it says where there is no screen. */

static void say(struct eh_page *page, int status, const char *title, const char *why)
{
    page->status = status;
    page->title = title;
    eh_html(&page->main, "<h1>%s</h1><p class=\"lead\">%s</p>", title, why);
}

static void say_nobody(struct eh_page *page, const char *why)
{
    say(page, 403, "Nothing here for you",
        "The desk file names nobody of this name. Whoever keeps it can write it down as the user "
        "of a rep, or among the managers of a team.");
    eh_html(&page->main, "<p class=\"note\">%s</p>", why);
}

static void say_away(struct eh_page *page, const struct eh_answer *me)
{
    if (me->status == 0 || me->status >= 500)
        say(page, 503, "evenhand is away",
            "The dealer cannot be reached just now. Who has a ticket keeps it, and the helpdesk "
            "goes "
            "on; tickets that come meanwhile are dealt when it is back. Until then nothing can be "
            "seen or changed here. This page tries again by itself.");
    else
        say_nobody(page, me->why);
}

static void show(struct eh_page *page)
{
    const struct eh_answer *me = eh_page_found(page, page->who.name, "/v1/me");
    if (!me)
        return;
    page->me = me->why ? NULL : me->body;
    page->roles = roles_of(page->me);
    take_zone(page);
    if (!page->me)
        say_away(page, me);
    else if (!(page->roles & page->screen->roles) && page->screen->roles != EH_IS_ANYBODY)
        say(page, 403, "Not for you", "Nothing on this page is for a person with your roles.");
    else
        page->screen->show(page);
}

/* ---- Asking. */

static void go_on(struct eh_page *page);

static void on_answer(void *context, const struct eh_answer *answer)
{
    struct eh_page_answer *own = context;
    own->asked = own->wanted = false;
    own->answer = *answer;
    json_incref(answer->body);
}

struct owed {
    struct eh_page *page;
    struct eh_page_answer *own;
};

static void on_owed(void *context, const struct eh_answer *answer)
{
    struct owed *owed = context;
    struct eh_page *page = owed->page;
    on_answer(owed->own, answer);
    if (answer->why)
        owed->own->answer.why = eh_page_text(page, "%s", answer->why);
    if (--page->owed == 0)
        go_on(page);
}

static void ask(struct eh_page *page, struct eh_page_answer *own)
{
    struct owed *owed = eh_arena_alloc(page->arena, sizeof *owed);
    eh_require(owed);
    *owed = (struct owed){page, own};
    const struct eh_change_asked tried = {.person = own->person,
                                          .target = own->target,
                                          .body = eh_str(own->body),
                                          .only_tried = true,
                                          .fn = on_owed,
                                          .context = owed};
    int r = own->body
                ? eh_answers_change(page->pages->answers, &tried)
                : eh_answers_ask(page->pages->answers, own->person, own->target, on_owed, owed);
    own->wanted = own->asked = r == 0;
    page->owed += r == 0;
    if (r < 0)
        own->answer = (struct eh_answer){.why = "too much is being asked just now"};
}

/* Asks for all that is missing; false: nothing is. */
static bool ask_missing(struct eh_page *page)
{
    for (unsigned i = 0; i < page->answer_count; i++)
        if (page->answers[i].wanted && !page->answers[i].asked)
            ask(page, &page->answers[i]);
    return page->owed > 0;
}

static bool is_missing(const struct eh_page *page)
{
    for (unsigned i = 0; i < page->answer_count; i++)
        if (page->answers[i].wanted)
            return true;
    return false;
}

/* Whether evenhandd went away while the page was made, so that some of it is not there. */
static bool is_cut(const struct eh_page *page)
{
    for (unsigned i = 0; i < page->answer_count; i++)
        if (page->answers[i].answer.why && page->answers[i].answer.status == 0)
            return true;
    return false;
}

static void go_on(struct eh_page *page)
{
    bool missing = true;
    while (missing) {
        eh_html_clear(&page->main);
        page->title = page->screen->title;
        page->status = 200;
        page->go = NULL;
        page->wrong.told = false;
        show(page);
        missing = is_missing(page);
        if (missing && ++page->rounds > EH_PAGE_ROUNDS_MAX) {
            eh_html_clear(&page->main);
            say(page, 500, "This page asks for too much", "Please report it.");
            missing = false;
        }
        if (missing && ask_missing(page))
            return;
    }
    if (page->status == 200 && is_cut(page))
        page->status = 503;
    page->done(page, page->context);
}

void eh_page_run(struct eh_page *page)
{
    go_on(page);
}
