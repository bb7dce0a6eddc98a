/*
 * skill_model: who has the skills that a ticket asks for, told a second time and plainly: a skill
 * is a name, or a name with `:N` behind it, and the N of the rep is no lower than that of the
 * ticket.
 */
#ifndef TESTS_PROPERTY_SKILL_MODEL_H
#define TESTS_PROPERTY_SKILL_MODEL_H

#include <string.h>

#include <evenhand/wire/desk.h>

struct skill_model {
    char name[EH_NAME_MAX + 1];
    int level;
};

static inline struct skill_model skill_model_read(const char *text, uint32_t size)
{
    struct skill_model skill = {.level = 1};
    memcpy(skill.name, text, size);
    char *colon = strrchr(skill.name, ':');
    if (colon && colon > skill.name && colon[1] >= '1' && colon[1] <= '9' && !colon[2]) {
        skill.level = colon[1] - '0';
        *colon = '\0';
    }
    return skill;
}

static inline bool skill_model_has(const struct eh_desk_rep *rep, struct skill_model asked)
{
    for (uint32_t i = 0; i < rep->skill_count; i++) {
        struct skill_model has = skill_model_read(rep->skills[i].data, rep->skills[i].size);
        if (strcmp(has.name, asked.name) == 0 && has.level >= asked.level)
            return true;
    }
    return false;
}

/* `skills`: a list in one text. */
static inline bool skill_model_has_all(const struct eh_desk_rep *rep, struct eh_str skills)
{
    for (uint32_t at = 0; at < skills.size;) {
        uint32_t end = at;
        while (end < skills.size && skills.data[end] != '\x1f')
            end++;
        if (!skill_model_has(rep, skill_model_read(skills.data + at, end - at)))
            return false;
        at = end + 1;
    }
    return true;
}

#endif
