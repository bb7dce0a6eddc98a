/*
 * undrawn: counts tickets that came to a rep without a draw: in which way, to whom, by whose deed.
 * It also counts tickets that were dealt just after a presence had been set.
 *
 * Nothing is kept per ticket. There are sums per way, per rep, per row of reps and per doer. They
 * are kept by class of value, because only the end shows which values are the highest.
 */
#include <stdlib.h>

#include "facts.h"

#define DOERS_MAX (EH_FAIRNESS_DOERS_MAX + 2) /* and the unknown doer, and one for all others */
#define SECOND_US INT64_C(1000000)

/* ---- Doers. */

static uint32_t doer_add(struct eh_fairness *f, enum eh_doer doer, struct eh_str name)
{
    struct eh_str copy = eh_arena_str(&f->arena, name);
    if (eh_array_room(&f->doers, &f->doer_room, f->doer_count + 1, DOERS_MAX) < 0 ||
        (name.size && !copy.data)) {
        f->failed = true;
        return 0;
    }
    f->doers[f->doer_count] = (struct doer){.doer = doer, .name = copy};
    return f->doer_count++;
}

static struct eh_key doer_key(enum eh_doer doer, struct eh_str name)
{
    struct eh_key key = eh_key_of_text(name);
    key.low += doer;
    return key;
}

/* Finds or makes the number of a doer. When there are too many, or memory runs out, it is the
 * number of EH_DOER_OTHERS. */
static uint32_t doer_find(struct eh_fairness *f, enum eh_doer doer, struct eh_str name)
{
    uint64_t number;
    if (f->doer_count == 0)
        doer_add(f, EH_DOER_UNKNOWN, eh_str(NULL));
    if (doer == EH_DOER_UNKNOWN)
        return 0;
    if (f->doer_count > EH_FAIRNESS_DOERS_MAX)
        doer = EH_DOER_OTHERS;
    bool named = doer == EH_DOER_SOURCE || doer == EH_DOER_MANAGER;
    struct eh_key key = doer_key(doer, named ? name : eh_str(NULL));
    if (eh_table_get(&f->doer_numbers, key, &number))
        return (uint32_t)number;
    uint32_t added = doer_add(f, doer, named ? name : eh_str(NULL));
    if (added && eh_table_put(&f->doer_numbers, key, added) < 0)
        f->failed = true;
    return added;
}

void eh_fairness_set_by(struct eh_fairness *f, struct eh_str id, enum eh_doer doer,
                        struct eh_str name, int64_t at_us)
{
    uint32_t number = doer_find(f, doer, name);
    struct rep *rep = eh_fairness_rep_of(f, id);
    if (!rep)
        return;
    rep->was_set_by = rep->set_by;
    rep->was_set_us = rep->set_us;
    rep->set_by = number;
    rep->set_us = at_us;
}

void eh_fairness_set_refused(struct eh_fairness *f, struct eh_str id)
{
    struct rep *rep = eh_fairness_rep_of(f, id);
    if (!rep)
        return;
    rep->set_by = rep->was_set_by;
    rep->set_us = rep->was_set_us;
}

/* ---- Ways. */

/* The way of a ticket that only one rep could have: the barrier that kept all others with the
 * skills from it, or EH_WAY_MIXED for several barriers. */
static enum eh_way deal_way_alone(const struct eh_deal *deal)
{
    static const uint8_t ways[] = {
        [EH_BARRIER_NONE] = EH_WAY_MIXED,      [EH_BARRIER_SKILL] = EH_WAY_SKILL,
        [EH_BARRIER_AWAY] = EH_WAY_AWAY,       [EH_BARRIER_OVERLOADED] = EH_WAY_OVERLOADED,
        [EH_BARRIER_RELEASED] = EH_WAY_AWAY,   [EH_BARRIER_FULL] = EH_WAY_FULL,
        [EH_BARRIER_GAVE_BACK] = EH_WAY_MIXED, [EH_BARRIER_OFF] = EH_WAY_AWAY};
    uint32_t way = deal->member_count == 1 ? EH_WAY_SINGLE : EH_WAYS;
    for (uint32_t i = 0; i < deal->member_count; i++) {
        const struct eh_deal_member *member = &deal->members[i];
        if (eh_str_equal(member->rep, deal->rep))
            continue;
        uint32_t its = ways[member->barrier];
        if (way == EH_WAYS || way == EH_WAY_SKILL)
            way = its;
        else if (its != EH_WAY_SKILL && its != way)
            way = EH_WAY_MIXED;
    }
    return way == EH_WAYS ? EH_WAY_MIXED : way;
}

static enum eh_way deal_way(const struct eh_deal *deal)
{
    if (eh_str_equal(deal->why, eh_str("owner")))
        return EH_WAY_OWNER;
    if (eh_str_equal(deal->why, eh_str("manager")))
        return EH_WAY_MANAGER;
    if (eh_str_equal(deal->why, eh_str("claimed")))
        return EH_WAY_CLAIMED;
    if (eh_str_equal(deal->why, eh_str("given")))
        return EH_WAY_GIVEN;
    if (eh_str_equal(deal->why, eh_str("affinity")))
        return EH_WAY_AFFINITY;
    return deal->further ? EH_WAY_AGAIN : deal_way_alone(deal);
}

static bool way_is_by_presence(enum eh_way way)
{
    return way == EH_WAY_AWAY || way == EH_WAY_OVERLOADED || way == EH_WAY_MIXED;
}

static bool chance_is_gone(const struct eh_deal_member *member)
{
    return member->barrier == EH_BARRIER_AWAY || member->barrier == EH_BARRIER_OVERLOADED ||
           member->barrier == EH_BARRIER_RELEASED;
}

/* The rep who was the last to be set away or overloaded, of those who could have had the ticket. */
struct gone {
    bool any;
    int64_t since_us;
    uint32_t doer;
};

static struct gone deal_last_gone(struct eh_fairness *f, const struct eh_deal *deal)
{
    struct gone last = {.any = false};
    for (uint32_t i = 0; i < deal->member_count; i++) {
        const struct eh_deal_member *member = &deal->members[i];
        if (!chance_is_gone(member) || eh_str_equal(member->rep, deal->rep))
            continue;
        const struct rep *rep = eh_fairness_rep_of(f, member->rep);
        if (!rep)
            break;
        int64_t since = member->barrier == EH_BARRIER_RELEASED ? rep->set_us : member->since_us;
        if (!last.any || since > last.since_us)
            last = (struct gone){true, since, rep->set_us ? rep->set_by : 0};
    }
    return last;
}

static bool gone_is_just_before(const struct gone *gone, int64_t at_us)
{
    return gone->any && gone->since_us <= at_us &&
           at_us - gone->since_us <= EH_FAIRNESS_JUST_BEFORE_S * SECOND_US;
}

/* ---- Sums. */

static void bin_add(struct by_bin *to, uint32_t bin, int64_t booked)
{
    to->tickets[bin]++;
    to->value[bin] = eh_add_clamped(to->value[bin], booked);
}

static void bin_add_to(struct eh_fairness *f, struct by_bin **to, uint32_t bin, int64_t booked)
{
    if (!*to)
        *to = calloc(1, sizeof **to);
    if (*to)
        bin_add(*to, bin, booked);
    else
        f->failed = true;
}

/* NULL: memory ran out, and f->failed says so. */
static struct got *rep_got(struct eh_fairness *f, struct eh_str id)
{
    struct rep *rep = eh_fairness_rep_of(f, id);
    if (rep && !rep->ways)
        rep->ways = calloc(EH_WAYS, sizeof *rep->ways);
    if (!rep || !rep->ways) {
        f->failed = true;
        return NULL;
    }
    return rep->ways;
}

static void due_add(struct eh_fairness *f, const struct eh_deal *deal, enum eh_way way)
{
    uint64_t shares = 0;
    for (uint32_t i = 0; i < deal->member_count; i++)
        shares += deal->members[i].share_ppm;
    for (uint32_t i = 0; i < deal->member_count; i++) {
        struct got *got = rep_got(f, deal->members[i].rep);
        if (!got)
            return;
        got[way].due += deal->members[i].share_ppm / (double)shares;
    }
}

static void way_add(struct eh_fairness *f, const struct eh_deal *deal, enum eh_way way,
                    uint32_t doer)
{
    uint32_t bin = eh_fairness_bin(deal->value);
    struct got *got = rep_got(f, deal->rep);
    const struct rep *rep = got ? eh_fairness_rep_of(f, deal->rep) : NULL;
    if (!rep)
        return;
    got[way].tickets++;
    got[way].value = eh_add_clamped(got[way].value, deal->booked);
    bin_add(&f->ways[way], bin, deal->booked);
    bin_add_to(f, &f->rows[rep->row]->ways[way], bin, deal->booked);
    if (doer < f->doer_count)
        bin_add_to(f, &f->doers[doer].ways[way], bin, deal->booked);
}

static uint32_t way_doer(struct eh_fairness *f, const struct eh_deal *deal, enum eh_way way,
                         const struct gone *gone)
{
    struct eh_str actor = f->again.actor;
    if (way == EH_WAY_MANAGER)
        return doer_find(f, actor.size ? EH_DOER_MANAGER : EH_DOER_UNKNOWN, actor);
    if (way == EH_WAY_CLAIMED || (way == EH_WAY_GIVEN && actor.size))
        return doer_find(f, EH_DOER_REP, actor);
    if (way_is_by_presence(way))
        return gone->doer;
    bool source = way == EH_WAY_OWNER || way == EH_WAY_SKILL || way == EH_WAY_AFFINITY;
    return doer_find(f, source ? EH_DOER_SOURCE : EH_DOER_UNKNOWN, deal->source);
}

bool eh_fairness_is_named(const struct eh_deal *deal)
{
    return eh_str_equal(deal->why, eh_str("manager")) ||
           eh_str_equal(deal->why, eh_str("claimed")) || eh_str_equal(deal->why, eh_str("given"));
}

/* Takes a deal, but no further one: there the rep who gave the ticket back or was released has just
 * gone, and the ticket was there before. */
static void given_take(struct eh_fairness *f, const struct eh_deal *deal)
{
    if (!deal->further || eh_fairness_is_named(deal))
        bin_add(&f->given, eh_fairness_bin(deal->value), deal->booked);
    else
        f->further_value = eh_add_clamped(f->further_value, deal->booked);
}

void eh_fairness_undrawn_take(struct eh_fairness *f, const struct eh_deal *deal)
{
    enum eh_way way = deal->dealt ? EH_WAYS : deal_way(deal);
    bool by_policy = way != EH_WAY_OWNER && way != EH_WAY_AFFINITY && !eh_fairness_is_named(deal);
    struct gone gone = deal_last_gone(f, deal);
    doer_find(f, EH_DOER_UNKNOWN, eh_str(NULL)); /* doer 0 exists from now on */
    given_take(f, deal);
    if (way != EH_WAYS) {
        due_add(f, deal, way);
        way_add(f, deal, way, way_doer(f, deal, way, &gone));
    }
    if (by_policy && !deal->further && gone_is_just_before(&gone, deal->at_us))
        way_add(f, deal, EH_WAY_BEFORE, gone.doer);
}

void eh_fairness_undrawn_done(struct eh_fairness *f)
{
    for (uint32_t i = 0; i < f->rep_count; i++)
        free(f->reps[i].ways);
    for (uint32_t i = 0; i < f->doer_count; i++)
        eh_fairness_ways_done(f->doers[i].ways);
    free(f->doers);
    eh_table_done(&f->doer_numbers);
}
