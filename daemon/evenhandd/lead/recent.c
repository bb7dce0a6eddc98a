/*
 * recent: decisions that may not be visible in PostgreSQL yet. An item of a batch needs to know of
 * earlier messages, tickets and salts. PostgreSQL recalls what is committed; this file adds what
 * the batches in memory have.
 */
#include "lead/parts.h"
#include "lead/recent.h"

/* The newest record of an identity in the batches in memory; with `images`, the newest that has an
 * image of that ticket. NULL: none. */
static const struct eh_record *recent_record(const struct eh_app *app, const struct eh_batch *now,
                                             struct eh_key key, bool images,
                                             const struct eh_batch **ret_batch)
{
    const struct eh_batch *lists[3] = {now, app_in_flight(app), app_settled(app)};
    const struct eh_record *found = NULL;
    for (size_t i = 0; i < 3; i++)
        for (const struct eh_batch *b = lists[i]; b; b = i == 0 ? NULL : b->next) {
            uint64_t at;
            if (!eh_table_get(images ? &b->images : &b->known, key, &at))
                continue;
            const struct eh_record *r = &b->records[at];
            if (found && r->input < found->input)
                continue;
            found = r;
            *ret_batch = b;
        }
    return found;
}

static struct eh_key customer_key(struct eh_str customer)
{
    return eh_hash_state(customer.data, customer.size);
}

/* The erasable text of an earlier message of this customer in the batches in memory; NULL: none. */
static const struct eh_personal *recent_customer(const struct eh_app *app,
                                                 const struct eh_batch *now, struct eh_str customer)
{
    const struct eh_batch *lists[3] = {now, app_in_flight(app), app_settled(app)};
    struct eh_key key = customer_key(customer);
    for (size_t i = 0; i < 3; i++)
        for (const struct eh_batch *b = lists[i]; b; b = i == 0 ? NULL : b->next) {
            uint64_t at;
            if (eh_table_get(&b->customers, key, &at) &&
                eh_str_equal(b->personal[at].customer, customer))
                return &b->personal[at];
        }
    return NULL;
}

/* The erasable text of an input of this batch; NULL: it has none. They are ordered by input. */
static const struct eh_personal *personal_of(const struct eh_batch *b, uint64_t input)
{
    size_t low = 0, high = b->personal_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (b->personal[middle].input < input)
            low = middle + 1;
        else
            high = middle;
    }
    return low < b->personal_count && b->personal[low].input == input ? &b->personal[low] : NULL;
}

/* What a record that is not committed yet says of the earlier message. */
static void recent_past(const struct eh_batch *b, const struct eh_record *r, struct eh_past *ret)
{
    const struct eh_personal *p = personal_of(b, r->input);
    eh_past_read(r->rest, ret);
    if (!p)
        return;
    ret->customer.there = p->customer.size > 0;
    ret->subject.there = p->subject.size > 0;
    ret->reason.there = p->reason.size > 0;
    ret->customer.salt = eh_str_n((const char *)p->customer_salt, EH_SALT_BYTES);
    ret->subject.salt = eh_str_n((const char *)p->subject_salt, EH_SALT_BYTES);
    ret->reason.salt = eh_str_n((const char *)p->reason_salt, EH_SALT_BYTES);
}

/* The salt of the item's customer; empty: none is known yet. */
static struct eh_str customer_salt(const struct eh_app *app, const struct eh_batch *b,
                                   const struct eh_item *item)
{
    const struct eh_personal *p =
        item->customer_salt.size ? NULL : recent_customer(app, b, item->input.message.customer);
    return p ? eh_str_n((const char *)p->customer_salt, EH_SALT_BYTES) : item->customer_salt;
}

/* Whether the ticket is of a customer whose text is erased. Nobody can say whether a customer of
 * whom nothing is known is that one: if they were taken for another, a helpdesk that tells all
 * tickets again would bring back what was erased. */
static bool customer_is_erased(const struct eh_app *app, const struct eh_item *item)
{
    return item->past.erased &&
           eh_engine_has_customer(app->state.engine, &item->input, item->past.erased_customer);
}

/* Salts of a message whose ticket is known already. The salts of its first message are used again.
 * A customer or a subject that the first message did not have gets a salt of its own, which stays.
 */
static void retold_salts(const struct eh_app *app, const struct eh_batch *b, struct eh_item *item)
{
    struct eh_input *in = &item->input;
    const struct eh_past_text *subject = &item->past.subject;
    struct eh_salt drawn = in->customer_salt;
    eh_salts_take(in, &item->past);
    if (in->message.type != EH_MESSAGE_TICKET)
        return;
    if (eh_salts_other_customer(in, &item->past)) {
        struct eh_str salt = customer_salt(app, b, item);
        if (salt.size == 0 && customer_is_erased(app, item)) {
            eh_salts_keep(in, &item->past);
            return;
        }
        in->customer_salt = drawn;
        eh_salts_take_customer(in, salt);
        eh_input_identify(in);
    }
    if (subject->was || in->message.subject.size == 0)
        return;
    if (in->message.customer.size > 0)
        eh_salts_bind_subject(in, app->services.keys.master);
    else
        eh_salts_bind_ticket(in, app->services.keys.master);
}

/* A message that is known already is compared under its first salts. A new message takes the salt
 * of its customer. */
static void recent_salts(const struct eh_app *app, const struct eh_batch *b, struct eh_item *item)
{
    struct eh_input *in = &item->input;
    if (in->recalled.known) {
        retold_salts(app, b, item);
        return;
    }
    if (in->reason_salt.how == EH_SALTED && eh_engine_rules(app->state.engine) < EH_RULES_REASONS)
        eh_salts_open_reason(in);
    if (in->message.customer.size == 0)
        return;
    eh_salts_take_customer(in, customer_salt(app, b, item));
    eh_salts_bind_subject(in, app->services.keys.master);
}

/* An open ticket changes its owner or its team without a recall, and the record has nothing
 * recalled then. A closed ticket does need the recall: its image says that it is closed. */
static bool needs_no_recall(const struct eh_app *app, const struct eh_message *m)
{
    struct eh_ticket_view view;
    return (m->type == EH_MESSAGE_ASSIGN || m->type == EH_MESSAGE_MOVE ||
            m->type == EH_MESSAGE_OWNER || m->type == EH_MESSAGE_RETURN) &&
           eh_engine_ticket(app->state.engine, m->source, m->id, &view);
}

static void recent_ticket(const struct eh_app *app, const struct eh_batch *b, struct eh_input *in)
{
    const struct eh_message *m = &in->message;
    const struct eh_batch *holds = NULL;
    if (!eh_type_is(m->type, EH_TYPE_RECALLS))
        return;
    if (needs_no_recall(app, m)) {
        in->recalled.ticket_known = false;
        in->recalled.ticket_image = eh_str(NULL);
        return;
    }
    const struct eh_record *r =
        recent_record(app, b, eh_ticket_identity(m->source, m->id), true, &holds);
    if (r) {
        in->recalled.ticket_known = true;
        in->recalled.ticket_image = r->image;
    }
}

void app_recent_overlay(const struct eh_app *app, const struct eh_batch *b, struct eh_item *item)
{
    struct eh_input *in = &item->input;
    const struct eh_batch *holds = NULL;
    const struct eh_record *r = recent_record(app, b, in->identity, false, &holds);
    if (r) {
        recent_past(holds, r, &item->past);
        in->recalled.known = true;
        in->recalled.digest = r->digest;
        in->recalled.input = r->input;
    }
    recent_salts(app, b, item);
    if ((in->message.customer.size || in->message.subject.size) &&
        eh_engine_rules(app->state.engine) >= EH_RULES_CONTENT)
        eh_salts_leave_out(in);
    if (item->seen_before && (recent_record(app, b, item->entry, false, &holds) ||
                              (in->message.type == EH_MESSAGE_TICKET &&
                               recent_record(app, b, item->former, false, &holds))))
        item->entry_known = true;
    recent_ticket(app, b, in);
}

int app_recent_add(struct eh_batch *b, const struct eh_record *r)
{
    uint64_t at = (uint64_t)(r - b->records);
    int done = eh_table_put(&b->known, r->identity, at);
    if (done == 0 && r->image_ticket != 0) {
        struct eh_ticket_view v;
        done = eh_ticket_image_view(r->image, &v, NULL);
        if (done == 0)
            done = eh_table_put(&b->images, eh_ticket_identity(v.source, v.id), at);
    }
    return done;
}

int app_recent_add_personal(struct eh_batch *b, const struct eh_input *in)
{
    const struct eh_message *m = &in->message;
    struct eh_str reason = in->reason_salt.how == EH_SALTED ? m->reason : eh_str(NULL);
    bool has = m->customer.size > 0 || m->subject.size > 0 || reason.size > 0;
    if (!has || b->effects.refused)
        return 0;
    eh_require(b->personal_count < EH_BATCH_ITEMS_MAX);
    struct eh_personal *p = &b->personal[b->personal_count++];
    *p = (struct eh_personal){
        .input = in->no, .customer = m->customer, .subject = m->subject, .reason = reason};
    memcpy(p->customer_salt, in->customer_salt.bytes, EH_SALT_BYTES);
    memcpy(p->subject_salt, in->subject_salt.bytes, EH_SALT_BYTES);
    memcpy(p->reason_salt, in->reason_salt.bytes, EH_SALT_BYTES);
    return p->customer.size == 0 ? 0
                                 : eh_table_put(&b->customers, customer_key(p->customer),
                                                (uint64_t)(p - b->personal));
}
