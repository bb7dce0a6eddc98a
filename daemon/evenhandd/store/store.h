/*
 * store: PostgreSQL as the daemon needs it: the lease, the log, what is recalled, what is read
 * back.
 *
 * Two connections: `write` carries the lease, the heartbeat, the batches and the snapshots, `read`
 * carries lookups before a batch is decided, recovery, and pages for the outbox. A lost connection,
 * a refused epoch, a head that is elsewhere and a COMMIT without its tag all end the same way:
 * on_lost(). After it the owner must forget all decisions that were not confirmed. The store
 * connects and takes the lease again by itself.
 *
 *     const struct eh_store_options options = {
 *         base, conninfo, eh_str("main"), eh_str("EUR"), &callbacks, app};
 *     r = eh_store_new(&options, &store, &error);
 *     eh_store_start(store);
 *     …on_leading(app, &head): recover, then for each batch:…
 *     r = eh_store_recall(store, batch);
 *     …on_recalled(app, batch): decide it, and…
 *     r = eh_store_commit(store, batch);
 *     …on_committed(app, batch)…
 */
#ifndef EVENHAND_STORE_STORE_H
#define EVENHAND_STORE_STORE_H

#include <event2/event.h>

#include "batch/batch.h"

#define EH_COMMITS_MAX         2 /* batches in flight */
#define EH_HEARTBEAT_S         2 /* with EH_PG_ANSWER_S: a server gone silent is noticed in 10 s */
#define EH_TAKEOVER_LOOKS      8 /* standby: looks (1 s) without a heartbeat before it takes over */
#define EH_TAKEOVER_FREE_LOOKS 3 /* ... when the leader's session is gone, too */
#define EH_SNAPSHOT_PART_BYTES (256u << 10)

struct eh_head {
    int16_t desk;   /* number of the desk in the database */
    uint64_t epoch; /* of the lease */
    int schema;
    uint64_t input, seq, dead;
    uint64_t dead_letters; /* how many there are */
    int64_t at_us;
    int64_t server_us; /* what PostgreSQL's own clock said then */
    struct eh_stream_id high, low;
    struct eh_key digest;
    int state; /* EH_STATE_VERSION that the digest was written under; 0: before there were periods
                */
    struct eh_chain chain;
};

/* Why PostgreSQL refused a transaction; the connection itself is in order. */
enum eh_refusal_kind {
    EH_REFUSED_NOT,     /* another trouble */
    EH_REFUSED_CONTENT, /* what the rows hold */
    EH_REFUSED_SCHEMA,  /* any transaction: a table, a right or a function is not as it should be */
    EH_REFUSED_SLOW,    /* it took too long, or met another transaction */
};
#define EH_REFUSAL_NAME_MAX 128

struct eh_refusal {
    enum eh_refusal_kind kind;
    char state[6];                        /* SQLSTATE */
    char table[EH_REFUSAL_NAME_MAX];      /* or "" */
    char constraint[EH_REFUSAL_NAME_MAX]; /* or "" */
    char text[EH_ERROR_TEXT_MAX];         /* PostgreSQL's words, one line */
    /* For EH_REFUSED_CONTENT: the first row that PostgreSQL does not take. */
    struct eh_batch *batch;
    size_t record;   /* its number in the batch; SIZE_MAX: none, it is the head or the chain */
    uint32_t effect; /* number among its effects; UINT32_MAX: another row of it */
};

struct eh_store_callbacks {
    void (*on_leading)(void *context, const struct eh_head *);
    void (*on_standby)(void *context);
    void (*on_lost)(void *context, const char *why);
    /* All batches in flight were rolled back; the lease stays. The owner must forget all decisions
     * that were not confirmed, as after on_lost. */
    void (*on_refused)(void *context, const struct eh_refusal *);
    void (*on_recalled)(void *context, struct eh_batch *);
    void (*on_committed)(void *context, struct eh_batch *);   /* in the order of eh_store_commit */
    void (*on_page)(void *context, struct eh_outbox_batch *); /* NULL: could not be read */
    void (*on_snapshot)(void *context); /* it is written, or failed; NULL: nobody waits for it */
    /* The process cannot go on, for a reason of schema or settings. exit_code as in evenhandd(8).
     */
    void (*on_fatal)(void *context, int exit_code, const char *why);
};

struct eh_store;
struct eh_store_options {
    struct event_base *base;
    const char *conninfo;
    struct eh_str desk, currency; /* of a desk that is not there yet */
    const struct eh_store_callbacks *callbacks;
    void *context;
};
int eh_store_new(const struct eh_store_options *, struct eh_store **ret,
                 struct eh_error *) EH_MUST_CHECK;
void eh_store_free(struct eh_store *);
void eh_store_start(struct eh_store *);
/* A clean end: a standby need not wait for the heartbeat to stand still. */
void eh_store_release(struct eh_store *);
bool eh_store_releasing(const struct eh_store *);
/* Drops what is in flight and begins anew: the engine's state cannot be trusted. */
void eh_store_restart(struct eh_store *, const char *why);
bool eh_store_up(const struct eh_store *); /* both links */

/* Looks up the identities of its items with `wants_identity`, fills in `recalled`, and calls
 * on_recalled. One batch at a time. */
int eh_store_recall(struct eh_store *, struct eh_batch *) EH_MUST_CHECK;

/* One transaction: lease, inputs, effects, changes, dead letters, head, COMMIT. */
int eh_store_commit(struct eh_store *, struct eh_batch *) EH_MUST_CHECK;

/* What members were entitled to and received, as of an input. It is written when that input is
 * committed. A failure leaves the rows as they were. */
struct eh_ledger_entry {
    struct eh_str team;
    struct eh_member_view member;
};
int eh_store_ledger(struct eh_store *, uint64_t input, const struct eh_ledger_entry *,
                    size_t count) EH_MUST_CHECK;
/* What people read of the desk and its pools, as text (evenhand/json/books.h), as of an input. */
struct eh_book {
    const char *what;
    struct eh_str team, period, body;
    int64_t version;
};
int eh_store_book(struct eh_store *, uint64_t input, const struct eh_book *) EH_MUST_CHECK;
/* Why the ledger or a snapshot could not be written last; "": it could. */
const char *eh_store_ledger_error(const struct eh_store *);
const char *eh_store_snapshot_error(const struct eh_store *);

/* How many transactions are not answered yet; EH_COMMITS_MAX while a refused one is looked into. */
size_t eh_store_committing(const struct eh_store *);

/* Writes a snapshot of the state after `input`, in parts beside the batches; the bytes are taken
 * over. `day`: the latest local date of the inputs up to there. Does nothing while another snapshot
 * is being written. on_snapshot is told at its end. */
void eh_store_snapshot(struct eh_store *, uint64_t input, int32_t day, struct eh_bytes *);
bool eh_store_snapshotting(const struct eh_store *);

/* Notices and dead letters from these numbers on, for the outbox -> on_page. Asked for again before
 * that, only the last numbers are answered, and once. */
void eh_store_page(struct eh_store *, uint64_t from_seq, uint64_t from_dead_input);

/* Version of the schema, as the last heartbeat saw it; 0: not seen yet. */
int eh_store_schema(const struct eh_store *);

/* For recovery.c: the read link and the statements it knows. */
struct eh_pg *eh_store_reads(struct eh_store *);

#endif
