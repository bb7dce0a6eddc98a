/*
 * affinity: the open and waiting tickets of each customer in a team, the newest first. They are
 * kept for teams whose desk asks for it.
 *
 * Ticket numbers order a list, so the list is the same after a restore. A search looks at
 * AFFINITY_LOOKS tickets at most. A customer with more unanswered tickets than that is dealt like
 * any other.
 *
 * Under `affinity: last` whoever closed the customer's last ticket (lasts.c) comes behind them.
 */
#include "affinity.h"

#include "lasts.h"
#include "member.h"
#include "skill_set.h"
#include "state.h"
#include "ticket.h"

#define AFFINITY_LOOKS 64

static struct eh_key customer_key(uint32_t team, struct eh_key customer)
{
    uint64_t parts[3] = {team, customer.high, customer.low};
    return eh_key_of_text(eh_str_n((const char *)parts, sizeof parts));
}

static uint32_t customer_newest(const struct eh_engine *e, struct eh_key key)
{
    uint64_t slot;
    return eh_table_get(&e->customers, key, &slot) ? (uint32_t)slot : NONE;
}

int eh_affinity_join(struct eh_engine *e, uint32_t slot)
{
    struct ticket *t = &e->tickets.slots[slot];
    if (!t->has_customer || t->in_affinity ||
        e->roster.teams[t->team].desk->affinity == EH_AFFINITY_OFF)
        return 0;
    struct eh_key key = customer_key(t->team, ticket_customer(t));
    uint32_t newer = NONE, older = customer_newest(e, key);
    while (older != NONE && e->tickets.slots[older].no > t->no) { /* a ticket that comes back */
        newer = older;
        older = e->tickets.slots[older].older;
    }
    if (newer == NONE) {
        int r = eh_table_put(&e->customers, key, slot);
        if (r < 0)
            return r;
    } else {
        e->tickets.slots[newer].older = slot;
    }
    if (older != NONE)
        e->tickets.slots[older].newer = slot;
    t->newer = newer;
    t->older = older;
    t->in_affinity = true;
    return 0;
}

void eh_affinity_leave(struct eh_engine *e, uint32_t slot)
{
    struct ticket *t = &e->tickets.slots[slot];
    if (!t->in_affinity)
        return;
    struct eh_key key = customer_key(t->team, ticket_customer(t));
    if (t->newer != NONE)
        e->tickets.slots[t->newer].older = t->older;
    else if (t->older != NONE)
        eh_require(eh_table_put(&e->customers, key, t->older) == 0); /* replaces */
    else
        eh_table_remove(&e->customers, key);
    if (t->older != NONE)
        e->tickets.slots[t->older].newer = t->newer;
    t->newer = t->older = NONE;
    t->in_affinity = false;
}

/* The position of the rep, if they could get the ticket; or NONE. */
static uint32_t position_able(const struct eh_engine *e, const struct ticket *t, uint32_t rep)
{
    const struct team *team = &e->roster.teams[t->team];
    uint32_t position = rep == NONE ? NONE : eh_member_position(e, t->team, rep);
    bool able = position != NONE && team->sets[t->set].tree[team->leaves + position].count;
    return able ? position : NONE;
}

/* The position of the rep who has an open ticket of this customer. */
static uint32_t open_find(const struct eh_engine *e, const struct ticket *t, int64_t now_us)
{
    int64_t for_s = e->roster.teams[t->team].desk->affinity_for_s;
    uint32_t at = customer_newest(e, customer_key(t->team, ticket_customer(t)));
    for (uint32_t looks = 0; at != NONE && looks < AFFINITY_LOOKS; looks++) {
        const struct ticket *other = &e->tickets.slots[at];
        if ((now_us - other->received_us) / SECOND_US >= for_s)
            return NONE;
        uint32_t position = position_able(e, t, other->rep);
        if (position != NONE)
            return position;
        at = other->older;
    }
    return NONE;
}

uint32_t eh_affinity_find(const struct eh_engine *e, const struct ticket *t, int64_t now_us,
                          const struct last **ret_last)
{
    *ret_last = NULL;
    if (!t->has_customer || e->roster.teams[t->team].desk->affinity == EH_AFFINITY_OFF)
        return NONE;
    uint32_t at = open_find(e, t, now_us);
    if (at != NONE)
        return at;
    const struct last *last = eh_last_find(e, t, now_us);
    at = last ? position_able(e, t, last->rep) : NONE;
    *ret_last = at == NONE ? NULL : last;
    return at;
}

int eh_affinity_rebuild(struct eh_engine *e)
{
    int r = 0;
    eh_table_done(&e->customers);
    e->customers = (struct eh_table){0};
    for (uint32_t i = 0; i < e->tickets.order_count; i++) {
        if (e->tickets.order[i].slot == NONE)
            continue;
        struct ticket *t = &e->tickets.slots[e->tickets.order[i].slot];
        t->newer = t->older = NONE;
        t->in_affinity = false;
    }
    for (uint32_t i = 0; r == 0 && i < e->tickets.order_count; i++)
        if (e->tickets.order[i].slot != NONE)
            r = eh_affinity_join(e, e->tickets.order[i].slot);
    return r;
}
