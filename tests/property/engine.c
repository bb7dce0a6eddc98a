/*
 * engine: random histories of a random helpdesk. After every input what the engine keeps up to date
 * is compared with the same made anew, and nobody got what he could not get; a twin that is
 * snapshotted and restored all the time, and a replay of the log, do exactly the same.
 */
#include <criterion/criterion.h>

#include "../../lib/engine/eligible.h"
#include "../../lib/engine/interner.h"
#include "../../lib/engine/member.h"
#include "../../lib/engine/policy.h"
#include "../../lib/engine/queue.h"
#include "../../lib/engine/skill_set.h"
#include "../../lib/engine/state.h"
#include "../../lib/engine/ticket.h"
#include "../simulation/fake_log.h"
#include "../simulation/helpdesk.h"
#include "../unit/engine_kit.h"
#include "skill_model.h"

#define HISTORIES 6
#define INPUTS    3000

/* ---- the state, made anew without trees */

static bool naive_active(const struct member *m, int32_t date)
{
    bool active = false;
    for (uint32_t i = 0; i < m->range_count; i++)
        active |= date >= m->ranges[i].from && date <= m->ranges[i].until;
    return active;
}

static bool naive_skilled(const struct eh_desk_rep *rep, const struct skill_set *set)
{
    return skill_model_has_all(rep, eh_str_n(set->skills, set->skills_size));
}

static uint64_t naive_points(const struct eh_engine *e, uint32_t rep)
{
    uint64_t points = 0;
    for (uint32_t i = 0; i < e->tickets.order_count; i++)
        if (e->tickets.order[i].slot != NONE &&
            e->tickets.slots[e->tickets.order[i].slot].state == EH_TICKET_ASSIGNED &&
            e->tickets.slots[e->tickets.order[i].slot].rep == rep)
            points += e->tickets.slots[e->tickets.order[i].slot].points;
    return points;
}

static bool naive_eligible(const struct eh_engine *e, const struct team *team,
                           const struct member *m)
{
    const struct rep *rep = &e->roster.reps[m->rep];
    unsigned __int128 used = (unsigned __int128)naive_points(e, m->rep) * EH_PPM;
    unsigned __int128 most = (unsigned __int128)team->desk->capacity * rep->share_ppm;
    return naive_active(m, e->date) && rep->status == EH_STATUS_AVAILABLE &&
           (team->desk->capacity == 0 || used < most);
}

static bool less_loaded(const struct rep *a, const struct rep *b)
{
    return (unsigned __int128)a->points * b->share_ppm <
           (unsigned __int128)b->points * a->share_ppm;
}

static bool naive_takes_part(const struct eh_engine *e, const struct team *team, uint32_t set,
                             uint32_t position)
{
    const struct member *m = &team->members[position];
    return naive_skilled(&e->desk->desk->reps[e->roster.reps[m->rep].desk_index],
                         &team->sets[set]) &&
           naive_eligible(e, team, m);
}

/* Who has not the skills has no slot; the walk finds the slots of those who can get a ticket. */
static void check_slots(const struct eh_engine *e, const struct team *team, uint32_t set_no)
{
    const struct skill_set *set = &team->sets[set_no];
    cr_assert_eq(set->slots != NULL, team->policy->by_slots);
    uint32_t slots = 0;
    for (uint32_t i = 0; set->slots && i < team->member_count; i++) {
        const struct member *m = &team->members[i];
        cr_assert_eq(set->slots[i].credit, 0);
        if (!naive_skilled(&e->desk->desk->reps[e->roster.reps[m->rep].desk_index], set))
            cr_assert(eh_slot_is_empty(&set->slots[i]));
        if (!naive_takes_part(e, team, set_no, i) || set->slots[i].slots == 0)
            continue;
        cr_assert_eq(eh_eligible_at_slot(team, set, slots), i);
        slots += set->slots[i].slots;
    }
    cr_assert_eq(set->tree[1].slots, slots);
}

/* The first clock at which what the rounds owe somebody comes to the next threshold. */
static void check_dues(const struct eh_engine *e, const struct team *team, uint32_t set_no)
{
    const struct skill_set *set = &team->sets[set_no];
    for (uint32_t i = 0; set->slots && i < team->member_count; i++) {
        __int128 due = set->dues[team->leaves + i];
        if (!naive_takes_part(e, team, set_no, i)) {
            cr_assert(due == NEVER_DUE);
            continue;
        }
        __int128 share = e->roster.reps[team->members[i].rep].share_ppm;
        __int128 owed = eh_turns_owed(team, set_no, i) + set->turns.level * (__int128)TICKET;
        __int128 threshold = TICKET * (__int128)(set->slots[i].slots ? EH_ROTATION_LATE : 1);
        cr_assert(owed + (due - set->turns.cumulative) * share >= threshold);
        cr_assert(owed + (due - 1 - set->turns.cumulative) * share < threshold);
        cr_assert_eq(eh_turns_due_from(team, set, due, i), i);
        cr_assert_neq(eh_turns_due_from(team, set, due - 1, i), i);
    }
}

/* What rounds owe somebody they owe at the cost of others; less what a division left over of sets
 * that are gone. */
static void check_turns(const struct eh_engine *e, uint32_t team_no)
{
    const struct team *team = &e->roster.teams[team_no];
    __int128 sum = 0;
    for (uint32_t i = 0; i < e->accounts.count; i++)
        sum += e->accounts.items[i].team == team_no ? e->accounts.items[i].turns : 0;
    for (uint32_t set = 0; set < team->set_count; set++) {
        sum += team->sets[set].slots ? team->sets[set].turns.carry : 0;
        for (uint32_t i = 0; team->sets[set].slots && i < team->member_count; i++)
            sum += eh_turns_owed(team, set, i);
    }
    cr_assert(sum <= 0 && sum > -TICKET / 1000000, "%g", (double)sum / 1e15);
}

/* A customer's tickets in a team, one behind the other, every one once. */
static void check_customers(const struct eh_engine *e)
{
    uint32_t newest = 0;
    for (uint32_t i = 0; i < e->tickets.order_count; i++) {
        if (e->tickets.order[i].slot == NONE)
            continue;
        const struct ticket *t = &e->tickets.slots[e->tickets.order[i].slot];
        cr_assert_eq(t->in_affinity, t->has_customer && e->roster.teams[t->team].desk->affinity);
        newest += t->in_affinity && t->newer == NONE;
        if (t->older == NONE)
            continue;
        const struct ticket *older = &e->tickets.slots[t->older];
        cr_assert(older->in_affinity && older->newer == e->tickets.order[i].slot &&
                  older->no < t->no);
        cr_assert_eq(older->team, t->team);
        cr_assert(eh_key_equal(ticket_customer(older), ticket_customer(t)));
    }
    cr_assert_eq(e->customers.used, newest);
}

static void check_set(const struct eh_engine *e, const struct team *team, uint32_t set_no)
{
    const struct skill_set *set = &team->sets[set_no];
    const struct node *all = &set->tree[1];
    uint64_t weight = 0;
    uint32_t count = 0, ties = 0, available = 0;
    const struct rep *best = NULL;
    for (uint32_t i = 0; i < team->member_count; i++) {
        const struct member *m = &team->members[i];
        const struct rep *rep = &e->roster.reps[m->rep];
        if (!naive_skilled(&e->desk->desk->reps[rep->desk_index], set))
            continue;
        available += naive_active(m, e->date) && rep->status == EH_STATUS_AVAILABLE;
        if (!naive_eligible(e, team, m))
            continue;
        cr_assert_eq(eh_eligible_at_weight(team, set, weight), i);
        cr_assert_eq(eh_eligible_at_weight(team, set, weight + rep->share_ppm - 1), i);
        weight += rep->share_ppm;
        count++;
        bool less = !best || less_loaded(rep, best);
        ties = less ? 1 : ties + !less_loaded(best, rep);
        best = less ? rep : best;
    }
    cr_assert_eq(all->weight, weight);
    cr_assert_eq(all->count, count);
    cr_assert_eq(set->available, available);
    check_slots(e, team, set_no);
    check_dues(e, team, set_no);
    if (!team->policy->by_load || count == 0)
        return;
    cr_assert_eq(all->ties, ties);
    uint32_t last = NONE;
    for (uint32_t tie = 0; tie < ties; tie++) {
        uint32_t at = eh_eligible_at_tie(e, team, set, tie);
        cr_assert(last == NONE || at > last);
        cr_assert(!less_loaded(best, &e->roster.reps[team->members[at].rep]));
        last = at;
    }
}

static void check_queue(const struct eh_engine *e, uint32_t team_no, uint32_t set_no)
{
    const struct skill_set *set = &e->roster.teams[team_no].sets[set_no];
    for (uint32_t i = 0; i < set->queue_count; i++) {
        const struct ticket *t = &e->tickets.slots[set->queue[i]];
        cr_assert_eq(t->queue_at, i);
        cr_assert_eq(t->state, EH_TICKET_WAITING);
        cr_assert(t->team == team_no && t->set == set_no);
        cr_assert(eh_str_equal(ticket_skills(t), eh_str_n(set->skills, set->skills_size)));
        cr_assert(i == 0 || !eh_ticket_before(e, t, &e->tickets.slots[set->queue[(i - 1) / 2]]));
    }
    bool ready = set->queue_count && set->tree[1].count;
    cr_assert_eq(ready, e->roster.teams[team_no].ready >> set_no & 1);
}

/* The bits of the desk say which teams have something to deal, and none is left out on the way
 * round. */
static void check_ready(const struct eh_engine *e)
{
    uint32_t count = 0;
    for (uint32_t t = 0; t < e->roster.team_ids.count; t++) {
        const struct team *team = &e->roster.teams[t];
        count += team->ready != 0;
        if (team->ready)
            cr_assert_eq(eh_ready_team(e, team->desk_index), t);
    }
    cr_assert_eq(e->ready.count, count);
    cr_assert_eq(eh_ready_team(e, 0) == NONE, count == 0);
}

static void check_counts(const struct eh_engine *e)
{
    uint64_t waiting = 0, open = 0, queued = 0, held = 0, uses = 0, outside = 0;
    for (uint32_t i = 0; i < e->tickets.order_count; i++) {
        cr_assert(i == 0 || e->tickets.order[i].no > e->tickets.order[i - 1].no);
        if (e->tickets.order[i].slot == NONE)
            continue;
        const struct ticket *t = &e->tickets.slots[e->tickets.order[i].slot];
        waiting += t->state == EH_TICKET_WAITING;
        open += t->state == EH_TICKET_ASSIGNED || t->state == EH_TICKET_HELD;
        outside += t->state == EH_TICKET_HELD;
        cr_assert_neq(t->state, EH_TICKET_CLOSED);
        cr_assert_eq(eh_ticket_find(e, eh_ticket_identity(ticket_source(t), ticket_id(t))),
                     e->tickets.order[i].slot);
    }
    cr_assert_eq(e->tickets.index.used, waiting + open);
    cr_assert_eq(e->tickets.waiting, waiting);
    cr_assert_eq(e->tickets.open, open);
    cr_assert_eq(e->tickets.held, outside);
    for (uint32_t i = 0; i < e->roster.kind_ids.count; i++)
        held += e->roster.kinds[i].held;
    cr_assert_eq(held, waiting + open);
    for (uint32_t i = 0; i < e->roster.rep_ids.count; i++) {
        cr_assert_eq(e->roster.reps[i].points, naive_points(e, i));
        open -= e->roster.reps[i].open.count;
        cr_assert_eq(e->roster.reps[i].expiry_at == NONE,
                     e->roster.reps[i].until_us == EH_TIME_NEVER);
    }
    cr_assert_eq(open, outside, "what is held is in no list of a rep");
    for (uint32_t t = 0; t < e->roster.team_ids.count; t++)
        for (uint32_t s = 0; s < e->roster.teams[t].set_count; s++) {
            queued += e->roster.teams[t].sets[s].queue_count;
            uses += e->roster.teams[t].sets[s].uses;
        }
    cr_assert_eq(queued, waiting);
    cr_assert_eq(uses, e->tickets.waiting + e->tickets.open);
}

static void check_state(const struct eh_engine *e)
{
    check_counts(e);
    check_customers(e);
    check_ready(e);
    cr_assert(eh_ledger_check(e));
    for (uint32_t t = 0; t < e->roster.team_ids.count; t++)
        for (uint32_t s = 0; e->roster.teams[t].desk && s < e->roster.teams[t].set_count; s++)
            if (e->roster.teams[t].sets[s].skills) {
                check_set(e, &e->roster.teams[t], s);
                check_queue(e, t, s);
            }
    for (uint32_t t = 0; t < e->roster.team_ids.count; t++)
        check_turns(e, t);
    cr_assert(eh_key_equal(eh_engine_digest(e), eh_engine_digest_anew(e)));
}

/* ---- what was decided, from outside */

static uint32_t points_of(const struct kit *k, const struct eh_effect *f)
{
    struct eh_ticket_view view;
    if (eh_engine_ticket(k->e, f->source, f->id, &view))
        return view.points;
    cr_assert_eq(eh_ticket_image_view(k->fx.image, &view, NULL), 0);
    return view.points;
}

/* Whoever was dealt a ticket was in the team, available, skilled and below capacity just then: from
 * the points he has after the step, back through its effects. */
static void check_dealt(const struct kit *k)
{
    uint64_t points[HELPDESK_REPS];
    bool unsure[HELPDESK_REPS] = {false};
    for (unsigned i = 0; i < HELPDESK_REPS; i++) {
        char id[8];
        snprintf(id, sizeof id, "r%u", i);
        points[i] = kit_rep(k, id).points;
    }
    for (uint32_t i = k->fx.count; i-- > k->fx.first;) {
        const struct eh_effect *f = &k->fx.items[i];
        if (f->was.size)
            unsure[f->was.data[1] - '0'] = true;
        bool of_ticket = f->type <= EH_NOTICE_MOVED && f->type != EH_NOTICE_REFUSED;
        if (!f->rep.size || !of_ticket)
            continue;
        unsigned rep = (unsigned)(f->rep.data[1] - '0');
        uint32_t cost = points_of(k, f);
        if (f->type == EH_NOTICE_CLOSED)
            points[rep] += cost;
        else
            points[rep] -= cost;
        if (f->type != EH_NOTICE_ASSIGNED || f->eligible == 0)
            continue;
        struct eh_rep_view view;
        cr_assert(eh_engine_rep(k->e, f->rep, &view));
        cr_assert_eq(view.state, EH_STATUS_AVAILABLE);
        uint32_t team = eh_interner_find(&k->e->roster.team_ids, f->team);
        cr_assert_neq(eh_member_active(k->e, team, eh_interner_find(&k->e->roster.rep_ids, f->rep)),
                      NONE);
        uint64_t most = (uint64_t)k->e->roster.teams[team].desk->capacity * view.share_ppm;
        cr_assert(unsure[rep] || most == 0 || points[rep] * EH_PPM < most);
        cr_assert_leq(f->weight, f->eligible * (uint64_t)EH_PPM);
        cr_assert(f->eligible > 1 || f->draw_count == 0);
    }
}

/* ---- histories */

struct history {
    struct kit k;
    struct log log;
    struct helpdesk h;
    struct eh_engine *twin;
};

static struct eh_engine *reborn(struct eh_engine *e)
{
    struct eh_engine *again = kit_restored(e);
    eh_engine_free(e);
    return again;
}

static void step_twin(struct history *y, struct eh_str entry)
{
    struct kit *k = &y->k;
    struct eh_effects fx = {.arena = &k->arena};
    struct eh_input in = k->in;
    cr_assert_eq(eh_engine_step(y->twin, &in, &fx), 0);
    log_append(&y->log, &k->in, &k->fx, entry, eh_engine_digest(k->e));
    cr_assert(log_same_effects(&y->log.rows[y->log.count - 1], &fx));
    cr_assert(eh_key_equal(eh_engine_digest(k->e), eh_engine_digest(y->twin)));
    cr_assert_eq(eh_engine_due_us(k->e), eh_engine_due_us(y->twin));
}

/* Like kit_step, but with what the log recalls. */
static void step(struct history *y, struct eh_message m, int origin, struct eh_str entry)
{
    struct kit *k = &y->k;
    struct eh_totals totals;
    eh_engine_totals(k->e, &totals);
    if (helpdesk_chance(&y->h, 50)) {
        m.most = EH_MOST_MIN + helpdesk_below(&y->h, 4);
        m.has |= EH_FIELD_BIT(EH_FIELD_MOST);
    }
    k->in = (struct eh_input){.no = totals.input + 1,
                              .at_us = k->now_us,
                              .date = k->date,
                              .origin = (uint8_t)origin,
                              .message = m,
                              .draws = &k->draws};
    if (origin == EH_ORIGIN_STREAM) {
        k->in.stream_ms = (uint64_t)k->now_us / 1000;
        k->in.stream_no = ++k->stream;
    }
    eh_input_identify(&k->in);
    eh_input_name(k->e, &k->in);
    log_recall(&y->log, &k->in);
    if (eh_engine_is_repeat(k->e, &k->in))
        return;
    if (eh_engine_retold(k->e, &k->in) == EH_RETOLD_UPDATE)
        eh_input_retell(k->e, &k->in);
    k->fx.count = 0;
    int r = eh_engine_step(k->e, &k->in, &k->fx);
    cr_assert_eq(r, 0, "input %llu: %s", (unsigned long long)k->in.no, eh_code_name(r));
    check_dealt(k);
    step_twin(y, entry);
}

static void happen(struct history *y)
{
    static char text[8192];
    struct kit *k = &y->k;
    struct eh_error error = {0};
    struct eh_message m = {0};
    int type = helpdesk_next(&y->h, text, sizeof text);
    struct eh_str entry = eh_arena_str(&k->arena, eh_str(text));
    if (type == EH_MESSAGE_DAY) {
        k->date += helpdesk_chance(&y->h, 10) ? -1 : 1;
        step(y, (struct eh_message){.type = EH_MESSAGE_DAY}, EH_ORIGIN_SHELL, entry);
    } else if (type == EH_MESSAGE_DESK) {
        m = (struct eh_message){.type = EH_MESSAGE_DESK, .has = EH_FIELD_BIT(EH_FIELD_TEXT)};
        m.text = entry;
        step(y, m, EH_ORIGIN_SHELL, entry);
    } else if (helpdesk_is_command(type)) {
        m.type = (uint8_t)type;
        cr_assert_eq(eh_message_from_json_body(entry, &k->arena, &m, &error), 0, "%s", error.text);
        helpdesk_prepare(k->e, &m, &k->arena);
        step(y, m, EH_ORIGIN_ADMIN, entry);
    } else {
        cr_assert_eq(eh_message_from_json(entry, &k->arena, &m, &error), 0, "%s", error.text);
        step(y, m, EH_ORIGIN_STREAM, entry);
    }
}

static void live(struct history *y)
{
    const struct eh_message clocks = {
        .type = EH_MESSAGE_DUE, .has = EH_FIELD_BIT(EH_FIELD_CLOCKS), .clocks = 1};
    struct kit *k = &y->k;
    for (int i = 0; i < INPUTS; i++) {
        if (i % 64 == 0) {
            k->fx = (struct eh_effects){.arena = &k->arena};
            eh_arena_reset(&k->arena);
        }
        k->now_us += (int64_t)seed_below(&y->h.seed, 10000000);
        while (eh_engine_due_us(k->e) <= k->now_us)
            step(y, (struct eh_message){.type = EH_MESSAGE_DUE}, EH_ORIGIN_SHELL, eh_str(""));
        while (eh_engine_clocks_due_us(k->e) <= k->now_us)
            step(y, clocks, EH_ORIGIN_SHELL, eh_str(""));
        happen(y);
        if (i % 10 == 0)
            check_state(k->e);
        if (helpdesk_chance(&y->h, 2)) {
            y->twin = reborn(y->twin);
            check_state(y->twin);
        }
    }
}

static void replay(struct history *y)
{
    struct eh_engine *fresh;
    cr_assert_eq(eh_engine_new(EH_RULES_LAST, &fresh, NULL), 0);
    size_t end = log_replay(&y->log, fresh, 0);
    cr_assert_eq(end, y->log.count, "input %zu is decided otherwise again", end + 1);
    check_state(fresh);
    eh_engine_free(fresh);
}

/* Versions that bonus periods came to, and whether one came after its first. */
static uint32_t count_versions(const struct eh_engine *e, uint32_t *later)
{
    struct eh_period_view view;
    uint32_t count = 0;
    for (int32_t after = EH_DATE_ALWAYS; eh_engine_period_after(e, eh_str("t0"), after, &view);
         after = eh_period_first(view.period)) {
        count += view.last.version;
        *later += view.last.version > 1;
    }
    return count;
}

Test(engine, histories, .timeout = 1800)
{
    struct seed seed = seed_start();
    uint32_t versions = 0, later = 0;
    for (int i = 0; i < HISTORIES; i++) {
        struct history y = {.h.seed.state = seed_next(&seed)};
        struct kit *k = &y.k;
        char text[8192];
        kit_open(k, EH_RULES_LAST);
        cr_assert_eq(eh_engine_new(EH_RULES_LAST, &y.twin, NULL), 0);
        step(&y, (struct eh_message){.type = EH_MESSAGE_DAY}, EH_ORIGIN_SHELL, eh_str(""));
        helpdesk_desk(&y.h, text, sizeof text);
        struct eh_message m = {.type = EH_MESSAGE_DESK, .has = EH_FIELD_BIT(EH_FIELD_TEXT)};
        m.text = eh_str(text);
        step(&y, m, EH_ORIGIN_SHELL, eh_str(text));
        cr_assert_not(k->fx.refused, "%s", kit_refused(k));
        live(&y);
        replay(&y);
        versions += count_versions(k->e, &later);
        eh_engine_free(y.twin);
        log_done(&y.log);
        kit_done(k);
    }
    printf("# %u versions of bonus periods, %u periods came to more than one\n", versions, later);
    cr_assert_gt(versions, 0);
}
