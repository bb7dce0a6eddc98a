/* unit/message: what the contract allows, its defaults, bodies of the admin API, and what is
 * written back. */
#include <evenhand/wire/message.h>

#include <criterion/criterion.h>

static struct eh_arena arena = EH_ARENA_INIT; /* of one test: each runs in a process of its own */

static void give_back(void)
{
    eh_arena_done(&arena);
}

static struct eh_message from_json(const char *text)
{
    struct eh_message m = {0};
    struct eh_error error = {0};
    cr_assert_eq(eh_message_from_json(eh_str(text), &arena, &m, &error), 0, "%s", error.text);
    return m;
}

static struct eh_message from_msgpack(const struct eh_bytes *bytes)
{
    struct eh_message m = {0};
    struct eh_error error = {0};
    struct eh_str s = eh_str_n((const char *)bytes->data, bytes->size);
    cr_assert_eq(eh_message_from_msgpack(s, &arena, &m, &error), 0, "%s", error.text);
    return m;
}

#define ASSERT_STR(s, text) cr_assert(eh_str_equal(s, eh_str(text)), "%.*s", EH_STR_ARG(s))

static void assert_json(const struct eh_message *m, const char *expected)
{
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    cr_assert_eq(eh_message_to_json(m, &out), 0);
    eh_bytes_put_u8(&out, 0);
    cr_assert_str_eq((const char *)out.data, expected, "%s", (const char *)out.data);
}

static bool same_bytes(const struct eh_bytes *a, const struct eh_bytes *b)
{
    return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

TestSuite(message, .fini = give_back);

Test(message, ticket_gets_its_defaults)
{
    struct eh_message m =
        from_json("{\"type\":\"ticket\",\"id\":\"T-1\",\"team\":\"sales\",\"kind\":\"order\"}");
    cr_assert_eq(m.type, EH_MESSAGE_TICKET);
    ASSERT_STR(m.id, "T-1");
    ASSERT_STR(m.source, "default");
    cr_assert_eq(m.value, 0);
    cr_assert_eq(m.priority, 5);
    cr_assert_eq(m.has, EH_FIELD_BIT(EH_FIELD_ID) | EH_FIELD_BIT(EH_FIELD_TEAM) |
                            EH_FIELD_BIT(EH_FIELD_KIND) | EH_FIELD_BIT(EH_FIELD_SOURCE) |
                            EH_FIELD_BIT(EH_FIELD_VALUE) | EH_FIELD_BIT(EH_FIELD_PRIORITY));
}

Test(message, defaults_said_and_unsaid_are_the_same)
{
    EH_AUTO(eh_bytes) struct eh_bytes a = EH_BYTES_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes b = EH_BYTES_INIT;
    struct eh_message unsaid =
        from_json("{\"type\":\"ticket\",\"id\":\"1\",\"team\":\"a\",\"kind\":\"b\"}");
    struct eh_message said = from_json(
        "{\"skills\":[],\"priority\":5,\"value\":-0,\"source\":\"default\",\"kind\":\"b\","
        "\"team\":\"a\",\"id\":\"1\",\"type\":\"ticket\",\"unknown\":{\"x\":[1.5,null,true]}}");
    eh_message_encode(&unsaid, 0, &a);
    eh_message_encode(&said, 0, &b);
    cr_assert(same_bytes(&a, &b));
}

Test(message, escapes_are_characters)
{
    struct eh_message m =
        from_json("{\"type\":\"update\",\"\\u0069d\":\"\\ud83d\\ude00\\u00E5\\u20ac"
                  "\\\"\\\\\\/\"}");
    ASSERT_STR(m.id, "\xf0\x9f\x98\x80\xc3\xa5\xe2\x82\xac\"\\/");
}

static void expect_skills(const char *skills, const char *wanted)
{
    char text[256];
    eh_format(text, sizeof text, "{\"type\":\"update\",\"id\":\"1\",\"skills\":%s}", skills);
    struct eh_message m = from_json(text);
    EH_AUTO(eh_bytes) struct eh_bytes packed = EH_BYTES_INIT;
    ASSERT_STR(m.skills, wanted);
    /* What is written back says the same. */
    cr_assert_eq(eh_message_to_msgpack(&m, &packed), 0);
    m = from_msgpack(&packed);
    ASSERT_STR(m.skills, wanted);
}

Test(message, skills_have_levels)
{
    expect_skills("{\"sap\":2}", "sap:2");
    expect_skills("{\"sap\":1}", "sap");
    expect_skills("[\"no\",{\"sap\":2,\"en\":9}]", "en:9\x1fno\x1fsap:2");
    expect_skills("[\"sap:2\"]", "sap:2");
    expect_skills("{}", "");
    /* Of two levels the higher one counts, and as much twice is once. */
    expect_skills("[\"sap\",{\"sap\":2}]", "sap:2");
    expect_skills("[{\"sap\":2},{\"sap\":3},\"sap:1\"]", "sap:3");
    expect_skills("[{\"sap\":1},\"sap:1\",\"sap\"]", "sap");
    /* Texts alone are what they were before there were levels. */
    expect_skills("[\"sap:2\",\"sap:3\",\"sap:0\",\":1\"]", ":1\x1fsap:0\x1fsap:2\x1fsap:3");
}

Test(message, skills_have_levels_in_msgpack)
{
    static const char packed[] = "\x83\xA4type\xA6update\xA2id\xA1\x31\xA6skills\x92\xA2no"
                                 "\x82\xA3sap\x02\xA2\x65n\x01";
    struct eh_message m;
    struct eh_error error = {0};
    cr_assert_eq(eh_message_from_msgpack(eh_str_n(packed, sizeof packed - 1), &arena, &m, &error),
                 0, "%s", error.text);
    ASSERT_STR(m.skills, "en\x1fno\x1fsap:2");
}

Test(message, skills_are_a_set)
{
    struct eh_message m = from_json("{\"type\":\"update\",\"id\":\"1\",\"skills\":[\"no\",\"en\","
                                    "\"no\",\"a\",\"en\"]}");
    ASSERT_STR(m.skills, "a\x1f"
                         "en\x1fno");
    m = from_json("{\"type\":\"update\",\"id\":\"1\",\"skills\":[]}");
    cr_assert(eh_message_has(&m, EH_FIELD_SKILLS)); /* takes the skills away */
    cr_assert_eq(m.skills.size, 0);
}

Test(message, update_says_only_what_it_says)
{
    struct eh_message m = from_json("{\"type\":\"update\",\"id\":\"1\",\"priority\":9}");
    cr_assert_eq(m.priority, 9);
    cr_assert_not(eh_message_has(&m, EH_FIELD_VALUE));
    ASSERT_STR(m.source, "default");
}

/* What no type has stays unknown, and a null says that there is none. */
Test(message, an_update_ignores_what_nobody_takes)
{
    struct eh_message m = from_json("{\"type\":\"update\",\"id\":\"1\",\"value\":3,\"event\":\"e\","
                                    "\"team\":null,\"colour\":\"red\",\"v\":1,\"actor\":\"x\"}");
    cr_assert_eq(m.value, 3);
    ASSERT_STR(m.event, "e");
    cr_assert_not(eh_message_has(&m, EH_FIELD_TEAM));
}

Test(message, keys_of_other_types_are_unknown_keys)
{
    struct eh_message m =
        from_json("{\"type\":\"signal\",\"rep\":\"ana\",\"status\":\"overloaded\","
                  "\"for\":7200,\"team\":12,\"value\":1.5,\"actor\":\"root\"}");
    cr_assert_eq(m.status, EH_STATUS_OVERLOADED);
    cr_assert_eq(m.for_s, 7200);
    cr_assert_not(eh_message_has(&m, EH_FIELD_TEAM));
    cr_assert_not(eh_message_has(&m, EH_FIELD_VALUE));
    cr_assert_not(eh_message_has(&m, EH_FIELD_ACTOR));
}

Test(message, maps_beside_each_other_may_have_the_same_keys)
{
    struct eh_message m = from_json("{\"x\":{\"id\":1,\"y\":{\"id\":2}},\"z\":{\"id\":3},"
                                    "\"type\":\"update\",\"id\":\"1\"}");
    ASSERT_STR(m.id, "1");
    static const char packed[] = "\x84\xa1x\x82\xa2id\x01\xa1y\x81\xa2id\x02\xa1z\x81\xa2id\x03"
                                 "\xa4type\xa6update\xa2id\xa1"
                                 "1";
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    eh_bytes_put(&bytes, packed, sizeof packed - 1);
    m = from_msgpack(&bytes);
    ASSERT_STR(m.id, "1");
}

Test(message, what_only_the_shell_may_say_is_not_read)
{
    struct eh_message m =
        from_json("{\"type\":\"ticket\",\"id\":\"1\",\"team\":\"a\",\"kind\":\"b\","
                  "\"text\":\"x\",\"customer_digest\":\"x\",\"rep\":\"ana\"}");
    cr_assert_eq(m.text.size + m.customer_digest.size + m.rep.size, 0);
}

Test(message, an_owner_is_somebody_or_nobody)
{
    struct eh_message m =
        from_json("{\"type\":\"owner\",\"id\":\"1\",\"owner\":\"ana\",\"by\":\"ben\"}");
    ASSERT_STR(m.owner, "ana");
    ASSERT_STR(m.by, "ben");
    ASSERT_STR(m.source, "default");
    m = from_json("{\"type\":\"owner\",\"id\":\"1\",\"owner\":null,\"by\":7}");
    cr_expect_not(eh_message_has(&m, EH_FIELD_OWNER));
    cr_expect_not(eh_message_has(&m, EH_FIELD_BY), "who did it decides little: it is left out");
    m = from_json("{\"type\":\"owner\",\"id\":\"1\",\"account\":null}");
    cr_expect_not(eh_message_has(&m, EH_FIELD_ACCOUNT));
}

/* An account may be as long as an address. */
Test(message, accounts_have_a_length)
{
    char text[400], account[256] = "";
    for (size_t size = 254; size <= 255; size++) {
        struct eh_error error = {0};
        struct eh_message m = {0};
        memset(account, 'a', size);
        eh_format(text, sizeof text, "{\"type\":\"owner\",\"id\":\"1\",\"account\":\"%s\"}",
                  account);
        int r = eh_message_from_json(eh_str(text), &arena, &m, &error);
        cr_expect_eq(r, size == 254 ? 0 : -EH_ERANGE, "%zu: %s", size, error.text);
    }
}

Test(message, metric_may_be_negative)
{
    struct eh_message m = from_json("{\"type\":\"metric\",\"team\":\"a\",\"metric\":\"nps\","
                                    "\"period\":\"2026-11\",\"value\":-9007199254740991}");
    cr_assert_eq(m.value, -EH_INTEGER_MAX);
    cr_assert_not(eh_message_has(&m, EH_FIELD_SOURCE));
}

Test(message, outcome_with_everything)
{
    struct eh_message m = from_json("{\"type\":\"outcome\",\"id\":\"1\",\"outcome\":\"rated\","
                                    "\"csat\":4,\"handled\":720,\"at\":1772323200000,\"value\":5,"
                                    "\"event\":\"e\"}");
    cr_assert_eq(m.outcome, EH_OUTCOME_RATED);
    cr_assert_eq(m.csat, 4);
    cr_assert_eq(m.handled_s, 720);
    cr_assert_eq(m.at_ms, INT64_C(1772323200000));
}

static const char *const every_type[] = {
    "{\"type\":\"ticket\",\"id\":\"T-1\",\"team\":\"sales\",\"kind\":\"order\","
    "\"source\":\"zendesk\",\"value\":12995,\"currency\":\"EUR\",\"customer\":\"c\","
    "\"priority\":9,\"skills\":[\"en\",\"no\"],\"channel\":\"mail\","
    "\"subject\":\"\xc3\x85rlig \xe2\x82\xac \xf0\x9f\x98\x80 \\\"x\\\"\","
    "\"created_at\":1772323200000,\"owner\":\"ana\"}",
    "{\"type\":\"update\",\"id\":\"T-1\",\"source\":\"zendesk\",\"value\":0,\"priority\":0,"
    "\"skills\":[],\"subject\":\"s\"}",
    "{\"type\":\"signal\",\"rep\":\"ana\",\"status\":\"away\",\"for\":0,\"reason\":\"lunch\","
    "\"event\":\"e-1\"}",
    "{\"type\":\"outcome\",\"id\":\"T-1\",\"source\":\"default\",\"value\":9007199254740991,"
    "\"event\":\"e\",\"outcome\":\"won\",\"csat\":5,\"handled\":720,\"at\":946684800000}",
    "{\"type\":\"metric\",\"team\":\"a\",\"value\":-3,\"rep\":\"r\",\"event\":\"e\","
    "\"metric\":\"nps\",\"period\":\"2026-11\"}",
};

Test(message, every_type_comes_back_as_it_went)
{
    for (size_t i = 0; i < sizeof every_type / sizeof *every_type; i++) {
        EH_AUTO(eh_bytes) struct eh_bytes packed = EH_BYTES_INIT;
        EH_AUTO(eh_bytes) struct eh_bytes a = EH_BYTES_INIT;
        EH_AUTO(eh_bytes) struct eh_bytes b = EH_BYTES_INIT;
        struct eh_message json = from_json(every_type[i]);
        assert_json(&json, every_type[i]);
        cr_assert_eq(eh_message_to_msgpack(&json, &packed), 0);
        struct eh_message msgpack = from_msgpack(&packed);
        assert_json(&msgpack, every_type[i]);
        eh_message_encode(&json, 0, &a);
        eh_message_encode(&msgpack, 0, &b);
        cr_assert(same_bytes(&a, &b));
    }
}

Test(message, canonical_bytes_are_these)
{
    /* Stored in every log: a change here breaks what is written already. */
    static const uint8_t expected[] = {3,    13,   3,  'a', 'n', 'a', 14, 2,   15,
                                       0xC0, 0x70, 16, 1,   'x', 17,  2,  'e', '1'};
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    struct eh_message m = from_json("{\"type\":\"signal\",\"event\":\"e1\",\"reason\":\"x\","
                                    "\"for\":7200,\"status\":\"overloaded\",\"rep\":\"ana\"}");
    eh_message_encode(&m, 0, &out);
    cr_assert_eq(out.size, sizeof expected);
    cr_assert_arr_eq(out.data, expected, sizeof expected);
}

Test(message, decodes_beside_columns)
{
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    struct eh_message m = from_json(every_type[0]), again = {.id = eh_str("T-2")};
    again.has = EH_FIELD_BIT(EH_FIELD_ID);
    eh_message_encode(&m, EH_FIELD_BIT(EH_FIELD_ID), &out);
    struct eh_str bytes = eh_str_n((const char *)out.data, out.size);
    cr_assert_eq(eh_message_decode(bytes, &again, NULL), 0);
    cr_assert_eq(again.has, m.has);
    ASSERT_STR(again.id, "T-2"); /* the column's */
    again.id = m.id;
    assert_json(&again, every_type[0]);
}

Test(message, decode_refuses_what_was_never_encoded)
{
    static const struct {
        const char *bytes;
        size_t size;
    } bad[] = {
        {"", 0},
        {"\x00", 1},
        {"\x7f", 1},
        {"\x01\x7f", 2},
        {"\x01\x00\x05x", 4},
        {"\x01\x01\x01x\x00\x01x", 7},
        {"\x01\x00\x01x\x00\x01x", 7},
        {"\x01\x07\x0a", 3},
        {"\x01\x07\x80\x02", 4},
        {"\x03\x0e\x00", 3},
        {"\x03\x0e\x04", 3},
        {"\x03\x0f\x01", 3},
        {"\x01\x04", 2},
        {"\x01\x07\xff", 3},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct eh_message m = {.priority = 77};
        struct eh_error error = {0};
        cr_assert_eq(eh_message_decode(eh_str_n(bad[i].bytes, bad[i].size), &m, &error),
                     -EH_ECORRUPT, "%zu", i);
        cr_assert_eq(m.priority, 77);
        cr_assert_neq(error.text[0], '\0');
    }
}

Test(message, an_arena_at_its_limit_is_no_memory)
{
    static const char *const texts[] = {
        "{\"type\":\"update\",\"id\":\"1234567890123456\"}",
        "{\"type\":\"update\",\"skills\":[\"1234567890123456\",\"b\"]}",
    };
    static const char *const sentences[] = {"id: out of memory", "skills: out of memory"};
    for (size_t i = 0; i < 2; i++) {
        EH_AUTO(eh_arena) struct eh_arena small = {.limit = 16};
        struct eh_message m = {0};
        struct eh_error error = {0};
        cr_assert_eq(eh_message_from_json(eh_str(texts[i]), &small, &m, &error), -EH_ENOMEM);
        cr_assert_str_eq(error.text, sentences[i]);
    }
}

Test(message, bytes_that_take_no_more_say_so)
{
    struct eh_message m = from_json(every_type[0]);
    struct eh_bytes full = {.failed = true};
    cr_assert_eq(eh_message_to_json(&m, &full), -EH_ENOMEM);
    cr_assert_eq(eh_message_to_msgpack(&m, &full), -EH_ENOMEM);
    cr_assert_eq(full.size, 0);
}

/* --- bodies of the admin API --- */

static int from_body(const char *body, struct eh_message *m, struct eh_error *error)
{
    return eh_message_from_json_body(eh_str(body), &arena, m, error);
}

Test(message, body_adds_to_the_path)
{
    struct eh_message m = {.type = EH_MESSAGE_ASSIGN,
                           .source = eh_str("zendesk"),
                           .id = eh_str("T-1"),
                           .actor = eh_str("maja")};
    struct eh_error error = {0};
    m.has =
        EH_FIELD_BIT(EH_FIELD_SOURCE) | EH_FIELD_BIT(EH_FIELD_ID) | EH_FIELD_BIT(EH_FIELD_ACTOR);
    cr_assert_eq(
        from_body("{\"rep\":\"ana\",\"reason\":\"knows them\",\"id\":\"T-1\"}", &m, &error), 0,
        "%s", error.text);
    ASSERT_STR(m.rep, "ana");
    ASSERT_STR(m.source, "zendesk");
    ASSERT_STR(m.actor, "maja");
    assert_json(&m, "{\"type\":\"assign\",\"id\":\"T-1\",\"source\":\"zendesk\",\"rep\":\"ana\","
                    "\"reason\":\"knows them\",\"actor\":\"maja\"}");
}

Test(message, every_admin_type_has_its_keys)
{
    struct eh_error error = {0};
    struct eh_message m = {.type = EH_MESSAGE_MOVE};
    cr_assert_eq(
        from_body("{\"type\":\"move\",\"id\":\"1\",\"team\":\"b\",\"reason\":\"x\"}", &m, &error),
        0);
    ASSERT_STR(m.source, "default");
    m = (struct eh_message){.type = EH_MESSAGE_RELEASE};
    cr_assert_eq(from_body("{\"rep\":\"ana\",\"reason\":\"left\"}", &m, &error), 0);
    m = (struct eh_message){.type = EH_MESSAGE_SIGNAL,
                            .status = EH_STATUS_AVAILABLE,
                            .rep = eh_str("ana"),
                            .has = EH_FIELD_BIT(EH_FIELD_REP) | EH_FIELD_BIT(EH_FIELD_STATUS)};
    cr_assert_eq(from_body("", &m, &error), 0, "%s", error.text);
    m = (struct eh_message){.type = EH_MESSAGE_TICKET};
    cr_assert_eq(from_body("{\"id\":\"1\",\"team\":\"a\",\"kind\":\"b\"}", &m, &error), 0);
    cr_assert_eq(m.priority, 5);
}

Test(message, body_may_not_contradict_the_path)
{
    static const struct {
        const char *body, *sentence;
    } cases[] = {
        {"{\"rep\":\"bob\",\"reason\":\"x\"}",
         "rep: not the one in the path; leave it out of the body"},
        {"{\"type\":\"ticket\"}", "type: not the one in the path; leave it out of the body"},
        {"{\"type\":3}", "type: not the one in the path; leave it out of the body"},
        {"{\"reason\":\"x\",\"rep\":\"ana \"}",
         "rep: not the one in the path; leave it out of the body"},
        {"{}", "reason: missing"},
        {"", "reason: missing"},
        {"[]", "byte 0: a message is an object"},
        {"{\"reason\":5}", "reason: must be text, not a number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct eh_message m = {
            .type = EH_MESSAGE_RELEASE, .rep = eh_str("ana"), .has = EH_FIELD_BIT(EH_FIELD_REP)};
        struct eh_error error = {0};
        cr_assert_lt(from_body(cases[i].body, &m, &error), 0);
        cr_assert_str_eq(error.text, cases[i].sentence, "%s", error.text);
        cr_assert_eq(m.has, EH_FIELD_BIT(EH_FIELD_REP));
    }
}

Test(message, body_may_not_contradict_a_number_of_the_path)
{
    struct eh_error error = {0};
    struct eh_message m = {
        .type = EH_MESSAGE_SIGNAL, .status = EH_STATUS_AWAY, .has = EH_FIELD_BIT(EH_FIELD_STATUS)};
    cr_assert_lt(from_body("{\"rep\":\"a\",\"status\":\"available\"}", &m, &error), 0);
    cr_assert_str_eq(error.field, "status");
    cr_assert_eq(from_body("{\"rep\":\"a\",\"status\":\"away\"}", &m, &error), 0);
}

Test(message, path_is_checked_too)
{
    struct eh_message m = {
        .type = EH_MESSAGE_RELEASE, .rep = eh_str("a\nb"), .has = EH_FIELD_BIT(EH_FIELD_REP)};
    struct eh_error error = {0};
    cr_assert_eq(from_body("{\"reason\":\"x\"}", &m, &error), -EH_EINVAL);
    cr_assert_str_eq(error.text, "rep: must be 1 to 128 bytes of UTF-8 without control characters");
    for (int type = EH_MESSAGE_DESK; type <= EH_MESSAGE_UNPARSED; type++) {
        struct eh_message inner = {.type = (uint8_t)type};
        cr_assert_eq(from_body("{}", &inner, &error), -EH_EINVAL);
    }
    struct eh_message key = {.type = EH_MESSAGE_NEW_KEY};
    cr_assert_eq(from_body("{\"reason\":\"x\"}", &key, &error), -EH_EINVAL);
}

/* --- written for readers --- */

Test(message, raw_bytes_are_written_readably)
{
    struct eh_message m = {.type = EH_MESSAGE_UNPARSED,
                           .text = eh_str_n("a\xff\0b", 4),
                           .customer_digest = eh_str_n("\x00\xab", 2)};
    m.has = EH_FIELD_BIT(EH_FIELD_TEXT) | EH_FIELD_BIT(EH_FIELD_CUSTOMER_DIGEST);
    assert_json(&m, "{\"type\":\"unparsed\",\"text\":\"a\xef\xbf\xbd\\u0000b\","
                    "\"customer_digest\":\"00ab\"}");
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    cr_assert_eq(eh_message_to_msgpack(&m, &out), 0);
    static const uint8_t tail[] = {0xc4, 2, 0x00, 0xab}; /* binary */
    cr_assert_arr_eq(out.data + out.size - sizeof tail, tail, sizeof tail);
}

Test(message, knows_its_names)
{
    cr_assert_str_eq(eh_message_type_name(EH_MESSAGE_UNPARSED), "unparsed");
    cr_assert_null(eh_message_type_name(0));
    cr_assert_str_eq(eh_message_type_name(EH_MESSAGE_REVEAL), "reveal");
    cr_assert_str_eq(eh_message_type_name(EH_MESSAGE_EXCLUDE), "exclude");
    cr_assert_str_eq(eh_message_type_name(EH_MESSAGE_NEW_KEY), "new_key");
    cr_assert_null(eh_message_type_name(EH_MESSAGE_LAST + 1));
    cr_assert_null(eh_message_type_name(-1));
    cr_assert_str_eq(eh_field_name(EH_FIELD_CREATED_AT), "created_at");
    cr_assert_str_eq(eh_field_name(EH_FIELD_SUBJECT_DIGEST), "subject_digest");
    cr_assert_null(eh_field_name(EH_FIELD_COUNT));
    for (int field = 0; field < EH_FIELD_COUNT; field++)
        cr_assert_not_null(eh_field_name(field));
    for (int status = EH_STATUS_AVAILABLE; status <= EH_STATUS_AWAY; status++)
        cr_assert_eq(eh_status_from_name(eh_str(eh_status_name(status))), status);
    for (int outcome = EH_OUTCOME_WON; outcome <= EH_OUTCOME_RATED; outcome++)
        cr_assert_eq(eh_outcome_from_name(eh_str(eh_outcome_name(outcome))), outcome);
    cr_assert_eq(eh_status_from_name(eh_str("busy")), 0);
    cr_assert_null(eh_status_name(0));
    cr_assert_null(eh_outcome_name(8));
}
