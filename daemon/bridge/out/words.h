/*
 * words: what is said to a profile's programs about an owner, and what they say.
 *
 *     json_t *input = eh_words_assign("7", "ana", 17, NULL);   // → requests
 *     json_t *asked = eh_words_done(&answer, "7", "ana", 0);   // → a verdict
 *     switch (eh_words_verdict(values)) …
 *
 * Each returns a new reference, or NULL: memory ran out. An account that is NULL is nobody.
 */
#ifndef EVENHAND_BRIDGE_OUT_WORDS_H
#define EVENHAND_BRIDGE_OUT_WORDS_H

#include <jansson.h>

#include "bridge/out/web.h"

#define EH_WORDS_BODY_MAX 4096 /* bytes of a body that is no JSON, as programs see it */

json_t *eh_words_assign(const char *id, const char *account, uint64_t seq, json_t *previous);
json_t *eh_words_read(const char *id);
json_t *eh_words_done(const struct eh_web_answer *, const char *id, const char *account,
                      unsigned step);
/* How a ticket stands: what the program `in` makes of an answer. */
json_t *eh_words_in(const struct eh_web_answer *, const char *from);

enum eh_verdict {
    EH_VERDICT_NONE,
    EH_VERDICT_DONE,
    EH_VERDICT_REFUSED,
    EH_VERDICT_AGAIN,
    EH_VERDICT_READ
};
/* NONE: the program yielded something else. */
enum eh_verdict eh_words_verdict(const json_t *values);

/* The ticket of this id among the values, borrowed; NULL: it is not there. */
json_t *eh_words_ticket(const json_t *values, const char *id);
/* It has this owner, or is closed: there is nothing to set. */
bool eh_words_settled(const json_t *ticket, const char *account);
/* "the helpdesk answered 409: …", one line. */
void eh_words_refusal(const struct eh_web_answer *, char *ret, size_t size);

#endif
