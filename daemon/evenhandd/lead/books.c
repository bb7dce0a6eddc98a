/*
 * books: keeps the table ledger near what the engine knows, so that people can read there what
 * each rep was entitled to. The engine and the log are the truth; this is a copy that may lag.
 *
 * A round over all members begins shortly after a commit that no other batch follows (a desk of a
 * hundred is written within a tenth of a second), when nothing has come in for a second, or ten
 * seconds after the last round. Each second it goes a bounded number of members further. Once a
 * minute a round over the pools of the teams does so, too. The roster is written when the desk
 * changes.
 */
#include "lead/parts.h"

#include <stdlib.h>

#include "host/loop.h"

#include <evenhand/json/books.h>

#define MEMBERS_MAX 2000  /* in one statement */
#define ROUND_S     10    /* between two rounds while inputs keep coming ... */
#define POOLS_S     60    /* ... and of the pools */
#define SOON_US     20000 /* from a commit to a round: so long ... */
#define MEMBER_US   1000  /* ... and so long for each member since the last round */
#define POOLS_MAX   24    /* periods of one team that are written */

/* Collects members from the round's place on, at most MEMBERS_MAX. The round ends when there are no
 * more. */
static size_t collect(struct eh_app *app, struct eh_ledger_entry *entries)
{
    struct eh_books *books = &app->books;
    const struct eh_desk *desk = eh_engine_desk(app->state.engine);
    size_t count = 0;
    for (; desk && books->team < desk->team_count; books->team++, books->member = 0)
        for (;; books->member++) {
            struct eh_ledger_entry *entry = &entries[count];
            if (count == MEMBERS_MAX)
                return count;
            entry->team = desk->teams[books->team].id;
            if (!eh_engine_member(app->state.engine, entry->team, books->member, &entry->member))
                break;
            count++;
            books->counted++;
        }
    books->members = books->counted;
    books->input = books->round_input;
    books->round_input = 0;
    books->done_us = eh_clock_monotonic_us();
    return count;
}

static void step(struct eh_app *app)
{
    struct eh_ledger_entry *entries = calloc(MEMBERS_MAX, sizeof *entries);
    size_t count = entries ? collect(app, entries) : 0;
    if (!entries || (count > 0 && eh_store_ledger(app->services.store, app->state.head.input,
                                                  entries, count) < 0))
        app->books.round_input = 0; /* the next round writes it */
    free(entries);
}

static void begin(struct eh_books *books, uint64_t input)
{
    books->round_input = input;
    books->team = books->member = books->counted = 0;
}

/* ---- The roster. */

static void book_write(struct eh_app *app, struct eh_book *book, char *text)
{
    book->body = eh_str(text);
    int r = eh_store_book(app->services.store, app->state.head.input, book);
    if (r < 0)
        app->books.has_roster = false; /* the next round writes it */
    free(text);
}

/* Whether it had to be written. */
static bool roster_write(struct eh_app *app)
{
    struct eh_books *books = &app->books;
    struct eh_book book = {.what = "roster"};
    struct eh_totals totals;
    char *text;
    eh_engine_totals(app->state.engine, &totals);
    bool known = books->has_roster &&
                 memcmp(books->roster_sha256, totals.desk_sha256, sizeof totals.desk_sha256) == 0;
    if (known || eh_roster_text(app->state.engine, &text, NULL) < 0)
        return false;
    books->has_roster = true;
    memcpy(books->roster_sha256, totals.desk_sha256, sizeof totals.desk_sha256);
    if (text)
        book_write(app, &book, text);
    return true;
}

/* ---- Pools. */

static uint32_t pool_write(struct eh_app *app, const struct eh_period_view *view)
{
    char period[EH_DECIMAL_TEXT_MAX], *text;
    size_t size = eh_period_print(view->period, period);
    struct eh_book book = {.what = "pool",
                           .team = view->team,
                           .period = eh_str_n(period, size),
                           .version = view->last.version};
    uint32_t lines;
    if (eh_pool_metrics_text(app->state.engine, view, &text, &lines, NULL) == 0 && text)
        book_write(app, &book, text);
    return lines + 1;
}

/* Writes the running period of a team, and the last ones in which something happened. */
static uint32_t pools_write(struct eh_app *app, struct eh_str team)
{
    struct eh_totals totals;
    struct eh_period_view view, kept[POOLS_MAX];
    uint32_t count = 0, lines = 1;
    eh_engine_totals(app->state.engine, &totals);
    const struct eh_bonus_plan *plan =
        eh_desk_plan(eh_engine_desk(app->state.engine), team, totals.date);
    struct eh_period now = {0};
    if (plan) {
        now = eh_period_of(plan->from.kind, totals.date);
        if (eh_engine_period(app->state.engine, team, now, &view))
            lines += pool_write(app, &view);
    }
    for (int32_t after = EH_DATE_ALWAYS;
         eh_engine_period_after(app->state.engine, team, after, &view);
         after = eh_period_first(view.period))
        kept[count++ % POOLS_MAX] = view;
    for (uint32_t i = count > POOLS_MAX ? count - POOLS_MAX : 0; i < count; i++)
        if (!plan || !eh_period_equal(kept[i % POOLS_MAX].period, now))
            lines += pool_write(app, &kept[i % POOLS_MAX]);
    return lines;
}

static void step_pools(struct eh_app *app)
{
    struct eh_books *books = &app->books;
    const struct eh_desk *desk = eh_engine_desk(app->state.engine);
    uint32_t lines = 0;
    while (desk && books->pools_team < desk->team_count && lines < MEMBERS_MAX)
        lines += pools_write(app, desk->teams[books->pools_team++].id);
    if (desk && books->pools_team < desk->team_count)
        return;
    books->pools_input = books->pools_round;
    books->pools_round = 0;
    books->pools_done_us = eh_clock_monotonic_us();
}

static void begin_pools(struct eh_books *books, uint64_t input)
{
    books->pools_round = input;
    books->pools_team = 0;
}

static void pools_tick(struct eh_app *app, bool quiet)
{
    struct eh_books *books = &app->books;
    int64_t age_us = eh_clock_monotonic_us() - books->pools_done_us;
    if (books->pools_round == 0 && app->state.head.input != books->pools_input &&
        (quiet || age_us >= POOLS_S * INT64_C(1000000)))
        begin_pools(books, app->state.head.input);
    if (books->pools_round != 0)
        step_pools(app);
}

void app_books_tick(struct eh_app *app)
{
    struct eh_books *books = &app->books;
    uint64_t head = app->state.head.input;
    bool quiet = head == books->seen_input;
    int64_t age_us = eh_clock_monotonic_us() - books->done_us;
    books->seen_input = head;
    if (!app->state.deciding)
        return;
    if (books->round_input == 0 && head != books->input &&
        (quiet || age_us >= ROUND_S * INT64_C(1000000)))
        begin(books, head);
    if (!roster_write(app)) { /* that of a large desk is a turn of its own */
        if (books->round_input != 0)
            step(app);
        pools_tick(app, quiet);
    }
    eh_loop_note("books", "");
}

/* Begins a round when no other batch followed the commit and its inputs are not written yet. */
static void on_soon(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct eh_app *app = context;
    struct eh_books *books = &app->books;
    if (!app->state.deciding || app_in_flight(app) || books->round_input != 0 ||
        books->input == app->state.head.input)
        return;
    begin(books, app->state.head.input);
    step(app);
}

void app_books_soon(struct eh_app *app)
{
    struct eh_books *books = &app->books;
    int64_t wait_us =
        books->done_us + (int64_t)books->members * MEMBER_US - eh_clock_monotonic_us();
    if (wait_us < SOON_US)
        wait_us = SOON_US;
    if (wait_us >= INT64_C(1000000) || app_in_flight(app))
        return; /* the next second has it, or the next commit */
    if (!books->soon)
        books->soon = evtimer_new(app->services.base, on_soon, app);
    struct timeval wait = {0, (suseconds_t)wait_us};
    if (books->soon && !evtimer_pending(books->soon, NULL))
        event_add(books->soon, &wait);
}

void app_books_forget(struct eh_app *app)
{
    app->books = (struct eh_books){.soon = app->books.soon};
}

void app_books_finish(struct eh_app *app)
{
    if (app->books.input != app->state.head.input) {
        begin(&app->books, app->state.head.input);
        while (app->books.round_input != 0)
            step(app);
    }
    (void)roster_write(app);
    if (app->books.pools_input != app->state.head.input)
        begin_pools(&app->books, app->state.head.input);
    while (app->books.pools_round != 0)
        step_pools(app);
    eh_loop_note("books:stop", "");
}

void app_books_end(struct eh_app *app)
{
    if (app->books.soon)
        event_free(app->books.soon);
    app->books.soon = NULL;
}
