/*
 * restore: makes an engine that goes on from a snapshot.
 *
 * What follows from the rest (trees, queues, lists, open points) is computed anew. The digest at
 * the end of the snapshot must be that of the state that was read: a damaged snapshot is refused.
 */
#include "account.h"
#include "affinity.h"
#include "answering.h"
#include "canonical.h"
#include "clock_bytes.h"
#include "digest.h"
#include "expiries.h"
#include "image.h"
#include "index.h"
#include "interner.h"
#include "limits.h"
#include "member.h"
#include "owned_text.h"
#include "past_bytes.h"
#include "pause_bytes.h"
#include "pending.h"
#include "period_bytes.h"
#include "queue.h"
#include "resends.h"
#include "roster.h"
#include "rounds.h"
#include "schedule_bytes.h"
#include "set_name.h"
#include "skill_set.h"
#include "snapshot.h"
#include "state.h"
#include "stored.h"
#include "ticket.h"
#include "tickets.h"
#include "turns.h"
#include "zones.h"

#include <stdlib.h>

/* What a snapshot says before the desk, and means of it. */
struct globals {
    struct eh_str turn;         /* id of the team that was dealt to last, or empty */
    const uint8_t *desk;        /* hash of the desk's text, or NULL when there is none */
    struct eh_reader published; /* ids of plans, see eh_encode_globals() */
    uint32_t published_count;
};

static int globals_read(struct eh_engine *e, struct eh_reader *in, struct globals *ret)
{
    struct eh_str bytes = eh_read_str(in);
    struct eh_reader globals = eh_reader(bytes.data, bytes.size);
    e->input = eh_read_u(&globals);
    e->seq = eh_read_u(&globals);
    e->dead = eh_read_u(&globals);
    e->at_us = eh_read_i(&globals);
    e->date = eh_read_i32(&globals);
    e->has_day = eh_read_flag(&globals);
    e->epochs.current = eh_read_u32(&globals);
    e->rules = eh_read_u32(&globals);
    globals.failed |= e->rules < EH_RULES_FIRST || e->rules > EH_RULES_LAST;
    ret->turn = eh_read_str(&globals);
    ret->desk = eh_read_flag(&globals) ? eh_read_bytes(&globals, 32) : NULL;
    int r = 0;
    if (e->rules >= EH_RULES_STAYS) {
        e->told_from = eh_read_i32(&globals);
        r = eh_zones_read(e, &globals);
    }
    int64_t clock_s = e->rules >= EH_RULES_AT_MOST ? eh_read_i(&globals) : 0;
    globals.failed |= clock_s < 0 || clock_s >= 3600;
    eh_hours_set_clock(e, clock_s, e->at_us);
    ret->published_count = eh_read_u32(&globals);
    ret->published = globals;
    for (uint32_t i = 0; i < ret->published_count && !globals.failed; i++)
        eh_read_str(&globals);
    e->epochs.committed = globals.at < globals.end;
    const uint8_t *commitment =
        e->epochs.committed ? eh_read_bytes(&globals, sizeof e->epochs.commitment) : NULL;
    if (commitment)
        memcpy(e->epochs.commitment, commitment, sizeof e->epochs.commitment);
    if (r < 0)
        return r;
    return eh_reader_complete(&globals) && eh_is_time(e->at_us) && eh_is_date(e->date)
               ? 0
               : -EH_ECORRUPT;
}

static void rate_read(struct eh_reader *in, struct rate *rate)
{
    rate->minute_us = eh_read_i(in);
    rate->last_us = eh_read_i(in);
    rate->minute_count = eh_read_u32(in);
    rate->day_count = eh_read_u32(in);
    rate->date = eh_read_i32(in);
    in->failed |= !eh_is_time(rate->minute_us) || !eh_is_time(rate->last_us);
}

static int held_read(struct eh_reader *in, struct held *held)
{
    held->until_us = eh_read_i(in);
    held->for_s = eh_read_i(in);
    held->status = eh_read_u8(in);
    held->has_for = eh_read_flag(in);
    int r = eh_owned_text_set(&held->reason, &held->reason_size, eh_read_str(in));
    if (r == 0)
        r = eh_owned_text_set(&held->by, &held->by_size, eh_read_str(in));
    bool there = held->until_us != EH_TIME_NEVER;
    in->failed |= held->until_us < 0 || held->for_s < 0 ||
                  (there ? !eh_status_name(held->status) : held->status != 0);
    return r;
}

static void rep_set_flags(struct rep *rep, uint8_t flags)
{
    rep->signalled = flags & REP_SIGNALLED;
    rep->releasing = flags & REP_RELEASING;
    rep->gone = flags & REP_GONE;
    rep->back = flags & REP_BACK;
    rep->leaves_told = flags & REP_LEAVES_TOLD;
    rep->ended = flags & REP_ENDED;
}

static int rep_read(struct eh_engine *e, struct eh_reader *in)
{
    uint32_t no;
    int r = eh_intern_rep(e, eh_read_str(in), &no);
    if (r < 0 || in->failed)
        return r < 0 ? r : -EH_ECORRUPT;
    struct rep *rep = &e->roster.reps[no];
    rep->known = true;
    rep->status = eh_read_u8(in);
    uint8_t flags = eh_read_u8(in);
    rep_set_flags(rep, flags);
    rep->since_us = eh_read_i(in);
    rep->until_us = eh_read_i(in);
    if (r == 0)
        r = eh_owned_text_set(&rep->reason, &rep->reason_size, eh_read_str(in));
    if (r == 0)
        r = eh_owned_text_set(&rep->scope, &rep->scope_size, eh_read_str(in));
    rep->released = eh_read_u(in);
    rep->release_round = eh_read_u(in);
    if (r == 0)
        r = eh_owned_text_set(&rep->leaves, &rep->leaves_size, eh_read_str(in));
    if (r == 0)
        r = eh_owned_text_set(&rep->by, &rep->by_size, eh_read_str(in));
    rep->overloads = eh_read_u32(in);
    rep->overload_over_us = eh_read_i(in);
    if (r == 0)
        r = eh_owned_text_set(&rep->away_in, &rep->away_in_size, eh_read_str(in));
    if (r == 0)
        r = eh_rounds_update(e, no);
    if (r == 0)
        r = held_read(in, &rep->held);
    rate_read(in, &rep->changes);
    rate_read(in, &rep->said);
    rep->newest_ms = eh_read_u(in);
    rep->newest_no = eh_read_u(in);
    if (r < 0 || in->failed || flags > REP_FLAGS || !eh_status_name(rep->status) ||
        !eh_is_time(rep->since_us) || !eh_is_time(rep->overload_over_us) || rep->until_us < 0)
        return r < 0 ? r : -EH_ECORRUPT;
    eh_expiry_update(e, no);
    eh_digest_rep(e, no);
    return 0;
}

static int ledger_read(struct eh_engine *e, struct eh_reader *in)
{
    uint32_t team;
    int r = eh_intern_team(e, eh_read_str(in), &team);
    if (r < 0)
        return r;
    struct ledger *ledger = &e->roster.teams[team].ledger;
    ledger->used = eh_read_flag(in);
    ledger->dealt = eh_read_u(in);
    ledger->dealt_value = eh_read_wide(in);
    ledger->in_transit = eh_read_i(in);
    ledger->in_transit_value = eh_read_wide(in);
    ledger->loose = eh_read_amount(in);
    if (ledger->used)
        eh_digest_ledger(e, team);
    return 0;
}

/* Whether rounds may owe so much: multiplied and added up, it still fits. */
static bool amount_is_sound(__int128 amount)
{
    const __int128 most = (__int128)1 << 112;
    return -most < amount && amount < most;
}

static bool turns_are_sound(const struct turns *turns)
{
    return turns->cumulative >= 0 && turns->cumulative < (__int128)1 << 90 && turns->carry >= 0 &&
           turns->carry < (__int128)1 << 62;
}

static int slot_read(struct eh_engine *e, struct eh_reader *in, uint32_t team_no, uint32_t set)
{
    uint32_t rep = eh_interner_find(&e->roster.rep_ids, eh_read_str(in));
    uint32_t at = rep == NONE ? NONE : eh_member_position(e, team_no, rep);
    if (at == NONE || !e->roster.teams[team_no].sets[set].slots)
        return -EH_ECORRUPT;
    bool able = e->roster.teams[team_no].members[at].sets >> set & 1;
    struct slot *slot = &e->roster.teams[team_no].sets[set].slots[at];
    slot->slots = eh_read_u32(in);
    slot->credit = eh_read_u32(in);
    slot->offset = eh_read_wide(in);
    if (slot->slots > EH_PPM || slot->credit >= EH_PPM || !amount_is_sound(slot->offset) ||
        (!able &&
         (slot->slots ||
          slot->offset))) /* under earlier rules, credit stays with a rep who lost the skills */
        return -EH_ECORRUPT;
    eh_digest_slot(e, team_no, set, at);
    return 0;
}

static int set_read(struct eh_engine *e, struct eh_reader *in)
{
    uint32_t team_no = eh_interner_find(&e->roster.team_ids, eh_read_str(in)), at;
    struct set_of of;
    int r = eh_set_name_read(e, in, &of);
    if (r < 0)
        return r;
    if (team_no == NONE || !e->roster.teams[team_no].desk || in->failed)
        return -EH_ECORRUPT;
    bool dealt = eh_read_flag(in);
    struct amount cumulative = eh_read_amount(in), carry = eh_read_amount(in);
    struct turns turns = {.cumulative = eh_read_wide(in), .carry = eh_read_wide(in)};
    turns.level = eh_read_u32(in);
    if (!turns_are_sound(&turns))
        return -EH_ECORRUPT;
    r = eh_set_add(e, team_no, of, eh_read_u(in), &at);
    if (r < 0)
        return r;
    struct skill_set *set = &e->roster.teams[team_no].sets[at];
    set->dealt = dealt;
    set->cumulative = cumulative;
    set->carry = carry;
    set->turns = turns;
    if (dealt)
        eh_digest_set(e, team_no, at);
    uint64_t count = eh_read_u(in);
    if (count > e->roster.teams[team_no].member_count)
        return -EH_ECORRUPT;
    for (uint64_t i = 0; r == 0 && i < count; i++)
        r = slot_read(e, in, team_no, at);
    return r;
}

static int account_read(struct eh_engine *e, struct eh_reader *in)
{
    uint32_t team, rep;
    int r = eh_intern_team(e, eh_read_str(in), &team);
    if (r == 0)
        r = eh_intern_rep(e, eh_read_str(in), &rep);
    if (r < 0)
        return r;
    struct account *account = eh_account_add(e, team, rep);
    if (!account)
        return -EH_ENOMEM;
    account->received = eh_read_i(in);
    account->received_value = eh_read_wide(in);
    account->offset = eh_read_amount(in);
    account->turns = eh_read_wide(in);
    eh_digest_account(e, account);
    return amount_is_sound(account->turns) ? 0 : -EH_ECORRUPT;
}

static int dealt_read(struct eh_engine *e, struct eh_reader *in)
{
    struct account *account = eh_account_read(e, in);
    if (!account)
        return -EH_ECORRUPT;
    account->dealt.hour_s = eh_read_i(in);
    account->dealt.in_hour = eh_read_u32(in);
    account->dealt.date = eh_read_i32(in);
    account->dealt.on_day = eh_read_u32(in);
    eh_digest_dealt(e, account);
    return account->dealt.on_day ? 0 : -EH_ECORRUPT;
}

static int ramp_read(struct eh_engine *e, struct eh_reader *in)
{
    struct account *account = eh_account_read(e, in);
    if (!account)
        return -EH_ECORRUPT;
    account->ramp.gone_us = eh_read_i(in);
    account->ramp.from_us = eh_read_i(in);
    account->ramp.mark = eh_read_u(in);
    eh_digest_ramp(e, account);
    return eh_account_ramps(account) && eh_is_time(account->ramp.gone_us) &&
                   eh_is_time(account->ramp.from_us) && account->ramp.mark <= e->input
               ? 0
               : -EH_ECORRUPT;
}

/* The ids are in the order of the desk's plans. */
static int desk_mark_published(const struct globals *globals, struct eh_desk *desk)
{
    struct eh_reader ids = globals->published;
    uint32_t at = 0;
    for (uint32_t i = 0; i < globals->published_count; i++, at++) {
        struct eh_str id = eh_read_str(&ids);
        while (at < desk->plan_count && !eh_str_equal(desk->plans[at].id, id))
            at++;
        if (at == desk->plan_count)
            return -EH_ECORRUPT;
        desk->plans[at].before_unearned = true;
    }
    return 0;
}

static int desk_read(struct eh_engine *e, struct eh_reader *in, const struct globals *globals,
                     struct eh_error *error)
{
    struct eh_parsed_desk *file;
    int r = eh_parsed_desk_new(eh_read_str(in), EH_DESK_WRITTEN_BEFORE, &file, error);
    if (r < 0)
        return r;
    r = memcmp(file->sha256, globals->desk, sizeof file->sha256) == 0 ? 0 : -EH_ECORRUPT;
    if (r == 0)
        r = desk_mark_published(globals, file->desk);
    if (r == 0)
        r = eh_roster_install(e, file, e->at_us);
    if (r < 0 && e->desk != file)
        eh_parsed_desk_drop(file);
    return r;
}

/* Whether the desk has what the ticket names, as it must be. */
static bool ticket_fits(const struct eh_engine *e, const struct ticket *t)
{
    return t->state != EH_TICKET_CLOSED && e->roster.teams[t->team].desk &&
           (t->rep == NONE || e->roster.reps[t->rep].known) &&
           eh_ticket_find(e, ticket_identity(t)) == NONE;
}

static int ticket_place(struct eh_engine *e, uint32_t slot)
{
    struct ticket *t = &e->tickets.slots[slot];
    int r =
        eh_set_acquire(e, t->team, eh_set_of(e, t->team, ticket_skills(t), t->kind), 0, &t->set);
    if (r == 0)
        r = eh_ticket_enter(e, slot, ticket_identity(t));
    if (r == 0)
        r = eh_affinity_join(e, slot);
    if (r < 0)
        return r;
    eh_ticket_count(e, t, true);
    eh_digest_ticket(e, slot);
    if (t->state == EH_TICKET_ASSIGNED) {
        eh_ticket_give(e, slot, t->rep);
        return 0;
    }
    if (t->aside || t->state == EH_TICKET_HELD)
        return 0;
    r = eh_queue_reserve(e, t->team, t->set);
    if (r == 0)
        eh_queue_push(e, slot);
    return r;
}

static int ticket_read(struct eh_engine *e, struct eh_reader *in)
{
    uint32_t slot;
    int r = eh_ticket_alloc(e, &slot);
    if (r < 0)
        return r;
    struct ticket ticket;
    r = eh_decode_ticket(e, in, &ticket);
    if (r == 0) {
        e->tickets.slots[slot] = ticket;
        r = ticket_fits(e, &e->tickets.slots[slot]) ? ticket_place(e, slot) : -EH_ECORRUPT;
    }
    return r; /* a failed restore frees every slot */
}

static int pending_read(struct eh_engine *e, struct eh_reader *in)
{
    struct pending_outcome pending = {.input = eh_read_u(in)};
    const uint8_t *identity = eh_read_bytes(in, 16);
    if (!identity)
        return -EH_ECORRUPT;
    pending.identity = eh_key_from_bytes(identity);
    pending.until_us = eh_read_i(in);
    pending.stream_ms = eh_read_u(in);
    pending.stream_no = eh_read_u(in);
    pending.origin = eh_read_u8(in);
    pending.judged = pending.origin & PENDING_JUDGED;
    pending.origin &= (uint8_t)~PENDING_JUDGED;
    struct eh_str body = eh_read_str(in);
    if (in->failed || body.size == 0 || pending.until_us < EH_PENDING_S * SECOND_US ||
        pending.until_us > EH_TIME_LAST + EH_PENDING_S * SECOND_US ||
        e->pending.list.count >= EH_PENDING_MAX)
        return -EH_ECORRUPT;
    pending.body = malloc(body.size);
    if (!pending.body)
        return -EH_ENOMEM;
    memcpy(pending.body, body.data, body.size);
    pending.body_size = body.size;
    int r = eh_pending_add(e, &pending);
    if (r < 0)
        free(pending.body);
    return r;
}

/* Cancelled tickets come in order of time, one for each key. */
static int cancelled_read(struct eh_engine *e, struct eh_reader *in)
{
    uint64_t key = eh_read_u(in);
    int64_t at_us = eh_read_i(in);
    struct eh_str id = eh_read_str(in);
    uint32_t last = e->cancelled.list.last;
    if (in->failed || !eh_is_time(at_us) || id.size == 0 || id.size > EH_NAME_MAX ||
        (last != NONE && e->cancelled.slots[last].at_us > at_us) || eh_cancelled_has(e, key))
        return -EH_ECORRUPT;
    return eh_cancelled_add(e, key, at_us, id);
}

/* Who closed a customer's last ticket: in the order of their heap, which is the same again so. */
static int last_read(struct eh_engine *e, struct eh_reader *in)
{
    struct eh_str team = eh_read_str(in);
    const uint8_t *customer = eh_read_bytes(in, 16);
    struct eh_str rep = eh_read_str(in);
    struct last last = {.closed_us = eh_read_i(in), .ticket = eh_read_u(in)};
    if (in->failed || !eh_is_time(last.closed_us) || last.ticket == 0 || last.ticket > e->input)
        return -EH_ECORRUPT;
    last.customer = eh_key_from_bytes(customer);
    last.team = eh_interner_find(&e->roster.team_ids, team);
    last.rep = eh_interner_find(&e->roster.rep_ids, rep);
    if (last.team == NONE || last.rep == NONE || !e->roster.reps[last.rep].known)
        return -EH_ECORRUPT;
    return eh_last_add(e, &last);
}

static int purse_read(struct eh_engine *e, struct eh_reader *in)
{
    uint32_t team;
    int r = eh_intern_team(e, eh_read_str(in), &team);
    if (r < 0)
        return r;
    struct purse *purse = &e->roster.teams[team].purse;
    purse->used = eh_read_flag(in);
    purse->planned_on = eh_read_i32(in);
    purse->settled = eh_read_i32(in);
    purse->carry_open = eh_read_i(in);
    if (!purse->used)
        return -EH_ECORRUPT;
    eh_digest_purse(e, team);
    return 0;
}

/* Reads a count, then so many objects. */
static int objects_read(struct eh_engine *e, struct eh_reader *in, uint64_t most,
                        int (*read)(struct eh_engine *, struct eh_reader *))
{
    uint64_t count = eh_read_u(in);
    if (count > most)
        return -EH_ECORRUPT;
    int r = 0;
    for (uint64_t i = 0; r == 0 && i < count; i++)
        r = in->failed ? -EH_ECORRUPT : read(e, in);
    return r;
}

static int sets_read(struct eh_engine *e, struct eh_reader *in)
{
    struct eh_str bytes = eh_read_str(in);
    const uint8_t *hash = eh_read_bytes(in, 16);
    if (!hash || !eh_key_equal(eh_key_from_bytes(hash), eh_hash_state(bytes.data, bytes.size)))
        return -EH_ECORRUPT;
    struct eh_reader sets = eh_reader(bytes.data, bytes.size);
    int r = objects_read(e, &sets, SETS_MAX, set_read);
    return r == 0 && !eh_reader_complete(&sets) ? -EH_ECORRUPT : r;
}

/* The team that was dealt to last; all teams are known by now. */
static int turn_read(struct eh_engine *e, struct eh_str team)
{
    e->ready.turn = team.size ? eh_interner_find(&e->roster.team_ids, team) : NONE;
    return team.size && e->ready.turn == NONE ? -EH_ECORRUPT : 0;
}

/* Who works when, and the times of tickets. */
static int times_read(struct eh_engine *e, struct eh_reader *in)
{
    int r = eh_schedules_read(e, in);
    if (r == 0)
        r = eh_clocks_read(e, in);
    if (r == 0)
        r = eh_pauses_read(e, in);
    return r < 0 ? r : eh_answering_read(e, in);
}

static int state_read(struct eh_engine *e, struct eh_reader *in, struct eh_error *error)
{
    const uint8_t *head = eh_read_bytes(in, SNAPSHOT_MAGIC_SIZE);
    if (!head || memcmp(head, SNAPSHOT_MAGIC, SNAPSHOT_MAGIC_SIZE) != 0)
        return -EH_ECORRUPT;
    if (eh_read_u8(in) != SNAPSHOT_VERSION)
        return -EH_EVERSION;
    struct globals globals;
    struct eh_reader at_desk;
    int r = globals_read(e, in, &globals);
    if (r < 0)
        return r;
    at_desk = *in;
    if (globals.desk)
        eh_read_str(in);
    r = objects_read(e, in, INTERNED_MAX,
                     rep_read); /* before the desk, which takes reps as they are */
    if (r == 0)
        r = objects_read(e, in, INTERNED_MAX, ledger_read);
    if (r == 0)
        r = turn_read(e, globals.turn);
    if (r == 0)
        r = objects_read(e, in, ACCOUNTS_MAX, account_read);
    if (r == 0)
        r = objects_read(e, in, ACCOUNTS_MAX, dealt_read);
    if (r == 0 && e->rules >= EH_RULES_RAMP)
        r = objects_read(e, in, ACCOUNTS_MAX, ramp_read);
    if (r == 0 && globals.desk)
        r = desk_read(e, &at_desk, &globals, error);
    if (r == 0)
        r = sets_read(e, in);
    if (r == 0)
        r = objects_read(e, in, EH_TICKETS_MAX, ticket_read);
    if (r == 0)
        r = objects_read(e, in, EH_PENDING_MAX, pending_read);
    if (r == 0)
        r = objects_read(e, in, EH_CANCELLED_MAX, cancelled_read);
    if (r == 0)
        r = objects_read(e, in, EH_LASTS_MAX, last_read);
    if (r == 0)
        r = objects_read(e, in, INTERNED_MAX, purse_read);
    if (r == 0)
        r = eh_pasts_read(e, in);
    if (r == 0)
        r = eh_periods_read(e, in);
    return r < 0 ? r : times_read(e, in);
}

int eh_engine_restore(struct eh_str snapshot, struct eh_engine **ret, struct eh_error *error)
{
    struct eh_engine *e;
    int r = eh_engine_new(EH_RULES_FIRST, &e, error);
    if (r < 0)
        return r;
    e->restoring = true;
    struct eh_error inner = {0};
    struct eh_reader in = eh_reader(snapshot.data, snapshot.size);
    r = state_read(e, &in, &inner);
    const uint8_t *digest = eh_read_bytes(&in, 16);
    if (r == 0 &&
        (!eh_reader_complete(&in) || !eh_key_equal(eh_key_from_bytes(digest), eh_engine_digest(e))))
        r = -EH_ECORRUPT;
    if (r < 0) {
        eh_engine_free(e);
        return eh_error_set(error, -r, "the snapshot cannot be restored: %s",
                            inner.text[0] ? inner.text : eh_code_name(r));
    }
    eh_roster_set_date(e, e->date); /* makes the trees anew from today's points */
    e->restoring = false;
    *ret = e;
    return 0;
}
