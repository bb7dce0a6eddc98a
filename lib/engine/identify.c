/*
 * identify: identities, which say whether two messages are the same one, and digests of what a
 * message says.
 *
 * Customer, subject and a reason that can be erased stand in both as digests, so that their text
 * can be erased later and identity and digest still be computed. A salt goes into these digests and
 * is erased with the text: then nobody can tell from them whose they were. A ticket's content
 * digest leaves them out: its draws depend on it, and somebody who had the same entry decided again
 * with another salt would get another draw. The user of the admin socket is no part of what was
 * said, nor are the commitments, seeds, dates and texts that the shell adds, nor the words of an
 * alarm.
 */
#include "identify.h"

#include <evenhand/wire/actor.h>

#define PERSONAL (EH_FIELD_BIT(EH_FIELD_CUSTOMER) | EH_FIELD_BIT(EH_FIELD_SUBJECT))
#define DIGESTS                                                                                    \
    (EH_FIELD_BIT(EH_FIELD_CUSTOMER_DIGEST) | EH_FIELD_BIT(EH_FIELD_SUBJECT_DIGEST) |              \
     EH_FIELD_BIT(EH_FIELD_REASON_DIGEST))
#define ADDED                                                                                      \
    (EH_FIELD_BIT(EH_FIELD_ACTOR) | EH_FIELD_BIT(EH_FIELD_COMMITMENT) |                            \
     EH_FIELD_BIT(EH_FIELD_COMMITMENT_FIRST) | EH_FIELD_BIT(EH_FIELD_SEED) |                       \
     EH_FIELD_BIT(EH_FIELD_AT_DATE) | EH_FIELD_BIT(EH_FIELD_MOST) |                                \
     EH_FIELD_BIT(EH_FIELD_MENDED) | EH_FIELD_BIT(EH_FIELD_NEW) | EH_FIELD_BIT(EH_FIELD_MINUTES) | \
     EH_FIELD_BIT(EH_FIELD_CLOCK))

/* The fields that the shell adds once a message is identified, and words that say nothing new. */
static uint64_t message_added(const struct eh_message *m)
{
    uint64_t added = ADDED;
    if (eh_message_is(m, EH_TYPE_SETTLES))
        added |= EH_FIELD_BIT(EH_FIELD_TEXT) | EH_FIELD_BIT(EH_FIELD_REASON);
    if (eh_message_has(m, EH_FIELD_FROM_DAY))
        added |= EH_FIELD_BIT(EH_FIELD_FROM);
    if (eh_message_has(m, EH_FIELD_UNTIL_DAY))
        added |= EH_FIELD_BIT(EH_FIELD_UNTIL);
    if (m->type == EH_MESSAGE_ALARM) /* another day's look has other words for it */
        added |= EH_FIELD_BIT(EH_FIELD_REASON);
    return added;
}

static struct eh_str text_digest(struct eh_str text, const struct eh_salt *salt,
                                 uint8_t storage[16])
{
    if (salt->how == EH_SALTED)
        eh_key_bytes(eh_hash_salted(EH_DOMAIN_SALTED, salt->bytes, text.data, text.size), storage);
    else if (salt->how == EH_UNSALTED)
        eh_key_bytes(eh_hash_128(EH_DOMAIN_PERSONAL, text.data, text.size), storage);
    return eh_str_n((const char *)storage, 16);
}

void eh_message_of_input(const struct eh_input *in, struct eh_message *ret)
{
    *ret = in->message;
    if (eh_message_has(ret, EH_FIELD_CUSTOMER_DIGEST))
        ret->customer_digest = eh_str_n((const char *)in->customer_digest, 16);
    if (eh_message_has(ret, EH_FIELD_SUBJECT_DIGEST))
        ret->subject_digest = eh_str_n((const char *)in->subject_digest, 16);
    if (eh_message_has(ret, EH_FIELD_REASON_DIGEST)) {
        ret->reason_digest = eh_str_n((const char *)in->reason_digest, 16);
        ret->reason = eh_str(NULL);
        ret->has &= ~EH_FIELD_BIT(EH_FIELD_REASON);
    }
}

static void key_put(struct eh_bytes *out, struct eh_key key)
{
    uint8_t bytes[16];
    eh_key_bytes(key, bytes);
    eh_bytes_put(out, bytes, sizeof bytes);
}

struct eh_key eh_ticket_identity(struct eh_str source, struct eh_str id)
{
    uint8_t buffer[2 * EH_NAME_MAX + 16];
    if (source.size + (size_t)id.size > sizeof buffer - 16) { /* longer than any message holds */
        EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
        eh_bytes_put_u(&out, EH_MESSAGE_TICKET);
        eh_bytes_put_str(&out, source);
        eh_bytes_put_str(&out, id);
        eh_require(!out.failed);
        return eh_hash_128(EH_DOMAIN_IDENTITY, out.data, out.size);
    }
    /* The same bytes without an allocation: this function runs for every ticket. */
    struct eh_bytes out = {buffer, 0, sizeof buffer, false};
    eh_bytes_put_u(&out, EH_MESSAGE_TICKET);
    eh_bytes_put_str(&out, source);
    eh_bytes_put_str(&out, id);
    return eh_hash_128(EH_DOMAIN_IDENTITY, out.data, out.size);
}

static void entry_put(struct eh_bytes *out, uint64_t stream_ms, uint64_t stream_no,
                      struct eh_str bytes)
{
    eh_bytes_put_u(out, stream_ms);
    eh_bytes_put_u(out, stream_no);
    eh_bytes_put(out, bytes.data, bytes.size);
    eh_require(!out->failed);
}

struct eh_key eh_entry_identity(uint64_t stream_ms, uint64_t stream_no, struct eh_str bytes)
{
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    entry_put(&out, stream_ms, stream_no, bytes);
    return eh_hash_128(EH_DOMAIN_ENTRY, out.data, out.size);
}

struct eh_key eh_entry_identity_salted(const uint8_t salt[EH_SALT_BYTES], uint64_t stream_ms,
                                       uint64_t stream_no, struct eh_str bytes)
{
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    entry_put(&out, stream_ms, stream_no, bytes);
    return eh_hash_salted(EH_DOMAIN_SALTED_ENTRY, salt, out.data, out.size);
}

static struct eh_key content_digest(const struct eh_input *in, uint64_t skip, struct eh_bytes *out)
{
    struct eh_message said;
    eh_message_of_input(in, &said);
    eh_bytes_clear(out);
    eh_message_encode(&said, PERSONAL | message_added(&said) | skip, out);
    eh_require(!out->failed);
    return eh_hash_128(EH_DOMAIN_CONTENT, out->data, out->size);
}

/* A salted digest differs with the salt: an entry is recognised without such digests. */
static bool input_is_salted(const struct eh_input *in)
{
    const struct eh_message *m = &in->message;
    return (eh_message_has(m, EH_FIELD_CUSTOMER_DIGEST) && in->customer_salt.how != EH_UNSALTED) ||
           (eh_message_has(m, EH_FIELD_SUBJECT_DIGEST) && in->subject_salt.how != EH_UNSALTED) ||
           eh_message_has(m, EH_FIELD_REASON_DIGEST);
}

struct eh_key eh_retold_identity(const struct eh_input *in)
{
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    eh_bytes_put_u(&out, EH_MESSAGE_UPDATE);
    eh_bytes_put_u8(&out, 'r');
    eh_bytes_put_str(&out, in->message.source);
    eh_bytes_put_str(&out, in->message.id);
    eh_bytes_put_u(&out, in->stream_ms);
    eh_bytes_put_u(&out, in->stream_no);
    eh_require(!out.failed);
    return eh_hash_128(EH_DOMAIN_IDENTITY, out.data, out.size);
}

bool eh_input_is_placed(const struct eh_input *in, uint32_t rules)
{
    return in->message.type == EH_MESSAGE_OWNER && in->origin == EH_ORIGIN_STREAM &&
           !eh_message_has(&in->message, EH_FIELD_EVENT) && (rules == 0 || rules >= EH_RULES_NAMES);
}

/* Whether an event is its user's own. If events of all users were one, a user could block an event
 * of another who may command more. */
static bool event_is_users_own(const struct eh_input *in)
{
    return in->rules == 0 || in->rules >= EH_RULES_EVENTS;
}

/* Identity of a message without an id of its own: what it says, and where it came from. */
static struct eh_key rest_identity(const struct eh_input *in, struct eh_bytes *out)
{
    const struct eh_message *m = &in->message;
    struct eh_key content = input_is_salted(in) ? content_digest(in, DIGESTS, out) : in->digest;
    eh_bytes_clear(out);
    eh_bytes_put_u(out, m->type);
    if (eh_message_has(m, EH_FIELD_EVENT) && in->origin == EH_ORIGIN_ADMIN &&
        event_is_users_own(in)) {
        eh_bytes_put_u8(out, 'u');
        eh_bytes_put_str(out, eh_actor_person(m->actor));
        eh_bytes_put_str(out, m->source);
        eh_bytes_put_str(out, m->event);
    } else if (eh_message_has(m, EH_FIELD_EVENT)) {
        eh_bytes_put_u8(out, 'e');
        eh_bytes_put_str(out, m->source);
        eh_bytes_put_str(out, m->event);
    } else if (eh_input_is_placed(in, in->rules)) {
        eh_bytes_put_u8(out, 'p');
        eh_bytes_put_str(out, m->source);
        eh_bytes_put_str(out, m->id);
        eh_bytes_put_u(out, in->stream_ms);
        eh_bytes_put_u(out, in->stream_no);
    } else if (in->origin == EH_ORIGIN_STREAM) {
        eh_bytes_put_u8(out, 's');
        eh_bytes_put_u(out, in->stream_ms);
        eh_bytes_put_u(out, in->stream_no);
        key_put(out, content);
    } else {
        eh_bytes_put_u8(out, 'a');
        eh_bytes_put_u(out, in->no);
        eh_bytes_put_i(out, in->at_us);
        eh_bytes_put_i(out, in->date);
        eh_bytes_put_str(out, m->actor);
        key_put(out, content);
    }
    eh_require(!out->failed);
    return eh_hash_128(EH_DOMAIN_IDENTITY, out->data, out->size);
}

/* Before EH_RULES_REASONS a reason had no digest, and none without a salt was ever made. */
static void reason_identify(struct eh_input *in)
{
    struct eh_message *m = &in->message;
    bool told = in->reason_salt.how == EH_SALTED && eh_message_has(m, EH_FIELD_REASON);
    if (!eh_message_is(m, EH_TYPE_ERASABLE) || !(told || in->reason_salt.how == EH_DIGEST_KEPT))
        return;
    m->reason_digest = text_digest(m->reason, &in->reason_salt, in->reason_digest);
    m->has |= EH_FIELD_BIT(EH_FIELD_REASON_DIGEST);
}

void eh_input_identify(struct eh_input *in)
{
    struct eh_message *m = &in->message;
    if (eh_message_has(m, EH_FIELD_CUSTOMER) || in->customer_salt.how == EH_DIGEST_KEPT) {
        m->customer_digest = text_digest(m->customer, &in->customer_salt, in->customer_digest);
        m->has |= EH_FIELD_BIT(EH_FIELD_CUSTOMER_DIGEST);
    }
    if (eh_message_has(m, EH_FIELD_SUBJECT) || in->subject_salt.how == EH_DIGEST_KEPT) {
        m->subject_digest = text_digest(m->subject, &in->subject_salt, in->subject_digest);
        m->has |= EH_FIELD_BIT(EH_FIELD_SUBJECT_DIGEST);
    }
    reason_identify(in);
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    in->digest = content_digest(in, in->bare ? DIGESTS : 0, &out);
    if (m->type == EH_MESSAGE_TICKET)
        in->identity = eh_ticket_identity(m->source, m->id);
    else if (eh_message_has(m, EH_FIELD_CONTENT) && in->origin == EH_ORIGIN_STREAM)
        in->identity = eh_retold_identity(in);
    else if (m->type == EH_MESSAGE_UNPARSED)
        in->identity = eh_entry_identity(in->stream_ms, in->stream_no, m->text);
    else
        in->identity = rest_identity(in, &out);
}
