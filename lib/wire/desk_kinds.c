/*
 * desk_kinds: `kinds` of a team: how many open tickets of a kind it lets a rep have.
 */
#include "desk_read.h"

#include <stdlib.h>

static int limits_compare(const void *left, const void *right)
{
    const struct eh_desk_kind_limit *a = left, *b = right;
    return eh_str_compare(a->kind, b->kind);
}

static int open_read(struct desk_reader *reader, const struct desk_node *node,
                     const struct desk_path *path, void *ret)
{
    return eh_desk_read_number(reader, node, path, 1, EH_DESK_OPEN_MAX, ret);
}

static const struct desk_field limit_fields[] = {
    {"open", open_read, offsetof(struct eh_desk_kind_limit, open), true},
};

int eh_desk_read_kind(struct desk_reader *reader, const struct desk_node *key,
                      const struct desk_path *up, struct eh_str *ret)
{
    struct eh_str id;
    int r = eh_desk_read_text(reader, key, up, &id);
    if (r < 0)
        return r;
    struct desk_path path = eh_desk_path_key(up, id);
    const struct eh_desk_kind *kind = eh_desk_kind(reader->desk, id);
    if (!kind)
        return eh_desk_refuse(reader, key, &path, EH_EINVAL,
                              "`%.*s` is no kind of this desk; add it to `kinds`",
                              id.size < EH_ID_MAX ? (int)id.size : EH_ID_MAX, id.data);
    *ret = kind->id; /* the text of the node goes with the file */
    return 0;
}

static int limit_read(struct desk_reader *reader, const struct desk_node *key,
                      const struct desk_path *up, const struct eh_desk_kind_limit *first,
                      struct eh_desk_kind_limit *ret)
{
    int r = eh_desk_read_kind(reader, key, up, &ret->kind);
    if (r < 0)
        return r;
    struct desk_path path = eh_desk_path_key(up, ret->kind);
    for (const struct eh_desk_kind_limit *limit = first; limit < ret; limit++)
        if (eh_str_equal(limit->kind, ret->kind))
            return eh_desk_refuse(reader, key, &path, EH_EINVAL, "stands twice in the same map");
    return eh_desk_read_map(reader, key->next, &path, limit_fields, 1, ret);
}

int eh_desk_read_kind_limits(struct desk_reader *reader, const struct desk_node *node,
                             const struct desk_path *path, void *ret)
{
    struct eh_desk_team *team = ret;
    int r = eh_desk_check_map(reader, node, path);
    if (r < 0)
        return r;
    if (node->size > EH_DESK_KINDS_MAX)
        return eh_desk_refuse(reader, node, path, EH_ERANGE, "has %u kinds, more than %d",
                              node->size, EH_DESK_KINDS_MAX);
    team->kinds = eh_arena_alloc(reader->arena, (node->size + 1) * sizeof *team->kinds);
    if (!team->kinds)
        return eh_desk_out_of_memory(reader);
    for (const struct desk_node *key = node->first; key; key = key->next->next) {
        r = limit_read(reader, key, path, team->kinds, &team->kinds[team->kind_count++]);
        if (r < 0)
            return r;
    }
    qsort(team->kinds, team->kind_count, sizeof *team->kinds, limits_compare);
    return 0;
}
