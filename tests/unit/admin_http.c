/* unit/admin_http: the admin API over its socket: who may what, shapes, pages, refusals. */
#include <criterion/criterion.h>

#include "admin_kit.h"

/* Users every Debian has. */
#define MANAGER  "games"
#define REP      "man"
#define HELPDESK "mail"
#define AUDITOR  "news"
#define STRANGER "nobody"

static const char desk[] =
    "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"
    "kinds: {order: {points: 2}}\n"
    "reps: [{id: ana, user: man}, {id: bob}, {id: eva}, {id: both}]\n"
    "teams:\n"
    "  - {id: sales, reps: [ana, bob, both], policy: random, capacity: 8, managers: [games]}\n"
    "  - {id: care, reps: [eva, both], policy: random, managers: [{group: no-such-group}]}\n";

static struct server s;

static void stop(void)
{
    if (s.pid)
        server_stop(&s);
}

TestSuite(admin_http, .fini = stop, .timeout = 600);

static void some_tickets(struct kit *k)
{
    kit_send(k, "{'type':'ticket','id':'T1','team':'sales','kind':'order','owner':'ana'}");
    kit_send(k, "{'type':'ticket','id':'T2','team':'sales','kind':'order','owner':'bob',"
                "'value':12995}");
    kit_send(k, "{'type':'ticket','id':'C1','team':'care','kind':'order','owner':'eva'}");
    kit_send(k, "{'type':'ticket','id':'B1','team':'care','kind':'order','owner':'both'}");
}

static void check(const char *user, int status, const char *method, const char *address,
                  const char *body)
{
    struct answer a = ask(&s, user, method, address, body);
    cr_assert_eq(a.status, status, "%s %s as %s: %d, not %d: %s", method, address,
                 user ? user : "ourselves", a.status, status, a.text);
    json_t *error = json_object_get(a.json, "error");
    if (status >= 400) {
        cr_assert(json_is_string(json_object_get(error, "code")), "%s", a.text);
        cr_assert(json_is_string(json_object_get(error, "message")), "%s", a.text);
        cr_assert_not_null(json_object_get(error, "field"), "%s", a.text);
    }
    answer_done(&a);
}

static bool is_root(void)
{
    if (geteuid() != 0)
        cr_skip_test("only root can ask as somebody else");
    return true;
}

/* ---- Who may what. */

Test(admin_http, strangers_learn_nothing)
{
    is_root();
    server_start(&s, desk, some_tickets, NORMAL);
    static const char *const addresses[] = {
        "/healthz", "/v1/status", "/v1/desk", "/nowhere", "/v1/tickets/default/T1", "/v1/reps/ana"};
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++)
        check(STRANGER, 403, "GET", addresses[i], NULL);
    check(STRANGER, 403, "POST", "/v1/reps/ana/signal", "{'status':'away'}");
    check(STRANGER, 403, "PUT", "/v1/desk", "{}");
}

Test(admin_http, a_rep_sees_and_signals_himself)
{
    is_root();
    server_start(&s, desk, some_tickets, NORMAL);
    check(REP, 200, "GET", "/v1/status", NULL);
    check(REP, 200, "GET", "/v1/reps/ana", NULL);
    check(REP, 403, "GET", "/v1/reps/bob", NULL);
    check(REP, 403, "GET", "/v1/reps/none", NULL);
    check(REP, 200, "GET", "/v1/tickets/default/T1", NULL);
    check(REP, 403, "GET", "/v1/tickets/default/T2", NULL);
    check(REP, 403, "GET", "/v1/tickets?rep=bob", NULL);
    check(REP, 200, "GET", "/v1/teams/sales", NULL);
    check(REP, 403, "GET", "/v1/teams/care", NULL);
    check(REP, 200, "GET", "/v1/desk", NULL);
    check(REP, 403, "GET", "/metrics", NULL);
    check(REP, 200, "POST", "/v1/reps/ana/signal", "{'status':'overloaded','for':900}");
    check(REP, 403, "POST", "/v1/reps/bob/signal", "{'status':'overloaded'}");
    check(REP, 403, "POST", "/v1/reps/ana/release", "{'reason':'x'}");
    check(REP, 403, "POST", "/v1/tickets/default/T1/outcome", "{'outcome':'won'}");
    check(REP, 403, "POST", "/v1/tickets/default/T1/assign", "{'rep':'bob','reason':'x'}");
    struct answer a = ask(&s, REP, "GET", "/v1/tickets", NULL);
    json_t *list = json_object_get(a.json, "tickets");
    cr_assert_eq(json_array_size(list), 1, "%s", a.text);
    answer_done(&a);
    a = ask(&s, REP, "GET", "/v1/reps", NULL);
    cr_assert_eq(json_array_size(json_object_get(a.json, "reps")), 1, "%s", a.text);
    answer_done(&a);
}

Test(admin_http, a_manager_commands_his_teams)
{
    is_root();
    server_start(&s, desk, some_tickets, NORMAL);
    check(MANAGER, 200, "GET", "/v1/teams/sales", NULL);
    check(MANAGER, 403, "GET", "/v1/teams/care", NULL);
    check(MANAGER, 200, "GET", "/v1/reps/bob", NULL);
    check(MANAGER, 403, "GET", "/v1/reps/eva", NULL);
    check(MANAGER, 403, "GET", "/v1/tickets?team=care", NULL);
    check(MANAGER, 200, "POST", "/v1/reps/bob/signal", "{'status':'away'}");
    check(MANAGER, 403, "POST", "/v1/reps/eva/signal", "{'status':'away'}");
    check(MANAGER, 200, "POST", "/v1/tickets/default/T1/assign", "{'rep':'both','reason':'x'}");
    check(MANAGER, 403, "POST", "/v1/tickets/default/C1/assign", "{'rep':'both','reason':'x'}");
    check(MANAGER, 200, "POST", "/v1/tickets/default/T2/outcome", "{'outcome':'won'}");
    check(MANAGER, 403, "POST", "/v1/tickets/default/C1/outcome", "{'outcome':'won'}");
    check(MANAGER, 503, "POST", "/v1/tickets/default/gone/outcome", "{'outcome':'reopened'}");
    check(MANAGER, 403, "POST", "/v1/tickets/default/C1/move", "{'team':'sales','reason':'x'}");
    check(MANAGER, 200, "POST", "/v1/teams/sales/metrics",
          "{'metric':'nps','period':'2026-11','value':7}");
    check(MANAGER, 403, "POST", "/v1/teams/care/metrics",
          "{'metric':'nps','period':'2026-11','value':7}");
    check(MANAGER, 403, "POST", "/v1/tickets", "{'id':'x','team':'sales','kind':'order'}");
    check(MANAGER, 403, "PUT", "/v1/desk", desk);
    struct answer a = ask(&s, MANAGER, "GET", "/v1/tickets", NULL);
    cr_assert_eq(json_array_size(json_object_get(a.json, "tickets")), 1, "%s", a.text);
    answer_done(&a);
}

static json_int_t open_of(const char *address)
{
    struct answer a = ask(&s, NULL, "GET", address, NULL);
    json_int_t open = json_integer_value(json_object_get(a.json, "open"));
    answer_done(&a);
    return open;
}

Test(admin_http, a_manager_releases_only_what_is_his_teams)
{
    is_root();
    server_start(&s, desk, some_tickets, NORMAL);
    check(MANAGER, 200, "POST", "/v1/reps/both/release", "{'reason':'left'}");
    cr_assert_eq(open_of("/v1/reps/both"), 1, "B1 is another team's");
    check(MANAGER, 200, "POST", "/v1/reps/bob/release", "{'reason':'left'}");
    cr_assert_eq(open_of("/v1/reps/bob"), 0);
    check(NULL, 200, "POST", "/v1/reps/both/release", "{'reason':'left'}");
    cr_assert_eq(open_of("/v1/reps/both"), 0);
}

Test(admin_http, a_helpdesk_posts_and_an_auditor_reads)
{
    is_root();
    server_start(&s, desk, some_tickets, NORMAL);
    check(HELPDESK, 200, "POST", "/v1/tickets", "{'id':'N1','team':'sales','kind':'order'}");
    check(HELPDESK, 200, "POST", "/v1/tickets/default/C1/outcome", "{'outcome':'lost'}");
    check(HELPDESK, 200, "GET", "/v1/status", NULL);
    check(HELPDESK, 200, "GET", "/v1/tickets", NULL);
    check(HELPDESK, 403, "GET", "/v1/tickets?source=default", NULL);
    check(HELPDESK, 403, "GET", "/v1/reps", NULL);
    check(HELPDESK, 403, "POST", "/v1/reps/ana/signal", "{'status':'away'}");
    check(AUDITOR, 200, "GET", "/v1/teams/care", NULL);
    check(AUDITOR, 200, "GET", "/v1/tickets/default/T2", NULL);
    check(AUDITOR, 200, "GET", "/metrics", NULL);
    check(AUDITOR, 403, "POST", "/v1/tickets", "{'id':'N2','team':'sales','kind':'order'}");
    check(AUDITOR, 403, "PUT", "/v1/desk", desk);
}

/* ---- Shapes. */

static void has_keys(const char *address, const char *names)
{
    struct answer a = ask(&s, NULL, "GET", address, NULL);
    cr_assert_eq(a.status, 200, "%s: %s", address, a.text);
    char list[512], *rest = list;
    snprintf(list, sizeof list, "%s", names);
    for (char *name; (name = strsep(&rest, " "));)
        cr_assert_not_null(json_object_get(a.json, name), "%s: no %s in %s", address, name, a.text);
    answer_done(&a);
}

Test(admin_http, reads_have_the_keys_of_the_contract)
{
    server_start(&s, desk, some_tickets, NORMAL);
    has_keys("/v1/status", "desk role epoch input seq waiting open dead redis postgres last_error "
                           "schema version desk_sha256 desk_file_differs user roles");
    has_keys("/v1/teams/sales", "id name policy capacity waiting plan reps");
    has_keys("/v1/reps/ana", "id name teams state full until reason open points tickets");
    has_keys("/v1/tickets/default/T2", "source id team kind value currency priority state rep "
                                       "received_at assigned_at closed_at outcome history");
    has_keys("/v1/desk", "desk sha256 text");
}

Test(admin_http, a_ticket_is_told_as_it_is)
{
    server_start(&s, desk, some_tickets, NORMAL);
    struct answer a = ask(&s, NULL, "GET", "/v1/tickets/default/T2", NULL);
    cr_assert_str_eq(json_string_value(json_object_get(a.json, "rep")), "bob");
    cr_assert_eq(json_integer_value(json_object_get(a.json, "value")), 12995);
    cr_assert_str_eq(json_string_value(json_object_get(a.json, "currency")), "EUR");
    cr_assert_str_eq(json_string_value(json_object_get(a.json, "state")), "assigned");
    cr_assert(json_is_null(json_object_get(a.json, "closed_at")));
    cr_assert(json_is_null(json_object_get(a.json, "history")), "PostgreSQL is not there");
    const char *at = json_string_value(json_object_get(a.json, "received_at"));
    cr_assert_eq(strlen(at), strlen("2026-03-01T12:00:00.000Z"), "%s", at);
    answer_done(&a);
    check(NULL, 503, "GET", "/v1/tickets/default/unknown", NULL);
    check(NULL, 503, "GET", "/v1/tickets?state=closed", NULL);
}

Test(admin_http, a_signal_tells_until_when)
{
    server_start(&s, desk, some_tickets, NORMAL);
    struct answer a =
        ask(&s, NULL, "POST", "/v1/reps/ana/signal", "{'status':'overloaded','for':3600}");
    cr_assert(json_is_string(json_object_get(a.json, "until")), "%s", a.text);
    cr_assert_gt(json_integer_value(json_object_get(a.json, "input")), 0);
    answer_done(&a);
}

static int signal_with_key(const char *body, const char *key)
{
    char header[64];
    snprintf(header, sizeof header, "idempotency-key: %s\r\n", key);
    struct answer a = ask_with(&s, NULL, "POST", "/v1/reps/ana/signal", body, header);
    int status = a.status;
    answer_done(&a);
    return status;
}

Test(admin_http, an_idempotency_key_is_the_event_unless_the_body_has_one)
{
    server_start(&s, desk, some_tickets, NORMAL);
    cr_assert_eq(signal_with_key("{'status':'away'}", "fine"), 200);
    cr_assert_eq(signal_with_key("{'status':'away'}", "conflict"), 409);
    cr_assert_eq(signal_with_key("{'status':'away','event':'fine'}", "conflict"), 200);
    cr_assert_eq(signal_with_key("{'status':'away'}", "\x01"), 400);
}

/* ---- Pages. */

static char *large_desk(unsigned reps)
{
    size_t room = 200 + reps * 60u, size;
    char *text = malloc(room);
    size = (size_t)snprintf(text, room,
                            "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"
                            "kinds: {order: {points: 2}}\nreps:\n");
    for (unsigned i = 0; i < reps; i++)
        size += (size_t)snprintf(text + size, room - size, " - {id: r%05u}\n", i);
    size +=
        (size_t)snprintf(text + size, room - size, "teams:\n - {id: t, policy: random, reps: [");
    for (unsigned i = 0; i < reps; i++)
        size += (size_t)snprintf(text + size, room - size, "r%05u,", i);
    snprintf(text + size, room - size, "]}\n");
    return text;
}

static void many_tickets(struct kit *k)
{
    for (int i = 0; i < 2300; i++)
        kit_sendf(k, "{'type':'ticket','id':'T%d','team':'t','kind':'order'}", i);
}

/* Follows `after` to the end; every item's id comes once. */
static size_t walk(const char *address, const char *key, unsigned *ret_pages)
{
    char target[128] = "", cursor[64] = "";
    json_t *seen = json_object();
    *ret_pages = 0;
    for (bool more = true; more; (*ret_pages)++) {
        snprintf(target, sizeof target, "%s%s%s", address, *cursor ? "?after=" : "", cursor);
        struct answer a = ask(&s, NULL, "GET", target, NULL);
        cr_assert_eq(a.status, 200, "%s", a.text);
        size_t i;
        json_t *item;
        json_array_foreach(json_object_get(a.json, key), i, item)
        {
            const char *id = json_string_value(json_object_get(item, "id"));
            cr_assert_null(json_object_get(seen, id), "%s twice", id);
            json_object_set_new(seen, id, json_true());
        }
        const char *after = json_string_value(json_object_get(a.json, "after"));
        more = after != NULL;
        snprintf(cursor, sizeof cursor, "%s", after ? after : "");
        answer_done(&a);
    }
    size_t count = json_object_size(seen);
    json_decref(seen);
    return count;
}

Test(admin_http, lists_come_in_pages)
{
    char *text = large_desk(2500);
    server_start(&s, text, many_tickets, NORMAL);
    unsigned pages;
    cr_assert_eq(walk("/v1/reps", "reps", &pages), 2500);
    cr_assert_eq(pages, 3);
    cr_assert_eq(walk("/v1/teams/t", "reps", &pages), 2500);
    cr_assert_eq(pages, 3);
    cr_assert_eq(walk("/v1/tickets", "tickets", &pages), 2300);
    cr_assert_eq(pages, 10);
    cr_assert_eq(walk("/v1/teams", "teams", &pages), 1);
    free(text);
}

Test(admin_http, a_crowd_with_large_questions_is_served_one_after_the_other)
{
    static const char request[] = "GET /v1/reps HTTP/1.1\r\nConnection: close\r\n\r\n";
    char *text = large_desk(2500);
    server_start(&s, text, many_tickets, NORMAL);
    int clients[24];
    int64_t began_us = eh_clock_monotonic_us();
    for (int i = 0; i < 24; i++) {
        clients[i] = dial(&s, NULL);
        cr_assert_eq(write(clients[i], request, sizeof request - 1), (ssize_t)sizeof request - 1);
    }
    for (int i = 0; i < 24; i++) {
        if (i % 3 == 0) { /* leaves while it waits its turn */
            close(clients[i]);
            continue;
        }
        struct answer a = read_answer(clients[i]);
        bool late = eh_clock_monotonic_us() - began_us >= EH_ADMIN_ANSWER_S * INT64_C(1000000);
        cr_assert(a.status == 200 || (late && a.status == 503), "client %d: %s", i, a.text);
        if (a.status == 200)
            cr_assert_eq(json_array_size(json_object_get(a.json, "reps")), 1000);
        answer_done(&a);
        close(clients[i]);
    }
    check(NULL, 200, "GET", "/v1/status", NULL);
    free(text);
}

Test(admin_http, ends_well_while_requests_wait_their_turn)
{
    static const char request[] = "GET /v1/reps HTTP/1.1\r\n\r\n";
    char *text = large_desk(2500);
    server_start(&s, text, many_tickets, NORMAL);
    for (int i = 0; i < 24; i++)
        cr_assert_gt(write(dial(&s, NULL), request, sizeof request - 1), 0);
    free(text); /* and stop() ends the server, which must not complain */
}

/* ---- Refusals. */

Test(admin_http, says_what_is_wrong)
{
    server_start(&s, desk, some_tickets, NORMAL);
    check(NULL, 400, "POST", "/v1/reps/ana/signal", "{'status':'asleep'}");
    check(NULL, 400, "POST", "/v1/reps/ana/signal", "{'status':");
    check(NULL, 400, "POST", "/v1/reps/ana/signal", "{'rep':'bob','status':'away'}");
    check(NULL, 404, "POST", "/v1/reps/none/signal", "{'status':'away'}");
    check(NULL, 404, "POST", "/v1/tickets", "{'id':'x','team':'none','kind':'order'}");
    check(NULL, 400, "POST", "/v1/tickets",
          "{'id':'T1','team':'care','kind':'order','currency':'NOK'}");
    check(NULL, 409, "POST", "/v1/tickets/default/T1/assign", "{'rep':'eva','reason':'x'}");
    check(NULL, 400, "PUT", "/v1/desk", "desk: main\nnonsense: 1\n");
    check(NULL, 409, "PUT", "/v1/desk?dry_run=1",
          "desk: other\ncurrency: EUR\n"
          "time_zone: Europe/Oslo\n");
    check(NULL, 400, "GET", "/v1/tickets?stat=open", NULL);
    check(NULL, 400, "GET", "/v1/tickets?state=lost", NULL);
    check(NULL, 400, "GET", "/v1/reps/%zz", NULL);
    check(NULL, 404, "GET", "/v1/pool", NULL);
    check(NULL, 405, "POST", "/v1/desk", "{}");
    check(NULL, 405, "DELETE", "/v1/desk", NULL);
    check(NULL, 405, "BREW", "/v1/desk", NULL);
    struct answer a = ask(&s, NULL, "POST", "/v1/tickets",
                          "{'id':'x','team':'none','kind':"
                          "'order'}");
    json_t *field = json_object_get(json_object_get(a.json, "error"), "field");
    cr_assert_str_eq(json_string_value(field), "team");
    answer_done(&a);
}

Test(admin_http, a_dry_run_changes_nothing)
{
    server_start(&s, desk, some_tickets, NORMAL);
    char changed[sizeof desk + 80];
    snprintf(changed, sizeof changed, "%s", desk);
    memcpy(strstr(changed, "capacity: 8"), "capacity: 9", 11);
    struct answer a = ask(&s, NULL, "PUT", "/v1/desk?dry_run=1", changed);
    cr_assert_eq(a.status, 200, "%s", a.text);
    cr_assert(json_is_null(json_object_get(a.json, "input")));
    cr_assert_eq(json_array_size(json_object_get(a.json, "changes")), 1, "%s", a.text);
    answer_done(&a);
    a = ask(&s, NULL, "GET", "/v1/teams/sales", NULL);
    cr_assert_eq(json_integer_value(json_object_get(a.json, "capacity")), 8);
    answer_done(&a);
    check(NULL, 200, "PUT", "/v1/desk", changed);
    a = ask(&s, NULL, "GET", "/v1/teams/sales", NULL);
    cr_assert_eq(json_integer_value(json_object_get(a.json, "capacity")), 9);
    answer_done(&a);
}

static void moody(enum app_mood mood, int status, const char *method, const char *address)
{
    server_start(&s, desk, some_tickets, mood);
    check(NULL, status, method, address, "{'status':'away'}");
    check(NULL, 200, "GET", "/v1/status", NULL);
}

Test(admin_http, passes_on_that_postgresql_is_away)
{
    moody(AWAY, 503, "POST", "/v1/reps/ana/signal");
}

Test(admin_http, passes_on_that_too_many_wait)
{
    moody(FULL, 429, "POST", "/v1/reps/ana/signal");
}

Test(admin_http, holds_back_what_was_never_committed)
{
    moody(UNCONFIRMED, 503, "GET", "/v1/reps/ana");
}

Test(admin_http, says_that_it_does_not_know_the_desk_yet)
{
    moody(NO_ENGINE, 503, "GET", "/v1/reps/ana");
}
