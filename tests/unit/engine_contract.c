/* unit/engine_contract: the minutes of a contract by the calendar: which hours held on which day.
 */
#include "hours_kit.h"

#include <criterion/criterion.h>

#include <evenhand/engine/periods.h>

#define HEAD "desk: main\ncurrency: EUR\ntime_zone: UTC\nkinds: {order: {points: 1}}\n"
#define BOTH "reps: [ana, bob]\nteams: [{id: sales, reps: [ana, bob]}]\n"

static struct kit k;
static struct hours h;

static int refused_days(int first, uint32_t count)
{
    static const uint16_t none[EH_SCHEDULE_RECORD_DAYS_MAX];
    eh_schedule_put_minutes(&h.text, 1, k.date + first, none, count);
    cr_assert_eq(hours_give(&k, &h), 0);
    return k.fx.refused;
}

static void give(void)
{
    cr_assert_eq(hours_give(&k, &h), 0);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

/* A schedule has so many minutes each day, from today to `ahead` days from now. */
static void tell(uint32_t schedule, uint16_t minutes, uint32_t ahead)
{
    uint16_t all[EH_SCHEDULE_RECORD_DAYS_MAX];
    for (uint32_t i = 0; i <= ahead; i++)
        all[i] = minutes;
    eh_schedule_put_minutes(&h.text, schedule, k.date, all, ahead + 1);
}

static void own(const char *rep, uint32_t schedule)
{
    eh_schedule_put_rep(&h.text, eh_str(rep), schedule);
    give();
}

static void teams(uint32_t schedule)
{
    eh_schedule_put_team(&h.text, eh_str("sales"), schedule);
    give();
}

static void day(int number)
{
    kit_day(&k, KIT_TODAY + number);
}

static void desk(const char *rest)
{
    char yaml[1024];
    snprintf(yaml, sizeof yaml, HEAD "%s", rest);
    kit_desk(&k, yaml);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

static int until; /* of the last question */

/* The minutes of these days; -1: they are not known. */
static int64_t minutes(const char *rep, int first, int last)
{
    const struct eh_stay stay = {KIT_TODAY + first, KIT_TODAY + last};
    struct eh_contract sum = {.until = EH_DATE_NEVER};
    struct eh_engine *again = kit_restored(k.e);
    struct eh_contract same = sum;
    bool known = eh_engine_contract(k.e, eh_str("sales"), eh_str(rep), &stay, &sum);
    cr_assert_eq(eh_engine_contract(again, eh_str("sales"), eh_str(rep), &stay, &same), known);
    cr_assert(same.minutes == sum.minutes && same.until == sum.until);
    eh_engine_free(again);
    until = sum.until == EH_DATE_NEVER ? -1 : sum.until - KIT_TODAY;
    cr_assert(known || sum.minutes == 0);
    return known ? sum.minutes : -1;
}

static void start(void)
{
    kit_start(&k, HEAD BOTH);
}

static void stop(void)
{
    cr_assert(kit_sound(&k));
    kit_done(&k);
    eh_bytes_done(&h.text);
}

TestSuite(engine_contract, .init = start, .fini = stop);

Test(engine_contract, the_teams_hours_and_ones_own)
{
    cr_expect_eq(minutes("ana", 0, 0), -1, "nobody has hours");
    tell(1, 480, 30);
    tell(2, 300, 30);
    teams(1);
    own("bob", 2);
    cr_expect_eq(minutes("ana", 0, 9), 4800);
    cr_expect_eq(minutes("bob", 0, 9), 3000);
    cr_expect_eq(minutes("ana", -1, 9), -1, "of the day before nothing was told");
    cr_expect_eq(minutes("eve", 0, 1), -1, "whom nobody knows");
    day(3);
    own("bob", 0);
    cr_expect_eq(minutes("bob", 0, 5), 3 * 300 + 3 * 480);
    teams(0);
    cr_expect_eq(minutes("bob", 0, 2), 3 * 300);
    cr_expect_eq(minutes("bob", 0, 3), -1, "a day without hours");
}

Test(engine_contract, days_that_are_over_stay_as_they_were)
{
    tell(1, 480, 30);
    teams(1);
    day(10);
    tell(1, 240, 30);
    give();
    cr_expect_eq(minutes("ana", 0, 9), 4800);
    cr_expect_eq(minutes("ana", 9, 10), 480 + 240, "from today on it is another one");
    tell(1, 60, 30);
    give();
    cr_expect_eq(minutes("ana", 9, 10), 480 + 60, "on one day the last one holds");
    const uint16_t past[] = {1, 1, 1, 7};
    eh_schedule_put_minutes(&h.text, 1, k.date - 3, past, 4);
    give();
    cr_expect_eq(minutes("ana", 7, 10), 3 * 480 + 7, "what was told is not told anew");
}

Test(engine_contract, a_number_that_is_given_again_keeps_its_past)
{
    tell(1, 480, 30);
    own("ana", 1);
    day(5);
    own("ana", 0);
    tell(2, 100, 30);
    teams(2);
    day(8);
    eh_schedule_put_replace(&h.text, 1);
    tell(1, 60, 30);
    own("bob", 1);
    cr_expect_eq(minutes("ana", 0, 4), 5 * 480);
    cr_expect_eq(minutes("ana", 0, 9), 5 * 480 + 5 * 100);
    cr_expect_eq(minutes("bob", 5, 9), 3 * 100 + 2 * 60);
}

Test(engine_contract, days_ahead_count_as_far_as_they_are_told)
{
    tell(1, 10, 30);
    teams(1);
    cr_expect_eq(minutes("ana", 0, 30), 310);
    cr_expect_eq(until, -1);
    cr_expect_eq(minutes("ana", 0, 80), 310);
    cr_expect_eq(until, 30);
    day(40);
    cr_expect_eq(minutes("ana", 0, 30), 310);
    cr_expect_eq(minutes("ana", 0, 31), -1, "it is over, and nobody told it");
    const uint16_t gap[] = {20, 20};
    eh_schedule_put_minutes(&h.text, 1, KIT_TODAY + 33, gap, 2);
    give();
    cr_expect_eq(minutes("ana", 33, 34), 40);
    cr_expect_eq(minutes("ana", 30, 34), -1, "there is a gap");
}

#define OWN(who) "{id: " who ", hours: {mon: 08:00-09:00}}"

Test(engine_contract, before_a_rep_came_with_hours_nothing_is_known)
{
    tell(1, 480, 30);
    teams(1);
    day(5);
    desk("reps: [ana, bob, " OWN("eli") "]\nteams: [{id: sales, reps: [ana, bob, eli]}]\n");
    cr_expect_eq(minutes("eli", 5, 6), -1, "they are not handed over yet");
    tell(2, 60, 30);
    own("eli", 2);
    cr_expect_eq(minutes("eli", 5, 6), 120);
    cr_expect_eq(minutes("eli", 4, 6), -1);
    day(7);
    desk("reps: [ana, " OWN("bob") ", " OWN("eli") "]\n"
                                                   "teams: [{id: sales, reps: [ana, bob, eli]}]\n");
    own("bob", 2);
    cr_expect_eq(minutes("bob", 5, 8), 2 * 480 + 2 * 60, "bob was there, by the team's");
}

Test(engine_contract, off_the_desk_nothing_is_known)
{
    tell(1, 480, 60);
    own("bob", 1);
    day(3);
    desk("reps: [ana]\nteams: [{id: sales, reps: [ana]}]\n");
    cr_expect_eq(minutes("bob", 0, 2), 3 * 480);
    cr_expect_eq(minutes("bob", 0, 3), -1, "somebody else may have the number by now");
    day(5);
    desk("reps: [ana, " OWN("bob") "]\nteams: [{id: sales, reps: [ana, bob]}]\n");
    cr_expect_eq(minutes("bob", 5, 6), 2 * 480, "it is still theirs");
    cr_expect_eq(minutes("bob", 2, 5), -1);
    desk("reps: [ana, bob]\nteams: []\n");
    teams(1);
    day(6);
    desk("reps: [ana]\nteams: []\n");
}

Test(engine_contract, what_is_long_over_is_forgotten)
{
    tell(1, 10, 0);
    teams(1);
    for (int i = 1; i <= EH_CONTRACT_DAYS + 1; i++) {
        day(i);
        tell(1, 10, 0);
        give();
    }
    cr_expect_eq(minutes("ana", 1, EH_CONTRACT_DAYS + 1), 10 * (EH_CONTRACT_DAYS + 1));
    cr_expect_eq(minutes("ana", 0, 5), -1);
}

Test(engine_contract, so_many_changes_are_kept)
{
    tell(1, 10, 60);
    tell(2, 20, 60);
    tell(3, 30, 60);
    give();
    own("ana", 1);
    for (int i = 1; i <= 70; i++) {
        day(i);
        if (i % 20 == 0) {
            tell(1, 10, 60);
            tell(2, 20, 60);
        }
        own("ana", i % 2 ? 2 : 1);
    }
    cr_expect_eq(minutes("ana", 7, 70), 32 * 20 + 32 * 10, "64 changes");
    cr_expect_eq(minutes("ana", 6, 70), -1);
    day(71);
    own("ana", 3);
    own("ana", 1);
    cr_expect_eq(minutes("ana", 8, 71), 31 * 20 + 33 * 10, "on one day the last one holds");
    cr_expect_eq(minutes("ana", 7, 71), -1);
}

Test(engine_contract, days_that_no_shell_tells_are_refused)
{
    cr_expect_not(refused_days(-EH_CONTRACT_DAYS, 1));
    cr_expect(refused_days(-EH_CONTRACT_DAYS - 1, 1));
    cr_assert_str_eq(kit_refused(&k), "schedule 1: minutes of days that are not within 200 days "
                                      "back and 60 ahead");
    cr_expect_not(refused_days(0, 61));
    cr_expect(refused_days(0, 62));
}

Test(engine_contract, time_led_back)
{
    tell(1, 480, 30);
    tell(2, 100, 30);
    teams(1);
    own("bob", 1);
    day(10);
    own("ana", 2);
    own("bob", 2);
    day(12);
    own("bob", 1);
    k.now_us -= 3600 * INT64_C(1000000);
    k.date = KIT_TODAY + 8;
    struct eh_message m = {.type = EH_MESSAGE_ACCEPT_TIME};
    m.has = EH_FIELD_BIT(EH_FIELD_ACTOR) | EH_FIELD_BIT(EH_FIELD_REASON);
    m.actor = eh_str("root");
    m.reason = eh_str("the clock was dead");
    cr_assert_eq(kit_step(&k, m, EH_ORIGIN_SHELL), 0);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    cr_expect_eq(minutes("ana", 6, 9), 2 * 480 + 2 * 100, "as it was said last");
    cr_expect_eq(minutes("bob", 6, 9), 4 * 480);
    tell(2, 7, 30);
    give();
    cr_expect_eq(minutes("ana", 6, 9), 2 * 480 + 2 * 7);
}

/* Where the desk moves to a zone in which it is still yesterday, a day comes twice. */
Test(engine_contract, a_zone_in_which_it_is_yesterday)
{
    tell(1, 480, 30);
    tell(2, 100, 30);
    teams(1);
    day(10);
    own("ana", 2);
    day(9);
    own("ana", 1);
    cr_expect_eq(minutes("ana", 8, 9), 2 * 480);
    day(11);
    own("ana", 2);
    cr_expect_eq(minutes("ana", 9, 12), 2 * 480 + 2 * 100);
}

Test(engine_contract, earlier_rules_keep_nothing)
{
    kit_done(&k);
    kit_start_under(&k, EH_RULES_RAMP, HEAD BOTH);
    cr_expect(refused_days(0, 1));
    cr_assert_str_eq(kit_refused(&k), "minutes of days are not kept under rules 37");
    hours_add(&h, 1, 8, 16);
    teams(1);
    own("bob", 1);
    day(2);
    desk("reps: [ana]\nteams: [{id: sales, reps: [ana]}]\n");
    struct eh_message m = {.type = EH_MESSAGE_RULES, .has = EH_FIELD_BIT(EH_FIELD_RULES)};
    m.rules = EH_RULES_CONTRACT;
    cr_assert_eq(kit_step(&k, m, EH_ORIGIN_SHELL), 0);
    tell(1, 480, 30);
    give();
    cr_expect_eq(minutes("ana", 2, 3), 960);
    cr_expect_eq(minutes("ana", 1, 3), -1);
    cr_expect_eq(minutes("bob", 2, 3), -1);
}
