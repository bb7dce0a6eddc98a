/* unit/message_refused: every way a message can be wrong, and the sentence that says so. LATER at
 * the end of one stands for the types of the stream that came after METRIC. */
#include <evenhand/wire/message.h>

#include <criterion/criterion.h>

struct refusal {
    const char *bytes;
    size_t size;
    int code;
    const char *sentence;
};

#define LATER          "..."
#define BYTES(text)    text, sizeof text - 1
#define REFUSALS(list) list, sizeof list / sizeof *list

typedef int from_fn(struct eh_str, struct eh_arena *, struct eh_message *, struct eh_error *);

static void add_later_types(char *sentence, size_t size)
{
    size_t used = strlen(sentence);
    if (used < sizeof LATER || strcmp(sentence + used - strlen(LATER), LATER) != 0)
        return;
    used -= strlen(LATER);
    sentence[used] = '\0';
    for (int type = EH_MESSAGE_METRIC + 1; type <= EH_MESSAGE_LAST; type++)
        if (eh_type_is(type, EH_TYPE_STREAM))
            used += eh_format(sentence + used, size - used, ", %s", eh_message_type_name(type));
}

static void assert_refused(from_fn *from, const struct refusal *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
        struct eh_message m = {.priority = 77};
        struct eh_error error = {0};
        char sentence[256];
        eh_format(sentence, sizeof sentence, "%s", list[i].sentence);
        add_later_types(sentence, sizeof sentence);
        int r = from(eh_str_n(list[i].bytes, list[i].size), &arena, &m, &error);
        cr_expect_str_eq(error.text, sentence, "%zu: %s\n   not %s", i, error.text, sentence);
        cr_expect_eq(r, -list[i].code, "%zu: %d", i, r);
        cr_expect_eq(error.code, list[i].code, "%zu", i);
        cr_expect_eq(m.priority, 77, "%zu: the output was touched", i);
    }
}

/* --- JSON: its bytes --- */

static const struct refusal json_bytes[] = {
    {BYTES(""), EH_EPARSE, "byte 0: empty, a message is a map"},
    {BYTES("  "), EH_EPARSE, "byte 2: a message is an object"},
    {BYTES("[]"), EH_EPARSE, "byte 0: a message is an object"},
    {BYTES("\"ticket\""), EH_EPARSE, "byte 0: a message is an object"},
    {BYTES("{"), EH_EPARSE, "byte 1: a key in quotes expected"},
    {BYTES("{type:1}"), EH_EPARSE, "byte 1: a key in quotes expected"},
    {BYTES("{\"type\"}"), EH_EPARSE, "byte 7: `:` expected"},
    {BYTES("{\"id\":"), EH_EPARSE, "byte 6: cut short"},
    {BYTES("{\"id\":1"), EH_EPARSE, "byte 0: object without its end"},
    {BYTES("{\"id\":1 2}"), EH_EPARSE, "byte 8: `,` or `}` expected"},
    {BYTES("{\"id\":1,}"), EH_EPARSE, "byte 8: a key in quotes expected"},
    {BYTES("{\"id\":[1"), EH_EPARSE, "byte 6: array without its end"},
    {BYTES("{\"id\":[1}"), EH_EPARSE, "byte 8: `,` or `]` expected"},
    {BYTES("{\"id\":[1,]}"), EH_EPARSE, "byte 9: no value of JSON"},
    {BYTES("{\"id\":tru}"), EH_EPARSE, "byte 6: no value of JSON"},
    {BYTES("{\"id\":'x'}"), EH_EPARSE, "byte 6: no value of JSON"},
    {BYTES("{\"id\":NaN}"), EH_EPARSE, "byte 6: no value of JSON"},
    {BYTES("{\"id\":\"x"), EH_EPARSE, "byte 6: text without its closing quote"},
    {BYTES("{\"id\":\"x\\"), EH_EPARSE, "byte 8: text without its closing quote"},
    {BYTES("{\"id\":\"\\x\"}"), EH_EPARSE, "byte 7: unknown escape"},
    {BYTES("{\"id\":\"\\u12\"}"), EH_EPARSE, "byte 7: \\u wants four hexadecimal digits"},
    {BYTES("{\"id\":\"\\u0000\"}"), EH_EPARSE, "byte 7: NUL in text"},
    {BYTES("{\"id\":\"\0\"}"), EH_EPARSE, "byte 7: NUL in text"},
    {BYTES("{\"\\u0000\":1}"), EH_EPARSE, "byte 2: NUL in text"},
    {BYTES("{\"id\":\"\n\"}"), EH_EPARSE, "byte 7: control character in text"},
    {BYTES("{\"id\":\"\\ud800\"}"), EH_EPARSE, "byte 7: lone surrogate"},
    {BYTES("{\"id\":\"\\ud800x\"}"), EH_EPARSE, "byte 7: lone surrogate"},
    {BYTES("{\"id\":\"\\ud800\\u0041\"}"), EH_EPARSE, "byte 7: lone surrogate"},
    {BYTES("{\"id\":\"\\ud800\\ue000\"}"), EH_EPARSE, "byte 7: lone surrogate"},
    {BYTES("{\"id\":\"\\udc00\"}"), EH_EPARSE, "byte 7: lone surrogate"},
    {BYTES("{\"id\":\"\xff\"}"), EH_EPARSE, "byte 7: text that is not UTF-8"},
    {BYTES("{\"id\":\"\xed\xa0\x80\"}"), EH_EPARSE, "byte 7: text that is not UTF-8"},
    {BYTES("\xef\xbb\xbf{}"), EH_EPARSE, "byte 0: a message is an object"},
    {BYTES("{\"id\":01}"), EH_EPARSE, "byte 6: not a number of JSON"},
    {BYTES("{\"id\":-}"), EH_EPARSE, "byte 6: not a number of JSON"},
    {BYTES("{\"id\":1.}"), EH_EPARSE, "byte 6: not a number of JSON"},
    {BYTES("{\"id\":1e}"), EH_EPARSE, "byte 6: not a number of JSON"},
    {BYTES("{\"id\":+1}"), EH_EPARSE, "byte 6: no value of JSON"},
    {BYTES("{\"id\":9007199254740992}"), EH_ERANGE,
     "byte 6: 9007199254740992 is beyond +-9007199254740991"},
    {BYTES("{\"id\":-9007199254740992}"), EH_ERANGE,
     "byte 6: -9007199254740992 is beyond +-9007199254740991"},
    {BYTES("{\"id\":99999999999999999999}"), EH_ERANGE,
     "byte 6: 99999999999999999999 is beyond +-9007199254740991"},
    {BYTES("{\"id\":1e999}"), EH_EPARSE, "byte 11: real number overflow near '1e999'"},
    {BYTES("{\"id\":1,\"id\":2}"), EH_EPARSE, "byte 9: key `id` stands twice"},
    {BYTES("{\"team\":{\"id\":1,\"id\":2}}"), EH_EPARSE, "byte 17: key `id` stands twice"},
    {BYTES("{\"id\":1,\"\\u0069d\":2}"), EH_EPARSE,
     "byte 17: duplicate object key near '\"\\u0069d\"'"},
    {BYTES("{} x"), EH_EPARSE, "byte 3: bytes behind the message"},
    {BYTES("{}{}"), EH_EPARSE, "byte 2: bytes behind the message"},
    {BYTES("{}\0"), EH_EPARSE, "byte 2: bytes behind the message"},
    {BYTES("{\"id\":[[[[[[[[1]]]]]]]]}"), EH_ERANGE, "byte 13: nested deeper than 8"},
};

Test(message_refused, json_bytes)
{
    assert_refused(eh_message_from_json, REFUSALS(json_bytes));
}

/* --- msgpack: its bytes --- */

static const struct refusal msgpack_bytes[] = {
    {BYTES(""), EH_EPARSE, "byte 0: empty, a message is a map"},
    {BYTES("\x90"), EH_EPARSE, "byte 0: a message is a map"},
    {BYTES("\xc0"), EH_EPARSE, "byte 0: a message is a map"},
    {BYTES("\xa6ticket"), EH_EPARSE, "byte 0: a message is a map"},
    {BYTES("\xdf\xee\x6b\x28\x00xxxxxxxxxxxx"), EH_EPARSE,
     "byte 0: map of 4,000,000,000 pairs in 12 bytes"},
    {BYTES("\x81\xa2id\xdd\xff\xff\xff\xff"), EH_EPARSE,
     "byte 4: array of 4,294,967,295 values in 0 bytes"},
    {BYTES("\x81\xa2id\xdb\x00\x01\x11\x70xyz"), EH_EPARSE,
     "byte 4: text of 70,000 bytes in 3 bytes"},
    {BYTES("\x81\xa2id\xc6\xff\xff\xff\xff"), EH_EPARSE,
     "byte 4: binary of 4,294,967,295 bytes in 0 bytes"},
    {BYTES("\x81\xa2id\xc9\xff\xff\xff\xff\x01"), EH_EPARSE,
     "byte 4: extension of 4,294,967,295 bytes in 0 bytes"},
    {BYTES("\x81\xa2id\xc7\x01"), EH_EPARSE, "byte 4: cut short"},
    {BYTES("\xdf\x00"), EH_EPARSE, "byte 0: cut short"},
    {BYTES("\x82\xa1"
           "a\x01"),
     EH_EPARSE, "byte 0: map of 2 pairs in 3 bytes"},
    {BYTES("\x81\xa2id"), EH_EPARSE, "byte 4: cut short"},
    {BYTES("\x81\xa2id\xcd\x01"), EH_EPARSE, "byte 4: cut short"},
    {BYTES("\x81\xa2id\xcb\x01\x02"), EH_EPARSE, "byte 4: cut short"},
    {BYTES("\x81\xa2id\xc1"), EH_EPARSE, "byte 4: 0xc1 is no msgpack"},
    {BYTES("\x81\x01\x02"), EH_EPARSE, "byte 1: a key that is not text"},
    {BYTES("\x81\xc4\x01"
           "a\x02"),
     EH_EPARSE, "byte 1: a key that is not text"},
    {BYTES("\x81\xa1\x00\x02"), EH_EPARSE, "byte 2: NUL in text"},
    {BYTES("\x81\xa2id\xa2x\x00"), EH_EPARSE, "byte 6: NUL in text"},
    {BYTES("\x81\xa2id\xa2x\xff"), EH_EPARSE, "byte 6: text that is not UTF-8"},
    {BYTES("\x81\xa2id\xcf\x00\x20\x00\x00\x00\x00\x00\x00"), EH_ERANGE,
     "byte 4: 9007199254740992 is beyond +-9007199254740991"},
    {BYTES("\x81\xa2id\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), EH_ERANGE,
     "byte 4: 18446744073709551615 is beyond +-9007199254740991"},
    {BYTES("\x81\xa2id\xd3\xff\xe0\x00\x00\x00\x00\x00\x00"), EH_ERANGE,
     "byte 4: -9007199254740992 is beyond +-9007199254740991"},
    {BYTES("\x81\xa2id\xd3\x80\x00\x00\x00\x00\x00\x00\x00"), EH_ERANGE,
     "byte 4: -9223372036854775808 is beyond +-9007199254740991"},
    {BYTES("\x81\xa2id\xd3\x7f\xff\xff\xff\xff\xff\xff\xff"), EH_ERANGE,
     "byte 4: 9223372036854775807 is beyond +-9007199254740991"},
    {BYTES("\x82\xa2id\x01\xa2id\x02"), EH_EPARSE, "byte 6: key `id` stands twice"},
    {BYTES("\x81\xa4team\x82\xa2id\x01\xa2id\x02"), EH_EPARSE, "byte 12: key `id` stands twice"},
    {BYTES("\x80\x00"), EH_EPARSE, "byte 1: bytes behind the message"},
    {BYTES("\x81\xa2id\x91\x91\x91\x91\x91\x91\x91\x91\x01"), EH_ERANGE,
     "byte 12: nested deeper than 8"},
    {BYTES("\x80"), EH_EINVAL, "type: missing"},
    {BYTES("\x81\xa4type\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00"), EH_EINVAL,
     "type: must be text, not a number"},
    {BYTES("\x81\xa4type\xc4\x01x"), EH_EINVAL, "type: must be text, not binary"},
    {BYTES("\x81\xa4type\xc3"), EH_EINVAL, "type: must be text, not true or false"},
    {BYTES("\x81\xa4type\x80"), EH_EINVAL, "type: must be text, not a map"},
    {BYTES("\x81\xa4type\xd4\x01x"), EH_EINVAL, "type: must be text, not an extension"},
    {BYTES("\x82\xa4type\xa6ticket\xa5value\xca\x3f\xc0\x00\x00"), EH_EINVAL,
     "value: 1.5 is not a whole number"},
    {BYTES("\x82\xa4type\xa6ticket\xa5value\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00"), EH_EINVAL,
     "value: 1.5 is not a whole number"},
};

Test(message_refused, msgpack_bytes)
{
    assert_refused(eh_message_from_msgpack, REFUSALS(msgpack_bytes));
}

/* --- what the fields may hold: JSON, for it is readable; msgpack fills them the same way --- */

#define JSON(text)    BYTES("{" text "}")
#define TICKET(text)  JSON("\"type\":\"ticket\",\"id\":\"1\",\"team\":\"a\",\"kind\":\"b\"," text)
#define SIGNAL(text)  JSON("\"type\":\"signal\",\"rep\":\"ana\",\"status\":\"away\"," text)
#define OWNER(rest)   JSON("\"type\":\"owner\",\"id\":\"1\"," rest)
#define OUTCOME(text) JSON("\"type\":\"outcome\",\"id\":\"1\",\"outcome\":\"won\"," text)

#define RATED(text) JSON("\"type\":\"outcome\",\"id\":\"1\",\"outcome\":\"rated\"," text)

static const struct refusal fields[] = {
    {JSON(""), EH_EINVAL, "type: missing"},
    {JSON("\"type\":7"), EH_EINVAL, "type: must be text, not a number"},
    {JSON("\"type\":\"x\""), EH_EINVAL,
     "type: `x` is none of ticket, update, signal, outcome, metric" LATER},
    {JSON("\"type\":\"\""), EH_EINVAL,
     "type: `` is none of ticket, update, signal, outcome, metric" LATER},
    {JSON("\"type\":\"Ticket\""), EH_EINVAL,
     "type: `Ticket` is none of ticket, update, signal, outcome, metric" LATER},
    {JSON("\"type\":\"assign\",\"id\":\"1\",\"rep\":\"a\",\"reason\":\"r\""), EH_EINVAL,
     "type: `assign` is none of ticket, update, signal, outcome, metric" LATER},
    {JSON("\"type\":\"release\""), EH_EINVAL,
     "type: `release` is none of ticket, update, signal, outcome, metric" LATER},
    {JSON("\"type\":\"move\""), EH_EINVAL,
     "type: `move` is none of ticket, update, signal, outcome, metric" LATER},
    {JSON("\"type\":\"desk\",\"text\":\"x\""), EH_EINVAL,
     "type: `desk` is none of ticket, update, signal, outcome, metric" LATER},
    {JSON("\"type\":\"day\""), EH_EINVAL,
     "type: `day` is none of ticket, update, signal, outcome, metric" LATER},
    {JSON("\"type\":\"due\""), EH_EINVAL,
     "type: `due` is none of ticket, update, signal, outcome, metric" LATER},
    {JSON("\"type\":\"unparsed\""), EH_EINVAL,
     "type: `unparsed` is none of ticket, update, signal, outcome, metric" LATER},
    {JSON("\"type\":\"ticket\""), EH_EINVAL, "id: missing"},
    {JSON("\"type\":\"ticket\",\"id\":\"1\""), EH_EINVAL, "team: missing"},
    {JSON("\"type\":\"ticket\",\"id\":\"1\",\"team\":\"a\""), EH_EINVAL, "kind: missing"},
    {JSON("\"type\":\"update\",\"priority\":1"), EH_EINVAL, "id: missing"},
    {JSON("\"type\":\"update\",\"id\":\"1\",\"team\":\"support\""), EH_EINVAL,
     "team: an update takes source, value, priority, skills, subject, event, changed_at, due_at, "
     "paused alone; to "
     "change more, send the whole ticket again"},
    {JSON("\"type\":\"update\",\"owner\":5,\"id\":\"1\""), EH_EINVAL,
     "owner: an update takes source, value, priority, skills, subject, event, changed_at, due_at, "
     "paused alone; to "
     "change more, send the whole ticket again"},
    {JSON("\"type\":\"update\",\"id\":\"1\",\"csat\":5"), EH_EINVAL,
     "csat: an update takes source, value, priority, skills, subject, event, changed_at, due_at, "
     "paused alone; to "
     "change more, send the whole ticket again"},
    {JSON("\"type\":\"signal\",\"rep\":\"ana\""), EH_EINVAL, "status: missing"},
    {JSON("\"type\":\"signal\",\"status\":\"away\""), EH_EINVAL, "rep: missing"},
    {JSON("\"type\":\"outcome\",\"id\":\"1\""), EH_EINVAL, "outcome: missing"},
    {JSON("\"type\":\"metric\",\"team\":\"a\",\"period\":\"p\",\"metric\":\"m\""), EH_EINVAL,
     "value: missing"},
    {JSON("\"type\":\"metric\",\"team\":\"a\",\"value\":1,\"metric\":\"m\""), EH_EINVAL,
     "period: missing"},
    {JSON("\"type\":\"ticket\",\"id\":1"), EH_EINVAL, "id: must be text, not a number"},
    {JSON("\"type\":\"ticket\",\"id\":null"), EH_EINVAL,
     "id: must be text, not null (leave the key out)"},
    {JSON("\"type\":\"ticket\",\"id\":true"), EH_EINVAL, "id: must be text, not true or false"},
    {JSON("\"type\":\"ticket\",\"id\":[]"), EH_EINVAL, "id: must be text, not an array"},
    {JSON("\"type\":\"ticket\",\"id\":{}"), EH_EINVAL, "id: must be text, not a map"},
    {JSON("\"type\":\"ticket\",\"id\":\"\""), EH_EINVAL, "id: empty"},
    {JSON("\"type\":\"ticket\",\"id\":\"a\\nb\""), EH_EINVAL, "id: control character at byte 1"},
    {JSON("\"type\":\"ticket\",\"id\":\"\x7f\""), EH_EINVAL, "id: control character at byte 0"},
    {JSON("\"type\":\"ticket\",\"id\":\"ab\xc2\x85\""), EH_EINVAL,
     "id: control character at byte 2"},
    {TICKET("\"kind2\":1,\"source\":5"), EH_EINVAL, "source: must be text, not a number"},
    {TICKET("\"value\":1.5"), EH_EINVAL, "value: 1.5 is not a whole number"},
    {TICKET("\"value\":-0.125"), EH_EINVAL, "value: -0.125 is not a whole number"},
    {TICKET("\"value\":129.95"), EH_EINVAL, "value: 129.95 is not a whole number"},
    {TICKET("\"value\":2.0"), EH_EINVAL, "value: 2.0 must be sent as an integer"},
    {TICKET("\"value\":0.0"), EH_EINVAL, "value: 0.0 must be sent as an integer"},
    {TICKET("\"value\":1e3"), EH_EINVAL, "value: 1000.0 must be sent as an integer"},
    {TICKET("\"value\":1e300"), EH_EINVAL, "value: a float is not a whole number"},
    {TICKET("\"value\":\"12\""), EH_EINVAL, "value: must be a whole number, not text"},
    {TICKET("\"value\":null"), EH_EINVAL,
     "value: must be a whole number, not null (leave the key out)"},
    {TICKET("\"value\":-1"), EH_ERANGE, "value: -1 is below 0"},
    {TICKET("\"currency\":\"eur\""), EH_EINVAL,
     "currency: `eur` is no currency of ISO 4217, such as EUR"},
    {TICKET("\"currency\":\"XYZ\""), EH_EINVAL,
     "currency: `XYZ` is no currency of ISO 4217, such as EUR"},
    {TICKET("\"currency\":978"), EH_EINVAL, "currency: must be text, not a number"},
    {TICKET("\"skills\":[\"a\",1]"), EH_EINVAL, "skills[1]: must be text, not a number"},
    {TICKET("\"skills\":[\"\"]"), EH_EINVAL, "skills[0]: empty"},
    {TICKET("\"skills\":[\"a\\u001fb\"]"), EH_EINVAL, "skills[0]: control character at byte 1"},
    {TICKET("\"skills\":{\"sap\":0}"), EH_ERANGE,
     "skills: level 0 of `sap`; levels go from 1 to 9"},
    {TICKET("\"skills\":[\"a\",{\"sap\":10}]"), EH_ERANGE,
     "skills[1]: level 10 of `sap`; levels go from 1 to 9"},
    {TICKET("\"skills\":{\"sap\":\"2\"}"), EH_EINVAL,
     "skills: must be a name and its level from 1 to 9, not text"},
    {TICKET("\"skills\":{\"sap\":null}"), EH_EINVAL,
     "skills: must be a name and its level from 1 to 9, not null (leave the key out)"},
    {TICKET("\"skills\":{\"\":2}"), EH_EINVAL, "skills: empty"},
    {TICKET("\"skills\":{\"sap:2\":3}"), EH_EINVAL, "skills: `sap:2` has a level already"},
    {TICKET("\"skills\":[[\"a\"]]"), EH_EINVAL, "skills[0]: must be text, not an array"},
    {TICKET("\"skills\":{\"a\":2,\"b\":2,\"c\":2,\"d\":2,\"e\":2,\"f\":2,\"g\":2,\"h\":2,"
            "\"i\":2,\"j\":2,\"k\":2,\"l\":2,\"m\":2,\"n\":2,\"o\":2,\"p\":2,\"q\":2}"),
     EH_EFULL, "skills: more than 16 skills"},
    {TICKET("\"skills\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]"), EH_EFULL,
     "skills: 17 skills, at most 16"},
    {JSON("\"type\":\"metric\",\"team\":\"a\",\"metric\":\"m\",\"period\":\"p\",\"value\":1,"
          "\"replace\":1"),
     EH_EINVAL, "replace: must be true or false, not a number"},
    {JSON("\"type\":\"signal\",\"rep\":\"a\",\"status\":\"busy\""), EH_EINVAL,
     "status: `busy` is none of available, overloaded, away"},
    {JSON("\"type\":\"signal\",\"rep\":\"a\",\"status\":2"), EH_EINVAL,
     "status: must be text, not a number"},
    {SIGNAL("\"for\":-1"), EH_ERANGE, "for: -1 is below 0"},
    {SIGNAL("\"for\":\"2h\""), EH_EINVAL, "for: must be a whole number, not text"},
    {SIGNAL("\"for\":9007199254740991"), EH_ERANGE, "for: 9007199254740991 is above 9007199254"},
    {JSON("\"type\":\"outcome\",\"id\":\"1\",\"outcome\":\"lose\""), EH_EINVAL,
     "outcome: `lose` is none of won, lost, resolved, cancelled, reopened, refunded, rated"},
    {OUTCOME("\"at\":\"yesterday\""), EH_EINVAL,
     "at: `yesterday` is not a time such as 2026-03-01T12:00:00Z or 2026-03-01"},
    {OUTCOME("\"at\":\"1999-12-31\""), EH_ERANGE,
     "at: 946684799999 is before the year 2000; it is milliseconds since 1970"},
    {OUTCOME("\"at\":null"), EH_EINVAL, "at: must be a whole number, not null (leave the key out)"},
    {RATED("\"csat\":0"), EH_ERANGE, "csat: 0 is below 1"},
    {RATED("\"csat\":6"), EH_ERANGE, "csat: 6 is above 5"},
    {RATED("\"csat\":4.5"), EH_EINVAL, "csat: 4.5 is not a whole number"},
    {OUTCOME("\"value\":-5"), EH_ERANGE, "value: -5 is below 0"},
    {OWNER("\"by\":\"ana\""), EH_EINVAL, "owner: missing; null if nobody has it"},
    {OWNER("\"owner\":7"), EH_EINVAL, "owner: must be text, not a number"},
    {OWNER("\"owner\":\"\""), EH_EINVAL, "owner: empty"},
    {OWNER("\"account\":[]"), EH_EINVAL, "account: must be text, not an array"},
    {OWNER("\"owner\":\"\xff\""), EH_EINVAL, "owner: bytes that are no UTF-8"},
};

Test(message_refused, fields)
{
    assert_refused(eh_message_from_json, REFUSALS(fields));
}

Test(message_refused, names_the_field)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_message m;
    struct eh_error error = {0};
    struct eh_str text = eh_str("{\"type\":\"ticket\",\"value\":-11.5}");
    cr_assert_lt(eh_message_from_json(text, &arena, &m, &error), 0);
    cr_assert_str_eq(error.field, "value");
}

/* --- sizes: built, for they are long --- */

static void put_repeated(struct eh_bytes *out, const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++)
        eh_bytes_put(out, text, strlen(text));
}

static void assert_sentence(from_fn *from, const struct eh_bytes *bytes, const char *sentence)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_message m;
    struct eh_error error = {0};
    int r = from(eh_str_n((const char *)bytes->data, bytes->size), &arena, &m, &error);
    cr_expect_str_eq(error.text, sentence ? sentence : "", "%s", error.text);
    cr_expect_eq(r < 0, sentence != NULL);
}

Test(message_refused, long_json)
{
    static const struct {
        const char *before, *repeated;
        size_t count;
        const char *after, *sentence;
    } cases[] = {
        {"{\"id\":\"", "x", 16384, "\"}", "type: missing"},
        {"{\"id\":\"", "x", 16385, "\"}", "byte 6: text of 16,385 bytes, at most 16,384"},
        {"{\"id\":\"", "\\u20ac", 5462, "\"}", "byte 6: text of 16,386 bytes, at most 16,384"},
        {"{\"a\":\"", "x", 60000, "\"}", "type: missing"}, /* nobody reads it */
        {"{\"", "x", 16385, "\":1}", "byte 1: text of 16,385 bytes, at most 16,384"},
        {"{\"id\":[1", ",1", 253, "]}", "type: missing"},
        {"{\"id\":[1", ",1", 254, "]}", "byte 515: more than 256 keys and values"},
        {"{\"a\":[1", ",1", 20000, "]}", "type: missing"},
        {"{}", " ", 65534, "", "type: missing"},
        {"{}", " ", 65535, "", "65,537 bytes, a message has at most 65,536"},
        {"{\"type\":\"ticket\",\"id\":\"", "x", 129, "\"}", "id: 129 bytes, at most 128"},
        {"{\"type\":\"ticket\",\"id\":\"", "x", 128, "\"}", "team: missing"},
        {"{\"type\":\"ticket\",\"subject\":\"", "x", 1025, "\"}", "id: missing"},
        {"{\"id\":", "[", 60000, "", "byte 13: nested deeper than 8"},
        {"{\"a\":", "[", 60000, "", "byte 68: nested deeper than 64"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
        put_repeated(&text, cases[i].before, 1);
        put_repeated(&text, cases[i].repeated, cases[i].count);
        put_repeated(&text, cases[i].after, 1);
        assert_sentence(eh_message_from_json, &text, cases[i].sentence);
    }
}

Test(message_refused, long_msgpack)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    eh_bytes_put(&bytes, "\x81\xa2id\xdc\x00\xff", 7);
    put_repeated(&bytes, "\x01", 255);
    assert_sentence(eh_message_from_msgpack, &bytes, "byte 7: more than 256 keys and values");
    bytes.data[6] = 0xfe;
    bytes.size--;
    assert_sentence(eh_message_from_msgpack, &bytes, "type: missing");

    eh_bytes_clear(&bytes);
    eh_bytes_put(&bytes, "\x81\xa2id\xda\x40\x01", 7);
    put_repeated(&bytes, "x", 16385);
    assert_sentence(eh_message_from_msgpack, &bytes,
                    "byte 4: text of 16,385 bytes, at most 16,384");
    bytes.data[4] = 0xc5; /* the same as binary */
    assert_sentence(eh_message_from_msgpack, &bytes,
                    "byte 4: binary of 16,385 bytes, at most 16,384");
    put_repeated(&bytes, "x", 65536);
    assert_sentence(eh_message_from_msgpack, &bytes, "81,928 bytes, a message has at most 65,536");
}
