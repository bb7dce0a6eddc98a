/*
 * books: what people read in PostgreSQL of a desk and of its pools, as JSON the daemon writes there
 * and `evenhand verify` makes anew out of the log: the same bytes.
 *
 *     char *text;
 *     int r = eh_roster_text(engine, &text, &error);     // free(text)
 *
 * Each begins with its form. A text of another form was written by another build: it is no wrong,
 * and not compared.
 */
#ifndef EVENHAND_JSON_BOOKS_H
#define EVENHAND_JSON_BOOKS_H

#include <jansson.h>

#include <evenhand/engine/periods.h>

/* Raised whenever one of them says the same otherwise. */
#define EH_BOOK_FORM     "{\"form\":1,"
#define EH_BOOK_REPS_MAX 20000 /* of a larger desk nothing is written: it takes too long */

/* Reps and teams of the desk, and who was and is in which team on which days. *ret NULL: there is
 * no desk, or it has more than EH_BOOK_REPS_MAX reps. -EH_ENOMEM. */
int eh_roster_text(const struct eh_engine *, char **ret, struct eh_error *) EH_MUST_CHECK;
/* The metrics of a period's last version, or as they are by now. *ret NULL: they cannot be
 * computed. *ret_lines: for so many members. -EH_ENOMEM. */
int eh_pool_metrics_text(const struct eh_engine *, const struct eh_period_view *, char **ret,
                         uint32_t *ret_lines, struct eh_error *) EH_MUST_CHECK;

#endif
