/*
 * ready: which sets can deal, and which teams.
 *
 * A set is ready when somebody is eligible and a ticket waits; a team is ready when one of its sets
 * is. After a step that is so only where deals are left over.
 */
#include "ready.h"

#include "interner.h"
#include "skill_set.h"
#include "state.h"

void eh_set_check_ready(struct eh_engine *e, uint32_t team_no, uint32_t set_no)
{
    struct team *team = &e->roster.teams[team_no];
    const struct skill_set *set = &team->sets[set_no];
    uint64_t bit = UINT64_C(1) << set_no, was = team->ready;
    bool ready = set->queue_count > 0 && set->tree[1].count > 0;
    team->ready = ready ? was | bit : was & ~bit;
    if ((was != 0) == (team->ready != 0))
        return;
    e->ready.teams[team->desk_index / 64] ^= UINT64_C(1) << team->desk_index % 64;
    e->ready.count += ready ? 1 : UINT32_MAX; /* modulo 2^32 */
    team->ready_since = e->restoring ? 0 : e->input + 1;
}

void eh_ready_clear(struct eh_engine *e)
{
    memset(e->ready.teams, 0, sizeof e->ready.teams);
    e->ready.count = 0;
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        e->roster.teams[i].ready = 0;
}

/* The first bit of a word that is set, from `place` on; 64: none. */
static uint32_t bits_first_from(uint64_t word, uint32_t place)
{
    word &= UINT64_MAX << place;
    return word ? (uint32_t)__builtin_ctzll(word) : 64;
}

uint32_t eh_ready_team(const struct eh_engine *e, uint32_t place)
{
    uint32_t at = place / 64 % READY_WORDS, from = place % 64;
    for (uint32_t i = 0; i <= READY_WORDS; i++, at = (at + 1) % READY_WORDS, from = 0) {
        uint32_t bit = bits_first_from(e->ready.teams[at], from);
        if (bit < 64)
            return eh_interner_find(&e->roster.team_ids, e->desk->desk->teams[64 * at + bit].id);
    }
    return NONE;
}
