/* salts: the salts that personal text is hashed behind. See salts.h. */
#include "batch/salts.h"

#include <sys/random.h>

void eh_salt_draw(uint8_t ret[EH_SALT_BYTES])
{
    eh_require(getrandom(ret, EH_SALT_BYTES, 0) == EH_SALT_BYTES);
}

/* A text that is gone leaves no digest either. */
static void draw(struct eh_message *m, enum eh_field text, enum eh_field digest,
                 struct eh_salt *salt)
{
    m->has &= ~EH_FIELD_BIT(digest);
    salt->how = EH_UNSALTED;
    if (!eh_message_has(m, text))
        return;
    salt->how = EH_SALTED;
    eh_salt_draw(salt->bytes);
}

void eh_salts_draw(struct eh_input *in)
{
    in->bare = false;
    draw(&in->message, EH_FIELD_CUSTOMER, EH_FIELD_CUSTOMER_DIGEST, &in->customer_salt);
    draw(&in->message, EH_FIELD_SUBJECT, EH_FIELD_SUBJECT_DIGEST, &in->subject_salt);
    if (eh_message_is(&in->message, EH_TYPE_ERASABLE))
        draw(&in->message, EH_FIELD_REASON, EH_FIELD_REASON_DIGEST, &in->reason_salt);
}

void eh_past_read(struct eh_str rest, struct eh_past *ret)
{
    struct eh_input row;
    eh_record_digests(rest, &row);
    *ret = (struct eh_past){0};
    ret->customer.was = eh_message_has(&row.message, EH_FIELD_CUSTOMER_DIGEST);
    ret->subject.was = eh_message_has(&row.message, EH_FIELD_SUBJECT_DIGEST);
    ret->reason.was = eh_message_has(&row.message, EH_FIELD_REASON_DIGEST);
    memcpy(ret->customer.digest, row.customer_digest, sizeof ret->customer.digest);
    memcpy(ret->subject.digest, row.subject_digest, sizeof ret->subject.digest);
    memcpy(ret->reason.digest, row.reason_digest, sizeof ret->reason.digest);
}

static void salt_take(struct eh_salt *salt, struct eh_str bytes)
{
    salt->how = EH_SALTED;
    memcpy(salt->bytes, bytes.data, EH_SALT_BYTES);
}

static void take(struct eh_salt *salt, uint8_t digest[16], const struct eh_past_text *past)
{
    if (past->was && !past->there) {
        salt->how = EH_DIGEST_KEPT;
        memcpy(digest, past->digest, sizeof past->digest);
    } else if (past->was && past->salt.size == EH_SALT_BYTES) {
        salt_take(salt, past->salt);
    } else if (past->was) {
        salt->how = EH_UNSALTED;
    }
}

/* A reason has a digest where its salt says so: a row without one has it as it was told. */
static void take_reason(struct eh_input *in, const struct eh_past_text *past)
{
    in->message.has &= ~EH_FIELD_BIT(EH_FIELD_REASON_DIGEST);
    in->reason_salt.how = EH_UNSALTED;
    take(&in->reason_salt, in->reason_digest, past);
}

/* A text that is not told again is no other one. */
static bool is_same(const struct eh_message *m, enum eh_field field, const uint8_t digest[16],
                    const struct eh_past_text *past)
{
    return !eh_message_has(m, field) ||
           (past->was && memcmp(digest, past->digest, sizeof past->digest) == 0);
}

static void identify(struct eh_input *in, bool bare)
{
    struct eh_key identity = in->identity;
    in->bare = bare;
    eh_input_identify(in);
    in->identity = identity; /* by which it was found */
}

/* A digest without personal text says nothing of it: what is there of it has to be the same. */
void eh_salts_take(struct eh_input *in, const struct eh_past *past)
{
    const struct eh_message *m = &in->message;
    take(&in->customer_salt, in->customer_digest, &past->customer);
    take(&in->subject_salt, in->subject_digest, &past->subject);
    take_reason(in, &past->reason);
    identify(in, false);
    if (m->type != EH_MESSAGE_TICKET || eh_key_equal(in->digest, in->recalled.digest) ||
        !is_same(m, EH_FIELD_CUSTOMER_DIGEST, in->customer_digest, &past->customer) ||
        !is_same(m, EH_FIELD_SUBJECT_DIGEST, in->subject_digest, &past->subject))
        return;
    identify(in, true);
    if (!eh_key_equal(in->digest, in->recalled.digest))
        identify(in, false);
}

bool eh_salts_other_customer(const struct eh_input *in, const struct eh_past *past)
{
    return in->message.type == EH_MESSAGE_TICKET && in->message.customer.size > 0 &&
           !is_same(&in->message, EH_FIELD_CUSTOMER_DIGEST, in->customer_digest, &past->customer);
}

void eh_salts_keep(struct eh_input *in, const struct eh_past *past)
{
    in->customer_salt.how = in->subject_salt.how = EH_DIGEST_KEPT;
    memcpy(in->customer_digest, past->erased_customer, sizeof in->customer_digest);
    memcpy(in->subject_digest, past->subject.digest, sizeof in->subject_digest);
    eh_input_identify(in);
}

void eh_salts_bind_ticket(struct eh_input *in, const uint8_t secret[EH_SEED_BYTES])
{
    uint8_t identity[EH_SALT_BYTES] = {0};
    _Static_assert(EH_SALT_BYTES >= 16, "an identity fits");
    if (in->subject_salt.how != EH_SALTED)
        return;
    eh_key_bytes(in->identity, identity);
    eh_key_bytes(eh_hash_salted(EH_DOMAIN_SUBJECT_SALT, identity, secret, EH_SEED_BYTES),
                 in->subject_salt.bytes);
    eh_input_identify(in);
}

void eh_salts_leave_out(struct eh_input *in)
{
    if (in->message.type == EH_MESSAGE_TICKET && !in->recalled.known)
        identify(in, true);
}

void eh_salts_open_reason(struct eh_input *in)
{
    take_reason(in, &(struct eh_past_text){.was = false});
    eh_input_identify(in);
}

void eh_salts_take_customer(struct eh_input *in, struct eh_str salt)
{
    if (salt.size != EH_SALT_BYTES)
        return;
    salt_take(&in->customer_salt, salt);
    eh_input_identify(in);
}

void eh_salts_bind_subject(struct eh_input *in, const uint8_t secret[EH_SEED_BYTES])
{
    if (in->customer_salt.how != EH_SALTED || in->subject_salt.how != EH_SALTED)
        return;
    eh_key_bytes(
        eh_hash_salted(EH_DOMAIN_SUBJECT_SALT, in->customer_salt.bytes, secret, EH_SEED_BYTES),
        in->subject_salt.bytes);
    eh_input_identify(in);
}
