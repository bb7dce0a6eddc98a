/*
 * release: what a rep releases or leaves behind in a team goes back by ticket number, in rounds:
 * each gives back as many as the step may have effects. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_RELEASE_H
#define EVENHAND_LIB_ENGINE_RELEASE_H

#include "units.h"

struct step;

int eh_release_round(struct step *) EH_MUST_CHECK; /* a round of the rep whose turn it is */
int eh_release_next(const struct step *, uint32_t *ret_slot)
    EH_MUST_CHECK; /* the first ticket of the next round, or NONE */
/* If the next round only tells a sentence, leaves the sentence out; false: it is about tickets. */
bool eh_release_skip_notice(struct step *);

#endif
