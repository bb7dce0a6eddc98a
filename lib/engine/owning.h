/*
 * owning: who has a ticket, and who did that, as a message of the helpdesk says it. Private to
 * engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_OWNING_H
#define EVENHAND_LIB_ENGINE_OWNING_H

#include "units.h"

struct step;

struct owning {
    uint32_t owner; /* a member of the team who has it; NONE: nobody, or somebody outside */
    bool nobody;
    uint32_t by;  /* the rep who did it, or NONE */
    bool own;     /* ... who has it now: they took it */
    bool manager; /* a manager of the team did it */
};

struct owning eh_owning_said(const struct step *, uint32_t team);
/* Why a member of the team has it: "claimed", "manager" or "given". */
const char *eh_owning_why(const struct owning *);

#endif
