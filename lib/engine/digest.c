/*
 * digest: the digest of the state, kept up to date with each change.
 *
 * The digest is the sum, modulo 2^128, of the hashes of the canonical bytes of all objects. An
 * object that changed takes its old hash out of the sum and puts its new one in.
 */
#include "digest.h"

#include "encode.h"
#include "schedule_encode.h"
#include "set_name.h"
#include "skill_set.h"
#include "state.h"
#include "ticket.h"
#include "turns.h"

/* Numbers are hashed, and digests are stored: never change, never reuse. */
enum object {
    OBJECT_GLOBALS = 1,
    OBJECT_TICKET = 2,
    OBJECT_REP = 3,
    OBJECT_ACCOUNT = 4,
    OBJECT_PENDING = 5,
    OBJECT_LEDGER = 6,
    OBJECT_SET = 7,
    OBJECT_SLOT = 8,
    OBJECT_PURSE = 9,
    OBJECT_PERIOD = 10,
    OBJECT_FACT = 11,
    OBJECT_PAST = 12,
    OBJECT_SINCE = 13,
    OBJECT_CANCELLED = 14,
    OBJECT_DEALT = 15,
    OBJECT_SCHEDULE = 16,
    OBJECT_HOURS = 17,
    OBJECT_REP_HOURS = 18,
    OBJECT_TEAM_HOURS = 19,
    OBJECT_CLOCK = 20,
    OBJECT_PAUSE = 21,
    OBJECT_LAST = 22,
    OBJECT_RAMP = 23,
    OBJECT_ANSWERING = 24,
    OBJECT_HOURS_PAST = 26
};

static unsigned __int128 key_number(struct eh_key key)
{
    return (unsigned __int128)key.high << 64 | key.low;
}

static struct eh_key number_key(unsigned __int128 number)
{
    return (struct eh_key){(uint64_t)(number >> 64), (uint64_t)number};
}

static struct eh_bytes *scratch_begin(struct eh_engine *e, enum object object)
{
    eh_bytes_clear(&e->scratch);
    eh_bytes_put_u8(&e->scratch, (uint8_t)object);
    return &e->scratch;
}

static struct eh_key scratch_hash(struct eh_engine *e)
{
    if (e->scratch.failed) /* out of memory: the digest is not known any more */
        e->broken = true;
    return eh_hash_state(e->scratch.data, e->scratch.failed ? 0 : e->scratch.size);
}

static void hash_replace(struct eh_engine *e, struct eh_key *hash)
{
    struct eh_key new = scratch_hash(e);
    e->sum += key_number(new) - key_number(*hash);
    *hash = new;
}

void eh_digest_ticket(struct eh_engine *e, uint32_t slot)
{
    eh_encode_ticket(e, &e->tickets.slots[slot], scratch_begin(e, OBJECT_TICKET));
    hash_replace(e, &e->tickets.slots[slot].hash);
}

void eh_digest_rep(struct eh_engine *e, uint32_t rep)
{
    eh_encode_rep(e, rep, scratch_begin(e, OBJECT_REP));
    hash_replace(e, &e->roster.reps[rep].hash);
}

void eh_digest_account(struct eh_engine *e, struct account *account)
{
    eh_encode_account(e, account, scratch_begin(e, OBJECT_ACCOUNT));
    hash_replace(e, &account->hash);
}

void eh_digest_dealt(struct eh_engine *e, struct account *account)
{
    eh_encode_dealt(e, account, scratch_begin(e, OBJECT_DEALT));
    hash_replace(e, &account->dealt.hash);
}

void eh_digest_pause(struct eh_engine *e, struct pause *pause)
{
    eh_encode_pause(e, pause, scratch_begin(e, OBJECT_PAUSE));
    hash_replace(e, &pause->hash);
}

void eh_digest_pausing(struct eh_engine *e, struct account *account)
{
    eh_encode_pausing(e, account, scratch_begin(e, OBJECT_PAUSE));
    hash_replace(e, &account->pausing.hash);
}

void eh_digest_ramp(struct eh_engine *e, struct account *account)
{
    if (!eh_account_ramps(account)) {
        eh_digest_leave(e, &account->ramp.hash);
        return;
    }
    eh_encode_ramp(e, account, scratch_begin(e, OBJECT_RAMP));
    hash_replace(e, &account->ramp.hash);
}

void eh_digest_pending(struct eh_engine *e, struct pending_outcome *pending)
{
    eh_encode_pending(pending, scratch_begin(e, OBJECT_PENDING));
    hash_replace(e, &pending->hash);
}

void eh_digest_cancelled(struct eh_engine *e, uint32_t slot)
{
    eh_encode_cancelled(&e->cancelled.slots[slot], scratch_begin(e, OBJECT_CANCELLED));
    hash_replace(e, &e->cancelled.slots[slot].hash);
}

void eh_digest_last(struct eh_engine *e, uint32_t slot)
{
    eh_encode_last(e, &e->lasts.slots[slot], scratch_begin(e, OBJECT_LAST));
    hash_replace(e, &e->lasts.slots[slot].hash);
}

void eh_digest_ledger(struct eh_engine *e, uint32_t team)
{
    eh_encode_ledger(e, team, scratch_begin(e, OBJECT_LEDGER));
    hash_replace(e, &e->roster.teams[team].ledger.hash);
}

void eh_digest_set(struct eh_engine *e, uint32_t team_no, uint32_t set)
{
    struct team *team = &e->roster.teams[team_no];
    eh_encode_set(e, team, &team->sets[set], scratch_begin(e, OBJECT_SET));
    hash_replace(e, &team->sets[set].hash);
}

static void slot_put(const struct eh_engine *e, const struct team *team,
                     const struct skill_set *set, uint32_t position, struct eh_bytes *out)
{
    eh_bytes_put_str(out, team->desk->id);
    eh_set_name_put(e, set, out);
    eh_bytes_put_str(out, e->roster.rep_ids.items[team->members[position].rep]);
    eh_encode_slot(&set->slots[position], out);
}

void eh_digest_slot(struct eh_engine *e, uint32_t team_no, uint32_t set_no, uint32_t position)
{
    struct team *team = &e->roster.teams[team_no];
    struct skill_set *set = &team->sets[set_no];
    struct slot *slot = &set->slots[position];
    if (eh_slot_is_empty(slot)) { /* the same as no slot */
        eh_digest_leave(e, &slot->hash);
        return;
    }
    slot_put(e, team, set, position, scratch_begin(e, OBJECT_SLOT));
    hash_replace(e, &slot->hash);
}

void eh_digest_purse(struct eh_engine *e, uint32_t team)
{
    eh_encode_purse(e, team, scratch_begin(e, OBJECT_PURSE));
    hash_replace(e, &e->roster.teams[team].purse.hash);
}

void eh_digest_past(struct eh_engine *e, uint32_t team)
{
    eh_encode_past(e, team, scratch_begin(e, OBJECT_PAST));
    hash_replace(e, &e->roster.teams[team].past.hash);
}

void eh_digest_since(struct eh_engine *e, uint32_t rep)
{
    eh_encode_since(e, rep, scratch_begin(e, OBJECT_SINCE));
    hash_replace(e, &e->roster.reps[rep].since_hash);
}

void eh_digest_schedule(struct eh_engine *e, uint32_t number)
{
    eh_encode_schedule(e, number, scratch_begin(e, OBJECT_SCHEDULE));
    hash_replace(e, &e->schedules.items[number - 1].hash);
}

void eh_digest_hours(struct eh_engine *e)
{
    if (!eh_has_hours(e)) {
        eh_digest_leave(e, &e->schedules.hash);
        return;
    }
    eh_encode_hours(e, scratch_begin(e, OBJECT_HOURS));
    hash_replace(e, &e->schedules.hash);
}

void eh_digest_rep_hours(struct eh_engine *e, uint32_t rep)
{
    if (!eh_rep_has_hours(e, rep)) {
        eh_digest_leave(e, &e->roster.reps[rep].hours_hash);
        return;
    }
    eh_encode_rep_hours(e, rep, scratch_begin(e, OBJECT_REP_HOURS));
    hash_replace(e, &e->roster.reps[rep].hours_hash);
}

void eh_digest_hours_past(struct eh_engine *e, bool is_team, uint32_t no)
{
    struct hours_past *past =
        is_team ? &e->roster.teams[no].hours_past : &e->roster.reps[no].hours_past;
    if (!eh_hours_are_told(past)) {
        eh_digest_leave(e, &past->hash);
        return;
    }
    eh_encode_hours_past(e, is_team, no, scratch_begin(e, OBJECT_HOURS_PAST));
    hash_replace(e, &past->hash);
}

void eh_digest_team_hours(struct eh_engine *e, uint32_t team)
{
    if (!e->roster.teams[team].schedule) {
        eh_digest_leave(e, &e->roster.teams[team].hours_hash);
        return;
    }
    eh_encode_team_hours(e, team, scratch_begin(e, OBJECT_TEAM_HOURS));
    hash_replace(e, &e->roster.teams[team].hours_hash);
}

void eh_digest_clock(struct eh_engine *e, struct clock *c)
{
    eh_encode_clock(e, c, scratch_begin(e, OBJECT_CLOCK));
    hash_replace(e, &c->hash);
}

void eh_digest_answering(struct eh_engine *e, struct eh_str source)
{
    struct eh_key none = {0, 0};
    eh_bytes_put_str(scratch_begin(e, OBJECT_ANSWERING), source);
    hash_replace(e, &none);
}

void eh_digest_period(struct eh_engine *e, uint32_t slot)
{
    struct period *p = &e->periods.slots[slot];
    if (p->shadow)
        return;
    eh_encode_period(e, p, scratch_begin(e, OBJECT_PERIOD));
    hash_replace(e, &p->hash);
}

/* A fact's own bytes do not say which period it belongs to. */
static void fact_put(const struct eh_engine *e, const struct period *p, const struct fact *fact,
                     struct eh_bytes *out)
{
    eh_bytes_put_str(out, e->roster.team_ids.items[p->team]);
    eh_bytes_put_u8(out, p->period.kind);
    eh_bytes_put_i(out, p->period.number);
    eh_encode_fact(e, fact, out);
}

void eh_digest_fact(struct eh_engine *e, uint32_t period, uint32_t slot)
{
    const struct period *p = &e->periods.slots[period];
    if (p->shadow)
        return;
    fact_put(e, p, &e->facts.slots[slot], scratch_begin(e, OBJECT_FACT));
    hash_replace(e, &e->facts.slots[slot].hash);
}

void eh_digest_leave(struct eh_engine *e, struct eh_key *hash)
{
    e->sum -= key_number(*hash);
    *hash = (struct eh_key){0, 0};
}

/* The hash of bytes that are not the engine's scratch buffer. */
static unsigned __int128 bytes_hash(const struct eh_bytes *bytes)
{
    eh_require(!bytes->failed);
    return key_number(eh_hash_state(bytes->data, bytes->size));
}

static unsigned __int128 globals_hash(const struct eh_engine *e)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    eh_bytes_put_u8(&bytes, OBJECT_GLOBALS);
    eh_encode_globals(e, &bytes);
    return bytes_hash(&bytes);
}

struct eh_key eh_engine_digest(const struct eh_engine *e)
{
    return number_key(e->sum + globals_hash(e));
}

static void bytes_start(struct eh_bytes *bytes, enum object object)
{
    eh_bytes_clear(bytes);
    eh_bytes_put_u8(bytes, (uint8_t)object);
}

static unsigned __int128 set_sum(const struct eh_engine *e, const struct team *team,
                                 const struct skill_set *set, struct eh_bytes *bytes)
{
    unsigned __int128 sum = 0;
    if (set->dealt) {
        bytes_start(bytes, OBJECT_SET);
        eh_encode_set(e, team, set, bytes);
        sum += bytes_hash(bytes);
    }
    for (uint32_t i = 0; set->slots && i < team->member_count; i++) {
        if (eh_slot_is_empty(&set->slots[i]))
            continue;
        bytes_start(bytes, OBJECT_SLOT);
        slot_put(e, team, set, i, bytes);
        sum += bytes_hash(bytes);
    }
    return sum;
}

static unsigned __int128 facts_sum(const struct eh_engine *e, const struct period *p, uint32_t head,
                                   struct eh_bytes *bytes)
{
    unsigned __int128 sum = 0;
    for (uint32_t at = head; at != NONE; at = e->facts.slots[at].next) {
        bytes_start(bytes, OBJECT_FACT);
        fact_put(e, p, &e->facts.slots[at], bytes);
        sum += bytes_hash(bytes);
    }
    return sum;
}

static unsigned __int128 periods_sum(const struct eh_engine *e, uint32_t team,
                                     struct eh_bytes *bytes)
{
    unsigned __int128 sum = 0;
    if (e->roster.teams[team].purse.used) {
        bytes_start(bytes, OBJECT_PURSE);
        eh_encode_purse(e, team, bytes);
        sum += bytes_hash(bytes);
    }
    for (uint32_t at = e->roster.teams[team].periods; at != NONE; at = e->periods.slots[at].older) {
        const struct period *p = &e->periods.slots[at];
        bytes_start(bytes, OBJECT_PERIOD);
        eh_encode_period(e, p, bytes);
        sum += bytes_hash(bytes);
        sum += facts_sum(e, p, p->facts, bytes);
        sum += facts_sum(e, p, p->imports, bytes);
    }
    return sum;
}

static unsigned __int128 past_sum(const struct eh_engine *e, struct eh_bytes *bytes)
{
    unsigned __int128 sum = 0;
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++) {
        if (e->roster.teams[i].past.day == EH_DATE_ALWAYS)
            continue;
        bytes_start(bytes, OBJECT_PAST);
        eh_encode_past(e, i, bytes);
        sum += bytes_hash(bytes);
    }
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++) {
        if (e->roster.reps[i].since == EH_DATE_ALWAYS)
            continue;
        bytes_start(bytes, OBJECT_SINCE);
        eh_encode_since(e, i, bytes);
        sum += bytes_hash(bytes);
    }
    return sum;
}

static unsigned __int128 teams_sum(const struct eh_engine *e, struct eh_bytes *bytes)
{
    unsigned __int128 sum = 0;
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++) {
        const struct team *team = &e->roster.teams[i];
        sum += periods_sum(e, i, bytes);
        for (uint32_t set = 0; set < team->set_count; set++)
            if (team->sets[set].skills)
                sum += set_sum(e, team, &team->sets[set], bytes);
        if (!team->ledger.used)
            continue;
        bytes_start(bytes, OBJECT_LEDGER);
        eh_encode_ledger(e, i, bytes);
        sum += bytes_hash(bytes);
    }
    return sum;
}

static unsigned __int128 pauses_sum(const struct eh_engine *e, struct eh_bytes *bytes)
{
    unsigned __int128 sum = 0;
    for (uint32_t i = 0; i < e->accounts.count; i++) {
        const struct pausing *pausing = &e->accounts.items[i].pausing;
        for (uint32_t at = pausing->list.first; at != NONE; at = e->pauses.items[at].next) {
            bytes_start(bytes, OBJECT_PAUSE);
            eh_encode_pause(e, &e->pauses.items[at], bytes);
            sum += bytes_hash(bytes);
        }
        if (pausing->begun == 0)
            continue;
        bytes_start(bytes, OBJECT_PAUSE);
        eh_encode_pausing(e, &e->accounts.items[i], bytes);
        sum += bytes_hash(bytes);
    }
    return sum;
}

static unsigned __int128 accounts_sum(const struct eh_engine *e, struct eh_bytes *bytes)
{
    unsigned __int128 sum = 0;
    for (uint32_t i = 0; i < e->accounts.count; i++) {
        bytes_start(bytes, OBJECT_ACCOUNT);
        eh_encode_account(e, &e->accounts.items[i], bytes);
        sum += bytes_hash(bytes);
        if (eh_account_ramps(&e->accounts.items[i])) {
            bytes_start(bytes, OBJECT_RAMP);
            eh_encode_ramp(e, &e->accounts.items[i], bytes);
            sum += bytes_hash(bytes);
        }
        if (e->accounts.items[i].dealt.on_day == 0)
            continue;
        bytes_start(bytes, OBJECT_DEALT);
        eh_encode_dealt(e, &e->accounts.items[i], bytes);
        sum += bytes_hash(bytes);
    }
    return sum;
}

static unsigned __int128 hours_past_sum(const struct eh_engine *e, bool is_team, uint32_t no,
                                        struct eh_bytes *bytes)
{
    const struct hours_past *past =
        is_team ? &e->roster.teams[no].hours_past : &e->roster.reps[no].hours_past;
    if (!eh_hours_are_told(past))
        return 0;
    bytes_start(bytes, OBJECT_HOURS_PAST);
    eh_encode_hours_past(e, is_team, no, bytes);
    return bytes_hash(bytes);
}

static unsigned __int128 owners_sum(const struct eh_engine *e, struct eh_bytes *bytes)
{
    unsigned __int128 sum = 0;
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++) {
        if (!eh_rep_has_hours(e, i))
            continue;
        bytes_start(bytes, OBJECT_REP_HOURS);
        eh_encode_rep_hours(e, i, bytes);
        sum += bytes_hash(bytes);
    }
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++) {
        if (!e->roster.teams[i].schedule)
            continue;
        bytes_start(bytes, OBJECT_TEAM_HOURS);
        eh_encode_team_hours(e, i, bytes);
        sum += bytes_hash(bytes);
    }
    return sum;
}

static unsigned __int128 hours_sum(const struct eh_engine *e, struct eh_bytes *bytes)
{
    unsigned __int128 sum = owners_sum(e, bytes);
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++)
        sum += hours_past_sum(e, false, i, bytes);
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        sum += hours_past_sum(e, true, i, bytes);
    for (uint32_t i = 0; i < e->schedules.count; i++) {
        if (!e->schedules.items[i].known)
            continue;
        bytes_start(bytes, OBJECT_SCHEDULE);
        eh_encode_schedule(e, i + 1, bytes);
        sum += bytes_hash(bytes);
    }
    if (!eh_has_hours(e))
        return sum;
    bytes_start(bytes, OBJECT_HOURS);
    eh_encode_hours(e, bytes);
    return sum + bytes_hash(bytes);
}

static unsigned __int128 clocks_sum(const struct eh_engine *e, struct eh_bytes *bytes)
{
    unsigned __int128 sum = 0;
    for (uint32_t i = 0; i < e->clocks.used; i++) {
        if (e->clocks.items[i].slot == NONE)
            continue;
        bytes_start(bytes, OBJECT_CLOCK);
        eh_encode_clock(e, &e->clocks.items[i], bytes);
        sum += bytes_hash(bytes);
    }
    return sum;
}

static unsigned __int128 answering_sum(const struct eh_engine *e, struct eh_bytes *bytes)
{
    unsigned __int128 sum = 0;
    for (uint32_t i = 0; i < e->answering.count; i++) {
        bytes_start(bytes, OBJECT_ANSWERING);
        eh_bytes_put_str(bytes, e->answering.items[i]);
        sum += bytes_hash(bytes);
    }
    return sum;
}

struct eh_key eh_engine_digest_anew(const struct eh_engine *e)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    unsigned __int128 sum = globals_hash(e) + teams_sum(e, &bytes) + past_sum(e, &bytes);
    sum += hours_sum(e, &bytes) + clocks_sum(e, &bytes) + answering_sum(e, &bytes);
    for (uint32_t i = 0; i < e->tickets.order_count; i++) {
        if (e->tickets.order[i].slot == NONE)
            continue;
        bytes_start(&bytes, OBJECT_TICKET);
        eh_encode_ticket(e, &e->tickets.slots[e->tickets.order[i].slot], &bytes);
        sum += bytes_hash(&bytes);
    }
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++) {
        if (!e->roster.reps[i].known)
            continue;
        bytes_start(&bytes, OBJECT_REP);
        eh_encode_rep(e, i, &bytes);
        sum += bytes_hash(&bytes);
    }
    sum += accounts_sum(e, &bytes) + pauses_sum(e, &bytes);
    for (uint32_t i = e->pending.list.first; i != NONE; i = e->pending.slots[i].next) {
        bytes_start(&bytes, OBJECT_PENDING);
        eh_encode_pending(&e->pending.slots[i], &bytes);
        sum += bytes_hash(&bytes);
    }
    for (uint32_t i = e->cancelled.list.first; i != NONE; i = e->cancelled.slots[i].next) {
        bytes_start(&bytes, OBJECT_CANCELLED);
        eh_encode_cancelled(&e->cancelled.slots[i], &bytes);
        sum += bytes_hash(&bytes);
    }
    for (uint32_t i = 0; i < e->lasts.count; i++) {
        bytes_start(&bytes, OBJECT_LAST);
        eh_encode_last(e, &e->lasts.slots[e->lasts.heap[i]], &bytes);
        sum += bytes_hash(&bytes);
    }
    return number_key(sum);
}
