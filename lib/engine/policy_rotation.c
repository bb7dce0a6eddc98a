/*
 * policy_rotation: shuffled rounds: each ticket is drawn among the slots that are left in the
 * round.
 *
 * A round belongs to one team and required-skill set. It begins when no eligible rep has a slot
 * left. Each eligible rep then gets as many slots as whole tickets in what the rounds owe them
 * (turns.c) plus their share. If all shares are small, several shares begin at once, as many as it
 * takes until somebody has a slot. Slots wait for a rep who goes and returns within the round.
 * Nothing is lost between rounds either: a rep stays owed what they were entitled to while they
 * were there, and what they received beyond it is made up for. A whole ticket owed is a slot in any
 * round. So nobody gets fewer tickets by coming and going (bounds.h says how exact that is).
 *
 * A rep who is EH_ROTATION_LATE tickets behind comes before all slots, the latest first. If
 * everybody eligible is ahead, all of this is measured from a level that lies so many tickets
 * below.
 *
 * A ticket that only one rep can get is no part of a round, nor is one that comes with an owner,
 * from a manager or by affinity.
 */
#include "amount.h"
#include "detail.h"
#include "digest.h"
#include "eligible.h"
#include "policy.h"
#include "policy_rotation_earlier.h"
#include "skill_set.h"
#include "state.h"
#include "step.h"
#include "turns.h"

#define PER_TICKET (TICKET / EH_PPM) /* amount of a ticket that one ppm of share is */

/* One round that is to begin. */
struct round {
    struct eh_engine *e;
    struct team *team;
    struct skill_set *set;
    uint32_t team_no, set_no, avoid;
    __int128 shares; /* so many shares of each member begin at once */
};

static bool member_takes_part(const struct round *r, uint32_t position)
{
    return member_deals(&r->team->members[position]) >> r->set_no & 1;
}

static __int128 member_share(const struct round *r, uint32_t position)
{
    return (__int128)r->team->members[position].weight * PER_TICKET;
}

/* What the member is owed, above the level. */
static __int128 member_owed(const struct round *r, uint32_t position)
{
    return eh_turns_owed(r->team, r->set_no, position) + (__int128)r->set->turns.level * TICKET;
}

/* The level: so low that one of those who may get the ticket is not ahead of it. */
static uint32_t round_level(const struct round *r)
{
    bool any = false;
    __int128 most = 0;
    for (uint32_t i = 0; i < r->team->member_count; i++) {
        if (i == r->avoid || !member_takes_part(r, i))
            continue;
        __int128 of = eh_turns_owed(r->team, r->set_no, i);
        most = !any || of > most ? of : most;
        any = true;
    }
    return most < 0 ? (uint32_t)((-most + TICKET - 1) / TICKET) : 0;
}

/* A member who is more than a ticket ahead is not in line. */
static bool member_is_in_line(const struct round *r, uint32_t position)
{
    return member_takes_part(r, position) && member_owed(r, position) >= -TICKET;
}

/* How many shares must begin until one of those who may get the ticket has a slot. */
static __int128 round_shares(const struct round *r)
{
    __int128 least = NEVER_DUE;
    for (uint32_t i = 0; i < r->team->member_count; i++) {
        if (i == r->avoid || !member_is_in_line(r, i))
            continue;
        __int128 share = member_share(r, i), missing = TICKET - member_owed(r, i);
        __int128 shares = missing > share ? (missing + share - 1) / share : 1;
        least = shares < least ? shares : least;
    }
    return least;
}

static uint32_t member_slots(const struct round *r, uint32_t position)
{
    if (!member_is_in_line(r, position))
        return 0;
    __int128 sum = member_owed(r, position) + r->shares * member_share(r, position);
    return sum < TICKET ? 0 : (uint32_t)(sum / TICKET);
}

/* Sets everybody's slots; also of members who are not there, whose slots were of the round
 * before. */
static void round_set_slots(const struct round *r)
{
    for (uint32_t i = 0; i < r->team->member_count; i++) {
        struct slot *slot = &r->set->slots[i];
        uint32_t slots = member_slots(r, i);
        bool same = slot->slots == slots;
        slot->slots = slots;
        if (!same)
            eh_digest_slot(r->e, r->team_no, r->set_no, i);
        if (member_takes_part(r, i) && i != r->avoid)
            eh_eligible_slots(r->e, r->team_no, r->set_no, i);
    }
}

static void round_begin(struct eh_engine *e, uint32_t team_no, uint32_t set_no, uint32_t avoid)
{
    struct team *team = &e->roster.teams[team_no];
    struct round r = {.e = e,
                      .team = team,
                      .set = &team->sets[set_no],
                      .team_no = team_no,
                      .set_no = set_no,
                      .avoid = avoid};
    for (uint32_t i = 0; i < team->member_count; i++)
        if (member_takes_part(&r, i))
            eh_turns_take_up(e, team_no, set_no, i);
    r.set->turns.level = round_level(&r);
    r.shares = round_shares(&r);
    round_set_slots(&r);
}

/* Whether somebody came who is less far ahead than everybody was when the round began. */
static bool set_is_above_level(const struct team *team, uint32_t set_no)
{
    const struct skill_set *set = &team->sets[set_no];
    __int128 next = eh_turns_next(set, set->tree[1].weight);
    return set->turns.level > 0 && eh_turns_due_from(team, set, next, 0) != NONE;
}

/* Gives a slot to each member who is owed a whole ticket. */
static bool late_give_slots(struct eh_engine *e, uint32_t team_no, uint32_t set_no)
{
    const struct team *team = &e->roster.teams[team_no];
    const struct skill_set *set = &team->sets[set_no];
    __int128 next = eh_turns_next(set, set->tree[1].weight);
    bool given = false;
    for (uint32_t at = 0; (at = eh_turns_due_from(team, set, next, at)) != NONE; at++) {
        if (set->slots[at].slots > 0)
            continue;
        set->slots[at].slots = 1;
        eh_digest_slot(e, team_no, set_no, at);
        eh_eligible_slots(e, team_no, set_no, at);
        given = true;
    }
    return given;
}

static bool rotation_prepare(struct eh_engine *e, uint32_t team, uint32_t set, uint32_t avoid)
{
    const struct node *all = &e->roster.teams[team].sets[set].tree[1];
    if (e->rules < EH_RULES_TURNS)
        return eh_rotation_earlier_prepare(e, team, set, avoid);
    if (all->count < 2)
        return false;
    bool begins = all->slots == 0 || set_is_above_level(&e->roster.teams[team], set);
    if (begins)
        round_begin(e, team, set, avoid);
    return late_give_slots(e, team, set) || begins;
}

/* ---- who is late */

/* The members who are latest: all of them are equally late. */
struct late {
    uint32_t count; /* 0: nobody is late */
    __int128 most;
};

static __int128 choice_cumulative(const struct eh_choice *choice)
{
    return eh_turns_next(choice->set, choice->set->tree[1].weight);
}

static uint32_t late_next(const struct eh_choice *choice, uint32_t position)
{
    return eh_turns_due_from(choice->team, choice->set, choice_cumulative(choice), position);
}

/* What the member is owed, with the entitlement of this ticket. */
static __int128 member_owed_with(const struct eh_choice *choice, uint32_t position)
{
    uint32_t set = (uint32_t)(choice->set - choice->team->sets);
    uint32_t share = choice->team->members[position].weight;
    __int128 owed_now = eh_turns_owed(choice->team, set, position);
    return owed_now + (choice_cumulative(choice) - choice->set->turns.cumulative) * share;
}

static struct late late_find(const struct eh_choice *choice)
{
    struct late late = {.count = 0};
    if (choice->engine->rules < EH_RULES_TURNS)
        return late;
    for (uint32_t at = 0; (at = late_next(choice, at)) != NONE; at++) {
        __int128 of = member_owed_with(choice, at);
        if (late.count == 0 || of > late.most)
            late = (struct late){.most = of};
        late.count += of == late.most;
    }
    return late;
}

static uint32_t late_at(const struct eh_choice *choice, const struct late *late, uint64_t no)
{
    uint32_t at = late_next(choice, 0);
    while (member_owed_with(choice, at) != late->most || no-- > 0)
        at = late_next(choice, at + 1);
    return at;
}

/* ---- the policy */

static int late_choose(const struct eh_choice *choice, const struct late *late,
                       struct eh_draws *draws, uint32_t *ret_position)
{
    uint64_t at = 0;
    int r = eh_draw_below(draws, choice->query, late->count, &at);
    if (r < 0)
        return r;
    eh_bytes_put_u8(choice->detail, DETAIL_LATE);
    eh_bytes_put_u(choice->detail, late->count);
    *ret_position = late_at(choice, late, at);
    return 0;
}

static int rotation_choose(const struct eh_choice *choice, struct eh_draws *draws,
                           uint32_t *ret_position)
{
    struct late late = late_find(choice);
    if (late.count > 0)
        return late_choose(choice, &late, draws, ret_position);
    uint64_t slots = choice->set->tree[1].slots, at = 0;
    int r = eh_draw_below(draws, choice->query, slots, &at);
    if (r < 0)
        return r;
    eh_bytes_put_u8(choice->detail, DETAIL_ROUND);
    eh_bytes_put_u(choice->detail, slots);
    *ret_position = eh_eligible_at_slot(choice->team, choice->set, at);
    return 0;
}

static void slot_take(struct eh_engine *e, uint32_t team, uint32_t set, uint32_t position,
                      uint32_t slots, __int128 tickets)
{
    struct slot *slot = &e->roster.teams[team].sets[set].slots[position];
    eh_require(slot->slots >= slots);
    slot->slots -= slots;
    slot->offset -= tickets;
    eh_digest_slot(e, team, set, position);
    eh_eligible_slots(e, team, set, position);
}

/* A rep who is passed over is not entitled to the ticket that they gave back. */
static void rotation_took(struct eh_engine *e, uint32_t team_no, uint32_t set_no, uint32_t position,
                          uint32_t avoid, const struct decision *decision)
{
    const struct team *team = &e->roster.teams[team_no];
    const struct skill_set *set = &team->sets[set_no];
    if (e->rules < EH_RULES_TURNS)
        eh_rotation_earlier_took(e, team_no, set_no, position);
    if (e->rules < EH_RULES_TURNS || decision->eligible < 2)
        return;
    __int128 before = set->turns.cumulative;
    eh_turns_advance(e, team_no, set_no, decision->weight);
    slot_take(e, team_no, set_no, position, 1, TICKET);
    if (avoid != NONE)
        slot_take(e, team_no, set_no, avoid, 0,
                  (set->turns.cumulative - before) * team->members[avoid].weight);
}

/* If somebody is late, each of the latest counts as one slot, and nobody else has one. */
static void rotation_chances(const struct eh_choice *choice, const struct eh_chances *to)
{
    struct late late = late_find(choice);
    double all = late.count ? late.count : choice->set->tree[1].slots;
    for (uint32_t i = 0; i < to->count; i++) {
        bool is_late = late.count && member_owed_with(choice, to->positions[i]) == late.most;
        uint32_t slots = choice->set->slots[to->positions[i]].slots;
        to->items[i].slots = late.count ? is_late : slots;
        to->items[i].p = to->items[i].slots / all;
    }
}

EH_POLICY(rotation, .by_slots = true, .choose = rotation_choose, .chances = rotation_chances,
          .prepare = rotation_prepare, .took = rotation_took);
