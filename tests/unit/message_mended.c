/* What decides nothing refuses nothing: it is cleaned, cut or left out, with a word about it. */
#include <evenhand/wire/message.h>

#include <criterion/criterion.h>

#define TICKET "\"type\":\"ticket\",\"id\":\"1\",\"team\":\"a\",\"kind\":\"b\","

static struct eh_message taken(struct eh_arena *arena, const char *fields, size_t size)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    struct eh_error error = {0};
    struct eh_message m = {0};
    eh_bytes_put_text(&text, "{%s", strstr(fields, "\"type\"") ? "" : TICKET);
    eh_bytes_put(&text, fields, size);
    eh_bytes_put_text(&text, "}");
    struct eh_str kept = eh_arena_str(arena, eh_str_n((const char *)text.data, text.size));
    cr_assert_eq(eh_message_from_json(kept, arena, &m, &error), 0, "%s: %s", fields, error.text);
    cr_assert_eq(error.code, 0);
    return m;
}

static void assert_str(struct eh_str is, const char *wanted, const char *of)
{
    cr_expect(eh_str_equal(is, eh_str(wanted)), "%s: `%.*s`, not `%s`", of, EH_STR_ARG(is), wanted);
}

#define TEXT(s) s, sizeof s - 1
#define NONE    NULL

Test(message_mended, subjects)
{
    static const struct {
        const char *fields;
        size_t size;
        const char *subject, *words; /* NULL: none */
    } cases[] = {
        {TEXT("\"subject\":\"An order\""), "An order", NONE},
        {TEXT("\"subject\":\"  two  blanks \""), "  two  blanks ", NONE},
        {TEXT("\"subject\":\"Re:\\tmy order\""), "Re: my order",
         "subject: control characters taken out"},
        {TEXT("\"subject\":\"Re:\tmy order\""), "Re: my order",
         "subject: control characters taken out"},
        {TEXT("\"subject\":\"folded\\r\\n  line\\n\""), "folded line",
         "subject: control characters taken out"},
        {TEXT("\"subject\":\"Best\\u0092llung\""), "Best\xef\xbf\xbdllung",
         "subject: control characters taken out"},
        {TEXT("\"subject\":\"be\\u0007ll\\u0000\""), "bell",
         "subject: control characters taken out"},
        {TEXT("\"subject\":\"nul\0behind\""), "nulbehind", "subject: control characters taken out"},
        {TEXT("\"subject\":\"Gr\xfc\xdf"
              "e\""),
         "Gr\xef\xbf\xbd\xef\xbf\xbd"
         "e",
         "subject: bytes that are no UTF-8 taken out"},
        {TEXT("\"subject\":\"half \\ud83d pair\""), "half \xef\xbf\xbd pair",
         "subject: bytes that are no UTF-8 taken out"},
        {TEXT("\"subject\":\"whole \\ud83d\\ude00\\n\""), "whole \xf0\x9f\x98\x80",
         "subject: control characters taken out"},
        {TEXT("\"subject\":\"a \\x b\\q\""), "a \\x b\\q", NONE},
        {TEXT("\"subject\":\"\""), NULL, "subject: left out: empty"},
        {TEXT("\"subject\":\"\\n\\t\""), NULL, "subject: left out: empty"},
        {TEXT("\"subject\":null"), NULL, NONE},
        {TEXT("\"subject\":42"), "42", "subject: a number, taken as text"},
        {TEXT("\"subject\":-99999999999999999999"), "-99999999999999999999", NONE},
        {TEXT("\"subject\":4.5"), NULL, "subject: left out: must be text, not a number"},
        {TEXT("\"subject\":1e999"), "1e999", NONE},
        {TEXT("\"subject\":true"), NULL, "subject: left out: must be text, not true or false"},
        {TEXT("\"subject\":[[[[[[[[[[1]]]]]]]]]]"), NULL,
         "subject: left out: must be text, not an array"},
        {TEXT("\"subject\":{\"a\":1,\"a\":2}"), NULL, "subject: left out: must be text, not a map"},
        {TEXT("\"subject\":\"one\",\"subject\":\"two\",\"x\":1"), "one",
         "subject: given twice, the first is taken"},
        {TEXT("\"subject\" : null , \"subject\" : [\"\t\"]"), NULL,
         "subject: given twice, the first is taken"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
        struct eh_message m = taken(&arena, cases[i].fields, cases[i].size);
        cr_expect_eq(eh_message_has(&m, EH_FIELD_SUBJECT), cases[i].subject != NULL, "%s",
                     cases[i].fields);
        cr_expect_eq(eh_message_has(&m, EH_FIELD_MENDED), cases[i].words != NULL, "%s: %.*s",
                     cases[i].fields, EH_STR_ARG(m.mended));
        assert_str(m.subject, cases[i].subject ? cases[i].subject : "", cases[i].fields);
        assert_str(m.mended, cases[i].words ? cases[i].words : "", cases[i].fields);
    }
}

Test(message_mended, lengths)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    const struct {
        const char *name;
        size_t told, kept;
    } cases[] = {{"customer", 254, 254},  {"customer", 255, 254},  {"channel", 128, 128},
                 {"channel", 145, 128},   {"subject", 1024, 1024}, {"subject", 1025, 1024},
                 {"subject", 40000, 1024}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        eh_bytes_clear(&text);
        eh_bytes_put_text(&text, "\"%s\":\"", cases[i].name);
        for (size_t k = 0; k < cases[i].told; k++)
            eh_bytes_put_u8(&text, 'x');
        eh_bytes_put_text(&text, "\"%c", '\0');
        struct eh_message m = taken(&arena, (const char *)text.data, text.size - 1);
        struct eh_str kept = *cases[i].name == 's'     ? m.subject
                             : cases[i].name[1] == 'h' ? m.channel
                                                       : m.customer;
        char words[64] = "";
        if (cases[i].told > cases[i].kept)
            eh_format(words, sizeof words, "%s: cut to %zu bytes", cases[i].name, cases[i].kept);
        cr_expect_eq(kept.size, cases[i].kept, "%s of %zu: %u", cases[i].name, cases[i].told,
                     kept.size);
        assert_str(m.mended, words, cases[i].name);
    }
}

/* A character is never cut in two. */
Test(message_mended, cuts_between_characters)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    eh_bytes_put_text(&text, "\"subject\":\"");
    for (size_t k = 0; k < 400; k++)
        eh_bytes_put_text(&text, "\xe2\x82\xac");
    eh_bytes_put_text(&text, "\"%c", '\0');
    struct eh_message m = taken(&arena, (const char *)text.data, text.size - 1);
    cr_expect_eq(m.subject.size, 1023);
    assert_str(m.mended, "subject: cut to 1023 bytes", "subject");
}

Test(message_mended, what_is_left_out)
{
    static const struct {
        const char *fields, *words;
    } cases[] = {
        {"\"priority\":10", "priority: 10, taken as 9"},
        {"\"priority\":-1", "priority: -1, taken as 0"},
        {"\"priority\":\"high\"", "priority: left out: must be a whole number, not text"},
        {"\"priority\":2.5", "priority: left out: 2.5 is not a whole number"},
        {"\"created_at\":-1",
         "created_at: left out: -1 is before the year 2000; it is milliseconds since 1970"},
        {"\"created_at\":\"2026-03-01\"",
         "created_at: left out: a day alone; a time and its offset from UTC are missing"},
        {"\"created_at\":[1]", "created_at: left out: must be a whole number, not an array"},
        {"\"created_at\":9007199254740992",
         "created_at: left out: `9007199254740992` is not a time such as 2026-03-01T12:00:00Z or "
         "2026-03-01"},
        {"\"owner\":7", "owner: left out: must be text, not a number"},
        {"\"owner\":\"\"", "owner: left out: empty"},
        {"\"owner\":null,\"priority\":null,\"created_at\":null,\"skills\":null", ""},
        {"\"type\":\"outcome\",\"id\":\"1\",\"outcome\":\"won\",\"csat\":0,\"handled\":-1",
         "csat: left out: 0 is below 1; handled: left out: -1 is below 0"},
        {"\"type\":\"signal\",\"rep\":\"a\",\"status\":\"away\",\"reason\":\"a\\nb\"",
         "reason: control characters taken out"},
        {"\"type\":\"update\",\"id\":\"1\",\"subject\":5", "subject: a number, taken as text"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
        struct eh_message m = taken(&arena, cases[i].fields, strlen(cases[i].fields));
        assert_str(m.mended, cases[i].words, cases[i].fields);
        cr_expect(!eh_message_has(&m, EH_FIELD_CREATED_AT) && !eh_message_has(&m, EH_FIELD_OWNER));
    }
}

/* Whatever stands behind a key that evenhand does not know. */
Test(message_mended, unknown_keys)
{
    static const struct {
        const char *fields;
        size_t size;
    } cases[] = {
        {TEXT("\"x\":99999999999999999999")},
        {TEXT("\"x\":1e999")},
        {TEXT("\"x\":\"\xff\0\n\\ud800\"")},
        {TEXT("\"x\":{\"a\":1,\"a\":2}")},
        {TEXT("\"x\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]")},
        {TEXT("\"x\":1,\"x\":\"\t\",\"x\":[2]")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
        struct eh_message m = taken(&arena, cases[i].fields, cases[i].size);
        cr_expect(!eh_message_has(&m, EH_FIELD_MENDED), "%.*s", EH_STR_ARG(m.mended));
    }
}

/* msgpack: the same faults in its own bytes. */
Test(message_mended, msgpack)
{
    static const struct {
        const char *pairs;
        size_t size;
        const char *subject, *words;
    } cases[] = {
        {TEXT("\xa7subject\xa3"
              "a\tb"),
         "a b", "subject: control characters taken out"},
        {TEXT("\xa7subject\xa3"
              "a\xff"
              "b"),
         "a\xef\xbf\xbd"
         "b",
         "subject: bytes that are no UTF-8 taken out"},
        {TEXT("\xa7subject\xa3"
              "a\0b"),
         "ab", "subject: control characters taken out"},
        {TEXT("\xa7subject\xc4\x02hi"), "hi", ""},
        {TEXT("\xa7subject\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), "18446744073709551615", ""},
        {TEXT("\xa7subject\xd3\x80\x00\x00\x00\x00\x00\x00\x00"), "-9223372036854775808", ""},
        {TEXT("\xa7subject\x05"), "5", "subject: a number, taken as text"},
        {TEXT("\xa7subject\xc0"), "", ""},
        {TEXT("\xa7subject\x91\x92\x01\x02"), "", "subject: left out: must be text, not an array"},
        {TEXT("\xa7subject\x81\x01\x02"), "", "subject: left out: must be text, not a map"},
        {TEXT("\xa7subject\xc7\x01\x05z"), "", "subject: left out: must be text, not an extension"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
        EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
        struct eh_error error = {0};
        struct eh_message m = {0};
        static const char head[] =
            "\x87\xa4type\xa6ticket\xa2id\xa1"
            "1\xa4team\xa1"
            "a\xa4kind\xa1"
            "b"
            "\xa1x\x93\xa1\xff\xcf\xff\xff\xff\xff\xff\xff\xff\xff\x81\xa1y\x01"
            "\xa1x\xa1\x00";
        eh_bytes_put(&bytes, head, sizeof head - 1);
        eh_bytes_put(&bytes, cases[i].pairs, cases[i].size);
        int r = eh_message_from_msgpack(eh_str_n((const char *)bytes.data, bytes.size), &arena, &m,
                                        &error);
        cr_assert_eq(r, 0, "%zu: %s", i, error.text);
        assert_str(m.subject, cases[i].subject, cases[i].words);
        assert_str(m.mended, cases[i].words, cases[i].subject);
    }
}

/* A day alone is no moment. */
Test(message_mended, a_day_alone)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes told = EH_BYTES_INIT;
    struct eh_message m =
        taken(&arena,
              TEXT("\"type\":\"outcome\",\"id\":\"1\",\"outcome\":\"won\",\"at\":\"2026-03-01\""));
    cr_assert(eh_message_has(&m, EH_FIELD_AT_DAY) && !eh_message_has(&m, EH_FIELD_AT));
    cr_assert_eq(m.at_day, eh_date_of(2026, 3, 1));
    cr_assert_eq(eh_message_to_json(&m, &told), 0);
    cr_assert(memmem(told.data, told.size, TEXT("\"at\":\"2026-03-01\"")));

    m = taken(&arena, TEXT("\"type\":\"outcome\",\"id\":\"1\",\"outcome\":\"won\","
                           "\"at\":\"2026-03-01T12:00:00+02:00\""));
    cr_assert(!eh_message_has(&m, EH_FIELD_AT_DAY) && eh_message_has(&m, EH_FIELD_AT));
    cr_assert_eq(m.at_ms, INT64_C(1772359200000));
}

/* Seconds may be left out of any time. */
Test(message_mended, a_time_without_seconds)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_message m =
        taken(&arena, TEXT("\"type\":\"answered\",\"id\":\"1\",\"at\":\"2026-03-01T12:00+02:00\""));
    cr_assert_eq(m.at_ms, INT64_C(1772359200000));

    m = taken(&arena, TEXT("\"type\":\"absence\",\"rep\":\"ana\",\"uid\":\"u\","
                           "\"from\":\"2026-03-01T10:00Z\",\"until\":\"2026-03-01T12:30Z\""));
    cr_assert_eq(m.from_ms, INT64_C(1772359200000));
    cr_assert_eq(m.until_ms, INT64_C(1772368200000));
}

/* Both spellings of one skill. */
Test(message_mended, one_skill_alone)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_message m = taken(&arena, TEXT("\"skills\":\"no\""));
    assert_str(m.skills, "no", "skills");
}

static void expect_reason(const char *fields, const char *reason, const char *words)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_message m = taken(&arena, fields, strlen(fields));
    cr_expect_eq(eh_message_has(&m, EH_FIELD_REASON), reason != NULL, "%s", fields);
    assert_str(m.reason, reason ? reason : "", fields);
    assert_str(m.mended, words ? words : "", fields);
}

/* Counted by word: any other is left out, and only what is cancelled has one. */
Test(message_mended, the_reason_why_a_ticket_was_cancelled)
{
    static const char *const reasons[] = {EH_CANCELLED_REASONS};
    static const char *const others[] = {"Spam", "spam!", "duplicates", "spa"};
    char text[160];
    cr_expect_eq(sizeof reasons / sizeof *reasons, 5);
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        eh_format(text, sizeof text,
                  "\"type\":\"outcome\",\"id\":\"1\",\"outcome\":\"cancelled\",\"reason\":\"%s\"",
                  reasons[i]);
        expect_reason(text, reasons[i], NULL);
        eh_format(text, sizeof text,
                  "\"type\":\"outcome\",\"id\":\"1\",\"outcome\":\"won\",\"reason\":\"%s\"",
                  reasons[i]);
        expect_reason(text, NULL, "reason: left out: only what is cancelled has one");
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        eh_format(text, sizeof text,
                  "\"type\":\"outcome\",\"id\":\"1\",\"outcome\":\"cancelled\",\"reason\":\"%s\"",
                  others[i]);
        expect_reason(text, NULL,
                      "reason: left out: none of spam, duplicate, merged, test, customer");
    }
    expect_reason("\"type\":\"outcome\",\"id\":\"1\",\"outcome\":\"cancelled\"", NULL, NULL);
}
