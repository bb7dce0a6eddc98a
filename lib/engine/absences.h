/*
 * absences: days and hours for which a rep is not there, told ahead. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_ABSENCES_H
#define EVENHAND_LIB_ENGINE_ABSENCES_H

#include "units.h"

struct eh_engine;
struct rep;
struct step;

struct absence {
    uint64_t number; /* of the input that told it */
    int64_t from_us, until_us;
    uint8_t reason; /* enum eh_absence_reason: APART from EH_RULES_REASONS on, never before */
    bool begun;     /* the rep's members were told */
    char *uid;      /* owned; what its sender calls it, or NULL */
    uint32_t uid_size;
};

/* Begins and ends what is due by now. Returns how many members were told. */
uint32_t eh_absence_turn(struct eh_engine *, uint32_t rep, int64_t now_us);
/* Adds one behind those that begin before it. `uid` is copied. */
int eh_absence_add(struct eh_engine *, uint32_t rep, struct absence,
                   struct eh_str uid) EH_MUST_CHECK;
void eh_absence_free(struct rep *); /* all of a rep */
/* EH_RULES_REASONS begins: the state has no reasons any more. */
void eh_absences_begin_apart(struct eh_engine *);

#endif
