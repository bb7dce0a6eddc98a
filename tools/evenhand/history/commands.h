/* commands: the command of this room. See command.h. */
#ifndef EVENHAND_TOOLS_HISTORY_COMMANDS_H
#define EVENHAND_TOOLS_HISTORY_COMMANDS_H

#include "command.h"

int eh_cmd_desk_from(struct eh_cli *);

#endif
