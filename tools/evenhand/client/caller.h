/* caller: what a command means that names nobody: whoever is calling. */
#ifndef EVENHAND_TOOLS_CLIENT_CALLER_H
#define EVENHAND_TOOLS_CLIENT_CALLER_H

#include "http.h"

/* The rep whose Unix user is asking; said when there is none. */
int eh_caller_rep(const struct eh_cli *, char ret[EH_NAME_MAX + 1]) EH_MUST_CHECK;
/* The one team the caller is in or manages; said when it is none or one of several. */
int eh_caller_team(const struct eh_cli *, char ret[EH_NAME_MAX + 1]) EH_MUST_CHECK;

#endif
