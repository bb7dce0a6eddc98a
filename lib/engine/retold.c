/*
 * retold: a ticket that is known is told once more: a repeat, something older, or an update.
 *
 * A helpdesk tells how a ticket stands, not what became of it: a sweep tells all of them again and
 * again. By `changed_at` the newest that was told holds. Without it, what was told before, up to
 * EH_CONTENTS_MAX contents back, is a repeat. Of an update the log has what is another than what
 * the helpdesk told before or the ticket is, and the hash of the whole.
 */
#include "changed.h"
#include "contents.h"
#include "identify.h"
#include "index.h"
#include "interner.h"
#include "likeness.h"
#include "state.h"
#include "ticket.h"

/* Whether this content was told before. */
static bool content_is_known(const struct contents *told, int64_t content)
{
    for (uint32_t i = 0; i < told->count; i++)
        if (told->hashes[i] == content)
            return true;
    return false;
}

/* Whether this is the entry that brought the ticket, or says the same of one that nothing changed
 * since. What was told more than EH_CONTENTS_MAX contents ago, and is told anew, is an update. */
static bool is_first(const struct ticket *t, const struct eh_input *in, bool changed)
{
    bool there = in->origin == EH_ORIGIN_STREAM && in->stream_ms == t->stream_ms &&
                 in->stream_no == t->stream_no;
    return eh_key_equal(t->digest, in->digest) && (there || !changed);
}

enum eh_retold eh_engine_retold(const struct eh_engine *e, const struct eh_input *in)
{
    struct eh_message m;
    struct contents told;
    uint32_t slot = in->message.type == EH_MESSAGE_TICKET ? eh_ticket_find(e, in->identity) : NONE;
    if (e->rules < EH_RULES_RETOLD || in->message.type != EH_MESSAGE_TICKET ||
        (slot == NONE && !in->recalled.known))
        return EH_RETOLD_NOT;
    if (slot == NONE)
        return EH_RETOLD_SAME;
    const struct ticket *t = &e->tickets.slots[slot];
    bool changed = eh_contents_told(e, t, &told);
    if (is_first(t, in, changed))
        return EH_RETOLD_SAME;
    int64_t newest_ms = eh_changed_get(e, t), ms = in->message.changed_at_ms;
    bool dated = eh_message_has(&in->message, EH_FIELD_CHANGED_AT);
    if (dated && ms < newest_ms)
        return EH_RETOLD_OLDER;
    eh_message_of_input(in, &m);
    /* two values may have one likeness by chance: the first is known as long as it stands */
    bool same = changed || t->story || t->value == m.value;
    if (!same || !content_is_known(&told, eh_content_of(&m)))
        return EH_RETOLD_UPDATE;
    bool newer = dated && ms > newest_ms && ms <= in->at_us / 1000;
    return newer ? EH_RETOLD_UPDATE : EH_RETOLD_SAME;
}

/* ---- what of it is an update */

static void drop(struct eh_message *m, uint64_t fields)
{
    m->has &= ~fields;
}

static void drop_if(struct eh_message *m, enum eh_field field, bool same)
{
    if (same)
        drop(m, EH_FIELD_BIT(field));
}

static void drop_text_if(struct eh_message *m, enum eh_field field, struct eh_str *text, bool same)
{
    drop_if(m, field, same);
    if (same)
        *text = eh_str(NULL);
}

/* A column of what a message has not is as if it were 0. */
static void drop_numbers(struct eh_message *m, const struct ticket *t)
{
    bool value = m->value == t->value, priority = m->priority == t->priority;
    drop_if(m, EH_FIELD_VALUE, value);
    drop_if(m, EH_FIELD_PRIORITY, priority);
    m->value = value ? 0 : m->value;
    m->priority = priority ? 0 : m->priority;
}

/* A text that is not told anew takes its salt along. */
static void input_drop_text(struct eh_str *text, struct eh_salt *salt)
{
    *text = eh_str(NULL);
    salt->how = EH_UNSALTED;
}

/* A text that was erased stands for any. */
static bool customer_is_same(const struct eh_input *in, const struct ticket *t,
                             const struct eh_message *said)
{
    return in->customer_salt.how == EH_DIGEST_KEPT ||
           !eh_message_has(said, EH_FIELD_CUSTOMER_DIGEST) ||
           (t->has_customer &&
            eh_key_equal(ticket_customer(t),
                         eh_key_from_bytes((const uint8_t *)said->customer_digest.data)));
}

/* Whether the subject is the first one, as far as the ticket's likeness can tell. */
static bool subject_is_first(const struct ticket *t, const struct eh_message *said)
{
    struct eh_message first = *said;
    first.value = t->value;
    return t->likeness && eh_likeness(&first) == t->likeness;
}

/* Of a later subject nobody keeps whether it is another one. */
static bool subject_is_same(const struct eh_input *in, const struct ticket *t, bool told_now,
                            const struct eh_message *said)
{
    return in->subject_salt.how == EH_DIGEST_KEPT || told_now ||
           !eh_message_has(said, EH_FIELD_SUBJECT_DIGEST) || subject_is_first(t, said);
}

void eh_input_retell(const struct eh_engine *e, struct eh_input *in)
{
    struct eh_message said, *m = &in->message;
    struct contents told;
    const struct ticket *t = &e->tickets.slots[eh_ticket_find(e, in->identity)];
    eh_message_of_input(in, &said);
    eh_contents_told(e, t, &told);
    int64_t content = eh_content_of(&said);
    bool told_now = told.hashes[told.count - 1] == content;
    bool customer = customer_is_same(in, t, &said);
    bool subject = subject_is_same(in, t, told_now, &said);
    m->type = EH_MESSAGE_UPDATE;
    m->content = content;
    m->has |= EH_FIELD_BIT(EH_FIELD_CONTENT);
    if (!eh_message_has(m, EH_FIELD_SKILLS))
        m->skills = eh_str_n("", 0);
    m->has |= EH_FIELD_BIT(EH_FIELD_SKILLS);
    drop(m, EH_FIELD_BIT(EH_FIELD_CREATED_AT) | EH_FIELD_BIT(EH_FIELD_CHANNEL) |
                EH_FIELD_BIT(EH_FIELD_OWNER) | EH_FIELD_BIT(EH_FIELD_ACCOUNT) |
                EH_FIELD_BIT(EH_FIELD_BY) | EH_FIELD_BIT(EH_FIELD_MANAGER));
    drop_if(m, EH_FIELD_CURRENCY, eh_str_equal(m->currency, e->desk->desk->currency));
    drop_text_if(m, EH_FIELD_TEAM, &m->team,
                 eh_str_equal(m->team, interned(&e->roster.team_ids, told.team)));
    drop_text_if(m, EH_FIELD_KIND, &m->kind,
                 eh_str_equal(m->kind, interned(&e->roster.kind_ids, t->kind)));
    drop_numbers(m, t);
    drop_text_if(m, EH_FIELD_SKILLS, &m->skills, eh_str_equal(m->skills, ticket_skills(t)));
    drop_if(m, EH_FIELD_CUSTOMER, customer);
    drop_if(m, EH_FIELD_SUBJECT, subject);
    drop(m, EH_FIELD_BIT(EH_FIELD_CUSTOMER_DIGEST) | EH_FIELD_BIT(EH_FIELD_SUBJECT_DIGEST));
    if (customer)
        input_drop_text(&m->customer, &in->customer_salt);
    if (subject)
        input_drop_text(&m->subject, &in->subject_salt);
    in->bare = false;
    in->recalled = (struct eh_recalled){.known = false};
    eh_input_identify(in);
}
