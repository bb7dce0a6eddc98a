/*
 * shifts: what begins and ends by the hours and absences of reps. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_SHIFTS_H
#define EVENHAND_LIB_ENGINE_SHIFTS_H

#include "units.h"

struct step;

/* So many members a DUE input tells that they are on or off. Further DUE inputs tell the rest. */
#define SHIFT_MEMBERS_PER_STEP 1000

/* Makes the changes that are due by now, for about `most` members: all of them, or the rest is due
 * at once. Nothing is dealt before all are made. */
void eh_shifts_turn(struct step *, uint32_t most);
/* The time of the log is led back to now: whoever is on or off then is so. The shell hands over
 * anew what was over already. */
void eh_shifts_back(struct step *);

#endif
