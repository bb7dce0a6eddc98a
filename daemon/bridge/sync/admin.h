/*
 * admin: asks evenhandd's admin socket, over one connection, or a few while many questions wait:
 * then answers come in any order. Connections are made when there is something to ask.
 *
 *     struct eh_asker *asker;
 *     r = eh_asker_new(base, "/run/evenhand/admin.sock", &asker, &error);
 *     r = eh_asker_ask(asker, "/v1/tickets/help/123", on_answer, context);
 *     …on_answer(context, &answer) once…
 *     eh_asker_free(asker);
 */
#ifndef EVENHAND_BRIDGE_SYNC_ADMIN_H
#define EVENHAND_BRIDGE_SYNC_ADMIN_H

#include <event2/event.h>
#include <jansson.h>

#include <evenhand/base/base.h>

#define EH_ASKER_WAITING_MAX 4096       /* questions that wait */
#define EH_ASKER_ANSWER_MAX  (4u << 20) /* bytes of an answer */
#define EH_ASKER_LINES       4          /* connections; evenhandd gives a user 8 */
#define EH_ASKER_S           15         /* for one answer */

struct eh_asker_answer {
    int status;      /* 0: there is none */
    json_t *body;    /* borrowed; NULL: none, or no JSON */
    const char *why; /* of status 0 */
};
typedef void eh_asker_fn(void *context, const struct eh_asker_answer *);

struct eh_asker;
int eh_asker_new(struct event_base *, const char *path, struct eh_asker **ret,
                 struct eh_error *) EH_MUST_CHECK;
/* GET. -EH_EFULL, -EH_ENOMEM: the callback is not called. It comes later, never from within. */
int eh_asker_ask(struct eh_asker *, const char *target, eh_asker_fn *, void *context) EH_MUST_CHECK;
void eh_asker_free(struct eh_asker *); /* NULL allowed; no callbacks any more */
/* What went wrong, in one line: evenhandd's own words, where it has said some. */
const char *eh_asker_words(const struct eh_asker_answer *);
/* Percent-encodes a part of a path. False: it does not fit. */
bool eh_asker_encode(const char *text, char *ret, size_t size);

#endif
