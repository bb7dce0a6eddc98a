/*
 * kept: answers by person and target, with a bound on their number and their bytes: the oldest go
 * first.
 *
 *     struct eh_kept_answers *kept;
 *     r = eh_kept_new(&kept);
 *     struct eh_kept *one = eh_kept_add(kept, "ana", "/v1/me");
 *     …one->answer.body = body; eh_kept_weigh(kept, one, 120);
 *     one = eh_kept_find(kept, "ana", "/v1/me");
 *     eh_kept_forget(kept, NULL);
 *     eh_kept_free(kept);
 */
#ifndef EVENHAND_WEB_ASK_KEPT_H
#define EVENHAND_WEB_ASK_KEPT_H

#include "web/ask/answers.h"

struct eh_kept_waiter {
    struct eh_kept_waiter *next;
    eh_answer_fn *fn;
    void *context;
};

struct eh_kept {
    struct eh_kept *next;            /* of its bucket */
    struct eh_kept *older, *younger; /* in the order of their arrival */
    char *key;                       /* person, newline, target */
    struct eh_answer answer;         /* owns the body and the words */
    size_t size;                     /* bytes of the text */
    bool there;                      /* it has been answered */
    bool over;                       /* what it says does not hold any more */
    bool dear;                       /* it costs much: it stays until it is due ... */
    bool stale;                      /* ... though what it says does not quite hold any more */
    int64_t asked_us, due_us;        /* CLOCK_MONOTONIC; due_us 0: no answer yet, or an error */
    struct eh_kept_waiter *waiters;  /* while it has not */
    void *owner;                     /* whoever asks */
};

struct eh_kept_answers;
int eh_kept_new(struct eh_kept_answers **ret) EH_MUST_CHECK;
void eh_kept_free(struct eh_kept_answers *); /* NULL allowed */
/* One that is not over, nor stale and due; NULL: none. */
struct eh_kept *eh_kept_find(struct eh_kept_answers *, const char *person, const char *target);
/* A new one, which is asked for. NULL: no memory, or so many are being asked for. */
struct eh_kept *eh_kept_add(struct eh_kept_answers *, const char *person, const char *target);
/* It is there, and its text has so many bytes. Others may go, it stays. */
void eh_kept_weigh(struct eh_kept_answers *, struct eh_kept *, size_t size);
void eh_kept_drop(struct eh_kept_answers *, struct eh_kept *);
/* All of this person are over (NULL: of everybody): those that are there go, those that are asked
 * for go once they are answered. */
void eh_kept_forget(struct eh_kept_answers *, const char *person);
/* The same, but what is dear stays until it is due, stale. */
void eh_kept_age(struct eh_kept_answers *, const char *person);
size_t eh_kept_bytes(const struct eh_kept_answers *);
unsigned eh_kept_count(const struct eh_kept_answers *);

#endif
