/*
 * unit/admin_leaving: a client of the admin socket leaves at every step of every kind of request.
 *
 * A step is a piece of the request, or one thing its answer waits for. Each life is lived with its
 * client leaving in one way at one step, then everything that is still owed comes.
 */
#include <criterion/criterion.h>

#include "admin_lives.h"

#define STEPS_MAX 12 /* of one request: more of them are never needed */

int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

enum way {
    CLOSES,
    CLOSES_UNREAD, /* ... with an answer it did not read */
    HALF_CLOSES,
    IS_LATE,     /* its deadline comes */
    IS_SHUT_OUT, /* the admin API closes */
    WAYS
};

/* What stands between the client and its answer before the request comes. */
enum before {
    NOTHING,
    NO_ROOM,     /* an answer it does not read: no other one can be written */
    NO_CONTINUE, /* ... not even the "100 Continue" that it asks for */
    NO_NAME,     /* its user's name and groups, which are looked up only now */
    BEFORES
};

static struct lives l;

static void start(void)
{
    lives_begin(&l);
}

static void stop(void)
{
    lives_end(&l);
}

static void nothing_leaks(void)
{
    if (__lsan_do_recoverable_leak_check)
        cr_expect_eq(__lsan_do_recoverable_leak_check(), 0, "memory leaks");
}

TestSuite(admin_leaving, .init = start, .fini = stop, .timeout = 600);

static void step(enum lives_verb verb, size_t value)
{
    lives_step(&l, (struct lives_step){(uint8_t)verb, 0, (uint8_t)value});
    lives_turn(&l);
}

static void leave(enum way way)
{
    if (way == CLOSES)
        step(READ, 255);
    if (way == CLOSES || way == CLOSES_UNREAD)
        step(LEAVE, 0);
    else if (way == HALF_CLOSES)
        step(HALF_CLOSE, 0);
    else if (way == IS_SHUT_OUT)
        step(RESTART, 0);
    else {
        step(LATE_ANSWER, 0);
        step(LATE_CLIENT, 0);
    }
}

/* One thing comes that the answer waits for; false: there is none. */
static bool something_comes(void)
{
    bool came = lives_names_come(&l) || app_tell(&l.app, COMMITTED) || lives_rows(&l, ROWS_ONE) ||
                lives_child_ends(&l, true);
    lives_turn(&l);
    return came;
}

static void forget_names(void)
{
    for (uint32_t i = 0; i < l.admin->peers.count; i++)
        l.admin->peers.items[i]->looked_up = false;
    l.names_wait = true;
}

static void begin(enum lives_user user, enum before before)
{
    if (before == NO_NAME)
        forget_names();
    step(CONNECT, user);
    if (before == NOTHING || before == NO_NAME)
        return;
    step(TINY, 0);
    step(SEND, 2); /* GET /v1/status */
}

/* The request's next step; false: it has no more. */
static bool go_on(size_t request, enum before before, unsigned at)
{
    switch (at) {
    case 0:
        return true;
    case 1:
        lives_send(&l.clients[0], "GET", 0); /* nothing yet */
        return true;
    case 2:
        step(before == NO_CONTINUE ? SEND_ASKING : SEND_HEAD, request);
        return true;
    case 3:
        step(SEND_SOME, 1);
        return true;
    case 4:
        step(SEND_REST, 0);
        return true;
    default:
        return something_comes();
    }
}

/* False: the request was over before that step. */
static bool live(size_t request, enum lives_user user, enum before before, unsigned leave_at,
                 enum way way)
{
    bool lasts = true;
    begin(user, before);
    for (unsigned at = 0; lasts && at <= leave_at; at++)
        lasts = go_on(request, before, at);
    leave(way);
    lives_over(&l);
    return lasts;
}

static void every_step(size_t request, enum lives_user user)
{
    for (int before = 0; before < BEFORES; before++)
        for (int way = 0; way < WAYS; way++) {
            unsigned at = 0;
            while (live(request, user, (enum before)before, at, (enum way)way))
                cr_assert_lt(++at, STEPS_MAX);
            cr_assert_geq(at, 5, "request %zu", request);
        }
}

Test(admin_leaving, an_operator_at_every_step_of_every_request)
{
    for (size_t request = 0; request < LIVES_REQUESTS; request++)
        every_step(request, ROOT);
    nothing_leaks();
}

Test(admin_leaving, a_manager_at_every_step_of_every_request)
{
    for (size_t request = 0; request < LIVES_REQUESTS; request++)
        every_step(request, MANAGER_OF_SALES);
    nothing_leaks();
}

Test(admin_leaving, a_stranger_and_a_rep_at_every_step)
{
    every_step(2, STRANGER_TO_ALL);
    every_step(17, STRANGER_TO_ALL);
    every_step(17, REP_ANA);
}

/* ---- What comes may be bad news. */

Test(admin_leaving, news_of_every_kind_find_a_client_that_left)
{
    for (size_t request = 0; request < LIVES_REQUESTS; request++)
        for (int news = 0; news < 12; news++) {
            bool more = true;
            begin(MANAGER_OF_SALES, NO_CONTINUE);
            step(SEND_ASKING, request);
            step(SEND_REST, 0);
            leave(CLOSES_UNREAD);
            while (more) {
                more = app_tell(&l.app, news % 3) || lives_rows(&l, news % 4) ||
                       lives_child_ends(&l, news % 2);
                lives_turn(&l);
            }
            lives_over(&l);
        }
    nothing_leaks();
}

/* ---- Its change stands. */

static const char *status_of_ana(void)
{
    return eh_status_name(kit_rep(&l.app.kit, "ana").state);
}

Test(admin_leaving, a_change_stands_when_its_client_left_before_the_commit)
{
    begin(REP_ANA, NO_CONTINUE);
    step(SEND_ASKING, 17); /* overloaded */
    step(SEND_REST, 0);
    cr_assert_eq(l.admin->pending, 1);
    leave(CLOSES_UNREAD);
    cr_assert_eq(l.admin->pending, 1);
    cr_assert_eq(l.admin->connection_count, 1, "its place is taken until the change is done");
    cr_assert_str_neq(status_of_ana(), "overloaded");
    step(TELL, COMMITTED);
    cr_assert_str_eq(status_of_ana(), "overloaded");
    cr_assert_eq(l.admin->connection_count, 0);
    lives_over(&l);
}

/* A manager's change of a ticket that memory does not hold: read back first, then changed. */
Test(admin_leaving, a_change_is_made_though_its_client_left_before_it_began)
{
    begin(MANAGER_OF_SALES, NO_CONTINUE);
    step(SEND_ASKING, 21); /* reopened */
    step(SEND_REST, 0);
    leave(CLOSES_UNREAD);
    cr_assert_null(l.app.owed);
    step(ROWS, ROWS_ONE);
    cr_assert_not_null(l.app.owed, "the command");
    lives_over(&l);
}

/* ---- A repeat while PostgreSQL is away. */

Test(admin_leaving, a_repeated_step_of_a_period_is_answered_without_postgresql)
{
    begin(MANAGER_OF_SALES, NOTHING);
    step(SEND, 27); /* freeze */
    step(POSTGRES, 0);
    step(TELL, KNOWN_BEFORE);
    step(READ, 255);
    cr_assert_eq(l.clients[0].answered, 1);
    lives_over(&l);
}

/* ---- What a client that takes no answer may send. */

Test(admin_leaving, nothing_is_read_without_a_bound_while_an_answer_is_written)
{
    static char flood[65536];
    begin(ROOT, NO_ROOM);
    step(SEND, 8);
    step(SEND, 8); /* this one is not written to its end */
    struct eh_http_connection *c = l.admin->server->connections;
    size_t most = 0;
    for (int i = 0; i < 400; i++) {
        (void)!send(l.clients[0].fd, flood, sizeof flood, MSG_NOSIGNAL | MSG_DONTWAIT);
        lives_turn(&l);
        size_t held = evbuffer_get_length(bufferevent_get_input(c->bev));
        most = held > most ? held : most;
    }
    cr_assert_leq(most, EH_ADMIN_HEADERS_MAX + EH_ADMIN_DESK_BODY_MAX);
    lives_over(&l);
}

/* One that says all it has to say gets all of its answer, however long. */
Test(admin_leaving, half_a_close_does_not_cut_the_answer)
{
    begin(ROOT, NO_ROOM);
    step(SEND, 32); /* PUT /v1/desk */
    step(HALF_CLOSE, 0);
    step(TELL, COMMITTED);
    for (int i = 0; i < 100; i++) {
        step(READ, 1);
    }
    cr_assert_eq(l.clients[0].answered, 2);
    lives_over(&l);
}

/* ---- Places. */

#define CROWD 100

static size_t crowd(enum lives_user user, int fds[CROWD], size_t count)
{
    size_t before = l.admin->connection_count;
    struct server s = {.pid = 0};
    snprintf(s.path, sizeof s.path, "%s", l.path);
    for (size_t i = 0; i < count; i++) {
        fds[i] = dial(&s, lives_users[user]);
        lives_turn(&l);
    }
    return l.admin->connection_count - before;
}

static void disperse(int fds[CROWD], size_t count)
{
    for (size_t i = 0; i < count; i++)
        close(fds[i]);
    lives_turn(&l);
}

Test(admin_leaving, operators_get_in_when_all_others_have_filled_the_socket)
{
    int some[CROWD], more[CROWD], operators[CROWD];
    if (geteuid() != 0)
        cr_skip_test("only root can connect as somebody else");
    l.app.config.admin_connections = 16;
    cr_assert_eq(crowd(MANAGER_OF_SALES, some, 10), 8, "eight a user");
    cr_assert_eq(crowd(STRANGER_TO_ALL, more, 10), 6, "two are kept");
    cr_assert_eq(crowd(ROOT, operators, 4), 2);
    disperse(some, 10);
    disperse(more, 10);
    disperse(operators, 4);
    lives_over(&l);
}

/* A client that leaves takes its place with it only when its change is done. */
Test(admin_leaving, leaving_and_coming_again_gives_nobody_more_places)
{
    if (geteuid() != 0)
        cr_skip_test("only root can connect as somebody else");
    for (unsigned i = 0; i < 20; i++) {
        begin(REP_ANA, NO_CONTINUE);
        step(SEND_ASKING, 17);
        step(SEND_REST, 0);
        leave(CLOSES_UNREAD);
    }
    size_t owed = 0;
    for (const struct app_owed *o = l.app.owed; o; o = o->next)
        owed++;
    cr_assert_eq(owed, 8);
    lives_over(&l);
}

/* Deadlines free places, but not those of changes that are not done. */
Test(admin_leaving, a_user_has_a_bound_of_changes_that_are_not_done)
{
    size_t owed = 0;
    if (geteuid() != 0)
        cr_skip_test("only root can connect as somebody else");
    for (unsigned i = 0; i < 40; i++) {
        step(CONNECT, REP_ANA);
        step(SEND, 17);
        step(LATE_ANSWER, 0);
    }
    for (const struct app_owed *o = l.app.owed; o; o = o->next)
        owed++;
    cr_assert_eq(owed, EH_ADMIN_COMMANDS_PER_USER);
    step(CONNECT, ROOT);
    step(SEND, 17);
    cr_assert_eq(l.admin->pending, 1, "an operator's change goes its way");
    lives_over(&l);
}
