/*
 * desk_skills: `skills` of a rep in a desk file: names, and names with a level.
 */
#include "desk_read.h"

#include <stdlib.h>

#include <evenhand/wire/message.h>
#include <evenhand/wire/skill.h>

static int texts_compare(const void *left, const void *right)
{
    const struct eh_str *a = left, *b = right;
    return eh_str_compare(*a, *b);
}

/* The skills of a rep while they are read. */
struct rep_skills {
    struct eh_str list[EH_DESK_REP_SKILLS_MAX];
    uint32_t count;
};

/* Adds a skill. A file from a log may have a skill at two levels: they were names then. */
static int skill_add(struct desk_reader *reader, const struct desk_node *node,
                     const struct desk_path *path, struct eh_str skill, struct rep_skills *skills)
{
    for (uint32_t i = 0; i < skills->count; i++) {
        struct eh_str other = skills->list[i];
        bool same = reader->written_now
                        ? eh_str_equal(eh_skill_read(other).name, eh_skill_read(skill).name)
                        : eh_str_equal(other, skill);
        if (same)
            return eh_desk_refuse(reader, node, path, EH_EINVAL, "`%.*s` is in the list already",
                                  EH_STR_ARG(other));
    }
    if (skills->count == EH_DESK_REP_SKILLS_MAX)
        return eh_desk_refuse(reader, node, path, EH_ERANGE, "is one skill more than %d",
                              EH_DESK_REP_SKILLS_MAX);
    skills->list[skills->count++] = skill;
    return 0;
}

/* {sap: 3}: skills with their levels. */
static int skills_read_map(struct desk_reader *reader, const struct desk_node *node,
                           const struct desk_path *up, struct rep_skills *skills)
{
    int r = 0;
    for (const struct desk_node *key = node->first; key && r == 0; key = key->next->next) {
        struct eh_str name, text;
        uint32_t level;
        struct desk_path path = eh_desk_path_key(up, eh_str_n(key->text, key->size));
        r = eh_desk_read_name(reader, key, up, &name);
        if (r == 0)
            r = eh_desk_read_number(reader, key->next, &path, 1, EH_SKILL_LEVEL_MAX, &level);
        if (r < 0)
            return r;
        r = eh_skill_write(name, level, reader->arena, &text);
        if (r == -EH_EINVAL)
            return eh_desk_refuse(reader, key, &path, EH_EINVAL, "the name has a level already");
        if (r < 0)
            return eh_desk_out_of_memory(reader);
        if (text.size > EH_NAME_MAX)
            return eh_desk_refuse(reader, key, &path, EH_ERANGE,
                                  "has %u bytes with its level, more than %d", text.size,
                                  EH_NAME_MAX);
        r = skill_add(reader, key, &path, text, skills);
    }
    return r;
}

static int skill_read(struct desk_reader *reader, const struct desk_node *item,
                      const struct desk_path *path, struct rep_skills *skills)
{
    struct eh_str name;
    if (item->kind == DESK_MAP)
        return skills_read_map(reader, item, path, skills);
    int r = eh_desk_read_name(reader, item, path, &name);
    return r < 0 ? r : skill_add(reader, item, path, name, skills);
}

/* [german, {sap: 3}], or {german: 1, sap: 3}. */
int eh_desk_read_skills(struct desk_reader *reader, const struct desk_node *node,
                        const struct desk_path *path, void *ret)
{
    struct eh_desk_rep *rep = ret;
    bool map = node->kind == DESK_MAP;
    int r = map ? 0 : eh_desk_check_list(reader, node, path, EH_DESK_REP_SKILLS_MAX);
    if (r < 0)
        return r;
    struct rep_skills skills;
    skills.count = 0;
    if (map)
        r = skills_read_map(reader, node, path, &skills);
    uint32_t at = 0;
    for (const struct desk_node *item = map ? NULL : node->first; item && r == 0;
         item = item->next) {
        struct desk_path place = eh_desk_path_item(path, at++);
        r = skill_read(reader, item, &place, &skills);
    }
    if (r < 0)
        return r;
    qsort(skills.list, skills.count, sizeof *skills.list, texts_compare);
    rep->skills = eh_arena_copy(reader->arena, skills.list, skills.count * sizeof *skills.list);
    if (!rep->skills)
        return eh_desk_out_of_memory(reader);
    rep->skill_count = skills.count;
    return 0;
}
