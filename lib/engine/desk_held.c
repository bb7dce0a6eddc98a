/*
 * desk_held: a desk file, parsed, as the engine keeps it.
 */
#include "desk_held.h"

#include "state.h"

#include <stdlib.h>

void eh_desk_held_free(struct desk_held *held)
{
    if (!held)
        return;
    eh_arena_done(&held->arena);
    free(held);
}

int eh_desk_held_new(struct eh_str text, struct desk_held **ret, struct eh_error *error)
{
    struct desk_held *held = calloc(1, sizeof *held);
    if (!held)
        return eh_error_set(error, EH_ENOMEM, "out of memory for the desk");
    held->text = eh_arena_str(&held->arena, text);
    int r = held->text.data ? eh_desk_parse(held->text, &held->arena, &held->desk, error)
                            : eh_error_set(error, EH_ENOMEM, "out of memory for the desk");
    if (r < 0) {
        eh_desk_held_free(held);
        return r;
    }
    eh_hash_sha256(text.data, text.size, held->hash);
    *ret = held;
    return 0;
}

/* A team whose policy the first builds did not know, or NULL. */
const struct eh_desk_team *eh_desk_later_policy(const struct eh_desk *desk)
{
    for (uint32_t i = 0; i < desk->team_count; i++) {
        struct eh_str policy = desk->teams[i].policy;
        if (!eh_str_equal(policy, eh_str("random")) &&
            !eh_str_equal(policy, eh_str("least_loaded")))
            return &desk->teams[i];
    }
    return NULL;
}

bool eh_desk_has_first_policies(const struct eh_engine *e)
{
    return e->desk && !eh_desk_later_policy(e->desk->desk);
}
