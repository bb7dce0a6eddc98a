/*
 * bridge_jobs: owners are set once each, in order, whatever the helpdesk answers. The helpdesk here
 * is a table; the profile is C; time is a number.
 */
#include <stdlib.h>

#include <criterion/criterion.h>

#include "bridge/out/failing.h"
#include "bridge/out/jobs.h"
#include "bridge/out/wanted.h"
#include "bridge/out/words.h"

TestSuite(bridge_jobs, .timeout = 300);

#define TICKETS 64
#define PENDING 64
#define SECOND  INT64_C(1000000)

/* How the helpdesk answers a request that sets an owner. */
enum mood {
    TAKES,
    REFUSES,
    TAKES_SILENTLY, /* it is set, and the answer is lost */
    IS_SILENT,      /* nothing is set, and there is no answer */
    IS_AWAY,        /* the request never reaches it */
    IS_SICK,        /* 500 */
    IS_BUSY,        /* 429 */
    LIES,           /* 200, but nothing is set: the profile says "read" */
    MOODS
};

struct pending { /* an answer that is owed */
    void *job;
    eh_asked_fn *on_asked;
    json_t *values;
    eh_web_fn *on_answer;
    json_t *request;
};

struct world {
    struct eh_jobs *jobs;
    int64_t now_us;
    struct pending pending[PENDING];
    unsigned pending_count, most_pending;
    char owner[TICKETS][16];
    unsigned changes[TICKETS], reads[TICKETS], puts[TICKETS];
    enum mood mood[TICKETS]; /* until it is changed */
    bool random;
    unsigned seed;
    unsigned done, parked, replaced;
    uint32_t park_room;
    int status; /* of the answer that the profile thinks about */
    bool asks_fail;
    bool is_broken; /* 500 is the answer to every request */
};

static unsigned chance(struct world *w, unsigned below)
{
    w->seed = w->seed * 1103515245u + 12345u;
    return (w->seed >> 16) % below;
}

static unsigned number_of(const char *id)
{
    unsigned n = (unsigned)atoi(id + 2);
    cr_assert(strncmp(id, "t-", 2) == 0 && n < TICKETS, "%s", id);
    return n;
}

static struct pending *owe(struct world *w, void *job)
{
    cr_assert_lt(w->pending_count, PENDING);
    struct pending *p = &w->pending[w->pending_count++];
    if (w->pending_count > w->most_pending)
        w->most_pending = w->pending_count;
    *p = (struct pending){.job = job};
    return p;
}

static json_t *verdict_of(const json_t *input)
{
    json_int_t status = json_integer_value(json_object_get(input, "status"));
    return json_pack("[s]", status == 200   ? "done"
                            : status == 202 ? "read"
                            : status == 403 ? "refused"
                                            : "again");
}

static json_t *assign_of(const json_t *input)
{
    json_t *account = json_object_get(input, "account");
    return json_pack("[{s:s, s:O, s:O}]", "method", "PUT", "id", json_object_get(input, "id"),
                     "owner", account);
}

static int ask(void *context, enum eh_ask what, json_t *input, eh_asked_fn *fn, void *job)
{
    struct world *w = context;
    if (w->asks_fail)
        return -EH_EFULL;
    struct pending *p = owe(w, job);
    p->on_asked = fn;
    p->values = what == EH_ASK_ASSIGN ? assign_of(input)
                : what == EH_ASK_DONE ? verdict_of(input)
                : what == EH_ASK_READ
                    ? json_pack("[{s:s, s:O}]", "method", "GET", "id", json_object_get(input, "id"))
                    : json_pack("[O]", json_object_get(input, "body"));
    cr_assert_not_null(p->values);
    return 0;
}

static int request_send(void *context, json_t *request, eh_web_fn *fn, void *job)
{
    struct world *w = context;
    struct pending *p = owe(w, job);
    p->on_answer = fn;
    p->request = json_incref(request);
    return 0;
}

static void forget(void *context, void *job)
{
    struct world *w = context;
    for (unsigned i = 0; i < w->pending_count; i++)
        if (w->pending[i].job == job)
            w->pending[i].job = NULL;
}

static int64_t now(void *context)
{
    return ((struct world *)context)->now_us;
}

static int park(void *context, const struct eh_parked_item *item)
{
    struct world *w = context;
    cr_expect_gt(item->why.size, 0);
    if (w->parked >= w->park_room)
        return -EH_EFULL;
    w->parked++;
    return 0;
}

static void on_end(void *context, const struct eh_wish *wish, enum eh_job_end end)
{
    struct world *w = context;
    (void)wish;
    w->done += end == EH_JOB_DONE ? 1 : 0;
    w->replaced += end == EH_JOB_REPLACED ? 1 : 0;
}

static void begin_with(struct world *w, int64_t fail_us)
{
    const struct eh_jobs_ways ways = {.ask = ask,
                                      .send = request_send,
                                      .forget = forget,
                                      .now_us = now,
                                      .park = park,
                                      .on_end = on_end,
                                      .context = w,
                                      .fail_us = fail_us};
    *w = (struct world){.park_room = 1000, .now_us = SECOND, .seed = 7};
    cr_assert_eq(eh_jobs_new(&ways, &w->jobs, NULL), 0);
}

static void begin(struct world *w)
{
    begin_with(w, 0);
}

static int want(struct world *w, unsigned ticket, const char *account, uint64_t seq)
{
    char id[16];
    eh_format(id, sizeof id, "t-%u", ticket);
    const struct eh_wish wish = {.id = eh_str(id), .account = eh_str(account), .seq = seq};
    int r = eh_jobs_want(w->jobs, &wish, NULL);
    eh_jobs_turn(w->jobs);
    return r;
}

/* ---- The helpdesk. */

static void owner_set(struct world *w, unsigned n, const char *owner)
{
    if (strcmp(w->owner[n], owner) != 0)
        w->changes[n]++;
    eh_format(w->owner[n], sizeof w->owner[n], "%s", owner);
}

static void answer_status(const struct pending *p, int status, enum eh_web_end end)
{
    const struct eh_web_answer answer = {.end = end,
                                         .status = end == EH_WEB_ANSWERED ? status : 0,
                                         .headers = json_object(),
                                         .cookies = "",
                                         .why = end == EH_WEB_ANSWERED ? NULL : "no answer"};
    if (p->job)
        p->on_answer(p->job, &answer);
    json_decref(answer.headers);
}

static void answer_put(struct world *w, const struct pending *p, unsigned n)
{
    static const int statuses[MOODS] = {
        [TAKES] = 200, [REFUSES] = 403, [IS_SICK] = 500, [IS_BUSY] = 429, [LIES] = 202};
    enum mood mood = w->random ? (enum mood)(chance(w, 3) ? TAKES : chance(w, MOODS)) : w->mood[n];
    if (mood == REFUSES && w->random)
        mood = LIES;
    const char *owner = json_string_value(json_object_get(p->request, "owner"));
    w->puts[n]++;
    if (mood == TAKES || mood == TAKES_SILENTLY)
        owner_set(w, n, owner ? owner : "");
    answer_status(p, statuses[mood],
                  mood == IS_AWAY                               ? EH_WEB_UNSENT
                  : mood == TAKES_SILENTLY || mood == IS_SILENT ? EH_WEB_LOST
                                                                : EH_WEB_ANSWERED);
}

static void answer_read(struct world *w, const struct pending *p, unsigned n)
{
    char body[128];
    json_t *headers = json_object();
    w->reads[n]++;
    if (w->is_broken || (w->random && chance(w, 4) == 0)) {
        answer_status(p, 500, !w->random || chance(w, 2) ? EH_WEB_ANSWERED : EH_WEB_LOST);
        json_decref(headers);
        return;
    }
    eh_format(body, sizeof body,
              *w->owner[n]
                  ? "{\"type\":\"ticket\",\"id\":\"t-%u\",\"open\":true,\"account\":\"%s\"}"
                  : "{\"type\":\"ticket\",\"id\":\"t-%u\",\"open\":true,\"account\":null%s}",
              n, w->owner[n]);
    const struct eh_web_answer answer = {.end = EH_WEB_ANSWERED,
                                         .status = 200,
                                         .headers = headers,
                                         .cookies = "",
                                         .body = eh_str(body)};
    if (p->job)
        p->on_answer(p->job, &answer);
    json_decref(headers);
}

/* Answers what is owed, at any place; false: nothing is. */
static bool answer_one(struct world *w)
{
    if (w->pending_count == 0)
        return false;
    unsigned at = w->random ? chance(w, w->pending_count) : 0;
    struct pending p = w->pending[at];
    w->pending_count--;
    memmove(&w->pending[at], &w->pending[at + 1], (w->pending_count - at) * sizeof p);
    if (p.on_asked && p.job) {
        p.on_asked(p.job, p.values, NULL);
    } else if (p.on_answer) {
        unsigned n = number_of(json_string_value(json_object_get(p.request, "id")));
        const char *method = json_string_value(json_object_get(p.request, "method"));
        if (strcmp(method, "PUT") == 0)
            answer_put(w, &p, n);
        else
            answer_read(w, &p, n);
    }
    json_decref(p.values);
    json_decref(p.request);
    return true;
}

/* As long as something moves, up to this time. */
static void run(struct world *w, int64_t for_us)
{
    int64_t until_us = w->now_us + for_us;
    for (;;) {
        while (answer_one(w))
            continue;
        int64_t due_us = eh_jobs_due_us(w->jobs);
        if (due_us > until_us)
            break;
        w->now_us = due_us > w->now_us ? due_us : w->now_us;
        eh_jobs_turn(w->jobs);
    }
    w->now_us = until_us;
}

static uint32_t left(const struct world *w)
{
    struct eh_jobs_figures figures;
    eh_jobs_figures(w->jobs, &figures);
    return figures.jobs;
}

static void end(struct world *w)
{
    eh_jobs_free(w->jobs);
    while (w->pending_count > 0)
        answer_one(w);
}

/* ---- What holds. */

Test(bridge_jobs, an_owner_is_set_with_one_request)
{
    static struct world w;
    begin(&w);
    cr_assert_eq(want(&w, 1, "ana", 5), 0);
    cr_expect_eq(eh_jobs_low(w.jobs), 4);
    run(&w, SECOND);
    cr_expect_str_eq(w.owner[1], "ana");
    cr_expect_eq(w.puts[1], 1);
    cr_expect_eq(w.reads[1], 0);
    cr_expect_eq(w.done, 1);
    cr_expect_eq(eh_jobs_low(w.jobs), 5);
    end(&w);
}

Test(bridge_jobs, at_most_two_are_under_way)
{
    static struct world w;
    begin(&w);
    for (unsigned i = 0; i < TICKETS; i++)
        cr_assert_eq(want(&w, i, "ana", i + 1), 0);
    run(&w, SECOND);
    cr_expect_eq(w.most_pending, EH_JOBS_WINDOW);
    cr_expect_eq(w.done, TICKETS);
    end(&w);
}

Test(bridge_jobs, a_newer_owner_takes_the_place_of_an_older_one)
{
    static struct world w;
    begin(&w);
    eh_jobs_hold(w.jobs, true);
    want(&w, 1, "ana", 1);
    want(&w, 2, "ana", 2);
    want(&w, 1, "ben", 3);
    cr_expect_eq(want(&w, 1, "cai", 2), 0); /* older than what is wanted */
    cr_expect_eq(eh_jobs_low(w.jobs), 1);
    eh_jobs_hold(w.jobs, false);
    eh_jobs_turn(w.jobs);
    run(&w, SECOND);
    cr_expect_str_eq(w.owner[1], "ben");
    cr_expect_eq(w.changes[1], 1);
    cr_expect_eq(eh_jobs_low(w.jobs), 3);
    end(&w);
}

Test(bridge_jobs, also_while_the_older_one_is_under_way)
{
    static struct world w;
    begin(&w);
    want(&w, 1, "ana", 1);
    answer_one(&w); /* the profile has made a request of it, which is sent */
    want(&w, 1, "ben", 2);
    cr_expect_eq(eh_jobs_low(w.jobs), 1);
    run(&w, SECOND);
    cr_expect_str_eq(w.owner[1], "ben");
    cr_expect_eq(w.changes[1], 2); /* two deals */
    cr_expect_eq(w.puts[1], 2);
    cr_expect_eq(eh_jobs_low(w.jobs), 2);
    end(&w);
}

Test(bridge_jobs, in_doubt_while_it_is_under_way_it_is_read_back_behind_that)
{
    static struct world w;
    const struct eh_wish again = {.id = eh_str("t-1"), .account = eh_str("ana"), .doubt = true};
    begin(&w);
    want(&w, 1, "ana", 1);
    answer_one(&w);
    cr_expect_eq(eh_jobs_want(w.jobs, &again, NULL), 0);
    answer_one(&w); /* the owner is set */
    eh_format(w.owner[1], sizeof w.owner[1], "thief");
    run(&w, SECOND);
    cr_expect_str_eq(w.owner[1], "ana");
    cr_expect_geq(w.reads[1], 1);
    cr_expect_eq(w.puts[1], 2);
    end(&w);
}

static void check_doubt(enum mood mood, unsigned puts)
{
    static struct world w;
    begin(&w);
    w.mood[1] = mood;
    want(&w, 1, "ana", 1);
    run(&w, SECOND / 10);
    w.mood[1] = TAKES;
    run(&w, 60 * SECOND);
    cr_expect_str_eq(w.owner[1], "ana", "%d", mood);
    cr_expect_eq(w.changes[1], 1, "%d", mood);
    cr_expect_eq(w.puts[1], puts, "%d: %u", mood, w.puts[1]);
    cr_expect_geq(w.reads[1], 1);
    cr_expect_eq(left(&w), 0);
    end(&w);
}

Test(bridge_jobs, after_a_doubt_the_owner_is_read_back)
{
    check_doubt(TAKES_SILENTLY, 1);
    check_doubt(IS_SILENT, 2);
    check_doubt(IS_SICK, 2);
    check_doubt(LIES, 4); /* read back and set again at once, twice; then after a rest */
}

Test(bridge_jobs, an_owner_in_capital_letters_is_set_already)
{
    json_t *ticket = json_pack("{s:s, s:b}", "account", "Ana@Shop.Example", "open", true);
    cr_assert(eh_words_settled(ticket, "ana@shop.example"));
    cr_assert_not(eh_words_settled(ticket, "ben@shop.example"));
    cr_assert_not(eh_words_settled(ticket, NULL));
    json_decref(ticket);
}

Test(bridge_jobs, what_never_reached_it_is_sent_without_reading)
{
    static struct world w;
    static const enum mood moods[] = {IS_AWAY, IS_BUSY};
    for (int i = 0; i < 2; i++) {
        begin(&w);
        w.mood[1] = moods[i];
        want(&w, 1, "ana", 1);
        run(&w, SECOND / 10);
        w.mood[1] = TAKES;
        run(&w, 60 * SECOND);
        cr_expect_str_eq(w.owner[1], "ana");
        cr_expect_eq(w.reads[1], 0);
        end(&w);
    }
}

Test(bridge_jobs, after_a_start_nothing_is_set_that_is_so_already)
{
    static struct world w;
    begin(&w);
    owner_set(&w, 1, "ana");
    const struct eh_wish wish = {
        .id = eh_str("t-1"), .account = eh_str("ana"), .seq = 9, .doubt = true};
    cr_assert_eq(eh_jobs_want(w.jobs, &wish, NULL), 0);
    eh_jobs_turn(w.jobs);
    run(&w, SECOND);
    cr_expect_eq(w.puts[1], 0);
    cr_expect_eq(w.done, 1);
    end(&w);
}

Test(bridge_jobs, what_is_refused_is_parked_and_the_rest_goes_on)
{
    static struct world w;
    begin(&w);
    w.mood[1] = REFUSES;
    want(&w, 1, "ana", 1);
    want(&w, 2, "ana", 2);
    run(&w, SECOND);
    cr_expect_eq(w.parked, 1);
    cr_expect_eq(w.done, 1);
    cr_expect_eq(eh_jobs_low(w.jobs), 2);
    end(&w);
}

Test(bridge_jobs, where_there_is_no_room_to_park_it_waits)
{
    static struct world w;
    begin(&w);
    w.park_room = 0;
    w.mood[1] = REFUSES;
    want(&w, 1, "ana", 1);
    want(&w, 2, "ana", 2);
    run(&w, 100 * SECOND);
    cr_expect_eq(w.done, 1);
    cr_expect_eq(eh_jobs_low(w.jobs), 0); /* it would be read again after a kill */
    cr_expect_leq(w.puts[1], 5);
    w.park_room = 1;
    run(&w, 31 * SECOND);
    cr_expect_eq(w.parked, 1);
    cr_expect_eq(eh_jobs_low(w.jobs), 2);
    end(&w);
}

Test(bridge_jobs, failing_for_ten_minutes_it_is_parked)
{
    static struct world w;
    begin(&w);
    w.mood[1] = IS_SICK;
    want(&w, 1, "ana", 1);
    run(&w, 10 * SECOND);
    want(&w, 2, "ana", 2);
    run(&w, 585 * SECOND);
    cr_expect_eq(w.parked, 0);
    run(&w, 40 * SECOND);
    cr_expect_eq(w.parked, 1);
    cr_expect_eq(left(&w), 0);
    end(&w);
}

/* Alone on a quiet desk, or beside others: its helpdesk answers, so it is this ticket. */
Test(bridge_jobs, the_helpdesks_own_error_is_parked_though_nothing_else_is_done)
{
    static struct world w;
    for (unsigned count = 1; count <= EH_FAILING_MAX + 1; count++) {
        begin(&w);
        for (unsigned i = 0; i < count; i++) {
            w.mood[i] = i % 2 ? LIES : IS_SICK;
            want(&w, i, "ana", i + 1);
        }
        run(&w, 599 * SECOND);
        cr_expect_eq(w.parked, 0);
        run(&w, 32 * SECOND);
        cr_expect_eq(w.parked, count <= EH_FAILING_MAX ? count : 0, "%u of %u", w.parked, count);
        end(&w);
    }
}

Test(bridge_jobs, an_outage_between_errors_begins_the_time_anew)
{
    static struct world w;
    static const enum mood outages[] = {IS_AWAY, IS_SILENT, IS_BUSY};
    for (int i = 0; i < 3; i++) {
        begin(&w);
        w.mood[1] = IS_SICK;
        want(&w, 1, "ana", 1);
        run(&w, 500 * SECOND);
        w.mood[1] = outages[i];
        run(&w, 3600 * SECOND);
        w.mood[1] = IS_SICK;
        run(&w, 580 * SECOND);
        cr_expect_eq(w.parked, 0, "%d", i);
        run(&w, 60 * SECOND);
        cr_expect_eq(w.parked, 1, "%d", i);
        end(&w);
    }
}

/* One ticket, and a helpdesk that is out of order as a whole: its owner cannot be read either. */
Test(bridge_jobs, while_every_request_is_answered_500_nothing_is_parked)
{
    static struct world w;
    begin(&w);
    w.mood[1] = IS_SICK;
    w.is_broken = true;
    want(&w, 1, "ana", 1);
    run(&w, 3 * 3600 * SECOND);
    cr_expect_eq(w.parked, 0);
    w.is_broken = false;
    run(&w, 580 * SECOND);
    cr_expect_eq(w.parked, 0);
    run(&w, 60 * SECOND);
    cr_expect_eq(w.parked, 1);
    want(&w, 1, "ben", 2);
    w.is_broken = true;
    run(&w, 3600 * SECOND);
    w.mood[1] = TAKES;
    w.is_broken = false;
    run(&w, 31 * SECOND);
    cr_expect_eq(w.parked, 1);
    cr_expect_eq(w.done, 1);
    end(&w);
}

Test(bridge_jobs, while_nothing_is_done_at_all_nothing_is_parked)
{
    static struct world w;
    begin(&w);
    for (unsigned i = 0; i < TICKETS; i++) {
        w.mood[i] = i % 2 ? IS_AWAY : IS_SICK;
        want(&w, i, "ana", i + 1);
    }
    run(&w, 3 * 3600 * SECOND);
    cr_expect_eq(w.parked, 0);
    cr_expect_eq(left(&w), TICKETS);
    for (unsigned i = 0; i < TICKETS; i++)
        w.mood[i] = TAKES;
    run(&w, 31 * SECOND);
    cr_expect_eq(w.done, TICKETS);
    end(&w);
}

Test(bridge_jobs, rests_grow_to_their_bound)
{
    static struct world w;
    begin_with(&w, 7200 * SECOND);
    w.mood[1] = IS_SICK;
    want(&w, 1, "ana", 1);
    run(&w, 3600 * SECOND);
    cr_expect_geq(w.reads[1] + w.puts[1], 3600 / 30);
    cr_expect_leq(w.reads[1], 3600 / 30 + 12);
    end(&w);
}

Test(bridge_jobs, nobody_wants_it_any_more)
{
    static struct world w;
    begin(&w);
    eh_jobs_hold(w.jobs, true);
    want(&w, 1, "ana", 1);
    eh_jobs_drop(w.jobs, eh_str("t-1"));
    eh_jobs_drop(w.jobs, eh_str("t-2"));
    cr_expect_eq(w.replaced, 1);
    eh_jobs_hold(w.jobs, false);
    want(&w, 3, "ana", 4);
    eh_jobs_drop(w.jobs, eh_str("t-3")); /* under way */
    run(&w, SECOND);
    cr_expect_eq(w.replaced, 2);
    cr_expect_eq(left(&w), 0);
    cr_expect_eq(eh_jobs_low(w.jobs), 4);
    end(&w);
}

Test(bridge_jobs, at_its_bound_and_one_more)
{
    static struct world w;
    char id[16];
    begin(&w);
    eh_jobs_hold(w.jobs, true);
    struct eh_wish wish = {.account = eh_str("ana")};
    for (unsigned i = 0; i < EH_JOBS_MAX; i++) {
        eh_format(id, sizeof id, "t-%u", i);
        wish.id = eh_str(id);
        wish.seq = i + 1;
        cr_assert_eq(eh_jobs_want(w.jobs, &wish, NULL), 0);
    }
    cr_assert(eh_jobs_is_full(w.jobs));
    wish.seq++;
    cr_expect_eq(eh_jobs_want(w.jobs, &wish, NULL), 0); /* it has its place */
    wish.id = eh_str("one-more");
    wish.seq++;
    cr_expect_eq(eh_jobs_want(w.jobs, &wish, NULL), -EH_EFULL);
    eh_jobs_drop(w.jobs, eh_str("t-0"));
    cr_expect_eq(eh_jobs_want(w.jobs, &wish, NULL), 0);
    end(&w);
}

Test(bridge_jobs, a_profile_that_cannot_be_asked_fails_all_and_no_stack)
{
    static struct world w;
    char id[16];
    begin(&w);
    w.asks_fail = true;
    eh_jobs_hold(w.jobs, true);
    struct eh_wish wish = {.account = eh_str("ana")};
    for (unsigned i = 0; i < EH_JOBS_MAX; i++) {
        eh_format(id, sizeof id, "t-%u", i);
        wish.id = eh_str(id);
        wish.seq = i + 1;
        cr_assert_eq(eh_jobs_want(w.jobs, &wish, NULL), 0);
    }
    eh_jobs_hold(w.jobs, false);
    eh_jobs_turn(w.jobs);
    cr_expect_eq(left(&w), EH_JOBS_MAX);
    cr_expect_eq(w.pending_count, 0);
    end(&w);
}

/* Whatever is answered, and whenever: in the end each ticket has the owner who was wanted last, and
 * changed hands at most once a deal. */
static void random_world(unsigned seed)
{
    static struct world w;
    char wanted[TICKETS][16] = {{0}}, account[16];
    unsigned deals[TICKETS] = {0};
    begin(&w);
    w.random = true;
    w.seed = seed;
    for (uint64_t seq = 1; seq <= 400; seq++) {
        unsigned n = chance(&w, 12);
        eh_format(account, sizeof account, "rep-%u", chance(&w, 5));
        if (strcmp(wanted[n], account) != 0)
            deals[n]++;
        eh_format(wanted[n], sizeof wanted[n], "%s", account);
        cr_assert_eq(want(&w, n, account, seq), 0);
        for (unsigned i = chance(&w, 12); i > 0; i--)
            answer_one(&w);
        if (chance(&w, 5) == 0)
            run(&w, chance(&w, 1000000));
        cr_assert_leq(w.pending_count, EH_JOBS_WINDOW);
        cr_assert_leq(eh_jobs_low(w.jobs), seq);
    }
    run(&w, 3600 * SECOND);
    cr_expect_eq(left(&w), 0, "seed %u: %u are left", seed, left(&w));
    cr_expect_eq(eh_jobs_low(w.jobs), 400, "seed %u", seed);
    for (unsigned n = 0; n < 12; n++) {
        cr_expect_str_eq(w.owner[n], wanted[n], "seed %u: t-%u", seed, n);
        cr_expect_leq(w.changes[n], deals[n], "seed %u: t-%u", seed, n);
    }
    end(&w);
}

Test(bridge_jobs, whatever_is_answered_and_whenever)
{
    const char *seed = getenv("EVENHAND_SEED");
    for (unsigned i = 0; i < 300; i++)
        random_world(seed ? (unsigned)atoi(seed) : i);
}

static enum eh_wanted wanted(const char *text, struct eh_wish *ret)
{
    static json_t *entry; /* the wish's text is its */
    json_decref(entry);
    entry = json_loads(text, 0, NULL);
    cr_assert(entry, "%s", text);
    return eh_wanted_read(entry, ret);
}

Test(bridge_jobs, an_entry_asks_for_an_owner_for_none_or_for_nothing)
{
    struct eh_wish wish = {.seq = 7};
    cr_assert_eq(wanted("{\"type\":\"assigned\",\"id\":\"1\",\"account\":\"ana@x\"}", &wish),
                 EH_WANTED_OWNER);
    cr_assert(eh_str_equal(wish.id, eh_str("1")) && eh_str_equal(wish.account, eh_str("ana@x")));
    cr_assert_eq(wish.seq, 7);
    cr_assert_eq(wanted("{\"type\":\"returned\",\"id\":\"1\",\"rep\":\"ana\"}", &wish),
                 EH_WANTED_ACCOUNT);
    cr_assert_eq(wanted("{\"type\":\"waiting\",\"id\":\"1\",\"was\":\"ana\"}", &wish),
                 EH_WANTED_OWNER);
    cr_assert_eq(wish.account.size, 0);
    static const char *const unowned[] = {"waiting", "moved", "held", "closed"};
    for (size_t i = 0; i < sizeof unowned / sizeof *unowned; i++) {
        char text[64];
        eh_format(text, sizeof text, "{\"type\":\"%s\",\"id\":\"1\"}", unowned[i]);
        cr_assert_eq(wanted(text, &wish), EH_WANTED_NO_OWNER, "%s", text);
    }
    cr_assert_eq(wanted("{\"type\":\"refused\",\"id\":\"1\"}", &wish), EH_WANTED_NOTHING);
    cr_assert_eq(wanted("{}", &wish), EH_WANTED_NOTHING);
    cr_assert_eq(wish.id.size, 0);
}
