/*
 * answer_bytes: the first answer of a ticket in its image. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_ANSWER_BYTES_H
#define EVENHAND_LIB_ENGINE_ANSWER_BYTES_H

#include "first_answer.h"
#include "units.h"

struct eh_engine;
struct ticket;

/* An answer in an image: an id, which points into it, instead of a number. */
struct answer_image {
    struct first_answer answer;
    struct eh_str team;
};

/* Writes canonical bytes; reads them without an engine; takes what was read into a ticket that has
 * its texts. */
void eh_answer_put(const struct eh_engine *, const struct ticket *, struct eh_bytes *);
void eh_answer_image(struct eh_reader *, uint8_t version, struct answer_image *ret);
int eh_answer_take(struct eh_engine *, const struct answer_image *, struct ticket *) EH_MUST_CHECK;

#endif
