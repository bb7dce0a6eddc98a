/*
 * check_desk: whether the desk has what a connection names: the teams behind its groups, and an
 * account at the helpdesk for each rep of them.
 *
 *     wrong += eh_check_desk(connection);
 */
#ifndef EVENHAND_BRIDGE_COMMANDS_CHECK_DESK_H
#define EVENHAND_BRIDGE_COMMANDS_CHECK_DESK_H

#include "bridge/profile/connection.h"

/* Prints a line for each thing, and returns how many are wrong. Where evenhandd cannot be asked,
 * it says so, and nothing is wrong. */
unsigned eh_check_desk(const struct eh_connection *);

#endif
