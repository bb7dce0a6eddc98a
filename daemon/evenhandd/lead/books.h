/*
 * books: how far the tables ledger and book are, which are brought up to date in rounds.
 */
#ifndef EVENHAND_LEAD_BOOKS_H
#define EVENHAND_LEAD_BOOKS_H

#include "lead/app.h"

struct eh_books {
    uint64_t input;        /* the last whole round is as of this input */
    uint64_t seen_input;   /* head a second ago */
    uint64_t round_input;  /* 0: no round under way */
    uint32_t team, member; /* the next one of the round */
    uint32_t counted;      /* members of the round so far */
    int64_t done_us;       /* when the last round ended, monotonic */
    uint32_t members;      /* how many it had */
    struct event *soon;    /* a round begins shortly after a commit */
    /* The table book: the roster of a desk, and a round over the pools of all teams. */
    bool has_roster;
    uint8_t roster_sha256[32]; /* of the desk it was written for */
    uint64_t pools_input, pools_round;
    uint32_t pools_team;
    int64_t pools_done_us;
};

void app_books_tick(struct eh_app *);   /* once a second */
void app_books_soon(struct eh_app *);   /* something was committed */
void app_books_finish(struct eh_app *); /* for a clean stop: goes to the end of the round */
void app_books_forget(struct eh_app *); /* the state is another one: all rows are written anew */
void app_books_end(struct eh_app *);

#endif
