/*
 * proof: proves that a log is what the rules make of its inputs. Decides every input again in an
 * engine of its own, compares each resulting row with the recorded one, and names the first that
 * differs.
 *
 *     struct eh_proof *proof;
 *     eh_proof_new(&replay, from, &proof, &error);
 *     eh_proof_epoch(proof, &epoch, &error);               // every commitment and seed there is
 *     while (eh_replay_next(&replay, &error) > 0)
 *         if (eh_proof_row(proof, &error) < 0)             // "input 812: assignment seq 790: …"
 *             …
 *         else
 *             eh_proof_chain(proof, &chain, &error);       // where a batch ended
 *
 * It asks PostgreSQL nothing itself: rows come from log/replay. Errors are -EH_ECORRUPT with a
 * sentence that names the row; otherwise -EH_ENOMEM,
 * -EH_EVERSION (a log of a later version), or what log and term/zone say.
 */
#ifndef EVENHAND_TOOLS_VERIFY_PROOF_H
#define EVENHAND_TOOLS_VERIFY_PROOF_H

#include "log/replay.h"

#define EH_PROOF_EPOCHS_MAX 1000000 /* draw epochs; some 2,700 years of days */

struct eh_proof;

/* Tables that only some roles may read. */
enum eh_proof_table {
    EH_PROOF_DEAD,
    EH_PROOF_BODY,
    EH_PROOF_PERSONAL,
    EH_PROOF_SNAPSHOT,
    EH_PROOF_TABLES
};
extern const char *const eh_proof_tables[EH_PROOF_TABLES]; /* their names */

struct eh_proof_counts {
    uint64_t inputs, effects;
    uint64_t draws;       /* checked against a revealed seed */
    uint64_t awaiting;    /* of epochs whose seed is not revealed yet */
    uint64_t lost;        /* of epochs whose seed is lost: see eh_proof_lost() */
    uint64_t uncommitted; /* drawn before there were commitments; cannot be checked */
    uint32_t epochs_revealed;
    uint64_t bodyless; /* dead letters whose bodies were not kept: size and digest are not proved */
    uint64_t undigested; /* up to this input state digests are of an earlier form */
    uint64_t pools;      /* versions of closed periods: their facts, their text, their rows */
    uint64_t snapshots, other_snapshots; /* compared; of another form, which cannot be */
    uint64_t erased;                     /* inputs whose personal text is not there any more */
    uint64_t other_books;                /* of another form, written by another build */
    uint64_t erased_bodies;              /* dead letters whose bodies are not there any more */
    uint64_t ledger_end;                 /* input of the ledger's last row; 0: it has none */
    bool reads[EH_PROOF_TABLES];         /* the role may read them */
    bool ledger_whole;                   /* no member's row is missing in the ledger */
    bool sealed;                         /* all columns of the head are proved */
};

/* Rows before the input `from` are decided again, if they are read, and not compared. The chain is
 * taken from the log there. */
int eh_proof_new(struct eh_replay *, uint64_t from, struct eh_proof **ret,
                 struct eh_error *) EH_MUST_CHECK;
void eh_proof_free(struct eh_proof *); /* NULL allowed */

/* Call when the replay begins at a snapshot, with the chain row of its input. That row is trusted
 * for the log before it. The snapshot's state has to have the digest of that row. */
int eh_proof_begin(struct eh_proof *, const struct eh_cli_log_chain *,
                   struct eh_error *) EH_MUST_CHECK;
int eh_proof_epoch(struct eh_proof *, const struct eh_cli_log_epoch *,
                   struct eh_error *) EH_MUST_CHECK;
/* Decides the input that eh_replay_next() read, and compares the rows that follow from it. */
int eh_proof_row(struct eh_proof *, struct eh_error *) EH_MUST_CHECK;
/* Compares the chain row of the row that was given last. */
int eh_proof_chain(struct eh_proof *, const struct eh_cli_log_chain *,
                   struct eh_error *) EH_MUST_CHECK;
/* Call after that: compares the snapshots of the state after that row, if there are any. */
int eh_proof_snapshots(struct eh_proof *, struct eh_error *) EH_MUST_CHECK;
/* Call after the last row of the log. No table may have further rows. The head, the lease and the
 * desk have to be those of the log. */
int eh_proof_end(struct eh_proof *, struct eh_error *) EH_MUST_CHECK;
#define EH_PROOF_NO_SEQ UINT64_MAX /* the checkpoint does not say it */
/* The name of what differs from this checkpoint after the last row: "hash chain"; NULL: nothing. */
const char *eh_proof_differs(const struct eh_proof *, uint64_t seq, struct eh_key digest,
                             const struct eh_chain *);

void eh_proof_counts(const struct eh_proof *, struct eh_proof_counts *ret);

/* Draws that cannot be proved, for an input of the log says that their master key was lost. */
struct eh_proof_lost {
    uint32_t epoch;
    uint64_t draws;       /* 0: nothing was drawn in it, nothing is missing */
    uint64_t first, last; /* inputs that drew */
    uint64_t input;       /* that brought a new key */
};
/* In the order of epochs. Valid until the next row. */
const struct eh_proof_lost *eh_proof_lost(const struct eh_proof *, size_t *ret_count);

#endif
