/* private: what the files of the outbox share. See outbox.h. */
#ifndef EVENHAND_OUTBOX_PRIVATE_H
#define EVENHAND_OUTBOX_PRIVATE_H

#include "outbox/burst.h"
#include "outbox/match.h"
#include "outbox/outbox.h"

#define OUTBOX_REST_MIN_MS 100

/* See outbox.c for the way from one to the next. */
enum outbox_state {
    OUTBOX_UNKNOWN,
    OUTBOX_ASKING,
    OUTBOX_PROVING,
    OUTBOX_READY,
    OUTBOX_WANTING,
    OUTBOX_SENDING,
    OUTBOX_CHECKING,
    OUTBOX_RESTING,
    OUTBOX_ALARM
};

/* A mark: when `bytes` of dead letters had been published, `next` was the next one. Marks tell
 * where to trim so that at most EH_DEAD_BYTES_MAX stay. */
#define OUTBOX_DEAD_MARK_BYTES (1u << 20)
#define OUTBOX_DEAD_MARKS      (EH_DEAD_BYTES_MAX / OUTBOX_DEAD_MARK_BYTES + 2)
struct outbox_dead_mark {
    uint64_t input, bytes;
};

/* Takes the next step, if nothing is under way. */
typedef void outbox_pump_fn(struct eh_outbox *);

/* A committed batch and where the numbers stood before it. */
struct outbox_live {
    struct eh_outbox_batch *batch;
    uint64_t before_seq, before_dead;
};

struct eh_outbox {
    struct eh_redis_link *link;
    char outbox_key[256], dead_key[256];
    bool json;
    int64_t keep;
    eh_outbox_want_fn *on_want;
    void *context;
    outbox_pump_fn *pump;

    enum outbox_state state, after_rest;
    bool started;
    bool recheck;                 /* ask where Redis stands as soon as nothing is under way */
    uint64_t head_seq, head_dead; /* committed */
    uint64_t published_seq, published_dead;   /* in Redis */
    bool outbox_there, dead_there;            /* the streams exist, as far as we know */
    struct eh_outbox_found found, found_dead; /* the streams at the last XINFO STREAM */
    struct eh_outbox_batch *proof;            /* the rows they are compared with */
    uint64_t wanted_dead;                     /* head_dead when on_want was called */
    struct outbox_live queue[EH_OUTBOX_PENDING_MAX];
    size_t queued;
    struct eh_outbox_batch *current;
    bool current_is_page;
    struct eh_burst *burst;
    uint64_t since_trim, dead_since_trim;
    uint64_t dead_found_bytes;         /* of dead letters from before */
    uint64_t dead_bytes, dead_trimmed; /* published, and of them trimmed */
    struct outbox_dead_mark dead_marks[OUTBOX_DEAD_MARKS];
    size_t dead_mark_count; /* ever; the ring holds the last OUTBOX_DEAD_MARKS */
    char refusal[200];
    char alarm[EH_ERROR_TEXT_MAX], hole[EH_ERROR_TEXT_MAX];
    struct event *timer;
    unsigned rest_ms;
};

/* Each file below calls those before it; outbox->pump takes the next step. */

/* rest.c: the end of a step that failed. */
void outbox_drop_current(struct eh_outbox *);
void outbox_drop_oldest(struct eh_outbox *);
void outbox_drop_proof(struct eh_outbox *);
void outbox_drop_all(struct eh_outbox *);
/* Tries again after a while, from this state on. */
void outbox_rest(struct eh_outbox *, enum outbox_state after, const char *why);
/* Somebody else wrote at this number: publishing stops. */
void outbox_alarm(struct eh_outbox *, const char *key, uint64_t number, const char *what);
void outbox_timer_init(struct eh_outbox *);

/* weight.c: how much the dead letters weigh. */
void outbox_weigh_found(struct eh_outbox *);
void outbox_weigh_burst(struct eh_outbox *);
uint64_t outbox_dead_from(struct eh_outbox *); /* the first dead letter that may stay; 0: all */

/* stand.c: where Redis stands. */
void outbox_ask_last(struct eh_outbox *);
void outbox_compare(struct eh_outbox *); /* the entries in Redis with outbox->proof */

/* send.c */
void outbox_send_burst(struct eh_outbox *);

#endif
