/* skill: a skill and its level, in one text. */
#include <evenhand/wire/skill.h>

#define SUFFIX 2 /* bytes of ":3" */

bool eh_skill_has_level(struct eh_str text)
{
    if (text.size <= SUFFIX || text.data[text.size - SUFFIX] != ':')
        return false;
    char digit = text.data[text.size - 1];
    return digit >= '1' && digit <= '0' + EH_SKILL_LEVEL_MAX;
}

struct eh_skill eh_skill_read(struct eh_str text)
{
    if (!eh_skill_has_level(text))
        return (struct eh_skill){text, 1};
    return (struct eh_skill){eh_str_n(text.data, text.size - SUFFIX),
                             (uint32_t)(text.data[text.size - 1] - '0')};
}

bool eh_skill_meets(struct eh_str has, struct eh_str asked)
{
    struct eh_skill one = eh_skill_read(has), other = eh_skill_read(asked);
    return one.level >= other.level && eh_str_equal(one.name, other.name);
}

int eh_skill_write(struct eh_str name, uint32_t level, struct eh_arena *arena, struct eh_str *ret)
{
    eh_assert(level >= 1 && level <= EH_SKILL_LEVEL_MAX);
    if (eh_skill_has_level(name))
        return -EH_EINVAL;
    char *text = eh_arena_alloc(arena, name.size + SUFFIX);
    if (!text)
        return -EH_ENOMEM;
    memcpy(text, name.data, name.size);
    text[name.size] = ':';
    text[name.size + 1] = (char)('0' + level);
    *ret = eh_str_n(text, name.size + (level > 1 ? SUFFIX : 0));
    return 0;
}
