/* engine_outcome: the table of outcomes, and outcomes that come before their ticket. */
#include <criterion/criterion.h>

#include "engine_kit.h"

static struct kit k;
static char images[8][2048];
static uint32_t image_size;

static void start(void)
{
    kit_start(&k, "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"
                  "kinds: {order: {points: 2}}\n"
                  "reps: [{id: ana}, {id: bob}]\n"
                  "teams: [{id: sales, reps: [ana], policy: random, capacity: 2},"
                  " {id: care, reps: [bob], policy: random}]\n");
    kit_send(&k, "{'type':'ticket','id':'T1','team':'sales','kind':'order','value':1000}");
}

static void stop(void)
{
    cr_assert(kit_sound(&k));
    kit_done(&k);
}

TestSuite(engine_outcome, .init = start, .fini = stop);

/* Keeps the last image, to be recalled later. */
static void keep(void)
{
    cr_assert_neq(k.fx.image_ticket, 0);
    image_size = k.fx.image.size;
    memcpy(images[0], k.fx.image.data, image_size);
}

static void recall(void)
{
    k.in.recalled =
        (struct eh_recalled){.ticket_known = true, .ticket_image = eh_str_n(images[0], image_size)};
}

/* With the last image recalled, and kept anew where there is a new one. */
static void send(const char *json, const char *effects)
{
    if (!kit_holds(&k, "T1"))
        recall();
    kit_send(&k, json);
    cr_assert_eq(k.result, 0, "%s", eh_code_name(k.result));
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    cr_assert_str_eq(kit_effects(&k), effects);
    if (k.fx.image_ticket)
        keep();
}

static void dead(const char *json, const char *reason)
{
    if (!kit_holds(&k, "T1"))
        recall();
    kit_send(&k, json);
    cr_assert_str_eq(kit_refused(&k), reason);
    if (k.fx.image_ticket) /* its story knows of it: it may hold yet */
        keep();
}

static struct eh_ticket_view image(void)
{
    struct eh_ticket_view view;
    struct eh_error error = {0};
    cr_assert_eq(eh_ticket_image_view(eh_str_n(images[0], image_size), &view, &error), 0);
    return view;
}

Test(engine_outcome, closing)
{
    static const char *const names[] = {"won", "lost", "resolved", "cancelled"};
    for (size_t i = 0; i < 4; i++) {
        if (i)
            send("{'type':'outcome','id':'T1','outcome':'reopened'}", "returned T1 ana");
        char json[200], reason[200];
        snprintf(json, sizeof json, "{'type':'outcome','id':'T1','outcome':'%s'}", names[i]);
        send(json, "closed T1 ana");
        cr_assert_not(kit_holds(&k, "T1"));
        cr_assert_eq(kit_rep(&k, "ana").points, 0);
        cr_assert(kit_is(image().outcome, names[i]));
        cr_assert_eq(image().state, EH_TICKET_CLOSED);
        cr_assert_eq(image().value, 1000); /* no value given: it stands */
        send(json, "");                    /* again: nothing */
        snprintf(reason, sizeof reason,
                 "outcome: ticket default/T1 is closed as %s; reopen it first", names[i]);
        snprintf(json, sizeof json, "{'type':'outcome','id':'T1','outcome':'%s'}",
                 names[(i + 1) % 4]);
        dead(json, reason);
    }
}

Test(engine_outcome, won_sets_value)
{
    send("{'type':'outcome','id':'T1','outcome':'won','value':700}", "closed T1 ana");
    cr_assert_eq(image().value, 700);
}

Test(engine_outcome, open)
{
    send("{'type':'outcome','id':'T1','outcome':'reopened'}", "");
    dead("{'type':'outcome','id':'T1','outcome':'refunded'}",
         "outcome: ticket default/T1 is not closed yet");
    dead("{'type':'outcome','id':'T1','outcome':'rated','csat':4}",
         "outcome: ticket default/T1 is not closed yet");
}

Test(engine_outcome, waiting)
{
    kit_send(&k, "{'type':'ticket','id':'T2','team':'sales','kind':'order'}");
    cr_assert_str_eq(kit_effects(&k), "waiting T2 full");
    dead("{'type':'outcome','id':'T2','outcome':'refunded'}",
         "outcome: ticket default/T2 is not closed yet");
    kit_send(&k, "{'type':'outcome','id':'T2','outcome':'reopened'}");
    cr_assert_str_eq(kit_effects(&k), "");
    kit_send(&k, "{'type':'outcome','id':'T2','outcome':'won','value':7}");
    cr_assert_str_eq(kit_effects(&k), "closed T2");
    keep();
    cr_assert(kit_is(image().outcome, "won") && image().rep.size == 0);
    send("{'type':'outcome','id':'T1','outcome':'lost'}", "closed T1 ana");
    cr_assert_not(kit_holds(&k, "T2")); /* it is not dealt any more */
}

/* It waits where it would have waited, before what came after it. */
Test(engine_outcome, closed_while_it_waited_and_reopened)
{
    kit_send(&k, "{'type':'ticket','id':'T2','team':'sales','kind':'order'}");
    kit_send(&k, "{'type':'ticket','id':'T3','team':'sales','kind':'order'}");
    kit_send(&k, "{'type':'outcome','id':'T2','outcome':'resolved'}");
    keep();
    recall();
    kit_send(&k, "{'type':'outcome','id':'T2','outcome':'reopened'}");
    cr_assert_str_eq(kit_effects(&k), "waiting T2 full");
    send("{'type':'outcome','id':'T1','outcome':'lost'}", "closed T1 ana; assigned T2 ana random");
}

Test(engine_outcome, refunded)
{
    send("{'type':'outcome','id':'T1','outcome':'won'}", "closed T1 ana");
    send("{'type':'outcome','id':'T1','outcome':'refunded','value':300}", "");
    cr_assert_eq(image().refunded, 300);
    dead("{'type':'outcome','id':'T1','outcome':'refunded','value':701}",
         "value: 701 cannot be refunded, 700 of ticket default/T1 is left");
    send("{'type':'outcome','id':'T1','outcome':'refunded'}", ""); /* all that is left */
    cr_assert_eq(image().refunded, 1000);
    send("{'type':'outcome','id':'T1','outcome':'rated','csat':1}", "");
    send("{'type':'outcome','id':'T1','outcome':'reopened'}", "returned T1 ana");
    send("{'type':'outcome','id':'T1','outcome':'lost'}", "closed T1 ana");
    cr_assert_eq(image().refunded, 0);
    dead("{'type':'outcome','id':'T1','outcome':'refunded'}",
         "outcome: ticket default/T1 is lost; only a won one can be refunded");
}

/* To the same rep even above capacity; dealt anew when he left the team. */
Test(engine_outcome, reopened)
{
    send("{'type':'outcome','id':'T1','outcome':'won'}", "closed T1 ana");
    kit_send(&k, "{'type':'ticket','id':'T2','team':'sales','kind':'order'}");
    cr_assert_str_eq(kit_effects(&k), "assigned T2 ana random");
    kit_send(&k, "{'type':'signal','rep':'ana','status':'overloaded'}");
    send("{'type':'outcome','id':'T1','outcome':'reopened'}", "returned T1 ana");
    cr_assert_eq(kit_rep(&k, "ana").points, 4);
    cr_assert_eq(kit_ticket(&k, "T1").deals, 1);
    send("{'type':'outcome','id':'T1','outcome':'won'}", "closed T1 ana");
    kit_desk(&k, "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"
                 "kinds: {order: {points: 2}}\nreps: [{id: ana}, {id: bob}]\n"
                 "teams: [{id: sales, reps: [bob], policy: random}]\n");
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    send("{'type':'outcome','id':'T1','outcome':'reopened'}", "assigned T1 bob was ana left");
    cr_assert_eq(kit_ticket(&k, "T1").deals, 2);
    send("{'type':'outcome','id':'T1','outcome':'won'}", "closed T1 bob");
    kit_send(&k, "{'type':'outcome','id':'T2','outcome':'won'}");
    kit_desk(&k, "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"
                 "kinds: {order: {points: 2}}\nreps: [{id: ana}, {id: bob}]\n"
                 "teams: [{id: other, reps: [bob], policy: random}]\n");
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    dead("{'type':'outcome','id':'T1','outcome':'reopened'}",
         "team: sales is not on the desk any more");
}

Test(engine_outcome, at)
{
    char json[200];
    long long now_ms = k.now_us / 1000;
    snprintf(json, sizeof json, "{'type':'outcome','id':'T1','outcome':'won','at':%lld}",
             now_ms + 300001);
    kit_send(&k, json);
    cr_assert(k.fx.refused);
    cr_assert_eq(k.fx.refused_code, EH_ERANGE);
    snprintf(json, sizeof json, "{'type':'outcome','id':'T1','outcome':'won','at':%lld}",
             now_ms + 300000);
    send(json, "closed T1 ana");
    cr_assert_eq(image().closed_us, (now_ms + 300000) * 1000);
}

Test(engine_outcome, closed_for_updates)
{
    send("{'type':'outcome','id':'T1','outcome':'won'}", "closed T1 ana");
    dead("{'type':'update','id':'T1','value':5}", "ticket default/T1 is closed; reopen it first");
    kit_send(&k, "{'type':'update','id':'T9','value':5}");
    cr_assert_str_eq(kit_refused(&k), "ticket default/T9 is not known");
}

Test(engine_outcome, update)
{
    send("{'type':'update','id':'T1','value':5,'priority':9,'skills':['x']}", "");
    struct eh_ticket_view t = kit_ticket(&k, "T1");
    cr_assert_eq(t.value, 5);
    cr_assert_eq(t.priority, 9);
    cr_assert(kit_is(t.skills, "x"));
    cr_assert(kit_is(t.rep, "ana"));
    kit_send(&k, "{'type':'ticket','id':'T2','team':'care','kind':'order','skills':['x']}");
    cr_assert_str_eq(kit_effects(&k), "waiting T2 skill");
    kit_send(&k, "{'type':'update','id':'T2','skills':[]}");
    cr_assert_str_eq(kit_effects(&k), "assigned T2 bob random");
}

/* ---- before the ticket */

Test(engine_outcome, parked)
{
    kit_send(&k, "{'type':'outcome','id':'T5','outcome':'won','value':50}");
    cr_assert_not(k.fx.refused);
    cr_assert_eq(k.fx.count, 0);
    kit_send(&k, "{'type':'outcome','id':'T5','outcome':'refunded','value':10}");
    kit_send(&k, "{'type':'outcome','id':'T5','outcome':'lost'}"); /* cannot be: waits on */
    kit_pass(&k, 30);
    kit_send(&k, "{'type':'ticket','id':'T5','team':'care','kind':'order','value':40}");
    cr_assert_str_eq(kit_effects(&k), "assigned T5 bob random; closed T5 bob");
    keep();
    cr_assert_eq(image().value, 50);
    cr_assert_eq(image().refunded, 10);
    cr_assert_eq(image().closed_us, KIT_START);
    struct eh_totals totals;
    eh_engine_totals(k.e, &totals);
    cr_assert_eq(totals.pending, 1);
    kit_pass(&k, 30);
    kit_due(&k);
    cr_assert(k.fx.refused);
    cr_assert_str_eq(kit_refused(&k), "outcome: ticket default/T5 did not allow it at its time");
}

Test(engine_outcome, parked_too_long)
{
    kit_send(&k, "{'type':'outcome','id':'T5','outcome':'won','value':50}");
    uint64_t ms = k.in.stream_ms, no = k.in.stream_no;
    cr_assert_eq(eh_engine_due_us(k.e), EH_TIME_NEVER);
    cr_assert_eq(eh_engine_clocks_due_us(k.e), k.now_us + EH_PENDING_S * 1000000);
    kit_pass(&k, 60);
    kit_due(&k);
    cr_assert(k.fx.refused);
    cr_assert(kit_is(k.fx.dead, kit_quoted(&k, "{'type':'outcome','id':'T5','source':'default',"
                                               "'value':50,'outcome':'won'}")
                                    .data),
              "%.*s", EH_STR_ARG(k.fx.dead));
    cr_assert_eq(k.fx.dead_stream_ms, ms);
    cr_assert_eq(k.fx.dead_stream_no, no);
    cr_assert_eq(k.fx.count, 1);
    cr_assert_eq(kit_item(&k, 0)->type, EH_NOTICE_REFUSED);
    cr_assert_eq(kit_item(&k, 0)->stream_no, no);
    cr_assert(kit_is(kit_item(&k, 0)->id, "T5"));
    cr_assert_eq(eh_engine_clocks_due_us(k.e), EH_TIME_NEVER);
}

/* Earlier rules: a ticket that waits cannot be won; when it was dealt meanwhile, the outcome's last
 * try counts. */
Test(engine_outcome, parked_last_try)
{
    kit_done(&k);
    kit_start_under(&k, EH_RULES_NEWEST,
                    "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"
                    "kinds: {order: {points: 2}}\nreps: [{id: ana}, {id: bob}]\n"
                    "teams: [{id: care, reps: [bob], policy: random}]\n");
    kit_send(&k, "{'type':'outcome','id':'T5','outcome':'lost'}");
    kit_send(&k, "{'type':'signal','rep':'bob','status':'away','for':30}");
    kit_send(&k, "{'type':'ticket','id':'T5','team':'care','kind':'order'}");
    cr_assert_str_eq(kit_effects(&k), "waiting T5 nobody");
    kit_pass(&k, 60);
    kit_due(&k);
    cr_assert_str_eq(kit_effects(&k), "assigned T5 bob random");
    kit_due(&k);
    cr_assert_str_eq(kit_effects(&k), "closed T5 bob");
}

Test(engine_outcome, parked_most)
{
    for (int i = 0; i < EH_PENDING_MAX; i++) {
        kit_sendf(&k, "{'type':'outcome','id':'P%d','outcome':'won'}", i);
        cr_assert_not(k.fx.refused);
        eh_arena_reset(&k.arena);
        k.fx = (struct eh_effects){.arena = &k.arena};
    }
    kit_send(&k, "{'type':'outcome','id':'P','outcome':'won'}");
    cr_assert_eq(k.fx.refused_code, EH_EFULL);
}

Test(engine_outcome, recalled_nonsense)
{
    k.in.recalled = (struct eh_recalled){.ticket_known = true};
    kit_send(&k, "{'type':'outcome','id':'T7','outcome':'won'}");
    cr_assert_eq(k.result, -EH_ECORRUPT);
    send("{'type':'outcome','id':'T1','outcome':'won'}", "closed T1 ana");
    recall(); /* of another ticket */
    kit_send(&k, "{'type':'outcome','id':'T7','outcome':'won'}");
    cr_assert_eq(k.result, -EH_ECORRUPT);
    send("{'type':'outcome','id':'T1','outcome':'reopened'}", "returned T1 ana"); /* goes on */
}
