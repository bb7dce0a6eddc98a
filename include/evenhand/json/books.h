/*
 * books: the texts about a desk and its pools that people read in PostgreSQL. The daemon writes
 * them there as JSON, and `evenhand verify` makes the same bytes anew from the log.
 *
 *     char *text;
 *     int r = eh_roster_text(engine, &text, &error);     // free(text)
 *
 * Each text begins with its form. A text of another form was written by another build; it is not
 * compared, and that is no error.
 */
#ifndef EVENHAND_JSON_BOOKS_H
#define EVENHAND_JSON_BOOKS_H

#include <jansson.h>

#include <evenhand/engine/periods.h>

EH_C_BEGIN

/* The form is raised whenever a text says the same in another way. */
#define EH_BOOK_FORM     "{\"form\":1,"
#define EH_BOOK_REPS_MAX 20000 /* for a larger desk no roster is written: it takes too long */

/* The roster: reps and teams of the desk, and the days on which each rep was in a team. *ret is
 * NULL where there is no desk, or one with more than EH_BOOK_REPS_MAX reps. -EH_ENOMEM. */
int eh_roster_text(const struct eh_engine *, char **ret, struct eh_error *) EH_MUST_CHECK;
/* The metrics of a period: those of its last version, or those of now. *ret is NULL where they
 * cannot be computed. *ret_lines: the number of members. -EH_ENOMEM. */
int eh_pool_metrics_text(const struct eh_engine *, const struct eh_period_view *, char **ret,
                         uint32_t *ret_lines, struct eh_error *) EH_MUST_CHECK;

EH_C_END

#endif
