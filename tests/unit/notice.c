/* unit/notice: outbox entries in both encodings. */
#include <evenhand/wire/notice.h>

#include <criterion/criterion.h>

static const struct eh_notice assigned = {.type = EH_NOTICE_ASSIGNED,
                                          .seq = 7,
                                          .source = {"default", 7},
                                          .id = {"T-1", 3},
                                          .team = {"sales", 5},
                                          .rep = {"ana", 3},
                                          .was = {"eli", 3},
                                          .why = {"balanced", 8},
                                          .at_ms = 1772323200000,
                                          .input = 9,
                                          .inbox = {"1700000000000-0", 15}};

static void assert_json(const struct eh_notice *n, const char *expected)
{
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    cr_assert_eq(eh_notice_to_json(n, &out), 0);
    eh_bytes_put_u8(&out, 0);
    cr_assert_str_eq((const char *)out.data, expected, "%s", (const char *)out.data);
}

Test(notice, keys_come_in_the_order_of_the_contract)
{
    assert_json(&assigned,
                "{\"type\":\"assigned\",\"seq\":7,\"source\":\"default\",\"id\":\"T-1\","
                "\"team\":\"sales\",\"rep\":\"ana\",\"was\":\"eli\",\"why\":\"balanced\","
                "\"at\":1772323200000,\"input\":9,\"inbox\":\"1700000000000-0\"}");
}

Test(notice, absent_keys_are_left_out)
{
    struct eh_notice n = {.type = EH_NOTICE_MOVED, .seq = 1};
    assert_json(&n, "{\"type\":\"moved\",\"seq\":1}");
}

Test(notice, packs_the_same)
{
    static const uint8_t expected[] = {0x82, 0xa4, 't', 'y',  'p', 'e', 0xa6, 'c',  'l',  'o',
                                       's',  'e',  'd', 0xa3, 's', 'e', 'q',  0xcd, 0x01, 0x00};
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    struct eh_notice n = {.type = EH_NOTICE_CLOSED, .seq = 256};
    cr_assert_eq(eh_notice_to_msgpack(&n, &out), 0);
    cr_assert_eq(out.size, sizeof expected);
    cr_assert_arr_eq(out.data, expected, sizeof expected);
    cr_assert_eq(eh_notice_to_msgpack(&assigned, &out), 0); /* appends */
    cr_assert_eq(out.data[sizeof expected], 0x8b);
}

Test(notice, msgpack_becomes_the_same_json)
{
    EH_AUTO(eh_bytes) struct eh_bytes packed = EH_BYTES_INIT, text = EH_BYTES_INIT;
    cr_assert_eq(eh_notice_to_msgpack(&assigned, &packed), 0);
    struct eh_str whole = eh_str_n((const char *)packed.data, packed.size);
    cr_assert_eq(eh_notice_msgpack_to_json(whole, &text, NULL), 0);
    eh_bytes_put_u8(&text, 0);
    assert_json(&assigned, (const char *)text.data);
}

Test(notice, what_is_no_notice_becomes_nothing)
{
    static const struct eh_str bad[] = {{"", 0},     {"\xc1", 1},     {"\x07", 1},
                                        {"\x81", 1}, {"\x80\x80", 2}, {"\xdf\xff\xff\xff\xff", 5}};
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_lt(eh_notice_msgpack_to_json(bad[i], &text, NULL), 0, "%zu", i);
    cr_expect_eq(text.size, 0);
    cr_assert_eq(eh_notice_msgpack_to_json(eh_str_n("\x81\xa1x\xa1y", 5), &text, NULL), 0);
    eh_bytes_put_u8(&text, 0);
    cr_expect_str_eq((const char *)text.data, "{}");
}

Test(notice, names_are_those_of_the_contract)
{
    static const char *const names[] = {
        NULL,      "assigned",   "waiting",  "returned", "closed",  "moved",
        "refused", "commitment", "revealed", NULL,       "lost",    "left",
        "back",    "taken",      "ended",    "resent",   "held",    "alarm",
        "late",    "unanswered", "answered", "paused",   "resumed", NULL};
    for (int type = 0; type <= 23; type++)
        if (names[type])
            cr_assert_str_eq(eh_notice_type_name(type), names[type]);
        else
            cr_assert_null(eh_notice_type_name(type));
    cr_assert_null(eh_notice_type_name(-1));
}
