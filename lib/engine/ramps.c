/*
 * ramps: who comes back to a team after RAMP_AFTER_S or more has a part of their share, for what
 * waited then.
 *
 * It lasts until the team's time for it is over, or until no ticket waits any more that came before
 * they did, whichever is first. A rep is there while at work, not away, and a member of today;
 * overloaded counts as there. Who joins does not come back.
 *
 * Marks ascend, so the ramps of a team end in the order in which they began: each is a place in a
 * queue. Ramps with the same mark share a count of tickets that wait and came after the mark
 * before. The first group without such tickets is over, and so is its every ramp.
 */
#include "ramps.h"

#include "account.h"
#include "digest.h"
#include "interner.h"
#include "member.h"
#include "state.h"
#include "ticket.h"

#include <stdlib.h>

#define RAMP_AFTER_S (24 * 3600) /* not there for so long */

static struct account *member_account(const struct eh_engine *e, const struct member *member)
{
    return &e->accounts.items[member->account];
}

static int64_t ramp_end_us(const struct team *team, int64_t from_us)
{
    return from_us + team->desk->ramp_for_s * SECOND_US;
}

/* ---- the queue */

/* The first group whose mark is not below; or group_count. */
static uint32_t group_find(const struct ramps *ramps, uint64_t mark)
{
    uint32_t low = ramps->group_first, high = ramps->group_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ramps->groups[middle].mark < mark)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void eh_ramps_count(struct eh_engine *e, const struct ticket *t, bool in)
{
    struct ramps *ramps = &e->roster.teams[t->team].ramps;
    uint32_t at = group_find(ramps, t->no);
    if (at < ramps->group_count)
        ramps->groups[at].old += in ? 1 : UINT64_MAX; /* modulo 2^64 */
}

static uint64_t groups_old(const struct ramps *ramps)
{
    uint64_t old = 0;
    for (uint32_t i = ramps->group_first; i < ramps->group_count; i++)
        old += ramps->groups[i].old;
    return old;
}

/* The group of a mark that is not below the last one's; all that waits and is in no other group
 * counts in it. */
static int group_add(struct ramps *ramps, uint64_t mark, uint64_t waiting)
{
    if (ramps->group_first < ramps->group_count &&
        ramps->groups[ramps->group_count - 1].mark == mark)
        return 0;
    if (ramps->group_first == ramps->group_count)
        ramps->group_first = ramps->group_count = 0;
    int r =
        eh_array_room(&ramps->groups, &ramps->group_capacity, ramps->group_count + 1, EH_ARRAY_MAX);
    if (r == 0) {
        uint64_t old = waiting - groups_old(ramps);
        ramps->groups[ramps->group_count++] = (struct ramp_group){mark, old};
    }
    return r;
}

/* Behind all of lower marks, in order of rep id among those of its own. */
static int entry_add(struct eh_engine *e, struct ramps *ramps, struct ramp_entry entry)
{
    if (ramps->entry_first == ramps->entry_count)
        ramps->entry_first = ramps->entry_count = 0;
    int r = eh_array_room(&ramps->entries, &ramps->entry_capacity, ramps->entry_count + 1,
                          EH_ARRAY_MAX);
    if (r < 0)
        return r;
    const struct eh_str *ids = e->roster.rep_ids.items;
    uint32_t at = ramps->entry_count++;
    for (; at > ramps->entry_first && ramps->entries[at - 1].mark == entry.mark &&
           eh_str_compare(ids[ramps->entries[at - 1].rep], ids[entry.rep]) > 0;
         at--)
        ramps->entries[at] = ramps->entries[at - 1];
    ramps->entries[at] = entry;
    e->ramps_open++;
    return 0;
}

/* Gives the groups up that no entry is in; what waited then counts for the next one. */
static void groups_leave(struct ramps *ramps)
{
    bool any = ramps->entry_first < ramps->entry_count;
    while (ramps->group_first < ramps->group_count &&
           (!any ||
            ramps->groups[ramps->group_first].mark < ramps->entries[ramps->entry_first].mark)) {
        uint64_t old = ramps->groups[ramps->group_first++].old;
        if (ramps->group_first < ramps->group_count)
            ramps->groups[ramps->group_first].old += old;
    }
}

static bool entry_is_over(const struct eh_engine *e, const struct team *team,
                          const struct ramp_entry *entry)
{
    return team->ramps.groups[team->ramps.group_first].old == 0 ||
           ramp_end_us(team, entry->from_us) <= e->now_us;
}

uint32_t eh_ramps_pop(struct eh_engine *e, uint32_t team_no)
{
    struct team *team = &e->roster.teams[team_no];
    struct ramps *ramps = &team->ramps;
    while (ramps->entry_first < ramps->entry_count) {
        struct ramp_entry entry = ramps->entries[ramps->entry_first];
        uint32_t no = eh_account_find(e, team_no, entry.rep);
        struct account *account = no == NONE ? NULL : &e->accounts.items[no];
        bool dead = !account || account->ramp.from_us == 0 || account->ramp.mark != entry.mark;
        if (!dead && !entry_is_over(e, team, &entry))
            return NONE;
        ramps->entry_first++;
        e->ramps_open--;
        groups_leave(ramps);
        if (dead)
            continue;
        account->ramp.from_us = 0;
        account->ramp.mark = 0;
        eh_digest_ramp(e, account);
        return entry.rep;
    }
    return NONE;
}

/* ---- who comes back */

static void ramp_begin(struct eh_engine *e, struct team *team, struct account *account)
{
    struct ramp_entry entry = {account->rep, e->input, e->now_us};
    if (group_add(&team->ramps, entry.mark, team->waiting) < 0 ||
        entry_add(e, &team->ramps, entry) < 0) {
        e->broken = true;
        return;
    }
    account->ramp.from_us = entry.from_us;
    account->ramp.mark = entry.mark;
}

void eh_ramp_see(struct eh_engine *e, uint32_t team_no, const struct member *member, bool there)
{
    struct team *team = &e->roster.teams[team_no];
    struct account *account = member_account(e, member);
    struct ramp *ramp = &account->ramp;
    if (e->restoring || !team->desk->ramp_ppm)
        return;
    int64_t gone_us = there || !member->active ? 0 : ramp->gone_us ? ramp->gone_us : e->now_us;
    if (gone_us == ramp->gone_us)
        return;
    bool back = there && e->now_us - ramp->gone_us >= RAMP_AFTER_S * SECOND_US;
    ramp->gone_us = gone_us;
    if (back && team->waiting > 0)
        ramp_begin(e, team, account);
    eh_digest_ramp(e, account);
}

uint32_t eh_ramp_weight(const struct eh_engine *e, const struct team *team,
                        const struct member *member)
{
    uint32_t share = e->roster.reps[member->rep].share_ppm;
    if (!team->desk->ramp_ppm || member_account(e, member)->ramp.from_us == 0)
        return share;
    uint32_t part = (uint32_t)((uint64_t)share * team->desk->ramp_ppm / EH_PPM);
    return part ? part : 1;
}

int64_t eh_ramp_until(const struct eh_engine *e, const struct team *team,
                      const struct member *member)
{
    int64_t from_us = member_account(e, member)->ramp.from_us;
    return from_us && team->desk->ramp_ppm ? ramp_end_us(team, from_us) : EH_TIME_NEVER;
}

/* ---- a desk file */

void eh_ramps_done(struct ramps *ramps)
{
    free(ramps->entries);
    free(ramps->groups);
    *ramps = (struct ramps){0};
}

/* Keeps what the account has only where the rep is in a team with ramps. */
static bool account_has_ramp(struct eh_engine *e, struct account *account)
{
    const struct team *team = &e->roster.teams[account->team];
    bool stays = team->desk && team->desk->ramp_ppm &&
                 eh_member_position(e, account->team, account->rep) != NONE;
    if (!stays && eh_account_ramps(account)) {
        eh_digest_leave(e, &account->ramp.hash);
        account->ramp = (struct ramp){0};
    }
    return account->ramp.from_us > 0;
}

static int account_compare(const void *left, const void *right)
{
    const struct account *a = *(struct account *const *)left, *b = *(struct account *const *)right;
    if (a->ramp.mark != b->ramp.mark)
        return a->ramp.mark < b->ramp.mark ? -1 : 1;
    return (a > b) - (a < b);
}

/* Tickets wait in the groups by their numbers. */
static void tickets_count(struct eh_engine *e)
{
    for (uint32_t i = 0; i < e->tickets.order_count; i++) {
        uint32_t slot = e->tickets.order[i].slot;
        if (slot != NONE && e->tickets.slots[slot].state == EH_TICKET_WAITING)
            eh_ramps_count(e, &e->tickets.slots[slot], true);
    }
}

int eh_ramps_lay_out(struct eh_engine *e)
{
    uint32_t count = 0;
    struct account **found = calloc(e->accounts.count + (size_t)1, sizeof *found);
    int r = found ? 0 : -EH_ENOMEM;
    e->ramps_open = 0;
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        eh_ramps_done(&e->roster.teams[i].ramps);
    for (uint32_t i = 0; r == 0 && i < e->accounts.count; i++)
        if (account_has_ramp(e, &e->accounts.items[i]))
            found[count++] = &e->accounts.items[i];
    if (r == 0)
        qsort(found, count, sizeof *found, account_compare);
    for (uint32_t i = 0; r == 0 && i < count; i++) {
        struct ramps *ramps = &e->roster.teams[found[i]->team].ramps;
        struct ramp ramp = found[i]->ramp;
        r = group_add(ramps, ramp.mark, 0);
        if (r == 0)
            r = entry_add(e, ramps, (struct ramp_entry){found[i]->rep, ramp.mark, ramp.from_us});
    }
    if (count > 0 && r == 0)
        tickets_count(e);
    free(found);
    return r;
}
