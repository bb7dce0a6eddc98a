/*
 * jobs: owners that are to be set in the helpdesk, each until it is set, given up or replaced.
 *
 * A job asks the profile for its requests, sends them one after the other, and asks what each
 * answer means. After any doubt the owner is read back before anything is set again. At most
 * EH_JOBS_WINDOW jobs are under way, and one a ticket: a newer owner takes the place of an older
 * one. A job that fails rests, 0.2 s at first and 30 s at most. Refused for good it is parked, and
 * so it is when it fails for ten minutes, unless it is the whole helpdesk that fails (failing.h).
 *
 * No clock, no socket, no child: these are the caller's (struct eh_jobs_ways).
 *
 *     r = eh_jobs_new(&ways, &jobs, &error);
 *     const struct eh_wish wish = {.id = eh_str("7"), .account = eh_str("ana"), .seq = 17};
 *     r = eh_jobs_want(jobs, &wish, &error);          // -EH_EFULL: read no further for now
 *     eh_jobs_pass(jobs, 18);                         // entry 18 asks for nothing
 *     cursor_at = eh_jobs_low(jobs);                  // up to it everything is done
 *     eh_jobs_turn(jobs);                             // at eh_jobs_due_us(jobs)
 *     eh_jobs_free(jobs);
 */
#ifndef EVENHAND_BRIDGE_OUT_JOBS_H
#define EVENHAND_BRIDGE_OUT_JOBS_H

#include <jansson.h>

#include "bridge/out/parked.h"
#include "bridge/out/web.h"

#define EH_JOBS_MAX     20000                    /* jobs at a time */
#define EH_JOBS_WINDOW  2                        /* under way */
#define EH_JOBS_FAIL_US (600 * INT64_C(1000000)) /* a job that fails for so long is parked */
#define EH_JOB_STEPS    16                       /* requests of one job */
#define EH_JOB_ROUNDS   2 /* times that the owner is read back without a rest between */

enum eh_ask { EH_ASK_ASSIGN, EH_ASK_DONE, EH_ASK_READ, EH_ASK_IN, EH_ASK_COUNT };

/* values: an array, borrowed; NULL: it failed, and `why` is one line. */
typedef void eh_asked_fn(void *context, const json_t *values, const char *why);

enum eh_job_end {
    EH_JOB_DONE,    /* the owner is set */
    EH_JOB_PARKED,  /* given up, and written down */
    EH_JOB_REPLACED /* nobody wants it any more */
};

struct eh_wish {
    struct eh_str id;
    struct eh_str account; /* empty: nobody is to have it */
    uint64_t seq;          /* of the outbox; 0: of no entry */
    bool doubt;            /* it may have been set already */
    bool was_parked;       /* tried again: it stays parked until it is done */
};

struct eh_jobs_ways {
    /* Answer later, and once. The inputs are borrowed. Below 0: cannot be asked just now. */
    int (*ask)(void *context, enum eh_ask, json_t *input, eh_asked_fn *, void *job);
    int (*send)(void *context, json_t *request, eh_web_fn *, void *job);
    void (*forget)(void *context, void *job); /* no answer to it any more */
    int64_t (*now_us)(void *context);         /* never goes back */
    /* Below 0: there is no room; the job goes on. */
    int (*park)(void *context, const struct eh_parked_item *);
    void (*on_end)(void *context, const struct eh_wish *, enum eh_job_end);
    void *context;
    int64_t fail_us; /* 0: EH_JOBS_FAIL_US */
};

struct eh_jobs_figures {
    uint32_t jobs, under_way, resting;
    uint64_t done, parked, replaced;
    uint64_t failures; /* attempts that did not end well */
};

struct eh_jobs;
int eh_jobs_new(const struct eh_jobs_ways *, struct eh_jobs **ret, struct eh_error *) EH_MUST_CHECK;
void eh_jobs_free(struct eh_jobs *); /* NULL allowed */
/* -EH_EFULL, -EH_ENOMEM: nothing has changed. An entry that is older than what is wanted already
 * changes nothing, and is done. */
int eh_jobs_want(struct eh_jobs *, const struct eh_wish *, struct eh_error *) EH_MUST_CHECK;
/* Nobody wants an owner of this ticket any more. */
void eh_jobs_drop(struct eh_jobs *, struct eh_str id);
/* Entries up to this one were read. */
void eh_jobs_pass(struct eh_jobs *, uint64_t seq);
/* Another outbox is read from its first entry on: those of the one before have no numbers now. */
void eh_jobs_restart(struct eh_jobs *);
/* Up to this number of the outbox everything is done, parked or replaced. */
uint64_t eh_jobs_low(const struct eh_jobs *);
/* Nothing begins while they are held: what was read may be replaced by what is still to be read. */
void eh_jobs_hold(struct eh_jobs *, bool held);
/* Lets begin whatever may. */
void eh_jobs_turn(struct eh_jobs *);
int64_t eh_jobs_due_us(const struct eh_jobs *); /* when the next rest ends; INT64_MAX: none rests */
bool eh_jobs_has(const struct eh_jobs *, struct eh_str id);
bool eh_jobs_is_full(const struct eh_jobs *);
void eh_jobs_figures(const struct eh_jobs *, struct eh_jobs_figures *ret);
const char *eh_jobs_last_failure(const struct eh_jobs *); /* one line, or "" */

#endif
