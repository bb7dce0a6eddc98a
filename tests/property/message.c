/* property/message: msgpack and JSON agree to the byte, what is written reads back, and no bytes,
 * however bent, get past the bounds. */
#include <evenhand/wire/message.h>

#include <criterion/criterion.h>

#include "seed.h"

#define SINCE_2000 INT64_C(946684800000) /* ms since 1970: no earlier time may be told */
#define ROUNDS     5000
#define MUTANTS    20000

/* --- any message --- */

static const char *const alphabet[] = {
    "a",        "B", "7", "-", " ", "\"", "\\", "/", "\xc3\xa5", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
    "\xc2\xa0", "'", "{"};

static struct eh_str any_text(struct seed *seed, struct eh_arena *arena, size_t most)
{
    char text[EH_NAME_MAX * 4];
    size_t size = 0, wanted = 1 + seed_below(seed, seed_below(seed, 8) ? 12 : most);
    for (;;) {
        const char *letter = alphabet[seed_below(seed, sizeof alphabet / sizeof *alphabet)];
        if (size > 0 && size + strlen(letter) > wanted)
            break;
        memcpy(text + size, letter, strlen(letter));
        size += strlen(letter);
    }
    return eh_arena_str(arena, eh_str_n(text, size));
}

static int64_t any_number(struct seed *seed, int64_t most)
{
    return (int64_t)((seed_next(seed) >> seed_below(seed, 64)) % (uint64_t)(most + 1));
}

/* Up to three skills in order, as the reader leaves them. */
static struct eh_str any_skills(struct seed *seed, struct eh_arena *arena)
{
    static const char *const lists[] = {"en",
                                        "de\x1f"
                                        "en",
                                        "de\x1f"
                                        "en\x1f"
                                        "no",
                                        "\xc3\xa5",
                                        "de\x1fsap:2",
                                        "sap:9"};
    return eh_arena_str(arena, eh_str(lists[seed_below(seed, 6)]));
}

static void give_optional(struct seed *seed, struct eh_message *m, uint64_t fields)
{
    for (int field = 0; field < EH_FIELD_COUNT; field++)
        if ((fields & EH_FIELD_BIT(field)) && seed_below(seed, 2))
            m->has |= EH_FIELD_BIT(field);
}

#define BIT(name) EH_FIELD_BIT(EH_FIELD_##name)

static void choose_fields(struct seed *seed, struct eh_message *m)
{
    static const struct {
        uint64_t always, sometimes;
    } by_type[] = {
        [EH_MESSAGE_TICKET] = {BIT(ID) | BIT(TEAM) | BIT(KIND) | BIT(SOURCE) | BIT(VALUE) |
                                   BIT(PRIORITY),
                               BIT(CURRENCY) | BIT(CUSTOMER) | BIT(SKILLS) | BIT(CHANNEL) |
                                   BIT(SUBJECT) | BIT(CREATED_AT) | BIT(OWNER)},
        [EH_MESSAGE_UPDATE] = {BIT(ID) | BIT(SOURCE),
                               BIT(PRIORITY) | BIT(VALUE) | BIT(SUBJECT) | BIT(SKILLS)},
        [EH_MESSAGE_SIGNAL] = {BIT(REP) | BIT(STATUS), BIT(FOR) | BIT(REASON) | BIT(EVENT)},
        [EH_MESSAGE_OUTCOME] = {BIT(ID) | BIT(OUTCOME) | BIT(SOURCE),
                                BIT(VALUE) | BIT(CSAT) | BIT(HANDLED) | BIT(AT) | BIT(EVENT)},
        [EH_MESSAGE_METRIC] = {BIT(TEAM) | BIT(METRIC) | BIT(PERIOD) | BIT(VALUE),
                               BIT(REP) | BIT(EVENT) | BIT(REPLACE)},
    };
    m->type = (uint8_t)(1 + seed_below(seed, EH_MESSAGE_METRIC));
    m->has = by_type[m->type].always;
    give_optional(seed, m, by_type[m->type].sometimes);
    if (m->type == EH_MESSAGE_OUTCOME && !eh_message_has(m, EH_FIELD_AT) && seed_below(seed, 2))
        m->has |= BIT(AT_DAY);
}

static struct eh_message any_message(struct seed *seed, struct eh_arena *arena)
{
    static const char *const currencies[] = {"EUR", "NOK", "JPY", "KWD"};
    struct eh_message m = {0};
    struct eh_str *texts[] = {&m.id,      &m.team,    &m.kind,  &m.source, &m.customer,
                              &m.channel, &m.subject, &m.owner, &m.rep,    &m.reason,
                              &m.event,   &m.metric,  &m.period};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = any_text(seed, arena, EH_NAME_MAX);
    m.currency = eh_str(currencies[seed_below(seed, 4)]);
    m.skills = any_skills(seed, arena);
    choose_fields(seed, &m);
    m.value = any_number(seed, EH_INTEGER_MAX);
    if (m.type == EH_MESSAGE_METRIC && seed_below(seed, 2))
        m.value = -m.value;
    m.priority = (uint8_t)seed_below(seed, 10);
    m.csat = (uint8_t)(1 + seed_below(seed, 5));
    m.replace = 1;
    m.status = (uint8_t)(1 + seed_below(seed, EH_STATUS_AWAY));
    m.outcome = (uint8_t)(1 + seed_below(seed, EH_OUTCOME_RATED));
    m.created_at_ms = SINCE_2000 + any_number(seed, 253402300799999 - SINCE_2000);
    m.at_ms = SINCE_2000 + any_number(seed, 253402300799999 - SINCE_2000);
    m.at_day = 10957 + any_number(seed, 2000000); /* since 2000-01-01 */
    m.for_s = any_number(seed, 9007199254);
    m.handled_s = any_number(seed, 9007199254);
    return m;
}

static struct eh_str str_of(const struct eh_bytes *bytes)
{
    return eh_str_n((const char *)bytes->data, bytes->size);
}

Test(message, every_way_round_gives_the_same_canonical_bytes)
{
    struct seed seed = seed_start();
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes json = EH_BYTES_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes packed = EH_BYTES_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes canonical = EH_BYTES_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes again = EH_BYTES_INIT;
    for (int i = 0; i < ROUNDS; i++, eh_arena_reset(&arena)) {
        struct eh_message m = any_message(&seed, &arena), back[3] = {0};
        struct eh_error error = {0};
        eh_bytes_clear(&json);
        eh_bytes_clear(&packed);
        eh_bytes_clear(&canonical);
        eh_message_encode(&m, 0, &canonical);
        cr_assert_eq(eh_message_to_json(&m, &json) + eh_message_to_msgpack(&m, &packed), 0);
        cr_assert_eq(eh_message_from_json(str_of(&json), &arena, &back[0], &error), 0, "%s: %.*s",
                     error.text, EH_STR_ARG(str_of(&json)));
        cr_assert_eq(eh_message_from_msgpack(str_of(&packed), &arena, &back[1], &error), 0, "%s",
                     error.text);
        cr_assert_eq(eh_message_decode(str_of(&canonical), &back[2], &error), 0, "%s", error.text);
        for (int way = 0; way < 3; way++) {
            eh_bytes_clear(&again);
            eh_message_encode(&back[way], 0, &again);
            cr_assert(eh_str_equal(str_of(&canonical), str_of(&again)), "%d: %.*s", way,
                      EH_STR_ARG(str_of(&json)));
        }
    }
}

/* --- what decides nothing --- */

#define ROUGH_MAX 3000

/* Any bytes; in JSON without what ends its text. */
static void put_rough(struct seed *seed, struct eh_bytes *out, size_t size, bool json)
{
    static const char often[] = "\t\r\n \x01\x7f\xc2\x92\xed\xa0\x80\xff\\ud800x\0\\";
    while (size-- > 0) {
        uint8_t byte = seed_below(seed, 2) ? (uint8_t)often[seed_below(seed, sizeof often)]
                                           : (uint8_t)seed_next(seed);
        bool ends = json && (byte == '"' || (byte == '\\' && size == 0));
        eh_bytes_put_u8(out, ends ? '?' : byte);
        if (json && !ends && byte == '\\' && size-- > 0)
            eh_bytes_put_u8(out, (uint8_t) "\"\\nux\t\xff"[seed_below(seed, 7)]);
    }
}

static void put_rough_pair(struct seed *seed, struct eh_bytes *out, const char *key, bool json)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    put_rough(seed, &text, seed_below(seed, seed_below(seed, 4) ? 40 : ROUGH_MAX), json);
    if (json) {
        eh_bytes_put_text(out, ",\"%s\":\"", key);
    } else {
        eh_bytes_put_u8(out, (uint8_t)(0xA0 | strlen(key)));
        eh_bytes_put(out, key, strlen(key));
        eh_bytes_put_u8(out, seed_below(seed, 2) ? 0xDA : 0xC5);
        eh_bytes_put_u8(out, (uint8_t)(text.size >> 8));
        eh_bytes_put_u8(out, (uint8_t)text.size);
    }
    eh_bytes_put(out, text.data, text.size);
    if (json)
        eh_bytes_put_u8(out, '"');
}

static void assert_clean(const struct eh_message *m, struct eh_str text, size_t most,
                         enum eh_field field)
{
    cr_assert_eq(eh_message_has(m, field), text.size > 0);
    cr_assert(text.size == 0 || eh_name_valid(text, most), "%.*s", EH_STR_ARG(m->mended));
}

Test(message, what_decides_nothing_refuses_nothing)
{
    static const char *const keys[] = {"subject", "channel", "customer", "anything"};
    struct seed seed = seed_start();
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes told = EH_BYTES_INIT;
    for (int i = 0; i < ROUNDS; i++, eh_arena_reset(&arena)) {
        struct eh_message m = {0};
        struct eh_error error = {0};
        bool json = i % 2;
        eh_bytes_clear(&told);
        if (json)
            eh_bytes_put_text(&told,
                              "{\"type\":\"ticket\",\"id\":\"1\",\"team\":\"a\",\"kind\":\"b\"");
        else
            eh_bytes_put_text(&told,
                              "\x88\xa4type\xa6ticket\xa2id\xa1%s\xa4team\xa1%s\xa4kind\xa1%s", "1",
                              "a", "b");
        for (size_t k = 0; k < 4; k++)
            put_rough_pair(&seed, &told, keys[k], json);
        if (json)
            eh_bytes_put_u8(&told, '}');
        int r = json ? eh_message_from_json(str_of(&told), &arena, &m, &error)
                     : eh_message_from_msgpack(str_of(&told), &arena, &m, &error);
        cr_assert_eq(r, 0, "%s: %.*s", error.text, EH_STR_ARG(str_of(&told)));
        assert_clean(&m, m.subject, 1024, EH_FIELD_SUBJECT);
        assert_clean(&m, m.channel, EH_NAME_MAX, EH_FIELD_CHANNEL);
        assert_clean(&m, m.customer, EH_CUSTOMER_MAX, EH_FIELD_CUSTOMER);
    }
}

/* --- bent bytes --- */

/* A few bytes changed, dropped, doubled or inserted. */
static void bend(struct seed *seed, struct eh_bytes *bytes)
{
    static const uint8_t nasty[] = {0x00, 0x7f, 0x80, 0xc1, 0xc6, 0xdb, 0xdd, 0xdf, 0xff, '"',
                                    '\\', '{',  '}',  '[',  ',',  '0',  '-',  'e',  '.'};
    for (uint64_t left = 1 + seed_below(seed, 4); left > 0 && bytes->size > 1; left--) {
        size_t at = seed_below(seed, bytes->size);
        switch (seed_below(seed, 5)) {
        case 0:
            bytes->data[at] = (uint8_t)seed_next(seed);
            break;
        case 1:
            bytes->data[at] = nasty[seed_below(seed, sizeof nasty)];
            break;
        case 2:
            memmove(bytes->data + at, bytes->data + at + 1, bytes->size - at - 1);
            bytes->size--;
            break;
        case 3:
            bytes->size = at + 1;
            break;
        default:
            eh_bytes_put_u8(bytes, 0);
            memmove(bytes->data + at + 1, bytes->data + at, bytes->size - at - 1);
            break;
        }
    }
}

/* A copy that ends where its memory ends, so that reading past it shows under the sanitizer. */
static struct eh_str exact_copy(const struct eh_bytes *bytes)
{
    char *copy = malloc(bytes->size);
    cr_assert_not_null(copy);
    memcpy(copy, bytes->data, bytes->size);
    return eh_str_n(copy, bytes->size);
}

static void assert_within_bounds(const struct eh_message *m)
{
    cr_assert(m->type >= EH_MESSAGE_TICKET && m->type <= EH_MESSAGE_METRIC);
    cr_assert(m->priority <= 9 && m->csat <= 5);
    cr_assert(m->status <= EH_STATUS_AWAY && m->outcome <= EH_OUTCOME_RATED);
    cr_assert(m->value >= (m->type == EH_MESSAGE_METRIC ? -EH_INTEGER_MAX : 0));
    cr_assert(m->value <= EH_INTEGER_MAX && m->for_s >= 0 && m->handled_s >= 0);
    if (eh_message_has(m, EH_FIELD_ID))
        cr_assert(eh_name_valid(m->id, EH_NAME_MAX));
    if (eh_message_has(m, EH_FIELD_SUBJECT))
        cr_assert(eh_name_valid(m->subject, 1024));
}

Test(message, bent_bytes_are_refused_or_within_bounds)
{
    struct seed seed = seed_start();
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    unsigned accepted = 0;
    for (int i = 0; i < MUTANTS; i++, eh_arena_reset(&arena)) {
        struct eh_message m = any_message(&seed, &arena), back = {0};
        struct eh_error error = {0};
        bool is_json = seed_below(&seed, 2);
        eh_bytes_clear(&bytes);
        cr_assert_eq(is_json ? eh_message_to_json(&m, &bytes) : eh_message_to_msgpack(&m, &bytes),
                     0);
        bend(&seed, &bytes);
        struct eh_str copy = exact_copy(&bytes);
        int r = is_json ? eh_message_from_json(copy, &arena, &back, &error)
                        : eh_message_from_msgpack(copy, &arena, &back, &error);
        if (r == 0)
            assert_within_bounds(&back);
        else
            cr_assert(error.code == -r && error.text[0] && back.has == 0);
        accepted += r == 0;
        free((char *)copy.data);
    }
    cr_assert(accepted > MUTANTS / 100 && accepted < MUTANTS / 2, "%u", accepted);
}

Test(message, bent_canonical_bytes_are_refused_or_come_back_the_same)
{
    struct seed seed = seed_start();
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes again = EH_BYTES_INIT;
    for (int i = 0; i < MUTANTS; i++, eh_arena_reset(&arena)) {
        struct eh_message m = any_message(&seed, &arena), back = {0};
        eh_bytes_clear(&bytes);
        eh_bytes_clear(&again);
        eh_message_encode(&m, 0, &bytes);
        bend(&seed, &bytes);
        struct eh_str copy = exact_copy(&bytes);
        if (eh_message_decode(copy, &back, NULL) == 0) {
            eh_message_encode(&back, 0, &again);
            cr_assert(eh_str_equal(copy, str_of(&again)));
        }
        free((char *)copy.data);
    }
}
