/*
 * release: what a rep releases or leaves behind in a team goes back by ticket number, in rounds:
 * each gives back as many as the step may have effects. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_RELEASE_H
#define EVENHAND_LIB_ENGINE_RELEASE_H

#include "units.h"

struct step;

/* ---- rounds, in manager.c: tickets that are released or left behind go back, a few a step */
int eh_release_round(struct step *) EH_MUST_CHECK; /* of the rep whose turn it is */
int eh_release_next(const struct step *, uint32_t *ret_slot) EH_MUST_CHECK; /* NONE: no ticket */
/* The next round is about a sentence alone, which is left out now. */
bool eh_release_skip_notice(struct step *);

#endif
