/*
 * due: when tickets have to be answered, which of them wait for their customer, and what the rep
 * who has one can say of it. All write into page->main.
 *
 *     eh_due_put(page, answer);         // "late was due 14:30"
 *     eh_due_actions(page, answer);     // forms: answered, waits for the customer
 *     eh_due_counts(page, sales);       // "2 late", "3 due within the hour"
 */
#ifndef EVENHAND_WEB_SCREENS_DUE_H
#define EVENHAND_WEB_SCREENS_DUE_H

#include "web/screens/parts.h"

/* When it has to be answered, and goes back to the deal if it is not. Nothing where no time is
 * known, and of a ticket that was answered. */
void eh_due_put(struct eh_page *, const json_t *ticket);
/* µs since 1970; INT64_MAX: nothing is due. */
int64_t eh_due_us(const json_t *ticket);
/* The tickets that are paused, or are not, at most `most` of them: what is due first, then the rest
 * in their order. Returns how many. */
size_t eh_due_sort(const json_t *tickets, const json_t **ret, size_t most, bool paused);
void eh_due_actions(struct eh_page *, const json_t *ticket);
void eh_due_counts(struct eh_page *, const json_t *team);
/* How many a rep is dealt in an hour and on a day, where the team says so. */
void eh_at_most_put(struct eh_page *, const json_t *team);
/* A card with the times that the team keeps. */
void eh_team_times_put(struct eh_page *, const json_t *team);

#endif
