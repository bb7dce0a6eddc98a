/*
 * store_bench: the store on top of a private PostgreSQL in a folder of its own, and batches of rows
 * made at random for it.
 *
 *     open_all();                                  // migrated, leading
 *     struct eh_batch *b = any_batch();
 *     cr_assert_eq(eh_store_commit(bench.store, b), 0, "%s", bench.lost);
 *     turn_until(&bench.committed, b->to_input);   // runs the loop, bounded
 *     eh_batch_free(b);
 *     close_all();
 */
#ifndef EVENHAND_TESTS_STORE_BENCH_H
#define EVENHAND_TESTS_STORE_BENCH_H

#include <event2/event.h>
#include <libpq-fe.h>

#include "../property/seed.h"
#include "../unit/engine_kit.h"
#include "batch/batch.h"
#include "store/store.h"

#define WAIT_S 120 /* bound of every wait: it ends what hangs */
#define IMAGES 6

struct bench {
    char folder[64], dsn[160];
    struct event_base *base;
    struct eh_store *store;
    struct eh_head head; /* as last read */
    unsigned leading;
    uint64_t committed;           /* the last input */
    struct eh_outbox_batch *page; /* the last one, or NULL */
    uint64_t pages;               /* how many were told */
    char lost[EH_ERROR_TEXT_MAX];
    PGconn *reads;
    struct seed seed;
    char refused[EH_ERROR_TEXT_MAX];
    uint64_t refusals;
    struct eh_str images[IMAGES];
    struct kit kit;
};
extern struct bench bench;

/* store_bench.c */
void open_all(void);
void close_all(void);
/* Turns the loop until *number has reached `wanted`, or the store has lost what it was doing. */
void turn_until(const uint64_t *number, uint64_t wanted);
void lead(void); /* waits until the store leads anew */

/* store_batch.c: seeded (EVENHAND_SEED=N again). Text lives as long as the batch. */
struct eh_str any_text(struct eh_batch *);
/* Sixty inputs with all that belongs to them, behind what is committed; the caller's. */
struct eh_batch *any_batch(void);

#endif
