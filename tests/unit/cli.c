/* unit/cli: what the command line works out before it talks to anybody: calls, histories, messages,
 * desks. */
#include <criterion/criterion.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include <evenhand/wire/desk.h>
#include <evenhand/wire/message.h>

#include "command.h"
#include "history/csv.h"
#include "history/found.h"
#include "history/messages.h"
#include "term/args.h"
#include "term/text.h"

#define HEADER                                                                                     \
    "ticket_id,opened_at,kind,team,value_minor,closed_at,outcome,historical_rep,currency,csat\n"

/* ---- CSV. */

struct seen {
    char text[1024]; /* "LINE:field|field|;" for each row */
};

static int see(void *context, const struct eh_csv_row *row, struct eh_error *error)
{
    struct seen *seen = context;
    size_t used = strlen(seen->text);
    used += eh_format(seen->text + used, sizeof seen->text - used, "%u:", row->line);
    for (unsigned i = 0; i < row->header->count; i++)
        used += eh_format(seen->text + used, sizeof seen->text - used, "%.*s|",
                          EH_STR_ARG(row->fields[i]));
    eh_format(seen->text + used, sizeof seen->text - used, ";");
    if (eh_str_equal(row->fields[0], eh_str("stop")))
        return eh_error_set(error, EH_EINVAL, "enough");
    return 0;
}

static void expect_rows(const char *csv, const char *rows)
{
    struct seen seen = {{0}};
    struct eh_error error = {0};
    int r = eh_csv_read(eh_str(csv), "f.csv", NULL, see, &seen, &error);
    cr_assert_eq(r, 0, "%s", error.text);
    cr_assert_str_eq(seen.text, rows);
}

static void expect_refusal(const char *csv, const char *sentence)
{
    struct seen seen = {{0}};
    struct eh_error error = {0};
    cr_assert_lt(eh_csv_read(eh_str(csv), "f.csv", NULL, see, &seen, &error), 0);
    cr_assert_str_eq(error.text, sentence);
}

Test(csv, reads_what_spreadsheets_write)
{
    expect_rows("a,b\n1,2\n3,4\n", "2:1|2|;3:3|4|;");
    expect_rows("a,b\r\n1,\r\n,4", "2:1||;3:|4|;");
    expect_rows("\xef\xbb\xbf"
                "a,b\n\"x, \"\"y\"\"\",2\n",
                "2:x, \"y\"|2|;");
    expect_rows("a,b\n\n1,\"two\nlines\"\n\r\n5,6\n", "3:1|two\nlines|;6:5|6|;");
    expect_rows("a\n", "");
}

Test(csv, refuses_with_file_and_line)
{
    expect_refusal("", "f.csv:1: is empty; the first line names the columns");
    expect_refusal("a,b\n1,2\n3\n", "f.csv:3: has 1 fields, the header 2");
    expect_refusal("a,b\n1,2,3\n", "f.csv:2: has 3 fields, the header 2");
    expect_refusal("a,b,a\n", "f.csv:1: column `a` stands twice");
    expect_refusal("a,b\n1,2\n\n\"x,y\n", "f.csv:4: a quote is left open to the end of the file");
    expect_refusal("a,b\n\"x\"y,2\n", "f.csv:2: a quote inside a field has to be doubled");
    expect_refusal("a,b\n1,2\nstop,2\n5,6\n", "f.csv:3: enough");
}

Test(csv, bounds_a_row)
{
    size_t size = EH_CSV_ROW_MAX + 16;
    char *text = malloc(size + 1);
    memset(text, 'x', size);
    memcpy(text, "a,b\n1,\"", 7);
    text[size] = '\0';
    expect_refusal(text, "f.csv:2: the row is longer than 65,536 bytes (is a quote left open?)");
    free(text);
}

/* ---- Plans. */

/* The messages in words: "ticket 1;outcome 1 won;". */
static void describe(const struct eh_messages *messages, char *ret, size_t size)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    size_t used = 0;
    ret[0] = '\0';
    for (size_t i = 0; i < messages->count; i++) {
        struct eh_message m;
        cr_assert_eq(eh_message_from_msgpack(eh_messages_body(messages, i), &arena, &m, NULL), 0);
        used += eh_format(ret + used, size - used, "%s %.*s%s%s;", eh_message_type_name(m.type),
                          EH_STR_ARG(m.id), m.outcome ? " " : "",
                          m.outcome ? eh_outcome_name(m.outcome) : "");
    }
}

static void expect_plan(const char *rows, bool outcomes, const char *words)
{
    char text[2048], said[1024];
    struct eh_messages_rules rules = {.history = {.file = "f.csv"}, .outcomes = outcomes};
    struct eh_messages messages;
    struct eh_error error = {0};
    eh_format(text, sizeof text, "%s%s", HEADER, rows);
    cr_assert_eq(eh_messages_from_csv(eh_str(text), &rules, &messages, &error), 0, "%s",
                 error.text);
    describe(&messages, said, sizeof said);
    cr_assert_str_eq(said, words);
    eh_messages_done(&messages);
}

Test(messages, follows_time_and_puts_tickets_before_outcomes)
{
    const char *rows = "b,2025-01-02,order,t,,2025-01-02,won,,,\n"
                       "a,2025-01-01,order,t,,2025-01-03,lost,,,\n"
                       "c,2025-01-02,order,t,,,open,,,\n";
    expect_plan(rows, false, "ticket a;ticket b;ticket c;");
    expect_plan(rows, true, "ticket a;ticket b;ticket c;outcome b won;outcome a lost;");
}

Test(messages, never_closes_before_it_opens)
{
    expect_plan("a,2025-01-05T12:00:00Z,order,t,,2025-01-05,won,,,\n"
                "b,2025-01-03,order,t,,,,,,\n"
                "c,2025-01-06,order,t,,2025-01-06T00:00:00Z,won,,,\n",
                true, "ticket b;ticket a;outcome a won;ticket c;outcome c won;");
}

Test(messages, keeps_rows_without_a_time_where_they_stand)
{
    expect_plan("a,2025-01-05,order,t,,,,,,\nb,,order,t,,,,,,\nc,2025-01-04,order,t,,,,,,\n", true,
                "ticket c;ticket a;ticket b;");
}

static struct eh_message only(const char *text, const struct eh_messages_rules *rules, size_t at,
                              struct eh_messages *messages, struct eh_arena *arena)
{
    struct eh_error error = {0};
    struct eh_message m;
    cr_assert_eq(eh_messages_from_csv(eh_str(text), rules, messages, &error), 0, "%s", error.text);
    cr_assert_gt(messages->count, at);
    cr_assert_eq(eh_message_from_msgpack(eh_messages_body(messages, at), arena, &m, &error), 0);
    return m;
}

static void expect_text(struct eh_str is, const char *should)
{
    cr_assert(eh_str_equal(is, eh_str(should)), "`%.*s` is not `%s`", EH_STR_ARG(is), should);
}

Test(messages, fills_a_ticket_from_its_row)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_messages_rules rules = {.history = {.file = "f.csv"}, .source = eh_str("shop")};
    struct eh_messages messages;
    struct eh_message m = only("ticket_id,team,opened_at,value_minor,customer,priority,currency\n"
                               "7,Summer Sewald,2025-01-01T00:00:01.5Z,12995,\"Vik, Ida\",9,NOK\n",
                               &rules, 0, &messages, &arena);
    expect_text(m.id, "7");
    expect_text(m.team, "summer-sewald");
    expect_text(m.kind, "query");
    expect_text(m.source, "shop");
    expect_text(m.customer, "Vik, Ida");
    expect_text(m.currency, "NOK");
    cr_assert_eq(m.value, 12995);
    cr_assert_eq(m.priority, 9);
    cr_assert_eq(m.created_at_ms, 1735689601500);
    eh_messages_done(&messages);
}

Test(messages, team_and_value_column_override)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_messages_rules rules = {
        .history = {.file = "f.csv", .team = eh_str("all"), .value_column = "list"},
        .outcomes = true};
    struct eh_messages messages;
    const char *text = "ticket_id,team,value_minor,list,outcome,closed_at\n"
                       "7,Chairs,50,80,won,2025-01-01\n";
    struct eh_message ticket = only(text, &rules, 0, &messages, &arena);
    expect_text(ticket.team, "all");
    cr_assert_eq(ticket.value, 80);
    eh_messages_done(&messages);
    struct eh_message outcome = only(text, &rules, 1, &messages, &arena);
    cr_assert_eq(outcome.value, 50);
    cr_assert(eh_message_has(&outcome, EH_FIELD_AT_DAY) && !eh_message_has(&outcome, EH_FIELD_AT));
    cr_assert_eq(outcome.at_day, eh_date_of(2025, 1, 1));
    expect_text(outcome.event, "push:7:won:2025-01-01");
    eh_messages_done(&messages);
}

Test(messages, won_without_a_value_is_worth_nothing_and_says_so)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_messages_rules rules = {.history = {.file = "f.csv"}, .outcomes = true};
    struct eh_messages messages;
    struct eh_message m =
        only("ticket_id,value_minor,outcome,closed_at,csat\n7,,won,2025-01-01,4\n", &rules, 1,
             &messages, &arena);
    cr_assert(eh_message_has(&m, EH_FIELD_VALUE));
    cr_assert_eq(m.value, 0);
    cr_assert_eq(m.csat, 4);
    eh_messages_done(&messages);
}

Test(messages, is_a_pure_function_of_the_file)
{
    struct eh_messages_rules rules = {.history = {.file = "f.csv"}, .outcomes = true};
    const char *text =
        HEADER "a,2025-01-05,order,t,7,2025-01-06,won,,,5\nb,,,,,2025-01-06,lost,,,\n";
    struct eh_messages one, two;
    cr_assert_eq(eh_messages_from_csv(eh_str(text), &rules, &one, NULL), 0);
    cr_assert_eq(eh_messages_from_csv(eh_str(text), &rules, &two, NULL), 0);
    cr_assert_eq(one.count, 4);
    cr_assert_eq(one.bytes.size, two.bytes.size);
    cr_assert_eq(memcmp(one.bytes.data, two.bytes.data, one.bytes.size), 0);
    eh_messages_done(&one);
    eh_messages_done(&two);
}

static void expect_bad_row(const char *row, const char *sentence)
{
    char text[1024];
    struct eh_messages_rules rules = {.history = {.file = "f.csv"}, .outcomes = true};
    struct eh_messages messages;
    struct eh_error error = {0};
    eh_format(text, sizeof text, "%sok,2025-01-01,order,t,1,,,,,\n%s\n", HEADER, row);
    cr_assert_lt(eh_messages_from_csv(eh_str(text), &rules, &messages, &error), 0);
    cr_assert_eq(strncmp(error.text, sentence, strlen(sentence)), 0, "%s", error.text);
}

/* What contradicts itself is not taken by its better half. */
Test(messages, refuses_a_closing_without_a_date_and_one_before_its_ticket)
{
    expect_bad_row("a,2025-01-01,order,t,1,,won,,,",
                   "f.csv:3: closed_at: missing, and the outcome is won; --undated DAY says");
    expect_bad_row("a,2025-01-05,order,t,1,2025-01-04,won,,,",
                   "f.csv:3: closed_at: before opened_at");
    expect_bad_row("a,2025-01-05,order,t,1,2025-01-04T23:59:59Z,,,,",
                   "f.csv:3: closed_at: before opened_at");
    expect_bad_row("a,2025-01-05T10:00:00Z,order,t,1,2025-01-05T09:59:59Z,won,,,",
                   "f.csv:3: closed_at: before opened_at");
    expect_bad_row("a,2025-01-05,order,t,1,2025-01-06,open,,,",
                   "f.csv:3: outcome: open, but there is a closed_at");
    expect_bad_row("a,05.01.2025,order,t,1,,,,,", "f.csv:3: opened_at: `05.01.2025` is not a time");
    expect_bad_row("a,2025-01-05 10:00,order,t,1,,,,,",
                   "f.csv:3: opened_at: `2025-01-05 10:00` has no offset from UTC");
    expect_bad_row("a,2025-01-05,order,t,\"12,50\",,,,,",
                   "f.csv:3: value_minor: `12,50` is no whole");
}

Test(messages, closed_without_an_outcome_is_resolved_and_undated_ones_count_where_told)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_messages_rules rules = {
        .history = {.file = "f.csv"}, .outcomes = true, .undated = eh_date_of(2026, 3, 31)};
    struct eh_messages messages;
    const char *text = "ticket_id,opened_at,closed_at,outcome\n"
                       "1,2025-01-01T10:00:00Z,2025-01-02T10:00:00Z,\n"
                       "2,2025-01-01T11:00:00Z,,lost\n";
    struct eh_message m = only(text, &rules, 2, &messages, &arena);
    cr_assert_eq(m.outcome, EH_OUTCOME_RESOLVED);
    expect_text(m.event, "push:1:resolved:1735812000000");
    eh_messages_done(&messages);
    m = only(text, &rules, 3, &messages, &arena);
    cr_assert_eq(m.outcome, EH_OUTCOME_LOST);
    cr_assert_eq(m.at_day, eh_date_of(2026, 3, 31));
    eh_messages_done(&messages);
}

/* A day alone has no moment: when the ticket was created is not known. */
Test(messages, days_and_local_times_are_those_of_the_desk)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    bool local = false;
    struct eh_messages_rules rules = {
        .history = {.file = "f.csv", .zone = "Europe/Oslo", .day_first = true, .ret_local = &local},
        .outcomes = true};
    struct eh_messages messages;
    const char *text = "Ticket ID;Opened-At;KIND;closed at\n"
                       "1;01.07.2025;order;02.07.2025\n"
                       "2;2025-07-01 10:00;order;02.07.2025 09:30:15\n";
    struct eh_message m = only(text, &rules, 0, &messages, &arena);
    cr_assert(!eh_message_has(&m, EH_FIELD_CREATED_AT));
    cr_assert_eq(messages.items[0].at_us, INT64_C(1751320800000000)); /* midnight in Oslo */
    eh_messages_done(&messages);
    m = only(text, &rules, 1, &messages, &arena);
    cr_assert_eq(m.created_at_ms, INT64_C(1751356800000));
    eh_messages_done(&messages);
    m = only(text, &rules, 2, &messages, &arena);
    cr_assert_eq(m.at_ms, INT64_C(1751441415000));
    cr_assert(local);
    eh_messages_done(&messages);
    m = only(text, &rules, 3, &messages, &arena);
    cr_assert_eq(m.at_day, eh_date_of(2025, 7, 2));
    eh_messages_done(&messages);
}

Test(messages, reads_what_spreadsheets_write)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_bytes wide[2] = {EH_BYTES_INIT, EH_BYTES_INIT};
    static const char text[] = "TICKET_ID\tkind\tcustomer\n7\torder\t\"Vik; Ida\"\n";
    struct eh_messages_rules rules = {.history = {.file = "f.csv"}};
    struct eh_messages messages;
    struct eh_error error = {0};
    for (int big = 0; big < 2; big++) {
        eh_bytes_put(&wide[big], big ? "\xfe\xff" : "\xff\xfe", 2);
        for (size_t i = 0; i + 1 < sizeof text; i++) {
            eh_bytes_put_u8(&wide[big], big ? 0 : (uint8_t)text[i]);
            eh_bytes_put_u8(&wide[big], big ? (uint8_t)text[i] : 0);
        }
        struct eh_str told = eh_str_n((const char *)wide[big].data, wide[big].size);
        struct eh_message m;
        cr_assert_eq(eh_messages_from_csv(told, &rules, &messages, &error), 0, "%s", error.text);
        cr_assert_eq(eh_message_from_msgpack(eh_messages_body(&messages, 0), &arena, &m, &error),
                     0);
        expect_text(m.customer, "Vik; Ida");
        eh_messages_done(&messages);
    }
    eh_bytes_done(&wide[0]);
    eh_bytes_done(&wide[1]);
}

Test(messages, names_line_and_column_of_a_bad_row)
{
    expect_bad_row(",2025-01-01,order,t,1,,,,,", "f.csv:3: ticket_id: is empty");
    expect_bad_row("a,yesterday,order,t,1,,,,,", "f.csv:3: opened_at: ");
    expect_bad_row("a,2025-01-01,order,t,1.5,,,,,", "f.csv:3: value_minor: ");
    expect_bad_row("a,2025-01-01,order,t,1,2025-02-30,won,,,", "f.csv:3: closed_at: ");
    expect_bad_row("a,2025-01-01,order,t,1,,sold,,,",
                   "f.csv:3: outcome: `sold` is none of won, lost, resolved, cancelled, open");
    expect_bad_row("a,2025-01-01,order,t,1,2025-01-02,won,,,6",
                   "f.csv:3: csat: 6 is not within 1 and 5");
    expect_bad_row("a,2025-01-01,order,!!!,1,,,,,", "f.csv:3: team: no id can be made of `!!!`");
    expect_bad_row("a\x01,2025-01-01,order,t,1,,,,,", "f.csv:3: ticket_id: is no name");
}

Test(messages, needs_the_columns_it_is_asked_for)
{
    struct eh_messages_rules rules = {.history = {.file = "f.csv", .value_column = "list"}};
    struct eh_messages messages;
    struct eh_error error = {0};
    cr_assert_lt(eh_messages_from_csv(eh_str("ticket_id\n1\n"), &rules, &messages, &error), 0);
    cr_assert_str_eq(error.text, "f.csv:1: there is no column `list`");
    cr_assert_lt(eh_messages_from_csv(eh_str("id\n1\n"), &rules, &messages, &error), 0);
    cr_assert_str_eq(error.text, "f.csv:1: there is no column `ticket_id`");
}

Test(messages, finds_columns_behind_a_byte_order_mark)
{
    struct eh_messages_rules rules = {.history = {.file = "f.csv"}};
    struct eh_messages messages;
    cr_assert_eq(
        eh_messages_from_csv(eh_str("\xef\xbb\xbfticket_id\n1\n"), &rules, &messages, NULL), 0);
    cr_assert_eq(messages.count, 1);
    eh_messages_done(&messages);
}

Test(messages, takes_json_lines_as_they_are)
{
    const char *text =
        "{\"type\":\"ticket\",\"id\":\"1\",\"team\":\"t\",\"kind\":\"order\",\"x\":1}\n"
        "\n"
        "{\"type\": \"outcome\", \"id\": \"1\", \"outcome\": \"lost\"}\r\n";
    struct eh_messages messages;
    struct eh_error error = {0};
    cr_assert_eq(eh_messages_from_jsonl(eh_str(text), "f.jsonl", &messages, &error), 0, "%s",
                 error.text);
    cr_assert_eq(messages.count, 2);
    cr_assert_eq(messages.tickets, 1);
    cr_assert_eq(messages.field, 'j');
    expect_text(eh_messages_body(&messages, 1),
                "{\"type\": \"outcome\", \"id\": \"1\", \"outcome\": \"lost\"}");
    eh_messages_done(&messages);
    cr_assert_lt(
        eh_messages_from_jsonl(eh_str("\n{\"type\":\"ticket\"}\n"), "f.jsonl", &messages, &error),
        0);
    cr_assert_eq(strncmp(error.text, "f.jsonl:2: ", 11), 0, "%s", error.text);
}

/* ---- Desks. */

static void found(const char *text, const char *team, struct eh_bytes *yaml, struct eh_arena *arena,
                  struct eh_desk **desk)
{
    struct eh_history_rules rules = {.file = "f.csv", .team = eh_str(team)};
    struct eh_error error = {0};
    cr_assert_eq(eh_found_desk(eh_str(text), &rules, yaml, &error), 0, "%s", error.text);
    cr_assert_eq(eh_desk_parse(eh_str_n((char *)yaml->data, yaml->size), arena, desk, &error), 0,
                 "%s", error.text);
}

Test(found, makes_a_desk_of_who_had_tickets)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes yaml = EH_BYTES_INIT;
    struct eh_desk *desk;
    found(HEADER "1,,order,Big Chairs,,,,Zoë Quist,NOK,\n"
                 "2,,query,Big Chairs,,,,Ann,,\n"
                 "3,,visit,Lamps,,,,Ann,NOK,\n"
                 "4,,visit,Lamps,,,,,,\n",
          NULL, &yaml, &arena, &desk);
    expect_text(desk->id, "main");
    expect_text(desk->currency, "NOK");
    cr_assert_eq(desk->kind_count, 3);
    cr_assert_eq(eh_desk_kind(desk, eh_str("order"))->points, 2);
    cr_assert_eq(eh_desk_kind(desk, eh_str("visit"))->points, 1);
    cr_assert_eq(desk->rep_count, 2);
    expect_text(eh_desk_rep(desk, eh_str("zoe-quist"))->name, "Zoë Quist");
    cr_assert_eq(desk->team_count, 2);
    const struct eh_desk_team *team = eh_desk_team(desk, eh_str("big-chairs"));
    expect_text(team->name, "Big Chairs");
    expect_text(team->policy, "balanced");
    cr_assert_eq(team->member_count, 2);
    cr_assert_eq(team->capacity, 0);
    cr_assert_eq(eh_desk_team(desk, eh_str("lamps"))->member_count, 1);
}

Test(found, tells_apart_reps_whose_names_make_one_id)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes yaml = EH_BYTES_INIT;
    struct eh_desk *desk;
    found(HEADER "1,,order,,,,,Åse Lund,,\n2,,order,,,,,ase lund,,\n3,,order,,,,,Ase-Lund,,\n",
          NULL, &yaml, &arena, &desk);
    cr_assert_eq(desk->rep_count, 3);
    expect_text(eh_desk_rep(desk, eh_str("ase-lund"))->name, "Åse Lund");
    expect_text(eh_desk_rep(desk, eh_str("ase-lund-2"))->name, "ase lund");
    expect_text(eh_desk_rep(desk, eh_str("ase-lund-3"))->name, "Ase-Lund");
    cr_assert_eq(eh_desk_team(desk, eh_str("desk"))->member_count, 3);
}

Test(found, survives_names_that_yaml_could_take_for_something_else)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes yaml = EH_BYTES_INIT;
    struct eh_desk *desk;
    found(HEADER "1,,order,No,,,,null,,\n2,,order,No,,,,12,,\n"
                 "3,,order,No,,,,\"Say \"\"hi\"\" \\ # {x}: y\",,\n",
          NULL, &yaml, &arena, &desk);
    expect_text(eh_desk_rep(desk, eh_str("null"))->name, "null");
    expect_text(eh_desk_rep(desk, eh_str("12"))->name, "12");
    expect_text(eh_desk_rep(desk, eh_str("say-hi-x-y"))->name, "Say \"hi\" \\ # {x}: y");
    cr_assert_eq(eh_desk_team(desk, eh_str("no"))->member_count, 3);
}

Test(found, takes_one_team_for_all_when_told)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes yaml = EH_BYTES_INIT;
    struct eh_desk *desk;
    found(HEADER "1,,order,A,,,,x,,\n2,,order,B,,,,y,,\n", "sales", &yaml, &arena, &desk);
    cr_assert_eq(desk->team_count, 1);
    cr_assert_eq(eh_desk_team(desk, eh_str("sales"))->member_count, 2);
    expect_text(desk->currency, "EUR");
}

Test(found, holds_hundreds_of_reps_in_one_team)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes yaml = EH_BYTES_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes csv = EH_BYTES_INIT;
    struct eh_desk *desk;
    eh_bytes_put_text(&csv, "%s", HEADER);
    for (unsigned i = 0; i < 700; i++)
        eh_bytes_put_text(&csv, "%u,,order,T,,,,rep %u,,\n", i, i % 350);
    eh_bytes_put_u8(&csv, 0);
    found((char *)csv.data, NULL, &yaml, &arena, &desk);
    cr_assert_eq(desk->rep_count, 350);
    cr_assert_eq(eh_desk_team(desk, eh_str("t"))->member_count, 350);
    cr_assert_null(memmem(yaml.data, yaml.size, " \n", 2), "blanks at the end of a line");
}

Test(found, refuses_what_no_desk_can_hold)
{
    struct eh_history_rules rules = {.file = "f.csv"};
    EH_AUTO(eh_bytes) struct eh_bytes yaml = EH_BYTES_INIT;
    struct eh_error error = {0};
    cr_assert_lt(eh_found_desk(eh_str(HEADER), &rules, &yaml, &error), 0);
    cr_assert_str_eq(error.text, "f.csv: has no rows");
    cr_assert_lt(
        eh_found_desk(eh_str(HEADER "1,,a,,,,,,EUR,\n2,,a,,,,,,NOK,\n"), &rules, &yaml, &error), 0);
    cr_assert_str_eq(error.text,
                     "f.csv:3: currency: NOK, but rows before have EUR; a desk has one");
    cr_assert_lt(eh_found_desk(eh_str(HEADER "1,,Big Order,,,,,,,\n"), &rules, &yaml, &error), 0);
    cr_assert_eq(strncmp(error.text, "f.csv:2: kind: `Big Order` is no id", 35), 0);
}

/* ---- Texts. */

static void expect_printed(const char *is, const char *should)
{
    cr_assert_str_eq(is, should);
}

Test(text, separates_thousands)
{
    char text[EH_CLI_TEXT];
    eh_text_count(0, text), expect_printed(text, "0");
    eh_text_count(999, text), expect_printed(text, "999");
    eh_text_count(1000, text), expect_printed(text, "1,000");
    eh_text_count(-1234567, text), expect_printed(text, "-1,234,567");
    eh_text_money(12995, 2, text), expect_printed(text, "129.95");
    eh_text_money(123456789, 2, text), expect_printed(text, "1,234,567.89");
    eh_text_money(-100000, 2, text), expect_printed(text, "-1,000.00");
    eh_text_money(5000, 0, text), expect_printed(text, "5,000");
}

Test(text, says_how_long_ago)
{
    char text[EH_CLI_TEXT];
    int64_t now = INT64_C(1735689600000000), s = 1000000;
    eh_text_ago(now, now - 10, text), expect_printed(text, "just now");
    eh_text_ago(now, now - 40 * s, text), expect_printed(text, "40s ago");
    eh_text_ago(now, now - 61 * s, text), expect_printed(text, "1m ago");
    eh_text_ago(now, now - 7800 * s, text), expect_printed(text, "2h 10m ago");
    eh_text_ago(now, now - 273600 * s, text), expect_printed(text, "3d 4h ago");
    eh_text_ago(now, now - 59 * 60 * s - 59 * s, text), expect_printed(text, "59m ago");
    eh_text_ago(now, now - 800 * 86400 * s, text), expect_printed(text, "2y 70d ago");
    eh_text_ago(now, now + 7200 * s, text), expect_printed(text, "in 2h");
    eh_text_ago(now, now + 7200 * s - 30000, text), expect_printed(text, "in 2h");
}

Test(text, cleans_what_could_speak_to_a_terminal)
{
    char *clean = eh_text_clean("a\033[31m\nb\xff");
    cr_assert_str_eq(clean, "a?[31m?b?");
    free(clean);
}

Test(text, shows_what_a_screen_would_hide)
{
    setlocale(LC_ALL, "C.UTF-8");
    char *clean = eh_text_clean("\u00dcber\u202egnp\u200b.\xc2\x9b\xef\xbb\xbf\U000E0041\u20ac");
    cr_assert_str_eq(clean, "\u00dcber\\u{202e}gnp\\u{200b}.\\u{009b}\\u{feff}\\u{e0041}\u20ac");
    free(clean);
}

/* ---- Calls. */

static int nothing(struct eh_cli *cli)
{
    (void)cli;
    return 0;
}

static const struct eh_cli_option some_options[] = {
    {"team", "T", "", false}, {"fast", NULL, "", false}, {0}};
static const struct eh_cli_command some_commands[] = {
    {"list", "[T]", "", "", 0, 1, some_options, nothing, NULL},
    {"desk show", "", "", "", 0, 0, NULL, nothing, NULL},
    {0},
};

static int parse(struct eh_cli *cli, const char *a, const char *b, const char *c, const char *d)
{
    char *argv[] = {(char *)a, (char *)b, (char *)c, (char *)d, NULL};
    int argc = 0;
    bool help;
    while (argv[argc])
        argc++;
    *cli = (struct eh_cli){0};
    return eh_cli_parse(some_commands, argc, argv, cli, &help);
}

Test(call, options_stand_anywhere_behind_the_command)
{
    struct eh_cli cli;
    cr_assert_eq(parse(&cli, "list", "--team", "x", "y"), EH_EXIT_DONE);
    cr_assert_str_eq(eh_cli_option(&cli, "team"), "x");
    cr_assert_str_eq(cli.args[0], "y");
    cr_assert_null(eh_cli_option(&cli, "fast"));
    cr_assert_eq(parse(&cli, "list", "y", "--fast", "--team=z"), EH_EXIT_DONE);
    cr_assert_str_eq(eh_cli_option(&cli, "team"), "z");
    cr_assert_str_eq(eh_cli_option(&cli, "fast"), "");
    cr_assert_eq(parse(&cli, "list", "--", "--fast", NULL), EH_EXIT_DONE);
    cr_assert_str_eq(cli.args[0], "--fast");
    cr_assert_eq(parse(&cli, "--json", "desk", "show", NULL), EH_EXIT_DONE);
    cr_assert_str_eq(cli.command->name, "desk show");
    cr_assert(cli.json);
}

Test(call, wrong_ones_are_refused)
{
    struct eh_cli cli;
    fclose(stderr);
    cr_assert_eq(parse(&cli, NULL, NULL, NULL, NULL), EH_EXIT_USAGE);
    cr_assert_eq(parse(&cli, "lost", NULL, NULL, NULL), EH_EXIT_USAGE);
    cr_assert_eq(parse(&cli, "desk", "shwo", NULL, NULL), EH_EXIT_USAGE);
    cr_assert_eq(parse(&cli, "list", "--taem", "x", NULL), EH_EXIT_USAGE);
    cr_assert_eq(parse(&cli, "list", "--team", NULL, NULL), EH_EXIT_USAGE);
    cr_assert_eq(parse(&cli, "list", "--fast=1", NULL, NULL), EH_EXIT_USAGE);
    cr_assert_eq(parse(&cli, "list", "a", "b", NULL), EH_EXIT_USAGE);
    cr_assert_eq(parse(&cli, "list", "", NULL, NULL), EH_EXIT_USAGE);
}
