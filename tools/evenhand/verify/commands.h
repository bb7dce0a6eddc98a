/* commands: the command of this room. See command.h. */
#ifndef EVENHAND_TOOLS_VERIFY_COMMANDS_H
#define EVENHAND_TOOLS_VERIFY_COMMANDS_H

#include "command.h"

int eh_cmd_verify(struct eh_cli *);

#endif
