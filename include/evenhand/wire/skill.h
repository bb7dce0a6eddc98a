/*
 * skill: a skill and its level, as they are written: `german` is level 1, `sap:3` is level 3.
 *
 *     struct eh_skill skill = eh_skill_read(eh_str("sap:3"));
 *     // skill.name is "sap", skill.level is 3
 *     bool can = eh_skill_meets(eh_str("sap:3"), eh_str("sap:2"));   // true: at least level 2
 */
#ifndef EVENHAND_WIRE_SKILL_H
#define EVENHAND_WIRE_SKILL_H

#include <evenhand/base/base.h>

EH_C_BEGIN

#define EH_SKILL_LEVEL_MAX 9 /* the highest level: one digit */

struct eh_skill {
    struct eh_str name; /* part of the text that was read */
    uint32_t level;     /* 1..EH_SKILL_LEVEL_MAX */
};

/* A text that does not end in a colon and a digit from 1 to 9 is a name of level 1, whole. */
struct eh_skill eh_skill_read(struct eh_str text);
/* Whether the text names a level: "sap:1" does, "sap" does not. */
bool eh_skill_has_level(struct eh_str text);
/* Whether who has the one skill has the other: the same name, at least the same level. */
bool eh_skill_meets(struct eh_str has, struct eh_str asked);
/* Writes "sap:3" to the arena; level 1 is the name alone. -EH_EINVAL: the name has a level itself;
 * -EH_ENOMEM. The caller sees to the level's bounds. */
int eh_skill_write(struct eh_str name, uint32_t level, struct eh_arena *,
                   struct eh_str *ret) EH_MUST_CHECK;

EH_C_END

#endif
