/*
 * board_parts: what the board, a team's page and a ticket's page have in common. All write into
 * page->main.
 *
 *     struct eh_rep_scale scale = eh_rep_scale(sales);
 *     unsigned count = eh_hands_of_team(page, sales);  // items of a list: what needs a hand
 *     eh_rep_row(page, sales, ana, &scale, true);      // an item of a list: how a rep stands
 *     eh_by_hand_ticket(page, ticket, sales);          // forms: give, move, back to the deal
 */
#ifndef EVENHAND_WEB_SCREENS_BOARD_PARTS_H
#define EVENHAND_WEB_SCREENS_BOARD_PARTS_H

#include "web/screens/parts.h"

/* ---- hands.c: items of <ul class="hands">; how many. */
unsigned eh_hands_of_team(struct eh_page *, const json_t *team);
unsigned eh_hands_of_desk(struct eh_page *);
/* "12 wait, the oldest since …: nobody is available" */
void eh_waiting_put(struct eh_page *, const json_t *team);

/* ---- rep_row.c */
/* What a team's bars are drawn against. */
struct eh_rep_scale {
    int64_t count, value; /* the largest distance from zero: tenths of tickets; minor units */
};
struct eh_rep_scale eh_rep_scale(const json_t *team);
/* An item of <ul class="rows reps">. act: with what a manager can do. */
void eh_rep_row(struct eh_page *, const json_t *team, const json_t *rep,
                const struct eh_rep_scale *, bool act);
/* How many of the team's reps are in a state. */
unsigned eh_reps_in(const json_t *team, const char *state);
/* "2 overloaded", "1 away" …, which lead to the team's reps. */
void eh_reps_states_put(struct eh_page *, const json_t *team);

/* ---- by_hand.c: forms, folded. */
void eh_by_hand_rep(struct eh_page *, const json_t *rep);
void eh_by_hand_ticket(struct eh_page *, const json_t *ticket, const json_t *team);
/* The same, not folded. */
void eh_by_hand_ticket_forms(struct eh_page *, const json_t *ticket, const json_t *team);
/* What became of it: a form that closes it, or opens it again. */
void eh_by_hand_outcome(struct eh_page *, const json_t *ticket);
/* Once a page that has forms of tickets: the names that their fields know. */
void eh_by_hand_names(struct eh_page *, const json_t *team);

#endif
