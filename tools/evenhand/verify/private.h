/*
 * private: what the parts of the proof share.
 *
 * Each function compares some recorded rows with those that the log gives. The first row that
 * differs is -EH_ECORRUPT, with a sentence that names it.
 */
#ifndef EVENHAND_TOOLS_VERIFY_PRIVATE_H
#define EVENHAND_TOOLS_VERIFY_PRIVATE_H

#include <evenhand/pool/pool.h>

#include "proof.h"
#include "term/zone.h"

struct proof_epoch {
    bool committed, revealed; /* revealed: and the seed hashes to the commitment */
    uint8_t commitment[EH_SEED_BYTES], seed[EH_SEED_BYTES];
    uint64_t awaiting, first,
        last; /* draws that cannot be checked yet, and the inputs that drew them */
};

/* The first draw of a row that the revealed seed does not give. */
struct proof_wrong_draw {
    bool found;
    uint32_t epoch, number;
    uint64_t recorded, computed;
};

struct eh_proof {
    struct eh_replay *replay; /* the caller's */
    uint64_t from, last;      /* input */
    uint64_t chained;         /* input of the last chain row: up to there it was compared */
    uint64_t unended;         /* the first input behind it that ended a batch; 0: none */
    uint64_t lease;           /* of the last chain row */
    int16_t state;            /* form of its digest */
    bool linked;              /* the last chain row has `link` */
    uint8_t link[EH_CLI_LOG_LINK_BYTES];
    int64_t at_us;             /* of the last input */
    int32_t latest_day;        /* of all inputs so far: local, days since 1970 */
    uint64_t high_ms, high_no; /* highest stream id so far */
    uint64_t dead;             /* input of the last dead letter */
    uint64_t dead_size;        /* bytes of its body */
    uint64_t ledger_end;       /* input of the ledger's last row; 0: it has none */
    struct eh_chain chain;     /* up to `last` */
    struct eh_proof_counts counts;
    struct eh_bytes scratch;
    struct proof_epoch *epochs;
    uint32_t epoch_count, epoch_capacity;
    struct proof_wrong_draw wrong; /* of the row under way */
    struct eh_proof_lost *lost;
    size_t lost_count;
    struct eh_zone zone;
    bool dated; /* an outcome with its local date has come */
};

/* For "%llu". */
static inline unsigned long long big(uint64_t number)
{
    return number;
}

/* The rules in force. */
static inline uint32_t proof_rules(const struct eh_replay *replay)
{
    struct eh_totals totals;
    eh_engine_totals(replay->engine, &totals);
    return totals.rules;
}

/* Whether the input is from before rules had numbers. Builds of that time differ in some rows. */
static inline bool proof_is_first(const struct eh_replay *replay)
{
    return proof_rules(replay) == EH_RULES_FIRST;
}

/* ---- draws.c */

bool proof_affinity(void *proof, uint64_t seq); /* an eh_affinity_fn */
/* An eh_draw_fn: gives the recorded result, and checks it if the seed is known. Context: the proof.
 */
bool proof_draw(void *proof, const struct eh_draw_query *, uint64_t *ret_result);
int proof_compare_draws(const struct eh_proof *, struct eh_error *) EH_MUST_CHECK;
/* Call after the row is decided. If it says that a master key is lost, the draws under that key no
 * longer wait for their seeds. */
int proof_take_lost(struct eh_proof *, struct eh_error *) EH_MUST_CHECK;

/* ---- rows.c */

/* The identity of an input that neither came from the stream nor names an event. */
struct eh_key proof_own_identity(uint64_t no);
/* Whether the content hashes to the digest, and the name to the identity. */
int proof_compare_digests(const struct eh_replay *, struct eh_error *) EH_MUST_CHECK;
int proof_compare_effects(const struct eh_replay *, struct eh_error *) EH_MUST_CHECK;
/* The columns that follow from the decision. */
int proof_compare_record(struct eh_replay *, struct eh_error *) EH_MUST_CHECK;

/* ---- text.c: what was added to an input; before it is decided. */

int proof_compare_date(struct eh_proof *, struct eh_error *) EH_MUST_CHECK;
int proof_compare_minutes(struct eh_proof *, struct eh_error *) EH_MUST_CHECK;
int proof_compare_text(const struct eh_proof *, struct eh_error *) EH_MUST_CHECK;

/* ---- past.c */

int proof_compare_past(const struct eh_replay *, struct eh_error *) EH_MUST_CHECK;

/* ---- pool.c */

/* Compares the rows of a step of a period. Call after the decision. */
int proof_compare_pool(struct eh_proof *, struct eh_error *) EH_MUST_CHECK;
/* Two statements of one version, as `input` settles it. */
int proof_compare_statements(uint64_t input, const struct eh_pool_statement *found,
                             const struct eh_pool_statement *wanted,
                             struct eh_error *) EH_MUST_CHECK;
int proof_pool_end(struct eh_proof *, struct eh_error *) EH_MUST_CHECK;

/* ---- books.c: behind the decision; at the end. */

int proof_compare_books(struct eh_proof *, bool compared, struct eh_error *) EH_MUST_CHECK;
int proof_books_end(struct eh_proof *, struct eh_error *) EH_MUST_CHECK;

/* ---- tables.c, snapshot.c: behind the decision; at the end. */

int proof_tables_open(struct eh_proof *, struct eh_error *) EH_MUST_CHECK;
int proof_compare_tables(struct eh_proof *, bool compared, struct eh_error *) EH_MUST_CHECK;
int proof_tables_end(struct eh_proof *, struct eh_error *) EH_MUST_CHECK;
int proof_snapshots_end(struct eh_proof *, struct eh_error *) EH_MUST_CHECK;

#endif
