/* golden_forms: the canonical bytes of messages, rows, plans, facts, statements and draws, each
 * with all its members set, as builds before wrote them. */
#include "golden_kit.h"

#include <evenhand/bonus/bonus.h>
#include <evenhand/draw/checkpoint.h>
#include <evenhand/draw/draw.h>
#include <evenhand/engine/record.h>
#include <evenhand/pool/pool.h>
#include <evenhand/wire/notice.h>

static void start(void)
{
    cr_assert_eq(eh_draw_init(), 0);
}

TestSuite(golden_forms, .init = start);

static uint8_t sixteen[16] = "sixteen bytes 16",
               thirty_two[32] = "thirty-two bytes, as hashes have";

static struct eh_str bytes_of(const uint8_t *bytes, uint32_t size)
{
    return eh_str_n((const char *)bytes, size);
}

/* --- message --- */

/* Every field there was when these bytes were first written, whatever type has it. */
static struct eh_message everything(int type)
{
    return (struct eh_message){.type = (uint8_t)type,
                               .has = EH_FIELD_BIT(EH_FIELD_ACCOUNT) - 1,
                               .status = EH_STATUS_OVERLOADED,
                               .outcome = EH_OUTCOME_REFUNDED,
                               .priority = 7,
                               .csat = 4,
                               .replace = 1,
                               .insists = 1,
                               .incomplete = 1,
                               .id = eh_str("T-1"),
                               .team = eh_str("sales"),
                               .kind = eh_str("order"),
                               .source = eh_str("shop"),
                               .currency = eh_str("EUR"),
                               .customer = eh_str("kari@example.org"),
                               .channel = eh_str("mail"),
                               .subject = eh_str("A chair"),
                               .owner = eh_str("ana"),
                               .rep = eh_str("bob"),
                               .reason = eh_str("a reason"),
                               .event = eh_str("e-1"),
                               .metric = eh_str("calls"),
                               .period = eh_str("2026-03"),
                               .actor = eh_str("mia"),
                               .text = eh_str("text\n"),
                               .mended = eh_str("owner: left out"),
                               .customer_digest = bytes_of(sixteen, 16),
                               .subject_digest = bytes_of(sixteen, 16),
                               .commitment = bytes_of(thirty_two, 32),
                               .commitment_first = bytes_of(thirty_two, 32),
                               .seed = bytes_of(thirty_two, 32),
                               .skills = eh_str("de\x1f"
                                                "fr"),
                               .value = 129950,
                               .created_at_ms = 1728000000001,
                               .changed_at_ms = 1728000000002,
                               .at_ms = 1728000000003,
                               .at_date = 20001,
                               .at_day = 20002,
                               .for_s = 3600,
                               .handled_s = 655,
                               .rules = EH_RULES_ENDS,
                               .ticket = 77,
                               .most = 200,
                               .minutes = 44640,
                               .account = eh_str("ana@shop.example"),
                               .by = eh_str("bob")};
}

/* The bytes of a message, each field of which is in them. */
static void expect_message(const char *name, struct eh_message m)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    eh_message_encode(&m, 0, &bytes);
    golden_expect(name, &bytes);
    struct eh_message back = {0};
    cr_assert_eq(eh_message_decode(bytes_of(bytes.data, (uint32_t)bytes.size), &back, NULL), 0);
    cr_expect_eq(back.has, m.has);
    for (int field = 0; field < EH_FIELD_COUNT; field++) {
        EH_AUTO(eh_bytes) struct eh_bytes without = EH_BYTES_INIT;
        eh_message_encode(&m, EH_FIELD_BIT(field), &without);
        if (eh_message_has(&m, field))
            cr_expect_lt(without.size, bytes.size, "%s is not in it", eh_field_name(field));
    }
}

/* One that has every field, and one of each type. */
Test(golden_forms, message)
{
    expect_message("message", everything(EH_MESSAGE_TICKET));
}

/* With the fields that came later, too. */
Test(golden_forms, message_owner)
{
    struct eh_message m = everything(EH_MESSAGE_OWNER);
    m.has |= EH_FIELD_BIT(EH_FIELD_ACCOUNT) | EH_FIELD_BIT(EH_FIELD_BY);
    expect_message("message-owner", m);
}

/* Of a ticket that was told once more. */
Test(golden_forms, message_retold)
{
    struct eh_message m = everything(EH_MESSAGE_UPDATE);
    m.content = 1234567890123456;
    m.has |= EH_FIELD_BIT(EH_FIELD_CONTENT);
    expect_message("message-retold", m);
}

/* Of a new ticket that somebody has, by a manager. */
Test(golden_forms, message_named)
{
    struct eh_message m = everything(EH_MESSAGE_TICKET);
    m.account = eh_str(EH_SOMEBODY);
    m.manager = 1;
    m.has |=
        EH_FIELD_BIT(EH_FIELD_ACCOUNT) | EH_FIELD_BIT(EH_FIELD_BY) | EH_FIELD_BIT(EH_FIELD_MANAGER);
    expect_message("message-named", m);
}

/* Of a ticket that waits for the customer. */
Test(golden_forms, message_paused)
{
    struct eh_message m = everything(EH_MESSAGE_UPDATE);
    m.paused = 1;
    m.has |= EH_FIELD_BIT(EH_FIELD_PAUSED);
    expect_message("message-paused", m);
}

/* Where the hours of the desk's clock are not those of UTC. */
Test(golden_forms, message_day)
{
    struct eh_message m = everything(EH_MESSAGE_DAY);
    m.clock_s = 2700;
    m.has |= EH_FIELD_BIT(EH_FIELD_CLOCK);
    expect_message("message-day", m);
}

/* Of an absence. */
Test(golden_forms, message_absence)
{
    struct eh_message m = everything(EH_MESSAGE_ABSENCE);
    m.from_ms = 1766358000000;
    m.until_ms = 1767308400000;
    m.from_day = 20444;
    m.until_day = 20454;
    m.cancel = 17;
    m.uid = eh_str("hr-4711");
    m.has |= EH_FIELD_BIT(EH_FIELD_FROM) | EH_FIELD_BIT(EH_FIELD_UNTIL) |
             EH_FIELD_BIT(EH_FIELD_FROM_DAY) | EH_FIELD_BIT(EH_FIELD_UNTIL_DAY) |
             EH_FIELD_BIT(EH_FIELD_CANCEL) | EH_FIELD_BIT(EH_FIELD_UID);
    expect_message("message-absence", m);
}

/* Of an absence whose reason stands apart. */
Test(golden_forms, message_reason)
{
    struct eh_message m = everything(EH_MESSAGE_ABSENCE);
    m.reason_digest = bytes_of(sixteen, 16);
    m.has |= EH_FIELD_BIT(EH_FIELD_REASON_DIGEST);
    expect_message("message-reason", m);
}

/* Of a ticket that has to be answered. */
Test(golden_forms, message_due_at)
{
    struct eh_message m = everything(EH_MESSAGE_TICKET);
    m.due_at_ms = 1767308400000;
    m.has |= EH_FIELD_BIT(EH_FIELD_DUE_AT);
    expect_message("message-due-at", m);
}

/* Of times of tickets. */
Test(golden_forms, message_clocks)
{
    struct eh_message m = everything(EH_MESSAGE_DUE);
    m.clocks = 1;
    m.has |= EH_FIELD_BIT(EH_FIELD_CLOCKS);
    expect_message("message-clocks", m);
}

Test(golden_forms, message_types)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    for (int type = EH_MESSAGE_TICKET; type <= EH_MESSAGE_INCLUDE; type++) {
        EH_AUTO(eh_bytes) struct eh_bytes one = EH_BYTES_INIT;
        struct eh_message m = everything(type);
        uint8_t hash[32];
        eh_message_encode(&m, 0, &one);
        eh_hash_sha256(one.data, one.size, hash);
        golden_name(&bytes, eh_message_type_name(type), hash, sizeof hash);
    }
    golden_text("message-types", &bytes);
}

/* --- what makes two messages the same one --- */

static struct eh_input input_of(int type, int origin)
{
    struct eh_input in = {.no = 300,
                          .at_us = 1728000000000001,
                          .date = 20000,
                          .origin = (uint8_t)origin,
                          .stream_ms = 1728000000000,
                          .stream_no = 3,
                          .message = everything(type)};
    uint64_t set_here =
        EH_FIELD_BIT(EH_FIELD_CUSTOMER_DIGEST) | EH_FIELD_BIT(EH_FIELD_SUBJECT_DIGEST);
    in.message.has &= ~set_here;
    return in;
}

static void put_identity(struct eh_bytes *to, const char *name, struct eh_input *in)
{
    uint8_t bytes[16];
    char text[64];
    eh_input_identify(in);
    eh_key_bytes(in->identity, bytes);
    snprintf(text, sizeof text, "%s identity", name);
    golden_name(to, text, bytes, sizeof bytes);
    eh_key_bytes(in->digest, bytes);
    snprintf(text, sizeof text, "%s digest", name);
    golden_name(to, text, bytes, sizeof bytes);
}

static void put_inputs(struct eh_bytes *to)
{
    struct eh_input in = input_of(EH_MESSAGE_TICKET, EH_ORIGIN_STREAM);
    put_identity(to, "ticket", &in);
    in = input_of(EH_MESSAGE_TICKET, EH_ORIGIN_STREAM);
    in.customer_salt.how = in.subject_salt.how = EH_SALTED;
    memcpy(in.customer_salt.bytes, "a customer's salt", EH_SALT_BYTES);
    memcpy(in.subject_salt.bytes, "a subject's salt.", EH_SALT_BYTES);
    put_identity(to, "ticket behind salts", &in);
    in.bare = true;
    put_identity(to, "bare ticket", &in);
    in = input_of(EH_MESSAGE_OUTCOME, EH_ORIGIN_STREAM);
    put_identity(to, "outcome with event", &in);
    in = input_of(EH_MESSAGE_METRIC, EH_ORIGIN_ADMIN);
    put_identity(to, "user's event", &in);
    in = input_of(EH_MESSAGE_SIGNAL, EH_ORIGIN_STREAM);
    in.message.has &= ~EH_FIELD_BIT(EH_FIELD_EVENT);
    put_identity(to, "signal of the stream", &in);
    in = input_of(EH_MESSAGE_RELEASE, EH_ORIGIN_ADMIN);
    in.message.has &= ~EH_FIELD_BIT(EH_FIELD_EVENT);
    put_identity(to, "release of the admin socket", &in);
    in = input_of(EH_MESSAGE_UNPARSED, EH_ORIGIN_STREAM);
    put_identity(to, "unparsed", &in);
}

static void put_key(struct eh_bytes *to, const char *name, struct eh_key key)
{
    uint8_t bytes[16];
    eh_key_bytes(key, bytes);
    golden_name(to, name, bytes, sizeof bytes);
}

Test(golden_forms, identities)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    put_inputs(&bytes);
    put_key(&bytes, "entry", eh_entry_identity(1, 2, eh_str("bytes")));
    put_key(&bytes, "salted entry", eh_entry_identity_salted(sixteen, 1, 2, eh_str("bytes")));
    for (int domain = EH_DOMAIN_IDENTITY; domain <= EH_DOMAIN_SUBJECT_SALT; domain++) {
        char name[32];
        snprintf(name, sizeof name, "domain %d", domain);
        put_key(&bytes, name, eh_hash_128((enum eh_domain)domain, "data", 4));
        put_key(&bytes, name, eh_hash_salted((enum eh_domain)domain, sixteen, "data", 4));
    }
    put_key(&bytes, "state", eh_hash_state("data", 4));
    golden_text("identities", &bytes);
}

/* Who has a ticket: by what it says, as logs have it up to rules 27, and by its place. */
Test(golden_forms, identities_of_owners)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_input in = input_of(EH_MESSAGE_OWNER, EH_ORIGIN_STREAM);
    put_identity(&bytes, "owner with event", &in);
    in.message.has &= ~EH_FIELD_BIT(EH_FIELD_EVENT);
    put_identity(&bytes, "owner of the stream", &in);
    in.rules = EH_RULES_RETOLD;
    put_identity(&bytes, "owner of the stream under rules 27", &in);
    golden_text("identities-owners", &bytes);
}

/* An absence whose reason stands apart, with an event and without, and one of before. */
Test(golden_forms, identities_of_reasons)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_input in = input_of(EH_MESSAGE_ABSENCE, EH_ORIGIN_STREAM);
    put_identity(&bytes, "absence of before", &in);
    in.reason_salt.how = EH_SALTED;
    memcpy(in.reason_salt.bytes, "a reason's salt..", EH_SALT_BYTES);
    put_identity(&bytes, "absence with event", &in);
    in.message.has &= ~EH_FIELD_BIT(EH_FIELD_EVENT);
    put_identity(&bytes, "absence of the stream", &in);
    golden_text("identities-reasons", &bytes);
}

/* A team's month is one alarm, whatever its words. */
Test(golden_forms, identity_of_an_alarm)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_input in = input_of(EH_MESSAGE_ALARM, EH_ORIGIN_ADMIN);
    put_identity(&bytes, "alarm", &in);
    golden_text("identity-alarm", &bytes);
}

/* --- draws --- */

Test(golden_forms, draws)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_draw_query query = {.epoch = 12,
                                  .desk = eh_str("main"),
                                  .team = eh_str("sales"),
                                  .source = eh_str("shop"),
                                  .ticket = eh_str("T-1"),
                                  .digest = sixteen,
                                  .deal = 2};
    uint8_t seed[EH_SEED_BYTES], commitment[32];
    eh_seed_derive(thirty_two, query.epoch, seed);
    eh_seed_commit(seed, commitment);
    golden_name(&bytes, "seed", seed, sizeof seed);
    golden_name(&bytes, "commitment", commitment, sizeof commitment);
    for (query.number = 0; query.number < 4; query.number++)
        eh_bytes_put_text(&bytes, "draw %u %llu\n", query.number,
                          (unsigned long long)eh_draw_compute(seed, &query));
    golden_text("draws", &bytes);
}

Test(golden_forms, checkpoint)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_checkpoint checkpoint = {.input = 123456, .digest = {0x0123456789abcdef, 42}};
    memcpy(checkpoint.chain.hash, thirty_two, sizeof thirty_two);
    char line[EH_CHECKPOINT_LINE_MAX];
    size_t size = eh_checkpoint_print(&checkpoint, line);
    eh_bytes_put(&bytes, line, size);
    golden_text("checkpoint", &bytes);
}

/* --- rows --- */

static uint64_t drawn[] = {5, UINT64_MAX};

static struct eh_effect effect_of(int type)
{
    return (struct eh_effect){.seq = 900 + (uint64_t)type,
                              .type = (uint8_t)type,
                              .ticket = 77,
                              .team = eh_str("sales"),
                              .rep = eh_str("bob"),
                              .was = eh_str("ana"),
                              .why = eh_str("balanced"),
                              .epoch = 12,
                              .eligible = 3,
                              .weight = 2500000,
                              .draws = drawn,
                              .draw_count = 2,
                              .detail = eh_str("detail")};
}

static struct eh_record row(int type)
{
    return (struct eh_record){.input = 300,
                              .type = (int16_t)type,
                              .at_us = 1728000000000001,
                              .identity = {1, 2},
                              .digest = {3, 4},
                              .stream_ms = 1728000000000,
                              .stream_no = 3,
                              .has = EH_RECORD_COLUMNS,
                              .source = eh_str("shop"),
                              .id = eh_str("T-1"),
                              .team = eh_str("sales"),
                              .kind = eh_str("order"),
                              .rep = eh_str("bob"),
                              .actor = eh_str("mia"),
                              .reason = eh_str("a reason"),
                              .word = eh_str("won"),
                              .value = 129950,
                              .handled_s = 655,
                              .at_ms = 1728000000003,
                              .priority = 7,
                              .csat = 4,
                              .has_until = true,
                              .until_us = 1728000000000004,
                              .rest = eh_str("rest"),
                              .image_ticket = 77,
                              .image = eh_str("image")};
}

/* A row with an effect of every type, and one that was refused and caused nothing. */
Test(golden_forms, record)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_effect effects[EH_NOTICE_RESENT];
    struct eh_chain chain = {{0}};
    size_t count = 0;
    for (int type = EH_NOTICE_ASSIGNED; type <= EH_NOTICE_RESENT; type++)
        if (eh_notice_type_name(type))
            effects[count++] = effect_of(type);
    effects[count - 1].detail.size = 0;
    struct eh_record one = row(EH_MESSAGE_OUTCOME), refused = row(-EH_MESSAGE_TICKET);
    eh_record_chain(&one, effects, count, &bytes, &chain);
    golden_expect("record", &bytes);
    eh_record_chain(&refused, NULL, 0, &bytes, &chain);
    golden_expect("record-refused", &bytes);
    eh_bytes_clear(&bytes);
    golden_name(&bytes, "chain", chain.hash, sizeof chain.hash);
    golden_text("chain", &bytes);
}

/* Columns and `rest` of an input that has everything: what stands in the database. */
Test(golden_forms, rest)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_effects fx = {.arena = &arena, .image_ticket = 77, .image = eh_str("image")};
    struct eh_input in = input_of(EH_MESSAGE_OUTCOME, EH_ORIGIN_STREAM);
    in.recalled = (struct eh_recalled){.known = true,
                                       .digest = {7, 8},
                                       .input = 9,
                                       .ticket_known = true,
                                       .ticket_image = eh_str("an image"),
                                       .periods = eh_str("periods")};
    struct eh_record made;
    eh_input_identify(&in);
    cr_assert_eq(eh_record_from_input(&in, &fx, &arena, &made), 0);
    eh_bytes_put(&bytes, made.rest.data, made.rest.size);
    golden_expect("rest", &bytes);
    struct eh_chain chain = {{0}};
    eh_record_chain(&made, NULL, 0, &bytes, &chain);
    golden_expect("record-outcome", &bytes);
}

/* --- notices --- */

Test(golden_forms, notices)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    for (int type = EH_NOTICE_ASSIGNED; type <= EH_NOTICE_RESENT; type++) {
        struct eh_notice notice = {.type = (uint8_t)type,
                                   .seq = 900,
                                   .source = eh_str("shop"),
                                   .id = eh_str("T-1"),
                                   .team = eh_str("sales"),
                                   .rep = eh_str("bob"),
                                   .was = eh_str("ana"),
                                   .why = eh_str("balanced"),
                                   .at_ms = 1728000000003,
                                   .input = 300,
                                   .inbox = eh_str("1728000000000-3")};
        if (!eh_notice_type_name(type))
            continue;
        cr_assert_eq(eh_notice_to_msgpack(&notice, &bytes), 0);
        cr_assert_eq(eh_notice_to_json(&notice, &bytes), 0);
        eh_bytes_put_text(&bytes, "\n");
    }
    golden_expect("notices", &bytes);
}

/* --- plans --- */

static struct eh_curve_point points[] = {{-5, 0}, {600000, 1500000}};
static struct eh_plan_mix mix[] = {{{"order", 5}, 400000}, {{"query", 5}, 600000}};

#define MEASURE(title, number, of)                                                                 \
    {                                                                                              \
        .name = {title, sizeof title - 1}, .kind = number, .unit = of, .take = EH_TAKE_LAST,       \
        .has_prior = true, .prior_mean = 4200 + number, .prior_count = 30 + number, .mix = mix,    \
        .mix_count = 2, .least_ms = 30000 + number, .most_ms = 7200000 + number                    \
    }

static struct eh_plan_measure measures[] = {
    MEASURE("revenue", EH_MEASURE_REVENUE, EH_UNIT_MONEY),
    MEASURE("csat", EH_MEASURE_CSAT, EH_UNIT_MILLI),
    MEASURE("handle_time", EH_MEASURE_HANDLE_TIME, EH_UNIT_SECONDS),
    MEASURE("reopen_rate", EH_MEASURE_REOPEN_RATE, EH_UNIT_PPM),
    MEASURE("conversion", EH_MEASURE_CONVERSION, EH_UNIT_PPM),
    MEASURE("response_time", EH_MEASURE_RESPONSE_TIME, EH_UNIT_SECONDS),
    MEASURE("cycle_time", EH_MEASURE_CYCLE_TIME, EH_UNIT_SECONDS),
    MEASURE("calls", EH_MEASURE_IMPORTED, EH_UNIT_COUNT),
};

#define METRIC(of, seen, does)                                                                     \
    {                                                                                              \
        .measure = of, .weight_ppm = 250000, .perspective = seen, .curve = {points, 2}, .gate = {  \
            .effect = does,                                                                        \
            .measure = 1,                                                                          \
            .has_least = true,                                                                     \
            .has_most = true,                                                                      \
            .at_least = 3900,                                                                      \
            .at_most = 5000                                                                        \
        }                                                                                          \
    }

static struct eh_plan_metric metrics[] = {
    METRIC(0, EH_PERSPECTIVE_FINANCIAL, EH_GATE_ZERO_METRIC),
    METRIC(1, EH_PERSPECTIVE_CUSTOMER, EH_GATE_CAP_METRIC),
    METRIC(2, EH_PERSPECTIVE_PROCESS, EH_GATE_ZERO_POOL),
    METRIC(3, EH_PERSPECTIVE_LEARNING, EH_GATE_NONE),
};
static struct eh_plan_points kind_points[] = {{{"order", 5}, 2}, {{"query", 5}, 1}};
static struct eh_plan_band bands[] = {{0, 10}, {3, 12}};

static struct eh_bonus_plan plan_of(void)
{
    return (struct eh_bonus_plan){.id = eh_str("sales-2026"),
                                  .team = eh_str("sales"),
                                  .currency = eh_str("EUR"),
                                  .currency_exponent = 2,
                                  .from = {EH_PERIOD_QUARTER, 8104},
                                  .encourages = eh_str("selling"),
                                  .discourages = eh_str("haste"),
                                  .target_pool = 600000,
                                  .max_pool = 900000,
                                  .measures = measures,
                                  .measure_count = sizeof measures / sizeof *measures,
                                  .metrics = metrics,
                                  .metric_count = sizeof metrics / sizeof *metrics,
                                  .funding = {points, 2},
                                  .individual_ppm = 100000,
                                  .equal_ppm = 200000,
                                  .hours_ppm = 300000,
                                  .seniority_ppm = 400000,
                                  .points = kind_points,
                                  .point_count = 2,
                                  .cap_ppm = 350000,
                                  .bands = bands,
                                  .band_count = 2,
                                  .leavers = EH_LEAVERS_FORFEIT,
                                  .if_missing = EH_MISSING_PRIOR,
                                  .carry_at_most_ppm = 150000};
}

Test(golden_forms, plan)
{
    static const struct {
        const char *name;
        uint8_t unearned;
    } forms[] = {{"plan", EH_UNEARNED_UNSAID},
                 {"plan-share", EH_UNEARNED_SHARE},
                 {"plan-hold", EH_UNEARNED_HOLD}};
    EH_AUTO(eh_bytes) struct eh_bytes hashes = EH_BYTES_INIT;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
        struct eh_bonus_plan plan = plan_of();
        uint8_t hash[32];
        plan.unearned = forms[i].unearned;
        eh_plan_encode(&plan, &bytes);
        golden_expect(forms[i].name, &bytes);
        cr_assert_eq(eh_bonus_plan_sha256(&plan, hash), 0);
        golden_name(&hashes, forms[i].name, hash, sizeof hash);
    }
    golden_text("plan-sha256", &hashes);
}

/* --- facts --- */

static const int64_t held[] = {3, 4};

enum facts_form { FACTS_CLOSINGS, FACTS_TICKETS, FACTS_ANSWERS };

static struct eh_bonus_facts facts_of(enum facts_form form)
{
    static const struct eh_bonus_kind kinds[] = {{{"order", 5}, 11, 12, 13, 14, 15},
                                                 {{"query", 5}, 21, 22, 23, 24, 25}};
    static const struct eh_bonus_import imports[] = {{{"calls", 5}, 31, 32, 33}};
    static const struct eh_bonus_member members[] = {
        {.rep = {"ana", 3},
         .since = 15000,
         .first_day = 20513,
         .days = 31,
         .left = true,
         .excluded = true,
         .has_paid = true,
         .has_contract = true,
         .paid_minutes = 9600,
         .contract_minutes = 9900,
         .closed = held},
        {.rep = {"bob", 3}, .since = EH_DATE_ALWAYS, .first_day = 20514, .days = 30}};
    return (struct eh_bonus_facts){.period = {EH_PERIOD_MONTH, 674},
                                   .estimate = true,
                                   .kinds = kinds,
                                   .kind_count = 2,
                                   .revenue = 650000,
                                   .ratings = 40,
                                   .rating_sum = 170,
                                   .firsts = 50,
                                   .reopened = 2,
                                   .cancelled = 3,
                                   .by_closings = form == FACTS_CLOSINGS,
                                   .with_answers = form == FACTS_ANSWERS,
                                   .answers = form == FACTS_ANSWERS ? 55 : 0,
                                   .answer_ms = form == FACTS_ANSWERS ? 56000 : 0,
                                   .answers_timed = form == FACTS_ANSWERS ? 45 : 0,
                                   .answers_in_time = form == FACTS_ANSWERS ? 44 : 0,
                                   .responses = 51,
                                   .response_ms = 52000,
                                   .cycles = 53,
                                   .cycle_ms = 54000,
                                   .imports = imports,
                                   .import_count = 1,
                                   .members = members,
                                   .member_count = 2,
                                   .carry_open = -120};
}

Test(golden_forms, facts)
{
    static const char *const names[] = {[FACTS_CLOSINGS] = "facts-closings",
                                        [FACTS_TICKETS] = "facts",
                                        [FACTS_ANSWERS] = "facts-answers"};
    for (int form = FACTS_CLOSINGS; form <= FACTS_ANSWERS; form++) {
        EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
        struct eh_bonus_facts facts = facts_of(form);
        eh_pool_facts_encode(&facts, &bytes);
        golden_expect(names[form], &bytes);
    }
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    struct eh_bonus_facts facts = facts_of(FACTS_ANSWERS);
    struct eh_bonus_member members[] = {facts.members[0], facts.members[1]};
    members[0].by_calendar = true;
    facts.members = members;
    eh_pool_facts_encode(&facts, &bytes);
    golden_expect("facts-calendar", &bytes);
}

/* --- statements and settlements --- */

static struct eh_pool_metric told[] = {{.name = {"revenue", 7},
                                        .value = 650000,
                                        .count = 12,
                                        .unit = EH_UNIT_MONEY,
                                        .prior = true,
                                        .missing = true,
                                        .curve_ppm = 1100000,
                                        .score_ppm = 1000000,
                                        .weight_ppm = 600000,
                                        .gate = EH_GATE_CAP_METRIC,
                                        .gate_failed = true,
                                        .gate_missing = true,
                                        .gate_metric = {"csat", 4},
                                        .gate_value = 3800,
                                        .gate_unit = EH_UNIT_MILLI},
                                       {.name = {"calls", 5}, .value = 7, .weight_ppm = 400000}};
static struct eh_pool_line lines[] = {{.rep = {"ana", 3},
                                       .eligible = true,
                                       .capped = true,
                                       .days = 31,
                                       .minutes = 9600,
                                       .band = 12,
                                       .points = 40,
                                       .equal = 101,
                                       .hours = 102,
                                       .seniority = 103,
                                       .individual = 104,
                                       .total = 410,
                                       .paid = 405,
                                       .paid_before = 5}};

static struct eh_pool_statement statement_of(enum eh_pool_form form)
{
    struct eh_pool_statement s = {.team = eh_str("sales"),
                                  .currency = eh_str("EUR"),
                                  .plan = eh_str("sales-2026"),
                                  .period = {EH_PERIOD_MONTH, 674},
                                  .currency_exponent = 2,
                                  .estimate = true,
                                  .version = 2,
                                  .metrics = told,
                                  .metric_count = 2,
                                  .composite_ppm = 1050000,
                                  .funding_ppm = 1020000,
                                  .zeroed = true,
                                  .gross = 612000,
                                  .carry = -1200,
                                  .net = 610800,
                                  .individual = 61,
                                  .equal = 62,
                                  .hours = 63,
                                  .seniority = 64,
                                  .over = 65,
                                  .moved = 66,
                                  .held = 67,
                                  .held_of = {71, 72, 73, 74},
                                  .ties_by_id = true,
                                  .form = (uint8_t)form,
                                  .difference = 81,
                                  .cancelled = 82,
                                  .paid = 83,
                                  .carry_open = -84,
                                  .carry_before = -85,
                                  .lines = lines,
                                  .line_count = 1};
    if (form != EH_POOL_FORM_FIRST)
        s.facts = eh_str("facts");
    memcpy(s.plan_sha256, thirty_two, 32);
    memcpy(s.facts_sha256, thirty_two, 32);
    s.facts_sha256[0] = 'T';
    return s;
}

Test(golden_forms, statement)
{
    static const char *const names[] = {[EH_POOL_FORM_FIRST] = "statement-first",
                                        [EH_POOL_FORM_FACTS] = "statement-facts",
                                        [EH_POOL_FORM_TIES] = "statement"};
    for (int form = EH_POOL_FORM_FIRST; form <= EH_POOL_FORM_TIES; form++) {
        EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
        struct eh_pool_statement s = statement_of((enum eh_pool_form)form);
        eh_pool_statement_encode(&s, &bytes);
        golden_expect(names[form], &bytes);
    }
}

Test(golden_forms, settlement)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    const struct eh_settlement two[] = {{.period = {EH_PERIOD_MONTH, 674},
                                         .version = 2,
                                         .gross = 612000,
                                         .carry = -1200,
                                         .net = 610800,
                                         .carry_open = -84,
                                         .statement = eh_str("a statement")},
                                        {.period = {EH_PERIOD_WEEK, 2930}, .version = 1}};
    eh_settlements_put(&bytes, two, 2);
    golden_expect("settlement", &bytes);
}
