/*
 * books: keeps the table ledger near what the engine knows, so that people can read there what
 * each rep was entitled to. The engine and the log are the truth; this is a copy that may lag.
 *
 * A round over all members begins once nothing has come in for a second, or ten seconds after the
 * last one; each second it goes a bounded number of members further.
 */
#include "app_private.h"

#include <stdlib.h>

#define MEMBERS_MAX 2000 /* in one statement */
#define ROUND_S     10   /* between two rounds while inputs keep coming */

/* The members from the round's place on, at most MEMBERS_MAX; the round ends where there are no
 * more. */
static size_t collect(struct eh_app *app, struct eh_ledger_entry *entries)
{
    struct eh_books *books = &app->books;
    const struct eh_desk *desk = eh_engine_desk(app->engine);
    size_t count = 0;
    for (; desk && books->team < desk->team_count; books->team++, books->member = 0)
        for (;; books->member++) {
            struct eh_ledger_entry *entry = &entries[count];
            if (count == MEMBERS_MAX)
                return count;
            entry->team = desk->teams[books->team].id;
            if (!eh_engine_member(app->engine, entry->team, books->member, &entry->member))
                break;
            count++;
        }
    books->input = books->round_input;
    books->round_input = 0;
    books->done_us = eh_clock_monotonic_us();
    return count;
}

static void step(struct eh_app *app)
{
    struct eh_ledger_entry *entries = calloc(MEMBERS_MAX, sizeof *entries);
    size_t count = entries ? collect(app, entries) : 0;
    if (!entries || (count > 0 && eh_store_ledger(app->store, app->head.input, entries, count) < 0))
        app->books.round_input = 0; /* the next round writes it */
    free(entries);
}

static void begin(struct eh_books *books, uint64_t input)
{
    books->round_input = input;
    books->team = books->member = 0;
}

void app_books_tick(struct eh_app *app)
{
    struct eh_books *books = &app->books;
    uint64_t head = app->head.input;
    bool quiet = head == books->seen_input;
    int64_t age_us = eh_clock_monotonic_us() - books->done_us;
    books->seen_input = head;
    if (!app->deciding)
        return;
    if (books->round_input == 0 && head != books->input &&
        (quiet || age_us >= ROUND_S * INT64_C(1000000)))
        begin(books, head);
    if (books->round_input != 0)
        step(app);
}

void app_books_finish(struct eh_app *app)
{
    if (app->books.input == app->head.input)
        return;
    begin(&app->books, app->head.input);
    while (app->books.round_input != 0)
        step(app);
}
