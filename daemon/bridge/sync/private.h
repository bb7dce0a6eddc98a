/*
 * private: what take.c, fetch.c, sweep.c and sync.c share. take.c takes what was said; fetch.c asks
 * the helpdesk and has its answers taken; sweep.c goes through all tickets; looks.c reads single
 * ones again; sync.c makes them. Each calls those before it.
 *
 *     eh_sync_fail(sync, "the sweep's page has no path");
 */
#ifndef EVENHAND_BRIDGE_SYNC_PRIVATE_H
#define EVENHAND_BRIDGE_SYNC_PRIVATE_H

#include "ask/asker.h"
#include "bridge/sync/held.h"
#include "bridge/sync/sync.h"

struct told;
struct eh_accounts;
struct eh_looks;
struct fetch;
struct eh_sweep;

#define EH_SYNC_LINKS 4 /* connections to evenhandd, which gives a user 8 */

struct eh_sync {
    struct eh_sync_options options;
    struct eh_holdings *holdings;
    struct eh_asker *asker;
    struct told *tolds;    /* values that are being taken */
    struct fetch *fetches; /* requests to the helpdesk, and what comes of them */
    unsigned gets;         /* of these: for a `get` */
    struct eh_sweep *sweep;
    struct eh_accounts *accounts;
    struct eh_looks *looks;
    void (*look)(struct eh_sync *, const char *id, const char *by); /* as eh_looks_want() */
    int (*get)(struct eh_sync *, const json_t *value); /* a request that `in` has asked for */
    uint32_t sweep_number;                             /* of the one that runs, or ran last */
    bool listed;                                       /* all that evenhand has open is known */
    uint8_t losses;                                    /* of entries of the outbox; 0: none */
    struct eh_sync_counts counts;
    char last_error[EH_ERROR_TEXT_MAX];
};

void eh_sync_fail(struct eh_sync *, const char *format, ...) EH_PRINTF(2, 3);
/* Takes what evenhand itself says of a ticket, as TICKET of evenhand-api(7). */
void eh_sync_learn(struct eh_sync *, struct eh_held *, const json_t *ticket);
void eh_sync_drop_tolds(struct eh_sync *);
/* As eh_sync_take(), of an answer to what was asked at that time of CLOCK_MONOTONIC: it may be
 * older than whatever was decided or set since. */
void eh_sync_take_asked(struct eh_sync *, const json_t *value, int64_t asked_us, eh_sync_taken_fn *,
                        void *context);

/* Asks the helpdesk; its answer goes through `in`, and each value is taken. r: 0, or what failed;
 * `status` is the helpdesk's, `body` what it said (borrowed). */
struct eh_fetched {
    int r;
    int status;
    json_t *body;
    unsigned values; /* that `in` has made of it */
    bool other;      /* it was asked for one ticket, and the answer is about another */
};
typedef void eh_fetched_fn(void *context, const struct eh_fetched *);
struct eh_fetch_options {
    const json_t *request;
    const char *from;  /* "get", "sweep", "read" */
    const char *id;    /* of the one ticket that is asked for, or NULL */
    bool is_get;       /* counts against EH_SYNC_GETS_MAX */
    eh_fetched_fn *fn; /* or NULL */
    void *context;
};
int eh_sync_fetch(struct eh_sync *, const struct eh_fetch_options *) EH_MUST_CHECK;
void eh_sync_drop_fetches(struct eh_sync *);

/* accounts.c: who reps are at the helpdesk. */
int eh_accounts_new(struct eh_sync *, struct eh_accounts **ret) EH_MUST_CHECK;
void eh_accounts_free(struct eh_accounts *); /* NULL allowed */

/* looks.c: once nothing is decided or set any more for the ticket it is read again. by: who has set
 * its owner, or NULL. */
int eh_looks_new(struct eh_sync *, struct eh_looks **ret) EH_MUST_CHECK;
void eh_looks_free(struct eh_looks *); /* NULL allowed */
void eh_looks_want(struct eh_sync *, const char *id, const char *by);

int eh_sweep_new(struct eh_sync *, struct eh_sweep **ret) EH_MUST_CHECK;
void eh_sweep_free(struct eh_sweep *); /* NULL allowed */
void eh_sweep_begin(struct eh_sweep *, const char *why);
bool eh_sweep_runs(const struct eh_sweep *);

#endif
