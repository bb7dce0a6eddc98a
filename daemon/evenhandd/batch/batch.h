/*
 * batch: inputs on their way together: read, recalled, decided, committed, published.
 *
 * One batch is one PostgreSQL transaction. It owns the memory of everything in it.
 *
 *     r = eh_batch_new(&b, &error);
 *     struct eh_item *item = eh_batch_add(b);      // filled from the inbox or from a command
 *     …recall, decide (decide.c)…
 *     eh_store_commit(store, b);
 *     eh_batch_free(b);
 */
#ifndef EVENHAND_BATCH_BATCH_H
#define EVENHAND_BATCH_BATCH_H

#include <evenhand/engine/record.h>
#include <evenhand/pool/rows.h>

#include "redis/stream_id.h"
#include "batch/command.h"
#include "batch/notices.h"
#include "batch/pace.h"
#include "batch/salts.h"

#define EH_BATCH_ENTRIES_MAX      448 /* entries of the stream in one batch */
#define EH_BATCH_COMMANDS_MAX     64  /* commands of the admin API in one batch ... */
#define EH_BATCH_COMMANDS_RESERVE 8   /* ... of which the last ones are kept for operators */
#define EH_BATCH_ITEMS_MAX        (EH_BATCH_ENTRIES_MAX + EH_BATCH_COMMANDS_MAX)
#define EH_BATCH_DUE_MAX          1024 /* inputs that time brings into one batch ... */
#define EH_BATCH_SHIFTS_MAX       16   /* ... and of those that begin or end shifts: each is long */

/* Figures of the state after the last committed input. */
struct eh_committed {
    bool known, has_desk;
    struct eh_totals totals; /* without the desk's text, which changes with the next desk */
    uint64_t dead_letters;   /* rows of `dead`; totals.dead also counts refusals over the socket */
};
void eh_committed_from(const struct eh_engine *, struct eh_committed *ret);

/* Something to be decided: an entry of the stream or a command of the admin API. */
struct eh_item {
    struct eh_input input;      /* message, identity, digest; the number comes with the decision */
    struct eh_command *command; /* or NULL: it came from the stream */
    struct eh_message *told;    /* a ticket that became an update, as it was told; else NULL */
    struct eh_str body;         /* the entry's bytes as they came, for the dead letters */
    char encoding;              /* ... and their encoding */
    bool was_input;             /* the kept signal was decided, perhaps more than once */
    bool kept;                  /* later.c has it: it is not acknowledged with the batch ... */
    struct eh_stream_id also;   /* ... and this entry is, too; or 0-0 */
    struct eh_key entry;        /* identity of the entry as such */
    bool wants_identity;        /* its identity may be in the log: look it up */
    bool seen_before;           /* the entry as such may be in the log: look up `entry`, too */
    struct eh_key
        former; /* ... and this identity: of builds without salts, or of an update it became */
    bool entry_known;    /* ... and the log has it: it is a dead letter or an update already */
    struct eh_past past; /* personal text of the input that is there already */
    struct eh_str customer_salt; /* salt of a customer who is known; else empty */
    uint64_t later;              /* number of the kept signal that it is (later.c); 0: none */
    bool held;                   /* it waits on the stream: not decided, not acknowledged */
    struct eh_str history;       /* desk: what was counted for plans that begin in the past */
    const char *history_failed;  /* ... or why they could not be counted; in the batch's arena */
    const char *refused; /* PostgreSQL's words when it refused the item, in the batch's arena: it
                            becomes a dead letter */
    uint8_t
        refusals; /* how often PostgreSQL refused it, first as it came and then as a dead letter */
    bool blocks;  /* everything waits until it is taken */
    /* The result of a command, told after COMMIT. */
    struct eh_command_result result;
};

/* The id of the entry that the input is or stands for; 0-0: of none. */
static inline struct eh_stream_id eh_input_stream_id(const struct eh_input *in)
{
    return (struct eh_stream_id){in->stream_ms, in->stream_no};
}
static inline void eh_input_set_stream_id(struct eh_input *in, struct eh_stream_id id)
{
    in->stream_ms = id.ms;
    in->stream_no = id.no;
}

struct eh_personal {
    uint64_t input;
    struct eh_str customer, subject, reason;
    uint8_t customer_salt[EH_SALT_BYTES], subject_salt[EH_SALT_BYTES], reason_salt[EH_SALT_BYTES];
};

/* A row of period_step with the rows of other tables that are written with it. Text lives in the
 * batch and its commands. */
struct eh_period_row {
    struct eh_step_row step;
    uint8_t state; /* enum eh_period_state, as step.state says */
    const struct eh_pool_statement
        *statement;        /* its lines are rows of period_line; NULL: step.settled is false */
    struct eh_str metrics; /* the row of the table book, or none */
};
void eh_period_row_set_state(struct eh_period_row *, uint8_t state);
void eh_period_row_set_statement(struct eh_period_row *, const struct eh_pool_statement *);

/* What a DUE or DAY input was about. */
struct eh_batch_due {
    uint64_t input;
    struct eh_key key;
};

/* Somebody who read the engine's state while the batch was in flight. */
struct eh_watcher {
    eh_confirmed_fn *on_confirmed;
    void *context;
    struct eh_watcher *next;
};

struct eh_batch {
    struct eh_arena arena;
    struct eh_item *items; /* room for EH_BATCH_ITEMS_MAX */
    size_t item_count, command_count;
    size_t bytes; /* of the items' bodies */

    /* Decided: */
    struct eh_record *records;
    size_t record_count, record_capacity;
    struct eh_effects effects;    /* of all its inputs */
    struct eh_personal *personal; /* room for EH_BATCH_ITEMS_MAX */
    size_t personal_count;
    struct eh_dead_entry *dead;
    size_t dead_count, dead_capacity;
    struct eh_period_row *period_rows;
    size_t period_count, period_capacity;
    struct eh_batch_due *due; /* of its DUE and DAY inputs */
    size_t due_count, due_capacity;
    struct eh_table
        known; /* identity -> index of record + 1, for repeats within what is in flight */
    struct eh_table customers; /* hash of a name -> index in `personal` */
    struct eh_table images;    /* ticket identity -> index of the record with its image + 1 */

    uint64_t from_input, to_input, from_seq, to_seq; /* the head before and after */
    int64_t at_us;
    uint64_t head_dead;
    struct eh_stream_id high, low;
    struct eh_key digest;
    struct eh_chain chain;
    struct eh_committed after; /* figures of the state once the batch is committed */
    uint32_t rows;             /* of all tables, without the head's */
    size_t row_bytes;
    int64_t sent_us; /* monotonic */
    bool unsendable; /* a column cannot hold one of its values */

    struct eh_watcher *watchers;  /* told when it is committed or lost; in its arena */
    struct eh_batch *next;        /* the app's list: in flight, oldest first */
    struct eh_batch *commit_next; /* the store's list: sent, oldest first */
};

int eh_batch_new(struct eh_batch **ret, struct eh_error *) EH_MUST_CHECK;
void eh_batch_free(struct eh_batch *);           /* frees commands that were not answered, too */
void eh_batch_clear(struct eh_batch *);          /* the same, but as new, with its memory */
struct eh_item *eh_batch_add(struct eh_batch *); /* NULL: full */
/* Moves the items from number `first` on into an empty batch, as they were before they were looked
 * up. Commands move; what came from the stream is copied. -EH_ENOMEM: some may have moved. */
int eh_batch_move(struct eh_batch *from, size_t first, struct eh_batch *to) EH_MUST_CHECK;
void eh_batch_remove(struct eh_batch *, struct eh_item *); /* whose command has gone */
uint32_t eh_batch_weight(const struct eh_batch *);         /* as eh_pace counts */
struct eh_record *eh_batch_record(struct eh_batch *);      /* NULL: no memory */
struct eh_dead_entry *eh_batch_dead(struct eh_batch *);
struct eh_period_row *eh_batch_period(struct eh_batch *);
struct eh_batch_due *eh_batch_due(struct eh_batch *);
/* A sentence in the batch's memory, without half a character where it was cut: PostgreSQL would
 * refuse it. data NULL: no memory. */
struct eh_str eh_batch_text(struct eh_batch *, const char *text);

#endif
