/*
 * team_times: which times a team keeps: hours, answers, overflow, lapses, ages, affinity, ramp.
 *
 *     eh_admin_put_team_times(eh_desk_team(desk, id), body);
 */
#ifndef EVENHAND_ADMIN_API_TEAM_TIMES_H
#define EVENHAND_ADMIN_API_TEAM_TIMES_H

#include "admin/api/api.h"

void eh_admin_put_team_times(const struct eh_desk_team *, json_t *body);

#endif
