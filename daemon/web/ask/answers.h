/*
 * answers: what evenhandd says, kept for each person as long as nothing has changed. One look a
 * second at the daemon's status tells when that is. What is made by a replay of the log is kept
 * longer, unless the desk changed, and with it who may see what.
 *
 *     struct eh_answers *answers;
 *     r = eh_answers_new(base, web->admin_socket, &answers, &error);
 *     const struct eh_answer *answer = eh_answers_find(answers, "ana", "/v1/me");
 *     if (!answer)
 *         r = eh_answers_ask(answers, "ana", "/v1/me", on_answer, page); // once, later
 *     …
 *     eh_answers_free(answers);
 */
#ifndef EVENHAND_WEB_ASK_ANSWERS_H
#define EVENHAND_WEB_ASK_ANSWERS_H

#include "ask/asker.h"

#define EH_ANSWERS_MAX       4096       /* answers that are kept ... */
#define EH_ANSWERS_BYTES_MAX (1u << 20) /* ... and the bytes of their texts */
/* Connections, apart for what waits for what: a report that replays the log, or a change while
 * PostgreSQL stalls, takes seconds, and neither is to hold up what people look at. Two processes
 * have all those of delegates. */
#define EH_ANSWERS_LINKS_LOOK   1
#define EH_ANSWERS_LINKS_READ   6
#define EH_ANSWERS_LINKS_CHANGE 3
#define EH_ANSWERS_LINKS_REPORT 2
#define EH_ANSWERS_LOOK_S       1
#define EH_ANSWERS_DEAR_S       60 /* what is a replay of the log is kept so long, whatever moved ... */
#define EH_ANSWERS_DEAR_PART    20 /* ... and so many times as long as it took */

struct eh_answer {
    int status;      /* 0: evenhandd cannot be reached */
    json_t *body;    /* or NULL */
    const char *why; /* the error in words, where the status is no 2xx */
    int64_t at_us;   /* when it came */
};
/* The answer may be kept beyond the call by json_incref() of its body alone. */
typedef void eh_answer_fn(void *context, const struct eh_answer *);

struct eh_answers;
int eh_answers_new(struct event_base *, const char *admin_socket, struct eh_answers **ret,
                   struct eh_error *) EH_MUST_CHECK;
void eh_answers_free(struct eh_answers *); /* NULL allowed; no callbacks any more */

/* What is known of it and still holds; NULL: nothing. Borrowed until the next call. */
const struct eh_answer *eh_answers_find(struct eh_answers *, const char *person,
                                        const char *target);
/* Who asks for what was asked for already gets the same answer. -EH_EFULL, -EH_EINVAL,
 * -EH_ENOMEM: the callback is not called. */
int eh_answers_ask(struct eh_answers *, const char *person, const char *target, eh_answer_fn *,
                   void *context) EH_MUST_CHECK;

struct eh_change_asked {
    const char *person, *target, *event;
    struct eh_str body;
    bool only_tried; /* it says what it would do, and changes nothing */
    eh_answer_fn *fn;
    void *context;
};
/* A change: POST. What was known is forgotten when it is done, unless it was only tried: for who
 * changes it at once, for all others at the latest with the next look. */
int eh_answers_change(struct eh_answers *, const struct eh_change_asked *) EH_MUST_CHECK;

/* Grows with what may be seen, at least as the daemon's `input` does; never 0. */
uint64_t eh_answers_version(const struct eh_answers *);
/* The person was told this version, by a doubled process perhaps: where that has looked later than
 * we have, what is kept for them may be older than what they were told of, and is forgotten. */
void eh_answers_heard(struct eh_answers *, const char *person, uint64_t version);
/* What the last look said; NULL: evenhandd cannot be reached. Borrowed. */
const json_t *eh_answers_status(const struct eh_answers *);
typedef void eh_moved_fn(void *context, uint64_t version);
/* Is called whenever the version changed: at most twice a second. */
void eh_answers_on_moved(struct eh_answers *, eh_moved_fn *, void *context);

#endif
