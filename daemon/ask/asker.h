/*
 * asker: asks evenhandd's admin socket, over one connection, or a few while many questions wait:
 * then answers come in any order. Connections are made when there is something to ask.
 *
 *     const struct eh_asker_options options = {
 *         .base = base, .path = "/run/evenhand/admin.sock", .links = 4};
 *     struct eh_asker *asker;
 *     r = eh_asker_new(&options, &asker, &error);
 *     r = eh_asker_get(asker, "/v1/tickets/help/123", on_answer, context);
 *     …on_answer(context, &answer) once…
 *     eh_asker_free(asker);
 */
#ifndef EVENHAND_ASK_ASKER_H
#define EVENHAND_ASK_ASKER_H

#include <event2/event.h>
#include <jansson.h>

#include <evenhand/base/base.h>

#define EH_ASKER_LINKS_MAX   24         /* connections of an asker */
#define EH_ASKER_WAITING_MAX 4096       /* questions that wait */
#define EH_ASKER_ANSWER_MAX  (4u << 20) /* bytes of an answer */
#define EH_ASKER_TARGET_MAX  1024       /* bytes of a target */
#define EH_ASKER_S           15         /* for one answer */

struct eh_asker_answer {
    int status;      /* 0: there is none */
    json_t *body;    /* borrowed; NULL: none, or no JSON */
    size_t size;     /* bytes of its text */
    const char *why; /* of status 0 */
};
typedef void eh_asker_fn(void *context, const struct eh_asker_answer *);

/* All is copied. */
struct eh_question {
    const char *method; /* NULL: GET */
    const char *target;
    const char *as;     /* a user it is asked for, in the header Evenhand-As; NULL: ourselves */
    const char *event;  /* Idempotency-Key of a change; NULL: none, and it is never sent twice */
    struct eh_str body; /* JSON */
    eh_asker_fn *fn;
    void *context;
};

struct eh_asker_options {
    struct event_base *base;
    const char *path;
    unsigned links; /* 1 to EH_ASKER_LINKS_MAX */
};

struct eh_asker;
int eh_asker_new(const struct eh_asker_options *, struct eh_asker **ret,
                 struct eh_error *) EH_MUST_CHECK;
/* With one link questions are asked in their order. -EH_EFULL, -EH_EINVAL: a text that no header
 * may have, -EH_ENOMEM: the callback is not called. It comes later, never from within. */
int eh_asker_ask(struct eh_asker *, const struct eh_question *) EH_MUST_CHECK;
/* GET, for ourselves. */
int eh_asker_get(struct eh_asker *, const char *target, eh_asker_fn *, void *context) EH_MUST_CHECK;
void eh_asker_free(struct eh_asker *); /* NULL allowed; no callbacks any more */
/* What went wrong, in one line: evenhandd's own words, where it has said some. */
const char *eh_asker_words(const struct eh_asker_answer *);
/* Percent-encodes a part of a path. False: it does not fit. */
bool eh_asker_encode(const char *text, char *ret, size_t size);

#endif
