/*
 * snapshot: the whole state as canonical bytes.
 *
 * What follows from the rest (trees, queues, lists, open points) is not written: restore.c makes it
 * anew. The digest stands at the end.
 */
#include "snapshot.h"

#include "answering.h"
#include "clock_bytes.h"
#include "encode.h"
#include "past_bytes.h"
#include "pause_bytes.h"
#include "period_bytes.h"
#include "schedule_bytes.h"
#include "skill_set.h"
#include "state.h"
#include "ticket.h"
#include "turns.h"

#include <stdlib.h>

static void object_put(struct eh_bytes *out, const struct eh_bytes *object)
{
    eh_bytes_put_str(out, eh_str_n((const char *)object->data, object->size));
}

static void reps_put(const struct eh_engine *e, struct eh_bytes *out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++)
        count += e->roster.reps[i].known;
    eh_bytes_put_u(out, count);
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++)
        if (e->roster.reps[i].known)
            eh_encode_rep(e, i, out);
}

static void tickets_put(const struct eh_engine *e, struct eh_bytes *out)
{
    eh_bytes_put_u(out, e->tickets.order_count - e->tickets.order_holes);
    for (uint32_t i = 0; i < e->tickets.order_count; i++)
        if (e->tickets.order[i].slot != NONE)
            eh_encode_ticket(e, &e->tickets.slots[e->tickets.order[i].slot], out);
}

static uint32_t sets_count(const struct eh_engine *e)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        for (uint32_t set = 0; set < e->roster.teams[i].set_count; set++)
            count += e->roster.teams[i].sets[set].skills != NULL;
    return count;
}

/* What each rep has of the rounds. */
static void slots_put(const struct eh_engine *e, const struct team *team,
                      const struct skill_set *set, struct eh_bytes *out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; set->slots && i < team->member_count; i++)
        count += !eh_slot_is_empty(&set->slots[i]);
    eh_bytes_put_u(out, count);
    for (uint32_t i = 0; set->slots && i < team->member_count; i++) {
        if (eh_slot_is_empty(&set->slots[i]))
            continue;
        eh_bytes_put_str(out, e->roster.rep_ids.items[team->members[i].rep]);
        eh_encode_slot(&set->slots[i], out);
    }
}

static void sets_put(const struct eh_engine *e, struct eh_bytes *out)
{
    eh_bytes_put_u(out, sets_count(e));
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++) {
        const struct team *team = &e->roster.teams[i];
        for (uint32_t set = 0; set < team->set_count; set++) {
            if (!team->sets[set].skills)
                continue;
            eh_encode_set(e, team, &team->sets[set], out);
            eh_bytes_put_u(out, team->sets[set].last_use);
            slots_put(e, team, &team->sets[set], out);
        }
    }
}

/* The sets have a hash of their own, because last_use is no part of the digest. */
static void sets_put_checked(const struct eh_engine *e, struct eh_bytes *out)
{
    EH_AUTO(eh_bytes) struct eh_bytes sets = EH_BYTES_INIT;
    uint8_t hash[16];
    sets_put(e, &sets);
    out->failed |= sets.failed;
    object_put(out, &sets);
    eh_key_bytes(eh_hash_state(sets.data, sets.size), hash);
    eh_bytes_put(out, hash, sizeof hash);
}

static void dealt_put(const struct eh_engine *e, struct eh_bytes *out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < e->accounts.count; i++)
        count += e->accounts.items[i].dealt.on_day > 0;
    eh_bytes_put_u(out, count);
    for (uint32_t i = 0; i < e->accounts.count; i++)
        if (e->accounts.items[i].dealt.on_day > 0)
            eh_encode_dealt(e, &e->accounts.items[i], out);
}

/* Snapshots under earlier rules have no such list. */
static void ramps_put(const struct eh_engine *e, struct eh_bytes *out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < e->accounts.count; i++)
        count += eh_account_ramps(&e->accounts.items[i]);
    if (e->rules < EH_RULES_RAMP)
        return;
    eh_bytes_put_u(out, count);
    for (uint32_t i = 0; i < e->accounts.count; i++)
        if (eh_account_ramps(&e->accounts.items[i]))
            eh_encode_ramp(e, &e->accounts.items[i], out);
}

static void purses_put(const struct eh_engine *e, struct eh_bytes *out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        count += e->roster.teams[i].purse.used;
    eh_bytes_put_u(out, count);
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        if (e->roster.teams[i].purse.used)
            eh_encode_purse(e, i, out);
}

int eh_engine_snapshot(const struct eh_engine *e, struct eh_bytes *out)
{
    if (e->broken)
        return -EH_ECORRUPT;
    eh_bytes_put(out, SNAPSHOT_MAGIC, SNAPSHOT_MAGIC_SIZE);
    eh_bytes_put_u8(out, SNAPSHOT_VERSION);
    EH_AUTO(eh_bytes) struct eh_bytes globals = EH_BYTES_INIT;
    eh_encode_globals(e, &globals);
    object_put(out, &globals);
    if (e->desk)
        eh_bytes_put_str(out, e->desk->text);
    reps_put(e, out);
    eh_bytes_put_u(out, e->roster.team_ids.count);
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        eh_encode_ledger(e, i, out);
    eh_bytes_put_u(out, e->accounts.count);
    for (uint32_t i = 0; i < e->accounts.count; i++)
        eh_encode_account(e, &e->accounts.items[i], out);
    dealt_put(e, out);
    ramps_put(e, out);
    sets_put_checked(e, out);
    tickets_put(e, out);
    eh_bytes_put_u(out, e->pending.list.count);
    for (uint32_t i = e->pending.list.first; i != NONE; i = e->pending.slots[i].next)
        eh_encode_pending(&e->pending.slots[i], out);
    eh_bytes_put_u(out, e->cancelled.list.count);
    for (uint32_t i = e->cancelled.list.first; i != NONE; i = e->cancelled.slots[i].next)
        eh_encode_cancelled(&e->cancelled.slots[i], out);
    eh_bytes_put_u(out, e->lasts.count);
    for (uint32_t i = 0; i < e->lasts.count; i++)
        eh_encode_last(e, &e->lasts.slots[e->lasts.heap[i]], out);
    purses_put(e, out);
    eh_pasts_put(e, out);
    eh_periods_put(e, false, out);
    eh_schedules_put(e, out);
    eh_clocks_put(e, out);
    eh_pauses_put(e, out);
    eh_answering_put(e, out);
    uint8_t digest[16];
    eh_key_bytes(eh_engine_digest(e), digest);
    eh_bytes_put(out, digest, sizeof digest);
    return out->failed || globals.failed ? -EH_ENOMEM : 0;
}
