/*
 * history_rows: rows of the log by COPY, as the store writes them, for logs that are made at once.
 *
 *     struct rows rows;
 *     rows_open(&rows, "dbname=bench");
 *     rows_input(&rows, &record);
 *     rows_effect(&rows, &effect, seq, input);
 *     rows_change(&rows, &record);
 *     rows_batch_end(&rows, &state);       // a row of chain
 *     rows_close(&rows, &state);           // and the head
 *
 * Whatever goes wrong ends the program with a sentence.
 */
#ifndef EVENHAND_BENCH_HISTORY_ROWS_H
#define EVENHAND_BENCH_HISTORY_ROWS_H

#include <libpq-fe.h>

#include <evenhand/engine/record.h>

struct rows_copy {
    PGconn *connection;
    struct eh_bytes bytes; /* rows not sent yet */
};

struct rows {
    struct rows_copy inputs, effects, changes, chain;
    PGconn *more; /* for what is not copied */
    uint64_t chained;
    bool linked;
    uint8_t link[16];
};

/* The state where a batch ends. */
struct rows_state {
    uint64_t input, seq, stream_ms, stream_no;
    int64_t at_us;
    struct eh_key digest;
    struct eh_chain chain;
};

_Noreturn void rows_die(const char *what, const char *why);
void rows_open(struct rows *, const char *conninfo);
void rows_input(struct rows *, const struct eh_record *);
void rows_effect(struct rows *, const struct eh_effect *, uint64_t seq, uint64_t input);
void rows_change(struct rows *, const struct eh_record *);
void rows_batch_end(struct rows *, const struct rows_state *);
void rows_snapshot(struct rows *, uint64_t input, int32_t day, const struct eh_bytes *);
void rows_close(struct rows *, const struct rows_state *);

#endif
