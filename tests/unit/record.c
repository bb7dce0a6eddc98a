/* record: inputs as rows and back; identities and digests; the chain. */
#include <criterion/criterion.h>

#include "engine_kit.h"

static struct kit k;

static void start(void)
{
    kit_start(&k, "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"
                  "kinds: {order: {points: 2}}\nreps: [{id: ana}, {id: bob}]\n"
                  "teams: [{id: sales, reps: [ana, bob], policy: random}]\n");
}

static void stop(void)
{
    kit_done(&k);
}

TestSuite(record, .init = start, .fini = stop);

static const char *const ticket =
    "{'type':'ticket','id':'T1','team':'sales','kind':'order','value':5,'customer':'Kari',"
    "'subject':'A chair','skills':[],'channel':'mail','created_at':946684800000,'priority':7}";

static struct eh_record row_of(const char *json)
{
    struct eh_record row;
    kit_send(&k, json);
    cr_assert_eq(eh_record_from_input(&k.in, &k.fx, &k.arena, &row), 0);
    return row;
}

Test(record, ticket_there_and_back)
{
    struct eh_record row = row_of(ticket);
    cr_assert_eq(row.type, EH_MESSAGE_TICKET);
    cr_assert(kit_is(row.id, "T1"));
    cr_assert(kit_is(row.source, "default"));
    cr_assert_eq(row.value, 5);
    cr_assert_eq(row.priority, 7);
    cr_assert_eq(row.word.size, 0);
    cr_assert_null(memmem(row.rest.data, row.rest.size, "Kari", 4));
    cr_assert_null(memmem(row.rest.data, row.rest.size, "chair", 5));

    struct eh_input back;
    struct eh_error error = {0};
    cr_assert_eq(eh_record_to_input(&row, &back, &error), 0, "%s", error.text);
    cr_assert_eq(back.no, k.in.no);
    cr_assert_eq(back.date, k.in.date);
    cr_assert_eq(back.at_us, k.in.at_us);
    cr_assert_eq(back.origin, EH_ORIGIN_STREAM);
    cr_assert_eq(back.stream_no, k.in.stream_no);
    cr_assert(eh_key_equal(back.identity, k.in.identity));
    cr_assert(kit_is(back.message.channel, "mail"));
    cr_assert_eq(back.message.created_at_ms, 946684800000);
    cr_assert_eq(back.message.customer.size, 0);
    struct eh_input again = back; /* a copy keeps its digests */
    memset(&back, 0, sizeof back);
    eh_input_identify(&again);
    cr_assert(eh_key_equal(again.digest, k.in.digest));
    cr_assert(eh_key_equal(again.identity, k.in.identity));
}

Test(record, signal_and_due)
{
    struct eh_record row =
        row_of("{'type':'signal','rep':'ana','status':'overloaded','for':3600,'reason':'why'}");
    cr_assert(kit_is(row.word, "overloaded"));
    cr_assert(row.has_until);
    cr_assert_eq(row.until_us, k.now_us + 3600 * INT64_C(1000000));
    kit_pass(&k, 3600);
    kit_due(&k);
    cr_assert_eq(eh_record_from_input(&k.in, &k.fx, &k.arena, &row), 0);
    cr_assert_eq(row.type, EH_MESSAGE_DUE);
    cr_assert(kit_is(row.rep, "ana"));
    cr_assert(kit_is(row.word, "available"));
    cr_assert_not(row.has_until);
    struct eh_input back;
    cr_assert_eq(eh_record_to_input(&row, &back, NULL), 0);
    cr_assert_eq(back.message.has, 0);
    row = row_of("{'type':'signal','rep':'ana','status':'away'}");
    cr_assert_not(row.has_until);
}

/* A refused ticket stands under its entry's identity, and is decided the same again. */
Test(record, refused)
{
    struct eh_record row = row_of("{'type':'ticket','id':'T1','team':'nope','kind':'order'}");
    struct eh_key identity = k.in.identity;
    cr_assert_eq(row.type, -EH_MESSAGE_TICKET);
    row.identity = eh_entry_identity(1, 2, eh_str("bytes"));
    struct eh_input back;
    cr_assert_eq(eh_record_to_input(&row, &back, NULL), 0);
    cr_assert(eh_key_equal(back.identity, identity));
}

/* A damaged row may say what it likes: the ticket is entered under its own identity. */
Test(record, ticket_under_its_own_identity)
{
    struct eh_record row = row_of("{'type':'ticket','id':'T1','team':'sales','kind':'order'}");
    struct eh_key identity = k.in.identity;
    row.identity.low++;
    struct eh_input back;
    cr_assert_eq(eh_record_to_input(&row, &back, NULL), 0);
    cr_assert(eh_key_equal(back.identity, identity));
}

Test(record, recalled_facts)
{
    k.in.recalled = (struct eh_recalled){.known = true,
                                         .digest = {7, 8},
                                         .input = 9,
                                         .ticket_known = true,
                                         .ticket_image = eh_str("x")};
    struct eh_recalled recalled = k.in.recalled;
    kit_send(&k, "{'type':'update','id':'T9','value':1,'event':'e'}");
    cr_assert(k.fx.refused);
    k.in.recalled = recalled;
    struct eh_record row;
    cr_assert_eq(eh_record_from_input(&k.in, &k.fx, &k.arena, &row), 0);
    struct eh_input back;
    cr_assert_eq(eh_record_to_input(&row, &back, NULL), 0);
    cr_assert(back.recalled.known && back.recalled.ticket_known);
    cr_assert(eh_key_equal(back.recalled.digest, recalled.digest));
    cr_assert_eq(back.recalled.input, 9);
    cr_assert(kit_is(back.recalled.ticket_image, "x"));
}

Test(record, damaged)
{
    struct eh_record row = row_of(ticket);
    struct eh_input back;
    struct eh_error error = {0};
    for (uint32_t size = 0; size < row.rest.size; size++) {
        struct eh_record cut = row;
        cut.rest.size = size;
        cr_assert_eq(eh_record_to_input(&cut, &back, &error), -EH_ECORRUPT);
    }
    row.type = EH_MESSAGE_OUTCOME;
    cr_assert_eq(eh_record_to_input(&row, &back, &error), -EH_ECORRUPT);
}

/* What is said decides, not how or by whom. */
Test(record, digests)
{
    struct kit *p = &k;
    struct eh_input a = {.message = kit_message(p, ticket), .origin = EH_ORIGIN_STREAM};
    struct eh_input b = a, c = a;
    b.origin = EH_ORIGIN_ADMIN;
    b.message.actor = eh_str("maja");
    b.message.has |= EH_FIELD_BIT(EH_FIELD_ACTOR);
    c.message.customer = eh_str("Karl");
    eh_input_identify(&a);
    eh_input_identify(&b);
    eh_input_identify(&c);
    cr_assert(eh_key_equal(a.digest, b.digest));
    cr_assert(eh_key_equal(a.identity, b.identity));
    cr_assert(eh_key_equal(a.identity, c.identity));
    cr_assert_not(eh_key_equal(a.digest, c.digest));
    cr_assert(eh_key_equal(a.identity, eh_ticket_identity(eh_str("default"), eh_str("T1"))));
    cr_assert_not(eh_key_equal(eh_ticket_identity(eh_str("ab"), eh_str("c")),
                               eh_ticket_identity(eh_str("a"), eh_str("bc"))));
    char text[400];
    memset(text, 'x', sizeof text);
    eh_ticket_identity(eh_str_n(text, 400), eh_str_n(text, 400)); /* longer than any id */
}

static struct eh_input salted(const char *json, uint8_t customer, uint8_t subject)
{
    struct eh_input in = {
        .message = kit_message(&k, json), .origin = EH_ORIGIN_STREAM, .stream_ms = 5};
    in.customer_salt = (struct eh_salt){EH_SALTED, {customer}};
    in.subject_salt = (struct eh_salt){EH_SALTED, {subject}};
    eh_input_identify(&in);
    return in;
}

static const char *const update = "{'type':'update','id':'T1','subject':'A chair','priority':3}";

/* Behind another salt the same text is another digest, and nothing without a salt is like it. */
Test(record, salts_hide_what_was_said)
{
    struct eh_input a = salted(ticket, 1, 2), same = salted(ticket, 1, 2);
    struct eh_input customer = salted(ticket, 3, 2), subject = salted(ticket, 1, 3);
    struct eh_input plain = {.message = kit_message(&k, ticket), .origin = EH_ORIGIN_STREAM};
    eh_input_identify(&plain);
    cr_assert(eh_key_equal(a.digest, same.digest));
    cr_assert_not(eh_key_equal(a.digest, customer.digest));
    cr_assert_not(eh_key_equal(a.digest, subject.digest));
    cr_assert_not(eh_key_equal(a.digest, plain.digest));
    cr_assert(eh_key_equal(a.identity, customer.identity));
    cr_assert_arr_eq(a.customer_digest, subject.customer_digest, 16);
    cr_assert_arr_neq(a.customer_digest, customer.customer_digest, 16);
    cr_assert_arr_neq(a.customer_digest, plain.customer_digest, 16);
}

/* An entry without an id of its own is the same one, whatever salt was drawn for it. */
Test(record, salts_name_no_entry)
{
    struct eh_input a = salted(update, 0, 1), b = salted(update, 0, 2);
    struct eh_input other =
        salted("{'type':'update','id':'T1','subject':'A chair','priority':4}", 0, 1);
    cr_assert(eh_key_equal(a.identity, b.identity));
    cr_assert_not(eh_key_equal(a.digest, b.digest));
    cr_assert_not(eh_key_equal(a.identity, other.identity));
    const uint8_t first[EH_SALT_BYTES] = {1}, second[EH_SALT_BYTES] = {2};
    struct eh_str body = eh_str("bytes");
    cr_assert(eh_key_equal(eh_entry_identity_salted(first, 1, 2, body),
                           eh_entry_identity_salted(first, 1, 2, body)));
    cr_assert_not(eh_key_equal(eh_entry_identity_salted(first, 1, 2, body),
                               eh_entry_identity_salted(second, 1, 2, body)));
    cr_assert_not(
        eh_key_equal(eh_entry_identity_salted(first, 1, 2, body), eh_entry_identity(1, 2, body)));
}

/* Where the text is gone its digest stands for it: in a row read back, and in what comes again. */
Test(record, kept_digests_stand_for_erased_text)
{
    struct eh_input was = salted(ticket, 1, 2), row, again = salted(ticket, 8, 9);
    struct eh_input bare =
        salted("{'type':'ticket','id':'T1','team':'sales','kind':'order','value':5,"
               "'skills':[],'channel':'mail','created_at':946684800000,"
               "'priority':7}",
               0, 0);
    struct eh_record record;
    struct eh_effects none = {0};
    cr_assert_eq(eh_record_from_input(&was, &none, &k.arena, &record), 0);
    eh_record_digests(record.rest, &row);
    cr_assert(eh_message_has(&row.message, EH_FIELD_CUSTOMER_DIGEST));
    cr_assert_arr_eq(row.customer_digest, was.customer_digest, 16);
    cr_assert_arr_eq(row.subject_digest, was.subject_digest, 16);
    for (struct eh_input *in = &again; in; in = in == &again ? &bare : NULL) {
        in->customer_salt.how = in->subject_salt.how = EH_DIGEST_KEPT;
        memcpy(in->customer_digest, row.customer_digest, 16);
        memcpy(in->subject_digest, row.subject_digest, 16);
        eh_input_identify(in);
        cr_assert(eh_key_equal(in->digest, was.digest));
    }
    eh_record_digests(eh_str("no row"), &row);
    cr_assert_eq(row.message.has, 0);
}

static struct eh_input identified(uint8_t type, uint32_t added)
{
    struct eh_input in = {.message = {.type = type,
                                      .team = eh_str("sales"),
                                      .period = eh_str("2026-03"),
                                      .rep = eh_str("ana"),
                                      .text = eh_str("frozen"),
                                      .reason = eh_str("it runs until 2026-03-31"),
                                      .at_date = 20500}};
    in.message.has = EH_FIELD_BIT(EH_FIELD_TEAM) | EH_FIELD_BIT(EH_FIELD_PERIOD) |
                     EH_FIELD_BIT(EH_FIELD_REP) | added;
    eh_input_identify(&in);
    return in;
}

/* What the shell adds to it later was not said; a manager's reason was. */
Test(record, what_the_shell_adds_is_no_part_of_the_digest)
{
    static const struct {
        uint8_t type;
        uint32_t added;
        bool said;
    } cases[] = {
        {EH_MESSAGE_OUTCOME, EH_FIELD_BIT(EH_FIELD_AT_DATE), false},
        {EH_MESSAGE_FREEZE, EH_FIELD_BIT(EH_FIELD_TEXT), false},
        {EH_MESSAGE_FREEZE, EH_FIELD_BIT(EH_FIELD_REASON), false},
        {EH_MESSAGE_CLOSE, EH_FIELD_BIT(EH_FIELD_TEXT), false},
        {EH_MESSAGE_CLOSE, EH_FIELD_BIT(EH_FIELD_REASON), false},
        {EH_MESSAGE_EXCLUDE, EH_FIELD_BIT(EH_FIELD_REASON), true},
        {EH_MESSAGE_DESK, EH_FIELD_BIT(EH_FIELD_TEXT), true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct eh_input before = identified(cases[i].type, 0);
        struct eh_input after = identified(cases[i].type, cases[i].added);
        cr_expect_eq(eh_key_equal(before.digest, after.digest), !cases[i].said, "case %zu", i);
    }
}

static struct eh_chain chain_of(const struct eh_record *row, uint32_t count)
{
    EH_AUTO(eh_bytes) struct eh_bytes scratch = EH_BYTES_INIT;
    struct eh_chain chain = {0};
    eh_record_chain(row, k.fx.items, count, &scratch, &chain);
    return chain;
}

/* Anything that is changed in a row or an effect shows. */
Test(record, chain)
{
    struct eh_record row = row_of(ticket);
    struct eh_chain first = chain_of(&row, 1);
    cr_assert_arr_eq(first.hash, chain_of(&row, 1).hash, EH_CHAIN_BYTES);
    cr_assert_arr_neq(first.hash, chain_of(&row, 0).hash, EH_CHAIN_BYTES);
    struct eh_record other = row;
    other.value++;
    cr_assert_arr_neq(first.hash, chain_of(&other, 1).hash, EH_CHAIN_BYTES);
    other = row;
    other.reason = eh_str("x");
    cr_assert_arr_neq(first.hash, chain_of(&other, 1).hash, EH_CHAIN_BYTES);
    other = row; /* read back from columns: it has no bit for its word */
    other.has |= EH_FIELD_BIT(EH_FIELD_STATUS);
    cr_assert_arr_eq(first.hash, chain_of(&other, 1).hash, EH_CHAIN_BYTES);
    k.fx.items[0].rep = eh_str("zoe");
    cr_assert_arr_neq(first.hash, chain_of(&row, 1).hash, EH_CHAIN_BYTES);
}

Test(record, numbers_that_no_message_holds_are_corrupt)
{
    struct eh_input back;
    struct eh_record good =
        row_of("{'type':'outcome','id':'T9','outcome':'won','at':1767225600000,'value':1}");
    cr_assert_eq(eh_record_to_input(&good, &back, NULL), 0);
    const int64_t forged[] = {INT64_MIN, -1, INT64_MAX};
    for (size_t i = 0; i < sizeof forged / sizeof *forged; i++) {
        struct eh_record row = good;
        row.at_ms = forged[i];
        cr_expect_eq(eh_record_to_input(&row, &back, NULL), -EH_ECORRUPT);
    }
    struct eh_record row = good;
    row.value = INT64_MIN;
    cr_expect_eq(eh_record_to_input(&row, &back, NULL), -EH_ECORRUPT);
}

Test(record, the_engine_takes_no_time_beyond_the_year_9999)
{
    struct eh_effects fx = {.arena = &k.arena};
    row_of(ticket);
    struct eh_input in = k.in;
    in.no++;
    const int64_t forged[] = {EH_TIME_LAST + 1, INT64_MAX};
    for (size_t i = 0; i < sizeof forged / sizeof *forged; i++) {
        in.at_us = forged[i];
        cr_expect_eq(eh_engine_step(k.e, &in, &fx), -EH_ECORRUPT);
    }
}

/* ---- whose an event is */

static struct eh_key identity_of(uint8_t origin, const char *actor, uint32_t rules)
{
    struct eh_input in = {.origin = origin, .rules = rules};
    in.message = kit_message(&k, "{'type':'signal','rep':'ana','status':'away','event':'e'}");
    in.message.actor = eh_str(actor);
    in.message.has |= EH_FIELD_BIT(EH_FIELD_ACTOR);
    eh_input_identify(&in);
    return in.identity;
}

Test(record, an_event_over_the_admin_socket_is_its_users_own)
{
    struct eh_key maja = identity_of(EH_ORIGIN_ADMIN, "maja", 0);
    cr_assert(eh_key_equal(maja, identity_of(EH_ORIGIN_ADMIN, "maja", EH_RULES_EVENTS)));
    cr_assert_not(eh_key_equal(maja, identity_of(EH_ORIGIN_ADMIN, "ola", 0)));
    struct eh_key stream = identity_of(EH_ORIGIN_STREAM, "", 0);
    cr_assert_not(eh_key_equal(maja, stream));
    struct eh_key before = identity_of(EH_ORIGIN_ADMIN, "maja", EH_RULES_TIME_BACK);
    cr_assert(eh_key_equal(before, stream)); /* as logs have it from before */
    cr_assert(eh_key_equal(before, identity_of(EH_ORIGIN_ADMIN, "ola", EH_RULES_TIME_BACK)));
}
