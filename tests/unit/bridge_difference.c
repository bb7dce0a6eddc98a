/* What the helpdesk says, against what evenhand holds: what follows from each pair. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "bridge/sync/difference.h"
#include "bridge/sync/private.h"

static struct eh_connection connection;
static struct eh_holdings *holdings;

static void begin(void)
{
    connection = (struct eh_connection){.source = "help", .account = "bridge@x"};
    connection.groups = json_pack("{s:s, s:s}", "Sales", "sales", "Support", "support");
    connection.kinds = json_pack("{s:s, s:{s:s}}", "default", "query", "map", "Big", "order");
    connection.outcomes = json_pack("{s:s}", "closed", "resolved");
    connection.nobody = json_pack("[s]", "bot@x");
    connection.managers = json_pack("[s]", "boss@x");
    cr_assert_eq(eh_holdings_new(&holdings), 0);
}

static void end(void)
{
    json_decref(connection.groups);
    json_decref(connection.kinds);
    json_decref(connection.outcomes);
    json_decref(connection.nobody);
    json_decref(connection.managers);
    eh_holdings_free(holdings);
}

TestSuite(difference, .init = begin, .fini = end);
TestSuite(said, .init = begin, .fini = end);
TestSuite(held, .init = begin, .fini = end);

static struct eh_held *hold(enum eh_held_state state, const char *account)
{
    struct eh_held *held = eh_held_add(holdings, "1");
    cr_assert(held);
    held->state = (uint8_t)state;
    held->account = eh_holdings_keep(holdings, account);
    held->team = "sales";
    held->kind = "query";
    return held;
}

static int64_t outcome_ms;  /* of the outcome that find() found last */
static int64_t answered_at; /* `at` of the last message; 0: it has none */
static bool is_theirs;      /* what was said then of the owner is the helpdesk's word */

static const char *paused_of(const json_t *message)
{
    const json_t *paused = json_object_get(message, "paused");
    return json_is_true(paused) ? " paused" : json_is_false(paused) ? " resumed" : "";
}

/* The messages in short: "ticket owner(ana@x)+back" */
static const char *find(struct eh_held *held, const char *text, bool in_flight)
{
    static char out[1024];
    struct eh_difference difference;
    struct eh_said said;
    struct eh_error error = {0};
    json_t *value = json_loads(text, 0, NULL);
    cr_assert(value, "%s", text);
    cr_assert_eq(eh_said_read(value, &connection, &said, &error), 0, "%s", error.text);
    const struct eh_view view = {held, &said, &connection, INT64_C(2000000000000), in_flight};
    eh_difference_find(&view, &difference);
    outcome_ms = difference.outcome_ms;
    out[0] = 0;
    for (unsigned i = 0; i < difference.count; i++) {
        const json_t *m = difference.messages[i];
        const char *outcome = json_string_value(json_object_get(m, "outcome"));
        const char *account = json_string_value(json_object_get(m, "account"));
        cr_assert_str_eq(json_string_value(json_object_get(m, "source")), "help");
        snprintf(out + strlen(out), sizeof out - strlen(out), "%s%s%s%s", out[0] ? " " : "",
                 json_string_value(json_object_get(m, "type")),
                 outcome   ? "="
                 : account ? "@"
                           : "",
                 outcome   ? outcome
                 : account ? account
                           : "");
        const char *by = json_string_value(json_object_get(m, "by"));
        snprintf(out + strlen(out), sizeof out - strlen(out), "%s%s%s%s", by ? " by " : "",
                 by ? by : "", json_is_true(json_object_get(m, "manager")) ? "!" : "",
                 paused_of(m));
        answered_at = json_integer_value(json_object_get(m, "at"));
    }
    if (difference.set_back)
        strcat(out, "+back");
    if (difference.in_doubt)
        strcat(out, "+doubt");
    if (difference.stale)
        strcat(out, "+stale");
    is_theirs = difference.theirs;
    eh_difference_done(&difference);
    json_decref(value);
    return out;
}

#define OPEN   "{\"id\": \"1\", \"group\": \"Sales\", \"open\": true"
#define CLOSED "{\"id\": \"1\", \"group\": \"Sales\", \"open\": false, \"outcome\": \"closed\""

Test(difference, a_new_ticket_is_told_and_one_that_is_over_or_not_ours_is_not)
{
    struct eh_held *held = hold(EH_HELD_ABSENT, NULL);
    cr_assert_str_eq(find(held, OPEN "}", false), "ticket");
    cr_assert_str_eq(find(held, CLOSED "}", false), "");
    cr_assert_str_eq(find(held, "{\"id\":\"1\",\"group\":\"Else\",\"open\":true}", false), "");
}

Test(difference, who_has_a_new_ticket_counts_only_where_that_is_reported)
{
    struct eh_held *held = hold(EH_HELD_ABSENT, NULL);
    connection.owner = EH_OWNER_GUARD;
    cr_assert_str_eq(find(held, OPEN ", \"account\": \"ana@x\"}", false), "ticket");
    cr_assert_str_eq(find(held, OPEN ", \"account\": \"ana@x\", \"by\": \"boss@x\"}", false),
                     "ticket@ana@x!");
    connection.owner = EH_OWNER_REPORT;
    cr_assert_str_eq(find(held, OPEN ", \"account\": \"ana@x\"}", false), "ticket@ana@x");
    cr_assert_str_eq(find(held, OPEN ", \"account\": \"ana@x\", \"by\": \"ana@x\"}", false),
                     "ticket@ana@x by ana@x");
    cr_assert_str_eq(find(held, OPEN ", \"account\": \"ana@x\", \"by\": \"bridge@x\"}", false),
                     "ticket");
    cr_assert_str_eq(find(held, OPEN ", \"account\": \"bot@x\"}", false), "ticket");
}

Test(difference, the_same_is_nothing_and_a_change_is_the_ticket_again)
{
    struct eh_held *held = hold(EH_HELD_ASSIGNED, "ana@x");
    cr_assert_str_eq(find(held, OPEN ", \"account\": \"ana@x\"}", false), "");
    cr_assert_str_eq(find(held, OPEN ", \"value\": 5}", false), "ticket");
    cr_assert_str_eq(find(held, OPEN ", \"kind\": \"Big\"}", false), "ticket");
    cr_assert_str_eq(find(held, "{\"id\":\"1\",\"group\":\"Support\",\"open\":true}", false),
                     "ticket");
}

/* ---- It waits for the customer, or the customer for it. */

Test(difference, what_waits_for_the_customer_is_paused_while_a_rep_has_it)
{
    struct eh_held *held = hold(EH_HELD_ASSIGNED, "ana@x");
    const char *paused = OPEN ", \"paused\": true}", *resumed = OPEN ", \"paused\": false}";
    cr_assert_str_eq(find(held, paused, false), "update paused");
    cr_assert_str_eq(find(held, resumed, false), "");
    cr_assert_str_eq(find(held, OPEN "}", false), "");
    held->paused = true;
    cr_assert_str_eq(find(held, paused, false), "");
    cr_assert_str_eq(find(held, resumed, false), "update resumed");
    cr_assert_str_eq(find(held, OPEN "}", false), ""); /* nothing is said */
    held->paused = false;
    held->state = EH_HELD_WAITING;
    cr_assert_str_eq(find(held, paused, false), "");
    held->state = EH_HELD_ELSEWHERE;
    cr_assert_str_eq(find(held, paused, false), "");
    held->state = EH_HELD_CLOSED;
    cr_assert_str_eq(find(held, paused, false), "outcome=reopened");
    held->state = EH_HELD_ABSENT;
    cr_assert_str_eq(find(held, paused, false), "ticket");
}

/* evenhand ends a pause where somebody else gets the ticket. It is told once they have it. */
Test(difference, what_goes_to_other_hands_is_not_paused_on_the_way)
{
    struct eh_held *held = hold(EH_HELD_ASSIGNED, "ana@x");
    connection.owner = EH_OWNER_REPORT;
    cr_assert_str_eq(
        find(held, OPEN ", \"account\": \"ben@x\", \"by\": \"ben@x\", \"paused\": true}", false),
        "owner@ben@x by ben@x");
    cr_assert_str_eq(
        find(held, "{\"id\":\"1\",\"group\":\"Support\",\"open\":true,\"paused\":true}", false),
        "ticket");
}

Test(difference, the_first_answer_is_told_once)
{
    struct eh_held *held = hold(EH_HELD_ASSIGNED, "ana@x");
    cr_assert_str_eq(find(held, OPEN ", \"answered\": 1700000000}", false), "answered");
    cr_assert_eq(answered_at, INT64_C(1700000000000));
    cr_assert_str_eq(find(held, OPEN ", \"answered\": \"2023-11-14T22:13:20Z\"}", false),
                     "answered");
    cr_assert_eq(answered_at, INT64_C(1700000000000));
    cr_assert_str_eq(find(held, OPEN ", \"answered\": true}", false), "answered");
    cr_assert_eq(answered_at, 0);
    cr_assert_str_eq(find(held, OPEN ", \"answered\": 3000000000}", false), "answered");
    cr_assert_eq(answered_at, 0); /* their clock is ahead */
    cr_assert_str_eq(find(held, OPEN ", \"answered\": false}", false), "");
    cr_assert_str_eq(find(held, OPEN ", \"answered\": null}", false), "");
    cr_assert_str_eq(find(held, CLOSED ", \"answered\": 1700000000}", false),
                     "answered outcome=resolved");
    cr_assert_str_eq(
        find(held, OPEN ", \"paused\": true, \"value\": 7, \"answered\": true}", false),
        "ticket update paused answered");
    held->answered = true;
    cr_assert_str_eq(find(held, OPEN ", \"answered\": 1700000000}", false), "");
    held->answered = false;
    held->state = EH_HELD_WAITING;
    cr_assert_str_eq(find(held, OPEN ", \"answered\": true}", false), "answered");
    held->state = EH_HELD_ABSENT;
    cr_assert_str_eq(find(held, OPEN ", \"answered\": true}", false), "ticket answered");
}

Test(difference, somebody_elses_hand_is_reported_or_set_back)
{
    struct eh_held *held = hold(EH_HELD_ASSIGNED, "ana@x");
    const char *taken = OPEN ", \"account\": \"ben@x\", \"by\": \"ben@x\"}";
    const char *dropped = OPEN ", \"account\": null, \"by\": \"ana@x\"}";
    connection.owner = EH_OWNER_REPORT;
    cr_assert_str_eq(find(held, taken, false), "owner@ben@x by ben@x");
    cr_assert_str_eq(find(held, dropped, false), "owner by ana@x");
    connection.owner = EH_OWNER_GUARD;
    cr_assert_str_eq(find(held, taken, false), "+back");
    cr_assert_str_eq(find(held, dropped, false), "+back");
    connection.owner = EH_OWNER_OFF;
    cr_assert_str_eq(find(held, taken, false), "");
}

Test(difference, the_same_account_in_capital_letters_is_nobody_else)
{
    struct eh_held *held = hold(EH_HELD_ASSIGNED, "ana@x");
    const char *same = OPEN ", \"account\": \"Ana@X\", \"by\": \"ben@x\"}";
    connection.owner = EH_OWNER_GUARD;
    cr_assert_str_eq(find(held, same, false), "");
    connection.owner = EH_OWNER_REPORT;
    cr_assert_str_eq(find(held, same, false), "");
    cr_assert_str_eq(find(held, OPEN ", \"account\": \"ben@x\", \"by\": \"Bridge@X\"}", false), "");
}

Test(difference, a_managers_hand_stands_and_our_own_is_no_news)
{
    struct eh_held *held = hold(EH_HELD_ASSIGNED, "ana@x");
    connection.owner = EH_OWNER_GUARD;
    cr_assert_str_eq(find(held, OPEN ", \"account\": \"ben@x\", \"by\": \"boss@x\"}", false),
                     "owner@ben@x!");
    connection.manager_users = json_pack("{s:s}", "boss@x", "maja");
    cr_assert_str_eq(find(held, OPEN ", \"account\": \"ben@x\", \"by\": \"boss@x\"}", false),
                     "owner@ben@x by maja!");
    json_decref(connection.manager_users);
    cr_assert_str_eq(find(held, OPEN ", \"account\": \"ben@x\", \"by\": \"bridge@x\"}", false), "");
}

Test(difference, while_an_owner_is_being_set_no_other_is_believed)
{
    struct eh_held *held = hold(EH_HELD_ASSIGNED, "ana@x");
    connection.owner = EH_OWNER_REPORT;
    cr_assert_str_eq(find(held, OPEN ", \"account\": null}", true), "");
    cr_assert_str_eq(find(held, OPEN ", \"account\": \"ben@x\", \"value\": 5}", true),
                     "ticket+doubt");
    held->said_account = eh_holdings_keep(holdings, "ana@x");
    cr_assert_str_eq(find(held, OPEN ", \"account\": null}", true), "+doubt");
    connection.owner = EH_OWNER_GUARD;
    cr_assert_str_eq(find(held, OPEN ", \"account\": \"ben@x\"}", true), "+doubt");
    cr_assert_str_eq(find(held, OPEN ", \"account\": \"ana@x\"}", true), "");
    cr_assert_str_eq(find(held, OPEN ", \"account\": \"ben@x\", \"by\": \"boss@x\"}", true),
                     "+doubt");
}

/* Its entry was lost before it was read: that the helpdesk has another owner is nobody's doing. */
Test(difference, an_owner_that_was_never_set_is_set_whatever_the_mode)
{
    static const enum eh_owner_mode modes[] = {EH_OWNER_REPORT, EH_OWNER_GUARD, EH_OWNER_OFF};
    struct eh_held *held = hold(EH_HELD_ASSIGNED, "ana@x");
    held->unsure = true;
    for (unsigned i = 0; i < 3; i++) {
        connection.owner = modes[i];
        cr_assert_str_eq(find(held, OPEN ", \"account\": \"ben@x\"}", false), "+back");
        cr_assert_str_eq(find(held, OPEN ", \"account\": null}", false), "+back");
        cr_assert_str_eq(find(held, OPEN ", \"account\": \"ana@x\"}", false), "");
    }
    cr_assert_str_eq(find(held, CLOSED ", \"account\": \"ben@x\"}", false), "outcome=resolved");
    connection.owner = EH_OWNER_REPORT;
    cr_assert_str_eq(find(held, OPEN ", \"account\": \"ben@x\", \"by\": \"ben@x\"}", false),
                     "owner@ben@x by ben@x");
}

/* `find` and whether an entry that says the same has to be set. */
static bool theirs(struct eh_held *held, const char *text, bool in_flight)
{
    find(held, text, in_flight);
    return is_theirs;
}

Test(difference, whose_it_is_is_the_helpdesks_word_where_it_was_reported)
{
    const char *bens = OPEN ", \"account\": \"ben@x\", \"by\": \"ben@x\"}";
    const char *bosss = OPEN ", \"account\": \"ben@x\", \"by\": \"boss@x\"}";
    struct eh_held *held = hold(EH_HELD_ASSIGNED, "ana@x");
    connection.owner = EH_OWNER_REPORT;
    cr_assert(theirs(held, bens, false));
    cr_assert(theirs(held, OPEN ", \"account\": null}", false));
    cr_assert_not(theirs(held, bens, true), "ours is being set: it comes behind");
    cr_assert_not(theirs(held, OPEN ", \"account\": \"ana@x\"}", false), "nothing is told");
    held->state = EH_HELD_ABSENT;
    cr_assert(theirs(held, bens, false));
    cr_assert_not(theirs(held, OPEN "}", false));
    connection.owner = EH_OWNER_GUARD;
    cr_assert_not(theirs(held, bens, false), "it is dealt");
    cr_assert(theirs(held, bosss, false));
    held->state = EH_HELD_ASSIGNED;
    cr_assert_not(theirs(held, bens, false), "it is set back");
    cr_assert(theirs(held, bosss, false));
    connection.owner = EH_OWNER_OFF;
    cr_assert_not(theirs(held, bosss, false));
    held->unsure = true;
    cr_assert_not(theirs(held, OPEN ", \"account\": \"ben@x\"}", false), "ours was never set");
}

Test(difference, whose_it_is_when_it_is_reopened_is_the_helpdesks_word)
{
    struct eh_held *held = hold(EH_HELD_CLOSED, NULL);
    for (int mode = EH_OWNER_GUARD; mode <= EH_OWNER_OFF; mode++) {
        connection.owner = (enum eh_owner_mode)mode;
        cr_assert(theirs(held, OPEN ", \"account\": \"ana@x\"}", false));
        cr_assert_not(theirs(held, OPEN ", \"account\": \"ana@x\"}", true));
        cr_assert_not(theirs(held, OPEN "}", false), "it is not said");
    }
}

/* One entry, of this type. */
static void decide(struct eh_sync *sync, const char *type, const char *account)
{
    json_t *entry = json_pack("{s:s, s:s, s:s*}", "type", type, "id", "1", "account", account);
    eh_sync_entry(sync, entry);
    json_decref(entry);
}

static void learn(struct eh_sync *sync, struct eh_held *held, const char *account)
{
    json_t *ticket = json_pack("{s:s, s:s*}", "state", "assigned", "account", account);
    eh_sync_learn(sync, held, ticket);
    json_decref(ticket);
}

Test(difference, one_entry_that_says_what_they_said_is_done_already)
{
    static const char *const ends[] = {"assigned", "returned", "waiting",
                                       "moved",    "held",     "closed"};
    struct eh_sync sync = {.holdings = holdings};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct eh_held *held = hold(EH_HELD_ASSIGNED, "ana@x");
        cr_assert_not(eh_sync_has_said(&sync, "1", "ana@x"), "it is evenhand's own");
        held->theirs = true;
        cr_assert(eh_sync_has_said(&sync, "1", "Ana@x"));
        cr_assert_not(eh_sync_has_said(&sync, "1", "ben@x"));
        cr_assert_not(eh_sync_has_said(&sync, "1", NULL));
        decide(&sync, ends[i], i < 2 ? "ana@x" : NULL);
        cr_assert_not(eh_sync_has_said(&sync, "1", "ana@x"), "%s", ends[i]);
        cr_assert_not(eh_sync_has_said(&sync, "1", NULL), "%s", ends[i]);
        eh_held_forget(holdings, held);
    }
    cr_assert_not(eh_sync_has_said(&sync, "1", NULL), "nothing is known of it");
}

Test(difference, what_they_said_is_doubted_once_evenhand_says_otherwise_or_entries_are_lost)
{
    struct eh_sync sync = {.holdings = holdings, .listed = true};
    struct eh_held *held = hold(EH_HELD_WAITING, NULL);
    held->theirs = true;
    cr_assert(eh_sync_has_said(&sync, "1", NULL), "they said that nobody has it");
    learn(&sync, held, NULL);
    cr_assert(eh_sync_has_said(&sync, "1", NULL));
    learn(&sync, held, "ben@x");
    cr_assert_not(eh_sync_has_said(&sync, "1", "ben@x"));
    held->theirs = true;
    cr_assert(eh_sync_has_said(&sync, "1", "ben@x"));
    eh_sync_lost(&sync);
    cr_assert_not(eh_sync_has_said(&sync, "1", "ben@x"));
}

Test(difference, a_ticket_of_somebody_outside_is_not_set_back)
{
    struct eh_held *held = hold(EH_HELD_ELSEWHERE, NULL);
    connection.owner = EH_OWNER_GUARD;
    cr_assert_str_eq(find(held, OPEN ", \"account\": \"zoe@x\"}", false), "");
}

Test(difference, what_is_left_out_is_not_said_and_changes_nothing)
{
    struct eh_held *held = hold(EH_HELD_ASSIGNED, "ana@x");
    held->value = 5;
    held->customer = eh_said_hash("c-9");
    cr_assert_str_eq(find(held, "{\"id\":\"1\",\"open\":true}", false), "");
    cr_assert_str_eq(find(held, OPEN ", \"customer\": \"c-9\"}", false), "");
    cr_assert_str_eq(find(held, OPEN ", \"customer\": \"c-8\"}", false), "ticket");
    cr_assert_str_eq(find(held, "{\"id\":\"1\",\"open\":false,\"outcome\":\"closed\"}", false),
                     "outcome=resolved");
}

Test(difference, the_end_is_told_with_whoever_had_it)
{
    struct eh_held *held = hold(EH_HELD_ASSIGNED, "ana@x");
    connection.owner = EH_OWNER_REPORT;
    cr_assert_str_eq(find(held, CLOSED ", \"account\": \"ana@x\"}", false), "outcome=resolved");
    cr_assert_str_eq(find(held, CLOSED ", \"account\": \"ben@x\"}", false),
                     "owner@ben@x outcome=resolved");
    connection.owner = EH_OWNER_OFF;
    cr_assert_str_eq(find(held, CLOSED ", \"account\": \"ben@x\"}", false), "outcome=resolved");
    cr_assert_str_eq(find(held, "{\"id\":\"1\",\"group\":\"Else\",\"open\":true}", false),
                     "outcome=cancelled");
}

Test(difference, what_nobody_had_is_cancelled)
{
    struct eh_held *held = hold(EH_HELD_WAITING, NULL);
    connection.owner = EH_OWNER_GUARD;
    cr_assert_str_eq(find(held, CLOSED "}", false), "outcome=cancelled");
    cr_assert_str_eq(find(held, CLOSED ", \"account\": \"ben@x\"}", false),
                     "owner@ben@x outcome=resolved");
}

Test(difference, what_follows_within_a_second_is_told_behind_it)
{
    struct eh_held *held = hold(EH_HELD_ASSIGNED, "ana@x");
    cr_assert_str_eq(find(held, CLOSED ", \"changed_at\": 1796004608}", false), "outcome=resolved");
    cr_assert_eq(outcome_ms, INT64_C(1796004608000));
    held->outcome_ms = outcome_ms;
    held->state = EH_HELD_CLOSED;
    cr_assert_str_eq(find(held, OPEN ", \"changed_at\": 1796004608}", false), "outcome=reopened");
    cr_assert_eq(outcome_ms, INT64_C(1796004608001));
    cr_assert_str_eq(find(held, CLOSED ", \"csat\": 2, \"changed_at\": 1796004608}", false),
                     "outcome=rated");
    cr_assert_eq(outcome_ms, INT64_C(2000000000000), "a rating counts as now");
    held->outcome_ms = INT64_C(2000000000000); /* now */
    cr_assert_str_eq(find(held, OPEN ", \"changed_at\": 2000000000}", false), "outcome=reopened");
    cr_assert_eq(outcome_ms, 0, "what lies ahead counts as now");
}

Test(difference, a_closed_one_is_reopened_or_rated)
{
    struct eh_held *held = hold(EH_HELD_CLOSED, "ana@x");
    cr_assert_str_eq(find(held, CLOSED "}", false), "");
    cr_assert_str_eq(find(held, CLOSED ", \"csat\": 4}", false), "outcome=rated");
    held->csat = 4;
    cr_assert_str_eq(find(held, CLOSED ", \"csat\": 4}", false), "");
    cr_assert_str_eq(find(held, OPEN "}", false), "outcome=reopened");
}

Test(difference, what_is_older_than_the_newest_is_nothing)
{
    struct eh_held *held = hold(EH_HELD_ASSIGNED, "ana@x");
    held->changed_at_ms = 1000000;
    cr_assert_str_eq(find(held, OPEN ", \"value\": 5, \"changed_at\": 999}", false), "+stale");
    cr_assert_str_eq(find(held, OPEN ", \"value\": 5, \"changed_at\": 1000}", false), "ticket");
}

/* ---- Values of a program. */

static void refuse(const char *text, const char *why)
{
    struct eh_said said;
    struct eh_error error = {0};
    json_t *value = json_loads(text, 0, NULL);
    cr_assert(value, "%s", text);
    cr_assert_lt(eh_said_read(value, &connection, &said, &error), 0);
    cr_assert(strstr(error.text, why), "%s", error.text);
    json_decref(value);
}

Test(said, what_is_wrong_is_said)
{
    refuse("{\"group\": \"Sales\", \"open\": true}", "id: has to be a text");
    refuse("{\"id\": 1, \"group\": \"Sales\", \"open\": true}", "id: has to be a text");
    refuse("{\"id\": \"1\", \"group\": \"Sales\"}", "open: has to be true or false");
    refuse(OPEN ", \"value\": 1.5}", "value: has to be a whole number");
    refuse(OPEN ", \"value\": \"1.5\"}", "value: has to be a whole number");
    refuse(OPEN ", \"skills\": \"a\"}", "skills: has to be a list");
    refuse(OPEN ", \"changed_at\": \"soon\"}", "changed_at");
    refuse(OPEN ", \"changed_at\": -1}", "changed_at");
}

Test(said, numbers_come_as_numbers_or_digits_and_times_as_either)
{
    struct eh_said said;
    json_t *value = json_loads(OPEN ", \"value\": \"9007199254740993\", \"priority\": 7.0,"
                                    " \"changed_at\": \"2026-03-01T12:00:00Z\"}",
                               0, NULL);
    cr_assert_eq(eh_said_read(value, &connection, &said, NULL), 0);
    cr_assert_eq(said.value, INT64_C(9007199254740993));
    cr_assert_eq(said.priority, 7);
    cr_assert_eq(said.changed_at_ms, INT64_C(1772366400000));
    json_decref(value);
}

Test(said, a_rating_that_no_rating_is_does_not_keep_a_ticket_open)
{
    struct eh_said said;
    static const struct {
        const char *csat;
        int64_t taken;
        bool odd;
    } cases[] = {{"5", 5, false}, {"6", 0, true}, {"300", 0, true}, {"0", 0, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[128];
        eh_format(text, sizeof text, CLOSED ", \"csat\": %s}", cases[i].csat);
        json_t *value = json_loads(text, 0, NULL);
        cr_assert_eq(eh_said_read(value, &connection, &said, NULL), 0);
        cr_assert_eq(said.csat, cases[i].taken, "%s", text);
        cr_assert_eq(said.odd != NULL, cases[i].odd, "%s", text);
        cr_assert(!said.open);
        json_decref(value);
    }
}

/* ---- Holdings at their bounds. */

Test(held, closed_ones_are_remembered_up_to_their_bound)
{
    char id[32];
    for (int i = 0; i <= EH_HELD_CLOSED_MAX; i++) {
        snprintf(id, sizeof id, "c-%d", i);
        eh_held_close(holdings, eh_held_add(holdings, id));
    }
    cr_assert_null(eh_held_find(holdings, "c-0"));
    cr_assert(eh_held_find(holdings, "c-1"));
    cr_assert_eq(eh_holdings_count(holdings), EH_HELD_CLOSED_MAX);
    /* one that was reopened stays; one that is forgotten leaves its place */
    eh_held_find(holdings, "c-1")->state = EH_HELD_ASSIGNED;
    eh_held_forget(holdings, eh_held_find(holdings, "c-2"));
    eh_held_close(holdings, eh_held_add(holdings, "x"));
    eh_held_close(holdings, eh_held_add(holdings, "y"));
    cr_assert(eh_held_find(holdings, "c-1"));
    cr_assert(eh_held_find(holdings, "c-3"));
}

Test(held, tickets_have_a_bound)
{
    char id[32];
    for (int i = 0; i < EH_HELD_MAX; i++) {
        snprintf(id, sizeof id, "t-%d", i);
        cr_assert(eh_held_add(holdings, id));
    }
    cr_assert_null(eh_held_add(holdings, "one more"));
    eh_held_forget(holdings, eh_held_find(holdings, "t-7"));
    cr_assert(eh_held_add(holdings, "one more"));
}

Test(held, ids_stand_in_the_row_or_apart)
{
    char id[EH_NAME_MAX + 1];
    for (size_t size = 1; size <= EH_NAME_MAX; size++) {
        memset(id, 'i', size);
        id[size] = 0;
        struct eh_held *held = eh_held_add(holdings, id);
        cr_assert(held && eh_held_find(holdings, id) == held);
        cr_assert_str_eq(eh_held_id(held), id);
        cr_assert_eq(held->id_is_apart, size >= EH_HELD_BRIEF);
    }
    cr_assert_null(eh_held_find(holdings, "j"));
    cr_assert_eq(eh_holdings_count(holdings), EH_NAME_MAX);
}

Test(held, all_are_met_once_also_while_some_are_forgotten)
{
    enum { COUNT = 5000 };
    char id[32];
    struct eh_held *held;
    unsigned met = 0;
    for (int i = 0; i < COUNT; i++) {
        snprintf(id, sizeof id, "t-%d", i);
        eh_held_add(holdings, id)->value = i;
    }
    for (uint32_t at = 0; (held = eh_holdings_next(holdings, &at)); met++)
        if (held->value % 3 == 0)
            eh_held_forget(holdings, held);
    cr_assert_eq(met, COUNT);
    for (int i = 0; i < COUNT; i++) {
        snprintf(id, sizeof id, "t-%d", i);
        held = eh_held_find(holdings, id);
        cr_assert_eq(held == NULL, i % 3 == 0);
        cr_assert(!held || held->value == i);
    }
    /* what is free is used again: a row that comes back knows nothing of the one before */
    held = eh_held_add(holdings, "t-0");
    cr_assert(held && held->value == 0 && held->priority == -1 && held->state == EH_HELD_UNKNOWN);
    met = 0;
    for (uint32_t at = 0; eh_holdings_next(holdings, &at);)
        met++;
    cr_assert_eq(met, eh_holdings_count(holdings));
}
