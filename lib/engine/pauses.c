/*
 * pauses: which tickets wait for the customer, and what their points count meanwhile.
 *
 * A paused ticket stays with its rep. Of the rep's paused tickets in a team the first
 * `paused.at_most`, by when their pauses began, count no points or half of them. Whatever takes a
 * ticket from its rep ends its pause, so that nobody hands on a paused ticket, and nobody gets one.
 *
 * Receipts and entitlement do not know of pauses: to pause a ticket gives nothing back, and to
 * resume it costs nothing. It only moves when the rep is below capacity, or has the least load. The
 * times of a paused ticket stand still (clocks.h).
 */
#include "pauses.h"

#include "account.h"
#include "clocks.h"
#include "digest.h"
#include "first_answer.h"
#include "state.h"
#include "ticket.h"

#include <stdlib.h>

const struct pause *eh_pause_of(const struct eh_engine *e, const struct ticket *t)
{
    uint32_t slot = (uint32_t)(t - e->tickets.slots);
    uint32_t at = slot < e->pauses.slots ? e->pauses.by_slot[slot] : 0;
    return at ? &e->pauses.items[at - 1] : NULL;
}

static uint32_t team_at_most(const struct eh_engine *e, uint32_t team)
{
    const struct eh_desk_team *desk = e->roster.teams[team].desk;
    return desk ? desk->paused_at_most : 0;
}

/* Points of the account's tickets that do not count. */
static uint64_t account_frees(const struct eh_engine *e, const struct account *account)
{
    const struct eh_desk_team *desk = e->roster.teams[account->team].desk;
    uint32_t most = team_at_most(e, account->team);
    uint64_t sum = 0;
    if (!desk || desk->paused_counts == EH_PAUSED_COUNTS_YES)
        return 0;
    for (uint32_t at = account->pausing.list.first; at != NONE && most > 0; most--) {
        const struct pause *pause = &e->pauses.items[at];
        sum += pause->full ? 0 : pause->points;
        at = pause->next;
    }
    return desk->paused_counts == EH_PAUSED_COUNTS_HALF ? sum / 2 : sum;
}

static void account_count(struct eh_engine *e, struct account *account)
{
    uint64_t freed = account_frees(e, account);
    e->roster.reps[account->rep].points -= freed - account->pausing.freed; /* modulo 2^64 */
    account->pausing.freed = freed;
}

int64_t eh_pause_since_us(const struct eh_engine *e, const struct ticket *t)
{
    const struct pause *pause = eh_pause_of(e, t);
    return pause ? pause->since_us : EH_TIME_NEVER;
}

bool eh_pause_frees(const struct eh_engine *e, const struct pause *pause)
{
    const struct account *account = &e->accounts.items[pause->account];
    const struct eh_desk_team *desk = e->roster.teams[account->team].desk;
    uint32_t most = team_at_most(e, account->team);
    uint32_t at = account->pausing.list.first;
    for (; most > 0 && at != NONE && &e->pauses.items[at] != pause; most--)
        at = e->pauses.items[at].next;
    return most > 0 && !pause->full && desk->paused_counts != EH_PAUSED_COUNTS_YES;
}

/* ---- a place for one */

static int slots_reserve(struct eh_engine *e, uint32_t slot)
{
    uint32_t capacity = e->pauses.slots;
    int r = eh_array_room(&e->pauses.by_slot, &capacity, (size_t)slot + 1, EH_ARRAY_MAX);
    if (r < 0)
        return r;
    for (uint32_t i = e->pauses.slots; i < capacity; i++)
        e->pauses.by_slot[i] = 0;
    e->pauses.slots = capacity;
    return 0;
}

static int pause_alloc(struct eh_engine *e, uint32_t *ret)
{
    *ret = e->pauses.free;
    if (*ret != NONE) {
        e->pauses.free = e->pauses.items[*ret].next;
        return 0;
    }
    int r = eh_array_room(&e->pauses.items, &e->pauses.capacity, e->pauses.used + (size_t)1,
                          EH_ARRAY_MAX);
    if (r == 0)
        *ret = e->pauses.used++;
    return r;
}

static void team_count(struct eh_engine *e, const struct account *account, bool in)
{
    uint64_t one = in ? 1 : UINT64_MAX; /* modulo 2^64 */
    e->pauses.count += one;
    e->roster.teams[account->team].paused += one;
    e->roster.reps[account->rep].paused += one;
}

int eh_pause_add(struct eh_engine *e, uint32_t slot, const struct pause *since)
{
    uint32_t at;
    int r = slots_reserve(e, slot);
    if (r == 0)
        r = pause_alloc(e, &at);
    if (r < 0)
        return r;
    struct account *account = &e->accounts.items[since->account];
    struct pause *pause = &e->pauses.items[at];
    struct list *list = &account->pausing.list;
    *pause = *since;
    pause->slot = slot;
    pause->points = e->tickets.slots[slot].points;
    pause->hash = (struct eh_key){0, 0};
    pause->next = NONE;
    pause->previous = list->last;
    if (list->count++)
        e->pauses.items[list->last].next = at;
    else
        list->first = at;
    list->last = at;
    e->pauses.by_slot[slot] = at + 1;
    team_count(e, account, true);
    account_count(e, account);
    eh_digest_pause(e, pause);
    return 0;
}

bool eh_pause_begin(struct eh_engine *e, uint32_t account_no)
{
    struct account *account = &e->accounts.items[account_no];
    struct pausing *pausing = &account->pausing;
    if (pausing->date != e->date)
        pausing->begun = 0;
    pausing->date = e->date;
    pausing->begun += pausing->begun < UINT32_MAX;
    eh_digest_pausing(e, account);
    return pausing->begun > EH_PAUSES_A_DAY * team_at_most(e, account->team);
}

/* ---- its end */

static void list_remove(struct eh_engine *e, struct list *list, const struct pause *pause)
{
    if (pause->previous == NONE)
        list->first = pause->next;
    else
        e->pauses.items[pause->previous].next = pause->next;
    if (pause->next == NONE)
        list->last = pause->previous;
    else
        e->pauses.items[pause->next].previous = pause->previous;
    list->count--;
}

void eh_pause_drop(struct eh_engine *e, uint32_t slot)
{
    uint32_t at = slot < e->pauses.slots ? e->pauses.by_slot[slot] : 0;
    if (at == 0)
        return;
    struct pause *pause = &e->pauses.items[at - 1];
    struct account *account = &e->accounts.items[pause->account];
    eh_first_answer_resume(e, slot, pause->since_us);
    list_remove(e, &account->pausing.list, pause);
    eh_digest_leave(e, &pause->hash);
    e->pauses.by_slot[slot] = 0;
    pause->next = e->pauses.free;
    e->pauses.free = at - 1;
    team_count(e, account, false);
    account_count(e, account);
    eh_clock_go(e, slot, e->now_us);
}

/* ---- all of them */

void eh_pauses_count_anew(struct eh_engine *e)
{
    for (uint32_t i = 0; e->pauses.count > 0 && i < e->accounts.count; i++)
        if (e->accounts.items[i].pausing.list.count > 0)
            account_count(e, &e->accounts.items[i]);
}

void eh_pauses_back(struct eh_engine *e, int64_t to_us, int64_t delta_us, int32_t date)
{
    for (uint32_t i = 0; i < e->accounts.count; i++) {
        struct account *account = &e->accounts.items[i];
        uint32_t at = account->pausing.list.first;
        for (; at != NONE; at = e->pauses.items[at].next) {
            struct pause *pause = &e->pauses.items[at];
            pause->since_us -= pause->since_us > to_us ? delta_us : 0;
            eh_digest_pause(e, pause);
        }
        if (account->pausing.begun == 0 || account->pausing.date <= date)
            continue;
        account->pausing.date = date;
        eh_digest_pausing(e, account);
    }
}

void eh_pauses_done(struct eh_engine *e)
{
    free(e->pauses.items);
    free(e->pauses.by_slot);
}
