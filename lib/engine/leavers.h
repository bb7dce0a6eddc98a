/*
 * leavers: who leaves a team and who comes back, by a new day or a new desk file. Private to
 * engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_LEAVERS_H
#define EVENHAND_LIB_ENGINE_LEAVERS_H

#include "units.h"

struct eh_engine;
struct step;

/* Who was where before a step that changes the day or the desk. */
struct seat {
    uint32_t team, rep; /* a member who has open tickets of the team */
    bool active;
};

struct duty {
    uint8_t *reps; /* by number */
    struct seat *seats;
    uint32_t rep_count, seat_count;
};

/* Call the first before the day or the desk changes, the second after it, eh_duty_done() in any
 * case. */
int eh_duty_note(const struct eh_engine *, struct duty *ret) EH_MUST_CHECK;
int eh_duty_change(struct step *, const struct duty *) EH_MUST_CHECK;
void eh_duty_done(struct duty *);
/* EH_RULES_LEAVERS begins. */
void eh_leavers_begin(struct eh_engine *);

#endif
