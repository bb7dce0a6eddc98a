/*
 * named: the rep, the team and the ticket that a message names. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_NAMED_H
#define EVENHAND_LIB_ENGINE_NAMED_H

#include "units.h"

struct eh_engine;
struct step;

/* The rep or team that the message names; NONE: it is not on the desk, and that was refused. */
int eh_step_rep(struct step *, uint32_t *ret) EH_MUST_CHECK;
int eh_step_team(struct step *, uint32_t *ret) EH_MUST_CHECK;

/* The open or waiting ticket that the message names; NONE: there is none, and that was refused:
 * -EH_ECONFLICT if it is closed. */
int eh_step_ticket_named(struct step *, uint32_t *ret) EH_MUST_CHECK;
/* The rep of this id, or who has this account at the helpdesk; NONE: nobody on the desk. */
uint32_t eh_rep_of_helpdesk(const struct eh_engine *, struct eh_str source, struct eh_str name);
/* The same of a name as the helpdesk has it: who has this account, and if nobody has, the rep of
 * this id. */
uint32_t eh_rep_of_account(const struct eh_engine *, struct eh_str source, struct eh_str name);

#endif
