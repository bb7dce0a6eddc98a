/*
 * shifts: reps whose hours and absences flap at random. Whatever comes, and however late what is
 * due comes: nothing is ever dealt to a rep who is off, the ledger sums to nothing, the digest is
 * that of all objects, a restart at any point changes nothing, and the same inputs give the same
 * digest.
 */
#include <criterion/criterion.h>

#include "../unit/hours_kit.h"
#include "seed.h"

#define ROUNDS    60
#define INPUTS    400 /* of a round */
#define REPS      8
#define TEAMS     3
#define SCHEDULES 4
#define MEMBERS   ((REPS * 2) + 4)
#define ABSENT    8 /* absences that the test keeps of a rep */
#define MINUTE_US INT64_C(60000000)

TestSuite(shifts, .timeout = 1800);

/* What is known of hours and absences apart from the engine. */
struct world {
    struct kit k, twin; /* the twin is told the same, and never restarts */
    struct seed seed;
    struct hours h;
    struct eh_interval on[SCHEDULES][4096];
    size_t count[SCHEDULES];
    uint32_t own[REPS], teams[TEAMS]; /* 0 or a schedule's number */
    struct eh_interval absent[REPS][EH_ABSENCES_PER_REP_MAX * 4];
    uint64_t number[REPS][EH_ABSENCES_PER_REP_MAX * 4];
    size_t absences[REPS];
    uint64_t tickets, dealt;
};

static struct world w;

static const char desk[] =
    "desk: main\ncurrency: EUR\ntime_zone: UTC\nkinds: {order: {points: 1}}\n"
    "reps: [{id: r0}, {id: r1}, {id: r2, share: 50%%}, {id: r3}, {id: r4}, {id: r5}, {id: r6},"
    " {id: r7}]\nteams:\n"
    "  - {id: t0, reps: [r0, r1, r2, r3, r4], policy: %s}\n"
    "  - {id: t1, reps: [r3, r4, r5, r6], policy: %s, capacity: 6}\n"
    "  - {id: t2, reps: [r6, r7, r0], policy: %s, affinity: open}\n";

static int64_t minutes(uint64_t below)
{
    return (int64_t)seed_below(&w.seed, below) * MINUTE_US;
}

static void step(struct eh_message m, int origin)
{
    w.twin.now_us = w.k.now_us;
    cr_assert_eq(kit_step(&w.k, m, origin), 0);
    cr_assert_eq(kit_step(&w.twin, m, origin), 0);
    cr_assert(eh_key_equal(eh_engine_digest(w.k.e), eh_engine_digest(w.twin.e)));
}

static void send(const char *json)
{
    step(kit_message(&w.k, json), EH_ORIGIN_STREAM);
}

/* ---- apart from the engine */

static bool within(const struct eh_interval *all, size_t count, int64_t at_us)
{
    for (size_t i = 0; i < count; i++)
        if (all[i].from_us <= at_us && at_us < all[i].until_us)
            return true;
    return false;
}

static bool is_on(uint32_t rep, uint32_t team)
{
    uint32_t schedule = w.own[rep] ? w.own[rep] : w.teams[team];
    if (within(w.absent[rep], w.absences[rep], w.k.now_us))
        return false;
    return !schedule || within(w.on[schedule - 1], w.count[schedule - 1], w.k.now_us);
}

static void check(void)
{
    for (uint32_t i = 0; i < w.k.fx.count; i++) {
        const struct eh_effect *fx = &w.k.fx.items[i];
        if (fx->type != EH_NOTICE_ASSIGNED || kit_is(fx->why, "manager"))
            continue;
        w.dealt++;
        cr_assert(is_on((uint32_t)(fx->rep.data[1] - '0'), (uint32_t)(fx->team.data[1] - '0')),
                  "%.*s of %.*s is off", EH_STR_ARG(fx->rep), EH_STR_ARG(fx->team));
    }
    cr_assert(eh_ledger_check(w.k.e));
    cr_assert(kit_sound(&w.k));
}

/* Once nothing is due, the engine shows who is off. */
static void check_members(void)
{
    struct eh_member_view view;
    for (uint32_t team = 0; team < TEAMS; team++)
        for (uint32_t rep = 0; rep < REPS; rep++) {
            const char ids[2][3] = {{'t', (char)('0' + team), 0}, {'r', (char)('0' + rep), 0}};
            if (eh_engine_member_of(w.k.e, eh_str(ids[0]), eh_str(ids[1]), &view))
                cr_assert_eq(view.off, !is_on(rep, team), "%s in %s", ids[1], ids[0]);
        }
}

/* ---- what comes */

static int64_t end_of(uint32_t at)
{
    int64_t end = w.count[at] ? w.on[at][w.count[at] - 1].until_us : KIT_START;
    return end > w.k.now_us - 600 * MINUTE_US ? end : w.k.now_us - 600 * MINUTE_US;
}

static void schedule_extend(uint32_t at)
{
    for (uint64_t n = 1 + seed_below(&w.seed, 6); n > 0; n--) {
        int64_t from = end_of(at) + MINUTE_US + minutes(seed_below(&w.seed, 4) ? 60 : 1500);
        struct eh_interval one = {from, from + MINUTE_US + minutes(500)};
        eh_schedule_put_intervals(&w.h.text, at + 1, &one, 1);
        w.on[at][w.count[at]++] = one;
    }
}

static void schedule_replace(uint32_t at)
{
    size_t *count = &w.count[at];
    eh_schedule_put_replace(&w.h.text, at + 1);
    while (*count > 0 && w.on[at][*count - 1].from_us >= w.k.now_us)
        --*count;
    if (*count > 0 && w.on[at][*count - 1].until_us > w.k.now_us)
        w.on[at][*count - 1].until_us = w.k.now_us;
}

static void owner_change(void)
{
    uint32_t rep = (uint32_t)seed_below(&w.seed, REPS), team = (uint32_t)seed_below(&w.seed, TEAMS);
    uint32_t schedule = (uint32_t)seed_below(&w.seed, SCHEDULES + 1);
    const char ids[2][3] = {{'t', (char)('0' + team), 0}, {'r', (char)('0' + rep), 0}};
    if (seed_below(&w.seed, 2)) {
        eh_schedule_put_rep(&w.h.text, eh_str(ids[1]), schedule);
        w.own[rep] = schedule;
    } else {
        eh_schedule_put_team(&w.h.text, eh_str(ids[0]), schedule);
        w.teams[team] = schedule;
    }
}

static void hours_change(void)
{
    for (uint64_t n = 1 + seed_below(&w.seed, 3); n > 0; n--) {
        uint32_t at = (uint32_t)seed_below(&w.seed, SCHEDULES);
        if (seed_below(&w.seed, 5) == 0)
            schedule_replace(at);
        if (w.count[at] < 4000)
            schedule_extend(at);
        if (seed_below(&w.seed, 3) == 0)
            owner_change();
    }
    eh_schedule_put_window(&w.h.text, w.k.now_us + 86400 * MINUTE_US);
    step((struct eh_message){.type = EH_MESSAGE_SCHEDULE,
                             .has = EH_FIELD_BIT(EH_FIELD_TEXT),
                             .text = eh_str_n((const char *)w.h.text.data, w.h.text.size)},
         EH_ORIGIN_SHELL);
    cr_assert_not(w.k.fx.refused, "%s", kit_refused(&w.k));
    eh_bytes_clear(&w.h.text);
}

static void absence_change(void)
{
    char json[200];
    uint32_t rep = (uint32_t)seed_below(&w.seed, REPS);
    size_t *count = &w.absences[rep];
    if (*count > 0 && seed_below(&w.seed, 4) == 0) {
        size_t at = seed_below(&w.seed, *count);
        snprintf(json, sizeof json, "{'type':'absence','rep':'r%u','cancel':%llu}", rep,
                 (unsigned long long)w.number[rep][at]);
        send(json); /* refused if it is over */
        w.absent[rep][at].until_us = 0;
        return;
    }
    int64_t from = w.k.now_us - 100 * MINUTE_US + minutes(2000);
    int64_t until = from + MINUTE_US + minutes(1000);
    from -= from % 1000;
    until -= until % 1000;
    snprintf(json, sizeof json, "{'type':'absence','rep':'r%u','from':%lld,'until':%lld}", rep,
             (long long)(from / 1000), (long long)(until / 1000));
    send(json);
    if (w.k.fx.refused || *count == sizeof w.absent[0] / sizeof w.absent[0][0])
        return;
    struct eh_absence_view views[EH_ABSENCES_PER_REP_MAX];
    const char id[3] = {'r', (char)('0' + rep), 0};
    size_t there = eh_engine_absences(w.k.e, eh_str(id), EH_ABSENCES_PER_REP_MAX, views);
    for (size_t i = 0; i < there; i++)
        if (views[i].from_us == from && views[i].until_us == until)
            w.number[rep][*count] = views[i].number;
    w.absent[rep][(*count)++] = (struct eh_interval){from, until};
}

static void ticket_come(void)
{
    char json[200];
    snprintf(json, sizeof json,
             "{'type':'ticket','id':'T%llu','team':'t%u','kind':'order','value':%u,"
             "'customer':'c%u'}",
             (unsigned long long)++w.tickets, (unsigned)seed_below(&w.seed, TEAMS),
             (unsigned)seed_below(&w.seed, 9000), (unsigned)seed_below(&w.seed, 30));
    send(json);
}

static void ticket_close(void)
{
    char json[200];
    snprintf(json, sizeof json, "{'type':'outcome','id':'T%llu','outcome':'resolved'}",
             (unsigned long long)(1 + seed_below(&w.seed, w.tickets + 1)));
    send(json);
}

static void signal_come(void)
{
    static const char *const states[] = {"available", "away", "overloaded"};
    char json[200];
    snprintf(json, sizeof json, "{'type':'signal','rep':'r%u','status':'%s'}",
             (unsigned)seed_below(&w.seed, REPS), states[seed_below(&w.seed, 3)]);
    send(json);
}

static void due_come(void)
{
    while (eh_engine_due_us(w.k.e) <= w.k.now_us) {
        step((struct eh_message){.type = EH_MESSAGE_DUE}, EH_ORIGIN_SHELL);
        check();
        if (seed_below(&w.seed, 20) == 0)
            kit_restart(&w.k);
    }
    check_members();
}

static void release_come(void)
{
    struct eh_message m = {.type = EH_MESSAGE_RELEASE,
                           .rep = kit_quoted(&w.k, "r0"),
                           .reason = eh_str("why not"),
                           .actor = eh_str("root"),
                           .has = EH_FIELD_BIT(EH_FIELD_REP) | EH_FIELD_BIT(EH_FIELD_REASON) |
                                  EH_FIELD_BIT(EH_FIELD_ACTOR)};
    ((char *)m.rep.data)[1] = (char)('0' + seed_below(&w.seed, REPS));
    step(m, EH_ORIGIN_ADMIN);
}

static void any_input(void)
{
    switch (seed_below(&w.seed, 16)) {
    case 0:
        hours_change();
        break;
    case 1:
        absence_change();
        break;
    case 2:
        signal_come();
        break;
    case 3:
    case 4:
    case 5:
        due_come();
        break;
    case 6:
        release_come();
        break;
    case 7:
    case 8:
    case 9:
        ticket_close();
        break;
    default:
        ticket_come();
    }
}

static void round_play(void)
{
    static const char *const policies[] = {"balanced", "random", "rotation", "least_loaded"};
    char yaml[sizeof desk + 64];
    const char *chosen[TEAMS];
    for (int i = 0; i < TEAMS; i++)
        chosen[i] = policies[seed_below(&w.seed, 4)];
    snprintf(yaml, sizeof yaml, desk, chosen[0], chosen[1], chosen[2]);
    struct seed seed = w.seed;
    memset(&w, 0, sizeof w);
    w.seed = seed;
    kit_start(&w.k, yaml);
    kit_start(&w.twin, yaml);
    for (int i = 0; i < INPUTS; i++) {
        w.k.now_us += seed_below(&w.seed, 3) ? minutes(20) : minutes(200);
        any_input();
        check();
        if (seed_below(&w.seed, 30) == 0)
            kit_restart(&w.k);
    }
    cr_assert(w.dealt > 0);
    kit_done(&w.k);
    kit_done(&w.twin);
    eh_bytes_done(&w.h.text);
}

Test(shifts, nobody_who_is_off_is_dealt_to)
{
    struct seed seed = seed_start();
    w.seed = seed;
    for (int i = 0; i < ROUNDS; i++)
        round_play();
}
