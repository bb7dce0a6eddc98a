/*
 * fairness_deeds: an engine's history becomes a report: what people did with tickets that were not
 * dealt, were dealt again, or were paused.
 */
#include "watch_kit.h"

TestSuite(fairness_deeds, .timeout = 600);

Test(fairness_deeds, overrides)
{
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    deal(&w, 10, "sales", 700);
    const char *to = kit_is(kit_ticket(&w.kit, "T1").rep, "ben") ? "cai" : "ben";
    char body[128];
    eh_format(body, sizeof body, "{'id':'T1','rep':'%s','reason':'knows them'}", to);
    command(&w, EH_MESSAGE_ASSIGN, "maja", body);
    look(&w);
    cr_assert_eq(w.report.manager_count, 1);
    cr_expect(eh_str_equal(w.report.managers[0].manager, eh_str("maja")));
    cr_expect_eq(w.report.managers[0].value, 700);
    cr_expect_eq(rep_of(&w, to)->overrides, 1);
    cr_expect_eq(w.report.tickets, 10);
    expect_all_have(&w, 10);
    watched_done(&w);
}

static void released_by(struct watched *w, const char *user, struct eh_str rep)
{
    char body[128];
    eh_format(body, sizeof body, "{'rep':'%.*s','reason':'ill'}", EH_STR_ARG(rep));
    command(w, EH_MESSAGE_RELEASE, user, body);
}

Test(fairness_deeds, released_and_dealt_again)
{
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    deal(&w, 30, "sales", 700);
    uint64_t open = kit_rep(&w.kit, "cai").open;
    released_by(&w, NULL, eh_str("cai"));
    kit_pass(&w.kit, 600);
    deal(&w, 1, "sales", 700);
    look(&w);
    cr_expect_eq(w.report.tickets, 31);
    cr_expect_eq(w.report.deals, 31 + open);
    cr_expect_eq(rep_of(&w, "cai")->account.received, 0);
    cr_expect_eq(rep_of(&w, "cai")->away_s, 660);
    expect_all_have(&w, 31);
    watched_done(&w);
}

static void move(struct watched *w, const char *user, const char *team)
{
    char body[128];
    eh_format(body, sizeof body, "{'id':'T1','team':'%s','reason':'misrouted'}", team);
    command(w, EH_MESSAGE_MOVE, user, body);
}

/* Out and back as often as one likes: no deal, and each move is counted for who did it. */
Test(fairness_deeds, moves_are_counted_for_who_made_them)
{
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    deal(&w, 1, "sales", 700);
    for (int i = 0; i < 3; i++) {
        move(&w, "maja", "support");
        move(&w, i == 2 ? "olaf" : "maja", "sales");
    }
    look(&w);
    cr_expect_eq(w.report.tickets, 1);
    cr_expect_eq(w.report.deals, 1);
    cr_expect_eq(w.report.further_deals, 0);
    cr_expect_eq(w.report.moves, 6);
    cr_expect_eq(w.report.moves_value, 4200);
    cr_assert_eq(w.report.manager_count, 2);
    cr_expect(eh_str_equal(w.report.managers[0].manager, eh_str("maja")));
    cr_expect_eq(w.report.managers[0].moves, 5);
    cr_expect_eq(w.report.managers[1].moves, 1);
    cr_expect_eq(w.report.managers[1].moves_value, 700);
    expect_all_have(&w, 1);
    watched_done(&w);
}

static void expect_further(const struct watched *w, uint32_t at, const char *who, enum eh_again why)
{
    const struct eh_fairness_further *further = &w->report.further[at];
    cr_assert_gt(w->report.further_count, at);
    cr_expect(eh_str_equal(further->who, eh_str(who)), "%.*s", EH_STR_ARG(further->who));
    cr_expect_eq(further->why, why);
    cr_expect_eq(further->deals, 1);
    cr_expect_eq(further->value, 700);
}

/* By whoever released who had it, or moved it back when they had left. */
Test(fairness_deeds, further_deals_are_counted_with_who_and_why)
{
    struct watched w;
    struct eh_ticket_view ticket;
    char rest[32] = "";
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    deal(&w, 1, "sales", 700);
    cr_assert(eh_engine_ticket(w.kit.e, eh_str("default"), eh_str("T1"), &ticket));
    released_by(&w, "maja", ticket.rep);
    cr_assert(eh_engine_ticket(w.kit.e, eh_str("default"), eh_str("T1"), &ticket));
    static const char *const reps[] = {"ana", "ben", "cai"};
    for (int i = 0; i < 3; i++)
        if (!eh_str_equal(ticket.rep, eh_str(reps[i])))
            eh_format(rest + strlen(rest), sizeof rest - strlen(rest), "%s%s", rest[0] ? ", " : "",
                      reps[i]);
    move(&w, "maja", "support");
    desk(&w, rest);
    move(&w, "olaf", "sales");
    look(&w);
    cr_expect_eq(w.report.tickets, 1);
    cr_expect_eq(w.report.deals, 3);
    cr_expect_eq(w.report.further_deals, 2);
    expect_further(&w, 0, "maja", EH_AGAIN_RELEASE);
    expect_further(&w, 1, "olaf", EH_AGAIN_LEFT);
    watched_done(&w);
}

/* owner: in quotes, or null; by: likewise */
static void owner(struct watched *w, const char *id, const char *who, const char *by)
{
    char json[256];
    eh_format(json, sizeof json, "{'type':'owner','id':'%s','owner':%s,'by':%s}", id, who, by);
    send(w, json);
}

static void own(struct watched *w, const char *id, const char *rep)
{
    char json[256];
    eh_format(json, sizeof json,
              "{'type':'ticket','id':'%s','team':'sales','kind':'order','value':700,'owner':'%s'}",
              id, rep);
    send(w, json);
}

static void expect_deed(const struct watched *w, const char *rep, enum eh_deed deed,
                        uint64_t tickets)
{
    const struct eh_fairness_deed *done = &rep_of(w, rep)->deeds[deed];
    cr_expect_eq(done->tickets, tickets, "%s %s: %llu", rep, eh_deed_name(deed),
                 (unsigned long long)done->tickets);
    cr_expect_eq(done->value, 700 * (int64_t)tickets);
}

/* Claims, gifts and drops stand by the rep who did them, apart from overrides. */
Test(fairness_deeds, what_reps_do_at_the_helpdesk_is_counted_for_them)
{
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    static const char *const ids[] = {"C1", "C2", "G1", "G2", "G3", "D1", "D2", "M1", "H1"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        own(&w, ids[i], "ana");
    owner(&w, "C1", "'ben'", "'ben'");
    owner(&w, "C2", "'ben'", "'ben'");
    owner(&w, "G1", "'ben'", "'ana'");
    owner(&w, "G2", "'ben'", "'cai'"); /* cai gave away what ana had */
    owner(&w, "G3", "'zed'", "'ana'");
    owner(&w, "D1", "null", "'ana'");
    owner(&w, "D2", "null", "null");
    owner(&w, "H1", "'zed'", "'zed'"); /* somebody outside took it: nobody's deed */
    owner(&w, "H1", "null", "'zed'");
    look(&w);
    expect_deed(&w, "ben", EH_DEED_CLAIM, 2);
    expect_deed(&w, "ana", EH_DEED_CLAIM, 0);
    expect_deed(&w, "ana", EH_DEED_GIFT, 2);
    expect_deed(&w, "cai", EH_DEED_GIFT, 1);
    expect_deed(&w, "ana", EH_DEED_DROP, 2);
    cr_expect_eq(w.report.overrides, 0);
    cr_expect_eq(w.report.tickets, 9, "each once");
    cr_expect_eq(w.report.ways[EH_WAY_CLAIMED].tickets, 2);
    cr_expect_eq(w.report.ways[EH_WAY_CLAIMED].doers[0].doer, EH_DOER_REP);
    cr_expect_eq(w.report.ways[EH_WAY_GIVEN].tickets, 2);
    cr_assert_eq(w.report.further_count, 1);
    cr_expect(eh_str_equal(w.report.further[0].who, eh_str("ana")));
    cr_expect_eq(w.report.further[0].why, EH_AGAIN_DROPPED);
    cr_expect_eq(w.report.further[0].deals, 2);
    /* nine tickets, and four that entitled anew: two gifts, two drops */
    expect_all_have(&w, 13);
    watched_done(&w);
}

Test(fairness_deeds, who_returned_a_ticket_is_told)
{
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    deal(&w, 1, "sales", 700);
    command(&w, EH_MESSAGE_RETURN, "maja", "{'id':'T1','reason':'wrong hands'}");
    look(&w);
    cr_expect_eq(w.report.further_deals, 1);
    expect_further(&w, 0, "maja", EH_AGAIN_RETURN);
    cr_expect_eq(w.report.tickets, 1);
    expect_all_have(&w, 1);
    watched_done(&w);
}

Test(fairness_deeds, what_was_sent_again_is_counted)
{
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    for (int i = 0; i < 3; i++) {
        char json[256];
        eh_format(json, sizeof json,
                  "{'type':'ticket','id':'A%d','team':'%s','kind':'order','customer':'acme',"
                  "'subject':'a pump','value':900}",
                  i, i < 2 ? "sales" : "support");
        send(&w, json);
        eh_format(json, sizeof json, "{'type':'outcome','id':'A%d','outcome':'cancelled'}", i);
        send(&w, json);
    }
    look(&w);
    cr_expect_eq(w.report.resent, 1, "the third is another team's");
    cr_expect_eq(w.report.resent_value, 900);
    watched_done(&w);
}

/* Times a ticket was paused, its value, and the time of all of them together, up to the end; what
 * takes a ticket from its rep ends its pause. */
Test(fairness_deeds, pauses)
{
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    desk(&w, "ana");
    deal(&w, 3, "sales", 1000);
    send(&w, "{'type':'update','id':'T1','paused':true}");
    kit_pass(&w.kit, 600);
    send(&w, "{'type':'update','id':'T2','paused':true}");
    kit_pass(&w.kit, 100);
    send(&w, "{'type':'outcome','id':'T1','outcome':'resolved'}");
    kit_pass(&w.kit, 50);
    send(&w, "{'type':'update','id':'T2','paused':false}");
    kit_pass(&w.kit, 1000);
    send(&w, "{'type':'update','id':'T2','paused':true}");
    kit_pass(&w.kit, 30);
    command(&w, EH_MESSAGE_MOVE, "maja", "{'id':'T2','team':'support','reason':'r'}");
    kit_pass(&w.kit, 1000);
    send(&w, "{'type':'update','id':'T3','paused':true}");
    kit_pass(&w.kit, 7);
    send(&w, "{'type':'ticket','id':'E','team':'support','kind':'order'}");
    look(&w);
    cr_expect_eq(rep_of(&w, "ana")->paused.tickets, 4);
    cr_expect_eq(rep_of(&w, "ana")->paused.value, 4000);
    cr_expect_eq(rep_of(&w, "ana")->paused_s, 700 + 150 + 30 + 7);
    watched_done(&w);
}

/* By the hours of the team, which are other ones from the second day on. */
Test(fairness_deeds, pauses_in_working_time)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    const int64_t hour_us = INT64_C(3600000000);
    const struct eh_interval first = {KIT_START + hour_us, KIT_START + 3 * hour_us};
    const struct eh_interval then = {KIT_START + 25 * hour_us, KIT_START + 29 * hour_us};
    struct watched w;
    start(&w, EH_DATE_ALWAYS, EH_DATE_NEVER);
    desk(&w, "ana");
    deal(&w, 1, "sales", 1000);
    eh_schedule_put_intervals(&text, 1, &first, 1);
    eh_schedule_put_intervals(&text, 2, &then, 1);
    eh_schedule_put_team(&text, eh_str("sales"), 1);
    give(&w, &text);
    kit_pass(&w.kit, 7200 - 60);
    send(&w, "{'type':'update','id':'T1','paused':true}");
    kit_pass(&w.kit, 22 * 3600);
    day(&w, KIT_TODAY + 1);
    eh_schedule_put_team(&text, eh_str("sales"), 2);
    give(&w, &text);
    kit_pass(&w.kit, 3 * 3600);
    send(&w, "{'type':'ticket','id':'E','team':'support','kind':'order'}");
    look(&w);
    cr_expect_eq(rep_of(&w, "ana")->paused_s, 1 * 3600 + 2 * 3600);
    watched_done(&w);
}

/* Those that were paused before the period count from its beginning, and as begun in no period. */
Test(fairness_deeds, pauses_of_before)
{
    struct watched w;
    start(&w, KIT_TODAY + 1, EH_DATE_NEVER);
    desk(&w, "ana");
    deal(&w, 1, "sales", 1000);
    send(&w, "{'type':'update','id':'T1','paused':true}");
    kit_pass(&w.kit, 3600);
    day(&w, KIT_TODAY + 1);
    kit_pass(&w.kit, 60);
    send(&w, "{'type':'update','id':'T1','paused':false}");
    kit_pass(&w.kit, 60);
    send(&w, "{'type':'ticket','id':'E','team':'support','kind':'order'}");
    look(&w);
    cr_expect_eq(rep_of(&w, "ana")->paused.tickets, 0);
    cr_expect_eq(rep_of(&w, "ana")->paused_s, 60);
    watched_done(&w);
}
