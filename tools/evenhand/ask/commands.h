/* commands: the commands that ask the daemon, or tell it something. See command.h. */
#ifndef EVENHAND_TOOLS_ASK_COMMANDS_H
#define EVENHAND_TOOLS_ASK_COMMANDS_H

#include "command.h"

int eh_cmd_status(struct eh_cli *);
int eh_cmd_teams(struct eh_cli *);
int eh_cmd_team(struct eh_cli *);
int eh_cmd_reps(struct eh_cli *);
int eh_cmd_rep(struct eh_cli *);
int eh_cmd_me(struct eh_cli *);
int eh_cmd_dead(struct eh_cli *);
int eh_cmd_log(struct eh_cli *);
int eh_cmd_waiting(struct eh_cli *);
int eh_cmd_tickets(struct eh_cli *);
int eh_cmd_ticket(struct eh_cli *);
int eh_cmd_overloaded(struct eh_cli *);
int eh_cmd_available(struct eh_cli *);
int eh_cmd_away(struct eh_cli *);
int eh_cmd_absent(struct eh_cli *);
int eh_cmd_absences(struct eh_cli *);
int eh_cmd_absences_import(struct eh_cli *);
int eh_cmd_fairness(struct eh_cli *);
int eh_cmd_assign(struct eh_cli *);
int eh_cmd_release(struct eh_cli *);
int eh_cmd_move(struct eh_cli *);
int eh_cmd_return(struct eh_cli *);
int eh_cmd_answered(struct eh_cli *);
int eh_cmd_pause(struct eh_cli *);
int eh_cmd_resume(struct eh_cli *);
int eh_cmd_outcome(struct eh_cli *);
int eh_cmd_draws(struct eh_cli *);
int eh_cmd_draws_reveal(struct eh_cli *);
int eh_cmd_draws_deals(struct eh_cli *);
int eh_cmd_desk_show(struct eh_cli *);
int eh_cmd_desk_diff(struct eh_cli *);
int eh_cmd_desk_apply(struct eh_cli *);
int eh_cmd_pool(struct eh_cli *);
int eh_cmd_payroll(struct eh_cli *);
int eh_cmd_freeze(struct eh_cli *);
int eh_cmd_close(struct eh_cli *);
int eh_cmd_pay(struct eh_cli *);
int eh_cmd_exclude(struct eh_cli *);
int eh_cmd_include(struct eh_cli *);
int eh_cmd_metric(struct eh_cli *);
int eh_cmd_export(struct eh_cli *);
int eh_cmd_forget(struct eh_cli *);

#endif
