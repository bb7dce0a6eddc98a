/*
 * answering: owns which helpdesks tell the first answer. Private to engine/.
 *
 * What was never answered as far as anybody says is taken from nobody.
 */
#ifndef EVENHAND_LIB_ENGINE_ANSWERING_H
#define EVENHAND_LIB_ENGINE_ANSWERING_H

#include "interner.h"
#include "units.h"

struct eh_engine;

#define EH_ANSWERING_MAX 1000 /* sources; of further ones it is only told that nobody answered */

/* Whether the source has told an answer before. */
bool eh_answering_known(const struct eh_engine *, struct eh_str source);
/* The source told an answer. */
int eh_answering_note(struct eh_engine *, struct eh_str source) EH_MUST_CHECK;
void eh_answering_put(const struct eh_engine *, struct eh_bytes *);
/* -EH_ECORRUPT: more than there may be, or one twice. */
int eh_answering_read(struct eh_engine *, struct eh_reader *) EH_MUST_CHECK;

#endif
