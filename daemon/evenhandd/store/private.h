/* private: what the files of the store share. See store.h. */
#ifndef EVENHAND_STORE_PRIVATE_H
#define EVENHAND_STORE_PRIVATE_H

#include "pg/array.h"
#include "pg/pg.h"
#include "store/store.h"

enum store_state {
    STORE_DOWN,
    STORE_LOOKING,
    STORE_STANDBY,
    STORE_TAKING,
    STORE_LEADING,
    STORE_REFUSED
};

/* How many arrays the widest insert has. */
#define STORE_COLUMNS_MAX 24

/* A part of a batch: the rows of its first records, and of the last of these only some effects. */
struct store_part {
    const struct eh_batch *batch;
    size_t records;
    uint32_t effects; /* UINT32_MAX: all */
};

/* The search for a refused row: it is between so many rows that PostgreSQL takes and so many that
 * it refuses. It counts records first, and then the effects of one record. */
struct store_search {
    bool under_way, in_effects;
    int64_t good, bad, tried;
    bool failed;             /* the trial under way failed ... */
    struct eh_refusal found; /* ... with these words */
};

/* Rows that are read for the outbox. A range that is asked for meanwhile is read behind them. */
struct store_page {
    struct eh_outbox_batch *rows; /* NULL: none are read */
    int answers;                  /* results still to come */
    bool failed;
    bool asked_again; /* ... for these, so that nobody wants the rows any more */
    uint64_t from_seq, from_dead_input;
};

struct eh_store {
    struct event_base *base;
    struct eh_pg *write, *read;
    const struct eh_store_callbacks *callbacks;
    void *context;
    char desk_name[EH_ID_MAX + 1], currency[8], host[128];
    char error[EH_ERROR_TEXT_MAX];

    enum store_state state;
    struct eh_head head; /* as read when the lease was taken */
    struct event *beat;  /* leader: heartbeat; standby: look again */
    bool beat_answered;
    bool locked;       /* this session holds the desk's advisory lock */
    bool releasing;    /* the end of the heartbeat is on its way */
    bool met;          /* this process has led, or stood by: a free lock alone makes it no leader */
    int64_t seen_beat; /* standby: last heartbeat seen, and for how many looks it has not moved */
    int beat_stands;

    struct eh_batch *committing, *committing_last; /* oldest first */
    size_t commit_count;
    struct eh_arena sql; /* owns the statements that write */
    struct eh_array columns[STORE_COLUMNS_MAX];

    struct eh_refusal refusal;  /* of the oldest transaction that was not answered yet */
    size_t refused_answers;     /* commits behind a refused one, still to be answered */
    struct store_search search; /* for the row that was refused */
    char ledger_error[EH_ERROR_TEXT_MAX], snapshot_error[EH_ERROR_TEXT_MAX];

    struct eh_batch *recalling;
    int recall_answers; /* results still to come */

    struct eh_bytes snapshot;
    uint64_t snapshot_input;
    int32_t snapshot_day;
    size_t snapshot_at; /* bytes sent */
    bool snapshot_in_flight;

    struct store_page page;
};

extern const struct eh_pg_statement eh_store_write_statements[]; /* without inserts of rows */
extern const struct eh_pg_statement eh_store_read_statements[];

/* From two columns that stand side by side. */
static inline struct eh_stream_id store_stream_id(const PGresult *result, int row, int column)
{
    return (struct eh_stream_id){(uint64_t)eh_pg_int(result, row, column),
                                 (uint64_t)eh_pg_int(result, row, column + 1)};
}

/* Each file below calls those before it. */

/* sqlstate.c */
bool store_head_not_ours(const PGresult *); /* somebody else wrote on from our head */
bool store_in_refused(const PGresult *);    /* the session is in a transaction that failed */
void store_refusal_read(const PGresult *, struct eh_refusal *ret);

/* link.c */
/* Whether the result is an error. Keeps the first error's words for people. */
bool store_failed(struct eh_store *, const PGresult *);
void store_statement_done(void *context, PGresult *); /* for results that only can fail */
void store_row_done(void *context, PGresult *);       /* of a statement of a transaction */
void store_lost(struct eh_store *, const char *why);
void store_beat_stop(struct eh_store *);
void store_forget_in_flight(struct eh_store *);
/* The lease is ours and its heartbeat goes on. */
bool store_leads(const struct eh_store *);

/* lease.c */
void store_lease_look(struct eh_store *); /* the links are up */

/* insert.c */
enum store_insert {
    STORE_INPUT,
    STORE_EFFECT,
    STORE_CHANGE,
    STORE_DEAD,
    STORE_BODY,
    STORE_PERSONAL,
    STORE_STEP,
    STORE_LINE,
    STORE_BOOK,
    STORE_LEDGER,
    STORE_INSERTS
};
/* All statements that write, in the arena's memory; NULL: no memory. */
const struct eh_pg_statement *store_statements_make(struct eh_arena *);
void store_insert_begin(struct eh_store *, enum store_insert);
/* The row is the struct of the table's list of columns. */
void store_insert_put(struct eh_store *, enum store_insert, const void *row);
/* Sends the rows that were put. `numbers`: the input or effect that the rows are counted on from;
 * for the ledger the input that it is as of, and the epoch; for other tables none. -EH_EINVAL: a
 * column cannot hold a value; s->error names it. */
int store_insert_send(struct eh_store *, enum store_insert, const int64_t *numbers,
                      eh_pg_result_fn *on_result) EH_MUST_CHECK;

/* rows.c */
int store_rows_send(struct eh_store *, const struct store_part *);

/* refusal.c */
/* The transaction of s->committing was not committed. Looks for the row that was refused. False: it
 * was not refused for its content. */
bool store_refused(struct eh_store *);
void store_refused_answer(struct eh_store *); /* a commit behind a refused one */
#define EH_STATE_UNSENT "22000" /* SQLSTATE of a value that we refuse ourselves: data exception */
void store_value_refused(struct eh_store *, struct eh_refusal *ret);

/* snapshot.c */
void store_snapshot_next(struct eh_store *); /* sends the next part, if there is one */

#endif
