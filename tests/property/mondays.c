/*
 * mondays: a rep who is absent on paper every Monday, against a colleague of the same share who
 * works. Nothing is entitled to them on a Monday and nothing is owed for it; for every hour in
 * which both are at work both are entitled to the same, in number and in value; what they receive
 * in these hours stays as near to each other as that of colleagues who never miss a day. The same
 * of a rep who pauses most of what they have. Whoever lets every ticket lapse keeps each receipt
 * and is entitled to no more than the colleague. The ledger sums to nothing after every step.
 */
#include <evenhand/engine/record.h>

#include "seeded_engine.h"

#define ROUNDS   60
#define WEEKS    8
#define MINUTES  37 /* on average between two tickets */
#define HOUR_US  INT64_C(3600000000)
#define DAY_US   (24 * HOUR_US)
#define MONDAY   3  /* days from SEEDED_DAY, a Friday, to the first */
#define NANO_OFF 2  /* two readings, each rounded */
#define GAP_MAX  16 /* tickets between equals under `balanced`, however many come */

TestSuite(mondays, .timeout = 1800);

static const char *const policies[] = {"random", "balanced", "rotation", "least_loaded"};

/* What ana and ben have in the ledger. */
struct reading {
    int64_t entitled_nano[2], entitled_value[2], received[2], received_value[2];
};

struct life {
    struct seeded s;
    struct seed seed;
    uint64_t tickets, closed, on_mondays, to_ana;
};

static void hours_hand_over(struct life *l)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    for (int day = MONDAY; day < MONDAY + 7 * WEEKS; day++) {
        int64_t from_us = SEEDED_START_US + day * DAY_US + 8 * HOUR_US;
        const struct eh_interval shift = {from_us, from_us + 8 * HOUR_US};
        if ((day - MONDAY) % 7 < 5)
            eh_schedule_put_intervals(&text, 1, &shift, 1);
    }
    eh_schedule_put_team(&text, eh_str("t"), 1);
    seeded_step(&l->s, (struct eh_message){.type = EH_MESSAGE_SCHEDULE,
                                           .has = EH_FIELD_BIT(EH_FIELD_TEXT),
                                           .text = eh_str_n((const char *)text.data, text.size)});
}

static void mondays_tell(struct life *l)
{
    for (int day = MONDAY; day < MONDAY + 7 * WEEKS; day += 7) {
        int64_t from_ms = (SEEDED_START_US + day * DAY_US) / 1000;
        seeded_step(&l->s, (struct eh_message){.type = EH_MESSAGE_ABSENCE,
                                               .rep = eh_str("ana"),
                                               .from_ms = from_ms,
                                               .until_ms = from_ms + DAY_US / 1000,
                                               .has = EH_FIELD_BIT(EH_FIELD_REP) |
                                                      EH_FIELD_BIT(EH_FIELD_FROM) |
                                                      EH_FIELD_BIT(EH_FIELD_UNTIL)});
    }
}

static void life_start(struct life *l, struct seed *seed, const char *policy, const char *keys)
{
    char yaml[640];
    *l = (struct life){.seed = {seed_next(seed)}};
    eh_format(yaml, sizeof yaml,
              "desk: main\ncurrency: EUR\ntime_zone: UTC\nkinds: {order: {points: 1}}\n"
              "reps: [{id: ana}, {id: ben}, {id: cai, share: 50%%}, {id: dov}]\n"
              "calendars: [{id: c, hours: {mon-fri: \"08:00-16:00\"}}]\n"
              "teams: [{id: t, reps: [ana, ben, cai, dov], policy: %s, hours: c, capacity: 0,"
              " overloaded: {at_least: 1s, at_most: 8h}%s}]\n",
              policy, keys);
    seeded_start(&l->s, seed_next(&l->seed));
    seeded_desk(&l->s, yaml);
    hours_hand_over(l);
    mondays_tell(l);
}

static void read_both(const struct life *l, struct reading *ret)
{
    static const char *const reps[2] = {"ana", "ben"};
    struct eh_member_view view;
    for (int i = 0; i < 2; i++) {
        cr_assert(eh_engine_member_of(l->s.e, eh_str("t"), eh_str(reps[i]), &view));
        ret->entitled_nano[i] = view.entitled_nano;
        ret->entitled_value[i] = view.entitled_value;
        ret->received[i] = (int64_t)view.received;
        ret->received_value[i] = view.received_value;
    }
}

/* Takes what an input gave: who is absent got nothing. */
static void effects_check(struct life *l, bool monday)
{
    for (uint32_t i = 0; i < l->s.fx.count; i++) {
        const struct eh_effect *fx = &l->s.fx.items[i];
        bool dealt = fx->type == EH_NOTICE_ASSIGNED;
        cr_assert(!dealt || !monday || !eh_str_equal(fx->rep, eh_str("ana")));
        l->on_mondays += dealt && monday;
        l->to_ana += dealt && eh_str_equal(fx->rep, eh_str("ana"));
    }
    cr_assert(eh_ledger_check(l->s.e));
}

static void due_take(struct life *l, bool monday)
{
    while (eh_engine_due_us(l->s.e) <= l->s.now_us) {
        seeded_step(&l->s, (struct eh_message){.type = EH_MESSAGE_DUE});
        effects_check(l, monday);
    }
}

/* A ticket, a closing, or somebody else who is away or back: all that may come on a day. */
static void something_comes(struct life *l, bool monday)
{
    static const char *const others[] = {"cai", "dov"};
    uint64_t what = seed_below(&l->seed, 10);
    if (what == 0)
        seeded_signal(&l->s, others[seed_below(&l->seed, 2)],
                      seed_below(&l->seed, 2) ? EH_STATUS_AWAY : EH_STATUS_AVAILABLE);
    else
        seeded_ticket(&l->s, ++l->tickets, seeded_value(&l->seed), NULL);
    effects_check(l, monday);
}

static void day_live(struct life *l, int day)
{
    bool monday = (day - MONDAY) % 7 == 0;
    int64_t begin_us = SEEDED_START_US + day * DAY_US;
    l->s.now_us = begin_us;
    l->s.date = SEEDED_DAY + day;
    seeded_step(&l->s, (struct eh_message){.type = EH_MESSAGE_DAY});
    effects_check(l, monday);
    due_take(l, monday);
    while (l->s.now_us < begin_us + 20 * HOUR_US) {
        l->s.now_us += (int64_t)(1 + seed_below(&l->seed, 2 * MINUTES)) * HOUR_US / 60;
        due_take(l, monday);
        something_comes(l, monday);
    }
    due_take(l, monday);
}

static void expect_near(int64_t a, int64_t b, int64_t most, const char *what, const char *policy)
{
    cr_assert(llabs(a - b) <= most, "%s: %s %lld and %lld", policy, what, (long long)a,
              (long long)b);
}

/* Adds to `both` what ana and ben came to on a day on which both worked; a Monday changes nothing
 * of ana's. */
static void day_add(const struct reading *before, const struct reading *after, bool monday,
                    struct reading *both)
{
    if (monday) {
        cr_assert_eq(after->entitled_nano[0], before->entitled_nano[0]);
        cr_assert_eq(after->entitled_value[0], before->entitled_value[0]);
        cr_assert_eq(after->received[0], before->received[0]);
        return;
    }
    for (int i = 0; i < 2; i++) {
        both->entitled_nano[i] += after->entitled_nano[i] - before->entitled_nano[i];
        both->entitled_value[i] += after->entitled_value[i] - before->entitled_value[i];
        both->received[i] += after->received[i] - before->received[i];
    }
}

/* ---- A rep who pauses. */

/* Tickets that ana has: those that go on, and those that are paused. */
struct held {
    uint64_t tickets[2][512];
    size_t count[2];
    uint64_t pauses;
};

static void pause_say(struct life *l, uint64_t ticket, bool paused)
{
    char id[24];
    eh_format(id, sizeof id, "T%llu", (unsigned long long)ticket);
    seeded_step(&l->s, (struct eh_message){.type = EH_MESSAGE_UPDATE,
                                           .id = eh_str(id),
                                           .source = eh_str("default"),
                                           .paused = paused,
                                           .has = SEEDED_HAS | EH_FIELD_BIT(EH_FIELD_PAUSED)});
    effects_check(l, false);
}

/* Pauses a ticket that goes on, or lets one go on. */
static void held_turn(struct life *l, struct held *held)
{
    bool paused = seed_below(&l->seed, 3) > 0; /* more are paused than go on */
    size_t from = paused ? 0 : 1, to = 1 - from;
    if (held->count[from] == 0 || held->count[to] == 512)
        return;
    size_t at = seed_below(&l->seed, held->count[from]);
    uint64_t ticket = held->tickets[from][at];
    held->tickets[from][at] = held->tickets[from][--held->count[from]];
    held->tickets[to][held->count[to]++] = ticket;
    held->pauses += paused;
    pause_say(l, ticket, paused);
}

/* Whether the ticket that came last went to ana. */
static bool ana_got_it(const struct life *l)
{
    for (uint32_t i = 0; i < l->s.fx.count; i++)
        if (l->s.fx.items[i].type == EH_NOTICE_ASSIGNED &&
            eh_str_equal(l->s.fx.items[i].rep, eh_str("ana")))
            return true;
    return false;
}

static void pause_live(struct seed *seed, const char *policy)
{
    static struct life l;
    static struct held held;
    struct reading before, after;
    held = (struct held){.pauses = 0};
    life_start(&l, seed, policy, "");
    l.s.now_us = SEEDED_START_US + (MONDAY + 1) * DAY_US + 9 * HOUR_US; /* nobody is absent */
    due_take(&l, false);
    read_both(&l, &before);
    for (int i = 0; i < 400; i++) {
        l.s.now_us += HOUR_US / 120;
        seeded_ticket(&l.s, ++l.tickets, seeded_value(&l.seed), NULL);
        effects_check(&l, false);
        if (ana_got_it(&l) && held.count[0] < 512)
            held.tickets[0][held.count[0]++] = l.tickets;
        held_turn(&l, &held);
    }
    read_both(&l, &after);
    cr_assert_gt(held.pauses, 30);
    expect_near(after.entitled_nano[0] - before.entitled_nano[0],
                after.entitled_nano[1] - before.entitled_nano[1], NANO_OFF, "entitled", policy);
    expect_near(after.entitled_value[0] - before.entitled_value[0],
                after.entitled_value[1] - before.entitled_value[1], NANO_OFF, "value entitled",
                policy);
    if (strcmp(policy, "balanced") == 0)
        expect_near(after.received[0], after.received[1], GAP_MAX, "received", policy);
    seeded_done(&l.s);
}

/* ---- A rep who answers nothing. */

#define ANSWERS_MAX 512

static void answer_say(struct life *l, const char *id)
{
    seeded_step(&l->s, (struct eh_message){.type = EH_MESSAGE_ANSWERED,
                                           .id = eh_str(id),
                                           .source = eh_str("default"),
                                           .has = SEEDED_HAS});
    effects_check(l, false);
}

/* All but ana answer at once what the last input gave them. */
static void others_answer(struct life *l)
{
    static char ids[ANSWERS_MAX][24];
    size_t count = 0;
    effects_check(l, false);
    for (uint32_t i = 0; i < l->s.fx.count && count < ANSWERS_MAX; i++) {
        const struct eh_effect *fx = &l->s.fx.items[i];
        if (fx->type == EH_NOTICE_ASSIGNED && !eh_str_equal(fx->rep, eh_str("ana")))
            eh_format(ids[count++], sizeof *ids, "%.*s", EH_STR_ARG(fx->id));
    }
    for (size_t i = 0; i < count; i++)
        answer_say(l, ids[i]);
}

static void all_due_take(struct life *l)
{
    int64_t us;
    while ((us = eh_engine_due_us(l->s.e)) <= l->s.now_us ||
           eh_engine_clocks_due_us(l->s.e) <= l->s.now_us) {
        struct eh_message m = {.type = EH_MESSAGE_DUE, .clocks = us > l->s.now_us};
        m.has = m.clocks ? EH_FIELD_BIT(EH_FIELD_CLOCKS) : 0;
        seeded_step(&l->s, m);
        others_answer(l);
    }
}

/* Ana has every ticket until it lapses, and comes back each time. */
static void lapse_live(struct seed *seed, const char *policy)
{
    static struct life l;
    struct reading before, after;
    life_start(&l, seed, policy, ", unanswered: {after: 10m, then: return}");
    l.s.now_us = SEEDED_START_US + (MONDAY + 1) * DAY_US + 9 * HOUR_US; /* nobody is absent */
    due_take(&l, false);
    seeded_ticket(&l.s, ++l.tickets, seeded_value(&l.seed), NULL);
    effects_check(&l, false);
    answer_say(&l, "T1"); /* this helpdesk tells answers */
    read_both(&l, &before);
    l.to_ana = 0;
    for (int i = 0; i < 300; i++) {
        l.s.now_us += HOUR_US / 120;
        all_due_take(&l);
        if (seed_below(&l.seed, 4) == 0) {
            seeded_signal(&l.s, "ana", EH_STATUS_AVAILABLE);
            others_answer(&l);
        }
        seeded_ticket(&l.s, ++l.tickets, seeded_value(&l.seed), NULL);
        others_answer(&l);
    }
    read_both(&l, &after);
    cr_assert_gt(l.to_ana, 10);
    cr_assert_eq((uint64_t)(after.received[0] - before.received[0]), l.to_ana);
    cr_assert_leq(after.entitled_nano[0] - before.entitled_nano[0],
                  after.entitled_nano[1] - before.entitled_nano[1] + NANO_OFF);
    cr_assert_leq(after.entitled_value[0] - before.entitled_value[0],
                  after.entitled_value[1] - before.entitled_value[1] + NANO_OFF);
    seeded_done(&l.s);
}

/* ---- */

static void live(struct seed *seed, const char *policy)
{
    static struct life l;
    struct reading before, after, both = {0};
    life_start(&l, seed, policy, "");
    read_both(&l, &before);
    for (int day = MONDAY; day < MONDAY + 7 * WEEKS; day++) {
        day_live(&l, day);
        read_both(&l, &after);
        day_add(&before, &after, (day - MONDAY) % 7 == 0, &both);
        before = after;
    }
    cr_assert_gt(l.on_mondays, WEEKS, "others got tickets on Mondays");
    expect_near(both.entitled_nano[0], both.entitled_nano[1], NANO_OFF * 7 * WEEKS,
                "entitled in common hours", policy);
    expect_near(both.entitled_value[0], both.entitled_value[1], NANO_OFF * 7 * WEEKS,
                "value entitled in common hours", policy);
    if (strcmp(policy, "balanced") == 0)
        expect_near(both.received[0], both.received[1], GAP_MAX, "received in common hours",
                    policy);
    cr_assert_lt(after.entitled_nano[0], after.entitled_nano[1], "who works more is entitled more");
    seeded_done(&l.s);
}

Test(mondays, nobody_is_better_off_for_them)
{
    struct seed seed = seed_start();
    for (int round = 0; round < ROUNDS; round++)
        live(&seed, policies[round % 4]);
}

/* Without a capacity a paused ticket frees nothing, and entitles to nothing. With one, or by
 * least_loaded, whoever pauses can take more, and is entitled to what they can take. */
Test(mondays, nor_for_pausing)
{
    struct seed seed = seed_start();
    for (int round = 0; round < ROUNDS; round++)
        pause_live(&seed, policies[round % 4]);
}

Test(mondays, nor_for_letting_tickets_lapse)
{
    struct seed seed = seed_start();
    for (int round = 0; round < ROUNDS; round++)
        lapse_live(&seed, policies[round % 4]);
}
