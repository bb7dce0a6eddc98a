/* caller: the rep and the team of the caller, for a call that names none. */
#ifndef EVENHAND_TOOLS_CLIENT_CALLER_H
#define EVENHAND_TOOLS_CLIENT_CALLER_H

#include "http.h"

/* The rep whose Unix user is the caller. Without one, an error is said. */
int eh_caller_rep(const struct eh_cli *, char ret[EH_NAME_MAX + 1]) EH_MUST_CHECK;
/* The only team that the caller is in or manages. With none or several, an error is said. */
int eh_caller_team(const struct eh_cli *, char ret[EH_NAME_MAX + 1]) EH_MUST_CHECK;

#endif
