/* unit/engine_reasons: why somebody is absent decides nothing, and is nowhere but in its own text:
 * not in the state, not in the row of the log, in both only behind a salt. */
#include "hours_kit.h"

#include <evenhand/engine/record.h>

#include <criterion/criterion.h>

static const char desk[] =
    "desk: main\ncurrency: EUR\ntime_zone: UTC\nkinds: {order: {points: 2}}\n"
    "reps: [{id: ana}, {id: bob}]\nteams:\n"
    "  - {id: sales, reps: [ana, bob], policy: balanced}\n";

static struct kit k;

static void stop(void)
{
    cr_assert(kit_sound(&k));
    eh_engine_free(kit_restored(k.e));
    kit_done(&k);
}

TestSuite(engine_reasons, .fini = stop);

static struct eh_message absence(const char *reason, const char *more)
{
    char json[300];
    snprintf(json, sizeof json, "{'type':'absence','rep':'ana','from':%lld,'uid':'hr-1'%s}",
             (long long)(KIT_START / 1000), more);
    struct eh_message m = kit_message(&k, json);
    m.reason = eh_str(reason);
    m.has |= reason ? EH_FIELD_BIT(EH_FIELD_REASON) : 0;
    return m;
}

static struct eh_key digest_of(enum eh_rules rules, const char *reason)
{
    kit_start_under(&k, rules, desk);
    cr_assert_eq(kit_step(&k, absence(reason, ""), EH_ORIGIN_STREAM), 0);
    cr_assert_not(k.fx.refused, "%s", kit_refused(&k));
    return eh_engine_digest(k.e);
}

static bool state_differs(enum eh_rules rules, const char *one, const char *other)
{
    struct eh_key first = digest_of(rules, one);
    kit_done(&k);
    return !eh_key_equal(first, digest_of(rules, other));
}

Test(engine_reasons, the_state_has_none)
{
    cr_assert_not(state_differs(EH_RULES_LAST, "sick", "holiday"));
    kit_done(&k);
    cr_assert_not(state_differs(EH_RULES_LAST, "sick", NULL));
}

Test(engine_reasons, before_it_had_them)
{
    cr_assert(state_differs(EH_RULES_RAMP, "sick", "holiday"));
    kit_step(&k, absence("fishing", ""), EH_ORIGIN_STREAM);
    cr_assert_str_eq(kit_refused(&k), "reason: fishing is none of holiday, sick, training, other");
}

static struct eh_key digest_behind_turn(const char *reason)
{
    digest_of(EH_RULES_RAMP, reason);
    struct eh_message rules = {
        .type = EH_MESSAGE_RULES, .has = EH_FIELD_BIT(EH_FIELD_RULES), .rules = EH_RULES_REASONS};
    cr_assert_eq(kit_step(&k, rules, EH_ORIGIN_SHELL), 0);
    cr_assert(kit_sound(&k));
    return eh_engine_digest(k.e);
}

Test(engine_reasons, they_leave_the_state_when_the_rules_begin)
{
    struct eh_key sick = digest_behind_turn("sick");
    kit_done(&k);
    cr_assert(eh_key_equal(sick, digest_behind_turn("training")));
}

static void expect_corrupt(const struct eh_bytes *bytes)
{
    struct eh_engine *forged = NULL;
    struct eh_error error = {0};
    cr_assert_eq(
        eh_engine_restore(eh_str_n((const char *)bytes->data, bytes->size), &forged, &error),
        -EH_ECORRUPT);
}

/* The reason stands before `begun` and the uid. */
static void expect_reason_is(uint8_t reason)
{
    EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
    cr_assert_eq(eh_engine_snapshot(k.e, &bytes), 0);
    uint8_t *uid = memmem(bytes.data, bytes.size, "\4hr-1", 5);
    cr_assert_not_null(uid);
    cr_assert_eq(uid[-2], reason);
    for (unsigned forged = 0; forged < 256; forged++) {
        uid[-2] = (uint8_t)forged;
        if (forged != reason)
            expect_corrupt(&bytes);
    }
}

Test(engine_reasons, forged_ones_are_refused)
{
    digest_of(EH_RULES_RAMP, "sick");
    expect_reason_is(EH_ABSENCE_SICK);
    kit_done(&k);
    digest_of(EH_RULES_LAST, "sick");
    expect_reason_is(EH_ABSENCE_APART);
}

/* ---- the row */

static struct eh_input salted(struct eh_message m, int origin, uint8_t salt)
{
    struct eh_input in = {.no = 9,
                          .at_us = KIT_START,
                          .origin = (uint8_t)origin,
                          .message = m,
                          .reason_salt = {.how = EH_SALTED, .bytes = {salt}}};
    if (origin == EH_ORIGIN_STREAM)
        in.stream_ms = 7;
    eh_input_identify(&in);
    return in;
}

static struct eh_record row_of(const struct eh_input *in)
{
    const struct eh_effects none = {0};
    struct eh_record row;
    cr_assert_eq(eh_record_from_input(in, &none, &k.arena, &row), 0);
    return row;
}

Test(engine_reasons, a_row_has_the_digest_alone)
{
    kit_start(&k, desk);
    struct eh_input in = salted(absence("sick", ""), EH_ORIGIN_STREAM, 1), back;
    struct eh_record row = row_of(&in);
    cr_assert_eq(row.reason.size, 0);
    cr_assert_not(row.has & EH_FIELD_BIT(EH_FIELD_REASON));
    cr_assert_null(memmem(row.rest.data, row.rest.size, "sick", 4));
    cr_assert_eq(eh_record_to_input(&row, &back, NULL), 0);
    cr_assert_eq(back.message.reason.size, 0);
    cr_assert_arr_eq(back.reason_digest, in.reason_digest, 16);
    struct eh_key digest = back.digest;
    back.reason_salt.how = EH_DIGEST_KEPT;
    eh_input_identify(&back);
    cr_assert(eh_key_equal(back.digest, digest), "as verify makes it without the salt");
    cr_assert(eh_key_equal(back.identity, in.identity));
    row.reason = eh_str("sick");
    row.has |= EH_FIELD_BIT(EH_FIELD_REASON);
    cr_assert_eq(eh_record_to_input(&row, &back, NULL), -EH_ECORRUPT, "it has both");
}

Test(engine_reasons, a_row_of_before_has_the_word)
{
    kit_start(&k, desk);
    struct eh_input in = salted(absence("sick", ""), EH_ORIGIN_STREAM, 1), back;
    in.message.has &= ~EH_FIELD_BIT(EH_FIELD_REASON_DIGEST);
    in.reason_salt.how = EH_UNSALTED;
    eh_input_identify(&in);
    struct eh_record row = row_of(&in);
    cr_assert(kit_is(row.reason, "sick"));
    cr_assert_eq(eh_record_to_input(&row, &back, NULL), 0);
    cr_assert(kit_is(back.message.reason, "sick"));
    eh_input_identify(&back);
    cr_assert(eh_key_equal(back.digest, in.digest));
}

/* Only an absence's reason stands apart: a digest in another row was forged. */
Test(engine_reasons, no_other_row_has_a_digest)
{
    kit_start(&k, desk);
    struct eh_message m = kit_message(&k, "{'type':'signal','rep':'ana','status':'away'}");
    struct eh_input in = {.no = 9, .at_us = KIT_START, .message = m}, back;
    in.message.has |= EH_FIELD_BIT(EH_FIELD_REASON_DIGEST);
    struct eh_record row = row_of(&in);
    cr_assert_eq(eh_record_to_input(&row, &back, NULL), -EH_ECORRUPT);
    in.message = kit_message(&k, "{'type':'signal','rep':'ana','status':'away','reason':'ill'}");
    in.reason_salt.how = EH_SALTED;
    eh_input_identify(&in);
    cr_assert_not(eh_message_has(&in.message, EH_FIELD_REASON_DIGEST));
    row = row_of(&in);
    cr_assert(kit_is(row.reason, "ill"));
}

/* ---- what makes two messages the same one */

Test(engine_reasons, no_identity_hangs_on_a_salt)
{
    kit_start(&k, desk);
    const struct eh_message plain = absence("sick", ""), event = absence("sick", ",'event':'e'");
    for (int origin = EH_ORIGIN_STREAM; origin <= EH_ORIGIN_ADMIN; origin++) {
        struct eh_input a = salted(plain, origin, 1), b = salted(plain, origin, 2);
        cr_assert(eh_key_equal(a.identity, b.identity));
        cr_assert_not(eh_key_equal(a.digest, b.digest));
        a = salted(event, origin, 1);
        b = salted(event, origin, 2);
        cr_assert(eh_key_equal(a.identity, b.identity));
        cr_assert_not(eh_key_equal(a.digest, b.digest));
        b = salted(event, origin, 1);
        cr_assert(eh_key_equal(a.digest, b.digest));
    }
}
