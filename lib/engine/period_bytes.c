/*
 * period_bytes: bonus periods and their facts as canonical bytes, and back. They stand in
 * snapshots, and in a DESK input whose plan comes later than the periods it governs.
 */
#include "period_bytes.h"

#include "canonical.h"
#include "digest.h"
#include "encode.h"
#include "facts.h"
#include "interner.h"
#include "owned_text.h"
#include "period_list.h"
#include "state.h"
#include "stored.h"

#include <evenhand/draw/hash.h>

static void facts_put(const struct eh_engine *e, uint32_t head, struct eh_bytes *out)
{
    uint32_t count = 0;
    for (uint32_t at = head; at != NONE; at = e->facts.slots[at].next)
        count++;
    eh_bytes_put_u(out, count);
    for (uint32_t at = head; at != NONE; at = e->facts.slots[at].next)
        eh_encode_fact(e, &e->facts.slots[at], out);
}

static void period_put(const struct eh_engine *e, const struct period *p, struct eh_bytes *out)
{
    eh_encode_period(e, p, out);
    eh_bytes_put_str(out, eh_str_n(p->frozen, p->frozen_size));
    eh_bytes_put_str(out, eh_str_n(p->statement, p->statement_size));
    facts_put(e, p->facts, out);
    facts_put(e, p->imports, out);
}

/* The team's first period; of the shadow, only teams without a plan yet, whose first plan may bring
 * it. */
static uint32_t team_first_period(const struct eh_engine *e, uint32_t team, bool shadow)
{
    if (!shadow)
        return e->roster.teams[team].periods;
    return e->roster.teams[team].purse.used ? NONE : e->roster.teams[team].shadow_periods;
}

void eh_periods_put(const struct eh_engine *e, bool shadow, struct eh_bytes *out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        for (uint32_t at = team_first_period(e, i, shadow); at != NONE;
             at = e->periods.slots[at].older)
            count++;
    eh_bytes_put_u(out, count);
    for (uint32_t i = 0; i < e->roster.team_ids.count; i++)
        for (uint32_t at = team_first_period(e, i, shadow); at != NONE;
             at = e->periods.slots[at].older)
            period_put(e, &e->periods.slots[at], out);
}

/* ---- in again */

static void fact_read_numbers(struct eh_reader *in, struct fact *fact)
{
    uint8_t flags = eh_read_u8(in);
    int64_t *const numbers[] = {&fact->closed,   &fact->won,   &fact->lost, &fact->paid,
                                &fact->contract, &fact->count, &fact->last};
    fact->has_paid = flags & FACT_PAID;
    fact->has_contract = flags & FACT_CONTRACT;
    fact->excluded = flags & FACT_EXCLUDED;
    in->failed |= flags > FACT_FLAGS;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        *numbers[i] = eh_read_i(in);
    fact->sum = eh_read_wide(in);
}

static int fact_read(struct eh_engine *e, struct eh_reader *in, uint32_t period)
{
    struct fact read = {.type = eh_read_u8(in), .rep = NONE, .kind = NONE};
    struct eh_str rep = eh_read_str(in), kind = eh_read_str(in), name = eh_read_str(in);
    fact_read_numbers(in, &read);
    if (in->failed || read.type < EH_FACT_KIND || read.type > EH_FACT_IMPORT)
        return -EH_ECORRUPT;
    uint32_t slot;
    int r = rep.size ? eh_intern_rep(e, rep, &read.rep) : 0;
    if (r == 0 && kind.size)
        r = eh_intern_kind(e, kind, &read.kind);
    if (r == 0)
        r = read.type == EH_FACT_IMPORT
                ? eh_import_get(e, period, name, &slot)
                : eh_fact_get(e, period, read.type, read.rep, read.kind, &slot);
    if (r < 0)
        return r;
    struct fact *fact = &e->facts.slots[slot];
    read.next = fact->next;
    read.name = fact->name;
    read.name_size = fact->name_size;
    *fact = read;
    if (read.type == EH_FACT_REP) /* who set the rep aside, and why */
        r = eh_owned_text_set(&fact->name, &fact->name_size, name);
    eh_digest_fact(e, period, slot);
    return r;
}

static int facts_read(struct eh_engine *e, struct eh_reader *in, uint32_t period)
{
    uint64_t count = eh_read_u(in);
    if (count > EH_FACTS_MAX)
        return -EH_ECORRUPT;
    int r = 0;
    for (uint64_t i = 0; r == 0 && i < count; i++)
        r = fact_read(e, in, period);
    return r;
}

/* A new fact goes to the front of its list: facts read in order stand in reverse. */
static void facts_reverse(struct eh_engine *e, uint32_t *head)
{
    uint32_t at = *head;
    *head = NONE;
    while (at != NONE) {
        uint32_t next = e->facts.slots[at].next;
        e->facts.slots[at].next = *head;
        *head = at;
        at = next;
    }
}

static void period_read_numbers(const struct eh_engine *e, struct eh_reader *in, struct period *p)
{
    p->state = eh_read_u8(in);
    p->late = eh_read_u(in);
    p->last_version = eh_read_u32(in);
    p->paid_version = eh_read_u32(in);
    p->gross = eh_read_i(in);
    p->carry = eh_read_i(in);
    p->net = eh_read_i(in);
    p->carry_open = eh_read_i(in);
    eh_read_bytes(in, 32); /* hashes of the texts below, which are made anew */
    p->revenue = eh_read_wide(in);
    p->response_ms = eh_read_wide(in);
    p->cycle_ms = eh_read_wide(in);
    p->ratings = eh_read_i(in);
    p->rating_sum = eh_read_i(in);
    p->reopened = eh_read_i(in);
    p->responses = eh_read_i(in);
    p->cycles = eh_read_i(in);
    if (e->rules < EH_RULES_TICKETS)
        return;
    p->firsts = eh_read_i(in);
    p->cancelled = eh_read_i(in);
    if (e->rules < EH_RULES_ANSWERS)
        return;
    p->answer_ms = eh_read_wide(in);
    p->answers = eh_read_i(in);
    p->answers_timed = eh_read_i(in);
    p->answers_in_time = eh_read_i(in);
}

static int text_read(struct eh_reader *in, char **text, uint32_t *size, struct eh_key *key)
{
    struct eh_str from = eh_read_str(in);
    if (from.size)
        *key = eh_hash_state(from.data, from.size);
    return eh_owned_text_set(text, size, from);
}

static int period_read(struct eh_engine *e, struct eh_reader *in)
{
    uint32_t team = eh_interner_find(&e->roster.team_ids, eh_read_str(in)), slot;
    struct eh_period period = {.kind = eh_read_u8(in)};
    period.number = eh_read_i32(in);
    if (in->failed || team == NONE || !e->desk || period.kind > EH_PERIOD_QUARTER ||
        period.number > EH_PERIOD_NUMBER_MAX || period.number < -EH_PERIOD_NUMBER_MAX)
        return -EH_ECORRUPT;
    int32_t first = eh_period_first(period);
    const struct eh_bonus_plan *plan =
        eh_desk_plan(e->desk->desk, e->roster.team_ids.items[team], first);
    if (!plan || plan->from.kind != period.kind ||
        eh_period_find(e, e->roster.teams[team].periods, first) != NONE)
        return -EH_ECORRUPT;
    int r = eh_period_add(e, team, period, plan, false, &slot);
    if (r < 0)
        return r;
    struct period *p = &e->periods.slots[slot];
    period_read_numbers(e, in, p);
    r = text_read(in, &p->frozen, &p->frozen_size, &p->frozen_key);
    if (r == 0)
        r = text_read(in, &p->statement, &p->statement_size, &p->statement_key);
    if (r < 0 || in->failed || p->state < EH_PERIOD_OPEN || p->state > EH_PERIOD_CLOSED)
        return r < 0 ? r : -EH_ECORRUPT;
    eh_digest_period(e, slot);
    r = facts_read(e, in, slot);
    if (r == 0)
        r = facts_read(e, in, slot);
    facts_reverse(e, &e->periods.slots[slot].facts);
    facts_reverse(e, &e->periods.slots[slot].imports);
    return r;
}

int eh_periods_read(struct eh_engine *e, struct eh_reader *in)
{
    uint64_t count = eh_read_u(in);
    if (count > EH_FACTS_MAX)
        return -EH_ECORRUPT;
    int r = 0;
    for (uint64_t i = 0; r == 0 && i < count; i++)
        r = period_read(e, in);
    return r;
}
