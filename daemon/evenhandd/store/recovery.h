/*
 * recovery: the engine as the log says it is: the last snapshot, then the inputs after it.
 *
 * Every input is decided again with its recorded draws. The result must be what the head says: same
 * input, same seq, same digest. Otherwise nothing is served (-EH_ECORRUPT).
 *
 *     const struct eh_recovery_callbacks callbacks = {on_done, on_month};
 *     recovery = eh_recovery_start(eh_store_reads(store), &head, &callbacks, app);
 *     …on_done(app, engine or NULL, &recovered, &error): the engine is the callee's…
 *     eh_recovery_free(recovery);
 */
#ifndef EVENHAND_STORE_RECOVERY_H
#define EVENHAND_STORE_RECOVERY_H

#include "store/store.h"

#define EH_RECOVERY_PAGE 4000 /* inputs read at once (a batch more at most) */

struct eh_recovery;

struct eh_recovered {
    uint64_t replayed;  /* inputs behind the snapshot */
    int32_t latest_day; /* local, of all inputs; days since 1970 */
};

struct eh_recovery_callbacks {
    /* engine NULL: error says why; -EH_EUNAVAILABLE in error->code: the link went, try again
     * later. */
    void (*on_done)(void *context, struct eh_engine *engine, const struct eh_recovered *,
                    const struct eh_error *error);
    /* Called where a batch ended and the next input begins a month; `latest_day` as above. False:
     * there is no time now; eh_recovery_go_on() calls again. */
    bool (*on_month)(void *context, const struct eh_engine *, int32_t latest_day);
};

struct eh_recovery *eh_recovery_start(struct eh_pg *reads, const struct eh_head *,
                                      const struct eh_recovery_callbacks *, void *context);
void eh_recovery_go_on(struct eh_recovery *);
void eh_recovery_free(struct eh_recovery *); /* on_done is not called any more */

#endif
