/* salts: behind which salt a message is compared with one that is there already. See salts.h. */
#include "batch/salts.h"

#include <criterion/criterion.h>

static struct eh_input input_of(const char *customer, const char *subject)
{
    struct eh_input in = {.origin = EH_ORIGIN_STREAM, .stream_ms = 4};
    in.message = (struct eh_message){.type = EH_MESSAGE_TICKET, .id = eh_str("T1")};
    in.message.has = EH_FIELD_BIT(EH_FIELD_ID);
    in.message.customer = eh_str(customer);
    in.message.subject = eh_str(subject);
    if (customer)
        in.message.has |= EH_FIELD_BIT(EH_FIELD_CUSTOMER);
    if (subject)
        in.message.has |= EH_FIELD_BIT(EH_FIELD_SUBJECT);
    eh_salts_draw(&in);
    eh_input_identify(&in);
    return in;
}

/* As its row and the row beside it say. */
static struct eh_past past_of(const struct eh_input *in, bool there, bool salted)
{
    struct eh_past past = {0};
    past.customer = (struct eh_past_text){.was = in->message.customer.size > 0, .there = there};
    past.subject = (struct eh_past_text){.was = in->message.subject.size > 0, .there = there};
    memcpy(past.customer.digest, in->customer_digest, 16);
    memcpy(past.subject.digest, in->subject_digest, 16);
    if (salted) {
        past.customer.salt = eh_str_n((const char *)in->customer_salt.bytes, EH_SALT_BYTES);
        past.subject.salt = eh_str_n((const char *)in->subject_salt.bytes, EH_SALT_BYTES);
    }
    return past;
}

static bool compares(const struct eh_past *past, struct eh_key digest, const char *customer,
                     const char *subject)
{
    struct eh_input again = input_of(customer, subject);
    struct eh_key identity = again.identity;
    eh_salts_take(&again, past);
    cr_assert(eh_key_equal(again.identity, identity));
    return eh_key_equal(again.digest, digest);
}

Test(salts, each_input_has_its_own)
{
    struct eh_input a = input_of("Kari", "x"), b = input_of("Kari", "x"),
                    none = input_of(NULL, NULL);
    cr_assert_not(eh_key_equal(a.digest, b.digest));
    cr_assert_eq(none.customer_salt.how, EH_UNSALTED);
    eh_salts_take_customer(&b, eh_str_n((const char *)a.customer_salt.bytes, EH_SALT_BYTES));
    cr_assert_arr_eq(a.customer_digest, b.customer_digest, 16);
    cr_assert_arr_neq(a.subject_digest, b.subject_digest, 16);
}

/* What a customer sends again is the same, for whoever has the secret. */
Test(salts, subjects_of_a_customer_compare)
{
    static const uint8_t secret[EH_SEED_BYTES] = "a", other[EH_SEED_BYTES] = "b";
    struct eh_input a = input_of("Kari", "x"), b = input_of("Kari", "x"), c = b, d = b,
                    alone = input_of(NULL, "x");
    uint8_t before[16];
    memcpy(before, alone.subject_digest, 16);
    struct eh_str salt = eh_str_n((const char *)a.customer_salt.bytes, EH_SALT_BYTES);
    eh_salts_bind_subject(&a, secret);
    eh_salts_take_customer(&b, salt);
    eh_salts_bind_subject(&b, secret);
    cr_assert_arr_eq(a.subject_digest, b.subject_digest, 16);
    cr_assert_arr_eq(a.subject_salt.bytes, b.subject_salt.bytes, EH_SALT_BYTES);
    cr_assert_arr_neq(a.subject_salt.bytes, a.customer_salt.bytes, EH_SALT_BYTES);
    eh_salts_take_customer(&c, salt);
    eh_salts_bind_subject(&c, other);
    cr_assert_arr_neq(a.subject_digest, c.subject_digest, 16);
    eh_salts_bind_subject(&d, secret);
    cr_assert_arr_neq(a.subject_digest, d.subject_digest, 16, "another customer's salt");
    eh_salts_bind_subject(&alone, secret);
    cr_assert_arr_eq(alone.subject_digest, before, 16, "it has its own");
}

Test(salts, what_is_there_compares_behind_the_salts_of_then)
{
    struct eh_input was = input_of("Kari", "x");
    struct eh_past past = past_of(&was, true, true);
    cr_assert(compares(&past, was.digest, "Kari", "x"));
    cr_assert_not(compares(&past, was.digest, "Ola", "x"));
    cr_assert_not(compares(&past, was.digest, "Kari", "y"));
    cr_assert_not(compares(&past, was.digest, NULL, "x"));
}

Test(salts, a_row_of_an_earlier_build_compares_without)
{
    struct eh_input was = input_of("Kari", NULL);
    was.customer_salt.how = EH_UNSALTED;
    eh_input_identify(&was);
    struct eh_past past = past_of(&was, true, false);
    cr_assert(compares(&past, was.digest, "Kari", NULL));
    cr_assert_not(compares(&past, was.digest, "Ola", NULL));
    cr_assert_not(compares(&past, was.digest, "Kari", "x"), "it had no subject");
    past.customer.there = false;
    cr_assert(compares(&past, was.digest, "Ola", NULL), "erased, it is any");
}

Test(salts, erased_text_is_any_text)
{
    struct eh_input was = input_of("Kari", "x");
    struct eh_past past = past_of(&was, false, false);
    cr_assert(compares(&past, was.digest, "Kari", "x"));
    cr_assert(compares(&past, was.digest, "Ola", "y"));
    cr_assert(compares(&past, was.digest, NULL, NULL));
    past.subject.there = true;
    past.subject.salt = eh_str_n((const char *)was.subject_salt.bytes, EH_SALT_BYTES);
    cr_assert(compares(&past, was.digest, "Ola", "x"));
    cr_assert_not(compares(&past, was.digest, "Kari", "y"), "the subject is still there");
}

/* Nothing of a ticket's draw hangs on what is drawn anew when it is decided once more. */
Test(salts, the_digest_of_a_new_ticket_is_without)
{
    struct eh_input a = input_of("Kari", "x"), b = input_of("Kari", "x");
    eh_salts_leave_out(&a);
    eh_salts_leave_out(&b);
    cr_assert(eh_key_equal(a.digest, b.digest));
    cr_assert(eh_key_equal(a.digest, input_of(NULL, NULL).digest));
    struct eh_key digest = b.digest;
    b.recalled.known = true;
    eh_salts_draw(&b);
    eh_input_identify(&b);
    eh_salts_leave_out(&b);
    cr_assert_not(eh_key_equal(b.digest, digest), "what is there already is compared");
}

static bool compares_bare(const struct eh_past *past, const struct eh_input *was,
                          const char *customer, const char *subject)
{
    struct eh_input again = input_of(customer, subject);
    again.recalled.known = true;
    again.recalled.digest = was->digest;
    eh_salts_take(&again, past);
    return eh_key_equal(again.digest, was->digest);
}

Test(salts, and_its_text_is_compared_all_the_same)
{
    struct eh_input was = input_of("Kari", "x");
    struct eh_past past = past_of(&was, true, true);
    eh_salts_leave_out(&was);
    cr_assert(compares_bare(&past, &was, "Kari", "x"));
    cr_assert_not(compares_bare(&past, &was, "Ola", "x"));
    cr_assert_not(compares_bare(&past, &was, "Kari", "y"));
    cr_assert(compares_bare(&past, &was, NULL, "x"), "what is left out is no other text");
    cr_assert(compares_bare(&past, &was, NULL, NULL));
    cr_assert_not(compares_bare(&past, &was, NULL, "y"));
    past = past_of(&was, false, false);
    cr_assert(compares_bare(&past, &was, "Ola", "y"), "erased, it is any");
    struct eh_input none = input_of(NULL, NULL);
    past = past_of(&none, true, true);
    cr_assert_not(compares_bare(&past, &none, "Kari", NULL), "it had none");
}

/* The digest of what it was compared with does not stay with a message that is refused for it. */
Test(salts, drawn_anew_nothing_of_then_is_left)
{
    struct eh_input was = input_of("Kari", "x"), again = input_of(NULL, "x");
    struct eh_past past = past_of(&was, false, false);
    eh_salts_take(&again, &past);
    cr_assert(eh_message_has(&again.message, EH_FIELD_CUSTOMER_DIGEST));
    eh_salts_draw(&again);
    eh_input_identify(&again);
    cr_assert_not(eh_message_has(&again.message, EH_FIELD_CUSTOMER_DIGEST));
    cr_assert_arr_neq(again.subject_digest, was.subject_digest, 16);
}

/* ---- reasons */

static struct eh_input absence_of(const char *reason)
{
    struct eh_input in = {.origin = EH_ORIGIN_STREAM, .stream_ms = 4};
    in.message = (struct eh_message){.type = EH_MESSAGE_ABSENCE, .rep = eh_str("ana")};
    in.message.has = EH_FIELD_BIT(EH_FIELD_REP);
    in.message.reason = eh_str(reason);
    in.message.has |= reason ? EH_FIELD_BIT(EH_FIELD_REASON) : 0;
    eh_salts_draw(&in);
    eh_input_identify(&in);
    return in;
}

static struct eh_past reason_past(const struct eh_input *in, bool there)
{
    struct eh_past past = {
        .reason = {.was = eh_message_has(&in->message, EH_FIELD_REASON_DIGEST), .there = there}};
    memcpy(past.reason.digest, in->reason_digest, 16);
    if (there)
        past.reason.salt = eh_str_n((const char *)in->reason_salt.bytes, EH_SALT_BYTES);
    return past;
}

static bool reason_compares(const struct eh_past *past, const struct eh_input *was,
                            const char *reason)
{
    struct eh_input again = absence_of(reason);
    struct eh_key identity = again.identity;
    eh_salts_take(&again, past);
    cr_assert(eh_key_equal(again.identity, identity));
    return eh_key_equal(again.digest, was->digest);
}

Test(salts, a_reason_has_its_own)
{
    struct eh_input a = absence_of("sick"), b = absence_of("sick"), none = absence_of(NULL);
    cr_assert_eq(a.reason_salt.how, EH_SALTED);
    cr_assert_arr_neq(a.reason_digest, b.reason_digest, 16);
    cr_assert(eh_key_equal(a.identity, b.identity));
    cr_assert_eq(none.reason_salt.how, EH_UNSALTED);
    struct eh_past past = reason_past(&a, true);
    cr_assert(reason_compares(&past, &a, "sick"));
    cr_assert_not(reason_compares(&past, &a, "holiday"));
    cr_assert_not(reason_compares(&past, &a, NULL));
    past = reason_past(&a, false);
    cr_assert(reason_compares(&past, &a, "holiday"), "erased, it is any");
    cr_assert(reason_compares(&past, &a, NULL));
    past = reason_past(&none, false);
    cr_assert(reason_compares(&past, &none, NULL));
    cr_assert_not(reason_compares(&past, &none, "sick"), "it had none");
}

/* A row of a build that had the reason in a column. */
Test(salts, a_reason_of_before_compares_as_it_is)
{
    struct eh_input was = absence_of("sick");
    eh_salts_open_reason(&was);
    cr_assert_not(eh_message_has(&was.message, EH_FIELD_REASON_DIGEST));
    struct eh_past past = reason_past(&was, false);
    cr_assert(reason_compares(&past, &was, "sick"));
    cr_assert_not(reason_compares(&past, &was, "holiday"));
    cr_assert_not(reason_compares(&past, &was, NULL));
}

Test(salts, of_a_refused_absence_no_reason_is_left)
{
    struct eh_input was = absence_of("sick"), again = absence_of(NULL);
    struct eh_past past = reason_past(&was, false);
    eh_salts_take(&again, &past);
    cr_assert(eh_message_has(&again.message, EH_FIELD_REASON_DIGEST));
    eh_salts_draw(&again);
    eh_input_identify(&again);
    cr_assert_not(eh_message_has(&again.message, EH_FIELD_REASON_DIGEST));
}
