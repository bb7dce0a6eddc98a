/* commands: the command of this room. See command.h. */
#ifndef EVENHAND_TOOLS_SIMULATE_COMMANDS_H
#define EVENHAND_TOOLS_SIMULATE_COMMANDS_H

#include "command.h"

int eh_cmd_simulate(struct eh_cli *);

#endif
