/*
 * record: an input and its effects as rows, and back.
 *
 * The column `rest` holds, in canonical form: version, date, origin, the message without what has a
 * column and without personal text, then what was recalled.
 */
#include "identify.h"

#include <evenhand/engine/record.h>

#define REST_VERSION 1

#define WORDS EH_RECORD_WORDS

/* A bit in an effect's type in the chain. Without it, the row's bytes are those of builds that had
 * no details. Numbers are hashed, and the chain is stored: never change, never reuse. */
enum effect_flag { WITH_DETAIL = 128 };

/* Numbers are stored: never change, never reuse. */
enum recalled_flag { RECALLED_KNOWN = 1, RECALLED_TICKET = 2, RECALLED_PERIODS = 4 };

static uint64_t message_without(const struct eh_message *m)
{
    uint64_t skip =
        EH_RECORD_COLUMNS | EH_FIELD_BIT(EH_FIELD_CUSTOMER) | EH_FIELD_BIT(EH_FIELD_SUBJECT);
    if (m->type == EH_MESSAGE_UNPARSED) /* the dead letter has its bytes */
        skip |= EH_FIELD_BIT(EH_FIELD_TEXT);
    return skip;
}

static void recalled_put(const struct eh_recalled *recalled, struct eh_bytes *out)
{
    eh_bytes_put_u8(out, (uint8_t)((recalled->known ? RECALLED_KNOWN : 0) |
                                   (recalled->ticket_known ? RECALLED_TICKET : 0) |
                                   (recalled->periods.size ? RECALLED_PERIODS : 0)));
    if (recalled->known) {
        uint8_t digest[16];
        eh_key_bytes(recalled->digest, digest);
        eh_bytes_put(out, digest, sizeof digest);
        eh_bytes_put_u(out, recalled->input);
    }
    if (recalled->ticket_known)
        eh_bytes_put_str(out, recalled->ticket_image);
    if (recalled->periods.size)
        eh_bytes_put_str(out, recalled->periods);
}

static int rest_make(const struct eh_input *in, const struct eh_message *m, struct eh_arena *arena,
                     struct eh_str *ret)
{
    EH_AUTO(eh_bytes) struct eh_bytes out = EH_BYTES_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes message = EH_BYTES_INIT;
    eh_bytes_put_u8(&out, REST_VERSION);
    eh_bytes_put_i(&out, in->date);
    eh_bytes_put_u8(&out, in->origin);
    eh_message_encode(m, message_without(m), &message);
    eh_bytes_put_str(&out, eh_str_n((const char *)message.data, message.size));
    recalled_put(&in->recalled, &out);
    if (out.failed || message.failed)
        return -EH_ENOMEM;
    void *copy = eh_arena_copy(arena, out.data, out.size);
    if (!copy)
        return -EH_ENOMEM;
    *ret = eh_str_n(copy, out.size);
    return 0;
}

static struct eh_str message_word(const struct eh_message *m)
{
    if (eh_message_has(m, EH_FIELD_STATUS))
        return eh_str(eh_status_name(m->status));
    if (eh_message_has(m, EH_FIELD_OUTCOME))
        return eh_str(eh_outcome_name(m->outcome));
    return eh_message_has(m, EH_FIELD_METRIC) ? m->metric : (struct eh_str){NULL, 0};
}

#define SOME_TEAMS "some_teams" /* `word` of a release that left the rep's state as it was */

/* Shows a signal that was taken, or ended by itself, in columns that a view reads. */
static void record_set_signal(struct eh_record *row, const struct eh_effects *fx)
{
    if (fx->some_teams)
        row->word = eh_str(SOME_TEAMS);
    if (fx->signal_rep.size == 0)
        return;
    row->has_until = fx->until_us != EH_TIME_NEVER;
    row->until_us = row->has_until ? fx->until_us : 0;
    if (row->type == EH_MESSAGE_DUE) {
        row->rep = fx->signal_rep;
        row->word = eh_str(eh_status_name(fx->signal_status));
        row->has |= EH_FIELD_BIT(EH_FIELD_REP);
        if (fx->from_us < row->at_us) { /* it took effect before the input that tells it */
            row->at_ms = fx->from_us / 1000;
            row->has |= EH_FIELD_BIT(EH_FIELD_AT);
        }
    }
}

/* The row of ticket_change, if the input changed a ticket. */
static int record_set_image(struct eh_record *row, const struct eh_effects *fx,
                            struct eh_arena *arena)
{
    if (!fx->image_ticket)
        return 0;
    const void *image = eh_arena_copy(arena, fx->image.data, fx->image.size);
    if (!image)
        return -EH_ENOMEM;
    row->image_ticket = fx->image_ticket;
    row->image = eh_str_n(image, fx->image.size);
    return 0;
}

int eh_record_from_input(const struct eh_input *in, const struct eh_effects *fx,
                         struct eh_arena *arena, struct eh_record *ret)
{
    struct eh_message m;
    eh_message_of_input(in, &m);
    struct eh_record row = {
        .input = in->no,
        .type = (int16_t)(fx->refused ? -m.type : m.type),
        .at_us = in->at_us,
        .date = in->date,
        .origin = in->origin,
        .identity = in->identity,
        .digest = in->digest,
        .stream_ms = in->stream_ms,
        .stream_no = in->stream_no,
        .has = m.has & EH_RECORD_COLUMNS,
        .source = m.source,
        .id = m.id,
        .team = m.team,
        .kind = m.kind,
        .rep = m.rep,
        .actor = m.actor,
        .reason = m.reason,
        .word = message_word(&m),
        .value = m.value,
        .handled_s = m.handled_s,
        .at_ms = m.at_ms,
        .priority = m.priority,
        .csat = m.csat,
    };
    int r = rest_make(in, &m, arena, &row.rest);
    if (r == 0)
        r = record_set_image(&row, fx, arena);
    if (r < 0)
        return r;
    record_set_signal(&row, fx);
    *ret = row;
    return 0;
}

/* ---- columns as PostgreSQL has them */

int eh_record_set_column(struct eh_record *row, int number, const void *bytes, size_t size,
                         bool is_null)
{
    eh_require(number >= 0 && number < EH_INPUT_COLUMN_COUNT);
    const struct eh_column *column = &eh_input_columns.items[number];
    if (is_null)
        return 0;
    if (column->part < EH_FIELD_COUNT)
        row->has |= EH_FIELD_BIT(column->part);
    if (column->part == EH_INPUT_ENDS)
        row->has_until = true;
    return eh_column_read(column, row, bytes, size);
}

int eh_change_of_record(const struct eh_record *record, struct eh_change_row *ret)
{
    struct eh_ticket_view view;
    int r = eh_ticket_image_view(record->image, &view, NULL);
    if (r < 0)
        return r;
    *ret = (struct eh_change_row){.input = record->input,
                                  .ticket = record->image_ticket,
                                  .view = view,
                                  .image = record->image};
    return 0;
}

/* ---- and back */

/* Sets the field of the message's type that stands in the column `word`. */
static bool message_set_word(struct eh_message *m, struct eh_str word)
{
    uint64_t field = eh_message_types[m->type].required & WORDS;
    int number = 1;
    if (word.size == 0)
        return true;
    if (m->type == EH_MESSAGE_RELEASE) /* the word says what it caused, and is no part of it */
        return eh_str_equal(word, eh_str(SOME_TEAMS));
    if (field == EH_FIELD_BIT(EH_FIELD_STATUS)) {
        number = eh_status_from_name(word);
        m->status = (uint8_t)number;
    } else if (field == EH_FIELD_BIT(EH_FIELD_OUTCOME)) {
        number = eh_outcome_from_name(word);
        m->outcome = (uint8_t)number;
    } else if (field == EH_FIELD_BIT(EH_FIELD_METRIC)) {
        m->metric = word;
    }
    m->has |= field;
    return field && number > 0;
}

static bool message_set_columns(const struct eh_record *row, struct eh_message *m)
{
    if (m->type ==
        EH_MESSAGE_DUE) /* the columns say what the input caused, and are no part of it */
        return true;
    m->has |= row->has & EH_RECORD_COLUMNS & ~WORDS;
    m->source = row->source;
    m->id = row->id;
    m->team = row->team;
    m->kind = row->kind;
    m->rep = row->rep;
    m->actor = row->actor;
    m->reason = row->reason;
    m->value = row->value;
    m->handled_s = row->handled_s;
    m->at_ms = row->at_ms;
    m->priority = row->priority;
    m->csat = row->csat;
    return message_set_word(m, row->word);
}

static bool recalled_read(struct eh_reader *in, struct eh_recalled *ret)
{
    uint8_t flags = eh_read_u8(in);
    ret->known = flags & RECALLED_KNOWN;
    if (ret->known) {
        const uint8_t *digest = eh_read_bytes(in, 16);
        if (!digest)
            return false;
        ret->digest = eh_key_from_bytes(digest);
        ret->input = eh_read_u(in);
    }
    ret->ticket_known = flags & RECALLED_TICKET;
    if (ret->ticket_known)
        ret->ticket_image = eh_read_str(in);
    if (flags & RECALLED_PERIODS)
        ret->periods = eh_read_str(in);
    return eh_reader_complete(in);
}

static bool rest_read(const struct eh_record *row, struct eh_input *in, struct eh_error *error)
{
    struct eh_reader rest = eh_reader(row->rest.data, row->rest.size);
    if (eh_read_u8(&rest) != REST_VERSION)
        return false;
    in->date = eh_read_i32(&rest);
    in->origin = eh_read_u8(&rest);
    struct eh_str message = eh_read_str(&rest);
    int type = row->type < 0 ? -row->type : row->type;
    return !rest.failed && eh_message_decode(message, &in->message, error) == 0 &&
           in->message.type == type && recalled_read(&rest, &in->recalled);
}

/* The slices of a decoded message point into the row; the input keeps the digests itself. */
static bool input_keep_digests(struct eh_input *in)
{
    const struct eh_message *m = &in->message;
    bool customer = eh_message_has(m, EH_FIELD_CUSTOMER_DIGEST);
    bool subject = eh_message_has(m, EH_FIELD_SUBJECT_DIGEST);
    bool reason = eh_message_has(m, EH_FIELD_REASON_DIGEST);
    if ((customer && m->customer_digest.size != 16) || (subject && m->subject_digest.size != 16) ||
        (reason && (m->reason_digest.size != 16 || eh_message_has(m, EH_FIELD_REASON) ||
                    !eh_message_is(m, EH_TYPE_ERASABLE))))
        return false;
    if (customer)
        memcpy(in->customer_digest, m->customer_digest.data, 16);
    if (subject)
        memcpy(in->subject_digest, m->subject_digest.data, 16);
    if (reason)
        memcpy(in->reason_digest, m->reason_digest.data, 16);
    return true;
}

bool eh_record_said(struct eh_str rest, struct eh_message *ret)
{
    struct eh_reader in = eh_reader(rest.data, rest.size);
    eh_read_u8(&in);
    eh_read_i32(&in);
    eh_read_u8(&in);
    struct eh_str message = eh_read_str(&in);
    *ret = (struct eh_message){0};
    return !in.failed && eh_message_decode(message, ret, NULL) == 0;
}

void eh_record_digests(struct eh_str rest, struct eh_input *ret)
{
    struct eh_reader in = eh_reader(rest.data, rest.size);
    struct eh_input read = {0};
    eh_read_u8(&in);
    eh_read_i32(&in);
    eh_read_u8(&in);
    struct eh_str message = eh_read_str(&in);
    *ret = (struct eh_input){0};
    if (!in.failed && eh_message_decode(message, &read.message, NULL) == 0 &&
        input_keep_digests(&read))
        *ret = read;
}

int eh_record_to_input(const struct eh_record *row, struct eh_input *ret, struct eh_error *error)
{
    struct eh_input in = {
        .no = row->input,
        .at_us = row->at_us,
        .recorded = row->type < 0 ? EH_RECORDED_REFUSED : EH_RECORDED_TAKEN,
        .stream_ms = row->stream_ms,
        .stream_no = row->stream_no,
    };
    if (!rest_read(row, &in, NULL) || !message_set_columns(row, &in.message) ||
        !eh_message_sound(&in.message) || !input_keep_digests(&in))
        return eh_error_set(error, EH_ECORRUPT, "input %llu of the log cannot be read back",
                            (unsigned long long)row->input);
    if (row->type < 0 && in.message.type != EH_MESSAGE_UNPARSED)
        eh_input_identify(&in);              /* the row has the entry's identity instead */
    else if (row->type == EH_MESSAGE_TICKET) /* the engine relies on it, whatever a row says */
        in.identity = eh_ticket_identity(in.message.source, in.message.id);
    else
        in.identity = row->identity;
    in.digest = row->digest;
    *ret = in;
    return 0;
}

/* ---- the chain */

static void key_put(struct eh_bytes *out, struct eh_key key)
{
    uint8_t bytes[16];
    eh_key_bytes(key, bytes);
    eh_bytes_put(out, bytes, sizeof bytes);
}

static void record_put(struct eh_bytes *out, const struct eh_record *row)
{
    eh_bytes_put_u(out, row->input);
    eh_bytes_put_i(out, row->type);
    eh_bytes_put_i(out, row->at_us);
    key_put(out, row->identity);
    key_put(out, row->digest);
    eh_bytes_put_u(out, row->stream_ms);
    eh_bytes_put_u(out, row->stream_no);
    eh_bytes_put_u(out, row->has & EH_RECORD_COLUMNS & ~WORDS);
    const struct eh_str texts[] = {row->source, row->id,     row->team, row->kind, row->rep,
                                   row->actor,  row->reason, row->word, row->rest, row->image};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        eh_bytes_put_str(out, texts[i]);
    eh_bytes_put_i(out, row->value);
    eh_bytes_put_i(out, row->handled_s);
    eh_bytes_put_i(out, row->at_ms);
    eh_bytes_put_u(out, row->priority);
    eh_bytes_put_u(out, row->csat);
    eh_bytes_put_u8(out, row->has_until);
    eh_bytes_put_i(out, row->has_until ? row->until_us : 0);
    eh_bytes_put_u(out, row->image_ticket);
}

static void effect_put(struct eh_bytes *out, const struct eh_effect *effect)
{
    eh_bytes_put_u(out, effect->seq);
    eh_bytes_put_u8(out, (uint8_t)(effect->type | (effect->detail.size ? WITH_DETAIL : 0)));
    eh_bytes_put_u(out, effect->ticket);
    eh_bytes_put_str(out, effect->team);
    eh_bytes_put_str(out, effect->rep);
    eh_bytes_put_str(out, effect->was);
    eh_bytes_put_str(out, effect->why);
    eh_bytes_put_u(out, effect->epoch);
    eh_bytes_put_u(out, effect->eligible);
    eh_bytes_put_u(out, effect->weight);
    eh_bytes_put_u(out, effect->draw_count);
    for (uint32_t i = 0; i < effect->draw_count; i++)
        eh_bytes_put_u(out, effect->draws[i]);
    if (effect->detail.size)
        eh_bytes_put_str(out, effect->detail);
}

void eh_record_chain(const struct eh_record *row, const struct eh_effect *effects, size_t count,
                     struct eh_bytes *scratch, struct eh_chain *chain)
{
    eh_bytes_clear(scratch);
    record_put(scratch, row);
    eh_bytes_put_u(scratch, count);
    for (size_t i = 0; i < count; i++)
        effect_put(scratch, &effects[i]);
    eh_require(!scratch->failed);
    eh_chain_add(chain, scratch->data, scratch->size);
}
