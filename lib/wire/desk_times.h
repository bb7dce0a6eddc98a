/*
 * desk_times: what eh_desk_diff() says of the times that teams keep, and the check of what they
 * name.
 */
#ifndef EVENHAND_WIRE_DESK_TIMES_H
#define EVENHAND_WIRE_DESK_TIMES_H

#include "desk_read.h"

/* Readers of keys of a team, which is a struct eh_desk_team. The desk has its kinds by then. */
desk_read_fn eh_desk_read_answer_within;
desk_read_fn eh_desk_read_overflow;
desk_read_fn eh_desk_read_unanswered;
desk_read_fn eh_desk_read_ages;

/* Refuses a team whose `overflow` names no other team of the desk. `read`: the teams in the order
 * of the file. */
int eh_desk_check_overflow(struct desk_reader *, const struct desk_node *teams,
                           const struct desk_path *, const struct eh_desk_team *read) EH_MUST_CHECK;

/* Calls `line` with sentences and returns how many there were. */
size_t eh_desk_times_diff(const struct eh_desk *old_desk, const struct eh_desk_team *old,
                          const struct eh_desk *new_desk, const struct eh_desk_team *now,
                          eh_desk_line_fn *line, void *context);
size_t eh_desk_times_warnings(const struct eh_desk_team *, eh_desk_line_fn *line, void *context);

#endif
