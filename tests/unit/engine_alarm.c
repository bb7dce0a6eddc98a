/* engine_alarm: an alarm on a team's month becomes a notice, once. */
#include <criterion/criterion.h>

#include "engine_kit.h"

#define DESK                                                                                       \
    "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"                                          \
    "kinds: {order: {points: 2}}\nreps: [ana, bob]\n"                                              \
    "teams: [{id: sales, policy: random, reps: [ana, bob]}]\n"

static struct kit k;

static void start(void)
{
    kit_start(&k, DESK);
}

static void stop(void)
{
    cr_expect(kit_sound(&k));
    kit_done(&k);
}

TestSuite(engine_alarm, .init = start, .fini = stop);

/* As evenhandd tells it. */
static void alarm_tell(const char *event, const char *sentence)
{
    kit_step(&k,
             (struct eh_message){.type = EH_MESSAGE_ALARM,
                                 .has = EH_FIELD_BIT(EH_FIELD_TEAM) |
                                        EH_FIELD_BIT(EH_FIELD_REASON) |
                                        EH_FIELD_BIT(EH_FIELD_EVENT) | EH_FIELD_BIT(EH_FIELD_ACTOR),
                                 .team = eh_str("sales"),
                                 .reason = eh_str(sentence),
                                 .event = eh_str(event),
                                 .actor = eh_str("evenhandd")},
             EH_ORIGIN_ADMIN);
    cr_assert_eq(k.result, 0, "%s", kit_refused(&k));
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

/* What the log knows of the last input. */
static void remember(void)
{
    k.in.recalled = (struct eh_recalled){.known = true, .digest = k.in.digest, .input = k.in.no};
}

Test(engine_alarm, becomes_a_notice)
{
    alarm_tell("bias sales 2024-10", "ana drew too many");
    cr_assert_eq(k.fx.count, 1);
    const struct eh_effect *told = kit_item(&k, 0);
    cr_expect_eq(told->type, EH_NOTICE_ALARM);
    cr_expect(kit_is(told->team, "sales"));
    cr_expect(kit_is(told->why, "ana drew too many"));
    cr_expect_eq(told->id.size + told->rep.size + told->was.size, 0);
    cr_expect_eq(told->ticket, 0);
}

Test(engine_alarm, of_the_same_month_in_other_words_is_a_repeat)
{
    alarm_tell("bias sales 2024-10", "up to the 9th ana drew too many");
    struct eh_key identity = k.in.identity;
    remember();
    alarm_tell("bias sales 2024-10", "up to the 10th bob drew too few");
    cr_expect(k.repeat);
    cr_expect(eh_key_equal(k.in.identity, identity));
    cr_expect_eq(k.fx.count, 0);
}

Test(engine_alarm, of_another_month_is_another)
{
    alarm_tell("bias sales 2024-10", "ana drew too many");
    struct eh_key identity = k.in.identity;
    alarm_tell("bias sales 2024-11", "ana drew too many");
    cr_expect_not(eh_key_equal(k.in.identity, identity));
    cr_expect_eq(k.fx.count, 1);
}

Test(engine_alarm, comes_from_nobody_else)
{
    struct eh_message m = {.type = EH_MESSAGE_ALARM};
    struct eh_error error = {0};
    cr_expect_lt(
        eh_message_from_json(kit_quoted(&k, "{'type':'alarm','team':'sales','reason':'x'}"),
                             &k.arena, &m, &error),
        0);
    cr_expect_lt(eh_message_from_json_body(kit_quoted(&k, "{'team':'sales','reason':'x'}"),
                                           &k.arena, &m, &error),
                 0);
}
