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

/* from: rows before this input are decided again, where they are read, but not compared; the chain
 * is taken as it stands there. */
int eh_proof_new(struct eh_replay *, uint64_t from, struct eh_proof **ret,
                 struct eh_error *) EH_MUST_CHECK;
void eh_proof_free(struct eh_proof *); /* NULL allowed */

/* Where the replay goes on from a snapshot: with the row of chain of its input, whose word is taken
 * for all before it; the snapshot's state has to be the one it speaks of. */
int eh_proof_begin(struct eh_proof *, const struct eh_cli_log_chain *,
                   struct eh_error *) EH_MUST_CHECK;
int eh_proof_epoch(struct eh_proof *, const struct eh_cli_log_epoch *,
                   struct eh_error *) EH_MUST_CHECK;
/* Decides the input that eh_replay_next() read, and compares what it leads to. */
int eh_proof_row(struct eh_proof *, struct eh_error *) EH_MUST_CHECK;
/* Of the row given last. */
int eh_proof_chain(struct eh_proof *, const struct eh_cli_log_chain *,
                   struct eh_error *) EH_MUST_CHECK;
/* Behind that: the snapshot of the state after that row, if there is one. */
int eh_proof_snapshots(struct eh_proof *, struct eh_error *) EH_MUST_CHECK;
/* Behind the last row of the log: nothing may be left that no row accounts for; and the head, the
 * lease and the desk are those of the log. */
int eh_proof_end(struct eh_proof *, struct eh_error *) EH_MUST_CHECK;
/* What differs from this checkpoint after the last row ("hash chain"); NULL: nothing. */
#define EH_PROOF_NO_SEQ UINT64_MAX /* not said */
const char *eh_proof_differs(const struct eh_proof *, uint64_t seq, struct eh_key digest,
                             const struct eh_chain *);

void eh_proof_counts(const struct eh_proof *, struct eh_proof_counts *ret);

/* Draws that cannot be proved, for an input of the log says that their master key was lost. */
struct eh_proof_lost {
    uint32_t epoch;
    uint64_t draws;       /* 0: nothing was drawn in it, nothing is missing */
    uint64_t first, last; /* inputs that drew */
    uint64_t input;       /* that put another key in its place */
};
/* In the order of epochs. Valid until the next row. */
const struct eh_proof_lost *eh_proof_lost(const struct eh_proof *, size_t *ret_count);

#endif
