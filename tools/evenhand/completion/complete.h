/* complete: what may stand in place of the last word that was typed. */
#ifndef EVENHAND_TOOLS_COMPLETION_COMPLETE_H
#define EVENHAND_TOOLS_COMPLETION_COMPLETE_H

#include "command.h"

/* `evenhand complete WORD...`: prints what may stand in place of the last word, a line each. */
int eh_complete(const struct eh_cli_command *commands, int argc, char **argv, struct eh_cli *cli);

#endif
