/* commands: the commands `evenhand plan ...`. See command.h. */
#ifndef EVENHAND_TOOLS_PLAN_COMMANDS_H
#define EVENHAND_TOOLS_PLAN_COMMANDS_H

#include "command.h"

int eh_cmd_plan_check(struct eh_cli *);
int eh_cmd_plan_test(struct eh_cli *);
int eh_cmd_plan_history(struct eh_cli *);

#endif
