/*
 * member: what is known of a rep in a team without asking anybody else: place, skills, capacity,
 * whether today is one of their days. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_MEMBER_H
#define EVENHAND_LIB_ENGINE_MEMBER_H

#include "units.h"

struct eh_engine;
struct member;
struct rep;
struct team;

/* Whether the rep has all of these skills on the present desk. */
bool eh_rep_has_skills(const struct eh_engine *, uint32_t rep, struct eh_str skills);
/* Whether the team gives the rep nothing since a release there. */
bool eh_rep_is_away_in(const struct eh_engine *, const struct rep *, uint32_t team);
bool eh_below_capacity(const struct team *, const struct rep *);
/* The position of a member that is active today, or NONE. */
uint32_t eh_member_active(const struct eh_engine *, uint32_t team, uint32_t rep);
uint32_t eh_member_position(const struct eh_engine *, uint32_t team, uint32_t rep);
/* Whether the member's last day is over and none is to come. */
bool eh_member_is_over(const struct eh_engine *, const struct member *);
/* The status of a rep who never signalled. */
int eh_rep_presumed_status(const struct eh_engine *, uint32_t rep);
/* Whether today is one of their days in some team. */
bool eh_rep_is_on_duty(const struct eh_engine *, const struct rep *);

#endif
