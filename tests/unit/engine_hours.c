/* unit/engine_hours: who is off by hours and absences, and what begins and ends by them. */
#include "hours_kit.h"

#include <criterion/criterion.h>

static const char desk[] =
    "desk: main\ncurrency: EUR\ntime_zone: UTC\nkinds: {order: {points: 2}}\n"
    "reps: [{id: ana}, {id: bob}, {id: eli}]\nteams:\n"
    "  - {id: sales, reps: [ana, bob], policy: balanced}\n"
    "  - {id: care, reps: [ana, eli], policy: balanced}\n"
    "  - {id: desk, reps: [eli], policy: balanced, presence: signalled}\n";

static struct kit k;
static struct hours h;

static void start(void)
{
    kit_start(&k, desk);
}

static void stop(void)
{
    cr_assert(kit_sound(&k));
    eh_engine_free(kit_restored(k.e));
    kit_done(&k);
    eh_bytes_done(&h.text);
}

TestSuite(engine_hours, .init = start, .fini = stop);

static void ticket(const char *id, const char *team)
{
    kit_sendf(&k, "{'type':'ticket','id':'%s','team':'%s','kind':'order'}", id, team);
}

static bool is_off(const char *rep)
{
    return kit_rep(&k, rep).off;
}

static bool has(const char *id, const char *rep)
{
    return kit_is(kit_ticket(&k, id).rep, rep);
}

static bool works(const char *rep, const char *team)
{
    struct eh_member_view view;
    return eh_engine_member_of(k.e, eh_str(team), eh_str(rep), &view) && !view.off;
}

/* ana works from 8 to 12 and from 13 to 16 on the first two days, by a schedule of her own. */
static void ana_works(void)
{
    for (int day = 0; day < 2; day++) {
        hours_add(&h, 1, 24 * day + 8, 24 * day + 12);
        hours_add(&h, 1, 24 * day + 13, 24 * day + 16);
    }
    eh_schedule_put_rep(&h.text, eh_str("ana"), 1);
    eh_schedule_put_window(&h.text, KIT_START + 48 * HOUR_US);
    cr_assert_eq(hours_give(&k, &h), 0);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
}

Test(engine_hours, nothing_is_dealt_to_a_rep_who_is_off)
{
    ana_works();
    cr_assert(is_off("ana") && !is_off("bob"));
    cr_assert_eq(kit_rep(&k, "ana").off_until_us, KIT_START + 8 * HOUR_US);
    ticket("T1", "sales");
    ticket("T2", "sales");
    cr_assert(has("T1", "bob") && has("T2", "bob"));
}

Test(engine_hours, what_waits_is_dealt_when_the_shift_begins)
{
    ana_works();
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away'}");
    ticket("T1", "sales");
    cr_assert(kit_is(kit_ticket(&k, "T1").waiting_why, "nobody"));
    cr_assert_eq(eh_engine_shift_us(k.e), KIT_START + 8 * HOUR_US);
    hours_at(&k, 8);
    cr_assert(has("T1", "ana"));
    cr_assert_not(is_off("ana"));
    cr_assert_eq(kit_rep(&k, "ana").on_until_us, KIT_START + 12 * HOUR_US);
}

Test(engine_hours, open_tickets_stay_with_a_rep_who_goes_off)
{
    ana_works();
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away'}");
    hours_at(&k, 9);
    ticket("T1", "sales");
    hours_at(&k, 20);
    cr_assert(is_off("ana") && has("T1", "ana"));
    cr_assert(eh_ledger_check(k.e));
}

Test(engine_hours, an_input_tells_what_the_shell_left_over)
{
    ana_works();
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away'}");
    k.now_us = KIT_START + 9 * HOUR_US; /* no DUE input came */
    ticket("T1", "sales");
    cr_assert(has("T1", "ana"));
    k.now_us = KIT_START + 17 * HOUR_US;
    ticket("T2", "sales");
    cr_assert(kit_is(kit_ticket(&k, "T2").waiting_why, "nobody"));
    k.now_us = KIT_START + 32 * HOUR_US;
    kit_send(&k, "{'type':'ticket','id':'T9','team':'nobody','kind':'order'}"); /* is refused */
    cr_assert(k.fx.refused && k.result == 0);
    cr_assert_not(is_off("ana"), "the shift began all the same");
    hours_at(&k, 32);
    cr_assert(has("T2", "ana"));
}

Test(engine_hours, a_rep_is_off_by_membership)
{
    hours_add(&h, 3, 8, 16);
    eh_schedule_put_team(&h.text, eh_str("care"), 3);
    hours_give(&k, &h);
    cr_assert(!is_off("ana") && works("ana", "sales") && !works("ana", "care"));
    cr_assert(!is_off("eli") && !works("eli", "care"), "eli is in another team, too");
    hours_at(&k, 8);
    cr_assert(works("ana", "care") && works("eli", "care"));
}

Test(engine_hours, a_reps_own_hours_come_before_the_teams)
{
    hours_add(&h, 1, 0, 4);
    hours_add(&h, 2, 8, 16);
    eh_schedule_put_team(&h.text, eh_str("care"), 2);
    eh_schedule_put_rep(&h.text, eh_str("ana"), 1);
    hours_give(&k, &h);
    cr_assert(works("ana", "care") && works("ana", "sales") && !works("eli", "care"));
    eh_schedule_put_rep(&h.text, eh_str("ana"), 0);
    hours_give(&k, &h);
    cr_assert(!works("ana", "care") && works("ana", "sales"));
}

Test(engine_hours, away_without_an_end_ends_with_the_shift)
{
    ana_works();
    hours_at(&k, 11);
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away'}");
    hours_at(&k, 14);
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AWAY, "a break at noon is no end");
    hours_at(&k, 16);
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AVAILABLE);
    cr_assert(is_off("ana"));
    hours_at(&k, 32);
    ticket("T1", "sales");
    ticket("T2", "sales");
    cr_assert(has("T1", "ana") || has("T2", "ana"));
}

/* Readers say when it will. */
Test(engine_hours, away_without_an_end_says_when_the_shift_ends)
{
    ana_works();
    cr_assert_eq(kit_rep(&k, "ana").ends_us, EH_TIME_NEVER, "she is available");
    hours_at(&k, 11);
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away'}");
    cr_assert_eq(kit_rep(&k, "ana").ends_us, KIT_START + 16 * HOUR_US, "a break at noon is no end");
    cr_assert_eq(kit_rep(&k, "ana").until_us, EH_TIME_NEVER);
    hours_at(&k, 17);
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away'}");
    cr_assert_eq(kit_rep(&k, "ana").ends_us, KIT_START + 40 * HOUR_US,
                 "off: that of the next shift");
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away','for':3600}");
    cr_assert_eq(kit_rep(&k, "ana").ends_us, KIT_START + 18 * HOUR_US);
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away'}");
    cr_assert_eq(kit_rep(&k, "bob").ends_us, EH_TIME_NEVER, "who has no hours has no shift");
}

Test(engine_hours, away_ends_with_no_shift_that_runs_on_behind_the_window)
{
    hours_add(&h, 1, 0, 24);
    eh_schedule_put_rep(&h.text, eh_str("ana"), 1);
    eh_schedule_put_window(&h.text, KIT_START + 24 * HOUR_US);
    hours_give(&k, &h);
    hours_at(&k, 1);
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away'}");
    cr_assert_eq(kit_rep(&k, "ana").ends_us, EH_TIME_NEVER);
}

/* In two teams with hours of their own: the end of the shift that ends last. */
Test(engine_hours, away_ends_when_no_team_has_a_shift)
{
    hours_add(&h, 1, 8, 12);
    hours_add(&h, 2, 10, 15);
    hours_add(&h, 1, 32, 36);
    eh_schedule_put_team(&h.text, eh_str("sales"), 1);
    eh_schedule_put_team(&h.text, eh_str("care"), 2);
    eh_schedule_put_window(&h.text, KIT_START + 48 * HOUR_US);
    hours_give(&k, &h);
    hours_at(&k, 9);
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away'}");
    cr_assert_eq(kit_rep(&k, "ana").ends_us, KIT_START + 15 * HOUR_US);
    hours_at(&k, 12.5);
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AWAY);
    hours_at(&k, 15);
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AVAILABLE);
}

Test(engine_hours, away_with_an_end_and_overloaded_run_on)
{
    ana_works();
    hours_at(&k, 15);
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away','for':72000}");
    hours_at(&k, 34);
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AWAY);
    hours_at(&k, 35);
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AVAILABLE);
    kit_send(&k, "{'type':'signal','rep':'ana','status':'overloaded','for':28800}");
    hours_at(&k, 42);
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_OVERLOADED);
    hours_at(&k, 43);
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AVAILABLE);
}

Test(engine_hours, whole_days_may_pass_unseen)
{
    ana_works();
    hours_at(&k, 9);
    kit_send(&k, "{'type':'signal','rep':'ana','status':'away'}");
    hours_at(&k, 33); /* on again: the shift of the day before ended meanwhile */
    cr_assert_eq(kit_rep(&k, "ana").state, EH_STATUS_AVAILABLE);
    cr_assert_eq(kit_rep(&k, "ana").since_us, KIT_START + 16 * HOUR_US);
    hours_at(&k, 60);
    cr_assert(is_off("ana"), "nothing was handed over for this day");
    cr_assert_eq(kit_rep(&k, "ana").off_until_us, EH_TIME_NEVER);
}

Test(engine_hours, who_must_signal_stays_away)
{
    hours_add(&h, 1, 0, 8);
    hours_add(&h, 1, 24, 32);
    eh_schedule_put_rep(&h.text, eh_str("eli"), 1);
    hours_give(&k, &h);
    hours_at(&k, 10);
    cr_assert_eq(kit_rep(&k, "eli").state, EH_STATUS_AWAY);
    hours_at(&k, 25);
    cr_assert_eq(kit_rep(&k, "eli").state, EH_STATUS_AWAY);
}

Test(engine_hours, hours_can_be_replaced)
{
    ana_works();
    hours_at(&k, 9);
    eh_schedule_put_replace(&h.text, 1);
    hours_add(&h, 1, 7, 10);
    hours_give(&k, &h);
    cr_assert_not(is_off("ana"));
    hours_at(&k, 10);
    cr_assert(is_off("ana"));
    eh_schedule_put_replace(&h.text, 1);
    hours_add(&h, 1, 8, 20);
    hours_give(&k, &h);
    cr_assert_not(is_off("ana"), "it is on at once");
    eh_schedule_put_replace(&h.text, 1);
    hours_give(&k, &h);
    cr_assert(is_off("ana"), "nothing is left");
}

Test(engine_hours, a_new_desk_keeps_hours)
{
    char more[sizeof desk + 16];
    snprintf(more, sizeof more, "%s", desk);
    ana_works();
    memcpy(strstr(more, "{id: bob}"), "{id: bop}", 9);
    memcpy(strstr(more, "bob]"), "bop]", 4);
    kit_desk(&k, more);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    cr_assert(is_off("ana"));
    hours_at(&k, 8);
    cr_assert(works("ana", "sales") && works("ana", "care"));
}

Test(engine_hours, what_no_shell_writes_is_refused_whole)
{
    eh_schedule_put_rep(&h.text, eh_str("ana"), 1);
    hours_add(&h, 1, 3, 2);
    hours_give(&k, &h);
    cr_assert(k.fx.refused && !is_off("ana"));
    for (int i = 0; i <= EH_SCHEDULE_INTERVALS_MAX; i++)
        hours_add(&h, 1, 2 * i, 2 * i + 1);
    eh_schedule_put_rep(&h.text, eh_str("ana"), 1);
    hours_give(&k, &h);
    cr_assert(k.fx.refused && !is_off("ana"), "%s", kit_refused(&k));
    for (int i = 0; i < EH_SCHEDULE_INTERVALS_MAX; i++)
        hours_add(&h, 1, 2 * i, 2 * i + 1);
    hours_give(&k, &h);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    eh_bytes_put(&h.text, kit_quoted(&k, desk).data, 1); /* any byte */
    for (size_t i = h.text.size; i <= EH_SCHEDULE_TEXT_MAX; i++)
        eh_bytes_put_u8(&h.text, 0);
    hours_give(&k, &h);
    cr_assert(k.fx.refused, "too long");
}

Test(engine_hours, an_unknown_rep_is_passed_over)
{
    eh_schedule_put_rep(&h.text, eh_str("nobody"), 1);
    eh_schedule_put_team(&h.text, eh_str("nowhere"), 1);
    hours_give(&k, &h);
    cr_assert_not(k.fx.refused);
}

/* ---- absences */

static void absent(const char *rep, int from, int until, const char *more)
{
    char end[64] = "";
    if (until)
        snprintf(end, sizeof end, ",'until':%lld",
                 (long long)((KIT_START + until * HOUR_US) / 1000));
    kit_sendf(&k, "{'type':'absence','rep':'%s','from':%lld%s%s}", rep,
              (long long)((KIT_START + from * HOUR_US) / 1000), end, more);
}

Test(engine_hours, an_absent_rep_is_off_everywhere)
{
    absent("ana", 5, 10, ",'reason':'sick'");
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    cr_assert_not(is_off("ana"));
    cr_assert_eq(kit_rep(&k, "ana").on_until_us, KIT_START + 5 * HOUR_US);
    hours_at(&k, 5);
    struct eh_rep_view rep = kit_rep(&k, "ana");
    cr_assert(rep.off && rep.absent && !works("ana", "care"));
    cr_assert_eq(rep.off_until_us, KIT_START + 10 * HOUR_US);
    ticket("T1", "sales");
    ticket("T2", "sales");
    cr_assert(has("T1", "bob") && has("T2", "bob"));
    hours_at(&k, 10);
    cr_assert_not(is_off("ana"));
    struct eh_absence_view view;
    cr_assert_eq(eh_engine_absences(k.e, eh_str("ana"), 1, &view), 0, "what is over is gone");
}

Test(engine_hours, absences_overlap_and_hours_go_on_below)
{
    ana_works();
    absent("ana", 9, 30, "");
    absent("ana", 20, 33, ",'reason':'training'");
    hours_at(&k, 9);
    cr_assert_eq(kit_rep(&k, "ana").off_until_us, KIT_START + 33 * HOUR_US);
    hours_at(&k, 32);
    cr_assert(is_off("ana"));
    hours_at(&k, 33);
    cr_assert_not(is_off("ana"));
}

Test(engine_hours, an_absence_can_be_cancelled)
{
    struct eh_absence_view view;
    absent("ana", 0, 0, ",'reason':'other','uid':'hr-1'");
    cr_assert(is_off("ana"));
    cr_assert_eq(eh_engine_absences(k.e, eh_str("ana"), 1, &view), 1);
    cr_assert(view.until_us == EH_TIME_NEVER && view.begun && kit_is(view.uid, "hr-1"));
    kit_sendf(&k, "{'type':'absence','rep':'bob','cancel':%d}", (int)view.number);
    cr_assert(k.fx.refused, "it is another's");
    kit_sendf(&k, "{'type':'absence','rep':'ana','cancel':%d}", (int)view.number);
    cr_assert(!k.fx.refused && !is_off("ana"));
    absent("ana", 5, 6, ",'uid':'hr-2'");
    absent("ana", 0, 6, ",'uid':'hr-2'");
    cr_assert_eq(eh_engine_absences(k.e, eh_str("ana"), 1, &view), 1, "it took its place");
    cr_assert(is_off("ana"));
    kit_send(&k, "{'type':'absence','rep':'ana','cancel':0,'uid':'hr-2'}");
    cr_assert(!k.fx.refused && !is_off("ana"));
}

Test(engine_hours, wrong_absences_are_refused)
{
    absent("ana", 5, 5, "");
    cr_assert_str_eq(kit_refused(&k), "until: is not behind from");
    absent("ana", -5, -1, "");
    cr_assert_str_eq(kit_refused(&k), "until: is over already");
    kit_send(&k, "{'type':'absence','rep':'ana'}");
    cr_assert_str_eq(kit_refused(&k), "from: missing; say when ana is absent");
    for (int i = 0; i < EH_ABSENCES_PER_REP_MAX; i++)
        absent("ana", 100 + i, 101 + i, "");
    cr_assert_not(k.fx.refused);
    absent("ana", 5, 6, "");
    cr_assert(k.fx.refused);
    absent("bob", 5, 6, "");
    cr_assert_not(k.fx.refused);
}

Test(engine_hours, time_that_is_led_back_is_on_again)
{
    ana_works();
    absent("bob", 10, 20, "");
    hours_at(&k, 17);
    cr_assert(is_off("ana") && is_off("bob"));
    k.now_us = KIT_START + 9 * HOUR_US;
    struct eh_message accept = {.type = EH_MESSAGE_ACCEPT_TIME,
                                .reason = eh_str("the clock was dead"),
                                .actor = eh_str("root"),
                                .has =
                                    EH_FIELD_BIT(EH_FIELD_REASON) | EH_FIELD_BIT(EH_FIELD_ACTOR)};
    cr_assert_eq(kit_step(&k, accept, EH_ORIGIN_SHELL), 0);
    cr_assert(!is_off("bob"));
    eh_schedule_put_replace(&h.text, 1);
    hours_add(&h, 1, 8, 12);
    hours_give(&k, &h);
    cr_assert_not(is_off("ana"));
    hours_at(&k, 13);
    cr_assert(is_off("ana") && is_off("bob"));
}

/* ---- as many as there may be */

/* A desk with so many reps in one team; freed by the caller. */
static char *many_desk(int reps)
{
    EH_AUTO(eh_bytes) struct eh_bytes yaml = EH_BYTES_INIT;
    eh_bytes_put_text(&yaml, "desk: main\ncurrency: EUR\ntime_zone: UTC\n"
                             "kinds: {order: {points: 2}}\nreps:\n");
    for (int i = 0; i < reps; i++)
        eh_bytes_put_text(&yaml, "  - {id: r%05d}\n", i);
    eh_bytes_put_text(&yaml, "teams:\n  - {id: t, policy: balanced, reps: [");
    for (int i = 0; i < reps; i++)
        eh_bytes_put_text(&yaml, "%sr%05d", i ? ", " : "", i);
    eh_bytes_put_text(&yaml, "]}\n");
    cr_assert_not(yaml.failed);
    return strndup((const char *)yaml.data, yaml.size);
}

static void begin_with(int reps)
{
    char *yaml = many_desk(reps);
    kit_done(&k);
    kit_start(&k, yaml);
    free(yaml);
}

static unsigned at_work(void)
{
    struct eh_member_view view;
    unsigned count = 0;
    for (uint32_t i = 0; eh_engine_member(k.e, eh_str("t"), i, &view); i++)
        count += !view.off;
    return count;
}

/* The members are told in steps, and nothing is dealt before all are told. */
Test(engine_hours, a_step_tells_so_many)
{
    begin_with(2500);
    hours_add(&h, 1, 8, 16);
    eh_schedule_put_team(&h.text, eh_str("t"), 1);
    hours_give(&k, &h);
    ticket("T1", "t");
    cr_assert_eq(at_work(), 0);
    k.now_us = KIT_START + 8 * HOUR_US;
    kit_due(&k);
    cr_assert_eq(at_work(), 1000);
    cr_assert(kit_is(kit_ticket(&k, "T1").rep, ""));
    cr_assert(eh_engine_shift_us(k.e) <= k.now_us);
    kit_restart(&k);
    cr_assert_eq(at_work(), 1000);
    kit_due(&k);
    cr_assert_eq(at_work(), 2000);
    cr_assert(kit_is(kit_ticket(&k, "T1").rep, ""));
    kit_due(&k);
    cr_assert_eq(at_work(), 2500);
    cr_assert_not(kit_is(kit_ticket(&k, "T1").rep, ""));
    cr_assert_gt(eh_engine_due_us(k.e), k.now_us);
}

/* Another input comes half way: it tells the rest before it decides. */
Test(engine_hours, nothing_is_decided_half_way)
{
    begin_with(2500);
    hours_add(&h, 1, 0, 8);
    eh_schedule_put_team(&h.text, eh_str("t"), 1);
    hours_give(&k, &h);
    k.now_us = KIT_START + 8 * HOUR_US;
    kit_due(&k);
    cr_assert_eq(at_work(), 1500);
    ticket("T1", "t");
    cr_assert(kit_is(kit_ticket(&k, "T1").rep, ""));
    cr_assert_eq(at_work(), 0);
}

Test(engine_hours, all_absences_have_a_bound)
{
    int reps = EH_ABSENCES_MAX / EH_ABSENCES_PER_REP_MAX + 1;
    char rep[8];
    begin_with(reps);
    for (int i = 0; i < EH_ABSENCES_MAX; i++) {
        snprintf(rep, sizeof rep, "r%05d", i / EH_ABSENCES_PER_REP_MAX);
        absent(rep, 100 + i % 64, 101 + i % 64, "");
        cr_assert_not(k.fx.refused);
        eh_arena_reset(&k.arena);
    }
    snprintf(rep, sizeof rep, "r%05d", reps - 1);
    absent(rep, 300, 301, "");
    cr_assert(k.fx.refused);
    hours_at(&k, 101); /* some are over */
    absent(rep, 300, 301, "");
    cr_assert_not(k.fx.refused);
}

/* So many days of a schedule; 1,000 of them are one record. */
static void give_many(uint32_t schedule)
{
    static struct eh_interval intervals[1000];
    for (int i = 0; i < 1000; i++)
        intervals[i] = (struct eh_interval){KIT_START + (2 * i + 1) * HOUR_US,
                                            KIT_START + (2 * i + 2) * HOUR_US};
    eh_schedule_put_intervals(&h.text, schedule, intervals, 1000);
}

Test(engine_hours, all_intervals_have_a_bound)
{
    uint32_t most = EH_SCHEDULE_INTERVALS_ALL_MAX / 1000;
    for (uint32_t i = 1; i <= most; i++) {
        give_many(i);
        if (i % 10)
            continue;
        hours_give(&k, &h);
        cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
        eh_arena_reset(&k.arena);
    }
    hours_add(&h, most + 1, 8, 16);
    hours_give(&k, &h);
    cr_assert(k.fx.refused);
    eh_schedule_put_replace(&h.text, 1);
    hours_give(&k, &h);
    hours_add(&h, most + 1, 8, 16);
    hours_give(&k, &h);
    cr_assert_not(k.fx.refused);
}

Test(engine_hours, hours_that_nobody_handed_over_yet_are_off)
{
    kit_done(&k);
    kit_start(&k, "desk: main\ncurrency: EUR\ntime_zone: UTC\n"
                  "calendars: [{id: office, hours: {mon-sun: 00:00-24:00}}]\n"
                  "reps: [{id: ana, hours: office}, bob, eli]\nteams:\n"
                  "  - {id: sales, reps: [ana, bob]}\n"
                  "  - {id: care, reps: [eli], hours: office}\n");
    cr_assert(is_off("ana") && is_off("eli") && !is_off("bob"));
    ticket("T1", "sales");
    ticket("T2", "sales");
    ticket("T3", "care");
    cr_assert(has("T1", "bob") && has("T2", "bob") && has("T3", ""));
    hours_add(&h, 1, 0, 48);
    eh_schedule_put_rep(&h.text, eh_str("ana"), 1);
    eh_schedule_put_team(&h.text, eh_str("care"), 1);
    cr_assert_eq(hours_give(&k, &h), 0);
    cr_assert(!is_off("ana") && !is_off("eli") && has("T3", "eli"));
}
