/*
 * ledger: what each rep is entitled to of what was dealt, and what they received.
 *
 * Each ticket entitles everybody eligible by share, in number and in value. It costs the same
 * however many they are: the cumulative entitlement of the ticket's set, per ppm of share, grows by
 * what one ppm is due. It counts whole 10^-15 tickets and 10^-9 minor units; the rest of the
 * division is carried into the next ticket of the set. So in every team and after every step
 *
 *     Σ entitled + carried + loose  ==  Σ received + in transit
 *
 * exactly, for count and for value. What is carried goes to those who are eligible for the next
 * ticket. It is less than 10^-9 of a ticket for each rep, so nobody gains more by coming or going.
 * (Rules before EH_RULES_FINER divided in 10^-9 tickets, and it was up to 10^-3.) A ticket entitles
 * once in each team it stands in. Its receipt, the value it was booked with, is kept on the ticket
 * and goes where the ticket goes. A rep who gives a ticket away or drops it keeps the receipt; the
 * ticket has none then, and entitles once more when somebody gets it.
 */
#include "ledger.h"

#include "account.h"
#include "amount.h"
#include "digest.h"
#include "skill_set.h"
#include "state.h"
#include "ticket.h"

#define NANO      INT64_C(1000000000)
#define CAP_MEANS 10 /* a ticket is booked with at most so many times the mean */

static struct account *member_account(struct eh_engine *e, const struct member *member)
{
    return &e->accounts.items[member->account];
}

/* ---- entitlement */

static void amount_add(struct amount *to, struct amount what, int64_t times)
{
    to->count += what.count * times;
    to->value += what.value * times;
}

/* Cumulative entitlement of one ppm of share, over these sets. */
static struct amount sets_cumulative(const struct team *team, uint64_t sets)
{
    struct amount sum = {0, 0};
    for (uint64_t left = sets; left; left &= left - 1)
        amount_add(&sum, team->sets[__builtin_ctzll(left)].cumulative, 1);
    return sum;
}

static void member_settle(struct eh_engine *e, const struct member *member,
                          struct amount cumulative, int64_t sign)
{
    struct account *account = member_account(e, member);
    if (cumulative.count == 0 && cumulative.value == 0)
        return;
    amount_add(&account->offset, cumulative, sign * member->weight);
    eh_digest_account(e, account);
}

void eh_ledger_enter(struct eh_engine *e, uint32_t team, const struct member *member, uint64_t sets)
{
    if (!e->restoring)
        member_settle(e, member, sets_cumulative(&e->roster.teams[team], sets), -1);
}

void eh_ledger_leave(struct eh_engine *e, uint32_t team, const struct member *member, uint64_t sets)
{
    if (!e->restoring)
        member_settle(e, member, sets_cumulative(&e->roster.teams[team], sets), 1);
}

struct amount eh_ledger_entitled(const struct eh_engine *e, const struct team *team,
                                 uint32_t position)
{
    const struct member *member = &team->members[position];
    struct amount sum = e->accounts.items[member->account].offset;
    amount_add(&sum, sets_cumulative(team, member_deals(member)), member->weight);
    return sum;
}

/* Whole grains go to the cumulative entitlement, the rest to the carry. The rest is never negative:
 * the division rounds down. */
static void cumulative_advance(__int128 *cumulative, __int128 *carry, __int128 more,
                               uint64_t weight, int64_t grain)
{
    __int128 total = *carry + more, whole = (__int128)weight * grain, rest = total % whole;
    if (rest < 0)
        rest += whole;
    *cumulative += (total - rest) / weight;
    *carry = rest;
}

static void set_entitle(struct eh_engine *e, const struct ticket *t, int64_t booked)
{
    struct team *team = &e->roster.teams[t->team];
    struct skill_set *set = &team->sets[t->set];
    struct amount *loose = &team->ledger.loose;
    uint64_t weight = set->tree[1].weight;
    cumulative_advance(&set->cumulative.count, &set->carry.count, TICKET + loose->count, weight,
                       e->rules < EH_RULES_FINER ? TICKET_NANO : 1);
    cumulative_advance(&set->cumulative.value, &set->carry.value,
                       (__int128)booked * NANO + loose->value, weight, 1);
    *loose = (struct amount){0, 0};
    set->dealt = true;
    eh_digest_set(e, t->team, t->set);
}

/* ---- the mean */

int64_t eh_ledger_mean(const struct eh_engine *e, const struct ticket *t)
{
    const struct ledger *ledger = &e->roster.teams[t->team].ledger;
    __int128 sum = ledger->dealt_value + (t->receipted ? 0 : t->value);
    __int128 count = (__int128)ledger->dealt + (t->receipted ? 0 : 1);
    return sum > count ? (int64_t)(sum / count) : 1;
}

int64_t eh_ledger_booked(const struct eh_engine *e, const struct ticket *t)
{
    if (t->receipted)
        return t->booked;
    __int128 most = (__int128)eh_ledger_mean(e, t) * CAP_MEANS;
    return t->value > most ? (int64_t)most : t->value < -most ? (int64_t)-most : t->value;
}

/* ---- receipts */

static void receipt_move(struct ledger *ledger, struct account *account, int64_t booked,
                         int64_t sign)
{
    ledger->used = true;
    ledger->in_transit -= sign;
    ledger->in_transit_value -= (__int128)sign * booked;
    account->received += sign;
    account->received_value += (__int128)sign * booked;
}

/* Entitles everybody eligible; the receiver alone if nobody is, or if it is theirs alone. The
 * receipt is in transit until it is moved. */
static void ticket_entitle(struct eh_engine *e, struct ticket *t, const struct member *receiver,
                           bool alone)
{
    struct team *team = &e->roster.teams[t->team];
    struct ledger *ledger = &team->ledger;
    t->booked = eh_ledger_booked(e, t);
    t->receipted = true;
    t->kept = false;
    if (!alone && team->sets[t->set].tree[1].count > 0) {
        set_entitle(e, t, t->booked);
    } else {
        amount_add(&member_account(e, receiver)->offset,
                   (struct amount){TICKET, (__int128)t->booked * NANO}, 1);
    }
    ledger->dealt++;
    ledger->dealt_value += t->value;
    ledger->in_transit++;
    ledger->in_transit_value += t->booked;
}

void eh_ledger_book(struct eh_engine *e, struct ticket *t, uint32_t position, bool alone)
{
    struct team *team = &e->roster.teams[t->team];
    const struct member *member = &team->members[position];
    if (!t->receipted)
        ticket_entitle(e, t, member, alone);
    receipt_move(&team->ledger, member_account(e, member), t->booked, 1);
    eh_digest_account(e, member_account(e, member));
    eh_digest_ledger(e, t->team);
}

/* False: the rep has no account in the team. */
static bool receipt_lift(struct eh_engine *e, const struct ticket *t, uint32_t rep)
{
    uint32_t no = rep == NONE ? NONE : eh_account_find(e, t->team, rep);
    if (no == NONE)
        return false;
    struct account *account = &e->accounts.items[no];
    receipt_move(&e->roster.teams[t->team].ledger, account, t->booked, -1);
    eh_digest_account(e, account);
    eh_digest_ledger(e, t->team);
    return true;
}

void eh_ledger_lift(struct eh_engine *e, struct ticket *t)
{
    if (t->receipted)
        (void)receipt_lift(e, t, t->rep);
}

void eh_ledger_keep(struct ticket *t)
{
    t->kept = t->receipted;
    t->receipted = false;
}

void eh_ledger_take_up(struct eh_engine *e, struct ticket *t, uint32_t rep)
{
    if (!t->kept || t->was != rep)
        return;
    t->kept = false;
    t->receipted = receipt_lift(e, t, rep);
}

void eh_ledger_forget(struct ticket *t)
{
    t->receipted = false;
    t->kept = false;
    t->booked = 0;
}

/* ---- sets that go */

void eh_ledger_close_set(struct eh_engine *e, uint32_t team_no, uint32_t set_no)
{
    struct team *team = &e->roster.teams[team_no];
    struct skill_set *set = &team->sets[set_no];
    if (!set->dealt)
        return;
    for (uint32_t i = 0; i < team->member_count; i++)
        if (member_deals(&team->members[i]) >> set_no & 1)
            member_settle(e, &team->members[i], set->cumulative, 1);
    amount_add(&team->ledger.loose, set->carry, 1);
    team->ledger.used = true;
    eh_digest_leave(e, &set->hash);
    eh_digest_ledger(e, team_no);
}

/* ---- proof */

/* What somebody is entitled to, or is carried. */
static struct amount team_entitled(const struct eh_engine *e, uint32_t team_no)
{
    const struct team *team = &e->roster.teams[team_no];
    struct amount sum = team->ledger.loose;
    for (uint32_t i = 0; i < team->set_count; i++)
        if (team->sets[i].skills)
            amount_add(&sum, team->sets[i].carry, 1);
    for (uint32_t i = 0; i < team->member_count; i++)
        amount_add(&sum, sets_cumulative(team, member_deals(&team->members[i])),
                   team->members[i].weight);
    for (uint32_t i = 0; i < e->accounts.count; i++)
        if (e->accounts.items[i].team == team_no)
            amount_add(&sum, e->accounts.items[i].offset, 1);
    return sum;
}

/* What somebody received, or is in transit. */
static struct amount team_received(const struct eh_engine *e, uint32_t team_no)
{
    const struct ledger *ledger = &e->roster.teams[team_no].ledger;
    struct amount sum = {ledger->in_transit, ledger->in_transit_value};
    for (uint32_t i = 0; i < e->accounts.count; i++)
        if (e->accounts.items[i].team == team_no)
            amount_add(
                &sum,
                (struct amount){e->accounts.items[i].received, e->accounts.items[i].received_value},
                1);
    return sum;
}

static bool team_is_balanced(const struct eh_engine *e, uint32_t team)
{
    struct amount entitled = team_entitled(e, team), received = team_received(e, team);
    return entitled.count == received.count * TICKET && entitled.value == received.value * NANO &&
           received.count == (__int128)e->roster.teams[team].ledger.dealt &&
           e->roster.teams[team].ledger.in_transit >= 0;
}

bool eh_ledger_check(const struct eh_engine *e)
{
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        if (!team_is_balanced(e, i))
            return false;
    return true;
}
