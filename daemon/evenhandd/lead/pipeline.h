/*
 * pipeline: the batches on their way, and how much may be on it.
 *
 *   filling -> (left over) -> recalling -> in flight -> settled, or memory for another
 *
 * What a batch has no room for is left over: it is decided next. A batch that is confirmed while
 * another one is looked up is settled: the lookup may not have seen it.
 */
#ifndef EVENHAND_LEAD_PIPELINE_H
#define EVENHAND_LEAD_PIPELINE_H

#include "lead/app.h"
#include "store/store.h"

struct eh_pipeline {
    struct eh_batch *filling;                    /* takes entries and commands */
    struct eh_batch *left_over;                  /* what the last batches had no room for */
    struct eh_batch *recalling;                  /* being looked up */
    struct eh_batch *in_flight, *in_flight_last; /* decided, not confirmed; oldest first */
    struct eh_batch *settled;                    /* confirmed after the lookup under way was sent */
    struct eh_batch *spare;                      /* empty: the next one to fill, or NULL */
    size_t apart_entries, apart_bytes; /* read, and not in a batch yet: no more are read */
    size_t in_flight_entries, in_flight_bytes;
    struct eh_pace pace;
    int64_t answered_us; /* monotonic: when the last commit was */
    uint64_t batches, commits_failed;
    struct event *tick;
};

void app_pipeline_begin(struct eh_app *, event_callback_fn on_tick);
void app_pipeline_end(struct eh_app *);
void app_wake(struct eh_app *); /* the tick runs before the loop sleeps again */
void app_hold_apart(struct eh_app *, size_t entries, size_t bytes);
void app_set_room(struct eh_app *); /* for the inbox: how much it may read ahead */

/* ---- Before they are decided. */
struct eh_batch *app_filling(struct eh_app *);     /* the batch that takes more; NULL: no memory */
struct eh_batch *app_next(struct eh_app *);        /* the one to be decided next, or NULL */
struct eh_batch *app_recall_next(struct eh_app *); /* the next one is looked up from now on */
void app_recall_ended(struct eh_app *);
bool app_recalling(const struct eh_app *);
/* The items from `first` on are decided next, in the batch after this one. -EH_ENOMEM. */
int app_carry(struct eh_app *, struct eh_batch *, size_t first) EH_MUST_CHECK;
/* Those that wait to be decided, one after the other, from NULL to NULL. */
struct eh_batch *app_waiting(const struct eh_app *, const struct eh_batch *after);

/* ---- Decided. */
void app_decided(struct eh_app *, struct eh_batch *); /* it is in flight */
void app_sent(struct eh_app *, struct eh_batch *);
const struct eh_batch *app_in_flight(const struct eh_app *); /* oldest first; NULL: none */
struct eh_batch *app_in_flight_last(const struct eh_app *);
void app_confirmed(struct eh_app *, struct eh_batch *); /* the oldest in flight is committed ... */
void app_settle(struct eh_app *, struct eh_batch *);    /* ... and done with */
const struct eh_batch *app_settled(const struct eh_app *);
void app_head_advance(struct eh_head *, const struct eh_batch *); /* to the end of the batch */

/* ---- Taken out again, as lists: the caller's. */
struct eh_batch *app_take_in_flight(struct eh_app *);
struct eh_batch *app_take_recalling(struct eh_app *);
struct eh_batch *app_take_settled(struct eh_app *);
struct eh_batch *app_take_all(struct eh_app *);
void app_put_first(struct eh_app *, struct eh_batch *list); /* before all that is left over */

/* ---- How much. */
uint32_t app_batch_most(const struct eh_app *); /* what a batch may weigh */
void app_batch_least(struct eh_app *);          /* the next one has one input */
/* A transaction was given up; `too_slow` for its size, or NULL. */
void app_commit_failed(struct eh_app *, const struct eh_batch *too_slow);
uint64_t app_batches(const struct eh_app *); /* sent since the start */
size_t app_entries_in_flight(const struct eh_app *);
bool app_pipeline_empty(const struct eh_app *); /* nothing is on its way */
void app_pipeline_show(const struct eh_app *, struct eh_app_status *);

#endif
