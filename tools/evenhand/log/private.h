/*
 * private: what the parts of log share: cursors over one snapshot of the database, and
 * columns in PostgreSQL's binary format.
 */
#ifndef EVENHAND_TOOLS_LOG_PRIVATE_H
#define EVENHAND_TOOLS_LOG_PRIVATE_H

#include <libpq-fe.h>

#include "log.h"

enum {
    LOG_INPUTS,
    LOG_EFFECTS,
    LOG_CHANGES,
    LOG_CHAIN,
    LOG_EPOCHS,
    LOG_STEPS,
    LOG_LINES,
    LOG_DEAD,
    LOG_BODIES,
    LOG_PERSONAL,
    LOG_LEDGER,
    LOG_MEMBERS,
    LOG_PARTS,
    LOG_BOOKS,
    LOG_STREAMS
};

struct log_stream {
    PGresult *page;
    int row; /* of the page, the next one */
    bool open, ended;
};

struct eh_cli_log {
    PGconn *connection;
    struct eh_cli_log_head head;
    struct log_stream streams[LOG_STREAMS];
    uint64_t input;            /* of the last row given out */
    uint64_t begun, first_seq; /* reading begins behind this input and this effect */
    bool wants_changes;
    uint64_t changes_to;   /* of LOG_CHANGES: read up to this input */
    struct eh_arena arena; /* of the effects of one row */
    struct eh_effect *effects;
    uint32_t effect_capacity;
};

/* 1: `row` of `page` is the next row; 0: there is none. Fetches the next page when needed. */
int log_peek(struct eh_cli_log *, int which, struct eh_error *) EH_MUST_CHECK;

/* 1: the next row belongs to this input or an earlier one; 0: no such row is left. The first column
 * is the input. */
int log_next_of(struct eh_cli_log *, int which, uint64_t input, uint64_t *ret_input,
                struct eh_error *) EH_MUST_CHECK;
/* Sets the error of a failed statement, or with NULL of a failed connection. */
int log_fail(const PGconn *, const PGresult *, struct eh_error *);
/* A statement without rows. */
int log_command(struct eh_cli_log *, const char *sql, struct eh_error *) EH_MUST_CHECK;
/* Rows in binary. *ret is the caller's to clear. */
int log_query(struct eh_cli_log *, const char *sql, PGresult **ret,
              struct eh_error *) EH_MUST_CHECK;

int64_t log_number(const PGresult *, int row, int column);
struct eh_str log_text(const PGresult *, int row, int column);
bool log_key(const PGresult *, int row, int column, struct eh_key *ret);
bool log_chain(const PGresult *, int row, int column, struct eh_chain *ret);
/* A link or seal; *ret_there false: the column is NULL. */
bool log_link(const PGresult *, int row, int column, uint8_t ret[EH_CLI_LOG_LINK_BYTES],
              bool *ret_there);
/* A row of EH_INPUT_SELECT. Text points into the page. */
int log_record(const PGresult *, int row, struct eh_record *ret, struct eh_error *) EH_MUST_CHECK;

/* The next row of a table by its list of columns, taken when its input is this one or an earlier
 * one: 1; 0: no such row is left. *ret is the struct of the list, zeroed; texts point into the
 * page. Bit i of *ret_nulls: column i is NULL. */
int log_next_row(struct eh_cli_log *, int which, const struct eh_columns *, uint64_t input,
                 void *ret, uint64_t *ret_nulls, struct eh_error *) EH_MUST_CHECK;
/* Reads such a row, which was selected by that list. */
int log_row_read(const PGresult *, int row, const struct eh_columns *, void *ret,
                 uint64_t *ret_nulls, struct eh_error *) EH_MUST_CHECK;

#endif
