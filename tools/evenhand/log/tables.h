/*
 * tables: what PostgreSQL holds beside inputs and effects: dead letters, personal text, the
 * ledger as people read it, snapshots, and who leads; in the order of the inputs they belong to.
 *
 *     struct eh_dead_row row;
 *     while ((r = eh_cli_log_next_dead(log, input, &row, &error)) > 0)
 *         …row.reason…
 *
 * Each function returns 1 when the next row belongs to this input or an earlier one, and 0 when no
 * such row is left. Texts live until the next row of that table is read.
 */
#ifndef EVENHAND_TOOLS_LOG_TABLES_H
#define EVENHAND_TOOLS_LOG_TABLES_H

#include "log.h"

int eh_cli_log_next_dead(struct eh_cli_log *, uint64_t input, struct eh_dead_row *ret,
                         struct eh_error *) EH_MUST_CHECK;

int eh_cli_log_next_body(struct eh_cli_log *, uint64_t input, struct eh_body_row *ret,
                         struct eh_error *) EH_MUST_CHECK;

/* Whether this role may read the table. An auditor may not read personal text. */
int eh_cli_log_may_read(struct eh_cli_log *, const char *table, bool *ret,
                        struct eh_error *) EH_MUST_CHECK;
int eh_cli_log_next_personal(struct eh_cli_log *, uint64_t input, struct eh_personal_row *ret,
                             struct eh_error *) EH_MUST_CHECK;

int eh_cli_log_next_ledger(struct eh_cli_log *, uint64_t input, struct eh_ledger_row *ret,
                           struct eh_error *) EH_MUST_CHECK;
/* All rows again, ordered by team and rep. */
int eh_cli_log_next_member(struct eh_cli_log *, struct eh_ledger_row *ret,
                           struct eh_error *) EH_MUST_CHECK;
/* Input of the row written last; 0: there is none. */
int eh_cli_log_ledger_end(struct eh_cli_log *, uint64_t *ret, struct eh_error *) EH_MUST_CHECK;

int eh_cli_log_next_book(struct eh_cli_log *, uint64_t input, struct eh_book_row *ret,
                         struct eh_error *) EH_MUST_CHECK;

struct eh_cli_log_part { /* of a snapshot */
    uint64_t input;
    int64_t part, parts;
    int32_t day; /* the latest local date of its inputs */
    int16_t state;
    struct eh_str body;
};
int eh_cli_log_next_part(struct eh_cli_log *, uint64_t input, struct eh_cli_log_part *ret,
                         struct eh_error *) EH_MUST_CHECK;

struct eh_cli_log_lease {
    uint64_t leases, heartbeats; /* rows */
    int64_t epoch, beating;      /* the lease's, and that of who leads */
};
int eh_cli_log_lease(struct eh_cli_log *, struct eh_cli_log_lease *ret,
                     struct eh_error *) EH_MUST_CHECK;

/* Calls the function with each row of `sql`: two columns as text, NULL as "". A result other than 0
 * ends it. */
typedef int eh_cli_log_row_fn(void *context, const char *first, const char *second,
                              struct eh_error *);
int eh_cli_log_ask(struct eh_cli_log *, const char *sql, eh_cli_log_row_fn *, void *context,
                   struct eh_error *) EH_MUST_CHECK;

#endif
